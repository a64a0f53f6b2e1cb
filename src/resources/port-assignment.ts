import { createPort, deletePort, getPort, type PortRecord, putPort } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { wholeWith } from './changes.js';
import { createOnce } from './create-once.js';
import { type Kind, PLAIN_UPDATE } from './kind.js';
import { sameCode } from './names.js';

type PortIdentity = {
  readonly lineId: string;
  readonly macAddress: string;
  readonly portNumber: number;
};

/** The ATA port of a business line (API description, `port-assignment`). Natural key: the line, which has one. */
export const portAssignment: Kind<PortRecord, PortIdentity> = {
  title: 'ATA port',
  called: ({ lineName, macAddress, lineNumber }) => `${lineName} at ${macAddress}, port ${lineNumber}`,
  idColumn: null,
  settingOf: null,
  referenceType: null,
  writes: ({ values }, { partitionId, accountId, ownerId }) => [
    createPort(partitionId, accountId, ownerId, portBody(values)),
  ],
  async bringAbout(task) {
    const { values } = task.resource;
    const account = await task.account();
    const line = await task.need('owner');
    const { partitionId, accountId } = account;
    const lineId = line?.id ?? '';
    return createOnce(task, portAssignment, {
      ids: account,
      ownerId: lineId,
      ownPhone: undefined,
      call: () => createPort(partitionId, accountId, lineId, portBody(values)),
      answer: () => ({ macAddress: values.macAddress ?? '', portNumber: values.lineNumber }),
      unique: true,
    });
  },
  find: {
    identity: ({ values }, { ownerId }) => ({
      lineId: ownerId ?? '',
      macAddress: values.macAddress ?? '',
      portNumber: values.lineNumber,
    }),
    now: async (look, { partitionId, accountId }, { lineId }) => {
      if (lineId === '') return null;
      const port = await look(getPort(partitionId, accountId, lineId));
      return port?.macAddress ? port : null;
    },
    held: (held, { lineId }, priority) =>
      lineId === '' ? Promise.resolve(null) : held.port(lineId, priority),
    idOf: ({ macAddress, portNumber }) => `${macAddress}/${portNumber ?? ''}`,
    strange: (now, { macAddress, portNumber }) =>
      sameCode(now.macAddress, macAddress) && now.portNumber === portNumber
        ? null
        : `the line is on port ${now.portNumber} of ${now.macAddress}`,
  },
  // A port is read and deleted under the ID of its line.
  read: (look, { partitionId, accountId, ownerId }) => look(getPort(partitionId, accountId, ownerId)),
  stated: ({ values }) => portBody(values as CompleteValues),
  update: {
    ...PLAIN_UPDATE,
    // Another port or ATA is another assignment, which `find.strange` tells.
    fields: ['deviceTypeId', 'faxEnabled'],
    call: ({ partitionId, accountId, ownerId }, fields, now) =>
      putPort(partitionId, accountId, ownerId, wholeWith(now, fields)),
  },
  takeBack: {
    after: [],
    occupied: null,
    remove: ({ partitionId, accountId, ownerId }) => deletePort(partitionId, accountId, ownerId),
  },
  dryRun: {
    another: null,
    whenNew: (check, questions, _resource, held) => questions.freeMac(check, held),
    always: (check, questions) => questions.deviceType(check),
  },
  waitsFor: null,
  namesNumbers: null,
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
