import type { JsonObject } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { PRODUCTS } from '../records/products.js';
import { businessLine } from './business-line.js';
import { huntGroup } from './hunt-group.js';
import type { Around, Kind } from './kind.js';
import type { Snapshot } from './lookups/snapshots.js';
import { heldTargetId, RINGABLES } from './rings.js';
import { sipTrunk } from './sip-trunk.js';
import { user } from './user.js';

interface Owned extends JsonObject {
  readonly id: string;
}

/** What tells what a row's number rings. */
export type Ringing = Pick<Resource, 'product' | 'values'>;

/** What a number can ring, by the kind of resource that a product names. */
const OWNERS = { user, businessLine, sipTrunk, huntGroup } as const;

/** The kind of resource that the numbers of a product ring; null where each row names what it is. */
function ownerKind({ product }: Ringing): Kind<Owned, JsonObject> | null {
  const { owner } = PRODUCTS[product];
  if (owner === null) throw new Error(`${product} has no numbers`);
  return owner === 'target' ? null : (OWNERS[owner] as unknown as Kind<Owned, JsonObject>);
}

/** What the reference of a row's number is called; null where the number rings nothing. */
export function referenceTypeOf(resource: Ringing): string | null {
  const kind = ownerKind(resource);
  if (kind !== null) return kind.referenceType;
  const { ringsType } = resource.values;
  return ringsType === undefined ? null : RINGABLES[ringsType].referenceType;
}

const NOBODY: Around = { ownerId: '', phone: undefined };

/**
 * The ID of what a resource's number rings, among what its account held before the run; null when it was not there, ''
 * when the number is to ring nothing.
 */
export async function heldOwnerId(
  held: Snapshot,
  resource: Resource,
  priority: number,
): Promise<string | null> {
  const kind = ownerKind(resource);
  if (kind === null) return heldTargetId(held, resource, priority);
  return (await kind.find.held(held, kind.find.identity(resource, NOBODY), priority))?.id ?? null;
}
