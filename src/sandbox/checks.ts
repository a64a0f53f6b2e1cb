import { isObject, type Json, Refusal } from './answers.js';

/** Looks at one value of a body; returns what is wrong with it, each message naming the field. */
export type Check = (value: unknown, field: string) => readonly string[];

/** The fields of a body that are looked at. Fields that are not listed are accepted, as the platform does. */
export type Rules = { readonly [field: string]: { readonly required: boolean; readonly check: Check } };

const FINE: readonly string[] = [];

/** A field that has to be there; null counts as absent. */
export const must = (check: Check) => ({ required: true, check });

/** A field that may be absent or null. */
export const may = (check: Check) => ({ required: false, check });

/** A string of `min` to `max` characters (1 to 256), and of a pattern if one is given. */
export function text(options: { min?: number; max?: number; pattern?: RegExp; shape?: string } = {}): Check {
  const { min = 1, max = 256, pattern, shape } = options;
  return (value, field) => {
    if (typeof value !== 'string') return [`${field}: must be a string, but is ${jsonType(value)}`];
    if (min > 0 && value.trim() === '') return [`${field}: must not be blank`];
    if (value.length < min || value.length > max) return [`${field}: size must be between ${min} and ${max}`];
    if (pattern !== undefined && !pattern.test(value)) return [`${field}: '${value}' must be ${shape}`];
    return FINE;
  };
}

/** One of a list of strings. */
export function oneOf(values: readonly string[]): Check {
  const allowed = new Set(values);
  return (value, field) =>
    typeof value === 'string' && allowed.has(value)
      ? FINE
      : [`${field}: value ${JSON.stringify(value)} is not one of [${values.join(', ')}]`];
}

/** A JSON integer; a string of digits is refused. */
export function integer(min: number, max: number): Check {
  return (value, field) => {
    if (typeof value !== 'number' || !Number.isInteger(value))
      return [`${field}: must be an integer, but is ${jsonType(value)}`];
    return value >= min && value <= max ? FINE : [`${field}: must be between ${min} and ${max}`];
  };
}

/** A JSON boolean. */
export const flag: Check = (value, field) =>
  typeof value === 'boolean' ? FINE : [`${field}: must be a boolean, but is ${jsonType(value)}`];

/** An object with fields of its own. */
export function object(rules: Rules): Check {
  return (value, field) =>
    isObject(value) ? problemsOf(value, rules, `${field}.`) : [`${field}: must be an object`];
}

/** An array of at least `min` elements, each of which passes. */
export function list(check: Check, min = 0): Check {
  return (value, field) => {
    if (!Array.isArray(value)) return [`${field}: must be an array`];
    if (value.length < min) return [`${field}: size must be at least ${min}`];
    return value.flatMap((element, index) => check(element, `${field}[${index}]`));
  };
}

/** One of several objects, told apart by `@type`. */
export function discriminated(kinds: { readonly [type: string]: Check }): Check {
  return (value, field) => {
    if (!isObject(value)) return [`${field}: must be an object`];
    const type = value['@type'];
    const check = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (check === undefined)
      return [
        `${field}.@type: value ${JSON.stringify(type)} is not one of [${Object.keys(kinds).join(', ')}]`,
      ];
    return check(value, field);
  };
}

/** A telephone number as failover actions take it: digits, however many. */
export const digits: Check = text({ pattern: /^\d+$/, shape: 'digits' });

/** A telephone number in the platform's form: 11 digits, the first a 1 (guide, "Add Phone Number", POST body). */
export const phoneNumber: Check = text({
  pattern: /^1\d{10}$/,
  shape: 'an 11-digit string beginning with 1',
});

/** @returns every problem of a body under its rules, in the order of the rules */
export function problemsOf(body: Json, rules: Rules, prefix = ''): readonly string[] {
  const problems: string[] = [];
  for (const field in rules) {
    const rule = rules[field];
    if (rule === undefined) continue;
    const value = body[field];
    if (value === undefined || value === null) {
      if (rule.required) problems.push(`${prefix}${field}: must not be null`);
    } else {
      for (const problem of rule.check(value, prefix + field)) problems.push(problem);
    }
  }
  return problems;
}

/** @throws Refusal 400 with every problem of the body */
export function requireValid(body: Json, rules: Rules): void {
  refuseIfAny(problemsOf(body, rules));
}

/** @throws Refusal 400 when there is a problem */
export function refuseIfAny(problems: readonly string[]): void {
  if (problems.length > 0) throw new Refusal(400, ...problems);
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
