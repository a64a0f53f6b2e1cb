import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CLI, inTurn, run, script, startServer } from './measure.mjs';
import { mixedRow, writeCsv } from './sheets.mjs';

const searched = (index) => mixedRow(index, 'searched');
const env = { ALIANZA_USERNAME: 'bench', ALIANZA_PASSWORD: 'bench' };

function runArgs(dir, sheet, url) {
  const out = join(mkdtempSync(join(dir, 'run-')), 'out');
  return [CLI, 'run', sheet, '--base-url', url, '--concurrency', '32', '--out', out, '--json'];
}

/** CPU of a run against a server that answers at once, beside a bare script that sends the same calls. */
export async function overhead(dir) {
  const sheet = await writeCsv(join(dir, 'run-4000.csv'), 4000, searched);
  const record = join(dir, 'calls.ndjson');
  const recorder = await startServer([script('stub-server.mjs'), record]);
  const { requests } = JSON.parse((await run(runArgs(dir, sheet, recorder.url), { dir, env })).stdout);
  recorder.stop();
  const server = await startServer([script('stub-server.mjs')]);
  try {
    const [ours, other] = await inTurn(
      3,
      () => run(runArgs(dir, sheet, server.url), { dir, env }),
      () => run([script('bare-script.mjs'), server.url, record], { dir }),
    );
    const each = ({ cpu }) => `${((cpu * 1000) / requests).toFixed(3)} ms`;
    return [
      {
        figure: `CPU a call, ${requests} calls, journal on disk : axios and no journal`,
        ours: each(ours),
        other: each(other),
        ratio: ours.cpu / other.cpu,
        target: 1,
      },
    ];
  } finally {
    server.stop();
  }
}

/** Ten times the rows: ten times the time and no more memory. */
export async function rows(dir) {
  const small = await writeCsv(join(dir, 'run-10000.csv'), 10_000, searched);
  const large = await writeCsv(join(dir, 'run-100000.csv'), 100_000, searched);
  const server = await startServer([script('stub-server.mjs')]);
  try {
    const few = await run(runArgs(dir, small, server.url), { dir, env });
    const many = await run(runArgs(dir, large, server.url), { dir, env });
    return [
      {
        figure: 'run of 100,000 rows : of 10,000 (CPU)',
        ours: `${many.cpu.toFixed(1)} s`,
        other: `${few.cpu.toFixed(1)} s`,
        ratio: many.cpu / few.cpu,
        target: 10.5,
      },
      {
        figure: 'memory of the same, MB',
        ours: many.rss.toFixed(0),
        other: few.rss.toFixed(0),
        ratio: many.rss / few.rss,
        target: 1.5,
      },
    ];
  } finally {
    server.stop();
  }
}
