import { type ColumnName, columnOf } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';
import { type Html, html } from '../../results/html.js';
import { planLines } from '../../results/plan-text.js';
import { counted, placeText } from '../../results/wording.js';
import type { Cause, CauseValue } from '../sheets/causes.js';
import { time } from './layout.js';
import { type SheetView, sheetTabs } from './sheet-tabs.js';

/** What is wrong with a sheet, and what is done about it just now. */
export interface ProblemsView extends SheetView {
  /** of `check`; empty where there is none */
  readonly causes: readonly Cause[];
  /** the index of the cause that is shown with all its values; null for all causes */
  readonly cause: number | null;
  /** the check that is going on; null where none is */
  readonly checking: { readonly waits: boolean; readonly done: number | null } | null;
  /** why the last check came to nothing; null where it did not */
  readonly failed: { readonly message: string; readonly hint: string } | null;
  readonly profile: Profile;
}

/** Values of a cause that are shown beside other causes. */
const VALUES_SHOWN = 10;
/** Causes that are open at first. */
const OPEN = 5;
const PLACES = 6;

/** What is wrong, by cause and value, each with a way to put it right in all rows at once. */
export function problemsPage(view: ProblemsView, note: Html): Html {
  const { check, causes, cause } = view;
  const shown =
    cause === null
      ? causes.map((each, at) => ({ each, at }))
      : causes.flatMap((each, at) => (at === cause ? [{ each, at }] : []));
  const columns = new Set(shown.flatMap(({ each }) => each.values.flatMap(({ column }) => column ?? [])));
  return html`${sheetTabs(view, 'problems')}
${note}
${standing(view)}
${check === null ? '' : counts(view)}
${check === null ? '' : html`<p>Each cell where it stands: <a href="/sheets/${view.sheet.id}/rows">row by row</a></p>`}
${[...columns].map(optionsOf)}
${cause === null ? '' : html`<p><a href="/sheets/${view.sheet.id}/problems">All causes</a></p>`}
${shown.length === 0 ? '' : html`<section class="card problems" aria-labelledby="causes"><h2 id="causes">By cause</h2>${shown.map(({ each, at }, index) => causeOf(view, each, at, cause !== null || index < OPEN))}</section>`}
${cause === null ? saidCard(view) : ''}`;
}

function standing({ sheet, revision, check, checking, failed, mayChange }: ProblemsView): Html {
  const again = (name: string) =>
    !mayChange
      ? ''
      : html`<form method="post" action="/sheets/${sheet.id}/check"><input type="hidden" name="revision" value="${revision}"><button>${name}</button></form>`;
  if (checking !== null) {
    const done = checking.done === null ? '' : `${checking.done.toLocaleString('en-US')} rows so far`;
    const what = checking.waits ? 'The check begins soon.' : 'The sheet is being checked.';
    return html`<section class="card note"><p role="status">${what} <span data-slot="checked">${done}</span></p>${check === null ? '' : html`<p class="quiet">What stands below is of before the last change.</p>`}<noscript><p><a href="/sheets/${sheet.id}/problems">Look again</a></p></noscript></section>`;
  }
  if (failed !== null && !check?.isCurrent)
    return html`<section class="card message" aria-labelledby="failed"><h2 id="failed">The check came to nothing</h2><p><strong>${failed.message}</strong> ${failed.hint}</p>${again('Check again')}</section>`;
  if (check === null)
    return html`<section class="card note"><p>This sheet was not checked yet.</p>${again('Check it')}</section>`;
  if (!check.isCurrent)
    return html`<section class="card note"><p>The sheet has changed since it was checked; what stands below is of before that.</p>${again('Check again')}</section>`;
  return html``;
}

function counts({ sheet, check, causes }: ProblemsView): Html {
  if (check === null) return html``;
  const { valid, invalid, plan, endedAt, isCurrent } = check;
  const errors = causes.filter(({ group }) => group.severity === 'error').length;
  const warnings = causes.length - errors;
  const facts = [
    ['Rows', valid + invalid],
    ['Valid', valid],
    ['Invalid', invalid],
    ['Causes of errors', errors],
    ['Causes of warnings', warnings],
  ] as const;
  const lines = plan === null ? [] : planLines(plan);
  const isClean = invalid === 0 && errors === 0;
  return html`<section class="card" aria-labelledby="counts"><h2 id="counts">${isClean ? 'No row is invalid' : `${counted(invalid, 'row')} of ${(valid + invalid).toLocaleString('en-US')} ${invalid === 1 ? 'is' : 'are'} invalid`}</h2>
<dl>${facts.map(([name, count]) => html`<div><dt>${name}</dt><dd>${count.toLocaleString('en-US')}</dd></div>`)}<div><dt>Checked</dt><dd>${time(endedAt)}</dd></div></dl>
${lines.length === 0 ? '' : html`<h3>What the valid rows would bring about</h3><ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul>`}
<p><a href="/sheets/${sheet.id}/rows?filter=${errors > 0 ? 'errors' : warnings > 0 ? 'warnings' : 'all'}">Row by row</a>: each with what is wrong with it, its cells to be changed, and the corrected copy.</p>
${isClean && isCurrent ? html`<p>Next: <a href="/sheets/${sheet.id}/dry-run">the dry run</a>, which asks the platform without changing anything.</p>` : ''}</section>`;
}

