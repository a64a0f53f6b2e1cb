import type { Journal, StoredStep } from '../journal/journal.js';
import type { Resource, Role } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import type { Ids } from '../resources/kind.js';
import type { Outcome } from '../resources/task.js';

/** A text of an intent or outcome; '' where it has none. */
export const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** The IDs of a resource that is there, and of those around it, as the journal knows them. */
export function idsOf(journal: Journal<ImportRecord>, resource: Resource, outcome: Outcome): Ids {
  const idIn = (role: Role) => text(journal.step(resource.needs[role] ?? '')?.outcome?.['id']);
  return {
    partitionId: outcome.partitionId,
    accountId: outcome.accountId,
    id: outcome.id,
    ownerId: idIn('owner') || (outcome.ownerId ?? ''),
    phone: idIn('number') || undefined,
    voicemailBoxId: idIn('voicemailBox') || undefined,
    portId: idIn('portOrder'),
  };
}

/** Whether the journal says that the resource is there. */
export function isThere(step: StoredStep | undefined): step is StoredStep & { readonly outcome: object } {
  return step?.state === 'created' || step?.state === 'existing' || step?.state === 'updated';
}
