// `npm run bench [-- line…] [--json]`: what the product costs, beside what it is compared with, measured in one run.
// A figure is the ratio of the two; how to read the table stands in the README.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pages } from './page-lines.mjs';
import { calls, scheduling } from './platform-lines.mjs';
import { overhead, rows, wire } from './run-lines.mjs';
import { csv, startUp, xlsx } from './sheet-lines.mjs';

/** Each takes a directory for its files and gives rows of the table. */
const LINES = { scheduling, calls, wire, overhead, csv, xlsx, rows, startup: startUp, pages };

const names = process.argv.slice(2).filter((each) => each !== '--json');
const unknown = names.find((each) => LINES[each] === undefined);
if (unknown !== undefined) {
  console.error(`There is no line ${unknown}; there are ${Object.keys(LINES).join(', ')}.`);
  process.exit(3);
}

const dir = mkdtempSync(join(tmpdir(), 'alianza-bench-'));
const table = [];
try {
  for (const name of names.length === 0 ? Object.keys(LINES) : names) {
    console.error(`${name} …`);
    table.push(...(await LINES[name](dir)));
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}
if (process.argv.includes('--json')) console.log(JSON.stringify(table, null, 2));
else print(table);

/** @param table rows `{ figure, ours, other, ratio, target }`: two texts, and two numbers of which the first should not be larger */
function print(table) {
  const lines = [['figure', 'ours', 'the other', 'ratio', 'target', '']];
  for (const { figure, ours, other, ratio, target } of table)
    lines.push([figure, ours, other, ratio.toFixed(2), `≤ ${target}`, ratio <= target ? 'met' : 'MISSED']);
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    );
}
