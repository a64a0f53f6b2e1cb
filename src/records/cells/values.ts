import { z } from 'zod';
import { characterFault, damageFault, Fault, placeholderFault, plainCode } from './damage.js';
import { fold, nearestOption } from './nearest.js';

/**
 * A zod type that takes the text of one cell, trimmed and not blank. Its issues carry a {@link Fault}. `read` is what
 * the type does, without what zod does around it: with a million rows that counts.
 */
export type CellSchema<T> = z.ZodType<T, string> & { readonly read: (text: string) => T | Fault };

/** The zod type of a cell that `read` understands: a value, or the fault of the text. */
export function cell<T>(read: (text: string) => T | Fault): CellSchema<T> {
  const schema = z.string().transform((text, context) => {
    const value = read(text);
    if (!(value instanceof Fault)) return value;
    context.issues.push({ code: 'custom', input: text, message: value.message, params: { fault: value } });
    return z.NEVER;
  });
  return Object.assign(schema, { read });
}

/** The fault in an error of a {@link cell}; throws when the error is not of one. */
export function faultOf(error: z.ZodError): Fault {
  const issue = error.issues[0];
  const fault: unknown = issue?.code === 'custom' ? issue.params?.['fault'] : undefined;
  if (!(fault instanceof Fault)) throw error;
  return fault;
}

interface TextRule {
  /** fewest characters; fewer are an error */
  readonly min?: number;
  /** fewer characters than this are a warning (the published schemas have a minimum that the guide has not) */
  readonly advisedMin?: number;
  /** most characters; more are an error */
  readonly max: number;
  /** what all of the text has to match, and how to say so */
  readonly pattern?: { readonly matches: RegExp; readonly says: string };
  /** a code rather than words: typographic characters are made plain, a placeholder is refused */
  readonly code?: boolean;
}

/** A text with bounds on its length. */
export function text(rule: TextRule): CellSchema<string> {
  return cell((typed) => {
    const value = rule.code === true ? plainCode(typed) : typed;
    const fault = (rule.code === true ? damageFault(value) : null) ?? characterFault(typed);
    if (fault !== null) return fault;
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
    if (rule.advisedMin !== undefined && value.length < rule.advisedMin) {
      const message = `The text has fewer than ${rule.advisedMin} characters; the platform may refuse it`;
      return new Fault('SHORT_TEXT', message, `Use ${rule.advisedMin} characters or more if you can.`, value);
    }
    return value;
  });
}

/** Words rather than a code: a person's or a company's name, a street. Typographic apostrophes stay. */
export const name = text({ max: 256, advisedMin: 3 });

/** Words without an advised minimum. */
export const words = text({ max: 256 });

const YES = new Set(['true', 'yes', 'y', 'x', '1', 'on', 't', '1.0', '✓', '✔', '☑']);
const NO = new Set(['false', 'no', 'n', '0', 'off', 'f', '0.0', '☐']);

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
  const hint = 'Format the column as text, so that the spreadsheet adds no decimals.';
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
