import { z } from 'zod';
import {
  characterFault,
  dateFault,
  doubtfulDateFault,
  encodingFault,
  Fault,
  formulaFault,
  isFormula,
  isNullWord,
  lostLettersFault,
  lostValueFault,
  markupFault,
  NEEDS_APOSTROPHE,
  placeholderFault,
  scientificFault,
  unmarked,
  wholeDigits,
} from './damage.js';
import { fold, nearestOption } from './nearest.js';
import { plainCode, plainFractions, plainWords, signInText } from './plain.js';

/**
 * What the text of a cell means. In a workbook a cell that was turned into a date is no text any more, so that a text
 * which looks like one is what was typed.
 */
type Reader<T> = (text: string, inWorkbook: boolean) => T | Fault;

/**
 * A zod type that takes the text of one cell, trimmed and not blank. Its issues carry a {@link Fault}. `read` is what
 * the type does, without what zod does around it: with a million rows that counts.
 */
export type CellSchema<T> = z.ZodType<T, string> & {
  readonly read: (text: string, inWorkbook?: boolean) => T | Fault;
};

const EQUALS = 0x3d;
const APOSTROPHE = 0x27;
const TYPOGRAPHIC_APOSTROPHE = 0x2019;
const ANYTHING = /./;

/**
 * The zod type of a cell that `understand` understands: a value, or the fault of the text. What spreadsheets and exports
 * do to any cell is seen to here.
 * @param afterApostrophe what an apostrophe at the beginning is dropped before; null: the text is taken as it stands
 */
export function cell<T>(understand: Reader<T>, afterApostrophe: RegExp | null = ANYTHING): CellSchema<T> {
  const readBare: Reader<T> = (text, inWorkbook) => {
    const value = understand(text, inWorkbook);
    if (!(value instanceof Fault) || value.repaired !== undefined) return value;
    return (
      lostValueFault(text) ?? (inWorkbook || value.code === 'DATE_INVALID' ? null : dateFault(text)) ?? value
    );
  };
  const read = (text: string, inWorkbook = false): T | Fault => {
    const first = text.charCodeAt(0);
    if (first === EQUALS || first === APOSTROPHE || first === TYPOGRAPHIC_APOSTROPHE) {
      const marked = afterApostrophe && readMarked(readBare, text, inWorkbook, afterApostrophe);
      if (marked !== null) return marked;
    }
    return readBare(text, inWorkbook);
  };
  const schema = z.string().transform((text, context) => {
    const value = read(text);
    if (!(value instanceof Fault)) return value;
    context.issues.push({ code: 'custom', input: text, message: value.message, params: { fault: value } });
    return z.NEVER;
  });
  return Object.assign(schema, { read });
}

/** What `="0012"` or `'0012` is read as, always with a warning, or the fault of a formula; null for any other text. */
function readMarked<T>(
  readBare: Reader<T>,
  text: string,
  inWorkbook: boolean,
  afterApostrophe: RegExp,
): Fault | null {
  const inner = unmarked(text, afterApostrophe);
  if (inner === null) return isFormula(text) ? formulaFault(text) : null;
  const hint = 'Nothing has to be done if that is right: such marks are how some exports keep zeros.';
  if (inner === '') return new Fault('MARK_DROPPED', `${text} was read as a blank cell`, hint);
  const value = readBare(inner, inWorkbook);
  const usable = value instanceof Fault ? value.repaired : value;
  if (usable === undefined) return value as Fault;
  return new Fault('MARK_DROPPED', `${text} was read as ${inner}`, hint, usable);
}

/** The fault in an error of a {@link cell}; throws when the error is not of one. */
export function faultOf(error: z.ZodError): Fault {
  const issue = error.issues[0];
  const fault: unknown = issue?.code === 'custom' ? issue.params?.['fault'] : undefined;
  if (!(fault instanceof Fault)) throw error;
  return fault;
}

/**
 * What a text is, which says how it is read and what is wrong with it:
 * - `identifier`: a code; typographic characters are made plain, a word for "nothing" is refused
 * - `place`: a street, city or unit; like a code, with fractions spelled out
 * - `callerName`: like a code, but there are people called Null
 * - `words`, `person`: kept as typed but for what does not show; a person's name never ends in a question mark
 * - `secret`: exactly what is typed
 */
type TextKind = 'identifier' | 'place' | 'callerName' | 'words' | 'person' | 'secret';

interface TextRule {
  readonly kind: TextKind;
  /** fewest characters; fewer are an error */
  readonly min?: number;
  /** fewer characters than this are a warning (the published schemas have a minimum that the guide has not) */
  readonly advisedMin?: number;
  /** most characters; more are an error */
  readonly max: number;
  /** what all of the text has to match, and how to say so */
  readonly pattern?: { readonly matches: RegExp; readonly says: string };
  /** what is wrong with a text that all else takes */
  readonly further?: (value: string) => Fault | null;
}

