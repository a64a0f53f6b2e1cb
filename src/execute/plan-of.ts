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
 * What the selected rows of a run would still bring about: what the journal knows to be there is left out.
 *
 * @param status of those to be sent
 * @throws StopError `INTERRUPTED`
 */
export async function planOf(
  journal: Journal<ImportRecord>,
  status: 'pending' | 'valid',
  pace: Pace,
  signal: AbortSignal,
): Promise<SheetPlan> {
  const counter = new PlanCounter();
  const isNew = journal.countSteps().length === 0;
  const add = isNew ? adderOfRead(counter, status) : adderOfPlanned(counter, journal);
  let count = 0;
  for (const row of isNew ? journal.rows() : journal.selectedRows(status)) {
    count += 1;
    if (count % IN_ONE_TURN === 0) await setImmediate();
    if (signal.aborted) throw interruption();
    add(row);
  }
  return counter.plan(pace, false);
}

type Add = (row: StoredRow<ImportRecord>) => void;

/** Nothing is there of what was only read: all rows are taken, since others take over from those that are not sent. */
function adderOfRead(counter: PlanCounter, status: string): Add {
  return (row) => {
    counter.addRead(row.record, row.status === status && row.selection === 'selected');
  };
}

function adderOfPlanned(counter: PlanCounter, journal: Journal<ImportRecord>): Add {
  const planner = new Planner(journal);
  return (row) => {
    const plan = planner.plan(row);
    if (typeof plan === 'string') return;
    counter.addPlanned(row.record, plan, ({ key }) => (isThere(journal.step(key)) ? 'done' : 'create'));
  };
}
