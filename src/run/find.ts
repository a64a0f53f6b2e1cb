import { errorFacts, StopError } from '../errors.js';
import type { Journal, Json, StoredRow, StoredSource } from '../journal/journal.js';
import { SECRET_MASK, TYPE_AGAIN } from '../records/columns.js';
import type { ImportRecord } from '../records/record.js';
import { resultOf } from '../results/row-outcome.js';
import type { ListedRun, UnreadableRun } from '../results/run-report.js';
import { readRun } from './directory.js';
import { refuseInterrupted } from './interrupt.js';
import { oneByOne, readRuns } from './runs.js';
import { type Match, type Sought, soughtOf } from './sought.js';

/** A row of a run that has what was looked for. */
export interface FoundRow {
  readonly runDir: string;
  readonly file: string;
  readonly sheet: string | null;
  /** as the spreadsheet shows it */
  readonly row: number;
  readonly product: string | null;
  readonly account: string | null;
  /** whom or what it is about: a name, a number, an address; '' where it says none */
  readonly about: string;
  readonly status: string;
  /** when the row ended, or else when its run did something last; ISO date and time */
  readonly at: string;
  /** what it was given so far, by result column */
  readonly ids: Readonly<Record<string, string>>;
  /** where it is: a column of ours or of the sheet, a result column, or an object of the run and its field */
  readonly column: string;
  readonly value: string;
  /** as a word or the whole value; else only inside a longer word */
  readonly match: Match;
}

/** What a search came to. */
export interface Search {
  /** the runs that have it, newest first, with how many of their rows */
  readonly runs: readonly (ListedRun & { readonly found: number })[];
  /** what could not be looked through */
  readonly unreadable: readonly UnreadableRun[];
  /** how many runs there are */
  readonly searched: number;
}

const MAX_CHARACTERS = 500;

/**
 * Looks for a text in the rows of all runs of a folder: what they say, what they were given, what undo has taken back.
 *
 * @param onFound hears of each row, run by run, the newest first; the next waits until it is taken
 * @throws StopError `NO_FOLDER`, `NOTHING_SOUGHT`, `INTERRUPTED`
 */
export async function findInRuns(
  folder: string,
  text: string,
  onFound: (row: FoundRow, run: ListedRun) => Promise<void>,
  signal: AbortSignal,
): Promise<Search> {
  if (text.trim() === '' || text.length > MAX_CHARACTERS)
    throw new StopError(
      'NOTHING_SOUGHT',
      text.trim() === '' ? 'The text to look for is blank.' : 'The text to look for is too long.',
      'Give an account, a name, a number, a MAC address or an ID, or nothing to list the runs.',
    );
  const sought = soughtOf(text);
  const runs: (ListedRun & { found: number })[] = [];
  const unreadable: UnreadableRun[] = [];
  const all = await readRuns(folder, signal);
  await oneByOne(all, async (run) => {
    refuseInterrupted(signal);
    if (run.state === 'unreadable') return void unreadable.push(run);
    let found = 0;
    try {
      for await (const row of foundIn(run, sought)) {
        found++;
        await onFound(row, run);
        refuseInterrupted(signal);
      }
    } catch (error) {
      if (!(error instanceof StopError) || error.exit === 'interrupted') throw error;
      unreadable.push({ runDir: run.runDir, state: 'unreadable', error: errorFacts(error) });
    }
    if (found > 0) runs.push({ ...run, found });
  });
  return { runs, unreadable, searched: all.length };
}

