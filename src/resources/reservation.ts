import { ApiError } from '../api/api-error.js';
import { type ReservePath, releaseNumber, reserveNumber } from '../api/endpoints.js';
import { keyOf } from '../plan/keys.js';
import type { Outcome, Task } from './task.js';

/** The journal's key of the reservation for a number. */
export function reservationKey(numberKey: string): string {
  return keyOf.of('reservation', numberKey);
}

/**
 * @param perhaps an earlier run may have reserved it, so a refusal may be of our own reservation
 * @returns false when the platform does not give this number to this account: take another
 */
export async function reserve(
  task: Task,
  account: Outcome,
  phone: string,
  perhaps: boolean,
): Promise<boolean> {
  const { run, resource, ordinal } = task;
  const { partitionId, accountId } = account;
  const key = reservationKey(resource.key);
  const ready = () =>
    run.journal.intend(key, 'reservation', ordinal, { phone, partitionId, accountId }, phone);
  try {
    await atReservePath(task, (at) => task.send(reserveNumber(at, partitionId, accountId, phone), { ready }));
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
    // Perhaps it is our own reservation that is in the way: the activation tells.
    if (!perhaps && !error.afterDoubt) {
      await run.journal.settle(key, 'reservation', ordinal, 'failed', { message: error.message });
      return false;
    }
  }
  await run.journal.settle(key, 'reservation', ordinal, 'created', { phone, partitionId, accountId });
  return true;
}

/**
 * Reservations are made under the account's path (guide) or, where the platform does not know that, the partition's
 * (API description); what worked is remembered for the run.
 */
async function atReservePath(task: Task, send: (at: ReservePath) => Promise<unknown>): Promise<void> {
  const { run } = task;
  if (run.reservePath !== null) {
    await send(run.reservePath);
    return;
  }
  try {
    await send('account');
    run.reservePath = 'account';
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await send('partition');
    run.reservePath = 'partition';
  }
}

/** Gives a reserved number back. */
export async function release(task: Task, account: Outcome, phone: string): Promise<void> {
  const { run, resource, ordinal } = task;
  try {
    await task.send(
      releaseNumber(run.reservePath ?? 'account', account.partitionId, account.accountId, phone),
      {
        finishing: true,
      },
    );
  } catch (error) {
    // One that is gone is released; one that cannot be released ends by itself after 30 minutes.
    if (!(error instanceof ApiError)) throw error;
  }
  await run.journal.settle(reservationKey(resource.key), 'reservation', ordinal, 'released', { phone });
}
