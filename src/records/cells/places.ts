import { Fault, placeholderFault, scientificFault, wholeDigits } from './damage.js';
import { fold, nearest } from './nearest.js';
import { plainCode } from './plain.js';
import { type CellSchema, cell, repairedNumber } from './values.js';

/** The countries that the platform serves (guide, "Address Validation"). */
export const COUNTRIES = ['USA', 'CAN'] as const;
export type Country = (typeof COUNTRIES)[number];

/** Other ways to write a country, folded. */
export const COUNTRY_ALIASES: Readonly<Record<string, Country>> = {
  us: 'USA',
  unitedstates: 'USA',
  unitedstatesofamerica: 'USA',
  america: 'USA',
  ca: 'CAN',
  canada: 'CAN',
};

/**
 * States, districts and territories with the first three digits of their ZIP codes (USPS Publication 65), and
 * provinces with the first letter of their postal codes (Canada Post). A range `840-847` holds both ends.
 */
const REGIONS: Readonly<Record<Country, Readonly<Record<string, readonly [name: string, codes: string]>>>> = {
  USA: {
    AL: ['Alabama', '350-352 354-369'],
    AK: ['Alaska', '995-999'],
    AZ: ['Arizona', '850-865'],
    AR: ['Arkansas', '716-729'],
    CA: ['California', '900-908 910-928 930-961'],
    CO: ['Colorado', '800-816'],
    CT: ['Connecticut', '060-069'],
    DE: ['Delaware', '197-199'],
    DC: ['District of Columbia', '200-205 569'],
    FL: ['Florida', '320-349'],
    GA: ['Georgia', '300-319 398-399'],
    HI: ['Hawaii', '967-968'],
    ID: ['Idaho', '832-838'],
    IL: ['Illinois', '600-629'],
    IN: ['Indiana', '460-479'],
    IA: ['Iowa', '500-528'],
    KS: ['Kansas', '660-679'],
    KY: ['Kentucky', '400-427 452'],
    LA: ['Louisiana', '700-714'],
    ME: ['Maine', '039-049'],
    MD: ['Maryland', '206-219'],
    MA: ['Massachusetts', '010-027 055'],
    MI: ['Michigan', '480-499'],
    MN: ['Minnesota', '550-567'],
    MS: ['Mississippi', '386-397'],
    MO: ['Missouri', '630-658'],
    MT: ['Montana', '590-599 821'],
    NE: ['Nebraska', '680-693'],
    NV: ['Nevada', '889-898'],
    NH: ['New Hampshire', '030-038'],
    NJ: ['New Jersey', '070-089'],
    NM: ['New Mexico', '865 870-884'],
    NY: ['New York', '005 063 100-149'],
    NC: ['North Carolina', '270-289'],
    ND: ['North Dakota', '580-588'],
    OH: ['Ohio', '430-459'],
    OK: ['Oklahoma', '730-732 734-749'],
    OR: ['Oregon', '970-979'],
    PA: ['Pennsylvania', '150-196'],
    RI: ['Rhode Island', '028-029'],
    SC: ['South Carolina', '290-299'],
    SD: ['South Dakota', '570-577'],
    TN: ['Tennessee', '370-385'],
    TX: ['Texas', '733 750-799 885'],
    UT: ['Utah', '840-847'],
    VT: ['Vermont', '050-059'],
    VA: ['Virginia', '201 220-246'],
    WA: ['Washington', '980-994'],
    WV: ['West Virginia', '247-268'],
    WI: ['Wisconsin', '530-549'],
    WY: ['Wyoming', '820-831 834'],
    AS: ['American Samoa', '967'],
    GU: ['Guam', '969'],
    MP: ['Northern Mariana Islands', '969'],
    PR: ['Puerto Rico', '006-007 009'],
    VI: ['U.S. Virgin Islands', '008'],
  },
  CAN: {
    AB: ['Alberta', 'T'],
    BC: ['British Columbia', 'V'],
    MB: ['Manitoba', 'R'],
    NB: ['New Brunswick', 'E'],
    NL: ['Newfoundland and Labrador', 'A'],
    NS: ['Nova Scotia', 'B'],
    NT: ['Northwest Territories', 'X'],
    NU: ['Nunavut', 'X'],
    ON: ['Ontario', 'K L M N P'],
    PE: ['Prince Edward Island', 'C'],
    QC: ['Quebec', 'G H J'],
    SK: ['Saskatchewan', 'S'],
    YT: ['Yukon', 'Y'],
  },
};

