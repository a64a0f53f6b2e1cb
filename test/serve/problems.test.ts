import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageHint } from '../../src/serve/sheets/page-hints.js';
import { accessibilityOf, startBrowser, widthOf } from './browser.js';
import { type Serving, startServing } from './serving.js';
import { Visitor } from './visitor.js';

const SAMPLES = join(import.meta.dirname, '../../samples');
const HEADER =
  'product,accountNumber,accountName,timeZone,firstName,lastName,extension,emailAddress,blockEmail,' +
  'billingCycleDay,dialingBehaviorType,extensionLength,userProductPlan';
const PASSWORD = 'Sup3r-s3cret-pass';

/** Rows with one bad time zone in most of them, another in some, and a password. */
function bad(rows: number): string {
  const lines = Array.from({ length: rows }, (_, at) => {
    const zone = at % 10 === 0 ? '<i>PTZ</i>' : 'Rocky time';
    return `BCC,SP-${at},Acme ${at},${zone},Ann,Smith ${at},4001,a${at}@example.com,yes,1,OPEN_DIAL_PLAN_TEN_DIGIT,4,STANDARD`;
  });
  return [HEADER, ...lines].join('\n');
}

let browser: Browser;
let serving: Serving;
let visitor: Visitor;

beforeAll(async () => {
  browser = await startBrowser();
  serving = await startServing();
  visitor = new Visitor(serving, await serving.logIn());
});
afterAll(async () => {
  await browser.close();
  await serving.stop();
});

interface Told {
  readonly revision: string;
  readonly check: {
    readonly revision: string;
    readonly valid: number;
    readonly invalid: number;
    readonly isCurrent: boolean;
  } | null;
  readonly causes: readonly {
    readonly code: string;
    readonly count: number;
    readonly values: readonly { readonly column: string; readonly text: string; readonly count: number }[];
    readonly further: number;
  }[];
}

const causesOf = async (id: string) => (await (await visitor.ask(`/sheets/${id}/causes`)).json()) as Told;

/** What a sheet came to, once it is checked as it is now. */
async function checked(id: string): Promise<Told> {
  await visitor.checked(id);
  return causesOf(id);
}

/** What a form says of a value and of what was used for it. */
const of = (column: string, text: string, said: string | null) => JSON.stringify([column, text, said]);

describe('hints', () => {
  it.each([
    [
      'Add the column timeZone, or give all rows one value with --set timeZone=…',
      'Add the column timeZone, or give all rows one value: type below what it is.',
    ],
    [
      'Add the column product, or give all rows one value with --set product=BCC (needs extension too)',
      'Add the column product, or give all rows one value: type BCC below (needs extension too).',
    ],
    [
      'If "Kd {1}" is it, say so in a profile: "headers": { "Kd {1}": "timeZone" }; else add the column timeZone.',
      'If "Kd {1}" is it, say so under Headers; else add the column timeZone.',
    ],
    [
      'Say in a profile what its texts stand for: "values": { "state": { "x": "…" } }; if it is something else: "headers": { "S": null } (null: it is not used).',
      'Type below what its texts stand for; if it is something else, say so under Headers.',
    ],
    [
      'Rename the one that is not meant, or ignore it in a profile: "headers": { "A": null }.',
      'Rename the one that is not meant, or say under Headers that it is not used.',
    ],
    [
      'The profile leaves it open: fill in "values": { "state": { "x": "?" } }.',
      'The profile leaves it open: type below what it stands for.',
    ],
    ['Fill in lastName.', 'Fill in lastName.'],
  ])('%s is said as pages have it', (hint, said) => {
    expect(pageHint(hint, 'problems')).toBe(said);
    expect(pageHint(hint, 'elsewhere')).toBe(said.replace('below', 'under Problems'));
  });
});

