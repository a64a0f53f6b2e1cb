import { readFileSync } from 'node:fs';
import { StopError } from '../errors.js';
import { isObject, type Json } from './answers.js';
import { FAULT_KINDS, type FaultRule } from './faults.js';
import { OPERATIONS } from './routes.js';

/** Reads a fault file: `{ "faults": [rule, …] }`. @throws StopError that says what is wrong with it */
export function readFaultFile(path: string): FaultRule[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new StopError(
      'FAULT_FILE_UNREADABLE',
      `The fault file ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`,
      'Name a readable JSON file such as { "faults": [{ "operation": "createAccount", "kind": "503", "nth": 1 }] }.',
      { cause },
    );
  }
  return parseFaults(parsed, `The fault file ${path}`);
}

/**
 * @param source how messages begin, such as "The fault file night.json"
 * @returns the rules of `{ "faults": [rule, …] }`. @throws StopError that names the first rule that is wrong
 */
export function parseFaults(parsed: unknown, source: string): FaultRule[] {
  const rules = isObject(parsed) ? parsed['faults'] : undefined;
  if (!Array.isArray(rules))
    throw wrong(`${source} has no list of faults`, 'Write { "faults": [ … ] } with one object a fault.');
  return rules.map((rule: unknown, index) => {
    const where = `${source}, fault ${index + 1}`;
    if (!isObject(rule)) throw wrong(`${where}: is not an object`, 'Write { "operation": …, "kind": … }.');
    return parseRule(rule, where);
  });
}

const isCount = (value: unknown) => typeof value === 'number' && Number.isInteger(value) && value >= 1;
const isFrom0 = (value: unknown) => typeof value === 'number' && value >= 0;

const FIELDS = new Map<string, { readonly shape: string; readonly holds: (value: unknown) => boolean }>([
  ['operation', { shape: 'text', holds: (value) => typeof value === 'string' }],
  ['kind', { shape: 'text', holds: (value) => typeof value === 'string' }],
  [
    'nth',
    {
      shape: 'a number from 1, or a list of them',
      holds: (value) => isCount(value) || (Array.isArray(value) && value.length > 0 && value.every(isCount)),
    },
  ],
  ['rate', { shape: 'a number from 0 to 1', holds: (value) => isFrom0(value) && Number(value) <= 1 }],
  ['times', { shape: 'a number from 1', holds: isCount }],
  ['delayMs', { shape: 'milliseconds from 0', holds: isFrom0 }],
  ['retryAfter', { shape: 'seconds from 0', holds: isFrom0 }],
]);

function parseRule(rule: Json, where: string): FaultRule {
  for (const [field, value] of Object.entries(rule)) {
    const known = FIELDS.get(field);
    if (known === undefined) throw unknownName(where, 'field', field, [...FIELDS.keys()]);
    if (!known.holds(value))
      throw wrong(`${where}: ${field} is ${JSON.stringify(value)}`, `${field} must be ${known.shape}.`);
  }
  const { operation, kind } = rule;
  for (const [field, value] of Object.entries({ operation, kind }))
    if (value === undefined) throw wrong(`${where}: has no ${field}`, `Add "${field}".`);
  if (operation !== '*' && !OPERATIONS.includes(String(operation)))
    throw unknownName(where, 'operation', String(operation), OPERATIONS);
  if (!Object.hasOwn(FAULT_KINDS, String(kind)))
    throw unknownName(where, 'kind', String(kind), Object.keys(FAULT_KINDS));
  // Every field was looked at above.
  return rule as unknown as FaultRule;
}

const wrong = (message: string, hint: string) => new StopError('FAULT_FILE_INVALID', message, hint);

function unknownName(where: string, what: string, name: string, known: readonly string[]): StopError {
  const nearest = known.toSorted((a, b) => editDistance(name, a) - editDistance(name, b))[0];
  return wrong(
    `${where}: there is no ${what} '${name}'`,
    `Did you mean '${nearest}'? Known: ${known.join(', ')}.`,
  );
}

/** @returns how many letters must be added, dropped or changed to make one text of the other, whatever the case */
function editDistance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same));
    }
  }
  return row[b.length] ?? 0;
}
