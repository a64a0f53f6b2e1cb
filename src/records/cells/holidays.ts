import type { Country } from './places.js';

const DAY_MS = 86_400_000;
const [SUNDAY, MONDAY, THURSDAY, SATURDAY] = [0, 1, 4, 6];

/**
 * Why carriers may not work on a day: `a Saturday`, `Thanksgiving in the USA`; null for a working day. Federal holidays
 * alone, with the day on which one at a weekend is kept: which days carriers leave out is not documented.
 * @param day ISO text
 */
export function dayOff(day: string, country: Country): string | null {
  const date = new Date(`${day}T00:00:00Z`);
  const weekday = date.getUTCDay();
  const holiday = holidaysOf(date.getUTCFullYear(), country).find((each) => each.days.includes(day));
  if (holiday) return `${holiday.name} in ${country === 'CAN' ? 'Canada' : 'the USA'}`;
  return weekday === SATURDAY ? 'a Saturday' : weekday === SUNDAY ? 'a Sunday' : null;
}

interface Holiday {
  readonly name: string;
  /** the day itself, and the one on which it is kept where that is another */
  readonly days: readonly string[];
}

function holidaysOf(year: number, country: Country): Holiday[] {
  const fixed = (name: string, month: number, day: number) => ({
    name,
    days: observed(new Date(Date.UTC(year, month - 1, day)), country),
  });
  const on = (name: string, date: Date) => ({ name, days: [iso(date)] });
  const common = [
    fixed("New Year's Day", 1, 1),
    // of the next year, kept on the last day of this one
    { name: "New Year's Day", days: observed(new Date(Date.UTC(year + 1, 0, 1)), country) },
    on('Labor Day', nth(year, 9, MONDAY, 1)),
    fixed('Christmas Day', 12, 25),
  ];
  if (country === 'CAN')
    return [
      ...common,
      on('Good Friday', new Date(easter(year).getTime() - 2 * DAY_MS)),
      on('Victoria Day', lastBefore(year, 5, 25, MONDAY)),
      fixed('Canada Day', 7, 1),
      fixed('the National Day for Truth and Reconciliation', 9, 30),
      on('Thanksgiving', nth(year, 10, MONDAY, 2)),
      fixed('Remembrance Day', 11, 11),
      { name: 'Boxing Day', days: boxingDay(year) },
    ];
  return [
    ...common,
    on('Martin Luther King Day', nth(year, 1, MONDAY, 3)),
    on("Presidents' Day", nth(year, 2, MONDAY, 3)),
    on('Memorial Day', lastBefore(year, 6, 1, MONDAY)),
    fixed('Juneteenth', 6, 19),
    fixed('Independence Day', 7, 4),
    on('Columbus Day', nth(year, 10, MONDAY, 2)),
    fixed('Veterans Day', 11, 11),
    on('Thanksgiving', nth(year, 11, THURSDAY, 4)),
  ];
}

/** A holiday of a fixed date; one at a weekend is kept on the Friday before (USA) or the Monday after, too. */
function observed(date: Date, country: Country): string[] {
  const weekday = date.getUTCDay();
  if (weekday !== SATURDAY && weekday !== SUNDAY) return [iso(date)];
  const days = weekday === SUNDAY ? 1 : country === 'CAN' ? 2 : -1;
  return [iso(date), iso(new Date(date.getTime() + days * DAY_MS))];
}

/** Boxing Day, and the first working day after it where that or Christmas Day takes the Monday. */
function boxingDay(year: number): string[] {
  const date = new Date(Date.UTC(year, 11, 26));
  const days = { [SATURDAY]: 2, [SUNDAY]: 2, [MONDAY]: 1 }[date.getUTCDay()];
  return [iso(date), ...(days === undefined ? [] : [iso(new Date(date.getTime() + days * DAY_MS))])];
}

/** The nth such weekday of a month, both from 1. */
function nth(year: number, month: number, weekday: number, n: number): Date {
  const first = new Date(Date.UTC(year, month - 1, 1)).getUTCDay();
  return new Date(Date.UTC(year, month - 1, 1 + ((weekday - first + 7) % 7) + 7 * (n - 1)));
}

/** The last such weekday before a day. */
function lastBefore(year: number, month: number, day: number, weekday: number): Date {
  const date = new Date(Date.UTC(year, month - 1, day - 1));
  return new Date(date.getTime() - ((date.getUTCDay() - weekday + 7) % 7) * DAY_MS);
}

/** Easter Sunday, by the Gregorian computus. */
function easter(year: number): Date {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const d = b - Math.floor(b / 4) - Math.floor((8 * b + 13) / 25);
  const h = (19 * a + d + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return new Date(Date.UTC(year, month - 1, ((h + l - 7 * m + 114) % 31) + 1));
}

function iso(date: Date): string {
  return date.toISOString().slice(0, 10);
}
