import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIP } from 'node:net';
import { sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type HttpBindings, type ServerType, serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { errorFacts, StopError } from '../errors.js';
import { html } from '../results/html.js';
import { loadAssets } from './assets.js';
import { HEADERS, Limit, refusalOf } from './guard.js';
import { LiveStreams } from './live.js';
import { layout } from './pages/layout.js';
import { failurePage, loginPage, refusedCard } from './pages/login.js';
import type { Reach } from './reach.js';
import type { Session } from './records.js';
import { mayDo } from './roles.js';
import { type Answer, type Ask, notFound, Refused, type Route } from './route.js';
import { auditRoutes } from './routes/audit.js';
import { gridRoutes } from './routes/grid.js';
import { headerRoutes } from './routes/headers.js';
import { jobRoutes } from './routes/jobs.js';
import { keepRoutes } from './routes/keep.js';
import { liveRoutes } from './routes/live.js';
import { problemRoutes } from './routes/problems.js';
import { runRoutes } from './routes/runs.js';
import { sessionRoutes } from './routes/session.js';
import { settingsRoutes } from './routes/settings.js';
import { sheetRoutes } from './routes/sheets.js';
import { startRoutes } from './routes/start.js';
import type { Served } from './served.js';

/** `session`: who is logged in, asked for once a request; undefined before that. */
type Env = { Bindings: HttpBindings; Variables: { session: Session | null | undefined } };
type Asked = Context<Env>;

/** Bytes of a form or of JSON. */
const MAX_BODY = 65_536;
/** How long a form or JSON may take to come, milliseconds. */
const BODY_MS = 30_000;
const REQUESTS_A_MINUTE = 300;
/** Characters from which on packing is worth its time. */
const MIN_PACKED = 2000;
const STARTS_A_MINUTE = 10;
const MAX_CONNECTIONS = 1000;
const MAX_HEADERS = 100;

/** All that can be asked for; who may is said beside each. */
export function routesOf(served: Served, streams: LiveStreams): Route[] {
  return [
    ...sessionRoutes(served),
    ...runRoutes(served),
    ...sheetRoutes(served),
    ...jobRoutes(served),
    ...startRoutes(served),
    ...gridRoutes(served),
    ...headerRoutes(served),
    ...problemRoutes(served),
    ...liveRoutes(served, streams),
    ...auditRoutes(served),
    ...settingsRoutes(served),
    ...keepRoutes(served),
  ];
}

/** Wires what is asked for to what answers it. No other file knows the server library. */
export function application(served: Served): { app: Hono<Env>; close(): void } {
  const app = new Hono<Env>({ strict: true });
  const assets = loadAssets();
  const streams = new LiveStreams();
  const routes = routesOf(served, streams);
  const requests = new Limit(REQUESTS_A_MINUTE, 60_000);
  const starts = new Limit(STARTS_A_MINUTE, 60_000);

  const sessionOf = (asked: Asked): Session | null => {
    const known = asked.get('session');
    if (known !== undefined) return known;
    const key = asked.req.header('authorization');
    const cookies = cookiesIn(asked.req.header('cookie') ?? '', served.cookie);
    const session =
      key !== undefined
        ? served.sessions.ofKey(/^Bearer (\S+)$/i.exec(key)?.[1] ?? '')
        : (cookies.map((cookie) => served.sessions.of(cookie)).find((found) => found !== null) ?? null);
    asked.set('session', session);
    return session;
  };

  const isEncrypted = (asked: Asked) =>
    served.site.encrypted.has(asked.req.header('host')?.toLowerCase() ?? '');

  /** Where a request came from; a proxy on this machine says it of its own, as the last of those that the header names. */
  function addressOf(asked: Asked): string {
    const peer = (asked.env.incoming.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    if (!served.behindProxy || !['127.0.0.1', '::1'].includes(peer)) return peer;
    const last = (asked.req.header('x-forwarded-for') ?? '').split(',').at(-1)?.trim() ?? '';
    return isIP(last) === 0 ? peer : last;
  }

  function askOf(asked: Asked): Ask {
    const { req } = asked;
    let sent: Readonly<Record<string, string>> | undefined;
    return {
      ...{ method: req.method, path: req.path, address: addressOf(asked), isEncrypted: isEncrypted(asked) },
      ...{ wantsPage: wantsPage(asked), session: sessionOf(asked) },
      ...{ signal: req.raw.signal, body: req.raw.body },
      header: (name) => req.header(name) ?? null,
      param: (name) => req.param(name) ?? '',
      query: (name) => req.query(name) ?? '',
      json: async (most) => parsed(await textOf(req.raw, most)),
      fields: async () => {
        sent ??= fieldsOf(await textOf(req.raw), req.header('content-type') ?? '');
        return sent;
      },
      sent: () => sent ?? {},
    };
  }

  function responseTo(asked: Asked, answer: Answer): Response {
    const { headers = {}, status = 200 } = answer;
    const whole = (type: string, text: string) => {
      const { body, encoding } = packed(text, asked.req.header('accept-encoding') ?? '');
      return new Response(body, { status, headers: { 'Content-Type': type, ...encoding, ...headers } });
    };
    if ('see' in answer)
      return new Response(null, { status: 303, headers: { Location: answer.see, ...headers } });
    if ('json' in answer) return whole('application/json', JSON.stringify(answer.json));
    if ('text' in answer)
      return new Response(answer.text, { status, headers: { 'Content-Type': answer.type, ...headers } });
    const session = sessionOf(asked);
    const page = layout({ ...answer.page, session, assets: assets.paths }, answer.content);
    return whole('text/html; charset=utf-8', page);
  }

  function refuse(asked: Asked, { status, code, message, hint, headers, facts }: Refused): Response {
    const answer: Answer = wantsPage(asked)
      ? { page: { title: message, part: null }, content: failurePage(message, hint, pageBefore(asked)) }
      : { json: { error: { code, message, hint }, ...facts } };
    return responseTo(asked, { ...answer, status, headers });
  }

  /**
   * What a person sent from one of these pages and what is refused: that page as it is now, with why above it.
   * @returns null where it came from no page that they may see
   */
  async function pageAgain(asked: Asked, ask: Ask, refused: Refused): Promise<Response | null> {
    const from = wantsPage(asked) ? pageBefore(asked) : null;
    if (from === null || ask.session === null) return null;
    const { pathname, searchParams } = new URL(from, 'http://page');
    for (const { method, path, role, answer } of routes) {
      const found = method === 'GET' ? pathPattern(path).exec(pathname) : null;
      if (found === null || role === null || !mayDo(ask.session.role, role)) continue;
      const again = await answer({
        ...{ ...ask, method, path: pathname, body: null },
        param: (name) => decoded(found.groups?.[name] ?? ''),
        query: (name) => searchParams.get(name) ?? '',
      });
      if (!('page' in again)) return null;
      const content = html`${refusedCard(refused.message, refused.hint)}${again.content}`;
      return responseTo(asked, { ...again, content, status: refused.status, headers: refused.headers });
    }
    return null;
  }

  /** Who is logged in and may; a request of anybody else is refused, or shown the log-in. */
  function admitted(asked: Asked, { role, startsWork }: Pick<Route, 'role' | 'startsWork'>): Response | null {
    if (role === null) return null;
    const session = sessionOf(asked);
    if (!session) {
      // The script of the first page finds the token in the address, which a redirection would keep, too.
      if (asked.req.method === 'GET' && wantsPage(asked))
        return responseTo(asked, {
          page: { title: 'Log in', part: null, scripts: ['login'] },
          content: loginPage({
            message: null,
            hasUsers: served.users.list().length > 0,
            next: asked.req.path,
          }),
          status: 401,
        });
      throw new Refused(
        401,
        'NOT_LOGGED_IN',
        'Nobody is logged in.',
        'Log in at /login; a script shows its key: Authorization: Bearer aik_…',
      );
    }
    const tooMany = (what: string) =>
      new Refused(429, 'TOO_MANY', `Too many ${what}.`, 'Wait a minute, then go on.', {
        'Retry-After': '60',
      });
    if (requests.isReached(session.hash)) throw tooMany('requests');
    requests.count(session.hash);
    if (mayDo(session.role, role)) {
      if (startsWork && starts.isReached(session.hash)) throw tooMany('starts');
      if (startsWork) starts.count(session.hash);
      return null;
    }
    served.records.audit({
      ...{ user: session.user, role: session.role, address: addressOf(asked) },
      ...{ action: 'ask', object: `${asked.req.method} ${asked.req.path}`, result: 'refused' },
    });
    throw new Refused(
      403,
      'ROLE',
      `This needs the role ${role}; ${session.user} has ${session.role}.`,
      'Ask whoever keeps the users.',
    );
  }

  async function answered(asked: Asked, route: Route): Promise<Response> {
    const ask = askOf(asked);
    try {
      return admitted(asked, route) ?? responseTo(asked, await route.answer(ask));
    } catch (error) {
      const again = error instanceof Refused ? await pageAgain(asked, ask, error).catch(() => null) : null;
      if (again === null) throw error;
      return again;
    }
  }

  app.use(async (asked, next) => {
    const refusal = refusalOf(asked.req.method, asked.req.raw.headers, served.site);
    if (refusal) {
      const { status, code, message, hint } = refusal;
      asked.res = asked.json({ error: { code, message, hint } }, status);
    } else await next();
    for (const [name, value] of Object.entries(HEADERS))
      if (!asked.res.headers.has(name)) asked.res.headers.set(name, value);
    if (isEncrypted(asked)) asked.res.headers.set('Strict-Transport-Security', 'max-age=31536000');
  });
  app.get('/health', (asked) => asked.json({ ok: true }));
  app.get('/assets/:name', (asked) => {
    const asset = assets.files.get(asked.req.path);
    if (!asset) throw notFound();
    const { body, encoding } = packed(asset.text, asked.req.header('accept-encoding') ?? '');
    return asked.body(body, 200, {
      ...encoding,
      'Content-Type': asset.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
  });
  for (const route of routes)
    app.on(route.method, route.path, async (asked) => {
      const response = await answered(asked, route);
      if (asked.req.method !== 'HEAD') return response;
      // Nobody reads what would follow: a file or a stream that is open for it ends here.
      await response.body?.cancel();
      return new Response(null, response);
    });
  app.all('*', (asked) => {
    const turnedAway = admitted(asked, { role: 'view' });
    if (turnedAway) return turnedAway;
    const methods = routes
      .filter(({ path }) => pathPattern(path).test(asked.req.path))
      .map(({ method }) => (method === 'GET' ? 'GET, HEAD' : method));
    if (methods.length === 0) throw notFound();
    const Allow = [...new Set(methods)].join(', ');
    throw new Refused(405, 'METHOD', 'That cannot be done at this address.', 'Use the pages.', { Allow });
  });
  app.onError((error, asked) => {
    if (error instanceof Refused) return refuse(asked, error);
    const id = Math.random().toString(36).slice(2, 10);
    const { code, message, hint } = errorFacts(error);
    served.log({ level: 'error', id, path: asked.req.path, code, message });
    const isStop = error instanceof StopError;
    // where on this machine things are is nobody's business: the log has it
    const plain = (text: string) => text.replaceAll(served.folder.directory + sep, '');
    const told = isStop ? plain(message) : 'Something went wrong in the server.';
    const todo = isStop ? plain(hint) : `The log of the server says more at ${id}.`;
    return refuse(asked, new Refused(500, code, `${told} (${id})`, todo));
  });

  return { app, close: () => streams.close() };
}

/** A text as a browser takes it: the pages of large sheets are a tenth when they are packed. */
function packed(
  text: string,
  accepted: string,
): { body: string | Uint8Array<ArrayBuffer>; encoding: Record<string, string> } {
  if (text.length < MIN_PACKED || !/\bgzip\b/.test(accepted)) return { body: text, encoding: {} };
  const body = new Uint8Array(gzipSync(text, { level: 4 }));
  return { body, encoding: { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } };
}

function wantsPage(asked: Asked): boolean {
  return (asked.req.header('accept') ?? '').includes('text/html');
}

function fieldsOf(text: string, type: string): Readonly<Record<string, string>> {
  if (!type.includes('json')) return Object.fromEntries(new URLSearchParams(text));
  const { settings, ...others } = Object(parsed(text)) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries({ ...Object(settings), ...others }).flatMap(([name, value]) =>
      Object(value) === value || value == null ? [] : [[name, String(value)]],
    ),
  );
}

/** What paths a route is for; its names in groups. */
function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'NOT_JSON', 'The body of the request is not JSON.', 'Send it as JSON.');
  }
}

