import type { ProblemCode } from '../../records/problem.js';
import { type Html, html } from '../../results/html.js';
import { bytesText, counted } from '../../results/wording.js';
import type { Cause } from '../sheets/causes.js';
import type { Look } from '../sheets/looks.js';
import { broughtLines } from './brought.js';
import { time } from './layout.js';
import { type SheetTab, type SheetView, sheetTabs, sheetText } from './sheet-tabs.js';

/** What the first page offers to begin with. */
export interface Beginnings {
  /** whether whoever looks may bring a sheet in */
  readonly mayUpload: boolean;
  /** the largest upload, bytes */
  readonly maxUpload: number;
  /** where the server's runs are */
  readonly runsFolder: string;
  /** bytes that are free on the server's disk, where they are few; null where there are enough */
  readonly diskLeft: number | null;
  /** file names */
  readonly templates: readonly string[];
  readonly samples: readonly { readonly name: string; readonly what: string }[];
  /** whether nothing was done here yet */
  readonly isFirst: boolean;
}

/** The card by which a sheet comes in. The file needs a script; rows that are pasted need none. */
export function uploadCard({
  mayUpload,
  maxUpload,
  runsFolder,
  diskLeft,
  templates,
  samples,
  isFirst,
}: Beginnings): Html {
  const templateLinks = html`<p>Templates, each with an example row: ${templates.map((name, at) => html`${at === 0 ? '' : ', '}<a href="/templates/${name}" download>${name}</a>`)}</p>`;
  if (!mayUpload)
    return html`<section class="card" aria-labelledby="upload"><h2 id="upload">Sheets to begin with</h2>
<p class="quiet">Uploading a sheet needs the role run.</p>
${templateLinks}</section>`;
  const more = html`<ul class="plain">${samples.map(
    ({ name, what }) =>
      html`<li><form method="post" action="/sheets/sample"><input type="hidden" name="name" value="${name}"><button>Try ${name}</button> <span class="quiet">${what}</span></form></li>`,
  )}</ul>
${templateLinks}`;
  return html`<section class="card" aria-labelledby="upload"><h2 id="upload">Upload a sheet</h2>
${diskLeft === null ? '' : html`<p class="card message">The disk of the server is nearly full: ${bytesText(diskLeft)} are left, and a sheet needs twice its size.</p>`}
<noscript><p class="card note">A file is uploaded by the script of this page, which does not run here. Paste the rows below instead, or run the sheet on the server's machine, where its run is seen here: <code>alianza-import run &lt;sheet&gt; --out ${runsFolder}/&lt;name&gt;</code></p></noscript>
<div id="drop" class="drop" data-max="${maxUpload}" hidden>
<label for="file">Excel workbook or CSV, up to ${bytesText(maxUpload)}</label>
<input id="file" type="file" accept=".xlsx,.xlsm,.xltx,.xltm,.csv,.tsv,.txt">
<p class="quiet" id="drop-hint">or drop it here</p>
<p role="status" id="upload-said"></p>
<div id="uploading" hidden><label for="upload-progress" class="quiet">Uploaded</label><progress id="upload-progress" max="100" value="0"></progress> <button type="button" id="upload-cancel">Cancel</button></div>
<div role="alert" id="upload-refused"></div>
</div>
<details><summary><span class="t">Paste rows</span></summary>
<form method="post" action="/sheets"><p><label for="pasted">Rows with their header, as copied from a spreadsheet</label>
<textarea id="pasted" name="text" rows="6" required></textarea></p>
<div class="fields"><div><label for="name">Name</label><input id="name" name="name" value="pasted.txt" maxlength="200"></div><button>Take these rows</button></div></form></details>
${isFirst ? html`<h3>Nothing was done here yet</h3>${more}` : html`<details><summary><span class="t">Templates and samples</span></summary>${more}</details>`}
</section>`;
}

/** Sheets on the first page. */
const LATEST = 10;

/** The latest sheets. */
export function latestSheets(views: readonly SheetView[]): Html {
  if (views.length === 0) return html``;
  return html`<section class="card" aria-labelledby="sheets"><h2 id="sheets">Sheets</h2>
${sheetsTable(views.slice(0, LATEST))}
${views.length > LATEST ? html`<p><a href="/sheets">All ${views.length.toLocaleString('en-US')} sheets</a></p>` : ''}</section>`;
}

/** All sheets. */
export function sheetsPage(views: readonly SheetView[]): Html {
  return html`<h1>Sheets</h1>
${views.length === 0 ? html`<p>There is no sheet. <a href="/">Upload one</a></p>` : html`<section class="card">${sheetsTable(views)}</section>`}`;
}

const COLUMNS = ['Uploaded', 'Sheet', 'Size', 'By', 'State'];

