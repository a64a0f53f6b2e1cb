import { Fault, placeholderFault } from './damage.js';
import { fold, nearest } from './nearest.js';
import { plainCode } from './plain.js';
import { type CellSchema, cell } from './values.js';

/** The time zones of the platform (guide, "Account Create"). */
export const TIME_ZONES = [
  'US/Samoa',
  'US/Hawaii',
  'US/Alaska',
  'US/Pacific',
  'US/Arizona',
  'US/Mountain',
  'US/Central',
  'US/Eastern',
  'America/St_Thomas',
  'Canada/Pacific',
  'Canada/Mountain',
  'Canada/Central',
  'Canada/Eastern',
  'Canada/Atlantic',
  'Canada/Newfoundland',
] as const;

type TimeZone = (typeof TIME_ZONES)[number];

/** Common names of one zone each. "Atlantic" is not among them: it may be America/St_Thomas or Canada/Atlantic. */
const COMMON_NAMES: Readonly<Record<TimeZone, string>> = {
  'US/Samoa': 'Samoa SST',
  'US/Hawaii': 'Hawaii HST HAST',
  'US/Alaska': 'Alaska AKST AKDT AKT',
  'US/Pacific': 'Pacific PST PDT PT',
  'US/Arizona': 'Arizona',
  'US/Mountain': 'Mountain MST MDT MT',
  'US/Central': 'Central CST CDT CT',
  'US/Eastern': 'Eastern EST EDT ET',
  'America/St_Thomas': 'St_Thomas',
  'Canada/Pacific': '',
  'Canada/Mountain': '',
  'Canada/Central': '',
  'Canada/Eastern': '',
  'Canada/Atlantic': '',
  'Canada/Newfoundland': 'Newfoundland NST NDT',
};

/** Zones of the tz database that keep the same time as a zone of the platform. They are suggested, not taken. */
const SAME_TIME: Readonly<Record<TimeZone, string>> = {
  'US/Samoa': 'Pacific/Pago_Pago Pacific/Samoa Pacific/Midway',
  'US/Hawaii': 'Pacific/Honolulu Pacific/Johnston US/Aleutian America/Adak',
  'US/Alaska': 'America/Anchorage America/Juneau America/Sitka America/Nome America/Yakutat',
  'US/Pacific': 'America/Los_Angeles PST8PDT America/Tijuana',
  'US/Arizona': 'America/Phoenix',
  'US/Mountain': 'America/Denver America/Boise America/Shiprock MST7MDT Navajo',
  'US/Central': 'America/Chicago America/Menominee America/Indiana/Knox CST6CDT US/Indiana-Starke',
  'US/Eastern':
    'America/New_York America/Detroit America/Indiana/Indianapolis America/Indianapolis America/Louisville ' +
    'America/Kentucky/Louisville US/East-Indiana US/Michigan EST5EDT',
  'America/St_Thomas': 'America/Puerto_Rico America/Virgin America/St_John',
  'Canada/Pacific': 'America/Vancouver America/Whitehorse Canada/Yukon',
  'Canada/Mountain': 'America/Edmonton America/Calgary America/Yellowknife',
  'Canada/Central': 'America/Winnipeg America/Regina Canada/Saskatchewan',
  'Canada/Eastern': 'America/Toronto America/Montreal America/Ottawa America/Thunder_Bay',
  'Canada/Atlantic': 'America/Halifax America/Moncton America/Glace_Bay',
  'Canada/Newfoundland': 'America/St_Johns',
};

/**
 * Windows' names and what it shows of them, and French Canada's, of zones that may be meant; folded, without the
 * `(UTC-07:00)` before. They are suggested, since `Mountain Time (US & Canada)` may be of either country.
 */
const OTHER_NAMES: Readonly<Partial<Record<TimeZone, string>>> = {
  'US/Samoa': 'utc11 coordinateduniversaltime11',
  'US/Hawaii': 'hawaiian hawaiianstandardtime aleutianislands aleutianstandardtime',
  'US/Alaska': 'alaskan alaskanstandardtime',
  'US/Pacific': 'pacifictimeuscanada pacifictimeusandcanada',
  'US/Arizona': 'usmountainstandardtime mountaintimearizona mountainstandardtimearizona',
  'US/Mountain': 'mountaintimeuscanada mountaintimeusandcanada',
  'US/Central': 'centraltimeuscanada centraltimeusandcanada',
  'US/Eastern': 'easterntimeuscanada easterntimeusandcanada indianaeast useasternstandardtime',
  'America/St_Thomas': 'sawesternstandardtime georgetownlapazmanaussanjuan atlantictimepuertorico',
  'Canada/Pacific': 'hnp hap heuredupacifique yukon yukonstandardtime',
  'Canada/Mountain': 'hnr har heuredesrocheuses',
  'Canada/Central': 'hnc hac heureducentre saskatchewan canadacentralstandardtime',
  'Canada/Eastern': 'hne hae heuredelest',
  'Canada/Atlantic': 'hna haa heuredelatlantique atlantictimecanada atlanticstandardtime',
  'Canada/Newfoundland': 'hnt hat heuredeterreneuve newfoundlandandlabrador',
};

const known = new Map<string, TimeZone>();
const suggested = new Map<string, TimeZone>();
for (const zone of TIME_ZONES) {
  known.set(fold(zone), zone).set(zone, zone);
  for (const each of COMMON_NAMES[zone].split(' ').filter(Boolean)) {
    known.set(fold(each), zone);
    if (each.length > 3) known.set(fold(`${each} Time`), zone).set(fold(`${each} Standard Time`), zone);
    if (each.length > 3) known.set(fold(`US ${each} Time`), zone);
  }
  for (const each of SAME_TIME[zone].split(' ')) suggested.set(fold(each), zone);
  for (const each of OTHER_NAMES[zone]?.split(' ') ?? []) suggested.set(each, zone);
}

/** A time zone of the platform, by its own or a common name (`Mountain`, `MST`, `Eastern Time`). */
export const timeZone: CellSchema<TimeZone> = cell((typed) => {
  const folded = fold(plainCode(typed));
  const found = known.get(typed) ?? known.get(folded);
  if (found !== undefined) return found;
  const damaged = placeholderFault(typed);
  if (damaged !== null) return damaged;
  const withoutOffset = plainCode(typed).replace(/^\((?:UTC|GMT)[+-]\d\d?:?\d\d\)\s*/i, '');
  const bare = fold(withoutOffset);
  const meant = suggested.get(bare) ?? known.get(bare) ?? nearest(withoutOffset, TIME_ZONES);
  const hint = meant === null ? `Use one of ${TIME_ZONES.join(', ')}.` : `Did you mean ${meant}?`;
  return new Fault('TIME_ZONE_UNKNOWN', `"${typed}" is not a time zone of the platform`, hint);
});
