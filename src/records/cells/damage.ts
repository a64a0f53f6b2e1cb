import type { ProblemCode } from '../problem.js';
import { plainCode } from './plain.js';

/**
 * What is wrong with one value. With `repaired` the value is usable all the same (the code is then a warning):
 * `repaired` is what it was read as. A warning without it means that the cell counts as blank.
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

/** Words that stand for "nothing" wherever they stand, in lower case. */
const NOTHING = new Set([
  ...['null', 'nil', 'none', 'nan', 'undefined', '\\n', '-nan', '1.#qnan', '1.#ind', '-1.#ind'],
  ...['(null)', '<null>', '[null]', '{null}', '#null', '(none)', '<none>', '[none]', '(nil)', '<nil>'],
  ...['<na>', '(na)', '<nan>', '(blank)', '(empty)', '<blank>', '<empty>', '(unknown)'],
  ...['n/a', 'n/d', 's/o', 'not available', 'not applicable', 'aucun', 'inconnu'],
  ...['tbd', 'tba', 'unknown', 'to be determined', '?', '??', '???', '-', '--', '---', '...'],
  // what a program makes of a first and a last name that it has not
  ...['null null', 'none none', 'nan nan', 'undefined undefined', '[object object]'],
]);

/** Words that stand for "nothing" in a code, and may be a name. */
const NOTHING_IN_CODES = new Set([
  ...[
    'na',
    'nat',
    'n.a.',
    'n.d.',
    'todo',
    'blank',
    'empty',
    'missing',
    'inf',
    '-inf',
    'infinity',
    '-infinity',
  ],
]);

const MAX_NOTHING_LENGTH = 'undefined undefined'.length;

/** Whether a text is one that databases and programs write for "nothing", such as `NULL`, `nan` or `\N`. */
export function isNullWord(text: string): boolean {
  return text.length <= MAX_NOTHING_LENGTH && (text === 'NaT' || NOTHING.has(plainCode(text).toLowerCase()));
}

const LEAVE_BLANK =
  'Leave the cell blank, or list the word under "blank" in a profile: it counts as blank then.';

/** The fault of a text such as `N/A`, `NULL` or `TBD` that stands for "nothing"; null for any other. */
export function placeholderFault(text: string): Fault | null {
  if (text.length > MAX_NOTHING_LENGTH) return null;
  const word = plainCode(text).toLowerCase();
  if (!NOTHING.has(word) && !NOTHING_IN_CODES.has(word)) return null;
  return new Fault('PLACEHOLDER', `"${text}" is a placeholder, not a value`, LEAVE_BLANK);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufffe\uffff]/;

