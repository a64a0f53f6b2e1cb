import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { exportAsCsv, exportAsWorksheets } from '../fixtures/billing-export.js';
import type { Ended } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { workbook } from '../fixtures/workbook.js';
import { type Place, placeOf } from './place.js';

const ROWS = 2000;

interface Drafted {
  $notes: string[];
  headers: Record<string, string | null>;
  defaults: Record<string, string>;
  values: Record<string, Record<string, string>>;
  blank?: string[];
  sheets?: Record<string, null>;
}

const said = ({ stdout, stderr }: Ended) => stdout + stderr;
const read = (place: Place, name: string): Drafted =>
  JSON.parse(readFileSync(join(place.directory, name), 'utf8'));
const problemsOf = (ended: Ended) =>
  (
    JSON.parse(ended.stdout) as {
      problems: Record<'code' | 'column' | 'header' | 'message' | 'hint' | 'value' | 'sheet', string>[];
    }
  ).problems;

/** What a user fills in who knows the customer. */
function fillIn(draft: Drafted): Drafted {
  return {
    ...draft,
    headers: {
      ...draft.headers,
      ...{ 'Cust Tel': 'phoneNumber', Tier: 'userProductPlan', Zone: 'timeZone', usernme: 'username' },
    },
    defaults: {
      ...draft.defaults,
      ...{ product: 'BCC', extensionLength: '4', dialingBehaviorType: 'TEN_DIGIT', blockEmail: 'yes' },
    },
    values: { ...draft.values, directoryListed: { nope: 'no' } },
  };
}

