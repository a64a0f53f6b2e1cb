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

/** Writes down the calls that a run of this sheet sends, for `bare-script.mjs`; returns how many there are. */
async function recordCalls(dir, sheet, record) {
  const recorder = await startServer([script('stub-server.mjs'), '0', record]);
  try {
    return JSON.parse((await run(runArgs(dir, sheet, recorder.url), { dir, env })).stdout).requests;
  } finally {
    recorder.stop();
  }
}

/** CPU of a run against a server that answers at once, beside a bare script that sends the same calls. */
export async function overhead(dir) {
  const sheet = await writeCsv(join(dir, 'run-4000.csv'), 4000, searched);
  const record = join(dir, 'calls-4000.ndjson');
  const requests = await recordCalls(dir, sheet, record);
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

const WIRE_LATENCY_MS = 50;

/**
 * How well the places for requests are used: the time of a run beside that of a bare script with the same calls, so
 * many that reading the sheet before them and the last row's chain after them count little.
 */
export async function wire(dir) {
  const sheet = await writeCsv(join(dir, 'run-4000.csv'), 4000, searched);
  const record = join(dir, 'calls-4000.ndjson');
  const requests = await recordCalls(dir, sheet, record);
  const server = await startServer([script('stub-server.mjs'), String(WIRE_LATENCY_MS)]);
  try {
    const [ours, other] = await inTurn(
      2,
      async () => {
        const ended = await run(runArgs(dir, sheet, server.url), { dir, env });
        return { ...ended, wall: JSON.parse(ended.stdout).durationMs / 1000 };
      },
      async () => {
        const ended = await run([script('bare-script.mjs'), server.url, record], { dir });
        return { ...ended, wall: Number(ended.stdout) / 1000 };
      },
    );
    return [
      {
        figure: `${requests} calls, ${WIRE_LATENCY_MS} ms each, 32 at once : the same calls of axios, no journal`,
        ours: `${ours.wall.toFixed(2)} s`,
        other: `${other.wall.toFixed(2)} s`,
        ratio: ours.wall / other.wall,
        target: 1.05,
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
