import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { expect, it } from 'vitest';
import { FAULT_KINDS, type FaultKind, type FaultRule } from '../../src/sandbox/faults.js';
import { OPERATIONS } from '../../src/sandbox/routes.js';
import { startSandbox } from '../../src/sandbox/server.js';
import type { CliProcess } from '../fixtures/cli.js';
import { type Gate, openGate } from '../fixtures/gate.js';
import { randomFrom } from '../fixtures/random.js';
import { mixedRows } from '../fixtures/rows.js';
import { makeWorkspace } from '../fixtures/workspace.js';

const KINDS = Object.keys(FAULT_KINDS) as FaultKind[];

/** Processes that a round may take once nothing kills them any more, the last with a platform that is well. */
const MAX_RETRIES = 6;

/** What a round is made of, all from its seed. */
interface Round {
  readonly rows: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly latencyMs: number;
  readonly tokenCalls: number;
  readonly faults: readonly FaultRule[];
  /** how each of the first processes is ended */
  readonly ends: readonly ('kill' | 'SIGINT' | 'SIGTERM' | 'twice')[];
}

function roundOf(random: () => number): Round {
  const between = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const delayMs = between(50, 400);
  const kinds = KINDS.filter(() => random() < 0.4);
  const rate = random() < 0.3 ? 0 : random() * 0.06;
  const timeout = between(600, 2000);
  return {
    rows: between(5, 160),
    concurrency: [1, 2, 4, 8, 16, 32][between(0, 5)] ?? 1,
    timeout,
    latencyMs: between(0, 30),
    tokenCalls: random() < 0.5 ? between(50, 400) : 1_000_000,
    faults: kinds.flatMap((kind): FaultRule[] =>
      // A log-in that is forbidden ends the command, as it should.
      kind === '403' || kind === 'not-permitted'
        ? OPERATIONS.filter((operation) => operation !== 'logUserIn').map((operation) => ({
            ...{ operation, kind, rate: rate / 3 },
          }))
        : [{ operation: '*', kind, rate, delayMs, retryAfter: 0.2 }],
    ),
    ends: Array.from({ length: between(0, 10) }, () => {
      const end = random();
      return end < 0.7 ? 'kill' : end < 0.8 ? 'SIGINT' : end < 0.9 ? 'SIGTERM' : 'twice';
    }),
  };
}

/** Ends the process a random time after its start, or amid a random one of its requests. */
function endSoon(cli: CliProcess, gate: Gate, how: Round['ends'][number], random: () => number): void {
  const end = () => {
    if (how === 'kill') cli.kill();
    else cli.signal(how === 'twice' ? 'SIGINT' : how);
    if (how === 'twice') setTimeout(() => cli.signal('SIGINT'), 30).unref();
  };
  if (random() < 0.4) {
    setTimeout(end, random() * 2500).unref();
    return;
  }
  let left = 1 + Math.floor(random() * 150);
  gate.watch(() => {
    if (--left === 0) end();
    return undefined;
  });
}

/**
 * One run with faults and ends of its processes, resumed until it is done; the platform is then as the sheet says, and
 * a run of the same sheet makes no write.
 */
async function soak(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const round = roundOf(random);
  const { rows, concurrency, timeout, latencyMs, tokenCalls, faults } = round;
  const kinds = [...new Set(faults.map(({ kind }) => kind))].join(' ');
  console.log(
    `seed ${seed}: ${rows} rows, concurrency ${concurrency}, ends ${round.ends.join(' ')}, faults ${kinds}`,
  );
  const started = Date.now();
  const sandbox = await startSandbox({ latencyMs, tokenCalls, faults, seed });
  const gate = await openGate(sandbox);
  const workspace = await makeWorkspace(sandbox, mixedRows(rows), { url: gate.url });
  const options = ['--concurrency', `${concurrency}`, '--timeout', `${timeout}`, '--max-errors', '100%'];
  const told: string[] = [];
  try {
    const ends = [...round.ends];
    let cli = workspace.start(...options);
    for (let retries = 0; ; ) {
      const end = ends.shift();
      if (end) endSoon(cli, gate, end, random);
      const ended = await cli.ended;
      gate.watch(null);
      told.push(`exit ${ended.code ?? ended.signal}: ${ended.stderr.slice(-2000)}`);
      expect(ended.stderr).not.toContain('fault of alianza-import itself');
      // A signal that comes before it listens ends a process as it ends any.
      if (ended.signal === null || !end) expect([0, 1, 3, 4]).toContain(ended.code);
      if (ended.code === 0 && !end) break;
      if (!end && ++retries >= MAX_RETRIES - 1) await repair(sandbox.url);
      expect(retries, 'processes that nothing ended').toBeLessThanOrEqual(MAX_RETRIES);
      const begun = !ended.stderr.includes('holds no run');
      cli = begun ? workspace.startResume('--retry', 'failed', ...options) : workspace.start(...options);
    }
    // Whatever the platform still has to do of what it was given up on.
    await sleep(500);
    expect(workspace.differences()).toEqual([]);

    await repair(sandbox.url);
    const passed = gate.passed.length;
    const again = await makeWorkspace(sandbox, workspace.rows, { url: gate.url });
    expect((await again.run('--concurrency', '16')).code).toBe(0);
    expect(again.counts()).toEqual({ existing: rows });
    expect(gate.passed.slice(passed).filter(({ isWrite }) => isWrite)).toEqual([]);
    await again.remove();
  } catch (error) {
    console.log(
      `${told.join('\n---\n')}\nround of seed ${seed} failed; its files are in ${workspace.directory}`,
    );
    throw error;
  } finally {
    await gate.close();
    await sandbox.close();
  }
  await workspace.remove();
  console.log(
    `  ok: ${told.length} processes, ${gate.passed.length} requests, ${((Date.now() - started) / 1000).toFixed(0)} s`,
  );
}

const repair = (url: string) => fetch(`${url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });

const { values } = parseArgs({
  args: JSON.parse(process.env['SOAK_ARGUMENTS'] ?? '[]') as string[],
  options: { minutes: { type: 'string', default: '1' }, seed: { type: 'string' } },
});
const firstSeed = Number(values.seed ?? Date.now() % 1_000_000);

it(`soak from seed ${firstSeed}`, async () => {
  const end = Date.now() + Number(values.minutes) * 60_000;
  let seed = firstSeed;
  do await soak(seed++);
  while (Date.now() < end);
  console.log(`${seed - firstSeed} rounds, each as its sheet says`);
});
