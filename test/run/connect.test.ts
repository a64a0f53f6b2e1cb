import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Journal } from '../../src/journal/journal.js';
import { resolveSettings } from '../../src/options.js';
import type { ImportRecord } from '../../src/records/record.js';
import { connect, placeOf } from '../../src/run/connect.js';
import { runFiles } from '../../src/run/directory.js';
import { SANDBOX_PASSWORD, SANDBOX_USERNAME, startSandbox } from '../../src/sandbox/server.js';
import { temporaryDirectory } from '../results/journals.js';

describe('a connection', () => {
  it('waits as long for what was given up on as the longest timeout that the run ever used', async () => {
    const sandbox = await startSandbox();
    const directory = await temporaryDirectory();
    const journal = new Journal<ImportRecord>(join(directory, 'journal.db'));
    onTestFinished(async () => {
      await journal.close();
      await sandbox.close();
    });
    const settleMs = async (timeout: number) => {
      const connection = await connect(
        {
          ...{ environment: 'custom', baseUrl: sandbox.url, inProcess: false, close: async () => {} },
          ...{ username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD },
        },
        resolveSettings({ timeout }, {}).settings,
        { directory, files: runFiles(directory), journal },
        { info: () => {}, close: async () => {} },
      );
      await connection.close();
      return connection.settleMs;
    };
    expect(await settleMs(9000)).toBe(11_000);
    expect(await settleMs(500)).toBe(11_000);
    expect(await settleMs(10_000)).toBe(12_000);
  });
});

describe('placeOf', () => {
  const here = [
    ...['http://127.0.0.1:8080', 'http://localhost:8080/', 'http://LOCALHOST.:8080', 'http://[::1]:8080'],
    ...[
      'http://127.1:8080',
      'http://127.9.9.9:8080',
      'http://[::ffff:127.0.0.1]:8080',
      'https://a.localhost:8080',
    ],
    ...['http://0.0.0.0:8080', 'http://2130706433:8080/api'],
  ];
  it.each(here)('takes %s for this machine', async (url) => {
    expect(await placeOf(url)).toBe('localhost:8080');
  });

  it('takes the addresses of this machine for it', async () => {
    const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
    for (const { address, family } of own) {
      const host = family === 'IPv6' ? `[${address}]` : address;
      expect(await placeOf(`http://${host}:8080`), hostname()).toBe('localhost:8080');
    }
  });

  it('tells ports of this machine apart, the usual ones by their scheme', async () => {
    expect(await placeOf('http://localhost:8081')).toBe('localhost:8081');
    expect(await placeOf('http://localhost')).toBe('localhost:80');
    expect(await placeOf('https://localhost')).toBe('localhost:443');
  });

  it('is the same for a host however it is written', async () => {
    for (const url of [
      ...['https://192.0.2.1', 'https://192.0.2.1:443', 'http://192.0.2.1/', 'https://192.0.2.1:443/v2'],
    ])
      expect(await placeOf(url)).toBe('192.0.2.1');
    expect(await placeOf('https://Platform.INVALID.')).toBe('platform.invalid');
    expect(await placeOf('https://platform.invalid:8443')).toBe('platform.invalid:8443');
  });
});
