import { describe, expect, it } from 'vitest';
import { packRows, unpackRows } from '../../src/sheet/pack.js';
import type { Row } from '../../src/sheet/table.js';

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
    expect(unpackRows(packRows(rows))).toStrictEqual(rows);
  });

  it('keep the kind of each cell where it was', () => {
    const rows: Row[] = [
      { number: 2, cells: ['1', 'x', '2026-01-02'], kinds: ['number', undefined, 'date'] },
      { number: 3, cells: ['', '', ''] },
      { number: 4, cells: ['', '', '#N/A'], kinds: [undefined, undefined, 'error'] },
    ];
    const [first, second, third] = unpackRows(packRows(rows));
    expect([first?.kinds?.[0], first?.kinds?.[1], first?.kinds?.[2]]).toEqual(['number', undefined, 'date']);
    expect(second?.kinds).toBeUndefined();
    expect(third?.kinds?.[2]).toBe('error');
  });
});
