import { describe, expect, it } from 'vitest';
import { CHECK_STATUSES, isDone, lookOf, ROW_STATUSES } from '../../src/plan/statuses.js';
import { reportPage } from '../../src/results/report.js';
import { RowIndex } from '../../src/results/row-index.js';
import { reportOf } from '../results/journals.js';

const ALL = Object.keys({ ...ROW_STATUSES, ...CHECK_STATUSES });

describe('a status', () => {
  it('is done, or its rows are in the errors file', () => {
    expect(ALL.filter(isDone)).toEqual(['created', 'existing', 'updated', 'valid']);
    expect(isDone('unheard of')).toBe(false);
  });

  it('has a colour in the report, and its bar there', () => {
    const counts = Object.fromEntries(ALL.map((status) => [status, 1]));
    const page = reportPage(reportOf({ counts }), new RowIndex());
    for (const status of ALL) {
      expect(page).toContain(`.${lookOf(status)} { --c: var(--`);
      expect(page).toContain(`class="bar ${lookOf(status)}"`);
    }
    expect(lookOf('unheard of')).toBe('idle');
  });
});
