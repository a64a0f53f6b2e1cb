import { basename } from 'node:path';
import { StopError } from '../errors.js';
import { Fault } from './cells/damage.js';
import { fold, nearest } from './cells/nearest.js';
import { COLUMN_NAMES, type ColumnName, columnOf, RESULT_COLUMNS, type RowValues } from './columns.js';
import { describeHeaders, type HeaderMatch } from './headers.js';
import { secretRefused } from './profile.js';
import type { ImportRecord } from './record.js';

/** One `--only column=value[,value]`, as it was given. */
export interface Only {
  /** what stands before the `=` */
  readonly name: string;
  /** of which a row has one */
  readonly values: readonly string[];
}

/** A worksheet or file that rows are selected from. */
export interface SelectableSource {
  readonly id: number;
  readonly headers: readonly HeaderMatch[];
}

/** A row as far as a selection looks at it. */
export interface SelectableRow {
  readonly source: number;
  readonly cells: readonly string[];
  readonly record: ImportRecord;
  readonly status: string;
  /** what became of it, by result column */
  readonly result: Readonly<Record<string, unknown>> | null;
}

/** Where a row is, under the names that results give it; `row` is short for `inputRow`. */
const PLACES = ['inputFile', 'inputSheet', 'inputRow', 'row'] as const;
type PlaceName = (typeof PLACES)[number];

/** Different cells of a column that are kept to be named where no row has the wanted one. */
const MAX_SEEN = 12;

/**
 * Reads what `--only` gives. A value with a comma in it stands in double quotes, as in CSV.
 * @throws StopError `OPTION_INVALID`
 */
export function readOnly(given: readonly string[]): Only[] {
  return given.map((text) => {
    const at = text.indexOf('=');
    const name = text.slice(0, Math.max(at, 0)).trim();
    if (name === '')
      throw invalid(`--only ${text} has no column and "=".`, 'Write --only column=value, or row=17.');
    const values = valuesIn(text.slice(at + 1));
    if (values === null || values.includes(''))
      throw invalid(
        `--only ${text} lacks a value.`,
        'Write --only column=value[,value]; a value with a comma in double quotes.',
      );
    return { name, values };
  });
}

/** @returns null where a quote does not end */
function valuesIn(text: string): string[] | null {
  const values: string[] = [];
  const value = /\s*(?:"((?:[^"]|"")*)"|([^",][^,]*|))\s*(,|$)/y;
  for (;;) {
    const found = value.exec(text);
    if (found === null) return null;
    const [, quoted, plain = '', end] = found;
    values.push(quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
    if (end === '') return values;
  }
}

/** The conditions of `--only` on the rows of some sheets; all must hold. */
export class Conditions {
  readonly #conditions: readonly Condition[];

  /**
   * @param sources all sheets of the run
   * @param ofEarlierRun the result columns count, too
   * @throws StopError `OPTION_INVALID` for a column that no sheet has and that is none of ours
   */
  constructor(onlys: readonly Only[], sources: readonly SelectableSource[], ofEarlierRun: boolean) {
    this.#conditions = onlys.map((only) => new Condition(only, sources, ofEarlierRun));
  }

