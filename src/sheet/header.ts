import { StopError } from '../errors.js';
import { DataRows, namedPositions } from './data-rows.js';
import { type RawRow, type RawSheet, type ReadOptions, usedWidth } from './raw.js';
import type { Row, Table } from './table.js';

/** How many rows that are not blank may stand above the header. */
export const HEADER_SEARCH_ROWS = 20;

const HEADER_HINT =
  'The first row must name the columns, for example: product, accountNumber, accountName, timeZone. `alianza-import template` writes a sheet to start from. If they have other names there, say in a profile what each is: "headers": { "Kundennummer": "accountNumber" }.';

/**
 * Finds the header among the first rows of a sheet: the row with the most known names (the first of these), at least
 * two, or one when that is the row's only cell.
 * @param rows rows in order; blank ones may be among them
 * @returns its index in `rows` and how many known names it has; undefined when there is none
 */
export function findHeader(
  rows: readonly (readonly string[])[],
  isKnownHeader: (name: string) => boolean,
): { index: number; known: number } | undefined {
  let best: { index: number; known: number } | undefined;
  for (const [index, cells] of rows.entries()) {
    const names = cells.filter((cell) => cell !== '');
    const known = new Set(names.filter((name) => isKnownHeader(name))).size;
    if (known > (best?.known ?? 0) && (known >= 2 || names.length === 1)) best = { index, known };
  }
  return best;
}

/** What stands below headers and is none: numbers, dates, times, mail addresses. */
const DATA = /^[\d\s+().,:/%-]+$|@/;

/**
 * The row that is most probably the header of a table none of whose headers is known: the first with a name above most
 * of what stands below it, each another one and none of them a number or the like.
 * @param rows rows in order, blank ones left out
 * @returns its index in `rows` and how many names it has; undefined when there is no table
 */
export function likelyHeader(
  rows: readonly (readonly string[])[],
): { index: number; names: number } | undefined {
  const filled = rows.map((cells) => cells.filter((cell) => cell !== ''));
  for (const [index, names] of filled.entries()) {
    const widest = Math.max(0, ...filled.slice(index + 1).map((cells) => cells.length));
    const areNames = new Set(names).size === names.length && !names.some((name) => DATA.test(name));
    if (widest >= 2 && names.length >= 2 && names.length * 2 > widest && areNames)
      return { index, names: names.length };
  }
  return undefined;
}

/** The error for a file in which no sheet has a header. */
export function noHeader(title: string): StopError {
  return new StopError(
    'SHEET_NO_HEADER',
    `${title} has no header row: none of its first ${HEADER_SEARCH_ROWS} rows names the columns.`,
    HEADER_HINT,
  );
}

/** Fewer known names than this may also be those of a list above the table. */
const MIN_NAMES_OF_TABLE = 3;

/**
 * The first of several tables one above the other, where the header with the most known names is not that of the
 * first: a row of names with a row of data below it, both above `found`.
 */
function firstTable(
  rows: readonly (readonly string[])[],
  found: number,
  isKnownHeader: (name: string) => boolean,
): number {
  for (let index = 0; index < found - 1; index += 1) {
    const names = (rows[index] ?? []).filter((cell) => cell !== '');
    const known = names.filter(isKnownHeader).length;
    if (known < MIN_NAMES_OF_TABLE || known * 2 <= names.length) continue;
    const isData = (cells: readonly string[]) =>
      cells.filter((cell) => cell !== '').length * 2 >= names.length && cells.some((cell) => /\d/.test(cell));
    if (rows.slice(index + 1, found).some(isData)) return index;
  }
  return found;
}

/**
 * Reads a sheet up to its header and makes a table of it.
 * @returns undefined when it has no header
 */
export async function toTable(sheet: RawSheet, options: ReadOptions): Promise<Table | undefined> {
  const raw = options.onRawRows ? { ...sheet, rows: shown(sheet, options) } : sheet;
  const head: RawRow[] = [];
  let filled = 0;
  while (filled < HEADER_SEARCH_ROWS) {
    const next = await raw.rows.next();
    if (next.done) break;
    for (const row of next.value) {
      head.push(row);
      if (usedWidth(row.cells) > 0) filled += 1;
    }
  }
  const candidates: RawRow[] = [];
  for (const row of head) {
    if (candidates.length === HEADER_SEARCH_ROWS) break;
    if (usedWidth(row.cells) > 0) candidates.push(row);
  }
  const cells = candidates.map((row) => row.cells);
  const known = findHeader(cells, options.isKnownHeader);
  const found = known ?? (options.guessesHeader ? likelyHeader(cells) : undefined);
  if (!found) {
    if (options.onRawRows) while (!(await raw.rows.next()).done);
    return undefined;
  }
  const index = known ? firstTable(cells, known.index, options.isKnownHeader) : found.index;
  const headerRow = candidates[index] as RawRow;

  const whole = headerRow.cells.slice(0, usedWidth(headerRow.cells));
  const named = namedPositions(whole);
  const header = named ? named.map((position) => whole[position] as string) : whole;
  const about = { file: raw.file, sheet: raw.sheet };
  if (index > 0)
    options.onNotice({
      ...about,
      row: headerRow.number,
      code: 'LINES_ABOVE_HEADER',
      message: `The header is row ${headerRow.number}; ${index === 1 ? 'the row' : `${index} rows`} above it ${index === 1 ? 'is' : 'are'} left out.`,
      hint: 'If this is not the header, remove what stands above it.',
    });
  const seen = new Set<string>();
  const repeated = new Set(header.filter((name) => name !== '' && seen.size === seen.add(name).size));
  for (const name of repeated)
    options.onNotice({
      ...about,
      row: headerRow.number,
      code: 'DUPLICATE_HEADER',
      message: `Several columns are named "${name}".`,
      hint: 'Rename or remove all but one of them.',
    });
  const rest = head.slice(head.indexOf(headerRow) + 1);
  const fitTo = { cells: whole, row: headerRow.number, width: headerRow.cells.length };
  const data = new DataRows(raw, fitTo, named, rest, options);
  const { amongOthers } = raw;
  return { ...about, amongOthers, header, headerRow: headerRow.number, rows: dataRows(raw, rest, data) };
}

/** The rows of a sheet, which the options see first. */
async function* shown(
  { rows, sheet }: RawSheet,
  { onRawRows }: ReadOptions,
): AsyncGenerator<readonly RawRow[]> {
  try {
    for (let next = await rows.next(); !next.done; next = await rows.next()) {
      await onRawRows?.(next.value, sheet);
      yield next.value;
    }
  } finally {
    await rows.return?.();
  }
}

async function* dataRows(
  raw: RawSheet,
  head: readonly RawRow[],
  data: DataRows,
): AsyncGenerator<readonly Row[]> {
  try {
    const first = data.fit(head);
    if (first.length > 0) yield first;
    for (;;) {
      const next = await raw.rows.next();
      if (next.done) break;
      const batch = data.fit(next.value);
      if (batch.length > 0) yield batch;
    }
    data.end();
  } finally {
    await raw.rows.return?.();
  }
}
