import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { z } from 'zod';
import { StopError } from '../errors.js';
import { trimCell } from '../sheet/cell-text.js';
import type { PlainCells, Row, Table } from '../sheet/table.js';
import { SECRET_COLUMNS, SECRET_MASK, TYPE_AGAIN } from './columns.js';
import type { HeaderMatch } from './headers.js';
import { type Problem, withSeverity } from './problem.js';

const place = {
  /** path or name of the sheet's file; needed only where there are several */
  file: z.string().optional(),
  sheet: z.string().nullable().default(null),
  row: z.int().positive(),
  by: z.string().optional(),
  at: z.string().optional(),
};
const line = z.union([
  z.strictObject({ ...place, header: z.string(), was: z.string(), text: z.string() }),
  z.strictObject({ ...place, omit: z.literal(true) }),
]);

/** One line of a file of edits: a cell that holds another text, or a row that is left out. */
type Edit = z.infer<typeof line> & { readonly line: number };

/** The corrections of `--edits`. They may hold passwords: nothing of them is repeated in messages but places. */
export interface Edits {
  readonly path: string;
  /** of the bytes of the file, hexadecimal */
  readonly sha256: string;
  /** others than its owner may read it */
  readonly isOpenToOthers: boolean;
  readonly lines: readonly Edit[];
}

/**
 * Reads a file of edits: JSON lines `{ sheet, row, header, was, text, by, at }` and `{ sheet, row, omit: true, by, at }`.
 * `sheet` is null for CSV; `row` is the number that the spreadsheet shows.
 * @throws StopError `EDITS_UNREADABLE`, `EDITS_INVALID`
 */
export async function readEdits(path: string): Promise<Edits> {
  const { bytes, mode } = await readBytes(path);
  const lines = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .split('\n');
  const edits = lines.flatMap((text, index): Edit[] => {
    if (text.trim() === '') return [];
    const parsed = line.safeParse(jsonOf(text, path, index + 1));
    if (parsed.success) return [{ ...parsed.data, line: index + 1 }];
    throw invalid(path, index + 1, 'is neither the edit of a cell nor a row to leave out');
  });
  return {
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    isOpenToOthers: process.platform !== 'win32' && (mode & 0o077) !== 0,
    lines: edits,
  };
}

async function readBytes(path: string): Promise<{ bytes: Buffer; mode: number }> {
  try {
    return { bytes: await readFile(path), mode: (await stat(path)).mode };
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StopError(
      'EDITS_UNREADABLE',
      missing ? `There is no file of edits ${path}.` : `The edits ${path} cannot be read.`,
      'Check the path after --edits.',
      { cause },
    );
  }
}

/** The words of the parser would repeat what stands there. */
function jsonOf(text: string, path: string, at: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(path, at, 'is not JSON');
  }
}

function invalid(path: string, at: number, what: string): StopError {
  return new StopError(
    'EDITS_INVALID',
    `Line ${at} of ${path} ${what}.`,
    'Each line is {"sheet":…,"row":17,"header":…,"was":…,"text":…} or {"sheet":…,"row":17,"omit":true}; "sheet" is null for CSV.',
  );
}

/** The edits of one row: those of its cells by position, and whether it is left out. */
interface RowEdits {
  readonly cells: { readonly position: readonly number[]; readonly edit: CellEdit }[];
  omit: Edit | null;
}
type CellEdit = Extract<Edit, { readonly text: string }>;

/** A cell that holds another text now. */
export interface ChangedCell {
  readonly row: number;
  readonly position: number;
  /** what the sheet has */
  readonly was: string;
  readonly by: string | undefined;
  readonly at: string | undefined;
}

/** Rows with the edits made. */
interface Edited {
  /** as they are to be checked */
  readonly rows: readonly Row[];
  /** the rows that are left out, a warning each */
  readonly leftOut: readonly Problem[];
  readonly changed: readonly ChangedCell[];
}

