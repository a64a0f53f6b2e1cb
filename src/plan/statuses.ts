import type { EventType } from './events.js';

/** What a status looks like, where there are colours. */
export type StatusLook = 'good' | 'alsoGood' | 'bad' | 'alsoBad' | 'open' | 'idle';

interface Status {
  readonly means: string;
  readonly look: StatusLook;
  /** the row needs nothing more */
  readonly isDone: boolean;
  /** the platform is at work on it, and nobody else need do anything; rows that neither wait nor are done are in the errors file */
  readonly waits?: true;
}

/**
 * The statuses of a row in the results, with what each means, in the order in which they are shown. `pending` is also
 * where every row starts.
 */
export const ROW_STATUSES = {
  created: {
    means: 'this run created at least one part of it, and all of it is there',
    ...{ look: 'good', isDone: true },
  },
  existing: { means: 'all of it was there already', look: 'alsoGood', isDone: true },
  updated: {
    means: 'all of it was there already, and this run brought it to what the sheet says',
    ...{ look: 'alsoGood', isDone: true },
  },
  failed: { means: 'the platform refused a part of it, or kept failing', look: 'bad', isDone: false },
  invalid: { means: 'the row has errors; nothing was sent for it', look: 'alsoBad', isDone: false },
  skipped: { means: 'something that it depends on failed', look: 'open', isDone: false },
  waiting: {
    means:
      'ordered, or it needs a number that is not active yet; the platform is still at work: `follow` tells what became of it',
    ...{ look: 'open', isDone: false, waits: true },
  },
  pending: { means: 'not attempted yet', look: 'idle', isDone: false },
} as const satisfies Record<string, Status>;

export type RowStatus = keyof typeof ROW_STATUSES;

/** Those of a validation or dry run. */
export const CHECK_STATUSES = {
  valid: { means: 'nothing speaks against sending it', look: 'good', isDone: true },
  invalid: ROW_STATUSES.invalid,
} as const satisfies Record<string, Status>;

const ALL: Readonly<Record<string, Status | undefined>> = { ...ROW_STATUSES, ...CHECK_STATUSES };

/** Whether the rows of a status that stands in a journal or report need nothing more. */
export function isDone(status: string): boolean {
  return ALL[status]?.isDone === true;
}

/** Whether nothing is to be done about the rows of a status but to wait for the platform. */
export function isWaiting(status: string): boolean {
  return ALL[status]?.waits === true;
}

export function lookOf(status: string): StatusLook {
  return ALL[status]?.look ?? 'idle';
}

/** A field of something that was there which an update changes. null stands for no value. */
export interface RowChange {
  /** natural key of the object, such as `user:SP-123/4000` */
  readonly object: string;
  /** as the platform names it, such as `timeZone` or `directoryListing.type` */
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** A number that something of a row waits for, since the platform takes it once the number is active. */
export interface Awaited {
  readonly phone: string;
  /** the type of the event that ends then */
  readonly event: EventType;
}

/** What became of a row, as the result columns show it. */
export interface RowResult {
  readonly accountId?: string;
  readonly userId?: string;
  readonly assignedPhoneNumber?: string;
  readonly businessLineId?: string;
  readonly sipTrunkId?: string;
  readonly deviceId?: string;
  /** the port order of its number */
  readonly portId?: string;
  /** the type of the event that the row failed by, or waits for */
  readonly event?: EventType;
  /** the status that the row has once that event ends well; `pending` where something could not be sent before */
  readonly afterwards?: RowStatus;
  /** the numbers that must be active before the rest of it can be sent */
  readonly awaits?: readonly Awaited[];
  readonly huntGroupId?: string;
  readonly assignedVoicemailBoxId?: string;
  /** when the user's welcome mail was sent, as the platform has it; ISO date and time */
  readonly welcomeEmailSent?: string;
  /** the kind of resource that failed, such as `number` */
  readonly failedStep?: string;
  /** what people call that */
  readonly stepTitle?: string;
  readonly error?: string;
  readonly hint?: string;
  /** ordinal of the row that `error` and `hint` name: the one that is to be corrected first */
  readonly other?: number;
  /** warnings of the run itself; those of validation are problems of the row */
  readonly warnings?: readonly string[];
  /** how many fields of what was there before are not as the sheet says; the warnings name them */
  readonly differs?: number;
  /** what an update has changed; in a dry run, what it would change */
  readonly changes?: readonly RowChange[];
  /** ISO date and time */
  readonly finishedAt?: string;
  /** every failure of the row was a passing one */
  readonly transient?: true;
}
