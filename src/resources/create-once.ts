import { ApiError, NotSentError } from '../api/api-error.js';
import type { Call } from '../api/endpoints.js';
import { StopError } from '../errors.js';
import type { JsonObject } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { rowAddresses } from './activation.js';
import { compare, type FieldDifference } from './compare.js';
import type { Ids, Kind } from './kind.js';
import { notActiveYet } from './not-active.js';
import { StepError } from './step-error.js';
import { type AccountIds, mayHoldMore, type Outcome, type Task } from './task.js';
import {
  type Asking,
  inTheWay,
  isToUpdate,
  statedBySheet,
  strangeness,
  updateExisting,
} from './update-once.js';

/** A create that must happen exactly once although the API has no idempotency key. */
export interface Creation<A, Now, Identity> {
  /** where it is created; an account has no account ID yet */
  readonly ids: AccountIds;
  /** the ID of what it hangs on; null where it hangs on nothing, or what that is is set later */
  readonly ownerId: string | null;
  /** the row's own number, where it is named by default */
  readonly ownPhone: string | undefined;
  /** the create itself, asked for only when it is to be sent */
  call(): Call<A> | Promise<Call<A>>;
  /** what a good answer says of it, as far as it says anything */
  answer(answer: A): Now;
  /** the platform itself refuses a second one of the same natural key */
  readonly unique: boolean;
  /** looks for it before it is created, where not in what its account held before; null where it cannot be there */
  readonly before?: ((identity: Identity) => Promise<Now | null>) | null;
  /** the number that the create takes, when a search picked it; a refusal of it is no end, since another may be had */
  readonly picked?: string | undefined;
  /** goes through although the run is stopping */
  readonly finishing?: boolean;
  /** gives one that was there what it lacks and nobody can want it to lack */
  completes?(now: Now): Promise<void>;
  /** the platform refused it, so it holds nothing of what was sent */
  refused?(): Promise<void>;
}

/**
 * The heart of the product. Intent on disk, then the create, then the outcome on disk; what is in doubt (sent, no good
 * answer, in this run or in one that was killed) is looked up by its natural key before anything is sent again.
 *
 * @throws ApiError `refused` (recorded as failed, unless an earlier try is in doubt), `unavailable` or `inDoubt` (the
 * intent stays, so a resume looks first); StepError when something else is in the way
 */
export async function createOnce<A, Now extends object, Identity extends JsonObject>(
  task: Task,
  kind: Kind<Now, Identity>,
  creation: Creation<A, Now, Identity>,
): Promise<Outcome> {
  const { run, resource, ordinal } = task;
  const { ids, ownerId, ownPhone } = creation;
  const identity = kind.find.identity(resource, { ownerId, phone: creation.picked ?? ownPhone });
  const intent: JsonObject = { ...identity, partitionId: ids.partitionId, accountId: ids.accountId, ownerId };
  const earlier = run.journal.step(resource.key);
  let doubtSince = earlier?.state === 'intent' ? sentAtTheLatest(task, earlier.at) : null;

  const idsOf = (id: string): Ids => ({
    partitionId: ids.partitionId,
    // An account is the one resource whose own ID its children's paths need.
    accountId: ids.accountId || id,
    id,
    ownerId: ownerId ?? '',
    phone: ownPhone,
  });
  const settle = async (outcome: Outcome): Promise<Outcome> => {
    await run.journal.settle(resource.key, resource.kind, ordinal, outcome.state, { ...outcome });
    return outcome;
  };
  const find = () => kind.find.now(task.look, ids, identity);
  const adopt = async (now: Now, ours: boolean): Promise<Outcome> => {
    const strange = strangeness(kind, !ours && isToUpdate(task))(now, identity);
    if (strange !== null) throw inTheWay(strange);
    const found = idsOf(kind.find.idOf(now));
    const { partitionId, accountId, id } = found;
    if (ours) return settle({ state: 'created', id, partitionId, accountId });
    if (run.existing === 'fail')
      throw new StepError(
        'It is there already, and this run did not create it.',
        'Take the row out, or allow it with --existing reuse.',
      );
    const updated = await updateExisting(task, kind, found, now, identity);
    if (updated) {
      await creation.completes?.(now);
      return updated;
    }
    const asking = { addresses: run.addresses, neverAnswered: run.neverAnswered, look: task.look };
    const differs = await differencesFromSheet(asking, resource, ordinal, kind, found, now);
    await creation.completes?.(now);
    return settle({
      state: 'existing',
      id,
      partitionId,
      accountId,
      ...(differs.length > 0 ? { differs } : {}),
    });
  };

  if (doubtSince === null) {
    const found = await foundBefore(task, kind, creation, identity);
    if (found) return adopt(found, false);
  }
  for (let tries = 1; ; tries++) {
    if (doubtSince !== null) {
      const found = await lookAgain(task, find, creation.unique, doubtSince + run.settleMs);
      if (found) return adopt(found, true);
    }
    try {
      const answer = await task.send(await creation.call(), {
        finishing: creation.finishing ?? false,
        ready: () => run.journal.intend(resource.key, resource.kind, ordinal, intent, creation.picked),
      });
      const now = creation.answer(answer);
      const { partitionId, accountId, id } = idsOf(kind.find.idOf(now));
      const asAnswered = await answeredOtherwise(task, kind, idsOf(id), now);
      const outcome = await settle({
        ...{ state: 'created', id, partitionId, accountId },
        ...(asAnswered.length > 0 ? { asAnswered } : {}),
      });
      run.madeHere.add(outcome);
      return outcome;
    } catch (error) {
      if (!(error instanceof ApiError)) {
        // Not in doubt, and not a failure of its own either: a later process sends it as if for the first time.
        if (doubtSince === null && isUndone(error) && run.journal.step(resource.key)?.state === 'intent')
          await run.journal.settle(resource.key, resource.kind, ordinal, 'released', {});
        throw error;
      }
      if (error.kind === 'refused') {
        const found = mayMeanTaken(error) ? await find() : null;
        if (found && doubtSince !== null) return adopt(found, true);
        // That this try may not be (403 …) says nothing of the one in doubt: it stays so, and is looked for again.
        if (doubtSince !== null && !mayMeanTaken(error)) throw error;
        await creation.refused?.();
        if (found) return adopt(found, false);
        const waits = await notActiveYet(task, ids, kind.namesNumbers, error);
        // Of a number that a search picked, another candidate may be had by this process or a later one; what waits is tried
        // again by a later one.
        const state = creation.picked === undefined && waits === null ? 'failed' : 'released';
        await run.journal.settle(resource.key, resource.kind, ordinal, state, { message: error.message });
        throw waits ?? error;
      }
      if (error.kind === 'unavailable' || tries > run.retries) throw error;
      doubtSince = performance.now();
      await run.client.backOff(tries);
    }
  }
}

