import { ApiError } from '../api/api-error.js';
import type { Call } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import { StepError } from './step-error.js';
import type { AccountIds, Outcome, Task } from './task.js';

/** A resource that was found under its natural key. */
export interface Found {
  readonly id: string;
  /** what shows that it is not the one the sheet means, in words; null when it is recognisably the same */
  readonly difference: string | null;
}

/** A create that must happen exactly once although the API has no idempotency key. */
export interface Creation<A> {
  /** what identifies it; on disk before it is sent */
  readonly intent: JsonObject;
  /** the create itself, asked for only when it is to be sent */
  call(): Call<A> | Promise<Call<A>>;
  /** the ID in a good answer */
  idOf(answer: A): string;
  /** looks the resource up by its natural key */
  find(): Promise<Found | null>;
  /** the same, from what the account held before this run; absent where nothing can have been there */
  before?: (() => Promise<Found | null>) | undefined;
  /** the platform itself refuses a second one of the same natural key */
  readonly unique: boolean;
  /** the number that the create takes, when a search picked it */
  readonly picked?: string | undefined;
  /** goes through although the run is stopping */
  readonly finishing?: boolean;
}

/**
 * The heart of the product. Intent on disk, then the create, then the outcome on disk; what is in doubt (sent, no good
 * answer, in this run or in one that was killed) is looked up by its natural key before anything is sent again.
 *
 * @throws ApiError `refused` (recorded as failed), `unavailable` or `inDoubt` (the intent stays, so a resume looks
 * first); StepError when something else is in the way
 */
export async function createOnce<A>(task: Task, ids: AccountIds, creation: Creation<A>): Promise<Outcome> {
  const { run, resource } = task;
  const earlier = run.journal.step(resource.key);
  let doubtSince = earlier?.state === 'intent' ? Math.max(earlier.at, run.startedAt) : null;

  const settle = async (state: 'created' | 'existing', id: string): Promise<Outcome> => {
    // An account is the one resource whose own ID its children's paths need.
    const outcome: Outcome = { state, id, partitionId: ids.partitionId, accountId: ids.accountId || id };
    await run.journal.settle(resource.key, resource.kind, task.ordinal, state, { ...outcome });
    return outcome;
  };
  const adopt = (found: Found, ours: boolean): Promise<Outcome> => {
    if (found.difference !== null) throw inTheWay(found.difference);
    if (!ours && run.existing === 'fail')
      throw new StepError(
        'It is there already, and this run did not create it.',
        'Take the row out, or allow it with --existing reuse.',
      );
    return settle(ours ? 'created' : 'existing', found.id);
  };

  if (doubtSince === null && creation.before) {
    const found = await creation.before();
    if (found) return adopt(found, false);
  }
  for (let tries = 1; ; tries++) {
    if (doubtSince !== null) {
      const found = await lookAgain(task, creation, doubtSince + run.settleMs);
      if (found) return adopt(found, true);
    }
    try {
      const answer = await task.send(await creation.call(), {
        finishing: creation.finishing ?? false,
        ready: () =>
          run.journal.intend(resource.key, resource.kind, task.ordinal, creation.intent, creation.picked),
      });
      return await settle('created', creation.idOf(answer));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.kind === 'refused') {
        const found = mayMeanTaken(error) ? await creation.find() : null;
        if (found) return adopt(found, doubtSince !== null);
        await run.journal.settle(resource.key, resource.kind, task.ordinal, 'failed', {
          message: error.message,
        });
        throw error;
      }
      if (error.kind === 'unavailable' || tries > run.retries) throw error;
      doubtSince = Date.now();
      await run.client.backOff(tries);
    }
  }
}

/**
 * A name that the platform accepts twice is looked up a second time after it has settled: the platform may still be at
 * work on a request that was given up on.
 */
async function lookAgain<A>(task: Task, creation: Creation<A>, settled: number): Promise<Found | null> {
  const found = await creation.find();
  if (found || creation.unique) return found;
  const wait = settled - Date.now();
  if (wait <= 0) return null;
  await task.run.client.rest(wait);
  return creation.find();
}

/** Refusals that may mean "there is one already". */
function mayMeanTaken(error: ApiError): boolean {
  return error.status === 400 || error.status === 409 || error.status === 422;
}

function inTheWay(difference: string): StepError {
  return new StepError(
    `Something else is there under that name: ${difference}.`,
    'Correct the sheet, or change what is on the platform; the importer does not touch what it did not create.',
  );
}
