import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textRow, workbook } from '../fixtures/workbook.js';
import { cellsOf, readAll, workspace } from './reading.js';

const { file } = workspace();
const read = async (name: string, content: string | Buffer) => {
  const { tables, notices } = await readAll(file(name, content));
  return {
    rows: tables[0]?.rows ?? [],
    header: tables[0]?.header,
    told: notices.map(({ code, row }) => [code, row]),
    messages: notices.map(({ message }) => message),
  };
};
const faults = (rows: readonly { number: number; fault?: { code: string; row?: number } }[]) =>
  rows.flatMap(({ number, fault }) => (fault ? [[number, fault.code, fault.row]] : []));

describe('quotes behind blanks', () => {
  it('enclose their cells, delimiters and line breaks in them too', async () => {
    const { rows, header, told } = await read(
      'loose.csv',
      '"account", "name",\t"note"\n1, "Smith, Inc" , "say ""hi"", or\nelse"\n "2" ,"b","a, ""x"" b"\n3,  "", plain\n',
    );
    expect(header).toEqual(['account', 'name', 'note']);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['1', 'Smith, Inc', 'say "hi", or\nelse'],
      ['2', 'b', 'a, "x" b'],
      ['3', '', 'plain'],
    ]);
    expect(told).toEqual([]);
  });

  it.each([';', '\t', '|'])('also with the delimiter %j', async (delimiter) => {
    const lines = [
      ['account', 'name'],
      ['1', ` "a${delimiter}b"`],
    ].map((cells) => cells.join(delimiter));
    expect(await cellsOf(file('other.csv', lines.join('\n')))).toEqual([['1', `a${delimiter}b`]]);
  });

  it('that do not enclose the cell stay in it, which is said once', async () => {
    const { rows, told } = await read('kept.csv', 'account,name\n1,x\n2, "Nora" Quill\n3, "Bo" Ek\n');
    expect(rows.map(({ cells }) => cells[1])).toEqual(['x', '"Nora" Quill', '"Bo" Ek']);
    expect(told).toEqual([['QUOTES_KEPT', 3]]);
  });

  it('within a text are a part of it, and no fault', async () => {
    const { rows, told } = await read('inch.csv', 'account,name,note\n1,19" rack,a "b" c\n');
    expect(rows[0]?.cells).toEqual(['1', '19" rack', 'a "b" c']);
    expect(told).toEqual([]);
  });

  it('are read the same wherever the file is cut into pieces', async () => {
    const lines = Array.from(
      { length: 9_000 },
      (_, i) => `${i},${' '.repeat(i % 4)}"${'x'.repeat(i % 11)}, ""${i}"" y"`,
    );
    const cells = await cellsOf(file('pieces.csv', `account,name\n${lines.join('\n')}\n`));
    expect(cells.map(([, name]) => name)).toEqual(lines.map((_, i) => `${'x'.repeat(i % 11)}, "${i}" y`));
  });

  it('change nothing in a file that has none before its quotes', async () => {
    const cell = fc.string({ unit: fc.constantFrom(...'ab ",\n\t'), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }), async (rows) => {
        const quoted = rows.map((row) =>
          ['k', ...row].map((text) => `"${text.replaceAll('"', '""')}"`).join(','),
        );
        const got = await cellsOf(file('strict.csv', `account,name,note\n${quoted.join('\n')}\n`));
        expect(got).toEqual(rows.map((row) => ['k', ...row.map((text) => text.trim())]));
      }),
      { numRuns: 100 },
    );
  });
});

describe('a header among the rows', () => {
  it('that is the same is left out, and told once with its row', async () => {
    const { rows, told, messages } = await read(
      'again.csv',
      'account,name,city\n1,x,Lindon\n\nAccount,NAME,city\n2,y,Provo\naccount,name,city\n3,z,Orem\n',
    );
    expect(rows.map(({ number, cells }) => [number, cells[0]])).toEqual([
      [2, '1'],
      [5, '2'],
      [7, '3'],
    ]);
    expect(told).toEqual([['HEADER_REPEATED', 4]]);
    expect(messages[0]).toContain('Row 4 repeats the header, and 1 further row as well');
    expect(faults(rows)).toEqual([]);
  });

  it.each([
    ['in another order', 'name,account,city'],
    ['with other columns', 'name,account,city,zip,phone,note'],
    ['in other words', 'Account,Phone,,'],
  ])('%s keeps what follows from being read', async (_, second) => {
    const { rows, told } = await read(
      'second.csv',
      `account,name,city\n1,x,Lindon 5\n\n${second}\nBo,2,Provo\nEk,3,Orem\n`,
    );
    expect(faults(rows)).toEqual([
      [5, 'ANOTHER_HEADER', 4],
      [6, 'ANOTHER_HEADER', 4],
    ]);
    expect(rows).toHaveLength(3);
    expect(told).toEqual([]);
  });

  it('ends with the first header come again', async () => {
    const { rows } = await read('back.csv', 'account,name\n1,x\nname,account\ny,2\naccount,name\n3,z\n');
    expect(faults(rows)).toEqual([[4, 'ANOTHER_HEADER', 3]]);
    expect(rows.at(-1)?.cells).toEqual(['3', 'z']);
  });

  it('is none when only a cell or two are called like a column', async () => {
    const { rows, told } = await read(
      'data.csv',
      'name,account,city,note\nPhone,1,City,x\nName,2,Provo,account\nnote,3,x,y\n',
    );
    expect(faults(rows)).toEqual([]);
    expect(rows.map(({ number }) => number)).toEqual([2, 3, 4]);
    expect(told).toEqual([]);
  });

  it('does not make a longer table below the only one that is read', async () => {
    const { rows, told } = await read(
      'longer.csv',
      'account,name,city\n1,x,Lindon\n2,y,Provo\n\naccount,name,city,zip,phone\n3,z,Orem,84042,8015551212\n',
    );
    expect(rows.map(({ cells }) => cells[0])).toEqual(['1', '2', '3']);
    expect(faults(rows)).toEqual([[6, 'ANOTHER_HEADER', 5]]);
    expect(told).toEqual([]);
  });
});

