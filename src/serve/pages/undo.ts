import { type Html, html } from '../../results/html.js';
import type { ListedRun } from '../../results/run-report.js';
import type { Job } from '../jobs/jobs.js';
import { downloadsIn } from '../runs.js';
import { button, hidden, jobNow, jobsCard } from './jobs.js';
import { environmentTag, time } from './layout.js';
import { nameOf } from './runs.js';

/** What the page of an undo shows. */
export interface UndoView {
  readonly id: string;
  /** the text by which a page knows that it shows what is */
  readonly page: string;
  readonly run: ListedRun;
  /** the latest first */
  readonly jobs: readonly Job[];
  /** what the last list says by kind; null where none was made since the run was changed last */
  readonly list: Readonly<Record<string, Readonly<Record<string, number>>>> | null;
  readonly listedAt: string | null;
  /** what the last undo of this server did by kind; null where that is not known */
  readonly did: UndoView['list'];
  readonly may: boolean;
  /** whether the server does not go there */
  readonly isClosed: boolean;
  /** what is to be typed */
  readonly word: string;
  readonly key: string;
  readonly linesOf: (job: Job) => readonly string[];
}

/** What undo would delete and keep, and the way to do it. */
export function undoPage(view: UndoView): Html {
  const { id, run, jobs, page, list, may, isClosed, word, key, linesOf } = view;
  const open = jobs.find(({ endedAt, kind }) => endedAt === null && kind !== 'results');
  const back = `/runs/${id}/undo`;
  const isElsewhere = run.state === 'going on' && !open;
  const nothing = list !== null && countOf(list, WILL) === 0;
  return html`<div id="live" data-topic="run:${id}" data-page="${page}">${environmentTag(run.environment)}
<h1>Undo <a href="/runs/${id}">${nameOf(run.sheets, id)}</a></h1></div>
<p class="quiet" role="status" id="said"></p>
<p>Undo deletes what this run created, newest first, and puts back what it changed. What was there before, and what others need since, is kept. It cannot be taken back.</p>
${open ? jobNow(open, { path: `/runs/${id}`, back }, may) : ''}
${open?.kind === 'undo' ? html`<p>Once it has ended, undo.csv lists each object.</p>` : ''}${isElsewhere ? elsewhere(run) : ''}
${open?.kind === 'undo' || open?.kind === 'undo-list' || isElsewhere ? '' : whatIs(view, may && !open)}
${may && !open && !isElsewhere && list !== null && !nothing ? confirmForm(id, run, word, key) : ''}
${may ? '' : html`<p class="card note">${isClosed ? `This server does not go to ${run.environment}: it was not named in --environments. The command line goes there.` : 'Undo needs the role production, which you do not have: ask somebody who has it.'}</p>`}
${jobsCard(
  jobs.filter(({ kind }) => kind.startsWith('undo')),
  linesOf,
)}`;
}

function elsewhere({ undoneAt, partUndoneAt }: ListedRun): Html {
  const isUndo = undoneAt !== null || partUndoneAt !== null;
  return html`<section class="card note"><h2>${isUndo ? 'An undo is at work' : 'Running elsewhere'}</h2><p>A process that this server did not start is at work on it. It is stopped where it was started; what it did is seen here once it has ended.</p></section>`;
}

/** What an undo has done, what is left, and what another one would do, as far as anybody has looked. */
function whatIs(view: UndoView, mayLook: boolean): Html {
  const { id, run, list, did, key } = view;
  const begun = run.undoneAt ?? run.partUndoneAt;
  const has = downloadsIn(run.runDir).some(({ name }) => name === 'undo.csv');
  const each = has
    ? html`<p><a href="/runs/${id}/files/undo.csv" download>Each object is in undo.csv</a></p>`
    : '';
  const done = did === null ? '' : objectsTable(did);
  const look = mayLook ? button(`/runs/${id}/undo-list`, 'Make the list', { key: `${key}-list` }) : '';
  if (run.state === 'undone' && list === null)
    return html`<section class="card"><h2>Nothing is left</h2><p>All that this run created was taken back.</p>${done}${each}</section>`;
  const before =
    begun === null
      ? ''
      : html`<section class="card"><h2>What was undone</h2><p>${run.undoneAt === null ? 'Rows of it were undone' : 'An undo of it was begun'} ${time(begun)}.${run.state === 'partly undone' ? ' Something of it is still there.' : ''}</p>${done}${each}</section>`;
  if (list !== null) return html`${before}${listCard(view, list, mayLook)}`;
  return html`${before}<section class="card"><h2>What would be deleted</h2><p>Nobody has looked ${begun === null ? 'yet' : 'since'}. The list asks the platform and changes nothing.</p>${look}</section>`;
}

/** What the list calls what undo will do. */
const WILL = ['would be deleted', 'would be put back'];

function countOf(list: NonNullable<UndoView['list']>, whats: readonly string[]): number {
  const counts = Object.values(list).flatMap((of) => whats.map((what) => of[what] ?? 0));
  return counts.reduce((sum, count) => sum + count, 0);
}

function listCard({ id, listedAt }: UndoView, list: NonNullable<UndoView['list']>, mayLook: boolean): Html {
  return html`<section class="card" aria-labelledby="list"><h2 id="list">What undo would do</h2>
${Object.keys(list).length === 0 ? html`<p>Nothing: there is nothing of this run to undo.</p>` : objectsTable(list)}
<p class="quiet">${listedAt === null ? '' : html`As of ${time(listedAt)}. `}<a href="/runs/${id}/files/undo-dry-run.csv" download>Each object is in undo-dry-run.csv</a></p>
${mayLook ? button(`/runs/${id}/undo-list`, 'Look again') : ''}</section>`;
}

/** Objects by kind and what is done with them; a column that would be empty is left out. */
function objectsTable(objects: NonNullable<UndoView['list']>): Html {
  const isSome = (what: string) => Object.values(objects).some((of) => (of[what] ?? 0) > 0);
  const whats = [...new Set(Object.values(objects).flatMap((of) => Object.keys(of)))].filter(isSome);
  const kinds = Object.entries(objects).reverse();
  return html`<table class="hits"><thead><tr><th scope="col">Kind</th>${whats.map((what) => html`<th scope="col">${what}</th>`)}</tr></thead><tbody>${kinds.map(
    ([kind, of]) =>
      html`<tr><td data-label="Kind">${wordsOf(kind)}</td>${whats.map((what) => html`<td data-label="${what}">${of[what] === undefined ? '' : of[what].toLocaleString('en-US')}</td>`)}</tr>`,
  )}</tbody></table>`;
}

/** `businessLine` → business line. */
function wordsOf(kind: string): string {
  return kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^sip\b/, 'SIP');
}

function confirmForm(id: string, run: ListedRun, word: string, key: string): Html {
  return html`<form class="card" method="post" action="/runs/${id}/undo" aria-labelledby="go">${hidden({ key })}<h2 id="go">Undo it</h2>
<p>${environmentTag(run.environment)} ${run.baseUrl ?? ''}</p>
<div class="fields"><div><label for="confirm">Type <strong>${word}</strong> to confirm</label>
<input id="confirm" name="confirm" required autocomplete="off" autocapitalize="none" spellcheck="false"></div></div>
<p><button>Delete what this run created</button></p></form>`;
}
