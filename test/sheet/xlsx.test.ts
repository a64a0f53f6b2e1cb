import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { type RawWorkbook, textRow, workbook } from '../fixtures/workbook.js';
import { zip } from '../fixtures/zip.js';
import { cellsOf, readAll, stopOf, valuesOf, withKind, workspace } from './reading.js';

const { path, file } = workspace();
const HEADER = textRow(1, ['account', 'name', 'phone']);
let counter = 0;

function book(raw: RawWorkbook): string {
  counter += 1;
  return file(`book${counter}.xlsx`, workbook(raw));
}

/** A workbook with the header above and one row of the given cells' XML. */
function oneRow(cells: string, rest: Partial<RawWorkbook> = {}): string {
  return book({ sheets: [{ rows: `${HEADER}<row r="2">${cells}</row>` }], ...rest });
}

const styles = (...codes: string[]): string =>
  `<numFmts>${codes.map((code, i) => `<numFmt numFmtId="${164 + i}" formatCode="${code}"/>`).join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${codes.map((_, i) => `<xf numFmtId="${164 + i}"/>`).join('')}<xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="20"/></cellXfs>`;

describe('texts', () => {
  it('are shared, inline, rich, without phonetic guides, with escapes decoded', async () => {
    const strings =
      '<si><t>plain</t></si><si><r><t>ri</t></r><r><rPr><b/></rPr><t xml:space="preserve">ch </t></r></si>' +
      '<si><t>東京</t><rPh sb="0" eb="2"><t>とうきょう</t></rPh></si><si><t>a_x000D_&#10;b_x005F_x000D_</t></si>';
    const path = oneRow(
      '<c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c>',
      { strings },
    );
    expect(await valuesOf(path)).toEqual(['plain', 'rich', '東京']);
    const inline =
      '<c r="A2" t="s"><v>3</v></c><c r="B2" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>' +
      '<c r="C2" t="str"><f>A1&amp;"x"</f><v>for_x0041_mula</v></c>';
    expect(await valuesOf(oneRow(inline, { strings }))).toEqual(['a\r\nb_x000D_', 'inline', 'forAmula']);
  });

  it('are trimmed of odd blanks; smart quotes and CDATA stay', async () => {
    const cells =
      '<c r="A2" t="inlineStr"><is><t>\u00a0“x”\u200b </t></is></c><c r="B2" t="inlineStr"><is><t><![CDATA[<b>&]]></t></is></c>';
    expect(await valuesOf(oneRow(cells))).toEqual(['“x”', '<b>&', '']);
  });

  it('keep letters whole at every border of what is unpacked at once', async () => {
    const rows = Array.from({ length: 3_000 }, (_, i) =>
      textRow(i + 2, [`${i}`, `${'x'.repeat(i % 7)}€é𝄞`, null]),
    );
    const cells = await cellsOf(book({ sheets: [{ rows: HEADER + rows.join('') }] }));
    expect(cells).toHaveLength(3_000);
    expect(cells.every((row, i) => row[1] === `${'x'.repeat(i % 7)}€é𝄞`)).toBe(true);
  });
});

