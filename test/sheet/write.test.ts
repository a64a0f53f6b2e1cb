import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import ExcelJS from 'exceljs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardFormula, trimCell } from '../../src/sheet/cell-text.js';
import { openAtomic, writeFileAtomic } from '../../src/sheet/write/atomic.js';
import type { OutCell, OutLayout } from '../../src/sheet/write/layout.js';
import { openSheetWriter, type SheetFormat } from '../../src/sheet/write/write.js';
import { openWorkbookWriter } from '../../src/sheet/write/xlsx.js';
import { cellsOf, readAll, workspace } from './reading.js';

const { path } = workspace();
const layout: OutLayout = {
  sheetName: 'Rows',
  columns: ['account', 'name', 'note'].map((header) => ({ header })),
};

async function write(
  name: string,
  format: SheetFormat,
  rows: readonly (readonly (string | OutCell)[])[],
): Promise<string> {
  const writer = await openSheetWriter(path(name), format, layout);
  for (const row of rows) await writer.write(row);
  await writer.commit();
  return path(name);
}

/** Texts that break naive writers: formulas, quotes, delimiters, line ends, escapes, control and astral characters. */
const cellText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom(...'ab=+-@＝＠\'",;|\t\r\n _x000D\u00a0\u0001é€𝄞\ufffe'), maxLength: 8 }),
  fc.constantFrom(
    '+18015551212',
    '-5',
    '=1+1',
    "'=x",
    "''+1",
    '00123',
    '_x000D_',
    '_x005F_x0041_',
    '1.8E10',
    'TRUE',
    '#N/A',
  ),
);
const rowsOf = (cell: fc.Arbitrary<string>): fc.Arbitrary<string[][]> =>
  fc.array(fc.tuple(fc.constant('key'), cell, cell), { minLength: 1, maxLength: 8 });

