import { fold, nearest } from './cells/nearest.js';
import { COLUMN_NAMES, COLUMNS, type ColumnName, RESULT_COLUMNS } from './columns.js';
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
  /** `result`: a column that results carry; `ignored`: blank, or ignored by the profile */
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
const results: ReadonlySet<string> = new Set(RESULT_COLUMNS);

function columnNearest(header: string): ColumnName | null {
  const found = nearest(header, [...byName.keys(), ...bySynonym.keys()]);
  return found === null ? null : (byName.get(found) ?? bySynonym.get(found) ?? null);
}

/** How each header of a table is understood, in the order of the header. */
export function describeHeaders(
  table: { readonly header: readonly string[] },
  headerNames: HeaderNames = {},
): HeaderMatch[] {
  const own = foldNames(headerNames);
  return table.header.map((header, index): HeaderMatch => {
    const match = matchOf(header, own);
    return { index, header, ...match, nearest: match.how === 'unknown' ? columnNearest(header) : null };
  });
}

type OwnNames = ReadonlyMap<string, ColumnName | null>;

function foldNames(headerNames: HeaderNames): OwnNames {
  return new Map(Object.entries(headerNames).map(([header, column]) => [fold(header), column]));
}

function matchOf(header: string, own: OwnNames): Pick<HeaderMatch, 'column' | 'how'> {
  const folded = fold(header);
  const profiled = own.get(folded);
  if (profiled === null) return { column: null, how: 'ignored' };
  if (profiled !== undefined) return { column: profiled, how: 'profile' };
  if (header.trim() === '') return { column: null, how: 'ignored' };
  if (results.has(header)) return { column: null, how: 'result' };
  const named = byName.get(folded);
  if (named !== undefined) return { column: named, how: 'name' };
  const synonym = bySynonym.get(folded);
  return synonym === undefined ? { column: null, how: 'unknown' } : { column: synonym, how: 'synonym' };
}

/** Whether a text is the header of a column, of a result column, or of a profile's `headers`. */
export function isKnownHeader(name: string, headerNames: HeaderNames = {}): boolean {
  const { column, how } = matchOf(name, foldNames(headerNames));
  return column !== null || how === 'result';
}

const sheetNames = new Map<string, Product>();
for (const product of PRODUCT_NAMES) {
  const { title, synonyms } = PRODUCTS[product];
  for (const each of [product, title, ...synonyms]) sheetNames.set(fold(each), product);
}

/** The product that a worksheet is named for, if it is. */
export function productOfSheet(sheet: string | null): Product | null {
  return sheet === null ? null : (sheetNames.get(fold(sheet)) ?? null);
}
