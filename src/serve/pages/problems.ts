import { type Html, html } from '../../results/html.js';
import { counted } from '../../results/wording.js';
import type { TableLook } from '../../run/look-at-sheet.js';
import type { Cause, CausePlace } from '../sheets/causes.js';
import { pageHint } from '../sheets/page-hints.js';
import { broughtLines } from './brought.js';
import { codeOf, DONE_ID, isOpenCause, optionsOf, type ValuesView, valuesForm } from './cause-values.js';
import { time } from './layout.js';
import { type SheetView, sheetTabs } from './sheet-tabs.js';

/** What is wrong with a sheet, and what is done about it just now. */
export interface ProblemsView extends SheetView, ValuesView {
  /** of `check`; empty where there is none */
  readonly causes: readonly Cause[];
  readonly tables: readonly TableLook[];
  /** the cause with which whoever has done something goes on; '' for none */
  readonly next: string;
  /** what the last thing that was done came to; null where nothing was */
  readonly done: string | null;
  /** the check that is going on; null where none is */
  readonly checking: { readonly waits: boolean; readonly done: number | null } | null;
  /** why the last check came to nothing; null where it did not */
  readonly failed: { readonly message: string; readonly hint: string } | null;
}

/** Causes that are open at first. */
const OPEN = 5;

const FILLED = 'Filled in with what is probably meant. Look through it, then use it.';

/** What is wrong, by cause and value, each with a way to put it right in all rows at once. */
export function problemsPage(view: ProblemsView): Html {
  const { check, causes, sheet } = view;
  const single = causes.find((each) => codeOf(each) === view.cause);
  const shown = single === undefined ? causes : [single];
  const columns = new Set(shown.flatMap(({ values }) => values.flatMap(({ column }) => column ?? [])));
  const goOn = goOnWith(view, shown);
  const said = view.filled === '' ? saidOf(view) : FILLED;
  const note =
    said === null
      ? html``
      : html`<p class="card note" id="${DONE_ID}" role="status"${goOn === null ? html` tabindex="-1" autofocus` : ''}>${said}</p>`;
  const one = (cause: Cause, index: number) => {
    const isNext = cause === goOn;
    const isOpen = single !== undefined || index < OPEN || isNext;
    return html`${isNext ? note : ''}${causeOf(view, cause, isOpen, isNext, nextAfter(view, cause))}`;
  };
  return html`${sheetTabs(view, 'problems')}
${goOn === null ? note : ''}
${standing(view)}
${check === null ? '' : counts(view)}
${[...columns].map(optionsOf)}
${single === undefined ? '' : html`<p><a href="/sheets/${sheet.id}/problems">All causes</a></p>`}
${shown.length === 0 ? '' : html`<section class="card problems" aria-labelledby="causes"><h2 id="causes">By cause</h2>${shown.map(one)}</section>`}
${single === undefined ? saidCard(view) : ''}`;
}

function saidOf({ done, check, checking }: ProblemsView): string | null {
  return done !== null && checking === null && check?.isCurrent
    ? done.replace(/ The sheet is checked again\.$/, ' The sheet has been checked since.')
    : done;
}

/** The cause that whoever has done something sees to next; null where there is none. */
function goOnWith(
  { next, filled, done, mayChange, profile }: ProblemsView,
  shown: readonly Cause[],
): Cause | null {
  const wanted = filled === '' ? next : filled;
  if (wanted === '' || !mayChange || (done === null && filled === '')) return null;
  const open = shown.filter((each) => isOpenCause(each, profile));
  return (
    open.find((each) => codeOf(each) === wanted) ??
    open.find(({ group }) => group.severity === 'error') ??
    null
  );
}

