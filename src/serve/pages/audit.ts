import { type Html, html } from '../../results/html.js';
import type { AuditPage, AuditQuery } from '../records.js';
import { time } from './layout.js';

/** What was done here, by whom, the latest first. */
export function auditPage(
  { lines, count, pages }: AuditPage,
  query: AuditQuery,
  actions: readonly string[],
): Html {
  const { who, action, text, page } = query;
  const filters = { who, action, text };
  const link = (to: number, name: string) =>
    to < 1 || to > pages
      ? ''
      : html`<a href="/audit?${new URLSearchParams({ ...filters, page: String(to) }).toString()}">${name}</a>`;
  return html`<h1>Audit</h1>
<form class="card" role="search" action="/audit"><div class="fields">
<div><label for="who">Who</label><input id="who" name="who" value="${who}"></div>
<div><label for="action">Action</label><select id="action" name="action"><option value="">all</option>${actions.map((each) => (each === action ? html`<option selected>${each}</option>` : html`<option>${each}</option>`))}</select></div>
<div><label for="text">Sheet, run or address</label><input id="text" name="text" type="search" value="${text}"></div>
<button>Show</button></div></form>
<section class="card" aria-labelledby="found"><h2 id="found">${count.toLocaleString('en-US')} ${count === 1 ? 'line' : 'lines'}</h2>
<p><a href="/audit.csv?${new URLSearchParams(filters).toString()}">Download as CSV</a></p>
${lines.length === 0 ? html`<p>${text + who + action === '' ? 'Nothing was done yet.' : 'No line is like that.'}</p>` : table(lines)}
${pages > 1 ? html`<nav class="pages" aria-label="Pages">${link(page - 1, 'Newer')}<span>Page ${page} of ${pages}</span>${link(page + 1, 'Older')}</nav>` : ''}
</section>`;
}

const COLUMNS = ['When', 'Who', 'Action', 'What', 'Change', 'From', 'Result'] as const;

function table(lines: AuditPage['lines']): Html {
  const cell = (at: number, content: Html | string) =>
    html`<td data-label="${COLUMNS[at] ?? ''}">${content}</td>`;
  return html`<table class="runs"><thead><tr>${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${lines.map(
    ({ at, user, role, action, object, change, address, result }) =>
      html`<tr>${cell(0, time(at))}${cell(1, html`${user === '' ? '(nobody)' : user} <span class="quiet">${role}</span>`)}${cell(2, action)}${cell(3, object)}${cell(4, change)}${cell(5, address)}${cell(6, html`<span class="${result === 'done' || result === 'asked' ? '' : 'standing bad'}">${result}</span>`)}</tr>`,
  )}</tbody></table>`;
}
