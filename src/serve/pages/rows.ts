import { type Html, html } from '../../results/html.js';
import { counted } from '../../results/wording.js';
import type { Alike } from '../grid/alike.js';
import type { GridProblem, GridSource } from '../grid/check-rows.js';
import type { GridQuery, GridWindow, ListedEdit, ShownRow } from '../grid/grid.js';
import { time } from './layout.js';
import { type SheetView, sheetTabs } from './sheet-tabs.js';

/** What a page of rows shows. */
export interface RowsView {
  readonly query: GridQuery;
  /** the index of its first row */
  readonly from: number;
  /** how many rows a page has */
  readonly size: number;
  readonly sources: readonly GridSource[];
  /** the one that is looked at; null where there is none */
  readonly source: GridSource | null;
  readonly shown: GridWindow;
  /** all edits of the sheet, the last first */
  readonly edits: readonly ListedEdit[];
  readonly maySeeSecrets: boolean;
}

const MOST_EDITS = 50;

/**
 * The rows of a sheet with what is wrong with them: a table in pages, which a script replaces by a grid.
 * @param view null where the sheet has not been checked
 */
export function rowsPage(sheetView: SheetView, view: RowsView | null): Html {
  const { sheet } = sheetView;
  if (view === null || view.source === null)
    return html`${sheetTabs(sheetView, 'problems')}
<p class="card">The rows are shown once the sheet is checked. <a href="/sheets/${sheet.id}/problems">What the check says</a></p>`;
  const { source, shown, edits } = view;
  const { mayChange } = sheetView;
  return html`${sheetTabs(sheetView, 'problems')}
<h2>Rows</h2>
<p><a href="/sheets/${sheet.id}/problems">By cause</a> many cells are put right at once. Here is each row.</p>
<div id="marks" role="status">${shown.check.isCurrent ? '' : html`The marks are of the sheet before the last change. ${checkAgain(sheetView)}`}</div>
${filters(sheet.id, view)}
<section aria-labelledby="found"><h3 id="found">${counted(shown.total, 'row')}</h3>
<div id="grid-place" data-sheet="${sheet.id}" data-revision="${shown.revision}" data-check="${shown.check.revision}" data-name="${source.sheet ?? ''}" data-has-name="${source.sheet === null ? '' : 'yes'}" data-source="${source.id}" data-total="${shown.total}" data-editor="${mayChange ? 'yes' : ''}" data-columns="${JSON.stringify(source.columns)}"></div>
<div id="plain">${shown.total === 0 ? html`<p>No row is like that.</p>` : table(sheetView, view, source)}${pages(sheet.id, view)}</div>
</section>
${changes(sheetView, edits)}
${copies(sheet.id, view.maySeeSecrets)}`;
}

function checkAgain({ sheet, mayChange }: SheetView): Html | '' {
  return mayChange
    ? html`<form class="inline" method="post" action="/sheets/${sheet.id}/check"><button>Check it again</button></form>`
    : '';
}

function filters(id: string, { query, sources, source }: RowsView): Html {
  const cause = query.filter.startsWith('cause:') ? query.filter.slice('cause:'.length) : '';
  const option = (value: string, chosen: string, name: string) =>
    value === chosen
      ? html`<option value="${value}" selected>${name}</option>`
      : html`<option value="${value}">${name}</option>`;
  const filter = cause === '' ? query.filter : 'all';
  return html`<form class="card" role="search" action="/sheets/${id}/rows"><div class="fields">
${sources.length < 2 ? html`<input type="hidden" name="sheet" value="${source?.id ?? 1}">` : html`<div><label for="sheet">Worksheet</label><select id="sheet" name="sheet">${sources.map((each) => option(String(each.id), String(source?.id ?? 1), each.sheet ?? `file ${each.id}`))}</select></div>`}
<div><label for="filter">Rows</label><select id="filter" name="filter">${option('all', filter, 'all')}${option('errors', filter, `with errors (${source?.errors ?? 0})`)}${option('warnings', filter, `with warnings (${source?.warnings ?? 0})`)}${option('edited', filter, 'changed here')}</select></div>
<div><label for="cause">Cause</label><select id="cause" name="cause">${option('', cause, 'any')}${(source?.causes ?? []).map(({ code, title, rows }) => option(code, cause, `${title} (${rows})`))}</select></div>
<div><label for="text">Text in a cell</label><input id="text" name="text" type="search" value="${query.text}"></div>
<div><label for="row">Go to row</label><input id="row" name="row" inputmode="numeric" pattern="[0-9]*" size="7"></div>
<button>Show</button></div></form>`;
}

/** What a query is called in an address. */
function queryText({ query, source }: RowsView, more: Readonly<Record<string, string>>): string {
  const { filter, text } = query;
  const named = filter.startsWith('cause:') ? { cause: filter.slice('cause:'.length) } : { filter };
  return new URLSearchParams({ sheet: String(source?.id ?? 1), ...named, text, ...more }).toString();
}

