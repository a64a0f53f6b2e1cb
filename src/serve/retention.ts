import { existsSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { type PrunedRun, pruneRun } from '../run/prune.js';
import type { Jobs } from './jobs/jobs.js';
import type { ServeRecords } from './records.js';
import type { Runs, ServedRun } from './runs.js';
import type { Sheet, Sheets } from './sheets/sheets.js';

/** How long things are kept, days. */
export interface KeepDays {
  readonly uploads: number;
  /** null for ever */
  readonly runs: number | null;
}

interface Kept {
  readonly records: ServeRecords;
  readonly runs: Runs;
  readonly sheets: Sheets;
  readonly jobs: Jobs;
}

const DAY_MS = 86_400_000;
const SWEEP_MS = 3_600_000;
/** Who deletes what nobody asked to. */
const BY = { user: '(retention)', role: '', address: '' } as const;

/**
 * Deletes what has been kept for long enough: sheets after their last run, and runs where that was asked for. Nothing is
 * deleted that is at work, waits for its turn or is locked.
 */
export class Retention {
  readonly days: KeepDays;
  readonly #kept: Kept;
  #timer: NodeJS.Timeout | undefined;
  /** what could not be deleted in the last sweep, and why */
  #notDeleted: readonly string[] = [];

  constructor(kept: Kept, days: KeepDays) {
    this.#kept = kept;
    this.days = days;
  }

  get notDeleted(): readonly string[] {
    return this.#notDeleted;
  }

  /** How long things are kept, a sentence each. */
  get sentences(): readonly string[] {
    const { uploads, runs } = this.days;
    return [
      `Sheets with their edits and checks: ${uploads} days after their last run ended, or after they were uploaded or changed.`,
      runs === null
        ? 'Runs: until somebody deletes them.'
        : `Runs that are done, undone or checked only: ${runs} days after something was done with them last.`,
    ];
  }

  /** Sweeps now and every hour. */
  begin(): void {
    void this.sweep();
    this.#timer = setInterval(() => void this.sweep(), SWEEP_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Why a sheet cannot be deleted now; null when it can. */
  whySheetStays({ id }: Sheet, runs: readonly ServedRun[]): string | null {
    if (this.#kept.jobs.of({ sheet: id }).some(({ state }) => state !== 'ended'))
      return 'it is being worked on';
    const directory = this.#kept.sheets.get(id).directory;
    return runsOf(directory, runs).some(({ run }) => run.state === 'going on')
      ? 'a run of it is going on'
      : null;
  }

  /** When a sheet goes, ISO. */
  sheetGoesAt(sheet: Sheet, runs: readonly ServedRun[]): string {
    const times = [
      Date.parse(sheet.at),
      ...[sheet.edits, sheet.profile].map((file) => (file === null ? 0 : changedAt(file))),
      ...runsOf(sheet.directory, runs).map(({ run }) =>
        run.state === 'unreadable' ? 0 : Date.parse(run.lastAt),
      ),
    ];
    return new Date(Math.max(...times) + this.days.uploads * DAY_MS).toISOString();
  }

  /** Why a run cannot be deleted now because of what waits here; null when nothing does. */
  whyRunStays(id: string): string | null {
    return this.#kept.jobs.of({ run: id }).some(({ state }) => state !== 'ended')
      ? 'it is being worked on'
      : null;
  }

  /** Deletes a run by the rules of `runs --prune`. */
  async deleteRun({ id, run }: ServedRun): Promise<PrunedRun> {
    const reason = this.whyRunStays(id);
    const told = { runDir: run.runDir, state: run.state, lastAt: null, bytes: 0 };
    return reason === null ? pruneRun(run.runDir) : { ...told, what: 'kept', reason };
  }

  async sweep(): Promise<void> {
    const { records, runs, sheets } = this.#kept;
    const notDeleted: string[] = [];
    try {
      const all = await runs.list();
      const now = new Date().toISOString();
      for (const sheet of sheets.list()) {
        if (this.sheetGoesAt(sheet, all) > now) continue;
        const reason = this.whySheetStays(sheet, all) ?? (await failureOf(() => sheets.remove(sheet)));
        if (reason !== null) notDeleted.push(`the sheet ${sheet.name}: ${reason}`);
        else records.audit({ ...BY, action: 'delete sheet', object: sheet.id, result: 'done' });
      }
      const { runs: days } = this.days;
      if (days !== null) {
        const before = new Date(Date.now() - days * DAY_MS).toISOString();
        for (const each of all) {
          if (each.run.state === 'unreadable' || each.run.lastAt > before) continue;
          const { what, reason } = await this.deleteRun(each);
          if (what === 'deleted')
            records.audit({
              ...BY,
              action: 'delete run',
              object: each.id,
              change: countsOf(each),
              result: 'done',
            });
          if (reason !== '') notDeleted.push(`the run ${each.id}: ${reason}`);
        }
      }
    } catch (error) {
      notDeleted.push((error as Error).message);
    }
    this.#notDeleted = notDeleted;
  }
}

/** The counts of a run, which its audit line keeps. */
export function countsOf({ run }: ServedRun): string {
  if (run.state === 'unreadable') return '';
  const counts = Object.entries(run.counts).filter(([, count]) => count > 0);
  return `${run.sheets.map((path) => path.split('/').at(-1)).join(', ')}: ${counts.map(([status, count]) => `${count} ${status}`).join(', ')}`;
}

function runsOf(directory: string, runs: readonly ServedRun[]): ServedRun[] {
  return runs.filter(
    ({ run }) =>
      run.state !== 'unreadable' && run.sheets.some((path) => resolve(path).startsWith(directory + sep)),
  );
}

function changedAt(file: string): number {
  return existsSync(file) ? statSync(file).mtimeMs : 0;
}

async function failureOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}