/** How texts begin that are looked at more closely: words for "nothing", errors of spreadsheets. */
const SUSPECT =
  /n(?:ull|il|one|an|at|\/a|\.a\.|\/d|ull null|one none|an nan)$|not (?:av|ap)|undefined|s\/o$|aucun$|inconnu$|tb[da]$|unknown$|to be d|err|fehler|loading|charg|carg|caric|carreg|laden|wird/
    .source;
/** The same of codes: numbers with decimals or an exponent, dates, words that may be a name. */
const SUSPECT_CODE =
  /\d+[.,]\d|\d+e\+|\d{1,2}-[a-z]|\d{1,2}\/|\d{4}-\d\d-|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|janv|avr|juil)\.?-\d\d$|n(?:a|\.d\.)$|todo$|blank$|empty$|missing$|inf$|infinity$/
    .source;
/** Composed Latin letters, without ligatures and those that misread UTF-8 has behind an Ã (`MÃœLLER`, `StraÃŸe`). */
const ACCENTED =
  '\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\xfe\\u0100-\\u0131\\u0134-\\u013e\\u0141-\\u0148\\u014a-\\u0151\\u0154-\\u015f\\u0162-\\u0177\\u0179-\\u017c';
/** Characters that are all they seem: printable ASCII without `&`, `<`, `?` and the backslash, and accented letters. */
const HARMLESS = `\\x20-\\x25\\x27-\\x3b\\x3d\\x3e\\x40-\\x5b\\x5d-\\x7e${ACCENTED}`;

/** Texts with nothing to look at, which most cells of a sheet are: one test tells them. */
const QUIET_WORDS = new RegExp(`^(?!${SUSPECT})[a-z0-9${ACCENTED}][${HARMLESS}\\u2019]*$`, 'i');
const QUIET_CODE = new RegExp(`^(?!${SUSPECT}|${SUSPECT_CODE})[a-z0-9${ACCENTED}][${HARMLESS}]*$`, 'i');

interface KindOfText {
  readonly quiet: RegExp;
  readonly afterApostrophe: RegExp | null;
  /** what a text that is not quiet is read as: it may come with a warning */
  readonly look: Reader<string>;
}

const KINDS: Readonly<Record<TextKind, KindOfText>> = {
  identifier: { quiet: QUIET_CODE, afterApostrophe: ANYTHING, look: lookAtIdentifier },
  place: {
    quiet: QUIET_CODE,
    afterApostrophe: new RegExp(`^\\d|${NEEDS_APOSTROPHE.source}`, 'i'),
    look: lookAtPlace,
  },
  callerName: { quiet: QUIET_CODE, afterApostrophe: NEEDS_APOSTROPHE, look: lookAtCallerName },
  words: { quiet: QUIET_WORDS, afterApostrophe: NEEDS_APOSTROPHE, look: (typed) => lookAtWords(typed, true) },
  person: {
    quiet: QUIET_WORDS,
    afterApostrophe: NEEDS_APOSTROPHE,
    look: (typed) => lookAtWords(typed, false),
  },
  secret: { quiet: QUIET_WORDS, afterApostrophe: null, look: lookAtSecret },
};

function lookAtIdentifier(typed: string, inWorkbook: boolean): string | Fault {
  const value = plainCode(typed);
  if (value !== '.' && value !== '..') return lookAtCode(value, typed, inWorkbook);
  const message = `"${value}" is no identifier: in an address of the platform it means a folder`;
  return new Fault('INVALID_CHARACTER', message, 'Type the identifier, or leave the cell blank.');
}

function lookAtPlace(typed: string, inWorkbook: boolean): string | Fault {
  const value = lookAtCode(plainCode(plainFractions(typed)), typed, inWorkbook);
  return value instanceof Fault ? value : (lostLettersFault(value, false) ?? value);
}

function lookAtCallerName(typed: string, inWorkbook: boolean): string | Fault {
  return /^(?:null|nil|none|nan)$/i.test(typed)
    ? nullWordFault(typed)
    : lookAtCode(plainCode(typed), typed, inWorkbook);
}

