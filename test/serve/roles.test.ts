import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '../../src/serve/http.js';
import { LiveStreams } from '../../src/serve/live.js';
import { mayDo, ROLES, type Role } from '../../src/serve/roles.js';
import type { Served } from '../../src/serve/served.js';
import { CLI } from '../fixtures/cli.js';
import { type Serving, startServing } from './serving.js';

/** Who may, by what can be asked for. A route that is not here is not thought through: say who may. */
const EXPECTED: Readonly<Record<string, Role | null>> = {
  'GET /login': null,
  'POST /session': null,
  'DELETE /session': 'view',
  'POST /session/end': 'view',
  'GET /': 'view',
  'GET /state': 'view',
  'GET /events': 'view',
  'GET /runs': 'view',
  'GET /runs/:id': 'view',
  'GET /runs/:id/files/:name': 'view',
  'GET /runs/:id/report': 'view',
  'GET /sheets': 'view',
  'GET /sheets/:id': 'view',
  'GET /templates/:name': 'view',
  'POST /sheets': 'run',
  'POST /sheets/sample': 'run',
  'PUT /sheets': 'run',
  'GET /runs/:id/state': 'view',
  'GET /sheets/:id/state': 'view',
  'POST /runs/:id/follow': 'run',
  'POST /runs/:id/results': 'view',
  'POST /runs/:id/resume': 'run',
  'POST /runs/:id/retry': 'run',
  'POST /runs/:id/stop': 'run',
  'POST /runs/:id/stop-hard': 'run',
  'POST /runs/:id/undo': 'production',
  'POST /runs/:id/undo-list': 'production',
  'POST /runs/:id/verify': 'run',
  'POST /sheets/:id/check': 'run',
  'GET /runs/:id/undo': 'view',
  'GET /sheets/:id/dry-run': 'view',
  'GET /sheets/:id/start': 'view',
  'POST /login-to-platform': 'run',
  'POST /runs': 'run',
  'POST /runs/:id/correct': 'run',
  'POST /sheets/:id/dry-run': 'run',
  'POST /sheets/:id/dry-run/stop': 'run',
  'POST /sheets/:id/dry-run/stop-hard': 'run',
  'GET /sheets/:id/rows': 'view',
  'GET /sheets/:id/rows/:row': 'view',
  'GET /sheets/:id/edits': 'view',
  'POST /sheets/:id/edits': 'run',
  'DELETE /sheets/:id/edits/:n': 'run',
  'POST /sheets/:id/edits/:n/undo': 'run',
  'GET /sheets/:id/corrected.xlsx': 'view',
  'GET /sheets/:id/corrected.csv': 'view',
  'GET /sheets/:id/keep': 'view',
  'POST /sheets/:id/delete': 'run',
  'GET /runs/:id/keep': 'view',
  'POST /runs/:id/delete': 'admin',
  'POST /runs/:id/credentials': 'production',
  'POST /runs/:id/credentials/delete': 'production',
  'GET /sheets/:id/causes': 'view',
  'GET /sheets/:id/headers': 'view',
  'GET /sheets/:id/problems': 'view',
  'GET /sheets/:id/profile': 'view',
  'POST /sheets/:id/headers': 'run',
  'POST /sheets/:id/profile/save': 'run',
  'POST /sheets/:id/profile/use': 'run',
  'POST /sheets/:id/values': 'run',
  'POST /sheets/:id/values/remove': 'run',
  'POST /sheets/:id/values/use': 'run',
  'PUT /sheets/:id/profile': 'run',
  'GET /audit': 'admin',
  'GET /audit.csv': 'admin',
  'GET /settings': 'view',
  'POST /settings/password': 'view',
  'POST /settings/sessions/end': 'view',
  'POST /settings/users/add': 'admin',
  'POST /settings/users/role': 'admin',
  'POST /settings/users/password': 'admin',
  'POST /settings/users/remove': 'admin',
  'POST /settings/keys/add': 'admin',
  'POST /settings/keys/remove': 'admin',
  'POST /settings/profiles/remove': 'admin',
};

/** Whatever the making of the routes takes of what they work with. */
const anything: object = new Proxy(() => anything, { get: () => anything });
const ROUTES = routesOf(anything as Served, new LiveStreams());

function newKey(name: string, role: Role): string {
  const args = [CLI, 'serve', 'key', 'add', name, '--role', role, '--dir', serving.directory];
  return execFileSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

let serving: Serving;
const keys = new Map<Role, string>();

beforeAll(async () => {
  serving = await startServing();
  for (const role of Object.keys(ROLES) as Role[]) keys.set(role, newKey(role, role));
});
afterAll(() => serving.stop());

async function ask(method: string, path: string, key: string | undefined) {
  const stop = AbortSignal.timeout(10_000);
  const answer = await fetch(serving.origin + path.replace(/:\w+/g, 'nothing'), {
    ...{ method, signal: stop, redirect: 'manual' },
    headers: key === undefined ? { Origin: serving.origin } : { Authorization: `Bearer ${key}` },
  });
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  const code = isJson ? ((await answer.json()) as { error?: { code: string } }).error?.code : undefined;
  await answer.body?.cancel().catch(() => {});
  return { status: answer.status, code };
}

describe('every route', () => {
  it('says who may, as it is meant', () => {
    const found = ROUTES.map(({ method, path, role }) => [`${method} ${path}`, role]);
    expect(Object.fromEntries(found)).toEqual(EXPECTED);
  });

  it.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s lets in whoever may, and nobody else',
    async (_name, { method, path, role: needed }) => {
      const nobody = await ask(method, path, undefined);
      if (needed === null) return expect([401, 403]).not.toContain(method === 'GET' ? nobody.status : 0);
      expect(nobody).toEqual({ status: 401, code: 'NOT_LOGGED_IN' });
      for (const role of Object.keys(ROLES) as Role[]) {
        const { status, code } = await ask(method, path, keys.get(role));
        const isLetIn = status !== 401 && code !== 'ROLE';
        expect([role, isLetIn, isLetIn || status]).toEqual([
          role,
          mayDo(role, needed),
          mayDo(role, needed) || 403,
        ]);
        expect(status).toBeLessThan(500);
      }
    },
  );

  it('that starts work does so ten times a minute for one, and not oftener', async () => {
    const key = newKey('starter', 'run');
    const statuses: number[] = [];
    for (let at = 0; at < 11; at++) statuses.push((await ask('POST', '/runs/:id/verify', key)).status);
    expect(statuses).toEqual([...Array(10).fill(404), 429]);
    expect((await ask('GET', '/runs', key)).status).toBe(200);
  });

  it('that is not there is told to nobody but who is logged in', async () => {
    expect((await ask('GET', '/nothing', undefined)).status).toBe(401);
    expect((await ask('GET', '/nothing', keys.get('view'))).status).toBe(404);
    expect((await ask('PATCH', '/runs', keys.get('admin'))).status).toBe(405);
  });
});

describe('the roles', () => {
  it('are told in the manual as in the program', async () => {
    const { readFileSync } = await import('node:fs');
    const manual = readFileSync(join(import.meta.dirname, '../../src/commands/README.md'), 'utf8');
    for (const [role, may] of Object.entries(ROLES)) expect(manual).toContain(`| \`${role}\` | ${may} |`);
  });
});
