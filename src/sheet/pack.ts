import { keepable } from './cell-text.js';
import type { CellKind, PlainCells, Row, RowFault } from './table.js';

/** Rows in a form that goes from one thread to another for little: one text and a few arrays of numbers. */
export interface PackedRows {
  /** the cells that are not in the dictionary of their column, one behind the other */
  readonly text: string;
  /** of each cell: {@link CODED} and its code, or its length with {@link NEW} and {@link PLAIN} as they apply; 0 when blank */
  readonly marks: Int32Array<ArrayBuffer>;
  /** the number of each row */
  readonly numbers: Uint32Array<ArrayBuffer>;
  /** by cell, 1 more than its kind's index in {@link KINDS}; 0 for text. Null when all cells are text */
  readonly kinds: Uint8Array<ArrayBuffer> | null;
  /** the cells that have one, by cell; see `others` of {@link Row} */
  readonly others: readonly (readonly [cell: number, text: string])[];
  /** the rows that have one, by index */
  readonly faults: readonly (readonly [index: number, fault: RowFault])[];
}

/** The cell is an entry of its column's dictionary. */
const CODED = 1 << 30;
/** The cell becomes the next entry of its column's dictionary. */
const NEW = 1 << 29;
/** The cell is known to be plain; see {@link PlainCells}. */
const PLAIN = 1 << 28;
const LENGTH = PLAIN - 1;

const PACKED_ROWS = 256;

/** How many packed batches the receiving thread acknowledges at once: waking the other costs as much as checking ten rows. */
export const BATCHES_PER_REPLY = 4;

/** A column of more different cells than this has names, numbers or the like: remembering them would cost more than it saves. */
export const MAX_ENTRIES = 1024;

const KINDS = [
  'number',
  'shown',
  'obscured',
  'imprecise',
  'date',
  'boolean',
  'error',
  'damaged',
  'uncalculated',
  'merged',
] as const satisfies readonly CellKind[];

interface ColumnPacker {
  /** codes by text, while there are few; null once there are many */
  codes: Map<string, number> | null;
  /** the last coded cell and its mark: most cells of a sheet repeat the one above */
  last: string;
  lastMark: number;
  readonly isPlain: ((text: string) => boolean) | undefined;
}

/** Packs the rows of one table. What an {@link Unpacker} is given must be all it packed, in that order. */
export class Packer {
  readonly #columns: readonly ColumnPacker[];
  #texts: string[] = [];
  #marks: Int32Array<ArrayBuffer>;
  #numbers = new Uint32Array(PACKED_ROWS);
  #kinds: Uint8Array<ArrayBuffer> | null = null;
  #others: [number, string][] = [];
  #faults: [number, RowFault][] = [];
  #count = 0;

  /** @param isPlain of each column, what tells a plain cell; undefined where none is */
  constructor(isPlain: readonly (((text: string) => boolean) | undefined)[]) {
    this.#columns = isPlain.map((each) => ({ codes: new Map(), last: '', lastMark: 0, isPlain: each }));
    this.#marks = new Int32Array(PACKED_ROWS * isPlain.length);
  }

  /** Whether rows wait to be taken. */
  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Whether as many rows wait to be taken as fit. */
  get isFull(): boolean {
    return this.#count === PACKED_ROWS;
  }

  /**
   * Adds a row; not to be called when full.
   * @param tellPlain whether to look for plain cells, which takes the time that it saves the other thread
   */
  add(row: Row, tellPlain: boolean): void {
    const from = this.#count * this.#columns.length;
    const marks = this.#marks;
    const literals: string[] = [];
    for (let position = 0; position < this.#columns.length; position += 1) {
      const text = row.cells[position] as string;
      if (text === '') continue;
      const column = this.#columns[position] as ColumnPacker;
      if (text === column.last) {
        marks[from + position] = column.lastMark;
        continue;
      }
      const mark = markOf(column, text, tellPlain);
      marks[from + position] = mark;
      if (mark < CODED) literals.push(text);
    }
    this.#texts.push(literals.join(''));
    this.#numbers[this.#count] = row.number;
    if (row.kinds) this.#addKinds(row.kinds, from);
    for (const [position, other] of row.others?.entries() ?? [])
      if (other !== undefined) this.#others.push([from + position, other]);
    if (row.fault) this.#faults.push([this.#count, row.fault]);
    this.#count += 1;
  }

