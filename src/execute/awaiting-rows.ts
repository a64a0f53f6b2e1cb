import type { Journal, JsonObject } from '../journal/journal.js';
import { EVENT_TYPES, type EventType, type KeptEvent, meaningOf, reasonOf } from '../plan/events.js';
import { keyOf } from '../plan/keys.js';
import type { Awaited, RowResult, RowStatus } from '../plan/statuses.js';
import { rowText } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';
import { KINDS } from '../resources/kinds.js';
import { readyRow, waitingRow } from './row-events.js';

/**
 * The rows of which something could not be sent while numbers were not active, by number: of the same row, of another, or
 * of none of the run. Takes a number and an ordinal for each.
 */
export class AwaitingRows {
  readonly #journal: Journal<ImportRecord>;
  readonly #rows = new Map<string, number[]>();

  constructor(journal: Journal<ImportRecord>) {
    this.#journal = journal;
    for (const { ordinal, value } of journal.rowsWithResult('awaits', ['waiting', 'skipped']))
      for (const { phone } of value as unknown as readonly Awaited[])
        this.#rows.set(phone, [...(this.#rows.get(phone) ?? []), ordinal]);
  }

  /**
   * Hears where an event of a number stands: rows that waited for that alone are pending again, for a resume to go on
   * with; those whose number was refused are skipped for it.
   *
   * @param accountId the account that the number is on; '' where that is not known
   * @returns how many rows a resume can go on with since
   */
  async hear(phone: string, accountId: string, event: KeptEvent): Promise<number> {
    const ordinals = this.#rows.get(phone);
    if (ordinals === undefined) return 0;
    const meaning = meaningOf(event.status);
    if (meaning !== 'done' && meaning !== 'refused') return 0;
    return this.#each(ordinals, accountId, async (ordinal, status, result) => {
      const { awaits = [] } = result;
      const isThis = (each: Awaited) => each.phone === phone && each.event === event.type;
      if (!awaits.some(isThis)) return false;
      if (meaning === 'refused') await this.#skip(ordinal, status, result, phone, event);
      return meaning === 'done' && this.#without(ordinal, result, isThis);
    });
  }

  /** Hears that a number is in service by what was done to it, whatever its events say. @returns as {@link hear} */
  async inService(phone: string, accountId: string): Promise<number> {
    const ordinals = this.#rows.get(phone);
    if (ordinals === undefined) return 0;
    return this.#each(ordinals, accountId, (ordinal, _status, result) =>
      this.#without(ordinal, result, (each) => each.phone === phone),
    );
  }

  async #each(
    ordinals: readonly number[],
    accountId: string,
    work: (ordinal: number, status: RowStatus, result: RowResult) => Promise<boolean>,
  ): Promise<number> {
    let ready = 0;
    for (const ordinal of ordinals) {
      const row = this.#journal.row(ordinal);
      const result = (row?.result ?? {}) as RowResult;
      // The number's life on another account, before or after, is not the one that is awaited.
      const isElsewhere =
        accountId !== '' && result.accountId !== undefined && result.accountId !== accountId;
      if (!row || isElsewhere || (row.status !== 'waiting' && row.status !== 'skipped')) continue;
      if (await work(ordinal, row.status, result)) ready++;
    }
    return ready;
  }

  /** Strikes out what is no longer awaited. @returns whether nothing is left */
  async #without(ordinal: number, result: RowResult, isOver: (each: Awaited) => boolean): Promise<boolean> {
    const awaits = (result.awaits ?? []).filter((each) => !isOver(each));
    const {
      error: _error,
      hint: _hint,
      other: _other,
      failedStep: _step,
      stepTitle: _title,
      ...kept
    } = result;
    const { status, result: now } =
      awaits.length === 0 ? readyRow(kept) : waitingRow({ ...kept, awaits }, 'pending');
    await this.#journal.setRowStatus(ordinal, status, now as JsonObject);
    return awaits.length === 0;
  }

  async #skip(ordinal: number, status: RowStatus, result: RowResult, phone: string, event: KeptEvent) {
    if (status !== 'waiting') return;
    const key = keyOf.number(phone);
    const step = this.#journal.step(key) ?? this.#journal.step(this.#journal.pickedBy(phone) ?? '');
    const owner = step && this.#journal.row(step.owner);
    const row = this.#journal.row(ordinal);
    const where = owner && row ? rowText(owner.record, row.record) : null;
    const words = reasonOf(event);
    const skipped: RowResult = {
      ...result,
      failedStep: 'number',
      stepTitle: KINDS.number.title,
      error: `${phone}, which it waits for: ${whatText(event.type, event.status)}${words === '' ? '' : `: ${words}`}`,
      hint: where === null ? 'See to that number, or name another.' : `Correct ${where} first.`,
      ...(owner ? { other: owner.ordinal } : {}),
    };
    await this.#journal.setRowStatus(ordinal, 'skipped', skipped as unknown as JsonObject);
  }
}

function whatText(type: EventType, status: string): string {
  return `${EVENT_TYPES[type]} ${status}`;
}