/**
 * Other names and abbreviations of states and provinces, folded: the usual ones with a dot (`Calif.`, `Ont.`), and
 * those of French Canada without accents.
 */
const STATE_ALIASES: Readonly<Record<string, string>> = {
  ala: 'AL',
  ariz: 'AZ',
  ark: 'AR',
  cal: 'CA',
  calif: 'CA',
  colo: 'CO',
  conn: 'CT',
  del: 'DE',
  washingtondc: 'DC',
  fla: 'FL',
  ill: 'IL',
  ind: 'IN',
  kan: 'KS',
  kans: 'KS',
  mass: 'MA',
  mich: 'MI',
  minn: 'MN',
  miss: 'MS',
  mont: 'MT',
  neb: 'NE',
  nebr: 'NE',
  nev: 'NV',
  nmex: 'NM',
  ncar: 'NC',
  ndak: 'ND',
  okla: 'OK',
  ore: 'OR',
  oreg: 'OR',
  penn: 'PA',
  penna: 'PA',
  scar: 'SC',
  sdak: 'SD',
  tenn: 'TN',
  tex: 'TX',
  wash: 'WA',
  wva: 'WV',
  wis: 'WI',
  wisc: 'WI',
  wyo: 'WY',
  virginislands: 'VI',
  alta: 'AB',
  cb: 'BC',
  colombiebritannique: 'BC',
  man: 'MB',
  nouveaubrunswick: 'NB',
  nf: 'NL',
  nfld: 'NL',
  tnl: 'NL',
  newfoundland: 'NL',
  labrador: 'NL',
  terreneuve: 'NL',
  terreneuveetlabrador: 'NL',
  né: 'NS',
  nouvelleecosse: 'NS',
  nwt: 'NT',
  tno: 'NT',
  territoiresdunordouest: 'NT',
  ont: 'ON',
  ipe: 'PE',
  ipé: 'PE',
  îpé: 'PE',
  pei: 'PE',
  ileduprinceedouard: 'PE',
  pq: 'QC',
  que: 'QC',
  qué: 'QC',
  sask: 'SK',
  yuk: 'YT',
  yukonterritory: 'YT',
  territoireduyukon: 'YT',
};

const stateOf = new Map<string, string>(Object.entries(STATE_ALIASES));
const countryOf = new Map<string, Country>();
const stateNames: string[] = [];
/** the states of a code's first three digits, or first letter */
const statesOfPrefix = new Map<string, string[]>();
for (const country of COUNTRIES) {
  for (const [state, [name, codes]] of Object.entries(REGIONS[country])) {
    stateOf.set(fold(state), state).set(fold(name), state).set(state, state);
    countryOf.set(state, country);
    stateNames.push(name);
    for (const range of codes.split(' ')) {
      const [first = '', last = first] = range.split('-');
      const prefixes = country === 'CAN' ? [range] : prefixesBetween(Number(first), Number(last));
      for (const prefix of prefixes)
        statesOfPrefix.set(prefix, [...(statesOfPrefix.get(prefix) ?? []), state]);
    }
  }
}

function prefixesBetween(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index).padStart(3, '0'));
}

/** The two letters of a state by a name of it; accents count in short ones only, where they tell N.-É. from NE. */
function stateNamed(typed: string): string | undefined {
  const name = fold(plainCode(typed));
  return stateOf.get(name) ?? (name.length > 3 ? stateOf.get(withoutAccents(name)) : undefined);
}

function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '');
}

/** A state, territory or province by its name or its two letters, as the two letters. */
export const state: CellSchema<string> = cell((typed) => {
  const found = stateOf.get(typed) ?? stateNamed(typed);
  if (found !== undefined) return found;
  const damaged = placeholderFault(typed);
  if (damaged !== null) return damaged;
  const meant = typed.length > 3 ? nearest(plainCode(typed), stateNames) : null;
  const hint =
    meant === null
      ? 'Use the two letters of the state or province, such as UT or ON.'
      : `Did you mean ${meant}?`;
  return new Fault('STATE_UNKNOWN', `"${typed}" is not a state or province`, hint);
});

/** The country of a two-letter state or province. */
export function countryOfState(code: string): Country | undefined {
  return countryOf.get(code);
}

const FIVE_DIGITS = /^\d{5}$/;
const ZIP = /^(\d{3,5})(?:[- ]*(\d{4}))?$/;

