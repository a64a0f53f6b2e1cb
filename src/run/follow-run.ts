import { NotSentError } from '../api/api-error.js';
import { type ErrorFacts, type Exit, errorFacts, isInterruption } from '../errors.js';
import { type EventMeaning, meaningOf } from '../plan/events.js';
import { isWaiting } from '../plan/statuses.js';
import { type RunDirectory, tellOpened } from './directory.js';
import type { Follow } from './events.js';
import { openRunLog } from './log.js';
import { type LookTally, lookAtEvents } from './look-at-events.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';
import { PlatformLink } from './platform-link.js';
import { tellProgress } from './progress-teller.js';
import { exitOfError, writeAgain } from './report.js';
import { runState } from './state.js';

/** What a look at a run's numbers came to. */
export interface FollowReport {
  readonly runDir: string;
  readonly environment: string;
  /** events of the run's rows by what they mean, of all looks so far */
  readonly events: Readonly<Record<EventMeaning, number>>;
  /** the same by type and status, such as `{ "PORT_REQUEST": { "FOC_RECEIVED": 12 } }` */
  readonly statuses: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** what this look found new */
  readonly changes: number;
  /** events of the partitions that were read for it */
  readonly read: number;
  /** numbers of the run of whose activation or port the platform has told nothing */
  readonly unheard: number;
  /** rows by status */
  readonly rows: Readonly<Record<string, number>>;
  /** selected rows that nothing is waited for and a resume can go on with */
  readonly ready: number;
  readonly requests: number;
  /** paths; null when nothing was written */
  readonly results: string | null;
  readonly errors: string | null;
  readonly report: string | null;
  /** what stopped it */
  readonly error: ErrorFacts | null;
  readonly exit: Exit;
}

/**
 * Looks what became of what the platform does after its answer: activations, ports, E911 addresses. Reads only: one
 * status search a partition since the last look, whatever the rows. What is new is journaled as it is read, so that a
 * look can be killed and begun again; results and report are written when anything is.
 *
 * @returns what is known, also when it was stopped midway (`error`)
 * @throws StopError when nothing could be read at all
 */
export async function followRun(request: EarlierRequest, follow: Follow = {}): Promise<FollowReport> {
  const earlier = await openEarlierRun(request);
  const { run } = earlier;
  try {
    tellOpened(run, follow);
    return await followOpened(earlier, follow);
  } finally {
    await run.close();
  }
}

async function followOpened(
  { run, settings, format, openPlatform }: EarlierRun,
  follow: Follow,
): Promise<FollowReport> {
  const { journal, files, facts } = run;
  const state = runState(journal);
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  const tally: LookTally = { changes: 0, read: 0, found: 0 };
  let failure: unknown = null;
  let endProgress = () => {};
  try {
    const connection = await link.open(openPlatform, settings);
    endProgress = tellProgress(follow, connection, () => {
      const { read, found } = tally;
      return { of: 'events', done: read, total: Math.max(read, found), failed: 0, rows: {} };
    });
    await lookAtEvents(run, connection, log, follow, tally);
  } catch (error) {
    failure = error;
  } finally {
    endProgress();
    await link.close();
    await log.close();
  }
  const interrupted = isInterruption(failure) || link.stopped === 'interrupted';
  if (failure !== null && !link.isOpen) throw failure;
  if (interrupted || failure instanceof NotSentError) failure = null;
  const { requests } = link;
  const { changes, read } = tally;
  let written: Pick<FollowReport, 'results' | 'errors' | 'report'> = {
    ...{ results: null, errors: null, report: null },
  };
  try {
    if (changes > 0 || state.get('followedToWrite') === true) {
      written = await writeAgain(run, format, () => false);
      await state.set('followedToWrite', false);
    }
  } catch (error) {
    failure ??= error;
  }
  const { results, errors, report } = written;
  const standing = standingOf(run);
  const ended: Exit = interrupted ? 'interrupted' : exitOf(standing, journal.countRows('selected'));
  return {
    ...{ runDir: run.directory, environment: facts.target.environment },
    ...standing,
    ...{ changes, read, requests, results, errors, report },
    error: failure === null ? null : errorFacts(failure),
    exit: failure === null ? ended : exitOfError(failure, changes > 0),
  };
}

type Standing = Pick<FollowReport, 'events' | 'statuses' | 'unheard' | 'rows' | 'ready'>;

/** All that is known of a run's events and rows. */
function standingOf({ journal }: RunDirectory): Standing {
  const events = { done: 0, refused: 0, held: 0, 'under way': 0 };
  const statuses: Record<string, Record<string, number>> = {};
  let heard = 0;
  for (const { type, status, count } of journal.countEvents()) {
    events[meaningOf(status)] += count;
    const known = statuses[type]?.[status] ?? 0;
    statuses[type] = { ...statuses[type], [status]: known + count };
    if (type === 'ACTIVATION' || type === 'PORT_REQUEST') heard += count;
  }
  const made = journal.countSteps().filter(({ kind, state }) => kind === 'number' && state === 'created');
  const numbers = made.reduce((sum, { count }) => sum + count, 0);
  return {
    ...{ events, statuses, unheard: Math.max(0, numbers - heard) },
    rows: Object.fromEntries(journal.countRows()),
    ready: journal.countRows('selected').get('pending') ?? 0,
  };
}

/** Something rejected comes before something that goes on; a number that nothing is told of stops nothing. */
function exitOf({ events, ready }: Standing, selected: ReadonlyMap<string, number>): Exit {
  if (events.refused > 0) return 'someFailed';
  const waits = [...selected.keys()].some(isWaiting);
  return events.held + events['under way'] > 0 || waits || ready > 0 ? 'underWay' : 'done';
}
