import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import ExcelJS from 'exceljs';
import { afterAll, describe, expect, it } from 'vitest';
import { writeCorrectedCopy } from '../src/load/corrected-copy.js';
import { readSheets } from '../src/load/load.js';
import { type Edits, readEdits } from '../src/records/edits.js';
import { isKnownHeader } from '../src/records/headers.js';
import { noticeAsProblem, type Problem } from '../src/records/problem.js';
import type { ValidatorOptions } from '../src/records/validate.js';
import { openTables } from '../src/sheet/read.js';
import { exportAsCsv, exportAsWorksheets } from './fixtures/billing-export.js';
import { randomFrom } from './fixtures/random.js';
import { csvOf, mixedRows } from './fixtures/rows.js';
import { textRow, workbook } from './fixtures/workbook.js';

const SAMPLES = join(import.meta.dirname, '../samples');
const directory = mkdtempSync(join(tmpdir(), 'copy-test-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What is said of the file itself, which the copy is another one than. */
const OF_THE_FILE = new Set([
  ...['SHEET_EDITED', 'ROW_OMITTED', 'EDITS_READABLE', 'ENCODING_ASSUMED', 'CONTENT_NOT_EXTENSION'],
  // a row that is left out is blank in the copy
  'NO_ROWS',
  ...['MAY_BE_CUT_OFF', 'QUOTES_KEPT', 'HIDDEN_CELLS', 'HIDDEN_SHEET'],
]);

/** What is wrong with a sheet, a line each, and where. */
async function problemsOf(file: string, reading: ValidatorOptions, edits: Edits | null) {
  const found: Problem[] = [];
  const take = (problem: Problem) => void found.push(problem);
  const events = {
    onNotice: (notice: Parameters<typeof noticeAsProblem>[0]) => take(noticeAsProblem(notice)),
    onTable: (_: unknown, problems: readonly Problem[]) => problems.forEach(take),
    onRows: (checked: readonly { problems: readonly Problem[] }[]) =>
      checked.flatMap(({ problems }) => problems).forEach(take),
    onTableEnd: (problems: readonly Problem[]) => problems.forEach(take),
    onLeftOut: take,
  };
  const validator = await readSheets([file], reading, events, edits);
  for (const problem of validator.finish()) take(problem);
  return found
    .filter(({ code }) => !OF_THE_FILE.has(code))
    .map(({ sheet, row, column, code, value, message }) => ({
      ...{ sheet, row, column, code, value },
      // messages name the file
      message: message.replaceAll(file, 'FILE'),
    }));
}

/** Edits of cells and rows at random, as people make them. */
async function editsOf(
  file: string,
  seed: number,
  share: number,
): Promise<{ edits: Edits; lines: object[] }> {
  const random = randomFrom(seed);
  const texts = [
    '',
    'N/A',
    'Müller',
    '=1+1',
    "'quoted",
    '+1 801 555 1212',
    '0012',
    'a "b", c',
    '5',
    'line\nbreak',
  ];
  const lines: object[] = [];
  for await (const { sheet, header, rows } of openTables([file], { isKnownHeader, onNotice: () => {} }))
    for await (const batch of rows)
      for (const row of batch) {
        if (random() < share / 4) lines.push({ sheet, row: row.number, omit: true, by: 'Ann' });
        else if (random() < share) {
          const at = Math.floor(random() * header.length);
          const name = header[at] ?? '';
          if (name === '' || header.indexOf(name) !== header.lastIndexOf(name)) continue;
          const text = texts[Math.floor(random() * texts.length)];
          lines.push({
            ...{ sheet, row: row.number, header: name, was: row.cells[at], text },
            ...{ by: 'Ann', at: '2026-11-27T02:00:00Z' },
          });
        }
      }
  const path = join(directory, 'edits.jsonl');
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''), { mode: 0o600 });
  return { edits: await readEdits(path), lines };
}

let copies = 0;
async function copyOf(
  sheet: string,
  edits: Edits | null,
  {
    reading = {},
    format = extname(sheet) === '.xlsx' ? 'xlsx' : 'csv',
    hasSecrets = true,
  }: {
    reading?: ValidatorOptions;
    format?: 'xlsx' | 'csv';
    hasSecrets?: boolean;
  } = {},
) {
  const out = join(directory, `copy-${copies++}.${format}`);
  const { lost } = await writeCorrectedCopy({ sheet, reading, edits, out, format, hasSecrets });
  return { out, lost };
}

