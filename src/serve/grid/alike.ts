import { type ColumnName, columnOf, SECRET_COLUMNS } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';
import { trimCell } from '../../sheet/cell-text.js';
import { unusable, usedFor } from '../sheets/used-instead.js';
import type { CheckRows } from './check-rows.js';
import type { SheetEdits } from './edits.js';

/** What was typed for a text that further rows have: the profile can say it of all of them. */
export interface Alike {
  readonly column: ColumnName;
  /** as the sheet has it */
  readonly text: string;
  readonly use: string;
  /** how many further rows have it now */
  readonly rows: number;
}

/** Longer texts are no values of a list. */
const LONGEST_TEXT = 200;

/**
 * What an edit of a cell could be in further rows; null where there are none, and where the profile cannot say it: of what
 * is no column of ours, of a secret, of what only one row may have, and of blank cells.
 */
export async function alikeOf(
  rows: CheckRows,
  edits: SheetEdits,
  profile: Profile,
  place: { readonly sheet: string | null; readonly row: number; readonly header: string },
): Promise<Alike | null> {
  const header = trimCell(place.header);
  const edit = edits.ofRow(place.sheet, place.row)?.cells.get(header);
  const source = rows.sources.find(({ sheet }) => sheet === place.sheet);
  const column = source?.columns.find((each) => each.header === header)?.column as ColumnName | undefined;
  if (!edit || !column || SECRET_COLUMNS.has(column) || columnOf(column).uniqueIn !== undefined) return null;
  const text = trimCell(edit.was);
  const use = edit.text;
  if (text === '' || text.length > LONGEST_TEXT || use.length > LONGEST_TEXT || isSame(text, use))
    return null;
  if (usedFor(profile, column, text) === use || unusable({ column, text, use }) !== null) return null;
  const count = await countNow(rows, edits, column, text);
  return count === 0 ? null : { column, text, use, rows: count };
}

/** How many rows have a text in a column, with the edits of now. */
async function countNow(
  rows: CheckRows,
  edits: SheetEdits,
  column: ColumnName,
  text: string,
): Promise<number> {
  let count = await rows.countWith(column, text);
  for (const { sheet, row } of edits.rows) {
    const now = edits.ofRow(sheet, row);
    const isTouched =
      now?.omit ||
      [...(now?.cells.values() ?? [])].some((each) => isSame(each.was, text) || isSame(each.text, text));
    const found = isTouched ? rows.find(sheet, row) : null;
    if (!found) continue;
    const { columns } = found.source;
    const hadIt = rows.hasText(found.source, found.row, column, text);
    const at = columns.findIndex((each) => each.column === column);
    const isEdited = now?.cells.has(columns[at]?.header ?? '') === true;
    const there = edits.present(sheet, row, columns[at]?.header ?? '', found.row.cells[at] ?? '');
    const hasIt = isEdited ? isSame(there, text) : hadIt;
    count += Number(hasIt && !now?.omit) - Number(hadIt);
  }
  return count;
}

/** As profiles tell texts apart. */
function isSame(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}
