import type { ColumnName, RowValues } from './columns.js';
import { hash32, NumberTable } from './key-index.js';
import type { RowCheck } from './row-check.js';

/** The first row leaves the cell blank. */
const BLANK = 0;
/** What the first row means is not known (its cell is an error): nothing can disagree with it. */
const UNKNOWN = 1;
/** How many first rows are kept whole, so that messages can say what they hold. */
const REMEMBERED = 256;

/**
 * What the first rows of accounts (or users) say in the columns that all their rows have to agree on: four bytes a
 * column. Two values that differ pass for equal with odds of one in 2³¹.
 */
export class Agreement {
  readonly #columns: readonly ColumnName[];
  readonly #fields: number;
  readonly #table: NumberTable;
  readonly #recent = new Map<number, RowValues>();

  /**
   * @param columns what has to agree
   * @param fields how many further numbers are kept with each
   */
  constructor(columns: readonly ColumnName[], fields: number) {
    this.#columns = columns;
    this.#fields = fields;
    this.#table = new NumberTable(fields + columns.length);
  }

  /**
   * Adds one, with the values of its first row.
   *
   * @param blanks what blank cells of the first row mean
   * @returns its number, from 1
   */
  open(check: RowCheck, blanks: RowValues): number {
    const line = this.#table.push();
    for (const [index, column] of this.#columns.entries()) {
      const value = check.values[column] ?? blanks[column];
      const known = value === undefined ? BLANK : hash32(String(value));
      this.#table.set(line, this.#fields + index, check.isBad(column) ? UNKNOWN : known);
    }
    this.#recent.set(line + 1, check.values);
    if (this.#recent.size > REMEMBERED) {
      for (const oldest of this.#recent.keys()) {
        this.#recent.delete(oldest);
        break;
      }
    }
    return line + 1;
  }

  /** The columns in which a later row says something else than the first. */
  disagreements(number: number, check: RowCheck): ColumnName[] {
    const found: ColumnName[] = [];
    for (const [index, column] of this.#columns.entries()) {
      const value = check.values[column];
      if (value === undefined) continue;
      const first = this.#table.get(number - 1, this.#fields + index);
      if (first !== UNKNOWN && first !== hash32(String(value))) found.push(column);
    }
    return found;
  }

  /** What the first row has in a column, in words: `"US/Mountain"`, `nothing`, or `another value`. */
  firstValue(number: number, column: ColumnName): string {
    const index = this.#columns.indexOf(column);
    if (this.#table.get(number - 1, this.#fields + index) === BLANK) return 'nothing';
    const value = this.#recent.get(number)?.[column];
    return value === undefined ? 'another value' : `"${value}"`;
  }

  /** The values of the first row, while they are remembered. */
  firstValues(number: number): RowValues | undefined {
    return this.#recent.get(number);
  }

  /** One of the further numbers. */
  get(number: number, field: number): number {
    return this.#table.get(number - 1, field);
  }

  set(number: number, field: number, value: number): void {
    this.#table.set(number - 1, field, value);
  }
}
