import { stateOfSheet } from '../jobs/states.js';
import type { SheetView } from '../pages/sheet-tabs.js';
import { mayDo } from '../roles.js';
import { type Ask, sessionOf } from '../route.js';
import type { Served } from '../served.js';
import type { Sheet } from './sheets.js';

/** What all pages of a sheet show to whoever asks. */
export function viewOf(served: Pick<Served, 'sheets' | 'jobs'>, ask: Ask, sheet: Sheet): SheetView {
  const { sheets } = served;
  const revision = sheets.revisionOf(sheet);
  const newer = sheets.list().find(({ name, at }) => name === sheet.name && at > sheet.at);
  return {
    ...{ sheet, revision, check: sheets.checkOf(sheet) },
    ...{ newer: newer ?? null, look: sheets.looks.known(sheet) },
    mayChange: mayDo(sessionOf(ask).role, 'run'),
    live: () => `${revision} ${stateOfSheet(served, sheet.id, revision).page}`,
  };
}
