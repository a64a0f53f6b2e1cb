import { keepable } from './cell-text.js';
import { type RawRow, type RawSheet, type ReadOptions, usedWidth } from './raw.js';
import type { NoticeCode, Row, RowFault } from './table.js';
import { columnLetters } from './xlsx/values.js';

/** The header of a table, as the rows below it are fitted to it. */
export interface FoundHeader {
  /** the cells from the first to the last that is not blank */
  readonly cells: readonly string[];
  readonly row: number;
  /** how many cells its row has, blank ones at the end too */
  readonly width: number;
}

/** From so many columns without a header on they are left out: a stray cell in the last column makes thousands of them. */
const MAX_BLANK_HEADERS = 64;

/** How many different first cells are remembered as not being those of a header. */
const MAX_FIRST_CELLS = 1024;

const ZERO = 0x30;
const NINE = 0x39;

/**
 * The positions of a header that its table has: all, unless a great many have no name.
 * @returns null when there is nothing to leave out
 */
export function namedPositions(header: readonly string[]): readonly number[] | null {
  const named = [...header.keys()].filter((position) => header[position] !== '');
  return header.length - named.length > MAX_BLANK_HEADERS ? named : null;
}

/** Fits the rows below a header to it, and notices what is odd about them. */
export class DataRows {
  readonly #raw: RawSheet;
  readonly #options: ReadOptions;
  readonly #header: FoundHeader;
  readonly #named: readonly number[] | null;
  /** more cells than this are too many, though the last be blank */
  #maxCells: number;

  /** the columns without a header */
  readonly #nameless: readonly number[];
  #namelessCells = 0;
  #namelessFirst = '';
  #beyond = 0;
  #beyondFirst = 0;

  /** the columns that a merged header covers, but for its first */
  readonly #covered: readonly { readonly position: number; readonly from: number; readonly to: number }[];

  #ordinaryFirst = '';
  readonly #ordinaryFirsts = new Set<string>();
  #repeats = 0;
  #repeatFirst = 0;
  #otherHeader: RowFault | undefined;
  #otherHeaderRows = 0;

  /** the fewest cells of a row but for the last one */
  #minCells: number;
  #lastCells: number;
  #lastRow = 0;
  #lastFault: RowFault | undefined;

