import { writeCsv } from './csv.js';
import type { OutLayout, SheetWriter } from './layout.js';
import { openWorkbookWriter } from './xlsx.js';

export type SheetFormat = 'csv' | 'xlsx';

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
