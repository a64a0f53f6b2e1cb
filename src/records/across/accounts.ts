import { keepable } from '../../sheet/cell-text.js';
import { type ColumnName, columnOf, columnsOf, type RowValues, USER_COLUMNS } from '../columns.js';
import { numberSourceOf } from '../complete.js';
import { type OtherRow, type ProblemCode, rowText, withSeverity } from '../problem.js';
import { byProduct, PRODUCT_NAMES, PRODUCTS, type Product } from '../products.js';
import type { ImportRecord } from '../record.js';
import type { RowCheck } from '../rows/row-check.js';
import { Agreement } from './agreement.js';
import { hash32, type KeyIndex } from './key-index.js';
import { KEY, nearForm } from './keys.js';
import type { LateProblem } from './late-problem.js';
import { NumberTable } from './number-table.js';
import type { RowPlaces } from './row-places.js';

const ACCOUNT_COLUMNS = columnsOf('account');

/** The columns that the first row of an account or user needs; `any`: whatever its product is. */
const REQUIRED = { account: requiredOf(ACCOUNT_COLUMNS), user: requiredOf(USER_COLUMNS) };

function requiredOf(
  columns: readonly ColumnName[],
): Readonly<Record<Product | 'any', readonly ColumnName[]>> {
  const needs = (product: Product) =>
    columns.filter((column) => columnOf(column).required?.includes(product) === true);
  const any = columns.filter((column) => columnOf(column).required?.length === PRODUCT_NAMES.length);
  return { any, ...byProduct(needs) };
}

/** The numbers that are kept with each account and user. */
const FIRST = 0;
const TYPE = 1;
const EXTENSION_LENGTH = 2;
const EXACT_NUMBER = 3;
/** an earlier account that is most likely meant: its number differs in capitals or leading zeros only; 0: none */
const TWIN = 4;
/** the row whose cells speak for the account or user: the first, unless that one left it to a later one; 0: none so far */
const FROM = 5;
/** the row that made the account a business or a Home Phone one; 0: none so far */
const TYPED = 6;
/** one of {@link ONLY} */
const BROUGHT_ALONE = 7;
const ACCOUNT_FIELDS = 8;
const SEARCHES = 1;
/** what the user of a Home Phone has: {@link PART} */
const PARTS = 2;
const USER_FIELDS = 6;

/** Whether an ACCOUNT row speaks for the account; `badLength`: and its extensionLength is unusable, which is told. */
const ONLY = { no: 0, yes: 1, badLength: 2 } as const;
const PART = { number: 1, device: 2 } as const;

/** Cells that make a row speak for its account or user, where it otherwise only names it. */
const SPEAKING = {
  account: ACCOUNT_COLUMNS.filter((column) => column !== 'accountNumber'),
  user: USER_COLUMNS.filter((column) => column !== 'extension'),
};

/** How many names of accounts and users that no row has brought so far are kept, for messages. */
const MAX_NAMES = 10_000;

/** What blank cells of an account's or user's first row mean. */
const BLANKS = { account: blanksIn(ACCOUNT_COLUMNS), user: blanksIn(USER_COLUMNS) };

function blanksIn(columns: readonly ColumnName[]): RowValues {
  // what a blank cell of a line's column means says nothing of a user
  const own = columns.filter((column) => columnOf(column).group !== 'businessLine');
  const blanks = own.map((column) => [column, columnOf(column).blank] as const);
  return Object.fromEntries(blanks.filter(([, blank]) => blank !== undefined));
}

const EXAMPLE_ACCOUNTS: ReadonlySet<string> = new Set(
  PRODUCT_NAMES.map((product) => PRODUCTS[product].exampleAccount),
);

/** What the user says of accounts. */
export interface AccountOptions {
  /** account numbers that differ in capitals or leading zeros only are two accounts */
  readonly distinctNumbers: boolean;
  /** an example row of a template keeps itself from being sent */
  readonly refuseExamples: boolean;
  /** a row that only names its account or user may come before the one that brings it, of another sheet */
  readonly mayComeLater: boolean;
}

