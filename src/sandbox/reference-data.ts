import { ok, Refusal } from './answers.js';
import { type Handler, param } from './platform.js';

/** Time zones by country (guide, "Account Create", timeZone; GET /v2/ref/timezones). */
const TIME_ZONES_BY_COUNTRY = {
  USA: [
    'US/Samoa',
    'US/Hawaii',
    'US/Alaska',
    'US/Pacific',
    'US/Arizona',
    'US/Mountain',
    'US/Central',
    'US/Eastern',
    'America/St_Thomas',
  ],
  CAN: [
    'Canada/Pacific',
    'Canada/Mountain',
    'Canada/Central',
    'Canada/Eastern',
    'Canada/Atlantic',
    'Canada/Newfoundland',
  ],
};

export const TIME_ZONES: readonly string[] = Object.values(TIME_ZONES_BY_COUNTRY).flat();

/** GET /v2/ref/secondary-location-types; addresses may hold the empty string too. */
export const SECONDARY_LOCATION_TYPES: readonly string[] =
  'APARTMENT BUILDING BASEMENT DEPARTMENT FLOOR FRONT HANGER KEY LOBBY LOT LOWER OFFICE PENTHOUSE PIER REAR ROOM SIDE SLIP SPACE SUITE STOP TRAILER UNIT UPPER'.split(
    ' ',
  );

/** What units may count in Canada; that the lists of countries differ is what their being apart suggests. */
const CANADIAN_LOCATION_TYPES = SECONDARY_LOCATION_TYPES.filter(
  (type) => !['HANGER', 'KEY', 'SLIP', 'STOP'].includes(type),
);

/** @returns what units may count in a country */
export function locationTypesOf(country: unknown): readonly string[] {
  return country === 'CAN' ? CANADIAN_LOCATION_TYPES : SECONDARY_LOCATION_TYPES;
}

/** GET /v2/ref/language: the languages in which a country's emergency services are told of a caller. */
const LANGUAGES = [
  { id: 'en-US', country: 'USA', language: 'English' },
  { id: 'en-US', country: 'CAN', language: 'English' },
  { id: 'fr-CA', country: 'CAN', language: 'French' },
];

export const LANGUAGE_IDS: readonly string[] = [...new Set(LANGUAGES.map(({ id }) => id))];

export const getLanguages: Handler = () => ok(LANGUAGES);

export interface DeviceType {
  readonly id: string;
  readonly name: string;
  readonly numLines: number;
  readonly deviceTypeManufacturer: string;
  readonly deviceKind: 'ATA' | 'IP_PHONE';
}

const deviceType = (
  id: string,
  name: string,
  numLines: number,
  deviceTypeManufacturer: string,
  deviceKind: DeviceType['deviceKind'],
): DeviceType => ({ id, name, numLines, deviceTypeManufacturer, deviceKind });

const DEVICE_TYPES = new Map(
  [
    deviceType('SPA112', 'Cisco SPA112', 2, 'CISCO_LINKSYS_SIPURA', 'ATA'),
    deviceType('SPA122', 'Cisco SPA122', 2, 'CISCO_LINKSYS_SIPURA', 'ATA'),
    deviceType('SPA8000', 'Cisco SPA8000', 8, 'CISCO_LINKSYS_SIPURA', 'ATA'),
    deviceType('TM604G', 'Arris TM604G', 4, 'ARRIS', 'ATA'),
    deviceType('OBI302', 'Obihai OBi302', 2, 'OBIHAI', 'ATA'),
    deviceType('HT801', 'Grandstream HT801', 1, 'GRANDSTREAM', 'ATA'),
    deviceType('HT802', 'Grandstream HT802', 2, 'GRANDSTREAM', 'ATA'),
    deviceType('HT818', 'Grandstream HT818', 8, 'GRANDSTREAM', 'ATA'),
    deviceType('SPIP650', 'Polycom SoundPoint IP 650', 6, 'POLYCOM', 'IP_PHONE'),
    deviceType('VVX250', 'Polycom VVX 250', 4, 'POLYCOM', 'IP_PHONE'),
    deviceType('VVX400', 'Polycom VVX 400', 12, 'POLYCOM', 'IP_PHONE'),
    deviceType('VVX500', 'Polycom VVX 500', 12, 'POLYCOM', 'IP_PHONE'),
    deviceType('SIPT46S', 'Yealink SIP-T46S', 16, 'YEALINK', 'IP_PHONE'),
    deviceType('SIPT54W', 'Yealink SIP-T54W', 16, 'YEALINK', 'IP_PHONE'),
    deviceType('GXP2170', 'Grandstream GXP2170', 12, 'GRANDSTREAM', 'IP_PHONE'),
    deviceType('D785', 'Snom D785', 12, 'SNOM', 'IP_PHONE'),
  ].map((one) => [one.id, one]),
);

export const DEVICE_TYPE_IDS: readonly string[] = [...DEVICE_TYPES.keys()];

/** The most lines that a device of any type has. */
export const MAX_LINES = Math.max(...[...DEVICE_TYPES.values()].map((one) => one.numLines));

/** @returns the device type, or undefined when there is none of that id */
export function findDeviceType(id: string): DeviceType | undefined {
  return DEVICE_TYPES.get(id);
}

export const getDeviceTypes: Handler = () => ok([...DEVICE_TYPES.values()].map(deviceTypeAnswer));

export const getDeviceTypeById: Handler = (call) => {
  const id = param(call, 'id');
  const found = DEVICE_TYPES.get(id);
  if (found === undefined) throw new Refusal(404, `Device type ${id} not found`);
  return ok(deviceTypeAnswer(found));
};

export const getTimeZones: Handler = () => ok(TIME_ZONES_BY_COUNTRY);

/** GET /v2/ref/secondary-location-types: lists by their keys, which nobody documents: by country here. */
export const getSecondaryLocations: Handler = () =>
  ok({ USA: SECONDARY_LOCATION_TYPES, CAN: CANADIAN_LOCATION_TYPES });

const deviceTypeAnswer = (type: DeviceType) => ({
  ...type,
  acceptsRemoteResync: true,
  faxSupported: type.deviceKind === 'ATA',
  macAddressRequired: true,
  showProvisionStatus: true,
  smbDevice: type.deviceKind === 'IP_PHONE',
  sipRegMax: type.numLines,
  lineFunctionality: { 1: ['Line'] },
});
