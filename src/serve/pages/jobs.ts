import { EXIT } from '../../errors.js';
import { type Html, html } from '../../results/html.js';
import { counted } from '../../results/wording.js';
import type { Job } from '../jobs/jobs.js';
import { KIND_FACTS } from '../jobs/kinds.js';
import { type Bar, barOf, isLongStopping, textsOf } from '../jobs/states.js';
import { time } from './layout.js';

/** Where a job is stopped, and the page to come back to. */
export interface JobPlace {
  /** such as `/runs/x`; `stop` and `stop-hard` are below it */
  readonly path: string;
  /** the page that shows it */
  readonly back: string;
}

const NUMBERS = { rate: 'Speed', left: 'Time left', limit: 'At once', requests: 'Requests' } as const;

/** A job that has not ended: what it is at, how far and how fast, and how it is stopped. */
export function jobNow(job: Job, { path, back }: JobPlace, may: boolean): Html {
  return html`<section class="card" aria-labelledby="job-${job.id}"><h2 id="job-${job.id}">${STATE_TITLES[job.state]}</h2>
<p>${jobText(job)}</p>
<p class="quiet">Asked for ${time(job.askedAt)} by ${job.user}.</p>
${numbersOf(job)}
${job.error === null ? '' : html`<p><strong>${job.error.message}</strong> ${job.error.hint}</p>`}
${job.state === 'needs log-in' && may ? logInForm(job.target?.environment ?? '', back) : ''}
${may ? stopForms(job, path) : ''}
<noscript><p><a href="${back}">Look again</a></p></noscript></section>`;
}

/** How far a job is that is at work; live pages change the texts and the bar. */
function numbersOf(job: Job): Html {
  const { counts } = KIND_FACTS[job.kind];
  if (counts === null || (job.state !== 'running' && job.state !== 'stopping')) return html``;
  const texts = textsOf(job);
  const numbers = (Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]).map(
    (name) => html`<div><dt>${NUMBERS[name]}</dt><dd data-slot="${name}">${texts[name] ?? ''}</dd></div>`,
  );
  return html`${barHtml(texts['done'] ?? '', barOf(job))}
<p data-slot="paused">${texts['paused'] ?? ''}</p>
<dl>${numbers}</dl>`;
}

/**
 * A bar that live pages change.
 * @param text what it shows, in words
 * @param bar null while nothing is told yet
 */
export function barHtml(text: string, bar: Bar | null): Html {
  const { done, total } = bar ?? { done: 0, total: 1 };
  return html`<label for="progress" data-slot="done">${text}</label><progress id="progress" max="${Math.max(1, total)}" value="${done}"></progress>`;
}

const STATE_TITLES: Readonly<Record<Job['state'], string>> = {
  queued: 'Queued',
  running: 'At work',
  'needs log-in': 'Needs a log-in',
  'held by another': 'Waits for another',
  stopping: 'Stopping',
  ended: 'Ended',
  interrupted: 'Interrupted',
};

/** @param now milliseconds since 1970 */
export function stopForms(job: Job, path: string, now = Date.now()): Html {
  const after = KIND_FACTS[job.kind].goesOn ? 'can still be gone on with' : 'can be asked for again';
  if (job.state === 'stopping')
    return isLongStopping(job, now)
      ? html`<p>What is in flight takes long. Stopped hard it ends at once, and ${after}.</p>${button(`${path}/stop-hard`, 'Stop hard')}`
      : html``;
  return button(`${path}/stop`, job.state === 'running' ? 'Stop' : 'Take out of the queue');
}

/** A form that is a button alone. */
export function button(path: string, name: string, fields: Readonly<Record<string, string>> = {}): Html {
  return html`<form class="act" method="post" action="${path}">${hidden(fields)}<button>${name}</button></form>`;
}

/** Fields that nobody sees. */
export function hidden(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
}

/** Asks for the log-in to a platform. */
function logInForm(environment: string, back: string): Html {
  return html`<form method="post" action="/login-to-platform">${hidden({ environment, back })}
${logInFields(environment)}<p><button>Use this log-in</button></p></form>`;
}

/** What a log-in to a platform is typed into. */
export function logInFields(environment: string): Html {
  return html`<p>The log-in of the platform is kept in the memory of the server only, for your own jobs, until you log out or twelve hours are over.</p>
<div class="fields"><div><label for="platform-user">API user of ${environment}</label><input id="platform-user" name="username" autocomplete="off" autocapitalize="none" spellcheck="false"></div>
<div><label for="platform-password">Password</label><input id="platform-password" name="password" type="password" autocomplete="off"></div></div>`;
}

