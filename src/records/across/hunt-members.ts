import { huntMembersOf } from '../cells/hunt-members.js';
import { rowText, withSeverity } from '../problem.js';
import type { RowCheck } from '../rows/row-check.js';
import type { RecordChange } from './accounts.js';
import type { KeyIndex } from './key-index.js';
import { comparable, KEY } from './keys.js';
import type { LateProblem } from './late-problem.js';
import type { RowPlaces } from './row-places.js';

/** A hunt group some of whose members no row has brought so far. */
interface Waiting {
  readonly ordinal: number;
  readonly account: number;
  readonly lines: readonly string[];
}

/** Which rows bring the business lines that hunt groups ring: of the same account, above or below the group. */
export class HuntMembers {
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  /** the names of their members are all that is kept */
  readonly #waiting: Waiting[] = [];

  constructor(keys: KeyIndex, places: RowPlaces) {
    this.#keys = keys;
    this.#places = places;
  }

  /**
   * Takes a HUNT_GROUP row.
   * @param account the number of its account, from 1
   * @returns the ordinals of the rows that bring its members; undefined when only later rows can tell
   */
  take({ ordinal, values }: RowCheck, account: number): readonly number[] | undefined {
    const members = huntMembersOf(values.huntStrategy, values.huntMembers);
    const group = { ordinal, account, lines: members.map(({ line }) => line) };
    const rows = this.#rowsOf(group);
    if (!rows.includes(0)) return rows;
    this.#waiting.push(group);
    return undefined;
  }

  /** What shows of the groups' records now that all rows are known. */
  *changes(): Iterable<RecordChange> {
    for (const group of this.#waiting)
      yield { ordinal: group.ordinal, change: { memberRows: this.#rowsOf(group) } };
  }

  /** Tells of members that no row brings: they have to be on the account already. */
  *finish(): Iterable<LateProblem> {
    for (const group of this.#waiting) {
      const rows = this.#rowsOf(group);
      const missing = group.lines.filter((_, index) => rows[index] === 0);
      if (missing.length === 0) continue;
      const place = this.#places.place(group.ordinal);
      const names = missing.map((line) => `"${line}"`).join(', ');
      const message = `No row of the account brings the line${missing.length === 1 ? '' : 's'} ${names} that the group rings; a run looks on the account itself`;
      const hint = `Nothing has to be done if it is there. Else correct the name in ${rowText(place, place)}, or add a BUSINESS_LINE row.`;
      yield withSeverity({
        ...{ ...place, column: 'huntMembers', value: group.lines.join('; ') },
        ...{ code: 'HUNT_MEMBER_NOT_IN_SHEET', message, hint },
      });
    }
  }

  #rowsOf({ account, lines }: Waiting): number[] {
    return lines.map((line) => this.#keys.find(KEY.lineName, account, comparable(line)));
  }
}
