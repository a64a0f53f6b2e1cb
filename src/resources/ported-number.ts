import { type Call, patchNumber } from '../api/endpoints.js';
import type { Resource } from '../plan/resource.js';
import { e911Body, validAddresses } from './activation.js';
import { differencesFromSheet } from './create-once.js';
import type { Kind, Rehearsal } from './kind.js';
import type { Outcome, Task } from './task.js';

/**
 * A number that a port order brings: it is there with its order, and shares its outcome. Only where its E911 address is
 * another than that of the order, it is told so afterwards (guess: a number may be told while its port is pending).
 *
 * @param kind that of numbers
 */
export async function portedNumber<Now extends { readonly phoneNumber: string }>(
  task: Task,
  kind: Kind<Now, { readonly phone: string; readonly ownerId: string | null }>,
): Promise<Outcome> {
  const { run, resource, ordinal } = task;
  const [account, order] = [await task.account(), await task.need('portOrder')];
  if (!order) throw new Error(`${resource.key} names no port order`);
  const { partitionId, accountId } = account;
  const id = resource.values.phoneNumber ?? '';
  let outcome: Outcome = { state: order.state, id, partitionId, accountId };
  if (order.state === 'existing') {
    const now = await kind.read(task.look, { partitionId, accountId, id, ownerId: '', phone: id }, resource);
    const asking = { addresses: run.addresses, neverAnswered: run.neverAnswered, look: task.look };
    const ids = { partitionId, accountId, id, ownerId: '', phone: id, portId: order.id };
    const differs = now ? await differencesFromSheet(asking, resource, ordinal, kind, ids, now) : [];
    if (differs.length > 0) outcome = { ...outcome, differs };
  } else if (resource.hasOwnE911) {
    const body = { e911Address: e911Body(resource.values, await validAddresses(task)) };
    await task.send(patchNumber(partitionId, accountId, id, body));
  }
  await run.journal.settle(resource.key, resource.kind, ordinal, outcome.state, { ...outcome });
  return outcome;
}

/** The writes that a run sends for it besides those of its order. */
export function portedNumberWrites(
  { values, hasOwnE911 }: Resource,
  { partitionId, accountId, phone, addresses }: Rehearsal,
): Call<unknown>[] {
  if (!hasOwnE911) return [];
  return [patchNumber(partitionId, accountId, phone, { e911Address: e911Body(values, addresses) })];
}
