import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actOf } from '../../src/web/grid-keys.js';
import { checkOf, marksText } from '../../src/web/grid-marks.js';
import { CLI } from '../fixtures/cli.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { accessibilityOf, ownersPage, startBrowser, watchedPage, widthOf } from './browser.js';
import { type Serving, startServing } from './serving.js';
import { Visitor } from './visitor.js';

let browser: Browser;
let serving: Serving;

beforeAll(async () => {
  browser = await startBrowser();
  serving = await startServing();
});
afterAll(async () => {
  await browser.close();
  await serving.stop();
});

/** A new sheet that was checked. @returns its ID */
async function uploaded(context: BrowserContext, name: string, content: string): Promise<string> {
  const [cookie] = await context.cookies();
  const visitor = new Visitor(serving, `${cookie?.name}=${cookie?.value}`);
  const id = await visitor.uploaded(name, content);
  await visitor.settled(id);
  return id;
}

/** Three users, of whom the second has a plan that there is not. */
const SHEET = csvOf(mixedRows(3).map((row, at) => (at === 1 ? { ...row, userProductPlan: 'GOLD' } : row)));

/** Nine users and more of whom three have that plan, in rows 2, 3 and 10. */
const THREE_GOLD = csvOf(
  mixedRows(9).map((row, at) => ([0, 1, 8].includes(at) ? { ...row, userProductPlan: 'GOLD' } : row)),
);

const active = (page: Page) =>
  page.evaluate<{ text: string; row: string | null; invalid: string | null }>(`(() => {
    const cell = document.getElementById(document.querySelector('#grid').getAttribute('aria-activedescendant'));
    return { text: cell.textContent, row: cell.parentElement.getAttribute('aria-rowindex'), invalid: cell.getAttribute('aria-invalid') };
  })()`);

describe('keys', () => {
  const press = (key: string, more = {}) =>
    actOf(
      { ...{ key, ctrlKey: false, altKey: false, metaKey: false }, ...more },
      { index: 7, column: 3 },
      { page: 10, lastIndex: 99, lastColumn: 12 },
    );

  it('go to cells, change them, and go over problems', () => {
    expect(press('ArrowDown')).toEqual({ index: 8, column: 3 });
    expect(press('PageUp')).toEqual({ index: -3, column: 3 });
    expect(press('End', { ctrlKey: true })).toEqual({ index: 99, column: 12 });
    expect(press('Home')).toEqual({ index: 7, column: -1 });
    expect([press('Enter'), press('F2'), press('n'), press('p'), press('a')]).toEqual([
      ...['edit', 'edit', 'next', 'previous', 'use'],
    ]);
  });

  it('of the browser stay with the browser', () => {
    expect([press('Tab'), press('x'), press('a', { ctrlKey: true }), press('n', { altKey: true })]).toEqual([
      ...[null, null, null, null],
    ]);
  });
});

describe('what is said of the marks', () => {
  const check = (revision: string, endedAt: string | null) => ({ kind: 'check', revision, endedAt });

  it('is that they are of now, or that they are not and what is done about it', () => {
    expect(marksText({ revision: 'b', checked: 'b', check: 'going on' })).toBe(
      'Checked: the marks are those of now.',
    );
    for (const state of ['none', 'going on', 'failed'] as const) {
      const text = marksText({ revision: 'b', checked: 'a', check: state });
      expect(text).toMatch(/^The marks are of the sheet before the last change\. ./);
      expect(text).not.toContain('Checked');
    }
  });

  it('knows a check that goes on from one that came to nothing', () => {
    expect(checkOf([], 'b', 'a')).toBe('none');
    expect(checkOf([check('a', '2026-01-01')], 'b', 'a')).toBe('none');
    expect(checkOf([check('b', null), check('a', '2026-01-01')], 'b', 'a')).toBe('going on');
    expect(checkOf([check('b', '2026-01-01')], 'b', 'a')).toBe('failed');
    expect(checkOf([check('b', '2026-01-01')], 'b', 'b')).toBe('none');
  });
});

