import { StopError } from '../errors.js';
import type { RunReport } from '../results/run-report.js';
import { shellPath } from '../shell-word.js';
import { type BegunRun, beginRun, type RunRequest } from './begin.js';
import { checkIntoRun } from './check-run.js';
import { type RunDirectory, tellOpened } from './directory.js';
import { type Follow, signalOf, tell } from './events.js';
import { type Confirm, importSheets, refuseChangedSheets } from './import-run.js';
import { type EarlierRequest, openEarlierRun } from './open.js';
import { isProduction } from './platform.js';
import { withError } from './report.js';
import { runState } from './state.js';

/** What {@link startRun} brings about. */
export interface StartRequest extends RunRequest {
  /**
   * Asked once a run in production is logged in, before anything is sent; nobody is asked by default. What it throws ends
   * the run as if it had never begun.
   */
  readonly confirm?: Confirm;
}

/** What {@link checkSheets} checks. */
export interface CheckRequest extends RunRequest {
  /** also asks the platform, without a change; else nothing is sent */
  readonly onPlatform: boolean;
  /** leaves results and report to {@link writeResultsAgain} */
  readonly journalOnly?: boolean;
}

/**
 * Validates sheets and brings about what they say: a new run, from the sheets to results and report.
 *
 * @returns what it came to, also when it was stopped by an error after it had begun (`report.error`, `report.exit`)
 * @throws StopError when it could not begin: a usage mistake, an unreadable sheet, a log-in that is refused, a lock
 */
export async function startRun(request: StartRequest, follow: Follow = {}): Promise<RunReport> {
  const begun = await beginRun(request, 'run', signalOf(follow));
  const confirm = isProduction(begun.run.facts.target) ? request.confirm : undefined;
  return carriedOut(begun.run, follow, () =>
    importSheets(begun.run, { ...begun, retryFailed: false, all: false, confirm }, follow),
  );
}

/**
 * Checks sheets into a run directory: `results`, `errors` and the report, and nothing else is changed anywhere.
 * @throws StopError as {@link startRun}
 */
export async function checkSheets(request: CheckRequest, follow: Follow = {}): Promise<RunReport> {
  const { onPlatform, journalOnly = false } = request;
  const begun: BegunRun = await beginRun(request, onPlatform ? 'dry-run' : 'validate', signalOf(follow));
  const options = {
    ...begun,
    format: journalOnly ? null : begun.format,
    openPlatform: onPlatform ? begun.openPlatform : null,
  };
  return carriedOut(begun.run, follow, () => checkIntoRun(begun.run, options, follow));
}

/** What {@link resumeRun} goes on with. */
export interface ResumeRequest extends EarlierRequest {
  /** rows that failed, and those skipped for them, are tried again too */
  readonly retryFailed?: boolean;
  /** the rows that `--only` and `--limit` left out are sent, too */
  readonly all?: boolean;
}

/**
 * Goes on where a run stopped.
 * @throws StopError when it cannot: no run there, its sheets were changed, it was undone, another process is at it
 */
export async function resumeRun(request: ResumeRequest, follow: Follow = {}): Promise<RunReport> {
  const earlier = await openEarlierRun(request);
  const { run } = earlier;
  const { retryFailed = false, all = false } = request;
  try {
    const undone = runState(run.journal).get('undone');
    if (undone !== undefined)
      throw new StopError(
        'RUN_UNDONE',
        `This run was undone (${undone}), so there is nothing to resume.`,
        `Start a new run with the sheet, or finish the undo with: alianza-import undo ${shellPath(run.directory)}`,
      );
    await refuseChangedSheets(run, signalOf(follow));
  } catch (error) {
    await run.close();
    throw error;
  }
  return carriedOut(run, follow, () => importSheets(run, { ...earlier, retryFailed, all }, follow), false);
}

/** Does the work on an open run, closes it, and tells what it came to. */
async function carriedOut(
  run: RunDirectory,
  follow: Follow,
  work: () => Promise<RunReport>,
  isNew = true,
): Promise<RunReport> {
  tellOpened(run, follow);
  let report: RunReport;
  try {
    report = await work();
  } catch (error) {
    // A run that could not even begin must not be in the way of the next try.
    if (isNew) {
      await run.abandon();
      tell(follow, { type: 'abandoned' });
    } else await run.close();
    throw error;
  }
  try {
    await run.close();
    if (run.journal.leftOpen !== null) tell(follow, { type: 'notice', message: run.journal.leftOpen });
  } catch (error) {
    report = withError(report, error);
  }
  tell(follow, { type: 'ended', report });
  return report;
}
