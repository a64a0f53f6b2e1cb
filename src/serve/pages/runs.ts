import { type Html, html } from '../../results/html.js';
import { RUN_STANDINGS, type RunStanding } from '../../results/run-report.js';
import { counted } from '../../results/wording.js';
import type { FoundRow } from '../../run/find.js';
import type { Job } from '../jobs/jobs.js';
import type { FoundRows, RowsAnswer } from '../rows-process.js';
import type { ServedRun } from '../runs.js';
import { openJobs } from './jobs.js';
import { environmentTag, time } from './layout.js';
import { liveRun, STANDING_LOOKS, standingText } from './run-words.js';
import type { SheetView } from './sheet-tabs.js';
import { type Beginnings, latestSheets, needsSomebody, sheetsTable, uploadCard } from './sheets.js';

/** Runs a page. */
const RUNS_A_PAGE = 50;
/** Runs on the first page of the site. */
const LATEST = 10;

/** What the list of runs is asked for. */
export interface RunsQuery {
  readonly text: string;
  readonly standing: string;
  readonly environment: string;
  /** from 1 */
  readonly page: number;
}

/**
 * The list of runs, newest first, and below it the rows that have what was looked for.
 * @param rows null where nothing was looked for
 */
export function runsPage(all: readonly ServedRun[], query: RunsQuery, rows: RowsAnswer | null): Html {
  const found = all.filter((each) => matches(each, query));
  const pages = Math.max(1, Math.ceil(found.length / RUNS_A_PAGE));
  const page = Math.min(query.page, pages);
  const shown = found.slice((page - 1) * RUNS_A_PAGE, page * RUNS_A_PAGE);
  const environments = [
    ...new Set(all.flatMap(({ run }) => (run.state === 'unreadable' ? [] : [run.environment]))),
  ];
  const link = (to: number, name: string) =>
    to < 1 || to > pages
      ? ''
      : html`<a href="/runs?${new URLSearchParams({ q: query.text, standing: query.standing, environment: query.environment, page: String(to) }).toString()}">${name}</a>`;
  return html`<h1>Runs</h1>
<form class="card" role="search" action="/runs"><div class="fields">
<div><label for="q">Account, name, number or ID in rows; sheet, folder, person or partition</label><input id="q" name="q" type="search" value="${query.text}"></div>
<div><label for="standing">State</label>${select('standing', Object.keys(RUN_STANDINGS), query.standing)}</div>
<div><label for="environment">Environment</label>${select('environment', environments.sort(), query.environment)}</div>
<button>Show</button></div></form>
<section class="card" aria-labelledby="found"><h2 id="found">${found.length.toLocaleString('en-US')} of ${all.length.toLocaleString('en-US')} runs</h2>
${shown.length === 0 ? nothing(all.length) : runsTable(shown)}
${pages > 1 ? html`<nav class="pages" aria-label="Pages">${link(page - 1, 'Newer')}<span>Page ${page} of ${pages}</span>${link(page + 1, 'Older')}</nav>` : ''}
</section>
${rows === null ? '' : html`<section class="card" aria-labelledby="rows"><h2 id="rows">Rows</h2>${'error' in rows ? html`<p class="message">${rows.error.message} ${rows.error.hint}</p>` : rowsFound(rows, all)}</section>`}`;
}

const ROW_COLUMNS = ['Run', 'Row', 'Account', 'User or number', 'Found as', 'Status', 'IDs'];

function rowsFound({ rows, count, unreadable, isCut }: FoundRows, all: readonly ServedRun[]): Html {
  const runs = new Map(all.map((each) => [each.run.runDir, each]));
  const left = count - rows.length;
  return html`${isCut ? html`<p class="message">It took too long to look through all runs: this is what was found so far.</p>` : ''}
${unreadable === 0 ? '' : html`<p class="message">${counted(unreadable, 'run')} cannot be read, and may have more.</p>`}
${rows.length === 0 ? html`<p>No row has it.</p>` : html`<table class="runs"><thead><tr>${ROW_COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map((row) => rowFound(row, runs.get(row.runDir)))}</tbody></table>`}
${left === 0 ? '' : html`<p class="quiet">and ${counted(left, 'more row')}; look for more of it.</p>`}`;
}

function rowFound(row: FoundRow, of: ServedRun | undefined): Html {
  const { file, sheet, account, about, column, value, match, status, ids } = row;
  const name = of === undefined || of.run.state === 'unreadable' ? file : nameOf(of.run.sheets, of.id);
  const part = match === 'part' ? html` <span class="quiet">as part of a longer word</span>` : '';
  return cells(
    [
      of === undefined
        ? html`${name}`
        : html`<a href="/runs/${of.id}">${name}</a>${name === of.id ? '' : html` <span class="quiet">${of.id}</span>`}`,
      html`${sheet === null ? '' : `${sheet}: `}${row.row.toLocaleString('en-US')}`,
      html`${account ?? ''}`,
      html`${about}`,
      html`${column}: ${value}${part}`,
      html`${status}`,
      html`${Object.entries(ids).map(([id, text]) => html`<div>${id} ${text}</div>`)}`,
    ],
    ROW_COLUMNS,
  );
}

