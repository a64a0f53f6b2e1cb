import type { Jobs } from '../jobs/jobs.js';
import type { Sheet, Sheets } from './sheets.js';

/** How long nothing must have changed before a sheet is checked, milliseconds. */
const QUIET_MS = 1000;

/** Has sheets checked when they are new, and a moment after their last change. */
export class Rechecks {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #sheets: Sheets;
  readonly #jobs: Jobs;
  readonly #log: (line: Readonly<Record<string, unknown>>) => void;

  constructor(sheets: Sheets, jobs: Jobs, log: (line: Readonly<Record<string, unknown>>) => void) {
    this.#sheets = sheets;
    this.#jobs = jobs;
    this.#log = log;
    sheets.onChange(({ id }, isNew) => {
      clearTimeout(this.#timers.get(id));
      this.#timers.set(
        id,
        setTimeout(() => this.#check(id), isNew ? 0 : QUIET_MS),
      );
    });
  }

  /** No check is asked for any more. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #check(id: string): void {
    this.#timers.delete(id);
    const sheet: Sheet | null = this.#sheets.find(id);
    if (sheet === null) return;
    try {
      const revision = this.#sheets.revisionOf(sheet);
      if (this.#sheets.checkOf(sheet)?.isCurrent) return;
      this.#jobs.ask({ kind: 'check', sheet: id, revision, user: sheet.by, role: 'run', address: '' });
    } catch (error) {
      // the page says that it is not checked, and has a button
      this.#log({ level: 'error', sheet: id, message: (error as Error).message });
    }
  }
}
