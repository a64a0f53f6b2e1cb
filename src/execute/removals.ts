import type { Client } from '../api/client.js';
import {
  type AccountRecord,
  type Call,
  type DeviceRecord,
  deleteAccount,
  deleteDevice,
  deleteLine,
  deleteNumber,
  deletePort,
  deleteTrunk,
  deleteUser,
  findDevices,
  getAccount,
  getDevice,
  getLine,
  getNumber,
  getPort,
  getTrunk,
  getUser,
  type LineRecord,
  listLines,
  listTrunks,
  listUsers,
  type NumberRecord,
  type PortRecord,
  type TrunkRecord,
  type UserRecord,
} from '../api/endpoints.js';
import type { Journal, StoredStep } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import { sameName } from '../resources/account.js';
import { pickLine } from '../resources/business-line.js';
import { pickDevice } from '../resources/device.js';
import { findAccount, orNull } from '../resources/lookups/account-index.js';
import type { Snapshots } from '../resources/lookups/snapshots.js';
import { pickTrunk } from '../resources/sip-trunk.js';
import type { Outcome } from '../resources/task.js';
import { pickUser } from '../resources/user.js';

/** An object that is to be deleted, with the step that created it. */
export interface Work {
  readonly run: Undoing;
  readonly step: StoredStep;
  readonly object: Outcome;
  readonly priority: number;
}

/** What the removals of one undo share. */
export interface Undoing {
  readonly startedAt: number;
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  /** what the accounts hold now; anew for each wave */
  snapshots: Snapshots;
  /** whether an ID is of an object that a rehearsal leaves in place and undo would have deleted by then */
  isOurs(id: string): boolean;
}

/** How one kind of object is found again, told apart from what somebody has changed, and deleted. */
export interface Removal<N> {
  readonly kind: string;
  /** the ID of one whose create is in doubt; null when there is none */
  find(work: Omit<Work, 'object'>, ids: Outcome): Promise<string | null>;
  read(object: Outcome): Call<N>;
  /** what somebody has changed since; null when it is as the run left it */
  changed(work: Work, now: N): string | null | Promise<string | null>;
  remove(object: Outcome): Call<unknown>;
}

/** A text of an intent or outcome; '' where it has none. */
export const text = (value: unknown) => (typeof value === 'string' ? value : '');

const account: Removal<AccountRecord> = {
  kind: 'account',
  find: async ({ run, step, priority }, { partitionId }) =>
    (await findAccount(run.client, partitionId, text(step.intent['accountNumber']), priority))?.id ?? null,
  read: ({ partitionId, id }) => getAccount(partitionId, id),
  async changed({ run, object, step, priority }, now) {
    const name = text(step.intent['accountName']);
    if (now.accountName != null && !sameName(now.accountName, name))
      return `it is now called "${now.accountName}"`;
    const held = run.snapshots.of(object.partitionId, object.id);
    const [users, numbers, lines, trunks] = await Promise.all([
      held.users(priority),
      held.numbers(priority),
      held.lines(priority),
      held.trunks(priority),
    ]);
    const strange = ({ id }: { id: string }) => !run.isOurs(id);
    const left = [
      ...users.filter(strange).map((user) => `user ${user.firstName} ${user.lastName}`),
      ...numbers.filter((each) => isThere(run, each)).map((each) => `number ${each.phoneNumber}`),
      ...lines.filter(strange).map((line) => `business line ${line.name}`),
      ...trunks.filter(strange).map((trunk) => `SIP trunk ${trunk.trunkName}`),
    ];
    return left.length === 0
      ? null
      : `it still holds ${left.slice(0, 3).join(', ')}${left.length > 3 ? ' and more' : ''}`;
  },
  remove: ({ partitionId, id }) => deleteAccount(partitionId, id),
};

const user: Removal<UserRecord> = {
  kind: 'user',
  async find({ run, step, priority }, { partitionId, accountId }) {
    const users = await run.client.send(listUsers(partitionId, accountId), { priority });
    return ours(pickUser(users, userKey(step)));
  },
  read: ({ partitionId, accountId, id }) => getUser(partitionId, accountId, id),
  async changed(work, now) {
    const found = pickUser([now], userKey(work.step));
    if (!found || found.difference) return found?.difference ?? `its extension is now ${now.extension}`;
    const { run, object, priority } = work;
    const devices = await run.snapshots.of(object.partitionId, object.accountId).devices(priority);
    const device = devices.find((each) => each.userId === object.id && !run.isOurs(each.id));
    return device ? `device ${device.macAddress} hangs on it` : rungBy(work);
  },
  remove: ({ partitionId, accountId, id }) => deleteUser(partitionId, accountId, id),
};

