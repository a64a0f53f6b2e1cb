import { keepable } from '../../sheet/cell-text.js';
import { MAX_ENTRIES } from '../../sheet/pack.js';
import type { CellKind, Table } from '../../sheet/table.js';
import { COLUMN_NAMES, type Column, type ColumnName, columnOf, type RowValues } from '../columns.js';
import { columnsNear } from '../header-words.js';
import { type HeaderMatch, typedHeaders } from '../headers.js';
import { PROBLEM_CODES, type ProblemCode } from '../problem.js';
import { byProduct, type Product } from '../products.js';
import type { RowCheck, RowTable } from '../rows/row-check.js';
import { UNDECIDED } from '../undecided.js';
import { AS_TEXT, cellErrorFault, Fault, formulaFault } from './damage.js';
import { isPhoneNumber } from './telephony.js';
import { countsAsBlank, type Translations } from './translations.js';

/** What a cell is read as that counts as blank, though something is typed into it. */
const BLANK = Symbol('blank');

/** A column that a table has. */
interface PlacedColumn {
  readonly name: ColumnName;
  /** as typed, and how it was understood */
  readonly match: HeaderMatch;
  readonly position: number;
  readonly entry: Column;
  readonly translations: ReadonlyMap<string, string> | undefined;
  /** the last cell and what it was read as, a value or a fault: most cells of a sheet repeat the one above */
  lastTyped: string;
  lastValue: unknown;
  /** cells and what they were read as, while the column has few different ones; null once it has many */
  known: Map<string, unknown> | null;
  /** cells with a text, placeholders not among them */
  filled: number;
  /** those that are something else than the column holds, be it right or wrong; what a spreadsheet damaged is not */
  unfit: number;
  /** one of those that are unfit */
  example: string;
}

/** The columns of one table, sorted by what a row of each product does with them. */
export interface TableColumns extends RowTable {
  readonly product: PlacedColumn | undefined;
  /** the columns that rows without a usable product have */
  readonly all: readonly PlacedColumn[];
  readonly used: Readonly<Record<Product, readonly PlacedColumn[]>>;
  readonly unused: Readonly<Record<Product, readonly PlacedColumn[]>>;
}

/** The columns of a table whose headers are understood so; of two headers for one column the first counts. */
export function placeColumns(
  table: Pick<Table, 'file' | 'sheet' | 'headerRow'>,
  headers: readonly HeaderMatch[],
  translations: Translations,
  defaults: ReadonlyMap<ColumnName, unknown>,
  undecided: ReadonlySet<ColumnName>,
): TableColumns {
  const matches = new Map<ColumnName, HeaderMatch>();
  for (const match of headers)
    if (match.column !== null && !matches.has(match.column)) matches.set(match.column, match);
  const positions = new Map([...matches].map(([column, { index }]) => [column, index]));
  const placed: PlacedColumn[] = [];
  for (const name of COLUMN_NAMES) {
    const match = matches.get(name);
    if (match === undefined) continue;
    const common = { name, match, position: match.index, entry: columnOf(name) };
    const counts = { filled: 0, unfit: 0, example: '' };
    const memory = { lastTyped: '', lastValue: undefined, known: new Map() };
    placed.push({ ...common, translations: translations.get(name), ...memory, ...counts });
  }
  const all = placed.filter((each) => each.name !== 'product');
  const typed = new Map(typedHeaders(headers));
  const meant = meantColumns(all, matches);
  for (const { name, match } of meant.values()) {
    positions.set(name, match.index);
    typed.set(name, match.header);
  }
  const used = (product: Product) =>
    all.flatMap((each) => {
      const other = meant.get(each.entry.meansFor?.[product] ?? '');
      return each.entry.products.includes(product) ? [each] : other === undefined ? [] : [other];
    });
  const unused = (product: Product) =>
    all.filter(
      ({ entry }) => !entry.products.includes(product) && !meant.has(entry.meansFor?.[product] ?? ''),
    );
  return {
    file: table.file,
    sheet: table.sheet,
    headerRow: table.headerRow,
    positions,
    groups: new Set(placed.map(({ entry }) => entry.group)),
    headers: typed,
    mayBe: (column) => mayBe(column, headers),
    defaults,
    undecided,
    translations,
    missing: new Map(),
    blankValues: Object.fromEntries(
      [...placed, ...meant.values()].map(({ name }) => [name, undefined]),
    ) as RowValues,
    product: placed.find((each) => each.name === 'product'),
    all,
    used: byProduct(used),
    unused: byProduct(unused),
  };
}

/** The columns that cells of another one are read into for some products, where the table has no such column itself. */
function meantColumns(
  all: readonly PlacedColumn[],
  matches: ReadonlyMap<ColumnName, HeaderMatch>,
): ReadonlyMap<string, PlacedColumn> {
  const meant = new Map<string, PlacedColumn>();
  for (const each of all)
    for (const target of Object.values(each.entry.meansFor ?? {}) as ColumnName[])
      if (!matches.has(target))
        meant.set(target, { ...each, name: target, entry: columnOf(target), known: new Map() });
  return meant;
}

