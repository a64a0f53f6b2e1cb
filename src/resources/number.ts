import { ApiError } from '../api/api-error.js';
import {
  activateNumber,
  deleteNumber,
  getInventoryNumber,
  getNumber,
  type NumberRecord,
  reserveNumber,
} from '../api/endpoints.js';
import { type Journal, WAS_THERE } from '../journal/journal.js';
import { keyOf, nthOf, withNth } from '../plan/keys.js';
import type { Resource } from '../plan/resource.js';
import type { RowValues } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import { isPort } from '../records/port-order.js';
import type { Product } from '../records/products.js';
import type { ImportRecord } from '../records/record.js';
import { activationBody, plainAddress, type RowAddresses, validAddresses } from './activation.js';
import { createOnce, differencesFromSheet } from './create-once.js';
import type { Kind } from './kind.js';
import type { ValidAddress } from './lookups/addresses.js';
import type { Place } from './lookups/number-pools.js';
import type { Snapshot } from './lookups/snapshots.js';
import { NOT_ON_ACCOUNT_HINT, notOnAccount, numberThatMoves } from './moving-number.js';
import { isStillThere, ON_HOLD } from './number-state.js';
import { numberUpdate } from './number-update.js';
import { heldOwnerId } from './owner.js';
import { PORTED_IN } from './port-places.js';
import { portedNumber, portedNumberWrites } from './ported-number.js';
import { release, reservationKey, reserve } from './reservation.js';
import { targetOnAccount } from './rings.js';
import { StepError } from './step-error.js';
import { mayHoldMore, type Outcome, type Task } from './task.js';
import { updateExisting } from './update-once.js';

/** What tells a number: itself, or for one that a search found, whom it rings. */
type NumberIdentity = { readonly phone: string; readonly ownerId: string | null };

/** A number of an account, with what its status says of a hold, and what it rings in one text. */
type AccountNumber = NumberRecord & {
  readonly holdActivation?: boolean | undefined;
  readonly rings?: string;
};

const NOTHING = 'nothing';

/** Whether the sheet says of a number that it is on the account, and no more. */
function ringsNothing(product: Product, { ringsType }: RowValues): boolean {
  return product === 'NUMBER' && ringsType === undefined;
}

/**
 * A number on the account: given in the sheet, or found by a search and reserved first (guide, "Activate Number from
 * Inventory"). A given number needs no reservation: it is activated as soon as its account is there.
 */
