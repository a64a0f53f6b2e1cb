import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import { type Call, releaseNumber } from '../api/endpoints.js';
import type { Journal, JsonObject, StepState, StoredStep } from '../journal/journal.js';
import { baseOf } from '../plan/keys.js';
import { KIND_NAMES, type KindName, type Resource } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import { rowAddresses } from '../resources/activation.js';
import { compare, differenceText } from '../resources/compare.js';
import type { Ids, Look } from '../resources/kind.js';
import { KINDS, undoWaves } from '../resources/kinds.js';
import { orNull } from '../resources/lookups/account-index.js';
import { Addresses } from '../resources/lookups/addresses.js';
import { type Snapshot, Snapshots } from '../resources/lookups/snapshots.js';
import type { Outcome } from '../resources/task.js';
import { idsOf, text } from './ids.js';
import { inParallel } from './in-parallel.js';
import { Planner } from './planner.js';
import type { StopSwitch } from './stop-switch.js';

/** What became of one object that the run had created. */
export interface Undone {
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  /** ordinal of the row that brought it about */
  readonly owner: number;
  /**
   * `gone`: somebody else had deleted it; `kept`: changed since, or something that is kept hangs on it, so not touched;
   * `failed`: the platform refused
   */
  readonly what: 'deleted' | 'gone' | 'kept' | 'failed' | 'would be deleted';
  readonly reason: string;
}

export interface UndoOptions {
  readonly concurrency: number;
  /** how long the platform may still be at work on a create whose answer was lost */
  readonly settleMs: number;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  readonly stop: StopSwitch;
  onUndone(undone: Undone): void;
}

const GONE = 'somebody else had deleted it';

/** Steps that undo still has to look at. */
export const OPEN_STATES: ReadonlySet<StepState> = new Set(['intent', 'created', 'deleting', 'kept']);

const WAVES = undoWaves();

/** What all accounts of one undo share. */
interface Undoing extends UndoOptions {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  readonly planner: Planner;
  readonly addresses: Addresses;
  /** when undo began, by `performance.now()` */
  readonly startedAt: number;
}

/** One object or setting that the run made, while its account is looked through. */
interface Made {
  readonly step: StoredStep;
  readonly resource: Resource;
  readonly ids: Ids;
  /** what is to become of it so far */
  verdict: 'delete' | 'keep' | 'gone' | 'failed';
  reason: string;
  /** somebody has given it to another owner */
  isElsewhere: boolean;
}

/**
 * Deletes what a run created, and nothing else, account by account. First all of an account is read and compared: what
 * somebody has changed since is kept, and so is what hangs on it and what it needs. Then the rest is deleted in the
 * reverse order of dependence, each delete with an intent and an outcome on disk, so that it can be killed and gone on
 * with. A dry run does the first half, so that it says what undo would do.
 */
export async function undoRun(
  client: Client,
  journal: Journal<ImportRecord>,
  options: UndoOptions,
): Promise<void> {
  const run: Undoing = {
    ...options,
    client,
    journal,
    planner: new Planner(journal),
    addresses: new Addresses(client, journal),
    startedAt: performance.now(),
  };
  const accounts = journal.stepsByAccount([...OPEN_STATES]);
  await inParallel(accounts[Symbol.iterator](), options.concurrency, options.stop, (seqs) =>
    undoAccount(run, seqs),
  );
}

async function undoAccount(run: Undoing, seqs: readonly number[]): Promise<void> {
  const steps = seqs.map((seq) => run.journal.stepAt(seq)).filter((step) => step !== undefined);
  const resources = resourcesOf(run, steps);
  const made = await madeOf(run, steps, resources);
  await releaseUnused(run, steps);
  await examine(run, made);
  await keepWhatHangsTogether(run, made);
  if (run.dryRun) {
    for (const each of made)
      if (isObject(each)) tell(run, each, each.verdict === 'delete' ? 'would be deleted' : undefined);
    return;
  }
  for (const wave of WAVES) {
    if (run.stop.stopped) return;
    const due = made.filter((each) => wave.includes(each.resource.kind));
    await Promise.all(due.map((each) => takeBack(run, each, made)));
  }
  await settleSettings(run, made);
}

