import type { ProblemCode } from '../problem.js';

/**
 * What is wrong with one value. With `repaired` the value is usable all the same (the code is then a warning):
 * `repaired` is what it was read as.
 */
export class Fault {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
  readonly repaired: unknown;

  constructor(code: ProblemCode, message: string, hint: string, repaired?: unknown) {
    this.code = code;
    this.message = message;
    this.hint = hint;
    this.repaired = repaired;
  }
}

const PLAIN = /^[\x20-\x7e]*$/;

/** A code with what word processors put into it made plain: quotes, dashes, spaces, full-width digits. */
export function plainCode(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]/g, '')
    .replace(/[\u2018\u2019\u201a\u2032]/g, "'")
    .replace(/[\u201c\u201d\u201e\u2033]/g, '"')
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}

const PLACEHOLDERS = new Set(
  'n/a na n.a. #n/a none null nil undefined tbd tba todo unknown ? ?? - -- ---'.split(' '),
);

/** The fault of a text such as `N/A` or `TBD` that stands for "nothing"; null for any other. */
export function placeholderFault(text: string): Fault | null {
  if (text.length > 9 || !PLACEHOLDERS.has(plainCode(text).toLowerCase())) return null;
  return new Fault('PLACEHOLDER', `"${text}" is a placeholder, not a value`, 'Leave the cell blank.');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** What accented letters of other encodings become in Windows-1252, where no such character stands in any word. */
const SIGN_IN_WORD =
  /\p{L}[ƒ†‡ˆ‰‹›˜¤¢£¥¦¬¯±¶¸¡¿“”„‚]+(?=\p{Ll})|\p{Ll}[ŽŠ](?!\p{Lu})|\p{Ll}[‚„†‡ˆ¤¢£¥¡¿](?![\p{L}\p{N}])/u;

/** The fault of a text with invisible or damaged characters in it; null for any other. */
export function characterFault(text: string): Fault | null {
  if (PLAIN.test(text)) return null;
  const control = CONTROL.exec(text)?.[0];
  if (control !== undefined) {
    const what = control === '\n' || control === '\r' ? 'a line break' : control === '\t' ? 'a tab' : null;
    const named = what ?? `the control character ${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return new Fault('CONTROL_CHARACTER', `The text holds ${named}`, 'Remove it, or type the text again.');
  }
  if (text.includes('\ufffd')) {
    const hint = 'Type the letters again, or save the file as UTF-8 from where it came.';
    return new Fault('BROKEN_ENCODING', 'A letter of the text was lost by a wrong encoding', hint);
  }
  if (/[ÃÂ][\u0080-\u00bf]|â€/.test(text)) {
    const hint = 'Check the letters; open the file as UTF-8 and save it again if they are wrong.';
    const message = 'The text looks like UTF-8 that was read in another encoding';
    return new Fault('SUSPECT_ENCODING', message, hint, text);
  }
  const sign = SIGN_IN_WORD.exec(text)?.[0];
  if (sign !== undefined) {
    const hint = 'Check the letters; save the file as UTF-8 from where it came if they are wrong.';
    const message = `Within a word stands "${sign}", as when a Macintosh or MS-DOS text is read as Windows text`;
    return new Fault('SUSPECT_ENCODING', message, hint, text);
  }
  return null;
}

/** What to do about digits that a spreadsheet damaged. */
export const AS_TEXT = 'Format the column as text and type it again in full.';

/** The fault of a text such as `1.8E+10`, which is what a spreadsheet leaves of a long number; null for any other. */
export function scientificFault(text: string): Fault | null {
  if (!/^[+-]?\d+([.,]\d+)?E\+?\d{1,3}$/i.test(text) || !/[.,+]/.test(text)) return null;
  return new Fault('DIGITS_LOST', `Excel turned this into ${text}; its last digits are lost`, AS_TEXT);
}

const MONTH = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec';
const DATE = new RegExp(
  `^(\\d{1,2}-(${MONTH})(-\\d{2,4})?|(${MONTH})-\\d{2,4}|\\d{1,2}/\\d{1,2}/\\d{2,4})$`,
  'i',
);

/** The fault of a text such as `4-Jan`, which is what a spreadsheet makes of `1-4`; null for any other. */
export function dateFault(text: string): Fault | null {
  if (!DATE.test(text)) return null;
  return new Fault('TURNED_INTO_DATE', `Excel turned this into a date (${text})`, AS_TEXT);
}

/** The fault of a code that a spreadsheet damaged or that stands for nothing; null for any other text. */
export function damageFault(text: string): Fault | null {
  return placeholderFault(text) ?? scientificFault(text) ?? dateFault(text);
}
