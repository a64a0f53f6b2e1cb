import type { Place } from '../rows/row-check.js';
import { NumberTable } from './number-table.js';

const ROW = 0;
const ACCOUNT = 1;

/** Where every row of the input stands, by its ordinal, in eight bytes a row. */
export class RowPlaces {
  readonly #tables: { readonly file: string; readonly sheet: string | null; readonly before: number }[] = [];
  readonly #rows = new NumberTable(2);

  /** The rows that are added from now on are of this table. */
  openTable(file: string, sheet: string | null): void {
    this.#tables.push({ file, sheet, before: this.#rows.length });
  }

  /** Adds a row and returns its ordinal: 1, 2, 3 … over all tables. */
  add(row: number): number {
    const line = this.#rows.push();
    this.#rows.set(line, ROW, row);
    return line + 1;
  }

  /** How many rows there are so far. */
  get count(): number {
    return this.#rows.length;
  }

  /** Remembers which account a row is of (a number from 1). */
  setAccount(ordinal: number, account: number): void {
    this.#rows.set(ordinal - 1, ACCOUNT, account);
  }

  /** The account of a row; 0 when it has none that is usable. */
  accountOf(ordinal: number): number {
    return this.#rows.get(ordinal - 1, ACCOUNT);
  }

  /** The file, worksheet and row number of a row. */
  place(ordinal: number): Place {
    const table = this.#tables.findLast((each) => each.before < ordinal);
    if (table === undefined) throw new RangeError(`no row ${ordinal}`);
    return { file: table.file, sheet: table.sheet, row: this.#rows.get(ordinal - 1, ROW) };
  }

  /** A row in words, as seen from another one: `row 5`, `row 5 of worksheet "Users"`, `row 5 of users.csv`. */
  describe(ordinal: number, from: Pick<Place, 'file' | 'sheet'>): string {
    const { file, sheet, row } = this.place(ordinal);
    const worksheet = sheet === null ? '' : ` of worksheet "${sheet}"`;
    if (file !== from.file) return `row ${row}${worksheet} of ${file}`;
    return sheet === from.sheet ? `row ${row}` : `row ${row}${worksheet}`;
  }
}
