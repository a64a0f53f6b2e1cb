import { type Html, html } from '../../results/html.js';
import { partEnd, requestsText } from '../../results/report.js';
import { type ListedRun, RUN_STANDINGS, type RunReport } from '../../results/run-report.js';
import { bytesText, durationText, placeText } from '../../results/wording.js';
import type { Job } from '../jobs/jobs.js';
import { KIND_FACTS } from '../jobs/kinds.js';
import { barElsewhere, type LiveState } from '../jobs/states.js';
import { DOWNLOADS, downloadsIn, type ServedRun } from '../runs.js';
import { barHtml } from './jobs.js';
import { environmentTag, time } from './layout.js';
import { type LiveRun, liveRun } from './run-words.js';
import { nameOf } from './runs.js';

/** Causes that a page lists; the report has all. */
const CAUSES = 20;
/** Rows that are named beside a cause. */
const PLACES = 6;

/** What the page of a run shows besides what is listed of it. */
export interface RunView {
  /** null while it is going on without a failure, or where the journal cannot be read so far */
  readonly report: RunReport | null;
  /** what it comes to now, as live pages are told */
  readonly state: LiveState & Partial<LiveRun>;
  /** the job of this server that is at work on it */
  readonly current: Job | null;
  /** what is done with it here */
  readonly acts: Html;
}

/** One run: what state it is in, what became of its rows and why, who did what when, and its files. */
export function runPage({ id, run }: ServedRun, { report, state, current, acts }: RunView): Html {
  const files = filesCard(id, run.runDir);
  if (run.state === 'unreadable')
    return html`<h1>${id}</h1>
<section class="card message"><h2>The journal of this run cannot be read</h2><p>${run.error.message}</p><p>${run.error.hint}</p></section>
${acts}
${files}`;
  const live = { ...liveRun(run), ...state };
  const standing = live.standing === 'going on' ? live.standing : run.state;
  const bar = barElsewhere(run, current);
  const isImporting =
    run.state === 'going on' && (current ? KIND_FACTS[current.kind].imports : run.undoneAt === null);
  return html`<div id="live" data-topic="run:${id}" data-page="${state.page}">${run.kind === 'validate' ? '' : environmentTag(run.environment)}
<h1>${nameOf(run.sheets, id)}</h1>
<p class="quiet">${id}</p>
<p class="verdict"><span class="standing ${live.look}" data-slot="standing">${live.standing}</span>: ${RUN_STANDINGS[standing]}.</p>
${bar === null ? '' : barHtml(bar.text, bar)}
<p data-slot="rows">${live.rows}</p></div>
<p class="quiet" role="status" id="said"></p>
${acts}
${factsOf(run, isImporting)}
${saidCard(run)}
${countsCard(live)}
${report === null || run.state === 'undone' ? '' : causesCard(id, report)}
${files}
${partsCard(run, isImporting)}`;
}

