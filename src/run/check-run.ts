import { rmSync } from 'node:fs';
import { isInterruption } from '../errors.js';
import { preflight } from '../execute/preflight.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import { loadSheets } from '../load/load.js';
import type { Settings } from '../options.js';
import type { RunReport } from '../results/run-report.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { type Connection, connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { type Follow, signalOf, tell } from './events.js';
import { rememberPartition } from './import-run.js';
import { refuseInterrupted, unlessInterrupted } from './interrupt.js';
import { openRunLog } from './log.js';
import { beginPart, endPart, type OpenPart } from './report.js';
import { runState } from './state.js';
import { OFFLINE_COVERAGE } from './validate-sheets.js';

export interface CheckOptions {
  readonly settings: Settings;
  readonly format: SheetFormat;
  /** null: offline only */
  readonly openPlatform: (() => Promise<Platform>) | null;
}

/**
 * Everything up to the first write: the sheets into the journal, and, where there is a platform, the read-only checks
 * on it. Writes results with the statuses `valid` and `invalid`, and the report, also when it is stopped midway.
 *
 * @throws StopError only when the sheets cannot be read or the log-in is refused
 */
export async function checkIntoRun(
  run: RunDirectory,
  options: CheckOptions,
  follow: Follow,
): Promise<RunReport> {
  const { journal, files, facts } = run;
  const signal = signalOf(follow);
  const log = openRunLog(files.log);
  let part: OpenPart | null = null;
  let connection: Connection | null = null;
  let platform: Platform | null = null;
  let existing: number | null = null;
  let stop: StopSwitch | null = null;
  let failure: unknown = null;
  const interrupt = () => stop?.stop('interrupted');
  signal.addEventListener('abort', interrupt);
  try {
    part = await beginPart(run);
    const partitions = await loadSheets(
      facts.inputs.map((input) => input.file),
      facts.reading,
      journal,
      null,
      signal,
    );
    await runState(journal).set('partitions', partitions);
    await runState(journal).set('loaded', true);
    rmSync(files.standardInput, { force: true });
    const rows = Object.fromEntries(journal.countRows());
    const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
    const mailsAtOnce = runState(journal).get('mailsAtOnce') ?? null;
    tell(follow, { type: 'loaded', rows, total, mailsAtOnce });
    if (options.openPlatform) {
      refuseInterrupted(signal);
      platform = await options.openPlatform();
      connection = await unlessInterrupted(signal, connect(platform, options.settings, run, log), (late) =>
        late.close(),
      );
      const { partitionId, baseUrl, client, httpLog } = connection;
      rememberPartition(run, partitionId);
      stop = stopSwitch(connection.limiter);
      if (signal.aborted) interrupt();
      tell(follow, { type: 'started', partitionId, baseUrl });
      existing = await preflight({
        ...{ client, journal, partitionId, baseUrl, httpLog, stop },
        concurrency: options.settings.concurrency,
      });
    }
  } catch (error) {
    failure = error;
  }
  signal.removeEventListener('abort', interrupt);
  const { client, limiter } = connection ?? {};
  for (const close of [connection?.close, platform?.close])
    await close?.().catch((error: unknown) => {
      failure ??= error;
    });
  await log.close();
  const notBegun = failure !== null && runState(journal).get('partitionId') === undefined;
  if (part === null || (notBegun && !isInterruption(failure))) throw failure;
  const cutShort = options.openPlatform !== null && (failure !== null || stop?.stopped != null);
  const end = {
    apiUser: platform?.inProcess === false ? platform.username : null,
    requests: client?.requests ?? 0,
    limiter: limiter?.report ?? null,
    ...{ failure, connecting: false, stopped: stop?.stopped ?? null, existing },
    coverage: [...coverage(options.openPlatform !== null), ...(cutShort ? [CUT_SHORT] : [])],
  };
  return endPart(run, part, end, options.format);
}

const CUT_SHORT = 'It was stopped early: not every row was checked on the platform.';

function coverage(onPlatform: boolean): readonly string[] {
  if (!onPlatform) return OFFLINE_COVERAGE;
  return [
    ...OFFLINE_COVERAGE.slice(0, 1),
    'On the platform: log-in and partition; which accounts, users, lines, trunks, devices and numbers exist already and whether they are the same; usernames, MAC addresses and SIP usernames in use; addresses; given numbers in the inventory and free; numbers near each place that searches; device types and their lines; time zones.',
    'Not checkable without a write: whether the carrier activates a number, whether the E911 provider accepts an address, permissions of the API user to create, and what others change before the run.',
  ];
}