/** The code of the next cause of errors that something can be typed for; '' where there is none. */
function nextAfter({ causes, profile }: ProblemsView, cause: Cause): string {
  const at = causes.indexOf(cause);
  const next = [...causes.slice(at + 1), ...causes.slice(0, at)].find(
    (each) => each.group.severity === 'error' && isOpenCause(each, profile),
  );
  return next === undefined ? '' : codeOf(next);
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
  const { valid, invalid, endedAt, isCurrent } = check;
  const errors = causes.filter(({ group }) => group.severity === 'error').length;
  const warnings = causes.length - errors;
  const facts = [
    ['Rows', valid + invalid],
    ['Valid', valid],
    ['Invalid', invalid],
    ['Causes of errors', errors],
    ['Causes of warnings', warnings],
  ] as const;
  const lines = broughtLines(check);
  const isClean = invalid === 0 && errors === 0;
  return html`<section class="card" aria-labelledby="counts"><h2 id="counts">${isClean ? 'No row is invalid' : `${counted(invalid, 'row')} of ${(valid + invalid).toLocaleString('en-US')} ${invalid === 1 ? 'is' : 'are'} invalid`}</h2>
<dl>${facts.map(([name, count]) => html`<div><dt>${name}</dt><dd>${count.toLocaleString('en-US')}</dd></div>`)}<div><dt>Checked</dt><dd>${time(endedAt)}</dd></div></dl>
${lines.length === 0 ? '' : html`<h3>What the valid rows would bring about</h3><ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul>`}
<p><a href="/sheets/${sheet.id}/rows?filter=${errors > 0 ? 'errors' : warnings > 0 ? 'warnings' : 'all'}">Row by row</a>: each with what is wrong with it, its cells to be changed, and the corrected copy.</p>
${isClean && isCurrent ? html`<p>Next: <a href="/sheets/${sheet.id}/dry-run">the dry run</a>, which asks the platform without changing anything.</p>` : ''}</section>`;
}

function causeOf(view: ProblemsView, cause: Cause, isOpen: boolean, isNext: boolean, next: string): Html {
  const { sheet, check, tables } = view;
  const { group, places } = cause;
  const { severity, title, code, hits } = group;
  const look = severity === 'error' ? 'bad' : 'open';
  const ofAll =
    code === 'MISSING_COLUMN' ? (check?.valid === 0 ? 'all rows' : 'all rows that need it') : null;
  const times = ofAll ?? group.count.toLocaleString('en-US');
  const isRow = ({ sheet: name, row }: CausePlace) =>
    row > (tables.find((table) => table.sheet === name)?.headerRow ?? 0);
  const all = html`<p><a href="/sheets/${sheet.id}/rows?cause=${code ?? ''}" aria-label="Its rows: ${title}">Its rows</a></p>`;
  return html`<details id="cause-${codeOf(cause)}"${isOpen ? html` open` : ''}><summary><span class="tag ${look}">${severity}</span><span class="t">${title}</span><span class="n">${times}</span></summary>
${ofAll === null ? suchAs(view, cause, isRow) : html`<ul class="plain">${hits.map(({ message, hint }) => html`<li>${message}. ${hintText(sheet.id, hint)}</li>`)}</ul>`}
${code === null || ofAll !== null || !places.some(isRow) ? '' : all}
${valuesForm(view, cause, ofAll, isNext, next)}</details>`;
}

/** What to do, and examples. */
function suchAs(
  { sheet, tables, mayChange }: ProblemsView,
  cause: Cause,
  isRow: (of: CausePlace) => boolean,
): Html {
  const { group, places, values, examples } = cause;
  const { hint, hits, count } = group;
  const [first] = hits;
  if (first === undefined) return html``;
  // beside the field of each value stands what it probably means
  const isToldBelow = mayChange && values.some(({ meant }) => meant !== null);
  const shown = isToldBelow ? '' : (hint ?? first.hint);
  const linkTo = (place: CausePlace) => {
    const { sheet: name, row, source } = place;
    const text = `${name === null || tables.length === 1 ? '' : `${name}, `}row ${row}`;
    return isRow(place)
      ? html`<a href="/sheets/${sheet.id}/rows/${row}?sheet=${source ?? 1}">${text}</a>`
      : html`${text}`;
  };
  const links = places.map((place, at) => html`${at === 0 ? '' : '; '}${linkTo(place)}`);
  const where = links.length === 0 ? '' : html` (${links}${count > links.length ? '; …' : ''})`;
  return html`${shown === '' ? '' : html`<p class="hint">${hint === null ? 'Such as: ' : ''}${hintText(sheet.id, shown)}</p>`}
<p class="quiet">Such as: ${
    examples.length < 2
      ? html`${first.message}${where}`
      : examples.map((each, at) => html`${at === 0 ? '' : '; '}${each.message} (${linkTo(each)})`)
  }</p>`;
}

/** A hint, in which the pages that it names are links. */
function hintText(id: string, hint: string): Html {
  const [before = '', ...after] = pageHint(hint, 'problems').split('under Headers');
  if (after.length === 0) return html`${before}`;
  return html`${before}under <a href="/sheets/${id}/headers">Headers</a>${after.join('under Headers')}`;
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