  /** @param complete what the row means, with what it takes over and what its blank cells mean */
  hold(row: SelectableRow, complete: () => RowValues): boolean {
    let hold = true;
    // each is asked, so that all that fits no row can be told
    for (const condition of this.#conditions) if (!condition.holds(row, complete)) hold = false;
    return hold;
  }

  /** Whether rows are named by their number alone, which each sheet counts anew. */
  get nameRowsOnly(): boolean {
    const places = this.#conditions.map(({ place }) => place);
    return (
      places.some((place) => place === 'row' || place === 'inputRow') &&
      !places.some((place) => place === 'inputFile' || place === 'inputSheet')
    );
  }

  /** The values that no row has, each as `column = value`. */
  get unmet(): string[] {
    return this.#conditions.flatMap(({ unmet }) => unmet);
  }

  /** Why no row fits. */
  nothingSelected(): StopError {
    const alone = this.#conditions.find(({ isMet }) => !isMet);
    const code = 'NOTHING_SELECTED';
    if (alone)
      return new StopError(code, `No row has ${alone.unmet.join(' or ')}, so nothing was done.`, alone.hint);
    return new StopError(
      code,
      'No row fits all of the --only together, so nothing was done.',
      'Each of them fits some rows. For rows that have one of several values, write --only column=value,value.',
    );
  }
}

/** What a row has in a condition's column: its texts, and what they mean. */
interface Found {
  readonly typed: readonly string[];
  readonly column: ColumnName | null;
}

class Condition {
  /** where the row is, where that is what the condition asks */
  readonly place: PlaceName | null;
  readonly #only: Only;
  /** the column of ours */
  readonly #column: ColumnName | null;
  /** a column of an earlier run's results */
  readonly #result: string | null;
  /** of each source that has it as a header, where */
  readonly #headers = new Map<number, readonly HeaderMatch[]>();
  readonly #positions = new Map<number, number>();
  readonly #meanings = new Map<ColumnName, ReadonlyMap<string, unknown>>();
  readonly #met = new Set<string>();
  readonly #seen = new Set<string>();

