import type { CellKind, Notice, RowFault } from './table.js';

/** What the reader of a sheet has to be told. */
export interface ReadOptions {
  /** whether a header cell names a column that this program knows (sheet/ itself knows nothing of telephony) */
  isKnownHeader(name: string): boolean;
  /** where no row names a known column: whether the row that is most probably the header is taken for it */
  readonly guessesHeader?: boolean;
  /** where a worksheet comes in the order of reading, those of one turn in the workbook's order; null: it is not read */
  turnOf?(worksheet: string): number | null;
  /**
   * sees every row that is read, those that are no data too, before the table has it; what it keeps must be a copy, for
   * the table changes the cells. Not called for hidden worksheets that are not read
   */
  onRawRows?(rows: readonly RawRow[], sheet: string | null): Promise<void> | void;
  /** called for everything about a file or worksheet that is worth a warning, as it is found */
  onNotice(notice: Notice): void;
}

/** A row as a file has it: trimmed cells, as many as there are. */
export interface RawRow {
  readonly number: number;
  readonly cells: string[];
  readonly kinds?: (CellKind | undefined)[];
  readonly others?: (string | undefined)[];
  readonly fault?: RowFault;
}

/** Columns, from 0, both ends included. */
export interface ColumnRange {
  readonly from: number;
  readonly to: number;
}

/** Where the rows of a table come from, and what is known of them before the first is read. */
export interface RawSheet {
  readonly file: string;
  readonly sheet: string | null;
  /** whether it is one of several worksheets that are meant to be seen */
  readonly amongOthers: boolean;
  readonly rows: AsyncIterator<readonly RawRow[]>;
  /** what a cell right of the last header means: in CSV that the columns have shifted; in a worksheet only a stray note */
  readonly cellsBeyondHeader: 'fault' | 'notice';
  /** the ranges of several columns in a row that are merged into one cell; absent where there are none */
  mergedIn?(row: number): readonly ColumnRange[];
  /** to be asked when all rows are read: whether the file ends without a line end */
  endsWithinLine?(): boolean;
}

/** The index after the last cell that is not blank; 0 for a blank row. */
export function usedWidth(cells: readonly string[]): number {
  let width = cells.length;
  while (width > 0 && cells[width - 1] === '') width -= 1;
  return width;
}
