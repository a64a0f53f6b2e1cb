import { CITIES, findRegion } from './gazetteer.js';

/** A single-line address, taken apart; what it does not have is the empty string. */
export interface ParsedAddress {
  readonly streetNumber: string;
  readonly streetNumberSuffix: string;
  readonly preDirectional: string;
  readonly streetName: string;
  readonly streetSuffix: string;
  readonly postDirectional: string;
  readonly city: string;
  readonly state: string;
  readonly postalCode: string;
  readonly secondaryLocationDescription: string;
  readonly unit: string;
}

const table = (rows: string) => new Map(rows.split(' ').map((row) => row.split('=') as [string, string]));

const DIRECTIONALS = table(
  'N=N NORTH=N NE=NE NORTHEAST=NE E=E EAST=E SE=SE SOUTHEAST=SE S=S SOUTH=S SW=SW SOUTHWEST=SW W=W WEST=W NW=NW NORTHWEST=NW',
);

const SUFFIXES = table(
  'ST=St STREET=St AVE=Ave AV=Ave AVENUE=Ave BLVD=Blvd BOULEVARD=Blvd DR=Dr DRIVE=Dr RD=Rd ROAD=Rd LN=Ln LANE=Ln ' +
    'WAY=Way CT=Ct COURT=Ct PL=Pl PLACE=Pl PKWY=Pkwy PARKWAY=Pkwy CIR=Cir CIRCLE=Cir TER=Ter TERRACE=Ter ' +
    'HWY=Hwy HIGHWAY=Hwy TRL=Trl TRAIL=Trl SQ=Sq SQUARE=Sq LOOP=Loop PLZ=Plz PLAZA=Plz CRES=Cres CRESCENT=Cres ' +
    'ALY=Aly ALLEY=Aly CV=Cv COVE=Cv PT=Pt POINT=Pt XING=Xing CROSSING=Xing EXPY=Expy EXPRESSWAY=Expy',
);

const SECONDARY = table(
  'APT=APARTMENT APARTMENT=APARTMENT BLDG=BUILDING BUILDING=BUILDING BSMT=BASEMENT BASEMENT=BASEMENT DEPT=DEPARTMENT ' +
    'DEPARTMENT=DEPARTMENT FL=FLOOR FLOOR=FLOOR FRNT=FRONT FRONT=FRONT HNGR=HANGER HANGER=HANGER KEY=KEY LBBY=LOBBY ' +
    'LOBBY=LOBBY LOT=LOT LOWR=LOWER LOWER=LOWER OFC=OFFICE OFFICE=OFFICE PH=PENTHOUSE PENTHOUSE=PENTHOUSE PIER=PIER ' +
    'REAR=REAR RM=ROOM ROOM=ROOM SIDE=SIDE SLIP=SLIP SPC=SPACE SPACE=SPACE STE=SUITE SUITE=SUITE STOP=STOP ' +
    'TRLR=TRAILER TRAILER=TRAILER UNIT=UNIT UPPR=UPPER UPPER=UPPER',
);

/** Those that need no value after them. */
const ALONE = new Set('BASEMENT FRONT LOBBY LOWER OFFICE PENTHOUSE REAR SIDE UPPER'.split(' '));

const POSTAL_CODE = /[\s,]+(\d{5}(?:-\d{4})?|[A-Za-z]\d[A-Za-z] ?\d[A-Za-z]\d)$/;
const COUNTRY = /[\s,]+(?:USA|US|CAN|CANADA|UNITED STATES)$/i;

/**
 * Takes "333 S 520 W, STE 500, Lindon, UT 84042, USA" apart. Unit, postal code and country may be missing; without
 * commas the city is found if it is one of the gazetteer's or follows the street's suffix.
 */
export function parseAddress(line: string): ParsedAddress {
  const withoutCountry = line.trim().replace(COUNTRY, '');
  const postal = POSTAL_CODE.exec(withoutCountry);
  const rest = postal === null ? withoutCountry : withoutCountry.slice(0, postal.index);
  const { before, state } = cutState(rest);
  const { street, city } = cutCity(before);
  return { ...parseStreet(street), city, state, postalCode: postal?.[1]?.toUpperCase() ?? '' };
}

