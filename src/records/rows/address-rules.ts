import {
  type Country,
  countryOfPostalCode,
  countryOfState,
  hasLostZero,
  isWholeAddress,
  statesOfPostalCode,
} from '../cells/places.js';
import { locationAndUnit } from '../cells/units.js';
import { countryOf, e911CountryOf } from '../complete.js';
import type { RowCheck } from './row-check.js';

/** The columns of the two addresses that a row can have. */
const ADDRESSES = {
  number: {
    address: 'address',
    city: 'city',
    state: 'state',
    postalCode: 'postalCode',
    country: 'country',
    location: 'secondaryLocationDescription',
    unit: 'unit',
    because: 'a phone number needs an address for its records and E911',
  },
  e911: {
    address: 'e911Address',
    city: 'e911City',
    state: 'e911State',
    postalCode: 'e911PostalCode',
    country: 'e911Country',
    location: 'e911SecondaryLocationDescription',
    unit: 'e911Unit',
    because: 'an E911 address is filled in as a whole or not at all',
  },
} as const satisfies Record<string, Record<string, string>>;

type Address = (typeof ADDRESSES)[keyof typeof ADDRESSES];

/**
 * Adds the problems of an address: that a street with either city and state or a postal code is there (or all of it
 * in one line), and that its parts agree (guide, "Address Validation").
 */
export function checkAddress(check: RowCheck, which: keyof typeof ADDRESSES): void {
  const columns = ADDRESSES[which];
  checkComplete(check, columns);
  const { values } = check;
  const country = which === 'e911' ? e911CountryOf(values) : countryOf(values);
  if (!check.isBad(columns.country)) {
    checkState(check, columns, country);
    checkPostalCode(check, columns, country);
  }
  checkUnit(check, columns);
}

/**
 * Guide, "Address Objects": the unit and what it counts go together. `Suite 12` in the cell of the unit says both. No
 * rule says that one is refused alone.
 */
function checkUnit(check: RowCheck, { location, unit }: Address): void {
  const typed = check.values[unit];
  const said = typed === undefined ? null : locationAndUnit(typed);
  if (said !== null && !check.isBad(location)) {
    // what the row says comes before a default
    const given = check.typed(location) === '' ? said.location : check.values[location];
    if (given === said.location) {
      check.values[location] = said.location;
      check.values[unit] = said.unit;
    } else {
      const message = `${unit} is "${typed}", but ${location} is ${given}`;
      check.add('UNIT_CONTRADICTS', unit, message, `Correct one of the two, or leave ${location} blank.`);
    }
  }
  const [hasLocation, hasUnit] = [check.has(location), check.has(unit)];
  if (hasLocation === hasUnit) return;
  const [given, missing] = hasUnit ? [unit, location] : [location, unit];
  const such = hasUnit ? ', such as SUITE or APARTMENT' : ' if it has a number';
  check.add('UNIT_INCOMPLETE', given, `${given} is given without ${missing}`, `Fill in ${missing}${such}.`);
}

function checkComplete(check: RowCheck, columns: Address): void {
  const { address, city, state, postalCode, because } = columns;
  check.require(address, because);
  if (check.has(postalCode) || (check.has(city) && check.has(state))) return;
  const street = check.values[address];
  if (street?.includes(',') === true && isWholeAddress(street)) return;
  const needs = `${because}, with a city and a state, or a postal code`;
  if (!check.has(city) && !check.has(state)) {
    check.require(postalCode, needs, `Fill in ${city} and ${state}, or ${postalCode}.`);
    return;
  }
  check.require(city, needs, `Fill in ${city}, or ${postalCode}.`);
  check.require(state, needs, `Fill in ${state}, or ${postalCode}.`);
}

function checkState(check: RowCheck, { state, country }: Address, given: Country): void {
  const code = check.values[state];
  if (code === undefined) return;
  const actual = countryOfState(code);
  if (actual === given) return;
  const message = `"${check.typed(state)}" is not in ${given}`;
  const hint =
    check.typed(country) === ''
      ? `Set ${country} to ${actual} if it is meant so.`
      : `Correct ${state} or ${country}.`;
  check.add('STATE_OF_OTHER_COUNTRY', state, message, hint);
}

function checkPostalCode(check: RowCheck, columns: Address, country: Country): void {
  const { postalCode, state } = columns;
  const code = check.values[postalCode];
  if (code === undefined) return;
  const typed = check.typed(postalCode);
  if (countryOfPostalCode(code) !== country) {
    const form = country === 'USA' ? 'Use five digits, such as 84042' : 'Use a code such as K1A 0B1';
    const hint = `${form}, or correct ${columns.country}.`;
    check.add('POSTAL_CODE_INVALID', postalCode, `"${typed}" is not a postal code of ${country}`, hint);
    return;
  }
  const states = statesOfPostalCode(code);
  const given = check.values[state];
  if (hasLostZero(typed)) {
    const isNumber = check.row.kinds?.[check.table.positions.get(postalCode) ?? -1] === 'number';
    if (states.length === 0 || (given === undefined ? !isNumber : !states.includes(given))) {
      const message = `"${typed}" is too short for a postal code`;
      check.add('POSTAL_CODE_INVALID', postalCode, message, 'Use all five digits, such as 84042.');
      return;
    }
    const hint = 'Format the column as text, so that the spreadsheet keeps leading zeros.';
    check.add('ZERO_RESTORED', postalCode, `"${typed}" was read as ${code}`, hint);
  } else if (given !== undefined && !states.includes(given)) {
    const whose = states.length === 0 ? 'no state' : states.join(' or ');
    const message = `Postal code ${code} belongs to ${whose}, not to ${given}`;
    check.add('POSTAL_CODE_OF_OTHER_STATE', postalCode, message, `Check ${postalCode} and ${state}.`);
  }
}
