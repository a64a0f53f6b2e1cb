import { rmSync } from 'node:fs';
import type { CredentialsFile } from '../journal/credentials.js';
import { loadSheets } from '../load/load.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import { totalOf } from '../results/run-report.js';
import type { RunDirectory } from './directory.js';
import { type Follow, signalOf, tell } from './events.js';
import { tablesOf } from './report.js';
import { runState } from './state.js';

/**
 * Reads the sheets of a run into its journal.
 * @param credentials takes the credentials that rows bring; null where nothing is to be created
 * @throws StopError when a sheet cannot be read, or a stop was asked for
 */
export async function loadRun(
  { journal, files, facts }: RunDirectory,
  credentials: CredentialsFile | null,
  follow: Follow,
): Promise<void> {
  const sheets = facts.inputs.map((input) => input.file);
  const partitions = await loadSheets(sheets, facts.reading, journal, credentials, signalOf(follow));
  await runState(journal).set('partitions', partitions);
  await runState(journal).set('loaded', true);
  // What came on standard input is in the journal now; it may hold passwords.
  rmSync(files.standardInput, { force: true });
}

/** What {@link tellLoaded} tells. */
interface Loaded {
  /** by status */
  readonly rows: Readonly<Record<string, number>>;
  /** what the rows to be sent would bring about; null when it is not known yet, or there are none */
  readonly plan: SheetPlan | null;
  /** whether this process has read the sheets */
  readonly justNow: boolean;
}

/** Tells that the sheets are read. */
export function tellLoaded({ journal }: RunDirectory, follow: Follow, { rows, plan, justNow }: Loaded): void {
  const tables = justNow ? tablesOf(journal) : [];
  tell(follow, { type: 'loaded', rows, total: totalOf({ counts: rows }), plan, tables });
}