describe.concurrent('an export as it is', () => {
  it('is told how it is built before any cell, in full', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('export.csv', exportAsCsv({ rows: ROWS, placeholders: true }));
    const ended = await place.cli('validate', 'export.csv');
    expectExit(ended, 1);
    const text = said(ended);
    const order = [
      'How the headers of export.csv were understood',
      'A required column is missing from the sheet (4 times)',
      'There is no column product; ',
      'There is no column accountName; ',
      'There is no column timeZone; ',
      'There is no column dialingBehaviorType; ',
      'A header was probably taken for the wrong column',
      'Text holds a character that is not allowed',
      '2,000 rows: 2,000 invalid',
      'alianza-import validate export.csv --write-profile export-profile.json',
    ].map((part) => text.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(text).toMatch(/CustID +→ accountNumber +synonym\n/);
    expect(text).toMatch(/Customer Name +→ customerName +name; probably wrong, see below\n/);
    expect(text).toMatch(/Status +→ not used +unknown\n/);
    expect(text).toMatch(/Port Date +→ portDate +name\n/);
    expect(text).toMatch(/VM to Email +→ not used +unknown; did you mean voicemailEmail\?\n/);
    expect(text).toMatch(/usernme +→ not used +unknown; did you mean username\?\n/);
    // with the user's own header beside the column
    expect(text).toContain('export.csv, row 2, emailAddress ("E-Mail"): "N/A" is a placeholder');
    expect(text).toContain('--set product=BCC (needs extensionLength, userProductPlan too)');
    expect(text).not.toContain('--set accountName=');
  });

  it('has its headers called wrong with the line of a profile that corrects them', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('export.csv', exportAsCsv({ rows: ROWS }));
    const ended = await place.cli('validate', 'export.csv', '--json');
    expectExit(ended, 1);
    const problems = problemsOf(ended);
    expect(problems.filter(({ code }) => code === 'MISTAKEN_HEADER')).toMatchObject([
      {
        column: 'customerName',
        header: 'Customer Name',
        message:
          '"Customer Name" was taken for customerName, the caller ID name of the number; 2,000 of 2,000 do not fit',
        hint: 'Say in a profile what it is: "headers": { "Customer Name": "accountName" }.',
      },
    ]);
    expect(problems.find(({ column }) => column === 'accountName')?.hint).toContain(
      'If "Customer Name" is it, say so in a profile: "headers": { "Customer Name": "accountName" }',
    );
    const { tables } = JSON.parse(ended.stdout);
    expect(tables).toHaveLength(1);
    expect(tables[0].headers[0]).toEqual({
      ...{ index: 0, header: 'CustID', column: 'accountNumber', how: 'synonym', nearest: null },
    });
  });

  it('becomes a profile, is corrected there, and is clean: dry run and run', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('export.csv', exportAsCsv({ rows: ROWS }));
    const first = await place.cli('validate', 'export.csv', '--write-profile', 'acme.json');
    expectExit(first, 1);
    expect(said(first)).toContain('Fill in the 7 "?" in acme.json');
    expect(said(first)).toContain('alianza-import validate export.csv --profile acme.json');
    const draft = read(place, 'acme.json');
    expect(draft.headers).toEqual({
      ...{ CustID: 'accountNumber', 'Customer Name': 'accountName', Status: null, 'Cust Tel': null },
      ...{ Ext: 'extension', First: 'firstName', Last: 'lastName', 'E-Mail': 'emailAddress' },
      ...{ 'VM to Email': null, Tier: null, Street: 'address', Town: 'city', ST: 'state', ZIP: 'postalCode' },
      ...{ Zone: null, 'Bill Day': 'billingCycleDay', 'Port Date': 'portDate', MAC: 'macAddress' },
      ...{ Model: 'deviceTypeId', usernme: null, Listed: 'directoryListed' },
    });
    expect(draft.defaults).toEqual({
      ...{
        product: '?',
        timeZone: '?',
        dialingBehaviorType: '?',
        extensionLength: '?',
        userProductPlan: '?',
      },
      blockEmail: '?',
    });
    expect(draft.values).toEqual({ directoryListed: { nope: '?' } });
    expect(draft.$notes).toContain('"usernme" is not known; did you mean username?');
    expect(draft.blank).toBeUndefined();

    await place.write('acme.json', JSON.stringify(fillIn(draft)));
    const second = await place.cli(
      ...['validate', 'export.csv', '--profile', 'acme.json', '--write-profile', 'acme.json'],
    );
    expectExit(second, 1);
    const more = read(place, 'acme.json');
    expect(more.values).toEqual({
      directoryListed: { nope: 'no' },
      userProductPlan: { Gold: '?', Silver: '?' },
    });
    expect(more.defaults).toMatchObject({ product: 'BCC', blockEmail: 'yes' });
    // what a column brings needs no default
    expect(Object.keys(more.defaults)).not.toContain('timeZone');
    expect(said(second)).toContain('Fill in the 2 "?" in acme.json');

    more.values['userProductPlan'] = { Gold: 'PROFESSIONAL', Silver: 'ADVANCED' };
    more.values['timeZone'] = { MST: 'US/Mountain' };
    await place.write('acme.json', JSON.stringify(more));
    const third = await place.cli('validate', 'export.csv', '--profile', 'acme.json');
    expectExit(third, 0);
    expect(said(third)).toContain('2,000 rows: 2,000 valid');
    expect(said(third)).toContain('Headers: 19 by the profile (CustID → accountNumber, ');
    expect(said(third)).toContain('2 not used (Status, VM to Email).');

    await place.write('pilot.csv', exportAsCsv({ rows: 8 }));
    const ended = await place.cli('run', 'pilot.csv', '--profile', 'acme.json', '--out', 'r');
    expectExit(ended, 0);
    expect(said(ended)).toContain('Headers: 19 by the profile');
    const accounts = [...place.sandbox.state.accounts.values()];
    expect(accounts.map(({ accountName }) => accountName).sort()).toEqual([
      'Uinta Logistics & Co. 1',
      'Wasatch Dental Group, LLC 0',
    ]);
  });

  it('of several worksheets: each is told, and the profile leaves out what holds no rows', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const sheets = exportAsWorksheets({ rows: 300, placeholders: true });
    writeFileSync(join(place.directory, 'export.xlsx'), workbook({ sheets }));
    const ended = await place.cli('validate', 'export.xlsx', '--out', 'v', '--write-profile', 'acme.json');
    expectExit(ended, 1);
    const text = said(ended);
    for (const part of ['export.xlsx, Export', 'export.xlsx, ZIP list'])
      expect(text).toContain(`How the headers of ${part} were understood`);
    const cells = text.indexOf('Text holds a character that is not allowed');
    for (const part of ['"ZIP list" holds no rows', '"Read me" has no header row', '"Old" is hidden'])
      expect(text.slice(0, cells)).toContain(part);
    const { headers, blank, sheets: leftOut } = read(place, 'acme.json');
    expect(blank).toEqual(['N/A', 'TBD']);
    expect(leftOut).toEqual({ 'ZIP list': null });
    expect(headers).toMatchObject({ CustID: 'accountNumber', Status: null });
    // the list's own headers are not those of the export
    expect(Object.keys(headers)).not.toContain('City');

    const page = place.text('v/report.html');
    expect(page).toContain('How the headers were understood');
    expect(page).toContain('customerName (&quot;Customer Name&quot;)');
    expectExit(await place.cli('results', 'v', '--format', 'csv'), 0);
    const [{ error = '' } = {}] = place.csv('v/errors.csv');
    expect(error).toContain('customerName ("Customer Name"): ');
  });

  it('larger than one thread reads alone tells the same', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('export.csv', exportAsCsv({ rows: 15_000 }));
    const ended = await place.cli('validate', 'export.csv', '--json', '--write-profile', 'acme.json');
    expectExit(ended, 1);
    const mistaken = problemsOf(ended).find(({ code }) => code === 'MISTAKEN_HEADER');
    expect(mistaken?.message).toContain('15,000 of 15,000 do not fit');
    expect(JSON.parse(ended.stdout).profile).toBe('acme.json');
    expect(read(place, 'acme.json').values).toEqual({ directoryListed: { nope: '?' } });
  });
});

