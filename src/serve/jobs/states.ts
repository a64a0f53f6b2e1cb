import { durationText } from '../../results/wording.js';
import { countsOf, type LiveRun, liveRun } from '../pages/run-words.js';
import type { Served } from '../served.js';
import type { Job } from './jobs.js';

/** A job as programs and live pages are told of it. */
export function jobMember(job: Job): object {
  const { id, kind, state, place, heldBy, progress, user, askedAt, startedAt, endedAt, stoppedBy } = job;
  const { exit, error, run, sheet, revision, pid } = job;
  return {
    ...{ id, kind, state, place, heldBy, progress, user, askedAt, startedAt, endedAt, stoppedBy },
    ...{ exit, error, run, sheet, revision, pid },
  };
}

/** What a page shows is another once this text is: only numbers and texts change in between. */
export interface LiveState {
  readonly page: string;
  /** texts by the place that shows them */
  readonly texts: Readonly<Record<string, string>>;
  readonly jobs: readonly object[];
}

/** Jobs of a run or a sheet that a state tells. */
const TOLD = 20;

/**
 * What a run comes to now. While a process of this server sends, it is that which tells; the journal is not asked, which
 * would count all rows each time.
 * @returns null where there is no such run, and nobody has asked for one
 */
export async function stateOfRun(
  { jobs, runs }: Pick<Served, 'jobs' | 'runs'>,
  id: string,
): Promise<(LiveState & Partial<LiveRun>) | null> {
  const own = jobs.of({ run: id });
  const current = own.find(({ endedAt }) => endedAt === null);
  const state = { page: pageOf(own), texts: current ? textsOf(current) : {}, jobs: members(own) };
  const { progress = null, kind } = current ?? {};
  if (progress !== null && kind !== 'verify') {
    const { done, total, rows } = progress;
    // The causes of failures are on the page: it is another when there are twice as many.
    const page = `going on ${state.page} ${Math.ceil(Math.log2(progress.failed + 1))}`;
    return { standing: 'going on', look: 'alsoGood', done, total, ...countsOf(rows), ...state, page };
  }
  const found = await runs.find(id);
  if (found) {
    const live = liveRun(found.run);
    return { ...live, ...state, page: `${live.standing} ${state.page}` };
  }
  return own.length === 0 ? null : state;
}

/** What is at work on a sheet, and what it is now. */
export function stateOfSheet(
  { jobs }: Pick<Served, 'jobs'>,
  id: string,
  revision: string,
): LiveState & { readonly revision: string } {
  const own = jobs.of({ sheet: id });
  const current = own.find(({ endedAt }) => endedAt === null);
  return { page: pageOf(own), texts: current ? textsOf(current) : {}, jobs: members(own), revision };
}

/** A second Ctrl-C is for a job that was asked to stop so long ago, milliseconds. */
const HARD_AFTER_MS = 60_000;

/** Whether a job that was asked to stop may be ended at once. */
export function isLongStopping({ stoppingAt }: Job): boolean {
  return stoppingAt !== null && Date.now() - stoppingAt >= HARD_AFTER_MS;
}

/** What a page shows of jobs but for numbers that grow. */
function pageOf(jobs: readonly Job[]): string {
  return jobs
    .slice(0, TOLD)
    .map((job) => {
      const { id, state, place, heldBy } = job;
      return `${id} ${state} ${place ?? ''} ${heldBy ?? ''} ${isLongStopping(job) ? 'long' : ''}`;
    })
    .join('; ');
}

function members(jobs: readonly Job[]): object[] {
  return jobs.slice(0, TOLD).map(jobMember);
}

/** The numbers of a job that is at work, each a text; '' for what is not known. */
export function textsOf(job: Job): Record<string, string> {
  const { progress, since, mostAtOnce } = job;
  if (progress === null || since === null) return { rate: '', left: '', limit: '', paused: '' };
  const { done, total, rate, limit, inFlight, pausedUntil, requests } = progress;
  const seconds = (Date.now() - since.at) / 1000;
  const aSecond = seconds > 0 ? (done - since.done) / seconds : 0;
  const left = aSecond > 0 ? ((total - done) / aSecond) * 1000 : null;
  const lowered =
    limit < mostAtOnce ? `, lowered from ${mostAtOnce} since the platform is slow or asked for less` : '';
  return {
    rate: `${aSecond.toFixed(1)} rows and ${rate.toFixed(1)} requests a second; ${requests.toLocaleString('en-US')} requests so far`,
    left: left === null ? '' : `about ${durationText(left)}`,
    limit: `${inFlight} of ${limit} requests at once${lowered}`,
    paused: pausedUntil === null ? '' : `The platform asked to wait until ${pausedUntil.slice(11, 19)} UTC.`,
  };
}