describe('the grid', () => {
  it('puts a sheet right by the keyboard alone', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, serving);
    const id = await uploaded(context, 'three.csv', SHEET);
    await page.goto(`${serving.origin}/sheets/${id}/rows`);
    const grid = page.getByRole('grid');
    await grid.waitFor();
    expect(await grid.getAttribute('aria-rowcount')).toBe('4');
    await page.getByRole('gridcell', { name: 'GOLD' }).waitFor();
    const focused = () => page.evaluate('document.activeElement.id');
    for (let at = 0; at < 40 && (await focused()) !== 'grid'; at++) await page.keyboard.press('Tab');
    expect(await focused()).toBe('grid');
    await page.keyboard.press('n');
    await expect.poll(() => active(page)).toEqual({ text: 'GOLD', row: '3', invalid: 'true' });
    await page.getByRole('status').filter({ hasText: 'Error:' }).waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.type('nothing');
    await page.keyboard.press('Escape');
    expect((await active(page)).text).toBe('GOLD');
    await page.keyboard.press('F2');
    await page.keyboard.type('STANDARD');
    await page.keyboard.press('Enter');
    await page.getByRole('gridcell', { name: 'STANDARD (was GOLD)' }).waitFor();
    expect((await active(page)).row).toBe('4');
    await page.getByText('1 edit by').waitFor();
    await page.getByText('Checked: the marks are those of now.').waitFor({ timeout: 30_000 });
    await expect.poll(() => page.locator('[aria-invalid=true]').count()).toBe(0);
    for (const [key, text] of [
      ['Home', '4'],
      ['Control+Home', '2'],
      ['ArrowDown', '3'],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(async () => (await active(page)).text).toBe(text);
    }
    await page.keyboard.press('Tab');
    expect(await focused()).not.toBe('grid');
    expect(readFileSync(join(serving.directory, 'sheets', id, 'edits.jsonl'), 'utf8')).toContain('STANDARD');
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('goes from problem to problem, and uses what was typed once wherever the same stands', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, serving);
    const id = await uploaded(context, 'gold.csv', THREE_GOLD);
    await page.goto(`${serving.origin}/sheets/${id}/rows`);
    await page.getByRole('gridcell', { name: 'GOLD' }).first().waitFor();
    // whatever was ever said of the marks
    await page.evaluate(`(() => {
      const place = document.querySelector('#marks');
      window.saidOfMarks = [];
      new MutationObserver(() => window.saidOfMarks.push(place.textContent)).observe(place, { childList: true, subtree: true, characterData: true });
    })()`);
    await page.getByRole('grid').focus();
    await page.keyboard.press('n');
    await expect.poll(() => active(page)).toEqual({ text: 'GOLD', row: '2', invalid: 'true' });
    await page.keyboard.press('Enter');
    await page.keyboard.type('STANDARD');
    await page.keyboard.press('Enter');
    // the next problem has its turn by itself
    await expect.poll(() => active(page)).toEqual({ text: 'GOLD', row: '3', invalid: 'true' });
    await page.getByText('“GOLD” stands in userProductPlan in 2 further rows.').waitFor();
    await page.getByRole('button', { name: 'Use “STANDARD” in all of them (a)' }).waitFor();
    expect(await accessibilityOf(page)).toEqual([]);
    await page.keyboard.press('a');
    await page.getByText('Used in 2 further rows, and kept in the profile.').waitFor();
    await page.getByText('Checked: the marks are those of now.').waitFor({ timeout: 60_000 });
    await expect.poll(() => page.locator('[aria-invalid=true]').count(), { timeout: 60_000 }).toBe(0);
    expect((await active(page)).row).toBe('3');
    expect(await page.evaluate('document.activeElement.id')).toBe('grid');
    const said = (await page.evaluate('window.saidOfMarks')) as string[];
    expect(said.filter((text) => text.includes('Checked:') && text.includes('before the last'))).toEqual([]);
    const profile = readFileSync(join(serving.directory, 'sheets', id, 'profile.json'), 'utf8');
    expect(JSON.parse(profile)).toEqual({ values: { userProductPlan: { GOLD: 'STANDARD' } } });
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('shows what somebody else types, asks whose is to be kept, and loses neither', async () => {
    const [one, two] = [await browser.newContext(), await browser.newContext()];
    const ann = await ownersPage(one, serving);
    const bob = await ownersPage(two, serving);
    const id = await uploaded(one, 'three.csv', SHEET);
    for (const { page } of [ann, bob]) {
      await page.goto(`${serving.origin}/sheets/${id}/rows`);
      await page.getByRole('gridcell', { name: 'GOLD' }).click();
    }
    await bob.page.keyboard.press('Enter');
    await bob.page.keyboard.type('PROFESSIONAL');
    await ann.page.keyboard.press('Enter');
    await ann.page.keyboard.type('STANDARD');
    await ann.page.keyboard.press('Enter');
    await ann.page.getByRole('gridcell', { name: 'STANDARD (was GOLD)' }).waitFor();
    await bob.page.keyboard.press('Enter');
    const dialog = bob.page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.textContent()).toMatch(/STANDARD.*PROFESSIONAL/s);
    expect(await accessibilityOf(bob.page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Use mine' }).click();
    await bob.page.getByRole('gridcell', { name: 'PROFESSIONAL (was GOLD)' }).waitFor();
    await ann.page.getByRole('gridcell', { name: 'PROFESSIONAL (was GOLD)' }).waitFor();
    await ann.page.getByText('2 edits by').waitFor();
    await ann.page
      .getByRole('button', { name: /Undo the change of row 3/ })
      .first()
      .click();
    await bob.page.getByRole('gridcell', { name: 'STANDARD (was GOLD)' }).waitFor();
    const allowed = /status of 409/;
    expect([...ann.wrong, ...bob.wrong].filter((each) => !allowed.test(each))).toEqual([]);
    await one.close();
    await two.close();
  });

  it('tells who else has the sheet open, and lets nobody change it who may not', async () => {
    const people = [CLI, 'serve', 'user', 'add', 'ben', '--role', 'view', '--dir', serving.directory];
    execFileSync(process.execPath, people, { input: 'four quiet words here\n' });
    const [one, two] = [await browser.newContext(), await browser.newContext()];
    const ann = await ownersPage(one, serving);
    const id = await uploaded(one, 'three.csv', SHEET);
    const answer = await fetch(`${serving.origin}/session`, {
      method: 'POST',
      headers: { Origin: serving.origin, 'Content-Type': 'application/json' },
      body: JSON.stringify({ user: 'ben', password: 'four quiet words here' }),
    });
    const [name = '', value = ''] = (answer.headers.get('set-cookie') ?? '').split(';')[0]?.split('=') ?? [];
    await two.addCookies([{ name, value, url: serving.origin }]);
    const ben = await watchedPage(two, serving.origin);
    for (const { page } of [ann, ben]) await page.goto(`${serving.origin}/sheets/${id}/rows`);
    await ann.page.getByText('ben has this sheet open, too.').waitFor();
    await ben.page.getByText(/has this sheet open, too/).waitFor();
    await ben.page.getByRole('gridcell', { name: 'GOLD' }).click();
    await ben.page.keyboard.press('Enter');
    expect(await ben.page.locator('.grid input').count()).toBe(0);
    expect(await ben.page.getByRole('button', { name: 'Leave this row out' }).count()).toBe(0);
    const refused = await fetch(`${serving.origin}/sheets/${id}/edits`, {
      method: 'POST',
      headers: { Cookie: `${name}=${value}`, Origin: serving.origin, 'Content-Type': 'application/json' },
      body: '{}',
    });
    expect(refused.status).toBe(403);
    const copy = `${serving.origin}/sheets/${id}/corrected.xlsx?passwords=shown`;
    expect((await fetch(copy, { headers: { Cookie: `${name}=${value}` } })).status).toBe(403);
    await two.close();
    await ann.page.getByText('ben has this sheet open, too.').waitFor({ state: 'hidden' });
    expect([...ann.wrong, ...ben.wrong]).toEqual([]);
    await one.close();
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be used by everybody, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const { page, wrong } = await ownersPage(context, serving);
      const id = await uploaded(context, 'three.csv', SHEET);
      const paths = ['rows', 'rows?filter=errors', 'rows?text=nowhere', 'rows/3?sheet=1'];
      const look = async (where: Page) => {
        for (const path of paths) {
          await where.goto(`${serving.origin}/sheets/${id}/${path}`);
          if (where === page && path === 'rows') await page.getByRole('gridcell', { name: 'GOLD' }).waitFor();
          expect([path, await accessibilityOf(where)]).toEqual([path, []]);
        }
      };
      await look(page);
      await page.setViewportSize({ width: 320, height: 640 });
      for (const path of paths) {
        await page.goto(`${serving.origin}/sheets/${id}/${path}`);
        expect([path, await widthOf(page)]).toEqual([path, 320]);
      }
      expect(wrong).toEqual([]);
      await context.close();
    });

  it('is a table with forms where there is no script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const withScript = await browser.newContext();
    await ownersPage(withScript, serving);
    await context.addCookies(await withScript.cookies());
    const id = await uploaded(withScript, 'gold.csv', THREE_GOLD);
    const page = await context.newPage();
    await page.goto(`${serving.origin}/sheets/${id}/rows?filter=errors`);
    expect(await page.getByRole('row').count()).toBe(4);
    await page.getByRole('link', { name: 'Change row 3' }).click();
    const field = page.getByLabel('userProductPlan', { exact: true });
    expect(await field.getAttribute('aria-invalid')).toBe('true');
    await field.fill('STANDARD');
    await page.getByRole('button', { name: 'Save userProductPlan' }).click();
    await page.getByText('was GOLD, changed by').waitFor();
    await page.getByText('stands in userProductPlan in 2 further rows.').waitFor();
    const seen = await withScript.newPage();
    await seen.goto(page.url());
    expect(await accessibilityOf(seen)).toEqual([]);
    await seen.close();
    await page.getByRole('button', { name: /^Use .*STANDARD.* in all of them$/ }).click();
    await page.getByText('Used in all of them, and kept in the profile.').waitFor();
    const profile = readFileSync(join(serving.directory, 'sheets', id, 'profile.json'), 'utf8');
    expect(JSON.parse(profile)).toEqual({ values: { userProductPlan: { GOLD: 'STANDARD' } } });
    await page.getByRole('button', { name: 'Leave this row out' }).click();
    await page.getByText('has left this row out').waitFor();
    await page.getByRole('button', { name: 'Undo the change of the row' }).click();
    await page.getByRole('button', { name: 'Leave this row out' }).waitFor();
    await context.close();
    await withScript.close();
  });

  it('holds 40,000 rows: the page stays as large as it was, and any row is there at once', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, serving);
    const rows = mixedRows(8000);
    const lines = csvOf(rows).trimEnd().split('\r\n');
    const [head = '', ...rest] = lines;
    const all = Array.from({ length: 5 }, () => rest).flat();
    const id = await uploaded(context, 'large.csv', [head, ...all].join('\n'));
    let bytes = 0;
    const client = await context.newCDPSession(page);
    await client.send('Network.enable');
    client.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(`${serving.origin}/sheets/${id}/rows`);
    await page.getByRole('gridcell').first().waitFor();
    await page.waitForLoadState('networkidle').catch(() => {});
    expect(bytes).toBeLessThan(60_000);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(all.length + 1));
    const nodes = () => page.evaluate<number>("document.querySelectorAll('*').length");
    const before = await nodes();
    const grid = page.getByRole('grid');
    await grid.focus();
    await page.keyboard.press('Control+End');
    await page.getByRole('rowheader', { name: String(all.length + 1), exact: true }).waitFor();
    for (const at of [0.1, 0.5, 0.9, 0.3]) {
      await grid.evaluate((element, share) => {
        element.scrollTop = element.scrollHeight * share;
      }, at);
      await page.waitForTimeout(400);
    }
    expect(await nodes()).toBe(before);
    await page.getByLabel('Go to row').fill('31234');
    await page.keyboard.press('Enter');
    await page.getByRole('rowheader', { name: '31234', exact: true }).waitFor();
    expect((await active(page)).text).toBe('31234');
    expect(wrong).toEqual([]);
    await context.close();
  }, 60_000);

  it('reaches every row also where there are more than a browser has pixels for', async () => {
    const context = await browser.newContext();
    const { page, wrong } = await ownersPage(context, serving);
    const id = await uploaded(context, 'three.csv', SHEET);
    const total = 2_000_000;
    await page.route(`**/sheets/${id}/rows*`, async (route) => {
      const { searchParams } = new URL(route.request().url());
      if (route.request().resourceType() === 'document') {
        const answer = await route.fetch();
        const body = (await answer.text()).replace('data-total="3"', `data-total="${total}"`);
        return route.fulfill({ response: answer, body });
      }
      const from = Number(searchParams.get('from'));
      const rows = Array.from({ length: Math.min(100, total - from) }, (_, at) => ({
        ...{ index: from + at, row: from + at + 2, cells: [], problems: [], edited: {}, omitted: null },
      }));
      return route.fulfill({ json: { revision: '', total, rows } });
    });
    await page.goto(`${serving.origin}/sheets/${id}/rows`);
    const header = (row: number) => page.getByRole('rowheader', { name: String(row), exact: true });
    await header(2).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('Control+End');
    await header(total + 1).waitFor();
    expect((await active(page)).row).toBe(String(total + 1));
    for (let at = 0; at < 30; at++) await page.keyboard.press('ArrowUp');
    await header(total - 29).waitFor();
    const seen = await header(total - 29).boundingBox();
    const grid = await page.getByRole('grid').boundingBox();
    expect(seen?.y).toBeGreaterThanOrEqual((grid?.y ?? 0) + 29);
    expect((seen?.y ?? 0) + 30).toBeLessThanOrEqual((grid?.y ?? 0) + (grid?.height ?? 0) + 1);
    await page.keyboard.press('Control+Home');
    await header(2).waitFor();
    expect(wrong).toEqual([]);
    await context.close();
  });
});
