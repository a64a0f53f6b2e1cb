import { mkdtempSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { CLI, run, startServer } from './measure.mjs';
import { mixedRow, singleRow, userRow, writeCsv } from './sheets.mjs';

const { SANDBOX_PASSWORD, SANDBOX_USERNAME } = await import(
  new URL('../../dist/sandbox/server.js', import.meta.url)
);
const LOG_IN = 'logUserIn';
const LATENCY_MS = 50;
const CONCURRENCY = 32;
/** Log-in, address, search, reservation, activation, device: no chain of the guide is longer. */
const DEEPEST = 6;

const SHEETS = {
  mixed: { figure: '800 mixed rows', count: 800, rowAt: (index) => mixedRow(index, 'searched') },
  one: { figure: 'one account, 500 users', count: 500, rowAt: userRow },
  many: { figure: '500 accounts, a user each', count: 500, rowAt: singleRow },
  single: { figure: 'one BCC row', count: 1, rowAt: singleRow },
};

/** Runs a sheet against a sandbox of its own, with what the sandbox saw. */
async function runSheet(dir, { count, rowAt }) {
  const server = await startServer([CLI, 'sandbox', '--port', '0', '--latency', String(LATENCY_MS)]);
  try {
    const own = mkdtempSync(join(dir, 'run-'));
    const sheet = await writeCsv(join(own, 'sheet.csv'), count, rowAt);
    const before = await callMs(server.url);
    const { stdout } = await run(
      [
        CLI,
        'run',
        sheet,
        '--base-url',
        server.url,
        '--concurrency',
        String(CONCURRENCY),
        '--out',
        join(own, 'out'),
        '--json',
      ],
      { dir, env: { ALIANZA_USERNAME: SANDBOX_USERNAME, ALIANZA_PASSWORD: SANDBOX_PASSWORD } },
    );
    const counts = await (await fetch(`${server.url}/_sandbox/counts`)).json();
    const requests = await (await fetch(`${server.url}/_sandbox/requests`)).json();
    const after = await callMs(server.url);
    // the log-in of the run is the last before its other calls; those before it are of `callMs`
    const first = requests.findIndex(({ operation }) => operation !== LOG_IN);
    const last = requests.findLastIndex(({ operation }) => operation !== LOG_IN);
    return {
      ...JSON.parse(stdout),
      counts,
      log: requests.slice(first - 1, last + 1),
      latency: (before + after) / 2,
    };
  } finally {
    server.stop();
  }
}

/** What a call takes a plain client at the same concurrency, in ms: the timers of a server are late by a millisecond or two. */
async function callMs(url) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  const body = JSON.stringify({ username: SANDBOX_USERNAME, password: SANDBOX_PASSWORD });
  const headers = { 'content-type': 'application/json' };
  const times = [];
  const call = () =>
    new Promise((resolve, reject) => {
      const started = performance.now();
      const request = http.request(`${url}/v2/authorize`, { agent, method: 'POST', headers }, (answer) => {
        answer.resume().on('end', () => resolve(times.push(performance.now() - started)));
      });
      request.on('error', reject).end(body);
    });
  const rounds = 10;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let round = 0; round < rounds; round++) await call();
    }),
  );
  agent.destroy();
  // the first round opens the connections
  const settled = times.slice(CONCURRENCY);
  return settled.reduce((sum, ms) => sum + ms, 0) / settled.length;
}

/** The time of a run beside the bound: calls × latency ÷ concurrency, plus one row from beginning to end. */
export async function scheduling(dir) {
  const table = [];
  for (const sheet of [SHEETS.mixed, SHEETS.one, SHEETS.many]) {
    const { requests, durationMs, latency } = await runSheet(dir, sheet);
    const bound = latency * (DEEPEST + requests / CONCURRENCY);
    table.push({
      figure: `${sheet.figure}, ${LATENCY_MS} ms a call, ${CONCURRENCY} at once : bound`,
      ours: `${(durationMs / 1000).toFixed(2)} s`,
      other: `${(bound / 1000).toFixed(2)} s`,
      ratio: durationMs / bound,
      target: 1.05,
    });
  }
  const { log } = await runSheet(dir, SHEETS.single);
  const depth = oneAfterAnother(log);
  table.push({
    figure: 'one BCC row with search and device, calls one after another',
    ours: String(depth),
    other: String(DEEPEST),
    ratio: depth / DEEPEST,
    target: 1,
  });
  return table;
}

/** The most requests of which each began after the one before had ended; times are known to the millisecond. */
function oneAfterAnother(log) {
  const spans = log
    .map(({ time, durationMs }) => ({ from: Date.parse(time) + 1, to: Date.parse(time) + durationMs }))
    .sort((a, b) => a.to - b.to);
  let depth = 0;
  let ended = Number.NEGATIVE_INFINITY;
  for (const { from, to } of spans) {
    if (from < ended) continue;
    depth++;
    ended = to;
  }
  return depth;
}

/** The calls of a run beside those that its sheet cannot do without. */
export async function calls(dir) {
  const table = [];
  for (const sheet of [SHEETS.mixed, SHEETS.one]) {
    const { requests, counts } = await runSheet(dir, sheet);
    const needed = neededCalls(sheet);
    table.push({
      figure: `calls, ${sheet.figure} (${counts.validateAddress} address validations, ${counts.tnSearch} searches)`,
      ours: String(requests),
      other: String(needed),
      ratio: requests / needed,
      target: 1.01,
    });
  }
  return table;
}

/** Log-in, one look whether the accounts are there, one validation a distinct address and one search a place, and each object's own calls. */
function neededCalls({ count, rowAt }) {
  const accounts = new Set();
  const addresses = new Set();
  let each = 0;
  for (let index = 0; index < count; index++) {
    const row = rowAt(index);
    accounts.add(row.accountNumber);
    addresses.add([row.address, row.city, row.state, row.postalCode].join('|'));
    // reserve, activate, set the reference; the user, line or trunk
    each += 4;
    if (row.product === 'BUSINESS_LINE') each += 1;
    if (row.macAddress) each += 1;
  }
  return 2 + accounts.size + 2 * addresses.size + each;
}
