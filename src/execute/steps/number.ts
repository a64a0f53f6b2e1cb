import { ApiError } from '../../api/api-error.js';
import {
  activateNumber,
  getInventoryNumber,
  getNumber,
  type ReservePath,
  releaseNumber,
  reserveNumber,
} from '../../api/endpoints.js';
import type { CompleteValues } from '../../records/complete.js';
import { orNull } from '../account-index.js';
import type { SheetAddress, ValidAddress } from '../addresses.js';
import type { AccountIds, Outcome, Step, Task } from '../context.js';
import { createOnce } from '../create-once.js';
import type { Place } from '../number-pools.js';
import { StepError } from '../step-error.js';
import { ownerId } from './owner.js';

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

/** The address of the customer, and the E911 address when it differs. */
interface Addresses {
  readonly customer: ValidAddress;
  readonly e911: ValidAddress;
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

/** The addresses that a row names; `e911` is null when it is the customer's. */
export function sheetAddresses(values: CompleteValues): {
  customer: SheetAddress;
  e911: SheetAddress | null;
} {
  const customer = {
    address: values.address ?? '',
    city: values.city,
    state: values.state,
    postalCode: values.postalCode,
    country: values.country,
    secondaryLocationDescription: values.secondaryLocationDescription,
    unit: values.unit,
  };
  if (values.e911Address === undefined) return { customer, e911: null };
  const e911 = {
    address: values.e911Address,
    city: values.e911City,
    state: values.e911State,
    postalCode: values.e911PostalCode,
    country: values.e911Country ?? values.country,
    secondaryLocationDescription: values.e911SecondaryLocationDescription,
    unit: values.e911Unit,
  };
  return { customer, e911 };
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

/** The journal's key of the reservation for a number. */
export function reservationKey(numberKey: string): string {
  return `reservation:${numberKey}`;
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

/**
 * @param perhaps an earlier run may have reserved it, so a refusal may be of our own reservation
 * @returns false when the platform does not give this number to this account: take another
 */
async function reserve(task: Task, account: Outcome, phone: string, perhaps: boolean): Promise<boolean> {
  const { run, resource, ordinal } = task;
  const { partitionId, accountId } = account;
  const key = reservationKey(resource.key);
  const ready = () =>
    run.journal.intend(key, 'reservation', ordinal, { phone, partitionId, accountId }, phone);
  try {
    await atReservePath(task, (at) => task.send(reserveNumber(at, partitionId, accountId, phone), { ready }));
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
    // Perhaps it is our own reservation that is in the way: the activation tells.
    if (!perhaps && !error.afterDoubt) {
      await run.journal.settle(key, 'reservation', ordinal, 'failed', { message: error.message });
      return false;
    }
  }
  await run.journal.settle(key, 'reservation', ordinal, 'created', { phone, partitionId, accountId });
  return true;
}

/**
 * Reservations are made under the account's path (guide) or, where the platform does not know that, the partition's
 * (API description); what worked is remembered for the run.
 */
async function atReservePath(task: Task, send: (at: ReservePath) => Promise<unknown>): Promise<void> {
  const { run } = task;
  if (run.reservePath !== null) {
    await send(run.reservePath);
    return;
  }
  try {
    await send('account');
    run.reservePath = 'account';
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error;
    await send('partition');
    run.reservePath = 'partition';
  }
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

async function release(task: Task, account: Outcome, phone: string): Promise<void> {
  const { run, resource, ordinal } = task;
  try {
    await task.send(
      releaseNumber(run.reservePath ?? 'account', account.partitionId, account.accountId, phone),
      {
        finishing: true,
      },
    );
  } catch (error) {
    // One that is gone is released; one that cannot be released ends by itself after 30 minutes.
    if (!(error instanceof ApiError)) throw error;
  }
  await run.journal.settle(reservationKey(resource.key), 'reservation', ordinal, 'released', { phone });
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

/** Guide, "Add Phone Number to Account": customerServiceRecord, e911Address, directoryListing. */
export function activationBody(
  values: CompleteValues,
  phone: string,
  { customer, e911 }: Addresses,
  { partitionId, accountId }: AccountIds,
) {
  const names = {
    firstName: values.customerFirstName,
    lastName: values.customerLastName,
    businessName: values.businessName,
  };
  const address = { ...customer.fields, ...names };
  return {
    partitionId,
    accountId,
    customerServiceRecord: {
      ...address,
      customerType: values.customerType,
      customerName: values.customerName,
    },
    e911Address: emergencyAddress({ ...plainAddress(e911.fields), ...names }, values.customerType, e911),
    directoryListing: {
      listed: values.directoryListed,
      type: values.directoryListingType,
      ...(values.directoryListed ? { address: plainAddress(address) } : {}),
    },
    holdActivation: values.holdActivation,
    telephoneNumbers: [{ phoneNumber: phone }],
  };
}

/**
 * The guide puts the fields of the E911 address under `address`, the API description beside latitude and longitude:
 * both are sent.
 */
function emergencyAddress(fields: Record<string, unknown>, customerType: string, valid: ValidAddress) {
  return {
    ...fields,
    customerType,
    latitude: valid.latitude,
    longitude: valid.longitude,
    address: fields,
  };
}

/** The fields of an address without what only a customer service record has. */
function plainAddress(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { blockCustomerName: _blockCustomerName, id: _id, ...address } = fields;
  return address;
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
    .filter(
      (number) => number.referenceId === owner && run.journal.rowOfPhone(number.phoneNumber) === undefined,
    )
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
