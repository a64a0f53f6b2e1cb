import type { ColumnName } from './columns.js';

/**
 * What stands in the `defaults` and `values` of a profile where something is still to be filled in. It says nothing: a
 * blank cell stays blank, a text is read as it stands. It is never taken for a value or a blank.
 */
export const UNDECIDED = '?';

/** The columns whose default is still to be filled in. */
export function undecidedIn(defaults: Partial<Record<ColumnName, string>>): ReadonlySet<ColumnName> {
  const open = Object.entries(defaults).filter(([, text]) => text.trim() === UNDECIDED);
  return new Set(open.map(([column]) => column as ColumnName));
}
