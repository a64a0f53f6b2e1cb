import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, startCli } from '../fixtures/cli.js';
import { rawRequest } from './raw-request.js';
import { type Serving, startServing } from './serving.js';

const MIXED = join(import.meta.dirname, '../../samples/mixed.xlsx');
const MISTAKES = join(import.meta.dirname, '../../samples/mistakes.csv');

let serving: Serving;
let cookie: string;

beforeAll(async () => {
  serving = await startServing();
  const runs = join(serving.directory, 'runs');
  const cli = (...args: string[]) => startCli(args, { cwd: serving.directory }).ended;
  await cli('run', MIXED, '--out', join(runs, 'good'), '--quiet');
  await cli('run', MISTAKES, '--out', join(runs, 'Bad "run" <b>'), '--quiet');
  mkdirSync(join(runs, 'damaged'));
  writeFileSync(join(runs, 'damaged', 'journal.db'), 'not a journal');
  cookie = await serving.logIn();
});
afterAll(() => serving.stop());

/** A request with exactly these headers, of which some are forbidden to `fetch`. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET', body = '') {
  const { host } = new URL(serving.origin);
  return rawRequest(serving.origin, path, { method, headers: { Host: host, ...headers }, body });
}

const get = (path: string) => ask(path, { Cookie: cookie, Accept: 'text/html' });

describe('what is shown', () => {
  it('lists all runs, with what each came to, and finds them', async () => {
    const { text } = await get('/runs');
    expect(text).toContain('3 of 3 runs');
    expect(text).toContain('<a href="/runs/good">mixed.xlsx</a>');
    expect(text).toMatch(/30 rows: 30 created.*<span class="standing good">done<\/span>/s);
    expect(text).toContain('16 invalid, 7 pending');
    const id = /<a href="\/runs\/(bad-run-b-[0-9a-f]{8})">mistakes\.csv<\/a>/.exec(text)?.[1];
    expect(id).toBeDefined();
    expect((await get(`/runs/${id}`)).text).toContain('Phone number is used twice');
    expect((await get('/runs?q=MISTAKES')).text).toContain('1 of 3 runs');
    expect((await get('/runs?standing=unreadable')).text).toContain('1 of 3 runs');
    expect((await get('/runs?environment=production')).text).toContain('No run is like that.');
  });

  it('finds rows by what they say or were given, below the runs', async () => {
    const found = async (text: string) => {
      const { text: page } = await get(`/runs?q=${encodeURIComponent(text)}`);
      return page.slice(page.indexOf('<h2 id="rows">Rows</h2>'));
    };
    const byNumber = await found('(305) 555-6204');
    expect(byNumber).toContain('<a href="/runs/good">mixed.xlsx</a>');
    expect(byNumber).toContain('<td data-label="Row">Business Line: 5</td>');
    expect(byNumber).toContain('<td data-label="User or number">Closed on Mondays, 13055556204</td>');
    expect(byNumber).toContain('<td data-label="Status">created</td>');
    const lineId = /businessLineId ([^<]+)</.exec(byNumber)?.[1] ?? '';
    expect(await found(lineId)).toContain('Business Line: 5');
    expect(await found('CUB-6201')).toContain('<td data-label="Account">CUB-6201</td>');
    expect(await found('nobody has this')).toContain('No row has it.');
    expect(await found('x'.repeat(501))).toContain('The text to look for is too long.');
    // all go on at once, and are no more processes than two
    const many = await Promise.all(Array.from({ length: 10 }, () => found('CUB-6201')));
    const isTold = many.map((page) => page.includes('Other searches of yours are still under way'));
    expect(isTold).toContain(true);
    expect(isTold.filter((is) => !is).length).toBeGreaterThanOrEqual(2);
    const [, password = ''] =
      /"([^"]+)"\s*$/.exec(readFileSync(join(serving.directory, 'runs/good/credentials.csv'), 'utf8')) ?? [];
    expect(password.length).toBeGreaterThan(5);
    expect(await found(password)).toContain('No row has it.');
  });

  it('says of a run what happened, who ran it and which files there are', async () => {
    const { status, text } = await get('/runs/good');
    expect(status).toBe(200);
    expect(text).toContain(
      '<span class="standing good" data-slot="standing">done</span>: every row is done.',
    );
    expect(text).toContain('<div><dt>Partition</dt><dd>sandbox-partition</dd></div>');
    expect(text).toContain('came to its end');
    const names = [...text.matchAll(/href="\/runs\/good\/files\/([^"]+)"/g)].map(([, name]) => name);
    expect(names).toEqual(['results.xlsx', 'report.html', 'run.log']);
    const damaged = await get('/runs/damaged');
    expect(damaged.status).toBe(200);
    expect(damaged.text).toContain('The journal of this run cannot be read');
  });

  it('says to a role that only looks who may undo and who may have credentials', async () => {
    const words = ['serve', 'key', 'add', 'reader', '--role', 'view', '--dir', serving.directory];
    const added = await startCli(words, { cwd: serving.directory }).ended;
    const as = { Authorization: `Bearer ${added.stdout.trim()}`, Accept: 'text/html' };
    const undo = (await ask('/runs/good/undo', as)).text;
    expect(undo).toContain('Undo needs the role production, which you do not have');
    expect(undo).not.toContain('does not go to');
    const keep = (await ask('/runs/good/keep', as)).text;
    expect(keep).toContain('Your role is view: somebody with the role production downloads it');
    expect(keep).toContain('It stays until an admin deletes it');
    expect(keep).not.toContain('<button>D');
  });

  it('gives the files of a run, byte for byte, and no others', async () => {
    const answer = await fetch(`${serving.origin}/runs/good/files/results.xlsx`, {
      headers: { Cookie: cookie },
    });
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="good-results.xlsx"; filename*=UTF-8''good-results.xlsx`,
    );
    const path = join(serving.directory, 'runs/good/results.xlsx');
    expect(Buffer.from(await answer.arrayBuffer()).equals(readFileSync(path))).toBe(true);
    expect(existsSync(join(serving.directory, 'runs/good/credentials.csv'))).toBe(true);
    for (const name of ['credentials.csv', 'journal.db', 'lock', 'sandbox-state.jsonl', 'errors.csv'])
      expect((await get(`/runs/good/files/${name}`)).status).toBe(404);
    const report = await get('/runs/good/report');
    expect(report.headers['content-security-policy']).toMatch(/^sandbox allow-scripts;/);
  });

  it('changes nothing by being looked at', async () => {
    const facts = () =>
      // what SQLite itself puts beside a database that is read
      readdirSync(join(serving.directory, 'runs/good'))
        .filter((name) => !/-(shm|wal)$/.test(name))
        .map((name) => {
          const { mtimeMs, size } = statSync(join(serving.directory, 'runs/good', name));
          return [name, mtimeMs, size];
        });
    const before = facts();
    for (const path of ['/', '/runs', '/runs/good', '/state?topic=run:good']) await get(path);
    expect(facts()).toEqual(before);
  });

  it('streams what a run says, the whole of it first', async () => {
    const stop = new AbortController();
    const answer = await fetch(`${serving.origin}/events?topic=run:good`, {
      headers: { Cookie: cookie },
      signal: stop.signal,
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    expect(answer.headers.get('x-accel-buffering')).toBe('no');
    let text = '';
    for await (const piece of answer.body ?? []) {
      text += Buffer.from(piece).toString();
      if (text.includes('data: ')) break;
    }
    stop.abort();
    const data = JSON.parse(/data: (.*)/.exec(text)?.[1] ?? '') as { done: number; standing: string };
    expect(data).toMatchObject({ standing: 'done', total: 30, done: 30, rows: '30 rows: 30 created' });
  });

  it('opens four streams for a session, and no more', async () => {
    const stop = new AbortController();
    const open = () =>
      fetch(`${serving.origin}/events?topic=list`, { headers: { Cookie: cookie }, signal: stop.signal });
    const answers = [];
    for (let at = 0; at < 5; at++) answers.push(await open());
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 429]);
    stop.abort();
    await expect
      .poll(
        async () =>
          (
            await fetch(`${serving.origin}/events?topic=list`, {
              headers: { Cookie: cookie },
              signal: AbortSignal.timeout(500),
            })
          ).status,
      )
      .toBe(200);
  });
});

describe('who is kept out', () => {
  const cases: [string, string, Record<string, string>, number][] = [
    ['a name that somebody has pointed here', '/health', { Host: 'evil.test' }, 421],
    ['the right name and another port', '/health', { Host: '127.0.0.1:1' }, 421],
    ['a page of another site that reads', '/runs', { Origin: 'http://evil.test' }, 403],
    ['a page without an origin', '/runs', { Origin: 'null' }, 403],
    [
      'a picture of another site',
      '/runs',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' },
      403,
    ],
    [
      'another port of this machine',
      '/runs',
      { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' },
      403,
    ],
    [
      'a frame of another site',
      '/runs',
      { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' },
      403,
    ],
  ];
  for (const [who, path, headers, status] of cases)
    it(`${who}: ${status}`, async () => {
      expect((await ask(path, { Cookie: cookie, ...headers })).status).toBe(status);
    });

  it('a link of another site opens a page all the same', async () => {
    const headers = {
      'Sec-Fetch-Site': 'cross-site',
      'Sec-Fetch-Mode': 'navigate',
      'Sec-Fetch-Dest': 'document',
    };
    expect((await ask('/runs', { Cookie: cookie, Accept: 'text/html', ...headers })).status).toBe(200);
  });

  it('a form that another site sends, or a script that says nothing of itself: 403', async () => {
    expect((await ask('/session/end', { Cookie: cookie, Origin: 'http://evil.test' }, 'POST')).status).toBe(
      403,
    );
    expect((await ask('/session/end', { Cookie: cookie }, 'POST')).status).toBe(403);
    expect((await get('/runs')).status).toBe(200);
  });

  it('whoever is not logged in', async () => {
    for (const path of [
      '/',
      '/runs',
      '/runs/good',
      '/runs/good/files/results.xlsx',
      '/events?topic=list',
      '/state?topic=list',
    ])
      expect((await ask(path)).status).toBe(401);
    const page = await ask('/runs/good', { Accept: 'text/html' });
    expect(page.status).toBe(401);
    expect(page.text).not.toContain('mixed.xlsx');
    expect((await ask('/runs', { Cookie: `${cookie}x` })).status).toBe(401);
    expect((await ask('/health')).text).toBe('{"ok":true}');
  });

  it('a way out of the folder', async () => {
    for (const path of [
      '/runs/..%2f..%2fetc',
      '/runs/good/files/..%2fjournal.db',
      '/runs/good/files/..%5cjournal.db',
      '/assets/..%2f..%2fcli.js',
      '/runs/good%00',
    ])
      expect((await get(path)).status).toBe(404);
  });

  it('names of runs and sheets stand in pages as text', async () => {
    const { text } = await get('/runs?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E');
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  it('every answer says what a browser may do with it', async () => {
    for (const answer of [
      await get('/'),
      await get('/nothing'),
      await ask('/health'),
      await ask('/health', { Host: 'evil.test' }),
    ]) {
      expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
      expect(answer.headers['content-security-policy']).toContain("require-trusted-types-for 'script'");
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('an address, a method or a body that is not meant', async () => {
    expect((await get('/nothing')).status).toBe(404);
    expect((await ask('/runs', { Cookie: cookie, Origin: serving.origin }, 'PUT')).status).toBe(405);
    const large = { Origin: serving.origin, 'Content-Type': 'application/json' };
    expect((await ask('/session', large, 'POST', `{"token":"${'x'.repeat(70_000)}"}`)).status).toBe(413);
  });
});

describe('the log-in', () => {
  it('works once a token, and the owner of the folder gets another', async () => {
    await expect(serving.logIn()).rejects.toThrow('401');
    const printed = execFileSync(process.execPath, [CLI, 'serve', '--token', serving.directory], {
      encoding: 'utf8',
    });
    const [origin, token = ''] = printed.trim().split('/#');
    expect(origin).toBe(serving.origin);
    expect(await serving.logIn(token)).toMatch(/^alianza-import-\d+=[\w-]{43}$/);
    await expect(serving.logIn(token)).rejects.toThrow('401');
  });

  it('ends with the log-out', async () => {
    const token = execFileSync(process.execPath, [CLI, 'serve', '--token', serving.directory], {
      encoding: 'utf8',
    })
      .trim()
      .split('/#')[1];
    const own = await serving.logIn(token);
    expect((await ask('/runs', { Cookie: own })).status).toBe(200);
    expect((await ask('/session', { Cookie: own, Origin: serving.origin }, 'DELETE')).status).toBe(200);
    expect((await ask('/runs', { Cookie: own })).status).toBe(401);
  });

  it('ends twelve hours after the last request, and seven days after it began', async () => {
    const other = await startServing();
    const own = await other.logIn();
    const statusOf = async () => (await fetch(`${other.origin}/runs`, { headers: { Cookie: own } })).status;
    const database = new Database(join(other.directory, 'serve.db'));
    const began = (hoursAgo: number, seenHoursAgo: number) =>
      database
        .prepare('UPDATE sessions SET started = ?, seen = ?')
        .run(...[hoursAgo, seenHoursAgo].map((hours) => Date.now() - hours * 3_600_000));
    for (const [hours, seen, status] of [
      [167, 11, 200],
      [167, 13, 401],
    ] as const) {
      began(hours, seen);
      expect([hours, seen, await statusOf()]).toEqual([hours, seen, status]);
    }
    began(169, 0);
    expect(await statusOf()).toBe(401);
    database.close();
    await other.stop();
  });

  it('keeps no token and no session in the folder, and nothing that others can read', () => {
    const database = new Database(join(serving.directory, 'serve.db'));
    const audit = database.prepare('SELECT action, object, result FROM audit').all() as {
      action: string;
      object: string;
    }[];
    const sessions = database.prepare('SELECT hash FROM sessions').all() as { hash: string }[];
    database.close();
    expect(audit).toContainEqual({ action: 'log in', object: '', result: 'done' });
    expect(audit).toContainEqual({ action: 'log in', object: '', result: 'refused' });
    expect(audit).toContainEqual({ action: 'download', object: 'good/results.xlsx', result: 'done' });
    const secrets = [serving.token, cookie.split('=')[1] ?? ''];
    expect(sessions.map(({ hash }) => hash)).not.toContain(secrets[1]);
    for (const name of readdirSync(serving.directory).filter((each) => each.startsWith('serve.'))) {
      const path = join(serving.directory, name);
      expect([name, statSync(path).mode & 0o077]).toEqual([name, 0]);
      for (const secret of secrets) expect(readFileSync(path).includes(secret)).toBe(false);
    }
  });

  it('is held back after thirty refusals from this machine, where a tunnel brings many', async () => {
    const other = await startServing();
    try {
      const tries = [];
      for (let at = 0; at < 31; at++)
        tries.push(await other.logIn('wrong').catch((error: Error) => error.message));
      expect(tries.map((text) => /\d+$/.exec(String(text))?.[0])).toEqual([...Array(30).fill('401'), '429']);
    } finally {
      await other.stop();
    }
  });
});

describe('the server', () => {
  it('is one for a folder', async () => {
    const second = await startCli(['serve', serving.directory], { cwd: serving.directory }).ended;
    expect(second.code).toBe(5);
    expect(second.stderr).toContain('holds the lock on folder');
  });

  it('takes the next port where one is taken', async () => {
    const port = Number(new URL(serving.origin).port);
    const second = await startServing(undefined, '--port', String(port));
    expect(Number(new URL(second.origin).port)).toBeGreaterThan(port);
    await second.stop();
  });

  it('is not to be had from other machines', async () => {
    const ended = await startCli(['serve', serving.directory, '--host', '0.0.0.0'], {
      cwd: serving.directory,
    }).ended;
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain('cannot be served at 0.0.0.0');
  });

  it('ends on a signal, also while pages are open', async () => {
    const other = await startServing();
    const own = await other.logIn();
    const stream = fetch(`${other.origin}/events?topic=list`, { headers: { Cookie: own } });
    await stream;
    other.process.signal('SIGTERM');
    expect((await other.process.ended).code).toBe(0);
    await other.stop();
  });

  it('leaves folders alone that are no sheets, and says so once', async () => {
    const folder = join(serving.directory, 'strays');
    const strays: [string, string][] = [
      ['half', '{"file":"x.csv"}'],
      ['other', 'no JSON'],
      ['empty', 'null'],
    ];
    for (const [name, text] of strays) {
      mkdirSync(join(folder, 'sheets', name), { recursive: true });
      writeFileSync(join(folder, 'sheets', name, 'sheet.json'), text);
    }
    const server = await startServing(folder, '--port', '8640');
    const headers = { Cookie: await server.logIn(), Origin: server.origin };
    const send = { method: 'PUT', headers, body: 'product\n' };
    expect((await fetch(`${server.origin}/sheets?name=good.csv`, send)).status).toBe(201);
    for (const path of ['/', '/sheets']) {
      const answer = await fetch(server.origin + path, { headers: { ...headers, Accept: 'text/html' } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(await answer.text()).toContain('good.csv');
    }
    expect((await fetch(`${server.origin}/sheets/half`, { headers })).status).toBe(404);
    await server.stop();
    const log = readFileSync(join(folder, 'serve.log'), 'utf8');
    for (const [name, text] of strays) {
      expect([name, log.split(`"sheet":"${name}"`).length - 1]).toEqual([name, 1]);
      expect(readFileSync(join(folder, 'sheets', name, 'sheet.json'), 'utf8')).toBe(text);
    }
  });

  it('goes on with the same sessions after kill -9', async () => {
    const folder = join(serving.directory, 'again');
    mkdirSync(folder);
    const first = await startServing(folder, '--port', '8600');
    const own = await first.logIn();
    await first.stop();
    const port = new URL(first.origin).port;
    const second = await startServing(folder, '--port', port);
    const answer = await fetch(`${second.origin}/runs`, { headers: { Cookie: own } });
    expect(answer.status).toBe(200);
    await second.stop();
  });
});
