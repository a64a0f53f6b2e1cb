import { existsSync, lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import type { Exit } from '../errors.js';
import { letGoOfClosed } from '../journal/let-go.js';
import { acquireLock, type Lock } from '../journal/lock.js';
import type { ListedRun, RunStanding } from '../results/run-report.js';
import { ownFilesIn, runFiles } from './directory.js';
import { oneByOne, readListed, readRuns } from './runs.js';

/** What becomes of a run directory that is old enough. */
export interface PrunedRun {
  readonly runDir: string;
  readonly state: RunStanding;
  /** when something was done with it last; null when that is not known */
  readonly lastAt: string | null;
  /** of the run's own files */
  readonly bytes: number;
  readonly what: 'would be deleted' | 'deleted' | 'kept' | 'failed';
  /** why it is kept, or what is left of it; '' where there is nothing to say */
  readonly reason: string;
}

export interface PruneRequest {
  readonly folder: string;
  readonly olderThanDays: number;
  /** lists, and deletes nothing */
  readonly dryRun: boolean;
  /** hears what would become of each, before anything is deleted; what it throws stops it */
  readonly confirm: (runs: readonly PrunedRun[]) => Promise<void>;
  readonly signal: AbortSignal;
}

export interface Pruned {
  /** those that are old enough, and those that cannot be read */
  readonly runs: readonly PrunedRun[];
  /** how many are not old enough */
  readonly younger: number;
  /** `someFailed` when a file that was to be deleted could not be */
  readonly exit: Exit;
}

const DAY_MS = 86_400_000;

/** The runs that need nothing more. */
const PRUNABLE: ReadonlySet<RunStanding> = new Set<RunStanding>(['done', 'undone', 'checked']);

/**
 * Deletes the runs of a folder that are done, undone or checked only, and have been left alone for long enough. Only the
 * files of a run are deleted, and then its directory if nothing else is in it; no link is followed.
 *
 * @throws StopError `NO_FOLDER`, `INTERRUPTED` while it reads, and what `confirm` throws
 */
export async function pruneRuns(request: PruneRequest): Promise<Pruned> {
  const { folder, olderThanDays, dryRun, confirm, signal } = request;
  const before = new Date(Date.now() - olderThanDays * DAY_MS).toISOString();
  const planned: PrunedRun[] = [];
  let younger = 0;
  for (const run of await readRuns(folder, signal)) {
    const { runDir, state } = run;
    if (run.state === 'unreadable') {
      const told = { runDir, state, lastAt: null, bytes: 0 };
      planned.push({ ...told, what: 'kept', reason: `it cannot be read: ${run.error.message}` });
    } else if (run.lastAt > before) younger++;
    else planned.push(plannedFor(run));
  }
  await confirm(planned);
  if (dryRun) return { runs: planned, younger, exit: 'done' };
  const runs: PrunedRun[] = [];
  await oneByOne(planned, async (run) => {
    if (run.what === 'kept') runs.push(run);
    else if (signal.aborted)
      runs.push({ ...run, what: 'kept', reason: 'it was interrupted before its turn' });
    else runs.push(await deleted(run));
  });
  const failed = runs.some(({ what }) => what === 'failed');
  return { runs, younger, exit: signal.aborted ? 'interrupted' : failed ? 'someFailed' : 'done' };
}

/** Deletes one run, of whatever age, by the same rules; why it is kept is said. */
export async function pruneRun(runDir: string): Promise<PrunedRun> {
  const run = await readListed(runDir);
  if (run.state === 'unreadable')
    return { runDir, state: run.state, lastAt: null, bytes: 0, what: 'kept', reason: 'it cannot be read' };
  const planned = plannedFor(run);
  return planned.what === 'kept' ? planned : deleted(planned);
}

function plannedFor(run: ListedRun): PrunedRun {
  const { runDir, state, lastAt } = run;
  const reason = whyKept(run);
  const told = { runDir, state, lastAt, bytes: sizeOf(runDir) };
  return reason === null
    ? { ...told, what: 'would be deleted', reason: '' }
    : { ...told, what: 'kept', reason };
}

/** Why a run must stay; null when it need not. */
function whyKept({ runDir, state, kind, environment, baseUrl, tailMissing }: ListedRun): string | null {
  if (!lstatSync(runDir).isDirectory()) return 'it is a link: delete it where it is';
  if (!PRUNABLE.has(state)) return `it is open: ${state}`;
  if (tailMissing) return 'the end of its journal is missing';
  const trunksLive = kind === 'run' && state === 'done' && !(environment === 'sandbox' && baseUrl === null);
  if (trunksLive && ownFilesIn(runDir).includes(runFiles(runDir).credentials))
    return 'its credentials.csv may be the only copy of the SIP passwords of trunks in service: move it to where you keep such';
  return null;
}

const CHANGED = 'it has just been changed';

/** Deletes a run whose lock is to be had and which is what it was. */
async function deleted(run: PrunedRun): Promise<PrunedRun> {
  const { runDir } = run;
  const files = runFiles(runDir);
  let lock: Lock;
  // A lock is made with its directory, which another prune may have taken away meanwhile.
  if (!existsSync(files.journal)) return { ...run, what: 'kept', reason: CHANGED };
  try {
    lock = acquireLock(files.lock, `run directory ${runDir}`);
  } catch (error) {
    return { ...run, what: 'kept', reason: (error as Error).message };
  }
  let lockIsGone = false;
  try {
    // Whoever held the lock until now may have gone on with it.
    const now = await readListed(runDir, () => false);
    // Who closes a journal late takes away what has the name of its log by then.
    await letGoOfClosed(true);
    const changed = now.state === 'unreadable' || now.lastAt !== run.lastAt;
    const reason = changed ? CHANGED : whyKept(now);
    if (reason !== null) return { ...run, what: 'kept', reason };
    // The journal comes last: what a kill leaves is still a run, and the next prune goes on with it.
    for (const path of journalLast(ownFilesIn(runDir), files.journal)) rmSync(path, { force: true });
    // While the lock is held, so that nobody takes one that is about to go.
    lockIsGone = removed(files.lock);
  } catch (error) {
    return { ...run, what: 'failed', reason: (error as Error).message };
  } finally {
    lock.release();
  }
  // Where a file that is open cannot be removed.
  if (!lockIsGone) removed(files.lock);
  return withoutDirectory(run);
}

function journalLast(paths: readonly string[], journal: string): string[] {
  const isOther = (path: string) => path !== journal;
  return [...paths.filter(isOther), ...paths.filter((path) => !isOther(path))];
}

function removed(file: string): boolean {
  try {
    rmSync(file, { force: true });
    return true;
  } catch {
    return false;
  }
}

/** How many files the reason names that somebody has put into a run directory. */
const NAMED = 5;

/** Removes the directory of a run whose files are gone, unless there is something of somebody's in it. */
function withoutDirectory(run: PrunedRun): PrunedRun {
  try {
    const left = readdirSync(run.runDir);
    if (left.length === 0) rmdirSync(run.runDir);
    const more = left.length > NAMED ? ` and ${left.length - NAMED} more` : '';
    const reason =
      left.length === 0
        ? ''
        : `the directory stays, since other files are in it: ${left.slice(0, NAMED).join(', ')}${more}`;
    return { ...run, what: 'deleted', reason };
  } catch (error) {
    return { ...run, what: 'failed', reason: (error as Error).message };
  }
}

/** The bytes that the files of a run take. */
function sizeOf(runDir: string): number {
  return ownFilesIn(runDir).reduce((sum, path) => sum + lstatSync(path).size, 0);
}
