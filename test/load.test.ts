import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CredentialsFile } from '../src/journal/credentials.js';
import { Journal } from '../src/journal/journal.js';
import { loadSheets } from '../src/load/load.js';
import { describeHeaders } from '../src/records/headers.js';
import type { ImportRecord } from '../src/records/record.js';
import type { ValidatorOptions } from '../src/records/validate.js';
import { type Cells, example } from './records/sheet.js';
import { temporaryDirectory } from './results/journals.js';

const PASSWORD = 'given-s3cret!';
const MASK = '(see credentials.csv)';

function csvOf(rows: readonly Cells[], more: readonly string[] = []): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row))), ...more];
  const line = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
  const lines = rows.map((row) =>
    line(columns.map((column) => (row as Record<string, string>)[column] ?? '')),
  );
  return [line(columns), ...lines].join('\r\n');
}

async function loaded(
  sheets: Readonly<Record<string, string>>,
  options: ValidatorOptions = {},
  keepsCredentials = true,
) {
  const directory = await temporaryDirectory();
  const files = Object.entries(sheets).map(([name, text]) => {
    writeFileSync(join(directory, name), text);
    return join(directory, name);
  });
  const journal = new Journal<ImportRecord>(join(directory, 'journal.db'));
  const credentialsPath = join(directory, 'credentials.csv');
  const credentials = new CredentialsFile(credentialsPath, join(directory, 'given'));
  onTestFinished(async () => {
    await journal.close();
    await credentials.close();
  });
  const partitions = await loadSheets(files, options, journal, keepsCredentials ? credentials : null);
  await journal.flush();
  return { partitions, directory, files, journal, credentials, rows: journal.rowsAfter(0, 100) };
}

const trunk = (changes: Cells = {}): Cells => example('SIP_TRUNK', changes);
const codes = (journal: Journal<ImportRecord>, ordinal: number) =>
  journal.problems(ordinal).map(({ code, column }) => `${code} ${column}`);

describe('sheets that are loaded', () => {
  it('are in the journal: sources, rows as typed, records, numbers', async () => {
    const bcc = example('BCC', { accountName: 'Jörg "O\'Neil", 漢字' });
    const { journal, rows, files } = await loaded({
      'a.csv': csvOf([bcc], ['Notiz']),
      'b.csv': csvOf([example('HOME_PHONE')]),
    });
    const [first, second] = journal.sources();
    expect(first).toMatchObject({
      ...{ id: 1, file: files[0], sheet: null, header: [...Object.keys(bcc), 'Notiz'] },
    });
    expect(first?.understood).toEqual(describeHeaders({ header: [...Object.keys(bcc), 'Notiz'] }));
    expect(first?.understood.at(-1)).toMatchObject({ header: 'Notiz', column: null, how: 'unknown' });
    expect(second).toMatchObject({
      ...{ id: 2, file: files[1], sheet: null, header: Object.keys(example('HOME_PHONE')) },
    });
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      ...{
        ordinal: 1,
        source: 1,
        row: 2,
        cells: [...Object.values(bcc), ''],
        status: 'pending',
        result: null,
      },
      record: {
        ...{ ordinal: 1, file: files[0], product: 'BCC', valid: true },
        values: { accountName: 'Jörg "O\'Neil", 漢字' },
      },
    });
    expect(rows[1]).toMatchObject({ ordinal: 2, source: 2, row: 2, record: { product: 'HOME_PHONE' } });
    const phone = rows[0]?.record.values.phoneNumber;
    expect(phone).toMatch(/^1\d{10}$/);
    expect(journal.rowOfPhone(phone ?? '')).toBe(1);
    expect(codes(journal, 0)).toEqual(['UNKNOWN_COLUMN Notiz']);
  });

  it('have the problems of their rows, and those with errors are invalid', async () => {
    const { journal, rows } = await loaded({
      'a.csv': csvOf([
        example('BCC'),
        { ...example('HOME_PHONE'), macAddress: 'nonsense', postalCode: '1' },
        example('BUSINESS_LINE'),
      ]),
    });
    expect(rows.map(({ status, row }) => `${row} ${status}`)).toEqual([
      '2 pending',
      '3 invalid',
      '4 pending',
    ]);
    expect(codes(journal, 1)).toEqual([]);
    expect(codes(journal, 2).map((each) => each.split(' ')[1])).toEqual(
      expect.arrayContaining(['macAddress', 'postalCode']),
    );
    expect(journal.problems(2)[0]).toMatchObject({
      ...{ row: 3, severity: 'error', file: expect.stringContaining('a.csv'), hint: expect.any(String) },
    });
  });

  it('have the problems that show only at the end, and those rows are invalid after all', async () => {
    const line = example('BUSINESS_LINE', { callerIdPhoneNumber: '8015559876' });
    const other = example('HOME_PHONE', { phoneNumber: '8015559876' });
    const { journal, rows } = await loaded({ 'a.csv': csvOf([line, other]) });
    expect(rows.map(({ status }) => status)).toEqual(['invalid', 'pending']);
    const problem = journal.problems(1).find(({ column }) => column === 'callerIdPhoneNumber');
    expect(problem).toMatchObject({ severity: 'error', row: 2 });
    expect(problem).not.toHaveProperty('ordinal');
  });

  it('are valid when nothing will be sent, for that is then all that becomes of them', async () => {
    const sheet = csvOf([example('BCC'), { ...example('HOME_PHONE'), timeZone: 'Mars' }]);
    const { rows } = await loaded({ 'a.csv': sheet }, {}, false);
    expect(rows.map(({ status }) => status)).toEqual(['valid', 'invalid']);
  });

  it('take defaults, header names and translations', async () => {
    const { Straße, ...rest } = { Straße: '1 Main St', ...example('HOME_PHONE') };
    const { address: _address, country: _country, ...cells } = rest;
    const text = csvOf([{ ...cells, timeZone: 'Bergzeit' }]).replaceAll('"city"', '"Ort"');
    const { rows, journal } = await loaded(
      { 'a.csv': `${text.replace('\r\n', ',"Straße"\r\n')},"${Straße}"` },
      {
        headerNames: { Ort: 'city', Straße: 'address' },
        defaults: { country: 'USA' },
        valueTranslations: { timeZone: { Bergzeit: 'US/Mountain' } },
      },
    );
    expect(codes(journal, 1)).toEqual([]);
    expect(rows[0]?.record.values).toMatchObject({
      ...{ address: '1 Main St', country: 'USA', timeZone: 'US/Mountain', city: example('HOME_PHONE').city },
    });
  });

  it('without a row are told so', async () => {
    const { journal, rows } = await loaded({ 'a.csv': 'product,accountNumber\r\n' });
    expect(rows).toEqual([]);
    expect(journal.problems(0).map(({ code }) => code)).toContain('NO_ROWS');
  });

  it('that are not there stop everything', async () => {
    const directory = await temporaryDirectory();
    const journal = new Journal<ImportRecord>(join(directory, 'journal.db'));
    onTestFinished(() => journal.close());
    await expect(loadSheets([join(directory, 'no.csv')], {}, journal, null)).rejects.toMatchObject({
      ...{ name: 'StopError', code: 'SHEET_NOT_FOUND' },
    });
  });
});

