import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { cellsOf, readAll, stopOf, workspace } from './reading.js';

const { file } = workspace();
const bytes = (text: string, encoding: string): Buffer => iconv.encode(text, encoding);
const messages = async (path: string): Promise<string[]> =>
  (await readAll(path)).notices.map(({ message }) => message);

describe('text of one byte a letter', () => {
  const names = [
    ...['Café Peña', 'José Núñez', 'Zoë Müller', 'François Lefèvre', 'Hôtel Élysée', 'ÉCOLE SAINT-BENOÎT'],
    ...['JOSÉ MUÑOZ', 'Björk Ångström', 'Àngel Ibáñez', 'Martín Garcés'],
  ];
  const text = `account,name\r\n${names.map((name, i) => `${i + 1},${name}`).join('\r\n')}\r\n`;

  it.each([
    ['windows-1252', 'Windows-1252'],
    ['macroman', 'Mac OS Roman'],
    ['cp850', 'code page 850'],
  ])('%s is told from the others', async (encoding, said) => {
    const path = file(`${encoding}.csv`, bytes(text, encoding));
    expect((await cellsOf(path)).map(([, name]) => name)).toEqual(names);
    expect(await messages(path)).toEqual([expect.stringContaining(said)]);
  });

  it.each([
    ['macroman', 'José'],
    ['macroman', 'Müller'],
    ['cp850', 'Renée'],
    ['cp850', 'Muñoz'],
    ['cp437', 'Björn'],
  ])('%s is known by one name, %s', async (encoding, name) => {
    const path = file('one.csv', bytes(`account,name\n1,${name}\n`, encoding));
    expect(await cellsOf(path)).toEqual([['1', name]]);
  });

  it.each([
    ...[
      'Acme™ © 2020',
      'O’Neil’s “Café”',
      'Dupré – fils',
      'L’Île-Perrot',
      'Nº 5, 50 €',
      'Œuvre de cœur',
      'ŠKODA Šimek',
    ],
    ...[
      '½ off',
      'Smith\u00a0Jones',
      'north–south',
      '24 °C',
      'ÀÉÎÕÜ',
      'Señor ¿Qué?',
      'Straße',
      'Ÿves',
      'm² µm',
      '£5 §3',
    ],
  ])('Windows-1252 stays what it is: %s', async (name) => {
    const path = file('windows.csv', bytes(`account,name\n1,"${name}"\n`, 'windows-1252'));
    expect(await cellsOf(path)).toEqual([['1', name]]);
  });
});

describe('a file in two encodings', () => {
  const lines = (from: number, to: number, name: string) =>
    Array.from(
      { length: to - from + 1 },
      (_, i) => `${from + i},${name} and a name that goes on for a while\r\n`,
    ).join('');
  const head = 'account,name\r\n';

  it.each<[string, Buffer, string]>([
    [
      'UTF-16 (BOM), then ASCII',
      Buffer.concat([
        iconv.encode(head + lines(2, 3, 'Zoë'), 'utf-16le', { addBOM: true }),
        bytes(lines(4, 6, 'Ann'), 'ascii'),
      ]),
      'changes at row 4 ("4,Ann and a name',
    ],
    [
      'UTF-16BE, then ASCII',
      Buffer.concat([bytes(head + lines(2, 3, 'Zoë'), 'utf-16be'), bytes(lines(4, 6, 'Ann'), 'ascii')]),
      'changes at row 4 ("4,Ann and a name',
    ],
    [
      'ASCII, then UTF-16 with its own mark',
      Buffer.concat([
        bytes(head + lines(2, 5, 'Ann'), 'ascii'),
        iconv.encode(lines(6, 7, 'Bob'), 'utf-16le', { addBOM: true }),
      ]),
      'changes at row 6 ("6,Bob and a name',
    ],
    [
      'UTF-8, then Windows-1252',
      Buffer.concat([bytes(head + lines(2, 4, 'Zoë'), 'utf-8'), bytes(lines(5, 9, 'José'), 'windows-1252')]),
      'changes at row 5 ("Jos\ufffd and a name',
    ],
    [
      'Windows-1252, then UTF-8, with a line break in a quoted cell before',
      Buffer.concat([
        bytes(`${head}2,"a\r\nb"\r\n${lines(3, 4, 'José')}`, 'windows-1252'),
        bytes(lines(5, 9, 'Zoë'), 'utf-8'),
      ]),
      'changes at row 5 ("Zoë and a name',
    ],
  ])('%s: the row is named', async (_, content, said) => {
    const stop = await stopOf(file('two.csv', content));
    expect(stop.code).toBe('SHEET_ENCODING_MIXED');
    expect(stop.message).toContain(said);
  });

  it('one wrong byte among many rows: its row and cell are named', async () => {
    const rows = Buffer.concat([
      bytes(head + lines(2, 40, 'Núñez'), 'utf-8'),
      bytes('41,Núñez\r\n', 'windows-1252'),
      bytes(lines(42, 90, 'Núñez'), 'utf-8'),
    ]);
    const stop = await stopOf(file('byte.csv', rows));
    expect(stop.message).toContain('is UTF-8, but for some letters, the first in row 41: "N\ufffd\ufffdez"');
  });

  it('UTF-16 of other scripts is no ASCII', async () => {
    const name = '中文名字很长的公司'.repeat(8);
    expect(
      await cellsOf(file('cjk.csv', iconv.encode(`account,name\n1,${name}\n`, 'utf-16le', { addBOM: true }))),
    ).toEqual([['1', name]]);
  });
});

