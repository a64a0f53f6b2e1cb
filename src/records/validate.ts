import { StopError } from '../errors.js';
import type { Row, RowFault, Table } from '../sheet/table.js';
import { Accounts, type KnownBefore, type Owner, type RecordChange } from './across/accounts.js';
import { CallerIds } from './across/caller-ids.js';
import { HuntMembers } from './across/hunt-members.js';
import { KeyIndex } from './across/key-index.js';
import type { LateProblem } from './across/late-problem.js';
import { LeftOutOwners } from './across/left-out-owners.js';
import { PortOrders } from './across/port-orders.js';
import { Rings } from './across/rings.js';
import { RowPlaces } from './across/row-places.js';
import { Uniqueness } from './across/uniqueness.js';
import { VoicemailBoxes } from './across/voicemail-boxes.js';
import { fold } from './cells/nearest.js';
import { placeColumns, readCells, type TableColumns } from './cells/read-cells.js';
import { readTranslations, type Translations } from './cells/translations.js';
import { faultOf } from './cells/values.js';
import { type ColumnName, columnOf, columnsOf, USER_COLUMNS } from './columns.js';
import { isMistaken, mistaken, nowhere } from './header-problems.js';
import {
  columnMeant,
  describeHeaders,
  type HeaderMatch,
  headerInResults,
  productOfSheet,
} from './headers.js';
import { LeftOut, type Skip, skipWithoutColumn } from './left-out.js';
import { isError, type Problem, type ProblemCode, rowText, underHeader, withSeverity } from './problem.js';
import { PRODUCTS, type Product } from './products.js';
import type { DistinctColumn } from './profile.js';
import { type InputReading, nameInSheets, type Reading, readingOf } from './reading.js';
import type { ImportRecord } from './record.js';
import { RowCheck } from './rows/row-check.js';
import { checkRules, sourceOf } from './rows/rules.js';
import { UNDECIDED, undecidedIn } from './undecided.js';

const ACCOUNT_COLUMNS = columnsOf('account');

/** What the user says about the sheets beyond the sheets themselves. */
export interface ValidatorOptions extends InputReading {
  /** columns whose values may differ in capitals or leading zeros only (a profile's `distinct`) */
  readonly distinct?: readonly DistinctColumn[];
  /** `refuse`: example rows of a template are errors, for they would be sent to a real platform */
  readonly examples?: 'warn' | 'refuse';
}

/** A row that was checked. */
export interface Checked {
  readonly record: ImportRecord;
  readonly row: Row;
  /** the row's problems in the order of checking; the first row that misses a required column has that one too */
  readonly problems: readonly Problem[];
  /** errors of the table that make this row invalid; each is reported once elsewhere and not counted again */
  readonly tableProblems: readonly Problem[];
}

/**
 * Turns the rows of all tables of an input, in order, into records and finds all problems in one pass. What it
 * remembers between rows is a few short numbers a row, never a cell.
 */
export class Validator {
  /** the headers that a profile names and no table has had so far, by their folded form */
  readonly #nowhere: Map<string, string>;
  /** the headers as typed that are not their columns' names, by file and worksheet */
  readonly #typedHeaders = new Map<string, ReadonlyMap<string, string>>();
  /** the last table that was opened */
  #table: Pick<Table, 'file' | 'sheet' | 'headerRow'> | null = null;
  readonly #options: ValidatorOptions;
  /** what was said of the worksheets and files that were opened so far */
  readonly #sheetsSeen = new Set<string>();
  /** names in a profile's `skip` that no table has had so far, with the first table */
  readonly #skipUnknown = new Map<string, Problem | null>();
  readonly #keys = new KeyIndex();
  readonly #places = new RowPlaces();
  readonly #accounts: Accounts;
  readonly #callerIds = new CallerIds(this.#places);
  readonly #uniqueness = new Uniqueness(this.#keys, this.#places);
  readonly #portOrders = new PortOrders(this.#keys, this.#places);
  readonly #rings: Rings;
  readonly #boxes = new VoicemailBoxes(this.#keys, this.#places);
  readonly #huntMembers = new HuntMembers(this.#keys, this.#places);
  #headers: readonly HeaderMatch[] = [];
  #columns: TableColumns | null = null;
  #leftOut: LeftOut | null = null;
  /** null where rows of one sheet do not belong to those of another, or none are left out */
  readonly #leftOutOwners: LeftOutOwners | null;
  #sheetProduct: Product | null = null;
  #tableErrors: readonly Problem[] = [];
  /** problems of the open table that its rows have in common, by message */
  readonly #shared = new Map<string, Problem>();
  /** the rows of the open table are not read: it is no sheet to import */
  #unread = false;

