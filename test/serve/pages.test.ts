import { execFileSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.js';
import { CLI, startCli } from '../fixtures/cli.js';
import {
  accessibilityOf,
  lookedAt,
  ownersPage,
  startBrowser,
  tokenOf,
  watchedPage,
  widthOf,
} from './browser.js';
import { type Serving, startServing } from './serving.js';

const SAMPLES = join(import.meta.dirname, '../../samples');

let browser: Browser;
let serving: Serving;

beforeAll(async () => {
  browser = await startBrowser();
  serving = await startServing();
  const run = (sheet: string, name: string) =>
    startCli(['run', join(SAMPLES, sheet), '--out', join(serving.directory, 'runs', name), '--quiet'], {
      cwd: serving.directory,
    }).ended;
  await run('mixed.xlsx', 'good');
  await run('mistakes.csv', 'bad');
});
afterAll(async () => {
  await browser.close();
  await serving.stop();
});

describe('the pages', () => {
  it('take the token out of the address as they log in', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, serving);
    expect(page.url()).toBe(`${serving.origin}/`);
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    // another token ends the session that is there: whoever opens it is its owner from now on
    const before = { Cookie: `${cookie?.name}=${cookie?.value}`, Accept: 'text/html' };
    await page.goto(tokenOf(serving));
    await expect.poll(async () => (await context.cookies())[0]?.value).not.toBe(cookie?.value);
    expect((await fetch(`${serving.origin}/runs`, { headers: before })).status).toBe(401);
    await lookedAt(page, () => page.reload());
    // it may just be loading itself anew
    await page.getByRole('heading', { name: 'Now' }).waitFor();
    expect(page.url()).toBe(`${serving.origin}/`);
    expect(wrong).toEqual([]);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be used by everybody, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const { page, wrong } = await ownersPage(context, serving);
      for (const path of ['/', '/runs', '/runs?q=nothing', '/runs/good', '/runs/bad']) {
        await page.goto(serving.origin + path);
        expect([path, await accessibilityOf(page)]).toEqual([path, []]);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
      }
      await page.setViewportSize({ width: 320, height: 640 });
      for (const path of ['/', '/runs', '/runs/good', '/runs/bad']) {
        await page.goto(serving.origin + path);
        expect([path, await widthOf(page)]).toEqual([path, 320]);
      }
      expect(wrong).toEqual([]);
      await context.close();
    });

  it('say the truth without a script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page } = await watchedPage(context, serving.origin);
    const args = [CLI, 'serve', '--token', serving.directory];
    const [, token = ''] = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split('/#');
    await page.goto(serving.origin);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('link', { name: 'mistakes.csv' }).first().click();
    expect(await page.getByText('23 rows: 16 invalid, 7 pending').count()).toBe(1);
    await page.getByRole('button', { name: 'Log out' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Log in');
    await context.close();
  });

  it('are reached by the keyboard alone', async () => {
    const context = await browser.newContext();
    const { page } = await ownersPage(context, serving);
    const focused = () => page.evaluate('document.activeElement.textContent');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('To the content');
    await page.keyboard.press('Enter');
    for (let at = 0; at < 20 && (await focused()) !== 'mixed.xlsx'; at++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/runs\/good$/);
    await context.close();
  });

  it('open the report in a page that cannot reach this site', async () => {
    const context = await browser.newContext();
    const { page } = await ownersPage(context, serving);
    await page.goto(`${serving.origin}/runs/bad`);
    const [report] = await Promise.all([
      context.waitForEvent('page'),
      page.getByRole('link', { name: 'Every row that they hit is in the report' }).click(),
    ]);
    await report.getByRole('heading', { level: 1, name: 'Import report' }).waitFor();
    expect(await report.evaluate('self.origin')).toBe('null');
    await context.close();
  });

  it('call nobody back who has followed a link', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, serving);
    let letIn = () => {};
    const held = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    await page.route('**/runs/good', async (route) => {
      await held;
      await route.continue();
    });
    await page.locator('a[href="/runs/good"]').first().click({ noWaitAfter: true });
    const runs = join(serving.directory, 'runs');
    await cp(join(runs, 'bad'), join(runs, 'another'), { recursive: true });
    // the page has heard of it by now, and would show the list anew
    await page.waitForTimeout(2500);
    letIn();
    await page.waitForURL(/\/runs\/good$/);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('follow a run of the command line as it goes on, and hurt nothing when they close', async () => {
    const sandbox = await startSandbox({ latencyMs: 120 });
    const context = await browser.newContext();
    try {
      const { page, wrong } = await ownersPage(context, serving);
      const going = startCli(
        [
          ...['run', join(SAMPLES, 'mixed.xlsx'), '--out', join(serving.directory, 'runs', 'going')],
          ...['--base-url', sandbox.url, '--concurrency', '2', '--json', '--quiet'],
        ],
        {
          cwd: serving.directory,
          env: { ALIANZA_USERNAME: 'sandbox@example.com', ALIANZA_PASSWORD: 'sandbox' },
        },
      );
      await page.locator('a[href="/runs/going"]').first().click();
      await page.locator('[data-slot="standing"]', { hasText: 'going on' }).waitFor();
      const done = async () => Number(await page.locator('#progress').getAttribute('value'));
      await expect.poll(done, { timeout: 30_000 }).toBeGreaterThan(0);
      await page.getByRole('link', { name: 'Runs', exact: true }).focus();
      await page.locator('[data-slot="standing"]', { hasText: 'done' }).waitFor({ timeout: 60_000 });
      expect(await page.getByText('30 rows: 30 created').count()).toBe(1);
      expect((await going.ended).code).toBe(0);
      // the page of its end is another page; whoever went by keyboard goes on from the same place
      await page.getByRole('link', { name: 'report.html' }).waitFor();
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Runs');
      expect(wrong).toEqual([]);
    } finally {
      await context.close();
      await sandbox.close();
    }
  });
});
