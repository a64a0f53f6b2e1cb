import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityOf, lookedAt, ownersPage, startBrowser, widthOf } from './browser.js';
import { type JobPlace, jobOf, jobPlaceOf, started, type Uploaded, uploaded, wrongIn } from './job-place.js';

let browser: Browser;
let place: JobPlace;
let sheet: Uploaded;
const cleaned: (() => Promise<void>)[] = [];

beforeAll(async () => {
  browser = await startBrowser();
  place = await jobPlaceOf((clean) => void cleaned.push(clean), {
    sandbox: { latencyMs: 50 },
    environments: 'sandbox,custom,production',
  });
  sheet = await uploaded(place);
});
afterAll(async () => {
  await browser.close();
  for (const clean of cleaned) await clean();
});

/** What has the focus. */
const focusedIn = (page: Page): Promise<unknown> =>
  lookedAt(page, () =>
    page.evaluate(
      `(() => { const at = document.activeElement; return at?.labels?.[0]?.textContent ?? at?.textContent ?? ''; })()`,
    ),
  );

/** Reaches what has a name by the tab key alone, as a person without a mouse does. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let at = 0; at < 80; at++) {
    await page.keyboard.press('Tab');
    if (String(await focusedIn(page)).trim() === name) return;
  }
  throw new Error(`nothing called ${name} is reached by the keyboard`);
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await page.keyboard.press('Enter');
}

describe('a sheet on the pages', () => {
  it('is tried, started, stopped, gone on with, verified and undone by keyboard alone', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, place.serving);
    await page.goto(`${place.serving.origin}/sheets/${sheet.id}/dry-run`);
    await press(page, 'Dry run');
    await page.getByRole('heading', { name: 'What it found' }).waitFor({ timeout: 60_000 });
    await page.getByText('24 rows can be sent, 0 cannot.').waitFor();
    await press(page, '4 Start');
    await page.getByRole('heading', { name: 'What will happen' }).waitFor();
    await tabTo(page, 'Requests at once');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('2');
    await press(page, 'Start in sandbox');
    await page.waitForURL(/\/runs\/[^/]+$/);
    const run = page.url().split('/').at(-1) ?? '';
    await page.getByRole('heading', { name: 'At work' }).waitFor({ timeout: 60_000 });
    const done = async () => Number(await page.locator('#progress').getAttribute('value'));
    await expect.poll(done, { timeout: 60_000 }).toBeGreaterThan(0);
    await expect
      .poll(() => page.locator('[data-slot="limit"]').textContent())
      .toMatch(/ of 2 requests at once/);
    await press(page, 'Stop');
    await page.getByRole('button', { name: 'Resume' }).waitFor({ timeout: 60_000 });
    expect(await page.getByText(/^stopped by /).count()).toBe(1);
    await press(page, 'Resume');
    await page.getByText('24 rows: 24 created').waitFor({ timeout: 90_000 });
    expect(wrongIn(place, sheet, run)).toEqual([]);
    await page.getByRole('button', { name: 'Verify' }).waitFor({ timeout: 60_000 });
    await press(page, 'Verify');
    await jobOf(place, `/runs/${run}`, ({ kind, endedAt }) => kind === 'verify' && endedAt !== null);
    await page.getByRole('link', { name: 'Undo …' }).waitFor({ timeout: 60_000 });
    await press(page, 'Undo …');
    await press(page, 'Make the list');
    await page.getByRole('heading', { name: 'Undo it' }).waitFor({ timeout: 60_000 });
    expect(await page.getByRole('columnheader', { name: 'would be deleted' }).count()).toBe(1);
    await tabTo(page, 'Type sandbox-partition to confirm');
    await page.keyboard.type('sandbox-partition');
    await press(page, 'Delete what this run created');
    await jobOf(place, `/runs/${run}`, ({ kind, endedAt }) => kind === 'undo' && endedAt !== null);
    expect(place.sandbox.state.accounts.size).toBe(0);
    await page.goto(`${place.serving.origin}/runs/${run}`);
    expect(await page.getByText('undone', { exact: true }).count()).toBe(1);
    expect(wrong).toEqual([]);
    await context.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be started by everybody, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const { page, wrong } = await ownersPage(context, place.serving);
      const own = await uploaded(place, 6);
      const run = await started(place, own, { again: true });
      await jobOf(place, `/runs/${run}`, ({ endedAt }) => endedAt !== null);
      const going = await started(place, own, { again: true, concurrency: 1 });
      const paths = [
        `/sheets/${own.id}/dry-run`,
        `/sheets/${own.id}/start`,
        `/sheets/${own.id}/start?environment=production`,
        `/sheets/${sheet.id}/dry-run`,
        `/runs/${going}`,
        `/runs/${run}`,
        `/runs/${run}/undo`,
        '/',
      ];
      for (const path of paths) {
        await page.goto(place.serving.origin + path);
        expect([path, await accessibilityOf(page)]).toEqual([path, []]);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        await page.setViewportSize({ width: 320, height: 640 });
        expect([path, await widthOf(page)]).toEqual([path, 320]);
        await page.setViewportSize({ width: 1280, height: 720 });
      }
      expect(wrong).toEqual([]);
      await context.close();
    });
});
