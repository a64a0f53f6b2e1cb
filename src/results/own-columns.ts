import type { StoredRow, StoredSource } from '../journal/journal.js';
import {
  type ColumnName,
  columnOf,
  columnsOf,
  maskOf,
  SECRET_COLUMNS,
  USER_COLUMNS,
} from '../records/columns.js';
import { headerInResults, headersOf } from '../records/headers.js';
import { PRODUCTS, type Product } from '../records/products.js';
import type { ImportRecord } from '../records/record.js';

/** A column of the input. */
interface OwnColumn {
  /** as the user typed it, told from the result column of that name */
  readonly header: string;
  /** the column of the column table that it stands for */
  readonly column: ColumnName | null;
}

/** What the first row of an account or user says for its other rows. */
const INHERITED = {
  account: new Set(columnsOf('account')),
  user: new Set(USER_COLUMNS),
} as const satisfies Record<string, ReadonlySet<ColumnName>>;

export type Inherited = keyof typeof INHERITED;

/**
 * The columns of the input as one output sheet shows them: the header of its source, or of several sources the union
 * in order of first appearance. Headers that stand for the same column are one; result columns of an earlier run are left
 * out.
 */
export class OwnColumns {
  readonly columns: readonly OwnColumn[];
  /** for each source, where its rows have the cell of each of `columns` */
  readonly #positions = new Map<number, (number | undefined)[]>();

  /**
   * @param addProduct whether a `product` column comes first if the sources have none
   * @param add other columns that come last if the sources have none
   * @param leaveOut places of cells that get no column
   */
  constructor(
    sources: readonly StoredSource[],
    addProduct: boolean,
    add: Iterable<ColumnName> = [],
    leaveOut: ReadonlySet<number> = new Set(),
  ) {
    const columns: OwnColumn[] = [];
    const known = new Map<string, number>();
    for (const source of sources) {
      const positions: (number | undefined)[] = [];
      const seen = new Map<string, number>();
      for (const { header, column, index, how } of headersOf(source)) {
        if (how === 'result' || leaveOut.has(index)) continue;
        const name = column === null ? `header ${header}` : `column ${column}`;
        const repetition = seen.get(name) ?? 0;
        seen.set(name, repetition + 1);
        const key = `${repetition} ${name}`;
        let at = known.get(key);
        if (at === undefined) {
          at = columns.push({ header: headerInResults(header), column }) - 1;
          known.set(key, at);
        }
        positions[at] = index;
      }
      this.#positions.set(source.id, positions);
    }
    if (addProduct && !columns.some(({ column }) => column === 'product')) {
      columns.unshift({ header: 'product', column: 'product' });
      for (const positions of this.#positions.values()) positions.unshift(undefined);
    }
    for (const name of add)
      if (!columns.some(({ column }) => column === name)) columns.push({ header: name, column: name });
    this.columns = columns;
  }

  /** The row's own cells as typed, but for secrets, which are masked; '' where its source has no such column. */
  cells(row: StoredRow<ImportRecord>): string[] {
    const positions = this.#positions.get(row.source) ?? [];
    return this.columns.map(({ column }, at) => {
      const position = positions[at];
      if (position === undefined) return column === 'product' ? (row.record.product ?? '') : '';
      const text = row.cells[position] ?? '';
      return column !== null && SECRET_COLUMNS.has(column) && text !== '' ? maskOf(column) : text;
    });
  }

  /** Fills blank cells with those of the same columns in `from`. */
  inherit(cells: string[], from: ReadonlyMap<ColumnName, string>): void {
    for (const [at, { column }] of this.columns.entries())
      if (column !== null && cells[at] === '') cells[at] = from.get(column) ?? '';
  }

  /** Where a column of a problem is: by its name in the column table, or by its header as typed; -1 when nowhere. */
  find(name: string): number {
    const at = this.columns.findIndex(({ column }) => column === name);
    return at >= 0 ? at : this.columns.findIndex(({ header }) => header === name);
  }
}

/**
 * The cells of an account's or user's first row that its other rows may leave blank.
 * @param forOther they are for a row of another sheet, which takes what they were read as
 */
export function inheritableCells(
  what: Inherited,
  row: StoredRow<ImportRecord>,
  source: StoredSource,
  forOther: boolean,
): Map<ColumnName, string> {
  const cells = new Map<ColumnName, string>();
  // a profile may read the texts of each sheet in its own way
  for (const { column, index } of forOther ? [] : headersOf(source)) {
    const text = row.cells[index] ?? '';
    if (column !== null && INHERITED[what].has(column) && text !== '') cells.set(column, text);
  }
  for (const column of INHERITED[what]) {
    const value = row.record.values[column];
    if (forOther && value !== undefined) cells.set(column, String(value));
  }
  return cells;
}

/**
 * The columns that rows of a product need besides those of their own source to be corrected, when what their account or
 * user is stands in another one.
 */
export function columnsOfOthers(sources: readonly StoredSource[], product: Product | null): Set<ColumnName> {
  const found = new Set<ColumnName>();
  if (sources.length < 2) return found;
  const hasUser = product !== null && PRODUCTS[product].hasUser;
  const inherited = [...INHERITED.account, ...(hasUser ? INHERITED.user : [])];
  const theirs = new Set(sources.flatMap((source) => headersOf(source).map(({ column }) => column)));
  for (const column of inherited) {
    const { products, required } = columnOf(column);
    if (product !== null && !products.includes(product)) continue;
    if (theirs.has(column) || (product !== null && required?.includes(product))) found.add(column);
  }
  return found;
}
