import type { Io } from '../commands/command.js';
import { StopError } from '../errors.js';
import type { RowStatus } from '../plan/statuses.js';
import type { RunDirectory } from '../run/directory.js';
import { type ImportOptions, type ImportSummary, importSheets, type RowCounts } from '../run/import-run.js';
import { shellPath } from '../shell-word.js';
import { Progress } from './progress.js';

/** Carries a run out and tells how it goes; what `run` and `resume` share. */
export async function carryOut(run: RunDirectory, options: ImportOptions, io: Io): Promise<ImportSummary> {
  const { settings } = options;
  const ended = new Map<RowStatus, number>();
  let progress: Progress | null = null;
  let loaded: RowCounts | null = null;
  let started = false;
  io.sayOnInterrupt(`Interrupted. Go on with: alianza-import resume ${shellPath(run.directory)}`);
  const summary = await importSheets(run, options, {
    onLoaded(rows) {
      loaded = rows;
      io.err(`${rows.total} rows read: ${rows.pending} to send, ${rows.invalid} invalid\n`);
    },
    onStarted(stop, requests) {
      started = true;
      io.onInterrupt(() => {
        io.err('\nStopping: what is in flight is finished. Press Ctrl-C again to end at once.\n');
        stop.stop('interrupted');
      });
      const before = (loaded?.total ?? 0) - (loaded?.pending ?? 0);
      const state = () => {
        const done = before + [...ended.values()].reduce((sum, count) => sum + count, 0);
        return {
          done: Math.min(done, loaded?.total ?? 0),
          total: loaded?.total ?? 0,
          failed: (loaded?.failed ?? 0) + (ended.get('failed') ?? 0),
          requests: requests(),
        };
      };
      if (!settings.quiet) progress = new Progress(io, state);
    },
    onRow: (status) => void ended.set(status, (ended.get(status) ?? 0) + 1),
  })
    .catch((error: unknown) => {
      if (error instanceof StopError && started)
        io.err(
          `What was done is kept. When the cause is gone: alianza-import resume ${shellPath(run.directory)}\n`,
        );
      throw error;
    })
    .finally(() => progress?.end());
  return summary;
}
