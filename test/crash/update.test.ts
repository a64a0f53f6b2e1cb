import { describe, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.js';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { deltaOf } from '../fixtures/delta.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Gate } from '../fixtures/gate.js';
import { plain } from '../fixtures/oracle.js';
import { randomFrom } from '../fixtures/random.js';
import { mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';

const MINUTES = 60_000;
const KILLS = 4;
const UPDATE = ['--existing', 'update'];

/** Writes of an update whose answers are lost now and then, after they were done or before. */
const LOST: FaultRule[] = [
  ...['accountPatch', 'patchEndUser', 'updateDevice', 'updateBusinessLine'],
  ...['putBusinessLineCallHandling', 'patchSipTrunk'],
].flatMap((operation) => [
  { operation, kind: 'reset-after', rate: 0.3 } as const,
  { operation, kind: 'reset', rate: 0.2 } as const,
]);

describe('kill -9 at random moments of an update and of its undo', { timeout: 5 * MINUTES }, () => {
  it.for([
    ['on a calm platform', 31, []],
    ['while replies are lost', 32, LOST],
  ] as const)('%s: each change once in the list, and all of it put back', async ([, seed, faults], test) => {
    const { expect, onTestFinished } = test;
    const random = randomFrom(seed);
    const rows = mixedRows(40);
    const { gate, sandbox, workspace } = await gatedWorkspaceOf(onTestFinished, rows, {
      ...{ latencyMs: 3, faults, seed },
    });
    expectExit(await workspace.run(), 0);
    const before = plain(sandbox.state);
    const delta = deltaOf(rows, 0, 5);
    const today = await makeWorkspace(sandbox, delta.rows, { url: gate.url });
    onTestFinished(today.remove);

    await untilDone(gate, random, 60, (isFirst) => (isFirst ? today.start(...UPDATE) : today.startResume()));
    expect(today.counts()).toEqual({ updated: 40 });
    const updated = plain(sandbox.state);
    expect(updated).not.toEqual(before);
    // the former values are those of before the run, whatever was sent twice
    const verified = await startCli(['verify', today.runDir, '--json'], placeOf(today)).ended;
    expectExit(verified, 0);

    await untilDone(gate, random, 50, () =>
      startCli(['undo', today.runDir, '--yes', '--json', '--quiet', '--concurrency', '4'], placeOf(today)),
    );
    expect(plain(sandbox.state)).toEqual(before);
    expect(today.counts()).toEqual({ pending: 40 });
  });
});

const placeOf = ({ directory, env }: Workspace) => ({ cwd: directory, env });

/** Starts it again and again, kills it a few times amid its requests, and lets it come to its end. */
async function untilDone(
  gate: Gate,
  random: () => number,
  most: number,
  start: (isFirst: boolean) => CliProcess,
): Promise<void> {
  for (let killed = 0; ; ) {
    const cli = start(killed === 0);
    if (killed < KILLS) {
      let left = 3 + Math.floor(random() * most);
      gate.watch(() => {
        if (--left === 0) cli.kill();
        return undefined;
      });
    }
    const ended = await cli.ended;
    gate.watch(null);
    if (ended.signal !== 'SIGKILL') {
      expectExit(ended, 0);
      return;
    }
    killed++;
  }
}
