import { join } from 'node:path';
import { ApiError } from '../api/api-error.js';
import { type Exit, isInterruption } from '../errors.js';
import { Comparer, type Difference, type RowComparison } from '../execute/compare.js';
import { inParallel } from '../execute/in-parallel.js';
import type { StoredRow } from '../journal/journal.js';
import { kindOf } from '../plan/keys.js';
import type { ImportRecord } from '../records/record.js';
import { Addresses } from '../resources/lookups/addresses.js';
import type { SheetWriter } from '../sheet/write/layout.js';
import { openSheetWriter } from '../sheet/write/write.js';
import { type RunDirectory, tellOpened } from './directory.js';
import { type Follow, tell } from './events.js';
import { openRunLog } from './log.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';
import { PlatformLink } from './platform-link.js';
import { tellProgress } from './progress-teller.js';
import { selectRows } from './select-rows.js';

export interface VerifyReport {
  readonly runDir: string;
  readonly environment: string;
  /** those that are compared: of `--only`, else those that the run selected */
  readonly rows: { readonly total: number; readonly same: number; readonly different: number };
  /** fields that the sheet states and the platform does not answer, with how many objects have them */
  readonly notComparable: Readonly<Record<string, number>>;
  /**
   * what is not yet as the sheet says and is on its way, with how many objects: ports and activations by field, acts that
   * wait for the cut-over by their name; no differences
   */
  readonly underWay: Readonly<Record<string, number>>;
  /** `verify.csv`, which lists every difference, what cannot be compared and what is on its way; null when it was interrupted before the first row */
  readonly list: string | null;
  readonly requests: number;
  readonly exit: Exit;
}

/**
 * Reads back every object of a run, or of the rows of `--only`, and lists, in `verify.csv`, what is not as the sheet says. Changes nothing.
 * @throws StopError when it cannot be read on; a list of an earlier time is then untouched
 */
export async function verifyRun(request: EarlierRequest, follow: Follow = {}): Promise<VerifyReport> {
  const earlier = await openEarlierRun(request);
  try {
    tellOpened(earlier.run, follow);
    return await verifyOpened(earlier, follow);
  } finally {
    await earlier.run.close();
  }
}

async function verifyOpened(
  { run, settings, openPlatform }: EarlierRun,
  follow: Follow,
): Promise<VerifyReport> {
  const { journal, files, directory, facts } = run;
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  const path = join(directory, 'verify.csv');
  const columns = ['file', 'sheet', 'row', 'object', 'field', 'inSheet', 'onPlatform', 'what'].map(
    (header) => ({ header }),
  );
  const rows = { total: 0, same: 0, different: 0 };
  const told = { runDir: directory, environment: facts.target.environment, rows };
  const unanswered = new FieldCounts();
  const onTheWay = new FieldCounts();
  const counted = () => ({ notComparable: unanswered.counts, underWay: onTheWay.counts });
  let list: SheetWriter | null = null;
  let endProgress = () => {};
  try {
    const compared = await comparedRows(run, settings.only, follow);
    const { client, limiter, stop } = await link.open(openPlatform, settings);
    endProgress = tellProgress(follow, { client, limiter }, () => {
      const { total, different, same } = rows;
      return {
        ...{ of: 'rows', done: total, total: compared.total, failed: different, rows: { same, different } },
      };
    });
    const differing = await openSheetWriter(path, 'csv', { sheetName: 'verify', columns });
    list = differing;
    const comparer = new Comparer(client, journal, new Addresses(client, journal));
    await inParallel(filtered(journal.rows(), compared.has), settings.concurrency, stop, async (row) => {
      const { differences, notComparable, underWay } = await compareRow(row);
      rows.total++;
      rows[differences.length === 0 ? 'same' : 'different']++;
      unanswered.add(notComparable);
      onTheWay.add(underWay);
      if (differences.length > 0) tell(follow, { type: 'different', row: row.row, differences });
      const { file, sheet } = row.record;
      const write = async (all: readonly Difference[], what: string) => {
        for (const { key, field, inSheet, onPlatform } of all)
          await differing.write([file, sheet ?? '', String(row.row), key, field, inSheet, onPlatform, what]);
      };
      await write(differences, 'differs');
      await write(notComparable, 'not comparable');
      await write(underWay, 'under way');
    });
    await differing.commit();
    const exit = stop.stopped ? 'interrupted' : rows.different === 0 ? 'done' : 'someFailed';
    log.info('verified', { rows, exit });
    return { ...told, ...counted(), list: path, requests: client.requests, exit };

    async function compareRow(row: StoredRow<ImportRecord>): Promise<RowComparison> {
      const only = (inSheet: string, onPlatform: string): RowComparison => ({
        differences: [{ key: `row ${row.row}`, field: '', inSheet, onPlatform }],
        ...{ notComparable: [], underWay: [] },
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
    await list?.abort();
    if (!isInterruption(error)) throw error;
    const { requests } = link;
    return { ...told, ...counted(), list: null, requests, exit: 'interrupted' };
  } finally {
    endProgress();
    await link.close();
    await log.close();
  }
}

/** Counts fields of objects. */
class FieldCounts {
  readonly #counts = new Map<string, number>();

  add(fields: readonly Difference[]): void {
    for (const { key, field } of fields) {
      const name = `${kindOf(key)} ${field}`.trimEnd();
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    }
  }

  /** by field, the most first */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#counts].sort(([, a], [, b]) => b - a));
  }
}

type Row = StoredRow<ImportRecord>;

/**
 * The rows that are compared, and how many they are: those of `--only`, else all but those that were left out or taken back
 * and of which nothing is wanted.
 */
async function comparedRows(
  { journal }: RunDirectory,
  only: readonly string[],
  follow: Follow,
): Promise<{ readonly total: number; has(row: Row): boolean }> {
  if (only.length === 0) {
    const isWanted = (status: string) => status !== 'pending' && status !== 'invalid';
    const others = (['leftOut', 'takenBack'] as const).flatMap((each) => [...journal.countRows(each)]);
    const counts = [...journal.countRows('selected'), ...others.filter(([status]) => isWanted(status))];
    return {
      total: counts.reduce((sum, [, count]) => sum + count, 0),
      has: ({ selection, status }) => selection === 'selected' || isWanted(status),
    };
  }
  const named = new Set<number>();
  const notices = await selectRows(journal, only, true, ({ ordinal }, isNamed) => {
    if (isNamed) named.add(ordinal);
  });
  for (const message of notices) tell(follow, { type: 'notice', message });
  return { total: named.size, has: ({ ordinal }) => named.has(ordinal) };
}

function* filtered(rows: Iterable<Row>, wanted: (row: Row) => boolean): Generator<Row> {
  for (const row of rows) if (wanted(row)) yield row;
}
