import { isHeld } from '../journal/lock.js';
import { resultOf } from '../results/row-outcome.js';
import type { RunReport } from '../results/run-report.js';
import { readRun, runFiles, TAIL_MISSING } from './directory.js';
import { type Follow, tell } from './events.js';
import { storedReport, writeAgain } from './report.js';
import { type Caller, formatOf, settingsOf } from './settings.js';
import type { RunFacts } from './state.js';

/** A row of a run with what became of it. */
export interface RowOutcome {
  readonly file: string;
  readonly sheet: string | null;
  /** as the spreadsheet shows it */
  readonly row: number;
  readonly account: string | null;
  readonly status: string;
  /** IDs, error and hint, by result column */
  readonly result: ReturnType<typeof resultOf>;
}

/** A run that is open for reading, also while it is going on. */
export interface ReadableRun {
  readonly runDir: string;
  readonly facts: RunFacts;
  report(): RunReport;
  /** in input order; those of one status when it is given */
  rows(status?: string): Generator<RowOutcome>;
  close(): Promise<void>;
}

/**
 * Opens a run to read from it; nothing is written, sent or locked.
 * @throws StopError `NO_RUN`
 */
export function openRun(runDir: string): ReadableRun {
  const { journal, facts } = readRun(runDir);
  const run = { journal, facts, directory: runDir, files: runFiles(runDir) };
  return {
    runDir,
    facts,
    report: () => storedReport(run, () => isLive(runDir)),
    *rows(status) {
      for (const row of journal.rows(status)) {
        const { file, sheet, values } = row.record;
        const account = values.accountNumber ?? null;
        yield { file, sheet, row: row.row, account, status: row.status, result: resultOf(row) };
      }
    },
    close: () => journal.close(),
  };
}

/**
 * The report of a run as far as it is: ended, stopped, cut off, or still going on.
 * @throws StopError `NO_RUN`
 */
export async function readReport(runDir: string): Promise<RunReport> {
  const run = openRun(runDir);
  try {
    return run.report();
  } finally {
    await run.close();
  }
}

/**
 * Writes results, errors and report of a run again, also of one that was stopped, cut off, or is still going on.
 * @param caller its `format` counts
 * @param follow hears a `notice` where the journal lost its end
 * @throws StopError `NO_RUN`, `RESULTS_UNWRITABLE`
 */
export async function writeResultsAgain(
  runDir: string,
  caller: Caller = {},
  follow: Follow = {},
): Promise<RunReport> {
  const { journal, facts } = readRun(runDir);
  try {
    if (journal.tailMissing) tell(follow, { type: 'notice', message: TAIL_MISSING });
    const { settings } = await settingsOf(caller, { format: facts.settings.format });
    const run = { journal, facts, directory: runDir, files: runFiles(runDir) };
    return await writeAgain(run, formatOf(settings, facts.inputs), () => isLive(runDir));
  } finally {
    await journal.close();
  }
}

/** Whether a process is at work on the run: it holds the lock. */
export function isLive(runDir: string): boolean {
  return isHeld(runFiles(runDir).lock, runDir);
}
