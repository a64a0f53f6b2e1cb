import { doneOf, type ListedRun, totalOf, type UnreadableRun } from '../../results/run-report.js';
import { counted, durationText } from '../../results/wording.js';
import { countsOf, type LiveRun, liveRun } from '../pages/run-words.js';
import type { Served } from '../served.js';
import type { Job } from './jobs.js';
import { KIND_FACTS, type KindFacts } from './kinds.js';

/** A job as programs and live pages are told of it. */
export function jobMember(job: Job): object {
  const { id, kind, state, place, heldBy, progress, read, user, askedAt, startedAt, endedAt } = job;
  const { stoppedBy, exit, error, run, sheet, revision, pid } = job;
  return {
    ...{ id, kind, state, place, heldBy, progress, read, user, askedAt, startedAt, endedAt, stoppedBy },
    ...{ exit, error, run, sheet, revision, pid },
  };
}

/** What a bar shows, and the same in words. */
export interface Bar {
  readonly done: number;
  readonly total: number;
  readonly text: string;
}

/** What a page shows is another once this text is: only numbers and texts change in between. */
export interface LiveState {
  readonly page: string;
  /** texts by the place that shows them */
  readonly texts: Readonly<Record<string, string>>;
  /** null where nothing is counted */
  readonly bar: Bar | null;
  readonly jobs: readonly object[];
}

/** Jobs of a run or a sheet that a state tells. */
const TOLD = 20;

/** The job that a page shows at work, of those of its run or sheet; null where all have ended. */
export function currentOf(jobs: readonly Job[]): Job | null {
  const open = jobs.filter(({ endedAt }) => endedAt === null);
  return open.find(({ kind }) => kind !== 'results') ?? open[0] ?? null;
}

/**
 * What a run comes to now. While a process of this server sends its rows, it is that which tells; the journal is not asked,
 * which would count all rows each time. What other jobs count is theirs alone: the rows of the run are as its journal says.
 * @param known the run, where it was just read
 * @returns null where there is no such run, and nobody has asked for one
 */
export async function stateOfRun(
  { jobs, runs }: Pick<Served, 'jobs' | 'runs'>,
  id: string,
  known?: ListedRun | UnreadableRun,
): Promise<(LiveState & Partial<LiveRun>) | null> {
  const own = jobs.of({ run: id });
  const current = currentOf(own);
  const state = liveStateOf(own);
  if (current?.progress && KIND_FACTS[current.kind].imports) {
    const counts = { ...current.others };
    for (const [status, count] of Object.entries(current.progress.rows))
      counts[status] = (counts[status] ?? 0) + count;
    const live: LiveRun = {
      ...{ standing: 'going on', look: 'alsoGood', total: totalOf({ counts }), done: doneOf({ counts }) },
      ...countsOf(counts),
    };
    return { ...live, ...state, page: pageOfRun(live, state) };
  }
  const run = known ?? (await runs.find(id))?.run;
  if (run) {
    const live = liveRun(run, current?.read ?? null);
    return { ...live, ...state, bar: state.bar ?? barElsewhere(run, current), page: pageOfRun(live, state) };
  }
  return own.length === 0 ? null : state;
}

/** The causes of failures are on the page of a run: it is another when there are twice as many. */
function pageOfRun({ standing, total, counts }: LiveRun, { page }: LiveState): string {
  const failed = counts.find(({ status }) => status === 'failed')?.count ?? 0;
  return `${standing} ${total > 0 ? 'read' : ''} ${page} ${Math.ceil(Math.log2(failed + 1))}`;
}

/**
 * How far the rows of a run are that a process is at work on which this server did not start; null where no such process is,
 * and while it is undone.
 */
export function barElsewhere(run: ListedRun | UnreadableRun, current: Job | null): Bar | null {
  if (run.state !== 'going on' || current !== null || run.undoneAt !== null) return null;
  const total = totalOf(run);
  const done = total - (run.counts['pending'] ?? 0);
  return total === 0 ? null : { done, total, text: doneText(KIND_FACTS.run.counts, done, total, 0) };
}

