import { type ParsedAddress, parseAddress } from './address-parser.js';
import { ok, Refusal } from './answers.js';
import { findCity, findRegion, fraction, near, type Place } from './gazetteer.js';
import { isRealStreet } from './number-records.js';
import type { Handler } from './platform.js';

/**
 * Buildings that need a unit: an address there without one is answered with `requiredFields`.
 * Street number, name, city and state in capitals.
 */
const MULTI_UNIT_BUILDINGS = new Set([
  '111 MAIN, SALT LAKE CITY UT',
  '1600 BROADWAY, DENVER CO',
  '233 WACKER, CHICAGO IL',
  '350 5TH, NEW YORK NY',
  '600 TRAVIS, HOUSTON TX',
  '701 BRICKELL, MIAMI FL',
  '920 5TH, SEATTLE WA',
  '100 KING, TORONTO ON',
]);

const COUNTRIES = ['USA', 'CAN', 'UNK'];

/**
 * GET /v2/address/validate (guide, "Address Validation"). Triggers for the answers that are not plain:
 * street number 0, a street named Nowhere, no street number or no known state → `valid: false`;
 * a building of {@link MULTI_UNIT_BUILDINGS} without unit → `requiredFields`; postal code 00000 → 404.
 */
export const validateAddress: Handler = ({ query }) => {
  const line = query.get('address')?.trim() ?? '';
  if (line === '') throw new Refusal(400, 'address: must not be blank');
  const country = query.get('country') ?? '';
  if (!COUNTRIES.includes(country))
    throw new Refusal(400, `country: '${country}' is not one of [${COUNTRIES.join(', ')}]`);
  const parsed = parseAddress(line);
  const given = query.get('postalCode')?.trim() || parsed.postalCode;
  if (/^0{5}/.test(given)) throw new Refusal(404, 'Zipcodes not found');

  const region = findRegion(parsed.state);
  const city = region === undefined ? undefined : findCity(parsed.city, region.abbreviation);
  const postalCode = given || city?.postalCodes[0] || derivedPostalCode(region?.postalPrefix, parsed.city);
  const place = placeOf(parsed, postalCode, city ?? region);
  const isInCountry = region !== undefined && (country === 'UNK' || country === region.country);
  const isWhole = parsed.streetNumber !== '' && parsed.streetName !== '' && parsed.city !== '';
  const { secondaryLocationDescription, unit, ...street } = parsed;
  const needsUnit =
    secondaryLocationDescription === '' &&
    MULTI_UNIT_BUILDINGS.has(
      `${street.streetNumber} ${street.streetName}, ${street.city} ${region?.abbreviation}`.toUpperCase(),
    );
  return ok({
    ...(needsUnit ? { requiredFields: ['unit', 'secondaryLocationDescription'] } : {}),
    customerServiceRecord: {
      ...street,
      city: city?.name ?? street.city,
      state: region?.abbreviation ?? street.state,
      postalCode,
      ...(secondaryLocationDescription === '' ? {} : { secondaryLocationDescription, unit }),
      blockCustomerName: false,
    },
    latitude: place.latitude.toFixed(6),
    longitude: place.longitude.toFixed(6),
    valid: isInCountry && isWhole && isRealStreet(street.streetNumber, street.streetName),
  });
};

/** Somewhere in the city; where the city is unknown, somewhere in the state, the same for a postal code. */
function placeOf(parsed: ParsedAddress, postalCode: string, centre: Place | undefined): Place {
  if (centre === undefined) return { latitude: 0, longitude: 0 };
  const isCity = 'postalCodes' in centre;
  const around = isCity ? centre : near(centre, postalCode, 0.8);
  return near(around, `${parsed.streetNumber} ${parsed.streetName}`.toUpperCase(), 0.02);
}

/** A postal code that looks right, the same for the same city. */
function derivedPostalCode(prefix: string | undefined, city: string): string {
  if (prefix === undefined) return '';
  const last = Math.floor(fraction(city.toUpperCase()) * 90);
  return prefix.length === 3 ? prefix + String(last + 10) : prefix + String(last % 10);
}