describe('what is written reads back the same, but for blanks at its ends', () => {
  it('as XLSX', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(cellText), async (rows) => {
        expect(await cellsOf(await write('round.xlsx', 'xlsx', rows))).toEqual(
          rows.map((row) => row.map((cell) => trimCell(cell.replace(/\p{Surrogate}/gu, '\ufffd')))),
        );
      }),
      { numRuns: 60 },
    );
  });

  /** a lone CR is a line end, in quotes too */
  const asCsv = (cell: string): string => trimCell(cell.replace(/\r(?!\n)/g, '\n'));
  const csvText = cellText.map((text) => text.replaceAll('\0', ''));

  it('as CSV', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(csvText), async (rows) => {
        expect(await cellsOf(await write('round.csv', 'csv', rows))).toEqual(
          rows.map((row) => row.map(asCsv)),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('as CSV of other programs, with each delimiter and line end', async () => {
    await fc.assert(
      fc.asyncProperty(
        rowsOf(csvText),
        fc.constantFrom(',', ';', '\t', '|'),
        fc.constantFrom('\n', '\r\n', '\r'),
        async (rows, delimiter, end) => {
          const quoted = [['account', 'name', 'note'], ...rows].map((row) =>
            row.map((cell) => `"${guardFormula(cell).replaceAll('"', '""')}"`).join(delimiter),
          );
          writeFileSync(path('other.csv'), quoted.join(end));
          expect(await cellsOf(path('other.csv'))).toEqual(rows.map((row) => row.map(asCsv)));
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('CSV', () => {
  it('neutralises formulas, quotes what needs it, and ends lines with CRLF', async () => {
    const target = await write('plain.csv', 'csv', [
      ['=1+1', 'a,"b"', '+18015551212'],
      ['-5', "'@x", 'plain'],
      ['＝1', '＋1', '－1'],
      ['＠x', '\tx', '-dQw4'],
    ]);
    expect(readFileSync(target, 'utf8')).toBe(
      `\ufeffaccount,name,note\r\n'=1+1,"a,""b""",'+18015551212\r\n'-5,''@x,plain\r\n'＝1,'＋1,'－1\r\n'＠x,"'\tx",'-dQw4\r\n`,
    );
  });

  it('has a byte order mark only when Excel needs one', async () => {
    const target = await write('accents.csv', 'csv', [
      ['1', 'José', { text: 'wrong', mark: 'error', note: 'n' }],
    ]);
    expect(readFileSync(target, 'utf8')).toBe('\ufeffaccount,name,note\r\n1,José,wrong\r\n');
    expect(leftovers(target)).toEqual([]);
  });
});

describe('XLSX', () => {
  it('has the furniture: frozen header, filter, widths, colours, notes, drop-downs, text format', async () => {
    const target = path('furniture.xlsx');
    const long = Array.from({ length: 40 }, (_, i) => `America/Zone_${i}`);
    const writer = await openWorkbookWriter(target);
    const first = await writer.sheet({
      sheetName: 'Customers',
      columns: [
        { header: 'account', required: true, note: 'Your own number', width: 22, text: true },
        { header: 'name', options: ['BCC', 'SIP_TRUNK'] },
        { header: 'city', options: long },
      ],
    });
    await first.write([
      '=1+1',
      { text: 'wrong', mark: 'error', note: 'Not a product' },
      { text: '06557', mark: 'warning' },
    ]);
    const second = await writer.sheet({
      sheetName: 'Notes: [all]',
      columns: [{ header: 'About', note: 'Read me' }],
    });
    await second.write(['text']);
    await writer.commit();

    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(target);
    expect(book.worksheets.map(({ name, state }) => [name, state])).toEqual([
      ['Customers', 'visible'],
      ['Notes   all ', 'visible'],
      ['Lists', 'veryHidden'],
    ]);
    const sheet = book.getWorksheet('Customers');
    expect(sheet?.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect(sheet?.autoFilter).toBe('A1:C1');
    expect(sheet?.getColumn(1)).toMatchObject({ width: 22, numFmt: '@' });
    const cell = (address: string): ExcelJS.Cell => sheet?.getCell(address) as ExcelJS.Cell;
    const noteOf = (note: ExcelJS.Cell['note']): string =>
      typeof note === 'string' ? note : (note.texts ?? []).map(({ text }) => text).join('');
    expect(cell('A1')).toMatchObject({
      value: 'account',
      font: { bold: true },
      fill: { fgColor: { argb: 'FFBDD7EE' } },
    });
    expect(noteOf(cell('A1').note)).toBe('Your own number');
    expect(cell('A2')).toMatchObject({ value: '=1+1', type: ExcelJS.ValueType.String, numFmt: '@' });
    expect(cell('B2')).toMatchObject({
      value: 'wrong',
      numFmt: '@',
      fill: { fgColor: { argb: 'FFF8CBAD' } },
    });
    expect(noteOf(cell('B2').note)).toBe('Not a product');
    expect(cell('C2')).toMatchObject({ value: '06557', fill: { fgColor: { argb: 'FFFFE699' } } });
    expect(cell('B2').dataValidation).toMatchObject({ type: 'list', formulae: ['"BCC,SIP_TRUNK"'] });
    expect(cell('C10000').dataValidation).toMatchObject({ type: 'list', formulae: ['Lists!$A$1:$A$40'] });
    expect(book.getWorksheet('Lists')?.getCell('A40').value).toBe('America/Zone_39');
    expect(noteOf(book.getWorksheet('Notes   all ')?.getCell('A1').note as ExcelJS.Cell['note'])).toBe(
      'Read me',
    );

    const { tables, notices } = await readAll(target);
    expect(tables).toMatchObject([{ sheet: 'Customers', rows: [{ cells: ['=1+1', 'wrong', '06557'] }] }]);
    expect(notices.map(({ code, sheet: name }) => [code, name])).toEqual([['NOT_DATA', 'Notes   all ']]);
  });

  it('has its last columns, and stays whole, however many there are', async () => {
    const columns = Array.from({ length: 16_500 }, (_, i) => ({ header: `h${i}` }));
    const writer = await openSheetWriter(path('wide.xlsx'), 'xlsx', {
      sheetName: 'Wide',
      columns: columns.with(0, { header: 'account' }).with(16_499, { header: 'name' }),
    });
    await writer.write(columns.map((_, i) => `${i}`));
    await writer.commit();
    const { tables } = await readAll(path('wide.xlsx'));
    expect(tables[0]?.header).toHaveLength(16_384);
    expect(tables[0]?.header.at(-1)).toBe('name');
    const cells = tables[0]?.rows[0]?.cells;
    expect([cells?.[0], cells?.[16_319], cells?.[16_320], cells?.at(-1)]).toEqual([
      '0',
      '16319',
      '16436',
      '16499',
    ]);
  });

  it('cuts a text to what a cell holds', async () => {
    const cells = await cellsOf(await write('long.xlsx', 'xlsx', [['1', 'x'.repeat(40_000), '']]));
    expect(cells[0]?.[1]).toHaveLength(32_767);
    expect(cells[0]?.[1]?.endsWith('x…')).toBe(true);
  });
});

describe('a file appears all at once', () => {
  it.each(['csv', 'xlsx'] as const)('%s: at commit, replacing the old; not at abort', async (format) => {
    const target = path(`atomic.${format}`);
    writeFileSync(target, 'old');
    const aborted = await openSheetWriter(target, format, layout);
    for (let i = 0; i < 2_000; i += 1) await aborted.write([`${i}`, 'x'.repeat(100), 'y']);
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(leftovers(target)).toHaveLength(1);
    await aborted.abort();
    expect(readFileSync(target, 'utf8')).toBe('old');
    expect(leftovers(target)).toEqual([]);

    const writer = await openSheetWriter(target, format, layout, 0o600);
    await writer.write(['1', 'x', 'y']);
    await writer.commit();
    await writer.abort();
    expect(await cellsOf(target)).toEqual([['1', 'x', 'y']]);
    expect(statSync(target).mode & 0o777).toBe(0o600);
    expect(leftovers(target)).toEqual([]);
  });

  it('with writeFileAtomic', async () => {
    await writeFileAtomic(path('report.html'), 'é', 0o600);
    expect(readFileSync(path('report.html'), 'utf8')).toBe('é');
    expect(statSync(path('report.html')).mode & 0o777).toBe(0o600);
    await expect(writeFileAtomic(path('no/such/dir'), 'x')).rejects.toThrow('ENOENT');
    const file = await openAtomic(path('twice'));
    await file.abort();
    await file.abort();
    expect(leftovers(path('twice'))).toEqual([]);
  });
});

it('standard input can be hashed and then read', async () => {
  const { Readable } = await import('node:stream');
  const { hashFile } = await import('../../src/sheet/read.js');
  const text = 'account,name\n1,x\n';
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin') as PropertyDescriptor;
  Object.defineProperty(process, 'stdin', { value: Readable.from([Buffer.from(text)]), configurable: true });
  try {
    expect(await hashFile('-')).toBe(createHash('sha256').update(text).digest('hex'));
    expect(await cellsOf('-')).toEqual([['1', 'x']]);
    expect(await cellsOf('-')).toEqual([['1', 'x']]);
  } finally {
    Object.defineProperty(process, 'stdin', stdin);
  }
});

function leftovers(target: string): string[] {
  return readdirSync(dirname(target)).filter((name) => name.endsWith('.partial'));
}
