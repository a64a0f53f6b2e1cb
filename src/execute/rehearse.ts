import type { Call } from '../api/endpoints.js';
import type { Resource } from '../plan/resource.js';
import type { RowAddresses } from '../resources/activation.js';
import { KINDS } from '../resources/kinds.js';

/** What stands in a rehearsed request for what only the platform's answers tell. */
const ACCOUNT_ID = '{accountId}';
const OWNER_ID = '{ownerId}';
const SEARCHED = '{searchedNumber}';
export const VOICEMAIL_BOX_ID = '{voicemailBoxId}';
export const rehearsedLineId = (lineName: string) => `{businessLineId of ${lineName}}`;

const NOWHERE = { fields: {}, latitude: undefined, longitude: undefined };

/**
 * The writes that a run would send for a resource, made by the code that makes the real ones.
 * @param addresses null where the platform does not know them
 */
export function rehearse(
  resource: Resource,
  partitionId: string,
  addresses: RowAddresses | null,
): Call<unknown>[] {
  const phone = resource.values.phoneNumber ?? SEARCHED;
  return KINDS[resource.kind].writes(resource, {
    partitionId: resource.values.partitionId ?? partitionId,
    accountId: ACCOUNT_ID,
    ownerId: OWNER_ID,
    phone,
    ownPhone: resource.needs.number === undefined ? undefined : phone,
    voicemailBoxId: VOICEMAIL_BOX_ID,
    lineId: rehearsedLineId,
    addresses: addresses ?? { customer: NOWHERE, e911: NOWHERE },
  });
}
