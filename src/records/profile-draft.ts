import { fold } from './cells/nearest.js';
import { COLUMN_NAMES, type ColumnName, columnOf, mayBeForAll, SECRET_COLUMNS } from './columns.js';
import { columnMeant, type HeaderMatch } from './headers.js';
import { likelyProduct } from './likely-product.js';
import { isError, type Problem } from './problem.js';
import type { Profile } from './profile.js';
import { UNDECIDED } from './undecided.js';

/** Different texts of a column that are worth translating; a column of more is no choice but something else. */
const MAX_TEXTS = 60;
/** Words for "nothing" that a sheet may use. */
const MAX_PLACEHOLDERS = 30;

/** A profile as a file has it: what is absent says nothing. */
export type DraftedProfile = Partial<Profile> & {
  readonly $schema?: string;
  readonly $notes?: readonly string[];
  readonly blank?: readonly string[];
  readonly sheets?: Readonly<Record<string, unknown>>;
};

/**
 * A profile to begin with, from what a validation found: how the headers were understood, what rows need and have no
 * column for, texts that stand for nothing, and texts of choices that fit nothing. What is still to be filled in is
 * {@link UNDECIDED}; `$notes` say what is meant by each, in words.
 */
export class ProfileDraft {
  readonly #base: DraftedProfile;
  readonly #tables = new Map<string, DraftedTable>();
  readonly #missing = new Set<ColumnName>();
  readonly #blank = new Map<string, string>();
  /** by column, texts in the spelling seen first, and how often each stands there */
  readonly #texts = new Map<ColumnName, Map<string, { readonly text: string; count: number }>>();

  /** @param base the profile that the sheets were read with: what it says stays */
  constructor(base: DraftedProfile = {}) {
    this.#base = base;
  }

  /** Adds a table that was opened; its problems come later. */
  addTable(file: string, sheet: string | null, headers: readonly HeaderMatch[]): void {
    this.#tables.set(keyOf(file, sheet), { sheet, headers, mistaken: new Map(), notForImport: false });
  }

  /** Adds what is wrong with a table or a row of it. */
  addProblem(problem: Problem): void {
    const { code, column, value } = problem;
    const table = this.#tables.get(keyOf(problem.file, problem.sheet));
    if (code === 'NOT_FOR_IMPORT' && table) table.notForImport = true;
    if (!isColumn(column) || SECRET_COLUMNS.has(column)) return;
    if (code === 'MISTAKEN_HEADER') table?.mistaken.set(value, problem.message);
    if (code === 'MISSING_COLUMN') this.#addMissing(column, table?.headers ?? []);
    else if (code === 'PLACEHOLDER') {
      if (this.#blank.size < MAX_PLACEHOLDERS) keepFirst(this.#blank, value);
    } else if (isError(problem) && FITS_NOTHING.has(code)) this.#addText(column, value);
  }

  /** The profile, and how much of it is left to be filled in. */
  drafted(): { readonly profile: DraftedProfile; readonly open: number } {
    const { $schema, headers: _, defaults: before = {}, values: givenValues = {}, ...rest } = this.#base;
    const kept = Object.entries(rest).filter(([, part]) => !isEmpty(part));
    const { headers, notes } = this.#headers();
    const isThere = (column: string) => (Object.values(headers) as (string | null)[]).includes(column);
    const given: Profile['defaults'] = Object.fromEntries(
      Object.entries(before).filter(([column, text]) => text !== UNDECIDED || !isThere(column)),
    );
    const needed = [...this.#missing].filter((column) => given[column] === undefined && !isThere(column));
    // A mail cannot be taken back: whether it is sent is asked for, though rows can do without.
    const mails =
      this.#isRead('emailAddress') && !this.#isRead('blockEmail') && given.blockEmail === undefined;
    const open = [...needed.filter(mayBeForAll), ...(mails ? (['blockEmail'] as const) : [])];
    const defaults = { ...Object.fromEntries(open.map((column) => [column, UNDECIDED])), ...given };
    const values = this.#values(givenValues);
    const blank = this.#blanks();
    const sheets = this.#sheets();
    const told = [
      ...notes,
      ...needed
        .filter((column) => !mayBeForAll(column))
        .map((column) => `No header is ${column}, which rows need.`),
      ...open.map(
        (column) =>
          `No column is ${column}, which ${column === 'blockEmail' ? 'keeps the platform from mailing each new user at once' : 'rows need'}; a default is for all rows. ${allowed(column)}`,
      ),
      ...this.#notesOfTexts(),
    ];
    const profile = {
      ...($schema === undefined ? {} : { $schema }),
      ...(told.length > 0 ? { $notes: [HOW_TO_FILL_IN, ...told] } : {}),
      ...{ headers, defaults, values },
      ...Object.fromEntries(kept),
      ...(blank.length > 0 ? { blank } : {}),
      ...(isEmpty(sheets) ? {} : { sheets }),
    };
    const texts = [defaults, ...Object.values(values)].flatMap((each) => Object.values(each));
    return { profile, open: texts.filter((text) => text === UNDECIDED).length };
  }

  /** Whether some table has the column. */
  #isRead(column: ColumnName): boolean {
    return [...this.#tables.values()].some(({ headers }) => headers.some((each) => each.column === column));
  }

  /** How the headers are understood, and what is to be said of some. */
  #headers(): { readonly headers: Record<string, ColumnName | null>; readonly notes: readonly string[] } {
    const base = this.#base.headers ?? {};
    const known = new Set(Object.keys(base).map(fold));
    const headers: Record<string, ColumnName | null> = { ...base };
    const notes: string[] = [];
    for (const table of this.#tables.values()) {
      if (table.notForImport) continue;
      const taken = new Map<ColumnName, string>();
      for (const match of table.headers) {
        const { header, column, how, nearest } = match;
        // what the profile says already stays where it says it
        if (header.trim() === '' || how === 'result' || how === 'profile' || how === 'ignored') continue;
        const before = column === null ? undefined : taken.get(column);
        if (column !== null) taken.set(column, before ?? header);
        const mistaken = table.mistaken.get(header);
        if (mistaken !== undefined) notes.push(`${mistaken}.`);
        if (known.has(fold(header))) continue;
        known.add(fold(header));
        if (before !== undefined) {
          headers[header] = null;
          notes.push(`"${header}" is not used: "${before}" is ${column} already.`);
        } else if (column === null) {
          headers[header] = null;
          if (nearest !== null) notes.push(`"${header}" is not known; did you mean ${nearest}?`);
        } else if (mistaken !== undefined) headers[header] = correction(match, table.headers);
        else if (header !== column) headers[header] = column;
      }
    }
    return { headers, notes };
  }

  #blanks(): string[] {
    const given = this.#base.blank ?? [];
    const known = new Set(given.map(inLowerCase));
    return [...given, ...[...this.#blank].filter(([folded]) => !known.has(folded)).map(([, text]) => text)];
  }

  #sheets(): NonNullable<DraftedProfile['sheets']> {
    const given = this.#base.sheets ?? {};
    const left = [...this.#tables.values()].filter(
      ({ sheet, notForImport }) => notForImport && sheet !== null,
    );
    return { ...given, ...Object.fromEntries(left.map(({ sheet }) => [sheet, null])) };
  }

  #addMissing(column: ColumnName, headers: readonly HeaderMatch[]): void {
    this.#missing.add(column);
    if (column !== 'product') return;
    const has = (name: ColumnName) => headers.some((each) => each.column === name);
    for (const also of likelyProduct(has)?.missing ?? []) this.#missing.add(also);
  }