describe('the partitions that rows name', () => {
  const row = (accountNumber: string, partitionId: string, extension: string) =>
    example('BCC', { accountNumber, partitionId, extension, phoneNumber: '', macAddress: '', username: '' });

  it('are each told once, and null for accounts that name none; further rows of an account take over its own', async () => {
    const named = [
      row('A1', 'P-1', '4000'),
      row('A1', '', '4001'),
      row('A2', 'P-1', '4000'),
      row('A3', 'P-2', '4000'),
    ];
    expect((await loaded({ 'a.csv': csvOf(named) })).partitions).toEqual(['P-1', 'P-2']);
    const one = await loaded({ 'a.csv': csvOf([...named, row('A4', '', '4000')]) });
    expect(one.partitions).toEqual(['P-1', 'P-2', null]);
    const set = await loaded(
      { 'a.csv': csvOf([row('A4', '', '4000')]) },
      { defaults: { partitionId: 'P-9' } },
    );
    expect(set.partitions).toEqual(['P-9']);
  });
});

describe('SIP credentials of a sheet', () => {
  const rows = [
    trunk({ trunkName: 'both', sipUsername: 'user-0001', sipPassword: PASSWORD }),
    trunk({ trunkName: 'password', sipUsername: '', sipPassword: PASSWORD, phoneNumber: '8015550111' }),
    trunk({ trunkName: 'none', sipUsername: '', sipPassword: '', phoneNumber: '8015550112' }),
    trunk({ trunkName: 'bad', concurrentCalls: 'x', sipUsername: 'user-0003', sipPassword: PASSWORD }),
  ];

  it('wait for their trunks, of valid rows that give them; credentials.csv is not made yet', async () => {
    const { credentials, directory } = await loaded({ 'a.csv': csvOf(rows) });
    expect(readdirSync(directory)).not.toContain('credentials.csv');
    const { accountNumber = '' } = trunk();
    expect(await credentials.ensure(accountNumber, 'both')).toEqual({
      ...{ sipUsername: 'user-0001', sipPassword: PASSWORD },
    });
    expect(await credentials.ensure(accountNumber, 'password')).toEqual({
      ...{ sipUsername: expect.stringMatching(/^\w{20}$/), sipPassword: PASSWORD },
    });
    const random = {
      sipUsername: expect.stringMatching(/^\w{20}$/),
      sipPassword: expect.stringMatching(/^\w{24}$/),
    };
    expect(await credentials.ensure(accountNumber, 'none')).toEqual(random);
    expect(await credentials.ensure(accountNumber, 'bad')).toEqual(random);
  });

  it('stand in no other file: the journal has a mask for the cell and no value', async () => {
    const { directory, rows: stored, journal, files } = await loaded({ 'a.csv': csvOf(rows) });
    const column = journal.sources()[0]?.header.indexOf('sipPassword') ?? -1;
    expect(stored.map(({ cells }) => cells[column])).toEqual([MASK, MASK, '', MASK]);
    for (const { record } of stored) expect(record.values).not.toHaveProperty('sipPassword');
    for (const name of readdirSync(directory)) {
      if (name === 'given' || files.some((file) => file.endsWith(name))) continue;
      expect(readFileSync(join(directory, name), 'latin1'), name).not.toContain(PASSWORD);
    }
  });

  it('are masked in problems, and under whatever name their column has', async () => {
    const bad = trunk({ sipPassword: 'abc12' });
    const text = csvOf([bad]).replace('"sipPassword"', '"SIP Pass-Word"');
    const { journal, rows: stored } = await loaded({ 'a.csv': text });
    expect(stored[0]?.status).toBe('invalid');
    expect(stored[0]?.cells).toContain(MASK);
    expect(JSON.stringify([stored, journal.problems(1), journal.problems(0)])).not.toContain('abc12');
  });

  it('are kept nowhere when nothing will be sent', async () => {
    const { directory, rows: stored } = await loaded({ 'a.csv': csvOf(rows) }, {}, false);
    expect(readdirSync(directory)).not.toContain('given');
    expect(JSON.stringify(stored)).not.toContain(PASSWORD);
  });
});
