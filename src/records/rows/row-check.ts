import type { Row } from '../../sheet/table.js';
import type { Fault } from '../cells/damage.js';
import { countsAsBlank, type Translations } from '../cells/translations.js';
import {
  type ColumnGroup,
  type ColumnName,
  columnOf,
  mayBeForAll,
  type RowValues,
  SECRET_COLUMNS,
} from '../columns.js';
import { type LikelyProduct, likelyProduct } from '../likely-product.js';
import {
  isError,
  type OtherRow,
  type Problem,
  type ProblemCode,
  underHeader,
  withSeverity,
} from '../problem.js';
import type { Product } from '../products.js';
import { UNDECIDED } from '../undecided.js';

/** What the rules need of the table that a row is in. */
export interface RowTable {
  readonly file: string;
  readonly sheet: string | null;
  readonly headerRow: number;
  /** where each column stands in the cells */
  readonly positions: ReadonlyMap<ColumnName, number>;
  /** the headers as typed of the columns whose headers are not their names */
  readonly headers: ReadonlyMap<string, string>;
  /** the header that may mean a column which is not there; '' when none does */
  readonly mayBe: (column: ColumnName) => string;
  /** the groups that it has columns of */
  readonly groups: ReadonlySet<ColumnGroup>;
  /** typed values for blank cells, from `--set` and the profile */
  readonly defaults: ReadonlyMap<ColumnName, unknown>;
  /** the columns whose default a profile leaves to be filled in */
  readonly undecided: ReadonlySet<ColumnName>;
  /** texts that stand for others, or for a blank cell, by column */
  readonly translations: Translations;
  /** the required columns that were found missing so far, each with its one problem */
  readonly missing: Map<ColumnName, Problem>;
  /** the columns of the table without values: with it all rows have one shape, which makes them much faster */
  readonly blankValues: RowValues;
}

/** One row while it is checked: its values so far and its problems so far. */
export class RowCheck {
  readonly table: RowTable;
  readonly row: Row;
  readonly ordinal: number;
  product: Product | null = null;
  readonly values: RowValues;
  readonly problems: Problem[] = [];
  /** errors of the table that make this row invalid too; they are reported once */
  readonly tableProblems: Problem[] = [];
  /** null until there is one: most rows have none */
  #bad: ColumnName[] | null = null;

  constructor(table: RowTable, row: Row, ordinal: number) {
    this.table = table;
    this.row = row;
    this.ordinal = ordinal;
    this.values = { ...table.blankValues };
  }

  get valid(): boolean {
    return this.tableProblems.length === 0 && !this.problems.some(isError);
  }

  /** The cell as typed; '' when it is blank, counts as blank, or its column is not there. */
  typed(column: ColumnName): string {
    const position = this.table.positions.get(column);
    const typed = position === undefined ? '' : (this.row.cells[position] ?? '');
    return countsAsBlank(this.table.translations.get(column), typed) ? '' : typed;
  }

  /** Whether there is a value, be it an unusable one: nothing is missing then. */
  has(column: ColumnName): boolean {
    return this.values[column] !== undefined || this.isBad(column);
  }

  /** Whether the cell has a value that could not be used. */
  isBad(column: ColumnName): boolean {
    return this.#bad?.includes(column) === true;
  }

  /**
   * Adds a problem at a column; null: of the row as a whole.
   * @param other the row that the message names besides this one
   */
  add(code: ProblemCode, column: ColumnName | null, message: string, hint: string, other?: OtherRow): void {
    const { file, sheet } = this.table;
    const typed = column === null ? '' : this.typed(column);
    const secret = column !== null && SECRET_COLUMNS.has(column) && typed !== '';
    const value = secret ? '(hidden)' : typed;
    const said = secret ? message.replaceAll(typed, '(hidden)') : message;
    const row = this.row.number;
    const problem = withSeverity({ file, sheet, row, column, value, code, message: said, hint });
    const told = underHeader(problem, this.table.headers);
    this.problems.push(other === undefined ? told : { ...told, other });
    if (isError(problem) && column !== null) this.markBad(column);
  }

  /** The column has no usable value, and that is said elsewhere. */
  markBad(column: ColumnName): void {
    this.#bad ??= [];
    this.#bad.push(column);
  }

  /** Adds the fault of a cell. */
  addFault(column: ColumnName, fault: Fault): void {
    this.add(fault.code, column, fault.message, fault.hint);
  }

  /** Adds the error that a cell is blank, unless there is a value. */
  require(column: ColumnName, because: string, hint = `Fill in ${column}.`): void {
    if (!this.has(column)) this.add('REQUIRED', column, `${column} is blank; ${because}`, hint);
  }

  /**
   * The same for a cell that every such row needs. Where the table has no such column at all that is one problem of
   * the header row, added to the first row that misses it; for later ones it is only among the `tableProblems`.
   */
  requireColumn(column: ColumnName, because: string): void {
    if (this.has(column)) return;
    if (this.table.positions.has(column)) {
      this.require(column, because);
      return;
    }
    let problem = this.table.missing.get(column);
    if (problem === undefined) {
      const { file, sheet, headerRow: row } = this.table;
      const message = `There is no column ${column}; ${because}`;
      const hint = hintForMissing(column, this.table);
      problem = withSeverity({ file, sheet, row, column, value: '', code: 'MISSING_COLUMN', message, hint });
      this.table.missing.set(column, problem);
      this.problems.push(problem);
    }
    this.tableProblems.push(problem);
    this.markBad(column);
  }

  /** Puts the default of a column into its blank cell, if there is one. */
  applyDefault(column: ColumnName): void {
    const value = this.table.defaults.get(column);
    if (value !== undefined && !this.has(column)) Object.assign(this.values, { [column]: value });
  }

  /** Puts defaults into the blank cells of a group, but for one column, as far as the row's product uses them. */
  applyDefaults(group: ColumnGroup, except?: ColumnName): void {
    for (const column of this.table.defaults.keys()) {
      const entry = columnOf(column);
      if (entry.group !== group || column === except) continue;
      if (this.product === null || entry.products.includes(this.product)) this.applyDefault(column);
    }
  }
}

/** What to do about a column that is not there. One value for all rows is no advice for what is different in each. */
function hintForMissing(column: ColumnName, table: RowTable): string {
  const { undecided, mayBe } = table;
  if (undecided.has(column))
    return `The profile leaves it open: fill in "defaults": { "${column}": "${UNDECIDED}" }.`;
  const likely = column === 'product' ? likelyOf(table) : null;
  const value = likely?.product ?? '…';
  const also = likely && likely.missing.length > 0 ? ` (needs ${likely.missing.join(', ')} too)` : '';
  const one = mayBeForAll(column) ? `, or give all rows one value with --set ${column}=${value}${also}` : '.';
  const header = mayBe(column);
  if (header === '') return `Add the column ${column}${one}`;
  const line = `"headers": { ${JSON.stringify(header)}: "${column}" }`;
  return `If "${header}" is it, say so in a profile: ${line}; else add the column ${column}${one}`;
}

function likelyOf({ positions, defaults }: RowTable): LikelyProduct | null {
  return likelyProduct((column) => positions.has(column) || defaults.has(column));
}