export const number: Kind<AccountNumber, NumberIdentity> = {
  title: 'Phone number',
  called: ({ phoneNumber }, id) => (phoneNumber ?? id).replace(/^1?(...)(...)(....)$/, '$1-$2-$3'),
  idColumn: 'assignedPhoneNumber',
  settingOf: null,
  referenceType: null,
  writes(resource, rehearsal) {
    const { values } = resource;
    const { partitionId, accountId, phone, addresses } = rehearsal;
    if (resource.needs.portOrder !== undefined) return portedNumberWrites(resource, rehearsal);
    if (values.movesFrom !== undefined) return [];
    const ids = { partitionId, accountId };
    const activation = activateNumber(
      partitionId,
      accountId,
      activationBody(values, [phone], addresses, ids),
    );
    return values.phoneNumber === undefined
      ? [reserveNumber('account', partitionId, accountId, phone), activation]
      : [activation];
  },
  bringAbout(task) {
    if (task.resource.needs.portOrder !== undefined) return portedNumber(task, number);
    const { movesFrom, phoneNumber } = task.resource.values;
    if (movesFrom !== undefined) return numberThatMoves(task, number);
    return phoneNumber === undefined ? searchedNumber(task) : givenNumber(task);
  },
  find: {
    identity: ({ product, values }, { ownerId, phone }) => ({
      phone: values.phoneNumber ?? phone ?? '',
      // One that is to ring nothing is recognisably itself whatever it rings by now; the difference is told. What one that
      // moves rings until then is the cut-over's to look at.
      ownerId: ringsNothing(product, values) || values.movesFrom !== undefined ? null : ownerId,
    }),
    now: async (look, { partitionId, accountId }, { phone }) =>
      phone === '' ? null : withHold(await look(getNumber(partitionId, accountId, phone))),
    held: async (held, { phone }, priority) =>
      phone === '' ? null : withHold(await held.number(phone, priority)),
    idOf: ({ phoneNumber }) => phoneNumber,
    strange: (now, { ownerId }) =>
      ownerId === null || !now.referenceId || now.referenceId === ownerId
        ? null
        : `${now.phoneNumber} is on the account and rings something else (${now.referenceType} ${now.referenceId})`,
  },
  read: async (look, { partitionId, accountId, id }) =>
    withHold(await look(getNumber(partitionId, accountId, id))),
  async stated({ resource: { product }, values, ids, addresses }) {
    const given = values as CompleteValues;
    const known = given.address === undefined ? null : await addresses();
    return {
      phoneNumber: ids.id,
      customerServiceRecord: {
        // An address that the platform does not read is in no field of its answer.
        ...(known ? plainAddress(known.customer.fields) : { address: given.address, unit: given.unit }),
        // of one that is ported its order tells, which may have been supplemented since
        ...(isPort(given)
          ? {}
          : {
              firstName: given.customerFirstName,
              lastName: given.customerLastName,
              businessName: given.businessName,
            }),
        customerType: given.customerType,
        customerName: given.customerName,
      },
      // Whoever accepts a correction gets another address than the sheet's.
      e911Address:
        given.e911Correction === 'ACCEPT'
          ? undefined
          : {
              ...(known ? plainAddress(known.e911.fields) : { address: given.e911Address }),
              language: given.e911Language,
            },
      directoryListing: { listed: given.directoryListed, type: given.directoryListingType },
      ...(isPort(given)
        ? { portId: ids.portId || undefined }
        : { holdActivation: given.movesFrom === undefined ? given.holdActivation : undefined }),
      operationalStatus: given.numberSource === 'CARRIER' ? given.operationalStatus : undefined,
      rings: ringsNothing(product, given) ? NOTHING : undefined,
    };
  },
  update: numberUpdate(),
  takeBack: {
    after: ['device', 'portAssignment', 'portOrder'],
    occupied: null,
    remove: ({ partitionId, accountId, id }) => deleteNumber(partitionId, accountId, id),
  },
  dryRun: {
    another: {
      code: 'NUMBER_NOT_FREE',
      column: () => 'phoneNumber',
      hint: 'Correct the sheet, or free the number first.',
    },
    async whenNew(check, questions, resource) {
      const { movesFrom, phoneNumber = '' } = resource.values;
      if (movesFrom === undefined) return questions.number(check, resource);
      const message = notOnAccount(phoneNumber, movesFrom);
      check.add('NUMBER_NOT_ON_ACCOUNT', 'movesFrom', movesFrom, message, NOT_ON_ACCOUNT_HINT);
    },
    always: null,
  },
  waitsFor: {
    event: 'ACTIVATION',
    holdsRow: false,
    moves: ['holdActivation'],
    inService: portedIn,
    unfinished: (now) => UNFINISHED[String((now as NumberRecord)['carrierStatus'])] ?? null,
    // of one that is ported its order tells
    standing(now, { needs }) {
      const onPlatform = String((now as NumberRecord)['carrierStatus']);
      if (needs.portOrder !== undefined || UNFINISHED[onPlatform] === undefined) return [];
      return [{ field: 'carrierStatus', inSheet: 'ACTIVE', onPlatform }];
    },
  },
  // the E911 address of one that a port brings is told after its order
  namesNumbers: ({ needs, values }) => [needs.portOrder === undefined ? undefined : values.phoneNumber],
};

/** What undo says of a number by its `carrierStatus`, where that says that something is under way. */
const UNFINISHED: Readonly<Record<string, string>> = {
  ACTIVATION_ON_HOLD: ON_HOLD,
  ACTIVATION_PENDING: 'it is still being activated; run undo again later',
};

/** Of a number that a port has brought: also where its order is none of what is taken back. */
function portedIn(now: object, { needs }: Resource): string | null {
  const { portId, carrierStatus } = now as NumberRecord;
  // whether a number still names its port once that is over is not documented
  const isPorted = portId || needs.portOrder !== undefined;
  return isPorted && carrierStatus === 'ACTIVE' ? PORTED_IN : null;
}

/** A hold shows in the number's status alone. Whether a port that is over is still named is not documented. */
function withHold(now: NumberRecord | null): AccountNumber | null {
  if (now === null) return null;
  const status = now['carrierStatus'];
  const rings = now.referenceId ? `${now.referenceType} ${now.referenceId}` : NOTHING;
  return {
    ...now,
    portId: now.portId ?? undefined,
    rings,
    ...(typeof status === 'string' ? { holdActivation: status === 'ACTIVATION_ON_HOLD' } : {}),
  };
}

/** Candidates that may be refused (somebody else was faster) before the row fails. */
const MAX_CANDIDATES = 20;

async function givenNumber(task: Task): Promise<Outcome> {
  const phone = task.resource.values.phoneNumber ?? '';
  // Addresses are asked while the account is made; of an account that was there, the number may need none.
  const early = task.run.accounts.hasFound && (await isThere(task)) ? null : quiet(validAddresses(task));
  const account = await accountWithTarget(task);
  return activate(task, account, phone, () => early ?? validAddresses(task));
}