/** What a code is read as that was made plain. */
function lookAtCode(value: string, typed: string, inWorkbook: boolean): string | Fault {
  const lost = lostValueFault(typed) ?? characterFault(typed) ?? blankFault(value) ?? placeholderFault(value);
  if (lost !== null) return lost;
  const sign = signInText(value, false);
  if (sign !== null) {
    const message = `"${typed}" holds ${sign}, which is a sign and no letter or digit`;
    return new Fault('INVALID_CHARACTER', message, 'Type what is meant in plain letters and digits.');
  }
  const digits = wholeDigits(value);
  if (digits !== null) return repairedNumber(typed, digits);
  const damaged =
    scientificFault(value) ?? (inWorkbook ? null : (dateFault(value) ?? doubtfulDateFault(value)));
  return damaged ?? markupFault(value) ?? encodingFault(value) ?? value;
}

/** @param mayAsk whether a question mark at the end may be meant, as in the company Guess? */
function lookAtWords(typed: string, mayAsk: boolean): string | Fault {
  const value = plainWords(typed);
  const lost = lostValueFault(typed) ?? characterFault(typed) ?? blankFault(value);
  if (lost !== null) return lost;
  const odd = encodingFault(value);
  if (odd !== null) return odd;
  if (value !== typed.normalize('NFC')) {
    const hint =
      'Nothing has to be done if it looks right; typed again, the text is without them in the sheet too.';
    const message = `Characters that do not show were taken out of "${value}"`;
    return new Fault('INVISIBLE_CHARACTER', message, hint, value);
  }
  if (isNullWord(value)) return nullWordFault(value);
  const sign = signInText(value, true);
  if (sign !== null) {
    const message = `"${value}" holds ${sign}, which is a sign and no letter or digit`;
    return new Fault('SIGN_IN_NAME', message, 'Type plain letters and digits if they are meant.', value);
  }
  return lostLettersFault(value, mayAsk) ?? markupFault(value) ?? value;
}

function lookAtSecret(typed: string): string | Fault {
  const lost = lostValueFault(typed) ?? characterFault(typed);
  if (lost !== null || plainWords(typed) === typed.normalize('NFC')) return lost ?? typed;
  const message = 'The text holds characters that do not show';
  return new Fault('CONTROL_CHARACTER', message, 'Type the text again.');
}

function blankFault(value: string): Fault | null {
  if (value !== '') return null;
  return new Fault(
    'CONTROL_CHARACTER',
    'The cell holds nothing but characters that do not show',
    'Clear the cell.',
  );
}

function nullWordFault(word: string): Fault {
  const hint = 'Leave the cell blank if nothing is meant.';
  return new Fault('NULL_WORD', `"${word}" was taken as a name; programs write it for nothing`, hint, word);
}

/** A text with bounds on its length. */
export function text(rule: TextRule): CellSchema<string> {
  const { quiet, look, afterApostrophe } = KINDS[rule.kind];
  return cell((typed, inWorkbook) => {
    const seen = quiet.test(typed) ? typed : look(typed, inWorkbook);
    if (!(seen instanceof Fault)) return within(rule, seen);
    if (seen.repaired === undefined) return seen;
    const value = within(rule, seen.repaired as string);
    return value instanceof Fault && value.repaired === undefined ? value : seen;
  }, afterApostrophe);
}

/** The value itself, or what the rule says against it. */
function within(rule: TextRule, value: string): string | Fault {
  if (rule.pattern !== undefined && !rule.pattern.matches.test(value)) {
    return new Fault(
      'INVALID_CHARACTER',
      `"${value}" is not ${rule.pattern.says}`,
      `Use ${rule.pattern.says}.`,
    );
  }
  if (value.length > rule.max) {
    const message = `The text has ${value.length} characters; at most ${rule.max} are allowed`;
    return new Fault('TOO_LONG', message, `Shorten it to ${rule.max} characters.`);
  }
  if (rule.min !== undefined && value.length < rule.min) {
    const message = `The text has ${value.length} characters; at least ${rule.min} are needed`;
    return new Fault('TOO_SHORT', message, `Use at least ${rule.min} characters.`);
  }
  const further = rule.further?.(value) ?? null;
  if (further !== null) return further;
  if (rule.advisedMin !== undefined && value.length < rule.advisedMin) {
    const message = `The text has fewer than ${rule.advisedMin} characters; the platform may refuse it`;
    return new Fault('SHORT_TEXT', message, `Use ${rule.advisedMin} characters or more if you can.`, value);
  }
  return value;
}

/** Words rather than a code: a company's name, a note. Typographic apostrophes stay. */
export const name = text({ kind: 'words', max: 256, advisedMin: 3 });

/** The first or last name of a person. */
export const personName = text({ kind: 'person', max: 256, advisedMin: 3 });

/** The first or last name of a person, without an advised minimum. */
export const shortPersonName = text({ kind: 'person', max: 256 });

/** Words without an advised minimum. */
export const words = text({ kind: 'words', max: 256 });

