import { ok, Refusal } from './answers.js';
import { CARRIER_ID } from './numbers.js';
import { type Call, type Handler, param } from './platform.js';

/** The operator's own carrier: its numbers are in no inventory of the platform. */
export const OWN_CARRIER_ID = 'oWn9sBc1TQ2mJ4kYb6RzXa';

/** GET partition (schema PartitionX). */
export const getPartition: Handler = (call) => {
  const id = partitionOf(call);
  const { platform } = call;
  const { ownCarrier } = platform.state.settings;
  return ok({
    ...{ id, name: 'Sandbox', status: 'ACTIVE', country: 'USA', languageTag: 'en-US' },
    subPartitionIds: id === platform.partitionId ? platform.subPartitionIds : [],
    ...{ useOwnCarrier: ownCarrier, ...(ownCarrier ? { byotnCarrierId: OWN_CARRIER_ID } : {}) },
    availableInboundCarrierId: [CARRIER_ID, ...(ownCarrier ? [OWN_CARRIER_ID] : [])],
    ...{ tnDeleteCooldownDays: 30, defaultTimeZone: 'US/Mountain', defaultExtensionLength: 4 },
    ...{ defaultDirectoryListingType: 'NOT_LIST_NOT_PUBLISH', requiresDeviceInventory: false },
    ...{ autoAssignCallerId: false, portPushDays: 3 },
  });
};

/** GET setting: a map of settings by their types (schema PartitionSettingX). */
export const getAllSettings: Handler = (call) => {
  const partitionId = partitionOf(call);
  const settings = {
    PLATFORM_TYPE_DEFAULT: 'CPE2',
    SEND_WELCOME_EMAIL: true,
    ENABLE_STAGED_CALL: false,
    AllowAccountDangerousExtensions: false,
  };
  return ok(
    Object.fromEntries(
      Object.entries(settings).map(([type, value]) => [type, { partitionId, type, value: { value } }]),
    ),
  );
};

function partitionOf(call: Call): string {
  const id = param(call, 'partitionId');
  const { partitionId, subPartitionIds } = call.platform;
  if (id !== partitionId && !subPartitionIds.includes(id))
    throw new Refusal(404, `Partition ${id} not found`);
  return id;
}
