import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type HttpBindings, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { errorFacts, StopError } from '../errors.js';
import type { Html } from '../results/html.js';
import { readReport } from '../run/read.js';
import { loadAssets } from './assets.js';
import type { DataFolder } from './data-folder.js';
import { HEADERS, Limit, refusalOf, type Site } from './guard.js';
import { LiveStreams } from './live.js';
import { type Frame, layout } from './pages/layout.js';
import { failurePage, loginPage } from './pages/login.js';
import { runPage } from './pages/run.js';
import { liveRun } from './pages/run-words.js';
import { nameOf, nowPage, type RunsQuery, runsPage } from './pages/runs.js';
import type { ServeRecords, Session } from './records.js';
import { attachment, DOWNLOADS, type Download, downloadsIn, Runs } from './runs.js';
import type { TokenTaker } from './token.js';

/** What the routes work with. */
export interface Served {
  readonly folder: DataFolder;
  readonly records: ServeRecords;
  readonly tokens: TokenTaker;
  /** who uses this server: the user of the machine that started it */
  readonly user: string;
  readonly site: Site;
  /** cookies know no ports, so the name has it */
  readonly cookie: string;
  readonly isSecure: boolean;
  log(line: Readonly<Record<string, unknown>>): void;
}

/** `session`: who is logged in, asked for once a request; undefined before that. */
type Env = { Bindings: HttpBindings; Variables: { session: Session | null | undefined } };
type Ask = Context<Env>;

const MAX_BODY = 65_536;
const FAILED_LOG_INS = [new Limit(5, 60_000), new Limit(20, 3_600_000)];
const REQUESTS_A_MINUTE = 300;

