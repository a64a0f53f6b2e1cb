import { createPort, getPort } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce, type Found } from './create-once.js';
import { orNull } from './lookups/account-index.js';
import type { Step } from './task.js';

/** The ATA port of a business line (API description, `port-assignment`). Natural key: the line, which has one. */
export const portAssignmentStep: Step = {
  async run(task) {
    const { values } = task.resource;
    const account = await task.account();
    const line = await task.need('owner');
    const { partitionId, accountId } = account;
    const lineId = line?.id ?? '';
    const find = async (): Promise<Found | null> => {
      const port = await orNull(task.send(getPort(partitionId, accountId, lineId)));
      if (!port?.macAddress) return null;
      const same =
        port.macAddress.toLowerCase() === values.macAddress?.toLowerCase() &&
        port.portNumber === values.lineNumber;
      return {
        id: portId(port.macAddress, port.portNumber),
        difference: same ? null : `the line is on port ${port.portNumber} of ${port.macAddress}`,
      };
    };
    return createOnce(task, account, {
      intent: {
        partitionId,
        accountId,
        lineId,
        macAddress: values.macAddress ?? null,
        portNumber: values.lineNumber,
      },
      call: () => createPort(partitionId, accountId, lineId, portBody(values)),
      idOf: () => portId(values.macAddress ?? '', values.lineNumber),
      unique: true,
      before: line?.state === 'existing' ? find : undefined,
      find,
    });
  },
};

/** The body of `POST port-assignment`. */
export function portBody(values: CompleteValues) {
  return {
    macAddress: values.macAddress,
    portNumber: values.lineNumber,
    deviceTypeId: values.deviceTypeId,
    faxEnabled: values.faxEnabled,
  };
}

function portId(macAddress: string, portNumber: number | null | undefined): string {
  return `${macAddress}/${portNumber ?? ''}`;
}
