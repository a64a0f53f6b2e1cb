import { type ColumnName, columnOf } from '../../records/columns.js';
import type { Profile } from '../../records/profile.js';
import { type Html, html } from '../../results/html.js';
import { counted, HEADER_HOW } from '../../results/wording.js';
import type { HeaderLook, TableLook } from '../../run/look-at-sheet.js';
import { ALL_COLUMNS, ambiguous, type WrongChoice } from '../sheets/header-choices.js';
import { type SheetView, sheetTabs } from './sheet-tabs.js';

/** What was understood of a sheet, and what can be said of it. */
export interface HeadersView extends SheetView {
  readonly tables: readonly TableLook[];
  readonly profile: Profile;
  /** required columns that no header brings, as the last check of this sheet found */
  readonly missing: readonly ColumnName[];
  /** the profiles that have a name, with how many sheets here are read with each as it is; those that fit this sheet first */
  readonly named: readonly { readonly name: string; readonly used: number; readonly fits: boolean }[];
  /** what somebody has just sent that cannot be, by field; and all that they sent */
  readonly wrong: ReadonlyMap<string, WrongChoice>;
  readonly sent: Readonly<Record<string, string>>;
}

/** Lines for further defaults. */
const SPARE = 2;

/** How each header was understood, and a form that puts it right. */
export function headersPage(view: HeadersView, note: Html): Html {
  const { tables, wrong, mayChange } = view;
  return html`${sheetTabs(view, 'headers')}
${note}
${wrong.size === 0 ? '' : html`<p class="card message" role="alert" tabindex="-1" autofocus>${counted(wrong.size, 'line')} below cannot be; nothing is saved.</p>`}
${guessCard(view)}
${missingCard(view)}
${mayChange ? suggestions(view) : ''}
${mayChange ? formOf(view) : html`<p class="quiet">Changing how it is understood needs the role run.</p>${tables.map((table, at) => tableCard(view, table, at))}${defaultsCard(view)}`}
${mayChange ? profilesCard(view) : ''}`;
}

function formOf(view: HeadersView): Html {
  const { sheet, revision, tables } = view;
  return html`<form method="post" action="/sheets/${sheet.id}/headers" data-watch="Changed, not saved.">
<input type="hidden" name="revision" value="${revision}">
<p><button class="main">Save</button> <span role="status" data-watch-said></span></p>
<datalist id="columns">${ALL_COLUMNS.map((name) => html`<option value="${name}"></option>`)}</datalist>
${tables.map((table, at) => tableCard(view, table, at))}
${defaultsCard(view)}
<p><button class="main">Save</button></p>
</form>`;
}

/** Whether the headers are those of rows that are probably headers: none has names that are known. */
function isGuess({ look }: HeadersView): boolean {
  return look !== null && 'error' in look;
}

function guessCard(view: HeadersView): Html {
  if (!isGuess(view)) return html``;
  const [table] = view.tables;
  const row =
    view.tables.length === 1 && table
      ? `Row ${table.headerRow} is most probably its header`
      : 'These are most probably its headers';
  return html`<section class="card message" aria-labelledby="guess"><h2 id="guess">This sheet cannot be read yet</h2><p>None of its rows has headers that are known. ${row}: say below which columns at least two of them are, or use a profile that says it.</p></section>`;
}

function missingCard({ sheet, missing, check }: HeadersView): Html {
  if (missing.length === 0) return html``;
  return html`<section class="card message" aria-labelledby="missing"><h2 id="missing">Required, and no header is it</h2>
<ul>${missing.map((column) => html`<li><strong>${column}</strong>: ${columnOf(column).help}</li>`)}</ul>
<p>Give one of the headers below that column, or a default for all rows. ${check?.isCurrent === false ? 'This is what the check before the last change found.' : ''} <a href="/sheets/${sheet.id}/problems">All problems</a></p></section>`;
}

function suggestions({ sheet, revision, named }: HeadersView): Html {
  const fitting = named.filter(({ fits }) => fits);
  if (fitting.length === 0) return html``;
  return html`<section class="card note" aria-labelledby="same"><h2 id="same">Same headers as a profile</h2>${fitting.map(
    ({ name, used }) =>
      html`<form method="post" action="/sheets/${sheet.id}/profile/use"><input type="hidden" name="revision" value="${revision}"><input type="hidden" name="name" value="${name}"><p>The same headers as <em>${name}</em>${used === 0 ? '' : `, used by ${counted(used, 'sheet')} here`}. <button>Use ${name}</button></p></form>`,
  )}</section>`;
}

const LABELS = ['Header', 'Such as', 'Understood', 'Column'];

function tableCard(view: HeadersView, table: TableLook, at: number): Html {
  const { sheet, headerRow, headers } = table;
  const twice = ambiguous(table);
  const unknown = headers.filter(({ how }) => how === 'unknown').length;
  const isClear = unknown === 0 && twice.size === 0;
  const title =
    sheet === null
      ? html`${isGuess(view) ? 'Probably the header, in' : 'The header in'} row ${headerRow}`
      : html`Worksheet ${sheet}, ${isGuess(view) ? 'probably the ' : ''}header in row ${headerRow}`;
  const said = isClear
    ? `all ${counted(headers.length, 'header')} understood`
    : [
        unknown > 0 ? `${unknown} of ${counted(headers.length, 'header')} not known` : '',
        twice.size > 0 ? `${counted(twice.size, 'column')} named twice` : '',
      ]
        .filter((text) => text !== '')
        .join(', ');
  const body = html`<table class="hits"><thead><tr>${LABELS.map((label) => html`<th scope="col">${label}</th>`)}</tr></thead>
<tbody>${headers.map((header) => headerRowOf(view, header, at, twice))}</tbody></table>
${unknown > 0 && view.mayChange ? html`<p><button name="ignore" value="${at}">Save, and leave out what is not known</button></p>` : ''}`;
  return html`<section class="card" aria-labelledby="table-${at}"><h2 id="table-${at}">${title}: ${said}</h2>
${isClear ? html`<details><summary><span class="t">Show all</span></summary>${body}</details>` : body}</section>`;
}

