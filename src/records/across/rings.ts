import type { RingsType } from '../columns.js';
import type { ImportRecord } from '../record.js';
import type { RowCheck } from '../rows/row-check.js';
import type { Accounts, RecordAt, RecordChange } from './accounts.js';
import type { KeyIndex } from './key-index.js';
import { comparable, KEY } from './keys.js';
import { NumberTable } from './number-table.js';
import type { RowPlaces } from './row-places.js';

/** What a record says of what its number rings. */
export type Ringing = Pick<ImportRecord, 'rings' | 'searchIndex'>;

/** What a number rings that a row of the sheet brings. */
interface Brought {
  readonly ordinal: number;
  /** the user's number from 1; 0 for what is no user */
  readonly user: number;
}

/**
 * Which rows bring what the numbers of NUMBER rows ring, in whichever order they come. What none brings is looked up on
 * the account when it is needed.
 */
export class Rings {
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  readonly #accounts: Accounts;
  /** rows that are told at the end only: what they ring, or how many search for it, may come later */
  readonly #late = new NumberTable(1);
  /** how many NUMBER rows search so far, by what they ring */
  readonly #searches = new Map<string, number>();

  constructor(keys: KeyIndex, places: RowPlaces, accounts: Accounts) {
    this.#keys = keys;
    this.#places = places;
    this.#accounts = accounts;
  }

  /**
   * Takes a NUMBER row.
   * @param account the account's number from 1; 0 without a usable one
   */
  take(check: RowCheck, account: number, isSearch: boolean): Ringing {
    const { ringsType, ringsName, ringsId = '' } = check.values;
    const isNamed =
      account !== 0 && ringsType !== undefined && ringsName !== undefined && ringsType in BRINGS;
    if (!isNamed)
      return { searchIndex: isSearch ? this.#count(`${account}/${ringsType}/${ringsName ?? ringsId}`) : 0 };
    const brought = isSearch ? null : this.#find(account, ringsType, ringsName);
    if (brought !== null) return { rings: brought.ordinal, searchIndex: 0 };
    this.#late.set(this.#late.push(), 0, check.ordinal);
    return { searchIndex: 0 };
  }

  /** What the records of rows do not say that were taken before it could be told. */
  *changes(): Iterable<RecordChange> {
    for (let line = 0; line < this.#late.length; line += 1) {
      const ordinal = this.#late.get(line, 0);
      yield { ordinal, change: (record, recordAt) => this.#ringing(record, recordAt) };
    }
  }

  #ringing(record: ImportRecord, recordAt: RecordAt): Partial<ImportRecord> {
    const account = this.#places.accountOf(record.ordinal);
    const { ringsType = 'USER', ringsName = '', phoneNumber } = record.values;
    const brought =
      this.#find(account, ringsType, ringsName) ??
      (ringsType === 'USER' ? this.#ofUsername(account, ringsName, recordAt) : null);
    const isSearch = phoneNumber === undefined;
    if (brought === null)
      return isSearch ? { searchIndex: this.#count(`${account}/${ringsType}/${ringsName}`) } : {};
    const { ordinal: rings, user } = brought;
    if (!isSearch) return { rings };
    if (user !== 0) return { rings, searchIndex: this.#accounts.countSearch(user) };
    return { rings, searchIndex: (recordAt(rings)?.searchIndex ?? 0) + this.#count(`#${rings}`) };
  }

  #find(account: number, type: RingsType, name: string): Brought | null {
    const found = BRINGS[type]?.(this.#keys, account, comparable(name)) ?? 0;
    if (type === 'USER' && found !== 0) return { ordinal: this.#accounts.firstOfUser(found), user: found };
    if (found !== 0) return this.#places.accountOf(found) === account ? { ordinal: found, user: 0 } : null;
    return null;
  }

  /** What is no extension of the account may be a username. */
  #ofUsername(account: number, name: string, recordAt: RecordAt): Brought | null {
    const row = this.#keys.find(KEY.username, 0, comparable(name).toLowerCase());
    if (row === 0 || this.#places.accountOf(row) !== account) return null;
    return this.#find(account, 'USER', recordAt(row)?.values.extension ?? '');
  }

  #count(key: string): number {
    const count = (this.#searches.get(key) ?? 0) + 1;
    this.#searches.set(key, count);
    return count;
  }
}

/** Of what rows can bring: the row's ordinal by the name, of a user its number; 0 where there is none so far. */
const BRINGS: Partial<Record<RingsType, (keys: KeyIndex, account: number, name: string) => number>> = {
  USER: (keys, account, name) => keys.find(KEY.user, account, name),
  BUSINESS_LINE: (keys, account, name) => keys.find(KEY.lineName, account, name),
  HUNT_GROUP: (keys, account, name) => keys.find(KEY.huntGroupName, account, name),
  SIP_TRUNK: (keys, _account, name) => keys.find(KEY.trunkName, 0, name),
};