  #addText(column: ColumnName, text: string): void {
    let texts = this.#texts.get(column);
    if (texts === undefined) {
      texts = new Map();
      this.#texts.set(column, texts);
    }
    const known = texts.get(inLowerCase(text));
    if (known !== undefined) known.count += 1;
    // one more than is written, which tells that there are more
    else if (texts.size <= MAX_TEXTS) texts.set(inLowerCase(text), { text, count: 1 });
  }

  #values(given: Partial<Profile['values']>): Profile['values'] {
    const values: Profile['values'] = { ...given };
    for (const [column, texts] of this.#texts) {
      if (texts.size > MAX_TEXTS) continue;
      const known = new Set(Object.keys(given[column] ?? {}).map(inLowerCase));
      const open = [...texts]
        .filter(([folded]) => !known.has(folded))
        .sort(([, a], [, b]) => b.count - a.count);
      const added = Object.fromEntries(open.map(([, { text }]) => [text, UNDECIDED]));
      values[column] = { ...given[column], ...added };
    }
    return values;
  }

  /** What the texts that are to be filled in may stand for. */
  #notesOfTexts(): string[] {
    return [...this.#texts].map(([column, texts]) =>
      texts.size > MAX_TEXTS
        ? `${column} has more than ${MAX_TEXTS} different texts that fit nothing: is it the right column?`
        : `Texts of ${column} fit nothing. ${allowed(column)}`,
    );
  }
}

const HOW_TO_FILL_IN = `Fill in each "${UNDECIDED}". A header with null is not used; give it a column to use it.`;

/** The headers of a table, and what was found out about them. */
interface DraftedTable {
  readonly sheet: string | null;
  readonly headers: readonly HeaderMatch[];
  /** headers that were taken for the wrong column, and what was said of each */
  readonly mistaken: Map<string, string>;
  notForImport: boolean;
}

/** What a header that was taken for the wrong column is. Texts of a choice may be right: they are asked for. */
function correction({ header, column }: HeaderMatch, headers: readonly HeaderMatch[]): ColumnName | null {
  if (column !== null && columnOf(column).options !== undefined) return column;
  return columnMeant(header, headers);
}

/** Problems of texts that are none of a column's choices. */
const FITS_NOTHING: ReadonlySet<Problem['code']> = new Set([
  'NOT_AN_OPTION',
  'NOT_YES_OR_NO',
  'TIME_ZONE_UNKNOWN',
]);

/** The longest list of choices that a note repeats. */
const MAX_CHOICES = 8;

function allowed(column: ColumnName): string {
  const { options, help } = columnOf(column);
  if (options === undefined) return help;
  return options.length > MAX_CHOICES
    ? `Such as ${options.slice(0, 3).join(', ')}; the drop-down of a template has all.`
    : `One of ${options.join(', ')}.`;
}

function isColumn(name: string | null): name is ColumnName {
  return name !== null && (COLUMN_NAMES as readonly string[]).includes(name);
}

function keepFirst(texts: Map<string, string>, text: string): void {
  if (text !== '' && !texts.has(inLowerCase(text))) texts.set(inLowerCase(text), text);
}

function inLowerCase(text: string): string {
  return text.toLowerCase();
}

function keyOf(file: string, sheet: string | null): string {
  return JSON.stringify([file, sheet]);
}

function isEmpty(part: unknown): boolean {
  return typeof part === 'object' && part !== null && Object.keys(part).length === 0;
}
