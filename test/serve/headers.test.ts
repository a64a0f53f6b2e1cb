import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessibilityOf, startBrowser, widthOf } from './browser.js';
import { type Serving, startServing } from './serving.js';
import { Visitor } from './visitor.js';

const SAMPLES = join(import.meta.dirname, '../../samples');
/** Headers of a customer's own, four of which nobody knows, and a secret. */
const OWN = [
  'product,Kd Nr,Firma,Kd Zone,Surname,givenName,Ext,Trunk secret',
  'BCC,SP-1,<b>Acme</b>,MST,Smith,Ann,4001,s3cr3t-of-1',
  'BCC,SP-1,<b>Acme</b>,MST,Jones,Bob,4002,s3cr3t-of-2',
  'BCC,SP-2,Beta,PST,Doe,Cid,4003,s3cr3t-of-3',
].join('\n');

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

interface Said {
  readonly revision: string;
  readonly profile: {
    readonly headers: Record<string, string | null>;
    readonly defaults: Record<string, string>;
  };
}

async function profileOf(id: string): Promise<Said> {
  return (await (await visitor.ask(`/sheets/${id}/profile`)).json()) as Said;
}

describe('the page of headers', () => {
  it('says of each header how it was understood, with samples of its cells and none of a secret', async () => {
    const id = await visitor.uploaded('own.csv', OWN);
    const text = await (await visitor.ask(`/sheets/${id}/headers`)).text();
    expect(text).toContain('The header in row 1: 4 of 8 headers not known');
    expect(text).toMatch(/>Surname<.*?Smith · Jones · Doe.*?>synonym<.*?value="lastName"/s);
    expect(text).toMatch(/>Firma<.*?&lt;b&gt;Acme&lt;\/b&gt; · Beta/s);
    expect(text).toMatch(/>Kd Zone<.*?MST · PST.*?not known/s);
    expect(text).not.toContain('s3cr3t');
    const mixed = await visitor.uploaded('mixed.xlsx', readFileSync(join(SAMPLES, 'mixed.xlsx')));
    expect(await (await visitor.ask(`/sheets/${mixed}/headers`)).text()).toMatch(/<details>.*?Show all/s);
  });

  it('takes what headers are, and a default, into the profile of the sheet, by keyboard alone', async () => {
    const id = await visitor.uploaded('own.csv', OWN);
    const context = await browser.newContext();
    const { page, wrong } = await visitor.opened(context, `/sheets/${id}/headers`);
    await page.getByLabel('Column of Kd Nr').focus();
    await page.keyboard.type('accountNumber');
    await page.getByText('Changed, not saved.').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+a');
    await page.keyboard.type('account name');
    await page.getByLabel('Column of Kd Zone').focus();
    await page.keyboard.type('timezon');
    await page.keyboard.press('Enter');
    await page.getByText('There is no column "timezon"; did you mean timeZone?').waitFor();
    expect(await page.getByLabel('Column of Kd Nr').inputValue()).toBe('accountNumber');
    expect(await page.getByLabel('Column of Kd Zone').getAttribute('aria-invalid')).toBe('true');
    expect((await profileOf(id)).profile.headers).toEqual({});
    await page.getByLabel('Column of Kd Zone').fill('timeZone');
    await page.getByLabel('Column', { exact: true }).first().fill('blockEmail');
    await page.getByLabel('Its blank cells are').first().fill('yes');
    await page.keyboard.press('Enter');
    await page.getByText('Saved. The sheet is checked again.').waitFor();
    const { profile } = await profileOf(id);
    expect(profile.headers).toEqual({
      ...{ 'Kd Nr': 'accountNumber', 'Kd Zone': 'timeZone', Firma: 'accountName' },
    });
    expect(profile.defaults).toEqual({ blockEmail: 'yes' });
    expect(wrong.filter((each) => !each.includes('400'))).toEqual([]);
    await context.close();
  });

  it('says which headers are one column, and leaves out what is not known when told to', async () => {
    const id = await visitor.uploaded('two.csv', OWN.replace('Firma', 'account number'));
    const { revision } = await profileOf(id);
    const path = `/sheets/${id}/headers`;
    const saved = await visitor.sendForm(path, { revision, ignore: '0', 'column.0.1': 'accountNumber' });
    expect([saved.status, saved.headers.get('location')]).toEqual([303, `${path}?done=saved`]);
    const { profile } = await profileOf(id);
    expect(profile.headers).toEqual({ 'Kd Nr': 'accountNumber', 'Kd Zone': null, 'Trunk secret': null });
    expect(await (await visitor.ask(path)).text()).toContain('2 headers are accountNumber: only one may be.');
  });

  it('does not overwrite what somebody else has changed meanwhile', async () => {
    const id = await visitor.uploaded('own.csv', OWN);
    const { revision } = await profileOf(id);
    const path = `/sheets/${id}/headers`;
    expect((await visitor.sendForm(path, { revision, 'column.0.1': 'accountNumber' })).status).toBe(303);
    const late = await visitor.sendForm(path, { revision, 'column.0.2': 'accountName' });
    expect(late.status).toBe(409);
    expect(await late.text()).toContain('Somebody has changed this sheet since you saw it.');
    const now = await profileOf(id);
    expect(now.profile.headers).toEqual({ 'Kd Nr': 'accountNumber' });
    expect(now.revision).not.toBe(revision);
    const body = JSON.stringify({ revision, profile: {} });
    const put = await visitor.ask(`/sheets/${id}/profile`, 'PUT', body, {
      'Content-Type': 'application/json',
    });
    expect([put.status, await put.json()]).toMatchObject([
      409,
      { error: { code: 'CHANGED' }, revision: now.revision },
    ]);
  });

  it('takes whole profiles, and says what is wrong with one', async () => {
    const id = await visitor.uploaded('own.csv', OWN);
    const { revision } = await profileOf(id);
    const put = (profile: object) =>
      visitor.ask(`/sheets/${id}/profile`, 'PUT', JSON.stringify({ revision, profile }), {
        'Content-Type': 'application/json',
      });
    const refused = await put({ defaults: { sipPassword: 'x' } });
    expect(refused.status).toBe(400);
    const { error } = (await refused.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe('PROFILE_INVALID');
    expect(error.message).toMatch(/^defaults → sipPassword: /);
    const taken = await put({ headers: { 'Kd Nr': 'accountNumber' } });
    expect(taken.status).toBe(200);
    const file = join(serving.directory, 'sheets', id, 'profile.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ headers: { 'Kd Nr': 'accountNumber' } });
  });

  it('keeps a profile under a name, and offers it for the next sheet of the same headers', async () => {
    const first = await visitor.uploaded('own.csv', OWN);
    const { revision } = await profileOf(first);
    const columns = { 'column.0.1': 'accountNumber', 'column.0.2': 'accountName', 'column.0.3': 'timeZone' };
    await visitor.sendForm(`/sheets/${first}/headers`, { revision, ...columns });
    const keep = (name: string, more = {}) =>
      visitor.sendForm(`/sheets/${first}/profile/save`, { name, ...more });
    expect((await keep('acme')).headers.get('location')).toBe(`/sheets/${first}/headers?done=kept`);
    expect((await keep('acme')).status).toBe(409);
    expect((await keep('acme', { replace: 'yes' })).status).toBe(303);
    for (const name of ['../x', 'A b', '', '.x']) expect((await keep(name)).status).toBe(400);

    const next = await visitor.uploaded('next.csv', OWN.replaceAll('SP-', 'SQ-'));
    const context = await browser.newContext();
    const { page, wrong } = await visitor.opened(context, `/sheets/${next}/headers`);
    await page.getByText('The same headers as acme, used by 1 sheet here.').waitFor();
    await page.getByRole('button', { name: 'Use acme' }).click();
    await page.getByText('The sheet is read with that profile now').waitFor();
    expect((await profileOf(next)).profile.headers).toEqual((await profileOf(first)).profile.headers);
    expect(await page.getByText('The same headers as').count()).toBe(0);
    expect(wrong).toEqual([]);
    await context.close();
  });

  it('offers the row that is most probably the header where no header is known, and profiles for it', async () => {
    const body = [
      'Kundenliste;Stand 2026',
      'Kundennummer;Firma;Rufnummer;Ort',
      'DE-1;Müller;+13035550111;Bonn',
      'DE-2;Maier;+13035550112;Köln',
    ].join('\n');
    const id = await visitor.uploaded('kunden.csv', body);
    const path = `/sheets/${id}/headers`;
    expect(await (await visitor.ask(`/sheets/${id}`)).text()).toContain(
      `<a href="${path}">say what its headers are</a>`,
    );
    expect(await (await visitor.ask('/sheets')).text()).toContain('headers not known');
    const text = await (await visitor.ask(path)).text();
    expect(text).toContain('Row 2 is most probably its header');
    expect(text).toMatch(/>Firma<.*?Müller · Maier.*?not known.*?name="column\.0\.1"/s);
    const { revision } = await profileOf(id);
    const columns = { 'column.0.0': 'accountNumber', 'column.0.1': 'accountName' };
    expect((await visitor.sendForm(path, { revision, ...columns })).status).toBe(303);
    expect(await (await visitor.ask(path)).text()).toContain('The header in row 2: 2 of 4 headers not known');
    await visitor.checked(id);
    const page = await (await visitor.ask(`/sheets/${id}`)).text();
    expect(page).toContain('2 rows, 2 invalid');
    expect(page).toContain(`Next: <a href="/sheets/${id}/headers">say what its headers are</a>`);
    expect(page).toContain('Nothing, for no row is valid.');

    await visitor.sendForm(`/sheets/${id}/profile/save`, { name: 'kunden' });
    const next = await visitor.uploaded('naechste.csv', body);
    expect(await (await visitor.ask(`/sheets/${next}/headers`)).text()).toContain(
      'The same headers as <em>kunden</em>',
    );
    const use = { name: 'kunden', revision: (await profileOf(next)).revision };
    expect((await visitor.sendForm(`/sheets/${next}/profile/use`, use)).status).toBe(303);
    await visitor.checked(next);
  });

  it('says why a file cannot be read, in the words of the reader, and what to do', async () => {
    const old = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000)]);
    for (const [name, body, says] of [
      ['old.xls', old, /old\.xls/],
      ['page.xlsx', Buffer.from('<!doctype html><html><body>x</body></html>'), /page\.xlsx is a web page/],
      ['empty.csv', Buffer.alloc(0), /empty\.csv is empty/],
      ['notes.txt', Buffer.from('just a letter\n'), /has no header row/],
      ['broken.xlsx', Buffer.from('PK\u0003\u0004broken'), /broken\.xlsx/],
    ] as const) {
      const id = await visitor.uploaded(name, body);
      const text = await (await visitor.ask(`/sheets/${id}/headers`)).text();
      expect([name, text]).toEqual([name, expect.stringContaining('This sheet cannot be read')]);
      expect(text).toMatch(says);
      expect(text).not.toContain(serving.directory);
      expect(await (await visitor.ask('/sheets')).text()).toContain('cannot be read');
    }
  });

  for (const colorScheme of ['light', 'dark'] as const)
    it(`can be used by everybody, ${colorScheme}`, async () => {
      const context = await browser.newContext({ colorScheme });
      const own = await visitor.uploaded('own.csv', OWN);
      const mixed = await visitor.uploaded('mixed.xlsx', readFileSync(join(SAMPLES, 'mixed.xlsx')));
      const unreadable = await visitor.uploaded('empty.csv', Buffer.alloc(0));
      const guessed = await visitor.uploaded('guessed.csv', 'Kd;Firma\nK1;Beta\n');
      for (const id of [own, mixed, unreadable]) await visitor.settled(id);
      const { page, wrong } = await visitor.opened(context, '/');
      for (const id of [own, mixed, unreadable, guessed]) {
        await page.setViewportSize({ width: 1280, height: 720 });
        await page.goto(`${serving.origin}/sheets/${id}/headers`);
        expect([id, await accessibilityOf(page)]).toEqual([id, []]);
        expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
        await page.setViewportSize({ width: 320, height: 640 });
        expect([id, await widthOf(page)]).toEqual([id, 320]);
      }
      expect(wrong).toEqual([]);
      await context.close();
    });
});