function headerRowOf(
  { wrong, sent, mayChange }: HeadersView,
  { index, header, column, how, nearest, samples }: HeaderLook,
  at: number,
  twice: ReadonlyMap<ColumnName, readonly string[]>,
): Html {
  const key = `${at}.${index}`;
  const field = `column.${key}`;
  const others = column === null ? [] : (twice.get(column) ?? []);
  const name = header.trim() === '' ? html`<span class="quiet">blank</span>` : html`${header}`;
  const understood =
    how === 'unknown'
      ? `not known${nearest === null ? '' : `; did you mean ${nearest}?`}`
      : how === 'ignored' && header.trim() === ''
        ? 'blank'
        : HEADER_HOW[how];
  const doubled =
    others.length > 1 ? `${counted(others.length, 'header')} are ${column}: only one may be.` : '';
  const said = [understood, doubled].filter((text) => text !== '').join('. ');
  const error = wrong.get(key)?.message;
  const input = !mayChange
    ? html`${column ?? ''}`
    : how === 'result' || header.trim() === ''
      ? html``
      : html`<input name="${field}" list="columns" aria-label="Column of ${header}" aria-describedby="said-${key}" value="${sent[field] ?? column ?? ''}" placeholder="not used" autocomplete="off"${error === undefined ? '' : html` aria-invalid="true"`}>`;
  const cells = [
    html`<span dir="auto">${name}</span>`,
    html`<span dir="auto" class="quiet">${samples.join(' · ')}</span>`,
    html`<span id="said-${key}">${error === undefined ? '' : html`<strong>${error}</strong> `}${said}</span>`,
    input,
  ];
  return html`<tr>${cells.map((cell, each) => html`<td data-label="${LABELS[each] ?? ''}">${cell}</td>`)}</tr>`;
}

function defaultsCard({ profile, missing, wrong, sent, mayChange }: HeadersView): Html {
  const given = Object.entries(profile.defaults);
  if (!mayChange && given.length === 0) return html``;
  if (!mayChange)
    return html`<section class="card" aria-labelledby="defaults"><h2 id="defaults">Blank cells</h2>
<dl>${given.map(([column, text]) => html`<div><dt>${column}</dt><dd dir="auto">${text}</dd></div>`)}</dl></section>`;
  const open = missing
    .filter((column) => profile.defaults[column] === undefined)
    .map((column) => [column, '']);
  const lines = [...given, ...open, ...Array.from({ length: SPARE }, () => ['', ''])];
  const line = ([column = '', text = '']: readonly string[], at: number) => {
    const [first, second] = [`default.${at}.column`, `default.${at}.text`];
    const error = wrong.get(`default.${at}`)?.message;
    return html`<div class="fields"><div><label for="${first}">Column</label><input id="${first}" name="${first}" list="columns" value="${sent[first] ?? column}" autocomplete="off"${error === undefined ? '' : html` aria-invalid="true" aria-describedby="wrong-${at}"`}></div>
<div><label for="${second}">Its blank cells are</label><input id="${second}" name="${second}" value="${sent[second] ?? text}" autocomplete="off"></div>${error === undefined ? '' : html`<p id="wrong-${at}"><strong>${error}</strong></p>`}</div>`;
  };
  return html`<section class="card" aria-labelledby="defaults"><h2 id="defaults">Blank cells</h2>
<p class="quiet">What a blank cell of a column means, in all rows. A column that no header is counts as blank. Empty the column to take a line away.</p>
${lines.map(line)}</section>`;
}

function profilesCard({ sheet, revision, profile, named }: HeadersView): Html {
  const hidden = html`<input type="hidden" name="revision" value="${revision}">`;
  const parts = [
    [Object.keys(profile.headers).length, 'header'],
    [Object.keys(profile.defaults).length, 'default'],
    [Object.values(profile.values).reduce((sum, texts) => sum + Object.keys(texts ?? {}).length, 0), 'value'],
  ] as const;
  const what = parts.flatMap(([count, noun]) => (count > 0 ? [counted(count, noun)] : [])).join(', ');
  return html`<section class="card" aria-labelledby="profiles"><h2 id="profiles">Profile</h2>
<p>${what === '' ? 'Nothing is said of this sheet besides what its headers say by themselves.' : `Said of this sheet: ${what}.`} A profile with a name is kept for the next sheet of the same customer; the command line takes it, too: <code>--profile</code>.</p>
<form method="post" action="/sheets/${sheet.id}/profile/save">${hidden}<div class="fields"><div><label for="profile-name">Keep it under the name</label><input id="profile-name" name="name" required pattern="[a-z0-9][a-z0-9._\\-]*" maxlength="60" placeholder="acme" autocomplete="off"></div>
<div><label><input type="checkbox" name="replace" value="yes"> in place of one that has it</label></div><button>Keep</button></div></form>
${
  named.length === 0
    ? ''
    : html`<form method="post" action="/sheets/${sheet.id}/profile/use">${hidden}<div class="fields"><div><label for="profile-use">Read this sheet with</label><select id="profile-use" name="name">${named.map(({ name, used }) => html`<option value="${name}">${name}${used > 0 ? ` (${counted(used, 'sheet')})` : ''}</option>`)}</select></div><button>Use</button></div></form>`
}</section>`;
}