/** The header that most likely means a column which is not there; '' when none does. */
function mayBe(column: ColumnName, headers: readonly HeaderMatch[]): string {
  const found = headers.find(({ header, how }) => how !== 'result' && columnsNear(header).includes(column));
  return found?.header ?? '';
}

/**
 * Reads the cells of a row into `check.values`, with a problem for each that is not usable or had to be repaired.
 *
 * @param sheetProduct the product of rows whose product cell is blank; null when there is none
 */
export function readCells(check: RowCheck, columns: TableColumns, sheetProduct: Product | null): void {
  const { product } = columns;
  const { cells } = check.row;
  if (product !== undefined && cells[product.position] !== '') readCell(check, product);
  if (sheetProduct !== null && !check.has('product')) check.values.product = sheetProduct;
  check.product = check.values.product ?? null;

  const used = check.product === null ? columns.all : columns.used[check.product];
  for (const column of used) {
    // a string's length is told much faster than whether it is another
    if (cells[column.position]?.length !== 0) readCell(check, column);
  }
  if (check.product === null) return;
  for (const column of columns.unused[check.product]) {
    if (
      cells[column.position]?.length !== 0 &&
      !countsAsBlank(column.translations, cells[column.position] ?? '')
    )
      refuseUnused(check, check.product, column);
  }
}

function readCell(check: RowCheck, column: PlacedColumn): void {
  const { name, position, entry } = column;
  const typed = check.row.cells[position] ?? '';
  const kind = check.row.kinds?.[position];
  column.filled += 1;
  if (kind !== undefined && !countsAsBlank(column.translations, typed)) {
    const fault = kind === 'obscured' ? obscuredFault(check, column, typed) : kindFault(kind, typed, entry);
    if (fault !== null) {
      check.addFault(name, fault);
      if (fault.repaired === undefined) {
        countUnfit(column, typed, fault);
        return;
      }
    }
  }
  let value = readText(check, column, typed);
  if (value === BLANK) return;
  if (kind === 'shown' && value instanceof Fault && value.repaired === undefined) {
    // what the format adds to the number (`Day 15`) is no value of the column
    const number = entry.schema.read(check.row.others?.[position] ?? typed);
    if (!(number instanceof Fault)) value = number;
  }
  if (value instanceof Fault) {
    if (value.repaired === undefined) countUnfit(column, typed, value);
    check.addFault(name, whileUndecided(column, typed, value));
  }
  const usable = value instanceof Fault ? value.repaired : value;
  if (usable !== undefined) (check.values as Record<ColumnName, unknown>)[name] = usable;
}

/** Codes of cells that say nothing of what the column holds: something stands for nothing, or was lost. */
const DAMAGED: ReadonlySet<ProblemCode> = new Set([
  ...(['PLACEHOLDER', 'CELL_ERROR', 'FORMULA_NOT_CALCULATED', 'COLUMN_TOO_NARROW', 'DIGITS_LOST'] as const),
  ...(['BROKEN_ENCODING', 'CONTROL_CHARACTER'] as const),
]);

function countUnfit(column: PlacedColumn, typed: string, { code }: Fault): void {
  if (code === 'PLACEHOLDER') column.filled -= 1;
  if (DAMAGED.has(code) || PROBLEM_CODES[code].severity === 'warning') return;
  if (column.unfit === 0) column.example = keepable(typed);
  column.unfit += 1;
}

/** A fault, with what to do where a profile has a place for the text and nothing in it yet. */
function whileUndecided({ name, translations }: PlacedColumn, typed: string, fault: Fault): Fault {
  if (translations?.get(typed.toLowerCase()) !== UNDECIDED) return fault;
  const line = `"values": { "${name}": { ${JSON.stringify(typed)}: "${UNDECIDED}" } }`;
  return new Fault(fault.code, fault.message, `The profile leaves it open: fill in ${line}.`, fault.repaired);
}

/** The text that a cell stands for. */
function translated({ translations }: PlacedColumn, typed: string): string {
  const text = translations?.get(typed.toLowerCase());
  return text === undefined || text === UNDECIDED ? typed : text;
}

/** What a cell is read as, or its fault. */
function readText(check: RowCheck, column: PlacedColumn, typed: string): unknown {
  if (typed === column.lastTyped) return column.lastValue;
  if (check.row.plain?.at(column.position) === true && column.translations === undefined) return typed;
  let value = column.known?.get(typed);
  if (value === undefined) {
    const text = translated(column, typed);
    value = text === '' ? BLANK : column.entry.schema.read(text, check.table.sheet !== null);
    remember(column, typed, value);
  }
  column.lastTyped = typed;
  column.lastValue = value;
  return value;
}

function remember(column: PlacedColumn, typed: string, value: unknown): void {
  if (column.known === null) return;
  if (column.known.size === MAX_ENTRIES) {
    column.known = null;
    return;
  }
  const kept = keepable(typed);
  column.known.set(kept, value === typed ? kept : value);
}