async function searchedNumber(task: Task): Promise<Outcome> {
  // The address is asked while it is looked up whether the account is there.
  const early = task.run.accounts.hasFound && (await isThere(task)) ? null : quiet(validAddresses(task));
  const owned = (await isThere(task)) ? await numberOfExistingOwner(task) : null;
  return owned ?? searched(task, quiet(prepare(task, early ?? validAddresses(task))));
}

/** The account, once it is known to have what the number is to ring: no number is had for what is not there. */
async function accountWithTarget(task: Task): Promise<Outcome> {
  const account = await task.account();
  const { product } = task.resource;
  const isBrought = product !== 'NUMBER' || task.run.journal.row(task.ordinal)?.record.rings !== undefined;
  if (!isBrought) await targetOnAccount(task, account);
  return account;
}

/** Whether the row's account was on the platform before this process, as far as that is looked up beforehand. */
async function isThere({ run, resource, ordinal }: Task): Promise<boolean> {
  const { partitionId = run.partitionId, accountNumber } = resource.values;
  const step = run.journal.step(keyOf.account(accountNumber));
  if (step && step.state !== 'intent') return WAS_THERE.has(step.state) || run.looksFirst;
  return (await run.accounts.beforeCreate(partitionId, accountNumber, ordinal)) !== null;
}

/** A candidate, and what its activation needs. */
interface Prepared {
  readonly addresses: RowAddresses;
  readonly place: Place;
  readonly phone: string;
  /** it is reserved already, or may be: an earlier run was cut off */
  readonly reserved: 'yes' | 'perhaps' | 'no';
}

