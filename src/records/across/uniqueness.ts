import {
  COLUMN_NAMES,
  COLUMNS,
  columnOf,
  NUMBER_COLUMNS,
  type RowValues,
  type UniqueColumn,
} from '../columns.js';
import { type ProblemCode, rowText, withSeverity } from '../problem.js';
import type { RowCheck } from '../rows/row-check.js';
import type { Owner } from './accounts.js';
import type { KeyIndex } from './key-index.js';
import { comparable, KEY } from './keys.js';
import type { LateProblem } from './late-problem.js';
import { NumberTable } from './number-table.js';
import type { RowPlaces } from './row-places.js';

/** How a value is known again, and what is said of a second one. */
interface Unique {
  readonly code: ProblemCode;
  /** the values that make a row's key, the column's own among them */
  key(values: RowValues): string;
  message(values: RowValues, where: string): string;
  readonly hint: string;
}

/** The columns whose values may be only once: in the account, or in the whole input. */
const UNIQUE: Readonly<Record<UniqueColumn, Unique>> = {
  username: {
    code: 'USERNAME_TAKEN',
    key: ({ username = '' }) => comparable(username).toLowerCase(),
    message: ({ username }, where) => `"${username}" is the username of ${where}`,
    hint: 'Give each user a username of its own; capitals make no difference.',
  },
  phoneNumber: {
    code: 'PHONE_NUMBER_TAKEN',
    key: ({ phoneNumber = '' }) => phoneNumber,
    message: ({ phoneNumber }, where) => `${phoneNumber} is the number of ${where}`,
    hint: 'A number goes to one row only; correct one of the two, or leave it blank to search one.',
  },
  macAddress: {
    code: 'MAC_ADDRESS_TAKEN',
    key: ({ macAddress, lineNumber = COLUMNS.lineNumber.blank }) => `${macAddress}/${lineNumber}`,
    message: ({ macAddress, lineNumber = COLUMNS.lineNumber.blank }, where) =>
      `Line ${lineNumber} of device ${macAddress} is used in ${where}`,
    hint: 'Correct the MAC address, or give another lineNumber if the device has more lines.',
  },
  lineName: {
    code: 'LINE_NAME_TAKEN',
    key: ({ lineName = '' }) => comparable(lineName),
    message: ({ lineName }, where) =>
      `The account has a line "${lineName}" in ${where}; two lines of one name cannot be told apart`,
    hint: 'Give the line another name.',
  },
  huntGroupName: {
    code: 'HUNT_GROUP_NAME_TAKEN',
    key: ({ huntGroupName = '' }) => comparable(huntGroupName),
    message: ({ huntGroupName }, where) =>
      `The account has a hunt group "${huntGroupName}" in ${where}; two groups of one name cannot be told apart`,
    hint: 'Give the group another name, or put all its members into one row.',
  },
  trunkName: {
    code: 'TRUNK_NAME_TAKEN',
    key: ({ trunkName = '' }) => comparable(trunkName),
    message: ({ trunkName }, where) => `"${trunkName}" is the trunk of ${where}; trunk names are unique`,
    hint: 'Give the trunk another name.',
  },
  sipUsername: {
    code: 'SIP_USERNAME_TAKEN',
    key: ({ sipUsername = '' }) => sipUsername,
    message: ({ sipUsername }, where) => `"${sipUsername}" is the SIP username of ${where}`,
    hint: 'Leave the cell blank to have one generated.',
  },
};
const UNIQUE_COLUMNS = COLUMN_NAMES.filter((column) => columnOf(column).uniqueIn !== undefined).map(
  (name) => {
    const column = name as UniqueColumn;
    return {
      ...{ column, kind: KEY[column], inAccount: columnOf(column).uniqueIn === 'account' },
      ...UNIQUE[column],
    };
  },
);

/** Fields of a number that was named and not seen so far; the number itself in two halves that fit 32 bits. */
const ROW = 0;
const COLUMN = 1;
const UPPER = 2;
const LOWER = 3;
const HALF = 1_000_000;

/** What may be only once in the whole input, or in an account, and which account a number is of. */
export class Uniqueness {
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  readonly #named = new NumberTable(4);

