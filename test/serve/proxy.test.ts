import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { copyFileSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, startCli } from '../fixtures/cli.js';
import { type BufferingProxy, startBufferingProxy } from './buffering-proxy.js';
import { type Got, type RawRequest, rawRequest } from './raw-request.js';
import { portOf, type Serving, startServing } from './serving.js';

const TLS = join(import.meta.dirname, '../fixtures/tls');
const CERT = join(TLS, 'cert.pem');
const KEY = join(TLS, 'key.pem');
const PASSWORD = 'four quiet words here';

/** A request to any place, whatever its certificate. */
function ask(at: string, request: RawRequest = {}): Promise<Got> {
  const { origin, pathname, search } = new URL(at);
  return rawRequest(origin, pathname + search, { ...request, ca: readFileSync(CERT) });
}

function addUser(directory: string, name = 'ann') {
  execFileSync(process.execPath, [CLI, 'serve', 'user', 'add', name, '--role', 'admin', '--dir', directory], {
    input: `${PASSWORD}\n`,
  });
}

function auditOf(directory: string): { user: string; address: string; result: string }[] {
  const database = new Database(join(directory, 'serve.db'));
  const lines = database
    .prepare("SELECT user, address, result FROM audit WHERE action = 'log in' ORDER BY id")
    .all();
  database.close();
  return lines as { user: string; address: string; result: string }[];
}

const json = (fields: Readonly<Record<string, string>>) => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(fields),
});