/** What a job is at, as a sentence. */
function jobText(job: Job): string {
  const name = capital(KIND_FACTS[job.kind].name);
  switch (job.state) {
    case 'queued':
      return job.place === 0
        ? `${name} begins as soon as there is room.`
        : `${name} is queued, behind ${counted(job.place ?? 0, 'job')} of the same partition.`;
    case 'running':
      return `${name} is at work.`;
    case 'stopping':
      return `${name} is stopping, as ${job.stoppedBy} asked: what is in flight is finished.`;
    case 'needs log-in':
      return `${name} waits for a log-in to ${job.target?.environment}.`;
    case 'held by another':
      return `${name} waits. ${job.heldBy}`;
    default:
      return `${name}: ${endText(job)}.`;
  }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** How a job ended, in a few words. */
function endText({ kind, state, exit, stoppedBy, startedAt, error }: Job): string {
  if (stoppedBy !== null)
    return startedAt === null ? `taken out of the queue by ${stoppedBy}` : `stopped by ${stoppedBy}`;
  if (state === 'interrupted') return error?.message ?? 'interrupted: its process ended without a word';
  if (exit === null) return '';
  if (error !== null) return `${error.message} ${error.hint}`;
  if (exit === 0) return 'done';
  const some = exit === 1 ? KIND_FACTS[kind].some : undefined;
  if (some !== undefined) return some;
  const means = Object.values(EXIT).find(({ code }) => code === exit)?.means;
  return (means ?? `ended with exit code ${exit}`).replaceAll('`', '');
}

/** Exit codes after which somebody looks into the log. */
const BAD: readonly (number | null)[] = (
  ['nothingDone', 'interrupted', 'locked', 'stoppedByError'] as const
).map((exit) => EXIT[exit].code);

/** Who asked for what, the latest first. */
export function jobsCard(jobs: readonly Job[], linesOf: (job: Job) => readonly string[]): Html {
  if (jobs.length === 0) return html``;
  const labels = ['Asked', 'What', 'By', 'What came of it'];
  const [latest] = jobs;
  const isBad =
    latest !== undefined &&
    latest.stoppedBy === null &&
    (latest.state === 'interrupted' || (latest.endedAt !== null && BAD.includes(latest.exit)));
  const lines = latest !== undefined && isBad ? linesOf(latest) : [];
  return html`<section class="card" aria-labelledby="jobs"><h2 id="jobs">What was asked for here</h2>
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${jobs.map(
    (job) => {
      const cells = [
        time(job.askedAt),
        html`${capital(KIND_FACTS[job.kind].name)}`,
        html`${job.user}`,
        html`${job.endedAt === null ? STATE_TITLES[job.state].toLowerCase() : endText(job)}`,
      ];
      return html`<tr>${cells.map((cell, at) => html`<td data-label="${labels[at] ?? ''}">${cell}</td>`)}</tr>`;
    },
  )}</tbody></table>
${lines.length === 0 ? '' : html`<p class="quiet">The last lines of its log:</p><pre tabindex="0" aria-label="The last lines of its log">${lines.join('\n')}</pre>`}</section>`;
}

/**
 * The jobs that have not ended, on the first page.
 * @param nameOf what people call what a job is about
 */
export function openJobs(jobs: readonly Job[], nameOf: (job: Job) => string): Html {
  if (jobs.length === 0) return html``;
  return html`<section class="card" aria-labelledby="open-jobs"><h2 id="open-jobs">Jobs</h2><ul class="plain">${jobs.map(
    (job) =>
      html`<li><a href="${pathOf(job)}">${nameOf(job)}</a>: ${jobText(job)} ${aside(job)} <span class="quiet">${job.user}</span></li>`,
  )}</ul></section>`;
}

/** How far a job is whose rows are not in the list of runs beside it. */
function aside(job: Job): string {
  const bar = KIND_FACTS[job.kind].imports || job.state !== 'running' ? null : barOf(job);
  return bar === null ? '' : `${bar.text}.`;
}

/** The page of what a job is about. */
function pathOf({ kind, run, sheet }: Job): string {
  if (run !== null) return kind.startsWith('undo') ? `/runs/${run}/undo` : `/runs/${run}`;
  return `/sheets/${sheet}/${kind === 'check' ? 'problems' : 'dry-run'}`;
}
