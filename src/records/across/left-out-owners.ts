import type { Row, Table } from '../../sheet/table.js';
import type { TableColumns } from '../cells/read-cells.js';
import { type ColumnName, columnOf } from '../columns.js';
import { type Problem, withSeverity } from '../problem.js';
import type { Product } from '../products.js';
import type { KeyIndex } from './key-index.js';
import { KEY, nearForm } from './keys.js';
import { RowPlaces } from './row-places.js';

/**
 * The accounts and users that a profile leaves out: rows of other sheets that only belong to them are left out with
 * them, as long as they come later.
 */
export class LeftOutOwners {
  readonly #keys: KeyIndex;
  /** the rows that were left out, by counts of their own */
  readonly #places = new RowPlaces();
  #table: Pick<Table, 'file' | 'sheet'> = { file: '', sheet: null };
  #columns: TableColumns | null = null;
  #brings: 'account' | 'user' | null = null;

  constructor(keys: KeyIndex) {
    this.#keys = keys;
  }

  /** @param product what its rows are that do not name their product */
  openTable(table: Pick<Table, 'file' | 'sheet'>, columns: TableColumns, product: Product | null): void {
    const { file, sheet } = table;
    const has = (...names: ColumnName[]) => names.every((name) => columns.positions.has(name));
    this.#table = { file, sheet };
    this.#columns = columns;
    this.#brings = product === 'ACCOUNT' ? 'account' : has('extension', 'firstName') ? 'user' : null;
    this.#places.openTable(file, sheet);
  }

  /** Takes a row that is left out. */
  add(row: Row): void {
    const account = this.#read(row, 'accountNumber');
    if (this.#brings === null || account === null) return;
    const extension = this.#read(row, 'extension');
    const place = () => this.#places.add(row.number);
    if (this.#brings === 'account') this.#keys.add(KEY.accountLeftOut, 0, nearForm(account), place());
    else if (extension !== null) this.#keys.add(KEY.userLeftOut, 0, userKey(account, extension), place());
  }

  /**
   * The warning that a row is left out since its account or user is; null when it is not.
   * @param isBrought whether another row brings that account
   */
  problemOf(row: Row, isBrought: (accountNumber: string) => boolean): Problem | null {
    if (this.#places.count === 0 || this.#brings === 'account') return null;
    const account = this.#read(row, 'accountNumber');
    if (account === null) return null;
    const ofAccount = this.#keys.find(KEY.accountLeftOut, 0, nearForm(account));
    if (ofAccount !== 0 && !isBrought(account))
      return this.#problem(row, 'accountNumber', account, ofAccount);
    const extension = this.#read(row, 'extension');
    if (extension === null || this.#brings === 'user') return null;
    const ofUser = this.#keys.find(KEY.userLeftOut, 0, userKey(account, extension));
    return ofUser === 0 ? null : this.#problem(row, 'extension', extension, ofUser);
  }

  #problem(row: Row, column: 'accountNumber' | 'extension', value: string, by: number): Problem {
    const what = column === 'extension' ? 'user' : 'account';
    const where = this.#places.describe(by, this.#table);
    const message = `The row is left out with its ${what}: the profile skips ${where}, which brings "${value}"`;
    const hint = `If it is to be imported, let the profile not skip ${where}.`;
    const at = { ...this.#table, row: row.number, column, value };
    return withSeverity({ ...at, code: 'ROW_LEFT_OUT', message, hint });
  }

  /** The value of a cell; null when it is blank or unusable. */
  #read(row: Row, column: ColumnName): string | null {
    const position = this.#columns?.positions.get(column);
    const typed = position === undefined ? '' : (row.cells[position] ?? '');
    const parsed = typed === '' ? null : columnOf(column).schema.safeParse(typed);
    return parsed?.success === true ? String(parsed.data) : null;
  }
}

function userKey(accountNumber: string, extension: string): string {
  return `${nearForm(accountNumber)}/${extension}`;
}
