/** What a cell was in the workbook, when it was not plain text. Absent means text (every CSV cell is text). */
export type CellKind =
  /** a number; the text is its plain decimal form, never scientific notation */
  | 'number'
  /** a number with more digits than a spreadsheet keeps (over 15): digits are lost */
  | 'imprecise'
  /** a date or time; the text is ISO `YYYY-MM-DD` (with `THH:MM:SS` when it has a time), `HH:MM:SS` for a time of day alone */
  | 'date'
  /** TRUE or FALSE */
  | 'boolean'
  /** an error value such as #N/A; the text is that */
  | 'error'
  /** a formula that was never calculated; the text is the formula with its `=` */
  | 'uncalculated'
  /** the value of a merged range, repeated in each of its cells below the first */
  | 'merged';

/** One row of a sheet as the user typed it. */
export interface Row {
  /** the row number that a spreadsheet shows when it opens the file; 1-based. For CSV a line break in quotes starts no row */
  readonly number: number;
  /**
   * Exactly one text a header column, trimmed of ordinary and non-breaking spaces; '' for blank. A text may share the
   * memory of a much larger piece of the file: what is kept beyond the batch must be a copy (see `keepable` in cell-text.ts).
   */
  readonly cells: readonly string[];
  /** what is known of cells beforehand; absent when nothing is */
  readonly plain?: PlainCells;
  /** sparse: the kind of each cell that was not text, at the cell's index */
  readonly kinds?: readonly (CellKind | undefined)[];
  /** what is wrong with the row as such: it has more cells than the header, a quote that never ends, ... */
  readonly fault?: RowFault;
}

/** Which cells of a row are plain: known to be values of their columns just as they stand. */
export interface PlainCells {
  at(position: number): boolean;
}

/** A defect of a row's form (not of a value in it). */
export interface RowFault {
  readonly code: 'ROW_TOO_LONG' | 'QUOTE_NOT_CLOSED';
  readonly message: string;
  readonly hint: string;
}

/** What can be noticed about a file or worksheet as a whole. */
export type NoticeCode =
  | 'ENCODING_ASSUMED'
  | 'CONTENT_NOT_EXTENSION'
  | 'LINES_ABOVE_HEADER'
  | 'DUPLICATE_HEADER'
  | 'CELLS_BEYOND_HEADER'
  | 'HIDDEN_CELLS'
  | 'HIDDEN_SHEET'
  | 'NOT_DATA'
  | 'NO_ROWS';

/** Something worth a warning about a file or worksheet as a whole (an encoding that was detected, hidden rows, ...). */
export interface Notice {
  readonly file: string;
  readonly sheet: string | null;
  /** the row it is about, when there is one */
  readonly row?: number;
  readonly code: NoticeCode;
  readonly message: string;
  readonly hint: string;
}

/** One sheet of data: a CSV file, or one worksheet of a workbook. */
export interface Table {
  /** the path as the user gave it; `-` for standard input */
  readonly file: string;
  /** the worksheet's name; null for CSV */
  readonly sheet: string | null;
  /** the header cells as typed (trimmed) */
  readonly header: readonly string[];
  /** the row number of the header */
  readonly headerRow: number;
  /**
   * The data rows below the header in order, in batches; blank rows are left out. Can be iterated once, and only until
   * the next table is asked for.
   */
  readonly rows: AsyncIterable<readonly Row[]>;
}