/** The fault of a text with control characters in it, or letters that were lost; null for any other. */
export function characterFault(text: string): Fault | null {
  const control = CONTROL.exec(text)?.[0];
  if (control !== undefined) {
    const what = control === '\n' || control === '\r' ? 'a line break' : control === '\t' ? 'a tab' : null;
    const named = what ?? `the control character ${control.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return new Fault('CONTROL_CHARACTER', `The text holds ${named}`, 'Remove it, or type the text again.');
  }
  if (/\p{Surrogate}/u.test(text)) {
    const hint = 'Type the text again, or delete the character.';
    return new Fault(
      'BROKEN_ENCODING',
      'The text holds half of a character, such as an emoji cut in two',
      hint,
    );
  }
  if (text.includes('\ufffd')) {
    const hint = 'Type the letters again, or save the file as UTF-8 from where it came.';
    return new Fault('BROKEN_ENCODING', 'A letter of the text was lost by a wrong encoding', hint);
  }
  return null;
}

/** What UTF-8 looks like when it is read as Windows-1252 (once or twice), as Macintosh or as MS-DOS. */
const MISREAD =
  /[ÃÂ][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|Å[“¡¸¾½]|â€|â‚¬|â„¢|√[\u0080-\uffff]|[├┬][\u0080-\uffff]/;

/** What accented letters of other encodings become in Windows-1252, where no such character stands in any word. */
const SIGN_IN_WORD =
  /\p{L}[ƒ†‡ˆ‰‹›˜¤¢£¥¦¬¯±¶¸¡¿“”„‚]+(?=\p{Ll})|\p{Ll}[ŽŠ](?!\p{Lu})|\p{Ll}[‚„†‡ˆ¤¢£¥¡¿](?![\p{L}\p{N}])/u;

/** The warning that letters look damaged by a wrong encoding; null for any other text. */
export function encodingFault(text: string): Fault | null {
  if (!MISREAD.test(text)) {
    const sign = SIGN_IN_WORD.exec(text)?.[0];
    if (sign === undefined) return null;
    const hint = 'Check the letters; save the file as UTF-8 from where it came if they are wrong.';
    const message = `Within a word stands "${sign}", as when a Macintosh or MS-DOS text is read as Windows text`;
    return new Fault('SUSPECT_ENCODING', message, hint, text);
  }
  const hint = 'Check the letters; open the file as UTF-8 and save it again if they are wrong.';
  const message = 'The text looks like UTF-8 that was read in another encoding';
  return new Fault('SUSPECT_ENCODING', message, hint, text);
}

const ENTITY =
  /&(?:#\d{1,6}|#x[\da-f]{1,5}|amp|lt|gt|quot|apos|nbsp|copy|reg|trade|hellip|[mn]dash|[lr][sd]?quo|[lr]aquo|deg|ordm|ordf|frac(?:12|14|34)|(?:ae|oe|sz)lig|[a-z](?:acute|grave|circ|uml|tilde|cedil|ring|slash|caron));|<\/?(?:br|b|i|p|u|a|em|span|div|font|strong)\b[^>]{0,99}>|\\u[\da-f]{4}/i;

/** The warning that a text holds the code of a web page or program instead of what it shows; null for any other. */
export function markupFault(text: string): Fault | null {
  const code = ENTITY.exec(text)?.[0];
  if (code === undefined) return null;
  const hint = 'Type what is meant, such as & for &amp;.';
  return new Fault('HTML_CODE', `The text holds ${code}, which is HTML or program code`, hint, text);
}

/** The warning that `?` stands where a letter was lost (`Qu?bec`, `Jos? Roy`); null for any other text. */
export function lostLettersFault(text: string, mayAsk: boolean): Fault | null {
  if (!text.includes('?') || text.includes('://')) return null;
  if (!/\?\p{L}|\p{L}\?+[-',&\s]+\p{L}|\s\?\s/u.test(text) && (mayAsk || !/\p{L}\?/u.test(text))) return null;
  const hint = 'Type the letters again, or save the file as UTF-8 from where it came.';
  return new Fault(
    'LETTERS_LOST',
    `Letters of "${text}" were probably lost: they are question marks`,
    hint,
    text,
  );
}

/** What to do about digits that a spreadsheet damaged. */
export const AS_TEXT = 'Format the column as text and type it again in full.';

/**
 * All the digits of a whole number that a program wrote with decimals or an exponent: `100123.0`, `8.015551212E9`.
 * Null for any other text, and where the exponent asks for more digits than there are.
 */
export function wholeDigits(text: string): string | null {
  const decimals = /^(\d+)\.0+$/.exec(text)?.[1];
  if (decimals !== undefined) return decimals;
  const [, first = '', rest = '', exponent] = /^(\d)[.,](\d+)E\+?(\d{1,3})$/i.exec(text) ?? [];
  return exponent !== undefined && rest.length === Number(exponent) ? first + rest : null;
}

/** The fault of a text such as `1.8E+10`, which is what a spreadsheet leaves of a long number; null for any other. */
export function scientificFault(text: string): Fault | null {
  if (!/^[+-]?\d{1,3}([.,]\d+)?E[+-]?\d{1,3}$/i.test(text) || !/\d[.,]\d|E\+/i.test(text)) return null;
  if (/E\d/i.test(text)) {
    const message = `A program wrote this number as ${text}; its last digits are not there`;
    return new Fault('DIGITS_LOST', message, 'Type it in full; zeros at the end may have been left out.');
  }
  return new Fault('DIGITS_LOST', `Excel turned this into ${text}; its last digits are lost`, AS_TEXT);
}

const MONTH = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';
/** What a spreadsheet writes for a date, capitals as it writes them: `4-Jan`, `Mar-01`, `01-Mar-24`, `3/4/2024`. */
const DATE = new RegExp(
  `^(?:\\d{1,2}-${MONTH}(?:-\\d{2}|-\\d{4})?|${MONTH}-\\d{2}|\\d{1,2}/\\d{1,2}/(?:\\d{2}|\\d{4})|\\d{4}-\\d\\d-\\d\\d[ T]00:00:00)$`,
);

/** What one writes in another language or setting, and a person may have typed: `4-janv`, `2024-03-04`. */
const DOUBTFUL_DATE =
  /^(?:\d{1,2}-(?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc)\.?(?:-\d{2}|-\d{4})?|(?:janv|févr|avr|juil|août|déc)\.?-\d{2}|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))$/;

/** The fault of a text such as `4-Jan`, which is what a spreadsheet makes of `1-4`; null for any other. */
export function dateFault(text: string): Fault | null {
  if (!DATE.test(text)) return null;
  return new Fault('TURNED_INTO_DATE', `Excel turned this into a date (${text})`, AS_TEXT);
}

/** The warning that a code looks like a date; null for any other text. */
export function doubtfulDateFault(text: string): Fault | null {
  if (!DOUBTFUL_DATE.test(text)) return null;
  const hint = 'Check it: a spreadsheet may have turned the code into a date.';
  return new Fault('LOOKS_LIKE_DATE', `"${text}" looks like a date`, hint, text);
}

/** The fault of a code that a spreadsheet damaged or that stands for nothing; null for any other text. */
export function damageFault(text: string): Fault | null {
  return placeholderFault(text) ?? scientificFault(text);
}

/** Error values of spreadsheets in any language: `#REF!`, `#VALEUR!`, `#¿NOMBRE?`, `#N/D`, `Err:508`. */
const CELL_ERROR = [
  /^#[¡¿]?\p{Lu}[\p{Lu}\d/_]*[!?]$/u,
  /^#(?:N\/[ADBV]|I\/T|Н\/Д|NV|YOK|GETTING_DATA|OBTENTION_DONNEES|DATEN_ABRUFEN|OBTENIENDO_DATOS)$/iu,
  /^#(?:REF!|VALUE!|NAME\?|DIV\/0!|NULL!|NUM!|SPILL!|CALC!)$/i,
  /^(?:Err|Erreur|Error|Fehler|Errore)\s?:\s?\d{3}$/i,
  /^(?:Loading|Chargement|Chargement en cours|Cargando|Caricamento|Carregando|Laden|Wird geladen)\s?(?:\.\.\.|…)$/i,
];

/**
 * The fault of a text that a spreadsheet shows in place of a value, whatever the column: an error, or the `####` of a
 * column that was too narrow; null for any other.
 */
export function lostValueFault(text: string): Fault | null {
  if (/^#{2,}$/.test(text)) {
    const hint = 'Widen the column in the spreadsheet and save the file again.';
    return new Fault(
      'COLUMN_TOO_NARROW',
      `The value is lost: the column was too narrow to show it (${text})`,
      hint,
    );
  }
  return CELL_ERROR.some((error) => error.test(text)) ? cellErrorFault(text) : null;
}

/** The fault of a cell that holds a spreadsheet's error value. */
export function cellErrorFault(text: string): Fault {
  const hint = 'Repair the formula in the spreadsheet, or type the value.';
  return new Fault('CELL_ERROR', `The cell holds the spreadsheet error ${text}`, hint);
}

/** The fault of a formula that stands in place of its result. */
export function formulaFault(text: string): Fault {
  const hint = 'Open the workbook in Excel and save it, or paste the column as values.';
  return new Fault('FORMULA_NOT_CALCULATED', `The formula ${text} was never calculated`, hint);
}

/** Whether a text is a formula with a function or a cell in it, not merely one that begins with `=`. */
export function isFormula(text: string): boolean {
  return /^=\s*(?:.*[(!&]|\$?[A-Z]{1,3}\$?\d{1,7}(?!\w))/i.test(text);
}

/** What a spreadsheet would take for a number, a date or a formula, and an apostrophe therefore stands before. */
export const NEEDS_APOSTROPHE =
  /^(?:[+-]?[\d.,]*\d[\d.,]*%?|\d+(?:\.\d+)?E[+-]?\d+|\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?|\d{1,2}:\d\d(?::\d\d)?|\d{1,2}-[A-Z]{3}|[A-Z]{3}-\d{1,4}|TRUE|FALSE|[=+@-].*)$/i;

/** Longer texts than this fit no column, and would take long to look through. */
const MAX_MARKED_LENGTH = 600;

/**
 * What an export wrote as `="0012"` or `'0012` to keep a spreadsheet from changing it; null for any other text.
 * @param afterApostrophe what an apostrophe is dropped before
 */
export function unmarked(text: string, afterApostrophe: RegExp): string | null {
  if (text.length > MAX_MARKED_LENGTH) return null;
  const formula = /^=\s*("+)(.*?)\1$/s.exec(text);
  const quoted = formula?.[2]?.replaceAll('""', '\u0000');
  if (quoted?.includes('"') === false) return quoted.replaceAll('\u0000', '"').trim();
  const digits = /^=\s*(\d+)$/.exec(text)?.[1];
  if (digits !== undefined) return digits;
  const inner = /^['\u2019]([^'\u2019]+)['\u2019]?$/.exec(text)?.[1];
  return inner !== undefined && afterApostrophe.test(inner) ? inner.trim() : null;
}
