import type { UniqueColumn } from '../columns.js';

/** The kinds of keys that are told apart in the index of the input's keys. */
export const KEY = {
  accountNearly: 1,
  accountExactly: 2,
  user: 3,
  username: 4,
  phoneNumber: 5,
  macAddress: 6,
  lineName: 7,
  trunkName: 8,
  sipUsername: 9,
  accountLeftOut: 10,
  userLeftOut: 11,
  huntGroupName: 12,
  voicemailBox: 13,
  portOrder: 14,
} as const satisfies Readonly<Record<UniqueColumn, number>> & Readonly<Record<string, number>>;

const MAY_HAVE_ANOTHER_FORM = /[^\x20-\x7e]| {2}/;

/**
 * The form in which texts of people are compared: composed (NFC), with one plain blank for blanks of any kind and
 * number, and without the characters that nobody sees (zero-width ones, direction marks). Capitals count.
 */
export function comparable(text: string): string {
  if (!MAY_HAVE_ANOTHER_FORM.test(text)) return text;
  return text
    .normalize('NFC')
    .replace(/\p{Cf}+/gu, '')
    .replace(/\s+/gu, ' ')
    .trim();
}

const PLAIN = /^[\x21-\x7e]*$/;

/** What account numbers look like when capitals, leading zeros and the form of letters are overlooked. */
export function nearForm(accountNumber: string): string {
  const folded = PLAIN.test(accountNumber) ? accountNumber : comparable(accountNumber.normalize('NFKC'));
  return (folded.startsWith('0') ? folded.replace(/^0+(?=.)/, '') : folded).toLowerCase();
}
