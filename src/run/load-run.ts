import { rmSync } from 'node:fs';
import type { CredentialsFile } from '../journal/credentials.js';
import { loadSheets } from '../load/load.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import { totalOf } from '../results/run-report.js';
import type { RunDirectory } from './directory.js';
import { type Follow, signalOf, tell } from './events.js';
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

/**
 * Tells that the sheets are read.
 * @param rows by status
 * @param plan what the rows to be sent would bring about; null when it is not known yet, or there are none
 */
export function tellLoaded(
  follow: Follow,
  rows: Readonly<Record<string, number>>,
  plan: SheetPlan | null,
): void {
  tell(follow, { type: 'loaded', rows, total: totalOf({ counts: rows }), plan });
}
