import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI } from '../fixtures/cli.js';
import { accessibilityOf, startBrowser, watchedPage, widthOf } from './browser.js';
import { type Serving, startServing } from './serving.js';

const PASSWORD = 'four quiet words here';
const OTHER = 'another set of words';

let serving: Serving;

/** `serve user` or `serve key`, with a line on its standard input. */
function people(words: readonly string[], input = '', directory = serving.directory) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = spawn(process.execPath, [CLI, 'serve', ...words, '--dir', directory], { env: {} });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.on('close', (code) => resolve({ code, out, err }));
    child.stdin.end(input);
  });
}

function logIn(fields: Readonly<Record<string, string>>, at = serving.origin) {
  return fetch(`${at}/session`, {
    method: 'POST',
    headers: { Origin: at, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
}

const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
const statusOf = async (path: string, headers: Record<string, string>, method = 'GET') =>
  (await fetch(serving.origin + path, { method, headers })).status;

beforeAll(async () => {
  serving = await startServing();
  await people(['user', 'add', 'ann', '--role', 'run'], `${PASSWORD}\n`);
});
afterAll(() => serving.stop());

describe('the users of a folder', () => {
  it('are added, listed and removed by the owner of the terminal, with the password on standard input', async () => {
    const added = await people(['user', 'add', 'ben', '--role', 'view'], `${PASSWORD}\n`);
    expect([added.code, added.out]).toEqual([0, 'ben can log in now, with the role view.\n']);
    const { out } = await people(['user', 'list']);
    expect(out.split('\n').map((line) => line.split('\t').slice(0, 2))).toEqual([
      ['ann', 'run'],
      ['ben', 'view'],
      [''],
    ]);
    expect((await people(['user', 'role', 'BEN', '--role', 'admin'])).code).toBe(0);
    expect((await people(['user', 'list'])).out).toContain('ben\tadmin');
    expect((await people(['user', 'remove', 'ben'])).code).toBe(0);
    expect((await people(['user', 'list'])).out).not.toContain('ben');
  });

  it('are refused with what is wrong and what to do', async () => {
    const cases: [string[], string, RegExp][] = [
      [['user', 'add', 'ann', '--role', 'run'], PASSWORD, /There is a user ann already/],
      [['user', 'add', 'cy'], PASSWORD, /needs a role.*--role view, run/s],
      [['user', 'add', 'cy', '--role', 'boss'], PASSWORD, /--role is "boss", but must be one of view/],
      [['user', 'add', 'cy', '--role', 'run'], 'short', /12 characters or more/],
      [['user', 'add', 'cy', '--role', 'run'], '', /No password came on standard input/],
      [['user', 'add', '../cy', '--role', 'run'], PASSWORD, /cannot be a name/],
      [['user', 'remove', 'nobody'], '', /There is no user nobody/],
      [['user', 'rename', 'ann'], '', /cannot do "rename".*serve user add NAME/s],
      [['user', 'list', 'ann'], '', /takes no name/],
      [['user'], '', /needs <task\.\.>/],
      [['key', 'remove', 'nothing'], '', /There is no key nothing/],
    ];
    for (const [words, input, says] of cases) {
      const { code, out, err } = await people(words, `${input}\n`);
      expect([words, code, out]).toEqual([words, 3, '']);
      expect(err).toMatch(says);
      expect(err).not.toMatch(/\s{3,}at /);
    }
    expect((await people(['user', 'list'], '', join(serving.directory, 'nowhere'))).err).toContain(
      'There is no folder',
    );
  });

  it('stand in users.json as scrypt, for the owner alone; no password and no key is in the folder', async () => {
    const { out: key } = await people(['key', 'add', 'nightly', '--role', 'view']);
    const file = join(serving.directory, 'users.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { users, keys } = JSON.parse(await readFile(file, 'utf8'));
    expect(users[0]).toMatchObject({ name: 'ann', role: 'run', password: { n: 32768, r: 8, p: 1 } });
    expect(keys[0].hash).toHaveLength(43);
    for (const name of ['users.json', 'serve.db', 'serve.db-wal', 'serve.log']) {
      const content = await readFile(join(serving.directory, name)).catch(() => Buffer.of());
      for (const secret of [PASSWORD, key.trim()])
        expect([name, content.includes(secret)]).toEqual([name, false]);
    }
    await people(['key', 'remove', 'nightly']);
  });

  it('are changed by many at once without a loss', async () => {
    const names = ['k1', 'k2', 'k3', 'k4'];
    await Promise.all(names.map((name) => people(['key', 'add', name, '--role', 'view'])));
    const { out } = await people(['key', 'list']);
    expect(out.split('\n').map((line) => line.split('\t')[0])).toEqual([...names, '']);
    for (const name of names) await people(['key', 'remove', name]);
  });
});

describe('a user', () => {
  it('logs in with name and password, small letters or capitals, and has their role', async () => {
    const answer = await logIn({ user: 'Ann', password: PASSWORD });
    expect([answer.status, await answer.json()]).toEqual([200, { user: 'ann', role: 'run' }]);
    const cookie = cookieOf(answer);
    expect(await statusOf('/runs', { Cookie: cookie })).toBe(200);
  });

  it('gets the same answer for a wrong name as for a wrong password, in the same time', async () => {
    const timed = async (fields: Record<string, string>) => {
      const from = performance.now();
      const answer = await logIn(fields);
      return { status: answer.status, text: await answer.text(), ms: performance.now() - from };
    };
    const name = await timed({ user: 'nobody', password: PASSWORD });
    const password = await timed({ user: 'ann', password: OTHER });
    expect([name.status, name.text]).toEqual([401, password.text]);
    // both cost one scrypt; without it the answer takes a tenth of that
    expect(name.ms).toBeGreaterThan(password.ms / 4);
  });

  it('is logged out by another password, another role and the end of the user, at once', async () => {
    await people(['user', 'add', 'dot', '--role', 'view'], `${PASSWORD}\n`);
    const first = cookieOf(await logIn({ user: 'dot', password: PASSWORD }));
    expect(await statusOf('/runs', { Cookie: first })).toBe(200);
    await people(['user', 'password', 'dot'], `${OTHER}\n`);
    expect(await statusOf('/runs', { Cookie: first })).toBe(401);
    const second = cookieOf(await logIn({ user: 'dot', password: OTHER }));
    const stream = await fetch(`${serving.origin}/events?topic=list`, { headers: { Cookie: second } });
    await people(['user', 'role', 'dot', '--role', 'run']);
    expect(await statusOf('/runs', { Cookie: second })).toBe(401);
    // the stream that was open ends with the session
    for await (const _ of stream.body ?? []);
    const third = cookieOf(await logIn({ user: 'dot', password: OTHER }));
    expect(await statusOf('/runs', { Cookie: third })).toBe(200);
    await people(['user', 'remove', 'dot']);
    expect(await statusOf('/runs', { Cookie: third })).toBe(401);
    expect((await logIn({ user: 'dot', password: OTHER })).status).toBe(401);
  });

  it('is told apart from the owner of the terminal, whose token goes on to work', async () => {
    const owner = await serving.logIn();
    expect(await statusOf('/runs', { Cookie: owner })).toBe(200);
  });

  it('is held back after five refusals, from wherever; others at the same machine are not; tries side by side count', async () => {
    const other = await startServing();
    for (const name of ['eve', 'bob'])
      await people(['user', 'add', name, '--role', 'view'], `${PASSWORD}\n`, other.directory);
    try {
      const tries = Array.from({ length: 12 }, () => logIn({ user: 'eve', password: 'wrong' }, other.origin));
      const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
      expect(statuses).toEqual([...Array(5).fill(401), ...Array(7).fill(429)]);
      expect((await logIn({ user: 'eve', password: PASSWORD }, other.origin)).status).toBe(429);
      expect((await logIn({ user: 'bob', password: PASSWORD }, other.origin)).status).toBe(200);
      const database = new Database(join(other.directory, 'serve.db'));
      const lines = database.prepare("SELECT user, result FROM audit WHERE action = 'log in'").all();
      database.close();
      expect(lines).toEqual([
        ...Array(13).fill({ user: 'eve', result: 'refused' }),
        { user: 'bob', result: 'done' },
      ]);
    } finally {
      await other.stop();
    }
  });

  it('finds the log-in by password on a page that everybody can use, and comes to the page that was asked for', async () => {
    const browser = await startBrowser();
    try {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context = await browser.newContext({ colorScheme });
        const { page, wrong } = await watchedPage(context, serving.origin);
        await page.goto(`${serving.origin}/runs`);
        expect(await accessibilityOf(page)).toEqual([]);
        await page.setViewportSize({ width: 320, height: 640 });
        expect(await widthOf(page)).toBe(320);
        await page.getByLabel('Name').fill('ann');
        await page.getByLabel('Password').fill(PASSWORD);
        await page.keyboard.press('Enter');
        await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
        expect(page.url()).toBe(`${serving.origin}/runs`);
        expect(wrong).toEqual([]);
        await context.close();
      }
    } finally {
      await browser.close();
    }
  });
});

describe('a key', () => {
  it('opens what its role may, without a cookie or an origin, until it is removed', async () => {
    const { out } = await people(['key', 'add', 'script', '--role', 'view']);
    const headers = { Authorization: `Bearer ${out.trim()}` };
    expect(out).toMatch(/^aik_[\w-]{43}\n$/);
    expect(await statusOf('/runs', headers)).toBe(200);
    expect(await statusOf('/session', headers, 'DELETE')).toBe(200);
    expect(await statusOf('/runs', { ...headers, Origin: 'http://evil.test' })).toBe(403);
    const owner = cookieOf(await logIn({ user: 'ann', password: PASSWORD }));
    expect(await statusOf('/runs', { Cookie: owner, Authorization: 'Bearer aik_wrong' })).toBe(401);
    await people(['key', 'remove', 'script']);
    expect(await statusOf('/runs', headers)).toBe(401);
  });
});

describe('what was kept by another version', () => {
  it('is brought to the present form: the audit stays, sessions are begun anew', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-old-'));
    const file = join(directory, 'serve.db');
    const old = new Database(file);
    old.exec(`CREATE TABLE sessions (hash TEXT PRIMARY KEY, user TEXT NOT NULL, role TEXT NOT NULL, started INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
      CREATE TABLE audit (id INTEGER PRIMARY KEY, at TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL, result TEXT NOT NULL);
      INSERT INTO audit VALUES (1, '2026-01-02T03:04:05.000Z', 'old', 'admin', '', 'log in', '', 'done');`);
    old.close();
    const other = await startServing(directory);
    await other.logIn();
    const database = new Database(file);
    expect(database.prepare('SELECT user, change FROM audit ORDER BY id').all()[0]).toEqual({
      user: 'old',
      change: '',
    });
    expect(() => database.exec('DELETE FROM audit')).toThrow('only added to');
    expect(() => database.exec("UPDATE audit SET user = 'x'")).toThrow('only added to');
    await other.stop();
    database.exec('PRAGMA user_version = 99');
    database.close();
    await expect(startServing(directory)).rejects.toThrow('was written by a newer alianza-import');
    await rm(directory, { recursive: true, force: true });
  });

  it('is refused where users.json cannot be read', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'serve-bad-'));
    await writeFile(join(directory, 'users.json'), '{"form":1');
    await expect(startServing(directory)).rejects.toThrow(/users\.json cannot be read.*backup/s);
    await rm(directory, { recursive: true, force: true });
  });
});
