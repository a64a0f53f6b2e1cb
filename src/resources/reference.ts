import { ApiError } from '../api/api-error.js';
import { getNumber, getUser, patchDevice, patchNumber } from '../api/endpoints.js';
import type { Resource } from '../plan/resource.js';
import { PRODUCTS } from '../records/products.js';
import { compare } from './compare.js';
import type { Ids, Kind } from './kind.js';
import type { DryRunQuestions } from './lookups/dry-run-questions.js';
import type { Snapshot } from './lookups/snapshots.js';
import { sameCode } from './names.js';
import { heldOwnerId, type Ringing, referenceTypeOf } from './owner.js';
import { checkTarget, targetOnAccount } from './rings.js';
import type { RowFindings } from './row-findings.js';
import { ringsNamed, rungText } from './rung-target.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';
import { type Outcome, type Task, WaitError } from './task.js';

type ReferenceIdentity = { readonly phone: string; readonly ownerId: string };

/** What a number rings, with the caller ID of the user where it rings one. */
interface ReferenceRecord {
  readonly referenceType?: string | null | undefined;
  readonly referenceId?: string | null | undefined;
  readonly callerIdNumber?: string | null | undefined;
}

/** The body of `PATCH telephonenumber`; caller ID is set for users only. */
export function referenceBody(resource: Ringing, referenceId: string) {
  const referenceType = referenceTypeOf(resource);
  if (referenceType !== 'END_USER') return { referenceType, referenceId };
  return { referenceType, referenceId, assignAsCallerId: isCallerId(resource) };
}

/** Whether the number becomes the caller ID of the user that it rings; that of a NUMBER row only where it says so. */
function isCallerId({ product, values }: Ringing): boolean | undefined {
  return values.assignAsCallerId ?? (product === 'NUMBER' ? false : undefined);
}

/** Guide, "Set Phone Number Reference". A setting of the number: setting it again changes nothing. */
export const reference: Kind<ReferenceRecord, ReferenceIdentity> = {
  title: 'Assignment of the phone number',
  called: ({ lineName, trunkName, huntGroupName, ringsName, ringsId, firstName, lastName }) => {
    const object = lineName ?? trunkName ?? huntGroupName ?? ringsName ?? ringsId;
    return object ?? [firstName, lastName].filter(Boolean).join(' ');
  },
  idColumn: null,
  settingOf: 'number',
  referenceType: null,
  writes: (resource, { partitionId, accountId, ownerId, phone }) =>
    resource.values.movesFrom === undefined
      ? [
          patchNumber(
            ...([partitionId, accountId, phone] as const),
            referenceBody(resource, resource.values.ringsId ?? ownerId),
          ),
        ]
      : [],
  async bringAbout(task) {
    const { resource } = task;
    const account = await task.account();
    const [number, owner] = [await task.need('number'), await task.need('owner')];
    const { partitionId, accountId } = account;
    const phone = number?.id ?? '';
    const referenceId = owner?.id ?? (await targetOnAccount(task, account));
    const { movesFrom } = resource.values;
    if (movesFrom !== undefined)
      return leaveForCutover(task, account, { phone, ownerId: referenceId, movesFrom });
    const body = referenceBody(resource, referenceId);
    // what has waited is set, and looked at, by this run
    const isBegun = task.run.journal.step(resource.key)?.state === 'released';
    const outcome = await setOnce(task, reference, account, {
      id: phone,
      ownerId: referenceId,
      intent: { referenceId },
      call: patchNumber(partitionId, accountId, phone, body),
      found: number?.state === 'existing' && !isBegun ? isSet : undefined,
    }).catch(async (error: unknown) => {
      if (error instanceof WaitError && 'assignAsCallerId' in body && body.assignAsCallerId)
        await ringAtOnce(body);
      throw error;
    });
    if (outcome.state === 'created' && owner?.state === 'existing')
      await giveCallback(task, account, owner, phone);
    return outcome;

    /** A number that cannot be a caller ID yet rings its user all the same as soon as it is active. */
    async function ringAtOnce({ referenceType }: typeof body) {
      const rings = { referenceType, referenceId };
      try {
        await task.send(patchNumber(partitionId, accountId, phone, rings));
      } catch (refused) {
        // then the whole of it waits
        if (!(refused instanceof ApiError) || refused.kind !== 'refused') throw refused;
      }
    }

    async function isSet() {
      const held = task.run.snapshots.of(partitionId, accountId);
      const now = await reference.find.held(held, { phone, ownerId: referenceId }, task.ordinal);
      if (now === null) return null;
      const ids = { partitionId, accountId, id: phone, ownerId: referenceId, phone };
      if (now.referenceId === referenceId)
        return compare(statedReference(resource, ids), now, true).differences;
      throw new StepError(
        `The number ${phone} was there before this run and rings something else (${now.referenceType} ${now.referenceId}).`,
        'Correct the sheet, or free the number first.',
      );
    }
  },
  find: {
    identity: (_resource, { ownerId, phone }) => ({ phone: phone ?? '', ownerId: ownerId ?? '' }),
    now: async (look, { partitionId, accountId }, { phone }) =>
      phone === '' ? null : look(getNumber(partitionId, accountId, phone)),
    async held(held, { phone, ownerId }, priority) {
      const number = phone === '' ? null : await held.number(phone, priority);
      if (!number?.referenceId) return null;
      if (number.referenceType !== 'END_USER' || number.referenceId !== ownerId) return number;
      const user = (await held.users(priority)).find(({ id }) => id === ownerId);
      return { ...number, callerIdNumber: user?.callerIdConfig?.callerIdNumber };
    },
    idOf: ({ referenceId }) => referenceId ?? '',
    strange: () => null,
  },
  async read(look, { partitionId, accountId, id, ownerId }) {
    const number = await look(getNumber(partitionId, accountId, id));
    if (number?.referenceType !== 'END_USER' || number.referenceId !== ownerId) return number;
    const user = await look(getUser(partitionId, accountId, ownerId));
    return { ...number, callerIdNumber: user?.callerIdConfig?.callerIdNumber };
  },
  stated: ({ resource, ids }) => statedReference(resource, ids),
  update: null,
  takeBack: null,
  dryRun: { another: null, whenNew: checkRinging, always: checkMove },
  waitsFor: null,
  namesNumbers: (_resource, own) => [own],
};