/** The state is the last one to four words that name one: "North Carolina", "UT". */
function cutState(text: string): { before: string; state: string } {
  const words = text.split(/(?<=[\s,])/);
  // The longest name first, so that "West Virginia" is not taken for Virginia.
  for (let count = Math.min(4, words.length - 1); count >= 1; count -= 1) {
    const name = words
      .slice(-count)
      .join('')
      .replace(/^[\s,]+|[\s,]+$/g, '');
    if (!name.includes(',') && findRegion(name) !== undefined)
      return {
        before: words
          .slice(0, -count)
          .join('')
          .replace(/[\s,]+$/, ''),
        state: name,
      };
  }
  return { before: text, state: '' };
}

function cutCity(text: string): { street: string; city: string } {
  const comma = text.lastIndexOf(',');
  if (comma >= 0) return { street: text.slice(0, comma), city: text.slice(comma + 1).trim() };
  const known = CITIES.find(({ name }) => text.toUpperCase().endsWith(` ${name.toUpperCase()}`));
  if (known !== undefined) return { street: text.slice(0, -known.name.length), city: known.name };
  const words = text.split(' ');
  const suffix = words.findLastIndex((word, index) => index > 1 && SUFFIXES.has(upper(word)));
  if (suffix < 0 || suffix === words.length - 1) return { street: text, city: '' };
  return { street: words.slice(0, suffix + 1).join(' '), city: words.slice(suffix + 1).join(' ') };
}

function parseStreet(street: string) {
  const words = street.replaceAll('#', ' # ').replaceAll(',', ' ').split(/\s+/).filter(Boolean);
  const secondary = cutSecondary(words);
  const number = /^(\d+)([A-Za-z]?|-\d+)$/.exec(words[0] ?? '');
  if (number !== null) words.shift();
  let streetNumberSuffix = number?.[2] ?? '';
  if (number !== null && /^\d\/\d$/.test(words[0] ?? '')) streetNumberSuffix = words.shift() ?? '';
  // What is left must keep a name: in "100 N St" and "12 East" the directional is the name.
  const postDirectional = words.length > 1 ? (take(words, DIRECTIONALS, 'last') ?? '') : '';
  const streetSuffix = words.length > 1 ? (take(words, SUFFIXES, 'last') ?? '') : '';
  const preDirectional = words.length > 1 ? (take(words, DIRECTIONALS, 'first') ?? '') : '';
  return {
    streetNumber: number?.[1] ?? '',
    streetNumberSuffix,
    preDirectional,
    streetName: words.join(' '),
    streetSuffix,
    postDirectional,
    ...secondary,
  };
}

/** Takes "STE 500", "# 5" or "REAR" from the end of the words. */
function cutSecondary(words: string[]): { secondaryLocationDescription: string; unit: string } {
  const at = words.findIndex((word, index) => {
    if (index < 2) return false;
    if (word === '#') return index < words.length - 1;
    const kind = SECONDARY.get(upper(word));
    if (kind === undefined) return false;
    const [value, ...more] = words.slice(index + 1).filter((next) => next !== '#');
    // "12 N Front St" is a street: what follows must look like a unit.
    if (value === undefined) return index > 2 && ALONE.has(kind);
    return more.length === 0 && /\d|^[A-Za-z]{1,2}$/.test(value) && !SUFFIXES.has(upper(value));
  });
  if (at < 0) return { secondaryLocationDescription: '', unit: '' };
  const [kind = '', ...value] = words.splice(at);
  const unit = value.filter((word) => word !== '#').join(' ');
  return { secondaryLocationDescription: SECONDARY.get(upper(kind)) ?? 'UNIT', unit };
}

function take(words: string[], from: ReadonlyMap<string, string>, end: 'first' | 'last'): string | undefined {
  const found = from.get(upper((end === 'first' ? words[0] : words.at(-1)) ?? ''));
  if (found !== undefined) words.splice(end === 'first' ? 0 : -1, 1);
  return found;
}

const upper = (word: string) => word.replaceAll('.', '').toUpperCase();
