import { join } from 'node:path';
import { type ErrorFacts, type Exit, errorFacts, isInterruption } from '../errors.js';
import { Planner } from '../execute/planner.js';
import { undoRun as takeBack, type Undone } from '../execute/take-back.js';
import type { JsonObject } from '../journal/journal.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { type RunDirectory, TAIL_MISSING } from './directory.js';
import { type Follow, tell } from './events.js';
import { openRunLog } from './log.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';
import { PlatformLink } from './platform-link.js';
import { exitOfError, forgetCounts, openObjects, writeAgain, writerOf } from './report.js';
import { runState } from './state.js';

export interface UndoRequest extends EarlierRequest {
  /** tells what would be deleted, and deletes nothing */
  readonly dryRun?: boolean;
  /**
   * Hears, before anything is deleted, what the run created by kind; what it throws stops the undo.
   */
  readonly confirm?: (created: ReadonlyMap<string, number>) => Promise<void>;
}

export interface UndoReport {
  readonly runDir: string;
  readonly environment: string;
  readonly undone: Readonly<Record<Undone['what'], number>>;
  /** `undo.csv`, which lists every object and what became of it; null in a rehearsal, or when it cannot be written */
  readonly list: string | null;
  /** what stopped it */
  readonly error: ErrorFacts | null;
  readonly exit: Exit;
}

/**
 * Deletes what a run created, lists what became of each object in `undo.csv`, and writes results and report again: rows
 * whose objects are gone are `pending`.
 *
 * @returns what became of it, also when it was stopped midway (`error`)
 * @throws StopError when nothing could be deleted at all
 */
export async function undoRun(request: UndoRequest, follow: Follow = {}): Promise<UndoReport> {
  const earlier = await openEarlierRun(request);
  const { run } = earlier;
  try {
    const { directory: runDir, facts } = run;
    tell(follow, { type: 'opened', runDir, environment: facts.target.environment });
    if (run.journal.tailMissing) tell(follow, { type: 'notice', message: TAIL_MISSING });
    const { dryRun = false, confirm } = request;
    await confirm?.(openObjects(run));
    return await undoOpened(earlier, dryRun, follow);
  } finally {
    await run.close();
  }
}

async function undoOpened(
  { run, settings, format, openPlatform }: EarlierRun,
  dryRun: boolean,
  follow: Follow,
): Promise<UndoReport> {
  const { journal, files } = run;
  const undone = { deleted: 0, gone: 0, kept: 0, failed: 0, 'would be deleted': 0 };
  const told = { runDir: run.directory, environment: run.facts.target.environment, undone };
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  let failure: unknown = null;
  try {
    const { client, settleMs, stop } = await link.open(openPlatform, settings);
    if (!dryRun) {
      void runState(journal).set('undoneBy', writerOf(link.apiUser));
      await runState(journal).set('undone', new Date().toISOString());
    }
    await takeBack(client, journal, {
      concurrency: settings.concurrency,
      ...{ settleMs, dryRun, stop },
      onUndone(one) {
        undone[one.what]++;
        const row = journal.row(one.owner)?.row ?? null;
        const { what, key, reason } = one;
        tell(follow, { type: 'undone', what, key, row, reason });
        log.info('undone', { ...one, row });
      },
    });
  } catch (error) {
    failure = error;
  } finally {
    await link.close();
    await log.close();
  }
  const interrupted = isInterruption(failure) || link.stopped === 'interrupted';
  if (isInterruption(failure)) failure = null;
  let list: string | null = null;
  if (!dryRun && link.isOpen)
    try {
      await takeBackRows(run);
      list = await writeList(run);
      await writeAgain(run, format, () => false);
    } catch (error) {
      failure ??= error;
    }
  const { deleted, gone, kept, failed } = undone;
  if (failure !== null && deleted + gone === 0) throw failure;
  const ended: Exit = interrupted ? 'interrupted' : kept + failed > 0 ? 'someFailed' : 'done';
  return {
    ...told,
    list,
    error: failure === null ? null : errorFacts(failure),
    exit: failure === null ? ended : exitOfError(failure, true),
  };
}

/** `undo.csv`: every object that the run had created, whatever of undo has been done so far, and what became of it. */
async function writeList({ journal, directory }: RunDirectory): Promise<string> {
  const path = join(directory, 'undo.csv');
  const columns = ['kind', 'key', 'id', 'row', 'state', 'reason'].map((header) => ({ header }));
  const list = await openSheetWriter(path, 'csv', { sheetName: 'undo', columns });
  try {
    for (const { kind, state } of journal.countSteps()) {
      if (state === 'existing' || state === 'failed') continue;
      // A reservation that was used has become its number.
      if (kind === 'reservation' && state !== 'released') continue;
      for (const step of journal.steps(kind)) {
        if (step.state !== state) continue;
        const { id, phone, reason } = step.outcome ?? step.intent;
        const row = journal.row(step.owner)?.row ?? '';
        await list.write([
          ...[kind, step.key, String(id ?? phone ?? '')],
          ...[String(row), state, String(reason ?? '')],
        ]);
      }
    }
    await list.commit();
  } catch (error) {
    await list.abort();
    throw error;
  }
  return path;
}

/** Rows that lost an object are pending again; their results name only what is still there. */
async function takeBackRows(run: RunDirectory): Promise<void> {
  const { journal } = run;
  forgetCounts(run);
  const undoneAt = runState(journal).get('undone') ?? '';
  const planner = new Planner(journal);
  for (const row of journal.rows()) {
    if (row.status === 'invalid' || row.status === 'pending') continue;
    const plan = planner.plan(row);
    if (typeof plan === 'string') continue;
    const steps = plan.resources.map((resource) => journal.step(resource.key));
    if (!steps.some((step) => step?.state === 'deleted')) continue;
    const kept = steps.filter((step) => step?.state === 'kept');
    const warnings = [
      `undone ${undoneAt}`,
      ...kept.map((step) => `${step?.key} was kept: ${String(step?.outcome?.['reason'])}`),
    ];
    await journal.setRowStatus(row.ordinal, 'pending', { warnings } satisfies JsonObject);
  }
}