function causeOf(view: ProblemsView, { group, values, further }: Cause, at: number, isOpen: boolean): Html {
  const { severity, title, count, hint, hits } = group;
  const look = severity === 'error' ? 'bad' : 'open';
  const places = hits.slice(0, PLACES).map((hit) => placeText({ ...hit, column: null }));
  const body = html`${hint === null ? ((hits[0]?.hint ?? '') === '' ? '' : html`<p class="hint">Such as: ${hits[0]?.hint ?? ''}</p>`) : html`<p class="hint">${hint}</p>`}
${hits[0] === undefined ? '' : html`<p class="quiet">Such as: ${hits[0].message} (${places.join('; ')}${count > places.length ? '; …' : ''})</p>`}
${group.code === null ? '' : html`<p><a href="/sheets/${view.sheet.id}/rows?cause=${group.code}" aria-label="Its rows: ${title}">Its rows</a></p>`}
${valuesForm(view, values, further, at)}`;
  return html`<details id="cause-${at}"${isOpen ? html` open` : ''}><summary><span class="tag ${look}">${severity}</span><span class="t">${title}</span><span class="n">${count.toLocaleString('en-US')}</span></summary>${body}</details>`;
}

const LABELS = ['Text', 'Column', 'Times', 'Use instead'];

function valuesForm(view: ProblemsView, values: readonly CauseValue[], further: number, at: number): Html {
  const { sheet, revision, check, cause, mayChange } = view;
  if (values.length === 0) return html``;
  const shown = cause === null ? values.slice(0, VALUES_SHOWN) : values;
  const canReplace = mayChange && shown.some((each) => each.canReplace);
  const more = values.length - shown.length + further;
  const row = (value: CauseValue, index: number) => {
    const cells = [
      value.text === ''
        ? html`<span class="quiet">blank</span>`
        : html`<span dir="auto">${value.text}</span>`,
      html`${value.column ?? ''}`,
      html`${value.count.toLocaleString('en-US')}`,
      ...(canReplace ? [value.canReplace ? replacement(value, at, index) : html``] : []),
    ];
    return html`<tr>${cells.map((cell, each) => html`<td data-label="${LABELS[each] ?? ''}">${cell}</td>`)}</tr>`;
  };
  const table = html`<table class="hits"><thead><tr>${LABELS.slice(0, canReplace ? 4 : 3).map((label) => html`<th scope="col">${label}</th>`)}</tr></thead><tbody>${shown.map(row)}</tbody></table>
${more <= 0 ? '' : cause === null ? html`<p class="more"><a href="/sheets/${sheet.id}/problems?cause=${at}">${further > 0 ? `The ${values.length} most frequent of ${(values.length + further).toLocaleString('en-US')}` : `All ${values.length}`} texts</a></p>` : html`<p class="more quiet">and ${more.toLocaleString('en-US')} further texts, each less frequent.</p>`}`;
  if (!canReplace) return table;
  return html`<form method="post" action="/sheets/${sheet.id}/values" data-watch="Changed, not saved."><input type="hidden" name="revision" value="${revision}"><input type="hidden" name="check" value="${check?.revision ?? ''}"><input type="hidden" name="cause" value="${at}">
${table}<p><button>Use these instead</button> <span role="status" data-watch-said></span></p></form>`;
}

function replacement({ column, text }: CauseValue, at: number, index: number): Html {
  const [field, blank] = [`use.${index}`, `blank.${index}`];
  const of = text === '' ? `blank cells of ${column}` : `"${text}" in ${column}`;
  const list = column !== null && columnOf(column).options !== undefined ? html` list="of-${column}"` : '';
  return html`<input id="use-${at}-${index}" name="${field}" aria-label="Use instead of ${of}" autocomplete="off"${list}>${text === '' ? '' : html` <label><input type="checkbox" name="${blank}" value="yes" aria-label="Take ${of} for blank"> blank</label>`}`;
}

function optionsOf(column: ColumnName): Html {
  const { options } = columnOf(column);
  return options === undefined
    ? html``
    : html`<datalist id="of-${column}">${options.map((option) => html`<option value="${option}"></option>`)}</datalist>`;
}

/** What the profile of the sheet says of values, each with a way to take it back. */
function saidCard({ sheet, revision, profile, mayChange }: ProblemsView): Html {
  const defaults = Object.entries(profile.defaults).map(([column, text]) => ({
    column,
    was: '',
    text,
    key: `default ${column}`,
  }));
  const values = Object.entries(profile.values).flatMap(([column, texts]) =>
    Object.entries(texts ?? {}).map(([was, text], at) => ({
      column,
      was,
      text,
      key: `value ${column} ${at}`,
    })),
  );
  const all = [...defaults, ...values];
  if (all.length === 0) return html``;
  const shown = (text: string | null) =>
    text === null || text === ''
      ? html`<span class="quiet">blank</span>`
      : html`<span dir="auto">${text}</span>`;
  const takeBack = (column: string, was: string, key: string) =>
    html`<td data-label="Take back"><button name="line" value="${key}" aria-label="Take back what is used for ${was === '' ? 'blank cells' : was} in ${column}">Take back</button></td>`;
  const table = html`<table class="hits"><thead><tr>${['Column', 'Text', 'Used instead'].map((label) => html`<th scope="col">${label}</th>`)}${mayChange ? html`<th scope="col"><span class="quiet">Take back</span></th>` : ''}</tr></thead><tbody>${all.map(
    ({ column, was, text, key }) =>
      html`<tr><td data-label="Column">${column}</td><td data-label="Text">${shown(was)}</td><td data-label="Used instead">${shown(text)}</td>${mayChange ? takeBack(column, was, key) : ''}</tr>`,
  )}</tbody></table>`;
  return html`<section class="card" aria-labelledby="said"><h2 id="said">Used instead: ${counted(all.length, 'line')} of the profile</h2>
${mayChange ? html`<form method="post" action="/sheets/${sheet.id}/values/remove"><input type="hidden" name="revision" value="${revision}">${table}</form>` : table}</section>`;
}
