import { basename } from 'node:path';
import { isDone, lookOf, type StatusLook } from '../plan/statuses.js';
import { writeFileAtomic } from '../sheet/write/atomic.js';
import { CHANGES_FILE, valueText } from './changes-list.js';
import { Html, html } from './html.js';
import { planLines } from './plan-text.js';
import { GROUP_KINDS, type GroupKind, type Hit, type ProblemGroup } from './problem-groups.js';
import { page } from './report-page.js';
import type { RowIndex } from './row-index.js';
import { doneOf, type RunPart, type RunReport, remarks, totalOf } from './run-report.js';
import { columnText, counted, durationText, HEADER_HOW, placeText, rateText } from './wording.js';

const TITLES = { validate: 'Validation report', 'dry-run': 'Dry-run report', run: 'Import report' } as const;
const CAUSES_IN_CHART = 10;
/** Places that the whole page lists: what keeps it small enough to mail. */
const MAX_HITS = 5000;
/** Headers of a table that the page lists. */
const MAX_HEADERS = 500;
const MIN_HITS_PER_GROUP = 5;
/** Groups with few places are open at first, so that the page shows something, and stays an overview. */
const OPEN_HITS = 12;

const KIND_LABELS: Readonly<Record<GroupKind, string>> = {
  failed: 'Failed',
  invalid: 'Invalid',
  skipped: 'Skipped',
  warning: 'Warning',
};

/** Problems that are no status of a row stay open. */
function groupLook(kind: GroupKind): StatusLook {
  return kind === 'warning' ? 'open' : lookOf(kind);
}

/**
 * Writes the report as one HTML file that needs nothing else; it appears all at once.
 * @param rows all rows, to be searched in the page
 */
export async function writeReport(path: string, report: RunReport, rows: RowIndex): Promise<void> {
  await writeFileAtomic(path, reportPage(report, rows));
}

/** The page of {@link writeReport}. */
export function reportPage(report: RunReport, rows: RowIndex): string {
  const sheets = report.sheets.map((file) => basename(file)).join(', ');
  const title = `${TITLES[report.kind]}: ${sheets}${report.environment === 'sandbox' && report.kind !== 'validate' ? ' (sandbox)' : ''}`;
  return page(
    title,
    html`<main>
${heading(report, sheets)}
${remarksCard(remarks(report))}
${nextCard(report.next)}
${planCard(report)}
<div class="charts">
${statusChart(report.counts)}
${causeChart(report.groups)}
</div>
${portsCard(report.ports)}
${objectsCard(report.objects)}
${changesCard(report)}
${rowsCard(report, rows)}
${coverageCard(report.coverage)}
${headersCard(report.tables)}
${problemsCard(report)}
</main>`,
  );
}

function heading(report: RunReport, sheets: string): Html {
  const { environment, kind, partitionId, baseUrl, requests, durationMs, parts } = report;
  const offline = kind === 'validate';
  const facts: [string, string][] = [
    ['Started', timeText(report.startedAt)],
    ['Took', durationText(durationMs) + (parts.length > 1 ? ` in ${parts.length} parts` : '')],
  ];
  if (requests !== null)
    facts.push([
      'Requests',
      parts.some(isOpen)
        ? requestsText(parts)
        : `${requests.toLocaleString('en-US')} (${rateText(requests, durationMs)} a second)`,
    ]);
  if (partitionId !== null) facts.push(['Partition', partitionId]);
  if (baseUrl !== null) facts.push(['Platform', baseUrl]);
  const different = (texts: readonly (string | null)[]) =>
    [...new Set(texts)].filter((text) => text !== null);
  const writers: [string, readonly string[]][] = [
    ['Run by', different(parts.map(({ user, host }) => `${user} on ${host}`))],
    ['API user', different(parts.map(({ apiUser }) => apiUser))],
    ['Program', different(parts.map(({ version }) => `alianza-import ${version}`))],
  ];
  for (const [name, texts] of writers) if (texts.length > 0) facts.push([name, texts.join('; ')]);
  return html`<header>
${offline ? '' : html`<span class="env env-${environment}">${environment}</span>`}
<h1>${TITLES[kind]}</h1>
<p class="quiet">${sheets}</p>
<p class="verdict">${verdict(report)}</p>
${
  environment === 'sandbox' && !offline
    ? html`<p class="card note"><strong>This was a sandbox run.</strong> The platform was simulated; nothing real was created or changed.</p>`
    : ''
}
<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${parts.length > 1 ? partsDetails(report) : ''}
</header>`;
}

