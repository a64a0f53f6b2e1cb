import { ApiError } from '../api/api-error.js';
import type { Call } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import type { FieldDifference } from './compare.js';
import type { Ids, Kind } from './kind.js';
import { notActiveYet } from './not-active.js';
import type { Outcome, Task } from './task.js';
import { isToUpdate, updateOnce } from './update-once.js';

/** A setting of a resource: sending it twice changes nothing, so it is never in doubt. */
export interface Setting {
  /** the ID of what is set */
  readonly id: string;
  /** the ID of what it is set to, where that may be no resource of the run */
  readonly ownerId?: string;
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
 * Sets it, with intent and outcome on disk, so that undo and verify know of it. Where a run updates, a setting that may
 * have been there is changed field by field instead: what a blank cell means for a new one is not sent.
 * @throws ApiError when it is refused or no try is left
 */
export async function setOnce<Now extends object, Identity extends JsonObject>(
  task: Task,
  kind: Kind<Now, Identity>,
  account: Outcome,
  setting: Setting,
): Promise<Outcome> {
  const { run, resource, ordinal } = task;
  const { partitionId, accountId } = account;
  const settle = async (
    state: 'created' | 'existing',
    differs: readonly FieldDifference[] = [],
  ): Promise<Outcome> => {
    const { id, ownerId } = setting;
    const ids = { id, partitionId, accountId, ...(ownerId === undefined ? {} : { ownerId }) };
    const outcome: Outcome = { state, ...ids, ...(differs.length > 0 ? { differs } : {}) };
    await run.journal.settle(resource.key, resource.kind, ordinal, state, { ...outcome });
    return outcome;
  };
  const inDoubt = run.journal.step(resource.key)?.state === 'intent';
  if (kind.update !== null && setting.found && !inDoubt && isToUpdate(task)) {
    const owner = await task.need('owner');
    const number = await task.need('number');
    const box = await task.need('voicemailBox');
    const ids: Ids = {
      ...{ partitionId, accountId, id: setting.id, ownerId: owner?.id ?? '', phone: number?.id },
      voicemailBoxId: box?.id,
    };
    const updated = await updateOnce(task, kind, kind.update, ids, null);
    if (updated !== null) return updated;
  }
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
    if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
    const waits = await notActiveYet(task, account, kind.namesNumbers, error);
    const state = waits === null ? 'failed' : 'released';
    await run.journal.settle(resource.key, resource.kind, ordinal, state, { message: error.message });
    throw waits ?? error;
  }
  return settle('created');
}
