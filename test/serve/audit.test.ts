import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityOf, ownersPage, startBrowser, widthOf } from './browser.js';
import { type Serving, startServing } from './serving.js';

const PASSWORD = 'four quiet words here';
const OTHER = 'another set of words';

let browser: Browser;
let serving: Serving;
let cookie: string;

beforeAll(async () => {
  browser = await startBrowser();
  serving = await startServing();
  cookie = await serving.logIn();
});
afterAll(async () => {
  await browser.close();
  await serving.stop();
});

function post(path: string, fields: Readonly<Record<string, string>>, as = cookie) {
  return fetch(serving.origin + path, {
    method: 'POST',
    headers: { Cookie: as, Origin: serving.origin, 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
}

async function logIn(user: string, password: string): Promise<string> {
  const answer = await post('/session', { user, password }, '');
  return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
}

const csv = async (query = '') =>
  (await (await fetch(`${serving.origin}/audit.csv${query}`, { headers: { Cookie: cookie } })).text())
    .trim()
    .split('\r\n');

describe('the settings', () => {
  it('add, change and remove users, and each log-in ends with the change', async () => {
    expect(
      await (await post('/settings/users/add', { name: 'ann', role: 'view', password: PASSWORD })).json(),
    ).toEqual({
      done: 'ann can log in now, with the role view.',
    });
    const ann = await logIn('ann', PASSWORD);
    const statusOf = async (as: string) =>
      (await fetch(`${serving.origin}/runs`, { headers: { Cookie: as } })).status;
    expect(await statusOf(ann)).toBe(200);
    expect((await post('/settings/users/role', { name: 'ann', role: 'run' })).status).toBe(200);
    expect(await statusOf(ann)).toBe(401);
    const again = await logIn('ann', PASSWORD);
    expect((await post('/settings/password', { current: 'wrong', password: OTHER }, again)).status).toBe(422);
    expect((await post('/settings/password', { current: PASSWORD, password: OTHER }, again)).status).toBe(
      200,
    );
    expect(await statusOf(again)).toBe(401);
    const third = await logIn('ann', OTHER);
    expect(await statusOf(third)).toBe(200);
    expect((await post('/settings/users/remove', { name: 'ann' })).status).toBe(200);
    expect(await statusOf(third)).toBe(401);
    const refused = await post('/settings/users/add', { name: 'ben', role: 'view', password: 'short' });
    expect([refused.status, await refused.json()]).toEqual([
      422,
      { error: expect.objectContaining({ code: 'PASSWORD_REFUSED' }) },
    ]);
    expect(
      (await post('/settings/users/add', { name: 'ben', role: 'boss', password: PASSWORD })).status,
    ).toBe(422);
  });

  it('show and end the sessions of oneself, and of nobody else', async () => {
    await post('/settings/users/add', { name: 'cy', role: 'view', password: PASSWORD });
    const [first, second] = [await logIn('cy', PASSWORD), await logIn('cy', PASSWORD)];
    const page = await fetch(`${serving.origin}/settings`, {
      headers: { Cookie: first, Accept: 'text/html' },
    });
    const text = await page.text();
    const sessions = [...text.matchAll(/name="session" value="([^"]+)"/g)].map(([, hash]) => hash ?? '');
    expect(sessions).toHaveLength(2);
    expect(text).not.toContain('Add somebody');
    expect((await post('/settings/sessions/end', { session: sessions[0] ?? '' })).status).toBe(422);
    for (const session of sessions) await post('/settings/sessions/end', { session }, first);
    const statuses = [first, second].map((as) =>
      fetch(`${serving.origin}/runs`, { headers: { Cookie: as } }),
    );
    expect((await Promise.all(statuses)).map(({ status }) => status)).toContain(401);
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be used by everybody, without a script, too, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const { page, wrong } = await ownersPage(context, serving);
      await page.goto(`${serving.origin}/settings`);
      expect(await accessibilityOf(page)).toEqual([]);
      const name = `dot-${colorScheme}`;
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByLabel('Password (12').fill(PASSWORD);
      await page.getByRole('button', { name: 'Add' }).click();
      await page.getByRole('status').getByText(`${name} can log in now`).waitFor();
      await page.getByLabel('Name of a new key').fill(name);
      await page.getByRole('button', { name: 'Make a key' }).click();
      await page.getByRole('heading', { name: 'The new key' }).waitFor();
      expect(await accessibilityOf(page)).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await widthOf(page)).toBe(320);
      await page.getByRole('button', { name: `Remove ${name}` }).click();
      await page.getByText(`${name} is logged out`).waitFor();
      for (const path of ['/audit', '/audit?text=nothing+like+it']) {
        await page.goto(serving.origin + path);
        expect([path, await accessibilityOf(page)]).toEqual([path, []]);
        expect(await widthOf(page)).toBe(320);
      }
      expect(wrong).toEqual([]);
      await context.close();
    });
});

describe('the audit', () => {
  it('has every change, with who, from where, before and after, and no secret', async () => {
    const lines = await csv();
    expect(lines[0]).toBe('at,user,role,address,action,object,change,result');
    const told = lines.map((line) => line.split(',').slice(2).join(','));
    for (const line of [
      'admin,127.0.0.1,add user,ann,view,done',
      'admin,127.0.0.1,change role,ann,view → run,done',
      'run,127.0.0.1,change password,,NOT_SHOWN,refused',
      'run,127.0.0.1,change password,ann,,done',
      'admin,127.0.0.1,add user,ben,PASSWORD_REFUSED,refused',
      'admin,127.0.0.1,remove user,ann,,done',
    ])
      expect(told).toContain(line);
    for (const name of ['serve.db', 'serve.db-wal', 'serve.log', 'users.json']) {
      const content = readFileSync(join(serving.directory, name), { flag: 'a+' });
      for (const secret of [PASSWORD, OTHER]) expect([name, content.includes(secret)]).toEqual([name, false]);
    }
  });

  it('is filtered by who, action and text, 50 lines a page', async () => {
    const page = async (query: string) =>
      (
        await fetch(`${serving.origin}/audit${query}`, { headers: { Cookie: cookie, Accept: 'text/html' } })
      ).text();
    expect((await csv('?action=change+role')).length).toBe(2);
    expect(
      (await csv('?who=cy&action=end+session')).slice(1).every((line) => line.includes(',cy,view,')),
    ).toBe(true);
    expect((await csv('?text=%25')).length).toBe(1);
    expect(await page('?action=change+role')).toContain('1 line<');
    for (let at = 0; at < 60; at++)
      await fetch(`${serving.origin}/runs/x/files/y`, { headers: { Cookie: cookie } });
    const all = Number(/>([\d,]+) lines</.exec(await page(''))?.[1]);
    expect((await csv()).length).toBe(all + 2);
    const second = await page('?page=2');
    if (all > 50) expect(second).toContain('Page 2 of');
  });

  it('is for admins', async () => {
    const cy = await logIn('cy', PASSWORD);
    const answer = await fetch(`${serving.origin}/audit`, { headers: { Cookie: cy } });
    expect(answer.status).toBe(403);
    expect((await csv('?who=cy&action=ask')).at(-1)).toContain('cy,view,127.0.0.1,ask,GET /audit,,refused');
  });
});
