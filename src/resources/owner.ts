import type { JsonObject } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { PRODUCTS, type Product } from '../records/products.js';
import { businessLine } from './business-line.js';
import type { Around, Kind } from './kind.js';
import type { Snapshot } from './lookups/snapshots.js';
import { sipTrunk } from './sip-trunk.js';
import { user } from './user.js';

interface Owned extends JsonObject {
  readonly id: string;
}

/** What a number can ring, by the kind of resource that a product names. */
const OWNERS = { user, businessLine, sipTrunk } as const;

/** The kind of resource that the numbers of a product ring. */
export function ownerKind(product: Product): Kind<Owned, JsonObject> {
  const { owner } = PRODUCTS[product];
  if (owner === null) throw new Error(`${product} has no numbers`);
  return OWNERS[owner] as unknown as Kind<Owned, JsonObject>;
}

const NOBODY: Around = { ownerId: '', phone: undefined };

/** The ID of what a resource's number rings, among what its account held before the run; null when it was not there. */
export async function heldOwnerId(
  held: Snapshot,
  resource: Resource,
  priority: number,
): Promise<string | null> {
  const kind = ownerKind(resource.product);
  return (await kind.find.held(held, kind.find.identity(resource, NOBODY), priority))?.id ?? null;
}
