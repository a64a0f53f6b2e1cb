import { ApiError, NotSentError } from '../api/api-error.js';
import { type ErrorFacts, type Exit, errorFacts, isInterruption, StopError } from '../errors.js';
import { type EventChange, followPartition } from '../execute/follow-events.js';
import { type EventMeaning, meaningOf } from '../plan/events.js';
import { isWaiting } from '../plan/statuses.js';
import { type RunDirectory, tellOpened } from './directory.js';
import { type Follow, type FollowedChange, tell } from './events.js';
import { openRunLog } from './log.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';
import { PlatformLink } from './platform-link.js';
import { exitOfError, forgetCounts, writeAgain } from './report.js';
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
  readonly requests: number;
  /** paths; null when nothing was written */
  readonly results: string | null;
  readonly errors: string | null;
  readonly report: string | null;
  /** what stopped it */
  readonly error: ErrorFacts | null;
  readonly exit: Exit;
}

/** Clocks may differ that much from the platform's, which nobody has seen before the first look. */
const FIRST_LOOK_BEFORE_MS = 24 * 60 * 60_000;

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
  let changes = 0;
  let read = 0;
  let failure: unknown = null;
  try {
    const { client, stop, partitionId: own } = await link.open(openPlatform, settings);
    const begin = new Date(Date.parse(facts.createdAt) - FIRST_LOOK_BEFORE_MS).toISOString();
    const named = (state.get('partitions') ?? [null]).map((each) => each ?? own);
    for (const partition of [...new Set(named)].sort()) {
      if (stop.stopped) break;
      const since = state.get('followed')?.[partition] ?? begin;
      const looked = await followPartition({ client, journal, stop }, partition, since, (change) => {
        if (++changes === 1) {
          forgetCounts(run);
          void state.set('followedToWrite', true);
        }
        tell(follow, { type: 'changed', change: changeOf(change) });
        log.info('changed', { ...changeOf(change) });
      });
      read += looked.read;
      await state.set('followed', { ...state.get('followed'), [partition]: looked.mark });
      if (!looked.isWhole && !stop.stopped) tell(follow, { type: 'notice', message: UNSTABLE });
    }
  } catch (error) {
    failure = error instanceof ApiError ? unreadable(error) : error;
  } finally {
    await link.close();
    await log.close();
  }
  const interrupted = isInterruption(failure) || link.stopped === 'interrupted';
  if (failure !== null && !link.isOpen) throw failure;
  if (interrupted || failure instanceof NotSentError) failure = null;
  const { requests } = link;
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
  const ended: Exit = interrupted ? 'interrupted' : exitOf(standing);
  return {
    ...{ runDir: run.directory, environment: facts.target.environment },
    ...standing,
    ...{ changes, read, requests, results, errors, report },
    error: failure === null ? null : errorFacts(failure),
    exit: failure === null ? ended : exitOfError(failure, changes > 0),
  };
}

function unreadable(error: ApiError): StopError {
  return new StopError(
    'EVENTS_UNREADABLE',
    `The events of the partition cannot be read: ${error.message}.`,
    'Look again later: the next look begins where this one did, and nothing is missed.',
    { cause: error },
  );
}

const UNSTABLE =
  'The events changed while they were read, again and again: some may be missing. The next look begins where this one did.';

function changeOf({ row, status, phone, before, now }: EventChange): FollowedChange {
  const { file, sheet, values } = row.record;
  return {
    ...{ file, sheet, row: row.row, account: values.accountNumber ?? null, phoneNumber: phone },
    ...{ event: now.type, from: before?.status ?? null, to: now.status },
    focDate: now.focDate ?? null,
    code: now.code ?? null,
    message: now.message ?? null,
    correction: now.correction ?? null,
    status,
  };
}

type Standing = Pick<FollowReport, 'events' | 'statuses' | 'unheard' | 'rows'>;

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
  };
}

/** Something rejected comes before something that goes on; a number that nothing is told of stops nothing. */
function exitOf({ events, rows }: Standing): Exit {
  if (events.refused > 0) return 'someFailed';
  const waits = Object.entries(rows).some(([status, count]) => count > 0 && isWaiting(status));
  return events.held + events['under way'] > 0 || waits ? 'underWay' : 'done';
}
