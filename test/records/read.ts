import { expect } from 'vitest';
import { faultOf } from '../../src/records/cells/values.js';
import { type ColumnName, columnOf } from '../../src/records/columns.js';

/** The value of a cell, or the fault: its code, hint, and what it was repaired to. */
export function read(column: ColumnName, text: string) {
  const parsed = columnOf(column).schema.safeParse(text);
  if (parsed.success) return { value: parsed.data };
  const { code, message, hint, repaired } = faultOf(parsed.error);
  expect(message).not.toBe('');
  expect(hint).not.toBe('');
  return { code, message, hint, repaired };
}