/**
 * Until when a create may have been sent that has an intent and no outcome, by the clock of this process: one of an
 * earlier process until that died, which was before this one began. The time in the journal is of a clock that may have
 * been set since, so one that is not surely older than this process is taken for now.
 */
function sentAtTheLatest({ run }: Task, at: number): number {
  const ageOfProcess = performance.now() - run.startedAt;
  return at < Date.now() - ageOfProcess ? run.startedAt : performance.now();
}

/** What was there before the run, or before this process where another may have worked on the run meanwhile. */
async function foundBefore<A, Now extends object, Identity extends JsonObject>(
  task: Task,
  kind: Kind<Now, Identity>,
  { before, ids }: Creation<A, Now, Identity>,
  identity: Identity,
): Promise<Now | null> {
  if (before === null) return null;
  if (before) return before(identity);
  const { run, ordinal } = task;
  if (!mayHoldMore(run, await task.account())) return null;
  return kind.find.held(run.snapshots.of(ids.partitionId, ids.accountId), identity, ordinal);
}

/**
 * A name that the platform accepts twice is looked up a second time after it has settled: the platform may still be at
 * work on a request that was given up on.
 * @param settled when it has, by `performance.now()`
 */
async function lookAgain<Now>(
  task: Task,
  find: () => Promise<Now | null>,
  unique: boolean,
  settled: number,
): Promise<Now | null> {
  const found = await find();
  if (found || unique) return found;
  const wait = settled - performance.now();
  if (wait <= 0) return null;
  await task.run.client.rest(wait);
  return find();
}

/**
 * How one that was there differs from what the sheet itself says of it. The entry of a list that was asked for anyway
 * tells; where it leaves out a field that the sheet states, the whole is read.
 */
export async function differencesFromSheet<Now extends object, Identity extends JsonObject>(
  asking: Asking,
  resource: Resource,
  priority: number,
  kind: Kind<Now, Identity>,
  ids: Ids,
  entry: Now,
): Promise<readonly FieldDifference[]> {
  const stated = await statedBySheet(kind, resource, ids, asking.addresses, priority);
  const first = compare(stated, entry, true);
  const nameOf = ({ field }: FieldDifference) => `${resource.kind}.${field}`;
  if (first.unanswered.every((each) => asking.neverAnswered.has(nameOf(each)))) return first.differences;
  const whole = await kind.read(asking.look, ids, resource);
  if (whole === null) return first.differences;
  const second = compare(stated, whole);
  for (const each of second.unanswered) asking.neverAnswered.add(nameOf(each));
  return second.differences;
}

/** What the answer to a create says otherwise than it was sent: undo must not take that for somebody's change. */
async function answeredOtherwise<Now extends object, Identity extends JsonObject>(
  { resource, run, ordinal }: Task,
  kind: Kind<Now, Identity>,
  ids: Ids,
  now: Now,
): Promise<readonly FieldDifference[]> {
  // An answer of one or two fields is an ID and no more.
  if (Object.keys(now).length <= 2) return [];
  const addresses = () => rowAddresses(run.addresses, resource.values, ordinal);
  return compare(await kind.stated({ resource, values: resource.values, ids, addresses }), now, true)
    .differences;
}

/** What ends the run, or this process, with the certainty that the create was not carried out. */
function isUndone(error: unknown): boolean {
  return error instanceof NotSentError || (error instanceof StopError && error.cause instanceof ApiError);
}

/** Refusals that may mean "there is one already". */
function mayMeanTaken(error: ApiError): boolean {
  if (error.lacksRight) return false;
  return error.status === 400 || error.status === 409 || error.status === 422;
}
