import type { Journal } from '../journal/journal.js';
import { EVENT_TYPES, type EventType, type KeptEvent, meaningOf, reasonOf } from '../plan/events.js';
import { KIND_NAMES, type KindName } from '../plan/resource.js';
import { isDone, type RowResult, type RowStatus } from '../plan/statuses.js';
import type { ImportRecord } from '../records/record.js';
import { KINDS } from '../resources/kinds.js';

/** How a row stands. */
export interface RowStanding {
  readonly status: RowStatus;
  readonly result: RowResult;
}

/** The kinds whose rows wait for the platform, each with the type of its events. */
export const HOLDING: ReadonlyMap<KindName, EventType> = new Map(
  KIND_NAMES.flatMap((kind): [KindName, EventType][] => {
    const { waitsFor } = KINDS[kind];
    return waitsFor?.holdsRow ? [[kind, waitsFor.event]] : [];
  }),
);

/** The events of a row that its journal keeps. */
export function eventsOf(journal: Journal<ImportRecord>, ordinal: number): KeptEvent[] {
  return journal.eventsOf(ordinal) as unknown as KeptEvent[];
}

const WAITING_HINT = 'The platform is still at work on it; follow tells what becomes of it.';
const NUMBER_HINT =
  'The rest of it is sent once the number is active: follow tells when, and resume goes on with it.';
const READY_HINT = 'What it waited for is done: resume goes on with it.';

/**
 * How a row stands once its events are known: one that the platform refused later is `failed`, with the carrier's words;
 * one that waited for what has ended well, or failed by what has been mended since, is what it would have been.
 *
 * @param row as it stood before
 * @param events where its events stand
 * @returns how it stands now; null when nothing has changed
 */
export function rowAfterEvents(row: RowStanding, events: readonly KeptEvent[]): RowStanding | null {
  const { status, result } = row;
  const byEvent = status === 'waiting' || (status === 'failed' && result.afterwards !== undefined);
  if (!byEvent && !isDone(status)) return null;
  const { event: _event, afterwards: _after, failedStep, stepTitle, error, hint, ...kept } = result;
  const afterwards = byEvent ? (result.afterwards ?? 'created') : status;
  const refused = events.find((each) => meaningOf(each.status) === 'refused');
  if (refused !== undefined) {
    const failed = { ...kept, ...refusal(refused), event: refused.type, afterwards };
    if (status === 'failed' && error === failed.error && hint === failed.hint) return null;
    return { status: 'failed', result: failed };
  }
  if (!byEvent) return null;
  const awaited = events.find(({ type }) => type === result.event);
  if (status === 'waiting' && (awaited === undefined || meaningOf(awaited.status) !== 'done')) return null;
  if (status === 'failed' && awaited !== undefined && meaningOf(awaited.status) !== 'done' && isHeld(awaited))
    return waitingRow({ ...kept, event: awaited.type }, afterwards);
  return afterwards === 'pending' ? readyRow(kept) : { status: afterwards, result: kept };
}

/** A row of which something could not be sent before the platform was done, and can be now. @param result as it waited */
export function readyRow(result: RowResult): RowStanding {
  const {
    awaits: _awaits,
    warnings: _warnings,
    finishedAt: _at,
    event: _event,
    afterwards: _after,
    ...ids
  } = result;
  return { status: 'pending', result: { ...ids, hint: READY_HINT } };
}

/** Whether rows wait for events of a type. */
function isHeld({ type }: KeptEvent): boolean {
  return [...HOLDING.values()].includes(type);
}

/** A row that is brought about and waits for the platform; null where nothing holds it. */
export function heldRow(
  kinds: readonly KindName[],
  standing: RowStanding,
  events: readonly KeptEvent[],
): RowStanding | null {
  const type = kinds.map((kind) => HOLDING.get(kind)).find((each) => each !== undefined);
  if (type === undefined) return null;
  const event = events.find((each) => each.type === type);
  if (event !== undefined && meaningOf(event.status) === 'done') return null;
  return waitingRow({ ...standing.result, event: type }, standing.status);
}

/** @param afterwards the status that it has once the platform is done */
export function waitingRow(result: RowResult, afterwards: RowStatus): RowStanding {
  const hint = afterwards === 'pending' ? NUMBER_HINT : WAITING_HINT;
  return { status: 'waiting', result: { ...result, hint, afterwards } };
}

/** What a refusal by an event says in the result columns. */
function refusal(event: KeptEvent): RowResult {
  const { type, status, correction } = event;
  const words = reasonOf(event);
  const kind = KIND_NAMES.find((each) => KINDS[each].waitsFor?.event === type) ?? 'number';
  const what = `${EVENT_TYPES[type]} ${status}`;
  return {
    failedStep: kind,
    stepTitle: KINDS[kind].title,
    error: words === '' ? what : `${what}: ${words}`,
    hint: type === 'NINE_ONE_ONE_ADDRESS' ? addressHint(correction) : HINTS[type],
  };
}

const HINTS: Readonly<Record<Exclude<EventType, 'NINE_ONE_ONE_ADDRESS'>, string>> = {
  ACTIVATION: 'Ask the carrier or the platform, or give the row another number.',
  PORT_REQUEST:
    'Correct the cells that the carrier names, then import the errors file: that corrects the order.',
};

function addressHint(correction: string | undefined): string {
  const proposed = correction === undefined ? '' : `The provider proposes: ${correction}. `;
  const accept = correction === undefined ? '' : 'ACCEPT takes the proposal, ';
  return `${proposed}Fill in e911Correction (${accept}INSIST keeps the address), then import the errors file.`;
}
