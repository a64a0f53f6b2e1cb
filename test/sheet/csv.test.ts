import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { likelyHeader } from '../../src/sheet/header.js';
import { cellsOf, readAll, stopOf, workspace } from './reading.js';

const { file } = workspace();
const codes = (notices: readonly { code: string }[]): string[] => notices.map(({ code }) => code);

describe('encodings', () => {
  const text = 'account,name\r\n1,José Ñandú\r\n2,Zoë\r\n';
  const expected = [
    ['1', 'José Ñandú'],
    ['2', 'Zoë'],
  ];

  it.each(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])('reads %s', async (encoding) => {
    const path = file(`${encoding}.csv`, iconv.encode(text, encoding));
    const { tables, notices } = await readAll(path);
    expect(tables[0]?.rows.map((row) => row.cells)).toEqual(expected);
    expect(codes(notices)).toEqual(encoding === 'utf-8' ? [] : ['ENCODING_ASSUMED']);
  });

  it.each(['utf-8', 'utf-16le', 'utf-16be'])(
    'reads %s with a byte order mark and a quoted first header',
    async (encoding) => {
      const quoted = text.replace('account', '"account"');
      const path = file(`bom-${encoding}.csv`, iconv.encode(quoted, encoding, { addBOM: true }));
      const { tables } = await readAll(path);
      expect(tables[0]?.header).toEqual(['account', 'name']);
      expect(tables[0]?.rows.map((row) => row.cells)).toEqual(expected);
    },
  );

  it('finds a single Windows-1252 letter behind a megabyte of ASCII', async () => {
    const lines = Array.from({ length: 60_000 }, (_, i) => `${i},plain customer name`);
    const path = file(
      'late.csv',
      iconv.encode(`account,name\n${lines.join('\n')}\nlast,Café`, 'windows-1252'),
    );
    const { tables, notices } = await readAll(path);
    expect(tables[0]?.rows).toHaveLength(60_001);
    expect(tables[0]?.rows.at(-1)?.cells).toEqual(['last', 'Café']);
    expect(codes(notices)).toEqual(['ENCODING_ASSUMED']);
  });

  it('keeps letters whole at every border of what is read at once', async () => {
    const lines = Array.from({ length: 50_000 }, (_, i) => `${i},${'x'.repeat(i % 7)}€é𝄞`);
    const cells = await cellsOf(file('borders.csv', `account,name\n${lines.join('\n')}\n`));
    expect(cells.map((row) => row.join(','))).toEqual(lines);
  });

  it('refuses a file that is UTF-8 in part', async () => {
    const mixed = Buffer.concat([
      Buffer.from('account,name\n1,José\n'),
      iconv.encode('2,Zoë\n', 'windows-1252'),
    ]);
    expect((await stopOf(file('mixed.csv', mixed))).code).toBe('SHEET_ENCODING_MIXED');
  });
});

