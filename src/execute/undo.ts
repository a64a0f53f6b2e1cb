import { ApiError } from '../api/api-error.js';
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
  releaseNumber,
  type TrunkRecord,
  type UserRecord,
} from '../api/endpoints.js';
import type { Journal, JsonObject, StepState, StoredStep } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import { findAccount, orNull } from './account-index.js';
import type { Outcome } from './context.js';
import { inParallel } from './in-parallel.js';
import { Snapshots } from './snapshots.js';
import { sameName } from './steps/account.js';
import { pickLine } from './steps/business-line.js';
import { pickDevice } from './steps/device.js';
import { reservationKey } from './steps/number.js';
import { pickTrunk } from './steps/sip-trunk.js';
import { pickUser } from './steps/user.js';
import type { StopSwitch } from './stop-switch.js';

/** What became of one object that the run had created. */
export interface Undone {
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  /** ordinal of the row that brought it about */
  readonly owner: number;
  /** `gone`: somebody else had deleted it; `kept`: changed since, so not touched; `failed`: the platform refused */
  readonly what: 'deleted' | 'gone' | 'kept' | 'failed' | 'would be deleted';
  readonly reason: string;
}

export interface UndoOptions {
  readonly concurrency: number;
  /** how long the platform may still be at work on a create whose answer was lost */
  readonly settleMs: number;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  readonly stop: StopSwitch;
  onUndone(undone: Undone): void;
}

const GONE = 'somebody else had deleted it';

/** Steps that undo still has to look at. */
const OPEN: ReadonlySet<StepState> = new Set(['intent', 'created', 'deleting', 'kept']);

/** A waiting delete and its object. */
interface Work {
  readonly run: Run;
  readonly step: StoredStep;
  readonly object: Outcome;
  readonly priority: number;
}

interface Run {
  readonly startedAt: number;
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  /** what the accounts hold now; anew for each wave */
  snapshots: Snapshots;
  /** whether an ID is of an object that a rehearsal leaves in place and undo would have deleted by then */
  isOurs(id: string): boolean;
}

/** How one kind of object is found again, told apart from what somebody has changed, and deleted. */
interface Removal<N> {
  readonly kind: string;
  /** the ID of one whose create is in doubt; null when there is none */
  find(work: Omit<Work, 'object'>, ids: Outcome): Promise<string | null>;
  read(object: Outcome): Call<N>;
  /** what somebody has changed since; null when it is as the run left it */
  changed(work: Work, now: N): string | null | Promise<string | null>;
  remove(object: Outcome): Call<unknown>;
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

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
const WAVES: readonly (readonly Removal<any>[])[] = [
  [device, portAssignment],
  [number],
  [user, businessLine, sipTrunk],
  [account],
];

/** Settings: they go with what they were set on, and stay where that was there before the run. */
const SETTINGS = { reference: 'number', callHandling: 'businessLine' } as const;

/**
 * Deletes what a run created, and nothing else: in the reverse order of dependence, each delete with an intent and an
 * outcome on disk, so that it can be killed and gone on with. Creates in doubt are looked up first. What somebody has
 * changed since is kept.
 */
export async function undoRun(
  client: Client,
  journal: Journal<ImportRecord>,
  options: UndoOptions,
): Promise<void> {
  const created = options.dryRun ? createdIds(journal) : new Set<string>();
  const run: Run = {
    startedAt: Date.now(),
    client,
    journal,
    snapshots: new Snapshots(client),
    isOurs: (id) => created.has(id),
  };
  await inParallel(openSteps(journal, 'reservation'), options.concurrency, options.stop, (step) =>
    release(run, step, options),
  );
  const refused = new Map<string, Undone>();
  for (let before = Number.POSITIVE_INFINITY; ; before = refused.size) {
    refused.clear();
    for (const wave of WAVES) {
      run.snapshots = new Snapshots(client);
      for (const removal of wave)
        await inParallel(openSteps(journal, removal.kind), options.concurrency, options.stop, (step) =>
          undoStep(run, removal, step, options, refused),
        );
    }
    // What one object kept from being deleted may be free once that is gone.
    if (refused.size === 0 || refused.size >= before || options.dryRun || options.stop.stopped) break;
  }
  for (const undone of refused.values()) options.onUndone(undone);
  if (!options.dryRun && !options.stop.stopped) await undoSettings(run, options);
}

async function undoStep<N>(
  run: Run,
  removal: Removal<N>,
  step: StoredStep,
  options: UndoOptions,
  refused: Map<string, Undone>,
): Promise<void> {
  const { client, journal } = run;
  const priority = step.owner;
  const tell = (what: Undone['what'], reason = '', id = '') =>
    options.onUndone({ kind: step.kind, key: step.key, id, owner: step.owner, what, reason });
  const settle = (state: StepState, details: JsonObject) =>
    journal.settle(step.key, step.kind, step.owner, state, { ...step.outcome, ...details });

  const object = await objectOf(run, removal, step, options);
  if (!object) {
    if (!options.dryRun) await settle('failed', { message: 'it was never created' });
    return;
  }
  const work: Work = { run, step, object, priority };
  try {
    const now = await orNull(client.send(removal.read(object), { priority }));
    if (now === null) {
      if (!options.dryRun) await settle('deleted', { ...object, reason: GONE });
      return tell('gone', GONE, object.id);
    }
    const changed = await removal.changed(work, now);
    if (options.dryRun) return tell(changed === null ? 'would be deleted' : 'kept', changed ?? '', object.id);
    if (changed !== null) {
      await settle('kept', { ...object, reason: changed });
      return void refused.set(step.key, {
        kind: step.kind,
        key: step.key,
        id: object.id,
        owner: step.owner,
        what: 'kept',
        reason: changed,
      });
    }
    await journal.settle(step.key, step.kind, step.owner, 'deleting', { ...object });
    await orNull(client.send(removal.remove(object), { priority }));
    await journal.settle(step.key, step.kind, step.owner, 'deleted', { ...object });
    tell('deleted', '', object.id);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!options.dryRun) await journal.settle(step.key, step.kind, step.owner, 'created', { ...object });
    refused.set(step.key, {
      kind: step.kind,
      key: step.key,
      id: object.id,
      owner: step.owner,
      what: 'failed',
      reason: error.message,
    });
  }
}

