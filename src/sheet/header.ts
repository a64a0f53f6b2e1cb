import { StopError } from '../errors.js';
import type { CellKind, Notice, Row, RowFault, Table } from './table.js';

/** What the reader of a sheet has to be told. */
export interface ReadOptions {
  /** whether a header cell names a column that this program knows (sheet/ itself knows nothing of telephony) */
  isKnownHeader(name: string): boolean;
  /** called for everything about a file or worksheet that is worth a warning, as it is found */
  onNotice(notice: Notice): void;
}

/** A row as a file has it: trimmed cells, as many as there are. */
export interface RawRow {
  readonly number: number;
  readonly cells: string[];
  readonly kinds?: (CellKind | undefined)[];
  readonly fault?: RowFault;
}

/** How many rows that are not blank may stand above the header. */
export const HEADER_SEARCH_ROWS = 20;

const HEADER_HINT =
  'The first row must name the columns, for example: product, accountNumber, accountName, timeZone. `alianza-import template` writes a sheet to start from.';

/** The index after the last cell that is not blank; 0 for a blank row. */
export function usedWidth(cells: readonly string[]): number {
  let width = cells.length;
  while (width > 0 && cells[width - 1] === '') width -= 1;
  return width;
}

/**
 * Finds the header among the first rows of a sheet: the row with the most known names (the first of these), at least
 * two, or one when that is the row's only cell.
 * @param rows rows in order; blank ones may be among them
 * @returns its index in `rows` and how many known names it has; undefined when there is none
 */
export function findHeader(
  rows: readonly (readonly string[])[],
  isKnownHeader: (name: string) => boolean,
): { index: number; known: number } | undefined {
  let best: { index: number; known: number } | undefined;
  for (const [index, cells] of rows.entries()) {
    const names = cells.filter((cell) => cell !== '');
    const known = new Set(names.filter((name) => isKnownHeader(name))).size;
    if (known > (best?.known ?? 0) && (known >= 2 || names.length === 1)) best = { index, known };
  }
  return best;
}

/** The error for a file in which no sheet has a header. */
export function noHeader(title: string): StopError {
  return new StopError(
    'SHEET_NO_HEADER',
    `${title} has no header row: none of its first ${HEADER_SEARCH_ROWS} rows names the columns.`,
    HEADER_HINT,
  );
}

/** Where the rows of a table come from, and what is known of them before the first is read. */
export interface RawSheet {
  readonly file: string;
  readonly sheet: string | null;
  readonly rows: AsyncIterator<readonly RawRow[]>;
  /** what a cell right of the last header means: in CSV that the columns have shifted; in a worksheet only a stray note */
  readonly cellsBeyondHeader: 'fault' | 'notice';
}

/**
 * Reads a sheet up to its header and makes a table of it.
 * @returns undefined when it has no header
 */
export async function toTable(raw: RawSheet, options: ReadOptions): Promise<Table | undefined> {
  const head: RawRow[] = [];
  let seen = 0;
  while (seen < HEADER_SEARCH_ROWS) {
    const next = await raw.rows.next();
    if (next.done) break;
    for (const row of next.value) {
      head.push(row);
      if (usedWidth(row.cells) > 0) seen += 1;
    }
  }
  const candidates: RawRow[] = [];
  for (const row of head) {
    if (candidates.length === HEADER_SEARCH_ROWS) break;
    if (usedWidth(row.cells) > 0) candidates.push(row);
  }
  const found = findHeader(
    candidates.map((row) => row.cells),
    options.isKnownHeader,
  );
  const headerRow = found && candidates[found.index];
  if (!found || !headerRow) return undefined;

  const header = headerRow.cells.slice(0, usedWidth(headerRow.cells));
  const about = { file: raw.file, sheet: raw.sheet };
  if (found.index > 0)
    options.onNotice({
      ...about,
      row: headerRow.number,
      code: 'LINES_ABOVE_HEADER',
      message: `The header is row ${headerRow.number}; ${found.index === 1 ? 'the row' : `${found.index} rows`} above it ${found.index === 1 ? 'is' : 'are'} left out.`,
      hint: 'If this is not the header, remove what stands above it.',
    });
  for (const name of new Set(header.filter((name, i) => name !== '' && header.indexOf(name) !== i)))
    options.onNotice({
      ...about,
      row: headerRow.number,
      code: 'DUPLICATE_HEADER',
      message: `Several columns are named "${name}".`,
      hint: 'Rename or remove all but one of them.',
    });
  const rest = head.slice(head.indexOf(headerRow) + 1);
  return { ...about, header, headerRow: headerRow.number, rows: dataRows(raw, header.length, rest, options) };
}

async function* dataRows(
  raw: RawSheet,
  width: number,
  head: readonly RawRow[],
  options: ReadOptions,
): AsyncGenerator<readonly Row[]> {
  let toldOfCellsBeyond = false;
  const fitRow = (row: RawRow): Row | undefined => {
    const { cells } = row;
    const used = usedWidth(cells);
    if (used === 0) return undefined;
    while (cells.length < width) cells.push('');
    if (cells.length === width) return row;
    cells.length = width;
    if (row.kinds && row.kinds.length > width) row.kinds.length = width;
    if (used <= width || row.fault) return row;
    if (raw.cellsBeyondHeader === 'fault') return { ...row, fault: tooLong(used, width) };
    if (!toldOfCellsBeyond) {
      toldOfCellsBeyond = true;
      options.onNotice({
        file: raw.file,
        sheet: raw.sheet,
        row: row.number,
        code: 'CELLS_BEYOND_HEADER',
        message: `There are cells to the right of the last header, first in row ${row.number}; they are left out.`,
        hint: 'Give their column a header if they matter.',
      });
    }
    // a row with nothing but such a cell is blank
    return usedWidth(cells) === 0 ? undefined : row;
  };
  const fitAll = (rows: readonly RawRow[]): Row[] => {
    const fitted: Row[] = [];
    for (const row of rows) {
      const data = fitRow(row);
      if (data) fitted.push(data);
    }
    return fitted;
  };

  try {
    const first = fitAll(head);
    if (first.length > 0) yield first;
    for (;;) {
      const next = await raw.rows.next();
      if (next.done) return;
      const batch = fitAll(next.value);
      if (batch.length > 0) yield batch;
    }
  } finally {
    await raw.rows.return?.();
  }
}

function tooLong(used: number, width: number): RowFault {
  return {
    code: 'ROW_TOO_LONG',
    message: `The row has ${used} cells, the header only ${width}.`,
    hint: 'Put quotes around a cell that contains the delimiter, or remove what is beyond the last column.',
  };
}
