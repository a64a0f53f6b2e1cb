import type { SoughtText } from '../journal/journal.js';
import { comparable } from '../records/across/keys.js';
import { phoneNumber } from '../records/cells/telephony.js';

/** How a value has what is looked for: as a word or as the whole of it, or only inside a longer word. */
export type Match = 'whole' | 'part';

/** What somebody looks for in runs: a name, a number, an address, an ID. */
export interface Sought {
  /** what a journal is asked for; it names more rows than there are matches, and never fewer */
  readonly inJournal: SoughtText;
  /** How a value has it; null when it has not. */
  matches(value: string): Match | null;
}

/** Fewer digits are no phone number without its area code, and are found as they are typed. */
const MIN_PHONE_DIGITS = 7;
const MIN_MAC_DIGITS = 6;
const NATIONAL_DIGITS = 10;
const MAC_DIGITS = 12;

/** What parts the digits of phone numbers and of MAC addresses. */
const PARTING = /[\s().:+/-]/g;

/**
 * Reads what is to be found. Capitals do not count, nor does the notation of a phone number or of a MAC address, whole
 * or in part.
 * @param text not blank
 */
export function soughtOf(text: string): Sought {
  const plain = comparable(text.trim());
  const folded = plain.toLowerCase();
  const forms = [phoneForm(plain), macForm(plain)].filter((form) => form !== null);
  return {
    inJournal: {
      // Letters beyond ASCII have capitals that a database knows nothing of; a comma may stand between two cells.
      words: plain.match(/[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+/g) ?? [],
      digits: forms.map(({ digits }) => digits),
    },
    matches(value) {
      const match = inWords(comparable(value).toLowerCase(), folded);
      if (match === 'whole' || forms.length === 0) return match;
      const squeezed = value.replace(PARTING, '').toLowerCase();
      const found = forms.filter(({ digits }) => squeezed.includes(digits));
      if (found.some(({ whole }) => whole.test(squeezed))) return 'whole';
      return found.length > 0 ? 'part' : match;
    },
  };
}

function inWords(value: string, sought: string): Match | null {
  let match: Match | null = null;
  for (let at = value.indexOf(sought); at >= 0; at = value.indexOf(sought, at + 1)) {
    const end = at + sought.length;
    if (!goesOn(value, at) && !goesOn(value, end)) return 'whole';
    match = 'part';
  }
  return match;
}

/** Whether a word goes on across a place in a text. */
function goesOn(text: string, at: number): boolean {
  return WORD.test(text.charAt(at - 1)) && WORD.test(text.charAt(at));
}
const WORD = /[\p{L}\p{N}]/u;

interface DigitForm {
  readonly digits: string;
  /** the digits as a number of their own */
  readonly whole: RegExp;
}

const NEVER = /(?!)/;

/** The digits of a phone number in any notation, without the country code; of a part of one from seven digits on. */
function phoneForm(text: string): DigitForm | null {
  const read = phoneNumber.read(text, false);
  if (typeof read !== 'string' && !/^[\d\s().+/-]+$/.test(text)) return null;
  const all = typeof read === 'string' ? read : text.replace(/\D/g, '');
  const digits = all.length === NATIONAL_DIGITS + 1 ? all.replace(/^1/, '') : all;
  if (digits.length < MIN_PHONE_DIGITS) return null;
  return {
    digits,
    whole: digits.length < NATIONAL_DIGITS ? NEVER : new RegExp(`(?<!\\d)1?${digits}(?!\\d)`),
  };
}

/** The digits of a MAC address in any notation, or of a part of one whose pairs are parted. */
function macForm(text: string): DigitForm | null {
  const digits = text.replace(/[\s:.-]/g, '').toLowerCase();
  if (!/^[\da-f]+$/.test(digits) || digits.length < MIN_MAC_DIGITS) return null;
  if (digits.length === MAC_DIGITS)
    return { digits, whole: new RegExp(`(?<![\\da-f])${digits}(?![\\da-f])`) };
  return /^([\da-f]{2}[:-])+[\da-f]{2}$/i.test(text) ? { digits, whole: NEVER } : null;
}