/** Whether what a NUMBER row names is there, where no row of the sheet brings it. */
async function checkRinging(
  check: RowFindings,
  _questions: DryRunQuestions,
  { product, values, needs }: Resource,
  held: Snapshot | null,
): Promise<void> {
  if (product !== 'NUMBER' || needs.owner !== undefined) return;
  const column = values.ringsId === undefined ? 'ringsName' : 'ringsId';
  try {
    const problem = await checkTarget(values, held, check.ordinal);
    if (problem !== null)
      check.add(problem.code, column, values[column] ?? '', problem.message, problem.hint);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    check.notChecked(column, error);
  }
}

/** Whether a number that moves at cut-over rings what the sheet says, or what it is to ring. */
async function checkMove(
  check: RowFindings,
  _questions: DryRunQuestions,
  resource: Resource,
  held: Snapshot | null,
): Promise<void> {
  const { movesFrom, phoneNumber = '' } = resource.values;
  if (movesFrom === undefined || held === null) return;
  const now = await held.number(phoneNumber, check.ordinal);
  if (now === null || (await ringsNamed(now, movesFrom, held, check.ordinal))) return;
  const owner = await heldOwnerId(held, resource, check.ordinal);
  if (owner !== null && now.referenceId === owner) return;
  const message = `${phoneNumber} rings ${await rungText(now, held, check.ordinal)}, not ${movesFrom}`;
  const hint = 'Cutover would leave it alone: correct movesFrom, if that is what it rings.';
  check.add('RINGS_SOMETHING_ELSE', 'movesFrom', movesFrom, message, hint);
}

/** What a number rings that moves is set by the cut-over; what it moves to is there now. */
async function leaveForCutover(
  { run, resource, ordinal }: Task,
  { partitionId, accountId }: Outcome,
  { phone, ownerId, movesFrom }: { phone: string; ownerId: string; movesFrom: string },
): Promise<Outcome> {
  const note = `${phone} moves at cut-over; until then it rings ${movesFrom}`;
  const ids = { id: phone, ownerId, partitionId, accountId };
  const outcome: Outcome = { state: 'existing', ...ids, notes: [note] };
  await run.journal.settle(resource.key, resource.kind, ordinal, 'existing', { ...outcome });
  return outcome;
}

function statedReference(resource: Resource, ids: Ids) {
  if (resource.values.movesFrom !== undefined) return {};
  const referenceType = referenceTypeOf(resource);
  const hasCallerId = referenceType === 'END_USER' && isCallerId(resource) === true;
  return { referenceType, referenceId: ids.ownerId, callerIdNumber: hasCallerId ? ids.id : undefined };
}

/** A user that was there gets its first number: its devices without one to be called back at by 911 get it too. */
async function giveCallback(task: Task, account: Outcome, owner: Outcome, phone: string): Promise<void> {
  if (PRODUCTS[task.resource.product].owner !== 'user') return;
  const { partitionId, accountId } = account;
  const devices = await task.run.snapshots.of(partitionId, accountId).devices(task.ordinal);
  for (const device of devices) {
    // The row's own device is completed where it is found.
    const isOwn = sameCode(device.macAddress, task.resource.values.macAddress);
    if (device.userId !== owner.id || device.emergencyNumber || isOwn) continue;
    await task.send(patchDevice(partitionId, accountId, device.id, { emergencyNumber: phone }));
  }
}