describe('form', () => {
  it.each([',', ';', '\t', '|'])('finds the delimiter %j, though cells hold others', async (delimiter) => {
    const others = [',', ';', '|'].filter((other) => other !== delimiter).join('');
    const rows = [
      ['account', 'name', 'note'],
      ['1', `a${others}b`, 'x'],
    ];
    const path = file('delimiter.txt', rows.map((row) => row.join(delimiter)).join('\n'));
    expect(await cellsOf(path)).toEqual([['1', `a${others}b`, 'x']]);
  });

  it("honours Excel's own sep= line, which is no row", async () => {
    const { tables, notices } = await readAll(file('sep.csv', 'sep=;\r\naccount;name\r\n1;x,y\r\n'));
    expect(tables[0]).toMatchObject({ headerRow: 1, rows: [{ number: 2, cells: ['1', 'x,y'] }] });
    expect(notices).toEqual([]);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('reads %s', async (_, end) => {
    const path = file('ends.csv', ['account,name', '1,x', '2,"y"', '3,z', ''].join(end));
    expect(await cellsOf(path)).toEqual([
      ['1', 'x'],
      ['2', 'y'],
      ['3', 'z'],
    ]);
  });

  it('reads mixed line ends and counts the rows as a spreadsheet does', async () => {
    const path = file('mixed-ends.csv', 'account,name\r1,"a\r\nb"\r\n\n2,"c"\r3,d\n,\n4,e');
    const { tables } = await readAll(path);
    expect(tables[0]?.rows).toEqual([
      { number: 2, cells: ['1', 'a\r\nb'] },
      { number: 4, cells: ['2', 'c'] },
      { number: 5, cells: ['3', 'd'] },
      { number: 7, cells: ['4', 'e'] },
    ]);
  });

  it('keeps numbers right over many pieces with line breaks in quotes', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `${i + 2},"first\r\nsecond, ""quoted"" ${i}"`);
    const { tables } = await readAll(file('pieces.csv', `account,note\r\n${lines.join('\r\n')}\r\n`));
    expect(tables[0]?.rows).toHaveLength(40_000);
    expect(tables[0]?.rows.every((row) => String(row.number) === row.cells[0] && !row.fault)).toBe(true);
    expect(tables[0]?.rows.at(-1)?.cells[1]).toBe('first\r\nsecond, "quoted" 39999');
  });

  it('pads short rows, and faults a row with more cells than the header and the other rows', async () => {
    const { tables } = await readAll(
      file('ragged.csv', 'account,name,city\n1\n2,x,y,,  ,\n3,Smith, Inc,Lindon\n4,z,w\n'),
    );
    expect(tables[0]?.rows).toMatchObject([
      { number: 2, cells: ['1', '', ''] },
      { number: 3, cells: ['2', 'x', 'y'], fault: { code: 'ROW_TOO_LONG' } },
      { number: 4, cells: ['3', 'Smith', 'Inc'], fault: { code: 'ROW_TOO_LONG' } },
      { number: 5, cells: ['4', 'z', 'w'] },
    ]);
    expect(tables[0]?.rows.filter((row) => row.fault)).toHaveLength(2);
  });

  it('trims ordinary, non-breaking and zero-width blanks, and leaves smart quotes alone', async () => {
    const path = file('blanks.csv', 'account , name\n \u00a01\u200b\t,\ufeff“x” y\u3000\n\u00a0,\u2009\n');
    expect(await cellsOf(path)).toEqual([['1', '“x” y']]);
  });

  it('takes the apostrophe off what would run as a formula, and off nothing else', async () => {
    const path = file('apostrophe.csv', "account,name\n'+18015551212,'-5\n'=1+1,''@x\n'tis,O'Neil\n");
    expect(await cellsOf(path)).toEqual([
      ['+18015551212', '-5'],
      ['=1+1', "'@x"],
      ["'tis", "O'Neil"],
    ]);
  });
});

describe('header', () => {
  it('passes over title lines and says so', async () => {
    const { tables, notices } = await readAll(
      file('title.csv', 'Customers of ACME,,\n\nas of,May,\naccount,name,foo\n1,x,y\n'),
    );
    expect(tables[0]).toMatchObject({
      headerRow: 4,
      header: ['account', 'name', 'foo'],
      rows: [{ number: 5 }],
    });
    expect(notices).toMatchObject([{ code: 'LINES_ABOVE_HEADER', row: 4 }]);
  });

  it('takes the row with the most known names', async () => {
    const { tables } = await readAll(file('most.csv', 'account,name\nzip,account,name,phone\n1,2,3,4\n'));
    expect(tables[0]?.headerRow).toBe(2);
  });

  it('accepts a single known column', async () => {
    expect(await cellsOf(file('single.csv', 'Account\n1\n2\n'))).toEqual([['1'], ['2']]);
  });

  it('ignores empty columns at the end and tells of duplicates', async () => {
    const { tables, notices } = await readAll(file('double.csv', 'account,name,name,,\n1,x,y,,\n'));
    expect(tables[0]).toMatchObject({
      header: ['account', 'name', 'name'],
      rows: [{ cells: ['1', 'x', 'y'] }],
    });
    expect(notices).toMatchObject([
      { code: 'DUPLICATE_HEADER', message: 'Several columns are named "name".' },
    ]);
  });

  it('stops when there is none, with a hint of what one looks like', async () => {
    const error = await stopOf(file('none.csv', '1,x,y\n2,z,w\n'));
    expect(error).toMatchObject({ code: 'SHEET_NO_HEADER', exit: 'nothingDone' });
    expect(error.hint).toContain('accountNumber');
  });
});