/** Everything up to the reservation, which alone needs the account. */
async function prepare(task: Task, validated: Promise<RowAddresses>): Promise<Prepared> {
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
  const [account, first] = await both(accountWithTarget(task), prepared).catch((error: unknown) => {
    // Without an account the candidate is given up; others may be waiting for it.
    prepared.then(({ phone }) => run.pools.settled(phone)).catch(() => {});
    throw error;
  });
  const owned = first.reserved === 'no' ? await numberOfExistingOwner(task) : null;
  if (owned) {
    run.pools.settled(first.phone);
    return owned;
  }
  const { addresses, place } = first;
  let { phone, reserved } = first;
  for (let candidate = 1; candidate <= MAX_CANDIDATES; candidate++) {
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
    `${MAX_CANDIDATES} phone numbers in a row were taken by others before they could be had.`,
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
  addresses: RowAddresses,
): Promise<Outcome | null> {
  try {
    return await activate(task, account, phone, async () => addresses);
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
    // One in doubt may have become the account's: no other is taken in its place.
    if (task.run.journal.step(task.resource.key)?.state === 'intent') throw error;
    await release(task, account, phone);
    const number = await task.look(getInventoryNumber(account.partitionId, phone));
    if (number && (number.accountId == null || number.accountId === '')) throw error;
    return null;
  }
}

function activate(
  task: Task,
  account: Outcome,
  phone: string,
  addresses: () => Promise<RowAddresses>,
): Promise<Outcome> {
  const { partitionId, accountId } = account;
  const { values } = task.resource;
  const isSearched = values.phoneNumber === undefined;
  return createOnce(task, number, {
    ids: account,
    ownerId: null,
    ownPhone: phone,
    call: async () =>
      activateNumber(partitionId, accountId, activationBody(values, [phone], await addresses(), account)),
    answer: () => ({ phoneNumber: phone }),
    unique: true,
    ...(isSearched ? { before: null } : {}),
    picked: isSearched ? phone : undefined,
    // A reserved number is activated even while the run is stopping, so that no reservation is left over.
    finishing: isSearched,
  });
}

/**
 * A row that searches and whose user, line or trunk was there before the run, with numbers that ring it, has its number
 * already: the first such row takes the first number, the second the next.
 */
async function numberOfExistingOwner(task: Task): Promise<Outcome | null> {
  const { run, resource, ordinal } = task;
  const step = run.journal.step(resource.key);
  const isBegun = step?.state === 'updating';
  if (!isBegun && step && step.state !== 'released') return null;
  if (run.journal.step(reservationKey(resource.key))) return null;
  const account = await task.account();
  if (!mayHoldMore(run, account)) return null;
  const { partitionId, accountId } = account;
  const snapshot = run.snapshots.of(partitionId, accountId);
  const owner = await heldOwnerId(snapshot, resource, ordinal);
  if (owner === null) return null;
  const owned = await numbersForSearches(run.journal, snapshot, owner, ordinal);
  const free = owned.filter(({ phoneNumber }) => !isOfAnotherStep(task, phoneNumber));
  const record = isBegun
    ? owned.find(({ phoneNumber }) => phoneNumber === step.intent['id'])
    : await numberOfSearch(free, searchesBefore(task), snapshot, resource, owner, ordinal);
  if (record === undefined) return null;
  const phone = record.phoneNumber;
  if (run.existing === 'fail')
    throw new StepError(
      `Its owner has the number ${phone} already, and this run did not create it.`,
      'Take the row out, or allow it with --existing reuse.',
    );
  const ids = { partitionId, accountId, id: phone, ownerId: owner, phone };
  const identity = number.find.identity(resource, { ownerId: owner, phone });
  const updated = await updateExisting(task, number, ids, withHold(record) ?? record, identity);
  if (updated) return updated;
  const asking = { addresses: run.addresses, neverAnswered: run.neverAnswered, look: task.look };
  const differs = await differencesFromSheet(
    asking,
    resource,
    ordinal,
    number,
    ids,
    withHold(record) ?? record,
  );
  const outcome: Outcome = {
    ...{ state: 'existing', id: phone, partitionId, accountId },
    ...(differs.length > 0 ? { differs } : {}),
  };
  await run.journal.settle(resource.key, resource.kind, ordinal, 'existing', { ...outcome });
  return outcome;
}

/**
 * What an owner has and no row of its account names, in the order in which the rows that search for it get them.
 * @param ownerId '' for numbers that ring nothing
 */
export async function numbersForSearches(
  journal: Journal<ImportRecord>,
  held: Snapshot,
  ownerId: string,
  ordinal: number,
): Promise<NumberRecord[]> {
  return (await held.numbers(ordinal))
    .filter(
      (number) =>
        (number.referenceId ?? '') === ownerId &&
        isStillThere(number) &&
        !namedByThisAccount(journal, ordinal, number.phoneNumber),
    )
    .sort((a, b) => (a.phoneNumber < b.phoneNumber ? -1 : 1));
}

/**
 * Which of an owner's numbers a row that searches has: the row whose number is the owner's first one, its caller ID say,
 * has that, the others the rest in their order.
 * @param index how many rows of the owner search before this one
 */
export async function numberOfSearch(
  owned: readonly NumberRecord[],
  index: number,
  held: Snapshot,
  { product, values }: Resource,
  ownerId: string,
  ordinal: number,
): Promise<NumberRecord | undefined> {
  if (owned.length < 2) return owned[index];
  const primary = await primaryOf(held, owned[0]?.referenceType, ownerId, ordinal);
  const at = owned.findIndex(({ phoneNumber }) => phoneNumber === primary);
  if (at < 0) return owned[index];
  const isDefault = values.callerIdPhoneNumber === undefined && values.primaryTn === undefined;
  const isPrimary = values.assignAsCallerId ?? (product !== 'NUMBER' && isDefault);
  if (isPrimary) return owned[at];
  return owned[index === at ? 0 : index];
}

/** The number that a user or line shows, or that a trunk goes by. */
async function primaryOf(
  held: Snapshot,
  referenceType: unknown,
  id: string,
  ordinal: number,
): Promise<unknown> {
  const isIt = (each: { readonly id: string }) => each.id === id;
  switch (referenceType) {
    case 'END_USER':
      return (await held.users(ordinal)).find(isIt)?.callerIdConfig?.callerIdNumber;
    case 'BUSINESS_LINE':
      return (await held.lines(ordinal)).find(isIt)?.['callerIdPhoneNumber'];
    case 'SIP_TRUNK':
      return (await held.trunks(ordinal)).find(isIt)?.['primaryTn'];
    default:
      return undefined;
  }
}

/** A number that another row of this run has got from a search is that row's. */
function isOfAnotherStep({ run, resource }: Task, phone: string): boolean {
  const by = run.journal.pickedBy(phone);
  return by !== undefined && by !== resource.key;
}

/** How many rows of the same owner search before this one and have found nothing in this run yet. */
function searchesBefore({ run, resource }: Task): number {
  let count = 0;
  for (let nth = 1; nth < nthOf(resource.key); nth++)
    if (run.journal.step(withNth(resource.key, nth))?.state !== 'created') count++;
  return count;
}

/** Whether a row of the same account brings the number: it is that row's then. */
function namedByThisAccount(journal: Journal<ImportRecord>, ordinal: number, phone: string): boolean {
  const named = journal.rowOfPhone(phone);
  if (named === undefined) return false;
  return journal.row(named)?.record.accountFirst === journal.row(ordinal)?.record.accountFirst;
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