function file(name: string, content: string | Buffer): string {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
}

const rows = csvOf(mixedRows(12))
  .split('\r\n')
  .filter((line) => line !== '');
const ODD_CSV = [
  ...['Export of 27 November;', ';', ''],
  ...[rows[0] ?? '', rows[1] ?? '', '', `${rows[2]},more,cells`, ',,,', rows[3] ?? '', rows[0] ?? ''],
  ...[rows[4] ?? '', (rows[5] ?? '').replace('A', '\u00c4'), rows[6] ?? ''],
].join('\n');

const SHEETS: readonly { name: string; path: () => string; reading?: ValidatorOptions }[] = [
  ...readdirSync(SAMPLES)
    .filter((name) => /\.(csv|xlsx)$/.test(name))
    .map((name) => ({ name, path: () => join(SAMPLES, name) })),
  { name: 'odd.csv', path: () => file('odd.csv', ODD_CSV) },
  {
    name: 'latin.csv',
    path: () => file('latin.csv', Buffer.from(csvOf(mixedRows(9)).replaceAll('a', 'é'), 'latin1')),
  },
  { name: 'export.csv', path: () => file('export.csv', exportAsCsv({ rows: 60, placeholders: true })) },
  {
    name: 'export.xlsx',
    path: () => file('export.xlsx', workbook({ sheets: exportAsWorksheets({ rows: 40 }) })),
    reading: {
      headerNames: { CustID: 'accountNumber', 'Customer Name': 'accountName', 'Cust Tel': 'phoneNumber' },
      blank: ['N/A'],
      skip: { Status: ['CANCELLED'] },
    },
  },
];

