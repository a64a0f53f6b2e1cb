import { patchNumber } from '../../api/endpoints.js';
import { referenceTypeOf } from '../owner.js';
import { referenceBody } from '../reference.js';
import { ringsNamed, rungText } from '../rung-target.js';
import type { Act, ActTask } from './act.js';
import { NUMBER_GONE, numberNow, toldOf } from './number-now.js';

/**
 * A number that is on the account and rings what `movesFrom` names comes to ring what its row wants. The one change of
 * something that was there before, and guarded: a number that rings anything else is left alone.
 */
export const move: Act = {
  name: 'move',
  title: 'Cut-over move',
  doneTo: 'reference',
  against: ({ values }) => (values.movesFrom === undefined ? undefined : null),
  repeats: false,
  async look(task) {
    const number = await numberNow(task);
    if (number === null) return NUMBER_GONE;
    const now = toldOf(number);
    if (number.referenceId === task.ids.ownerId) return { what: 'done', now };
    const { movesFrom = '' } = task.resource.values;
    const held = heldOf(task);
    if (!(await ringsNamed(number, movesFrom, held, task.ordinal)))
      return {
        ...{ what: 'failed', now },
        reason: `${number.phoneNumber} rings ${await rungText(number, held, task.ordinal)}, not ${movesFrom}.`,
        hint: 'If that is right, correct movesFrom in the sheet and run it again in another directory; else see who changed it.',
      };
    const isCallerId = number['assignAsCallerId'] === true;
    return { what: 'due', before: { ...now, from: movesFrom, ...(isCallerId ? { isCallerId } : {}) } };
  },
  async send({ run, resource, ids, ordinal }, before, { ready }) {
    const { partitionId, accountId, id, ownerId } = ids;
    const body = referenceBody(resource, ownerId);
    await run.client.send(patchNumber(partitionId, accountId, id, body), { priority: ordinal, ready });
    const { referenceType, referenceId } = body;
    return {
      ...formerly(before),
      operationalStatus: before['operationalStatus'],
      referenceType,
      referenceId,
    };
  },
  async takeBack(task, before) {
    const number = await numberNow(task);
    if (number === null) return { what: 'gone', reason: 'the number is not on the account any more' };
    const { partitionId, accountId, id, ownerId } = task.ids;
    const { referenceType: type = null, referenceId: formerId = null } = before;
    if ((number.referenceId ?? null) === formerId) return { what: 'gone', reason: 'it rings what it did' };
    if (number.referenceId !== ownerId || number.referenceType !== referenceTypeOf(task.resource))
      return {
        what: 'kept',
        reason: `it rings ${await rungText(number, heldOf(task), task.ordinal)} by now, which this run did not set`,
      };
    const isCallerId = before['isCallerId'] === true ? { assignAsCallerId: true } : {};
    const body = { referenceType: type, referenceId: formerId, ...isCallerId };
    return { what: 'send', call: patchNumber(partitionId, accountId, id, body) };
  },
};

function heldOf({ run, ids }: ActTask) {
  return run.snapshots.of(ids.partitionId, ids.accountId);
}

/** What the number rang before, for lists. */
function formerly(before: Readonly<Record<string, unknown>>) {
  return { from: String(before['from'] ?? '') };
}
