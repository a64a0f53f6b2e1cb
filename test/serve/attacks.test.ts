import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import Database from 'libsql';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '../../src/serve/http.js';
import { LiveStreams } from '../../src/serve/live.js';
import type { Served } from '../../src/serve/served.js';
import { CLI, startCli } from '../fixtures/cli.js';
import { portOrderRows, WIRELESS } from '../fixtures/port-rows.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { startBrowser } from './browser.js';
import { endOf, jobOf, jobPlaceOf, started } from './job-place.js';
import { rawRequest } from './raw-request.js';
import { type Serving, startServing } from './serving.js';

const MIXED = join(import.meta.dirname, '../../samples/mixed.xlsx');

let browser: Browser;
let serving: Serving;
let elsewhere: Server;
/** pages of another site, and of another port of this machine: cookies tell ports not apart */
const others = { site: '', port: '' };
let sheet: string;

beforeAll(async () => {
  serving = await startServing();
  elsewhere = createServer(({ url }, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    if (url === '/plant') answer.setHeader('Set-Cookie', `${cookieName()}=${CHOSEN}; Path=/`);
    answer.end('<!doctype html><title>Elsewhere</title><h1>Elsewhere</h1>');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  Object.assign(others, { site: `http://evil.test:${port}`, port: `http://127.0.0.1:${port}` });
  browser = await startBrowser(['--host-resolver-rules=MAP evil.test 127.0.0.1']);
  const args = ['run', MIXED, '--out', join(serving.directory, 'runs', 'good'), '--quiet'];
  await startCli(args, { cwd: serving.directory }).ended;
  const cookie = await serving.logIn();
  const pasted = await fetch(`${serving.origin}/sheets`, {
    method: 'POST',
    headers: { Cookie: cookie, Origin: serving.origin, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'a.csv', text: 'product,firstName\nBCC,Ann\n' }),
  });
  sheet = ((await pasted.json()) as { id: string }).id;
});
afterAll(async () => {
  await browser.close();
  elsewhere.close();
  elsewhere.closeAllConnections();
  await serving.stop();
});

/** What an attacker has chosen as somebody's cookie. */
const CHOSEN = 'c'.repeat(43);

const cookieName = () => `alianza-import-${new URL(serving.origin).port}`;

function newAddress({ directory }: Serving): string {
  return execFileSync(process.execPath, [CLI, 'serve', '--token', directory], { encoding: 'utf8' }).trim();
}

/** Logs a browser in, as a person does. */
async function logIn(context: BrowserContext, at = serving): Promise<Page> {
  const page = await context.newPage();
  await page.goto(newAddress(at));
  await page.getByRole('heading', { name: 'Now' }).waitFor();
  return page;
}

/** All that the server keeps: who is logged in, who did what, the jobs and the sheets. */
function kept() {
  const database = new Database(join(serving.directory, 'serve.db'));
  const all = (query: string) => database.prepare(query).all();
  try {
    return {
      sessions: all('SELECT hash FROM sessions'),
      audit: all('SELECT action, object, result FROM audit'),
      jobs: all('SELECT id, kind FROM jobs'),
      sheets: readdirSync(join(serving.directory, 'sheets')),
      runs: readdirSync(join(serving.directory, 'runs')),
    };
  } finally {
    database.close();
  }
}

/** Sends a form of a page to an address, and waits for what is shown then. */
async function sendForm(page: Page, to: string, fields: Readonly<Record<string, string>>, type: string) {
  const shown = page.waitForResponse((answer) => answer.request().isNavigationRequest());
  const moved = page.waitForEvent('framenavigated');
  const [action, values, enctype] = [to, fields, type].map((each) => JSON.stringify(each));
  await page.evaluate(`{
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: ${action}, enctype: ${enctype} });
    for (const [name, value] of Object.entries(${values})) {
      const input = document.createElement('input');
      Object.assign(input, { type: 'hidden', name, value });
      form.append(input);
    }
    document.body.append(form);
    form.submit();
  }`);
  const status = (await shown).status();
  await moved;
  return status;
}

const PASTED = { name: 'evil.csv', text: 'product\nBCC\n' };
const FORM = 'application/x-www-form-urlencoded';

for (const who of ['site', 'port'] as const)
  describe(`a page of another ${who}, open beside a log-in`, () => {
    let context: BrowserContext;
    let page: Page;
    let before: ReturnType<typeof kept>;

    beforeAll(async () => {
      context = await browser.newContext();
      await logIn(context);
      page = await context.newPage();
      before = kept();
    });
    afterAll(() => context.close());

    it('sends no form', async () => {
      for (const [path, fields] of [
        ['/session/end', {}],
        ['/session', { token: 'x' }],
        ['/sheets', PASTED],
        ['/runs', { sheet, revision: 'x', environment: 'sandbox' }],
        [`/sheets/${sheet}/delete`, { confirm: 'a.csv' }],
        ['/login-to-platform', { environment: 'sandbox', username: 'u', password: 'p' }],
      ] as const)
        for (const type of [FORM, 'text/plain']) {
          await page.goto(others[who]);
          expect([path, type, await sendForm(page, serving.origin + path, fields, type)]).toEqual([
            path,
            type,
            403,
          ]);
        }
      expect(kept()).toEqual(before);
    });

    it('sends nothing by script, and reads nothing', async () => {
      await page.goto(others[who]);
      const answers = await page.evaluate(
        async ({ origin, sheet }) => {
          const heard = (path: string, init: RequestInit) =>
            fetch(origin + path, init).then(
              ({ type, status }) => `${type} ${status}`,
              () => 'refused',
            );
          const text = { 'Content-Type': 'text/plain' };
          const json = '{"name":"evil.csv","text":"product\\nBCC\\n"}';
          const credentials = 'include';
          const put = { method: 'PUT', credentials, body: 'product\n' } as const;
          return {
            posted: await heard('/sheets', {
              ...{ method: 'POST', mode: 'no-cors', credentials },
              ...{ headers: text, body: json },
            }),
            ended: await heard('/session/end', { method: 'POST', mode: 'no-cors', credentials }),
            askedFirst: await heard('/sheets?name=evil.csv', put),
            deleted: await heard('/session', { method: 'DELETE', credentials }),
            edited: await heard(`/sheets/${sheet}/edits/0`, { method: 'DELETE', credentials }),
            withKey: await heard('/sheets', { headers: { Authorization: 'Bearer x' }, credentials }),
            read: await heard('/state?topic=list', { credentials }),
          };
        },
        { origin: serving.origin, sheet },
      );
      expect(new Set(Object.values(answers))).toEqual(new Set(['refused']));
      expect(kept()).toEqual(before);
    });

    it('gets no picture, no stream, no script and no style', async () => {
      await page.goto(others[who]);
      const outcomes = await page.evaluate(`(async () => {
        const origin = '${serving.origin}';
        const outcome = (target, loaded) =>
          new Promise((resolve) => {
            target.addEventListener(loaded, () => resolve('shown'));
            target.addEventListener('error', () => resolve('refused'));
          });
        const element = (tag, attributes) => {
          const made = Object.assign(document.createElement(tag), attributes);
          document.head.append(made);
          return outcome(made, 'load');
        };
        const stream = new EventSource(origin + '/events?topic=list', { withCredentials: true });
        const heard = await Promise.all([
          outcome(stream, 'open'),
          element('img', { src: origin + '/state?topic=list' }),
          element('img', { src: origin + '/runs/good/files/results.csv' }),
          element('script', { src: origin + '/runs/good/files/results.csv' }),
          element('link', { rel: 'stylesheet', href: origin + '/runs/good/report' }),
        ]);
        stream.close();
        return heard;
      })()`);
      expect(outcomes).toEqual(Array(5).fill('refused'));
      expect(kept()).toEqual(before);
    });

    it('frames no page', async () => {
      await page.goto(others[who]);
      const answered = page.waitForResponse(`${serving.origin}/runs`);
      await page.evaluate(`{
        const frame = document.createElement('iframe');
        frame.src = '${serving.origin}/runs';
        document.body.append(frame);
      }`);
      expect((await answered).status()).toBe(403);
      await page.waitForLoadState('networkidle');
      const shown = await Promise.all(page.frames().map((frame) => frame.content()));
      expect(shown).toHaveLength(2);
      expect(shown.join()).not.toContain('mixed.xlsx');
    });

    it('links to a page, which is shown to whoever is logged in', async () => {
      await page.goto(others[who]);
      await page.evaluate(`document.body.innerHTML = '<a href="${serving.origin}/runs">there</a>'`);
      await page.getByRole('link', { name: 'there' }).click();
      await page.getByRole('heading', { name: 'Runs', exact: true }).waitFor();
      expect(await page.content()).toContain('mixed.xlsx');
      expect(await page.evaluate('document.referrer')).toBe(`${others[who]}/`);
      expect(kept()).toEqual(before);
    });

    it('could have done all that from the pages themselves', async () => {
      await page.goto(`${serving.origin}/runs`);
      const posted = await page.evaluate(`(async () => {
        const { status } = await fetch('/sheets', { method: 'POST', body: new URLSearchParams(${JSON.stringify(PASTED)}) });
        const ended = await fetch('/session/end', { method: 'POST' });
        return [status, ended.url];
      })()`);
      expect(posted).toEqual([201, `${serving.origin}/login`]);
      expect(kept().sheets).toHaveLength(before.sheets.length + 1);
      expect(kept().sessions).toHaveLength(before.sessions.length - 1);
    });
  });

describe('a name of somebody else that leads here', () => {
  it('shows nothing', async () => {
    const context = await browser.newContext();
    const page = await logIn(context);
    const rebound = `http://evil.test:${new URL(serving.origin).port}`;
    const before = kept();
    for (const path of ['/', '/runs', '/login', '/health', '/runs/good/files/results.csv']) {
      expect([path, (await page.goto(rebound + path))?.status()]).toEqual([path, 421]);
      expect(await page.content()).not.toContain('mixed.xlsx');
    }
    const read = await page.evaluate(() =>
      Promise.all(
        [{}, { method: 'POST', body: 'name=a.csv&text=product' }].map(async (init) => {
          const answer = await fetch('/sheets', init);
          return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
        }),
      ),
    );
    expect(read).toEqual(Array(2).fill([421, 'WRONG_HOST']));
    expect(kept()).toEqual(before);
    await context.close();
  });
});

describe('a cookie', () => {
  it('of the server at another port does not log in, nor out', async () => {
    const other = await startServing();
    const context = await browser.newContext();
    try {
      const page = await logIn(context, other);
      expect((await page.goto(`${serving.origin}/runs`))?.status()).toBe(401);
      const [{ value = '' } = {}] = await context.cookies();
      await context.addCookies([{ name: cookieName(), value, url: serving.origin }]);
      expect((await page.goto(`${serving.origin}/runs`))?.status()).toBe(401);
      await logIn(context);
      for (const { origin } of [serving, other])
        expect((await page.goto(`${origin}/runs`))?.status()).toBe(200);
    } finally {
      await context.close();
      await other.stop();
    }
  });

  it('that somebody else chose is not the session after a log-in', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${others.port}/plant`);
    expect(await context.cookies()).toMatchObject([{ name: cookieName(), value: CHOSEN }]);
    await page.goto(newAddress(serving));
    await expect.poll(async () => (await context.cookies())[0]?.value).not.toBe(CHOSEN);
    const [{ value: now = '', httpOnly = false } = {}] = await context.cookies();
    expect([now.length, httpOnly]).toEqual([43, true]);
    const statuses = [CHOSEN, now].map(
      async (each) =>
        (await fetch(`${serving.origin}/runs`, { headers: { Cookie: `${cookieName()}=${each}` } })).status,
    );
    expect(await Promise.all(statuses)).toEqual([401, 200]);
    await context.close();
  });
});

const raw = (method: string, path: string, headers: Readonly<Record<string, string>>, body = '') =>
  rawRequest(serving.origin, path, { method, headers, body });

function newKey(name: string): Readonly<Record<string, string>> {
  const args = [CLI, 'serve', 'key', 'add', name, '--role', 'admin', '--dir', serving.directory];
  const key = execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return { Authorization: `Bearer ${key.trim()}`, 'Content-Type': 'application/json' };
}

/** Whatever the making of the routes takes of what they work with. */
const anything: object = new Proxy(() => anything, { get: () => anything });

describe('a path', () => {
  const paths = routesOf(anything as Served, new LiveStreams()).filter(({ path }) => path.includes(':'));
  for (const [at, evil] of [
    '..',
    '%2e%2e',
    '..%2f..%2fserve.db',
    '%2e%2e%2fserve.db',
    '..%5cserve.db',
    'good%00',
    '%00',
    '%ff',
    '%252e%252e%252fserve.db',
    'a'.repeat(9000),
  ].entries())
    it(`leads nowhere with ${evil.slice(0, 30)} in it`, async () => {
      const key = newKey(`path-${at}`);
      const before = kept();
      for (const { method, path } of paths) {
        const parts = path.split('/');
        for (const [place, part] of parts.entries()) {
          if (!part.startsWith(':')) continue;
          const known = parts[1] === 'runs' ? 'good' : sheet;
          const asked = parts.map((each, index) =>
            index === place ? evil : each === ':id' ? known : each.startsWith(':') ? '1' : each,
          );
          const { status, text } = await raw(method, asked.join('/'), key, method === 'GET' ? '' : '{}');
          // two dots alone are an address of their own, such as the list that a thing is of
          const isList = status === 200 && /^(\.\.|%2e%2e)$/.test(evil) && place === parts.length - 1;
          expect([
            method,
            path,
            asked.join('/'),
            isList || [400, 404, 405, 409].includes(status),
            status,
          ]).toEqual([method, path, asked.join('/'), true, status]);
          expect(text).not.toContain('SQLite');
        }
      }
      for (const asked of ['/state', '/events'].flatMap((each) =>
        ['run', 'sheet'].map((topic) => `${each}?topic=${topic}:${evil}`),
      ))
        expect([asked, (await raw('GET', asked, key)).status]).toEqual([asked, 404]);
      expect({ ...kept(), audit: [] }).toEqual({ ...before, audit: [] });
    });
});

describe('an address', () => {
  const routes = routesOf(anything as Served, new LiveStreams());
  /** The address of a route, of things that are there. */
  const real = (path: string) => {
    const [, list] = path.split('/');
    const name = list === 'templates' ? 'bcc.csv' : 'results.xlsx';
    const known: Readonly<Record<string, string>> = {
      ':id': list === 'runs' ? 'good' : sheet,
      ':name': name,
    };
    return path.replace(/:\w+/g, (part) => known[part] ?? '2');
  };
  const paths = [...new Set(routes.map(({ path }) => real(path)))];

  it('tells its head as it tells the whole, without a body', async () => {
    const key = newKey('head');
    for (const where of routes.filter(({ method }) => method === 'GET').map(({ path }) => real(path))) {
      const asked = /^\/(events|state)$/.test(where) ? `${where}?topic=list` : where;
      const head = await raw('HEAD', asked, key);
      const whole = where === '/events' ? head : await raw('GET', asked, key);
      const told = [head.status, head.headers['content-type'], head.text];
      expect([asked, ...told]).toEqual([asked, whole.status, whole.headers['content-type'], '']);
      // who is logged in already is sent on
      expect([asked, head.status]).toEqual([asked, where === '/login' ? 303 : 200]);
    }
  });

  it.each(['PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'])('is not there for %s', async (method) => {
    const key = newKey(method.toLowerCase());
    const before = kept();
    for (const where of paths) {
      const { status, headers } = await raw(method, where, key);
      expect([where, status]).toEqual([where, 405]);
      expect(headers.allow).toMatch(/^(GET, HEAD|POST|PUT|DELETE)/);
    }
    expect({ ...kept(), audit: [] }).toEqual({ ...before, audit: [] });
  });

  it('takes 64 kB of a form, or of JSON, and not a byte more', async () => {
    const before = kept();
    const takers = routes.filter(({ method, path }) =>
      method === 'PUT' ? path !== '/sheets' : method === 'POST',
    );
    let key: Readonly<Record<string, string>> = {};
    const others: string[] = [];
    for (const [at, { method, path }] of takers.entries()) {
      // ten starts a minute
      if (at % 8 === 0) key = newKey(`large-${at}`);
      const most = path.endsWith('/edits') ? 2_000_000 : 65_536;
      const body = `{"name":"${'x'.repeat(most)}"}`;
      const { status } = await raw(method, real(path), key, body);
      if (status !== 413) others.push(`${status} ${path}`);
    }
    // these read nothing of it
    expect(others).toEqual([
      '303 /session/end',
      '404 /runs/:id/correct',
      '409 /runs/:id/stop',
      '409 /runs/:id/stop-hard',
      '409 /sheets/:id/dry-run/stop',
      '409 /sheets/:id/dry-run/stop-hard',
    ]);
    expect({ ...kept(), audit: [] }).toEqual({ ...before, audit: [] });
  });
});

describe('the name of an upload', () => {
  it('breaks no header of what is downloaded', async () => {
    const key = newKey('names');
    for (const [at, name] of [
      'a"\r\nSet-Cookie: x=1\r\n\r\n<b>.csv',
      '"; filename="evil.exe.csv',
      "x%0d%0aX-Evil: 1';é\u202E\u2028.csv",
      '\\"\\\r.csv',
    ].entries()) {
      const text = 'product,firstName\nBCC,Ann\n';
      const up = await raw('PUT', `/sheets?name=${encodeURIComponent(name)}`, key, text);
      expect([at, up.status]).toEqual([at, 201]);
      const { id } = JSON.parse(up.text) as { id: string };
      const down = await raw('GET', `/sheets/${id}/corrected.csv`, key);
      expect([at, down.status]).toEqual([at, 200]);
      for (const { headers } of [up, down]) {
        expect(headers['set-cookie']).toBeUndefined();
        expect(headers['x-evil']).toBeUndefined();
      }
      expect(down.headers['content-disposition']).toMatch(
        /^attachment; filename="[^"\\%\r\n]*-corrected\.csv"; filename\*=UTF-8''[\w.%!~-]*-corrected\.csv$/,
      );
      expect(down.headers['content-security-policy']).toContain('sandbox');
    }
  });
});

describe('what is secret', () => {
  it('is in the files that are for it and in no other', async ({ onTestFinished }) => {
    const platform = 'Platform-Word-77';
    const place = await jobPlaceOf(onTestFinished, { sandbox: { password: platform }, hasLogIn: false });
    const { asking, directory, sandbox, serving: own } = place;
    const rows = [...mixedRows(16), ...portOrderRows('PORT-1', [1], WIRELESS)];
    const { json } = await asking.post('/sheets', { name: 'secrets.csv', text: csvOf(rows) });
    const id = String(json['id']);
    await asking.post('/login-to-platform', {
      ...{ environment: 'custom', username: 'sandbox@example.com', password: platform },
    });
    await jobOf(place, `/sheets/${id}`, ({ endedAt }) => endedAt !== null);
    const revisionOf = async () => String((await asking.get(`/sheets/${id}/state`)).json['revision']);
    const edit = async (row: number, header: string, text: string) => {
      const edits = [{ sheet: null, row, header, was: '(hidden)', text }];
      const told = await asking.post(`/sheets/${id}/edits`, { revision: await revisionOf(), edits });
      expect([text, told.status]).toEqual([text, 200]);
    };
    // what is typed first is checked, and then taken back
    await edit(17, 'sipPassword', 'typed-Word-1');
    const typed = await revisionOf();
    await asking.until(`/sheets/${id}/state`, ({ jobs }) =>
      (jobs as { revision: string; endedAt: string | null }[]).some(
        ({ revision, endedAt }) => revision === typed && endedAt !== null,
      ),
    );
    await asking.post(`/sheets/${id}/edits/1/undo`, { revision: await revisionOf() });
    await edit(17, 'sipPassword', 'typed-Word-2');
    await edit(18, 'wirelessPin', '55512345');
    const revision = await revisionOf();
    await asking.post(`/sheets/${id}/check`, { revision });
    await jobOf(place, `/sheets/${id}`, ({ kind, endedAt }) => kind === 'check' && endedAt !== null);
    await asking.post(`/sheets/${id}/dry-run`, { revision, environment: 'custom' });
    await jobOf(place, `/sheets/${id}`, ({ kind, endedAt }) => kind === 'dry-run' && endedAt !== null);
    const run = await started(place, { id, revision, rows }, { environment: 'custom' });
    // the number of another carrier is still to come
    expect(await endOf(place, run)).toMatchObject({ kind: 'run', exit: 6, error: null });
    const generated = [...sandbox.state.sipTrunks.values()].map((trunk) => String(trunk['sipPassword']));
    expect(generated).toHaveLength(2);
    const token = newAddress(own).split('/#')[1] ?? '';
    const cookie = (await own.logIn(token)).split('=')[1] ?? '';
    const password = 'four quiet words here';
    const people = (...words: string[]) =>
      execFileSync(process.execPath, [CLI, 'serve', ...words, '--dir', directory], {
        ...{ input: `${password}\n`, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
      });
    people('user', 'add', 'ann', '--role', 'run');
    const key = people('key', 'add', 'nightly', '--role', 'view').trim();
    const { status, json: ann } = await asking.post('/session', { user: 'ann', password });
    expect([status, ann]).toEqual([200, { user: 'ann', role: 'run' }]);
    const headers = { Authorization: `Bearer ${key}` };
    expect((await fetch(`${own.origin}/runs`, { headers })).status).toBe(200);

    const holders = (secret: string) =>
      readdirSync(directory, { recursive: true, encoding: 'utf8' })
        .filter((file) => statSync(join(directory, file)).isFile())
        .filter((file) => readFileSync(join(directory, file)).includes(secret))
        .map((file) => file.replace(/^runs\/[^/]+/, 'runs/*').replace(/^sheets\/[^/]+/, 'sheets/*'))
        .sort();
    const nowhere = [platform, token, cookie, own.token, asking.cookie.split('=')[1] ?? '', password, key];
    for (const secret of [...nowhere, 'typed-Word-1'])
      expect([secret, holders(secret)]).toEqual([secret, []]);
    const upload = 'sheets/*/upload/secrets.csv';
    // as they are, and as the run began with them
    const edits = [`sheets/*/at-${revision}/edits.jsonl`, 'sheets/*/edits.jsonl'];
    const kept = ['runs/*/credentials.csv', 'runs/*/given-credentials.jsonl'];
    for (const secret of ['given-pass-1!', WIRELESS.wirelessPin, WIRELESS.wirelessAccountNumber])
      expect([secret, holders(secret ?? '-')]).toEqual([secret, [upload]]);
    expect(holders('55512345')).toEqual(edits);
    expect(generated).toContain('typed-Word-2');
    for (const secret of generated) {
      const found = holders(secret);
      expect(found).toContain('runs/*/credentials.csv');
      const meant = secret === 'typed-Word-2' ? [...kept, ...edits] : kept;
      expect(found.filter((file) => !meant.includes(file))).toEqual([]);
    }
  });
});
