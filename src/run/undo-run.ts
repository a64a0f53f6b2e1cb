import { join } from 'node:path';
import type { Exit } from '../errors.js';
import { Planner } from '../execute/planner.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import { OPEN_STATES, type Undone, undoRun } from '../execute/take-back.js';
import type { JsonObject } from '../journal/journal.js';
import type { Settings } from '../options.js';
import type { KindName } from '../plan/resource.js';
import { KINDS } from '../resources/kinds.js';
import { type WrittenResults, writeResults } from '../results/write-results.js';
import { openSheetWriter, type SheetFormat } from '../sheet/write/write.js';
import { connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { rememberPartition } from './import-run.js';
import { openRunLog } from './log.js';
import { runState } from './state.js';

export interface UndoSummary {
  readonly counts: Readonly<Record<Undone['what'], number>>;
  /** `undo.csv`, which lists every object and what became of it; null in a rehearsal */
  readonly list: string | null;
  readonly results: WrittenResults | null;
  readonly exit: Exit;
}

export interface UndoOptions {
  readonly settings: Settings;
  readonly format: SheetFormat;
  readonly platform: Platform;
  readonly dryRun: boolean;
  onStarted(stop: StopSwitch): void;
  onUndone(undone: Undone, row: number | null): void;
}

/** The objects that a run created and that are still there as far as the journal knows, by kind. */
export function toUndo(run: RunDirectory): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, state, count } of run.journal.countSteps()) {
    if (!OPEN_STATES.has(state)) continue;
    if (kind === 'reservation' || KINDS[kind as KindName].settingOf !== null) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + count);
  }
  return counts;
}

/**
 * Deletes what a run created, lists what became of each object in `undo.csv`, and writes the results again: rows whose
 * objects are gone are `pending`.
 */
export async function undo(run: RunDirectory, options: UndoOptions): Promise<UndoSummary> {
  const { journal, files } = run;
  const { settings, platform, dryRun } = options;
  const log = openRunLog(files.log);
  const connection = await connect(platform, settings, run, log);
  const counts = { deleted: 0, gone: 0, kept: 0, failed: 0, 'would be deleted': 0 };
  try {
    rememberPartition(run, connection.partitionId);
    if (!dryRun) await runState(journal).set('undone', new Date().toISOString());
    const stop = stopSwitch(connection.limiter);
    options.onStarted(stop);
    await undoRun(connection.client, journal, {
      concurrency: settings.concurrency,
      settleMs: connection.settleMs,
      dryRun,
      stop,
      onUndone(undone) {
        counts[undone.what]++;
        const row = journal.row(undone.owner)?.row ?? null;
        options.onUndone(undone, row);
        log.info('undone', { ...undone, row });
      },
    });
    const exit = stop.stopped ? 'interrupted' : counts.kept + counts.failed > 0 ? 'someFailed' : 'done';
    if (dryRun) return { counts, list: null, results: null, exit };
    await takeBackRows(run);
    const list = await writeList(run);
    const results = await writeResults(journal, run.directory, options.format);
    return { counts, list, results, exit };
  } finally {
    await connection.close();
    await log.close();
  }
}

/** `undo.csv`: every object that the run had created, whatever of undo has been done so far, and what became of it. */
async function writeList({ journal, directory }: RunDirectory): Promise<string> {
  const path = join(directory, 'undo.csv');
  const columns = ['kind', 'key', 'id', 'row', 'state', 'reason'].map((header) => ({ header }));
  const list = await openSheetWriter(path, 'csv', { sheetName: 'undo', columns });
  for (const { kind, state } of journal.countSteps()) {
    if (state === 'existing' || state === 'failed') continue;
    // A reservation that was used has become its number.
    if (kind === 'reservation' && state !== 'released') continue;
    for (const step of journal.steps(kind)) {
      if (step.state !== state) continue;
      const { id, phone, reason } = step.outcome ?? step.intent;
      const row = journal.row(step.owner)?.row ?? '';
      await list.write([kind, step.key, String(id ?? phone ?? ''), String(row), state, String(reason ?? '')]);
    }
  }
  await list.commit();
  return path;
}

/** Rows that lost an object are pending again; their results name only what is still there. */
async function takeBackRows(run: RunDirectory): Promise<void> {
  const { journal } = run;
  const undoneAt = String(runState(journal).get('undone'));
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
