/** What a cell was in the workbook, when it was not plain text. Absent means text (every CSV cell is text). */
export type CellKind =
  /** a number; the text is its plain decimal form, never scientific notation, with the leading zeros that it shows */
  | 'number'
  /** a number that its format shows with other characters (`ACC-0012`), which are the text */
  | 'shown'
  /** a number that its format does not show in full (`1.20E+06`, `5%`); the text is its plain decimal form */
  | 'obscured'
  /** a number with more digits than a spreadsheet keeps (over 15): digits are lost */
  | 'imprecise'
  /** a date or time; the text is ISO `YYYY-MM-DD` (with `THH:MM:SS` when it has a time), `HH:MM:SS` for a time of day alone */
  | 'date'
  /** TRUE or FALSE */
  | 'boolean'
  /** an error value such as #N/A; the text is that */
  | 'error'
  /** a cell that is TRUE or FALSE by its type and neither by its content, which is the text */
  | 'damaged'
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
  /** sparse: of a cell of the kind `shown` its number, of one of the kind `obscured` what it shows */
  readonly others?: readonly (string | undefined)[];
  /** what is wrong with the row as such: it has more cells than the header, a quote that never ends, ... */
  readonly fault?: RowFault;
}

/** Which cells of a row are plain: known to be values of their columns just as they stand. */
export interface PlainCells {
  at(position: number): boolean;
}

/** A defect of a row's form (not of a value in it), or of the header above it. */
export interface RowFault {
  readonly code: 'ROW_TOO_LONG' | 'QUOTE_NOT_CLOSED' | 'MERGED_HEADER' | 'ANOTHER_HEADER' | 'EDIT_STALE';
  /** the row that is to blame, where it is another: many rows have this fault, and it is worth one problem */
  readonly row?: number;
  /** the cells are not under their headers and mean nothing */
  readonly unread?: true;
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
  | 'CELLS_WITHOUT_HEADER'
  | 'HEADER_REPEATED'
  | 'MAY_BE_CUT_OFF'
  | 'QUOTES_KEPT'
  | 'HIDDEN_CELLS'
  | 'HIDDEN_SHEET'
  | 'NOT_DATA'
  | 'SHEET_LEFT_OUT'
  | 'SHEET_NOT_THERE'
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
  /** whether it is one of several worksheets that are meant to be seen */
  readonly amongOthers: boolean;
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