/** @param isImporting its last part is at work, of which nothing is known here yet: the job says it */
function factsOf({ partitionId, baseUrl, startedAt, parts, lastAt }: ListedRun, isImporting: boolean): Html {
  const last = parts.at(-1);
  const facts: [string, Html][] = [['Started', time(startedAt)]];
  if (lastAt !== startedAt) facts.push(['Last change', time(lastAt)]);
  const known = isImporting ? parts.slice(0, -1) : parts;
  const took = durationText(known.reduce((sum, part) => sum + part.durationMs, 0));
  if (known.length > 0)
    facts.push(
      [isImporting ? 'Earlier parts took' : 'Took', html`${took}`],
      [isImporting ? 'Requests of earlier parts' : 'Requests', html`${requestsText(known)}`],
    );
  if (partitionId !== null) facts.push(['Partition', html`${partitionId}`]);
  if (baseUrl !== null) facts.push(['Platform', html`${baseUrl}`]);
  if (last) facts.push(['Program', html`alianza-import ${last.version}`]);
  return html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function saidCard({ state, error, tailMissing, undoneAt, undoneBy }: ListedRun): Html {
  const said: Html[] = [];
  if (error !== null) said.push(html`<p><strong>${error.message}</strong> ${error.hint}</p>`);
  if (tailMissing)
    said.push(html`<p>The end of its journal is missing: rows may be further than it says.</p>`);
  if (undoneAt !== null)
    said.push(
      html`<p>${state === 'undone' ? 'It was undone' : 'An undo of it was begun'} ${time(undoneAt)}${undoneBy === null ? '' : html` by ${undoneBy.user} on ${undoneBy.host}`}.</p>`,
    );
  return said.length === 0 ? html`` : html`<section class="card note">${said}</section>`;
}

function countsCard({ counts, total }: LiveRun): Html {
  if (counts.length === 0) return html``;
  return html`<section class="card"><table class="bars"><caption>Rows by status</caption>
<tbody id="counts">${counts.map(
    ({ status, count, look }) => html`<tr><th scope="row">${status}</th>
<td class="${look}" aria-hidden="true"><svg viewBox="0 0 1000 10" preserveAspectRatio="none"><rect height="10" width="${Math.round((count / total) * 1000)}"></rect></svg></td>
<td class="n">${count.toLocaleString('en-US')}</td></tr>`,
  )}</tbody></table></section>`;
}

function causesCard(id: string, { groups, report }: RunReport): Html {
  if (groups.length === 0) return html``;
  const shown = groups.slice(0, CAUSES);
  const labels = ['Cause', 'Times', 'Where', 'What to do'];
  const more = groups.length - shown.length;
  return html`<section class="card" aria-labelledby="causes"><h2 id="causes">Problems by cause</h2>
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${shown.map(({ title, count, hint, hits }) => {
    const places = hits.slice(0, PLACES).map((hit) => placeText({ ...hit, column: null }));
    const where = `${places.join('; ')}${count > PLACES ? '; …' : ''}`;
    const cells = [title, count.toLocaleString('en-US'), where, hint ?? hits[0]?.hint ?? ''];
    return html`<tr>${cells.map((text, at) => html`<td data-label="${labels[at] ?? ''}">${text}</td>`)}</tr>`;
  })}</tbody></table>
${more > 0 ? html`<p class="quiet">and ${more} more causes.</p>` : ''}
${report === null ? '' : html`<p><a href="/runs/${id}/report" target="_blank" rel="noopener">Every row that they hit is in the report</a></p>`}</section>`;
}

function filesCard(id: string, directory: string): Html {
  const files = downloadsIn(directory);
  if (files.length === 0)
    return html`<section class="card"><h2>Files</h2><p>None is written yet.</p></section>`;
  return html`<section class="card" aria-labelledby="files"><h2 id="files">Files</h2><table class="files"><tbody>${files.map(
    ({ name, bytes }) =>
      html`<tr><td><a href="/runs/${id}/files/${name}" download>${name}</a></td><td class="quiet">${bytesText(bytes)}</td><td class="quiet">${DOWNLOADS[name].what}</td></tr>`,
  )}</tbody></table><p><a href="/runs/${id}/keep">Credentials, and how long it is kept</a></p></section>`;
}

/** Who did what when. */
function partsCard({ parts }: ListedRun, isImporting: boolean): Html {
  if (parts.length === 0) return html``;
  const labels = ['Started', 'Took', 'Requests', 'By', 'API user', 'Ended'];
  return html`<section class="card" aria-labelledby="parts"><h2 id="parts">Who ran it</h2>
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${parts.map(
    (part, at) => {
      const { startedAt, durationMs, user, host, apiUser } = part;
      const isAtWork = isImporting && at === parts.length - 1;
      const cells = [
        time(startedAt),
        html`${isAtWork ? '' : durationText(durationMs)}`,
        html`${isAtWork ? '' : requestsText([part])}`,
        html`${user} on ${host}`,
        html`${apiUser ?? ''}`,
        html`${partEnd(part, isAtWork)}`,
      ];
      return html`<tr>${cells.map((cell, each) => html`<td data-label="${labels[each] ?? ''}">${cell}</td>`)}</tr>`;
    },
  )}</tbody></table></section>`;
}