/** Applies edits to the rows of sheets as they are read, table by table. */
export class EditedSheets {
  readonly #edits: Edits;
  readonly #name: string;
  /** edits whose table has not been opened yet */
  readonly #waiting: Set<Edit>;
  #rows = new Map<number, RowEdits>();
  #table: Pick<Table, 'file' | 'sheet' | 'headerRow'> | null = null;
  #secret: ReadonlySet<number> = new Set();
  #changed = 0;
  #omitted = 0;

  /** @throws StopError `EDITS_INVALID` when there are several sheets, and a line does not say which it means */
  constructor(edits: Edits, files: number) {
    this.#edits = edits;
    this.#name = basename(edits.path);
    this.#waiting = new Set(edits.lines);
    const unsaid = files > 1 ? edits.lines.find(({ file }) => file === undefined) : undefined;
    if (unsaid) throw invalid(edits.path, unsaid.line, 'has no "file", and there are several sheets');
  }

  /**
   * Begins a table.
   * @returns what is to be said of its edits before they are applied
   * @throws StopError `EDIT_STALE` when an edit is of a header that is not there
   */
  openTable(table: Pick<Table, 'file' | 'sheet' | 'headerRow'>, headers: readonly HeaderMatch[]): Problem[] {
    this.#table = table;
    this.#rows = new Map();
    this.#changed = 0;
    this.#omitted = 0;
    this.#secret = new Set(
      headers.flatMap(({ column, index }) => (column !== null && SECRET_COLUMNS.has(column) ? [index] : [])),
    );
    let hasSecret = false;
    for (const edit of this.#waiting) {
      if (!isOf(edit, table)) continue;
      this.#waiting.delete(edit);
      const row = this.#rows.get(edit.row) ?? { cells: [], omit: null };
      this.#rows.set(edit.row, row);
      if ('omit' in edit) {
        row.omit = edit;
        continue;
      }
      const name = trimCell(edit.header);
      const position = headers.flatMap(({ header, index }) => (header === name ? [index] : []));
      if (position.length === 0) throw this.#stale(edit, `there is no header "${name}"`);
      hasSecret ||= position.some((at) => this.#secret.has(at));
      row.cells.push({ position, edit });
    }
    if (!hasSecret || !this.#edits.isOpenToOthers) return [];
    const message = `${this.#name} holds a password, and others than you can read it`;
    return [this.#problem('EDITS_READABLE', message, `Keep it to yourself: chmod 600 ${this.#edits.path}`)];
  }

  /** The rows as they are to be checked; those that are left out are told of. */
  apply(rows: readonly Row[]): Edited {
    if (this.#rows.size === 0) return { rows, leftOut: [], changed: [] };
    const leftOut: Problem[] = [];
    const changes: ChangedCell[] = [];
    const edited = rows.flatMap((row) => {
      const edits = this.#rows.get(row.number);
      if (edits === undefined) return [row];
      this.#rows.delete(row.number);
      const { omit, cells } = edits;
      const changed = omit === null ? this.#edited(row, cells, changes) : row;
      if (omit === null && changed.cells.some((cell) => cell !== '')) return [changed];
      this.#omitted += 1;
      const who = (omit ?? cells[0]?.edit)?.by;
      const message = `The row is left out, as ${this.#name} says${who === undefined ? '' : ` (${who})`}`;
      const hint = 'If it is to be imported, take that line out of the edits.';
      leftOut.push({ ...this.#problem('ROW_OMITTED', message, hint), row: row.number });
      return [];
    });
    return { rows: edited, leftOut, changed: changes };
  }

  /**
   * Ends a table.
   * @returns what was done to it
   * @throws StopError `EDIT_STALE` when an edit is of a row that is not there
   */
  closeTable(): Problem[] {
    for (const [, { omit, cells }] of this.#rows) {
      const edit = omit ?? cells[0]?.edit;
      if (edit) throw this.#stale(edit, `there is no row ${edit.row}, or it is blank`);
    }
    if (this.#changed + this.#omitted === 0) return [];
    const message = `Cells changed: ${this.#changed}, rows left out: ${this.#omitted}, as ${this.#name} says`;
    const hint = 'The sheet itself is as it was; results have the changed cells.';
    return [this.#problem('SHEET_EDITED', message, hint)];
  }

  /** @throws StopError `EDIT_STALE` when an edit is of a sheet that was not read */
  finish(): void {
    for (const edit of this.#waiting) {
      const where = [edit.file, edit.sheet].filter((each) => each !== undefined && each !== null);
      throw this.#stale(
        edit,
        where.length === 0 ? 'no CSV file was read' : `${where.join(', ')} was not read`,
      );
    }
  }

  #edited(row: Row, edits: RowEdits['cells'], changes: ChangedCell[]): Row {
    const cells = [...row.cells];
    const kinds = row.kinds && [...row.kinds];
    const others = row.others && [...row.others];
    const positions = new Map<number, CellEdit>();
    for (const { position, edit } of edits) {
      const at = position.find((each) => this.#wasSo(row, cells, each, edit.was));
      if (at === undefined) return this.#staleRow(row, edit);
      cells[at] = trimCell(edit.text);
      if (kinds) kinds[at] = undefined;
      if (others) others[at] = undefined;
      positions.set(at, edit);
    }
    this.#changed += positions.size;
    for (const [position, { by, at }] of positions)
      changes.push({ row: row.number, position, was: row.cells[position] ?? '', by, at });
    return {
      ...row,
      cells,
      ...(row.plain ? { plain: new PlainButFor(row.plain, positions) } : {}),
      ...(kinds ? { kinds } : {}),
      ...(others ? { others } : {}),
    };
  }

  /** Whether an edit was made for what stands there: in the sheet, or after the edits before it. */
  #wasSo(row: Row, cells: readonly string[], at: number, was: string): boolean {
    const text = trimCell(was);
    if (text === cells[at] || text === row.cells[at]) return true;
    // who corrects a password has never seen it
    return (text === SECRET_MASK || text === TYPE_AGAIN) && this.#secret.has(at) && row.cells[at] !== '';
  }

  #staleRow(row: Row, edit: CellEdit): Row {
    const message = `Line ${edit.line} of ${this.#name} was made for another text than "${trimCell(edit.header)}" holds here`;
    const hint = 'The sheet is another than the one that was edited: use that one, or make the edit anew.';
    return { ...row, fault: row.fault ?? { code: 'EDIT_STALE', message, hint } };
  }

  #stale(edit: Edit, why: string): StopError {
    return new StopError(
      'EDIT_STALE',
      `Line ${edit.line} of ${this.#edits.path} is of another sheet: ${why}. Nothing was sent.`,
      'Use the sheet that was edited, or take the line out of the edits.',
    );
  }

  #problem(code: 'SHEET_EDITED' | 'EDITS_READABLE' | 'ROW_OMITTED', message: string, hint: string): Problem {
    const { file = '', sheet = null, headerRow: row = 0 } = this.#table ?? {};
    return withSeverity({ file, sheet, row, column: null, value: '', code, message, hint });
  }
}

function isOf({ file, sheet }: Edit, table: Pick<Table, 'file' | 'sheet'>): boolean {
  if (sheet !== table.sheet) return false;
  return file === undefined || file === table.file || file === basename(table.file);
}

/** What is known of the cells of a row, but for those that are others now. */
class PlainButFor implements PlainCells {
  readonly #plain: PlainCells;
  readonly #positions: ReadonlyMap<number, unknown>;

  constructor(plain: PlainCells, positions: ReadonlyMap<number, unknown>) {
    this.#plain = plain;
    this.#positions = positions;
  }

  at(position: number): boolean {
    return !this.#positions.has(position) && this.#plain.at(position);
  }
}
