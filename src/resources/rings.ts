import type { NamedRecord } from '../api/endpoints.js';
import { plainName } from '../plan/keys.js';
import type { Resource } from '../plan/resource.js';
import { nearest } from '../records/cells/nearest.js';
import type { RingsType, RowValues } from '../records/columns.js';
import type { ProblemCode } from '../records/problem.js';
import type { Snapshot } from './lookups/snapshots.js';
import { StepError } from './step-error.js';
import { mayHoldMore, type Outcome, type Task } from './task.js';

/** How one kind of thing is known that a number can ring. */
interface Ringable {
  /** as `referenceType` of a number names it (API description, TelephoneNumberAccountV2X) */
  readonly referenceType: string;
  /** what people call one */
  readonly noun: string;
  /** all of an account, with the names that each is known by; null where the platform has no list of them */
  readonly list: ((held: Snapshot, priority: number) => Promise<Listed[]>) | null;
}

interface Listed {
  readonly id: string;
  readonly names: readonly string[];
}

const byName = ({ id, name }: NamedRecord): Listed => ({ id, names: name == null ? [] : [name] });

/** What a number can ring, by `ringsType`. */
export const RINGABLES: Readonly<Record<RingsType, Ringable>> = {
  USER: {
    ...{ referenceType: 'END_USER', noun: 'user' },
    list: async (held, priority) =>
      (await held.users(priority)).map(({ id, extension, username }) => ({
        id,
        names: [extension, username].filter((each) => each != null && each !== '') as string[],
      })),
  },
  BUSINESS_LINE: {
    ...{ referenceType: 'BUSINESS_LINE', noun: 'business line' },
    list: async (held, priority) => (await held.lines(priority)).map(byName),
  },
  HUNT_GROUP: {
    ...{ referenceType: 'BUSINESS_LINE_HUNT_GROUP', noun: 'hunt group' },
    list: async (held, priority) =>
      (await held.huntGroups(priority)).map(({ id, name }) => byName({ id, name })),
  },
  SIP_TRUNK: {
    ...{ referenceType: 'SIP_TRUNK', noun: 'SIP trunk' },
    list: async (held, priority) =>
      (await held.trunks(priority)).map(({ id, trunkName: name }) => byName({ id, name })),
  },
  IVR: {
    ...{ referenceType: 'IVR', noun: 'IVR' },
    list: async (held, priority) => (await held.named('ivrs', priority)).map(byName),
  },
  VFAX: {
    ...{ referenceType: 'VFAX', noun: 'virtual fax line' },
    list: async (held, priority) => (await held.named('virtualFaxes', priority)).map(byName),
  },
  SPECIALTY_LINE: {
    ...{ referenceType: 'SPECIALTY_LINE', noun: 'specialty line' },
    list: async (held, priority) => (await held.named('specialtyLines', priority)).map(byName),
  },
  CALL_GROUP: {
    ...{ referenceType: 'CALL_GROUP', noun: 'call group' },
    list: async (held, priority) => (await held.named('callGroups', priority)).map(byName),
  },
  // No list is published of these: one is known by a number of the account that rings it already.
  AUTO_ATTENDANT: { referenceType: 'AUTO_ATTENDANT', noun: 'auto attendant', list: null },
  CONTACT_CENTER: { referenceType: 'CONTACT_CENTER', noun: 'contact center', list: null },
  CALL_QUEUE: { referenceType: 'CALL_QUEUE', noun: 'call queue', list: null },
};

/** What a row's number is to ring, as it was found on the account. */
type Found =
  | { readonly id: string }
  | { readonly code: ProblemCode; readonly message: string; readonly hint: string };

/** Looks up on an account what a row's number is to ring by name. */
async function findByName(held: Snapshot, values: RowValues, priority: number): Promise<Found> {
  const { ringsType = 'USER', ringsName = '' } = values;
  const { noun, referenceType, list } = RINGABLES[ringsType];
  if (list === null) {
    const number = (await held.numbers(priority)).find(({ phoneNumber }) => phoneNumber === ringsName);
    if (number?.referenceType === referenceType && number.referenceId) return { id: number.referenceId };
    return nothingThere(`${ringsName} is no number of the account that rings a ${noun}`, ringsName, []);
  }
  const all = await list(held, priority);
  const found = all.filter(({ names }) => names.some((name) => plainName(name) === plainName(ringsName)));
  const [first, ...more] = found;
  if (first === undefined) {
    const message = `The account has no ${noun} "${ringsName}", and no row of the sheet brings one`;
    return nothingThere(
      message,
      ringsName,
      all.flatMap(({ names }) => names),
    );
  }
  if (more.length === 0) return { id: first.id };
  return {
    code: 'RINGS_SEVERAL',
    message: `The account has ${found.length} ${noun}s "${ringsName}": ${found.map(({ id }) => id).join(', ')}`,
    hint: 'Put the ID of the one that is meant into ringsId, and leave ringsName blank.',
  };
}

function nothingThere(message: string, name: string, names: readonly string[]): Found {
  const near = nearest(name, names);
  const hint = near === null ? 'Correct ringsName, or use ringsId.' : `Did you mean "${near}"?`;
  return { code: 'RINGS_NOTHING_THERE', message, hint };
}

/**
 * The ID of what a NUMBER row's number rings, among what its account holds; '' where it rings nothing, null where it is
 * not there, or not the only one.
 */
export async function heldTargetId(
  held: Snapshot,
  { values }: Resource,
  priority: number,
): Promise<string | null> {
  if (values.ringsType === undefined) return '';
  if (values.ringsId !== undefined) return values.ringsId;
  const found = await findByName(held, values, priority);
  return 'id' in found ? found.id : null;
}

/**
 * The ID of what a NUMBER row's number rings where no row of the sheet brings it; '' for nothing.
 * @throws StepError when it is not on the account, or several have its name
 */
export async function targetOnAccount(task: Task, account: Outcome): Promise<string> {
  const { run, resource, ordinal } = task;
  const { values } = resource;
  if (values.ringsType === undefined) return '';
  if (values.ringsId !== undefined) return values.ringsId;
  const { partitionId, accountId } = account;
  const found = mayHoldMore(run, account)
    ? await findByName(run.snapshots.of(partitionId, accountId), values, ordinal)
    : notInNewAccount(values);
  if ('id' in found) return found.id;
  throw new StepError(`${found.message}.`, found.hint);
}

function notInNewAccount({ ringsType = 'USER', ringsName }: RowValues): Exclude<Found, { id: string }> {
  const { noun } = RINGABLES[ringsType];
  const message = `No row of the sheet brings the ${noun} "${ringsName}" to the account, which was not there before`;
  return { code: 'RINGS_NOTHING_THERE', message, hint: 'Correct ringsName, or add a row that brings it.' };
}

/** What a dry run can say of what the number rings where no row of the sheet brings it. */
export async function checkTarget(
  values: RowValues,
  held: Snapshot | null,
  priority: number,
): Promise<Exclude<Found, { id: string }> | null> {
  const { ringsType, ringsId } = values;
  if (ringsType === undefined) return null;
  const { noun, list } = RINGABLES[ringsType];
  if (ringsId === undefined) {
    const found = held ? await findByName(held, values, priority) : notInNewAccount(values);
    return 'id' in found ? null : found;
  }
  if (held !== null && (list === null || (await list(held, priority)).some(({ id }) => id === ringsId)))
    return null;
  const message = `The account has no ${noun} with the ID ${ringsId}`;
  return {
    code: 'RINGS_NOTHING_THERE',
    message,
    hint: 'Correct ringsId; IDs of Beta and production differ.',
  };
}
