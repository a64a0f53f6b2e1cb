import { ApiError } from '../api/api-error.js';
import { StopError } from '../errors.js';
import { type EventChange, followPartition } from '../execute/follow-events.js';
import type { RunDirectory } from './directory.js';
import { type Follow, type FollowedChange, tell } from './events.js';
import type { RunLog } from './log.js';
import type { OpenLink } from './platform-link.js';
import { forgetCounts } from './report.js';
import { runState } from './state.js';

/** What a look has come to so far; it counts on while the look lasts. */
export interface LookTally {
  /** what was found new of the run's rows */
  changes: number;
  /** events of the partitions that were read for it */
  read: number;
  /** how many there are to be read, as far as the platform has told */
  found: number;
}

/** Clocks may differ that much from the platform's, which nobody has seen before the first look. */
const FIRST_LOOK_BEFORE_MS = 24 * 60 * 60_000;

/**
 * Looks what became of what the platform does after its answer: one status search a partition since the last look,
 * whatever the rows. What is new is journaled as it is read, with how its row stands then, and told.
 *
 * @throws StopError `EVENTS_UNREADABLE` and others, NotSentError; what was read before is in the journal and in `tally`
 */
export async function lookAtEvents(
  run: RunDirectory,
  link: OpenLink,
  log: RunLog,
  follow: Follow,
  tally: LookTally,
): Promise<void> {
  try {
    await look(run, link, log, follow, tally);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new StopError(
      'EVENTS_UNREADABLE',
      `The events of the partition cannot be read: ${error.message}.`,
      'Look again later: the next look begins where this one did, and nothing is missed.',
      { cause: error },
    );
  }
}

async function look(
  run: RunDirectory,
  { client, stop, partitionId: own }: OpenLink,
  log: RunLog,
  follow: Follow,
  tally: LookTally,
): Promise<void> {
  const { journal, facts } = run;
  const state = runState(journal);
  const begin = new Date(Date.parse(facts.createdAt) - FIRST_LOOK_BEFORE_MS).toISOString();
  const named = (state.get('partitions') ?? [null]).map((each) => each ?? own);
  for (const partition of [...new Set(named)].sort()) {
    if (stop.stopped) return;
    const since = state.get('followed')?.[partition] ?? begin;
    const isNews = () => {
      if (++tally.changes > 1) return;
      forgetCounts(run);
      void state.set('followedToWrite', true);
    };
    const changed = (change: EventChange) => {
      isNews();
      tell(follow, { type: 'changed', change: changeOf(change) });
      log.info('changed', { ...changeOf(change) });
    };
    const before = { ...tally };
    const looked = await followPartition({ client, journal, stop }, partition, since, {
      tell: changed,
      ready: isNews,
      onPage(read, found) {
        tally.read = before.read + read;
        tally.found = before.found + found;
      },
    });
    await state.set('followed', { ...state.get('followed'), [partition]: looked.mark });
    if (!looked.isWhole && !stop.stopped) tell(follow, { type: 'notice', message: UNSTABLE });
  }
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