/** What stands for a cell of a workbook in a sheet that has nothing but texts. */
export interface TextOfCell {
  readonly text: string;
  /** why the text is not what was typed into the cell once: `isLost` where it is no value of the column any more */
  readonly doubt: { readonly message: string; readonly isLost: boolean } | null;
}

/**
 * The text by which a cell means the same in a sheet of texts.
 * @param column what it is read as; null where it is not used
 * @param translated the texts that a profile translates in that column
 */
export function textOfCell(
  column: ColumnName | null,
  {
    typed,
    kind,
    other,
  }: { readonly typed: string; readonly kind: CellKind; readonly other: string | undefined },
  translated: ReadonlyMap<string, string> | undefined,
): TextOfCell {
  const doubtful = (fault: Fault | null): TextOfCell => {
    if (fault === null) return { text: typed, doubt: null };
    return { text: typed, doubt: { message: fault.message, isLost: fault.repaired === undefined } };
  };
  if (countsAsBlank(translated, typed)) return doubtful(null);
  if (kind === 'error') return doubtful(cellErrorFault(typed));
  if (kind === 'uncalculated') return doubtful(formulaFault(typed));
  if (column === null)
    return doubtful(kind === 'imprecise' || kind === 'damaged' ? lostFault(kind, typed) : null);
  const entry = columnOf(column);
  if (kind === 'obscured') return doubtful(isCode(entry, typed) ? obscured(entry, typed, other) : null);
  if (kind === 'shown' && !translated?.has(typed.toLowerCase())) {
    const shown = entry.schema.read(typed);
    const isUsable = !(shown instanceof Fault) || shown.repaired !== undefined;
    if (!isUsable && other !== undefined && !(entry.schema.read(other) instanceof Fault))
      return { text: other, doubt: null };
  }
  return doubtful(kindFault(kind, typed, entry));
}

/** The fault of a code whose cell does not show all of its number (`12E5` became 1200000, shown as 1.20E+06). */
function obscuredFault(check: RowCheck, { position, entry }: PlacedColumn, typed: string): Fault | null {
  return isCode(entry, typed) ? obscured(entry, typed, check.row.others?.[position]) : null;
}

function isCode(entry: Column, typed: string): boolean {
  return (
    entry.options === undefined &&
    !isPhoneNumber(entry.schema) &&
    typeof entry.schema.read(typed) === 'string'
  );
}

function obscured(entry: Column, typed: string, shows = ''): Fault {
  const shown = entry.secret === true ? '(hidden)' : `"${shows}"`;
  const message = `The cell shows ${shown}, and holds the number ${typed}: Excel may have made it of another text`;
  return new Fault('DIGITS_LOST', message, AS_TEXT);
}

/** What is wrong with a cell because of what the spreadsheet made of it; with `repaired`, the text is still usable. */
function kindFault(kind: CellKind, typed: string, entry: Column): Fault | null {
  if (kind === 'error') return cellErrorFault(typed);
  if (kind === 'uncalculated') return formulaFault(typed);
  if (kind === 'damaged' || kind === 'imprecise') return lostFault(kind, typed);
  if (kind === 'date') {
    if (entry.isDate === true) return null;
    if (entry.freeText !== true) {
      return new Fault('TURNED_INTO_DATE', `Excel turned this into a date (${typed})`, AS_TEXT);
    }
    const hint = 'Format the column as text if another text is meant.';
    return new Fault('DATE_AS_TEXT', `The cell is a date and was read as ${typed}`, hint, typed);
  }
  if (kind === 'merged') {
    const hint = 'Unmerge the cells and fill each, if they are not meant to be the same.';
    return new Fault('MERGED_CELL', `"${typed}" was taken from the merged cell above`, hint, typed);
  }
  return null;
}

function lostFault(kind: 'damaged' | 'imprecise', typed: string): Fault {
  if (kind === 'damaged') {
    const message = `The workbook is damaged here: a cell that is to be TRUE or FALSE holds ${typed}`;
    return new Fault('CELL_ERROR', message, 'Type the value again.');
  }
  const message = `The number ${typed} has more digits than Excel keeps; its last are lost`;
  return new Fault('DIGITS_LOST', message, AS_TEXT);
}

/** Columns that are worse than unused: the platform refuses them for the product (guide, "Create User"). */
const REFUSED: ReadonlySet<ColumnName> = new Set(['userProductPlan', 'endUserType'] as const);

function refuseUnused(check: RowCheck, product: Product, column: PlacedColumn): void {
  const { name, position, entry } = column;
  if (product === 'HOME_PHONE' && REFUSED.has(name)) {
    const message = `${name} is not allowed for HOME_PHONE`;
    check.add('NOT_ALLOWED', name, message, 'Leave the cell blank.');
    return;
  }
  if (name === 'assignAsCallerId') {
    if (entry.schema.read(check.row.cells[position] ?? '') === false) return;
    const message = `A number can be the caller ID of a user only, and ${product} has none`;
    check.add('NOT_ALLOWED', name, message, 'Leave the cell blank.');
    return;
  }
  check.add(
    'NOT_USED',
    name,
    `${name} is not used for ${product}`,
    'Leave the cell blank, or check the product.',
  );
}
