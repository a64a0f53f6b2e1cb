import { ApiError } from '../api/api-error.js';
import { activateNumber, getInventoryNumber, getNumber } from '../api/endpoints.js';
import { type Addresses, activationBody, sheetAddresses } from './activation.js';
import { createOnce } from './create-once.js';
import { orNull } from './lookups/account-index.js';
import type { ValidAddress } from './lookups/addresses.js';
import type { Place } from './lookups/number-pools.js';
import { ownerId } from './owner.js';
import { release, reservationKey, reserve } from './reservation.js';
import { StepError } from './step-error.js';
import type { Outcome, Step, Task } from './task.js';

/** Candidates that may be refused (somebody else was faster) before the row fails. */
const MOST_CANDIDATES = 20;

/**
 * A number on the account: given in the sheet, or found by a search and reserved first (guide, "Activate Number from
 * Inventory"). A given number needs no reservation: it is activated as soon as its account is there.
 */
export const numberStep: Step = {
  async run(task) {
    return task.resource.values.phoneNumber === undefined ? searchedNumber(task) : givenNumber(task);
  },
};

async function givenNumber(task: Task): Promise<Outcome> {
  const phone = task.resource.values.phoneNumber ?? '';
  // Addresses are asked while the account is made; of an account that was there, the number may need none.
  const early = (await mayHaveBeenThere(task)) ? null : quiet(validate(task));
  const account = await task.account();
  return activate(task, account, phone, () => early ?? validate(task));
}

async function searchedNumber(task: Task): Promise<Outcome> {
  const { run, resource } = task;
  const partitionId = resource.values.partitionId ?? run.partitionId;
  // The first rows do not wait for the list of accounts before they ask for their address.
  const early = run.accounts.loaded(partitionId) ? null : quiet(validate(task));
  const owned = await numberOfExistingOwner(task);
  return owned ?? searched(task, quiet(prepare(task, early ?? validate(task))));
}

/** Whether the row's account may have been on the platform before the run. */
async function mayHaveBeenThere(task: Task): Promise<boolean> {
  const { run, resource, ordinal } = task;
  const { partitionId = run.partitionId, accountNumber } = resource.values;
  const step = run.journal.step(`account:${accountNumber}`);
  if (step) return step.state === 'existing';
  return (
    run.accounts.loaded(partitionId) &&
    (await run.accounts.find(partitionId, accountNumber, ordinal)) !== null
  );
}

async function validate(task: Task): Promise<Addresses> {
  const { run, ordinal } = task;
  const { customer, e911 } = sheetAddresses(task.resource.values);
  const [validCustomer, validE911] = await both(
    run.addresses.validate(customer, ordinal),
    e911 ? run.addresses.validate(e911, ordinal) : Promise.resolve(null),
  );
  return { customer: validCustomer, e911: validE911 ?? validCustomer };
}

/** A candidate, and what its activation needs. */
interface Prepared {
  readonly addresses: Addresses;
  readonly place: Place;
  readonly phone: string;
  /** it is reserved already, or may be: an earlier run was cut off */
  readonly reserved: 'yes' | 'perhaps' | 'no';
}

/** Everything up to the reservation, which alone needs the account. */
async function prepare(task: Task, validated: Promise<Addresses>): Promise<Prepared> {
  const { run, resource, ordinal } = task;
  const addresses = await validated;
  const place = placeOf(task, addresses.customer);
  const reservation = run.journal.step(reservationKey(resource.key));
  if (reservation?.state === 'created' || reservation?.state === 'intent')
    return {
      addresses,
      place,
      phone: String(reservation.intent['phone']),
      reserved: reservation.state === 'created' ? 'yes' : 'perhaps',
    };
  return { addresses, place, phone: await run.pools.take(place, ordinal), reserved: 'no' };
}

/** Reserves and activates, with further candidates until the platform gives a number. */
async function searched(task: Task, prepared: Promise<Prepared>): Promise<Outcome> {
  const { run, ordinal } = task;
  const [account, first] = await both(task.account(), prepared).catch((error: unknown) => {
    // Without an account the candidate is given up; others may be waiting for it.
    prepared.then(({ phone }) => run.pools.settled(phone)).catch(() => {});
    throw error;
  });
  const { addresses, place } = first;
  let { phone, reserved } = first;
  for (let candidate = 1; candidate <= MOST_CANDIDATES; candidate++) {
    try {
      if (reserved === 'yes' || (await reserve(task, account, phone, reserved === 'perhaps'))) {
        const outcome = await activateOrRelease(task, account, phone, addresses);
        if (outcome) return outcome;
      }
    } finally {
      run.pools.settled(phone);
    }
    phone = await run.pools.take(place, ordinal);
    reserved = 'no';
  }
  run.pools.settled(phone);
  throw new StepError(
    `${MOST_CANDIDATES} phone numbers in a row were taken by others before they could be had.`,
    'Try again later with: resume --retry failed',
    { transient: true },
  );
}