/** The first page: what needs somebody, what is going on, and what came last. */
export function nowPage(
  all: readonly ServedRun[],
  sheets: readonly SheetView[],
  beginnings: Omit<Beginnings, 'isFirst'>,
  jobs: readonly Job[],
): Html {
  const going = all.filter(({ run }) => run.state === 'going on');
  const wanted = sheets.filter(needsSomebody);
  const nameOfJob = ({ sheet, run: id }: Job) => {
    const own = all.find((each) => each.id === id)?.run;
    const named = sheets.find((each) => each.sheet.id === sheet)?.sheet.name;
    return (
      named ??
      (own === undefined || own.state === 'unreadable' ? (id ?? sheet ?? '') : nameOf(own.sheets, id ?? ''))
    );
  };
  const open = all.filter(({ run }) =>
    ['stopped', 'not done', 'partly undone', 'unreadable'].includes(run.state),
  );
  const section = (id: string, title: string, runs: readonly ServedRun[], none: string) =>
    html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${runs.length === 0 ? html`<p class="quiet">${none}</p>` : runsTable(runs)}</section>`;
  return html`<h1>Now</h1>
<div id="live" data-topic="list"></div>
<p class="quiet" role="status" id="said"></p>
${uploadCard({ ...beginnings, isFirst: all.length === 0 && sheets.length === 0 })}
${openJobs(jobs, nameOfJob)}
${section('going', 'Going on', going, 'Nothing is running.')}
<section class="card" aria-labelledby="open"><h2 id="open">Needs you</h2>
${wanted.length + open.length === 0 ? html`<p class="quiet">No sheet has errors, and no run is stopped or has rows that are not done.</p>` : ''}
${wanted.length === 0 ? '' : sheetsTable(wanted.slice(0, LATEST))}
${open.length === 0 ? '' : runsTable(open.slice(0, LATEST))}</section>
${wanted.length > LATEST ? html`<p><a href="/sheets">All ${wanted.length.toLocaleString('en-US')} sheets with errors are in the list of sheets</a></p>` : ''}
${open.length > LATEST ? html`<p><a href="/runs">All ${open.length.toLocaleString('en-US')} are in the list of runs</a></p>` : ''}
${latestSheets(sheets)}
${section('latest', 'Latest runs', all.slice(0, LATEST), `There is no run yet. Those of the command line are seen here, too: alianza-import run <sheet> --out ${beginnings.runsFolder}/<name>`)}`;
}

function nothing(all: number): Html {
  return html`<p>${all === 0 ? 'There is no run yet.' : 'No run is like that.'}</p>`;
}

function select(name: string, choices: readonly string[], chosen: string): Html {
  return html`<select id="${name}" name="${name}"><option value="">all</option>${choices.map((choice) => (choice === chosen ? html`<option selected>${choice}</option>` : html`<option>${choice}</option>`))}</select>`;
}

function matches({ id, run }: ServedRun, { text, standing, environment }: RunsQuery): boolean {
  if (standing !== '' && run.state !== (standing as RunStanding)) return false;
  if (run.state === 'unreadable') return environment === '' && includes([id], text);
  if (environment !== '' && run.environment !== environment) return false;
  const people = run.parts.flatMap(({ user, apiUser }) => [user, apiUser ?? '']);
  return includes([id, ...run.sheets, run.partitionId ?? '', ...people], text);
}

function includes(texts: readonly string[], text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return wanted === '' || texts.some((each) => each.toLowerCase().includes(wanted));
}

const COLUMNS = ['Started', 'Run', 'Where', 'Rows', 'By', 'State'];

function runsTable(runs: readonly ServedRun[]): Html {
  return html`<table class="runs"><thead><tr>${COLUMNS.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${runs.map(runRow)}</tbody></table>`;
}

function runRow({ id, run }: ServedRun): Html {
  const link = html`<a href="/runs/${id}">${run.state === 'unreadable' ? id : nameOf(run.sheets, id)}</a>`;
  const standing = html`<span class="standing ${STANDING_LOOKS[run.state]}">${standingText(run)}</span>`;
  if (run.state === 'unreadable')
    return cells([html``, link, html``, html`${run.error.message}`, html``, standing]);
  const what = run.kind === 'run' ? '' : html` <span class="quiet">${run.kind}</span>`;
  const by = [...new Set(run.parts.map(({ user }) => user))].join(', ');
  return cells([
    time(run.startedAt),
    html`${link}${what}`,
    html`${run.kind === 'validate' ? '' : environmentTag(run.environment)} <span class="quiet">${run.partitionId ?? ''}</span>`,
    html`${liveRun(run).rows}`,
    html`${by}`,
    standing,
  ]);
}

function cells(contents: readonly Html[], columns: readonly string[] = COLUMNS): Html {
  return html`<tr>${contents.map((content, at) => html`<td data-label="${columns[at] ?? ''}">${content}</td>`)}</tr>`;
}

/** The sheets of a run by their names; the ID where it has none. */
export function nameOf(sheets: readonly string[], id: string): string {
  return sheets.map((path) => path.split('/').at(-1) ?? path).join(', ') || id;
}