/** Reads the record of another row. */
export type RecordAt = (ordinal: number) => ImportRecord | undefined;

/** What shows of a record only when all rows are known, or how it follows from the records as they were read. */
export interface RecordChange {
  readonly ordinal: number;
  readonly change:
    | Partial<ImportRecord>
    | ((record: ImportRecord, recordAt: RecordAt) => Partial<ImportRecord>);
}

/** Accounts and users that are on the platform already, with the values of their first rows. */
export interface KnownBefore {
  account(accountNumber: string): RowValues | undefined;
  /** @param extension '' for the one user of a Home Phone account */
  user(accountNumber: string, extension: string): RowValues | undefined;
}

const ACCOUNT_TYPES = ['unknown', 'ADVANCED', 'SIMPLE'] as const;

/** The account and user that a row is of. */
export interface Owner {
  /** the account's number from 1; 0 without a usable accountNumber */
  readonly account: number;
  /** the user's number from 1; 0 without one */
  readonly user: number;
  readonly accountFirst: number;
  readonly userFirst: number;
  /** the row brings the user: its user cells count, and are complete */
  readonly bringsUser: boolean;
  /** the row is of another person than the user whose extension it has */
  readonly isStranger: boolean;
}

type OwnUser = Pick<Owner, 'user' | 'userFirst' | 'bringsUser' | 'isStranger'>;

/**
 * Rows of one account, and of one user in it: the first row speaks for all, later ones inherit from it or agree with
 * it (account: same accountNumber; user: same extension in it, for HOME_PHONE the account's one user). Where several
 * sheets belong together, rows that only name their account or user may come before the one that speaks for it.
 */
export class Accounts {
  readonly #options: AccountOptions;
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  readonly #accounts = new Agreement(SPEAKING.account, ACCOUNT_FIELDS);
  readonly #users = new Agreement(SPEAKING.user, USER_FIELDS);
  /** rows of users that no row has brought so far */
  readonly #early = new NumberTable(2);
  /** rows with an extension of accounts that no row has brought so far */
  readonly #unmeasured = new NumberTable(2);
  /** what accounts and users are called that no row has brought so far, the first of them */
  readonly #names = { account: new Map<number, string>(), user: new Map<number, string>() };
  /** the sheets that bring accounts and users */
  readonly #bringers = { account: new Set<string>(), user: new Set<string>() };

  #userBlanks = BLANKS.user;
  /** what blank cells of first rows are filled from; null: from nothing */
  known: KnownBefore | null = null;

  constructor(keys: KeyIndex, places: RowPlaces, options: AccountOptions) {
    this.#options = options;
    this.#keys = keys;
    this.#places = places;
  }

