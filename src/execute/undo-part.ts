import type { Journal, StepState, StoredRow } from '../journal/journal.js';
import { keyOf } from '../plan/keys.js';
import { ACT_NAMES, type Resource, type RowPlan } from '../plan/resource.js';
import { isDone } from '../plan/statuses.js';
import { isPort } from '../records/port-order.js';
import type { ImportRecord } from '../records/record.js';
import { isObject } from '../resources/kinds.js';
import { groupOf } from '../resources/port-body.js';
import { reservationKey } from '../resources/reservation.js';
import { Planner } from './planner.js';
import { TO_PUT_BACK } from './put-back.js';

/** Steps that undo still has to look at. */
export const OPEN_STATES: ReadonlySet<StepState> = new Set(['intent', 'created', 'deleting', 'kept']);
/** The same with what the run has changed of what was there. */
const OPEN_OR_CHANGED: ReadonlySet<StepState> = new Set([...OPEN_STATES, ...TO_PUT_BACK]);

/** What some rows of a run brought about, to be taken back without what other rows still need. */
export interface UndoPart {
  /** numbers of steps, those of one account together, the newest account first and of it the newest step */
  readonly accounts: readonly (readonly number[])[];
  /** their keys */
  readonly keys: ReadonlySet<string>;
  /** what stays, since another row needs it */
  readonly needed: readonly StillNeeded[];
  /** ordinals of the rows that lose something */
  readonly rows: ReadonlySet<number>;
}

/** An object that the rows share with one that stays. */
export interface StillNeeded {
  readonly key: string;
  /** ordinal of the first row that needs it */
  readonly by: number;
  /** it comes with a port order that the other row is of too, and an order is cancelled only whole */
  readonly isOfOrder?: true;
}

interface Wanted {
  /** number of the step */
  readonly seq: number;
  /** ordinal of the account's first row */
  readonly account: number;
  /** it is an object of its own; a setting goes with its object, a reservation becomes one */
  readonly isObject: boolean;
}

/**
 * What of a run's objects belongs to some of its rows alone. A row that stays needs what it names where it is done, or
 * where something of its own is there; a row that has nothing yet needs nothing.
 *
 * @param asked ordinals of the rows to take back
 */
export function partOfRows(journal: Journal<ImportRecord>, asked: ReadonlySet<number>): UndoPart {
  const planner = new Planner(journal);
  const cut = cutFromOrders(journal, planner, asked);
  const named = new Set([...asked].filter((ordinal) => !cut.has(ordinal)));
  const wanted = new Map<string, Wanted>();
  const keysOfRow = new Map<number, string[]>();
  for (const [row, { resources, elsewhere }] of plans(journal, planner)) {
    if (!named.has(row.ordinal)) continue;
    const keys: string[] = [];
    const want = (key: string, resource: Resource | null) => {
      const step = journal.step(key);
      if (!step || !OPEN_OR_CHANGED.has(step.state)) return;
      keys.push(key);
      const { accountFirst: account } = row.record;
      wanted.set(key, { seq: step.seq, account, isObject: resource !== null && isObject(resource) });
    };
    for (const resource of resources) {
      want(resource.key, resource);
      if (resource.kind === 'number') want(reservationKey(resource.key), null);
      for (const act of ACT_NAMES) want(keyOf.of(act, resource.key), null);
    }
    // a number that was brought for this row before its own row had its turn
    for (const [key, ordinal] of elsewhere) {
      const other = named.has(ordinal) ? undefined : journal.row(ordinal);
      const plan = other && other.status !== 'invalid' ? planner.plan(other) : 'not valid';
      const brought = typeof plan === 'string' ? undefined : plan.resources.find((each) => each.key === key);
      if (brought) want(key, brought);
    }
    if (keys.length > 0) keysOfRow.set(row.ordinal, keys);
  }

  const needed = new Map<string, number>();
  for (const [row, { resources }] of plans(journal, planner)) {
    if (named.has(row.ordinal)) continue;
    const names = resources.flatMap(({ key, needs }) => [key, ...Object.values(needs)]);
    const shared = names.filter((key) => wanted.has(key) && !needed.has(key));
    if (shared.length === 0 || !isThere(journal, row, resources, wanted)) continue;
    for (const key of shared) needed.set(key, row.ordinal);
  }

  const open = [...wanted].filter(([key]) => !needed.has(key));
  const byAccount = new Map<number, number[]>();
  for (const [, { seq, account }] of open) {
    const seqs = byAccount.get(account);
    if (seqs) seqs.push(seq);
    else byAccount.set(account, [seq]);
  }
  const keys = new Set(open.map(([key]) => key));
  const accounts = [...byAccount].sort(([a], [b]) => b - a).map(([, seqs]) => seqs.sort((a, b) => b - a));
  const rows = [...keysOfRow]
    .filter(([, own]) => own.some((key) => keys.has(key)))
    .map(([ordinal]) => ordinal);
  return {
    accounts,
    keys,
    needed: [
      ...[...needed].flatMap(([key, by]) => (wanted.get(key)?.isObject ? [{ key, by }] : [])),
      ...[...cut.values()].flat(),
    ],
    rows: new Set(rows),
  };
}

