import type { CellKind, Row, RowFault } from './table.js';

/** Rows in a form that goes from one thread to another for little: one text and a few arrays of numbers. */
export interface PackedRows {
  /** all cells, one behind the other */
  readonly text: string;
  /** the length of each cell */
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** the number of each row */
  readonly numbers: Uint32Array<ArrayBuffer>;
  /** by cell, 1 more than its kind's index in {@link KINDS}; 0 for text. Null when all cells are text */
  readonly kinds: Uint8Array<ArrayBuffer> | null;
  /** the rows that have one, by index */
  readonly faults: readonly (readonly [index: number, fault: RowFault])[];
}

/** How many batches the receiving thread acknowledges at once: waking the other costs as much as checking ten rows. */
export const BATCHES_A_REPLY = 4;

const KINDS = [
  'number',
  'imprecise',
  'date',
  'boolean',
  'error',
  'uncalculated',
  'merged',
] as const satisfies readonly CellKind[];

/** @param rows rows of one table: all have as many cells */
export function packRows(rows: readonly Row[]): PackedRows {
  const width = rows[0]?.cells.length ?? 0;
  const lengths = new Uint32Array(rows.length * width);
  const numbers = new Uint32Array(rows.length);
  const kinds = rows.some((row) => row.kinds !== undefined) ? new Uint8Array(rows.length * width) : null;
  const faults: [number, RowFault][] = [];
  let text = '';
  rows.forEach((row, index) => {
    text += row.cells.join('');
    numbers[index] = row.number;
    for (let column = 0; column < width; column += 1) {
      lengths[index * width + column] = row.cells[column]?.length ?? 0;
      const kind = row.kinds?.[column];
      if (kind !== undefined && kinds) kinds[index * width + column] = KINDS.indexOf(kind) + 1;
    }
    if (row.fault) faults.push([index, row.fault]);
  });
  return { text, lengths, numbers, kinds, faults };
}

/** The buffers that a message with the rows may move instead of copying them. */
export function buffersOf({ lengths, numbers, kinds }: PackedRows): ArrayBuffer[] {
  return kinds ? [lengths.buffer, numbers.buffer, kinds.buffer] : [lengths.buffer, numbers.buffer];
}

/** The rows that were packed. */
export function unpackRows(packed: PackedRows): Row[] {
  const { text, lengths, numbers, kinds } = packed;
  const faults = new Map(packed.faults);
  const width = lengths.length / numbers.length;
  const rows: Row[] = [];
  let at = 0;
  for (let index = 0; index < numbers.length; index += 1) {
    const cells: string[] = [];
    for (let cell = index * width; cell < (index + 1) * width; cell += 1) {
      const end = at + (lengths[cell] as number);
      cells.push(end === at ? '' : text.slice(at, end));
      at = end;
    }
    const fault = faults.get(index);
    rows.push({
      number: numbers[index] as number,
      cells,
      ...(kinds ? kindsOf(kinds, index * width, width) : {}),
      ...(fault ? { fault } : {}),
    });
  }
  return rows;
}

function kindsOf(kinds: Uint8Array, from: number, width: number): Pick<Row, 'kinds'> {
  let found: (CellKind | undefined)[] | undefined;
  for (let column = 0; column < width; column += 1) {
    const kind = kinds[from + column] as number;
    if (kind === 0) continue;
    found ??= [];
    found[column] = KINDS[kind - 1];
  }
  return found ? { kinds: found } : {};
}