/**
 * A postal code: `84042`, `84042-1234` or `K1A 0B1`, the last with a space and in capitals. Three or four digits
 * (seven or eight of ZIP+4) are filled up with leading zeros: whether that is right is for those who know the state.
 */
export const postalCode: CellSchema<string> = cell((typed) => {
  if (FIVE_DIGITS.test(typed)) return typed;
  const damaged = placeholderFault(typed);
  if (damaged !== null) return damaged;
  const plain = plainCode(typed).toUpperCase();
  const text = wholeDigits(plain) ?? plain;
  const zip = ZIP.exec(text);
  if (zip?.[1] !== undefined) {
    const five = zip[1].padStart(5, '0');
    const value = zip[2] === undefined ? five : `${five}-${zip[2]}`;
    return text === plain ? value : repairedNumber(typed, value);
  }
  const canadian = /^([ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z])[ -]*(\d[ABCEGHJ-NPRSTV-Z]\d)$/.exec(text);
  if (canadian !== null) return `${canadian[1]} ${canadian[2]}`;
  const hint = 'Use five digits (84042), ZIP+4 (84042-1234), or a Canadian code (K1A 0B1).';
  const fault = new Fault('POSTAL_CODE_INVALID', `"${typed}" is not a postal code`, hint);
  return scientificFault(plain) ?? fault;
});

/** Whether {@link postalCode} put leading zeros before a US code that was typed as `typed`. */
export function hasLostZero(typed: string): boolean {
  if (FIVE_DIGITS.test(typed)) return false;
  const plain = plainCode(typed);
  const zip = ZIP.exec(wholeDigits(plain) ?? plain);
  return zip?.[1] !== undefined && zip[1].length < 5;
}

/** The country that a normalised postal code has the form of. */
export function countryOfPostalCode(code: string): Country {
  return /^\d/.test(code) ? 'USA' : 'CAN';
}

/** The states that a normalised postal code can be of; none when it is not known. */
export function statesOfPostalCode(code: string): readonly string[] {
  return statesOfPrefix.get(/^\d/.test(code) ? code.slice(0, 3) : code.slice(0, 1)) ?? [];
}

const COUNTRY_PART = /^(?:USA?|U\.S\.(?:A\.)?|United States(?: of America)?|CAN|Canada)$/i;
const POSTAL_CODE = /(?:^|\s)(\d{5}(?:-\d{4})?|[A-Z]\d[A-Z][ -]*\d[A-Z]\d)$/i;
const UNIT =
  /^(?:#|(?:apt|apartment|ste|suite|unit|rm|room|fl|floor|bldg|building|lot|trlr|trailer|spc|space|dept|ofc|office|ph|bsmt|basement|app|bureau|étage)\b\.?)\s*#?\s*\S*\s*/iu;

/** Whether a street is a whole address in one line. */
export function isWholeAddress(street: string): boolean {
  return countryOfWholeAddress(street) !== null;
}

/**
 * The country of a street that is a whole address in one line: parts behind commas end in a city and a state
 * (`…, Lindon, UT`, `…, Toronto ON M5V 2T6`), or in a postal code. Null when it is none.
 */
export function countryOfWholeAddress(street: string): Country | null {
  const parts = street.split(',').map((part) => part.trim());
  if (COUNTRY_PART.test(parts.at(-1) ?? '')) parts.pop();
  // a country may also stand behind the postal code
  const last = (parts.at(-1) ?? '').replace(/\s+(?:USA|Canada)$/i, '');
  if (parts.length < 2) return null;
  const code = POSTAL_CODE.exec(last);
  const rest = (code === null ? last : last.slice(0, code.index)).replace(UNIT, '').trim();
  const words = rest.split(/\s+/);
  for (let count = Math.min(4, words.length); count >= 1; count -= 1) {
    const state = stateNamed(words.slice(-count).join(' '));
    if (state === undefined) continue;
    const city = count < words.length ? words.slice(0, -count).join(' ') : parts.slice(1, -1).at(-1);
    return code !== null || isCity(city ?? '') ? (countryOfState(state) ?? null) : null;
  }
  return code !== null && (last === code[0] || isCity(rest)) ? countryOfPostalCode(code[1] ?? '') : null;
}

function isCity(text: string): boolean {
  return /^[^\d#]*\p{L}{2}[^\d#]*$/u.test(text.replace(UNIT, ''));
}
