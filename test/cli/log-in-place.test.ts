import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { type Place, placeOf } from './place.js';

async function deskOf(onTestFinished: Parameters<typeof placeOf>[0]): Promise<Place> {
  const place = await placeOf(onTestFinished);
  await place.write('sheet.csv', csvOf(mixedRows(4)));
  return place;
}

/** The sandbox by an address that is not known to be this machine. */
const elsewhere = ({ sandbox }: Place) => sandbox.url.replace('127.0.0.1', '0.0.0.0');

describe.concurrent('plain http', () => {
  it('to another machine is refused, unless it is asked for each time', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await deskOf(onTestFinished);
    const url = elsewhere(place);
    const run = ['run', 'sheet.csv', '--out', 'run', '--quiet', '--base-url', url];
    const refused = await place.cli(...run);
    expectExit(refused, 3);
    expect(refused.stderr).toContain(
      `${url} is plain http: the password would go over the network in clear.`,
    );
    expect(refused.stderr).toContain('--insecure-http');
    expect(place.sandbox.requests).toEqual([]);
    expect(existsSync(join(place.directory, 'run'))).toBe(false);

    expectExit(await place.cli(...run, '--insecure-http'), 0);
    expect(place.csv('run/results.csv').map(({ status }) => status)).toEqual(Array(4).fill('created'));

    const asked = place.sandbox.requests.length;
    for (const command of [
      ['resume', 'run'],
      ['verify', 'run'],
      ['undo', 'run', '--yes'],
    ]) {
      const again = await place.cli(...command, '--base-url', url);
      expectExit(again, 3);
      expect(again.stderr).toContain('is plain http');
    }
    expect(place.sandbox.requests).toHaveLength(asked);
    expectExit(await place.cli('verify', 'run', '--base-url', url, '--insecure-http'), 0);
  });

  it.for(['http://localhost:1', 'http://127.8.9.10:1', 'http://[::1]:1', 'HTTP://LocalHost:1/'])(
    'to %s is to this machine',
    async (url, { expect, onTestFinished }) => {
      const { cli } = await deskOf(onTestFinished);
      const ended = await cli('run', 'sheet.csv', '--retries', '0', '--base-url', url);
      expectExit(ended, 3);
      expect(ended.stderr).toMatch(/cannot be reached/);
    },
  );

  it('to this machine needs no proxy', async ({ expect, onTestFinished }) => {
    const place = await deskOf(onTestFinished);
    Object.assign(place.env, { HTTP_PROXY: 'http://127.0.0.1:1', http_proxy: 'http://127.0.0.1:1' });
    expectExit(await place.cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 0);
    expect(place.csv('run/results.csv')).toHaveLength(4);
  });
});

describe.concurrent('an address of the platform', () => {
  const PASSWORD = 'hush-hush-77';

  it.for([
    [`https://user:${PASSWORD}@api.example.com`, 'holds a log-in'],
    [`https://${PASSWORD}@api.example.com`, 'holds a log-in'],
    [`https:\\\\user:${PASSWORD}@api.example.com`, 'is no address'],
    [`user:${PASSWORD}@api.example.com`, 'is no address'],
    [`https://user:${PASSWORD}@api.example.com:port`, 'is no address'],
    [`https://api.example.com/?token=${PASSWORD}`, 'holds a query'],
    [`https://api.example.com/#${PASSWORD}`, 'holds a query or a fragment'],
  ] as const)('%s is refused, and not repeated or kept', async ([url, says], { expect, onTestFinished }) => {
    const { cli, directory, env } = await deskOf(onTestFinished);
    Object.assign(env, { ALIANZA_BASE_URL: url });
    for (const command of [['run'], ['run', '--dry-run'], ['validate']]) {
      const ended = await cli(...command, 'sheet.csv', '--out', 'run');
      expectExit(ended, 3);
      expect(ended.stderr).toContain(says);
      expect(ended.stdout + ended.stderr).not.toContain(PASSWORD);
      expect(readdirSync(directory)).toEqual(['sheet.csv']);
    }
  });

  it('is kept in its usual form, and known again in another', async ({ expect, onTestFinished }) => {
    const { cli, directory, sandbox } = await deskOf(onTestFinished);
    const { port } = new URL(sandbox.url);
    const url = `http://127.0.0.1:${port}`;
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet', '--base-url', `${url}///`), 0);
    expectExit(await cli('verify', 'run', '--quiet', '--base-url', `HTTP://127.1:${port}/`), 0);
    expect(readFileSync(join(directory, 'run', 'report.html'), 'utf8')).toContain(url);
  });
});
