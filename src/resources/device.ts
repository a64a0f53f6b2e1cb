import { createDevice, type DeviceRecord, findDevices } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce, type Found } from './create-once.js';
import type { AccountIds, Step } from './task.js';

/** Guide, "Create Device Line". Natural key: MAC address and line number. */
export const deviceStep: Step = {
  async run(task) {
    const { run, resource } = task;
    const { values } = resource;
    const account = await task.account();
    const user = await task.need('owner');
    // The emergency number must be on the account before the device names it.
    const number = await task.need('number');
    await task.need('namedNumber1');
    const { partitionId, accountId } = account;
    const userId = user?.id ?? '';
    const find = async () => {
      const devices = await task.send(findDevices(partitionId, accountId, values.macAddress ?? ''));
      return pickDevice(devices, values, userId);
    };
    const before = async () => {
      const devices = await run.snapshots.of(partitionId, accountId).devices(task.ordinal);
      // Not every list without a filter is complete.
      return pickDevice(devices, values, userId) ?? (await find());
    };
    return createOnce(task, account, {
      intent: {
        partitionId,
        accountId,
        userId,
        macAddress: values.macAddress ?? null,
        lineNumber: values.lineNumber,
      },
      call: () => createDevice(partitionId, accountId, deviceBody(values, account, userId, number?.id)),
      idOf: (device) => device.id,
      unique: true,
      before: user?.state === 'existing' ? before : undefined,
      find,
    });
  },
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

/** What tells a device line from others. */
export type DeviceKey = Pick<CompleteValues, 'macAddress' | 'lineNumber'>;

/** The sheet's device line among those of its account. */
export function pickDevice(
  devices: readonly DeviceRecord[],
  values: DeviceKey,
  userId: string,
): Found | null {
  const device = devices.find(
    (each) =>
      each.macAddress?.toLowerCase() === values.macAddress?.toLowerCase() &&
      each.lineNumber === values.lineNumber,
  );
  if (!device) return null;
  const same = device.userId == null || device.userId === userId;
  const what = `line ${values.lineNumber} of device ${values.macAddress}`;
  return { id: device.id, difference: same ? null : `${what} belongs to another user of the account` };
}
