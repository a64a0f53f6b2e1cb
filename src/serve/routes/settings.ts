import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StopError } from '../../errors.js';
import { type SettingsView, settingsPage } from '../pages/settings.js';
import type { Action, Session } from '../records.js';
import { isRole, type Role } from '../roles.js';
import { type Answer, type Ask, askerOf, Refused, type Route, sessionOf } from '../route.js';
import type { Served } from '../served.js';

/** What somebody asked for, done: how the audit tells it and how the page does. */
interface Done {
  readonly object: string;
  readonly change?: string;
  readonly text: string;
  readonly newKey?: string;
}

/** Users, keys, own sessions and profiles. */
export function settingsRoutes(served: Served): Route[] {
  const { folder, records, users } = served;

  function view(
    session: Session,
    shown: Partial<Pick<SettingsView, 'message' | 'newKey'>> = {},
  ): SettingsView {
    const isAdmin = session.role === 'admin';
    return {
      ...{ session, sessions: session.via === 'key' ? [] : records.sessionsLike(session) },
      admin: isAdmin
        ? { users: users.list(), keys: users.keys(), profiles: profilesIn(folder.profiles) }
        : null,
      ...{ kept: served.retention.sentences, notDeleted: served.retention.notDeleted },
      ...{ message: null, newKey: null, ...shown },
    };
  }

  function page(ask: Ask, shown: Partial<Pick<SettingsView, 'message' | 'newKey'>>, status = 200): Answer {
    const content = settingsPage(view(sessionOf(ask), shown));
    return { page: { title: 'Settings', part: '/settings' }, content, status };
  }

  /** A route that does one thing to what is named, and tells the audit. */
  function does(
    path: string,
    role: Role,
    action: Action,
    work: (ask: Ask, fields: Fields) => Promise<Done>,
  ): Route {
    return {
      ...{ method: 'POST', path: `/settings/${path}`, role },
      answer: async (ask) => {
        const fields = await ask.fields();
        const told = { ...askerOf(ask), action };
        try {
          const { object, change = '', text, newKey } = await work(ask, fields);
          records.audit({ ...told, object, change, result: 'done' });
          if (!ask.wantsPage)
            return { json: { done: text, ...(newKey === undefined ? {} : { key: newKey }) } };
          // Whoever has just ended their own session logs in anew.
          if (!served.sessions.holds(sessionOf(ask))) return { see: '/login' };
          return page(ask, { message: { text, isGood: true }, newKey: newKey ?? null });
        } catch (error) {
          if (!(error instanceof StopError)) throw error;
          records.audit({
            ...told,
            object: (fields['name'] ?? '').slice(0, 64),
            change: error.code,
            result: 'refused',
          });
          if (!ask.wantsPage) throw new Refused(422, error.code, error.message, error.hint);
          return page(ask, { message: { text: `${error.message} ${error.hint}`, isGood: false } }, 422);
        }
      },
    };
  }

  return [
    { ...{ method: 'GET', path: '/settings', role: 'view' }, answer: (ask) => page(ask, {}) },
    does('users/add', 'admin', 'add user', async (_ask, { name = '', role, password = '' }) => {
      const given = roleOf(role);
      await users.add(name.trim(), given, password);
      return {
        object: name.trim(),
        change: given,
        text: `${name.trim()} can log in now, with the role ${given}.`,
      };
    }),
    does('users/role', 'admin', 'change role', async (_ask, { name = '', role }) => {
      const given = roleOf(role);
      const before = await users.setRole(name, given);
      return {
        object: name,
        change: `${before} → ${given}`,
        text: `${name} has the role ${given} now, and logs in again.`,
      };
    }),
    does('users/password', 'admin', 'change password', async (_ask, { name = '', password = '' }) => {
      await users.setPassword(name, password);
      return { object: name, text: `${name} has another password now, and logs in again.` };
    }),
    does('users/remove', 'admin', 'remove user', async (_ask, { name = '' }) => {
      await users.remove(name);
      return { object: name, text: `${name} is logged out and cannot log in any more.` };
    }),
    does('password', 'view', 'change password', async (ask, { current = '', password = '' }) => {
      const session = sessionOf(ask);
      const { user } = session;
      if (session.via !== 'password')
        throw new StopError('NO_USER', 'You have no password here.', 'Add a user, and log in with that one.');
      await served.proof.require(session, current);
      await users.setPassword(user, password);
      return { object: user, text: 'You have another password now.' };
    }),
    does('keys/add', 'admin', 'add key', async (_ask, { name = '', role }) => {
      const given = roleOf(role);
      const newKey = await users.addKey(name.trim(), given);
      return {
        object: name.trim(),
        change: given,
        text: `The key ${name.trim()} has the role ${given}.`,
        newKey,
      };
    }),
    does('keys/remove', 'admin', 'remove key', async (_ask, { name = '' }) => {
      await users.removeKey(name);
      return { object: name, text: `The key ${name} opens nothing any more.` };
    }),
    does('sessions/end', 'view', 'end session', async (ask, { session: hash = '' }) => {
      const own = sessionOf(ask);
      const found =
        own.via === 'key' ? undefined : records.sessionsLike(own).find((each) => each.hash === hash);
      if (!found)
        throw new StopError(
          'NO_SESSION',
          'There is no such session of yours.',
          'It may have ended by itself.',
        );
      records.end(found);
      return { object: `from ${found.address}`, text: 'That session has ended.' };
    }),
    does('profiles/remove', 'admin', 'remove profile', async (_ask, { name = '' }) => {
      const found = profilesIn(folder.profiles).find((each) => each === name);
      if (!found)
        throw new StopError('NO_PROFILE', 'There is no such profile.', 'It may be deleted already.');
      await rm(join(folder.profiles, `${found}.json`));
      return { object: found, text: `The profile ${found} is deleted.` };
    }),
  ];
}

type Fields = Readonly<Record<string, string>>;

function roleOf(role: string | undefined): Role {
  if (isRole(role)) return role;
  throw new StopError('ROLE_UNKNOWN', 'There is no such role.', 'Choose view, run, production or admin.');
}

function profilesIn(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .sort();
}