/** Languages as people name them, and the tag that each means here: those of the platform's greetings. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ...{ english: 'en-US', en: 'en-US', french: 'fr-CA', fr: 'fr-CA', francais: 'fr-CA', français: 'fr-CA' },
  ...{ spanish: 'es-MX', es: 'es-MX', espanol: 'es-MX', español: 'es-MX' },
};

/** A language tag (RFC 5646), such as `fr-CA`; which ones the platform supports is not documented. */
export const languageTag: CellSchema<string> = cell((typed) => {
  const value = plainCode(typed);
  const named = LANGUAGES[value.toLowerCase()];
  if (named !== undefined) return named;
  const match = /^([a-z]{2,3})[-_]([a-z]{2})$/i.exec(value);
  if (match?.[1] !== undefined && match[2] !== undefined)
    return `${match[1].toLowerCase()}-${match[2].toUpperCase()}`;
  const fault = new Fault(
    'INVALID_CHARACTER',
    `"${typed}" is no language tag`,
    'Use a tag such as en-US or fr-CA.',
  );
  return placeholderFault(typed) ?? fault;
});

const YES = new Set([
  ...['true', 'yes', 'y', 'x', '1', 'on', 't', '1.0', '✓', '✔', '☑', 'enabled'],
  ...['vrai', 'oui', 'wahr', 'ja', 'verdadero', 'si', 'sí'],
]);
const NO = new Set([
  ...['false', 'no', 'n', '0', 'off', 'f', '0.0', '☐', 'disabled'],
  ...['faux', 'non', 'falsch', 'nein', 'falso'],
]);

/** Whether a text is a yes or a no in a form that people write. */
export function isYesOrNo(text: string): boolean {
  const folded = text.toLowerCase();
  return YES.has(folded) || NO.has(folded);
}

/** TRUE or FALSE in the forms that people write. */
export const yesOrNo: CellSchema<boolean> = cell((typed) => {
  const value = plainCode(typed).toLowerCase();
  if (YES.has(value)) return true;
  if (NO.has(value)) return false;
  const fault = new Fault('NOT_YES_OR_NO', `"${typed}" is neither yes nor no`, 'Use TRUE or FALSE.');
  return placeholderFault(typed) ?? fault;
});

/** A whole number from `min` to `max`; `1.0` is read as 1 with a warning. */
export function wholeNumber(min: number, max: number): CellSchema<number> {
  return cell((typed) => {
    const value = plainCode(typed);
    const match = /^([+-]?\d{1,15})(\.0*)?$/.exec(value);
    const hint = `Use a number from ${min} to ${max}.`;
    if (match?.[1] === undefined) {
      return (
        placeholderFault(typed) ?? new Fault('NOT_A_WHOLE_NUMBER', `"${typed}" is not a whole number`, hint)
      );
    }
    const number = Number(match[1]);
    if (number < min || number > max) {
      return new Fault('OUT_OF_RANGE', `${number} is not from ${min} to ${max}`, hint);
    }
    if (match[2] !== undefined) return repairedNumber(typed, number);
    return number;
  });
}

/** The warning that `18015551212.0` was read as a whole number. */
export function repairedNumber(typed: string, value: string | number): Fault {
  const hint = 'Format the column as text, so that neither decimals nor an exponent are added.';
  return new Fault('NUMBER_REPAIRED', `"${typed}" was read as ${value}`, hint, value);
}

/**
 * One of the options, written without regard to case, spaces, `_` and `-`.
 * @param aliases other texts that people use (folded) and the option that each means
 */
export function option<const T extends string>(
  options: readonly T[],
  aliases: Readonly<Record<string, T>> = {},
): CellSchema<T> {
  const known = new Map<string, T>(Object.entries(aliases));
  for (const each of options) known.set(fold(each), each).set(each, each);
  return cell((typed) => {
    const found = known.get(typed) ?? known.get(fold(plainCode(typed)));
    return found ?? notAnOption(typed, options, known);
  });
}

/** The numbers that dial plans have in their names. */
const SPELLED: Readonly<Record<string, string>> = { 7: 'seven', 9: 'nine', 10: 'ten' };

/** The fault of a text that is none of the options: the nearest one suggested, or all of them named. */
function notAnOption(typed: string, options: readonly string[], known: ReadonlyMap<string, string>): Fault {
  const spelled = plainCode(typed).replace(
    /(?<![a-z\d])(7|9|10)(?!\d)/gi,
    (digits) => SPELLED[digits] ?? digits,
  );
  const meant = nearestOption(spelled, known);
  const hint = meant === null ? `Use one of ${options.join(', ')}.` : `Did you mean ${meant}?`;
  const fault = new Fault('NOT_AN_OPTION', `"${typed}" is not one of the allowed values`, hint);
  return placeholderFault(typed) ?? fault;
}