/** The page of this site from which something was sent; what is only looked at has none to go back to. */
function pageBefore(asked: Asked): string | null {
  const referer = asked.req.header('referer') ?? '';
  if (asked.req.method === 'GET' || !URL.canParse(referer)) return null;
  const { host, pathname, search } = new URL(referer);
  // a path that begins with two strokes names another host
  return host === asked.req.header('host') && !pathname.startsWith('//') ? pathname + search : null;
}

/** All of a name: another port of this host may have set one beside ours, which must not lock anybody out. */
function cookiesIn(header: string, name: string): string[] {
  return header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
}

/** A body, counted while it comes, whatever its length was said to be. */
async function textOf(request: Request, most = MAX_BODY): Promise<string> {
  const tooLarge = new Refused(413, 'TOO_LARGE', 'The request is too large.', 'Send less at once.');
  const announced = Number(request.headers.get('content-length') ?? 0);
  if (announced > most) throw tooLarge;
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  const reader = request.body?.getReader();
  let isLate = false;
  const stop = setTimeout(() => {
    isLate = true;
    reader?.cancel().catch(() => {});
  }, BODY_MS);
  try {
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {};
      if (done || !value) break;
      bytes += value.length;
      if (bytes > most) throw tooLarge;
      pieces.push(value);
    }
  } finally {
    clearTimeout(stop);
  }
  // Half a form says something else than the whole.
  if (isLate || bytes < announced)
    throw new Refused(408, 'CUT_OFF', 'The request came in part only; nothing was done.', 'Send it again.');
  return Buffer.concat(pieces).toString('utf8');
}

/** Milliseconds. How long a whole request takes depends on what is uploaded: who reads a body sees that it goes on. */
const TIMES = { headersTimeout: 20_000, requestTimeout: 0, connectionsCheckingInterval: 5000 };

/** Listens with what {@link application} answers. @returns the server of node */
export function listen(app: Hono<Env>, host: string, port: number, tls: Reach['tls']): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const place = { fetch: app.fetch, hostname: host, port };
    const server = tls
      ? serve({ ...place, createServer: createTlsServer, serverOptions: { ...TIMES, ...tls } }, () =>
          resolve(server),
        )
      : serve({ ...place, createServer, serverOptions: TIMES }, () => resolve(server));
    server.maxConnections = MAX_CONNECTIONS;
    if ('maxHeadersCount' in server) server.maxHeadersCount = MAX_HEADERS;
    server.once('error', reject);
  });
}
