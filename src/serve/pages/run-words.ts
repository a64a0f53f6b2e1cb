import { isDone, lookOf, type StatusLook } from '../../plan/statuses.js';
import {
  doneOf,
  type ListedRun,
  type RunStanding,
  totalOf,
  type UnreadableRun,
} from '../../results/run-report.js';
import { counted } from '../../results/wording.js';

/** What a standing looks like. */
export const STANDING_LOOKS: Readonly<Record<RunStanding, StatusLook>> = {
  'going on': 'alsoGood',
  done: 'good',
  'not done': 'open',
  waiting: 'open',
  stopped: 'open',
  undone: 'idle',
  'partly undone': 'open',
  checked: 'idle',
  unreadable: 'bad',
};

/** A standing as a page says it. */
export function standingText(run: ListedRun | UnreadableRun): string {
  if (run.state === 'stopped' && run.stoppedBy === 'cut off') return 'cut off';
  return run.state;
}

/** What live pages are told of a run: texts and numbers, no markup. */
export interface LiveRun {
  readonly standing: string;
  readonly look: StatusLook;
  readonly total: number;
  readonly done: number;
  readonly rows: string;
  readonly counts: readonly { readonly status: string; readonly count: number; readonly look: StatusLook }[];
}

/** @param read rows of its sheets that are read so far; null where that is not known */
export function liveRun(run: ListedRun | UnreadableRun, read: number | null = null): LiveRun {
  const look = STANDING_LOOKS[run.state];
  const standing = standingText(run);
  if (run.state === 'unreadable') return { standing, look, total: 0, done: 0, rows: '', counts: [] };
  const live = { standing, look, total: totalOf(run), done: doneOf(run), ...countsOf(run.counts) };
  return live.total > 0 ? live : { ...live, rows: unreadText(run, read) };
}

/** Of a run without a row: while its sheets are read there are none yet. */
function unreadText({ state }: ListedRun, read: number | null): string {
  if (state !== 'going on') return 'No row was read.';
  return `The sheet is being read${read === null ? '' : `: ${counted(read, 'row')} so far`}.`;
}

/** Rows by status, as a sentence and one by one. */
export function countsOf(all: Readonly<Record<string, number>>): Pick<LiveRun, 'rows' | 'counts'> {
  const counts = Object.entries(all)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => ({ status, count, look: lookOf(status) }));
  return { rows: rowsText(all), counts };
}

/** `40,000 rows: 39,988 created, 12 failed`. */
function rowsText(counts: Readonly<Record<string, number>>): string {
  const told = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => Number(isDone(b)) - Number(isDone(a)))
    .map(([status, count]) => `${count.toLocaleString('en-US')} ${status}`);
  return `${counted(totalOf({ counts }), 'row')}${told.length > 0 ? `: ${told.join(', ')}` : ''}`;
}
