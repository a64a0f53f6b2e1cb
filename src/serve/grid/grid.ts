import { SECRET_MASK, TYPE_AGAIN } from '../../records/columns.js';
import { trimCell } from '../../sheet/cell-text.js';
import { Refused } from '../route.js';
import type { SheetCheck } from '../sheets/checks.js';
import { pageHint } from '../sheets/page-hints.js';
import { profileOf } from '../sheets/profile.js';
import type { Sheet, Sheets } from '../sheets/sheets.js';
import { type Alike, alikeOf } from './alike.js';
import {
  CheckRows,
  type GridFilter,
  type GridProblem,
  type GridRow,
  type GridSource,
  Ordinals,
} from './check-rows.js';
import { type EditLine, SheetEdits } from './edits.js';

/** What is looked at of a sheet. */
export interface GridQuery {
  /** of the worksheet or file; the first where there is no such */
  readonly source: number;
  readonly filter: GridFilter;
  /** in a cell; '' for any */
  readonly text: string;
}

/** A cell that somebody has changed, as pages show it. */
export interface ShownEdit {
  readonly n: number;
  readonly was: string;
  readonly by: string;
  readonly at: string;
}

/** A row as pages show it: as it was checked, with the edits of now. */
export interface ShownRow {
  readonly index: number;
  readonly row: number;
  readonly cells: readonly string[];
  readonly problems: readonly GridProblem[];
  /** the cells that were changed, by the index of the column */
  readonly edited: Readonly<Record<number, ShownEdit>>;
  /** who left the row out; null where nobody did */
  readonly omitted: Omit<ShownEdit, 'was'> | null;
}

/** Some rows of those that a query means. */
export interface GridWindow {
  readonly revision: string;
  readonly check: { readonly revision: string; readonly isCurrent: boolean };
  readonly total: number;
  readonly rows: readonly ShownRow[];
}

/** What somebody wants changed. */
export type Wanted = { readonly sheet: string | null; readonly row: number } & (
  | { readonly header: string; readonly was: string; readonly text: string }
  | { readonly omit: true }
);

/** What a cell has that somebody wanted to change and somebody else has changed. */
export interface Conflict {
  readonly sheet: string | null;
  readonly row: number;
  readonly header: string | null;
  readonly text: string;
  readonly by: string;
  readonly at: string;
}

/** The sheets whose checks are open at once. */
const MOST_OPEN = 4;
const MASKS = [SECRET_MASK, TYPE_AGAIN];

interface Opened {
  readonly check: SheetCheck;
  readonly rows: CheckRows;
}

/** The rows of sheets as they were last checked, and the edits of their cells. */
export class Grid {
  readonly #sheets: Sheets;
  /** by directory of the check, the last used last */
  readonly #open = new Map<string, Promise<CheckRows>>();
  readonly #edits = new Map<string, { readonly revision: string; readonly edits: Promise<SheetEdits> }>();

  constructor(sheets: Sheets) {
    this.#sheets = sheets;
  }