function liveStateOf(jobs: readonly Job[]): LiveState {
  const current = currentOf(jobs);
  return {
    ...{ page: pageOf(jobs), texts: current ? textsOf(current) : {}, bar: current && barOf(current) },
    jobs: jobs.slice(0, TOLD).map(jobMember),
  };
}

/** What is at work on a sheet, and what it is now. */
export function stateOfSheet(
  { jobs }: Pick<Served, 'jobs'>,
  id: string,
  revision: string,
): LiveState & { readonly revision: string } {
  return { ...liveStateOf(jobs.of({ sheet: id })), revision };
}

/** A second Ctrl-C is for a job that was asked to stop so long ago, milliseconds. */
const HARD_AFTER_MS = 60_000;

/**
 * Whether a job that was asked to stop may be ended at once.
 * @param now milliseconds since 1970
 */
export function isLongStopping({ stoppingAt }: Pick<Job, 'stoppingAt'>, now = Date.now()): boolean {
  return stoppingAt !== null && now - stoppingAt >= HARD_AFTER_MS;
}

/** What a page shows of jobs but for numbers that grow. */
export function pageOf(jobs: readonly Job[], now = Date.now()): string {
  return jobs
    .slice(0, TOLD)
    .map((job) => {
      const { id, state, place, heldBy } = job;
      return `${id} ${state} ${place ?? ''} ${heldBy ?? ''} ${isLongStopping(job, now) ? 'long' : ''}`;
    })
    .join('; ');
}

/** How far a job is; null where it does not tell. */
export function barOf({ kind, progress }: Pick<Job, 'kind' | 'progress'>): Bar | null {
  const { counts } = KIND_FACTS[kind];
  if (counts === null || progress === null) return null;
  const { done, total, failed } = progress;
  return { done, total, text: doneText(counts, done, total, failed) };
}

/** `1,200 of 40,000 rows compared, 3 not as the sheet says`. */
function doneText(counts: KindFacts['counts'], done: number, total: number, failed: number): string {
  if (counts === null) return '';
  const bad = failed > 0 ? `, ${failed.toLocaleString('en-US')} ${counts.bad}` : '';
  return `${done.toLocaleString('en-US')} of ${counted(total, counts.noun)} ${counts.done}${bad}`;
}

/** What is not known yet of a job that has just begun. */
const UNKNOWN = 'not known yet';

/** The numbers of a job that is at work, each a text. */
export function textsOf(job: Job, now = Date.now()): Record<string, string> {
  const { kind, progress, since, read, mostAtOnce } = job;
  const { counts } = KIND_FACTS[kind];
  if (progress === null || since === null || counts === null)
    return {
      done: read === null ? 'Getting ready' : `${counted(read, 'row')} of the sheet read so far`,
      ...{ rate: UNKNOWN, left: UNKNOWN, limit: UNKNOWN, requests: UNKNOWN, paused: '' },
    };
  const { done, total, rate, limit, inFlight, pausedUntil, requests } = progress;
  const seconds = (now - since.at) / 1000;
  const aSecond = seconds > 0 ? (done - since.done) / seconds : 0;
  const left = aSecond > 0 ? ((total - done) / aSecond) * 1000 : null;
  const lowered =
    limit < mostAtOnce ? `, lowered from ${mostAtOnce} since the platform is slow or asked for less` : '';
  return {
    done: barOf(job)?.text ?? '',
    rate: `${aSecond.toFixed(1)} ${counts.noun}s and ${rate.toFixed(1)} requests a second`,
    left: left === null ? UNKNOWN : `about ${durationText(left)}`,
    limit: `${inFlight} of ${limit} requests at once${lowered}`,
    requests: `${requests.toLocaleString('en-US')} since it began`,
    paused: pausedUntil === null ? '' : `The platform asked to wait until ${pausedUntil.slice(11, 19)} UTC.`,
  };
}
