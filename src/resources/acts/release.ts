import { ApiError } from '../../api/api-error.js';
import { getActivationEvent, releaseActivation } from '../../api/endpoints.js';
import { StopError } from '../../errors.js';
import type { JsonObject } from '../../journal/journal.js';
import type { KeptEvent } from '../../plan/events.js';
import type { Act } from './act.js';
import { NUMBER_GONE, numberNow, toldOf } from './number-now.js';

/**
 * The activation of a number that was held (`holdActivation`) is released. That the platform takes a PUT for it is
 * second-hand, so a platform that does not know it stops the command once, and is not asked for every number.
 */
export const release: Act = {
  name: 'release',
  title: 'Hold release',
  doneTo: 'number',
  against: ({ values }) =>
    values.holdActivation === true && values.movesFrom === undefined ? null : undefined,
  repeats: false,
  async look(task) {
    const { partitionId, accountId, id } = task.ids;
    const number = await numberNow(task);
    if (number === null) return NUMBER_GONE;
    const event = await task.look(getActivationEvent(partitionId, accountId, id));
    const status = event?.activationStatusType ?? null;
    const now = { ...toldOf(number), activation: status, ...keptEvent(id, status, event?.lastUpdatedDate) };
    // Without an event the number's own status tells.
    const isHeld = status === null ? number['carrierStatus'] === 'ACTIVATION_ON_HOLD' : status === 'ON_HOLD';
    return isHeld ? { what: 'due', before: now } : { what: 'done', now };
  },
  async send({ run, ids, ordinal }, before, { ready }) {
    const { partitionId, accountId, id } = ids;
    try {
      await run.client.send(releaseActivation(partitionId, accountId, id), { priority: ordinal, ready });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 404 || error.status === 405))
        throw new StopError(
          'NO_RELEASE_BY_API',
          `This platform has no release of a hold by its API (${error.status}), so no held number was released.`,
          'Release the holds in the portal, then start cutover again: it sees that they are released.',
        );
      throw error;
    }
    const { updatedAt } = (before['event'] ?? {}) as Partial<KeptEvent>;
    return {
      ...before,
      ...{ carrierStatus: 'ACTIVATION_PENDING', activation: 'IN_PROGRESS' },
      ...keptEvent(id, 'IN_PROGRESS', updatedAt),
    };
  },
  takeBack: { cannot: 'an activation that was released cannot be held again' },
};

/** The event as a journal keeps it with the row; nothing where it is not known. */
function keptEvent(
  referenceId: string,
  status: string | null,
  updatedAt: string | null | undefined,
): JsonObject {
  if (status === null || !updatedAt) return {};
  const event: KeptEvent = { type: 'ACTIVATION', status, updatedAt, referenceId };
  return { event: { ...event } };
}
