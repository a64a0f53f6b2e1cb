import type { JsonObject, StoredRow } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import type { RunContext } from '../resources/task.js';
import { Executor, type RowEnd } from './executor.js';
import { inParallel } from './in-parallel.js';
import type { StopSwitch } from './stop-switch.js';

/** Rows at work at once for each request in flight: enough that no place stays empty while rows wait for one another. */
const ROWS_PER_REQUEST = 3;
/** Further rounds for rows whose every try failed for a passing reason. */
const SECOND_ROUNDS = 2;
const BETWEEN_ROUNDS_MS = 2000;

export interface RowsOptions {
  readonly concurrency: number;
  /** rows that fail from now on and stop the run */
  readonly maxFailed: number;
  readonly stop: StopSwitch;
  /** called as each row ends */
  onRow(row: StoredRow<ImportRecord>, end: RowEnd): void;
}

/**
 * Runs every selected row that is pending, in input order, and writes down how each ended. Rows that failed for passing reasons only get
 * further rounds at the end, when whatever troubled the platform may be over.
 *
 * @throws StopError when nothing can be sent or written any more; what had ended before is in the journal
 */
export async function runRows(run: RunContext, options: RowsOptions): Promise<void> {
  let failed = 0;
  const executor = new Executor(run);
  for (let round = 0; round <= SECOND_ROUNDS; round++) {
    const again: number[] = [];
    const workers = options.concurrency * ROWS_PER_REQUEST;
    await inParallel(run.journal.selectedRows('pending'), workers, options.stop, async (row) => {
      const end = await executor.runRow(row);
      if (end.status === 'pending') return;
      const result = end.transient ? { ...end.result, transient: true } : end.result;
      await run.journal.setRowStatus(row.ordinal, end.status, result as JsonObject);
      if (end.transient) again.push(row.ordinal);
      if (end.status === 'failed' && ++failed >= options.maxFailed) options.stop.stop('maxErrors');
      options.onRow(row, end);
    });
    if (again.length === 0 || options.stop.stopped || round === SECOND_ROUNDS) return;
    await run.client.rest(BETWEEN_ROUNDS_MS);
    if (options.stop.stopped) return;
    for (const ordinal of again) {
      if (run.journal.row(ordinal)?.status === 'failed') failed--;
      await run.journal.setRowStatus(ordinal, 'pending', null);
    }
  }
}
