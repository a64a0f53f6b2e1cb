import type { Exit } from '../errors.js';
import type { Journal, Json } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import type { LimiterFacts, RunPart } from '../results/run-report.js';

/** What a journal keeps of a run's report; the rest of it is in rows and steps. */
export interface KeptReport {
  readonly parts: readonly KeptPart[];
  readonly existing: number | null;
  readonly coverage: readonly string[];
  readonly limiter: LimiterFacts | null;
}

export interface KeptPart extends RunPart {
  readonly exit: Exit | null;
}

/** What the journal of a run remembers of its life, beside its rows and steps. */
interface Life {
  /** all rows of the sheets are in the journal */
  readonly loaded: true;
  /** false from the first send on, until no row is left that could be tried */
  readonly ended: boolean;
  readonly partitionId: string;
  /** when it was undone, ISO date and time */
  readonly undone: string;
  /** people who get a mail as soon as their user is created; absent when nobody has counted */
  readonly mailsAtOnce: number;
  readonly report: KeptReport;
}

type Memory = Pick<Journal<ImportRecord>, 'meta' | 'setMeta'>;

export function remembered<K extends keyof Life>(journal: Memory, key: K): Life[K] | undefined {
  return journal.meta(key) as Life[K] | undefined;
}

/** Resolves when it is on disk; what is written later is on disk later. */
export function remember<K extends keyof Life>(journal: Memory, key: K, value: Life[K]): Promise<void> {
  return journal.setMeta(key, value as unknown as Json);
}
