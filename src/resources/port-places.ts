import { sameCode } from './names.js';

/** Why undo keeps a port that is completed, and its numbers. */
export const PORTED_IN =
  'it is ported in; deleting it would take its numbers out of service (undo --ported deletes it all the same)';

/**
 * Where in the partition a number is that is to be ported, in words; null when it is nowhere, or on that account.
 * @param accountId '' for an account that is not there
 */
export function numberElsewhere(
  phone: string,
  number: {
    readonly accountId?: string | null | undefined;
    readonly isInInventory?: boolean | null | undefined;
  },
  accountId: string,
): string | null {
  const { accountId: on, isInInventory } = number;
  if (on)
    return sameCode(on, accountId) ? null : `${phone} is on another account of the partition already (${on})`;
  if (isInInventory !== true) return null;
  return `${phone} is in the inventory of the partition; it needs no port, but numberSource INVENTORY`;
}