/** The rows of one run that have it, in input order, each once. */
async function* foundIn(run: ListedRun, sought: Sought): AsyncGenerator<FoundRow> {
  const { journal } = readRun(run.runDir);
  try {
    const sources = new Map(journal.sources().map((source) => [source.id, source]));
    const bySteps = placesInSteps(journal, sought);
    const ordinals = new Set([...journal.rowsWith(sought.inJournal), ...bySteps.keys()]);
    for (const ordinal of [...ordinals].sort((a, b) => a - b)) {
      const row = journal.row(ordinal);
      if (row === undefined) continue;
      const place = best(sought, valuesOf(row, sources.get(row.source))) ?? bySteps.get(ordinal);
      if (place === undefined) continue;
      const { file, sheet, product, values } = row.record;
      yield {
        ...{ runDir: run.runDir, file, sheet, row: row.row, product, status: row.status },
        account: values.accountNumber ?? null,
        about: aboutOf(values),
        ids: idsOf(row),
        at: resultOf(row).finishedAt ?? run.lastAt,
        ...place,
      };
    }
  } finally {
    await journal.close();
  }
}

/** The person, or else what the row calls its object, and the number, extension or address that goes with it. */
function aboutOf(values: StoredRow<ImportRecord>['record']['values']): string {
  const { firstName, lastName, username, huntGroupName, trunkName, lineName, deviceName } = values;
  const { phoneNumber, extension, macAddress } = values;
  const person = [firstName, lastName].filter((name) => name !== undefined).join(' ') || username;
  const name = person ?? huntGroupName ?? trunkName ?? lineName ?? deviceName;
  return [name, phoneNumber ?? extension ?? macAddress].filter((text) => text !== undefined).join(', ');
}

type Place = Pick<FoundRow, 'column' | 'value' | 'match'>;
type Values = Iterable<readonly [column: string, value: string]>;

/** The first value that has it as a word, or else the first that has it at all. */
function best(sought: Sought, values: Values): Place | undefined {
  let part: Place | undefined;
  for (const [column, value] of values) {
    const match = sought.matches(value);
    if (match === 'whole') return { column, value, match };
    if (match === 'part') part ??= { column, value, match };
  }
  return part;
}

/** What results say about where a row failed and what to do is no value of it. */
const TOLD = new Set(['failedStep', 'stepTitle', 'hint', 'finishedAt', 'warnings']);
const NOT_AN_ID = new Set([...TOLD, 'error', 'differs']);

/** Those of the result columns that name an object. */
function idsOf({ result }: StoredRow<ImportRecord>): Record<string, string> {
  return Object.fromEntries([...textsOf(result ?? {}, NOT_AN_ID)]);
}

/** What a row says, what it was given, and what was typed, secrets masked as they are in the journal. */
function* valuesOf(
  { record, result, cells }: StoredRow<ImportRecord>,
  source: StoredSource | undefined,
): Values {
  const { firstName, lastName } = record.values;
  yield* textsOf(record.values as Record<string, Json>);
  if (firstName !== undefined && lastName !== undefined) {
    yield ['firstName, lastName', `${firstName} ${lastName}`];
    yield ['lastName, firstName', `${lastName}, ${firstName}`];
  }
  yield* textsOf(result ?? {}, TOLD);
  for (const [index, cell] of cells.entries())
    if (cell !== SECRET_MASK && cell !== TYPE_AGAIN)
      yield [source?.header[index] ?? `column ${index + 1}`, cell];
}

function* textsOf(values: Readonly<Record<string, Json | undefined>>, but = new Set<string>()): Values {
  for (const [name, value] of Object.entries(values)) {
    if (but.has(name)) continue;
    for (const each of Array.isArray(value) ? value : [value])
      if (typeof each === 'string' || typeof each === 'number') yield [name, String(each)];
  }
}

/** Where objects of the run have it, also such as undo has deleted, by the ordinal of the row that made them. */
function placesInSteps(journal: Journal<ImportRecord>, sought: Sought): Map<number, Place> {
  const places = new Map<number, Place>();
  for (const seq of journal.stepsWith(sought.inJournal)) {
    const step = journal.stepAt(seq);
    if (step === undefined || places.has(step.owner)) continue;
    const place = best(sought, textsOf({ ...step.intent, ...step.outcome }));
    if (place) places.set(step.owner, { ...place, column: `${step.kind} ${place.column}` });
  }
  return places;
}