describe('numbers, dates and the like', () => {
  const value = (v: string, s = 0): string => `<c r="A2" s="${s}"><v>${v}</v></c>`;

  it.each([
    ['1.8015551212E10', '18015551212:number'],
    ['8013796418', '8013796418:number'],
    ['0.30000000000000004', '0.3:number'],
    ['18015551212.000002', '18015551212:number'],
    ['123456789012345', '123456789012345:number'],
    ['8901410321111851072', '8901410321111851072:imprecise'],
    ['8.9014103211118502E+18', '8901410321111850200:imprecise'],
    ['-1.50', '-1.5:number'],
    ['1E-7', '0.0000001:number'],
    ['0', '0:number'],
  ])('%s → %s', async (stored, expected) => {
    expect((await valuesOf(oneRow(value(stored))))[0]).toBe(expected);
  });

  it.each([
    ['00000', '6557', '06557:number'],
    ['00000', '123456', '123456:number'],
    ['0', '7', '7:number'],
    ['0.00', '7', '7:number'],
    ['yyyy\\-mm\\-dd', '45306', '2024-01-15:date'],
    ['[$-409]d\\-mmm\\-yy;@', '45306.5', '2024-01-15T12:00:00:date'],
    ['&quot;day &quot;0', '45306', 'day 45306:shown'],
    ['[Red]#,##0', '45306', '45306:number'],
    ['[h]:mm', '1.5', '1.5:number'],
    ['h:mm AM/PM', '0.75', '18:00:00:date'],
    ['General', '45306', '45306:number'],
  ])('format %s of %s → %s', async (code, stored, expected) => {
    expect((await valuesOf(oneRow(value(stored, 1), { styles: styles(code) })))[0]).toBe(expected);
  });

  it('keeps the number of what its format shows otherwise, and what an unclear format shows', async () => {
    const cells =
      '<c r="A2" s="1"><v>12</v></c><c r="B2" s="2"><v>1.2E6</v></c><c r="C2" s="3" t="str"><v>x</v></c>';
    const path = oneRow(cells, { styles: styles('&quot;ACC-&quot;0000', '0.00E+00', '&quot;T-&quot;@') });
    expect(await valuesOf(path)).toEqual(['ACC-0012:shown', '1200000:obscured', 'T-x']);
    expect((await readAll(path)).tables[0]?.rows[0]?.others).toEqual(['12', '1.20E+06']);
  });

  it('knows the built-in formats that do not show a number in full', async () => {
    const builtin = (id: number) => `<cellXfs><xf numFmtId="0"/><xf numFmtId="${id}"/></cellXfs>`;
    for (const id of [9, 10, 11, 48])
      expect((await valuesOf(oneRow(value('12', 1), { styles: builtin(id) })))[0]).toBe('12:obscured');
    for (const id of [1, 2, 3, 4, 12, 37, 44, 49])
      expect((await valuesOf(oneRow(value('12', 1), { styles: builtin(id) })))[0]).toBe('12:number');
  });

  it.each([
    ['TRUE', 'TRUE:boolean'],
    ['true', 'TRUE:boolean'],
    ['False', 'FALSE:boolean'],
    [' 1 ', 'TRUE:boolean'],
    ['0', 'FALSE:boolean'],
    ['yes', 'yes:damaged'],
    ['2', '2:damaged'],
  ])('a boolean cell of %s is %s', async (stored, expected) => {
    expect((await valuesOf(oneRow(`<c r="A2" t="b"><v>${stored}</v></c>`)))[0]).toBe(expected);
  });

  it('knows the built-in date formats and both calendars', async () => {
    const cells =
      '<c r="A2" s="1"><v>59</v></c><c r="B2" s="2"><v>45306.25</v></c><c r="C2" s="3"><v>0.5</v></c>';
    expect(await valuesOf(oneRow(cells, { styles: styles() }))).toEqual([
      '1900-02-28:date',
      '2024-01-15T06:00:00:date',
      '12:00:00:date',
    ]);
    expect((await valuesOf(oneRow(value('43844', 1), { styles: styles(), date1904: true })))[0]).toBe(
      '2024-01-15:date',
    );
    expect((await valuesOf(oneRow(value('-1', 1), { styles: styles() })))[0]).toBe('-1:number');
    expect((await valuesOf(oneRow('<c r="A2" t="d"><v>2024-01-15T00:00:00</v></c>')))[0]).toBe(
      '2024-01-15:date',
    );
  });

  it('knows booleans, errors and formulas', async () => {
    expect(
      await valuesOf(
        oneRow('<c r="A2" t="b"><v>1</v></c><c r="B2" t="e"><v>#N/A</v></c><c r="C2"><f>1+1</f><v>2</v></c>'),
      ),
    ).toEqual(['TRUE:boolean', '#N/A:error', '2:number']);
    expect(
      await valuesOf(
        oneRow(
          '<c r="A2"><f>A1&amp;B1</f></c><c r="B2" t="str"><f>""</f><v></v></c><c r="C2"><f>2</f><v/></c>',
        ),
      ),
    ).toEqual(['=A1&B1:uncalculated', '', '=2:uncalculated']);
    expect(
      await valuesOf(
        oneRow(
          '<c r="A2" t="b"><f>TRUE()</f><v>0</v></c><c r="B2" t="str"><f>"x"</f><v>x</v></c><c r="C2" s="1"><f>TODAY()</f><v>45306</v></c>',
          { styles: styles() },
        ),
      ),
    ).toEqual(['FALSE:boolean', 'x', '2024-01-15:date']);
  });
});

