/** A city of the simulated platform, with the numbers that its carriers have there. */
export interface City {
  readonly name: string;
  readonly state: string;
  readonly country: 'USA' | 'CAN';
  readonly latitude: number;
  readonly longitude: number;
  readonly rateCenter: string;
  /** the first is the one of an address that names none */
  readonly postalCodes: readonly string[];
  /** NPA-NXX of the inventory; all 10,000 numbers of each are in it */
  readonly prefixes: readonly string[];
}

const city = (
  name: string,
  state: string,
  latitude: number,
  longitude: number,
  rateCenter: string,
  postalCodes: string,
  prefixes: string,
): City => ({
  name,
  state,
  country: state === 'ON' || state === 'BC' ? 'CAN' : 'USA',
  latitude,
  longitude,
  rateCenter,
  postalCodes: postalCodes.split(', '),
  prefixes: prefixes.split(' '),
});

/** Real cities and prefixes; the 555 prefixes hold numbers that are nobody's, such as those of the guide. */
export const CITIES: readonly City[] = [
  city('Lindon', 'UT', 40.3433, -111.7208, 'PLEASANT GROVE', '84042', '801785 801796 385203 385250'),
  city('Pleasant Grove', 'UT', 40.3641, -111.7385, 'PLEASANT GROVE', '84062', '801769 801922 385221 385555'),
  city(
    'Salt Lake City',
    'UT',
    40.7608,
    -111.891,
    'SALT LAKE CITY',
    '84101, 84102, 84111, 84115',
    '801355 801532 801555 385202',
  ),
  city('Provo', 'UT', 40.2338, -111.6585, 'PROVO', '84601, 84604, 84606', '801373 801374 801377 385207'),
  city(
    'Denver',
    'CO',
    39.7392,
    -104.9903,
    'DENVER',
    '80202, 80203, 80205, 80211',
    '303292 303555 720204 720555',
  ),
  city(
    'Phoenix',
    'AZ',
    33.4484,
    -112.074,
    'PHOENIX',
    '85003, 85004, 85012, 85016',
    '602252 602555 480204 623207',
  ),
  city(
    'Houston',
    'TX',
    29.7604,
    -95.3698,
    'HOUSTON',
    '77002, 77006, 77019, 77056',
    '713222 713555 281201 832203',
  ),
  city(
    'Austin',
    'TX',
    30.2672,
    -97.7431,
    'AUSTIN',
    '78701, 78702, 78704, 78745',
    '512320 512472 512555 737204',
  ),
  city(
    'Chicago',
    'IL',
    41.8781,
    -87.6298,
    'CHICAGO',
    '60601, 60606, 60611, 60614',
    '312236 312555 773202 872204',
  ),
  city(
    'New York',
    'NY',
    40.7128,
    -74.006,
    'NEW YORK',
    '10001, 10016, 10118, 10280',
    '212226 212555 646205 917210',
  ),
  city(
    'Seattle',
    'WA',
    47.6062,
    -122.3321,
    'SEATTLE',
    '98101, 98104, 98109, 98122',
    '206223 206282 206555 564204',
  ),
  city(
    'Miami',
    'FL',
    25.7617,
    -80.1918,
    'MIAMI',
    '33101, 33125, 33130, 33132',
    '305324 305555 786204 645207',
  ),
  city(
    'Jersey City',
    'NJ',
    40.7178,
    -74.0431,
    'JERSEY CITY',
    '07302, 07304, 07306',
    '201252 201333 201555 551204',
  ),
  city(
    'Toronto',
    'ON',
    43.6532,
    -79.3832,
    'TORONTO',
    'M5V 2T6, M5H 2N2, M4W 1A5',
    '416203 416555 437221 647205',
  ),
  city(
    'Vancouver',
    'BC',
    49.2827,
    -123.1207,
    'VANCOUVER',
    'V6B 1A1, V5K 0A1, V6E 2E9',
    '604205 604555 778207 236204',
  ),
];

interface Region {
  readonly abbreviation: string;
  readonly name: string;
  readonly country: 'USA' | 'CAN';
  readonly latitude: number;
  readonly longitude: number;
  /** what the postal codes of its largest city begin with */
  readonly postalPrefix: string;
}

const region = (country: 'USA' | 'CAN', row: string): Region => {
  const [abbreviation = '', name = '', latitude, longitude, postalPrefix = ''] = row.split('|');
  return {
    abbreviation,
    name,
    country,
    latitude: Number(latitude),
    longitude: Number(longitude),
    postalPrefix,
  };
};

