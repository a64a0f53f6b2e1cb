import { plainName } from '../plan/keys.js';

/** A field that is not on the platform as the sheet states it. */
export type FieldDifference = {
  /** as the platform names it, such as `timeZone` or `directoryListing.type` */
  readonly field: string;
  readonly inSheet: string;
  readonly onPlatform: string;
  /** why an update leaves it as it is, in words */
  readonly why?: string;
};

/** How stated fields compare with an answer of the platform. */
export interface Comparison {
  readonly differences: readonly FieldDifference[];
  /** fields that the sheet states and the answer does not have: they cannot be compared */
  readonly unanswered: readonly FieldDifference[];
}

/** What stands for a field that the answer has no value for. */
const BLANK = '(blank)';
const NOT_ANSWERED = '(not answered)';

/**
 * Compares the fields that have a value in `stated` with an answer. A field that the answer leaves out is unanswered; one
 * that it says is null is blank there, unless the answer is an entry of a list, which may leave out what costs it much.
 */
export function compare(stated: object, now: object, isEntryOfList = false): Comparison {
  const differences: FieldDifference[] = [];
  const unanswered: FieldDifference[] = [];
  collect('', stated, now);
  return { differences, unanswered };

  function collect(path: string, wanted: object, found: object): void {
    for (const [name, value] of Object.entries(wanted)) {
      if (value === undefined) continue;
      const field = path === '' ? name : `${path}.${name}`;
      const answered = (found as Record<string, unknown>)[name];
      if (answered === undefined || (answered === null && isEntryOfList))
        leaves(field, value, unanswered, NOT_ANSWERED);
      else if (answered === null) {
        // A switch that was never set is off.
        if (value !== false) leaves(field, value, differences, BLANK);
      } else if (isGroup(value) && isGroup(answered)) collect(field, value, answered);
      else if (!same(name, value, answered))
        differences.push({ field, inSheet: shown(value), onPlatform: shown(answered) });
    }
  }

  function leaves(field: string, value: unknown, into: FieldDifference[], onPlatform: string): void {
    if (!isGroup(value)) {
      into.push({ field, inSheet: shown(value), onPlatform });
      return;
    }
    for (const [name, inner] of Object.entries(value))
      if (inner !== undefined) leaves(`${field}.${name}`, inner, into, onPlatform);
  }
}

/** A difference as a person reads it: `timeZone: US/Mountain → US/Pacific`. */
export function differenceText({ field, inSheet, onPlatform, why }: FieldDifference): string {
  return `${field}: ${inSheet} → ${onPlatform}${why === undefined ? '' : ` (${why})`}`;
}

/** An object with fields of its own. */
export function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a field stands for no value. */
export function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}

/** Whether two values of a field mean the same, however the platform writes it. @param field its own name */
export function same(field: string, wanted: unknown, now: unknown): boolean {
  const [a, b] = [shown(wanted), shown(now)];
  if (a === b) return true;
  switch (field) {
    // The guide's own example is answered OPEN_DIAL_PLAN after OPEN_DIAL_PLAN_TEN_DIGIT was sent.
    case 'dialingBehaviorType':
      return a.startsWith(b);
    case 'forwardMessageToEmailAddresses':
    case 'voicemailToEmailAddresses':
      return asSet(wanted) === asSet(now);
    case 'postalCode':
      // A code may come back with its four further digits.
      return codeOf(a).startsWith(codeOf(b)) || codeOf(b).startsWith(codeOf(a));
    default:
      if (IN_CAPITALS.has(field)) return plainName(a).toLowerCase() === plainName(b).toLowerCase();
      if (PHONE.test(a) && PHONE.test(b)) return a.slice(-10) === b.slice(-10);
      return plainName(a) === plainName(b);
  }
}

const PHONE = /^\+?1?[2-9]\d{9}$/;

/** Fields in which letter case says nothing: addresses as the platform reads them, hexadecimal codes, mail addresses. */
const IN_CAPITALS: ReadonlySet<string> = new Set([
  ...[
    'streetNumber',
    'streetNumberSuffix',
    'preDirectional',
    'streetName',
    'streetSuffix',
    'postDirectional',
  ],
  ...['city', 'state', 'country', 'unit', 'secondaryLocationDescription', 'customerName'],
  ...['macAddress', 'emailAddress', 'username', 'languageTag', 'callingPlan'],
]);

/** A list of mail addresses, in which neither order nor letter case says anything. */
function asSet(list: unknown): string {
  const texts = (Array.isArray(list) ? list : [list]).map((each) => shown(each).toLowerCase());
  return JSON.stringify([...new Set(texts)].sort());
}

function codeOf(postalCode: string): string {
  return postalCode.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
}

/** A value as differences show it. */
export function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
