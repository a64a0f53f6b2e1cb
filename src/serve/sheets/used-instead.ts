import type { Fault } from '../../records/cells/damage.js';
import { faultOf } from '../../records/cells/values.js';
import { type ColumnName, columnOf, SECRET_COLUMNS } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';

/** What is used in all rows instead of a text of a column; '' is a blank cell on either side. */
export interface UsedInstead {
  readonly column: ColumnName;
  readonly text: string;
  readonly use: string;
}

/** Why what is used is no value of its column; null where it is one, and of secrets, which a profile refuses. */
export function unusable({ column, use }: UsedInstead): Fault | null {
  if (use === '' || SECRET_COLUMNS.has(column)) return null;
  const parsed = columnOf(column).schema.safeParse(use);
  const fault = parsed.success ? null : faultOf(parsed.error);
  return fault?.repaired === undefined ? fault : null;
}

/** What a profile says of a text of a column, whatever its capitals; null where it says nothing. */
export function usedFor(profile: Profile, column: ColumnName, text: string): string | null {
  if (text === '') return profile.defaults[column] ?? null;
  const key = keyOf(profile, column, text);
  return key === undefined ? null : (profile.values[column]?.[key] ?? '');
}

/** A profile with one more such line, in place of what it said of that text; a default for blank cells. */
export function withUsed(profile: Profile, { column, text, use }: UsedInstead): Profile {
  if (text === '') return { ...profile, defaults: { ...profile.defaults, [column]: use } };
  const before = keyOf(profile, column, text);
  const others = Object.entries(profile.values[column] ?? {}).filter(([known]) => known !== before);
  const texts = { ...Object.fromEntries(others), [text]: use === '' ? null : use };
  return { ...profile, values: { ...profile.values, [column]: texts } };
}

/** A profile without one of its lines: `default <column>` or `value <column> <index>`. */
export function withoutLine(profile: Profile, line: string): Profile {
  const [what, name, at] = line.split(' ');
  const column = name as ColumnName;
  if (what === 'default')
    return {
      ...profile,
      defaults: Object.fromEntries(Object.entries(profile.defaults).filter(([each]) => each !== column)),
    };
  const left = Object.entries(profile.values[column] ?? {}).filter((_, index) => String(index) !== at);
  const values = { ...profile.values, [column]: Object.fromEntries(left) };
  if (left.length === 0) delete values[column];
  return { ...profile, values };
}

function keyOf({ values }: Profile, column: ColumnName, text: string): string | undefined {
  return Object.keys(values[column] ?? {}).find((known) => known.toLowerCase() === text.toLowerCase());
}
