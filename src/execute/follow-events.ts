import type { Client } from '../api/client.js';
import { type EventRecord, getCorrection, searchEvents } from '../api/event-calls.js';
import { elevenDigits } from '../api/same.js';
import type { Journal, JsonObject, StoredRow } from '../journal/journal.js';
import { EVENT_TYPES, type EventType, type KeptEvent, meaningOf } from '../plan/events.js';
import { keyOf } from '../plan/keys.js';
import type { RowStatus } from '../plan/statuses.js';
import type { ImportRecord } from '../records/record.js';
import { keptEvent, updatedAt } from '../resources/kept-event.js';
import { lookWith } from '../resources/look.js';
import { AwaitingRows } from './awaiting-rows.js';
import { eventsOf, rowAfterEvents } from './row-events.js';
import type { StopSwitch } from './stop-switch.js';

/** Where an event of the run's rows stands otherwise than when it was last looked at. */
export interface EventChange {
  readonly row: StoredRow<ImportRecord>;
  /** how the row stands now */
  readonly status: string;
  readonly phone: string;
  /** where it stood; null when nothing was known of it */
  readonly before: KeptEvent | null;
  readonly now: KeptEvent;
}

/** Where the next look at a partition begins. */
export interface Looked {
  /** when the event changed that changed last, by the platform's clock; the next look begins a little before */
  readonly mark: string;
  /** events that were read */
  readonly read: number;
  /** the search was stable to its end: nothing can have been missed */
  readonly isWhole: boolean;
}

/** Who hears of a look while it lasts. */
interface FollowEars {
  tell(change: EventChange): void;
  /** how many rows a resume can go on with, since what they waited for is done */
  ready(rows: number): void;
  /** how many events are read, and how many there are as far as the platform has told */
  onPage(read: number, found: number): void;
}

/**
 * A look begins that much before the change that was seen last: an event may show up later than the time it bears.
 */
const OVERLAP_MS = 60 * 60_000;
/** A search whose pages move while they are read is begun anew that often. */
const MAX_ROUNDS = 3;

/**
 * Reads what the platform tells of numbers of a partition since a look before: one search, in pages, however many rows
 * there are. What is new of the run's own rows is journaled with how the row stands, before it is told.
 *
 * @param since when the last change was seen, ISO date and time
 * @throws ApiError, NotSentError, StopError
 */
export async function followPartition(
  { client, journal, stop }: { client: Client; journal: Journal<ImportRecord>; stop: StopSwitch },
  partitionId: string,
  since: string,
  { tell, ready, onPage }: FollowEars,
): Promise<Looked> {
  const awaiting = new AwaitingRows(journal);
  const from = new Date(Date.parse(since) - OVERLAP_MS).toISOString();
  const seen = new Set<string>();
  let last = since;
  let isWhole = false;
  for (let round = 0; round < MAX_ROUNDS && !isWhole && !stop.stopped; round++) {
    let total = 0;
    for (let first = 0; ; ) {
      const page = await client.send(searchEvents(partitionId, { since: from, first }));
      for (const event of page.results) {
        const updated = updatedAt(event);
        if (Date.parse(updated) > Date.parse(last)) last = updated;
        seen.add(event.id ?? `${event.serviceType}/${event.referenceId}/${event.mainTelephoneNumber}`);
      }
      const kept = [...ofOwnRows(journal, page.results)].map((found) =>
        keep(client, journal, partitionId, found),
      );
      for (const change of (await Promise.all(kept)).flat()) tell(change);
      for (const event of page.results) {
        const type = typeOf(event.serviceType);
        if (type === null || type === 'NINE_ONE_ONE_ADDRESS') continue;
        for (const phone of numbersOf(journal, event, type)) {
          const rows = await awaiting.hear(phone, event.accountId ?? '', keptEvent(type, event));
          if (rows > 0) ready(rows);
        }
      }
      // a platform that does not count is done with a page that is not full
      total =
        page.totalRecords ??
        (page.results.length < 50 ? first + page.results.length : Number.POSITIVE_INFINITY);
      first += page.results.length;
      onPage(seen.size, Number.isFinite(total) ? Math.max(total, seen.size) : seen.size);
      if (page.results.length === 0 || first >= total) break;
    }
    // Whoever changed meanwhile is on another page now. No event ever leaves the search, so those of all rounds count.
    isWhole = seen.size >= total;
  }
  // An event may bear a time that has not come yet: what changes until then must not be missed.
  const now = new Date().toISOString();
  const mark = Date.parse(last) > Date.parse(now) && Date.parse(now) > Date.parse(since) ? now : last;
  return { mark: isWhole ? mark : since, read: seen.size, isWhole };
}

/** What a page tells of one row. */
interface Found {
  readonly row: StoredRow<ImportRecord>;
  readonly phone: string;
  readonly accountId: string;
  /** the newest of each type */
  readonly events: Map<EventType, KeptEvent>;
}

function ofOwnRows(journal: Journal<ImportRecord>, page: readonly EventRecord[]): Iterable<Found> {
  const found = new Map<number, Found>();
  for (const event of page) {
    const type = typeOf(event.serviceType);
    if (type === null || event.activationStatusType === '') continue;
    const { accountId } = event;
    for (const phone of numbersOf(journal, event, type)) {
      const row = rowOfNumber(journal, phone, accountId ?? '');
      if (row === null) continue;
      const known = found.get(row.ordinal);
      const of = known ?? { row, phone, accountId: accountId ?? '', events: new Map() };
      found.set(row.ordinal, of);
      const now = keptEvent(type, event);
      if (isOlder(now, of.events.get(type))) continue;
      of.events.set(type, now);
    }
  }
  return found.values();
}

