import { basename } from 'node:path';
import type { HeaderMatch } from '../records/headers.js';

/** Where something is in a sheet, as a person says it: `customers.xlsx, BCC, row 12, lastName ("Surname")`. */
export function placeText(place: {
  readonly file: string;
  readonly sheet: string | null;
  readonly row: number;
  readonly column?: string | null;
  readonly header?: string | undefined;
}): string {
  const { file, sheet, row, column, header } = place;
  const parts = [file === '-' ? 'standard input' : basename(file)];
  if (sheet !== null) parts.push(sheet);
  if (row > 0) parts.push(`row ${row}`);
  if (column) parts.push(columnText(column, header));
  return parts.join(', ');
}

/** How a header was understood, in a word or few. */
export const HEADER_HOW: Readonly<Record<HeaderMatch['how'], string>> = {
  name: 'name',
  synonym: 'synonym',
  profile: 'profile',
  ignored: 'ignored by the profile',
  unknown: 'unknown',
  result: 'of results',
};

/** A column as a person finds it: `customerName ("Cust Name")` where the sheet has another header there. */
export function columnText(column: string, header: string | undefined): string {
  return header === undefined ? column : `${column} ("${header}")`;
}

/** A title within a sentence: `Phone number` is `phone number`, `SIP trunk` stays. */
export function nounOf(title: string): string {
  return title.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
}

/** `1 row`, `1,250 rows`. */
export function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** A time span as a person reads it: `0.8 s`, `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

let localTime: Intl.DateTimeFormat | undefined;

/**
 * An ISO date and time where the reader is, and as it is everywhere: `2026-11-26 20:15:02 MST (2026-11-27 03:15:02 UTC)`,
 * the date of UTC only where it is another.
 */
export function timeText(iso: string): string {
  localTime ??= new Intl.DateTimeFormat('en-US', {
    ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const),
    ...({ second: '2-digit', hourCycle: 'h23', timeZoneName: 'short' } as const),
  });
  const time = new Date(iso);
  const { year, month, day, hour, minute, second, timeZoneName } = Object.fromEntries(
    localTime.formatToParts(time).map(({ type, value }) => [type, value]),
  );
  const date = `${year}-${month}-${day}`;
  const local = `${date} ${hour}:${minute}:${second} ${timeZoneName}`;
  if (timeZoneName === 'UTC') return local;
  const [utcDate, utcTime] = time.toISOString().slice(0, 19).split('T');
  return `${local} (${utcDate === date ? '' : `${utcDate} `}${utcTime} UTC)`;
}

const UNITS = ['B', 'kB', 'MB', 'GB'] as const;

/** Bytes as a person reads them: `512 B`, `14.2 kB`, `200 MB`. */
export function bytesText(bytes: number): string {
  const at = UNITS.findLastIndex((_, index) => bytes >= 1000 ** index);
  return at <= 0 ? `${bytes} B` : `${(bytes / 1000 ** at).toFixed(1).replace(/\.0$/, '')} ${UNITS[at]}`;
}

/** Requests a second, with a decimal only where it says something. */
export function rateText(requests: number, ms: number): string {
  const rate = ms > 0 ? (requests * 1000) / ms : 0;
  return `${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en-US')}`;
}