describe('damaged quotes', () => {
  it('cost the row they are in and no other', async () => {
    const path = file('quote.csv', 'account,name,city\n1,"open,x\n2,"Bob, Jr",y\n3,z,w\n');
    const { tables } = await readAll(path);
    expect(tables[0]?.rows).toMatchObject([
      { number: 2, cells: ['1', 'open,x', ''], fault: { code: 'QUOTE_NOT_CLOSED' } },
      { number: 3, cells: ['2', 'Bob, Jr', 'y'] },
      { number: 4, cells: ['3', 'z', 'w'] },
    ]);
    expect(tables[0]?.rows.filter((row) => row.fault)).toHaveLength(1);
  });

  it('in a row of its own fault that row only', async () => {
    const { tables } = await readAll(file('inner.csv', 'account,name\n1,"Joe "Plumber" Smith"\n2,x\n'));
    expect(tables[0]?.rows).toMatchObject([
      { cells: ['1', 'Joe "Plumber" Smith'], fault: { code: 'QUOTE_NOT_CLOSED' } },
      { cells: ['2', 'x'] },
    ]);
  });

  it('that never close do not swallow a large file, nor take long', async () => {
    const lines = Array.from(
      { length: 100_000 },
      (_, i) => `${i},${i === 10 ? '"open' : 'some customer name'},Lindon`,
    );
    const started = Date.now();
    const { tables } = await readAll(file('swallow.csv', `account,name,city\n${lines.join('\n')}\n`));
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(tables[0]?.rows).toHaveLength(100_000);
    expect(tables[0]?.rows.filter((row) => row.fault).map((row) => row.number)).toEqual([12]);
    expect(tables[0]?.rows.at(-1)).toEqual({
      number: 100_001,
      cells: ['99999', 'some customer name', 'Lindon'],
    });
  });

  it('stop the run when there are hundreds of them', async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `${i},"open ${i}`);
    expect((await stopOf(file('hundreds.csv', `account,name\n${lines.join('\n')}\n`))).code).toBe(
      'SHEET_DAMAGED',
    );
  });

  it('a line of megabytes is no sheet', async () => {
    expect((await stopOf(file('long.csv', `account,name\n${'x'.repeat(3_000_000)}`))).code).toBe(
      'SHEET_DAMAGED',
    );
  });
});

it('reads several files in order', async () => {
  const { tables } = await readAll(
    file('one.csv', 'account,name\n1,x\n'),
    file('two.csv', 'account,city\n2,y\n'),
  );
  expect(tables.map(({ header, rows }) => [header, rows[0]?.cells])).toEqual([
    [
      ['account', 'name'],
      ['1', 'x'],
    ],
    [
      ['account', 'city'],
      ['2', 'y'],
    ],
  ]);
});

describe('the row that is most probably the header where no name is known', () => {
  const likely = (...lines: string[]) => likelyHeader(lines.map((line) => line.split(';')))?.index;

  it.each<[string, string[], number | undefined]>([
    ['the first above data', ['Kd;Firma;Ort', '1;Beta;Bonn'], 0],
    ['below a title', ['Kunden;Stand 2026;', 'Kd;Firma;Ort;Tel', '1;Beta;Bonn;1'], 1],
    ['with blank names', ['Kd;;Ort', '1;Beta;Bonn'], 0],
    ['none without a row below', ['Kd;Firma;Ort'], undefined],
    ['none of data alone', ['1;Beta;Bonn', '2;Gamma;Kiel'], undefined],
    ['none of one column', ['a letter', 'in lines'], undefined],
    ['none of names that stand there twice', ['Bonn;Bonn', '1;2'], undefined],
  ])('is %s', (_, lines, index) => expect(likely(...lines)).toBe(index));
});
