import { Limit } from '../guard.js';
import { loginPage } from '../pages/login.js';
import type { Answer, Ask, Route } from '../route.js';
import type { Served } from '../served.js';

const LONGEST_SECONDS = 7 * 24 * 3600;

/** Logging in and out. */
export function sessionRoutes(served: Served): Route[] {
  const { records } = served;
  const failed = [new Limit(5, 60_000), new Limit(20, 3_600_000)];
  const cookie = (value: string, seconds: number) =>
    `${served.cookie}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${served.isSecure ? '; Secure' : ''}`;

  async function logIn(ask: Ask): Promise<Answer> {
    const { address } = ask;
    const refuse = (status: 401 | 429, message: string): Answer => {
      records.audit({ user: '', role: '', address, action: 'log in', object: '', result: 'refused' });
      const hint = 'alianza-import serve --token gives another.';
      return ask.wantsPage
        ? { page: { title: 'Log in', part: null }, content: loginPage(message), status }
        : { json: { error: { code: 'LOGIN_REFUSED', message, hint } }, status };
    };
    if (failed.some((limit) => limit.isReached(address)))
      return refuse(429, 'Too many tries were refused. Wait a minute, then try again.');
    const { token = '' } = await ask.fields();
    if (!(await served.tokens.take(token))) {
      for (const limit of failed) limit.count(address);
      return refuse(
        401,
        'This token is not valid: it was used already, is older than ten minutes, or is another one.',
      );
    }
    const { user } = served;
    records.audit({ user, role: 'admin', address, action: 'log in', object: '', result: 'done' });
    const headers = { 'Set-Cookie': cookie(records.begin(user, 'admin'), LONGEST_SECONDS) };
    return ask.wantsPage ? { see: '/', headers } : { json: { user }, headers };
  }

  function logOut(ask: Ask): { 'Set-Cookie': string } {
    const { session, address } = ask;
    if (session) records.end(session);
    records.audit({
      ...{ user: session?.user ?? '', role: session?.role ?? '', address },
      ...{ action: 'log out', object: '', result: 'done' },
    });
    return { 'Set-Cookie': cookie('', 0) };
  }

  return [
    {
      ...{ method: 'GET', path: '/login', role: null },
      answer: ({ session }) =>
        session
          ? { see: '/' }
          : { page: { title: 'Log in', part: null, scripts: ['login'] }, content: loginPage(null) },
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
