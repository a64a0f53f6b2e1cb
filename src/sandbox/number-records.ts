import { isObject, type Json } from './answers.js';
import { type Check, flag, may, must, object, oneOf, problemsOf, text } from './checks.js';
import { findRegion } from './gazetteer.js';
import { LANGUAGE_IDS, locationTypesOf, SECONDARY_LOCATION_TYPES } from './reference-data.js';

const directional = oneOf(['', 'N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW']);
const blankable = text({ min: 0 });

const region: Check = (value, field) => {
  if (typeof value === 'string' && findRegion(value) !== undefined) return [];
  return [`${field}: ${JSON.stringify(value)} is not a state or province`];
};

/** The address fields of a CSR, a directory listing and an E911 address (guide, "Add Phone Number", POST body). */
const ADDRESS = {
  streetNumber: must(text()),
  streetNumberSuffix: may(blankable),
  preDirectional: may(directional),
  streetName: must(text()),
  streetSuffix: may(blankable),
  postDirectional: may(directional),
  city: must(text()),
  state: must(region),
  postalCode: must(text()),
  country: may(oneOf(['USA', 'CAN'])),
  secondaryLocationDescription: may(oneOf(['', ...SECONDARY_LOCATION_TYPES])),
  unit: may(text({ min: 0, max: 10 })),
};

const CUSTOMER = {
  customerType: must(oneOf(['BUSINESS', 'RESIDENTIAL'])),
  customerName: may(text({ max: 15, pattern: /^[A-Za-z0-9 ]+$/, shape: 'alphanumeric' })),
  firstName: may(text()),
  lastName: may(text()),
  businessName: may(text()),
  blockCustomerName: may(flag),
  ...ADDRESS,
};

/** What a unit counts depends on the country. */
function locationProblems(address: Json, field: string): readonly string[] {
  const type = address['secondaryLocationDescription'] ?? '';
  if (type === '' || !SECONDARY_LOCATION_TYPES.includes(String(type))) return [];
  if (locationTypesOf(address['country']).includes(String(type))) return [];
  return [`${field}.secondaryLocationDescription: ${type} is not used in ${address['country']}`];
}

/** A CSR needs the name that its customer type asks for. */
export const customerServiceRecord: Check = (value, field) => {
  const problems = [...object(CUSTOMER)(value, field)];
  if (!isObject(value)) return problems;
  const names = value['customerType'] === 'BUSINESS' ? ['businessName'] : ['firstName', 'lastName'];
  for (const name of names)
    if (value[name] === undefined || value[name] === null)
      problems.push(`${field}.${name}: is required with customerType ${value['customerType']}`);
  return problems;
};

const DIRECTORY_LISTING = {
  listed: must(flag),
  type: must(oneOf(['LIST_PUBLISH', 'LIST_NOT_PUBLISH', 'NOT_LIST_NOT_PUBLISH', 'PORTED', 'COMPLEX'])),
  address: may(object(ADDRESS)),
};

/** A listed number needs the address that is to be listed (guide, "Address Objects", directoryListing). */
export const directoryListing: Check = (value, field) => {
  const problems = object(DIRECTORY_LISTING)(value, field);
  if (!isObject(value) || value['listed'] !== true || isObject(value['address'])) return problems;
  return [...problems, `${field}.address: is required when listed is true`];
};

/** A coordinate goes over the wire as a string (schema E911AddressX). */
const coordinate = text({ pattern: /^-?\d{1,3}(\.\d+)?$/, shape: 'a decimal number in a string' });

const E911_ADDRESS = {
  ...ADDRESS,
  latitude: may(coordinate),
  longitude: may(coordinate),
  language: may(oneOf(LANGUAGE_IDS)),
};

/** The guide nests the fields under `address`, the schema has them flat: either way, and both, are taken. */
export const e911Address: Check = (value, field) => {
  if (!isObject(value)) return [`${field}: must be an object`];
  const address = flatE911(value);
  return [...problemsOf(address, E911_ADDRESS, `${field}.`), ...locationProblems(address, field)];
};

/** @returns the fields of an E911 address side by side, whichever way they came */
export function flatE911(value: Json): Json {
  const { address, ...flat } = value;
  return isObject(address) ? { ...address, ...flat } : flat;
}

/** @returns false for the addresses that the sandbox takes for invalid: number 0, or a street named Nowhere */
export function isRealStreet(streetNumber: string, streetName: string): boolean {
  return !/^0+$/.test(streetNumber) && streetName.toUpperCase() !== 'NOWHERE';
}