/**
 * The rows that are of a port order under way of which other rows stay, with their numbers and what stays with them: an
 * order is cancelled only whole, and a number that it brings cannot be deleted before it has come. What its number is to
 * ring stays with it, so all that is the row's does.
 */
function cutFromOrders(
  journal: Journal<ImportRecord>,
  planner: Planner,
  asked: ReadonlySet<number>,
): Map<number, StillNeeded[]> {
  const cut = new Map<number, StillNeeded[]>();
  const told = new Set<string>();
  for (const ordinal of [...asked].sort((a, b) => a - b)) {
    const row = journal.row(ordinal);
    if (!row || !isPort(row.record.values) || row.status === 'invalid' || isDone(row.status)) continue;
    const plan = planner.plan(row);
    if (typeof plan === 'string') continue;
    const order = plan.resources.find(({ kind }) => kind === 'portOrder');
    if (!order || !OPEN_STATES.has(journal.step(order.key)?.state ?? 'deleted')) continue;
    const other = journal
      .rowsOfPortOrder(groupOf(order))
      .find(({ ordinal: each, phone }) => !asked.has(each) && phone !== null && isOpen(journal, phone));
    if (other === undefined) continue;
    const keys = plan.resources.filter(({ kind }) => kind === 'number' || kind === 'portOrder');
    const own = keys.filter(({ key }) => !told.has(key));
    for (const { key } of own) told.add(key);
    cut.set(
      ordinal,
      own.map(({ key }) => ({ key, by: other.ordinal, isOfOrder: true })),
    );
  }
  return cut;
}

function isOpen(journal: Journal<ImportRecord>, phone: string): boolean {
  return OPEN_STATES.has(journal.step(keyOf.number(phone))?.state ?? 'deleted');
}

/** The rows that can have something, each with its plan. */
function* plans(
  journal: Journal<ImportRecord>,
  planner: Planner,
): Generator<[StoredRow<ImportRecord>, RowPlan]> {
  for (const row of journal.rows()) {
    const plan = row.status === 'invalid' ? 'not valid' : planner.plan(row);
    if (typeof plan !== 'string') yield [row, plan];
  }
}

/** Whether a row is done, or the run made something for it that no row to be taken back has a part in. */
function isThere(
  journal: Journal<ImportRecord>,
  row: StoredRow<ImportRecord>,
  resources: readonly Resource[],
  wanted: ReadonlyMap<string, Wanted>,
): boolean {
  if (isDone(row.status)) return true;
  return resources.some(({ key }) => {
    const step = wanted.has(key) ? undefined : journal.step(key);
    return step !== undefined && OPEN_STATES.has(step.state);
  });
}
