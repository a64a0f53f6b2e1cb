import { Fault } from './damage.js';
import { fold } from './nearest.js';
import { type CellSchema, cell, text } from './values.js';

/** What a unit counts (guide, "Address Objects"). */
export const SECONDARY_LOCATIONS = [
  ...([
    'APARTMENT',
    'BASEMENT',
    'BUILDING',
    'DEPARTMENT',
    'FLOOR',
    'FRONT',
    'HANGER',
    'KEY',
    'LOBBY',
  ] as const),
  ...(['LOT', 'LOWER', 'OFFICE', 'PENTHOUSE', 'PIER', 'REAR', 'ROOM', 'SIDE', 'SLIP', 'SPACE'] as const),
  ...(['SUITE', 'STOP', 'TRAILER', 'UNIT', 'UPPER'] as const),
] as const;
type SecondaryLocation = (typeof SECONDARY_LOCATIONS)[number];

/** How people shorten them. */
export const SECONDARY_LOCATION_ALIASES: Readonly<Record<string, SecondaryLocation>> = {
  apt: 'APARTMENT',
  bsmt: 'BASEMENT',
  bldg: 'BUILDING',
  dept: 'DEPARTMENT',
  fl: 'FLOOR',
  flr: 'FLOOR',
  hangar: 'HANGER',
  hngr: 'HANGER',
  ofc: 'OFFICE',
  ph: 'PENTHOUSE',
  rm: 'ROOM',
  ste: 'SUITE',
  trlr: 'TRAILER',
};

const locations = new Map<string, SecondaryLocation>(Object.entries(SECONDARY_LOCATION_ALIASES));
for (const each of SECONDARY_LOCATIONS) locations.set(fold(each), each);

const WORD_FIRST = /^(\p{L}{2,})\.?\s*#?\s*([\p{L}\d][\p{L}\d/-]*)$/u;
const NUMBER_FIRST = /^(\d+)(?:st|nd|rd|th)?\s+(\p{L}{2,})\.?$/iu;

/** A unit together with what it counts, as `Suite 12`, `Apt. #4B` or `2nd floor` say it; null for any other text. */
export function locationAndUnit(typed: string): { location: SecondaryLocation; unit: string } | null {
  const [, word = '', unit = ''] = WORD_FIRST.exec(typed) ?? [];
  const location = locations.get(fold(word));
  if (location !== undefined && (/\d/.test(unit) || unit.length === 1)) return { location, unit };
  const [, number = '', noun = ''] = NUMBER_FIRST.exec(typed) ?? [];
  const behind = locations.get(fold(noun));
  return behind === undefined ? null : { location: behind, unit: number };
}

const MAX_UNIT = 10;
const alone = text({ kind: 'place', max: MAX_UNIT });
const withLocation = text({ kind: 'place', max: 256 });

/** A unit of at most 10 characters; what it counts may stand beside it and is not counted. */
export const unit: CellSchema<string> = cell((typed, inWorkbook) => {
  const value = withLocation.read(typed, inWorkbook);
  const usable = value instanceof Fault ? value.repaired : value;
  const said = typeof usable === 'string' ? locationAndUnit(usable) : null;
  return said !== null && said.unit.length <= MAX_UNIT ? value : alone.read(typed, inWorkbook);
}, null);
