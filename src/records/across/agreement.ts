import type { ColumnName, RowValues } from '../columns.js';
import type { RowCheck } from '../rows/row-check.js';
import { hash32 } from './key-index.js';
import { comparable } from './keys.js';
import { NumberTable } from './number-table.js';

/** The first row leaves the cell blank. */
const BLANK = 0;
/** What the first row means is not known (its cell is an error): nothing can disagree with it. */
const UNKNOWN = 1;
/** How many first rows are kept whole, so that messages can say what they hold. */
const REMEMBERED = 256;

/** The digests that are none of these two. */
const DIGESTS = 2 ** 32 - 2;

/**
 * What the first rows of accounts (or users) say in the columns that all their rows have to agree on: four bytes a
 * column. Two values that differ pass for equal with odds of one in four thousand million.
 */
export class Agreement {
  readonly #columns: readonly ColumnName[];
  readonly #said: NumberTable;
  readonly #fields: NumberTable;
  /** by column, the last value and its digest: most values are those of the row above */
  readonly #digested: { value: unknown; digest: number }[];
  readonly #recent: { readonly number: number; readonly values: RowValues }[] = [];

  /**
   * @param columns what has to agree
   * @param fields how many further numbers are kept with each
   */
  constructor(columns: readonly ColumnName[], fields: number) {
    this.#columns = columns;
    this.#said = new NumberTable(columns.length);
    this.#fields = new NumberTable(fields);
    this.#digested = columns.map(() => ({ value: undefined, digest: BLANK }));
  }

  /** The number of the one that is opened next. */
  get next(): number {
    return this.#said.length + 1;
  }

  /**
   * Adds one, with the values of its first row.
   *
   * @param blanks what blank cells of the first row mean
   * @returns its number, from 1
   */
  open(check: RowCheck, blanks: RowValues): number {
    const line = this.#said.push();
    this.#fields.push();
    this.speak(line + 1, check, blanks);
    return line + 1;
  }

  /** What a row says counts as what the first row says: the first so far said nothing at all. */
  speak(number: number, check: RowCheck, blanks: RowValues): void {
    const line = number - 1;
    for (let index = 0; index < this.#columns.length; index += 1) {
      const column = this.#columns[index] as ColumnName;
      const value = check.values[column] ?? blanks[column];
      if (check.isBad(column)) this.#said.set(line, index, UNKNOWN);
      else if (value !== undefined) this.#said.set(line, index, this.#digest(index, value));
    }
    this.#recent[line % REMEMBERED] = { number, values: check.values };
  }

  /** The columns in which a later row says something else than the first. */
  disagreements(number: number, check: RowCheck): ColumnName[] {
    const found: ColumnName[] = [];
    for (let index = 0; index < this.#columns.length; index += 1) {
      const column = this.#columns[index] as ColumnName;
      const value = check.values[column];
      if (value === undefined) continue;
      const first = this.#said.get(number - 1, index);
      if (first !== UNKNOWN && first !== this.#digest(index, value)) found.push(column);
    }
    return found;
  }

  /** What the first row has in a column, in words: `"US/Mountain"`, `nothing`, or `another value`. */
  firstValue(number: number, column: ColumnName): string {
    const index = this.#columns.indexOf(column);
    if (this.#said.get(number - 1, index) === BLANK) return 'nothing';
    const value = this.firstValues(number)?.[column];
    return value === undefined ? 'another value' : `"${value}"`;
  }

  /** The values of the first row, while they are remembered. */
  firstValues(number: number): RowValues | undefined {
    const recent = this.#recent[(number - 1) % REMEMBERED];
    return recent?.number === number ? recent.values : undefined;
  }

  /** One of the further numbers. */
  get(number: number, field: number): number {
    return this.#fields.get(number - 1, field);
  }

  set(number: number, field: number, value: number): void {
    this.#fields.set(number - 1, field, value);
  }

  /** A hash of a column's value, 32 bits, that is neither {@link BLANK} nor {@link UNKNOWN}. */
  #digest(index: number, value: unknown): number {
    const last = this.#digested[index] as { value: unknown; digest: number };
    if (last.value !== value) {
      last.value = value;
      last.digest = 2 + (hash32(comparable(String(value))) % DIGESTS);
    }
    return last.digest;
  }
}
