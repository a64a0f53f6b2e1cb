import { BOX_COLUMNS } from '../columns.js';
import { rowText, withSeverity } from '../problem.js';
import type { RowCheck } from '../rows/row-check.js';
import type { RecordChange } from './accounts.js';
import { Agreement } from './agreement.js';
import type { KeyIndex } from './key-index.js';
import { comparable, KEY } from './keys.js';
import type { LateProblem } from './late-problem.js';
import { NumberTable } from './number-table.js';
import type { RowPlaces } from './row-places.js';

/** The field of a box: the row whose cells speak for it; 0: none so far. */
const FROM = 0;
/** Fields of a row that leaves its box to others. */
const ROW = 0;
const BOX = 1;

const VOICEMAIL_ACTIONS = ['busyAction', 'unregisteredAction', 'noAnswerAction'] as const;

/** What a row is to its voicemail box; all absent of a row that names none, or speaks for it rightly. */
export interface BoxPart {
  /** ordinal of the row whose cells speak for the box, when that is an earlier one */
  readonly boxFrom?: number;
  /** the row speaks for the box, and its cells are not usable */
  readonly boxUsable?: false;
}
const NOTHING: BoxPart = {};

/**
 * The voicemail boxes that rows name (account and name): the first row that describes a box speaks for it, the others
 * inherit from it or agree with it.
 */
export class VoicemailBoxes {
  readonly #keys: KeyIndex;
  readonly #places: RowPlaces;
  readonly #boxes = new Agreement(BOX_COLUMNS, 1);
  /** rows that came before the one that describes their box */
  readonly #early = new NumberTable(2);
  /** the first row whose callers reach no box */
  #boxless: { readonly ordinal: number; readonly column: string } | null = null;
  #boxlessRows = 0;

  constructor(keys: KeyIndex, places: RowPlaces) {
    this.#keys = keys;
    this.#places = places;
  }

  /**
   * Takes a BUSINESS_LINE or HUNT_GROUP row, and adds the problems of what another row says otherwise of its box.
   * @param account the number of its account; 0 without one
   */
  take(check: RowCheck, account: number): BoxPart {
    const { voicemailBoxName } = check.values;
    if (voicemailBoxName === undefined || account === 0) {
      this.#countBoxless(check);
      return NOTHING;
    }
    const { ordinal } = check;
    const known = this.#keys.add(KEY.voicemailBox, account, comparable(voicemailBoxName), this.#boxes.next);
    const box = known === 0 ? this.#boxes.open(check, {}) : known;
    const from = this.#boxes.get(box, FROM);
    if (from !== 0) {
      this.#addConflicts(check, box, from);
      return { boxFrom: from };
    }
    if (!BOX_COLUMNS.some((column) => check.has(column))) {
      const line = this.#early.push();
      this.#early.set(line, ROW, ordinal);
      this.#early.set(line, BOX, box);
      return NOTHING;
    }
    this.#boxes.speak(box, check, {});
    this.#boxes.set(box, FROM, ordinal);
    return BOX_COLUMNS.some((column) => check.isBad(column)) ? { boxUsable: false } : NOTHING;
  }

  /** Who speaks for the boxes of rows that came before. */
  *changes(): Iterable<RecordChange> {
    for (let line = 0; line < this.#early.length; line += 1) {
      const boxFrom = this.#boxes.get(this.#early.get(line, BOX), FROM);
      if (boxFrom !== 0) yield { ordinal: this.#early.get(line, ROW), change: { boxFrom } };
    }
  }

  /** Told once for all rows, or a sheet of lines would hold hardly anything else. */
  *finish(): Iterable<LateProblem> {
    if (this.#boxless === null) return;
    const { ordinal, column } = this.#boxless;
    const others = this.#boxlessRows - 1;
    const also = others === 0 ? '' : `, and so it is in ${others} further row${others === 1 ? '' : 's'}`;
    const message = `${column} is VOICEMAIL, and the row names no voicemail box: callers will reach no box${also}`;
    const hint = 'Fill in voicemailBoxName or voicemailBoxId, or use BUSY.';
    const place = this.#places.place(ordinal);
    yield withSeverity({ ...place, column, value: 'VOICEMAIL', code: 'NO_VOICEMAIL_BOX', message, hint });
  }

  /** Only what the sheet says itself counts: a blank action of a line without a box is no mistake of anybody. */
  #countBoxless(check: RowCheck): void {
    if (check.product !== 'BUSINESS_LINE') return;
    if (check.has('voicemailBoxId') || check.has('voicemailBoxName')) return;
    const column = VOICEMAIL_ACTIONS.find((action) => check.values[action] === 'VOICEMAIL');
    if (column === undefined) return;
    this.#boxlessRows += 1;
    this.#boxless ??= { ordinal: check.ordinal, column };
  }

  #addConflicts(check: RowCheck, box: number, from: number): void {
    const other = this.#places.place(from);
    for (const column of this.#boxes.disagreements(box, check)) {
      const where = `${rowText(other, check.table)}, which describes the box "${check.values.voicemailBoxName}",`;
      const message = `${column} is "${check.typed(column) || check.values[column]}", but ${where} has ${this.#boxes.firstValue(box, column)}`;
      const hint = 'Make the rows of the box equal, leave the cell blank, or name another box.';
      check.add('VOICEMAIL_BOX_CONFLICT', column, message, hint, other);
    }
  }
}