  constructor(only: Only, sources: readonly SelectableSource[], ofEarlierRun: boolean) {
    this.#only = only;
    const name = fold(only.name);
    for (const { id, headers } of sources) {
      const own = headers.filter(({ header, how }) => how !== 'result' && fold(header) === name);
      if (own.length > 0) this.#headers.set(id, own);
    }
    const match = describeHeaders({ header: [only.name] })[0];
    this.#column = match?.column ?? null;
    const isOwn = this.#headers.size > 0 || this.#column !== null;
    this.place = isOwn ? null : (PLACES.find((each) => fold(each) === name) ?? null);
    const result = RESULT_COLUMNS.find((each) => fold(each) === name);
    this.#result = isOwn || this.place !== null || !ofEarlierRun ? null : (result ?? null);
    if (!isOwn && this.place === null && this.#result === null)
      throw unknownColumn(only.name, sources, result !== undefined);
    for (const column of this.#columns()) {
      const refused = secretRefused(column);
      if (refused !== null)
        throw invalid(`--only ${only.name}=…: ${column} is a secret.`, 'Select by another column.');
    }
    for (const { id, headers } of sources) {
      const header = headers.find(({ column }) => column !== null && column === this.#column);
      if (header) this.#positions.set(id, header.index);
    }
    if (this.place === 'row' || this.place === 'inputRow') for (const each of only.values) rangeOf(each);
  }

  /** Whether a row has one of the values. */
  holds(row: SelectableRow, complete: () => RowValues): boolean {
    const fits = this.place === null ? this.#byCell(row, complete) : this.#byPlace(this.place, row.record);
    let holds = false;
    for (const value of this.#only.values) {
      if (!fits(value)) continue;
      holds = true;
      this.#met.add(value);
    }
    return holds;
  }

  get isMet(): boolean {
    return this.#met.size > 0;
  }

  get unmet(): string[] {
    return this.#only.values
      .filter((value) => !this.#met.has(value))
      .map((value) => `${this.#only.name} = ${value}`);
  }

  /** What to do where no row has a value. */
  get hint(): string {
    const { name, values } = this.#only;
    if (this.place === 'row' || this.place === 'inputRow')
      return 'Rows have the numbers that the spreadsheet shows; a blank row and the header are none.';
    const joined =
      values.length > 1 ? ` If the comma belongs to the value: --only '${name}="${values.join(', ')}"'.` : '';
    if (this.#seen.size === 0) return `No row has anything in ${name}.${joined}`;
    const seen = [...this.#seen].map((text) => `"${text}"`);
    const all = this.#seen.size < MAX_SEEN;
    return `The sheet has ${all ? '' : 'among others '}${seen.join(', ')}.${joined}`;
  }

  #columns(): ColumnName[] {
    const bound = [...this.#headers.values()].flat().map(({ column }) => column);
    return [this.#column, ...bound].filter((column) => column !== null);
  }

  #byPlace(place: PlaceName, { file, sheet, row }: ImportRecord): (value: string) => boolean {
    if (place === 'inputFile') {
      this.#saw(basename(file));
      return (value) => value === file || value === basename(file);
    }
    if (place === 'inputSheet') {
      this.#saw(sheet ?? '');
      return (value) => sheet !== null && sameText(value, sheet);
    }
    return (value) => {
      const [from, to] = rangeOf(value);
      return row >= from && row <= to;
    };
  }

  #byCell(row: SelectableRow, complete: () => RowValues): (value: string) => boolean {
    if (this.#result !== null) {
      const text = String((this.#result === 'status' ? row.status : row.result?.[this.#result]) ?? '');
      this.#saw(text);
      return (value) => value === text;
    }
    const { typed, column } = this.#found(row);
    for (const text of typed) this.#saw(text);
    if (column === null) return (value) => typed.some((text) => sameText(text, value));
    const own = row.record.values[column];
    const meant = own ?? complete()[column];
    const assigned = column === 'phoneNumber' ? row.result?.['assignedPhoneNumber'] : undefined;
    const { freeText = false } = columnOf(column);
    const meanings = this.#meaningsOf(column);
    return (value) => {
      const wanted = meanings.get(value);
      if (typed.includes(value) || (wanted !== undefined && wanted === assigned)) return true;
      if (meant === undefined) return false;
      if (wanted !== undefined && JSON.stringify(wanted) === JSON.stringify(meant)) return true;
      return freeText && sameText(String(meant), value);
    };
  }

  /** The cells of a row in the column: as its sheet calls it, else as we do. */
  #found({ source, cells }: SelectableRow): Found {
    const headers = this.#headers.get(source);
    if (headers) {
      const bound = headers.find(({ column }) => column !== null);
      const typed = headers.map(({ index }) => cells[index] ?? '').filter((text) => text !== '');
      return { typed, column: bound?.column ?? null };
    }
    const position = this.#positions.get(source);
    const text = position === undefined ? '' : (cells[position] ?? '');
    return { typed: text === '' ? [] : [text], column: this.#column };
  }

  /** What each of the values means in a column; without those that are no value of it. */
  #meaningsOf(column: ColumnName): ReadonlyMap<string, unknown> {
    let meanings = this.#meanings.get(column);
    if (!meanings) {
      const read = this.#only.values.map((value): [string, unknown] => {
        const meant = columnOf(column).schema.read(value);
        return [value, meant instanceof Fault ? meant.repaired : meant];
      });
      meanings = new Map(read);
      this.#meanings.set(column, meanings);
    }
    return meanings;
  }

  #saw(text: string): void {
    if (text !== '' && this.#seen.size < MAX_SEEN) this.#seen.add(text);
  }
}

/** Texts of people: letter case and blanks around them do not count. */
function sameText(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** `17` or `17-40`. */
function rangeOf(text: string): [from: number, to: number] {
  const [, from, to = from] = /^(\d{1,9})(?:\s*-\s*(\d{1,9}))?$/.exec(text) ?? [];
  if (from === undefined)
    throw invalid(`--only row=${text}: "${text}" is no row number.`, 'Write row=17, row=17,20 or row=17-40.');
  return [Number(from), Number(to)];
}

function unknownColumn(name: string, sources: readonly SelectableSource[], isResult: boolean): StopError {
  const headers = sources.flatMap((source) =>
    source.headers.filter(({ how }) => how !== 'result').map(({ header }) => header),
  );
  const own = [...new Set(headers.filter((header) => header.trim() !== ''))];
  const message = `--only ${name}=…: no sheet has a column "${name}", and it is none of ours.`;
  if (isResult)
    return invalid(message, `${name} is known once there is a run: verify and undo can select by it.`);
  const near = nearest(name, [...own, ...COLUMN_NAMES, ...PLACES]);
  return invalid(message, near === null ? `The sheet has ${own.join(', ')}.` : `Did you mean ${near}?`);
}

function invalid(message: string, hint: string): StopError {
  return new StopError('OPTION_INVALID', message, hint);
}
