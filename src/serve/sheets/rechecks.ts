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

  /**
   * Asks for the checks of changes that an earlier server was killed too soon after. What was never checked, and what was
   * asked for already, is left to a person.
   */
  begin(): void {
    for (const sheet of this.#sheets.list()) if (this.#isLost(sheet)) this.#check(sheet.id);
  }

  /** No check is asked for any more. */
  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  #isLost(sheet: Sheet): boolean {
    try {
      if (this.#sheets.checkOf(sheet)?.isCurrent !== false) return false;
      const last = this.#jobs.of({ sheet: sheet.id }).find(({ kind }) => kind === 'check');
      return last?.revision !== this.#sheets.revisionOf(sheet);
    } catch (error) {
      this.#log({ level: 'error', sheet: sheet.id, message: (error as Error).message });
      return false;
    }
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
