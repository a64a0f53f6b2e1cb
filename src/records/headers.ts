import { fold } from './cells/nearest.js';
import {
  COLUMN_NAMES,
  COLUMNS,
  type ColumnName,
  INPUT_COLUMNS,
  LATER_RESULT_COLUMNS,
  RESULT_COLUMNS,
} from './columns.js';
import { columnMisspelt, columnsNear } from './header-words.js';
import { PRODUCT_NAMES, PRODUCTS, type Product } from './products.js';

/** Header names of a customer's own sheets: the column that each stands for, or null to ignore it. */
export type HeaderNames = Readonly<Record<string, ColumnName | null>>;

/** How one header cell was understood. */
export interface HeaderMatch {
  /** index in the header, from 0 */
  readonly index: number;
  /** as typed */
  readonly header: string;
  /** the column it stands for; null when it is not used */
  readonly column: ColumnName | null;
  /** `result`: of the results that were written into a file of ours; `ignored`: blank, or ignored by the profile */
  readonly how: 'name' | 'synonym' | 'profile' | 'result' | 'ignored' | 'unknown';
  /** for an unknown header, the column it may mean */
  readonly nearest: ColumnName | null;
}

const byName = new Map<string, ColumnName>();
const bySynonym = new Map<string, ColumnName>();
for (const column of COLUMN_NAMES) {
  byName.set(fold(column), column);
  for (const synonym of COLUMNS[column].synonyms) bySynonym.set(fold(synonym), column);
}
const results: ReadonlySet<string> = new Set([...RESULT_COLUMNS, ...INPUT_COLUMNS]);

/** How the headers of a sheet were understood, as a journal keeps it since the sheet was opened. */
export function headersOf({
  understood,
}: {
  readonly understood: readonly object[];
}): readonly HeaderMatch[] {
  return understood as unknown as readonly HeaderMatch[];
}

/** What a header of the sheet that is a result column's name gets, so that both stand in one file. */
const YOURS = ' (yours)';

/** The header under which a column of the sheet comes back in results. */
export function headerInResults(header: string): string {
  return results.has(header) ? header + YOURS : header;
}

/** A header as its sheet first had it: without what results added. */
function headerAsTyped(header: string): string {
  const typed = header.endsWith(YOURS) ? header.slice(0, -YOURS.length) : header;
  return results.has(typed) ? typed : header;
}

const inputs: ReadonlySet<string> = new Set(INPUT_COLUMNS);

/** Where the result columns stand in the header of a file that this program wrote, `end` excluded; none in another one. */
function resultsIn(header: readonly string[]): { readonly start: number; readonly end: number } {
  for (let start = header.lastIndexOf(RESULT_COLUMNS[0]); start >= 0; start -= 1) {
    let end = endOfResults(header, start);
    if (end === null) continue;
    while (inputs.has(header[end] ?? '')) end += 1;
    return { start, end };
  }
  return { start: header.length, end: header.length };
}

/** Where the result columns end that begin there; null when they are not all there, as this or an earlier version writes them. */
function endOfResults(header: readonly string[], start: number): number | null {
  let end = start;
  for (const column of RESULT_COLUMNS) {
    if (header[end] === column) end += 1;
    else if (!LATER_RESULT_COLUMNS.has(column)) return null;
  }
  return end;
}

/**
 * How each header of a table is understood, in the order of the header. Result columns are those of a file of ours:
 * all of them side by side, in our order, and the input columns after them. A sheet's own column of such a name is an unknown column like any other.
 */
export function describeHeaders(
  table: { readonly header: readonly string[] },
  headerNames: HeaderNames = {},
): HeaderMatch[] {
  const own = foldNames(headerNames);
  const { start, end } = resultsIn(table.header);
  const matches = table.header.map((header, index): HeaderMatch => {
    if (index >= start && index < end) return { index, header, column: null, how: 'result', nearest: null };
    return { index, header, ...matchOf(header, own), nearest: null };
  });
  if (!matches.some(({ how }) => how === 'unknown')) return matches;
  return matches.map((match) => {
    const mayMean = match.how === 'unknown' && !results.has(headerAsTyped(match.header));
    if (!mayMean) return match;
    return { ...match, nearest: columnMeant(match.header, matches) ?? columnMisspelt(match.header) };
  });
}

/**
 * The column that a header most likely means and that no header of the table stands for yet; null when there is none.
 */
export function columnMeant(header: string, headers: readonly HeaderMatch[]): ColumnName | null {
  return columnsNear(header).find((near) => headers.every(({ column }) => column !== near)) ?? null;
}

/** The headers as typed of the columns whose headers are another text than their names; the first of each. */
export function typedHeaders(headers: readonly HeaderMatch[]): Map<ColumnName, string> {
  const typed = new Map<ColumnName, string>();
  for (const { header, column } of headers)
    if (column !== null && !typed.has(column)) typed.set(column, header);
  for (const [column, header] of typed) if (header === column) typed.delete(column);
  return typed;
}

type OwnNames = ReadonlyMap<string, ColumnName | null>;

function foldNames(headerNames: HeaderNames): OwnNames {
  return new Map(Object.entries(headerNames).map(([header, column]) => [fold(header), column]));
}

function matchOf(header: string, own: OwnNames): Pick<HeaderMatch, 'column' | 'how'> {
  const folded = fold(headerAsTyped(header));
  const profiled = own.get(folded);
  if (profiled === null) return { column: null, how: 'ignored' };
  if (profiled !== undefined) return { column: profiled, how: 'profile' };
  if (header.trim() === '') return { column: null, how: 'ignored' };
  const named = byName.get(folded);
  if (named !== undefined) return { column: named, how: 'name' };
  const synonym = bySynonym.get(folded);
  return synonym === undefined ? { column: null, how: 'unknown' } : { column: synonym, how: 'synonym' };
}

/** Whether a text is the header of a column, of a result column, or of a profile's `headers`. */
export function isKnownHeader(name: string, headerNames: HeaderNames = {}): boolean {
  return results.has(name) || matchOf(name, foldNames(headerNames)).column !== null;
}

const sheetNames = new Map<string, Product>();
for (const product of PRODUCT_NAMES) {
  const { title, synonyms } = PRODUCTS[product];
  // a worksheet "Account" may hold anything: rows that bring nothing but accounts are told by more than that
  const names = product === 'ACCOUNT' ? [title, ...synonyms] : [product, title, ...synonyms];
  for (const each of names) sheetNames.set(fold(each), product);
}

/** The product that a worksheet is named for, if it is. */
export function productOfSheet(sheet: string | null): Product | null {
  return sheet === null ? null : (sheetNames.get(fold(sheet)) ?? null);
}
