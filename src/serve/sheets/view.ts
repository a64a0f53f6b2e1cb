import type { SheetView } from '../pages/sheet-tabs.js';
import type { Served } from '../served.js';
import type { Sheet } from './sheets.js';

/** What all pages of a sheet show. */
export function viewOf({ sheets }: Pick<Served, 'sheets'>, sheet: Sheet): SheetView {
  const newer = sheets.list().find(({ name, at }) => name === sheet.name && at > sheet.at);
  return {
    ...{ sheet, revision: sheets.revisionOf(sheet), check: sheets.checkOf(sheet) },
    ...{ newer: newer ?? null, look: sheets.looks.known(sheet) },
  };
}
