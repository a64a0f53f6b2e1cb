import { type OtherRow, rowText } from '../problem.js';
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
  place(ordinal: number): OtherRow {
    const table = this.#tables.findLast((each) => each.before < ordinal);
    if (table === undefined) throw new RangeError(`no row ${ordinal}`);
    return { ordinal, file: table.file, sheet: table.sheet, row: this.#rows.get(ordinal - 1, ROW) };
  }

  /** A row in words, as seen from another one; what is told with them names the row's {@link place} as its `other`. */
  describe(ordinal: number, from: Pick<OtherRow, 'file' | 'sheet'>): string {
    return rowText(this.place(ordinal), from);
  }
}
