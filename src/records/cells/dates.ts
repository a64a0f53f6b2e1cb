import { Fault, placeholderFault } from './damage.js';
import { plainCode } from './plain.js';
import { type CellSchema, cell } from './values.js';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

const ISO = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$/;
const NUMBERS = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/;
const DAY_MONTH = /^(\d{1,2})[- ]([a-z]{3})[a-z]*\.?[-, ]+(\d{4}|\d{2})$/i;
const MONTH_DAY = /^([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})$/i;

/**
 * A day of the calendar as ISO text, `2027-01-15`. Of `1/5/2027` the month comes first, as in the USA, and a warning
 * says so; where only one of the two can be the month, that is it.
 */
export const calendarDate: CellSchema<string> = cell((typed) => {
  const text = plainCode(typed);
  const iso = ISO.exec(text);
  if (iso) return dayOf(typed, Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const numbers = NUMBERS.exec(text);
  if (numbers) {
    const [first, second, year] = [Number(numbers[1]), Number(numbers[2]), wholeYear(numbers[3])];
    if (first > 12) return dayOf(typed, year, second, first);
    const day = dayOf(typed, year, first, second);
    if (second > 12 || first === second || day instanceof Fault) return day;
    const hint = `If it is meant as ${isoText(year, second, first)}, write it so: year, month, day.`;
    return new Fault('DATE_AMBIGUOUS', `"${typed}" was read as ${day}, the month first`, hint, day);
  }
  const dayMonth = DAY_MONTH.exec(text);
  if (dayMonth) return dayOf(typed, wholeYear(dayMonth[3]), monthOf(dayMonth[2]), Number(dayMonth[1]));
  const monthDay = MONTH_DAY.exec(text);
  if (monthDay) return dayOf(typed, Number(monthDay[3]), monthOf(monthDay[1]), Number(monthDay[2]));
  return placeholderFault(typed) ?? notADate(typed);
});

function wholeYear(digits: string | undefined): number {
  const year = Number(digits);
  return year < 100 ? 2000 + year : year;
}

/** 0 for a word that is no month. */
function monthOf(word = ''): number {
  return MONTHS.indexOf(word.toLowerCase()) + 1;
}

function dayOf(typed: string, year: number, month: number, day: number): string | Fault {
  const date = new Date(Date.UTC(year, month - 1, day));
  const isDay = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1;
  return isDay && date.getUTCDate() === day ? isoText(year, month, day) : notADate(typed);
}

function isoText(year: number, month: number, day: number): string {
  return [String(year), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}

function notADate(typed: string): Fault {
  return new Fault('DATE_INVALID', `"${typed}" is no day`, 'Write it as year, month, day: 2027-01-15.');
}
