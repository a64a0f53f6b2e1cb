import { Fault } from './damage.js';
import { type CellSchema, cell } from './values.js';

/** What a number can ring, as the platform calls it. */
export const REFERENCE_TYPES = [
  ...(['SIP_TRUNK', 'END_USER', 'IVR', 'LINE_APPEARANCE', 'LINE_HUNTGROUP', 'TELEPHONE', 'VFAX'] as const),
  ...(['BUSINESS_LINE', 'BUSINESS_LINE_HUNT_GROUP', 'CALL_GROUP', 'CALL_QUEUE', 'AUTO_ATTENDANT'] as const),
  ...(['SPECIALTY_LINE', 'CONTACT_CENTER'] as const),
] as const;
export type ReferenceType = (typeof REFERENCE_TYPES)[number];

/** What a number rings, as a person names it: its type, and its name, extension or ID. */
export interface NamedTarget {
  readonly type: ReferenceType;
  readonly name: string;
}

/** The words that people use, the word of the canonical form first. */
const WORDS: readonly (readonly [ReferenceType, readonly string[]])[] = [
  ['END_USER', ['user', 'extension', 'ext']],
  ['BUSINESS_LINE', ['line', 'business line']],
  ['BUSINESS_LINE_HUNT_GROUP', ['group', 'hunt group']],
  ['SIP_TRUNK', ['trunk', 'sip trunk']],
  ['AUTO_ATTENDANT', ['attendant', 'auto attendant']],
  ...REFERENCE_TYPES.map((type): [ReferenceType, string[]] => [type, [plainWord(type)]]),
];

const NOTHING = 'nothing';
const NONE = new Set(['nothing', 'none', 'nobody', 'no one']);

function plainWord(text: string): string {
  return text.toLowerCase().replaceAll('_', ' ');
}

/** The word that stands for a type in {@link ringsNow}. */
export function wordOf(type: string): string {
  return WORDS.find(([each]) => each === type)?.[1][0] ?? plainWord(type);
}

/** What a cell of {@link ringsNow} names; null for nothing. */
export function targetOf(rings: string): NamedTarget | null {
  if (rings === NOTHING) return null;
  // The longer word first: `hunt group Sales` is no group of the name "group Sales".
  const words = WORDS.flatMap(([type, each]) => each.map((word) => [type, word] as const)).sort(
    ([, a], [, b]) => b.length - a.length,
  );
  const lower = plainWord(rings);
  for (const [type, word] of words)
    if (lower.startsWith(`${word} `)) return { type, name: rings.slice(word.length + 1).trim() };
  return null;
}

/**
 * What a number rings at the moment, in words: `user 4001`, `line Front desk`, `group Sales`, `trunk HQ`, `ivr <ID>`,
 * `nothing`. The value has one form whatever the capitals and the word.
 */
export const ringsNow: CellSchema<string> = cell((typed) => {
  const text = typed
    .replace(/\s+/gu, ' ')
    .replace(/^([\p{L}_ ]+?)\s*:\s*/u, '$1 ')
    .trim();
  if (NONE.has(text.toLowerCase())) return NOTHING;
  const target = targetOf(text);
  if (target !== null && target.name !== '') return `${wordOf(target.type)} ${target.name}`;
  return new Fault(
    'NOT_A_TARGET',
    `"${typed}" does not say what the number rings now`,
    'Write user 4001, line Front desk, group Sales, trunk HQ, another type with its ID, or nothing.',
  );
});
