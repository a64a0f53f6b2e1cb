import { rmSync } from 'node:fs';
import { StopError } from '../errors.js';
import type { CredentialsFile } from '../journal/credentials.js';
import { loadSheets } from '../load/load.js';
import type { Settings } from '../options.js';
import type { SheetPlan } from '../plan/sheet-plan.js';
import { totalOf } from '../results/run-report.js';
import type { RunDirectory } from './directory.js';
import { editsOf } from './edits.js';
import { type Follow, signalOf, tell } from './events.js';
import { tellReading } from './progress-teller.js';
import { tablesOf } from './report.js';
import { selectRows } from './select-rows.js';
import { runState } from './state.js';

/**
 * Reads the sheets of a run into its journal, and selects the rows that `--only` and `--limit` name.
 * @param credentials takes the credentials that rows bring; null where nothing is to be created
 * @param secrets takes the secrets of port orders; null where nothing is asked
 * @throws StopError when a sheet cannot be read, no row is selected, or a stop was asked for
 */
export async function loadRun(
  run: RunDirectory,
  credentials: CredentialsFile | null,
  follow: Follow,
  secrets: CredentialsFile | null = credentials,
): Promise<void> {
  const { journal, files, facts } = run;
  const sheets = facts.inputs.map((input) => input.file);
  const edits = await editsOf(facts);
  let rows = 0;
  const endReading = tellReading(follow, () => rows);
  const partitions = await loadSheets(
    sheets,
    facts.reading,
    journal,
    credentials,
    signalOf(follow),
    edits,
    secrets,
    (count) => {
      rows += count;
    },
  ).finally(endReading);
  await runState(journal).set('partitions', partitions);
  await selectForRun(run, facts.settings['on-invalid'], follow);
  await runState(journal).set('loaded', true);
  // What came on standard input is in the journal now; it may hold passwords.
  rmSync(files.standardInput, { force: true });
}

/**
 * Leaves out the rows that `--only` and `--limit` do not name. A row that is invalid uses up none of the limit; where
 * invalid rows stop the run, all of them are its concern. To be called before anything is sent.
 */
export async function selectForRun(
  { journal, facts }: RunDirectory,
  onInvalid: Settings['on-invalid'],
  follow: Follow,
): Promise<void> {
  const { only, limit = Number.POSITIVE_INFINITY } = facts.settings;
  if (only.length === 0 && limit === Number.POSITIVE_INFINITY) return;
  let selected = 0;
  let invalid = 0;
  let sendable = 0;
  const notices = await selectRows(journal, only, false, (row, isNamed) => {
    const isInvalid = row.status === 'invalid';
    const isSelected = isNamed && (isInvalid ? limit === Number.POSITIVE_INFINITY : sendable < limit);
    if (isSelected) selected++;
    if (isSelected && isInvalid) invalid++;
    else if (isSelected) sendable++;
    const concerns = isSelected || (isInvalid && onInvalid === 'abort');
    return concerns ? undefined : journal.setSelection(row.ordinal, 'leftOut');
  });
  for (const message of notices) tell(follow, { type: 'notice', message });
  selected += await keepPortOrdersWhole(journal, only.length > 0, follow);
  await runState(journal).set('selected', { rows: selected, invalid });
}

/**
 * An order short of a number would be another order: one that `--limit` cuts in two is taken whole.
 * @param isNamed the rows were named, so that others are not for us to add
 * @returns how many rows more are selected
 * @throws StopError `PORT_ORDER_CUT`
 */
async function keepPortOrdersWhole(
  journal: RunDirectory['journal'],
  isNamed: boolean,
  follow: Follow,
): Promise<number> {
  let added = 0;
  for (const { portOrder, ordinal } of journal.portOrdersCutBySelection()) {
    const left = journal.rowsOfPortOrder(portOrder).filter(({ selection }) => selection === 'leftOut');
    const rows = [ordinal, ...left.map((row) => row.ordinal)].map((each) => journal.placeOfRow(each)?.row);
    if (isNamed)
      throw new StopError(
        'PORT_ORDER_CUT',
        `The selection cuts a port order in two: row ${rows[0]} is of it, and so is row ${rows[1]}, which is not selected.`,
        'An order short of a number would be another order. Name all of its rows, such as with --only portOrder=…',
      );
    await Promise.all(left.map((row) => journal.setSelection(row.ordinal, 'selected')));
    added += left.length;
  }
  if (added > 0) {
    const message = `--limit would cut port orders in two; they are taken whole, with ${added} more row${added === 1 ? '' : 's'}.`;
    tell(follow, { type: 'notice', message });
  }
  return added;
}

/** Selects the rows that were left out as well: the next wave is all that is left. */
export async function selectLeftOut({ journal }: RunDirectory): Promise<void> {
  if (!journal.countRows('leftOut').has('pending')) return;
  await journal.selectLeftOut();
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
  // those that are invalid are told as such
  const { invalid: _invalid, ...wanted } = Object.fromEntries(journal.countRows('leftOut'));
  const leftOut = totalOf({ counts: wanted });
  const selected = journal.countRows('selected');
  const toSend = selected.get('pending') ?? 0;
  const others = Object.fromEntries(
    Object.entries(rows)
      .map(([status, count]) => [status, count - (selected.get(status) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
  const total = totalOf({ counts: rows });
  tell(follow, { type: 'loaded', rows, total, toSend, leftOut, others, plan, tables });
}