/** Wires what is asked for to what answers it. No other file knows the server library. */
export function routes(served: Served): { app: Hono<Env>; close(): void } {
  const { folder, records, site } = served;
  const app = new Hono<Env>({ strict: true });
  const assets = loadAssets();
  const runs = new Runs(folder.runs);
  const streams = new LiveStreams();
  const requests = new Limit(REQUESTS_A_MINUTE, 60_000);

  const page = (
    ask: Ask,
    frame: Omit<Frame, 'assets'>,
    content: Html,
    status: 200 | 401 | 404 | 429 | 500 = 200,
  ) => ask.html(layout({ ...frame, assets: assets.paths }, content), status);
  const failure = (
    ask: Ask,
    status: 404 | 405 | 413 | 429 | 500,
    code: string,
    message: string,
    hint: string,
  ) =>
    wantsPage(ask)
      ? ask.html(
          layout(
            { title: message, part: null, user: sessionOf(ask)?.user ?? null, assets: assets.paths },
            failurePage(message, hint),
          ),
          status,
        )
      : ask.json({ error: { code, message, hint } }, status);
  const notFound = (ask: Ask) =>
    failure(ask, 404, 'NOT_FOUND', 'There is nothing at this address.', 'Begin at the first page.');
  const sessionOf = (ask: Ask): Session | null => {
    const known = ask.get('session');
    if (known !== undefined) return known;
    const cookie = cookieIn(ask.req.header('cookie') ?? '', served.cookie);
    const session = cookie === null ? null : records.session(cookie);
    ask.set('session', session);
    return session;
  };
  const keepCookie = (ask: Ask, value: string, seconds: number) =>
    ask.header(
      'Set-Cookie',
      `${served.cookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${served.isSecure ? '; Secure' : ''}`,
    );

  app.use(async (ask, next) => {
    const refusal = refusalOf(ask.req.method, ask.req.raw.headers, site);
    if (refusal) {
      const { status, code, message, hint } = refusal;
      ask.res = ask.json({ error: { code, message, hint } }, status);
    } else await next();
    for (const [name, value] of Object.entries(HEADERS))
      if (!ask.res.headers.has(name)) ask.res.headers.set(name, value);
    if (served.isSecure) ask.res.headers.set('Strict-Transport-Security', 'max-age=31536000');
  });

  app.get('/health', (ask) => ask.json({ ok: true }));
  app.get('/assets/:name', (ask) => {
    const asset = assets.files.get(ask.req.path);
    if (!asset) return notFound(ask);
    return ask.body(asset.text, 200, {
      'Content-Type': asset.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
  });
  app.get('/login', (ask) =>
    sessionOf(ask)
      ? ask.redirect('/', 303)
      : page(ask, { title: 'Log in', part: null, user: null, scripts: ['login'] }, loginPage(null)),
  );
  app.post('/session', async (ask) => {
    const address = addressOf(ask);
    const refuse = (status: 401 | 429, message: string) => {
      records.audit({ user: '', address, action: 'log in', object: '', result: 'refused' });
      if (!wantsPage(ask))
        return ask.json(
          { error: { code: 'LOGIN_REFUSED', message, hint: 'alianza-import serve --token gives another.' } },
          status,
        );
      return page(ask, { title: 'Log in', part: null, user: null }, loginPage(message), status);
    };
    if (FAILED_LOG_INS.some((limit) => limit.isReached(address)))
      return refuse(429, 'Too many tries were refused. Wait a minute, then try again.');
    const token = await tokenIn(ask);
    if (token === null)
      return failure(ask, 413, 'TOO_LARGE', 'The request is too large.', 'Send the token alone.');
    if (!(await served.tokens.take(token))) {
      for (const limit of FAILED_LOG_INS) limit.count(address);
      return refuse(
        401,
        'This token is not valid: it was used already, is older than ten minutes, or is another one.',
      );
    }
    records.audit({ user: served.user, address, action: 'log in', object: '', result: 'done' });
    keepCookie(ask, records.begin(served.user), 7 * 24 * 3600);
    return wantsPage(ask) ? ask.redirect('/', 303) : ask.json({ user: served.user });
  });

  // Everything below is for who is logged in.
  app.use(async (ask, next) => {
    const session = sessionOf(ask);
    if (!session) {
      if (ask.req.method === 'GET' && wantsPage(ask)) {
        // The script of the first page finds the token in the address, which a redirection would keep, too.
        return page(
          ask,
          { title: 'Log in', part: null, user: null, scripts: ['login'] },
          loginPage(null),
          401,
        );
      }
      return ask.json(
        { error: { code: 'NOT_LOGGED_IN', message: 'Nobody is logged in.', hint: 'Log in at /login.' } },
        401,
      );
    }
    if (requests.isReached(session.hash))
      return failure(ask, 429, 'TOO_MANY', 'Too many requests.', 'Wait a minute, then go on.');
    requests.count(session.hash);
    return next();
  });
  const logOut = (ask: Ask) => {
    const session = sessionOf(ask);
    if (session) records.end(session);
    records.audit({
      user: session?.user ?? '',
      address: addressOf(ask),
      action: 'log out',
      object: '',
      result: 'done',
    });
    keepCookie(ask, '', 0);
  };
  app.delete('/session', (ask) => {
    logOut(ask);
    return ask.json({ user: null });
  });
  app.post('/session/end', (ask) => {
    logOut(ask);
    return ask.redirect('/login', 303);
  });
  app.get('/', async (ask) =>
    page(
      ask,
      { title: 'Now', part: '/', user: served.user, scripts: ['live'] },
      nowPage(await runs.list(), folder.runs),
    ),
  );
  app.get('/runs', async (ask) =>
    page(ask, { title: 'Runs', part: '/runs', user: served.user }, runsPage(await runs.list(), queryOf(ask))),
  );
  app.get('/runs/:id', async (ask) => {
    const found = await runs.find(ask.req.param('id'));
    if (!found) return notFound(ask);
    const { id, run } = found;
    const isReadable = run.state !== 'unreadable' && run.state !== 'going on';
    const report = isReadable ? await readReport(run.runDir).catch(() => null) : null;
    const name = run.state === 'unreadable' ? id : nameOf(run.sheets, id);
    const title =
      run.state !== 'unreadable' && run.environment === 'production' ? `${name} (production)` : name;
    return page(ask, { title, part: '/runs', user: served.user, scripts: ['live'] }, runPage(found, report));
  });
  app.get('/runs/:id/files/:name', (ask) => {
    const found = fileOf(ask.req.param('id'), ask.req.param('name'));
    if (!found) return notFound(ask);
    const { name, id } = found;
    records.audit({
      user: served.user,
      address: addressOf(ask),
      action: 'download',
      object: `${id}/${name}`,
      result: 'done',
    });
    return send(found, { 'Content-Disposition': attachment(`${id}-${name}`) });
  });
  app.get('/runs/:id/report', (ask) => {
    const found = fileOf(ask.req.param('id'), 'report.html');
    // In a page of its own that may run its script and nothing else: no cookie, no request, no way to this site.
    return found ? send(found, { 'Content-Security-Policy': REPORT_POLICY }) : notFound(ask);
  });
  app.get('/state', async (ask) => {
    const snapshot = snapshotOf(ask.req.query('topic') ?? '');
    return snapshot === null ? notFound(ask) : ask.json((await snapshot()) as object);
  });
  app.get('/events', (ask) => {
    const snapshot = snapshotOf(ask.req.query('topic') ?? '');
    if (snapshot === null) return notFound(ask);
    const stream = streams.open(sessionOf(ask)?.hash ?? '', snapshot, ask.req.raw.signal);
    if (stream === null)
      return failure(ask, 429, 'TOO_MANY', 'Too many pages are open.', 'Close some of them.');
    return ask.body(stream, 200, { 'Content-Type': 'text/event-stream', 'X-Accel-Buffering': 'no' });
  });
  app.all('*', (ask) =>
    ask.req.method === 'GET' || ask.req.method === 'HEAD' || ask.req.method === 'POST'
      ? notFound(ask)
      : failure(ask, 405, 'METHOD', 'That cannot be done at this address.', 'Use the pages.'),
  );
  app.onError((error, ask) => {
    const id = Math.random().toString(36).slice(2, 10);
    const { code, message, hint } = errorFacts(error);
    served.log({ level: 'error', id, path: ask.req.path, code, message });
    const told = error instanceof StopError ? message : 'Something went wrong in the server.';
    return failure(
      ask,
      500,
      code,
      `${told} (${id})`,
      error instanceof StopError ? hint : `The log of the server says more at ${id}.`,
    );
  });

  return { app, close: () => streams.close() };

  function fileOf(id: string, asked: string): { id: string; name: Download; path: string } | null {
    const directory = runs.directoryOf(id);
    const name =
      directory === null ? undefined : downloadsIn(directory).find((file) => file.name === asked)?.name;
    return directory === null || name === undefined ? null : { id, name, path: join(directory, name) };
  }

  function snapshotOf(topic: string): (() => Promise<unknown>) | null {
    if (topic === 'list') return async () => (await runs.list()).map(({ id, run }) => [id, run.state]);
    const id = /^run:(.+)$/.exec(topic)?.[1];
    if (id === undefined || runs.directoryOf(id) === null) return null;
    return async () => {
      const found = await runs.find(id);
      return found ? liveRun(found.run) : { gone: true };
    };
  }
}

const REPORT_POLICY =
  "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

function send(
  { name, path }: { name: Download; path: string },
  headers: Readonly<Record<string, string>>,
): Response {
  const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
  const policy = { 'Content-Security-Policy': 'sandbox' };
  return new Response(body, {
    headers: {
      ...{ 'Content-Type': DOWNLOADS[name].type, 'Content-Length': String(statSync(path).size) },
      ...policy,
      ...headers,
    },
  });
}

/** Whether a person looks at the answer. */
function wantsPage(ask: Ask): boolean {
  return (ask.req.header('accept') ?? '').includes('text/html');
}

function addressOf(ask: Ask): string {
  return ask.env.incoming.socket.remoteAddress ?? '';
}

function cookieIn(header: string, name: string): string | null {
  for (const pair of header.split(';')) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** The token of a form or of JSON; null when the body is too large. */
async function tokenIn(ask: Ask): Promise<string | null> {
  const text = await bodyOf(ask.req.raw);
  if (text === null) return null;
  if (!(ask.req.header('content-type') ?? '').includes('json'))
    return new URLSearchParams(text).get('token') ?? '';
  try {
    const { token } = JSON.parse(text) as { token?: unknown };
    return typeof token === 'string' ? token : '';
  } catch {
    return '';
  }
}

/** A body, counted while it comes, whatever its length was said to be; null when it is too large. */
async function bodyOf(request: Request): Promise<string | null> {
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return null;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of request.body ?? []) {
    bytes += piece.length;
    if (bytes > MAX_BODY) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function queryOf(ask: Ask): RunsQuery {
  const { q = '', standing = '', environment = '', page = '1' } = ask.req.query();
  return { text: q, standing, environment, page: Math.max(1, Number.parseInt(page, 10) || 1) };
}

/** Listens with what {@link routes} answers. @returns the server of node */
export function listen(app: Hono<Env>, host: string, port: number) {
  return new Promise<ReturnType<typeof serve>>((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, hostname: host, port, serverOptions: { headersTimeout: 20_000 } },
      () => resolve(server),
    );
    server.once('error', reject);
  });
}