/** The object of a step, found again where its create is in doubt; null when it was never made. */
async function objectOf<N>(
  run: Run,
  removal: Removal<N>,
  step: StoredStep,
  options: UndoOptions,
): Promise<Outcome | null> {
  const ids = (step.outcome ?? step.intent) as unknown as Outcome;
  if (step.state !== 'intent') return withLineId(step, ids);
  // The run may have sent what it intended until it died, which was before this began.
  const wait = Math.max(step.at, run.startedAt) + options.settleMs - Date.now();
  if (wait > 0) await run.client.rest(wait);
  const id = await removal.find({ run, step, priority: step.owner }, ids);
  if (id === null) return null;
  const accountId = step.kind === 'account' ? id : ids.accountId;
  return { state: 'created', id, accountId, partitionId: ids.partitionId };
}

/** A port is read and deleted under the ID of its line. */
function withLineId(step: StoredStep, object: Outcome): Outcome {
  return step.kind === 'portAssignment' ? { ...object, id: text(step.intent['lineId']) } : object;
}

async function release(run: Run, step: StoredStep, options: UndoOptions): Promise<void> {
  const { client, journal } = run;
  const numberKey = step.key.slice(reservationKey('').length);
  const taken = journal.step(numberKey);
  if (step.state === 'kept' || (taken && taken.state !== 'failed')) return;
  const { phone, partitionId, accountId } = step.intent;
  const undone = {
    kind: step.kind,
    key: step.key,
    id: text(phone),
    owner: step.owner,
    reason: 'reservation',
  };
  if (options.dryRun) return options.onUndone({ ...undone, what: 'would be deleted' });
  const call = (at: 'account' | 'partition') =>
    client.send(releaseNumber(at, text(partitionId), text(accountId), text(phone)), { priority: step.owner });
  try {
    await call('account').catch((error: unknown) =>
      error instanceof ApiError && error.status === 404 ? orNull(call('partition')) : Promise.reject(error),
    );
  } catch (error) {
    // Refused: it is nobody's any more. One that cannot be released ends by itself after 30 minutes.
    if (!(error instanceof ApiError)) throw error;
  }
  await journal.settle(step.key, step.kind, step.owner, 'released', { ...step.intent });
  options.onUndone({ ...undone, what: 'deleted' });
}

async function undoSettings(run: Run, options: UndoOptions): Promise<void> {
  const { journal } = run;
  for (const kind of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    for (const step of openSteps(journal, kind)) {
      const base = journal.step(step.key.slice(kind.length + 1));
      if (base?.state !== 'existing') {
        await journal.settle(step.key, step.kind, step.owner, 'deleted', { ...step.outcome });
        continue;
      }
      const reason = `the ${SETTINGS[kind] === 'number' ? 'number' : 'business line'} was there before the run; what the run set on it stays`;
      await journal.settle(step.key, step.kind, step.owner, 'kept', { ...step.outcome, reason });
      const id = text(step.intent['id']);
      options.onUndone({ kind, key: step.key, id, owner: step.owner, what: 'kept', reason });
    }
  }
}

/** What a number on the account rings although it is not one that this run deleted. */
async function rungBy({ run, object, priority }: Work): Promise<string | null> {
  const numbers = await run.snapshots.of(object.partitionId, object.accountId).numbers(priority);
  const ringing = numbers.find((each) => each.referenceId === object.id && isThere(run, each));
  return ringing ? `number ${ringing.phoneNumber} rings it` : null;
}

/** A deleted number may stay in lists while it cools down. */
function isThere(run: Run, number: NumberRecord): boolean {
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

function createdIds(journal: Journal<ImportRecord>): Set<string> {
  const ids = new Set<string>();
  for (const { kind } of WAVES.flat())
    for (const step of openSteps(journal, kind)) ids.add(text(step.outcome?.['id']));
  return ids;
}

function* openSteps(journal: Journal<ImportRecord>, kind: string): Generator<StoredStep> {
  for (const step of journal.steps(kind)) if (OPEN.has(step.state)) yield step;
}