const STATES =
  'AL|Alabama|32.8|-86.8|352;AK|Alaska|61.2|-149.9|995;AZ|Arizona|34.2|-111.7|850;AR|Arkansas|34.8|-92.4|722;' +
  'CA|California|36.8|-119.4|900;CO|Colorado|39.0|-105.5|802;CT|Connecticut|41.6|-72.7|061;DE|Delaware|39.0|-75.5|198;' +
  'DC|District of Columbia|38.9|-77.0|200;FL|Florida|28.6|-82.4|322;GA|Georgia|32.6|-83.4|303;HI|Hawaii|20.3|-156.4|968;' +
  'ID|Idaho|44.4|-114.6|837;IL|Illinois|40.0|-89.2|606;IN|Indiana|39.9|-86.3|462;IA|Iowa|42.1|-93.5|503;' +
  'KS|Kansas|38.5|-98.4|672;KY|Kentucky|37.5|-85.3|402;LA|Louisiana|31.1|-92.0|701;ME|Maine|45.4|-69.2|041;' +
  'MD|Maryland|39.0|-76.8|212;MA|Massachusetts|42.3|-71.8|021;MI|Michigan|44.3|-85.4|482;MN|Minnesota|46.3|-94.3|554;' +
  'MS|Mississippi|32.7|-89.7|392;MO|Missouri|38.4|-92.5|641;MT|Montana|47.1|-109.6|591;NE|Nebraska|41.5|-99.8|681;' +
  'NV|Nevada|39.3|-116.6|891;NH|New Hampshire|43.7|-71.6|031;NJ|New Jersey|40.2|-74.7|071;NM|New Mexico|34.4|-106.1|871;' +
  'NY|New York|42.9|-75.5|100;NC|North Carolina|35.6|-79.4|282;ND|North Dakota|47.4|-100.5|581;OH|Ohio|40.3|-82.8|432;' +
  'OK|Oklahoma|35.6|-97.5|731;OR|Oregon|43.9|-120.6|972;PA|Pennsylvania|40.9|-77.8|191;RI|Rhode Island|41.7|-71.6|029;' +
  'SC|South Carolina|33.9|-80.9|292;SD|South Dakota|44.4|-100.2|571;TN|Tennessee|35.9|-86.4|372;TX|Texas|31.5|-99.3|770;' +
  'UT|Utah|39.3|-111.7|841;VT|Vermont|44.1|-72.7|054;VA|Virginia|37.5|-78.9|232;WA|Washington|47.4|-120.4|981;' +
  'WV|West Virginia|38.6|-80.6|253;WI|Wisconsin|44.6|-89.9|532;WY|Wyoming|43.0|-107.6|820';

const PROVINCES =
  'AB|Alberta|53.5|-113.5|T5J 0A;BC|British Columbia|49.3|-123.1|V6B 0A;MB|Manitoba|49.9|-97.1|R3C 0A;' +
  'NB|New Brunswick|46.1|-64.8|E1C 0A;NL|Newfoundland and Labrador|47.6|-52.7|A1C 0A;NS|Nova Scotia|44.6|-63.6|B3J 0A;' +
  'ON|Ontario|43.7|-79.4|M5V 0A;PE|Prince Edward Island|46.2|-63.1|C1A 0A;QC|Quebec|45.5|-73.6|H3B 0A;' +
  'SK|Saskatchewan|50.4|-104.6|S4P 0A';

const REGIONS = new Map<string, Region>();
for (const one of [
  ...STATES.split(';').map((row) => region('USA', row)),
  ...PROVINCES.split(';').map((row) => region('CAN', row)),
]) {
  REGIONS.set(one.abbreviation, one);
  REGIONS.set(one.name.toUpperCase(), one);
}

/** @returns the state or province of that abbreviation or full name, whatever the case */
export function findRegion(name: string): Region | undefined {
  return REGIONS.get(name.trim().replaceAll('.', '').toUpperCase());
}

/** @returns the city of that name there, whatever the case */
export function findCity(name: string, state: string): City | undefined {
  const wanted = name.trim().toUpperCase();
  return CITIES.find((one) => one.state === state && one.name.toUpperCase() === wanted);
}

/** A place on the map, in degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** @returns a number of 0 to 1 that is always the same for the same text */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** @returns a place within `spread` degrees of another, always the same for the same text */
export function near(place: Place, text: string, spread: number): Place {
  return {
    latitude: place.latitude + (fraction(`${text} latitude`) - 0.5) * 2 * spread,
    longitude: place.longitude + (fraction(`${text} longitude`) - 0.5) * 2 * spread,
  };
}

/** @returns the distance in miles, as the crow flies */
export function milesBetween(a: Place, b: Place): number {
  const rad = Math.PI / 180;
  const dLat = (b.latitude - a.latitude) * rad;
  const dLong = (b.longitude - a.longitude) * rad;
  const h =
    Math.sin(dLat / 2) ** 2 +
    Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * Math.sin(dLong / 2) ** 2;
  return 3958.8 * 2 * Math.asin(Math.min(1, Math.sqrt(h)));
}
