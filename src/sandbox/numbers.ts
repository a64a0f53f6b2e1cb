import { NO_CONTENT, ok, Refusal } from './answers.js';
import { cityToPort, type FoundNumber, type Prefix } from './inventory.js';
import { accountOf, type Call, type Handler, param } from './platform.js';
import type { TelephoneNumber } from './state.js';

/** The carrier that services every number of the sandbox. */
export const CARRIER_ID = 'cL3vX0pTQ5mJ8kYb2RzWag';

const DEFAULT_RESULTS = 25;
const MAX_RESULTS = 1000;

/** GET telephonenumber/search (guide, "Find Available Numbers"): free numbers, the nearest first. */
export const tnSearch: Handler = (call) => {
  const type = call.query.get('type') ?? 'POSTALCODE_OR_TN';
  const search = SEARCHES.get(type);
  if (search === undefined)
    throw new Refusal(400, `type: '${type}' is not one of [${[...SEARCHES.keys()].join(', ')}]`);
  const limit = numberOf(call, 'maxResults', 1, MAX_RESULTS, DEFAULT_RESULTS);
  if (!Number.isInteger(limit)) throw new Refusal(400, `maxResults: '${limit}' is not an integer`);
  return ok(search(call, limit).map((found) => foundAnswer(call, found)));
};

type Search = (call: Call, limit: number) => FoundNumber[];

const byPlace: Search = (call, limit) => {
  const latitude = numberOf(call, 'lat', -90, 90);
  return call.platform.inventory.nearest({ latitude, longitude: numberOf(call, 'long', -180, 180) }, limit);
};

const byPostalCode: Search = (call, limit) => {
  const q = queryText(call).toUpperCase();
  return call.platform.inventory.matching(({ city }) => city.postalCodes.includes(q), limit);
};

const byNumber: Search = (call, limit) => {
  const digits = queryText(call).replaceAll(/\D/g, '');
  if (digits.length < 3) return [];
  return call.platform.inventory.startingWith(digits.startsWith('1') ? digits : `1${digits}`, limit);
};

const byRateCenter: Search = (call, limit) => {
  const q = queryText(call).toUpperCase();
  return call.platform.inventory.matching(({ city }) => city.rateCenter === q, limit);
};

const SEARCHES = new Map<string, Search>([
  [
    'POSTALCODE_OR_TN',
    (call, limit) => [...byPostalCode(call, limit), ...byNumber(call, limit)].slice(0, limit),
  ],
  ['TN', byNumber],
  ['POSTALCODE', byPostalCode],
  ['LAT_LONG', byPlace],
  ['RATECENTER', byRateCenter],
  ['RATECENTER_CARRIER', byRateCenter],
]);

function queryText(call: Call): string {
  const q = call.query.get('q')?.trim() ?? '';
  if (q === '') throw new Refusal(400, 'q: must not be blank');
  return q;
}

function numberOf(call: Call, name: string, min: number, max: number, byDefault?: number): number {
  const given = call.query.get(name);
  if (given === null && byDefault !== undefined) return byDefault;
  const value = given === null || given.trim() === '' ? Number.NaN : Number(given);
  if (!Number.isFinite(value)) throw new Refusal(400, `${name}: '${given ?? ''}' is not a number`);
  if (value < min || value > max) throw new Refusal(400, `${name}: must be between ${min} and ${max}`);
  return value;
}

const foundAnswer = (call: Call, { phoneNumber, prefix, distance }: FoundNumber) => ({
  // Sub-partitions draw on the inventory of the login's partition.
  partitionId: call.platform.partitionId,
  phoneNumber,
  rateCenter: prefix.city.rateCenter,
  rateCenterReorderName: prefix.city.rateCenter,
  state: prefix.city.state,
  country: prefix.city.country,
  prefix: prefix.digits,
  carrierId: CARRIER_ID,
  functionType: 'ELS',
  ...(distance === undefined ? {} : { distance }),
  byotn: false,
  id: phoneNumber,
});

/** @returns the number of the path and its prefix. @throws Refusal 404 when it is not in the inventory */
function inventoried(call: Call): { phoneNumber: string; prefix: Prefix } {
  const phoneNumber = param(call, 'tn');
  const prefix = call.platform.inventory.prefixOf(phoneNumber);
  if (prefix === undefined) throw new Refusal(404, `Telephone number ${phoneNumber} not found`);
  return { phoneNumber, prefix };
}