function placeOf(task: Task, address: ValidAddress): Place {
  const { latitude, longitude, fields } = address;
  const partitionId = task.resource.values.partitionId ?? task.run.partitionId;
  if (latitude === undefined || longitude === undefined)
    throw new StepError(
      'The platform gives no position for this address, so no number can be searched near it.',
      'Correct the address, or give a phoneNumber in the sheet.',
    );
  const name = [partitionId, fields['country'], fields['state'], fields['city'], fields['postalCode']].join(
    '|',
  );
  return { name, partitionId, latitude, longitude };
}

/** @returns null when the number went to somebody else and another should be tried; the reservation is released */
async function activateOrRelease(
  task: Task,
  account: Outcome,
  phone: string,
  addresses: Addresses,
): Promise<Outcome | null> {
  try {
    return await activate(task, account, phone, async () => addresses);
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
    await release(task, account, phone);
    const number = await orNull(task.send(getInventoryNumber(account.partitionId, phone)));
    if (number && (number.accountId == null || number.accountId === '')) throw error;
    return null;
  }
}

function activate(
  task: Task,
  account: Outcome,
  phone: string,
  addresses: () => Promise<Addresses>,
): Promise<Outcome> {
  const { resource } = task;
  const { partitionId, accountId } = account;
  const found = { id: phone, difference: null };
  const find = async () =>
    (await orNull(task.send(getNumber(partitionId, accountId, phone)))) ? found : null;
  return createOnce(task, account, {
    intent: { partitionId, accountId, phone },
    call: async () =>
      activateNumber(
        partitionId,
        accountId,
        activationBody(resource.values, phone, await addresses(), account),
      ),
    idOf: () => phone,
    unique: true,
    find,
    before:
      account.state === 'existing' && resource.values.phoneNumber !== undefined
        ? async () =>
            (await task.run.snapshots.of(partitionId, accountId).number(phone, task.ordinal)) ? found : null
        : undefined,
    picked: resource.values.phoneNumber === undefined ? phone : undefined,
    // A reserved number is activated even while the run is stopping, so that no reservation is left over.
    finishing: resource.values.phoneNumber === undefined,
  });
}

/**
 * A row that searches and whose user, line or trunk was there before the run, with numbers that ring it, has its number
 * already: the first such row takes the first number, the second the next.
 */
async function numberOfExistingOwner(task: Task): Promise<Outcome | null> {
  const { run, resource, ordinal } = task;
  const { values, product } = resource;
  if (run.journal.step(resource.key) || run.journal.step(reservationKey(resource.key))) return null;
  const partitionId = values.partitionId ?? run.partitionId;
  const accountStep = run.journal.step(`account:${values.accountNumber}`);
  // Only an account that was there can hold the number; asking the list first lets the search start at once otherwise.
  if (
    accountStep
      ? accountStep.state !== 'existing'
      : !(await run.accounts.find(partitionId, values.accountNumber, ordinal))
  )
    return null;
  const account = await task.account();
  if (account.state !== 'existing') return null;
  const snapshot = run.snapshots.of(partitionId, account.accountId);
  const owner = await ownerId(snapshot, product, values, ordinal);
  if (owner === null) return null;
  const owned = (await snapshot.numbers(ordinal))
    .filter((number) => number.referenceId === owner && !namedByThisAccount(task, number.phoneNumber))
    .map((number) => number.phoneNumber)
    .sort();
  const phone = owned[searchIndexOf(resource.key) - 1];
  if (phone === undefined) return null;
  if (run.existing === 'fail')
    throw new StepError(
      `Its owner has the number ${phone} already, and this run did not create it.`,
      'Take the row out, or allow it with --existing reuse.',
    );
  const outcome: Outcome = { state: 'existing', id: phone, partitionId, accountId: account.accountId };
  await run.journal.settle(resource.key, resource.kind, ordinal, 'existing', { ...outcome });
  return outcome;
}

/** Whether a row of the same account brings the number: it is that row's then. */
function namedByThisAccount({ run, ordinal }: Task, phone: string): boolean {
  const named = run.journal.rowOfPhone(phone);
  if (named === undefined) return false;
  return run.journal.row(named)?.record.accountFirst === run.journal.row(ordinal)?.record.accountFirst;
}

/** The n of a key that ends in `#n`; 1 for the others. */
function searchIndexOf(key: string): number {
  return Number(/#(\d+)$/.exec(key)?.[1] ?? 1);
}

/** Both results; when one fails, the other's failure is not left unhandled. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
  quiet(b);
  quiet(a);
  return [await a, await b];
}

/** A promise whose failure is looked at later. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