describe('a corrected copy', () => {
  for (const { name, path, reading = {} } of SHEETS)
    it(`of ${name} has the problems of the sheet with its edits, whatever is edited`, async () => {
      const sheet = path();
      for (const [seed, share] of [
        [1, 0],
        [2, 0.1],
        [3, 0.6],
        [4, 1],
      ] as const) {
        const { edits, lines } = await editsOf(sheet, seed, share);
        const { out, lost } = await copyOf(sheet, lines.length > 0 ? edits : null, { reading });
        const expected = await problemsOf(sheet, reading, lines.length > 0 ? edits : null);
        expect(await problemsOf(out, reading, null)).toEqual(expected);
        expect(lost).toBe(0);
      }
    });

  it('keeps what a spreadsheet damaged from passing as good: blank, red, with what it held in a note', async () => {
    const sheet = file('damaged.xlsx', damagedBook());
    const path = join(directory, 'some.jsonl');
    const lines = [
      {
        sheet: 'Users',
        row: 7,
        header: 'extension',
        was: '2024-04-02',
        text: '4002',
        by: 'Ann',
        at: '2026-11-27T02:00:00Z',
      },
      { sheet: 'Users', row: 8, omit: true, by: 'Bob' },
    ];
    writeFileSync(path, lines.map((line) => JSON.stringify(line)).join('\n'), { mode: 0o600 });
    const edits = await readEdits(path);
    const { out, lost } = await copyOf(sheet, edits);
    expect(lost).toBe(5);
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(out);
    const users = book.getWorksheet('Users');
    const told = (reference: string) => {
      const { value, note, fill } = users?.getCell(reference) ?? {};
      const texts =
        typeof note === 'object' ? (note.texts ?? []).map(({ text }) => text).join('') : (note ?? '');
      const colour = (fill as { fgColor?: { argb?: string } } | undefined)?.fgColor?.argb;
      return [value ?? null, colour ?? null, texts];
    };
    const red = 'FFF8CBAD';
    expect(told('A1')).toEqual(['Users of Acme', null, '']);
    expect(told('A3')).toEqual(['product', null, '']);
    expect(told('J5')).toEqual([
      null,
      red,
      'Held 2024-04-01. Excel turned this into a date (2024-04-01). Type it again.',
    ]);
    expect(told('C5')).toEqual([
      null,
      red,
      'Held =A1&"x". The formula =A1&"x" was never calculated. Type it again.',
    ]);
    expect(told('I5')).toEqual([
      null,
      red,
      'Held #N/A. The cell holds the spreadsheet error #N/A. Type it again.',
    ]);
    expect(told('B5')).toEqual([null, red, expect.stringContaining('Held 12345678901234567890. The number')]);
    expect(told('J7')).toEqual(['4002', null, 'was "2024-04-02" (Ann, 2026-11-27)']);
    expect(told('B9')).toEqual([null, red, expect.stringContaining('The cell shows "1.20E+06"')]);
    expect(told('E5')).toEqual(['15', null, '']);
    expect(told('A8')).toEqual([
      null,
      'FFFFE699',
      expect.stringMatching(/^The row is left out.*\(Bob\)\. It held: BCC \| A-3/),
    ]);
    expect(told('B8')).toEqual([null, null, '']);
    expect(told('L7')).toEqual(['2024-05-06', null, '']);
    const marked = new Set([
      '5 extension',
      '5 accountName',
      '5 lastName',
      '5 accountNumber',
      '9 accountNumber',
    ]);
    const unmarked = (problems: Awaited<ReturnType<typeof problemsOf>>) =>
      problems.filter(({ row, column }) => !marked.has(`${row} ${column}`));
    expect(unmarked(await problemsOf(out, {}, null))).toEqual(unmarked(await problemsOf(sheet, {}, edits)));

    const csv = await copyOf(sheet, edits, { format: 'csv' });
    const text = readFileSync(csv.out, 'utf8').split('\r\n');
    expect(text.slice(0, 4)).toEqual([
      'Users of Acme',
      '',
      expect.stringMatching(/^product,accountNumber/),
      '',
    ]);
    expect(text[4]).toBe(
      'BCC,#VALUE!,#VALUE!,US/Mountain,15,OPEN_DIAL_PLAN_TEN_DIGIT,4,Ann,#VALUE!,#VALUE!,STANDARD',
    );
    expect(text[7]).toBe('');
    const refused = (await problemsOf(csv.out, {}, null)).filter(({ value }) => value === '#VALUE!');
    expect(refused.map(({ row, column, code }) => `${row} ${column} ${code}`).sort()).toEqual(
      [...marked].map((each) => `${each} CELL_ERROR`).sort(),
    );
  });

  it('does not make rows sound whose form is at fault', async () => {
    const sheet = file(
      'faulty.csv',
      [rows[0], `${rows[1]}`, `${rows[2]},"open`, `${rows[3]},,,x`].join('\n'),
    );
    const asWorkbook = await copyOf(sheet, null, { format: 'xlsx' });
    expect((await problemsOf(asWorkbook.out, {}, null)).filter(({ row }) => row === 3 || row === 4)).toEqual(
      [],
    );
    expect(asWorkbook.lost).toBeGreaterThan(20);
    const asCsv = await copyOf(sheet, null);
    const codes = (await problemsOf(asCsv.out, {}, null)).map(({ row, code }) => `${row} ${code}`);
    expect(codes).toContain('4 ROW_TOO_LONG');
    expect(codes).toContain('3 CELL_ERROR');
  });

  it('hides passwords and PINs unless they are asked for', async () => {
    const trunk = { ...mixedRows(16).at(-1), sipUsername: 'someone-of-it', sipPassword: 'given-Word-0' };
    const other = { ...trunk, accountNumber: 'ST-9', trunkName: 'nine', sipUsername: 'somebody-of-it' };
    const sheet = file('trunks.csv', csvOf([trunk, other]));
    const path = join(directory, 'password.jsonl');
    const edit = { sheet: null, row: 2, header: 'sipPassword', was: 'given-Word-0', text: 'edited-Word-1' };
    writeFileSync(path, JSON.stringify(edit), { mode: 0o600 });
    const edits = await readEdits(path);
    for (const format of ['csv', 'xlsx'] as const) {
      const hidden = await copyOf(sheet, edits, { format, hasSecrets: false });
      expect(await textsOf(hidden.out)).toContain('(see credentials.csv)');
      expect(await textsOf(hidden.out)).not.toMatch(/edited-Word-1|given-Word-0/);
      const shown = await copyOf(sheet, edits, { format });
      expect(await textsOf(shown.out)).toContain('edited-Word-1');
      expect(statSync(shown.out).mode & 0o077).toBe(0);
    }
  });

  it('hides them, and makes the edits, in a worksheet of any length', async () => {
    const header = ['product', 'accountNumber', 'accountName', 'trunkName', 'sipUsername', 'sipPassword'];
    const lines = Array.from({ length: 400 }, (_, at) => [
      ...['SIP_TRUNK', `ST-${at}`, `Acme ${at}`, `T${at}`, `user-${at}`, `given-Word-${at}`],
    ]);
    const prose = Array.from({ length: 400 }, (_, at) => textRow(at + 1, [`line ${at} of the notes`]));
    const sheet = file(
      'long.xlsx',
      workbook({
        sheets: [
          { name: 'Notes', rows: prose.join('') },
          { name: 'Trunks', rows: [header, ...lines].map((cells, at) => textRow(at + 1, cells)).join('') },
        ],
      }),
    );
    const path = join(directory, 'long.jsonl');
    const edit = { sheet: 'Trunks', row: 13, header: 'accountName', was: 'Acme 11', text: 'Acme eleven' };
    writeFileSync(path, JSON.stringify(edit), { mode: 0o600 });
    const { out } = await copyOf(sheet, await readEdits(path), { hasSecrets: false });
    const texts = await textsOf(out);
    expect(texts).not.toContain('given-Word');
    expect(texts).toContain('Acme eleven');
    expect(texts).toContain('line 399 of the notes');
  });

  it('is refused where edits are of another sheet, or CSV cannot hold it, and leaves nothing behind', async () => {
    const path = join(directory, 'stale.jsonl');
    const stale = { sheet: null, row: 2, header: 'accountName', was: 'nothing like it', text: 'x' };
    writeFileSync(path, JSON.stringify(stale));
    const sheet = join(SAMPLES, 'bcc.csv');
    await expect(copyOf(sheet, await readEdits(path))).rejects.toMatchObject({ code: 'EDIT_STALE' });
    const several = join(SAMPLES, 'normalised.xlsx');
    await expect(copyOf(several, null, { format: 'csv' })).rejects.toMatchObject({ code: 'COPY_NOT_CSV' });
    expect(readdirSync(directory).filter((name) => name.includes('.partial'))).toEqual([]);
  });
});

