import {
  createDevice,
  type DeviceRecord,
  deleteDevice,
  findDevices,
  getDevice,
  patchDevice,
} from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce } from './create-once.js';
import { type Kind, PLAIN_UPDATE } from './kind.js';
import { sameCode } from './names.js';
import { type AccountIds, numbersOnAccount } from './task.js';

type DeviceIdentity = {
  readonly macAddress: string;
  readonly lineNumber: number;
  readonly userId: string;
};

/** Guide, "Create Device Line". Natural key: MAC address and line number. */
export const device: Kind<DeviceRecord, DeviceIdentity> = {
  title: 'Device',
  called: ({ deviceName, macAddress, lineNumber }) =>
    `${deviceName ?? ''} ${macAddress}, line ${lineNumber}`.trimStart(),
  idColumn: 'deviceId',
  settingOf: null,
  referenceType: null,
  writes: ({ values }, { partitionId, accountId, ownerId, ownPhone }) => [
    createDevice(partitionId, accountId, deviceBody(values, { partitionId, accountId }, ownerId, ownPhone)),
  ],
  async bringAbout(task) {
    const { values } = task.resource;
    const account = await task.account();
    const user = await task.need('owner');
    const number = await numbersOnAccount(task);
    const { partitionId, accountId } = account;
    const userId = user?.id ?? '';
    return createOnce(task, device, {
      ids: account,
      ownerId: userId,
      ownPhone: number?.id,
      call: () => createDevice(partitionId, accountId, deviceBody(values, account, userId, number?.id)),
      answer: (now) => now,
      unique: true,
      // A device of an earlier run had no number to be called back at: without one nobody reaches who calls 911.
      completes: async (now) => {
        const emergencyNumber = values.emergencyNumber ?? number?.id;
        if (now.emergencyNumber || emergencyNumber === undefined) return;
        await task.send(patchDevice(partitionId, accountId, now.id, { emergencyNumber }));
      },
    });
  },
  find: {
    identity: ({ values }, { ownerId }) => ({
      macAddress: values.macAddress ?? '',
      lineNumber: values.lineNumber,
      userId: ownerId ?? '',
    }),
    now: async (look, { partitionId, accountId }, identity) =>
      pickDevice((await look(findDevices(partitionId, accountId, identity.macAddress))) ?? [], identity),
    // Not every list without a filter is complete: one that is not in it is asked for.
    held: async (held, identity, priority) =>
      pickDevice(await held.devices(priority), identity) ??
      pickDevice(await held.devicesOf(identity.macAddress, priority), identity),
    idOf: ({ id }) => id,
    strange(now, { macAddress, lineNumber, userId }) {
      if (!sameCode(now.macAddress, macAddress) || now.lineNumber !== lineNumber)
        return `it is now line ${now.lineNumber} of ${now.macAddress}`;
      if (now.userId == null || userId === '' || now.userId === userId) return null;
      return `line ${lineNumber} of device ${macAddress} belongs to another user of the account`;
    },
  },
  read: (look, { partitionId, accountId, id }) => look(getDevice(partitionId, accountId, id)),
  stated({ resource, values, ids }) {
    // The platform answers with deviceTypeId alone.
    const {
      deviceId: _deviceId,
      userId,
      ...body
    } = deviceBody(values as CompleteValues, ids, ids.ownerId, ids.phone);
    // What a new one is called by is no name that the sheet gives.
    const deviceName = values === resource.values ? body.deviceName : values.deviceName;
    return { ...body, deviceName, userId: userId === '' ? undefined : userId };
  },
  update: {
    ...PLAIN_UPDATE,
    fields: ['deviceName', 'emergencyNumber', 'faxEnabled'],
    fixed: { deviceTypeId: 'a device of another type is another device: swap it in the portal' },
    call: ({ partitionId, accountId, id }, fields) => patchDevice(partitionId, accountId, id, fields),
  },
  takeBack: {
    after: [],
    occupied: null,
    remove: ({ partitionId, accountId, id }) => deleteDevice(partitionId, accountId, id),
  },
  dryRun: {
    another: {
      code: 'MAC_ADDRESS_NOT_FREE',
      column: () => 'macAddress',
      hint: 'Use another macAddress or lineNumber.',
    },
    whenNew: (check, questions, _resource, held) => questions.freeMac(check, held),
    always: (check, questions) => questions.deviceType(check),
  },
  waitsFor: null,
  namesNumbers: ({ values }, own) => [values.emergencyNumber ?? own],
};

/**
 * The body of `POST deviceline`.
 * @param ownPhone the row's own number, if it has one
 */
export function deviceBody(
  values: CompleteValues,
  { partitionId, accountId }: AccountIds,
  userId: string,
  ownPhone: string | undefined,
) {
  return {
    partitionId,
    accountId,
    userId,
    // The guide calls it deviceId, the API description deviceTypeId: both are sent.
    deviceId: values.deviceTypeId,
    deviceTypeId: values.deviceTypeId,
    deviceName: values.deviceName ?? values.deviceTypeId,
    macAddress: values.macAddress,
    lineNumber: values.lineNumber,
    emergencyNumber: values.emergencyNumber ?? ownPhone,
    faxEnabled: values.faxEnabled,
  };
}

/** The sheet's device line among those of its account. */
function pickDevice(devices: readonly DeviceRecord[], identity: DeviceIdentity): DeviceRecord | null {
  const { macAddress, lineNumber } = identity;
  return (
    devices.find((each) => sameCode(each.macAddress, macAddress) && each.lineNumber === lineNumber) ?? null
  );
}
