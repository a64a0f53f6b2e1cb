import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { RESULT_COLUMNS, SECRET_MASK } from '../../src/records/columns.js';
import { isKnownHeader } from '../../src/records/headers.js';
import { findingsOf, writeResults } from '../../src/results/write-results.js';
import { openTables } from '../../src/sheet/read.js';
import { dropDowns } from '../fixtures/drop-downs.js';
import { journalOf, type TestRow, temporaryDirectory } from './journals.js';

interface ReadTable {
  sheet: string | null;
  header: readonly string[];
  rows: Record<string, string>[];
}

/** What our own reader makes of a file. */
async function readBack(file: string): Promise<ReadTable[]> {
  const tables: ReadTable[] = [];
  for await (const table of openTables([file], { isKnownHeader, onNotice: () => {} })) {
    const rows: Record<string, string>[] = [];
    for await (const batch of table.rows)
      for (const { cells } of batch)
        rows.push(Object.fromEntries(table.header.map((name, i) => [name, cells[i] ?? ''])));
    tables.push({ sheet: table.sheet, header: table.header, rows });
  }
  return tables;
}

const HEADER = ['product', 'Acct #', 'accountName', 'extension', 'Phone', 'Notes'];
const csv = { file: 'in/customers.csv', sheet: null, header: HEADER };

const created: TestRow = {
  row: 2,
  cells: ['BCC', 'SP-1', 'Café "Zoë"', '4000', '(801) 555-1001', '=1+1'],
  status: 'created',
  result: {
    accountId: 'a1',
    userId: 'u1',
    assignedPhoneNumber: '18015551001',
    finishedAt: '2025-01-02T03:04:05.000Z',
  },
};
const invalid: TestRow = {
  row: 4,
  cells: ['BCC', 'SP-2', 'Fox, Ltd', '12', '801555', ''],
  status: 'invalid',
  problems: [
    { column: 'extension', value: '12', code: 'EXTENSION_INVALID', message: 'too short', hint: 'Use 4.' },
    { column: 'phoneNumber', value: '801555', message: 'six digits', hint: 'Use ten.' },
    { column: 'Notes', message: 'not known', hint: 'Fine.', severity: 'warning', code: 'UNKNOWN_COLUMN' },
  ],
};
const failed: TestRow = {
  row: 5,
  cells: ['BCC', 'SP-1', '', '4001', '8015551002', ''],
  accountFirst: 1,
  status: 'failed',
  result: {
    accountId: 'a1',
    failedStep: 'number',
    error: 'activateNumber was answered 400: Telephone number 18015551002 is not in inventory',
    hint: 'Choose another.',
    warnings: ['slow'],
  },
};

