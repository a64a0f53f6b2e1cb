import { ok, Refusal } from './answers.js';
import { CITIES } from './gazetteer.js';
import { CARRIER_ID } from './numbers.js';
import { type Call, type Handler, param } from './platform.js';
import { DEVICE_TYPE_IDS } from './reference-data.js';

/** The operator's own carrier: its numbers are in no inventory of the platform. */
export const OWN_CARRIER_ID = 'oWn9sBc1TQ2mJ4kYb6RzXa';

/** GET partition (schema PartitionX). */
export const getPartition: Handler = (call) => {
  const id = partitionOf(call);
  const { platform } = call;
  const { ownCarrier, allowedDeviceTypes, requiresDeviceInventory } = platform.state.settings;
  const isMain = id === platform.partitionId;
  return ok({
    ...{
      id,
      name: isMain ? 'Sandbox' : `Sandbox ${id}`,
      status: 'ACTIVE',
      country: 'USA',
      languageTag: 'en-US',
    },
    subPartitionIds: isMain ? platform.subPartitionIds : [],
    ...{ useOwnCarrier: ownCarrier, ...(ownCarrier ? { byotnCarrierId: OWN_CARRIER_ID } : {}) },
    availableInboundCarrierId: [CARRIER_ID, ...(ownCarrier ? [OWN_CARRIER_ID] : [])],
    ...{ tnDeleteCooldownDays: 30, defaultTimeZone: 'US/Mountain', defaultExtensionLength: 4 },
    ...{ defaultDirectoryListingType: 'NOT_LIST_NOT_PUBLISH', requiresDeviceInventory },
    allowedDeviceTypes: allowedDeviceTypes ?? DEVICE_TYPE_IDS,
    ...{ autoAssignCallerId: false, portPushDays: 3 },
  });
};

/** GET setting: a map of settings by their types (schema PartitionSettingX, which does not say what a value holds). */
export const getAllSettings: Handler = (call) => {
  const partitionId = partitionOf(call);
  const settings = {
    PLATFORM_TYPE_DEFAULT: 'CPE2',
    SEND_WELCOME_EMAIL: true,
    ENABLE_STAGED_CALL: false,
    AllowAccountDangerousExtensions: call.platform.state.settings.dangerousExtensions,
  };
  return ok(
    Object.fromEntries(
      Object.entries(settings).map(([type, value]) => [type, { partitionId, type, value: { value } }]),
    ),
  );
};

/** So many numbers of the inventory are listed at most; the rest is left out without a word. */
const MAX_LISTED = 500;

/** GET partition telephonenumber: free numbers of the partition's own inventory. */
export const listTnInventory: Handler = (call) => {
  const ofEach = Math.ceil(MAX_LISTED / CITIES.length);
  const found = CITIES.flatMap((city) =>
    call.platform.inventory.matching((prefix) => prefix.city === city, ofEach),
  );
  return ok(
    found.slice(0, MAX_LISTED).map(({ phoneNumber, prefix }) => ({
      ...{ partitionId: partitionOf(call), phoneNumber, rateCenter: prefix.city.rateCenter },
      ...{ state: prefix.city.state, country: prefix.city.country, prefix: prefix.digits },
      ...{ carrierId: CARRIER_ID, functionType: 'ELS', byotn: false, isInInventory: true, id: phoneNumber },
    })),
  );
};

function partitionOf(call: Call): string {
  const id = param(call, 'partitionId');
  const { partitionId, subPartitionIds } = call.platform;
  if (id !== partitionId && !subPartitionIds.includes(id))
    throw new Refusal(404, `Partition ${id} not found`);
  return id;
}
