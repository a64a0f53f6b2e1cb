import { type Html, html } from '../../results/html.js';
import type { ListedRun, UnreadableRun } from '../../results/run-report.js';
import type { Job } from '../jobs/jobs.js';
import { button, jobNow, jobsCard } from './jobs.js';

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

/** What goes on with a run, and the buttons for what can be done now. */
export function actsCard(run: ListedRun | UnreadableRun | null, acts: RunActs): Html {
  const { id, jobs, may, isClosed, holder, linesOf } = acts;
  const open = jobs.filter(({ endedAt }) => endedAt === null);
  const now = open.map((job) => jobNow(job, { path: `/runs/${id}`, back: `/runs/${id}` }, may));
  const isElsewhere = run !== null && run.state === 'going on' && open.length === 0;
  const elsewhere = html`<section class="card note"><h2>Running elsewhere</h2><p>A process that this server did not start is at work on it${holder === null ? '' : `: ${holder}`}. It is stopped where it was started.</p></section>`;
  const closed = html`<p class="card note">This server does not go to ${run !== null && run.state !== 'unreadable' ? run.environment : 'that environment'}: it was not named in --environments. The command line does.</p>`;
  const isImport = run !== null && run.state !== 'unreadable' && run.kind === 'run';
  return html`${now}${isElsewhere ? elsewhere : ''}${isImport && isClosed ? closed : ''}
${isImport && open.length === 0 && !isElsewhere && !isClosed ? buttons(run, acts) : ''}
${jobsCard(jobs, linesOf)}`;
}

function buttons(run: ListedRun, { id, may, mayUndo, hasErrors, key }: RunActs): Html {
  const act = (name: string, title: string) =>
    button(`/runs/${id}/${name}`, title, { key: `${key}-${name}` });
  const found: Html[] = [];
  const isUndone = run.undoneAt !== null;
  if (may && !isUndone) {
    if (['stopped', 'not done', 'waiting'].includes(run.state)) found.push(act('resume', 'Resume'));
    if ((run.counts['failed'] ?? 0) + (run.counts['skipped'] ?? 0) > 0)
      found.push(act('retry', 'Try failed again'));
    found.push(act('verify', 'Verify'), act('follow', 'Follow'));
  }
  if (may) found.push(act('results', 'Write results'));
  if (may && hasErrors) found.push(act('correct', 'Put errors right'));
  if (mayUndo) found.push(html`<a href="/runs/${id}/undo">Undo …</a>`);
  if (found.length === 0) return html``;
  return html`<section class="card" aria-labelledby="acts"><h2 id="acts">What can be done</h2><div class="acts">${found}</div></section>`;
}
