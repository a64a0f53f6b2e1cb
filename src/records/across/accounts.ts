import { type ColumnName, columnOf, columnsOf, type RowValues } from '../columns.js';
import { numberSourceOf } from '../complete.js';
import { type OtherRow, rowText } from '../problem.js';
import { PRODUCT_NAMES, PRODUCTS, type Product } from '../products.js';
import type { RowCheck } from '../rows/row-check.js';
import { Agreement } from './agreement.js';
import { hash32, type KeyIndex } from './key-index.js';
import { KEY, nearForm } from './keys.js';
import type { RowPlaces } from './row-places.js';

const ACCOUNT_COLUMNS = columnsOf('account');
const USER_COLUMNS = columnsOf('user');

/** The columns that the first row of an account or user needs; `any`: whatever its product is. */
const REQUIRED = { account: requiredOf(ACCOUNT_COLUMNS), user: requiredOf(USER_COLUMNS) };

function requiredOf(
  columns: readonly ColumnName[],
): Readonly<Record<Product | 'any', readonly ColumnName[]>> {
  const needs = (product: Product) =>
    columns.filter((column) => columnOf(column).required?.includes(product) === true);
  const any = columns.filter((column) => columnOf(column).required?.length === PRODUCT_NAMES.length);
  return {
    any,
    BCC: needs('BCC'),
    HOME_PHONE: needs('HOME_PHONE'),
    BUSINESS_LINE: needs('BUSINESS_LINE'),
    SIP_TRUNK: needs('SIP_TRUNK'),
  };
}

/** The numbers that are kept with each account and user. */
const FIRST = 0;
const TYPE = 1;
const EXTENSION_LENGTH = 2;
const EXACT_NUMBER = 3;
/** an earlier account that is most likely meant: its number differs in capitals or leading zeros only; 0: none */
const TWIN = 4;
const ACCOUNT_FIELDS = 5;
const SEARCHES = 1;
const USER_FIELDS = 2;

/** What blank cells of an account's or user's first row mean. */
const BLANKS = { account: blanksIn(ACCOUNT_COLUMNS), user: blanksIn(USER_COLUMNS) };

function blanksIn(columns: readonly ColumnName[]): RowValues {
  const blanks = columns.map((column) => [column, columnOf(column).blank] as const);
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
}

/**
 * Rows of one account, and of one user in it: the first row speaks for all, later ones inherit from it or agree with
 * it (account: same accountNumber; user: same extension in it, for HOME_PHONE the account's one user).
 */
