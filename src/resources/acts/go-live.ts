import { patchNumber } from '../../api/endpoints.js';
import type { Act } from './act.js';
import { NUMBER_GONE, numberNow, toldOf } from './number-now.js';

/** A staged number of an own carrier is put into service: `PATCH telephonenumber` with `operationalStatus` ACTIVE. */
export const goLive: Act = {
  name: 'goLive',
  title: 'Cut-over go-live',
  doneTo: 'number',
  against: ({ values }) =>
    values.numberSource === 'CARRIER' && values.operationalStatus === 'STAGED' ? null : undefined,
  repeats: false,
  async look(task) {
    const number = await numberNow(task);
    if (number === null) return NUMBER_GONE;
    const now = toldOf(number);
    return number['operationalStatus'] === 'ACTIVE' ? { what: 'done', now } : { what: 'due', before: now };
  },
  async send({ run, ids, ordinal }, before, { ready }) {
    const { partitionId, accountId, id } = ids;
    const call = patchNumber(partitionId, accountId, id, { operationalStatus: 'ACTIVE' });
    await run.client.send(call, { priority: ordinal, ready });
    return { ...before, operationalStatus: 'ACTIVE' };
  },
  /** That a number goes back from ACTIVE to STAGED is a guess: where it is refused, it stays in service and is told. */
  async takeBack(task) {
    const number = await numberNow(task);
    if (number === null) return { what: 'gone', reason: 'the number is not on the account any more' };
    if (number['operationalStatus'] === 'STAGED') return { what: 'gone', reason: 'it is staged' };
    const { partitionId, accountId, id } = task.ids;
    return {
      what: 'send',
      call: patchNumber(partitionId, accountId, id, { operationalStatus: 'STAGED' }),
    };
  },
};
