import { rowText, withSeverity } from '../problem.js';
import type { RowCheck } from '../rows/row-check.js';
import type { LateProblem } from './late-problem.js';
import { NumberTable } from './number-table.js';
import type { RowPlaces } from './row-places.js';

const ROW = 0;
const USER = 1;

/** The row that has the caller ID says so itself; it names another number for it (column `callerIdNumber`). */
const SAYS = 1;
const NAMES = 2;
const ORDINAL = 4;

/**
 * Which of its numbers becomes the caller ID of a user (guide, "Set Phone Number Reference"): the one whose row says
 * so, else the first whose row does not say otherwise.
 */
export class CallerIds {
  readonly #places: RowPlaces;
  /** by user, the row that has it: its ordinal times four, with {@link SAYS} or {@link NAMES} */
  readonly #holders = new NumberTable(1);
  /** rows that leave it open and do not get it */
  readonly #others = new NumberTable(2);
  readonly #displaced: number[] = [];

  constructor(places: RowPlaces) {
    this.#places = places;
  }

  /**
   * Takes a row that brings a number to a user, and adds the problem that another row says that it has the caller ID.
   *
   * @param user the user's number, from 1
   * @returns whether the row's number becomes the caller ID, unless a later row says so of its own
   */
  take(check: RowCheck, user: number): boolean {
    const says = saysOf(check);
    const { callerIdNumber, phoneNumber } = check.values;
    if (callerIdNumber !== undefined) return this.#name(check.ordinal, user, callerIdNumber === phoneNumber);
    if (says === false) return false;
    while (this.#holders.length < user) this.#holders.push();
    const held = this.#holders.get(user - 1, 0);
    const holder = Math.floor(held / ORDINAL);
    if (says === undefined && (held & NAMES) !== 0) return false;
    if (says === undefined && holder !== 0) {
      this.#addOther(check.ordinal, user);
      return false;
    }
    if ((held & (SAYS | NAMES)) !== 0) {
      const other = this.#places.place(holder);
      const isNamed = (held & NAMES) !== 0;
      const what = isNamed ? 'names another number for it' : 'says TRUE for the same user';
      const message = `A user has one caller ID; ${rowText(other, check.table)} ${what}`;
      const hint = isNamed ? 'Leave one of the two cells blank.' : 'Leave TRUE in one of the rows only.';
      check.add('CALLER_ID_TAKEN', 'assignAsCallerId', message, hint, other);
      return false;
    }
    if (holder !== 0) {
      this.#addOther(holder, user);
      this.#displaced.push(holder);
    }
    this.#holders.set(user - 1, 0, ORDINAL * check.ordinal + (says === true ? SAYS : 0));
    return true;
  }

  /**
   * Takes a row that names the caller ID of its user: no number gets it that an earlier row brings, and no later one.
   * @param isOwn it names the number that the row itself brings
   */
  #name(ordinal: number, user: number, isOwn: boolean): boolean {
    while (this.#holders.length < user) this.#holders.push();
    const holder = Math.floor(this.#holders.get(user - 1, 0) / ORDINAL);
    if (holder !== 0) this.#displaced.push(holder);
    this.#holders.set(user - 1, 0, ORDINAL * ordinal + NAMES);
    return isOwn;
  }

  /** Whether a row got no caller ID since another one of its user has it. */
  get hasOthers(): boolean {
    return this.#others.length > 0;
  }

  /** The rows that `take` gave the caller ID and a later row took it from. */
  get displaced(): readonly number[] {
    return this.#displaced;
  }

  /** Tells of each number that is not the caller ID, though its row does not say so, which one is. */
  *finish(): Iterable<LateProblem> {
    for (let line = 0; line < this.#others.length; line += 1) {
      const ordinal = this.#others.get(line, ROW);
      const holder = Math.floor(this.#holders.get(this.#others.get(line, USER) - 1, 0) / ORDINAL);
      const place = this.#places.place(ordinal);
      const other = this.#places.place(holder);
      const message = `The number is not the caller ID of its user; that of ${rowText(other, place)} is`;
      const hint = 'If this one is meant, write TRUE into assignAsCallerId of its row.';
      const column = 'assignAsCallerId';
      const problem = withSeverity({ ...place, column, value: '', code: 'NOT_CALLER_ID', message, hint });
      yield { ...problem, other };
    }
  }

  #addOther(ordinal: number, user: number): void {
    const line = this.#others.push();
    this.#others.set(line, ROW, ordinal);
    this.#others.set(line, USER, user);
  }
}

/** What the row says itself. A default TRUE for all rows says no more of any of them than a blank cell. */
function saysOf(check: RowCheck): boolean | undefined {
  const { assignAsCallerId } = check.values;
  return assignAsCallerId === true && check.typed('assignAsCallerId') === '' ? undefined : assignAsCallerId;
}
