import type { Difference } from '../execute/compare.js';
import type { EventType } from '../plan/events.js';
import type { ActName } from '../plan/resource.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import type { HeaderMatch } from '../records/headers.js';
import type { Problem } from '../records/problem.js';
import type { RunReport, TableHeaders } from '../results/run-report.js';

/** Where an activation, a port or an E911 address stands, and where it stood. */
export interface FollowedChange {
  readonly file: string;
  readonly sheet: string | null;
  /** as the spreadsheet shows it */
  readonly row: number;
  readonly account: string | null;
  readonly phoneNumber: string;
  /** `ACTIVATION`, `PORT_REQUEST` or `NINE_ONE_ONE_ADDRESS` */
  readonly event: EventType;
  /** the platform's status; null when it was not known before */
  readonly from: string | null;
  readonly to: string;
  readonly focDate: string | null;
  /** the carrier's code and words */
  readonly code: string | null;
  readonly message: string | null;
  /** the address that the E911 provider proposes */
  readonly correction: string | null;
  /** how the row stands now */
  readonly status: string;
}

/** What happens in a run, as values; in this order, but for those that come again and again. */
export type RunEvent =
  /** a worksheet or file is open, and how its headers are understood (`checkSheets` without a run directory) */
  | {
      readonly type: 'table';
      readonly file: string;
      readonly sheet: string | null;
      readonly headers: readonly HeaderMatch[];
    }
  /** a problem was found; reading waits until it is taken (`checkSheets` without a run directory) */
  | { readonly type: 'problem'; readonly problem: Problem }
  /** the run directory is there */
  | { readonly type: 'opened'; readonly runDir: string; readonly environment: string }
  /** something to know of the run's journal, such as that its tail is missing */
  | { readonly type: 'notice'; readonly message: string }
  /** nothing was begun, and the run directory is taken back */
  | { readonly type: 'abandoned' }
  /** the sheets are being read into the run directory, twice a second: rows so far */
  | { readonly type: 'reading'; readonly rows: number }
  /**
   * the sheets are read: rows by status, how many of them are to be sent, how many `--only` and `--limit` leave out, which
   * rows by status are not worked on, and what those to be sent would bring about (null: not known yet, as in a dry run, or
   * nothing is to be sent)
   */
  | {
      readonly type: 'loaded';
      readonly rows: Readonly<Record<string, number>>;
      readonly total: number;
      readonly toSend: number;
      readonly leftOut: number;
      readonly others: Readonly<Record<string, number>>;
      readonly plan: SheetPlan | null;
      /** what was read just now, and how its headers were understood; none where an earlier process has read it */
      readonly tables: readonly TableHeaders[];
    }
  /** the log-in is done; requests are sent from now on */
  | { readonly type: 'started'; readonly partitionId: string; readonly baseUrl: string }
  /** a row has ended */
  | {
      readonly type: 'row';
      readonly file: string;
      readonly sheet: string | null;
      /** as the spreadsheet shows it */
      readonly row: number;
      readonly account: string | null;
      readonly status: string;
      readonly error: string | null;
    }
  /** twice a second, once requests are sent (`startRun`, `resumeRun`, a dry run, `verifyRun`, `undoRun`, `followRun`) */
  | {
      readonly type: 'progress';
      /** what is counted: an undo goes by objects, a look at events by those of the partition */
      readonly of: 'rows' | 'objects' | 'events';
      readonly done: number;
      readonly total: number;
      /** of `done`: what failed, is invalid after all, is not as the sheet says, or is kept or could not be taken back */
      readonly failed: number;
      /** by status; of a verification `same` and `different`, of an undo its objects by what became of them */
      readonly rows: Readonly<Record<string, number>>;
      readonly requests: number;
      /** requests a second since the last time */
      readonly rate: number;
      /** requests at this moment, and how many may be at once */
      readonly inFlight: number;
      readonly limit: number;
      /** ISO date and time until which everybody waits, since the platform asked for it; null when nobody does */
      readonly pausedUntil: string | null;
    }
  /** the platform asked for less, or was overloaded: everybody waits. Both since the start */
  | { readonly type: 'paused'; readonly pauses: number; readonly pausedMs: number }
  /** an object of the run was looked at (`undoRun`); `what` as in `undo.csv` */
  | {
      readonly type: 'undone';
      readonly what: string;
      /** what people call its kind, and it */
      readonly title: string;
      readonly name: string;
      readonly key: string;
      readonly row: number | null;
      readonly reason: string;
    }
  /** something was done after the run, or looked at (`welcomeRun`, `cutoverRun`); `what` as in their lists */
  | {
      readonly type: 'act';
      readonly act: ActName;
      readonly key: string;
      /** what people call what it was done to */
      readonly name: string;
      readonly what: string;
      readonly reason: string;
      readonly row: number;
    }
  /** something that the platform does after its answer stands otherwise than at the last look (`followRun`, `resumeRun`) */
  | { readonly type: 'changed'; readonly change: FollowedChange }
  /** a row is not as its sheet says (`verifyRun`) */
  | { readonly type: 'different'; readonly row: number; readonly differences: readonly Difference[] }
  | { readonly type: 'ended'; readonly report: RunReport };

/** How a caller follows and stops what it has started. */
export interface Follow {
  /** Stops it at any time: what is in flight is finished, results and report are written. */
  readonly signal?: AbortSignal;
  /** Hears of everything. Only a `problem` is waited for; what it throws changes nothing. */
  readonly on?: (event: RunEvent) => void | Promise<void>;
}

const NEVER = new AbortController().signal;

export function signalOf({ signal }: Follow): AbortSignal {
  return signal ?? NEVER;
}

/** Tells what happens; nobody waits, and an ear that fails changes nothing. */
export function tell({ on }: Follow, event: RunEvent): void {
  try {
    void Promise.resolve(on?.(event)).catch(() => {});
  } catch {
    // a run does not end since somebody cannot listen
  }
}
