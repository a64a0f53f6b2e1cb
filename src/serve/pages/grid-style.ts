/** The style of pages of rows. The height of a row is known to the script of the grid. */
export const GRID_STYLE = `
.inline { display: inline; } .fields > div { min-width: 0; max-width: 100%; } .fields select { max-width: 100%; } .wide { overflow: auto; max-height: 70vh; } .cells { border-collapse: collapse; width: max-content; }
.cells th, .cells td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--soft); max-width: 22rem; overflow-wrap: break-word; }
.cells thead th { position: sticky; top: 0; background: var(--card); } .cells a { display: inline-block; min-width: 24px; min-height: 24px; }
.bad-cell { box-shadow: inset 3px 0 var(--bad); text-decoration: underline wavy var(--bad); text-underline-offset: 3px; }
.warned-cell { box-shadow: inset 3px 0 var(--warn); text-decoration: underline dotted var(--warn); text-underline-offset: 3px; }
.out { text-decoration: line-through; } ins { font-weight: 600; text-decoration: none; } del { color: var(--quiet); }
.cell-line { padding: .6rem 0; border-bottom: 1px solid var(--soft); } .cell-line label { display: block; font-weight: 600; overflow-wrap: anywhere; } .cell-line output { display: block; min-height: 1.4rem; overflow-wrap: anywhere; }
.cell-line input { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--idle); border-radius: 6px; padding: .3rem .6rem; min-height: 2.2rem; width: min(30rem, 100%); box-sizing: border-box; }
.cell-line p { margin: .3rem 0; } .told-error { color: var(--bad); } .told-warning { color: var(--warn); }
.grid { position: relative; overflow: auto; height: min(60vh, 40rem); min-height: 12rem; border: 1px solid var(--line); border-radius: 6px; background: var(--card); contain: strict; }
.grid:focus-visible { outline: 3px solid var(--accent); outline-offset: 1px; }
.grid [role=row] { display: flex; height: 30px; width: max-content; } .grid-head { position: sticky; top: 0; z-index: 2; width: max-content; }
.grid-body { position: relative; } .grid-body [role=row] { position: absolute; top: 0; left: 0; contain: layout style; }
.grid [role=gridcell], .grid [role=columnheader], .grid [role=rowheader] { flex: none; width: 150px; height: 30px; line-height: 30px; box-sizing: border-box; padding: 0 8px; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; border-bottom: 1px solid var(--soft); border-right: 1px solid var(--soft); background: var(--card); }
.grid [role=columnheader] { font-weight: 600; background: var(--soft); } .grid [data-at="-1"] { width: 90px; position: sticky; left: 0; z-index: 1; background: var(--soft); font-weight: 400; }
.grid .active { outline: 2px solid var(--accent); outline-offset: -2px; } .grid .waits { color: var(--quiet); }
.grid input { font: inherit; width: 100%; height: 28px; box-sizing: border-box; border: 0; padding: 0; color: inherit; background: var(--note); }
.grid-offer:not(:empty) { border-left: 4px solid var(--accent); padding: .25rem .75rem; margin: 0 0 .75rem; } .card > h3:first-child { margin-top: 0; } .grid-about { margin-top: .75rem; padding: .75rem 1rem; } .grid-told { min-height: 5.5rem; } .grid-told p { margin: .4rem 0; overflow-wrap: anywhere; } .grid-acts { display: flex; flex-wrap: wrap; gap: .5rem; }
dialog { color: var(--text); background: var(--card); border: 1px solid var(--line); border-radius: 8px; max-width: 34rem; } dialog::backdrop { background: rgb(0 0 0 / .4); }
dialog dd { margin: 0 0 .6rem; overflow-wrap: anywhere; }
`;
