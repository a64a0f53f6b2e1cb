import type { CompleteValues } from '../records/complete.js';
import type { Product } from '../records/products.js';
import { pickLine } from './business-line.js';
import type { Snapshot } from './lookups/snapshots.js';
import { pickTrunk } from './sip-trunk.js';
import { pickUser } from './user.js';

/** The ID of what a row's number rings, among what its account held before the run; null when it was not there. */
export async function ownerId(
  snapshot: Snapshot,
  product: Product,
  values: CompleteValues,
  priority: number,
): Promise<string | null> {
  switch (product) {
    case 'BCC':
    case 'HOME_PHONE':
      return pickUser(await snapshot.users(priority), values)?.id ?? null;
    case 'BUSINESS_LINE':
      return pickLine(await snapshot.lines(priority), values)?.id ?? null;
    case 'SIP_TRUNK':
      return pickTrunk(await snapshot.trunks(priority), values)?.id ?? null;
  }
}
