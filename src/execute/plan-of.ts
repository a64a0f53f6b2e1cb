import { setImmediate } from 'node:timers/promises';
import { interruption } from '../errors.js';
import type { Journal, StoredRow } from '../journal/journal.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import type { ImportRecord } from '../records/record.js';
import { isThere } from './ids.js';
import { type Pace, PlanCounter } from './plan-counter.js';
import { Planner } from './planner.js';

/** Rows between two looks whether a stop was asked for. */
const IN_ONE_TURN = 1000;

/**
 * What rows of a run would still bring about: what the journal knows to be there is left out.
 *
 * @param rows those to be sent
 * @throws StopError `INTERRUPTED`
 */
export async function planOf(
  journal: Journal<ImportRecord>,
  rows: Iterable<StoredRow<ImportRecord>>,
  pace: Pace,
  signal: AbortSignal,
): Promise<SheetPlan> {
  const planner = new Planner(journal);
  const counter = new PlanCounter();
  let count = 0;
  for (const row of rows) {
    count += 1;
    if (count % IN_ONE_TURN === 0) await setImmediate();
    if (signal.aborted) throw interruption();
    const plan = planner.plan(row);
    if (typeof plan === 'string') continue;
    counter.addPlanned(row.record, plan, ({ key }) => (isThere(journal.step(key)) ? 'done' : 'create'));
  }
  return counter.plan(pace, false);
}
