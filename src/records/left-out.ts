import type { Row, Table } from '../sheet/table.js';
import { fold } from './cells/nearest.js';
import type { HeaderMatch } from './headers.js';
import { type Problem, withSeverity } from './problem.js';

/** By a header of the sheet or a column of ours: the texts whose rows are left out; `*` stands for any characters. */
export type Skip = Readonly<Record<string, readonly string[]>>;

interface Rule {
  readonly position: number;
  readonly header: string;
  readonly patterns: readonly { readonly text: string; readonly matches: RegExp }[];
}

/** The rows of one table that a profile leaves out. */
export class LeftOut {
  readonly #table: Pick<Table, 'file' | 'sheet'>;
  readonly #rules: readonly Rule[];
  /** the names in `skip` that the table has no column for */
  readonly unknown: readonly string[];

  /** @param headers how the headers of the table were understood */
  constructor(table: Pick<Table, 'file' | 'sheet'>, headers: readonly HeaderMatch[], skip: Skip) {
    this.#table = { file: table.file, sheet: table.sheet };
    const unknown: string[] = [];
    this.#rules = Object.entries(skip).flatMap(([name, texts]) => {
      const patterns = texts.map((text) => ({ text, matches: patternOf(text) }));
      const found = headersNamed(name, headers);
      if (found.length === 0) unknown.push(name);
      return found.map(({ index: position, header }) => ({ position, header, patterns }));
    });
    this.unknown = unknown;
  }

  /** Whether no row can be left out. */
  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  /** The warning that a row is left out; null when it is not. */
  problemOf({ number: row, cells }: Row): Problem | null {
    for (const { position, header, patterns } of this.#rules) {
      const value = cells[position] ?? '';
      const pattern = patterns.find(({ matches }) => matches.test(value));
      if (pattern === undefined) continue;
      const what = value === '' ? 'blank' : `"${value}"`;
      const message = `The row is left out: its ${header} is ${what}, which the profile skips ("${pattern.text}")`;
      const hint = `If it is to be imported, take "${pattern.text}" out of "skip" in the profile.`;
      return withSeverity({
        ...this.#table,
        row,
        column: header,
        value,
        code: 'ROW_LEFT_OUT',
        message,
        hint,
      });
    }
    return null;
  }
}

/** The columns that a name means: those with such a header, else the one that is understood as our column. */
function headersNamed(name: string, headers: readonly HeaderMatch[]): readonly HeaderMatch[] {
  const folded = fold(name);
  const own = headers.filter(({ header }) => header.trim() !== '' && fold(header) === folded);
  if (own.length > 0) return own;
  return headers.filter(({ column }) => column !== null && fold(column) === folded);
}

function patternOf(text: string): RegExp {
  const parts = text.trim().split('*');
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&')).join('.*')}$`, 'isu');
}

/** The warning that a name in `skip` is no column of the table. */
export function skipWithoutColumn(
  { file, sheet, headerRow: row }: Pick<Table, 'file' | 'sheet' | 'headerRow'>,
  name: string,
): Problem {
  const message = `The profile skips rows by "${name}", but no such column is there; no row is left out by it`;
  const hint = 'Write the header as it stands in the sheet, or take it out of "skip" in the profile.';
  return withSeverity({
    file,
    sheet,
    row,
    column: name,
    value: '',
    code: 'SKIP_WITHOUT_COLUMN',
    message,
    hint,
  });
}