export function sheetsTable(views: readonly SheetView[]): Html {
  const row = (view: SheetView) => {
    const { sheet } = view;
    const cells = [
      time(sheet.at),
      html`<a href="/sheets/${sheet.id}" dir="auto">${sheet.name}</a>`,
      html`${bytesText(sheet.bytes)}`,
      html`${sheet.by}`,
      html`${sheetText(view)}`,
    ];
    return html`<tr>${cells.map((cell, at) => html`<td data-label="${COLUMNS[at] ?? ''}">${cell}</td>`)}</tr>`;
  };
  return html`<table class="runs"><thead><tr>${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${views.map(row)}</tbody></table>`;
}

/**
 * What is known of a sheet, and what to do with it.
 * @param causes of its check; none where it was not read
 */
export function sheetPage(view: SheetView, causes: readonly Cause[]): Html {
  const { sheet, check } = view;
  const lines = check === null ? [] : broughtLines(check);
  const nothing = check?.valid === 0 ? 'Nothing, for no row is valid.' : 'Not known before a check.';
  return html`${sheetTabs(view, null)}
<section class="card" aria-labelledby="steps"><h2 id="steps">Where it stands</h2><ul class="plain">
<li><a href="/sheets/${sheet.id}/headers">Headers</a>: ${headersText(view)}</li>
<li><a href="/sheets/${sheet.id}/problems">Problems</a>: ${sheetText(view)}</li></ul></section>
${nextStep(view, causes)}
<section class="card"><h2>What it would bring about</h2>
${lines.length === 0 ? html`<p class="quiet">${nothing}</p>` : html`<ul class="plain">${lines.map((line) => html`<li>${line}</li>`)}</ul>`}</section>
<section class="card"><h2>The upload</h2><dl><div><dt>File</dt><dd dir="auto">${sheet.name}</dd></div><div><dt>Size</dt><dd>${bytesText(sheet.bytes)}</dd></div><div><dt>SHA-256</dt><dd><code>${sheet.sha256}</code></dd></div></dl></section>`;
}

/** Errors that are put right by saying what the headers are. */
const OF_HEADERS: readonly ProblemCode[] = ['MISSING_COLUMN', 'AMBIGUOUS_HEADER'];

function nextStep({ sheet, check }: SheetView, causes: readonly Cause[]): Html {
  const to = (tab: SheetTab, name: string) => html`<a href="/sheets/${sheet.id}/${tab}">${name}</a>`;
  if (check === null || !check.isCurrent) return html`<p>Next: ${to('problems', 'what a check finds')}.</p>`;
  const isOfHeaders = causes.some(({ group: { code } }) => code !== null && OF_HEADERS.includes(code));
  if (check.invalid > 0 && isOfHeaders)
    return html`<p>Next: ${to('headers', 'say what its headers are')}, or what stands for a column that is not there.</p>`;
  if (check.invalid > 0)
    return html`<p>Next: ${to('problems', `put ${counted(check.invalid, 'invalid row')} right`)}, by cause or one by one.</p>`;
  return html`<p>Next: ${to('dry-run', 'the dry run')}, which asks the platform without changing anything; then ${to('start', 'the start')}.</p>`;
}

/** How far headers are understood. */
function headersText({ look }: SheetView): string {
  const headers = look !== null && 'tables' in look ? look.tables.flatMap((table) => table.headers) : [];
  const unknown = headers.filter(({ how }) => how === 'unknown').length;
  return unknown === 0
    ? `all ${counted(headers.length, 'header')} understood`
    : `${unknown} of ${counted(headers.length, 'header')} not known`;
}

/** Whether somebody has to do something about a sheet as it is now. */
export function needsSomebody({ check, look }: SheetView): boolean {
  return (look !== null && 'error' in look) || (check?.isCurrent === true && check.invalid > 0);
}

/** A sheet that nothing can be done with, or not before somebody has said what its headers are. */
export function unreadablePage(
  view: SheetView,
  { error: { message, hint }, likely }: Extract<Look, { readonly error: object }>,
  tab: SheetTab | null,
): Html {
  if (likely !== undefined)
    return html`${sheetTabs(view, tab)}
<section class="card message" aria-labelledby="unreadable"><h2 id="unreadable">This sheet cannot be read yet</h2><p>None of its rows has headers that are known.</p><p>Next: <a href="/sheets/${view.sheet.id}/headers">say what its headers are</a>.</p></section>`;
  return html`${sheetTabs(view, tab)}
<section class="card message" aria-labelledby="unreadable"><h2 id="unreadable">This sheet cannot be read</h2><p><strong>${message}</strong></p><p>${hint} Then <a href="/">upload it again</a>.</p></section>`;
}
