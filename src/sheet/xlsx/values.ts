/** The values that a worksheet stores as numbers, as the text a person would type. */

/** The digits that a spreadsheet keeps of a number. */
const KEPT_DIGITS = 15;

/**
 * A stored number as plain decimal text, exactly as stored but for the noise beyond the 15 digits that a spreadsheet
 * keeps of a fraction (`0.30000000000000004` → `0.3`).
 * @param stored such as `8013796418`, `1.8015551212E10`
 * @returns `imprecise` for a whole number of more than 15 digits; undefined when it is no number
 */
export function plainNumber(stored: string): { text: string; imprecise: boolean } | undefined {
  const match = /^\s*([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?\s*$/.exec(stored);
  if (!match || !Number.isFinite(Number(stored)) || stored.trim() === '') return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const plain = shift(whole, fraction, Number(exponent));
  const digits = plain.replace('.', '').replace(/^0+/, '');
  if (plain.includes('.') && digits.length > KEPT_DIGITS) {
    const rounded = plainNumber(String(Number(Number(stored).toPrecision(KEPT_DIGITS))));
    if (rounded) return rounded;
  }
  return {
    text: sign === '-' && /[1-9]/.test(plain) ? `-${plain}` : plain,
    imprecise: !plain.includes('.') && digits.length > KEPT_DIGITS,
  };
}

/** `whole.fraction` × 10^exponent, without zeros that mean nothing. */
function shift(whole: string, fraction: string, exponent: number): string {
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const left = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const right = point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const wholePart = left.replace(/^0+(?=\d)/, '');
  const fractionPart = right.replace(/0+$/, '');
  return fractionPart === '' ? wholePart : `${wholePart}.${fractionPart}`;
}

const DAY_SECONDS = 86_400;
/** 9999-12-31, the last day that a spreadsheet knows */
const LAST_SERIAL = 2_958_465;

/**
 * A date's serial number as ISO text: `YYYY-MM-DD`, with `THH:MM:SS` when it has a time; `HH:MM:SS` when it is less
 * than a day.
 * @param date1904 whether the workbook counts days from 1904 (old Macs) instead of 1900
 * @returns undefined for a number that is no date
 */
export function isoDate(serial: number, date1904: boolean): string | undefined {
  if (!(serial >= 0 && serial < LAST_SERIAL + 1)) return undefined;
  const seconds = Math.round(serial * DAY_SECONDS);
  if (seconds < DAY_SECONDS && !date1904) return new Date(seconds * 1000).toISOString().slice(11, 19);
  // spreadsheets count a 29 February 1900 (day 60) that never was
  const epoch = date1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, serial < 60 ? 31 : 30);
  const iso = new Date(epoch + seconds * 1000).toISOString();
  return iso.slice(11, 19) === '00:00:00' ? iso.slice(0, 10) : iso.slice(0, 19);
}

/** `B7` → column index 1 (0-based); NaN when there are no column letters. */
export function columnIndex(reference: string): number {
  let column = 0;
  let i = 0;
  for (; i < reference.length; i += 1) {
    const code = reference.charCodeAt(i);
    if (code >= 65 && code <= 90) column = column * 26 + code - 64;
    else if (code >= 97 && code <= 122) column = column * 26 + code - 96;
    else if (code !== 36) break;
  }
  return column === 0 ? Number.NaN : column - 1;
}

/** `B7` → 7; NaN when there is no row number. */
export function rowNumber(reference: string): number {
  return Number.parseInt(reference.replace(/^[$A-Za-z]+/, ''), 10);
}

/** The letters of a column, counted from 1: 1 → `A`, 28 → `AB`. */
export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  return letters;
}