const number: Removal<NumberRecord> = {
  kind: 'number',
  async find({ run, step, priority }, { partitionId, accountId }) {
    const phone = text(step.intent['phone']);
    return (await orNull(run.client.send(getNumber(partitionId, accountId, phone), { priority })))
      ? phone
      : null;
  },
  read: ({ partitionId, accountId, id }) => getNumber(partitionId, accountId, id),
  changed({ run, step }, now) {
    if (!now.referenceId) return null;
    const ours = run.journal.step(`reference:${step.key}`)?.intent['referenceId'];
    return ours === now.referenceId ? null : `it now rings ${now.referenceType} ${now.referenceId}`;
  },
  remove: ({ partitionId, accountId, id }) => deleteNumber(partitionId, accountId, id),
};

const businessLine: Removal<LineRecord> = {
  kind: 'businessLine',
  async find({ run, step, priority }, { partitionId, accountId }) {
    const lines = await run.client.send(listLines(partitionId, accountId), { priority });
    return ours(pickLine(lines, { lineName: text(step.intent['lineName']) }));
  },
  read: ({ partitionId, accountId, id }) => getLine(partitionId, accountId, id),
  changed: (work, now) =>
    now.name === work.step.intent['lineName'] ? rungBy(work) : `it is now called "${now.name}"`,
  remove: ({ partitionId, accountId, id }) => deleteLine(partitionId, accountId, id),
};

const sipTrunk: Removal<TrunkRecord> = {
  kind: 'sipTrunk',
  async find({ run, step, priority }, { partitionId, accountId }) {
    const trunks = await run.client.send(listTrunks(partitionId, accountId), { priority });
    return ours(pickTrunk(trunks, { trunkName: text(step.intent['trunkName']) }));
  },
  read: ({ partitionId, accountId, id }) => getTrunk(partitionId, accountId, id),
  changed: (work, now) =>
    now.trunkName === work.step.intent['trunkName'] ? rungBy(work) : `it is now called "${now.trunkName}"`,
  remove: ({ partitionId, accountId, id }) => deleteTrunk(partitionId, accountId, id),
};

const device: Removal<DeviceRecord> = {
  kind: 'device',
  async find({ run, step, priority }, { partitionId, accountId }) {
    const { macAddress, lineNumber, userId } = step.intent;
    const devices = await run.client.send(findDevices(partitionId, accountId, text(macAddress)), {
      priority,
    });
    return ours(
      pickDevice(devices, { macAddress: text(macAddress), lineNumber: Number(lineNumber) }, text(userId)),
    );
  },
  read: ({ partitionId, accountId, id }) => getDevice(partitionId, accountId, id),
  changed({ step }, now) {
    const { macAddress, lineNumber, userId } = step.intent;
    const found = pickDevice(
      [now],
      { macAddress: text(macAddress), lineNumber: Number(lineNumber) },
      text(userId),
    );
    return found ? found.difference : `it is now line ${now.lineNumber} of ${now.macAddress}`;
  },
  remove: ({ partitionId, accountId, id }) => deleteDevice(partitionId, accountId, id),
};

const portAssignment: Removal<PortRecord> = {
  kind: 'portAssignment',
  async find({ run, step, priority }, { partitionId, accountId }) {
    const lineId = text(step.intent['lineId']);
    const port = await orNull(run.client.send(getPort(partitionId, accountId, lineId), { priority }));
    return port?.macAddress ? lineId : null;
  },
  read: ({ partitionId, accountId, id }) => getPort(partitionId, accountId, id),
  changed({ step }, now) {
    const { macAddress, portNumber } = step.intent;
    const same =
      now.macAddress?.toLowerCase() === text(macAddress).toLowerCase() && now.portNumber === portNumber;
    return same ? null : `the line is now on port ${now.portNumber} of ${now.macAddress}`;
  },
  remove: ({ partitionId, accountId, id }) => deletePort(partitionId, accountId, id),
};

/** What can be deleted, in the order in which it must be: what hangs on something goes before it. */
// biome-ignore lint/suspicious/noExplicitAny: each removal reads a kind of its own
export const WAVES: readonly (readonly Removal<any>[])[] = [
  [device, portAssignment],
  [number],
  [user, businessLine, sipTrunk],
  [account],
];

/** What a number on the account rings although it is not one that this run deleted. */
async function rungBy({ run, object, priority }: Work): Promise<string | null> {
  const numbers = await run.snapshots.of(object.partitionId, object.accountId).numbers(priority);
  const ringing = numbers.find((each) => each.referenceId === object.id && isThere(run, each));
  return ringing ? `number ${ringing.phoneNumber} rings it` : null;
}

/** A deleted number may stay in lists while it cools down. */
function isThere(run: Undoing, number: NumberRecord): boolean {
  return (
    !run.isOurs(number.phoneNumber) &&
    !['DELETED', 'DELETE_PENDING', 'COOLDOWN'].includes(text(number['carrierStatus']))
  );
}

function userKey(step: StoredStep) {
  const { extension, firstName, lastName } = step.intent;
  return {
    ...(typeof extension === 'string' ? { extension } : {}),
    firstName: text(firstName),
    lastName: text(lastName),
  };
}

/** What a look-up for a create in doubt found, when it is recognisably ours. */
function ours(found: { id: string; difference: string | null } | null): string | null {
  return found && found.difference === null ? found.id : null;
}