/** The resources that the rows of the steps plan, by key. */
function resourcesOf(run: Undoing, steps: readonly StoredStep[]): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const ordinal of new Set(steps.map(({ owner }) => owner))) {
    const row = run.journal.row(ordinal);
    const plan = row && run.planner.plan(row);
    if (plan && typeof plan !== 'string')
      for (const resource of plan.resources) resources.set(resource.key, resource);
  }
  return resources;
}

function isKind(name: string): name is KindName {
  return (KIND_NAMES as readonly string[]).includes(name);
}

function isObject({ resource }: Made): boolean {
  return KINDS[resource.kind].settingOf === null;
}

/** What was made and may still be there; creates in doubt are looked up first. */
async function madeOf(
  run: Undoing,
  steps: readonly StoredStep[],
  resources: ReadonlyMap<string, Resource>,
): Promise<Made[]> {
  const made = await Promise.all(
    steps.map(async (step): Promise<Made | null> => {
      const resource = resources.get(step.key);
      if (!resource || !isKind(step.kind)) return null;
      const outcome = step.state === 'intent' ? await findAgain(run, step, resource) : step.outcome;
      if (outcome)
        return {
          step,
          resource,
          ids: idsOf(run.journal, resource, outcome as unknown as Outcome),
          verdict: 'delete',
          reason: '',
          isElsewhere: false,
        };
      const message = 'it was never created';
      if (!run.dryRun) await run.journal.settle(step.key, step.kind, step.owner, 'failed', { message });
      return null;
    }),
  );
  return made.filter((each) => each !== null);
}

/** @returns the outcome of a create whose answer never came, or null when it never happened */
async function findAgain(run: Undoing, step: StoredStep, resource: Resource): Promise<Outcome | null> {
  const kind = KINDS[resource.kind];
  const { partitionId, accountId, ownerId, phone, id } = step.intent;
  const ids = { partitionId: text(partitionId), accountId: text(accountId) };
  // A setting is never in doubt: it is on something that is there or not.
  if (kind.settingOf !== null) return { ...ids, state: 'created', id: text(id) };
  // The run may have sent what it intended until it died, which was before this began.
  const wait = run.startedAt + run.settleMs - performance.now();
  if (wait > 0) await run.client.rest(wait);
  const around = { ownerId: text(ownerId), phone: text(phone) || undefined };
  const identity = { ...kind.find.identity(resource, around), ownerId: null };
  const now = await kind.find.now(lookOf(run, step.owner), ids, identity);
  if (now === null || kind.find.strange(now, identity) !== null) return null;
  const found = kind.find.idOf(now);
  return { state: 'created', id: found, partitionId: ids.partitionId, accountId: ids.accountId || found };
}

function lookOf({ client }: Undoing, priority: number): Look {
  return (call) => orNull(client.send(call, { priority }));
}

/** A reservation that has not become a number is given back. */
async function releaseUnused(run: Undoing, steps: readonly StoredStep[]): Promise<void> {
  const { client, journal } = run;
  for (const step of steps) {
    if (step.kind !== 'reservation' || step.state === 'kept') continue;
    const taken = journal.step(baseOf(step.key));
    if (taken && taken.state !== 'failed' && taken.state !== 'released') continue;
    const { phone, partitionId, accountId } = step.intent;
    const undone = { ...about(step, text(phone)), reason: 'reservation' };
    if (run.dryRun) {
      run.onUndone({ ...undone, what: 'would be deleted' });
      continue;
    }
    const call = (at: 'account' | 'partition') =>
      client.send(releaseNumber(at, text(partitionId), text(accountId), text(phone)), {
        priority: step.owner,
      });
    try {
      await call('account').catch((error: unknown) =>
        error instanceof ApiError && error.status === 404 ? orNull(call('partition')) : Promise.reject(error),
      );
    } catch (error) {
      // Refused: it is nobody's any more. One that cannot be released ends by itself after 30 minutes.
      if (!(error instanceof ApiError)) throw error;
    }
    await journal.settle(step.key, step.kind, step.owner, 'released', { ...step.intent });
    run.onUndone({ ...undone, what: 'deleted' });
  }
}