  constructor(keys: KeyIndex, places: RowPlaces) {
    this.#keys = keys;
    this.#places = places;
  }

  /** Adds the problems of what an earlier row has already. */
  check(check: RowCheck, owner: Owner): void {
    for (const unique of UNIQUE_COLUMNS) {
      const { column, inAccount } = unique;
      if (check.values[column] === undefined) continue;
      if (column === 'username' && !owner.bringsUser) continue;
      if (column === 'macAddress' && check.isBad('lineNumber')) continue;
      if (inAccount && owner.account === 0) continue;
      const scope = inAccount ? owner.account : 0;
      const first = this.#keys.add(unique.kind, scope, unique.key(check.values), check.ordinal);
      if (first === 0) continue;
      const other = this.#places.place(first);
      const message = unique.message(check.values, rowText(other, check.table));
      check.add(unique.code, column, message, unique.hint, other);
    }
    if (owner.account !== 0) this.#checkNamedNumbers(check, owner.account);
  }

  /** The ordinal of the row whose phoneNumber it is (11 digits), if one is seen so far. */
  rowOfPhone(phone: string): number | undefined {
    return this.#keys.find(KEY.phoneNumber, 0, phone) || undefined;
  }

  /** The problems of numbers that were named before a row that brings them, or that no row brings. */
  *finish(): Iterable<LateProblem> {
    for (let line = 0; line < this.#named.length; line += 1) {
      const ordinal = this.#named.get(line, ROW);
      const column = COLUMN_NAMES[this.#named.get(line, COLUMN)];
      const phone = String(this.#named.get(line, UPPER) * HALF + this.#named.get(line, LOWER));
      const other = this.#rowOfOtherAccount(phone, this.#places.accountOf(ordinal));
      if (column === undefined || (other === 0 && this.rowOfPhone(phone) !== undefined)) continue;
      const place = this.#places.place(ordinal);
      const code = other === 0 ? 'NUMBER_NOT_IN_SHEET' : 'NUMBER_OF_OTHER_ACCOUNT';
      const { message, hint } =
        other === 0 ? notInSheet(phone) : otherAccount(phone, this.#places.describe(other, place));
      const problem = withSeverity({ ...place, column, value: phone, code, message, hint });
      yield other === 0 ? problem : { ...problem, other: this.#places.place(other) };
    }
  }

  #checkNamedNumbers(check: RowCheck, account: number): void {
    for (const column of NUMBER_COLUMNS) {
      const phone = check.values[column];
      if (phone === undefined || phone === check.values.phoneNumber) continue;
      const other = this.#rowOfOtherAccount(phone, account);
      if (other !== 0) {
        const { message, hint } = otherAccount(phone, this.#places.describe(other, check.table));
        check.add('NUMBER_OF_OTHER_ACCOUNT', column, message, hint, this.#places.place(other));
      } else if (this.rowOfPhone(phone) === undefined) {
        const line = this.#named.push();
        this.#named.set(line, ROW, check.ordinal);
        this.#named.set(line, COLUMN, COLUMN_NAMES.indexOf(column));
        this.#named.set(line, UPPER, Math.floor(Number(phone) / HALF));
        this.#named.set(line, LOWER, Number(phone) % HALF);
      }
    }
  }

  /** The ordinal of the row that brings a number to another account than this; 0 when there is none. */
  #rowOfOtherAccount(phone: string, account: number): number {
    const ordinal = this.rowOfPhone(phone) ?? 0;
    const other = ordinal === 0 ? 0 : this.#places.accountOf(ordinal);
    return other === 0 || other === account ? 0 : ordinal;
  }
}

/** API description, business lines and SIP trunks: the numbers that they name have to be on the account. */
function notInSheet(phone: string): { message: string; hint: string } {
  return {
    message: `${phone} is not in the sheet: no row of this account brings it; it must be on the account already`,
    hint: "Check the number, add a row that brings it, or leave the cell blank to take the row's number.",
  };
}

function otherAccount(phone: string, where: string): { message: string; hint: string } {
  return {
    message: `${phone} is the number of another account, in ${where}`,
    hint: "Name a number of the row's own account, or leave the cell blank to take the row's number.",
  };
}