describe('results', () => {
  it('are every input row in order, its own cells as typed, then the result columns', async () => {
    const dir = await temporaryDirectory();
    const journal = await journalOf(dir, [csv], [created, invalid, failed]);
    const written = await writeResults(journal, dir, 'csv');
    expect(written.results).toBe(join(dir, 'results.csv'));
    const [table] = await readBack(written.results);
    expect(table?.header).toEqual([...HEADER, ...RESULT_COLUMNS]);
    expect(table?.rows.map((row) => row['status'])).toEqual(['created', 'invalid', 'failed']);
    expect(table?.rows[0]).toMatchObject({
      'Acct #': 'SP-1',
      accountName: 'Café "Zoë"',
      Phone: '(801) 555-1001',
      Notes: '=1+1',
      accountId: 'a1',
      userId: 'u1',
      assignedPhoneNumber: '18015551001',
      failedStep: '',
      error: '',
      finishedAt: '2025-01-02T03:04:05.000Z',
    });
    expect(table?.rows[1]).toMatchObject({
      failedStep: 'validation',
      error: 'extension: too short; phoneNumber: six digits',
      hint: 'extension: Use 4.; phoneNumber: Use ten.',
      warnings: 'Notes: not known',
    });
    expect(table?.rows[2]).toMatchObject({ accountName: '', failedStep: 'number', warnings: 'slow' });
  });

  it('hold a formula as text in both formats', async () => {
    const dir = await temporaryDirectory();
    const journal = await journalOf(dir, [csv], [created]);
    const { results } = await writeResults(journal, dir, 'csv');
    expect(await readFile(results, 'utf8')).toContain(",'=1+1,");
    const xlsx = await writeResults(journal, dir, 'xlsx');
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(xlsx.results);
    expect(book.getWorksheet('customers')?.getCell('F2').value).toBe('=1+1');
  });

  it('never show a typed SIP password', async () => {
    const dir = await temporaryDirectory();
    const source = { file: 't.csv', sheet: null, header: ['product', 'trunkName', 'SIP Secret'] };
    const rows: TestRow[] = [
      { row: 2, cells: ['SIP_TRUNK', 'T-1', 'hunter22!'], status: 'created', product: 'SIP_TRUNK' },
      { row: 3, cells: ['SIP_TRUNK', 'T-2', ''], status: 'failed', product: 'SIP_TRUNK' },
    ];
    const journal = await journalOf(dir, [source], rows);
    for (const format of ['csv', 'xlsx'] as const) {
      const { results } = await writeResults(journal, dir, format);
      const [table] = await readBack(results);
      expect(table?.rows.map((row) => row['SIP Secret'])).toEqual([SECRET_MASK, '']);
    }
    expect(await readFile(join(dir, 'results.csv'), 'utf8')).not.toContain('hunter22');
  });

  it('replace the result columns of an errors file that came back in', async () => {
    const dir = await temporaryDirectory();
    const header = [...HEADER, ...RESULT_COLUMNS];
    const old = RESULT_COLUMNS.map(() => 'old');
    const journal = await journalOf(
      dir,
      [{ file: 'errors.csv', sheet: null, header }],
      [{ ...created, cells: [...created.cells, ...old] }],
    );
    const [table] = await readBack((await writeResults(journal, dir, 'csv')).results);
    expect(table?.header).toEqual(header);
    expect(Object.values(table?.rows[0] ?? {})).not.toContain('old');
  });

  it('have one worksheet a source in XLSX, with legal and unique names', async () => {
    const dir = await temporaryDirectory();
    const header = ['accountNumber', 'trunkName'];
    const sources = [
      { file: 'a.xlsx', sheet: 'SIP Trunk', header },
      { file: 'b.xlsx', sheet: 'SIP Trunk', header },
      { file: 'a [very] long/name: of a file that nobody would ever give.csv', sheet: null, header },
      { file: 'history.csv', sheet: null, header },
    ];
    const rows = sources.map(
      (_, index): TestRow => ({
        source: index + 1,
        row: 2,
        cells: [`SP-${index}`, `T-${index}`],
        status: 'created',
        product: 'SIP_TRUNK',
      }),
    );
    const journal = await journalOf(dir, sources, rows);
    const tables = await readBack((await writeResults(journal, dir, 'xlsx')).results);
    expect(tables.map(({ sheet }) => sheet)).toEqual([
      'SIP Trunk',
      'SIP Trunk (2)',
      'name  of a file that nobody wou',
      'history (2)',
    ]);
    // where the worksheet's name does not say it, a column does
    expect(tables.map(({ rows: [row] }) => row?.['product'])).toEqual([
      undefined,
      'SIP_TRUNK',
      'SIP_TRUNK',
      'SIP_TRUNK',
    ]);
  });

  it('have the union of the headers in CSV, one column for headers that mean the same', async () => {
    const dir = await temporaryDirectory();
    const sources = [
      { file: 'b.xlsx', sheet: 'BCC', header: ['Acct #', 'extension', 'Notes'] },
      { file: 'b.xlsx', sheet: 'SIP Trunk', header: ['accountNumber', 'Notes', 'trunkName'] },
    ];
    const journal = await journalOf(dir, sources, [
      { row: 2, cells: ['SP-1', '4000', 'first'], status: 'created' },
      { source: 2, row: 2, cells: ['SP-2', 'second', 'T-1'], status: 'created', product: 'SIP_TRUNK' },
    ]);
    const [table] = await readBack((await writeResults(journal, dir, 'csv')).results);
    expect(table?.header.slice(0, 5)).toEqual(['product', 'Acct #', 'extension', 'Notes', 'trunkName']);
    expect(table?.rows[0]).toMatchObject({ product: 'BCC', 'Acct #': 'SP-1', Notes: 'first', trunkName: '' });
    expect(table?.rows[1]).toMatchObject({ product: 'SIP_TRUNK', 'Acct #': 'SP-2', Notes: 'second' });
  });

  it('know the header names of a profile', async () => {
    const dir = await temporaryDirectory();
    const source = { file: 'x.csv', sheet: null, header: ['Kind', 'Geheim'] };
    const row: TestRow = { row: 2, cells: ['Trunk', 'secret1'], status: 'failed', product: 'SIP_TRUNK' };
    const names = { kind: 'product', geheim: 'sipPassword' } as const;
    const journal = await journalOf(dir, [source], [row], names);
    const [table] = await readBack((await writeResults(journal, dir, 'csv')).results);
    expect(table?.rows[0]).toMatchObject({ Kind: 'Trunk', Geheim: SECRET_MASK });
    expect(table?.header[0]).toBe('Kind');
  });

  it('account for every row of a large run, in flat memory', { timeout: 60_000 }, async () => {
    const dir = await temporaryDirectory();
    const kinds = [created, invalid, failed] as const;
    const count = 20_000;
    function* rows(): Generator<TestRow> {
      for (let i = 0; i < count; i += 1) yield { ...(kinds[i % 3] ?? created), row: i + 2 };
    }
    const journal = await journalOf(dir, [csv], rows());
    const { results, errors, findings } = await writeResults(journal, dir, 'csv');
    const [all] = await readBack(results);
    const [bad] = await readBack(errors ?? '');
    expect(all?.rows).toHaveLength(count);
    expect(bad?.rows).toHaveLength(all?.rows.filter((row) => row['status'] !== 'created').length ?? -1);
    expect(findings.groups.every(({ hits }) => hits.length <= 200)).toBe(true);
  });
});