  /** The last check of a sheet. @throws Refused 409 where there is none */
  async check(sheet: Sheet): Promise<Opened> {
    const check = this.#sheets.checkOf(sheet);
    if (check === null)
      throw new Refused(
        409,
        'NOT_CHECKED',
        'The sheet has not been checked yet.',
        'Wait until its check is done.',
      );
    const { directory } = check;
    const key = `${directory} ${check.endedAt}`;
    const known = this.#open.get(key);
    const rows = known ?? CheckRows.open(directory);
    this.#open.delete(key);
    this.#open.set(key, rows);
    rows.catch(() => this.#open.delete(key));
    for (const [oldest, opened] of this.#open) {
      if (this.#open.size <= MOST_OPEN) break;
      this.#open.delete(oldest);
      void opened.then((each) => each.close()).catch(() => {});
    }
    return { check, rows: await rows };
  }

  /** The edits of a sheet as they are now. */
  edits(sheet: Sheet): Promise<SheetEdits> {
    const revision = this.#sheets.revisionOf(sheet);
    const known = this.#edits.get(sheet.id);
    if (known?.revision === revision) return known.edits;
    const edits = SheetEdits.read(sheet.directory);
    this.#edits.set(sheet.id, { revision, edits });
    edits.catch(() => this.#edits.delete(sheet.id));
    return edits;
  }

  /** The worksheet that a query means, and its rows. */
  async #found(sheet: Sheet, query: GridQuery) {
    const revision = this.#sheets.revisionOf(sheet);
    const { check, rows } = await this.check(sheet);
    const source = rows.sources.find(({ id }) => id === query.source) ?? rows.sources[0];
    if (!source) throw new Refused(409, 'NO_ROWS', 'The sheet has no rows.', 'Upload one that has.');
    const edits = await this.edits(sheet);
    const { filter, text } = query;
    const ordinals =
      filter === 'edited' ? editedIn(source, rows, edits) : await rows.ordinals(source, filter, text);
    return { revision, check, rows, source, edits, ordinals };
  }

  /** @param count of rows, from an index on */
  async window(sheet: Sheet, query: GridQuery, from: number, count: number): Promise<GridWindow> {
    const { revision, check, rows, source, edits, ordinals } = await this.#found(sheet, query);
    const shown: ShownRow[] = [];
    for (let index = from; index < Math.min(from + count, ordinals.length); index++) {
      const row = rows.row(source, ordinals.at(index));
      if (row) shown.push(shownRow(index, source, row, edits));
    }
    return {
      ...{ revision, check: { revision: check.revision, isCurrent: check.isCurrent } },
      ...{ total: ordinals.length, rows: shown },
    };
  }

  /** The index of a row by its number, or of the next row of those that a query means; null where there is none. */
  async indexOfRow(sheet: Sheet, query: GridQuery, row: number): Promise<number | null> {
    const { rows, source, ordinals } = await this.#found(sheet, query);
    const index = ordinals.indexFrom(rows.ordinalFrom(source, row));
    return index < ordinals.length ? index : null;
  }

  /** The index of the next row that has a problem, or of the one before; null where there is none. */
  async indexOfProblem(sheet: Sheet, query: GridQuery, from: number, step: 1 | -1): Promise<number | null> {
    const { rows, source, ordinals } = await this.#found(sheet, query);
    return rows.problemNear(source, ordinals, from, step);
  }

  /** One row by its number; null where it is not among those that were checked. */
  async row(
    sheet: Sheet,
    source: number,
    number: number,
  ): Promise<{ source: GridSource; row: ShownRow } | null> {
    const { rows } = await this.check(sheet);
    const of = rows.sources.find(({ id }) => id === source);
    const found = of && rows.find(of.sheet, number);
    return found
      ? { source: found.source, row: shownRow(0, found.source, found.row, await this.edits(sheet)) }
      : null;
  }

  /**
   * Changes cells and leaves rows out; all of it or nothing.
   * @returns the revision afterwards
   * @throws Refused 409 when somebody else has changed the sheet since `revisionSeen`, with what the cells have now; 400
   *   for a cell that is not there
   */
  async change(sheet: Sheet, revisionSeen: string, wanted: readonly Wanted[], by: string): Promise<string> {
    const { rows } = await this.check(sheet);
    try {
      return await this.#sheets.change(sheet, revisionSeen, async () => {
        const edits = await this.edits(sheet);
        const conflicts = conflictsOf(rows, edits, wanted);
        if (conflicts.length > 0) throw conflicting(this.#sheets.revisionOf(sheet), conflicts);
        const at = new Date().toISOString();
        await edits.append(wanted.map((each) => lineOf(rows, edits, each, by, at)));
      });
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'CHANGED') throw error;
      const conflicts = conflictsOf(rows, await this.edits(this.#sheets.get(sheet.id)), wanted);
      throw conflicting(this.#sheets.revisionOf(this.#sheets.get(sheet.id)), conflicts);
    }
  }

  /**
   * Takes an edit back.
   * @param n its number in the revision that was seen
   * @returns the revision afterwards, and what the edit was of
   * @throws Refused 409, 404
   */
  async withdraw(sheet: Sheet, revisionSeen: string, n: number, by: string) {
    let place = '';
    const revision = await this.#sheets.change(sheet, revisionSeen, async () => {
      const edits = await this.edits(sheet);
      const edit = edits.list[n - 1];
      if (!edit)
        throw new Refused(404, 'NO_EDIT', `There is no edit ${n}.`, 'Look at the sheet as it is now.');
      place = placeOf(edit);
      await edits.withdraw(n, by, 'header' in edit && (await this.#isSecret(sheet, edit.sheet, edit.header)));
    });
    return { revision, place };
  }

  /** What the edit of a cell could be in further rows; null where there are none. */
  async alike(sheet: Sheet, place: Parameters<typeof alikeOf>[3]): Promise<Alike | null> {
    const { rows } = await this.check(sheet);
    const now = this.#sheets.get(sheet.id);
    return alikeOf(rows, await this.edits(now), await profileOf(now), place);
  }

  async #isSecret(sheet: Sheet, name: string | null, header: string): Promise<boolean> {
    const { rows } = await this.check(sheet);
    const columns = rows.sources.find((each) => each.sheet === name)?.columns ?? [];
    // of a worksheet that was not read nothing is known
    return columns.find((each) => each.header === trimCell(header))?.isSecret ?? true;
  }

  /** The edits of a sheet, the last first, without the texts of secrets. */
  async listed(sheet: Sheet): Promise<ListedEdit[]> {
    const { list } = await this.edits(sheet);
    const { rows } = await this.check(sheet);
    return list
      .map((edit, index): ListedEdit => {
        const { sheet: name, row, by = '', at = '' } = edit;
        const about = { n: index + 1, sheet: name, row, by, at };
        if ('omit' in edit) return { ...about, header: null, was: '', text: '' };
        const header = trimCell(edit.header);
        const columns = rows.sources.find((each) => each.sheet === name)?.columns ?? [];
        const isSecret = columns.find((each) => each.header === header)?.isSecret ?? true;
        return isSecret
          ? { ...about, header, was: edit.was === '' ? '' : HIDDEN, text: HIDDEN }
          : { ...about, header, was: edit.was, text: edit.text };
      })
      .reverse();
  }
}

/** An edit as lists show it; `header` is null where it leaves a row out. */
export interface ListedEdit extends ShownEdit {
  readonly sheet: string | null;
  readonly row: number;
  readonly header: string | null;
  readonly text: string;
}

/** What stands for a password that was typed. */
const HIDDEN = '(hidden)';

/** Where an edit or a wish is, in words. */
export function placeOf(edit: {
  readonly sheet: string | null;
  readonly row: number;
  readonly header?: string;
}): string {
  const { sheet, row, header } = edit;
  return `${sheet === null ? '' : `${sheet}, `}row ${row}${header === undefined ? '' : `, ${header}`}`;
}

function editedIn(source: GridSource, rows: CheckRows, edits: SheetEdits): Ordinals {
  const found = edits.rows
    .filter(({ sheet }) => sheet === source.sheet)
    .flatMap(({ sheet, row }) => rows.find(sheet, row)?.row.ordinal ?? []);
  return new Ordinals(0, -1, Uint32Array.from(found).sort());
}

function shownRow(index: number, source: GridSource, checked: GridRow, edits: SheetEdits): ShownRow {
  const { row } = checked;
  const problems = checked.problems.map((each) => ({ ...each, hint: pageHint(each.hint, 'elsewhere') }));
  const now = edits.ofRow(source.sheet, row);
  const edited: Record<number, ShownEdit> = {};
  const cells = checked.cells.map((text, at) => {
    const column = source.columns[at];
    if (column === undefined || !column.canEdit) return text;
    const cell = now?.cells.get(column.header);
    if (cell) {
      const { n, was, by, at: when } = cell;
      edited[at] = { n, was: column.isSecret && was !== '' ? HIDDEN : was, by, at: when };
    }
    if (column.isSecret) return cell ? (cell.text === '' ? '' : HIDDEN) : text === '' ? '' : HIDDEN;
    return edits.present(source.sheet, row, column.header, text);
  });
  return { index, row, cells, problems, edited, omitted: now?.omit ?? null };
}

/** What a cell has now, as the one who wants to change it must have seen it; null where it is no cell. */
function presentOf(rows: CheckRows, edits: SheetEdits, wanted: Wanted & { readonly header: string }) {
  const { sheet, row } = wanted;
  const header = trimCell(wanted.header);
  const found = rows.find(sheet, row);
  const at = found?.source.columns.findIndex((each) => each.header === header && each.canEdit) ?? -1;
  if (!found || at < 0) return null;
  const { isSecret = false } = found.source.columns[at] ?? {};
  const checked = found.row.cells[at] ?? '';
  const now = edits.ofRow(sheet, row)?.cells.get(header) ?? null;
  const text = edits.present(sheet, row, header, checked);
  return { header, isSecret, checked, now, text: isSecret && text !== '' ? HIDDEN : text };
}

function conflictsOf(rows: CheckRows, edits: SheetEdits, wanted: readonly Wanted[]): Conflict[] {
  return wanted.flatMap((each): Conflict[] => {
    const { sheet, row } = each;
    if ('omit' in each) {
      const omit = edits.ofRow(sheet, row)?.omit;
      return omit ? [{ sheet, row, header: null, text: '', by: omit.by, at: omit.at }] : [];
    }
    const present = presentOf(rows, edits, each);
    if (present === null) return [];
    const { header, isSecret, now, text } = present;
    const was = trimCell(each.was);
    const seen = isSecret && (was === HIDDEN || MASKS.includes(was)) ? HIDDEN : was;
    // a password that somebody else has typed meanwhile is seen by the revision alone
    if (seen === text) return [];
    return [{ sheet, row, header, text, by: now?.by ?? '', at: now?.at ?? '' }];
  });
}

function lineOf(rows: CheckRows, edits: SheetEdits, wanted: Wanted, by: string, at: string): EditLine {
  const { sheet, row } = wanted;
  if ('omit' in wanted) {
    if (rows.find(sheet, row) === null) throw noCell(wanted);
    return { sheet, row, omit: true, by, at };
  }
  const present = presentOf(rows, edits, wanted);
  if (present === null) throw noCell(wanted);
  const was = edits.original(sheet, row, present.header, present.checked);
  return { sheet, row, header: present.header, was, text: trimCell(wanted.text), by, at };
}

function noCell(wanted: Wanted): Refused {
  return new Refused(
    400,
    'NO_CELL',
    `There is no cell to change at ${placeOf(wanted)}.`,
    'It is left out, not read, blank as a whole, or its header stands twice or is blank.',
  );
}

function conflicting(revision: string, cells: readonly Conflict[]): Refused {
  const who = [...new Set(cells.map(({ by }) => by).filter((by) => by !== ''))].join(', ');
  return new Refused(
    409,
    'CHANGED',
    cells.length === 0
      ? 'The sheet has changed since you saw it, but not in these cells.'
      : `${who === '' ? 'Somebody' : who} has changed ${cells.length === 1 ? 'this cell' : `${cells.length} of these cells`} since you saw ${cells.length === 1 ? 'it' : 'them'}.`,
    'Nothing was written. Look at what is there now, then change it again.',
    {},
    { revision, cells },
  );
}
