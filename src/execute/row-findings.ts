import type { ApiError } from '../api/api-error.js';
import type { StoredRow } from '../journal/journal.js';
import type { Resource } from '../plan/plan.js';
import type { ColumnName } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import type { ProblemCode } from '../records/problem.js';
import type { ImportRecord } from '../records/record.js';

/** Something that the platform would refuse, or a person should know, about one row. */
export interface Finding {
  readonly code: ProblemCode;
  readonly column: ColumnName;
  readonly value: string;
  readonly message: string;
  readonly hint: string;
}

/** What the read-only checks say of one row. */
export interface RowFindings {
  readonly findings: readonly Finding[];
  /** the natural keys of what is on the platform already and would be `existing` */
  readonly existing: readonly string[];
}

/** Collects what is found about one row. */
export class RowChecker implements RowFindings {
  readonly findings: Finding[] = [];
  readonly existing: string[] = [];
  readonly ordinal: number;
  readonly values: CompleteValues;
  readonly product: Resource['product'];

  constructor(row: StoredRow<ImportRecord>, { values, product }: Resource) {
    this.ordinal = row.ordinal;
    this.values = values;
    this.product = product;
  }

  add(code: ProblemCode, column: ColumnName, value: string, message: string, hint: string): void {
    this.findings.push({ code, column, value, message, hint });
  }

  notChecked(column: ColumnName, error: ApiError): void {
    this.add(
      'NOT_CHECKED',
      column,
      '',
      `It could not be checked: ${error.message}`,
      'Run the dry run again.',
    );
  }
}