  #addKinds(kinds: NonNullable<Row['kinds']>, from: number): void {
    this.#kinds ??= new Uint8Array(this.#marks.length);
    for (let position = 0; position < kinds.length; position += 1) {
      const kind = kinds[position];
      if (kind !== undefined) this.#kinds[from + position] = KINDS.indexOf(kind) + 1;
    }
  }

  /** The rows that wait, packed; none wait then. */
  take(): PackedRows {
    const cells = this.#count * this.#columns.length;
    const packed: PackedRows = {
      text: this.#texts.join(''),
      marks: this.isFull ? this.#marks : this.#marks.slice(0, cells),
      numbers: this.isFull ? this.#numbers : this.#numbers.slice(0, this.#count),
      kinds: this.isFull || !this.#kinds ? this.#kinds : this.#kinds.slice(0, cells),
      others: this.#others,
      faults: this.#faults,
    };
    this.#texts = [];
    this.#marks = new Int32Array(PACKED_ROWS * this.#columns.length);
    this.#numbers = new Uint32Array(PACKED_ROWS);
    this.#kinds = null;
    this.#others = [];
    this.#faults = [];
    this.#count = 0;
    return packed;
  }
}

function markOf(column: ColumnPacker, text: string, tellPlain: boolean): number {
  const code = column.codes?.get(text);
  if (code !== undefined) {
    column.last = text;
    column.lastMark = CODED | code;
    return column.lastMark;
  }
  const plain = tellPlain && column.isPlain?.(text) === true ? PLAIN : 0;
  if (column.codes === null) return text.length | plain;
  if (column.codes.size === MAX_ENTRIES) {
    column.codes = null;
    return text.length | plain;
  }
  column.last = keepable(text);
  column.lastMark = CODED | column.codes.size;
  column.codes.set(column.last, column.codes.size);
  return text.length | NEW | plain;
}

/** The buffers that a message with the rows may move instead of copying them. */
export function buffersOf({ marks, numbers, kinds }: PackedRows): ArrayBuffer[] {
  return kinds ? [marks.buffer, numbers.buffer, kinds.buffer] : [marks.buffer, numbers.buffer];
}

/** Unpacks the rows of one table, given all that a {@link Packer} packed, in that order. */
export class Unpacker {
  readonly #dictionaries: readonly string[][];

  constructor(width: number) {
    this.#dictionaries = Array.from({ length: width }, () => []);
  }

  /** The rows that were packed. Equal cells of a column that has few different ones are one and the same text. */
  unpack({ text, marks, numbers, kinds, others, faults }: PackedRows): Row[] {
    const width = this.#dictionaries.length;
    const faultOf = new Map(faults);
    const otherOf = others.length === 0 ? null : new Map(others);
    const rows: Row[] = [];
    let at = 0;
    for (let index = 0; index < numbers.length; index += 1) {
      const from = index * width;
      const cells: string[] = [];
      for (let position = 0; position < width; position += 1) {
        const mark = marks[from + position] as number;
        if (mark === 0) {
          cells.push('');
        } else if (mark >= CODED) {
          cells.push(this.#dictionaries[position]?.[mark - CODED] as string);
        } else {
          const end = at + (mark & LENGTH);
          cells.push(mark & NEW ? this.#learn(position, text.slice(at, end)) : text.slice(at, end));
          at = end;
        }
      }
      const fault = faultOf.get(index);
      rows.push({
        number: numbers[index] as number,
        cells,
        plain: new MarkedCells(marks, from),
        ...(kinds ? kindsOf(kinds, from, width) : {}),
        ...(otherOf ? othersOf(otherOf, from, width) : {}),
        ...(fault ? { fault } : {}),
      });
    }
    return rows;
  }

  #learn(position: number, text: string): string {
    const kept = keepable(text);
    this.#dictionaries[position]?.push(kept);
    return kept;
  }
}

class MarkedCells implements PlainCells {
  readonly #marks: Int32Array;
  readonly #from: number;

  constructor(marks: Int32Array, from: number) {
    this.#marks = marks;
    this.#from = from;
  }

  at(position: number): boolean {
    const mark = this.#marks[this.#from + position] as number;
    return mark < CODED && (mark & PLAIN) !== 0;
  }
}

function kindsOf(kinds: Uint8Array<ArrayBuffer>, from: number, width: number): Pick<Row, 'kinds'> {
  let found: (CellKind | undefined)[] | undefined;
  for (let column = 0; column < width; column += 1) {
    const kind = kinds[from + column] as number;
    if (kind === 0) continue;
    found ??= [];
    found[column] = KINDS[kind - 1];
  }
  return found ? { kinds: found } : {};
}

function othersOf(otherOf: ReadonlyMap<number, string>, from: number, width: number): Pick<Row, 'others'> {
  let found: (string | undefined)[] | undefined;
  for (let column = 0; column < width; column += 1) {
    const other = otherOf.get(from + column);
    if (other === undefined) continue;
    found ??= [];
    found[column] = other;
  }
  return found ? { others: found } : {};
}
