import { existsSync } from 'node:fs';
import { NotSentError } from '../api/api-error.js';
import { errorFacts, StopError } from '../errors.js';
import { planOf } from '../execute/plan-of.js';
import { runRows } from '../execute/run-rows.js';
import { CredentialsFile } from '../journal/credentials.js';
import type { Selection } from '../journal/journal.js';
import { maxFailed, type Settings } from '../options.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import { ROW_STATUSES, type RowStatus } from '../plan/statuses.js';
import { AccountIndex } from '../resources/lookups/account-index.js';
import { Addresses } from '../resources/lookups/addresses.js';
import { NumberPools } from '../resources/lookups/number-pools.js';
import { Snapshots } from '../resources/lookups/snapshots.js';
import type { RunContext } from '../resources/task.js';
import { type RunReport, totalOf } from '../results/run-report.js';
import { hashFile } from '../sheet/read.js';
import type { SheetFormat } from '../sheet/write/write.js';
import type { Connection, Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { refuseChangedEdits } from './edits.js';
import { type Follow, signalOf, tell } from './events.js';
import { unlessInterrupted } from './interrupt.js';
import { refuseLateOrders } from './late-orders.js';
import { loadRun, selectForRun, selectLeftOut, tellLoaded } from './load-run.js';
import { openRunLog, type RunLog } from './log.js';
import { lookAtEvents } from './look-at-events.js';
import { type OpenLink, PlatformLink } from './platform-link.js';
import { type HowFar, tellProgress } from './progress-teller.js';
import { beginPart, countsByStatus, endPart, hasBegun, keepApiUser, type OpenPart } from './report.js';
import { paceOf } from './settings.js';
import { runState } from './state.js';

export interface ImportOptions {
  readonly settings: Settings;
  readonly format: SheetFormat;
  /** opened only when something is to be sent */
  openPlatform(): Promise<Platform>;
  /** failed and skipped rows are tried again too */
  readonly retryFailed: boolean;
  /** asked once it is logged in, before anything is sent */
  readonly confirm?: Confirm | undefined;
  /** the rows that `--only` and `--limit` left out are sent too */
  readonly all: boolean;
}

/** What a run is about to do, and where. */
export interface AboutToSend {
  readonly environment: string;
  readonly baseUrl: string;
  /** the partition of rows that name none */
  readonly partitionId: string;
  readonly plan: SheetPlan;
}

/** Lets a run go on by resolving. */
export type Confirm = (about: AboutToSend) => Promise<void>;

/**
 * The recipe: sheets into the journal, then every selected row that is pending to the platform, then the results. Picks up wherever an
 * earlier process left off: what the journal knows is neither read nor sent again, and what rows wait for is looked at.
 *
 * Whatever stops it, what was done is in the results and in the report, which says what stopped it.
 *
 * @throws StopError only when nothing of it has begun: the sheets cannot be read, the log-in is refused
 */
export async function importSheets(
  run: RunDirectory,
  options: ImportOptions,
  follow: Follow,
): Promise<RunReport> {
  const { journal, files } = run;
  const { settings } = options;
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  const credentials = new CredentialsFile(files.credentials, files.givenCredentials);
  let part: OpenPart | null = null;
  let failure: unknown = null;
  let connecting = false;
  let confirming = false;
  try {
    part = await beginPart(run);
    const loads = runState(journal).get('loaded') !== true;
    if (loads) {
      await journal.forgetInput();
      await loadRun(run, credentials, follow);
    }
    const skips = settings['on-invalid'] === 'skip';
    const isUntouched = !loads && runState(journal).get('ended') === undefined;
    // Rows that are invalid and not selected were its concern until now; where all were asked for, they still are.
    if (skips && isUntouched && journal.countRows('leftOut').size > 0)
      await selectForRun(run, 'skip', follow);
    if (options.all) await selectLeftOut(run);
    // A run that was cut off still owes its further rounds to what failed in passing.
    const looksFirst = runState(journal).get('ended') !== undefined || journal.tailMissing;
    if (runState(journal).get('ended') === false) await journal.retryTransient();
    // What failed by an event may have been mended since.
    const waits = (journal.countRows('selected').get('waiting') ?? 0) > 0;
    const awaits = looksFirst && (waits || (options.retryFailed && journal.hasEvents()));
    if (looksFirst) await journal.retryWaiting();
    if (options.retryFailed) await journal.retryFailed();
    const counts = countRows(run);
    log.info('loaded', counts);
    if (skips && counts.invalid > 0) void runState(journal).set('skipsInvalid', true);
    const { total: _total, ...rows } = counts;
    const selected = countRows(run, 'selected');
    const plan = selected.pending === 0 ? null : await planned(run, settings, follow);
    tellLoaded(run, follow, { rows, plan, justNow: loads });

    const aborts = counts.invalid > 0 && !skips;
    let connection: OpenLink | null = null;
    let refuses = false;
    if ((plan !== null || awaits) && !aborts) {
      connecting = true;
      connection = await link.open(options.openPlatform, settings);
      connecting = false;
      keepApiUser(run, part, link.apiUser);
      if (awaits) await lookBefore(run, connection, log, follow, plan !== null);
      // What would be sent is validated to its end before anything is; later, single orders fail by it.
      const late = looksFirst ? 0 : await refuseLateOrders(run, connection);
      refuses = late > 0 && !skips;
      if (late > 0 && skips) void runState(journal).set('skipsInvalid', true);
    }
    if (connection !== null && !refuses) {
      if (options.confirm && plan !== null) {
        const { partitionId, baseUrl } = connection;
        const { environment } = run.facts.target;
        confirming = true;
        await unlessInterrupted(
          signalOf(follow),
          options.confirm({ environment, baseUrl, partitionId, plan }),
        );
        confirming = false;
      }
      void runState(journal).set('ended', false);
      const tally = new RowTally(countRows(run, 'selected'));
      const endProgress = tellProgress(follow, connection, () => tally.howFar);
      try {
        await runRows(runContext(run, connection, credentials, settings, looksFirst), {
          concurrency: settings.concurrency,
          maxFailed: maxFailed(settings['max-errors'], selected.total),
          stop: connection.stop,
          onRow: (row, end) => {
            const { status, result } = end;
            const error = result.error ?? null;
            if (status === 'failed') log.info('row failed', { row: row.row, step: result.failedStep, error });
            tally.count(row.ordinal, end);
            const { file, sheet, values } = row.record;
            const account = values.accountNumber ?? null;
            tell(follow, { type: 'row', file, sheet, row: row.row, account, status, error });
          },
        });
      } finally {
        endProgress();
      }
    }
    if (link.isOpen && link.stopped === null && !refuses) await runState(journal).set('ended', true);
    const { pending, failed, skipped } = countRows(run);
    if (pending + failed + skipped === 0) {
      // Nothing is looked for or created any more.
      await credentials.forgetGiven();
      if (journal.tailMissing) await journal.tailFound();
    }
  } catch (error) {
    failure = error;
  }
  for (const open of [link, credentials])
    await open.close().catch((error: unknown) => {
      failure ??= error;
    });
  const { apiUser, requests, limiter, stopped } = link;
  const end = { apiUser, requests, limiter, stopped, failure, connecting, existing: null, coverage: [] };
  if (failure !== null) log.info('stopped', { reason: errorFacts(failure).message });
  if (part === null || confirming || (failure !== null && !hasBegun(run, failure))) {
    await log.close();
    throw failure;
  }
  const report = await endPart(run, part, end, options.format);
  log.info('ended', { rows: report.counts, requests, exit: report.exit });
  await log.close();
  if (report.results !== null && runState(journal).get('followedToWrite') === true)
    await runState(journal).set('followedToWrite', false);
  return report;
}

/**
 * Looks what became of what rows wait for, before others are sent: what is finished is needed no longer, and what was
 * rejected is not tried again. Where there is something to send, that is not held up by a search that fails.
 */
async function lookBefore(
  run: RunDirectory,
  connection: OpenLink,
  log: RunLog,
  follow: Follow,
  sends: boolean,
): Promise<void> {
  try {
    await lookAtEvents(run, connection, log, follow, { changes: 0, read: 0, found: 0 });
  } catch (error) {
    // the run is stopping, and says so itself
    if (error instanceof NotSentError) return;
    if (!sends || !(error instanceof StopError) || error.code !== 'EVENTS_UNREADABLE') throw error;
    const message = `${error.message} Rows that wait go on waiting: alianza-import follow looks again.`;
    tell(follow, { type: 'notice', message });
  }
}

/** What the rows to be sent would bring about; the run keeps what that was before the first was sent. */
async function planned({ journal }: RunDirectory, settings: Settings, follow: Follow): Promise<SheetPlan> {
  const plan = await planOf(journal, 'pending', paceOf(settings), signalOf(follow));
  if (runState(journal).get('plan') === undefined) await runState(journal).set('plan', plan);
  return plan;
}

/** The rows of a run by status while they end, one after another. */
class RowTally {
  readonly #total: number;
  readonly #rows: Record<string, number>;
  /** rows that failed in passing, and may end again in a further round */
  readonly #again = new Map<number, string>();

  constructor({ total, ...rows }: RowCounts) {
    this.#total = total;
    this.#rows = rows;
  }

  count(ordinal: number, { status, transient }: { status: string; transient: boolean }): void {
    const before = this.#again.get(ordinal) ?? 'pending';
    this.#rows[before] = (this.#rows[before] ?? 0) - 1;
    this.#rows[status] = (this.#rows[status] ?? 0) + 1;
    if (transient) this.#again.set(ordinal, status);
    else this.#again.delete(ordinal);
  }

  get howFar(): HowFar {
    const { pending = 0, failed = 0 } = this.#rows;
    return { of: 'rows', done: this.#total - pending, total: this.#total, failed, rows: { ...this.#rows } };
  }
}

export type RowCounts = Readonly<Record<RowStatus, number>> & { readonly total: number };

/** How many rows there are of each status, all statuses named; only those of a selection when it is given. */
function countRows(run: Pick<RunDirectory, 'journal'>, selection?: Selection): RowCounts {
  const statuses = Object.keys(ROW_STATUSES) as RowStatus[];
  const counts = countsByStatus(statuses, run.journal.countRows(selection));
  return { ...counts, total: totalOf({ counts }) };
}

/**
 * A sheet that was changed since the run began would be another run.
 * @throws StopError `SHEET_CHANGED`, `EDITS_CHANGED`; a sheet that is gone is no change once its rows are in the journal
 */
export async function refuseChangedSheets(run: RunDirectory, signal: AbortSignal): Promise<void> {
  await refuseChangedEdits(run.facts, runState(run.journal).get('loaded') === true);
  for (const { file, sha256 } of run.facts.inputs) {
    if (!existsSync(file) && runState(run.journal).get('loaded') === true) continue;
    if ((await unlessInterrupted(signal, hashFile(file))) === sha256) continue;
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