describe('the page of problems', () => {
  it('checks what is uploaded, and tells causes with their values, the most frequent first', async () => {
    const id = await visitor.uploaded('bad.csv', bad(40));
    const told = await checked(id);
    expect(told.check).toMatchObject({ valid: 0, invalid: 40 });
    const zones = told.causes.find(({ code }) => code === 'TIME_ZONE_UNKNOWN');
    expect(zones).toMatchObject({ count: 40, further: 0 });
    expect(zones?.values).toMatchObject([
      { column: 'timeZone', text: 'Rocky time', count: 36 },
      { column: 'timeZone', text: '<i>PTZ</i>', count: 4 },
    ]);
    const text = await (await visitor.ask(`/sheets/${id}/problems`)).text();
    expect(text).toContain('40 rows of 40 are invalid');
    expect(text).toContain('&lt;i&gt;PTZ&lt;/i&gt;');
    expect(await (await visitor.ask('/')).text()).toContain('40 rows, 40 invalid');
  });

  it('puts a value right in all rows at once, and checks again by itself, by keyboard alone', async () => {
    const id = await visitor.uploaded(
      'bad.csv',
      bad(40).replace(/a1?0@example.com/g, 'nobody(at)example.com'),
    );
    await checked(id);
    const context = await browser.newContext();
    const { page, wrong } = await visitor.opened(context, `/sheets/${id}/problems`);
    await page.getByLabel('Use instead of "Rocky time" in timeZone').focus();
    await page.keyboard.type('US/Mountain');
    await page.getByText('Changed, not saved.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Saved. The sheet is checked again.').waitFor();
    // the next cause has the focus at once, and keeps it over the page that comes with the check
    const focused = () => page.evaluate('document.activeElement?.getAttribute("aria-label")');
    const next = 'Use instead of "nobody(at)example.com" in emailAddress';
    await expect.poll(focused, { timeout: 60_000 }).toBe(next);
    await page.getByText('4 rows of 40 are invalid').waitFor({ timeout: 60_000 });
    await expect.poll(focused, { timeout: 60_000 }).toBe(next);
    expect(await page.locator(':focus').getAttribute('aria-describedby')).toBe('done');
    await page.getByText('Saved. The sheet has been checked since.').waitFor();
    await page.getByLabel('Use instead of "<i>PTZ</i>" in timeZone').fill('US/Pacific');
    await page.keyboard.press('Enter');
    await page.getByText('2 rows of 40 are invalid').waitFor({ timeout: 60_000 });
    await page.getByLabel(next).fill('nobody@example.com');
    await page.keyboard.press('Enter');
    await page.getByText('No row is invalid').waitFor({ timeout: 60_000 });
    expect(await page.getByText(/40 rows would create 40 accounts, 40 users/).count()).toBe(1);
    const file = join(serving.directory, 'sheets', id, 'profile.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      values: {
        timeZone: { 'Rocky time': 'US/Mountain', '<i>PTZ</i>': 'US/Pacific' },
        emailAddress: { 'nobody(at)example.com': 'nobody@example.com' },
      },
    });
    await page
      .getByRole('button', { name: 'Take back what is used for Rocky time in timeZone' })
      .press('Enter');
    await page.getByText('36 rows of 40 are invalid').waitFor({ timeout: 30_000 });
    // of what the sheet was before, no check is kept
    const checks = () =>
      readdirSync(join(serving.directory, 'sheets', id)).filter((name) => name.startsWith('check-'));
    await expect.poll(checks).toHaveLength(1);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('says the same without a script', async () => {
    const id = await visitor.uploaded('bad.csv', bad(10));
    await checked(id);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const { page } = await visitor.opened(context, `/sheets/${id}/problems`);
    await page.getByLabel('Use instead of "Rocky time" in timeZone').fill('US/Mountain');
    await page.getByRole('button', { name: 'Use these instead' }).first().click();
    await page.getByText('Saved. The sheet is checked again.').waitFor();
    expect((await checked(id)).check).toMatchObject({ valid: 9, invalid: 1 });
    await page.goto(`${serving.origin}/sheets/${id}/problems`);
    expect(await page.getByText('1 row of 10 is invalid').count()).toBe(1);
    await context.close();
  });

  it('gives a default to a column that no header is, and takes a text for blank', async () => {
    const id = await visitor.uploaded('gaps.csv', bad(4).replaceAll(/Rocky time|<i>PTZ<\/i>/g, ''));
    const told = await checked(id);
    const at = told.causes.findIndex(({ code }) => code === 'REQUIRED');
    expect(told.causes[at]?.values).toMatchObject([{ column: 'timeZone', text: '', count: 4 }]);
    const see = await visitor.sendForm(`/sheets/${id}/values`, {
      ...{ 'of.0': of('timeZone', '', null), 'use.0': 'US/Mountain' },
    });
    expect(see.headers.get('location')).toBe(`/sheets/${id}/problems?done=saved&next=`);
    expect((await checked(id)).check).toMatchObject({ valid: 4, invalid: 0 });
  });

  it('writes over nothing that somebody else has said meanwhile, and takes what they have not', async () => {
    const id = await visitor.uploaded('bad.csv', bad(4));
    await checked(id);
    const send = (zone: string, use: string) =>
      visitor.sendForm(`/sheets/${id}/values`, { 'of.0': of('timeZone', zone, null), 'use.0': use });
    expect((await send('Rocky time', 'US/Mountain')).status).toBe(303);
    const late = await send('rocky TIME', 'US/Eastern');
    expect(late.status).toBe(409);
    const text = await late.text();
    expect(text).toContain('Somebody else has said what is used for &quot;rocky TIME&quot; in timeZone');
    expect(text).toContain('uses &quot;US/Mountain&quot; instead');
    // the sheet is another than when this was shown, but not in this
    expect((await send('<i>PTZ</i>', 'US/Pacific')).status).toBe(303);
    const file = join(serving.directory, 'sheets', id, 'profile.json');
    expect(JSON.parse(readFileSync(file, 'utf8')).values.timeZone).toEqual({
      ...{ 'Rocky time': 'US/Mountain', '<i>PTZ</i>': 'US/Pacific' },
    });
    const unfit = await send('<i>PTZ</i>', 'US/Nowhere');
    expect(unfit.status).toBe(400);
    expect(await unfit.text()).toContain('For timeZone: &quot;US/Nowhere&quot; is not a time zone');
    for (const wrong of ['{', '["timeZone"]', '["nothing","x",null]'])
      expect((await visitor.sendForm(`/sheets/${id}/values`, { 'of.0': wrong, 'use.0': 'x' })).status).toBe(
        400,
      );
  });

  it('says where, each place once and as a link, and what to do on these pages', async () => {
    const text = bad(5)
      .replace('timeZone', 'Zeitzone')
      .replace('dialingBehaviorType', 'Wahl')
      .replace('yes', 'N/A');
    const id = await visitor.uploaded('own.csv', text);
    await checked(id);
    const page = await (await visitor.ask(`/sheets/${id}/problems`)).text();
    expect(page).toMatch(/A required column is missing from the sheet<\/span><span class="n">all rows</);
    expect(page).toMatch(
      /There is no column timeZone;.*?under <a href="[^"]*\/headers">Headers<\/a>|type below what it is/s,
    );
    expect(page).toMatch(/There is no column dialingBehaviorType;/);
    expect(page).not.toMatch(/--set|in a profile|&quot;headers&quot;|row 1; row 1/);
    expect(page).toMatch(/tick &quot;blank&quot; beside it below/);
    expect(page).toContain(`<a href="/sheets/${id}/rows/2?sheet=1">row 2</a>`);
    expect(page).not.toContain('rows/1?');
    // programs are told what the command line is
    expect(JSON.stringify(await causesOf(id))).toContain('list the word under');
  });

  it('fills in what is probably meant when asked to, and marks nothing as said by that', async () => {
    const id = await visitor.uploaded('near.csv', bad(4).replaceAll('Rocky time', 'US/Mountian'));
    await checked(id);
    const path = `/sheets/${id}/problems`;
    const plain = await (await visitor.ask(path)).text();
    expect(plain).toContain('probably US/Mountain');
    const row = (at: number) => `(<a href="/sheets/${id}/rows/${at}?sheet=1">row ${at}</a>)`;
    const not = 'is not a time zone of the platform';
    expect(plain).toContain(`PTZ&lt;/i&gt;&quot; ${not} ${row(2)}; &quot;US/Mountian&quot; ${not} ${row(3)}`);
    expect(plain).toContain('Fill in what is probably meant (1)');
    expect(plain).not.toContain('value="US/Mountain" aria-label');
    const filled = await (await visitor.ask(`${path}?filled=TIME_ZONE_UNKNOWN`)).text();
    expect(filled).toMatch(
      /value="US\/Mountain" aria-label="Use instead of &quot;US\/Mountian&quot; in timeZone"[^>]* autofocus/,
    );
    expect(existsSync(join(serving.directory, 'sheets', id, 'profile.json'))).toBe(false);
  });

  it('says why valid rows would bring nothing about', async () => {
    const [header = '', first = ''] = bad(1).split('\n');
    const second = first
      .replace('4001', '4002')
      .replaceAll('a0@', 'b0@')
      .replace(/Acme 0,[^,]*/, ',');
    const id = await visitor.uploaded('skipped.csv', [header, first, second].join('\n'));
    const { check } = await checked(id);
    expect(check).toMatchObject({ valid: 1, invalid: 1 });
    for (const path of ['', '/problems'])
      expect(await (await visitor.ask(`/sheets/${id}${path}`)).text()).toContain(
        '1 valid row would be skipped: the row that brings the account or the user is not valid.',
      );
  });

  it('shows no secret anywhere, and none stands in what a check keeps', async () => {
    const rows = readFileSync(join(SAMPLES, 'sip-trunk.csv'), 'utf8').trimEnd().split('\n');
    const spoilt = rows.map(
      (row, at) => `${row},${at === 0 ? 'sipPassword' : `${PASSWORD} ${'x'.repeat(300)}`}`,
    );
    const id = await visitor.uploaded('trunks.csv', spoilt.join('\n'));
    const told = await checked(id);
    const hidden = told.causes.flatMap(({ values }) =>
      values.filter(({ column }) => column === 'sipPassword'),
    );
    expect(hidden.map(({ text }) => text)).toEqual(['(hidden)']);
    for (const path of ['', '/headers', '/problems', '/causes', '/state'])
      expect(await (await visitor.ask(`/sheets/${id}${path}`)).text()).not.toContain(PASSWORD);
    const directory = join(serving.directory, 'sheets', id);
    for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
      const path = join(directory, name);
      if (name.startsWith('upload') || !existsSync(path) || name.endsWith('lock')) continue;
      if (/\.(json|db|db-wal|log)$/.test(name))
        expect([name, readFileSync(path, 'latin1').includes(PASSWORD)]).toEqual([name, false]);
    }
  });

  it('shows the first problems of 40,000 rows soon: within ten seconds on a quiet machine', async () => {
    const text = bad(40_000);
    const begun = performance.now();
    const id = await visitor.uploaded('large.csv', text);
    const told = await checked(id);
    const took = performance.now() - begun;
    expect(told.check).toMatchObject({ invalid: 40_000 });
    expect(told.causes[0]).toMatchObject({ code: 'TIME_ZONE_UNKNOWN', count: 40_000 });
    const page = await (await visitor.ask(`/sheets/${id}/problems`)).text();
    expect(page.length).toBeLessThan(60_000);
    // other tests share the machine
    expect(took).toBeLessThan(40_000);
  }, 60_000);

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be used by everybody, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const mistakes = await visitor.uploaded('mistakes.csv', readFileSync(join(SAMPLES, 'mistakes.csv')));
      const clean = await visitor.uploaded('mixed.xlsx', readFileSync(join(SAMPLES, 'mixed.xlsx')));
      await checked(mistakes);
      await checked(clean);
      const { page, wrong } = await visitor.opened(context, '/');
      for (const path of [
        `${mistakes}/problems`,
        `${mistakes}/problems?cause=PHONE_NUMBER_INVALID`,
        `${mistakes}/problems?filled=TIME_ZONE_UNKNOWN`,
        `${mistakes}/problems?done=saved&next=TIME_ZONE_UNKNOWN`,
        `${clean}/problems`,
        mistakes,
      ]) {
        await page.setViewportSize({ width: 1280, height: 720 });
        await page.goto(`${serving.origin}/sheets/${path}`);
        expect([path, await accessibilityOf(page)]).toEqual([path, []]);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        await page.setViewportSize({ width: 320, height: 640 });
        expect([path, await widthOf(page)]).toEqual([path, 320]);
      }
      expect(wrong).toEqual([]);
      await context.close();
    });
});
