import { join } from 'node:path';
import { ApiError } from '../api/api-error.js';
import { type Exit, isInterruption } from '../errors.js';
import { type Difference, verifyRow } from '../execute/compare.js';
import { inParallel } from '../execute/in-parallel.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import type { StoredRow } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import { openSheetWriter, type SheetWriter } from '../sheet/write/write.js';
import { type Connection, connect, type Platform } from './connect.js';
import { type Follow, signalOf, tell } from './events.js';
import { rememberPartition } from './import-run.js';
import { unlessInterrupted } from './interrupt.js';
import { openRunLog } from './log.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';

export interface VerifyReport {
  readonly runDir: string;
  readonly environment: string;
  readonly rows: { readonly total: number; readonly same: number; readonly different: number };
  /** `verify.csv`, which lists every difference; null when it was interrupted before the first row */
  readonly list: string | null;
  readonly requests: number;
  readonly exit: Exit;
}

/**
 * Reads back every object of a run and lists, in `verify.csv`, what is not as the sheet says. Changes nothing.
 * @throws StopError when it cannot be read on; a list of an earlier time is then untouched
 */
export async function verifyRun(request: EarlierRequest, follow: Follow = {}): Promise<VerifyReport> {
  const earlier = await openEarlierRun(request);
  try {
    const { directory: runDir, facts } = earlier.run;
    tell(follow, { type: 'opened', runDir, environment: facts.target.environment });
    return await verifyOpened(earlier, follow);
  } finally {
    await earlier.run.close();
  }
}

async function verifyOpened(
  { run, settings, openPlatform }: EarlierRun,
  follow: Follow,
): Promise<VerifyReport> {
  const { journal, files, directory, facts } = run;
  const signal = signalOf(follow);
  const log = openRunLog(files.log);
  const path = join(directory, 'verify.csv');
  const columns = ['file', 'sheet', 'row', 'object', 'field', 'inSheet', 'onPlatform'].map((header) => ({
    header,
  }));
  const rows = { total: 0, same: 0, different: 0 };
  const told = { runDir: directory, environment: facts.target.environment, rows };
  let platform: Platform | null = null;
  let connection: Connection | null = null;
  let list: SheetWriter | null = null;
  let stop: StopSwitch | null = null;
  const interrupt = () => stop?.stop('interrupted');
  signal.addEventListener('abort', interrupt);
  try {
    platform = await openPlatform();
    connection = await unlessInterrupted(signal, connect(platform, settings, files.httpLog, log), (late) =>
      late.close(),
    );
    const { client, limiter, partitionId, baseUrl } = connection;
    stop = stopSwitch(limiter);
    if (signal.aborted) interrupt();
    rememberPartition(run, partitionId);
    tell(follow, { type: 'started', partitionId, baseUrl });
    const differing = await openSheetWriter(path, 'csv', { sheetName: 'verify', columns });
    list = differing;
    const shared = new Map<string, Promise<object | null>>();
    await inParallel(journal.rows(), settings.concurrency, stop, async (row) => {
      const differences = await rowDifferences(row);
      rows.total++;
      rows[differences.length === 0 ? 'same' : 'different']++;
      if (differences.length === 0) return;
      tell(follow, { type: 'different', row: row.row, differences });
      const { file, sheet } = row.record;
      for (const { key, field, inSheet, onPlatform } of differences)
        await differing.write([file, sheet ?? '', String(row.row), key, field, inSheet, onPlatform]);
    });
    await differing.commit();
    const exit = stop.stopped ? 'interrupted' : rows.different === 0 ? 'done' : 'someFailed';
    log.info('verified', { rows, exit });
    return { ...told, list: path, requests: client.requests, exit };

    async function rowDifferences(row: StoredRow<ImportRecord>): Promise<Difference[]> {
      if (row.status === 'invalid' || row.status === 'pending')
        return [
          {
            key: `row ${row.row}`,
            field: '',
            inSheet: 'is wanted',
            onPlatform: `nothing: the row is ${row.status}`,
          },
        ];
      if (shared.size > MOST_SHARED) shared.clear();
      try {
        return await verifyRow(client, journal, row, shared);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return [
          {
            key: `row ${row.row}`,
            field: '',
            inSheet: '',
            onPlatform: `could not be read: ${error.message}`,
          },
        ];
      }
    }
  } catch (error) {
    await list?.abort();
    if (!isInterruption(error)) throw error;
    return { ...told, list: null, requests: connection?.client.requests ?? 0, exit: 'interrupted' };
  } finally {
    signal.removeEventListener('abort', interrupt);
    await connection?.close();
    await platform?.close();
    await log.close();
  }
}

/** Answers kept for the rows that share them; rows of one account usually stand near each other. */
const MOST_SHARED = 2000;