function pages(id: string, view: RowsView): Html | '' {
  const { from, size, shown } = view;
  if (shown.total <= size) return '';
  const link = (to: number, name: string) =>
    to < 0 || to >= shown.total
      ? ''
      : html`<a href="/sheets/${id}/rows?${queryText(view, { from: String(to) })}">${name}</a>`;
  const last = Math.min(from + size, shown.total);
  return html`<nav class="pages" aria-label="Pages">${link(from - size, 'Before')}<span>${(from + 1).toLocaleString('en-US')} to ${last.toLocaleString('en-US')} of ${shown.total.toLocaleString('en-US')}</span>${link(from + size, 'After')}</nav>`;
}

function table({ sheet: { id }, mayChange }: SheetView, { shown }: RowsView, source: GridSource): Html {
  return html`<div class="wide" role="region" aria-labelledby="found" tabindex="0"><table class="cells"><thead><tr><th scope="col">Row</th><th scope="col">What is wrong</th>${source.columns.map(({ header }) => html`<th scope="col" dir="auto">${header === '' ? '(no header)' : header}</th>`)}</tr></thead>
<tbody>${shown.rows.map(
    (row) =>
      html`<tr${row.omitted === null ? '' : html` class="out"`}><th scope="row"><a href="/sheets/${id}/rows/${row.row}?sheet=${source.id}" aria-label="${mayChange ? 'Change' : 'See'} row ${row.row}">${row.row}</a></th><td>${row.omitted === null ? row.problems.map(problemText) : html`left out by ${row.omitted.by}`}</td>${row.cells.map((text, at) => cell(row, text, at))}</tr>`,
  )}</tbody></table></div>`;
}

function cell(row: ShownRow, text: string, at: number): Html {
  const own = row.problems.filter((problem) => problem.at === at);
  const look = own.some(({ isError }) => isError) ? 'bad-cell' : own.length > 0 ? 'warned-cell' : '';
  const edit = row.edited[at];
  return html`<td dir="auto" class="${look}">${edit ? newAndOld(edit.was, text) : text}</td>`;
}

/** In a cell, of which the end may not be seen. */
function newAndOld(was: string, text: string): Html {
  return html`<ins>${text === '' ? '(blank)' : text}</ins> (was <del>${was === '' ? 'blank' : was}</del>)`;
}

function oldToNew(was: string, text: string): Html {
  return html`<del>${was === '' ? '(blank)' : was}</del> → <ins>${text === '' ? '(blank)' : text}</ins>`;
}

function problemText({ isError, message }: GridProblem): Html {
  return html`<div>${isError ? '' : 'Warning: '}${message}</div>`;
}

function changes({ sheet: { id }, revision, mayChange }: SheetView, edits: readonly ListedEdit[]): Html {
  const counts = new Map<string, number>();
  for (const { by } of edits) counts.set(by, (counts.get(by) ?? 0) + 1);
  const who = [...counts].map(([by, count]) => `${counted(count, 'edit')} by ${by === '' ? 'somebody' : by}`);
  return html`<section class="card" aria-labelledby="changes"><h3 id="changes">Changes</h3>
<p id="who">${edits.length === 0 ? 'Nothing has been changed. The upload itself always stays as it is.' : `${who.join(', ')}. The upload itself stays as it is.`}</p>
<ul id="edits" class="plain">${edits
    .slice(0, MOST_EDITS)
    .map(
      (edit) =>
        html`<li>${editText(edit)} <span class="quiet">${edit.by}, ${edit.at === '' ? '' : time(edit.at)}</span>${mayChange ? html` <form class="inline" method="post" action="/sheets/${id}/edits/${edit.n}/undo"><input type="hidden" name="revision" value="${revision}"><button aria-label="Undo the change of row ${edit.row}${edit.header === null ? '' : `, ${edit.header}`}">Undo</button></form>` : ''}</li>`,
    )}</ul>${edits.length > MOST_EDITS ? html`<p>and ${(edits.length - MOST_EDITS).toLocaleString('en-US')} before these</p>` : ''}</section>`;
}

function editText({ sheet, row, header, was, text }: ListedEdit): Html {
  const where = html`${sheet === null ? '' : `${sheet}, `}row ${row}`;
  return header === null
    ? html`${where}: left out`
    : html`${where}, <b>${header}</b>: ${oldToNew(was, text)}`;
}

function copies(id: string, maySeeSecrets: boolean): Html {
  return html`<section class="card" aria-labelledby="copy"><h3 id="copy">Corrected copy</h3>
<p>The sheet with the changes of its cells, every row at its place; what is used instead of texts is in the profile, not here: <a href="/sheets/${id}/corrected.xlsx" download>as a workbook</a> or <a href="/sheets/${id}/corrected.csv" download>as CSV</a>. Passwords and PINs are masked${maySeeSecrets ? html`; <a href="/sheets/${id}/corrected.xlsx?passwords=shown" download>a workbook with them</a>` : ''}.</p>
<p class="quiet">What a spreadsheet has damaged and nobody has put right is blank and red in the workbook, with what it held in a note. CSV has neither notes nor colours: there such a cell is #VALUE!, which the check refuses.</p></section>`;
}