describe('rows that differ from what was there already', () => {
  it('are counted; where none was compared it is not known', async () => {
    const rows = [0, 2, 1].map((differs, index): TestRow => {
      const result = { differs, warnings: ['accountName: A → B'] };
      return { row: index + 2, cells: created.cells, status: 'existing', result };
    });
    const journal = await journalOf(await temporaryDirectory(), [csv], rows);
    expect(findingsOf(journal)).toMatchObject({ differing: 2, groups: [{ kind: 'warning', count: 3 }] });
    const other = await journalOf(await temporaryDirectory(), [csv], [created]);
    expect(findingsOf(other).differing).toBeNull();
  });
});

describe('errors', () => {
  it('name the error of the table where a row has none of its own', async () => {
    const dir = await temporaryDirectory();
    const missing = { column: 'timeZone', row: 1, code: 'MISSING_COLUMN', message: 'no column' } as const;
    const rows: TestRow[] = [
      { row: 2, cells: created.cells, status: 'invalid', problems: [missing] },
      { row: 3, cells: created.cells, status: 'invalid' },
    ];
    const journal = await journalOf(dir, [csv], rows);
    const { errors, findings } = await writeResults(journal, dir, 'csv');
    const [table] = await readBack(errors ?? '');
    expect(table?.rows.map((row) => row['error'])).toEqual(['timeZone: no column', 'timeZone: no column']);
    expect(findings.groups).toMatchObject([
      { kind: 'invalid', count: 1, hits: [{ row: 1, column: 'timeZone' }] },
    ]);
  });

  it('are the rows that are not done', async () => {
    const dir = await temporaryDirectory();
    const statuses = ['created', 'failed', 'existing', 'invalid', 'skipped', 'pending', 'valid'];
    const rows = statuses.map((status, i): TestRow => ({ ...created, row: i + 2, status }));
    const journal = await journalOf(dir, [csv], rows);
    const { errors } = await writeResults(journal, dir, 'csv');
    const [table] = await readBack(errors ?? '');
    expect(table?.rows.map((row) => row['status'])).toEqual(['failed', 'invalid', 'skipped', 'pending']);
  });

  it('are no file when every row is done, and one of before is removed', async () => {
    const dir = await temporaryDirectory();
    await writeFile(join(dir, 'errors.xlsx'), 'of an earlier attempt');
    const journal = await journalOf(dir, [csv], [created]);
    expect(await writeResults(journal, dir, 'csv')).toMatchObject({ errors: null, findings: { groups: [] } });
    expect(existsSync(join(dir, 'errors.xlsx'))).toBe(false);
    expect(existsSync(join(dir, 'errors.csv'))).toBe(false);
  });

  it('stand alone: a row gets the cells that it inherits from a row that is done', async () => {
    const dir = await temporaryDirectory();
    const header = ['product', 'accountNumber', 'accountName', 'firstName', 'extension', 'phoneNumber'];
    const journal = await journalOf(
      dir,
      [{ file: 'a.csv', sheet: null, header }],
      [
        { row: 2, cells: ['BCC', 'SP-1', 'Fox Ltd', 'Ann', '4000', ''], status: 'created', userFirst: 1 },
        {
          row: 3,
          cells: ['BCC', 'SP-1', '', 'Bob', '4001', ''],
          status: 'created',
          accountFirst: 1,
          userFirst: 2,
        },
        // a second number of Bob
        {
          row: 4,
          cells: ['BCC', 'SP-1', '', '', '4001', '8015551001'],
          status: 'failed',
          accountFirst: 1,
          userFirst: 2,
        },
        // a user of the account without a first name does not get Ann's
        {
          row: 5,
          cells: ['BCC', 'SP-1', '', '', '4002', ''],
          status: 'invalid',
          accountFirst: 1,
          userFirst: 4,
        },
        { row: 6, cells: ['', 'SP-2', 'Elk Inc', 'Eve', '4000', ''], status: 'failed', userFirst: 5 },
        {
          row: 7,
          cells: ['', 'SP-2', '', 'Kim', '4001', ''],
          status: 'failed',
          accountFirst: 5,
          userFirst: 6,
        },
      ],
    );
    const { results, errors } = await writeResults(journal, dir, 'csv');
    const [bad] = await readBack(errors ?? '');
    expect(bad?.rows.map((row) => header.map((name) => row[name]))).toEqual([
      ['BCC', 'SP-1', 'Fox Ltd', 'Bob', '4001', '8015551001'],
      ['BCC', 'SP-1', 'Fox Ltd', '', '4002', ''],
      ['BCC', 'SP-2', 'Elk Inc', 'Eve', '4000', ''],
      // its account's first row is in the file as well
      ['BCC', 'SP-2', '', 'Kim', '4001', ''],
    ]);
    const [all] = await readBack(results);
    expect(all?.rows[2]).toMatchObject({ accountName: '', firstName: '' });
  });

  it('stand alone when the row that is done is in another worksheet', async () => {
    const dir = await temporaryDirectory();
    const sources = [
      { file: 'b.xlsx', sheet: 'BCC', header: ['accountNumber', 'accountName', 'timeZone', 'extension'] },
      { file: 'b.xlsx', sheet: 'SIP Trunk', header: ['accountNumber', 'trunkName'] },
    ];
    const product = 'SIP_TRUNK' as const;
    const journal = await journalOf(dir, sources, [
      {
        ...{ row: 2, cells: ['SP-1', 'Fox Ltd', 'US/Mountain', '4000'], status: 'created' },
        values: { accountNumber: 'SP-1', accountName: 'Fox Ltd', timeZone: 'US/Mountain', extension: '4000' },
      },
      { source: 2, row: 2, cells: ['SP-1', 'T-1'], status: 'failed', product, accountFirst: 1 },
    ]);
    const { errors } = await writeResults(journal, dir, 'xlsx');
    const [bad, ...more] = await readBack(errors ?? '');
    expect(more).toEqual([]);
    expect(bad?.sheet).toBe('SIP Trunk');
    expect(bad?.rows[0]).toMatchObject({
      accountNumber: 'SP-1',
      trunkName: 'T-1',
      accountName: 'Fox Ltd',
      timeZone: 'US/Mountain',
    });
  });

  it('colour the bad cells in XLSX, with the reason in a note and the drop-downs kept', async () => {
    const dir = await temporaryDirectory();
    const header = ['product', 'accountNumber', 'extension', 'phoneNumber', 'timeZone'];
    const journal = await journalOf(
      dir,
      [{ file: 'a.csv', sheet: null, header }],
      [
        {
          ...invalid,
          cells: ['BCC', 'SP-2', '12', '801555', 'Mars'],
          problems: [
            { column: 'extension', message: 'too short', hint: 'Use 4.' },
            { column: 'extension', message: 'taken', hint: 'Use another.', severity: 'warning' },
            { column: null, message: 'whole row', hint: 'Look at it.' },
          ],
        },
        { ...failed, cells: ['BCC', 'SP-1', '4001', '(801) 555-1002', 'US/Mountain'] },
      ],
    );
    const { errors } = await writeResults(journal, dir, 'xlsx');
    const book = new ExcelJS.Workbook();
    // exceljs would make an object for each of a million cells of every drop-down
    await book.xlsx.readFile(errors ?? '', { ignoreNodes: ['dataValidations'] });
    const sheet = book.getWorksheet('a');
    const note = (cell: string): string => {
      const found = sheet?.getCell(cell).note ?? '';
      return typeof found === 'string' ? found : (found.texts ?? []).map(({ text }) => text).join('');
    };
    expect(note('C2')).toBe('too short\nUse 4.\n\ntaken\nUse another.');
    expect(sheet?.getCell('C2').fill).toMatchObject({ pattern: 'solid' });
    expect(note('F2')).toBe('whole row\nLook at it.');
    expect(note('D3')).toMatch(/^number: activateNumber was answered 400: .*\nChoose another\.$/);
    expect(sheet?.getCell('D3').value).toBe('(801) 555-1002');
    expect(sheet?.getCell('A2').fill).toMatchObject({ pattern: 'none' });
    const lists = await dropDowns(errors ?? '', 1);
    expect(lists.map((list) => /sqref="([A-Z]+)2:/.exec(list)?.[1])).toEqual(['A', 'E']);
    expect(sheet?.getColumn(4).numFmt).toBe('@');
  });

  it('leave the files of before untouched when they can not be written', async () => {
    const dir = await temporaryDirectory();
    const journal = await journalOf(dir, [csv], [created, failed]);
    await writeResults(journal, dir, 'csv');
    const before = await readFile(join(dir, 'results.csv'), 'utf8');
    journal.problems = () => {
      throw new Error('damaged');
    };
    await expect(writeResults(journal, dir, 'csv')).rejects.toThrow('damaged');
    expect(await readFile(join(dir, 'results.csv'), 'utf8')).toBe(before);
    expect((await readdir(dir)).filter((name) => name.includes('partial'))).toEqual([]);
  });
});
