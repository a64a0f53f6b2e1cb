import { type Html, html } from '../../results/html.js';
import { withCode } from '../../results/report.js';
import type { ListedRun, RunReport, UnreadableRun } from '../../results/run-report.js';
import { isProduction } from '../../run/platform.js';
import type { RunTarget } from '../../run/state.js';
import type { Job } from '../jobs/jobs.js';
import { button, hidden, jobNow, jobsCard } from './jobs.js';
import { NEXT_ACTS, type NextAct, nextOf } from './run-next.js';

/** What is done with a run here. */
export interface RunActs {
  readonly id: string;
  /** the latest first */
  readonly jobs: readonly Job[];
  /** whether whoever looks may do something with it, and undo it; `closed` where the server does not go there */
  readonly may: boolean;
  readonly mayUndo: boolean;
  readonly isClosed: boolean;
  /** who is at work on it, where that is no process of this server */
  readonly holder: string | null;
  /** whether there is a file of errors to be put right */
  readonly hasErrors: boolean;
  readonly key: string;
  readonly linesOf: (job: Job) => readonly string[];
}

/**
 * What goes on with a run, and the buttons for what can be done now.
 * @param report null where it cannot be read so far
 */
export function actsCard(
  run: ListedRun | UnreadableRun | null,
  report: RunReport | null,
  acts: RunActs,
): Html {
  const { id, jobs, may, isClosed, holder, linesOf } = acts;
  const open = jobs.filter(({ endedAt }) => endedAt === null);
  const now = open.map((job) => jobNow(job, { path: `/runs/${id}`, back: `/runs/${id}` }, may));
  const isElsewhere = run !== null && run.state === 'going on' && open.length === 0;
  const elsewhere = html`<section class="card note"><h2>Running elsewhere</h2><p>A process that this server did not start is at work on it${holder === null ? '' : `: ${holder}`}. It is stopped where it was started.</p></section>`;
  const closed = html`<p class="card note">This server does not go to ${run !== null && run.state !== 'unreadable' ? run.environment : 'that environment'}: it was not named in --environments. The command line does.</p>`;
  const isImport = run !== null && run.state !== 'unreadable' && run.kind === 'run';
  return html`${now}${isElsewhere ? elsewhere : ''}${isImport && isClosed ? closed : ''}
${isImport && open.length === 0 && !isElsewhere && !isClosed ? nextCard(run, report, acts) : ''}
${jobsCard(jobs, linesOf)}`;
}

/** More is sent than what was confirmed: in production it is confirmed once more. */
function restForm(run: ListedRun, id: string, key: string): Html {
  const fields = { key: `${key}-rest`, all: 'yes' };
  if (!isProduction(run as RunTarget)) return button(`/runs/${id}/resume`, NEXT_ACTS.rest, fields);
  return html`<form method="post" action="/runs/${id}/resume">${hidden(fields)}<div class="fields"><div><label for="confirm-rest">Type <strong>${run.partitionId ?? id}</strong> to confirm</label>
<input id="confirm-rest" name="confirm" required autocomplete="off" autocapitalize="none" spellcheck="false"></div><button>${NEXT_ACTS.rest}</button></div></form>`;
}

/** What can be done next, the most urgent first: each button with what it is for. */
function nextCard(
  run: ListedRun,
  report: RunReport | null,
  { id, may, mayUndo, hasErrors, key }: RunActs,
): Html {
  const has: Readonly<Record<NextAct, boolean>> = {
    ...{
      resume: may,
      retry: may,
      rest: may,
      verify: may,
      follow: may,
      results: may,
      correct: may && hasErrors,
    },
    undo: mayUndo,
  };
  const found = nextOf(run, report).filter(({ act }) => act === null || has[act]);
  if (found.length === 0) return html``;
  const doing = (act: NextAct) =>
    act === 'undo'
      ? html`<a href="/runs/${id}/undo">${NEXT_ACTS[act]}</a>`
      : act === 'rest'
        ? restForm(run, id, key)
        : button(`/runs/${id}/${act}`, NEXT_ACTS[act], { key: `${key}-${act}` });
  return html`<section class="card" aria-labelledby="acts"><h2 id="acts">What can be done next</h2><ul class="plain next">${found.map(
    ({ act, text }) => html`<li>${act === null ? '' : doing(act)} <span>${withCode(text)}</span></li>`,
  )}</ul></section>`;
}