/** Offers to use for a text in all rows what was typed in one. */
function offer({ sheet, revision }: SheetView, source: GridSource, row: number, alike: Alike): Html {
  const { column, text, use, rows } = alike;
  const hidden = { revision, column, text, use, source: String(source.id), row: String(row) };
  return html`<div class="card note" role="status" tabindex="-1" autofocus><p>Saved. <q dir="auto">${text}</q> stands in ${column} in ${counted(rows, 'further row')}.</p>
<form method="post" action="/sheets/${sheet.id}/values/use">${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}<button>Use ${use === '' ? 'blank' : html`<q dir="auto">${use}</q>`} in all of them</button></form></div>`;
}

/**
 * One row, with a form for each of its cells; needs no script.
 * @param alike what was just typed in a cell of it could be in further rows; null where there are none
 * @param said what was just done; null for nothing
 */
export function rowPage(
  view: SheetView,
  source: GridSource,
  row: ShownRow,
  alike: Alike | null,
  said: string | null,
): Html {
  const {
    sheet: { id },
    mayChange,
  } = view;
  const base = html`<input type="hidden" name="revision" value="${view.revision}"><input type="hidden" name="sheet" value="${source.sheet ?? ''}"><input type="hidden" name="row" value="${row.row}">`;
  const back = `/sheets/${id}/rows/${row.row}?sheet=${source.id}`;
  const undo = (n: number, what: string) =>
    html`<form class="inline" method="post" action="/sheets/${id}/edits/${n}/undo"><input type="hidden" name="revision" value="${view.revision}"><input type="hidden" name="back" value="${back}"><button aria-label="Undo the change of ${what}">Undo</button></form>`;
  const whole = row.problems.filter(({ at }) => at < 0);
  const line = (at: number) => {
    const { header, canEdit, isSecret } = source.columns[at] ?? {
      header: '',
      canEdit: false,
      isSecret: false,
    };
    const text = row.cells[at] ?? '';
    const edit = row.edited[at];
    const own = row.problems.filter((problem) => problem.at === at);
    const told = html`<div id="why-${at}">${own.map(({ isError, message, hint }) => html`<p class="${isError ? 'told-error' : 'told-warning'}">${isError ? 'Error' : 'Warning'}: ${message}. ${hint}</p>`)}${edit ? html`<p class="quiet">was ${edit.was === '' ? 'blank' : edit.was}, changed by ${edit.by} ${mayChange ? undo(edit.n, header) : ''}</p>` : ''}</div>`;
    const field = html`<input name="text" id="cell-${at}" dir="auto" autocomplete="off" ${own.some(({ isError }) => isError) ? html`aria-invalid="true" ` : ''}aria-describedby="why-${at}" ${isSecret ? html`type="password"` : html`type="text" value="${text}"`}>`;
    const form = html`<form method="post" action="/sheets/${id}/edits">${base}<input type="hidden" name="header" value="${header}"><input type="hidden" name="was" value="${text}">${field} <button aria-label="Save ${header}">Save</button></form>`;
    return html`<div class="cell-line"><label for="cell-${at}" dir="auto">${header === '' ? '(no header)' : header}</label>${mayChange && canEdit ? form : html`<output id="cell-${at}" dir="auto">${text}</output>`}${told}</div>`;
  };
  const withProblem = new Set(row.problems.map(({ at }) => at));
  const order = [...source.columns.keys()].sort(
    (a, b) => Number(withProblem.has(b)) - Number(withProblem.has(a)) || a - b,
  );
  return html`${sheetTabs(view, 'problems')}
<p><a href="/sheets/${id}/rows?sheet=${source.id}&amp;row=${row.row}">All rows</a></p>
<h2>Row ${row.row}${source.sheet === null ? '' : html` of <span dir="auto">${source.sheet}</span>`}</h2>
${alike === null || !mayChange ? (said === null ? '' : html`<p class="card note" role="status" tabindex="-1" autofocus>${said}</p>`) : offer(view, source, row.row, alike)}
${view.check?.isCurrent ? '' : html`<div class="card note">What is said of the cells is of the sheet before the last change. ${checkAgain(view)}</div>`}
${whole.map(({ message, hint }) => html`<p class="card message">${message}. ${hint}</p>`)}
${row.omitted === null ? '' : html`<p class="card note">${row.omitted.by} has left this row out. ${mayChange ? undo(row.omitted.n, 'the row') : ''}</p>`}
<section class="card" aria-label="Cells">${order.map(line)}</section>
${mayChange && row.omitted === null ? html`<form method="post" action="/sheets/${id}/edits">${base}<input type="hidden" name="omit" value="yes"><button>Leave this row out</button></form>` : ''}`;
}