  /** Finds or opens the row's account and user, and adds the problems that rows of one account or user have together. */
  join(check: RowCheck): Owner {
    const none = { account: 0, user: 0, accountFirst: 0, userFirst: 0, bringsUser: false, isStranger: false };
    check.applyDefault('accountNumber');
    check.requireColumn('accountNumber', 'every row names its account');
    const { accountNumber } = check.values;
    if (accountNumber === undefined) {
      if (check.has('accountName')) {
        check.applyDefaults('account');
        requireGroup(check, 'account');
      }
      return none;
    }
    const form = this.#options.distinctNumbers ? accountNumber : nearForm(accountNumber);
    const near = this.#keys.add(KEY.accountNearly, 0, form, this.#accounts.next);
    const known = near === 0 ? 0 : this.#known(accountNumber, near);
    const account = known === 0 ? this.#openAccount(check, accountNumber, near) : known;
    this.#places.setAccount(check.ordinal, account);
    if (EXAMPLE_ACCOUNTS.has(accountNumber)) this.#addExample(check, accountNumber);
    const twin = this.#accounts.get(account, TWIN);
    if (twin !== 0) this.#addTwin(check, accountNumber, twin);
    const accountFirst = this.#accounts.get(account, FIRST);
    const alone = known === 0 || this.#joinAccount(check, account);
    const { extension } = check.values;
    if (extension !== undefined && this.#accounts.get(account, FROM) === 0)
      push(this.#unmeasured, check.ordinal, Number(extension));
    return { ...none, account, accountFirst, ...this.#joinUser(check, account, alone) };
  }

  /** Whether a row so far brings an account with this number. */
  isBrought(accountNumber: string): boolean {
    const form = this.#options.distinctNumbers ? accountNumber : nearForm(accountNumber);
    const account = this.#keys.find(KEY.accountNearly, 0, form);
    return account !== 0 && this.#accounts.get(account, FROM) !== 0;
  }

  /** How many digits the extensions of an account have; 0 when that is not known. */
  extensionLength(account: number): number {
    return account === 0 ? 0 : this.#accounts.get(account, EXTENSION_LENGTH);
  }

  /** What an account is called; undefined where that is not known, or not remembered any more. */
  nameOf(account: number): string | undefined {
    return this.#accounts.firstValues(account)?.accountName;
  }

  /** Counts a row that searches a number for a user: 1 for the user's first such row, and so on. */
  countSearch(user: number): number {
    if (user === 0) return 1;
    const count = this.#users.get(user, SEARCHES) + 1;
    this.#users.set(user, SEARCHES, count);
    return count;
  }

  /** The ordinal of the first row of a user. */
  firstOfUser(user: number): number {
    return this.#users.get(user, FIRST);
  }

  /** The problems of rows whose account or user no row brings, and of what was not known when their row was checked. */
  *finish(): Iterable<LateProblem> {
    yield* this.#joinsNothing();
    for (let line = 0; line < this.#unmeasured.length; line += 1) {
      const ordinal = this.#unmeasured.get(line, 0);
      const value = String(this.#unmeasured.get(line, 1));
      const length = this.extensionLength(this.#places.accountOf(ordinal));
      if (length === 0 || value.length === length) continue;
      yield this.#late(ordinal, 'EXTENSION_LENGTH', 'extension', value, wrongLength(value, length));
    }
    for (let account = 1; account < this.#accounts.next; account += 1) {
      const isBusiness = ACCOUNT_TYPES[this.#accounts.get(account, TYPE)] === 'ADVANCED';
      if (!isBusiness || this.#accounts.get(account, BROUGHT_ALONE) !== ONLY.yes) continue;
      if (this.#accounts.get(account, EXTENSION_LENGTH) !== 0) continue;
      const ordinal = this.#accounts.get(account, FROM);
      const typed = this.#places.describe(this.#accounts.get(account, TYPED), this.#places.place(ordinal));
      const message = `extensionLength is blank; ${typed} makes the account a business one, which needs it`;
      yield this.#late(ordinal, 'REQUIRED', 'extensionLength', '', {
        message,
        hint: 'Fill in extensionLength.',
      });
    }
  }

  /** What records do not say so far, in lists that name a row once at most. */
  *changes(): Iterable<Iterable<RecordChange>> {
    yield this.#changes(this.#accounts, (accountFrom) => ({ accountFrom }));
    yield this.#changes(this.#users, (userFrom) => ({ userFrom }));
    yield this.#homePhoneAccounts();
  }

  *#changes(of: Agreement, change: (from: number) => Partial<ImportRecord>): Iterable<RecordChange> {
    for (let number = 1; number < of.next; number += 1) {
      const [ordinal, from] = [of.get(number, FIRST), of.get(number, FROM)];
      if (from !== 0 && from !== ordinal) yield { ordinal, change: change(from) };
    }
  }

  /** ACCOUNT rows whose extensionLength would make the account a business one, which the Home Phone in it does not. */
  *#homePhoneAccounts(): Iterable<RecordChange> {
    for (let account = 1; account < this.#accounts.next; account += 1) {
      const isHome = ACCOUNT_TYPES[this.#accounts.get(account, TYPE)] === 'SIMPLE';
      if (!isHome || this.#accounts.get(account, BROUGHT_ALONE) === ONLY.no) continue;
      yield { ordinal: this.#accounts.get(account, FROM), change: { accountType: 'SIMPLE' } };
    }
  }

  *#joinsNothing(): Iterable<LateProblem> {
    const named = (what: 'account' | 'user', number: number) => this.#names[what].get(number) ?? '';
    let awaited = 0;
    for (let account = 1; account < this.#accounts.next; account += 1)
      if (this.#accounts.get(account, FROM) === 0) awaited += 1;
    for (let ordinal = 1; awaited > 0 && ordinal <= this.#places.count; ordinal += 1) {
      const account = this.#places.accountOf(ordinal);
      if (account === 0 || this.#accounts.get(account, FROM) !== 0) continue;
      const name = named('account', account);
      const message = `The row only names its account${quoted(name)}, and no row brings it`;
      const hint = `Add the account to ${this.#bringing('account')}, or correct accountNumber.`;
      yield this.#late(ordinal, 'JOINS_NOTHING', 'accountNumber', name, { message, hint });
    }
    for (let line = 0; line < this.#early.length; line += 1) {
      const [ordinal, user] = [this.#early.get(line, 0), this.#early.get(line, 1)];
      const account = this.#places.accountOf(ordinal);
      if (this.#users.get(user, FROM) !== 0 || this.#accounts.get(account, FROM) === 0) continue;
      const name = named('user', user);
      const where = this.#places.describe(this.#accounts.get(account, FROM), this.#places.place(ordinal));
      const message = `The row only names its user${quoted(name)} of the account of ${where}, and no row brings the user`;
      const hint = `Add the user to ${this.#bringing('user')}, or correct accountNumber or extension.`;
      yield this.#late(ordinal, 'JOINS_NOTHING', 'extension', name, { message, hint });
    }
  }

  #bringing(what: 'account' | 'user'): string {
    return [...this.#bringers[what]].slice(0, 3).join(' or ') || `a sheet that brings ${what}s`;
  }

  #late(
    ordinal: number,
    code: ProblemCode,
    column: ColumnName,
    value: string,
    said: { readonly message: string; readonly hint: string },
  ): LateProblem {
    return withSeverity({ ...this.#places.place(ordinal), column, value, code, ...said });
  }

  /** @param near the first account with such a number, when capitals and leading zeros are overlooked */
  #known(accountNumber: string, near: number): number {
    if (this.#accounts.get(near, EXACT_NUMBER) === hash32(accountNumber)) return near;
    return this.#keys.find(KEY.accountExactly, 0, accountNumber);
  }

  #openAccount(check: RowCheck, accountNumber: string, near: number): number {
    if (this.known) fill(check, ACCOUNT_COLUMNS, this.known.account(accountNumber));
    const speaks = near !== 0 || !this.#onlyNames(check, 'account');
    if (speaks) check.applyDefaults('account');
    // most likely it is a later row of the other account, whose account cells may be blank
    if (speaks && near === 0) requireGroup(check, 'account');
    const account = this.#accounts.open(check, speaks ? BLANKS.account : {});
    this.#accounts.set(account, FIRST, check.ordinal);
    this.#setType(account, check);
    if (speaks) this.#speakForAccount(account, check);
    else this.#name('account', account, accountNumber);
    this.#accounts.set(account, EXACT_NUMBER, hash32(accountNumber));
    if (near !== 0) {
      this.#keys.add(KEY.accountExactly, 0, accountNumber, account);
      this.#accounts.set(account, TWIN, near);
    }
    return account;
  }

  #speakForAccount(account: number, check: RowCheck): void {
    this.#accounts.set(account, FROM, check.ordinal);
    this.#accounts.set(account, EXTENSION_LENGTH, check.values.extensionLength ?? 0);
    if (check.product === 'ACCOUNT')
      this.#accounts.set(account, BROUGHT_ALONE, check.isBad('extensionLength') ? ONLY.badLength : ONLY.yes);
    this.#isBrought('account', account, check);
  }

  #setType(account: number, check: RowCheck): void {
    const type = accountTypeOf(check.product);
    if (type === 0) return;
    this.#accounts.set(account, TYPE, type);
    this.#accounts.set(account, TYPED, check.ordinal);
  }

  /** Whether a row says nothing of its account or user but which one it is, and another sheet may bring that. */
  #onlyNames(check: RowCheck, what: 'account' | 'user'): boolean {
    if (!this.#options.mayComeLater || check.product === null || check.product === 'ACCOUNT') return false;
    return !SPEAKING[what].some((column) => check.has(column));
  }

  #name(what: 'account' | 'user', number: number, name: string): void {
    if (this.#names[what].size < MAX_NAMES) this.#names[what].set(number, keepable(name));
  }

  #isBrought(what: 'account' | 'user', number: number, { table: { file, sheet } }: RowCheck): void {
    if (!this.#options.mayComeLater) return;
    this.#names[what].delete(number);
    this.#bringers[what].add(sheet === null ? file : `worksheet "${sheet}"`);
  }

  /** One customer must not become two: the rows of the account that comes second are not sent. */
  #addTwin(check: RowCheck, accountNumber: string, twin: number): void {
    const first = this.#accounts.firstValues(twin)?.accountNumber;
    const named = first === undefined ? 'the one' : `"${first}"`;
    const other = this.#places.place(speaker(this.#accounts, twin));
    const message =
      `"${accountNumber}" of row ${check.row.number} differs from ${named} of ${rowText(other, check.table)} only in capitals, leading ` +
      'zeros or the form of its letters; it would become an account of its own';
    const hint =
      'Make the two equal. If they are two accounts, say so in a profile: "distinct": ["accountNumber"].';
    check.add('ACCOUNT_NUMBER_LOOKALIKE', 'accountNumber', message, hint, other);
  }

  #addExample(check: RowCheck, accountNumber: string): void {
    const message = `"${accountNumber}" is the account of the example row that templates come with`;
    if (this.#options.refuseExamples)
      check.add(
        'EXAMPLE_ROW_REFUSED',
        'accountNumber',
        message,
        'Delete the row; it is no customer of yours.',
      );
    else {
      const hint = 'Delete the row, unless you only try things out: outside the sandbox it is refused.';
      check.add('EXAMPLE_ROW', 'accountNumber', message, hint);
    }
  }

  /** Checks a later row against its account; false when it cannot be in it at all. */
  #joinAccount(check: RowCheck, account: number): boolean {
    const type = accountTypeOf(check.product);
    const firstType = this.#accounts.get(account, TYPE);
    if (firstType === 0) this.#setType(account, check);
    if (type !== 0 && firstType !== 0 && type !== firstType) {
      const message =
        `${check.product} needs ${ACCOUNT_TYPES[type] === 'SIMPLE' ? 'a Home Phone' : 'a business'} account, but ` +
        `${this.#places.describe(this.#accounts.get(account, TYPED), check.table)} makes this account a ${ACCOUNT_TYPES[firstType] === 'SIMPLE' ? 'Home Phone' : 'business'} one`;
      check.add(
        'ACCOUNT_TYPE_MIXED',
        'product',
        message,
        'Give the row an account of its own, or correct the product.',
        this.#places.place(this.#accounts.get(account, TYPED)),
      );
      return false;
    }
    // an account that is most likely none has nothing that its rows could disagree with
    if (this.#accounts.get(account, TWIN) !== 0) return true;
    if (this.#accounts.get(account, FROM) === 0) {
      if (this.#onlyNames(check, 'account')) return true;
      check.applyDefaults('account');
      requireGroup(check, 'account');
      this.#accounts.speak(account, check, BLANKS.account);
      this.#speakForAccount(account, check);
      return true;
    }
    const from = this.#places.place(this.#accounts.get(account, FROM));
    const differing = this.#accounts.disagreements(account, check);
    const says = (column: ColumnName) => this.#accounts.firstValue(account, column);
    addConflicts(check, 'account', differing, from, says);
    const broughtAlone = this.#accounts.get(account, BROUGHT_ALONE) !== ONLY.no;
    if (check.product === 'ACCOUNT' && broughtAlone && differing.length === 0) {
      const message = `The row repeats the account of ${rowText(from, check.table)}`;
      const hint = 'Delete the row, or give it another account number.';
      check.add('DUPLICATE_ROW', 'accountNumber', message, hint, from);
    }
    return true;
  }

  /** @param alone whether a new user could be opened in the account */
  #joinUser(check: RowCheck, account: number, alone: boolean): OwnUser {
    const none = { user: 0, userFirst: 0, bringsUser: false, isStranger: false };
    const { product } = check;
    if (product === null ? check.values.extension === undefined : !PRODUCTS[product].hasUser) return none;
    if (product === 'BCC') {
      check.applyDefault('extension');
      check.requireColumn('extension', 'every BCC row names its user by it');
    }
    if (!alone) return none;
    const key = product === 'HOME_PHONE' ? '' : check.values.extension;
    if (key === undefined) {
      if (check.has('firstName') || check.has('lastName')) {
        check.applyDefaults('user');
        requireGroup(check, 'user');
      }
      return none;
    }
    const known = this.#keys.add(KEY.user, account, key, this.#users.next);
    const user = known === 0 ? this.#openUser(check) : known;
    if (known !== 0 && product === 'HOME_PHONE' && this.#isSecondHomePhone(check, user)) return none;
    if (product === 'HOME_PHONE') this.#users.set(user, PARTS, this.#users.get(user, PARTS) | partsOf(check));
    const found = { ...none, user, userFirst: this.#users.get(user, FIRST) };
    if (this.#users.get(user, FROM) === 0) {
      if (this.#onlyNames(check, 'user')) {
        push(this.#early, check.ordinal, user);
        if (known === 0) this.#name('user', user, key);
        if (partsOf(check) === 0) {
          const message = 'The row names a user and adds neither a number nor a device';
          check.add(
            'DUPLICATE_ROW',
            'extension',
            message,
            'Fill in a number or a device, or delete the row.',
          );
        }
        return found;
      }
      this.#speakForUser(check, account, user);
      return { ...found, bringsUser: true };
    }
    const isStranger = this.#isOtherPerson(check, user);
    if (!isStranger) this.#checkSameUser(check, user);
    return { ...found, bringsUser: isStranger, isStranger };
  }

  /** A Home Phone account has one user, one number and one device, which may come in rows of their own. */
  #isSecondHomePhone(check: RowCheck, user: number): boolean {
    const parts = partsOf(check);
    const isNamed = SPEAKING.user.some((column) => check.has(column));
    const isFurther = isNamed ? this.#users.get(user, FROM) === 0 : parts !== 0;
    if (isFurther && (this.#users.get(user, PARTS) & parts) === 0) return false;
    const other = this.#places.place(speaker(this.#users, user));
    const message = `The account has its Home Phone already in ${rowText(other, check.table)}; it holds one user, one number and one device`;
    const hint = 'Give the row an account number of its own.';
    check.add('SECOND_HOME_PHONE', 'accountNumber', message, hint, other);
    return true;
  }

  #openUser(check: RowCheck): number {
    const user = this.#users.open(check, {});
    this.#users.set(user, FIRST, check.ordinal);
    return user;
  }

  #speakForUser(check: RowCheck, account: number, user: number): void {
    const { product } = check;
    const { accountNumber = '', extension = '' } = check.values;
    if (this.known) fill(check, USER_COLUMNS, this.known.user(accountNumber, extension));
    check.applyDefaults('user');
    if (product !== null && PRODUCTS[product].hasUser) {
      check.applyDefaults('businessLine');
      check.applyDefaults('voicemail');
    }
    if (product !== null) requireGroup(check, 'user');
    const timeZone = check.values.timeZone ?? this.#accounts.firstValues(account)?.timeZone;
    // most users are in the time zone of the one before
    if (timeZone !== this.#userBlanks.userTimeZone)
      this.#userBlanks = timeZone === undefined ? BLANKS.user : { ...BLANKS.user, userTimeZone: timeZone };
    this.#users.speak(user, check, this.#userBlanks);
    this.#users.set(user, FROM, check.ordinal);
    this.#isBrought('user', user, check);
  }

  /** Another name under an extension that is taken is another person, not a user whose rows disagree. */
  #isOtherPerson(check: RowCheck, user: number): boolean {
    const differing = this.#users.disagreements(user, check);
    if (!differing.includes('firstName') && !differing.includes('lastName')) return false;
    const { firstName, lastName } = this.#users.firstValues(user) ?? {};
    const person =
      firstName === undefined && lastName === undefined ? 'another user' : `${firstName} ${lastName}`;
    const other = this.#places.place(this.#users.get(user, FROM));
    const where = rowText(other, check.table);
    const message = `Extension ${check.values.extension} belongs to ${person} in ${where}`;
    const hint = 'Give the user another extension; if it is the same user, make the names equal.';
    check.add('EXTENSION_TAKEN', 'extension', message, hint, other);
    return true;
  }

  #checkSameUser(check: RowCheck, user: number): void {
    const from = this.#places.place(this.#users.get(user, FROM));
    const differing = this.#users.disagreements(user, check);
    addConflicts(check, 'user', differing, from, (column) => this.#users.firstValue(user, column));
    if (differing.length === 0 && partsOf(check) === 0 && check.product !== null) {
      const message = `The row repeats the user of ${rowText(from, check.table)} and adds neither a number nor a device`;
      const hint = 'Delete the row; if it is another user, give it another extension.';
      check.add('DUPLICATE_ROW', 'extension', message, hint, from);
    }
  }
}

/** Gives blank cells the values of another row. */
function fill(check: RowCheck, columns: readonly ColumnName[], from: RowValues = {}): void {
  for (const column of columns)
    if (from[column] !== undefined && !check.has(column))
      Object.assign(check.values, { [column]: from[column] });
}

/** The row to name when a message speaks of an account or user. */
function speaker(agreement: Agreement, number: number): number {
  return agreement.get(number, FROM) || agreement.get(number, FIRST);
}

function push(table: NumberTable, ordinal: number, value: number): void {
  const line = table.push();
  table.set(line, 0, ordinal);
  table.set(line, 1, value);
}

function quoted(name: string): string {
  return name === '' ? '' : ` "${name}"`;
}

/** Which of {@link PART} a row brings to its user. */
function partsOf(check: RowCheck): number {
  const number = numberSourceOf(check.values) !== 'NONE' || check.has('phoneNumber');
  return (number ? PART.number : 0) | (check.has('macAddress') ? PART.device : 0);
}

function accountTypeOf(product: Product | null): number {
  const type = product === null ? null : PRODUCTS[product].accountType;
  return type === null ? 0 : ACCOUNT_TYPES.indexOf(type);
}

/** Asks for the columns that the first row of an account or user needs. */
function requireGroup(check: RowCheck, group: 'account' | 'user'): void {
  const because = `the first row of ${group === 'account' ? 'an account' : 'a user'} needs it`;
  for (const column of REQUIRED[group][check.product ?? 'any']) check.requireColumn(column, because);
}

const CONFLICTS = { account: 'ACCOUNT_CONFLICT', user: 'USER_CONFLICT' } as const;

/** A row that says other things of its account or user than the first row does. */
function addConflicts(
  check: RowCheck,
  of: keyof typeof CONFLICTS,
  differing: readonly ColumnName[],
  first: OtherRow,
  says: (column: ColumnName) => string,
): void {
  for (const column of differing) {
    const message = `${column} is "${check.values[column]}", but ${rowText(first, check.table)}, the ${of}'s first row, has ${says(column)}`;
    const hint = `Make the rows of the ${of} equal, or leave the cell blank.`;
    check.add(CONFLICTS[of], column, message, hint, first);
  }
}

/** What is wrong with an extension of another length than those of its account. */
export function wrongLength(extension: string, length: number): { message: string; hint: string } {
  const message = `"${extension}" has ${extension.length} digits; the account's extensions have ${length}`;
  return { message, hint: `Use ${length} digits, the first from 2 to 8.` };
}