/** Reads everything and finds out what is gone and what somebody has changed since. */
async function examine(run: Undoing, made: readonly Made[]): Promise<void> {
  const shared = new Map<string, Promise<unknown>>();
  await Promise.all(
    made.map(async (each) => {
      const { resource, ids, step } = each;
      const kind = KINDS[resource.kind];
      const look: Look = (call) => sharedLook(run, shared, call, step.owner);
      try {
        const now = await kind.read(look, ids);
        if (now === null) {
          each.verdict = 'gone';
          each.reason = step.state === 'deleting' ? '' : GONE;
          return;
        }
        const changed = await changedSince(run, each, now);
        if (changed !== null) keep(each, changed);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        keep(each, `it could not be read: ${error.message}`);
      }
    }),
  );
}

function sharedLook<T>(
  { client }: Undoing,
  shared: Map<string, Promise<unknown>>,
  call: Call<T>,
  priority: number,
): Promise<T | null> {
  let answer = shared.get(call.path) as Promise<T | null> | undefined;
  if (!answer) {
    answer = orNull(client.send(call, { priority }));
    shared.set(call.path, answer);
  }
  return answer;
}

/** What somebody has changed of it since the run made it, in words; null when it is as the run left it. */
async function changedSince(run: Undoing, made: Made, now: object): Promise<string | null> {
  const { step, resource, ids } = made;
  const kind = KINDS[resource.kind];
  const stated = await kind.stated({
    resource,
    values: resource.values,
    ids,
    addresses: () => rowAddresses(run.addresses, resource.values, step.owner),
  });
  const { asAnswered = [] } = (step.outcome ?? {}) as unknown as Partial<Outcome>;
  const changed = compare(stated, now).differences.filter(
    ({ field, onPlatform }) =>
      !asAnswered.some((each) => each.field === field && each.onPlatform === onPlatform),
  );
  made.isElsewhere = changed.some(({ field }) => field === 'referenceId' || field === 'userId');
  const strange = kind.find.strange(
    now,
    kind.find.identity(resource, { ownerId: ids.ownerId || null, phone: ids.phone }),
  );
  if (strange !== null) return strange;
  if (changed.length === 0) return null;
  const texts = changed.slice(0, 3).map(differenceText);
  return `it was changed since: ${texts.join(', ')}${changed.length > 3 ? ' and more' : ''}`;
}

function keep(made: Made, reason: string): void {
  made.verdict = 'keep';
  made.reason = reason;
}

/**
 * What hangs on a kept object is kept with it, and what it needs too: a user with its numbers and devices, a line with its
 * port. An account that somebody has changed is kept with all that the run put into it; one that only holds what stays is
 * kept alone.
 */
async function keepWhatHangsTogether(run: Undoing, made: readonly Made[]): Promise<void> {
  const snapshots = new Snapshots(run.client);
  const near = neighbours(made);
  spread(made.filter(({ verdict }) => verdict === 'keep'));
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    const goes = new Set(made.filter(({ verdict }) => verdict !== 'keep').map(({ ids }) => ids.id));
    for (const each of made) {
      if (each.verdict !== 'delete') continue;
      const held = snapshots.of(each.ids.partitionId, each.ids.accountId);
      const reason = await occupiedBy(each, held, (id) => !goes.has(id));
      if (reason === null) continue;
      keep(each, reason);
      if (each.resource.kind !== 'account') spread([each]);
      isSettled = false;
    }
  }

  function spread(due: Made[]): void {
    for (let each = due.pop(); each !== undefined; each = due.pop())
      for (const other of near.get(each) ?? []) {
        if (other.verdict !== 'delete') continue;
        keep(other, `it belongs to ${each.resource.key}, which is kept`);
        due.push(other);
      }
  }
}

