import { type Html, html } from '../../results/html.js';
import { planLines } from '../../results/plan-text.js';
import type { Hit } from '../../results/problem-groups.js';
import { mailsText, type RunReport } from '../../results/run-report.js';
import { counted } from '../../results/wording.js';
import type { DryRun } from '../jobs/dry-runs.js';
import type { Job } from '../jobs/jobs.js';
import { button, hidden, jobNow, jobsCard, logInFields } from './jobs.js';
import { environmentTag, time } from './layout.js';
import { type SheetView, sheetTabs } from './sheet-tabs.js';

/** A place that jobs of a sheet may go to. */
export interface Place {
  readonly environment: string;
  /** null for the sandbox inside the process */
  readonly baseUrl: string | null;
  readonly isProduction: boolean;
  /** where none is named; null while it is not known */
  readonly partition: string | null;
  /** nobody has given a log-in for it */
  readonly needsLogIn: boolean;
  /** whether whoever looks may start something there */
  readonly may: boolean;
}

/** What the pages of dry run and start show. */
export interface ToStart {
  readonly view: SheetView;
  readonly places: readonly Place[];
  readonly place: Place;
  readonly dryRun: DryRun | null;
  /** the jobs of the sheet that are shown, the latest first */
  readonly jobs: readonly Job[];
  readonly linesOf: (job: Job) => readonly string[];
  /** so that a double click is one job */
  readonly key: string;
}

/** Causes that a page lists. */
const CAUSES = 20;
/** Rows that are named beside a cause. */
const PLACES = 6;

/** What a dry run would do and has found. */
export function dryRunPage(toStart: ToStart): Html {
  const { view, place, dryRun, jobs, linesOf, key } = toStart;
  const { sheet, revision } = view;
  const open = jobs.find(({ endedAt }) => endedAt === null);
  const back = `/sheets/${sheet.id}/dry-run?environment=${place.environment}`;
  const [latest] = jobs;
  const failed =
    latest && latest.endedAt !== null && dryRun?.isCurrent !== true ? jobsCard([latest], linesOf) : '';
  return html`<div id="live" data-topic="sheet:${sheet.id}" data-page="${view.live()}">${sheetTabs(view, 'dry-run', place.environment)}</div>
<p class="quiet" role="status" id="said"></p>
<p>A dry run asks the platform what is there already and what would not be taken. It changes nothing.</p>
${placeLinks(toStart, 'dry-run')}
${open ? jobNow(open, { path: `/sheets/${sheet.id}/dry-run`, back }, place.may) : ''}
${
  open || !place.may
    ? notAllowed(place)
    : html`<form class="card" method="post" action="/sheets/${sheet.id}/dry-run">${hidden({ revision, key, environment: place.environment })}
${place.needsLogIn ? logInFields(place.environment) : ''}
<div class="fields">${partitionField(place)}<button>${dryRun === null ? 'Dry run' : 'Dry run again'}</button></div></form>`
}
${failed}
${dryRun === null && open ? '' : dryRun === null ? html`<p>There was no dry run in ${place.environment} yet.</p>` : dryRunCard(view, dryRun)}`;
}

/** What a dry run says of rows, in a sentence. */
function sendableText({ counts }: RunReport): string {
  const { valid = 0, invalid = 0 } = counts;
  return `${counted(valid, 'row')} can be sent, ${invalid.toLocaleString('en-US')} cannot.`;
}

function dryRunCard(view: SheetView, { report, isCurrent, endedAt }: DryRun): Html {
  const { existing, partitionId, coverage } = report;
  return html`<section class="card" aria-labelledby="found"><h2 id="found">What it found</h2>
<p>${environmentTag(report.environment)} partition ${partitionId ?? ''}, ${time(endedAt)}</p>
${isCurrent ? '' : html`<p class="note"><strong>The sheet has changed since.</strong> This is of what it was before.</p>`}
<p>${sendableText(report)} ${existing === null ? '' : `${counted(existing, 'row')} ${existing === 1 ? 'is' : 'are'} on the platform already.`}</p>
${planCard(report.plan)}
${kindsTable(report)}
${causes(view, report)}
${coverage.map((line) => html`<p class="quiet">${line}</p>`)}</section>`;
}

