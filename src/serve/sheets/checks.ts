import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { SheetPlan } from '../../plan/sheet-plan.js';
import { readRun, runFiles } from '../../run/directory.js';
import { runState } from '../../run/state.js';
import { fileMark } from '../file-mark.js';

/** What a check of a sheet came to. */
export interface SheetCheck {
  /** of what was checked */
  readonly revision: string;
  /** a run directory, of `validate --no-results` */
  readonly directory: string;
  /** whether it is of the sheet as it is now */
  readonly isCurrent: boolean;
  readonly valid: number;
  readonly invalid: number;
  /** what its valid rows would bring about; null where that was not counted */
  readonly plan: SheetPlan | null;
  /** ISO */
  readonly endedAt: string;
}

type CheckFacts = Pick<SheetCheck, 'valid' | 'invalid' | 'plan' | 'endedAt'>;

const PREFIX = 'check-';

/** Reads what checks came to; what a journal said is kept as long as its files are the same. */
export class Checks {
  readonly #kept = new Map<string, { readonly of: string; readonly facts: CheckFacts }>();

  /** The check of a revision that has come to its end, else the last of another one; null where there is none. */
  last(sheetDirectory: string, revision: string): SheetCheck | null {
    const directories = readdirSync(sheetDirectory)
      .filter((name) => name.startsWith(PREFIX))
      .map((name) => ({ revision: name.slice(PREFIX.length), directory: join(sheetDirectory, name) }))
      .map((each) => ({
        ...each,
        isCurrent: each.revision === revision,
        facts: this.#factsOf(each.directory),
      }));
    const done = directories
      .flatMap(({ facts, ...each }) => (facts === null ? [] : [{ ...each, ...facts }]))
      .sort((a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.endedAt.localeCompare(a.endedAt));
    return done[0] ?? null;
  }

  #factsOf(directory: string): CheckFacts | null {
    const { journal, lock } = runFiles(directory);
    const of = [journal, `${journal}-wal`, `${lock}.holder`].map(fileMark).join(' ');
    const kept = this.#kept.get(directory);
    if (kept?.of === of) return kept.facts;
    this.#kept.delete(directory);
    const facts = readFacts(directory);
    if (facts !== null) this.#kept.set(directory, { of, facts });
    return facts;
  }
}

/** Null while a check goes on, and where it was cut off or stopped. */
function readFacts(directory: string): CheckFacts | null {
  try {
    const { journal } = readRun(directory);
    try {
      const state = runState(journal);
      const kept = state.get('report');
      const last = kept?.parts.at(-1);
      if (!last?.endedAt || last.stoppedBy !== null || !kept?.counts) return null;
      const { valid = 0, invalid = 0 } = kept.counts;
      return { valid, invalid, plan: state.get('plan') ?? null, endedAt: last.endedAt };
    } finally {
      void journal.close();
    }
  } catch {
    return null;
  }
}
