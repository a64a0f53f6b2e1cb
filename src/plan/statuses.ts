/** The statuses of a row in the results, with what each means. `pending` is also where every row starts. */
export const ROW_STATUSES = {
  created: 'this run created at least one part of it, and all of it is there',
  existing: 'all of it was there already',
  failed: 'the platform refused a part of it, or kept failing',
  invalid: 'the row has errors; nothing was sent for it',
  skipped: 'something that it depends on failed',
  pending: 'not attempted yet',
} as const;

export type RowStatus = keyof typeof ROW_STATUSES;

/** Rows that need nothing more. */
const DONE = new Set(['created', 'existing', 'valid']);

export function isDone(status: string): boolean {
  return DONE.has(status);
}

/** What became of a row, as the result columns show it. */
export interface RowResult {
  readonly accountId?: string;
  readonly userId?: string;
  readonly assignedPhoneNumber?: string;
  readonly businessLineId?: string;
  readonly sipTrunkId?: string;
  readonly deviceId?: string;
  /** the kind of resource that failed, such as `number` */
  readonly failedStep?: string;
  /** what people call that */
  readonly stepTitle?: string;
  readonly error?: string;
  readonly hint?: string;
  /** warnings of the run itself; those of validation are problems of the row */
  readonly warnings?: readonly string[];
  /** how many fields of what was there before are not as the sheet says; the warnings name them */
  readonly differs?: number;
  /** ISO date and time */
  readonly finishedAt?: string;
  /** every failure of the row was a passing one */
  readonly transient?: true;
}
