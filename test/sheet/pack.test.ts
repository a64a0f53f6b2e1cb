import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PackedRows, Packer, Unpacker } from '../../src/sheet/pack.js';
import type { CellKind, Row } from '../../src/sheet/table.js';

type PlainTest = ((text: string) => boolean) | undefined;

/** The rows in messages as they go to the other thread. */
function pack(rows: readonly Row[], tests: readonly PlainTest[], tellPlain = true): PackedRows[] {
  const packer = new Packer(tests);
  const packed: PackedRows[] = [];
  for (const row of rows) {
    packer.add(row, tellPlain);
    if (packer.isFull) packed.push(structuredClone(packer.take()));
  }
  if (!packer.isEmpty) packed.push(structuredClone(packer.take()));
  return packed;
}

function roundTrip(rows: readonly Row[], tests?: readonly PlainTest[], tellPlain = true): Row[] {
  const width = rows[0]?.cells.length ?? 0;
  const unpacker = new Unpacker(width);
  const packed = pack(rows, tests ?? Array.from({ length: width }, () => undefined), tellPlain);
  return packed.flatMap((each) => unpacker.unpack(each));
}

/** The rows as they went in: without what is known beforehand of their cells. */
function bare(rows: readonly Row[]): Row[] {
  return rows.map(({ plain, ...row }) => row);
}

describe('rows packed for another thread', () => {
  it.each<[string, Row[]]>([
    ['nothing', []],
    [
      'blank, accented and astral cells, and row numbers with gaps',
      [
        { number: 2, cells: ['', 'Müller', '😀'] },
        { number: 70_000, cells: ['a\u001fb\nc', '', ''] },
      ],
    ],
    [
      'faults',
      [
        { number: 2, cells: ['a'] },
        { number: 3, cells: ['b'], fault: { code: 'ROW_TOO_LONG', message: 'm', hint: 'h' } },
      ],
    ],
  ])('come out as they went in: %s', (_, rows) => {
    expect(bare(roundTrip(rows))).toStrictEqual(rows);
  });

  it('come out as they went in, however many and however often cells repeat', () => {
    const cell = fc.oneof(fc.constantFrom('', 'TRUE', 'US/Mountain'), fc.string({ unit: 'grapheme' }));
    const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 700 });
    fc.assert(
      fc.property(table, (cells) => {
        const rows = cells.map((each, index) => ({ number: index + 2, cells: each }));
        expect(bare(roundTrip(rows))).toStrictEqual(rows);
      }),
      { numRuns: 60 },
    );
  });

  it('repeat a text of few different ones by its code, and stop at a column of many', () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({
      number: index + 2,
      cells: ['US/Mountain', `name ${index}`, index % 2 ? 'TRUE' : 'FALSE'],
    }));
    const packed = pack(rows, [undefined, undefined, undefined]);
    const texts = packed.map(({ text }) => text).join('');
    expect(texts.match(/US\/Mountain|TRUE|FALSE/g)).toEqual(['US/Mountain', 'FALSE', 'TRUE']);
    expect(texts.match(/name \d+/g)).toHaveLength(5000);
    expect(bare(roundTrip(rows))).toStrictEqual(rows);
  });

  it('keep the number of what a cell shows where it was', () => {
    const rows: Row[] = [
      { number: 2, cells: ['ACC-01', 'x'], kinds: ['shown'], others: ['1'] },
      { number: 3, cells: ['a', 'b'] },
      { number: 4, cells: ['', '1200000'], kinds: [undefined, 'obscured'], others: [undefined, '1.20E+06'] },
    ];
    const others = roundTrip(rows).map((row) => [
      row.others?.[0],
      row.others?.[1],
      row.kinds?.[0],
      row.kinds?.[1],
    ]);
    expect(others).toEqual([
      ['1', undefined, 'shown', undefined],
      [undefined, undefined, undefined, undefined],
      [undefined, '1.20E+06', undefined, 'obscured'],
    ]);
  });

  it('keep the kind of each cell where it was', () => {
    const rows: Row[] = [
      { number: 2, cells: ['1', 'x', '2026-01-02'], kinds: ['number', undefined, 'date'] },
      { number: 3, cells: ['', '', ''] },
      { number: 4, cells: ['', '', '#N/A'], kinds: [undefined, undefined, 'error'] },
    ];
    const kinds = roundTrip(rows).map((row) => row.cells.map((_, i): CellKind | undefined => row.kinds?.[i]));
    expect(kinds).toEqual([
      ['number', undefined, 'date'],
      [undefined, undefined, undefined],
      [undefined, undefined, 'error'],
    ]);
  });

  it('tell which cells are plain, only if asked to', () => {
    const digits: PlainTest = (text) => /^\d+$/.test(text);
    const rows = ['801', '(801)', '', '802'].map((cell, i) => ({ number: i + 2, cells: [cell, cell] }));
    const plain = (found: Row[]) => found.map(({ plain }) => [plain?.at(0), plain?.at(1)]);
    expect(plain(roundTrip(rows, [digits, undefined]))).toEqual([
      [true, false],
      [false, false],
      [false, false],
      [true, false],
    ]);
    expect(plain(roundTrip(rows, [digits, undefined], false)).flat()).not.toContain(true);
  });
});
