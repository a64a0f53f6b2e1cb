import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { SANDBOX_PASSWORD, SANDBOX_USERNAME } from '../../src/sandbox/server.js';
import { CLI } from '../fixtures/cli.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { type Place, placeOf } from './place.js';

interface Message {
  readonly type: string;
  readonly [name: string]: unknown;
}

interface Spoken {
  readonly child: ChildProcess;
  readonly messages: readonly Message[];
  readonly code: Promise<number | null>;
}

/** Starts the command line as a program would that wants to hear of it. */
function speakWith(place: Place, args: readonly string[], env: Readonly<Record<string, string>>): Spoken {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: place.directory,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: place.directory, ...env },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const messages: Message[] = [];
  child.on('message', (message) => messages.push(message as Message));
  const code = new Promise<number | null>((resolve) => child.once('exit', (exit) => resolve(exit)));
  return { child, messages, code };
}

const LOG_IN = { type: 'log-in', username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD };

describe.concurrent('a program that starts the command line with a channel', () => {
  it('brings the log-in, and hears how it goes', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished, { latencyMs: 60 });
    await place.write('sheet.csv', csvOf(mixedRows(48)));
    const args = ['run', 'sheet.csv', '--base-url', place.sandbox.url, '--out', 'r', '--concurrency', '4'];
    const started = Date.now();
    const { child, messages, code } = speakWith(place, args, {});
    child.send(LOG_IN);
    expect(await code).toBe(0);
    const seconds = (Date.now() - started) / 1000;
    const of = (type: string) => messages.filter((message) => message.type === type);
    // how often it is told of rows that are read depends on the machine
    expect(new Set(messages.map(({ type }) => type).filter((type) => type !== 'reading'))).toEqual(
      new Set(['loaded', 'started', 'progress', 'ended']),
    );
    for (const { rows } of of('reading')) expect(Number(rows)).toBeLessThanOrEqual(48);
    expect(of('loaded')).toEqual([
      expect.objectContaining({
        ...{ runDir: 'r', total: 48, toSend: 48, leftOut: 0, others: {}, rows: expect.anything() },
      }),
    ]);
    expect(of('started')).toEqual([
      expect.objectContaining({ runDir: 'r', environment: 'custom', baseUrl: place.sandbox.url }),
    ]);
    const progress = of('progress');
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.length).toBeLessThanOrEqual(4 * seconds);
    for (const each of progress) {
      const rows = each['rows'] as Record<string, number>;
      expect(Object.values(rows).reduce((sum, count) => sum + count, 0)).toBe(48);
      expect(each).toMatchObject({
        of: 'rows',
        total: 48,
        failed: 0,
        limit: 4,
        pausedUntil: null,
        done: rows['created'],
      });
      expect(each['inFlight']).toBeLessThanOrEqual(4);
      expect(each['rate']).toBeGreaterThan(0);
    }
    expect(messages.at(-1)).toMatchObject({ type: 'ended', exitCode: 0, rows: { total: 48, created: 48 } });
  });

  it('hears how far a pilot, its dry run, a verification and an undo are', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished, { latencyMs: 40 });
    await place.write('sheet.csv', csvOf(mixedRows(24)));
    const hear = async (...args: string[]) => {
      const { messages, code } = speakWith(place, args, place.env);
      expect(await code).toBe(0);
      return messages.filter(({ type }) => type === 'progress' || type === 'loaded');
    };
    const sheet = ['sheet.csv', '--limit', '18', '--concurrency', '2', '--out'];
    const [tried, ...asked] = await hear('run', ...sheet, 'dry', '--dry-run');
    expect(tried).toMatchObject({ type: 'loaded', others: { valid: 6 } });
    expect(asked.at(-1)).toMatchObject({ of: 'rows', total: 18, failed: 0, rows: { valid: 18, invalid: 0 } });
    const [loaded, ...sent] = await hear('run', ...sheet, 'r');
    expect(loaded).toMatchObject({ type: 'loaded', total: 24, toSend: 18, others: { pending: 6 } });
    expect(sent.at(-1)).toMatchObject({ of: 'rows', total: 18 });
    const verified = await hear('verify', 'r', '--concurrency', '2');
    for (const each of verified) {
      const done = Number(each['done']);
      expect(each).toMatchObject({ of: 'rows', total: 18, failed: 0, rows: { same: done, different: 0 } });
    }
    const objects = place.sandbox.state.numbers.size;
    const listed = await hear('undo', 'r', '--dry-run', '--concurrency', '2');
    const undone = await hear('undo', 'r', '--yes', '--concurrency', '2');
    const total = Number(undone[0]?.['total']);
    expect(total).toBeGreaterThan(objects);
    for (const [all, what] of [
      [listed, 'would be deleted'],
      [undone, 'deleted'],
    ] as const)
      for (const each of all) {
        const done = Number(each['done']);
        expect(each).toMatchObject({
          of: 'objects',
          total,
          failed: 0,
          rows: done === 0 ? {} : { [what]: done },
        });
      }
    for (const all of [asked, sent, verified, listed, undone]) {
      const done = all.map((each) => Number(each['done']));
      expect(done).toEqual([...done].sort((a, b) => a - b));
      expect(all.length).toBeGreaterThan(1);
      expect(done.at(-1)).toBeGreaterThan(0);
    }
  });

  it.for(['stop', 'disconnect'])('%s is a first Ctrl-C', async (how, { expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished, { latencyMs: 100 });
    await place.write('sheet.csv', csvOf(mixedRows(80)));
    const { child, messages, code } = speakWith(place, ['run', 'sheet.csv', '--out', 'r'], place.env);
    while (place.sandbox.state.accounts.size === 0) await sleep(5);
    if (how === 'disconnect') child.disconnect();
    else {
      // once is enough, and twice is no more
      child.send({ type: 'stop' });
      child.send({ type: 'stop' });
    }
    expect(await code).toBe(4);
    expect(place.sandbox.requests.filter(({ status }) => status === undefined)).toEqual([]);
    if (how === 'stop')
      expect(messages.at(-1)).toMatchObject({ type: 'ended', exitCode: 4, stoppedBy: 'interrupted' });
    expect((await place.cli('resume', 'r')).code).toBe(0);
    expect(place.csv('r/results.csv').every(({ status }) => status === 'created')).toBe(true);
  });

  it('hears of the end of whatever could not begin', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', csvOf(mixedRows(1)));
    const args = ['run', 'sheet.csv', '--base-url', place.sandbox.url];
    const silent = speakWith(place, args, {});
    silent.child.send({ type: 'hello' });
    expect(await silent.code).toBe(3);
    expect(silent.messages).toEqual([
      expect.objectContaining({
        type: 'ended',
        exitCode: 3,
        error: expect.objectContaining({ code: 'CREDENTIALS_MISSING' }),
      }),
    ]);
    const wrong = speakWith(place, args, {});
    wrong.child.send({ ...LOG_IN, password: 'wrong-Word' });
    expect(await wrong.code).toBe(3);
    expect(wrong.messages.at(-1)).toMatchObject({ type: 'ended', exitCode: 3 });
    expect(JSON.stringify(wrong.messages)).not.toContain('wrong-Word');
    const version = speakWith(place, ['--version'], {});
    expect(await version.code).toBe(0);
    expect(version.messages).toEqual([{ type: 'ended', exitCode: 0 }]);
  });
});
