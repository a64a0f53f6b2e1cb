import { writeCsv } from './csv.js';
import { openWorkbookWriter } from './xlsx.js';

export type SheetFormat = 'csv' | 'xlsx';

/** A cell to write; a plain string stands for one with a text only. */
export interface OutCell {
  readonly text: string;
  /** gives the cell a colour (XLSX) */
  readonly mark?: 'error' | 'warning';
  /** shown when the pointer rests on the cell (XLSX) */
  readonly note?: string;
}

export interface OutColumn {
  readonly header: string;
  /** in characters; by default the header's, within reason */
  readonly width?: number;
  /** gives cells that are still blank the text format too, so that what is typed there keeps its leading zeros (XLSX) */
  readonly text?: boolean;
  /** the values of a drop-down list (XLSX) */
  readonly options?: readonly string[];
  /** shown when the pointer rests on the header (XLSX) */
  readonly note?: string;
  /** IDs of another system, letters and digits with no formula in them: never guarded, since programs read them (CSV) */
  readonly exact?: boolean;
  /** the header gets a colour (XLSX) */
  readonly required?: boolean;
}

export interface OutLayout {
  /** the worksheet's name (XLSX) */
  readonly sheetName: string;
  readonly columns: readonly OutColumn[];
}

/** Takes the rows of a sheet one by one. */
export interface SheetWriter {
  /** Adds a row; resolves when the next may come. */
  write(cells: readonly (string | OutCell)[]): Promise<void>;
  /** Makes the file durable and gives it its name. */
  commit(): Promise<void>;
  /** Removes what was written; a file that had the name before is untouched. */
  abort(): Promise<void>;
}

/**
 * Begins a sheet with a header row. It appears under `path` all at once, at commit; memory does not grow with its rows.
 * Every cell is a text: in XLSX by its type, in CSV by an apostrophe before what would run as a formula, which the
 * reader takes off again.
 * @param mode permissions of the file; 0o600 by default
 */
export async function openSheetWriter(
  path: string,
  format: SheetFormat,
  layout: OutLayout,
  mode?: number,
): Promise<SheetWriter> {
  if (format === 'csv') return writeCsv(path, layout, mode);
  const workbook = await openWorkbookWriter(path, mode);
  const sheet = await workbook.sheet(layout);
  return { write: sheet.write, commit: workbook.commit, abort: workbook.abort };
}
