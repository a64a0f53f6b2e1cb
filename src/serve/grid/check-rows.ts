import { setImmediate } from 'node:timers/promises';
import type { Journal, StoredSource } from '../../journal/journal.js';
import { SECRET_COLUMNS } from '../../records/columns.js';
import { headersOf } from '../../records/headers.js';
import { PROBLEM_CODES, type ProblemCode } from '../../records/problem.js';
import type { ImportRecord } from '../../records/record.js';
import { readRun } from '../../run/directory.js';
import { OF_CELLS } from '../sheets/causes.js';

/** A column of a worksheet or file. */
export interface GridColumn {
  readonly header: string;
  /** the column that it stands for; null when it is not used */
  readonly column: string | null;
  /** what stands in it can be written and not read */
  readonly isSecret: boolean;
  /** whether its cells can be told by its header */
  readonly canEdit: boolean;
}

/** A cause of problems, and how many rows have it. */
export interface GridCause {
  readonly code: string;
  readonly title: string;
  readonly isError: boolean;
  readonly rows: number;
}

/** A worksheet or file that was checked. */
export interface GridSource {
  readonly id: number;
  /** null for CSV */
  readonly sheet: string | null;
  readonly columns: readonly GridColumn[];
  /** ordinals; 0 and -1 where it has no rows */
  readonly first: number;
  readonly last: number;
  readonly errors: number;
  readonly warnings: number;
  /** the most frequent first, errors before warnings */
  readonly causes: readonly GridCause[];
}

/** What is wrong with a row. */
export interface GridProblem {
  /** of the column; -1 for the row as a whole */
  readonly at: number;
  readonly isError: boolean;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** A row as it was checked. */
export interface GridRow {
  readonly ordinal: number;
  readonly row: number;
  readonly cells: readonly string[];
  readonly problems: readonly GridProblem[];
}

/** Which rows are meant; `cause:CODE` those that have a cause. */
export type GridFilter = 'all' | 'errors' | 'warnings' | 'edited' | `cause:${string}`;

/** Problems, and rows, that are looked through before others get their turn. */
const AT_ONCE = 1000;

/** Some ordinals of a source in order: all from one to another, or a list. */
export class Ordinals {
  readonly #first: number;
  readonly #list: Uint32Array | null;
  readonly length: number;

  constructor(first: number, last: number, list: Uint32Array | null) {
    this.#first = first;
    this.#list = list;
    this.length = list?.length ?? last - first + 1;
  }

  at(index: number): number {
    return this.#list === null ? this.#first + index : (this.#list[index] ?? 0);
  }

  /** The index of an ordinal, or of the next that is there. */
  indexFrom(ordinal: number): number {
    if (this.#list === null) return Math.min(Math.max(0, ordinal - this.#first), this.length);
    return lowerBound(this.length, (index) => this.at(index) >= ordinal);
  }
}

/** The rows of a check, by what is wrong with them. Memory: a few bytes a row. */
export class CheckRows {
  readonly sources: readonly GridSource[];
  readonly #journal: Journal<ImportRecord>;
  /** by source and filter, ordinals in order */
  readonly #lists: ReadonlyMap<string, Uint32Array>;
  #searched: { readonly key: string; readonly list: Promise<Uint32Array> } | null = null;

  private constructor(
    journal: Journal<ImportRecord>,
    sources: readonly GridSource[],
    lists: ReadonlyMap<string, Uint32Array>,
  ) {
    this.#journal = journal;
    this.sources = sources;
    this.#lists = lists;
  }

