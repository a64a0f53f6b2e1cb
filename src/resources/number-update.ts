import { type NumberRecord, patchNumber } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { plainAddress, type RowAddresses } from './activation.js';
import { changesOf } from './changes.js';
import { isGroup } from './compare.js';
import { type Completed, PLAIN_UPDATE, type Update } from './kind.js';
import type { ValidAddress } from './lookups/addresses.js';

/** The fields that say which building it is; the unit in it is a cell of its own. */
const BUILDING = [
  ...['streetNumber', 'streetNumberSuffix', 'preDirectional', 'streetName', 'streetSuffix'],
  ...['postDirectional', 'city', 'state', 'postalCode', 'country'],
];
const WITHIN = ['secondaryLocationDescription', 'unit'];

/** Half of one address and half of another is nowhere. */
const ADDRESS_PART = new RegExp(`\\.(${[...BUILDING, ...WITHIN, 'latitude', 'longitude'].join('|')})$`);

/**
 * A number's records are changed in place (`PATCH telephonenumber`, schema TelephoneNumberAccountV2X); what it rings is
 * not: that would be a move.
 */
export function numberUpdate<Now extends NumberRecord, Identity>(): Update<Now, Identity> {
  return {
    ...PLAIN_UPDATE,
    fields: ['customerServiceRecord', 'e911Address', 'directoryListing'],
    fixed: {
      holdActivation: 'a hold is part of ordering the number',
      rings: 'it was given that by somebody else',
    },
    call: ({ partitionId, accountId, id }, fields) => patchNumber(partitionId, accountId, id, fields),
    unitOf: (field) => (ADDRESS_PART.test(field) ? field.slice(0, field.lastIndexOf('.')) : field),
    complete: async (stated, now, addresses, resource) =>
      withAddresses(stated as Stated, now as Records, await addresses(), resource),
  };
}

interface Records {
  readonly customerServiceRecord?: JsonObject | null;
  readonly e911Address?: JsonObject | null;
  readonly directoryListing?: JsonObject | null;
}
type Stated = { readonly [Name in keyof Records]-?: JsonObject } & Readonly<Record<string, unknown>>;

/**
 * An address is one thing: another building takes the blank parts of its address along, its position for E911, and the
 * address of a listing. E911 follows the customer's address where it was the same and the sheet names no other.
 */
function withAddresses(
  { customerServiceRecord, e911Address, directoryListing, ...others }: Stated,
  now: Records,
  known: RowAddresses | null,
  { given }: Resource,
): Completed {
  const names = without(customerServiceRecord, ['address', 'unit']);
  if (known === null) {
    const { address } = given;
    const why = 'the platform does not know this address';
    return {
      stated: { ...others, customerServiceRecord: names, directoryListing },
      differs:
        address === undefined
          ? []
          : [{ field: 'customerServiceRecord', inSheet: address, onPlatform: streetOf(now), why }],
    };
  }
  const customer = wholeAddress(known.customer, now.customerServiceRecord);
  const moves = changesOf(customer, now.customerServiceRecord ?? {}).length > 0;
  const followed = sameAddress(now.e911Address, now.customerServiceRecord);
  const isOwn = given.e911Address !== undefined;
  const wanted = isOwn ? known.e911 : moves && followed ? known.customer : null;
  const language = e911Address['language'] === undefined ? {} : { language: e911Address['language'] };
  const hasLanguage = Object.keys(language).length > 0;
  const emergency = wanted === null ? null : wholeAddress(wanted, now.e911Address);
  const isMoved = emergency !== null && changesOf(emergency, now.e911Address ?? {}).length > 0;
  const listed = directoryListing['listed'] ?? now.directoryListing?.['listed'];
  const listing = isGroup(now.directoryListing?.['address']) ? now.directoryListing['address'] : null;
  const lists = listed === true && (listing === null || moves);
  return {
    stated: {
      ...others,
      customerServiceRecord: { ...names, ...customer },
      e911Address: isMoved
        ? { ...emergency, ...positionOf(wanted), ...language }
        : hasLanguage
          ? language
          : undefined,
      directoryListing: {
        ...directoryListing,
        address: lists ? wholeAddress(known.customer, listing as JsonObject | null) : undefined,
      },
    },
    differs: [],
  };
}

/** The street of a number's record as a person reads it. */
function streetOf({ customerServiceRecord }: Records): string {
  const parts = BUILDING.slice(0, BUILDING.indexOf('city')).map(
    (name) => customerServiceRecord?.[name] ?? '',
  );
  return parts.filter((part) => part !== '').join(' ');
}

/** An address with its blank parts, where it is another building than the one that is there. */
function wholeAddress({ fields }: ValidAddress, now: JsonObject | null | undefined): JsonObject {
  const address = plainAddress(fields) as JsonObject;
  const building = pick(address, BUILDING);
  if (changesOf(building, now ?? {}).length === 0) return address;
  const blank = Object.fromEntries([...BUILDING, ...WITHIN].map((name) => [name, '']));
  return { ...blank, ...address };
}

function sameAddress(a: JsonObject | null | undefined, b: JsonObject | null | undefined): boolean {
  const parts = [...BUILDING, ...WITHIN];
  const blank = Object.fromEntries(parts.map((name) => [name, '']));
  return changesOf({ ...blank, ...pick(a ?? {}, parts) }, b ?? {}).length === 0;
}

/** Where a building is, for whoever comes to help. */
function positionOf(address: ValidAddress | null): JsonObject {
  return { latitude: address?.latitude ?? null, longitude: address?.longitude ?? null };
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.flatMap((name) => (from[name] == null ? [] : [[name, from[name]]])));
}

function without(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
}
