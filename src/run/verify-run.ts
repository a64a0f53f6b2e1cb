import { join } from 'node:path';
import { ApiError } from '../api/api-error.js';
import type { Exit } from '../errors.js';
import { Comparer, type Difference, type RowComparison } from '../execute/compare.js';
import { inParallel } from '../execute/in-parallel.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import type { StoredRow } from '../journal/journal.js';
import type { Settings } from '../options.js';
import { kindOf } from '../plan/keys.js';
import type { ImportRecord } from '../records/record.js';
import { Addresses } from '../resources/lookups/addresses.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { rememberPartition } from './import-run.js';
import { openRunLog } from './log.js';

export interface VerifySummary {
  readonly rows: { readonly total: number; readonly same: number; readonly different: number };
  /** fields that the sheet states and the platform does not answer, with how many objects have them */
  readonly notComparable: Readonly<Record<string, number>>;
  /** `verify.csv`, which lists every difference, and what cannot be compared */
  readonly list: string;
  readonly requests: number;
  readonly exit: Exit;
}

export interface VerifyOptions {
  readonly settings: Settings;
  readonly platform: Platform;
  onStarted(stop: StopSwitch): void;
  onDifferences(row: StoredRow<ImportRecord>, differences: readonly Difference[]): void;
}

/** Reads back every object of a run and lists, in `verify.csv`, what is not as the sheet says. Changes nothing. */
export async function verify(run: RunDirectory, options: VerifyOptions): Promise<VerifySummary> {
  const { journal, files, directory } = run;
  const { settings, platform } = options;
  const log = openRunLog(files.log);
  const connection = await connect(platform, settings, run, log);
  const { client, limiter } = connection;
  const path = join(directory, 'verify.csv');
  const columns = ['file', 'sheet', 'row', 'object', 'field', 'inSheet', 'onPlatform'].map((header) => ({
    header,
  }));
  const list = await openSheetWriter(path, 'csv', { sheetName: 'verify', columns });
  const rows = { total: 0, same: 0, different: 0 };
  const unanswered = new Map<string, number>();
  const stop = stopSwitch(limiter);
  try {
    rememberPartition(run, connection.partitionId);
    options.onStarted(stop);
    const comparer = new Comparer(client, journal, new Addresses(client, journal));
    await inParallel(journal.rows(), settings.concurrency, stop, async (row) => {
      const { differences, notComparable } = await compareRow(row);
      rows.total++;
      rows[differences.length === 0 ? 'same' : 'different']++;
      for (const { key, field } of notComparable) {
        const name = `${kindOf(key)} ${field}`;
        unanswered.set(name, (unanswered.get(name) ?? 0) + 1);
      }
      if (differences.length > 0) options.onDifferences(row, differences);
      const { file, sheet } = row.record;
      for (const { key, field, inSheet, onPlatform } of [...differences, ...notComparable])
        await list.write([file, sheet ?? '', String(row.row), key, field, inSheet, onPlatform]);
    });
    await list.commit();
    const exit = stop.stopped ? 'interrupted' : rows.different === 0 ? 'done' : 'someFailed';
    log.info('verified', { rows, exit });
    const notComparable = Object.fromEntries([...unanswered].sort(([, a], [, b]) => b - a));
    return { rows, notComparable, list: path, requests: client.requests, exit };

    async function compareRow(row: StoredRow<ImportRecord>): Promise<RowComparison> {
      const only = (inSheet: string, onPlatform: string): RowComparison => ({
        differences: [{ key: `row ${row.row}`, field: '', inSheet, onPlatform }],
        notComparable: [],
      });
      if (row.status === 'invalid' || row.status === 'pending')
        return only('is wanted', `nothing: the row is ${row.status}`);
      try {
        return await comparer.row(row);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return only('', `could not be read: ${error.message}`);
      }
    }
  } catch (error) {
    await list.abort();
    throw error;
  } finally {
    await connection.close();
    await log.close();
  }
}