describe('the end of a file', () => {
  const text = 'account,name,city\r\n1,x,Lindon\r\n2,y,Provo\r\n';

  it.each([
    ['\x1a', '0x1A'],
    ['\x1a\r\n', '0x1A and a line end'],
    ['\0'.repeat(700), 'zero bytes'],
    ['\0'.repeat(200_000), 'many zero bytes'],
    [`\x1a${'\0'.repeat(127)}`, 'a CP/M block'],
  ])('is before end marks behind the last line (%#: %s)', async (mark) => {
    const path = file('marks.csv', text + mark);
    const { tables, notices } = await readAll(path);
    expect(tables[0]?.rows).toEqual([
      { number: 2, cells: ['1', 'x', 'Lindon'] },
      { number: 3, cells: ['2', 'y', 'Provo'] },
    ]);
    expect(notices).toEqual([]);
  });

  it('is also before the marks right behind the last cell, and in UTF-16', async () => {
    expect(await cellsOf(file('cell.csv', `${text.trimEnd()}\x1a`))).toEqual([
      ['1', 'x', 'Lindon'],
      ['2', 'y', 'Provo'],
    ]);
    expect(await cellsOf(file('wide.csv', bytes(`${text}\x1a`, 'utf-16le')))).toHaveLength(2);
  });

  it('leaves an end mark within a cell where it is', async () => {
    expect(await cellsOf(file('within.csv', 'account,name\n1,a\x1ab\n2,y\n'))).toEqual([
      ['1', 'a\x1ab'],
      ['2', 'y'],
    ]);
  });

  it.each([
    ['in a row', `${text}3,z`],
    ['in a row, before zero bytes', `${text}3,z${'\0'.repeat(300)}`],
    ['in a quoted cell', `${text}3,"z`],
    ['in a letter', Buffer.concat([Buffer.from(`${text}3,Zoë and Zo`), Buffer.from([0xc3])])],
  ])('%s is told as cut off', async (_, content) => {
    const { notices } = await readAll(file('cut.csv', content));
    expect(notices.map(({ code, row }) => [code, row])).toEqual([['MAY_BE_CUT_OFF', 4]]);
  });

  it.each([
    ['no line end and a whole row', `${text}3,z,Orem`],
    ['a short last row with its line end', `${text}3,z\r\n`],
    ['rows that leave out blank cells at their ends', 'account,name,city\n1,x\n2,y,Provo\n3,z'],
    ['a line end alone', `${text}\r\n`],
  ])('%s is whole', async (_, content) => {
    expect((await readAll(file('whole.csv', content))).notices).toEqual([]);
  });
});