  /** @throws StopError when a default is no value of its column */
  constructor(options: ValidatorOptions = {}) {
    this.#options = options;
    readDefaultsOf(options);
    for (const own of Object.values(options.sheets ?? {}))
      if (own !== null) readDefaultsOf({ ...options, ...own });
    const read = Object.values(options.sheets ?? {}).filter((own) => own !== null);
    const areTogether = read.length > 1;
    const skips = [options, ...read].some(({ skip = {} }) => Object.keys(skip).length > 0);
    this.#leftOutOwners = areTogether && skips ? new LeftOutOwners(this.#keys) : null;
    const named = [options, ...read].flatMap(({ headerNames = {} }) => Object.keys(headerNames));
    this.#nowhere = new Map(named.map((header) => [fold(header), header]));
    this.#accounts = new Accounts(this.#keys, this.#places, {
      distinctNumbers: options.distinct?.includes('accountNumber') === true,
      refuseExamples: options.examples === 'refuse',
      mayComeLater: areTogether,
    });
    this.#rings = new Rings(this.#keys, this.#places, this.#accounts);
  }

  /**
   * Begins a table: its rows come next. Returns the problems of its header.
   * @param known what a run knows that the table may be an errors file of
   */
  openTable(
    table: Pick<Table, 'file' | 'sheet' | 'header' | 'headerRow'> & Partial<Pick<Table, 'amongOthers'>>,
    known: KnownBefore | null = null,
  ): Problem[] {
    const reading = readingOf(this.#options, table);
    const { defaults, translations } = readDefaultsOf(reading);
    const headers = describeHeaders(table, reading.headerNames);
    this.#accounts.known = headers.some(({ how }) => how === 'result') ? known : null;
    this.#headers = headers;
    for (const { header } of headers) this.#nowhere.delete(fold(header));
    this.#columns = placeColumns(table, headers, translations, defaults, undecidedIn(reading.defaults ?? {}));
    this.#table = table;
    this.#typedHeaders.set(keyOf(table), this.#columns.headers);
    const product = defaults.get('product') as Product | undefined;
    this.#sheetProduct = reading.product ?? productOfSheet(table.sheet) ?? product ?? null;
    const name = nameInSheets(this.#options, table);
    if (name !== undefined) this.#sheetsSeen.add(name);
    this.#places.openTable(table.file, table.sheet);
    this.#shared.clear();
    this.#unread = table.amongOthers === true && this.#isNotForImport(table, this.#columns);
    const problems = this.#unread ? [notForImport(table)] : headerProblems(table, headers);
    this.#tableErrors = problems.filter(isError);
    this.#openLeftOut(table, reading.skip ?? {});
    return problems;
  }

  /**
   * The warnings of rows that a profile leaves out of the open table; null in place of a row that is to be checked.
   * Nothing when it leaves out none at all.
   */
  leftOut(rows: readonly Row[]): readonly (Problem | null)[] | null {
    const [leftOut, owners] = [this.#leftOut, this.#leftOutOwners];
    if (leftOut === null && owners === null) return null;
    const isBrought = (accountNumber: string) => this.#accounts.isBrought(accountNumber);
    return rows.map((row) => {
      const problem = leftOut?.problemOf(row) ?? null;
      if (problem === null) return owners?.problemOf(row, isBrought) ?? null;
      owners?.add(row);
      return problem;
    });
  }

  /**
   * Checks the next rows of the open table.
   *
   * @throws Error when no table is open
   */
  check(rows: readonly Row[]): Checked[] {
    return rows.map((row) => this.#checkRow(row));
  }

  /** Ends a table: all its rows are checked. Returns the problems of its headers that show by then only. */
  closeTable(): Problem[] {
    const { file, sheet, headerRow: row } = this.#openedTable();
    if (this.#unread || this.#columns === null) return [];
    const { product, all } = this.#columns;
    return [...(product ? [product] : []), ...all].filter(isMistaken).map((column) => {
      const { name, match } = column;
      const place = { file, sheet, row, column: name, value: match.header };
      const problem = withSeverity({
        ...place,
        code: 'MISTAKEN_HEADER',
        ...mistaken(column, columnMeant(match.header, this.#headers)),
      });
      return underHeader(problem, this.#columns?.headers);
    });
  }

  /**
   * The problems that only show at the end of the input, those of the input as a whole under ordinal 0. Errors among
   * them make their rows invalid after all.
   */
  *finish(): Iterable<LateProblem> {
    if (this.#table !== null)
      for (const header of this.#nowhere.values()) yield { ordinal: 0, ...nowhere(header, this.#table) };
    const late = [
      ...[this.#accounts, this.#uniqueness, this.#callerIds, this.#portOrders],
      ...[this.#boxes, this.#huntMembers],
    ];
    for (const problems of late.map((each) => each.finish()))
      for (const problem of problems) yield underHeader(problem, this.#typedHeaders.get(keyOf(problem)));
    for (const problem of this.#skipUnknown.values()) if (problem !== null) yield { ...problem, ordinal: 0 };
  }

  #openedTable(): Pick<Table, 'file' | 'sheet' | 'headerRow'> {
    if (this.#table === null) throw new Error('openTable comes before closeTable');
    return this.#table;
  }

  /** The names in a profile's `sheets` that no table so far has, though they are to be read. */
  get sheetsUnseen(): readonly string[] {
    const named = Object.entries(this.#options.sheets ?? {}).filter(([, own]) => own !== null);
    return named.map(([name]) => name).filter((name) => !this.#sheetsSeen.has(name));
  }

  /** How the headers of the open table were understood. */
  get headers(): readonly HeaderMatch[] {
    return this.#headers;
  }

  /** Whether a user has more than one number, so that rows depend on each other for who gets the caller ID. */
  get hasFurtherNumbers(): boolean {
    return this.#callerIds.hasOthers;
  }

  /** What records do not say rightly so far, in lists that name a row once at most. */
  *changes(): Iterable<Iterable<RecordChange>> {
    yield this.#callerIds.displaced.map((ordinal) => ({ ordinal, change: { callerId: false } }));
    yield* this.#accounts.changes();
    yield this.#rings.changes();
    yield this.#boxes.changes();
    yield this.#huntMembers.changes();
  }

  /** The ordinal of the row that brings a phone number (11 digits), if one of the rows so far does. */
  rowOfPhone(phone: string): number | undefined {
    return this.#uniqueness.rowOfPhone(phone);
  }

  #openLeftOut(table: Pick<Table, 'file' | 'sheet' | 'headerRow'>, skip: Skip): void {
    const leftOut = new LeftOut(table, this.#headers, skip);
    this.#leftOut = leftOut.isEmpty ? null : leftOut;
    if (this.#columns !== null) this.#leftOutOwners?.openTable(table, this.#columns, this.#sheetProduct);
    for (const name of Object.keys(skip))
      if (!leftOut.unknown.includes(name)) this.#skipUnknown.set(name, null);
      else if (!this.#skipUnknown.has(name)) this.#skipUnknown.set(name, skipWithoutColumn(table, name));
  }

  #checkRow(row: Row): Checked {
    const columns = this.#columns;
    if (columns === null) throw new Error('openTable comes before check');
    const check = new RowCheck(columns, row, this.#places.add(row.number));
    check.tableProblems.push(...this.#tableErrors);
    if (row.fault !== undefined) this.#addFault(check, row.fault);
    if (this.#unread || row.fault?.unread) return unreadRow(check);

    readCells(check, columns, this.#sheetProduct);
    check.requireColumn('product', 'every row names its product, unless its worksheet is named for one');
    const owner = this.#accounts.join(check);
    checkRules(
      check,
      owner,
      this.#accounts.extensionLength(owner.account) || (check.values.extensionLength ?? 0),
    );
    this.#uniqueness.check(check, owner);
    this.#portOrders.check(check, owner.account, () => this.#accounts.nameOf(owner.account));

    const ringing =
      check.product === 'NUMBER'
        ? this.#rings.take(check, owner.account, sourceOf(check) === 'SEARCH')
        : { searchIndex: this.#countSearch(check, owner) };
    const callerId = this.#takesCallerId(check, owner);
    const lines = this.#partInLines(check, owner);
    const { accountFirst, userFirst } = owner;
    const wrong = (group: 'account' | 'user') =>
      [...check.problems, ...check.tableProblems].some(
        (each) => isError(each) && (each.column === null || isOf(group, each.column)),
      );
    const clean = check.problems.length === 0 && check.tableProblems.length === 0;
    const record: ImportRecord = {
      ordinal: check.ordinal,
      file: columns.file,
      sheet: columns.sheet,
      row: row.number,
      product: check.product,
      values: check.values,
      valid: check.valid,
      accountFirst,
      userFirst,
      accountUsable: clean || !wrong('account'),
      userUsable: clean || !wrong('user'),
      ...ringing,
      callerId,
      ...lines,
    };
    return { record, row, problems: check.problems, tableProblems: check.tableProblems };
  }

  /** A lookup list or a directory beside the rows to import: nothing in it says what or whose its rows are. */
  #isNotForImport(table: Pick<Table, 'file' | 'sheet'>, { positions, defaults }: TableColumns): boolean {
    if (positions.has('product') || positions.has('accountNumber')) return false;
    if (positions.size >= COLUMNS_OF_ROWS) return false;
    if (productOfSheet(table.sheet) !== null || defaults.has('accountNumber')) return false;
    return nameInSheets(this.#options, table) === undefined;
  }

  /** Adds the fault of a row; one that another row is to blame for is one problem, of the first row that has it. */
  #addFault(check: RowCheck, { code, message, hint, row }: RowFault): void {
    if (row === undefined) {
      check.add(code, null, message, hint);
      return;
    }
    let problem = this.#shared.get(message);
    if (problem === undefined) {
      const { file, sheet } = check.table;
      problem = withSeverity({ file, sheet, row, column: null, value: '', code, message, hint });
      this.#shared.set(message, problem);
      check.problems.push(problem);
    }
    check.tableProblems.push(problem);
  }

  /** What a row is to the voicemail boxes and hunt groups of business lines. */
  #partInLines(check: RowCheck, { account }: Owner): Partial<ImportRecord> | null {
    const { product } = check;
    if (product !== 'BUSINESS_LINE' && product !== 'HUNT_GROUP') return null;
    const box = this.#boxes.take(check, account);
    if (product === 'BUSINESS_LINE' || account === 0) return box;
    const memberRows = this.#huntMembers.take(check, account);
    return memberRows === undefined ? box : { ...box, memberRows };
  }

  #takesCallerId(check: RowCheck, { user, isStranger }: Owner): boolean | null {
    const { product } = check;
    if (product === null || !PRODUCTS[product].hasUser) return null;
    if (sourceOf(check) === 'NONE' && !check.has('phoneNumber')) {
      // it may still name the caller ID of its user
      if (check.values.callerIdNumber !== undefined && user !== 0 && !isStranger)
        this.#callerIds.take(check, user);
      return null;
    }
    // the extension of somebody else, or none that is usable: the row is of a user that is not known
    if (user === 0 || isStranger) return check.values.assignAsCallerId !== false;
    return this.#callerIds.take(check, user);
  }

  /** Which number it is that the row searches for its user; 0 when it searches none. */
  #countSearch(check: RowCheck, owner: Owner): number {
    if (sourceOf(check) !== 'SEARCH') return 0;
    const index = this.#accounts.countSearch(owner.user);
    if (index > 1 && check.has('firstName') && !check.has('macAddress')) {
      const other = this.#places.place(owner.userFirst);
      const message = `The row searches one more number (${index} so far) for the user of ${rowText(other, check.table)}`;
      const hint = 'Delete the row if it was repeated by mistake.';
      check.add('ANOTHER_SEARCH', 'phoneNumber', message, hint, other);
    }
    return index;
  }
}

/** A row whose cells are not read. */
function unreadRow({ ordinal, table, row, values, problems, tableProblems }: RowCheck): Checked {
  const record: ImportRecord = {
    ordinal,
    file: table.file,
    sheet: table.sheet,
    row: row.number,
    product: null,
    values,
    valid: false,
    accountFirst: 0,
    userFirst: 0,
    accountUsable: false,
    userUsable: false,
    searchIndex: 0,
    callerId: null,
  };
  return { record, row, problems, tableProblems };
}

/** So many known columns no list or directory has: rows to import, though it is not understood whose. */
const COLUMNS_OF_ROWS = 8;

function notForImport({ file, sheet, headerRow: row }: Pick<Table, 'file' | 'sheet' | 'headerRow'>): Problem {
  const message = `The worksheet "${sheet}" holds no rows to import: it has neither a column product nor a column accountNumber`;
  const leftOut = `leave it out in a profile: "sheets": { ${JSON.stringify(sheet)}: null }`;
  const hint = `Hide or delete the worksheet, or ${leftOut}. If it is for the import, say there which header is the accountNumber.`;
  return withSeverity({ file, sheet, row, column: null, value: '', code: 'NOT_FOR_IMPORT', message, hint });
}

function keyOf({ file, sheet }: Pick<Table, 'file' | 'sheet'>): string {
  return JSON.stringify([file, sheet]);
}

/** Whether a column says something of the account, or of the user where the row has one. */
function isOf(group: 'account' | 'user', column: string): boolean {
  const columns: readonly string[] = group === 'user' ? USER_COLUMNS : ACCOUNT_COLUMNS;
  return columns.includes(column);
}

function headerProblems(
  table: Pick<Table, 'file' | 'sheet' | 'headerRow'>,
  headers: readonly HeaderMatch[],
): Problem[] {
  const problems: Problem[] = [];
  const add = (code: ProblemCode, column: string, value: string, message: string, hint: string) => {
    const { file, sheet, headerRow: row } = table;
    problems.push(withSeverity({ file, sheet, row, column, value, code, message, hint }));
  };
  const first = new Map<ColumnName, string>();
  for (const { header, column, how, nearest } of headers) {
    if (how === 'unknown') {
      const inResults = headerInResults(header);
      const comesBack = `its cells come back in the results${inResults === header ? '' : `, as "${inResults}"`}`;
      const hint =
        nearest === null
          ? `Leave it if it is for your own use; ${comesBack}.`
          : `Did you mean ${nearest}? Leave it if it is for your own use.`;
      add('UNKNOWN_COLUMN', header, header, `"${header}" is not a known column; it is not used`, hint);
    }
    if (column === null) continue;
    const before = first.get(column);
    if (before !== undefined) {
      const message = `The headers "${before}" and "${header}" both stand for ${column}`;
      const hint = `Rename the one that is not meant, or ignore it in a profile: "headers": { ${JSON.stringify(header)}: null }.`;
      add('AMBIGUOUS_HEADER', column, header, message, hint);
    }
    first.set(column, before ?? header);
  }
  return problems;
}

/** The typed defaults and the translations of a table. @throws StopError when a default is no value of its column */
function readDefaultsOf({ defaults = {}, valueTranslations = {}, blank = [] }: Reading) {
  const translations = readTranslations(valueTranslations, blank);
  return { translations, defaults: readDefaults(defaults, translations) };
}

function readDefaults(
  defaults: NonNullable<Reading['defaults']>,
  translations: Translations,
): ReadonlyMap<ColumnName, unknown> {
  const values = new Map<ColumnName, unknown>();
  for (const [name, given] of Object.entries(defaults)) {
    const column = name as ColumnName;
    const text = given.trim();
    if (text === '' || text === UNDECIDED) continue;
    const meant = translations.get(column)?.get(text.toLowerCase()) ?? text;
    if (meant === '') continue;
    const parsed = columnOf(column).schema.safeParse(meant);
    if (!parsed.success && faultOf(parsed.error).repaired === undefined) {
      const { message, hint } = faultOf(parsed.error);
      throw new StopError('DEFAULT_INVALID', `The default of ${column} is not usable: ${message}`, hint);
    }
    values.set(column, parsed.success ? parsed.data : faultOf(parsed.error).repaired);
  }
  return values;
}
