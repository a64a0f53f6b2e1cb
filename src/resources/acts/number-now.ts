import { getNumber, type NumberRecord } from '../../api/endpoints.js';
import type { JsonObject } from '../../journal/journal.js';
import { isStillThere } from '../number-state.js';
import type { ActTask, Verdict } from './act.js';

/** The number of an act as it is now; null when it is not on the account any more. */
export async function numberNow({ ids, look }: ActTask): Promise<NumberRecord | null> {
  const { partitionId, accountId, phone = ids.id } = ids;
  const number = await look(getNumber(partitionId, accountId, phone));
  return number && isStillThere(number) ? number : null;
}

export const NUMBER_GONE: Verdict = {
  what: 'failed',
  reason: 'The number is not on the account any more.',
  hint: 'Look who took it off.',
};

/** What lists and results tell of a number. */
export function toldOf(number: NumberRecord): JsonObject {
  const text = (field: string) => (typeof number[field] === 'string' ? (number[field] as string) : null);
  return {
    operationalStatus: text('operationalStatus'),
    carrierStatus: text('carrierStatus'),
    referenceType: number.referenceType ?? null,
    referenceId: number.referenceId ?? null,
  };
}
