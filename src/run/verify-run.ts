import { join } from 'node:path';
import { ApiError } from '../api/api-error.js';
import type { Exit } from '../errors.js';
import { type Difference, verifyRow } from '../execute/compare.js';
import { inParallel } from '../execute/in-parallel.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import type { StoredRow } from '../journal/journal.js';
import type { Settings } from '../options.js';
import type { ImportRecord } from '../records/record.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { rememberPartition } from './import-run.js';
import { openRunLog } from './log.js';

export interface VerifySummary {
  readonly rows: { readonly total: number; readonly same: number; readonly different: number };
  /** `verify.csv`, which lists every difference */
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
  const stop = stopSwitch(limiter);
  try {
    rememberPartition(run, connection.partitionId);
    options.onStarted(stop);
    const shared = new Map<string, Promise<object | null>>();
    await inParallel(journal.rows(), settings.concurrency, stop, async (row) => {
      const differences = await rowDifferences(row);
      rows.total++;
      rows[differences.length === 0 ? 'same' : 'different']++;
      if (differences.length === 0) return;
      options.onDifferences(row, differences);
      const { file, sheet } = row.record;
      for (const { key, field, inSheet, onPlatform } of differences)
        await list.write([file, sheet ?? '', String(row.row), key, field, inSheet, onPlatform]);
    });
    await list.commit();
    const exit = stop.stopped ? 'interrupted' : rows.different === 0 ? 'done' : 'someFailed';
    log.info('verified', { rows, exit });
    return { rows, list: path, requests: client.requests, exit };

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
    await list.abort();
    throw error;
  } finally {
    await connection.close();
    await log.close();
  }
}

/** Answers kept for the rows that share them; rows of one account usually stand near each other. */
const MOST_SHARED = 2000;