function partsDetails({ parts, stoppedBy: reportEnd }: RunReport): Html {
  const rows = parts.map((part, at) => {
    const { startedAt, durationMs, user } = part;
    const end = partEnd(part, at === parts.length - 1 && reportEnd === null);
    const cells = [timeText(startedAt), durationText(durationMs), requestsText([part]), user, end];
    return html`<tr>${cells.map((cell, at) => html`<td data-label="${PART_COLUMNS[at] ?? ''}">${cell}</td>`)}</tr>`;
  });
  return html`<details class="parts"><summary><span class="t">The ${parts.length} parts of the run</span></summary>
<table class="hits"><thead><tr>${PART_COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></details>`;
}

/** How many requests parts have sent, as far as it is known: of one that has not ended, or was cut off, it is not. */
export function requestsText(parts: readonly RunPart[]): string {
  const ended = parts.filter((part) => !isOpen(part));
  if (ended.length === 0 && parts.length > 0) return 'not known';
  const known = ended.reduce((sum, { requests }) => sum + (requests ?? 0), 0).toLocaleString('en-US');
  return ended.length < parts.length ? `at least ${known}` : known;
}

function isOpen({ endedAt }: RunPart): boolean {
  return endedAt === null;
}

/** How a part of a run ended. @param isLive somebody is at work on it */
export function partEnd(
  { endedAt, stoppedBy }: Pick<RunPart, 'endedAt' | 'stoppedBy'>,
  isLive: boolean,
): string {
  if (endedAt === null) return isLive ? 'still at work' : 'cut off';
  return stoppedBy === null ? 'came to its end' : `stopped: ${stoppedBy}`;
}

const PART_COLUMNS = ['Started', 'Took', 'Requests', 'Run by', 'Ended'];

