import { COLUMN_NAMES, type ColumnName } from '../columns.js';
import { PROBLEM_CODES, type Problem } from '../problem.js';
import type { RowCheck } from '../rows/row-check.js';
import type { Owner } from './accounts.js';
import type { KeyIndex } from './key-index.js';
import { KEY } from './keys.js';
import { NumberTable } from './number-table.js';
import type { RowPlaces } from './row-places.js';

/** A problem that only shows when all rows are known; an error makes the row of that ordinal invalid. */
export interface LateProblem extends Problem {
  readonly ordinal: number;
}

/** Columns that name a number which has to be on the row's account. */
const NAMED_NUMBERS = [
  'callerIdPhoneNumber',
  'emergencyCallbackPhoneNumber',
  'primaryTn',
  'callbackNumber',
  'emergencyNumber',
] as const satisfies readonly ColumnName[];

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
    const { values } = check;
    const { username, phoneNumber, macAddress, lineNumber = 1, lineName, trunkName, sipUsername } = values;
    if (username !== undefined && owner.bringsUser) {
      const where = this.#seen(check, KEY.username, 0, username.toLowerCase());
      const hint = 'Give each user a username of its own; capitals make no difference.';
      if (where !== null)
        check.add('USERNAME_TAKEN', 'username', `"${username}" is the username of ${where}`, hint);
    }
    if (phoneNumber !== undefined) {
      const where = this.#seen(check, KEY.phoneNumber, 0, phoneNumber);
      const hint = 'A number goes to one row only; correct one of the two, or leave it blank to search one.';
      if (where !== null)
        check.add('PHONE_NUMBER_TAKEN', 'phoneNumber', `${phoneNumber} is the number of ${where}`, hint);
    }
    if (macAddress !== undefined && !check.isBad('lineNumber')) {
      const where = this.#seen(check, KEY.deviceLine, 0, `${macAddress}/${lineNumber}`);
      const message = `Line ${lineNumber} of device ${macAddress} is used in ${where}`;
      const hint = 'Correct the MAC address, or give another lineNumber if the device has more lines.';
      if (where !== null) check.add('MAC_ADDRESS_TAKEN', 'macAddress', message, hint);
    }
    if (lineName !== undefined && owner.account !== 0) {
      const where = this.#seen(check, KEY.lineName, owner.account, lineName);
      const message = `The account has a line "${lineName}" in ${where}; two lines of one name cannot be told apart`;
      if (where !== null) check.add('LINE_NAME_TAKEN', 'lineName', message, 'Give the line another name.');
    }
    if (trunkName !== undefined) {
      const where = this.#seen(check, KEY.trunkName, 0, trunkName);
      const message = `"${trunkName}" is the trunk of ${where}; trunk names are unique`;
      if (where !== null) check.add('TRUNK_NAME_TAKEN', 'trunkName', message, 'Give the trunk another name.');
    }
    if (sipUsername !== undefined) {
      const where = this.#seen(check, KEY.sipUsername, 0, sipUsername);
      const hint = 'Leave the cell blank to have one generated.';
      if (where !== null) {
        check.add(
          'SIP_USERNAME_TAKEN',
          'sipUsername',
          `"${sipUsername}" is the SIP username of ${where}`,
          hint,
        );
      }
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
      const { severity } = PROBLEM_CODES[code];
      yield { ordinal, ...place, column, value: phone, code, message, hint, severity };
    }
  }

  /** Where the key was seen first, in words; null when it was not, and this row is the first from now on. */
  #seen(check: RowCheck, kind: number, scope: number, key: string): string | null {
    const first = this.#keys.add(kind, scope, key, check.ordinal);
    return first === 0 ? null : this.#places.describe(first, check.table);
  }

  #checkNamedNumbers(check: RowCheck, account: number): void {
    for (const column of NAMED_NUMBERS) {
      const phone = check.values[column];
      if (phone === undefined || phone === check.values.phoneNumber) continue;
      const other = this.#rowOfOtherAccount(phone, account);
      if (other !== 0) {
        const { message, hint } = otherAccount(phone, this.#places.describe(other, check.table));
        check.add('NUMBER_OF_OTHER_ACCOUNT', column, message, hint);
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
