import type { NumberRecord } from '../api/endpoints.js';
import type { Ids, Left } from './kind.js';
import type { Snapshot } from './lookups/snapshots.js';

/** What a number's `carrierStatus` says once it is deleted: it may stay in lists while it cools down. */
const GONE: readonly unknown[] = ['DELETED', 'DELETE_PENDING', 'COOLDOWN'];

/** What undo says of a number whose activation nobody has released. */
export const ON_HOLD = 'its activation is on hold; release it first (cutover does that), then run undo again';

/** Whether a number in a list is still on its account. */
export function isStillThere(number: NumberRecord): boolean {
  return !GONE.includes(number['carrierStatus']);
}

/** What a number that stays on the account rings, in words: for undo of a user, a line or a trunk. */
export async function rungBy(
  held: Snapshot,
  { id }: Ids,
  left: Left,
  priority: number,
): Promise<string | null> {
  const numbers = await held.numbers(priority);
  const ringing = numbers.find(
    (each) => each.referenceId === id && isStillThere(each) && left(each.phoneNumber),
  );
  return ringing ? `number ${ringing.phoneNumber} rings it` : null;
}
