import { ApiError } from '../api/api-error.js';
import type { Call } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import type { FieldDifference } from './compare.js';
import type { Outcome, Task } from './task.js';

/** A setting of a resource: sending it twice changes nothing, so it is never in doubt. */
export interface Setting {
  /** the ID of what is set */
  readonly id: string;
  /** what is set, as far as undo must know it */
  readonly intent?: JsonObject;
  readonly call: Call<unknown>;
  /**
   * what is set already and how it differs from the sheet; null when nothing is set, or nothing that somebody chose.
   * Given only where it can have been; throws when something else is set
   */
  found?: (() => Promise<readonly FieldDifference[] | null>) | undefined;
}

/**
 * Sets it, with intent and outcome on disk, so that undo and verify know of it.
 * @throws ApiError when it is refused or no try is left
 */
export async function setOnce(task: Task, account: Outcome, setting: Setting): Promise<Outcome> {
  const { run, resource, ordinal } = task;
  const { partitionId, accountId } = account;
  const settle = async (
    state: 'created' | 'existing',
    differs: readonly FieldDifference[] = [],
  ): Promise<Outcome> => {
    const ids = { id: setting.id, partitionId, accountId };
    const outcome: Outcome = { state, ...ids, ...(differs.length > 0 ? { differs } : {}) };
    await run.journal.settle(resource.key, resource.kind, ordinal, state, { ...outcome });
    return outcome;
  };
  const inDoubt = run.journal.step(resource.key)?.state === 'intent';
  const found = inDoubt ? null : ((await setting.found?.()) ?? null);
  if (found !== null) return settle('existing', found);
  try {
    await task.send(setting.call, {
      ready: () =>
        run.journal.intend(resource.key, resource.kind, ordinal, {
          ...setting.intent,
          partitionId,
          accountId,
          id: setting.id,
        }),
    });
  } catch (error) {
    if (error instanceof ApiError && error.kind === 'refused')
      await run.journal.settle(resource.key, resource.kind, ordinal, 'failed', { message: error.message });
    throw error;
  }
  return settle('created');
}