  /** Opens a check and looks through its problems once. @throws StopError */
  static async open(directory: string): Promise<CheckRows> {
    const { journal } = readRun(directory);
    try {
      const ranges = new Map(journal.rangesOfSources().map((range) => [range.source, range]));
      const found = await marksOf(journal, [...ranges.values()]);
      const lists = new Map([...found].map(([key, ordinals]) => [key, sorted(ordinals)]));
      const sources = journal.sources().map((source) => {
        const { first = 0, last = -1 } = ranges.get(source.id) ?? {};
        return sourceOf(source, first, last, lists);
      });
      return new CheckRows(journal, sources, lists);
    } catch (error) {
      await journal.close();
      throw error;
    }
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  /** The rows of a source that a filter means, and have a text in a cell; those with edits are not known here. */
  async ordinals(source: GridSource, filter: Exclude<GridFilter, 'edited'>, text: string): Promise<Ordinals> {
    const { id, first, last } = source;
    const list = filter === 'all' ? null : (this.#lists.get(`${id} ${filter}`) ?? new Uint32Array());
    const all = new Ordinals(first, last, list);
    if (text === '') return all;
    const key = JSON.stringify([id, filter, text]);
    if (this.#searched?.key !== key) this.#searched = { key, list: this.#search(source, all, text) };
    return new Ordinals(first, last, await this.#searched.list);
  }

  async #search({ first, last }: GridSource, among: Ordinals, text: string): Promise<Uint32Array> {
    const wanted = JSON.stringify(text.toLowerCase()).slice(1, -1);
    const found: number[] = [];
    for (let after = first - 1; after < last; after += AT_ONCE) {
      for (const { ordinal, cells } of this.#journal.cellTextsAfter(after, Math.min(AT_ONCE, last - after)))
        if (cells.toLowerCase().includes(wanted) && among.at(among.indexFrom(ordinal)) === ordinal)
          found.push(ordinal);
      await setImmediate();
    }
    return Uint32Array.from(found);
  }

  /** How many rows of all worksheets had a text in a column of ours, as a text that can stand for another. */
  async countWith(column: string, text: string): Promise<number> {
    const written = JSON.stringify(text.toLowerCase());
    let count = 0;
    for (const source of this.sources) {
      const { columns, first, last } = source;
      if (!columns.some((each) => each.column === column)) continue;
      for (let after = first - 1; after < last; after += AT_ONCE) {
        for (const { ordinal, cells } of this.#journal.cellTextsAfter(after, Math.min(AT_ONCE, last - after)))
          if (
            cells.toLowerCase().includes(written) &&
            this.#has(source, ordinal, JSON.parse(cells), column, text)
          )
            count++;
        await setImmediate();
      }
    }
    return count;
  }

  /** Whether a row had a text in a column of ours, as {@link countWith} counts it. */
  hasText(source: GridSource, { ordinal, cells }: GridRow, column: string, text: string): boolean {
    return this.#has(source, ordinal, cells, column, text);
  }

  #has(source: GridSource, ordinal: number, cells: readonly string[], column: string, text: string): boolean {
    const at = source.columns.findIndex((each) => each.column === column);
    if (cells[at]?.toLowerCase() !== text.toLowerCase()) return false;
    return source.sheet === null || !this.#isOfCell(source, ordinal, at);
  }

  /** Whether it is what a workbook says of the cell, not its text, that is wrong with it. */
  #isOfCell(source: GridSource, ordinal: number, at: number): boolean {
    const isIn = (code: string) => {
      const list = new Ordinals(0, -1, this.#lists.get(`${source.id} cause:${code}`) ?? new Uint32Array());
      return list.at(list.indexFrom(ordinal)) === ordinal;
    };
    const codes = [...OF_CELLS].filter(isIn);
    const problems = codes.length === 0 ? [] : (this.row(source, ordinal)?.problems ?? []);
    return problems.some((each) => each.at === at && codes.some((code) => code === each.code));
  }

  row(source: GridSource, ordinal: number): GridRow | null {
    const stored = this.#journal.row(ordinal);
    if (!stored || stored.source !== source.id) return null;
    const problems = this.#journal.problems(ordinal).map((problem) => problemOf(problem, source.columns));
    const cells = source.columns.map((_, at) => stored.cells[at] ?? '');
    return { ordinal, row: stored.row, cells, problems };
  }

  /** The ordinal of a row by the number that the spreadsheet shows, or of the next one; beyond the last where there is none. */
  ordinalFrom({ first, last }: GridSource, row: number): number {
    const count = last - first + 1;
    return first + lowerBound(count, (at) => (this.#journal.placeOfRow(first + at)?.row ?? 0) >= row);
  }

  /** The row of a worksheet; null where it is not among those that were checked. */
  find(sheet: string | null, row: number): { source: GridSource; row: GridRow } | null {
    const source = this.sources.find((each) => each.sheet === sheet);
    if (!source || source.last < source.first) return null;
    const found = this.row(source, this.ordinalFrom(source, row));
    return found?.row === row ? { source, row: found } : null;
  }

  /** The next row of some with a problem, from an index on, or the one before it; null where there is none. */
  problemNear(source: GridSource, ordinals: Ordinals, from: number, step: 1 | -1): number | null {
    const errors = this.#lists.get(`${source.id} problems`) ?? new Uint32Array();
    const problems = new Ordinals(0, -1, errors);
    if (problems.length === 0 || ordinals.length === 0) return null;
    for (let index = from + step; index >= 0 && index < ordinals.length; index += step) {
      const ordinal = ordinals.at(index);
      const next = problems.indexFrom(ordinal);
      if (problems.at(next) === ordinal && next < problems.length) return index;
      // over all rows that are sound, at once
      const target = step === 1 ? problems.at(next) : next > 0 ? problems.at(next - 1) : 0;
      if (target === 0) return null;
      const at = ordinals.indexFrom(target);
      if (at < ordinals.length && ordinals.at(at) === target) return at;
      index = step === 1 ? at - 1 : at;
    }
    return null;
  }
}

/** By source and filter, the rows that problems are of. */
async function marksOf(
  journal: Journal<ImportRecord>,
  ranges: readonly { source: number; first: number; last: number }[],
): Promise<Map<string, Set<number>>> {
  const found = new Map<string, Set<number>>();
  const add = (key: string, ordinal: number) => {
    const set = found.get(key);
    if (set) set.add(ordinal);
    else found.set(key, new Set([ordinal]));
  };
  for (let after = 0; ; ) {
    const marks = journal.problemMarksAfter(after, AT_ONCE);
    for (const { ordinal, code, severity } of marks) {
      const range = ranges.find(({ first, last }) => first <= ordinal && ordinal <= last);
      if (!range) continue;
      add(`${range.source} problems`, ordinal);
      add(`${range.source} ${severity === 'error' ? 'errors' : 'warnings'}`, ordinal);
      add(`${range.source} cause:${code}`, ordinal);
    }
    const last = marks.at(-1);
    if (!last) return found;
    after = last.id;
    await setImmediate();
  }
}

function sorted(ordinals: ReadonlySet<number>): Uint32Array {
  return Uint32Array.from(ordinals).sort();
}

function sourceOf(
  stored: StoredSource,
  first: number,
  last: number,
  lists: ReadonlyMap<string, Uint32Array>,
): GridSource {
  const { id, sheet, header } = stored;
  const matches = headersOf(stored);
  const columns = header.map((text, at): GridColumn => {
    const { column = null } = matches[at] ?? {};
    const isOnly = header.indexOf(text) === header.lastIndexOf(text);
    const isSecret = column !== null && SECRET_COLUMNS.has(column);
    return { header: text, column, isSecret, canEdit: text !== '' && isOnly };
  });
  const prefix = `${id} cause:`;
  const causes = [...lists.keys()].flatMap((key): GridCause[] => {
    if (!key.startsWith(prefix)) return [];
    const code = key.slice(prefix.length);
    const { title, severity } = PROBLEM_CODES[code as ProblemCode] ?? { title: code, severity: 'warning' };
    return [{ code, title, isError: severity === 'error', rows: lists.get(key)?.length ?? 0 }];
  });
  causes.sort((a, b) => Number(b.isError) - Number(a.isError) || b.rows - a.rows);
  const count = (filter: string) => lists.get(`${id} ${filter}`)?.length ?? 0;
  return { id, sheet, columns, first, last, errors: count('errors'), warnings: count('warnings'), causes };
}

function problemOf(problem: Readonly<Record<string, unknown>>, columns: readonly GridColumn[]): GridProblem {
  const { column, code, message, hint, severity } = problem as Record<string, string>;
  const own = columns.findIndex((each) => each.column !== null && each.column === column);
  const at = own >= 0 ? own : columns.findIndex(({ header }) => header === column);
  const texts = { code: code ?? '', message: message ?? '', hint: hint ?? '' };
  return { at, isError: severity === 'error', ...texts };
}

/** The first of so many indices for which something holds that holds for all after it. */
function lowerBound(length: number, holds: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
