import { rmSync } from 'node:fs';
import type { Exit } from '../errors.js';
import { type PreflightSummary, preflight } from '../execute/preflight.js';
import { type StopSwitch, stopSwitch } from '../execute/stop-switch.js';
import { loadSheets } from '../load/load.js';
import type { Settings } from '../options.js';
import { type WrittenResults, writeResults } from '../results/write-results.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { type Connection, connect, type Platform } from './connect.js';
import type { RunDirectory } from './directory.js';
import { rememberPartition } from './import-run.js';
import { openRunLog } from './log.js';
import { runState } from './state.js';

/** What a check of sheets came to. */
export interface CheckSummary {
  readonly rows: { readonly total: number; readonly valid: number; readonly invalid: number };
  /** rows that would be `existing`, all of them there already; null when the platform was not asked */
  readonly existing: number | null;
  /** rows of which something is there and differs from the sheet; null when the platform was not asked */
  readonly differing: number | null;
  readonly requests: number;
  readonly durationMs: number;
  readonly partitionId: string | null;
  readonly written: WrittenResults;
  /** what was checked offline, what on the platform, what cannot be checked */
  readonly coverage: readonly string[];
  readonly stopped: boolean;
  readonly exit: Exit;
}

export interface CheckOptions {
  readonly settings: Settings;
  readonly format: SheetFormat;
  /** null: offline only */
  readonly openPlatform: (() => Promise<Platform>) | null;
  onStarted(stop: StopSwitch): void;
}

/**
 * Everything up to the first write: the sheets into the journal, and, where there is a platform, the read-only checks
 * on it. Writes results with the statuses `valid` and `invalid`.
 */
export async function checkSheets(run: RunDirectory, options: CheckOptions): Promise<CheckSummary> {
  const { journal, files, facts, directory } = run;
  const started = Date.now();
  const log = openRunLog(files.log);
  let connection: Connection | null = null;
  let platform: Platform | null = null;
  let found: PreflightSummary | null = null;
  let stopped = false;
  try {
    const partitions = await loadSheets(
      facts.inputs.map((input) => input.file),
      facts.reading,
      journal,
      null,
    );
    await runState(journal).set('partitions', partitions);
    rmSync(files.standardInput, { force: true });
    if (options.openPlatform) {
      platform = await options.openPlatform();
      connection = await connect(platform, options.settings, run, log);
      rememberPartition(run, connection.partitionId);
      const stop = stopSwitch(connection.limiter);
      options.onStarted(stop);
      const { client, partitionId, baseUrl, httpLog } = connection;
      found = await preflight({
        ...{ client, journal, partitionId, baseUrl, httpLog, stop },
        concurrency: options.settings.concurrency,
      });
      stopped = stop.stopped !== null;
    }
    const counts = journal.countRows();
    const [valid, invalid] = [counts.get('valid') ?? 0, counts.get('invalid') ?? 0];
    const written = await writeResults(journal, directory, options.format);
    const exit = stopped ? 'interrupted' : invalid === 0 ? 'done' : 'someFailed';
    return {
      rows: { total: valid + invalid, valid, invalid },
      existing: found?.existing ?? null,
      differing: found?.differing ?? null,
      requests: connection?.client.requests ?? 0,
      durationMs: Date.now() - started,
      partitionId: connection?.partitionId ?? null,
      written,
      coverage: [...coverage(options.openPlatform !== null), ...(stopped ? [CUT_SHORT] : [])],
      stopped,
      exit,
    };
  } finally {
    await connection?.close();
    await platform?.close();
    await log.close();
  }
}

const CUT_SHORT = 'It was interrupted: not every row was checked on the platform.';

function coverage(onPlatform: boolean): string[] {
  const offline =
    'Offline: every cell, every row, and the rows of one account, user, number, device, line and trunk against each other.';
  if (!onPlatform) return [offline, 'On the platform: nothing. `run --dry-run` adds the read-only checks.'];
  return [
    offline,
    'On the platform: log-in and partition; which accounts, users, lines, trunks, devices and numbers exist already and whether they are the same; usernames, MAC addresses and SIP usernames in use; addresses; given numbers in the inventory and free; numbers near each place that searches; device types and their lines; time zones.',
    'Not checkable without a write: whether the carrier activates a number, whether the E911 provider accepts an address, permissions of the API user to create, and what others change before the run.',
  ];
}