  /** @param sample the rows below the header that were read to find it: they tell how many cells are usual */
  constructor(
    raw: RawSheet,
    header: FoundHeader,
    named: readonly number[] | null,
    sample: readonly RawRow[],
    options: ReadOptions,
  ) {
    this.#raw = raw;
    this.#options = options;
    this.#header = header;
    this.#named = named;
    this.#maxCells =
      raw.cellsBeyondHeader === 'fault'
        ? Math.max(header.width, usualCells(sample))
        : Number.POSITIVE_INFINITY;
    this.#minCells = header.width;
    this.#lastCells = header.width;
    const covered = new Map<number, { position: number; from: number; to: number }>();
    for (const { from, to } of raw.mergedIn?.(header.row) ?? [])
      if ((header.cells[from] ?? '') !== '')
        for (let position = from + 1; position <= to; position += 1)
          if ((header.cells[position] ?? '') === '') covered.set(position, { position, from, to });
    this.#covered = [...covered.values()];
    this.#nameless = [...header.cells.keys()].filter(
      (position) => header.cells[position] === '' && !covered.has(position),
    );
  }

  /** The rows that are data, each with as many cells as the table has columns. */
  fit(rows: readonly RawRow[]): Row[] {
    const fitted: Row[] = [];
    for (const row of rows) {
      const data = this.#fitRow(row);
      if (data) fitted.push(data);
    }
    return fitted;
  }

  /** Tells what shows only when all rows are known. */
  end(): void {
    if (this.#repeats > 0) {
      const more = this.#repeats > 1 ? `, and ${count(this.#repeats - 1, 'further row')} as well` : '';
      this.#tell(
        'HEADER_REPEATED',
        this.#repeatFirst,
        `Row ${this.#repeatFirst} repeats the header${more}; it is no data and is left out.`,
        'Nothing is to be done if the sheet was put together from several.',
      );
    }
    if (this.#namelessCells > 0) {
      const back = this.#named ? 'they are left out.' : 'they are not used.';
      this.#tell(
        'CELLS_WITHOUT_HEADER',
        this.#header.row,
        `${count(this.#namelessCells, 'cell')} below a blank header, the first in ${this.#namelessFirst}; ${back}`,
        'Give their column a header if they matter.',
      );
    }
    if (this.#beyond > 0)
      this.#tell(
        'CELLS_BEYOND_HEADER',
        this.#beyondFirst,
        `There are cells to the right of the last header in ${count(this.#beyond, 'row')}, first in row ${this.#beyondFirst}; they are left out.`,
        'Give their column a header if they matter.',
      );
    this.#tellIfCutOff();
  }

  #tellIfCutOff(): void {
    if (this.#lastRow === 0 || this.#raw.endsWithinLine?.() !== true) return;
    const short = this.#lastCells < this.#minCells;
    if (!short && this.#lastFault?.code !== 'QUOTE_NOT_CLOSED') return;
    const what = short
      ? `has ${count(this.#lastCells, 'cell')}, all other rows at least ${this.#minCells}`
      : 'has a quote that is not closed';
    this.#tell(
      'MAY_BE_CUT_OFF',
      this.#lastRow,
      `The file may be cut off: its last row, ${this.#lastRow}, ends without a line end and ${what}.`,
      'Compare the end of the file with where it came from, and copy it again if it is not whole.',
    );
  }

  #fitRow(row: RawRow): Row | undefined {
    const { cells } = row;
    const used = usedWidth(cells);
    if (used === 0) return undefined;
    if (this.#lastCells < this.#minCells) this.#minCells = this.#lastCells;
    this.#lastCells = cells.length;
    this.#lastRow = row.number;
    this.#lastFault = row.fault;
    if (this.#mayBeHeader(cells) && this.#isHeader(cells, used, row.number)) return undefined;

    let fault = row.fault ?? (cells.length > this.#maxCells ? this.#tooLong(cells.length, used) : undefined);
    if (this.#nameless.length > 0) this.#countNameless(cells, used, row.number);
    if (this.#covered.length > 0) fault ??= this.#coveredFault(cells);
    if (this.#otherHeader) {
      fault = this.#otherHeader;
      this.#otherHeaderRows += 1;
    }

    const width = this.#header.cells.length;
    while (cells.length < width) cells.push('');
    if (cells.length > width) {
      cells.length = width;
      if (row.kinds && row.kinds.length > width) row.kinds.length = width;
      if (row.others && row.others.length > width) row.others.length = width;
      if (used > width && !fault) {
        if (this.#raw.cellsBeyondHeader === 'fault') fault = this.#tooLong(used, used);
        else {
          if (this.#beyond === 0) this.#beyondFirst = row.number;
          this.#beyond += 1;
          // a row with nothing but such a cell is blank
          if (usedWidth(cells) === 0) return undefined;
        }
      }
    }
    const fitted = fault === row.fault ? row : { ...row, fault: fault as RowFault };
    return this.#named ? pick(fitted, this.#named) : fitted;
  }

  /** Whether the first cell of a row may be that of a header: nearly all rows are done with here. */
  #mayBeHeader(cells: readonly string[]): boolean {
    let at = 0;
    while (cells[at] === '') at += 1;
    const first = cells[at] as string;
    if (first === this.#ordinaryFirst) return false;
    const last = first.charCodeAt(first.length - 1);
    if ((last >= ZERO && last <= NINE) || this.#ordinaryFirsts.has(first)) return false;
    if (this.#options.isKnownHeader(first)) return true;
    this.#ordinaryFirst = keepable(first);
    if (this.#ordinaryFirsts.size < MAX_FIRST_CELLS) this.#ordinaryFirsts.add(this.#ordinaryFirst);
    return false;
  }

  /** Whether the row is a header, the same again or another, and what follows from it. */
  #isHeader(cells: readonly string[], used: number, number: number): boolean {
    const header = this.#header.cells;
    if (used === header.length && header.every((name, i) => isSameName(name, cells[i] as string))) {
      if (this.#repeats === 0) this.#repeatFirst = number;
      this.#repeats += 1;
      this.#otherHeader = undefined;
      return true;
    }
    const names = cells.filter((cell) => cell !== '');
    const known = names.filter((name) => this.#options.isKnownHeader(name)).length;
    if (known < 2 || known * 2 <= names.length) return false;
    this.#otherHeader = {
      code: 'ANOTHER_HEADER',
      row: number,
      unread: true,
      message: `Row ${number} is another header, with other columns than row ${this.#header.row}; the rows below it are not read`,
      hint: 'Put each table into a file or worksheet of its own, or bring the columns into one order.',
    };
    return true;
  }

  #countNameless(cells: readonly string[], used: number, number: number): void {
    for (const position of this.#nameless) {
      if (position >= used) return;
      if (cells[position] === '') continue;
      if (this.#namelessCells === 0)
        this.#namelessFirst = `row ${number}, column ${columnLetters(position + 1)}`;
      this.#namelessCells += 1;
    }
  }

  #coveredFault(cells: readonly string[]): RowFault | undefined {
    for (const { position, from, to } of this.#covered)
      if ((cells[position] ?? '') !== '') {
        const columns = `${columnLetters(from + 1)} to ${columnLetters(to + 1)}`;
        return {
          code: 'MERGED_HEADER',
          row: this.#header.row,
          message: `The header "${this.#header.cells[from]}" is merged over the columns ${columns}, and there are cells below more than the first`,
          hint: 'Unmerge the header and name each column.',
        };
      }
    return undefined;
  }

  #tooLong(cells: number, used: number): RowFault {
    const { cells: header } = this.#header;
    const hint =
      'Put quotes around a cell that contains the delimiter, or remove what is beyond the last column.';
    if (cells === used || used > header.length)
      return {
        code: 'ROW_TOO_LONG',
        message: `The row has ${used} cells, the header only ${header.length}.`,
        hint,
      };
    const others = this.#maxCells === this.#header.width ? 'the header' : 'the other rows';
    return {
      code: 'ROW_TOO_LONG',
      message: `The row has ${cells} cells (the last blank), ${others} only ${this.#maxCells}: its cells may stand in wrong columns.`,
      hint,
    };
  }

  #tell(code: NoticeCode, row: number, message: string, hint: string): void {
    const { file, sheet } = this.#raw;
    this.#options.onNotice({ file, sheet, row, code, message, hint });
  }
}

/** The number of cells that most of the rows have; of two as frequent the smaller. 0 without rows. */
function usualCells(rows: readonly RawRow[]): number {
  const rowsOf = new Map<number, number>();
  for (const { cells } of rows)
    if (usedWidth(cells) > 0) rowsOf.set(cells.length, (rowsOf.get(cells.length) ?? 0) + 1);
  let usual = 0;
  for (const [cells, n] of rowsOf) {
    const most = rowsOf.get(usual) ?? 0;
    if (n > most || (n === most && cells < usual)) usual = cells;
  }
  return usual;
}

function isSameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}

function pick(row: Row, positions: readonly number[]): Row {
  const { kinds, others } = row;
  return {
    ...row,
    cells: positions.map((position) => row.cells[position] as string),
    ...(kinds ? { kinds: positions.map((position) => kinds[position]) } : {}),
    ...(others ? { others: positions.map((position) => others[position]) } : {}),
  };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
