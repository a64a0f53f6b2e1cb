import { isObject, type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import {
  flag,
  list,
  may,
  must,
  object,
  oneOf,
  phoneNumber,
  refuseIfAny,
  requireValid,
  text,
} from './checks.js';
import {
  carrierStatusOf,
  eventsOfNumber,
  recordActivation,
  recordAddress,
  recordDisconnect,
  requireFinished,
} from './events.js';
import { requireActive } from './named-numbers.js';
import {
  customerServiceRecord,
  directoryListing,
  e911Address,
  flatE911,
  isRealStreet,
} from './number-records.js';
import { CARRIER_ID, isHeldByAnother } from './numbers.js';
import { OWN_CARRIER_ID } from './partition.js';
import { accountOf, bodyOf, type Call, type Handler, param, requireSameOwner, rowOf } from './platform.js';
import { isPortedIn, orderPort, portAnswer } from './ports.js';
import type { Account, TelephoneNumber } from './state.js';

const REFERENCE_TYPES = [
  'SIP_TRUNK',
  'END_USER',
  'IVR',
  'LINE_APPEARANCE',
  'LINE_HUNTGROUP',
  'TELEPHONE',
  'VFAX',
  'BUSINESS_LINE',
  'BUSINESS_LINE_HUNT_GROUP',
  'CALL_GROUP',
  'CALL_QUEUE',
  'AUTO_ATTENDANT',
  'SPECIALTY_LINE',
  'CONTACT_CENTER',
];

const REFERENCE = {
  referenceType: may(oneOf(REFERENCE_TYPES)),
  referenceId: may(text()),
  assignAsCallerId: may(flag),
  operationalStatus: may(oneOf(['ACTIVE', 'STAGED'])),
};

/** Schema TelephoneNumberActivationsV2X; guide, "Add Phone Number to Account". */
const ACTIVATION = {
  customerServiceRecord: must(customerServiceRecord),
  directoryListing: must(directoryListing),
  e911Address: may(e911Address),
  holdActivation: may(flag),
  byotnCarrierId: may(text()),
  telephoneNumbers: must(list(object({ phoneNumber: must(phoneNumber), ...REFERENCE }), 1)),
};

/** POST telephonenumber: all numbers of the body are added, or none. */
export const createOrAddTelephoneNumberToAccount: Handler = (call) => {
  const body = bodyOf(call);
  const account = accountOf(call);
  const { state } = call.platform;
  requireValid(body, ACTIVATION);
  requireSameOwner(call, body);
  const entries = body['telephoneNumbers'] as readonly ({ readonly phoneNumber: string } & Json)[];
  const numbers = entries.map((entry) => entry.phoneNumber);
  const isPort = body['port'] !== undefined && body['port'] !== null;
  requireRoom(call, account, numbers);
  const port = isPort ? orderPort(call, account, body, numbers) : undefined;
  if (port === undefined) requireAddable(call, account, entries, body);
  const csr: Json = { id: state.newId(), ...(body['customerServiceRecord'] as Json) };
  const added = entries.map((entry): TelephoneNumber => {
    const number = {
      id: entry.phoneNumber,
      phoneNumber: entry.phoneNumber,
      accountId: account.id,
      partitionId: account.partitionId,
      operationalStatus: 'ACTIVE',
      ...(port === undefined ? {} : { portId: port.id }),
      ...(port === undefined ? ownCarrierOf(call, entry, body) : {}),
      carrierStatus: body['holdActivation'] === true ? 'ACTIVATION_ON_HOLD' : 'ACTIVE',
      customerServiceRecord: csr,
      e911Address: isObject(body['e911Address']) ? flatE911(body['e911Address']) : csr,
      directoryListing: body['directoryListing'] as Json,
    };
    return withReference(call, account, number, entry);
  });
  for (const number of added) {
    commit(call, number);
    if (port !== undefined) recordAddress(state, number, number.e911Address);
    else recordActivation(state, number, body['holdActivation'] === true);
  }
  return ok({
    ...body,
    partitionId: account.partitionId,
    accountId: account.id,
    customerServiceRecord: csr,
    ...(port === undefined ? {} : { port: portAnswer(call, port) }),
    telephoneNumbers: entries.map((entry) => ({
      ...entry,
      id: entry.phoneNumber,
      ...(port === undefined ? {} : { portId: port.id }),
    })),
    id: state.newId(),
  });
};

export const retrieveAccountTelephoneNumbers: Handler = (call) =>
  ok(call.platform.state.numbers.of(accountOf(call).id).map((number) => numberAnswer(call, number)));

export const retrieveTelephoneNumberOnAccount: Handler = (call) => ok(numberAnswer(call, numberOf(call)));

const RECORDS = {
  customerServiceRecord: may(customerServiceRecord),
  directoryListing: may(directoryListing),
  e911Address: may(e911Address),
};

/**
 * PATCH telephonenumber/{tn} (guide, "Set Phone Number Reference"; the published body is a fragment of
 * TelephoneNumberAccountV2X); a null reference clears it. That a record of the body replaces the whole record is a guess.
 */
export const patchTelephoneNumberOnAccount: Handler = (call) => {
  const number = numberOf(call);
  const body = bodyOf(call);
  requireValid(body, { ...REFERENCE, ...RECORDS });
  const { customerServiceRecord, directoryListing, e911Address } = body;
  const patched = {
    ...number,
    ...(isObject(customerServiceRecord) ? { customerServiceRecord: unblank(customerServiceRecord) } : {}),
    ...(isObject(directoryListing) ? { directoryListing: unblank(directoryListing) } : {}),
    ...(isObject(e911Address) ? { e911Address: unblank(flatE911(e911Address)) } : {}),
  };
  const changed = withReference(call, accountOf(call), patched, body);
  commit(call, changed);
  if (isObject(e911Address)) recordAddress(call.platform.state, changed, changed.e911Address);
  return ok(numberAnswer(call, changed));
};

/** PUT telephonenumber/{tn}: the number's records and its reference are replaced by those of the body. */
export const updateTelephoneNumberOnAccount: Handler = (call) => {
  const number = numberOf(call);
  const body = bodyOf(call);
  requireValid(body, {
    ...REFERENCE,
    customerServiceRecord: must(customerServiceRecord),
    directoryListing: must(directoryListing),
    e911Address: may(e911Address),
  });
  requireSameOwner(call, body);
  const records = {
    customerServiceRecord: body['customerServiceRecord'] as Json,
    directoryListing: body['directoryListing'] as Json,
    e911Address: flatE911((body['e911Address'] ?? body['customerServiceRecord']) as Json),
  };
  const reference = { referenceType: null, referenceId: null, ...body };
  const changed = withReference(call, accountOf(call), { ...number, ...records }, reference);
  commit(call, changed);
  recordAddress(call.platform.state, changed, records.e911Address);
  return ok(numberAnswer(call, changed));
};

/** DELETE telephonenumber/{tn}: the number goes into cooldown; refused while something is under way with it. */
export const deleteTelephoneNumberOnAccount: Handler = (call) => {
  const { state } = call.platform;
  const number = numberOf(call);
  const { phoneNumber: id } = number;
  requireFinished(state, eventsOfNumber(state, number), `Telephone number ${id} cannot be deleted now`);
  for (const user of state.users.of(accountOf(call).id)) {
    if (user.callerIdConfig.callerIdNumber !== id) continue;
    const { callerIdNumber: _, ...callerIdConfig } = user.callerIdConfig;
    state.users.put({ ...user, callerIdConfig });
  }
  state.numbers.delete(id);
  // one that never came is nothing to cool down
  if (number.portId !== undefined && !isPortedIn(state, number.portId)) return NO_CONTENT;
  state.cooldown.put({ id, since: new Date(state.now()).toISOString() });
  recordDisconnect(state, number);
  return NO_CONTENT;
};

/** PUT account/e911/prevalidate: checks an E911 address, writes nothing (schema E911PrevalidateResponseX). */
export const preValidateAccountTn: Handler = (call) => {
  const body = bodyOf(call);
  const given = body['e911Address'] ?? body['customerServiceRecord'];
  refuseIfAny(e911Address(given, 'e911Address'));
  const address = flatE911(given as Json);
  const known = isRealStreet(String(address['streetNumber']), String(address['streetName']));
  return ok({
    valid: known ? 'VALID' : 'INVALID',
    errors: known ? [] : ['Address could not be verified by the E911 provider'],
    addressAlternatives: [],
    address,
  });
};

/**
 * The own carrier that brings a number which is in no inventory: the one that is named, else the partition's.
 * @throws Refusal 400 when it is none
 */
function ownCarrierOf(
  call: Call,
  entry: { readonly phoneNumber: string } & Json,
  body: Json,
): { readonly byotnCarrierId?: string } {
  const { state, inventory } = call.platform;
  const given = body['byotnCarrierId'] ?? undefined;
  if (given !== undefined && (given !== OWN_CARRIER_ID || !state.settings.ownCarrier))
    throw new Refusal(400, 'Invalid carrierId');
  // Which numbers the platform takes for an own carrier's is not documented: those that say whether they are in service.
  const says = entry['operationalStatus'] !== undefined && !inventory.prefixOf(entry.phoneNumber);
  const isOwn = state.settings.ownCarrier && (given !== undefined || says);
  return isOwn ? { byotnCarrierId: OWN_CARRIER_ID } : {};
}

/**
 * Guesses: that only a number of an own carrier is staged, and that one in service can be staged again.
 * @param number as it was, or as it is to be added
 */
function requireStageable({ platform: { state } }: Call, number: TelephoneNumber): void {
  if (number.byotnCarrierId === undefined)
    throw new Refusal(400, 'operationalStatus: only a number of an own carrier can be STAGED');
  const now = state.numbers.get(number.phoneNumber)?.operationalStatus;
  if (now === 'ACTIVE' && !state.settings.stagesAgain)
    throw new Refusal(400, 'operationalStatus: a number that is ACTIVE cannot be STAGED');
}

function requireRoom({ platform: { state } }: Call, account: Account, phoneNumbers: readonly string[]): void {
  if (new Set(phoneNumbers).size < phoneNumbers.length)
    throw new Refusal(400, 'telephoneNumbers: holds a number twice');
  if (account.accountType === 'SIMPLE' && state.numbers.countOf(account.id) + phoneNumbers.length > 1)
    throw new Refusal(400, 'A SIMPLE account supports only one telephone number');
}

function requireAddable(
  call: Call,
  account: Account,
  entries: readonly ({ readonly phoneNumber: string } & Json)[],
  body: Json,
): void {
  const { state, inventory } = call.platform;
  const isStaged = entries.some((each) => each['operationalStatus'] === 'STAGED');
  if (isStaged && body['holdActivation'] === true)
    throw new Refusal(400, 'operationalStatus: STAGED does not go with holdActivation');
  for (const entry of entries) {
    const { phoneNumber: number } = entry;
    const owner = state.numbers.get(number)?.accountId;
    if (owner === account.id)
      throw new Refusal(400, `Telephone number ${number} already exists on the account`);
    if (owner !== undefined)
      throw new Refusal(400, `Telephone number ${number} is assigned to another account`);
    const { byotnCarrierId } = ownCarrierOf(call, entry, body);
    if (inventory.prefixOf(number) === undefined && byotnCarrierId === undefined)
      throw new Refusal(400, `Telephone number ${number} is not in inventory`);
    if (state.cooldown.has(number)) throw new Refusal(400, `Telephone number ${number} is in cooldown`);
    if (isHeldByAnother(call, number, account.id))
      throw new Refusal(400, `Telephone number ${number} is reserved by another account`);
  }
}

/**
 * @param wanted may hold referenceType and referenceId (null to clear) and assignAsCallerId
 * @returns the number as it will be. @throws Refusal 400 when it cannot reference that object
 */
function withReference(call: Call, account: Account, number: TelephoneNumber, wanted: Json): TelephoneNumber {
  const { referenceType, referenceId, ...rest } = number;
  const type = wanted['referenceType'] === undefined ? referenceType : (wanted['referenceType'] ?? undefined);
  const id = wanted['referenceId'] === undefined ? referenceId : (wanted['referenceId'] ?? undefined);
  if (type === undefined && id !== undefined) throw new Refusal(400, 'referenceType: must not be null');
  if (type !== undefined && id === undefined) throw new Refusal(400, 'referenceId: must not be null');
  const assignAsCallerId = wanted['assignAsCallerId'] ?? undefined;
  if (assignAsCallerId === true && type !== 'END_USER')
    throw new Refusal(400, 'assignAsCallerId: works only with referenceType END_USER');
  const operationalStatus = wanted['operationalStatus'] ?? number.operationalStatus;
  if (wanted['operationalStatus'] === 'STAGED') requireStageable(call, number);
  if (assignAsCallerId === true && call.platform.state.numbers.has(number.phoneNumber))
    requireActive(call, { ...number, operationalStatus: String(operationalStatus) }, 'assignAsCallerId');
  if (type !== undefined && referencedAccount(call, String(type), String(id)) !== account.id)
    throw new Refusal(400, `referenceId: ${type} ${id} is not on the account`);
  return {
    ...rest,
    operationalStatus: String(operationalStatus),
    ...(type === undefined ? {} : { referenceType: String(type), referenceId: String(id) }),
    ...(typeof assignAsCallerId === 'boolean' ? { assignAsCallerId } : {}),
  };
}

/** The account of what a number is to ring; undefined where there is no such thing. */
function referencedAccount({ platform: { state } }: Call, type: string, id: string): string | undefined {
  switch (type) {
    case 'END_USER':
      return state.users.get(id)?.accountId;
    case 'BUSINESS_LINE':
      return state.businessLines.get(id)?.accountId;
    case 'BUSINESS_LINE_HUNT_GROUP':
      return state.huntGroups.get(id)?.accountId;
    case 'SIP_TRUNK':
      return state.sipTrunks.get(id)?.accountId;
    default: {
      const target = state.callTargets.get(id);
      return target?.type === type ? target.accountId : undefined;
    }
  }
}

function commit({ platform: { state } }: Call, number: TelephoneNumber): void {
  state.numbers.put(number);
  state.reservations.delete(number.phoneNumber);
  if (number.assignAsCallerId !== true || number.referenceId === undefined) return;
  const user = state.users.get(number.referenceId);
  if (user === undefined) return;
  state.users.put({
    ...user,
    callerIdConfig: {
      ...user.callerIdConfig,
      callerIdNumber: number.phoneNumber,
      externalCallerIdVisible: true,
    },
  });
}

/** A record without the fields that have no value. */
function unblank(record: Json): Json {
  const entries = Object.entries(record).filter(([, value]) => value !== null && value !== '');
  return Object.fromEntries(entries.map(([name, value]) => [name, isObject(value) ? unblank(value) : value]));
}

function numberOf(call: Call): TelephoneNumber {
  const tn = param(call, 'tn');
  return rowOf(call.platform.state.numbers.get(tn), accountOf(call), `Telephone number ${tn}`);
}

/** Schema TelephoneNumberAccountV2X. */
export const numberAnswer = (call: Call, number: TelephoneNumber) => ({
  ...number,
  carrierStatus: carrierStatusOf(call.platform.state, number),
  functionType: 'ELS',
  canAcceptSMS: false,
  carrierId: CARRIER_ID,
  tollFree: false,
});