/** A workbook whose second user Excel has damaged: a date, a formula, an error, too many digits, a code shown as a power. */
function damagedBook(): Buffer {
  const header = [
    ...['product', 'accountNumber', 'accountName', 'timeZone', 'billingCycleDay', 'dialingBehaviorType'],
    ...['extensionLength', 'firstName', 'lastName', 'extension', 'userProductPlan', 'ordered on'],
  ];
  const user = (number: number, account: string) => [
    ...['BCC', account, 'Acme', 'US/Mountain', '15', 'OPEN_DIAL_PLAN_TEN_DIGIT', '4', 'Ann', 'Lee'],
    ...[String(4000 + number), 'STANDARD'],
  ];
  const replaced = (row: string, cells: Readonly<Record<string, string>>) =>
    Object.entries(cells).reduce(
      (text, [reference, cell]) => text.replace(new RegExp(`<c r="${reference}".*?</c>`), cell),
      row,
    );
  const date = (reference: string, serial: number) => `<c r="${reference}" s="1"><v>${serial}</v></c>`;
  const rows = [
    textRow(1, ['Users of Acme']),
    textRow(3, header),
    replaced(textRow(5, user(5, 'A-1')), {
      B5: '<c r="B5"><v>12345678901234567890</v></c>',
      C5: '<c r="C5"><f>A1&amp;"x"</f></c>',
      E5: '<c r="E5"><v>15</v></c>',
      I5: '<c r="I5" t="e"><v>#N/A</v></c>',
      J5: date('J5', 45383),
    }),
    replaced(textRow(7, user(7, 'A-2')), { J7: date('J7', 45384) }).replace(
      '</row>',
      `${date('L7', 45418)}</row>`,
    ),
    textRow(8, user(8, 'A-3')),
    replaced(textRow(9, user(9, 'A-2')), { B9: '<c r="B9" s="2"><v>1200000</v></c>' }),
  ].join('');
  const styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="11"/></cellXfs>';
  return workbook({ sheets: [{ name: 'Users', rows }], styles });
}

/** All that can be read in a file. */
async function textsOf(path: string): Promise<string> {
  if (path.endsWith('.csv')) return readFileSync(path, 'utf8');
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(path);
  return JSON.stringify(book.worksheets.map((sheet) => sheet.getSheetValues())) + JSON.stringify(book.model);
}