describe('behind a proxy', () => {
  let serving: Serving;
  let direct: string;
  let proxy: BufferingProxy;
  let through: string;

  beforeAll(async () => {
    serving = await startServing(undefined, '--behind-proxy', '--public-url', 'https://import.test');
    addUser(serving.directory);
    direct = `http://127.0.0.1:${await portOf(serving)}`;
    proxy = await startBufferingProxy('import.test');
    proxy.to = direct;
    through = proxy.origin;
  });
  afterAll(async () => {
    proxy.close();
    await serving.stop();
  });

  it('the address for people is the public one', () => {
    expect(serving.origin).toBe('https://import.test');
  });

  it('a log-in sets a cookie for encrypted ways alone, and says whose address it was: the last that the proxy added', async () => {
    const { headers, ...rest } = json({ user: 'ann', password: PASSWORD });
    const answer = await ask(`${through}/session`, {
      ...rest,
      headers: { ...headers, Origin: 'https://import.test', 'X-Forwarded-For': '198.51.100.1' },
    });
    expect(answer.status).toBe(200);
    expect(String(answer.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax; Max-Age=\d+; Secure$/);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(auditOf(serving.directory).at(-1)).toEqual({
      user: 'ann',
      address: '203.0.113.7',
      result: 'done',
    });
  });

  it('events come at once, though it buffers', async () => {
    const { headers, ...rest } = json({ user: 'ann', password: PASSWORD });
    const login = await ask(`${through}/session`, {
      ...rest,
      headers: { ...headers, Origin: 'https://import.test' },
    });
    const stop = new AbortController();
    const answer = await fetch(`${through}/events?topic=list`, {
      headers: { Cookie: String(login.headers['set-cookie']).split(';')[0] ?? '' },
      signal: stop.signal,
    });
    let text = '';
    for await (const piece of answer.body ?? []) {
      text += Buffer.from(piece).toString();
      if (text.includes('event: snapshot')) break;
    }
    stop.abort();
    expect(text).toContain('event: snapshot');
  });

  it('other origins and other hosts are refused, whatever X-Forwarded-Host says', async () => {
    const { headers, ...rest } = json({ user: 'ann', password: PASSWORD });
    const evil = { ...headers, Origin: 'https://evil.test', 'X-Forwarded-Host': 'evil.test' };
    expect((await ask(`${through}/session`, { ...rest, headers: evil })).status).toBe(403);
    expect(
      (await ask(`${direct}/health`, { headers: { Host: 'evil.test', 'X-Forwarded-Host': 'import.test' } }))
        .status,
    ).toBe(421);
  });

  it('what is no address in X-Forwarded-For is not believed', async () => {
    const { headers, ...rest } = json({ user: 'ann', password: 'wrong' });
    const forged = { ...headers, Origin: direct, 'X-Forwarded-For': '198.51.100.1, <script>' };
    expect((await ask(`${direct}/session`, { ...rest, headers: forged })).status).toBe(401);
    expect(auditOf(serving.directory).at(-1)).toEqual({
      user: 'ann',
      address: '127.0.0.1',
      result: 'refused',
    });
  });

  it('an address that the proxy names is held back after five refusals, whatever names are tried', async () => {
    const statuses: number[] = [];
    for (let at = 0; at < 6; at++) {
      const { headers, ...rest } = json({ user: `nobody${at}`, password: 'wrong' });
      const from = { ...headers, Origin: direct, 'X-Forwarded-For': '203.0.113.99' };
      statuses.push((await ask(`${direct}/session`, { ...rest, headers: from })).status);
    }
    expect(statuses).toEqual([...Array(5).fill(401), 429]);
  });

  it('whoever comes to the machine itself, without TLS, gets a cookie that works there', async () => {
    const { headers, ...rest } = json({ user: 'ann', password: PASSWORD });
    const answer = await ask(`${direct}/session`, { ...rest, headers: { ...headers, Origin: direct } });
    expect(String(answer.headers['set-cookie'])).not.toContain('Secure');
    expect(answer.headers['strict-transport-security']).toBeUndefined();
  });
});

describe('without --behind-proxy', () => {
  it('X-Forwarded-For is not believed', async () => {
    const serving = await startServing();
    const { headers, ...rest } = json({ token: serving.token });
    await ask(`${serving.origin}/session`, {
      ...rest,
      headers: { ...headers, Origin: serving.origin, 'X-Forwarded-For': '198.51.100.1' },
    });
    expect(auditOf(serving.directory)).toMatchObject([{ address: '127.0.0.1', result: 'done' }]);
    await serving.stop();
  });
});

describe('with a certificate', () => {
  it('it is reached by HTTPS, from all addresses once there are users', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-tls-'));
    addUser(directory);
    const tls = ['--tls-cert', CERT, '--tls-key', KEY];
    const serving = await startServing(
      directory,
      '--host',
      '0.0.0.0',
      '--public-url',
      'https://import.test:8321',
      ...tls,
    );
    try {
      const local = `https://127.0.0.1:${await portOf(serving)}`;
      const health = await ask(`${local}/health`);
      expect([health.status, health.headers['strict-transport-security']]).toEqual([200, 'max-age=31536000']);
      const { headers, ...rest } = json({ user: 'ann', password: PASSWORD });
      for (const [host, origin] of [
        [local.slice(8), local],
        ['import.test:8321', 'https://import.test:8321'],
      ] as const) {
        const answer = await ask(`${local}/session`, {
          ...rest,
          headers: { ...headers, Host: host, Origin: origin },
        });
        expect([answer.status, String(answer.headers['set-cookie'])]).toEqual([
          200,
          expect.stringMatching(/; Secure$/),
        ]);
      }
      const clear = { ...headers, Origin: local.replace('https', 'http') };
      expect((await ask(`${local}/session`, { ...rest, headers: clear })).status).toBe(403);
      await expect(ask(`${local.replace('https', 'http')}/health`)).rejects.toThrow();
    } finally {
      await serving.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});

/** The certificate that a server shows. */
function shownBy(port: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('a certificate that is renewed', () => {
  it('is shown without a restart, once it goes with its key', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-tls-'));
    const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(directory, name)) as [string, string];
    copyFileSync(CERT, cert);
    copyFileSync(KEY, key);
    const serving = await startServing(directory, '--tls-cert', cert, '--tls-key', key);
    try {
      const { port } = new URL(serving.origin);
      const [first, renewed] = [CERT, join(TLS, 'renewed-cert.pem')].map(
        (file) => new X509Certificate(readFileSync(file)).fingerprint256,
      );
      expect(await shownBy(port)).toBe(first);
      const log = () => readFileSync(join(directory, 'serve.log'), { encoding: 'utf8', flag: 'a+' });
      copyFileSync(join(TLS, 'renewed-cert.pem'), cert);
      await expect.poll(log, { timeout: 20_000 }).toMatch(/TLS_UNUSABLE.*The one before it is shown on/);
      expect(await shownBy(port)).toBe(first);
      copyFileSync(join(TLS, 'renewed-key.pem'), key);
      await expect.poll(() => shownBy(port), { timeout: 20_000 }).toBe(renewed);
    } finally {
      await serving.stop();
      await rm(directory, { recursive: true, force: true });
    }
  }, 50_000);
});

describe('what is refused, with exit 3', () => {
  const cases: [string, string[], RegExp][] = [
    [
      'every address without a password',
      ['--host', '0.0.0.0', '--tls-cert', CERT, '--tls-key', KEY],
      /nobody has a password yet.*serve user add/s,
    ],
    ['a certificate without its key', ['--tls-cert', CERT], /go together/],
    ['a key that is none', ['--tls-cert', CERT, '--tls-key', CERT], /cannot be used/],
    ['a public address in clear', ['--public-url', 'http://import.test'], /in clear/],
    ['a public address with a path', ['--public-url', 'https://import.test/pages'], /without a path/],
    ['a public address that is none', ['--public-url', 'import.test'], /is no address/],
  ];
  it.each(cases)('%s', async (_name, options, says) => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-no-'));
    const { code, stderr } = await startCli(['serve', directory, ...options], { cwd: directory }).ended;
    expect([code, stderr]).toEqual([3, expect.stringMatching(says)]);
    await rm(directory, { recursive: true, force: true });
  });

  it('every address with passwords in clear, or behind a proxy without TLS', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-no-'));
    addUser(directory);
    for (const options of [
      [],
      ['--behind-proxy'],
      ['--behind-proxy', '--public-url', 'http://127.0.0.1:9999'],
    ]) {
      const args = ['serve', directory, '--host', '0.0.0.0', ...options];
      const { code, stderr } = await startCli(args, { cwd: directory }).ended;
      expect([code, stderr]).toEqual([3, expect.stringContaining('would go over the net in clear')]);
    }
    await rm(directory, { recursive: true, force: true });
  });
});

describe('a server under load', () => {
  it('answers 300 requests a minute of a session, and 429 then', async () => {
    const serving = await startServing();
    const cookie = await serving.logIn();
    const statuses: number[] = [];
    for (let at = 0; at < 305; at++)
      statuses.push((await ask(`${serving.origin}/settings`, { headers: { Cookie: cookie } })).status);
    expect(statuses.indexOf(429)).toBe(300);
    const { headers } = await ask(`${serving.origin}/runs`, { headers: { Cookie: cookie } });
    expect(headers['retry-after']).toBe('60');
    await serving.stop();
  });

  it('lets go of whoever sends the head of a request too slowly', async () => {
    const serving = await startServing();
    const { port } = new URL(serving.origin);
    const from = performance.now();
    const closed = new Promise<void>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('GET / HTTP/1.1\r\nHost: '));
      socket
        .on('close', () => resolve())
        .on('error', () => resolve())
        .resume();
    });
    await closed;
    expect(performance.now() - from).toBeLessThan(40_000);
    await serving.stop();
  }, 50_000);
});