describe('cells without a header', () => {
  it('are told with their first place and their number', async () => {
    const { told, messages } = await read('blank.csv', 'account,,name,\n1,,x,\n2,APT,y,\n3,12,z,\n');
    expect(told).toEqual([['CELLS_WITHOUT_HEADER', 1]]);
    expect(messages[0]).toContain('2 cells below a blank header, the first in row 3, column B');
  });

  it('are not told of where there are none', async () => {
    expect((await read('none.csv', 'account,,name,\n1,,x,\n2,,y,\n')).told).toEqual([]);
  });

  it('right of the header of a worksheet are told with the number of rows', async () => {
    const rows = [
      textRow(1, ['account', 'name']),
      textRow(2, ['1', 'x', 'stray']),
      textRow(3, ['2', 'y', 'stray']),
    ];
    const { told, messages } = await read('beyond.xlsx', workbook({ sheets: [{ rows: rows.join('') }] }));
    expect(told).toEqual([['CELLS_BEYOND_HEADER', 2]]);
    expect(messages[0]).toContain('in 2 rows, first in row 2');
  });

  it('are a fault under a header that is merged over them', async () => {
    const rows = [
      textRow(1, ['account', 'name', null, 'city']),
      textRow(2, ['1', 'Nora', 'Quill', 'Provo']),
      textRow(3, ['2', 'Bo', null, 'Orem']),
    ].join('');
    const after = '<mergeCells><mergeCell ref="B1:C1"/></mergeCells>';
    const merged = await read('merged.xlsx', workbook({ sheets: [{ rows, after }] }));
    expect(faults(merged.rows)).toEqual([[2, 'MERGED_HEADER', 1]]);
    expect(merged.rows[0]?.fault?.message).toBe(
      'The header "name" is merged over the columns B to C, and there are cells below more than the first',
    );
    expect(merged.told).toEqual([]);
  });
});

describe('rows with more cells than the others', () => {
  it('have their cells shifted, though the last be blank', async () => {
    const { rows } = await read(
      'shift.csv',
      'account,name,city,\n1,x,Provo,\n2,Smith, Inc,Provo,\n3,z,Orem,\n',
    );
    expect(faults(rows)).toEqual([[3, 'ROW_TOO_LONG', undefined]]);
    const last = await read('shift2.csv', 'account,name,note\n1,x,\n2,Smith, Inc,\n3,z,\n');
    expect(faults(last.rows)).toEqual([[3, 'ROW_TOO_LONG', undefined]]);
    expect(last.rows[1]?.fault?.message).toContain('has 4 cells (the last blank), the header only 3');
  });

  it.each([
    ['every row', 'account,name\n1,x,\n2,y,\n3,z,\n'],
    ['the header too', 'account,name,,\n1,x,,\n2,y,,\n'],
    ['the only row', 'account,name\n1,x,\n'],
    ['the header alone', 'account,name,\n1,x\n2,y\n'],
  ])('are none when a delimiter ends %s', async (_, text) => {
    expect(faults((await read('trailing.csv', text)).rows)).toEqual([]);
  });
});

describe('a stray cell in the last column', () => {
  const stray = (number: number, text: string) => `<c r="XFD${number}" t="str"><v>${text}</v></c></row>`;
  const rows = [
    textRow(1, ['account', 'name']).replace('</row>', stray(1, 'x')),
    textRow(2, ['1', 'a']),
    textRow(3, ['2', 'b', 'lost']).replace('</row>', stray(3, 'y')),
  ].join('');

  it('is a column, and the thousands without a name before it are none', async () => {
    const { header, rows: read_, told } = await read('far.xlsx', workbook({ sheets: [{ rows }] }));
    expect(header).toEqual(['account', 'name', 'x']);
    expect(read_).toEqual([
      { number: 2, cells: ['1', 'a', ''] },
      { number: 3, cells: ['2', 'b', 'y'] },
    ]);
    expect(told).toEqual([['CELLS_WITHOUT_HEADER', 1]]);
  });
});