/** What is kept with each: what it needs and what needs it; of an account all that is in it, but not the other way. */
function neighbours(made: readonly Made[]): Map<Made, Made[]> {
  const byKey = new Map(made.map((each) => [each.resource.key, each]));
  const near = new Map<Made, Made[]>(made.map((each) => [each, []]));
  for (const each of made)
    for (const [role, key] of Object.entries(each.resource.needs)) {
      const needed = byKey.get(key);
      if (!needed || (role === 'owner' && each.isElsewhere)) continue;
      near.get(needed)?.push(each);
      if (role !== 'account') near.get(each)?.push(needed);
    }
  return near;
}

async function occupiedBy(
  { ids, step, resource }: Made,
  held: Snapshot,
  left: (id: string) => boolean,
): Promise<string | null> {
  try {
    return (await KINDS[resource.kind].takeBack?.occupied?.(held, ids, left, step.owner)) ?? null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `what hangs on it could not be read: ${error.message}`;
  }
}

async function takeBack(run: Undoing, each: Made, made: readonly Made[]): Promise<void> {
  const { client, journal } = run;
  const { step, resource, ids } = each;
  const settle = (state: StepState, details: JsonObject = {}) =>
    journal.settle(step.key, step.kind, step.owner, state, {
      ...step.outcome,
      ...{ id: ids.id, partitionId: ids.partitionId, accountId: ids.accountId },
      ...details,
    });
  if (each.verdict === 'gone') {
    await settle('deleted', each.reason === '' ? {} : { reason: each.reason });
    return tell(run, each);
  }
  // A delete that failed leaves something on what is deleted after it.
  const failed = made.find(
    (other) => other.verdict === 'failed' && Object.values(other.resource.needs).includes(resource.key),
  );
  if (each.verdict === 'delete' && failed) keep(each, `${failed.resource.key} is still there`);
  if (each.verdict === 'keep') {
    await settle('kept', { reason: each.reason });
    return tell(run, each);
  }
  try {
    await settle('deleting');
    const call = KINDS[resource.kind].takeBack?.remove(ids);
    if (call) await orNull(client.send(call, { priority: step.owner }));
    await settle('deleted');
    tell(run, each, 'deleted');
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    await settle('created');
    each.verdict = 'failed';
    each.reason = error.message;
    tell(run, each);
  }
}

/** Settings go with what they were set on, and stay where that was there before the run. */
async function settleSettings(run: Undoing, made: readonly Made[]): Promise<void> {
  const { journal } = run;
  for (const each of made) {
    const { step, resource } = each;
    const { settingOf } = KINDS[resource.kind];
    if (settingOf === null) continue;
    const base = journal.step(baseOf(step.key));
    if (base?.state === 'existing') {
      const { title } = KINDS[settingOf];
      each.reason = `the ${title.toLowerCase()} was there before the run; what the run set on it stays`;
      await journal.settle(step.key, step.kind, step.owner, 'kept', { ...step.outcome, reason: each.reason });
      tell(run, each, 'kept');
    } else if (base?.state === 'deleted')
      await journal.settle(step.key, step.kind, step.owner, 'deleted', { ...step.outcome });
  }
}

function about(step: StoredStep, id: string) {
  return { kind: step.kind, key: step.key, id, owner: step.owner };
}

/** @param what where it is not what the verdict says */
function tell(run: Undoing, each: Made, what?: Undone['what']): void {
  const byVerdict = {
    keep: 'kept',
    gone: each.reason === '' ? 'deleted' : 'gone',
    delete: 'deleted',
    failed: 'failed',
  } as const;
  run.onUndone({
    ...about(each.step, each.ids.id),
    what: what ?? byVerdict[each.verdict],
    reason: each.reason,
  });
}