describe('form of the archive', () => {
  it.each([
    ['begin with a slash', (name: string) => `/${name}`],
    ['have backslashes', (name: string) => name.replaceAll('/', '\\')],
    ['have both', (name: string) => `\\${name.replaceAll('/', '\\')}`],
  ])('names of its parts may %s', async (_, rename) => {
    const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
    const parts = {
      '_rels/.rels': `<Relationships><Relationship Id="a" Type="${relationships}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
      'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="S" r:id="a"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="a" Type="${relationships}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
      'xl/worksheets/sheet1.xml': `<worksheet><sheetData>${HEADER}${textRow(2, ['1', 'x', '2'])}</sheetData></worksheet>`,
    };
    const renamed = Object.fromEntries(Object.entries(parts).map(([name, xml]) => [rename(name), xml]));
    expect(await cellsOf(file('names.xlsx', zip(renamed)))).toEqual([['1', 'x', '2']]);
  });
});

describe('form of the XML', () => {
  it('may have prefixes, no references, any part name, absolute targets, upper case, the strict namespace', async () => {
    const strict = 'http://purl.oclc.org/ooxml/officeDocument/relationships';
    const bytes = workbook({
      sheets: [],
      parts: {
        '_rels/.rels': `<Relationships><Relationship Id="x" Type="${strict}/officeDocument" Target="/XL/Workbook.xml"/></Relationships>`,
        'xl/workbook.xml':
          '<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:rel="r"><x:sheets><x:sheet name="Second" rel:id="b"/><x:sheet name="First" rel:id="a"/></x:sheets></x:workbook>',
        'xl/_rels/workbook.xml.rels': `<Relationships><Relationship Id="a" Type="${strict}/worksheet" Target="/xl/data/one.xml"/><Relationship Id="b" Type="${strict}/worksheet" Target="data/two.xml"/></Relationships>`,
        'xl/data/one.xml':
          '<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>account</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:t>name</x:t></x:is></x:c></x:row><x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>',
        'xl/data/two.xml': `<worksheet><sheetData>${HEADER}${textRow(5, ['1', 'x', 'y'])}</sheetData></worksheet>`,
      },
    });
    const { tables } = await readAll(file('odd.xlsx', bytes));
    expect(tables.map(({ sheet, rows }) => [sheet, rows[0]?.number, rows[0]?.cells])).toEqual([
      ['Second', 5, ['1', 'x', 'y']],
      ['First', 2, ['7', '']],
    ]);
  });

  it('rows keep the numbers they have; cells go by their reference; blank rows are skipped', async () => {
    const rows = `${HEADER}<row r="3"/><row r="7"><c r="C7"><v>1</v></c><c r="E7" s="0"/></row><row r="8"><c r="A8" t="inlineStr"><is><t> </t></is></c></row>${textRow(20, [null, 'x'])}`;
    const { tables } = await readAll(book({ sheets: [{ rows }] }));
    expect(tables[0]?.rows).toMatchObject([
      { number: 7, cells: ['', '', '1'] },
      { number: 20, cells: ['', 'x', ''] },
    ]);
  });

  it('cells right of the header are told of, once', async () => {
    const rows =
      HEADER +
      textRow(2, ['1', 'x', 'y', 'call first']) +
      textRow(3, ['1', 'x', 'y', 'also']) +
      textRow(4, [null, null, null, 'stray']);
    const { tables, notices } = await readAll(book({ sheets: [{ rows }] }));
    expect(tables[0]?.rows.map((row) => row.cells)).toEqual([
      ['1', 'x', 'y'],
      ['1', 'x', 'y'],
    ]);
    expect(notices).toMatchObject([{ code: 'CELLS_BEYOND_HEADER', row: 2 }]);
  });

  it('UTF-16 parts are read', async () => {
    const xml = `<?xml version="1.0" encoding="UTF-16"?><worksheet><sheetData>${HEADER}${textRow(2, ['1', 'é'])}</sheetData></worksheet>`;
    const bytes = workbook({
      sheets: [{ rows: '' }],
      parts: { 'xl/worksheets/sheet1.xml': Buffer.from(`\ufeff${xml}`, 'utf16le') },
    });
    expect(await cellsOf(file('utf16.xlsx', bytes))).toEqual([['1', 'é', '']]);
  });
});

describe('merged ranges', () => {
  it('fill down, not to the right, and make no rows of their own', async () => {
    const rows =
      HEADER +
      textRow(2, ['ACC', 'x', null]) +
      textRow(3, [null, 'y', 'mergeCells']) +
      textRow(4, [null, null, null]) +
      textRow(5, [null, 'z', null]) +
      textRow(6, [null, 'w', null]);
    const after = '<mergeCells count="2"><mergeCell ref="A2:A5"/><mergeCell ref="B6:C7"/></mergeCells>';
    const { tables } = await readAll(book({ sheets: [{ rows, after }] }));
    expect(tables[0]?.rows.map((row) => row.cells.map((cell, i) => withKind(cell, row.kinds?.[i])))).toEqual([
      ['ACC', 'x', ''],
      ['ACC:merged', 'y', 'mergeCells'],
      ['ACC:merged', 'z', ''],
      ['', 'w', ''],
    ]);
  });

  it.each(['<mergeCells>', '<mergeCells count="2999">'])(
    'are all found, however many: %s',
    async (opening) => {
      const numbers = Array.from({ length: 2999 }, (_, i) => 2 * i + 2);
      const rows = numbers.map((n) => textRow(n, ['ACC', 'y']) + textRow(n + 1, [null, 'z'])).join('');
      const after = `${opening}${numbers.map((n) => `<mergeCell ref="A${n}:A${n + 1}"/>`).join('')}</mergeCells>`;
      const sheets = [{ rows: textRow(1, ['account', 'name']) + rows, after }];
      const cells = await cellsOf(book({ sheets }));
      expect(cells).toHaveLength(2 * 2999);
      expect(cells.filter(([account]) => account !== 'ACC')).toEqual([]);
    },
  );

  it('a merged title above the header is passed over', async () => {
    const rows = textRow(1, ['Customers']) + textRow(3, ['account', 'name']) + textRow(4, ['1', 'x']);
    const { tables, notices } = await readAll(
      book({ sheets: [{ rows, after: '<mergeCells><mergeCell ref="A1:B1"/></mergeCells>' }] }),
    );
    expect(tables[0]).toMatchObject({ headerRow: 3, rows: [{ number: 4, cells: ['1', 'x'] }] });
    expect(notices).toMatchObject([{ code: 'LINES_ABOVE_HEADER' }]);
  });
});

describe('worksheets', () => {
  const data = HEADER + textRow(2, ['1', 'x', 'y']);

  it('hidden rows and columns are read, with one notice', async () => {
    const rows =
      data + textRow(3, ['2', 'x', 'y'], ' hidden="1"') + textRow(4, ['3', 'x', 'y'], ' hidden="true"');
    const before = '<cols><col min="2" max="2" hidden="1"/><col min="3" max="16384" hidden="1"/></cols>';
    const { tables, notices } = await readAll(book({ sheets: [{ before, rows }] }));
    expect(tables[0]?.rows).toHaveLength(3);
    expect(notices).toMatchObject([{ code: 'HIDDEN_CELLS', sheet: 'Sheet1' }]);
    expect(notices[0]?.message).toBe('2 rows and 2 columns hidden in "Sheet1" were read as well.');
  });

  it('that are hidden are not read, those without a header are left out', async () => {
    const { tables, notices } = await readAll(
      book({
        sheets: [
          { name: 'Notes', rows: textRow(1, ['call', 'Bob']) },
          { name: 'Old', state: 'hidden', rows: data },
          { name: 'Data', rows: data },
          { name: 'Lists', state: 'veryHidden', rows: textRow(1, ['one', 'two']) },
        ],
      }),
    );
    expect(tables.map(({ sheet }) => sheet)).toEqual(['Data']);
    expect(notices.map(({ code, sheet }) => [code, sheet])).toEqual([
      ['NOT_DATA', 'Notes'],
      ['HIDDEN_SHEET', 'Old'],
    ]);
  });

  it('a hidden one is read when no other has a header', async () => {
    const { tables, notices } = await readAll(
      book({ sheets: [{ rows: '' }, { name: 'Secret', state: 'veryHidden', rows: data }] }),
    );
    expect(tables.map(({ sheet }) => sheet)).toEqual(['Secret']);
    expect(notices.map(({ code }) => code)).toEqual(['HIDDEN_SHEET']);
  });

  it('without any header stop the run', async () => {
    expect((await stopOf(book({ sheets: [{ rows: textRow(1, ['x', 'y']) }] }))).code).toBe('SHEET_NO_HEADER');
  });
});

describe('bounds', () => {
  it.each([
    ['a row beyond the last', '<row r="1048577"><c><v>1</v></c></row>'],
    ['a column beyond the last', '<row r="2"><c r="XFE2"><v>1</v></c></row>'],
    ['a cell that is too long', textRow(2, ['x'.repeat(40_000)])],
    ['a text without end', `<row r="2"><c t="str"><v>${'x'.repeat(9_000_000)}</v></c></row>`],
  ])('%s is refused', async (_, row) => {
    expect((await stopOf(book({ sheets: [{ rows: HEADER + row }] }))).code).toBe('SHEET_TOO_LARGE');
  });

  it('a zip bomb is refused by its stated size, at once', async () => {
    const bytes = workbook({ sheets: [{ rows: HEADER, after: ' '.repeat(80 * 1024 * 1024) }] });
    expect(bytes.length).toBeLessThan(1024 * 1024);
    const started = Date.now();
    expect((await stopOf(file('bomb.xlsx', bytes))).code).toBe('SHEET_TOO_LARGE');
    expect(Date.now() - started).toBeLessThan(1_000);
  });
});

it("agrees with exceljs's in-memory reader on a messy workbook", async () => {
  const messy = new ExcelJS.Workbook();
  const pick = (i: number): ExcelJS.CellValue =>
    [
      `text ${i} é€`,
      i,
      18015550000 + i,
      i / 8,
      i % 2 === 0,
      new Date(Date.UTC(2024, i % 12, 1 + (i % 28))),
      { richText: [{ text: 'ri' }, { text: `ch${i}`, font: { bold: true } }] },
      { text: `link ${i}`, hyperlink: 'https://example.com/' },
      { formula: 'A1', result: `result ${i}` },
      { formula: 'A1', result: i },
      { error: '#N/A' },
      null,
      '',
      'a\nb & <c> "d"',
    ][i % 14] as ExcelJS.CellValue;
  for (const name of ['One', 'Two', 'Three']) {
    const sheet = messy.addWorksheet(name);
    sheet.addRow(['account', 'name', 'phone', 'zip', 'city', 'note']);
    for (let r = 0; r < 400; r += 1) {
      if (r % 17 !== 0) sheet.addRow(Array.from({ length: 6 }, (_, c) => pick(r * 5 + c * 3)));
      else sheet.addRow([]);
    }
  }
  const target = path('messy.xlsx');
  await messy.xlsx.writeFile(target);

  const oracle = new ExcelJS.Workbook();
  await oracle.xlsx.readFile(target);
  const { tables } = await readAll(target);
  expect(tables.map(({ sheet }) => sheet)).toEqual(['One', 'Two', 'Three']);
  for (const table of tables) {
    const sheet = oracle.getWorksheet(table.sheet ?? '');
    const expected: unknown[] = [];
    sheet?.eachRow((row, number) => {
      const cells = Array.from({ length: 6 }, (_, c) => oracleText(row.getCell(c + 1)));
      if (number > 1 && cells.some((cell) => cell !== '')) expected.push([number, ...cells]);
    });
    expect(table.rows.map((row) => [row.number, ...row.cells])).toEqual(expected);
  }
});

function oracleText(cell: ExcelJS.Cell): string {
  const value = cell.value;
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (value !== null && typeof value === 'object' && 'error' in value) return value.error;
  return cell.text;
}
