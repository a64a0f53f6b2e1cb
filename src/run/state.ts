import type { Exit } from '../errors.js';
import type { Journal, Json } from '../journal/journal.js';
import type { Settings } from '../options.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import type { ValidatorOptions } from '../records/validate.js';
import type { LimiterFacts, RunPart, Writer } from '../results/run-report.js';

/** Where a run sends to. `baseUrl` is null for the sandbox inside the process, whose port changes. */
export interface RunTarget {
  readonly environment: 'sandbox' | 'beta' | 'production' | 'custom';
  readonly baseUrl: string | null;
}

/** `validate` and `dry-run` send nothing that changes anything. */
export type RunKind = 'run' | 'dry-run' | 'validate';

/** What a run remembers of how it was started. */
export interface RunFacts {
  readonly createdAt: string;
  /** absolute paths of the sheets, with the SHA-256 of their bytes */
  readonly inputs: readonly { readonly file: string; readonly sha256: string }[];
  /** the corrections of `--edits`: absolute path, and SHA-256 of its bytes */
  readonly edits?: { readonly file: string; readonly sha256: string };
  readonly target: RunTarget;
  readonly kind: RunKind;
  readonly settings: Settings;
  readonly reading: ValidatorOptions;
}

/** What a journal keeps of a run's report; the rest of it is in rows and steps. */
export interface KeptReport {
  readonly parts: readonly KeptPart[];
  readonly existing: number | null;
  readonly coverage: readonly string[];
  readonly limiter: LimiterFacts | null;
  /**
   * rows by status when the last part ended, so that a list of runs need not count; null while a part lasts, and once
   * something other than a part has changed a row
   */
  readonly counts?: Readonly<Record<string, number>> | null;
}

export interface KeptPart extends RunPart {
  readonly exit: Exit | null;
}

/** The life of a run, as far as it has come; what is not there has not happened yet. */
export interface RunLife {
  /** how it was started; there from the first moment on */
  facts: RunFacts;
  /** all rows of the sheets are in the journal */
  loaded: true;
  /** the partitions that its rows name; null stands for that of the log-in, of rows that name none */
  partitions: readonly (string | null)[];
  /** the partition of rows that name none: something may have been sent */
  partitionId: string;
  /** the longest `--timeout` that any of its processes had, milliseconds */
  maxTimeoutMs: number;
  /** false while rows are at work, true once every one of them had its turn */
  ended: boolean;
  /** what its rows would bring about, as it was before the first of them was sent */
  plan: SheetPlan;
  /** it sends what is valid although other rows are not, as `--on-invalid skip` said once */
  skipsInvalid: boolean;
  /** how many rows `--only` and `--limit` named, and how many of them were invalid then */
  selected: { readonly rows: number; readonly invalid: number };
  /** when an undo of it began, ISO date and time */
  undone: string;
  /** when an undo of some of its rows began last, ISO date and time */
  partUndone: string;
  /** who began it */
  undoneBy: Writer;
  /** when the change bears that `follow` saw last, for each partition; by the platform's clock, ISO date and time */
  followed: Readonly<Record<string, string>>;
  /** `follow` has journaled what the results do not say yet */
  followedToWrite: boolean;
  /** what it came to so far */
  report: KeptReport;
}

/** Reads and writes the life of a run. */
export interface RunState {
  get<Name extends keyof RunLife>(name: Name): RunLife[Name] | undefined;
  /** Resolves when it is on disk. */
  set<Name extends keyof RunLife>(name: Name, value: RunLife[Name]): Promise<void>;
}

/** The state that the journal of a run keeps. */
export function runState<R>(journal: Journal<R>): RunState {
  return {
    get: <Name extends keyof RunLife>(name: Name) => journal.meta(name) as RunLife[Name] | undefined,
    set: (name, value) => journal.setMeta(name, value as unknown as Json),
  };
}