/**
 * The numbers that an event is of. That of a port order is of all its numbers, whichever it names: none of the fields that
 * name them is required.
 */
function numbersOf(journal: Journal<ImportRecord>, event: EventRecord, type: EventType): ReadonlySet<string> {
  const { mainTelephoneNumber, subTelephoneNumbers, referenceId } = event;
  const named = [mainTelephoneNumber, ...(subTelephoneNumbers ?? [])];
  if (type !== 'PORT_REQUEST') named.push(referenceId);
  const numbers = new Set(named.filter((each) => typeof each === 'string').map(elevenDigits));
  if (type === 'PORT_REQUEST')
    for (const phone of numbersOfOrder(journal, event, [...numbers])) numbers.add(phone);
  return numbers;
}

/** The numbers of the run's own port order that an event is of; none where it is another's. */
function numbersOfOrder(
  journal: Journal<ImportRecord>,
  { accountId, referenceId }: EventRecord,
  named: readonly string[],
): string[] {
  const rows = named.map((phone) => rowOfNumber(journal, phone, accountId ?? '')?.ordinal);
  const own = rows.find((each) => each !== undefined);
  const ordinal = own ?? (named.length === 0 ? ownerOfPort(journal, referenceId ?? '') : undefined);
  const order = ordinal === undefined ? null : journal.portOrderOfRow(ordinal);
  if (order === null) return [];
  return journal.rowsOfPortOrder(order).flatMap(({ phone }) => (phone === null ? [] : [phone]));
}

/** The row that an order of the run was sent for. */
function ownerOfPort(journal: Journal<ImportRecord>, portId: string): number | undefined {
  for (const { outcome, owner } of journal.steps('portOrder')) if (outcome?.['id'] === portId) return owner;
  return undefined;
}

function isOlder(event: KeptEvent, than: KeptEvent | undefined): boolean {
  return than !== undefined && Date.parse(event.updatedAt) < Date.parse(than.updatedAt);
}

/** Journals what is new of a row, and how the row stands now. */
async function keep(
  client: Client,
  journal: Journal<ImportRecord>,
  partitionId: string,
  { row, phone, accountId, events }: Found,
): Promise<EventChange[]> {
  const known = eventsOf(journal, row.ordinal);
  const changed = new Map<EventType, { before: KeptEvent | null; now: KeptEvent }>();
  for (const event of events.values()) {
    const before = known.find(({ type }) => type === event.type) ?? null;
    if (before !== null && (isOlder(event, before) || isSame(before, event))) continue;
    const isRefusedAddress = event.type === 'NINE_ONE_ONE_ADDRESS' && meaningOf(event.status) === 'refused';
    // asked for refused addresses alone: of those there are few
    const correction = isRefusedAddress
      ? await correctionOf(client, partitionId, accountId, phone, row.ordinal)
      : null;
    changed.set(event.type, { before, now: { ...event, ...(correction === null ? {} : { correction }) } });
  }
  if (changed.size === 0) return [];
  const all = [
    ...known.filter(({ type }) => !changed.has(type)),
    ...[...changed.values()].map(({ now }) => now),
  ];
  const standing = { status: row.status as RowStatus, result: row.result ?? {} };
  const after = rowAfterEvents(standing, all);
  // Handed over in one turn, all of it is in one transaction.
  const writes = [...changed].map(([type, { now }]) =>
    journal.keepEvent(row.ordinal, type, now as unknown as JsonObject),
  );
  if (after !== null)
    writes.push(journal.setRowStatus(row.ordinal, after.status, after.result as unknown as JsonObject));
  await Promise.all(writes);
  const status = after?.status ?? row.status;
  return [...changed.values()].map((each) => ({ row, status, phone, ...each }));
}

/** The row that has brought a number about; null when the number is none of the run's. */
function rowOfNumber(
  journal: Journal<ImportRecord>,
  phone: string,
  accountId: string,
): StoredRow<ImportRecord> | null {
  const step = journal.step(keyOf.number(phone)) ?? journal.step(journal.pickedBy(phone) ?? '');
  if (step === undefined || !['created', 'existing', 'kept', 'deleting'].includes(step.state)) return null;
  const { id, accountId: own } = step.outcome ?? {};
  // The number's life on another account, before or after, is not this run's.
  if (id !== phone || (accountId !== '' && own !== accountId)) return null;
  return journal.row(step.owner) ?? null;
}

function typeOf(serviceType: string): EventType | null {
  return (Object.keys(EVENT_TYPES) as EventType[]).find((each) => each === serviceType) ?? null;
}

/** Whether nothing that a person is told of has changed. */
function isSame(a: KeptEvent, b: KeptEvent): boolean {
  return a.status === b.status && a.focDate === b.focDate && a.code === b.code && a.message === b.message;
}

/** The address that the provider proposes, in a line; null where it proposes none. */
async function correctionOf(
  client: Client,
  partitionId: string,
  accountId: string,
  phone: string,
  ordinal: number,
): Promise<string | null> {
  const address = await lookWith(client, ordinal)(getCorrection(partitionId, accountId, phone));
  if (address === null) return null;
  const parts = (...names: string[]) =>
    names
      .map((name) => address[name])
      .filter((each) => typeof each === 'string' && each !== '')
      .join(' ');
  const street = parts(
    ...['streetNumber', 'streetNumberSuffix', 'preDirectional', 'streetName', 'streetSuffix'],
    ...['postDirectional', 'secondaryLocationDescription', 'unit'],
  );
  return [street, parts('city'), parts('state', 'postalCode')].filter((each) => each !== '').join(', ');
}
