import type { ApiError } from '../api/api-error.js';
import type { Call } from '../api/endpoints.js';
import type { Resource } from '../plan/resource.js';
import type { RowChange } from '../plan/statuses.js';
import type { ColumnName } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import type { ProblemCode } from '../records/problem.js';

/** Something that the platform would refuse, or a person should know, about one row. */
export interface Finding {
  readonly code: ProblemCode;
  readonly column: ColumnName | null;
  readonly value: string;
  readonly message: string;
  readonly hint: string;
}

/** What the read-only checks say of one row, collected as they answer. */
export class RowFindings {
  readonly findings: Finding[] = [];
  /** the natural keys of what is on the platform already and would be `existing` */
  readonly existing: string[] = [];
  /** by natural key, whether what is on the platform already differs from the sheet; settings among them */
  readonly differs = new Map<string, boolean>();
  /** what an update would change */
  readonly changes: RowChange[] = [];
  /** the calls that it would send, by natural key */
  readonly updates = new Map<string, readonly Call<unknown>[]>();
  readonly ordinal: number;
  readonly values: CompleteValues;
  readonly product: Resource['product'];

  /** @param resource any of the row's resources */
  constructor(ordinal: number, { values, product }: Resource) {
    this.ordinal = ordinal;
    this.values = values;
    this.product = product;
  }

  add(code: ProblemCode, column: ColumnName | null, value: string, message: string, hint: string): void {
    this.findings.push({ code, column, value, message, hint });
  }

  notChecked(column: ColumnName, error: ApiError): void {
    const message = `It could not be checked: ${error.message}`;
    this.add('NOT_CHECKED', column, '', message, 'Run the dry run again.');
  }
}
