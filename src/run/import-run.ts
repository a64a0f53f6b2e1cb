import { existsSync, rmSync } from 'node:fs';
import type { LimiterReport } from '../api/limiter.js';
import { type Exit, StopError } from '../errors.js';
import { runRows } from '../execute/run-rows.js';
import { type Stopped, type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import { CredentialsFile } from '../journal/credentials.js';
import { loadSheets } from '../load/load.js';
import { mostErrors, type Settings } from '../options.js';
import { ROW_STATUSES, type RowStatus } from '../plan/statuses.js';
import { AccountIndex } from '../resources/lookups/account-index.js';
import { Addresses } from '../resources/lookups/addresses.js';
import { NumberPools } from '../resources/lookups/number-pools.js';
import { Snapshots } from '../resources/lookups/snapshots.js';
import type { RunContext } from '../resources/task.js';
import { type WrittenResults, writeResults } from '../results/write-results.js';
import { hashFile } from '../sheet/read.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { type Connection, connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { openRunLog } from './log.js';
import { runState } from './state.js';

export type RowCounts = Readonly<Record<RowStatus, number>> & { readonly total: number };

/** What a run came to. */
export interface ImportSummary {
  readonly rows: RowCounts;
  readonly requests: number;
  readonly durationMs: number;
  readonly partitionId: string | null;
  readonly limiter: LimiterReport | null;
  readonly results: string;
  readonly errors: string | null;
  readonly groups: WrittenResults['groups'];
  /** `credentials.csv` holds something */
  readonly credentials: boolean;
  readonly stopped: Stopped | null;
  readonly exit: Exit;
}

/** Lets the caller follow a run. */
export interface ImportEvents {
  /** the input is read; rows without errors will be sent unless some are invalid and the run aborts for that */
  onLoaded(rows: RowCounts): void;
  /** the run can be stopped from now on */
  onStarted(stop: StopSwitch, requests: () => number): void;
  onRow(status: RowStatus): void;
}

export interface ImportOptions {
  readonly settings: Settings;
  readonly format: SheetFormat;
  /** opened only when something is to be sent */
  openPlatform(): Promise<Platform>;
  /** failed and skipped rows are tried again too */
  readonly retryFailed: boolean;
}

/**
 * The recipe: sheets into the journal, then every pending row to the platform, then the results. Picks up wherever an
 * earlier process left off: what the journal knows is neither read nor sent again.
 *
 * @throws StopError when the run cannot go on; results of what was done are written first
 */
export async function importSheets(
  run: RunDirectory,
  options: ImportOptions,
  events: ImportEvents,
): Promise<ImportSummary> {
  const { journal, files, facts } = run;
  const { settings } = options;
  const state = runState(journal);
  const started = Date.now();
  const log = openRunLog(files.log);
  const credentials = new CredentialsFile(files.credentials, files.givenCredentials);
  let connection: Connection | null = null;
  let platform: Platform | null = null;
  let stop: StopSwitch | null = null;
  try {
    if (state.get('loaded') !== true) {
      await journal.forgetInput();
      const partitions = await loadSheets(
        facts.inputs.map((input) => input.file),
        facts.reading,
        journal,
        credentials,
      );
      await state.set('partitions', partitions);
      await state.set('loaded', true);
      // What came on standard input is in the journal now; it may hold passwords.
      rmSync(files.standardInput, { force: true });
    }
    // A run that was cut off still owes its further rounds to what failed in passing.
    const looksFirst = state.get('ended') !== undefined || journal.tailMissing;
    if (state.get('ended') === false) await journal.retryTransient();
    if (options.retryFailed) await journal.retryFailed();
    const counts = countRows(run);
    log.info('loaded', counts);
    events.onLoaded(counts);

    const aborts = counts.invalid > 0 && settings['on-invalid'] === 'abort';
    if (counts.pending > 0 && !aborts) {
      platform = await options.openPlatform();
      connection = await connect(platform, settings, run, log);
      stop = stopSwitch(connection.limiter);
      const { client, partitionId } = connection;
      // Nobody waits for these two: the journal writes in order, so they are on disk before any intent is.
      rememberPartition(run, partitionId);
      void state.set('ended', false);
      events.onStarted(stop, () => client.requests);
      const context = runContext(run, connection, credentials, settings, looksFirst);
      await runRows(context, {
        concurrency: settings.concurrency,
        mostErrors: mostErrors(settings['max-errors'], counts.total),
        stop,
        onRow: (row, end) => {
          if (end.status === 'failed')
            log.info('row failed', { row: row.row, step: end.result.failedStep, error: end.result.error });
          events.onRow(end.status);
        },
      });
    }
    if (stop && stop.stopped === null) await state.set('ended', true);
    await journal.flush();
    const rows = countRows(run);
    if (rows.pending + rows.failed + rows.skipped === 0) {
      // Nothing is looked for or created any more.
      await credentials.forgetGiven();
      if (journal.tailMissing) await journal.tailFound();
    }
    const written = await writeResults(journal, run.directory, options.format);
    const summary = {
      rows,
      requests: connection?.client.requests ?? 0,
      durationMs: Date.now() - started,
      partitionId: connection?.partitionId ?? null,
      limiter: connection?.limiter.report ?? null,
      ...written,
      credentials: existsSync(files.credentials),
      stopped: stop?.stopped ?? null,
    };
    const exit = exitOf(rows, summary.stopped);
    log.info('ended', { rows, requests: summary.requests, durationMs: summary.durationMs, exit });
    return { ...summary, exit };
  } catch (error) {
    log.info('stopped', { reason: error instanceof Error ? error.message : String(error) });
    if (connection) await writeWhatIsThere(run, options.format);
    throw error;
  } finally {
    await connection?.close();
    await platform?.close();
    await credentials.close();
    await log.close();
  }
}

/** How many rows there are of each status, all statuses named. */
function countRows(run: Pick<RunDirectory, 'journal'>): RowCounts {
  const counts = run.journal.countRows();
  const named = Object.fromEntries(
    Object.keys(ROW_STATUSES).map((status) => [status, counts.get(status) ?? 0]),
  );
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return { ...(named as Record<RowStatus, number>), total };
}

/**
 * A sheet that was changed since the run began would be another run.
 * @throws StopError `SHEET_CHANGED`; a sheet that is gone is no change once its rows are in the journal
 */
export async function refuseChangedSheets(run: RunDirectory): Promise<void> {
  for (const { file, sha256 } of run.facts.inputs) {
    if (!existsSync(file) && runState(run.journal).get('loaded') === true) continue;
    if ((await hashFile(file)) === sha256) continue;
    throw new StopError(
      'SHEET_CHANGED',
      `${file} is not what it was when this run began.`,
      'Put the original back to resume, or start a new run with the changed sheet: what is there already is recognised and not created again.',
    );
  }
}

/** What all steps of a run share. */
function runContext(
  run: RunDirectory,
  { client, partitionId, settleMs }: Connection,
  credentials: CredentialsFile,
  settings: Settings,
  looksFirst: boolean,
): RunContext {
  const { journal } = run;
  return {
    client,
    journal,
    credentials,
    accounts: new AccountIndex(client),
    snapshots: new Snapshots(client),
    addresses: new Addresses(client, journal),
    pools: new NumberPools(
      client,
      (phone) => journal.rowOfPhone(phone) !== undefined || journal.pickedBy(phone) !== undefined,
    ),
    existing: settings.existing,
    retries: settings.retries,
    partitionId,
    settleMs,
    startedAt: performance.now(),
    looksFirst,
    madeHere: new WeakSet(),
    neverAnswered: new Set(),
    reservePath: null,
  };
}

/**
 * A run keeps its partition.
 * @throws StopError `PARTITION_CHANGED`
 */
export function rememberPartition(run: RunDirectory, partitionId: string): void {
  const state = runState(run.journal);
  const earlier = state.get('partitionId');
  if (earlier === undefined) void state.set('partitionId', partitionId);
  if (earlier === undefined || earlier === partitionId) return;
  throw new StopError(
    'PARTITION_CHANGED',
    `This run belongs to partition ${earlier}, not ${partitionId}.`,
    'Leave --partition and ALIANZA_PARTITION_ID as they were, and use the same log-in; or start a new run.',
  );
}

async function writeWhatIsThere(run: RunDirectory, format: SheetFormat): Promise<WrittenResults | null> {
  try {
    return await writeResults(run.journal, run.directory, format);
  } catch {
    // On a full disk the results cannot be written either; the journal has them.
    return null;
  }
}

function exitOf(rows: RowCounts, stopped: Stopped | null): Exit {
  if (stopped === 'maxErrors') return 'maxErrors';
  if (stopped === 'interrupted') return 'interrupted';
  return rows.created + rows.existing === rows.total ? 'done' : 'someFailed';
}