/** `2025-03-04 05:06 UTC` */
function timeText(time: string): string {
  return `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function verdict(report: RunReport): string {
  const { counts, kind } = report;
  const total = totalOf(report);
  const done = doneOf(report);
  const good = kind === 'run' ? 'done' : 'valid';
  const rest = Object.entries(counts)
    .filter(([status, count]) => count > 0 && !isDone(status))
    .map(([status, count]) => `${count.toLocaleString('en-US')} ${status}`);
  if (total === 0) return 'No row was read.';
  if (rest.length === 0)
    return total === 1 ? `The one row is ${good}.` : `All ${counted(total, 'row')} are ${good}.`;
  return `${done.toLocaleString('en-US')} of ${counted(total, 'row')} ${done === 1 ? 'is' : 'are'} ${good}; ${rest.join(', ')}.`;
}

function remarksCard(lines: readonly string[]): Html {
  if (lines.length === 0) return html``;
  return html`<section class="card note">${lines.map((line) => html`<p>${line}</p>`)}</section>`;
}

/** What to do next, a numbered list; nothing where nothing is to be done. */
function nextCard(next: readonly string[]): Html {
  if (next.length === 0) return html``;
  return html`<section class="card" aria-labelledby="next"><h2 id="next">What to do next</h2>
<ol>${next.map((step) => html`<li>${withCode(step)}</li>`)}</ol></section>`;
}

/** What the rows would bring about, or, of a run, what they were to bring about when it began. */
function planCard({ plan, kind }: RunReport): Html {
  const lines = plan === null ? [] : planLines(plan);
  if (plan === null || lines.length === 0) return html``;
  const asked = kind === 'dry-run';
  const updates = Object.values(plan.objects).some(({ update }) => update !== undefined);
  const labels = [
    'Would create',
    ...(asked ? ['There already', 'Differ'] : []),
    ...(updates ? ['Would update'] : []),
  ];
  const kinds = Object.values(plan.objects)
    .map(({ title, create, exist, differ, update }) => ({
      title,
      counts: [create, ...(asked ? [exist ?? 0, differ ?? 0] : []), ...(updates ? [update ?? 0] : [])],
    }))
    .filter(({ counts }) => counts.some((count) => count > 0));
  return html`<section class="card" aria-labelledby="plan"><h2 id="plan">${kind === 'run' ? 'The plan, when it began' : 'The plan'}</h2>
${lines.map((line) => html`<p>${line}</p>`)}
<table class="hits"><thead><tr><th scope="col">What</th>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${kinds.map(
    ({ title, counts }) =>
      html`<tr><td data-label="What">${title}</td>${labels.map((label, at) => html`<td data-label="${label}">${(counts[at] ?? 0).toLocaleString('en-US')}</td>`)}</tr>`,
  )}</tbody></table></section>`;
}

/** A line in which backticks stand around commands. */
export function withCode(line: string): Html[] {
  return line.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
}

function statusChart(counts: RunReport['counts']): Html {
  const entries = Object.entries(counts).filter(([, count]) => count > 0);
  const bars = entries.map(([status, count]) => ({
    name: html`${capital(status)}`,
    look: lookOf(status),
    count,
  }));
  return chart('Rows by status', 'Status', bars, '');
}

function causeChart(groups: readonly ProblemGroup[]): Html {
  const most = groups.map((group, index) => ({ group, index })).sort((a, b) => b.group.count - a.group.count);
  const bars: Bar[] = most.slice(0, CAUSES_IN_CHART).map(({ group, index }) => ({
    name: html`<a href="#cause-${index}">${group.title}</a>`,
    look: groupLook(group.kind),
    count: group.count,
  }));
  const rest = most.slice(CAUSES_IN_CHART).reduce((sum, { group }) => sum + group.count, 0);
  if (rest > 0) bars.push({ name: html`Other causes`, look: 'idle', count: rest });
  return chart('Problems by cause', 'Cause', bars, 'cause');
}

interface Bar {
  readonly name: Html;
  /** the class that gives the colour: the look of a status, or a kind of problem */
  readonly look: string;
  readonly count: number;
}

function chart(caption: string, what: string, bars: readonly Bar[], nameClass: string): Html {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  if (bars.length === 0) return html`<section class="card"><h2>${caption}</h2><p>None.</p></section>`;
  return html`<section class="card"><table class="bars"><caption>${caption}</caption>
<thead hidden><tr><th>${what}</th><th>Bar</th><th>Count</th></tr></thead>
<tbody>${bars.map(
    ({ name, look, count }) => html`<tr><th scope="row" class="${nameClass}">${name}</th>
<td aria-hidden="true"><span class="bar ${look}" style="width:${((count / most) * 100).toFixed(1)}%"></span></td>
<td class="n">${count.toLocaleString('en-US')}</td></tr>`,
  )}</tbody></table></section>`;
}

/** The objects that are there now, by product and kind; those that were there before the run are told apart. */
function objectsCard(objects: RunReport['objects']): Html {
  if (objects.length === 0) return html``;
  const products = [...new Set(objects.map(({ product }) => product))];
  const kinds = [...new Set(objects.map(({ kind }) => kind))];
  const cell = (of: RunReport['objects']) => {
    const created = of.reduce((sum, each) => sum + each.created, 0);
    const existing = of.reduce((sum, each) => sum + each.existing, 0);
    const updated = of.reduce((sum, each) => sum + each.updated, 0);
    const changed = updated === 0 ? '' : `, ${updated.toLocaleString('en-US')} updated`;
    const before =
      existing === 0 ? '' : html` <small>+ ${existing.toLocaleString('en-US')} before${changed}</small>`;
    return html`<td>${created === 0 && existing === 0 ? '' : created.toLocaleString('en-US')}${before}</td>`;
  };
  const cells = (of: RunReport['objects']) =>
    kinds.map((kind) => cell(of.filter((each) => each.kind === kind)));
  return html`<section class="card" aria-labelledby="objects"><h2 id="objects">Objects by product</h2>
<p class="quiet">Created by this run; what was there before it is counted as such.</p>
<div class="scroll" role="region" aria-labelledby="objects" tabindex="0"><table class="grid">
<thead><tr><th scope="col"><span hidden>Product</span></th>${kinds.map((kind) => html`<th scope="col">${kind}</th>`)}</tr></thead>
<tbody>${products.map((product) => html`<tr><th scope="row">${product}</th>${cells(objects.filter((each) => each.product === product))}</tr>`)}</tbody>
${products.length > 1 ? html`<tfoot><tr><th scope="row">All</th>${cells(objects)}</tr></tfoot>` : ''}
</table></div></section>`;
}

/** What an update has changed, or would, field by field. */
function changesCard({ changes, kind }: RunReport): Html {
  if (changes === null || changes.rows === 0) return html``;
  const { rows, fields, first } = changes;
  const labels = ['Row', 'Object', 'Field', 'From', 'To'];
  const more = fields > first.length ? ` The first ${counted(first.length, 'field')}; all` : ' All';
  const lines = first.map(({ file, sheet, row, object, field, from, to }) => {
    const cells = [placeText({ file, sheet, row }), object, field, valueText(from), valueText(to)];
    return html`<tr>${cells.map((cell, at) => html`<td data-label="${labels[at] ?? ''}">${cell}</td>`)}</tr>`;
  });
  return html`<section class="card" aria-labelledby="changes"><h2 id="changes">${kind === 'run' ? 'What was changed' : 'What would be changed'}</h2>
<p class="quiet">${counted(fields, 'field')} in ${counted(rows, 'row')}.${more} of them are in ${CHANGES_FILE}.</p>
<details${new Html(first.length <= OPEN_HITS ? ' open' : '')}><summary><span class="t">Former and new values</span><span class="n">${counted(first.length, 'field')}</span></summary>
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${lines}</tbody></table></details></section>`;
}

/** The timetable of ports, a line for each day and status. */
function portsCard(ports: RunReport['ports']): Html {
  if (ports.length === 0) return html``;
  const labels = ['Day', 'Numbers', 'Port'];
  const rows = ports.map(({ day, status, numbers }) => {
    const cells = [day ?? 'no day', numbers.toLocaleString('en-US'), status];
    return html`<tr>${cells.map((text, at) => html`<td data-label="${labels[at] ?? ''}">${text}</td>`)}</tr>`;
  });
  return html`<section class="card" aria-labelledby="ports"><h2 id="ports">Timetable of ports</h2>
<p class="quiet">The day that the losing carrier has named, as of the last look (follow). The old service must not be cancelled before.</p>
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${rows}</tbody></table></section>`;
}

const ROW_COLUMNS = ['Row', 'Status', 'Customer', 'What', 'Number', 'Reason'];

/** All rows, to be searched: the script fills the table, and the tools are hidden without it. */
function rowsCard({ counts, results }: RunReport, rows: RowIndex): Html {
  if (rows.size === 0) return html``;
  const where = results === null ? '' : ` All rows with their IDs are in ${basename(results)}.`;
  const limit =
    rows.total > rows.size
      ? `Of the ${counted(rows.total, 'row')}, the first ${rows.size.toLocaleString('en-US')} can be searched here.`
      : '';
  const statuses = Object.entries(counts).filter(([, count]) => count > 0);
  return html`<section class="card rows" aria-labelledby="all"><h2 id="all">All rows</h2>
<p class="quiet">${limit}${where}</p>
<div id="row-tools" hidden><div class="filter">
<div class="search"><label class="label" for="row-search">Find a customer, account, person, number, MAC address or e-mail</label><input id="row-search" type="search" autocomplete="off"></div>
<div><label class="label" for="row-status">Status</label><select id="row-status"><option value="">all</option>${statuses.map(([status, count]) => html`<option value="${status}">${status} (${count.toLocaleString('en-US')})</option>`)}</select></div>
</div></div>
<p id="row-count" class="quiet" role="status"></p>
<table class="hits" id="all-rows"><thead><tr>${ROW_COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody></tbody></table>
<button type="button" id="row-more" hidden>More rows</button>
<template id="packed">${rows.packed()}</template></section>`;
}

function coverageCard(coverage: readonly string[]): Html {
  if (coverage.length === 0) return html``;
  return html`<section class="card" aria-labelledby="coverage"><h2 id="coverage">What was checked</h2>
<ul>${coverage.map((line) => html`<li>${withCode(line)}</li>`)}</ul></section>`;
}

/** How each header was understood, a table after the other; closed at first where all are. */
function headersCard(tables: RunReport['tables']): Html {
  const cards = tables.map(({ file, sheet, headers }) => {
    const told = headers.filter(({ header, how }) => header.trim() !== '' && how !== 'result');
    const unknown = told.filter(({ how }) => how === 'unknown').length;
    const open = new Html(unknown > 0 ? ' open' : '');
    const labels = ['Header', 'Column', 'By', 'Nearest'];
    const rows = told.slice(0, MAX_HEADERS).map(({ header, column, how, nearest }) => {
      const cells = [header, column ?? 'not used', HEADER_HOW[how], nearest ?? ''];
      return html`<tr>${cells.map((text, at) => html`<td data-label="${labels[at] ?? ''}">${text}</td>`)}</tr>`;
    });
    return html`<details${open}><summary><span class="t">${placeText({ file, sheet, row: 0 })}</span><span class="n">${counted(told.length, 'header')}, ${unknown} unknown</span></summary>
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${rows}</tbody></table></details>
`;
  });
  if (cards.length === 0) return html``;
  return html`<section class="card" aria-labelledby="headers"><h2 id="headers">How the headers were understood</h2>
${cards}</section>`;
}

function problemsCard({ groups, errors, kind }: RunReport): Html {
  if (groups.length === 0)
    return html`<section class="card"><h2>Problems</h2><p>No problems were found.</p></section>`;
  const rest =
    errors === null
      ? kind === 'validate'
        ? 'shown by validate --json'
        : 'not listed here'
      : `in ${basename(errors)}`;
  let left = MAX_HITS;
  const cards = groups.map((group, index) => {
    const hits = group.hits.slice(0, Math.max(MIN_HITS_PER_GROUP, left));
    left -= hits.length;
    return groupDetails(group, index, hits, rest);
  });
  const kinds = GROUP_KINDS.filter((each) => groups.some((group) => group.kind === each));
  return html`<section class="card problems" aria-labelledby="problems"><h2 id="problems">Problems</h2>
<div class="filter" hidden><fieldset><legend>Show</legend>${choice('', 'All', true)}${kinds.map((each) => choice(each, KIND_LABELS[each], false))}</fieldset>
<div class="search"><label class="label" for="search">Search in rows, values and messages</label><input id="search" type="search" autocomplete="off"></div></div>
<p id="shown" class="quiet" role="status"></p>
${cards}</section>`;
}

function choice(value: string, label: string, checked: boolean): Html {
  const state = new Html(checked ? ' checked' : '');
  return html`<label class="choice"><input type="radio" name="kind" value="${value}"${state}><span>${label}</span></label>`;
}

function groupDetails(group: ProblemGroup, index: number, hits: readonly Hit[], rest: string): Html {
  const { kind, title, count, hint } = group;
  const open = new Html(count <= OPEN_HITS ? ' open' : '');
  const ofPlatform = kind === 'failed' || kind === 'skipped';
  const labels = ['Where', ...(ofPlatform ? ['Account'] : ['Column', 'Value']), 'What is wrong'];
  if (hint === null) labels.push('What to do');
  const more = count - hits.length;
  return html`<details id="cause-${index}" data-kind="${kind}"${open}>
<summary><span class="tag ${groupLook(kind)}">${KIND_LABELS[kind]}</span><span class="t">${title}</span><span class="n">${count.toLocaleString('en-US')} ×</span></summary>
${hint === null || hint === '' ? '' : html`<p class="hint">${hint}</p>`}
<table class="hits"><thead><tr>${labels.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${hits.map((hit) => {
    const cells = [placeText({ ...hit, column: null })];
    if (!ofPlatform) cells.push(hit.column === null ? '' : columnText(hit.column, hit.header));
    cells.push(hit.value, hit.message);
    if (hint === null) cells.push(hit.hint);
    return html`<tr>${cells.map((text, at) => html`<td data-label="${labels[at] ?? ''}">${text}</td>`)}</tr>`;
  })}</tbody></table>
${more > 0 ? html`<p class="more quiet">and ${more.toLocaleString('en-US')} more ${rest}.</p>` : ''}
</details>
`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
