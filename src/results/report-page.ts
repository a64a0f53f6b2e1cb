import { createHash } from 'node:crypto';
import { type Html, html, Html as Raw } from './html.js';
import { SCRIPT } from './report-script.js';

/** How reports and pages look, light and dark, on a screen of any width and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --text: #1b2330; --quiet: #586273; --line: #dde1e8;
  --soft: #eef0f4; --accent: #1f5fbf; --good: #1a7f4b; --good2: #22767f; --bad: #c0342b; --bad2: #b4501a; --warn: #8a6100;
  --idle: #6b7484; --note: #fff6dc; --note-line: #e3c766; }
@media (prefers-color-scheme: dark) { :root { --page: #11151b; --card: #1a2029; --text: #e6e9ef; --quiet: #a2acbb;
  --line: #2f3845; --soft: #252d38; --accent: #7fb2ff; --good: #4cc38a; --good2: #58c4cf; --bad: #ff7a70; --bad2: #ff9a5c;
  --warn: #e8bd4f; --idle: #94a0b2; --note: #332b14; --note-line: #6d5a1e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 68rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .35rem; }
h2 { font-size: 1.15rem; margin: 0 0 .75rem; }
p { margin: 0 0 .5rem; }
a { color: var(--accent); }
code { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; background: var(--soft); padding: .1em .35em;
  border-radius: 4px; overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 1.25rem; margin-top: 1.25rem; }
.env { display: inline-block; font-weight: 600; font-size: .8125rem; letter-spacing: .04em; text-transform: uppercase;
  border: 1.5px solid currentColor; border-radius: 99px; padding: .1rem .7rem; margin-bottom: .6rem; }
.env-production { color: var(--bad); } .env-beta, .env-custom { color: var(--accent); } .env-sandbox { color: var(--warn); }
.note { background: var(--note); border-color: var(--note-line); }
.verdict { font-size: 1.2rem; font-weight: 600; margin: 1rem 0 0; }
dl { display: flex; flex-wrap: wrap; gap: .75rem 2rem; margin: 1rem 0 0; }
dt { font-size: .8125rem; color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.charts { display: grid; grid-template-columns: 1fr 1fr; gap: 1.25rem; align-items: start; }
.charts .card { min-width: 0; }
.bars { width: 100%; border-collapse: collapse; }
.bars caption { text-align: left; font-size: 1.15rem; font-weight: 600; padding-bottom: .6rem; }
.bars th { text-align: left; font-weight: 400; padding: .22rem .75rem .22rem 0; width: 1%; white-space: nowrap; }
.bars .cause { white-space: normal; width: 55%; line-height: 1.3; }
.bars td { padding: .22rem 0; } .bars .n { text-align: right; width: 1%; padding-left: .75rem; font-variant-numeric: tabular-nums; }
.bar { display: block; height: .8rem; min-width: 3px; border-radius: 3px; background: var(--idle); print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }
.good { --c: var(--good); } .alsoGood { --c: var(--good2); } .bad { --c: var(--bad); } .alsoBad { --c: var(--bad2); }
.open { --c: var(--warn); } .idle { --c: var(--idle); }
.bar { background: var(--c, var(--idle)); }
ol, ul { margin: 0; padding-left: 1.3rem; } li + li { margin-top: .5rem; }
.filter { display: flex; flex-wrap: wrap; gap: .75rem; align-items: end; margin-bottom: .5rem; }
.filter fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem; }
.filter legend, .filter .label { font-size: .8125rem; color: var(--quiet); padding: 0; margin-bottom: .25rem; display: block; }
.filter label.choice { cursor: pointer; }
.choice input { position: absolute; opacity: 0; }
.choice span { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: .25rem .8rem; background: var(--soft); }
.choice input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--card); }
.choice input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: 2px; }
.search { flex: 1 1 14rem; } .search input { width: 100%; } .search input, .filter select { font: inherit; color: inherit;
  background: var(--card); border: 1px solid var(--idle); border-radius: 6px; padding: .3rem .6rem; }
button { font: inherit; color: var(--accent); background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
  padding: .35rem .9rem; cursor: pointer; }
.scroll { overflow-x: auto; }
.grid { border-collapse: collapse; font-variant-numeric: tabular-nums; } .grid th { font-weight: 400; }
.grid th, .grid td { text-align: right; padding: .3rem 0 .3rem 1.5rem; border-bottom: 1px solid var(--soft); white-space: nowrap; }
.grid thead th { color: var(--quiet); vertical-align: bottom; } .grid th[scope=row] { text-align: left; padding-left: 0; }
.grid tfoot th, .grid tfoot td { font-weight: 600; border: 0; } .grid small { color: var(--quiet); font-size: .8125rem; }
details { border-top: 1px solid var(--line); }
summary { cursor: pointer; padding: .7rem .25rem; display: flex; gap: .6rem; align-items: baseline; list-style: none; }
summary::-webkit-details-marker { display: none; }
summary::before { content: "▸"; color: var(--quiet); } details[open] > summary::before { content: "▾"; }
summary .t { flex: 1; font-weight: 600; overflow-wrap: anywhere; } summary .n { font-variant-numeric: tabular-nums; white-space: nowrap; }
.tag { font-size: .75rem; font-weight: 600; color: var(--c); border: 1px solid currentColor; border-radius: 4px; padding: 0 .4rem; }
.hint { margin: 0 0 .75rem 1.5rem; padding-left: .75rem; border-left: 3px solid var(--accent); }
.hits { width: 100%; border-collapse: collapse; font-size: .9rem; margin: 0 0 1rem; }
.hits th { text-align: left; color: var(--quiet); font-weight: 400; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); }
.hits td { vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--soft); overflow-wrap: anywhere; }
.problems .hits td { min-width: 8.5rem; } .problems .hits td:nth-child(1) { width: 28%; } .problems .hits td:nth-child(2) { width: 16%; }
#all-rows td:nth-child(5) { white-space: nowrap; font-variant-numeric: tabular-nums; }
.more { margin: 0 0 1rem; } [hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
@media (max-width: 44rem) { main { padding: 1.25rem .9rem 2rem; } h1 { font-size: 1.45rem; } .charts { grid-template-columns: 1fr; gap: 0; }
  .card { padding: 1rem; } .bars .cause { width: 62%; } .hint { margin-left: 0; }
  .hits, .hits tbody, .hits tr, .hits td { display: block; width: auto !important; min-width: 0; } .hits thead { display: none; }
  .hits tr { border-bottom: 1px solid var(--line); padding: .45rem 0; } .hits td { border: 0; padding: .05rem 0; }
  .hits td:not(:empty)::before { content: attr(data-label) ": "; color: var(--quiet); } .hits td:empty { display: none; } }
@media print { :root { color-scheme: light; } body { background: #fff; font-size: 11pt; } main { max-width: none; padding: 0; }
  .card { break-inside: avoid; border-color: #bbb; } .problems, .rows { break-inside: auto; }
  .filter, button, summary::before { display: none; }
  .hits tr { break-inside: avoid; } summary { break-after: avoid; } }
`;

/** A whole page around `content`. Nothing in it can be loaded from elsewhere, and no script but ours runs. */
export function page(title: string, content: Html): string {
  const scriptHash = createHash('sha256').update(SCRIPT).digest('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${scriptHash}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Raw(STYLE)}</style>
</head>
<body>
${content}
<script>${new Raw(SCRIPT)}</script>
</body>
</html>
`.text;
}