export class Accounts {
  readonly #options: AccountOptions;
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  readonly #accounts = new Agreement(
    ACCOUNT_COLUMNS.filter((column) => column !== 'accountNumber'),
    ACCOUNT_FIELDS,
  );
  readonly #users = new Agreement(
    USER_COLUMNS.filter((column) => column !== 'extension'),
    USER_FIELDS,
  );

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
    const none = { account: 0, user: 0, accountFirst: 0, userFirst: 0, bringsUser: false };
    check.applyDefault('accountNumber');
    check.requireColumn('accountNumber', 'every row names its account');
    const { accountNumber } = check.values;
    if (accountNumber === undefined) {
      if (check.has('accountName')) requireGroup(check, 'account');
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
    const alone = known === 0 || this.#joinAccount(check, account, accountFirst);
    return { ...none, account, accountFirst, ...this.#joinUser(check, account, alone) };
  }

  /** How many digits the extensions of an account have; 0 when that is not known. */
  extensionLength(account: number): number {
    return account === 0 ? 0 : this.#accounts.get(account, EXTENSION_LENGTH);
  }

  /** Counts a row that searches a number for a user: 1 for the user's first such row, and so on. */
  countSearch(user: number): number {
    if (user === 0) return 1;
    const count = this.#users.get(user, SEARCHES) + 1;
    this.#users.set(user, SEARCHES, count);
    return count;
  }

  /** @param near the first account with such a number, when capitals and leading zeros are overlooked */
  #known(accountNumber: string, near: number): number {
    if (this.#accounts.get(near, EXACT_NUMBER) === hash32(accountNumber)) return near;
    return this.#keys.find(KEY.accountExactly, 0, accountNumber);
  }

  #openAccount(check: RowCheck, accountNumber: string, near: number): number {
    if (this.known) fill(check, ACCOUNT_COLUMNS, this.known.account(accountNumber));
    check.applyDefaults('account');
    // most likely it is a later row of the other account, whose account cells may be blank
    if (near === 0) requireGroup(check, 'account');
    const account = this.#accounts.open(check, BLANKS.account);
    this.#accounts.set(account, FIRST, check.ordinal);
    this.#accounts.set(account, TYPE, accountTypeOf(check.product));
    this.#accounts.set(account, EXTENSION_LENGTH, check.values.extensionLength ?? 0);
    this.#accounts.set(account, EXACT_NUMBER, hash32(accountNumber));
    if (near !== 0) {
      this.#keys.add(KEY.accountExactly, 0, accountNumber, account);
      this.#accounts.set(account, TWIN, near);
    }
    return account;
  }

  /** One customer must not become two: the rows of the account that comes second are not sent. */
  #addTwin(check: RowCheck, accountNumber: string, twin: number): void {
    const first = this.#accounts.firstValues(twin)?.accountNumber;
    const named = first === undefined ? 'the one' : `"${first}"`;
    const where = this.#places.describe(this.#accounts.get(twin, FIRST), check.table);
    const message =
      `"${accountNumber}" of row ${check.row.number} differs from ${named} of ${where} only in capitals, leading ` +
      'zeros or the form of its letters; it would become an account of its own';
    const hint =
      'Make the two equal. If they are two accounts, say so in a profile: "distinct": ["accountNumber"].';
    const other = this.#places.place(this.#accounts.get(twin, FIRST));
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
  #joinAccount(check: RowCheck, account: number, first: number): boolean {
    const type = accountTypeOf(check.product);
    const firstType = this.#accounts.get(account, TYPE);
    const where = () => this.#places.describe(first, check.table);
    if (firstType === 0) this.#accounts.set(account, TYPE, type);
    if (type !== 0 && firstType !== 0 && type !== firstType) {
      const message =
        `${check.product} needs ${ACCOUNT_TYPES[type] === 'SIMPLE' ? 'a Home Phone' : 'a business'} account, but ` +
        `${where()} makes this account a ${ACCOUNT_TYPES[firstType] === 'SIMPLE' ? 'Home Phone' : 'business'} one`;
      check.add(
        'ACCOUNT_TYPE_MIXED',
        'product',
        message,
        'Give the row an account of its own, or correct the product.',
        this.#places.place(first),
      );
      return false;
    }
    if (firstType === type && ACCOUNT_TYPES[type] === 'SIMPLE') {
      const message = `The account has its Home Phone already in ${where()}; it holds one user, one number and one device`;
      const hint = 'Give the row an account number of its own.';
      check.add('SECOND_HOME_PHONE', 'accountNumber', message, hint, this.#places.place(first));
      return false;
    }
    // an account that is most likely none has nothing that its rows could disagree with
    if (this.#accounts.get(account, TWIN) !== 0) return true;
    const differing = this.#accounts.disagreements(account, check);
    const says = (column: ColumnName) => this.#accounts.firstValue(account, column);
    addConflicts(check, 'account', differing, this.#places.place(first), says);
    return true;
  }

  /** @param alone whether a new user could be opened in the account */
  #joinUser(
    check: RowCheck,
    account: number,
    alone: boolean,
  ): Pick<Owner, 'user' | 'userFirst' | 'bringsUser'> {
    const none = { user: 0, userFirst: 0, bringsUser: false };
    const { product } = check;
    if (product === null ? check.values.extension === undefined : !PRODUCTS[product].hasUser) return none;
    if (product === 'BCC') {
      check.applyDefault('extension');
      check.requireColumn('extension', 'every BCC row names its user by it');
    }
    if (!alone) return none;
    const key = product === 'HOME_PHONE' ? '' : check.values.extension;
    if (key === undefined) {
      if (check.has('firstName') || check.has('lastName')) requireGroup(check, 'user');
      return none;
    }
    const known = this.#keys.add(KEY.user, account, key, this.#users.next);
    if (known === 0) return this.#openUser(check, account);
    const bringsUser = this.#isOtherPerson(check, known);
    if (!bringsUser) this.#checkSameUser(check, known);
    return { user: known, userFirst: this.#users.get(known, FIRST), bringsUser };
  }

  #openUser(check: RowCheck, account: number): Pick<Owner, 'user' | 'userFirst' | 'bringsUser'> {
    const { product } = check;
    const { accountNumber = '', extension = '' } = check.values;
    if (this.known) fill(check, USER_COLUMNS, this.known.user(accountNumber, extension));
    check.applyDefaults('user');
    if (product !== null) requireGroup(check, 'user');
    const timeZone = check.values.timeZone ?? this.#accounts.firstValues(account)?.timeZone;
    // most users are in the time zone of the one before
    if (timeZone !== this.#userBlanks.userTimeZone)
      this.#userBlanks = timeZone === undefined ? BLANKS.user : { ...BLANKS.user, userTimeZone: timeZone };
    const user = this.#users.open(check, this.#userBlanks);
    this.#users.set(user, FIRST, check.ordinal);
    return { user, userFirst: check.ordinal, bringsUser: true };
  }

  /** Another name under an extension that is taken is another person, not a user whose rows disagree. */
  #isOtherPerson(check: RowCheck, user: number): boolean {
    const differing = this.#users.disagreements(user, check);
    if (!differing.includes('firstName') && !differing.includes('lastName')) return false;
    const { firstName, lastName } = this.#users.firstValues(user) ?? {};
    const person =
      firstName === undefined && lastName === undefined ? 'another user' : `${firstName} ${lastName}`;
    const other = this.#places.place(this.#users.get(user, FIRST));
    const where = rowText(other, check.table);
    const message = `Extension ${check.values.extension} belongs to ${person} in ${where}`;
    const hint = 'Give the user another extension; if it is the same user, make the names equal.';
    check.add('EXTENSION_TAKEN', 'extension', message, hint, other);
    return true;
  }

  #checkSameUser(check: RowCheck, user: number): void {
    const first = this.#places.place(this.#users.get(user, FIRST));
    const differing = this.#users.disagreements(user, check);
    addConflicts(check, 'user', differing, first, (column) => this.#users.firstValue(user, column));
    const adds =
      numberSourceOf(check.values) !== 'NONE' || check.has('phoneNumber') || check.has('macAddress');
    if (differing.length === 0 && !adds && check.product !== null) {
      const message = `The row repeats the user of ${rowText(first, check.table)} and adds neither a number nor a device`;
      const hint = 'Delete the row; if it is another user, give it another extension.';
      check.add('DUPLICATE_ROW', 'extension', message, hint, first);
    }
  }
}

/** Gives blank cells the values of another row. */
function fill(check: RowCheck, columns: readonly ColumnName[], from: RowValues = {}): void {
  for (const column of columns)
    if (from[column] !== undefined && !check.has(column))
      Object.assign(check.values, { [column]: from[column] });
}

function accountTypeOf(product: Product | null): number {
  return product === null ? 0 : ACCOUNT_TYPES.indexOf(PRODUCTS[product].accountType);
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
