import { isLoopback, Limit } from '../guard.js';
import { loginPage } from '../pages/login.js';
import type { Role } from '../roles.js';
import type { Answer, Ask, Route } from '../route.js';
import type { Served } from '../served.js';

/** Who has just shown who they are, and what their browser keeps of it. */
interface Known {
  readonly user: string;
  readonly role: Role;
  readonly id: string;
}

const LONGEST_SECONDS = 7 * 24 * 3600;

/** Where a log-in may lead: a path of this site. */
const NEXT = /^\/(?!\/)[\w./~%-]*$/;

/** Logging in and out. */
export function sessionRoutes(served: Served): Route[] {
  const { records, sessions, users } = served;
  const failed = [new Limit(5, 60_000), new Limit(20, 3_600_000)];
  // All who come through a tunnel come from this machine: one of them must not lock the others out.
  const failedOfMany = [new Limit(30, 60_000), new Limit(200, 3_600_000)];
  const isOfMany = (ask: Ask) =>
    isLoopback(ask.address) && !(served.behindProxy && ask.header('x-forwarded-for') !== null);
  const cookie = ({ isEncrypted }: Ask, value: string, seconds: number) =>
    `${served.cookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${isEncrypted ? '; Secure' : ''}`;
  const page = (message: string | null, next: string) => ({
    page: { title: 'Log in', part: null, scripts: ['login'] as const },
    content: loginPage({ message, hasUsers: users.list().length > 0, next }),
  });

  async function logIn(ask: Ask): Promise<Answer> {
    const { address } = ask;
    const { token, user: typed = '', password = '', next = '/' } = await ask.fields();
    const name = typed.trim().slice(0, 64);
    const to = NEXT.test(next) && next !== '/login' ? next : '/';
    const refuse = (status: 401 | 429, message: string): Answer => {
      // A name that nobody has may be a password, typed into the wrong field.
      const user = users.find(name)?.name ?? '';
      records.audit({ user, role: '', address, action: 'log in', object: '', result: 'refused' });
      const hint = 'alianza-import serve --token gives another.';
      return ask.wantsPage
        ? { ...page(message, to), status }
        : { json: { error: { code: 'LOGIN_REFUSED', message, hint } }, status };
    };
    const limits = [
      ...(isOfMany(ask) ? failedOfMany : failed).map((limit) => ({ limit, who: `from ${address}` })),
      ...(token === undefined ? failed.map((limit) => ({ limit, who: `as ${name.toLowerCase()}` })) : []),
    ];
    if (limits.some(({ limit, who }) => limit.isReached(who)))
      return refuse(429, 'Too many tries were refused. Wait a minute, then try again.');
    // Counted before it is known, so that tries side by side are counted, too.
    for (const { limit, who } of limits) limit.count(who);
    const known =
      token === undefined ? await byPassword(name, password, address) : await byToken(token, address);
    if (known === null)
      return refuse(
        401,
        token === undefined
          ? 'The name or the password is not right.'
          : 'This token is not valid: it was used already, is older than ten minutes, or is another one.',
      );
    for (const { limit, who } of limits) limit.takeBack(who);
    const { user, role, id } = known;
    if (ask.session) records.end(ask.session);
    records.audit({ user, role, address, action: 'log in', object: '', result: 'done' });
    const headers = { 'Set-Cookie': cookie(ask, id, LONGEST_SECONDS) };
    return ask.wantsPage ? { see: to, headers } : { json: { user, role }, headers };
  }

  async function byPassword(name: string, password: string, address: string): Promise<Known | null> {
    const user = await users.check(name, password);
    return user && { user: user.name, role: user.role, id: sessions.beginOf(user, address) };
  }

  async function byToken(token: string, address: string): Promise<Known | null> {
    if (!(await served.tokens.take(token))) return null;
    return { user: served.user, role: 'admin', id: sessions.beginOfOwner(served.user, address) };
  }

  function logOut(ask: Ask): { 'Set-Cookie': string } {
    const { session, address } = ask;
    if (session) {
      records.end(session);
      served.jobs.logIns.forget(session.user);
    }
    records.audit({
      ...{ user: session?.user ?? '', role: session?.role ?? '', address },
      ...{ action: 'log out', object: '', result: 'done' },
    });
    return { 'Set-Cookie': cookie(ask, '', 0) };
  }

  return [
    {
      ...{ method: 'GET', path: '/login', role: null },
      answer: ({ session }) => (session ? { see: '/' } : page(null, '/')),
    },
    { ...{ method: 'POST', path: '/session', role: null }, answer: logIn },
    {
      ...{ method: 'DELETE', path: '/session', role: 'view' },
      answer: (ask) => ({ headers: logOut(ask), json: { user: null } }),
    },
    {
      ...{ method: 'POST', path: '/session/end', role: 'view' },
      answer: (ask) => ({ headers: logOut(ask), see: '/login' }),
    },
  ];
}