describe.concurrent('a profile that is still to be filled in', () => {
  const SHEET =
    'Account,Account Name,TZ,Bill Day,Dial Plan,Ext Len,First,Last,Ext,Tier\r\n' +
    'A-1,Acme Ltd,US/Mountain,1,TEN_DIGIT,4,Nora,Quill,4000,Gold\r\n';
  const PROFILE = {
    headers: { Tier: 'userProductPlan' },
    defaults: { product: '?' },
    values: { userProductPlan: { Gold: '?' } },
  };

  it('says so at each place, and takes "?" for no value', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', SHEET);
    await place.write('p.json', JSON.stringify(PROFILE));
    const ended = await place.cli('validate', 'sheet.csv', '--profile', 'p.json', '--json');
    expectExit(ended, 1);
    expect(problemsOf(ended).map(({ code, column, value, hint }) => [code, column, value, hint])).toEqual([
      [
        ...['NOT_AN_OPTION', 'userProductPlan', 'Gold'],
        'The profile leaves it open: fill in "values": { "userProductPlan": { "Gold": "?" } }.',
      ],
      [
        ...['MISSING_COLUMN', 'product', ''],
        'The profile leaves it open: fill in "defaults": { "product": "?" }.',
      ],
    ]);
    // filled in elsewhere
    const set = await place.cli(
      ...['validate', 'sheet.csv', '--profile', 'p.json', '--set', 'product=BCC', '--json'],
    );
    expectExit(set, 1);
    expect(problemsOf(set).map(({ code }) => code)).toEqual(['NOT_AN_OPTION']);
  });

  it('is no value of a cell either: a text that fits is taken as it is', async ({ onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', SHEET.replace('Gold', 'Standard'));
    const values = { userProductPlan: { standard: '?' } };
    await place.write('p.json', JSON.stringify({ ...PROFILE, defaults: { product: 'BCC' }, values }));
    expectExit(await place.cli('validate', 'sheet.csv', '--profile', 'p.json'), 0);
  });

  it('tells headers that no sheet has', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', SHEET);
    const headers = { ...PROFILE.headers, 'tier ': 'userProductPlan', BillTo: 'accountNumber', Rep: null };
    const values = { userProductPlan: { Gold: 'STANDARD' } };
    await place.write('p.json', JSON.stringify({ headers, defaults: { product: 'BCC' }, values }));
    const ended = await place.cli('validate', 'sheet.csv', '--profile', 'p.json', '--json');
    expectExit(ended, 0);
    expect(problemsOf(ended).map(({ code, value }) => [code, value])).toEqual([
      ['PROFILE_HEADER_NOWHERE', 'BillTo'],
      ['PROFILE_HEADER_NOWHERE', 'Rep'],
    ]);
    const shown = await place.cli('run', 'sheet.csv', '--profile', 'p.json', '--dry-run', '--out', 'd');
    expectExit(shown, 0);
    expect(said(shown)).toContain('The profile names the header "BillTo", and no sheet has it');
  });
});

describe.concurrent('--write-profile', () => {
  const SHEET = 'CustID,Kundenname\r\nA-1,Acme\r\n';

  it('overwrites no file, but goes on with the profile that was given', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', SHEET);
    await place.write('p.json', '{ "$schema": "./s.json", "headers": { "Kundenname": "accountName" } }');
    const refused = await place.cli('validate', 'sheet.csv', '--write-profile', 'p.json');
    expectExit(refused, 3);
    expect(said(refused)).toContain('p.json is there already');
    expect(said(refused)).toContain('--profile p.json --write-profile p.json');
    expect(place.text('p.json')).toContain('"./s.json"');
    expectExit(
      await place.cli('validate', 'sheet.csv', '--profile', 'p.json', '--write-profile', './p.json'),
      1,
    );
    expect(read(place, 'p.json')).toMatchObject({
      $schema: './s.json',
      headers: { Kundenname: 'accountName', CustID: 'accountNumber' },
      defaults: { product: '?' },
    });
  });

  it('tells a folder that is not there before it reads the sheets', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', SHEET);
    const ended = await place.cli('validate', 'sheet.csv', '--write-profile', 'none/p.json', '--json');
    expectExit(ended, 3);
    expect(JSON.parse(ended.stdout).error).toMatchObject({ code: 'PROFILE_UNWRITABLE' });
    expect(existsSync(join(place.directory, 'none'))).toBe(false);
  });
});
