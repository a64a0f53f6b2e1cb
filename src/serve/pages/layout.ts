import { type Html, html } from '../../results/html.js';
import { STYLE } from '../../results/report-page.js';
import type { Session } from '../records.js';
import { GRID_STYLE } from './grid-style.js';

/** The style of all pages: that of reports, and what pages have besides. */
export const PAGE_STYLE = `${STYLE}
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--card); padding: .4rem .8rem; }
.top { background: var(--card); border-bottom: 1px solid var(--line); }
.top > div { max-width: 68rem; margin: 0 auto; padding: .6rem 1.25rem; display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
.top .name { font-weight: 700; color: var(--text); text-decoration: none; } .top nav { display: flex; gap: 1.25rem; flex: 1; }
.top a[aria-current] { font-weight: 600; text-decoration: none; color: var(--text); } .top form { margin: 0; }
.top a, .top button { min-height: 24px; }
h1, .runs td, .note, .card p { overflow-wrap: anywhere; }
.runs { width: 100%; border-collapse: collapse; } .runs th, .runs td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--soft); }
.runs thead th { color: var(--quiet); font-weight: 400; font-size: .875rem; } .runs .env { margin: 0; }
.standing { font-weight: 600; color: var(--c); white-space: nowrap; }
.bars svg { width: 100%; height: .8rem; display: block; } .bars rect { fill: var(--c, var(--idle)); }
.pages { display: flex; gap: 1.25rem; margin-top: 1rem; }
.fields { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; } .fields label { display: block; font-size: .8125rem; color: var(--quiet); }
.fields input, .fields select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--idle); border-radius: 6px; padding: .3rem .6rem; min-height: 2.2rem; }
.message { border-left: 4px solid var(--bad); } .message.fine { border-color: var(--good); } .card code { overflow-wrap: anywhere; }
.top nav { flex-wrap: wrap; } .fields > div { min-width: 0; } .fields input, .fields select { max-width: 100%; } progress { width: 100%; height: 1rem; accent-color: var(--accent); }
.tabs { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; border-bottom: 1px solid var(--line); margin: 1rem 0; } .tabs a { padding: .4rem 0; }
.tabs a[aria-current] { font-weight: 600; color: var(--text); text-decoration: none; border-bottom: 3px solid var(--accent); }
.card + form, .card + form > p:first-of-type { margin-top: 1.25rem; } .hits button { white-space: nowrap; }
.plain { list-style: none; padding: 0; } .plain li { margin: .4rem 0; } code { overflow-wrap: anywhere; }
.use { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; } .use label { white-space: nowrap; } .use .quiet { font-size: .875rem; }
.hits input:not([type='checkbox']) { flex: 1 1 8rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--idle); border-radius: 6px; padding: .2rem .5rem; min-height: 2rem; width: 100%; box-sizing: border-box; min-width: 8rem; }
input[aria-invalid='true'] { border-color: var(--bad) !important; } button.main { font-weight: 600; } input[type='checkbox'] { min-height: 1.5rem; min-width: 1.5rem; vertical-align: middle; }
.drop { border: 2px dashed var(--idle); border-radius: 8px; padding: 1rem; } .drop.over { border-color: var(--accent); background: var(--soft); }
.drop input { font: inherit; max-width: 100%; min-height: 2.2rem; } .drop label { display: block; }
textarea { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--idle); border-radius: 6px; width: 100%; box-sizing: border-box; }
.files td { padding: .35rem 1.25rem .35rem 0; vertical-align: top; }
p.note { padding: .5rem .75rem; margin-top: .75rem; } .hits caption { text-align: left; font-weight: 600; padding-top: .75rem; }
.acts { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; } .act { margin: 0; display: inline-block; }
.acts a, .act button { min-height: 2rem; } .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
dl + .act, .fields + p > button { margin-top: .75rem; } .card + p { margin-top: 1rem; }
.runs td { min-width: 5rem; } .runs td:nth-child(2) { min-width: 9rem; }
.next li { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; } .next span { flex: 1 1 20rem; overflow-wrap: anywhere; }
pre { overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
@media (max-width: 44rem) { .runs, .runs tbody, .runs tr, .runs td { display: block; } .runs thead { display: none; }
  .runs tr { border-bottom: 1px solid var(--line); padding: .6rem 0; } .runs td { border: 0; padding: .1rem 0; }
  .runs td:not(:empty)::before { content: attr(data-label) ": "; color: var(--quiet); } .runs td:empty { display: none; } }
@media (max-width: 44rem) { .top > div { padding: .35rem .9rem; gap: .1rem .75rem; } .top nav { order: 1; flex: 1 0 100%; gap: 0 .8rem; font-size: .9375rem; }
  .top form { margin-left: auto; } .top button { padding: .1rem .6rem; } .problems summary .n { white-space: normal; text-align: right; max-width: 40%; } }
.top form { display: flex; gap: .6rem; align-items: center; } .top .quiet { max-width: 10rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation: none !important; } }
${GRID_STYLE}`;

/** Where the files that pages load are, with a mark of what they hold in each name. */
export interface Assets {
  readonly style: string;
  readonly icon: string;
  readonly scripts: Readonly<Record<'login' | 'live' | 'times' | 'upload' | 'sheet' | 'grid', string>>;
}

/** What stands around the content of a page. */
export interface Frame {
  readonly title: string;
  /** the part of the site that it belongs to; null for none */
  readonly part: (typeof PARTS)[number][0] | null;
  /** null where nobody is logged in */
  readonly session: Session | null;
  readonly assets: Assets;
  readonly scripts?: readonly (keyof Assets['scripts'])[];
}

const PARTS = [
  ['/', 'Now'],
  ['/sheets', 'Sheets'],
  ['/runs', 'Runs'],
  ['/audit', 'Audit'],
  ['/settings', 'Settings'],
] as const;

/** A whole page; it says the truth without any script. */
export function layout({ title, part, session, assets, scripts = [] }: Frame, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · alianza-import</title>
<link rel="icon" href="${assets.icon}">
<link rel="stylesheet" href="${assets.style}">
${['times' as const, ...scripts].map((name) => html`<script type="module" src="${assets.scripts[name]}"></script>`)}
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header class="top"><div><a class="name" href="/">alianza-import</a>
<nav aria-label="Main">${session === null ? '' : PARTS.filter(([path]) => path !== '/audit' || session.role === 'admin').map(([path, name]) => (path === part ? html`<a href="${path}" aria-current="page">${name}</a>` : html`<a href="${path}">${name}</a>`))}</nav>
${session === null ? '' : html`<form method="post" action="/session/end"><span class="quiet">${session.user}</span> <button>Log out</button></form>`}
</div></header>
<main id="content" tabindex="-1">
<p class="card note" role="status" data-slot="connection" hidden></p>
${content}
</main>
</body>
</html>
`.text;
}

/** A time: in UTC without a script, where the reader is with one. */
export function time(iso: string): Html {
  return html`<time datetime="${iso}">${iso.slice(0, 16).replace('T', ' ')} UTC</time>`;
}

/** Where a run goes, in a word that has a colour. */
export function environmentTag(environment: string): Html {
  return html`<span class="env env-${environment}">${environment}</span>`;
}