/** GET partition telephonenumber/{tn}: with the account when the number is on one. */
export const retrieveTelephoneNumber: Handler = (call) => {
  const ported = call.platform.state.numbers.get(param(call, 'tn'));
  if (ported?.portId !== undefined) return ok(portedAnswer(ported));
  const { state, inventory } = call.platform;
  const own = state.numbers.get(param(call, 'tn'));
  if (own?.byotnCarrierId !== undefined)
    return ok({
      ...{ partitionId: call.platform.partitionId, phoneNumber: own.phoneNumber, accountId: own.accountId },
      ...{ carrierId: own.byotnCarrierId, functionType: 'ELS', byotn: true, isInInventory: false },
      ...{ operationalStatus: own.operationalStatus, id: own.phoneNumber },
    });
  const { phoneNumber, prefix } = inventoried(call);
  const accountId = state.numbers.get(phoneNumber)?.accountId;
  const cooling = state.cooldown.get(phoneNumber);
  return ok({
    ...foundAnswer(call, { phoneNumber, prefix }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(cooling === undefined ? {} : { cooldownExpireDate: after30Days(cooling.since) }),
    isInInventory: inventory.isFree(phoneNumber),
  });
};

/** A number that was, or is to be, ported in: it is of no inventory. */
const portedAnswer = ({ phoneNumber, partitionId, accountId, operationalStatus }: TelephoneNumber) => ({
  partitionId,
  phoneNumber,
  accountId,
  operationalStatus,
  carrierId: CARRIER_ID,
  functionType: 'ELS',
  byotn: false,
  isInInventory: false,
  port: true,
  id: phoneNumber,
});

const after30Days = (since: string) => new Date(Date.parse(since) + 30 * 86_400_000).toISOString();

const rateCenterOf = ({ digits, city }: Pick<Prefix, 'digits' | 'city'>, serviceAvailable: boolean) => ({
  prefix: digits,
  reorderName: city.rateCenter,
  originalReorderName: city.rateCenter,
  name: city.rateCenter,
  abbrName: city.rateCenter.replaceAll(' ', '').slice(0, 10),
  zips: city.postalCodes,
  wireless: false,
  state: city.state,
  country: city.country,
  portable: true,
  serviceAvailable,
  inboundCarrierType: 'BANDWIDTH',
});

/** GET ratecenter/{tn}: also of numbers that other carriers have, where they can be ported from. */
export const getRateCenter: Handler = (call) => {
  const phone = param(call, 'tn');
  const city = cityToPort(phone);
  if (city === undefined) return ok(rateCenterOf(inventoried(call).prefix, true));
  return ok(rateCenterOf({ digits: phone.slice(0, 7), city }, true));
};

export const retrieveTelephoneNumberAvailability: Handler = (call) => {
  const { phoneNumber, prefix } = inventoried(call);
  return ok(rateCenterOf(prefix, call.platform.inventory.isFree(phoneNumber)));
};

/** PUT account telephonenumber/{tn}/reserve (guide): 204; again by the same account it starts anew. */
export const reserveForAccount: Handler = (call) => {
  const { phoneNumber } = inventoried(call);
  const account = accountOf(call);
  requireReservable(call, phoneNumber, account.id);
  call.platform.inventory.reserve(phoneNumber, account.partitionId, account.id);
  return NO_CONTENT;
};

/** PUT partition telephonenumber/{tn}/reserve (schema): 200 with the reservation, which is the partition's. */
export const reserveForPartition: Handler = (call) => {
  const { phoneNumber } = inventoried(call);
  requireReservable(call, phoneNumber);
  const held = call.platform.inventory.reserve(phoneNumber, param(call, 'partitionId'));
  return ok({ tn: phoneNumber, reservedTime: held.reservedTime, reserved: true, id: phoneNumber });
};

/** DELETE of a reservation under either path: 204, also when there is none. */
export const releaseReservation: Handler = (call) => {
  const { phoneNumber } = inventoried(call);
  const accountId = call.params['accountId'] === undefined ? undefined : accountOf(call).id;
  if (isHeldByAnother(call, phoneNumber, accountId))
    throw new Refusal(400, `Telephone number ${phoneNumber} is reserved by another account`);
  call.platform.state.reservations.delete(phoneNumber);
  return NO_CONTENT;
};

function requireReservable(call: Call, phoneNumber: string, accountId?: string): void {
  const { state } = call.platform;
  if (state.numbers.has(phoneNumber))
    throw new Refusal(400, `Telephone number ${phoneNumber} is already assigned to an account`);
  if (state.cooldown.has(phoneNumber))
    throw new Refusal(400, `Telephone number ${phoneNumber} is in cooldown`);
  if (isHeldByAnother(call, phoneNumber, accountId))
    throw new Refusal(400, `Telephone number ${phoneNumber} is reserved by another account`);
}

/**
 * @param accountId who asks; undefined for the partition itself
 * @returns whether somebody else holds the number; what a partition holds, its accounts may take
 */
export function isHeldByAnother(call: Call, phoneNumber: string, accountId: string | undefined): boolean {
  const held = call.platform.inventory.reservation(phoneNumber);
  if (held === undefined) return false;
  return held.accountId === undefined
    ? held.partitionId !== param(call, 'partitionId')
    : held.accountId !== accountId;
}
