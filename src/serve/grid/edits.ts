import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { StopError } from '../../errors.js';
import { type Edits, readEdits } from '../../records/edits.js';
import { trimCell } from '../../sheet/cell-text.js';
import { writeFileAtomic } from '../../sheet/write/atomic.js';

/** The text of a cell that somebody has changed. */
export interface CellNow {
  /** the number of the edit, from 1: its place among those of the sheet */
  readonly n: number;
  readonly text: string;
  /** what the sheet has */
  readonly was: string;
  readonly by: string;
  readonly at: string;
}

/** What edits make of a row. */
export interface RowNow {
  /** the last edit of each cell, by header */
  readonly cells: Map<string, CellNow>;
  /** the edit that leaves the row out; null where none does */
  omit: Omit<CellNow, 'text' | 'was'> | null;
}

/** A line of the file of edits. */
export type EditLine = {
  readonly sheet: string | null;
  readonly row: number;
  readonly by: string;
  readonly at: string;
} & ({ readonly header: string; readonly was: string; readonly text: string } | { readonly omit: true });

type Edit = Edits['lines'][number];

const FILE = 'edits.jsonl';
/** Edits that were taken back, with what the sheet has there: no check knows that of a cell it has read edited. */
const WITHDRAWN_FILE = 'edits-withdrawn.jsonl';

/** The edits of a sheet, as its files have them. */
export class SheetEdits {
  readonly #directory: string;
  /** in the order of the file */
  readonly list: readonly Edit[];
  readonly #rows = new Map<string, RowNow>();
  readonly #originals: ReadonlyMap<string, string>;

  private constructor(directory: string, list: readonly Edit[], originals: ReadonlyMap<string, string>) {
    this.#directory = directory;
    this.list = list;
    this.#originals = originals;
    for (const [index, edit] of list.entries()) {
      const { sheet, row, by = '', at = '' } = edit;
      const key = keyOf(sheet, row);
      const now = this.#rows.get(key) ?? { cells: new Map(), omit: null };
      this.#rows.set(key, now);
      const about = { n: index + 1, by, at };
      if ('omit' in edit) now.omit = about;
      else now.cells.set(trimCell(edit.header), { ...about, text: trimCell(edit.text), was: edit.was });
    }
  }

  /** @param directory of the sheet @throws StopError `EDITS_INVALID` */
  static async read(directory: string): Promise<SheetEdits> {
    const path = join(directory, FILE);
    const edits = existsSync(path) ? (await readEdits(path)).lines : [];
    const originals = new Map<string, string>();
    const withdrawn = join(directory, WITHDRAWN_FILE);
    const text = existsSync(withdrawn) ? await readFile(withdrawn, 'utf8') : '';
    for (const [index, line] of text.split('\n').entries()) {
      if (line === '') continue;
      const { sheet, row, header, was } = withdrawnIn(line, withdrawn, index + 1);
      if (typeof was === 'string')
        originals.set(keyOf(sheet as string | null, Number(row), String(header)), was);
    }
    return new SheetEdits(directory, edits, originals);
  }

  /** What edits make of a row; null where there are none. */
  ofRow(sheet: string | null, row: number): RowNow | null {
    return this.#rows.get(keyOf(sheet, row)) ?? null;
  }

  /** The rows that have edits. */
  get rows(): { sheet: string | null; row: number }[] {
    return [...this.#rows.keys()].map((key) => {
      const [sheet, row] = JSON.parse(key) as [string | null, number];
      return { sheet, row };
    });
  }

  /** What the sheet itself has in a cell. @param checked what the last check read there, with the edits of then */
  original(sheet: string | null, row: number, header: string, checked: string): string {
    const edited = this.ofRow(sheet, row)?.cells.get(header)?.was;
    return edited ?? this.#originals.get(keyOf(sheet, row, header)) ?? checked;
  }

  /** What a cell has now. @param checked as for {@link original} */
  present(sheet: string | null, row: number, header: string, checked: string): string {
    const edited = this.ofRow(sheet, row)?.cells.get(header)?.text;
    return edited ?? this.#originals.get(keyOf(sheet, row, header)) ?? checked;
  }

  /** Appends edits; they are on disk when this resolves. */
  async append(lines: readonly EditLine[]): Promise<void> {
    await append(join(this.#directory, FILE), lines);
  }

  /**
   * Takes an edit back: it is not applied any more.
   * @param isSecret what it wrote is kept nowhere
   */
  async withdraw(n: number, by: string, isSecret: boolean): Promise<void> {
    const edit = this.list[n - 1];
    if (edit === undefined) return;
    const { line: _, ...kept } = edit;
    const hidden = isSecret ? { text: '' } : {};
    const at = new Date().toISOString();
    await append(join(this.#directory, WITHDRAWN_FILE), [
      { ...kept, ...hidden, withdrawnBy: by, withdrawnAt: at },
    ]);
    const rest = this.list.filter((each) => each !== edit).map(({ line: _line, ...each }) => each);
    const path = join(this.#directory, FILE);
    // without edits the sheet is what it was before the first, and so is its check
    if (rest.length === 0) await rm(path);
    else await writeFileAtomic(path, rest.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }
}

/** A line of the edits that were taken back. @throws StopError `EDITS_INVALID`, without a word of what stands there */
function withdrawnIn(line: string, path: string, at: number): Record<string, string | number | null> {
  let json: unknown = null;
  try {
    json = JSON.parse(line);
  } catch {
    // told below
  }
  if (Object(json) === json) return json as Record<string, string | number | null>;
  throw new StopError(
    'EDITS_INVALID',
    `Line ${at} of ${path} is no edit that was taken back.`,
    'Put that line right, or remove it: it says what the sheet had in a cell before an edit that is gone.',
  );
}

/** Whole or not at all: half a line would keep the sheet from being read. */
async function append(path: string, lines: readonly object[]): Promise<void> {
  const before = existsSync(path) ? await readFile(path, 'utf8') : '';
  await writeFileAtomic(path, before + lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function keyOf(...parts: readonly [sheet: string | null, row: number, header?: string]): string {
  return JSON.stringify(parts);
}