/** What rows would bring about, in sentences. */
function planCard(plan: RunReport['plan']): Html {
  if (plan === null) return html``;
  const orders = (plan.objects['portOrder']?.create ?? 0) + plan.numbers.searched;
  return html`<ul>${planLines(plan).map((line) => html`<li>${line}</li>`)}
<li>${plan.mailsAtOnce === 0 ? 'Nobody gets a mail of the platform at once.' : mailsText(plan.mailsAtOnce)}</li>
<li>${orders === 0 ? 'No number is searched for or ported.' : `${counted(plan.numbers.searched, 'number')} would be searched for and taken, ${counted(plan.objects['portOrder']?.create ?? 0, 'port order')} placed.`}</li></ul>`;
}

function kindsTable({ plan }: RunReport): Html {
  if (plan === null) return html``;
  const labels = ['Kind', 'Would be created', 'There already', 'Not as the sheet says'];
  const kinds = Object.values(plan.objects).filter(({ create, exist }) => create + (exist ?? 0) > 0);
  if (kinds.length === 0) return html``;
  return html`<table class="hits"><caption>Objects by kind</caption><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${kinds.map(
    ({ title, create, exist, differ }) =>
      html`<tr>${[title, create, exist ?? '', differ ?? ''].map((cell, at) => html`<td data-label="${labels[at] ?? ''}">${typeof cell === 'number' ? cell.toLocaleString('en-US') : cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}

function causes({ sheet, look }: SheetView, { groups }: RunReport): Html {
  if (groups.length === 0) return html`<p>Nothing of it would be refused, as far as a dry run can tell.</p>`;
  const labels = ['Problem', 'Times', 'Where', 'What to do'];
  const isOneTable = look !== null && 'tables' in look && look.tables.length === 1;
  const place = ({ sheet: name, row }: Hit, at: number) =>
    html`${at === 0 ? '' : '; '}${
      isOneTable
        ? html`<a href="/sheets/${sheet.id}/rows/${row}?sheet=1">row ${row}</a>`
        : `${name === null ? '' : `${name}, `}row ${row}`
    }`;
  const errorsFirst = [...groups].sort(
    (a, b) => Number(b.severity === 'error') - Number(a.severity === 'error'),
  );
  return html`<table class="hits"><caption>Problems</caption><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${errorsFirst
    .slice(0, CAUSES)
    .map(({ severity, title, count, hint, hits }) => {
      const look = severity === 'error' ? 'bad' : 'open';
      const cells = [
        html`<span class="tag ${look}">${severity}</span> ${title}`,
        html`${count.toLocaleString('en-US')}`,
        html`${hits.slice(0, PLACES).map(place)}${count > PLACES ? '; …' : ''}`,
        html`${hint ?? hits[0]?.hint ?? ''}`,
      ];
      return html`<tr>${cells.map((cell, at) => html`<td data-label="${labels[at] ?? ''}">${cell}</td>`)}</tr>`;
    })}</tbody></table>${groups.length > CAUSES ? html`<p class="quiet">and ${groups.length - CAUSES} more causes.</p>` : ''}`;
}

/** What the page of a start shows besides. */
export interface StartFacts {
  /** runs of exactly this input in this environment, the latest first */
  readonly earlier: readonly Job[];
  readonly isFresh: boolean;
  /** what was sent from this page and refused, by field */
  readonly sent: Readonly<Record<string, string>>;
}

/** What a start would do, in numbers, and what it needs. */
export function startPage(toStart: ToStart, { earlier, isFresh, sent }: StartFacts): Html {
  const { view, place, dryRun, key } = toStart;
  const { sheet, revision, check, mayChange } = view;
  const isChecked = check?.isCurrent === true;
  const plan = (dryRun?.isCurrent ? dryRun.report.plan : null) ?? (isChecked ? check.plan : null);
  const invalid = isChecked ? check.invalid : 0;
  const { environment, isProduction, may } = place;
  const fields = html`<div class="fields">${partitionField(place, sent['partition'])}
<div><label for="concurrency">Requests at once</label><input id="concurrency" name="concurrency" type="number" min="1" max="256" value="${sent['concurrency'] ?? '16'}"></div>
<div><label for="max-errors">Stop at failed rows (100 or 5%)</label><input id="max-errors" name="maxErrors" value="${sent['maxErrors'] ?? '100'}" pattern="\\d+|\\d\\d?%|100%"></div>
<div><label for="limit">First rows only (a pilot)</label><input id="limit" name="limit" type="number" min="1" value="${sent['limit'] ?? ''}"></div>
<div><label for="only">Only rows with</label><input id="only" name="only" placeholder="wave=1" autocapitalize="none" spellcheck="false" value="${sent['only'] ?? ''}"></div></div>`;
  const skip =
    invalid === 0
      ? html``
      : tick('skipInvalid', `Leave out ${counted(invalid, 'invalid row')}; the others are sent`, sent);
  const again =
    earlier.length === 0
      ? html``
      : html`<p class="note">Exactly this input was started in ${environment} before: ${earlier.slice(0, 3).map((job) => html`<a href="/runs/${job.run ?? ''}">${job.run ?? ''}</a> by ${job.user} ${time(job.askedAt)} `)}. What it created is recognised and not created again.</p>${tick('again', 'Start it again all the same', sent)}`;
  return html`<div id="live" data-topic="sheet:${sheet.id}" data-page="${view.live()}">${sheetTabs(view, 'start', environment)}</div>
<p class="quiet" role="status" id="said"></p>
${placeLinks(toStart, 'start')}
<section class="card" aria-labelledby="what"><h2 id="what">What will happen</h2>
<p>${environmentTag(environment)} ${place.baseUrl ?? 'inside the process: nothing leaves this machine'}${place.partition === null ? '' : html`, partition <strong>${place.partition}</strong>`}</p>
${isChecked ? html`<p>${counted(check.valid, 'valid row')}, ${check.invalid.toLocaleString('en-US')} invalid.</p>` : html`<p>The sheet was not checked as it is now. ${mayChange ? button(`/sheets/${sheet.id}/check`, 'Check it', { revision }) : ''}</p>`}
${plan === null ? '' : planCard(plan)}
${dryRun?.isCurrent ? html`<p><a href="/sheets/${sheet.id}/dry-run?environment=${environment}">Dry run</a> ${time(dryRun.endedAt)}: ${sendableText(dryRun.report)}</p>` : html`<p>There was no <a href="/sheets/${sheet.id}/dry-run?environment=${environment}">dry run</a> of the sheet as it is now in ${environment}.</p>`}</section>
${
  may
    ? html`<form class="card" method="post" action="/runs" aria-labelledby="go">${hidden({ sheet: sheet.id, revision, key, environment })}<h2 id="go">Start</h2>
${fields}${skip}${again}${isProduction ? production(place, isFresh, sent) : ''}
${place.needsLogIn ? html`<p>A run needs a log-in to ${environment}; it may be given now or later.</p>${logInFields(environment)}` : ''}
<p><button class="main">Start in ${environment}</button></p></form>`
    : notAllowed(place)
}`;
}

function production({ partition }: Place, isFresh: boolean, sent: StartFacts['sent']): Html {
  return html`<p class="note"><strong>This is production:</strong> customers are there.</p>
${isFresh ? '' : tick('withoutDryRun', 'Start without a dry run of exactly this input in the last 24 hours', sent)}
<div class="fields"><div><label for="confirm">Type the ID of the partition${partition === null ? ' that it is for' : html`, <strong>${partition}</strong>,`} to confirm</label>
<input id="confirm" name="confirm" required autocomplete="off" autocapitalize="none" spellcheck="false"></div></div>`;
}

function tick(name: string, text: string, sent: StartFacts['sent']): Html {
  return html`<p><input type="checkbox" id="${name}" name="${name}" value="yes"${sent[name] === 'yes' ? html` checked` : ''}> <label for="${name}">${text}</label></p>`;
}

function partitionField({ partition }: Place, sent = ''): Html {
  return html`<div><label for="partition">Partition</label><input id="partition" name="partition" placeholder="${partition ?? 'that of the log-in'}" pattern="[A-Za-z0-9._\\-]{1,100}" autocapitalize="none" spellcheck="false" value="${sent}"></div>`;
}

function placeLinks({ places, place, view }: ToStart, tab: string): Html {
  if (places.length < 2) return html``;
  return html`<nav class="tabs" aria-label="Where to">${places.map(({ environment }) => {
    const path = `/sheets/${view.sheet.id}/${tab}?environment=${environment}`;
    return environment === place.environment
      ? html`<a href="${path}" aria-current="true">${environment}</a>`
      : html`<a href="${path}">${environment}</a>`;
  })}</nav>`;
}

function notAllowed({ may, isProduction, environment }: Place): Html {
  if (may) return html``;
  return html`<p class="card note">${isProduction ? `What goes to ${environment} needs the role production, a dry run, too.` : 'A dry run and a start need the role run.'}</p>`;
}
