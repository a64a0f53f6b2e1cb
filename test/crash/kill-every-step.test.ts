import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Passing, Phase } from '../fixtures/gate.js';
import { killedAtWrites } from '../fixtures/kill-at-writes.js';
import { CHAINS, mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';

const operations = (passed: readonly Passing[]) =>
  passed.filter(({ isWrite }) => isWrite).map(({ operation }) => operation);

const NAMED_CHAINS = CHAINS.map((chain) => [chain.name, chain] as const);

const MINUTES = 60_000;

describe.concurrent('a run that nothing disturbs', () => {
  it.for(NAMED_CHAINS)('%s: makes just these writes', async ([, chain], { expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, [chain.row]);
    expectExit(await workspace.run(), 0);
    expect(operations(gate.passed).sort()).toEqual([...chain.steps].sort());
    expect(workspace.differences()).toEqual([]);
  });
});

const PHASES: readonly [Phase, string][] = [
  ['arrived', 'before the platform has it'],
  ['committed', 'when it is done, before the answer'],
  ['answered', 'after the answer'],
];

describe.concurrent('kill -9 at every write in turn, with a resume after each', {
  timeout: 3 * MINUTES,
}, () => {
  for (const [phase, when] of PHASES)
    it.for(NAMED_CHAINS)(`%s: ${when}`, async ([, chain], { expect, onTestFinished }) => {
      const at = await gatedWorkspaceOf(onTestFinished, [chain.row]);
      const struck = await killedAtWrites(at, phase);
      expect(struck.sort()).toEqual([...chain.steps].sort());
      const { workspace } = at;
      expect(workspace.differences()).toEqual([]);
    });
});

describe('a platform that is still at work on what a killed run has sent', () => {
  it('makes no second line, even when the request had waited long to be sent', async ({
    expect,
    onTestFinished,
  }) => {
    const [first = {}, second = {}] = mixedRows(8).filter((row) => row.product === 'BUSINESS_LINE');
    // While the first line's 429 holds everybody back, the second one's intent is on disk already.
    const faults = [{ operation: 'createBusinessLine', kind: '429', nth: 1, retryAfter: 4 } as const];
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, [first, second], { faults });
    const cli = workspace.start('--concurrency', '1', '--timeout', '1000');
    let lines = 0;
    let lookedUp = () => {};
    const isLookedUp = new Promise<void>((resolve) => {
      lookedUp = resolve;
    });
    gate.watch(async (at, { operation }) => {
      if (at === 'committed' && operation === 'retrieveBusinessLines') lookedUp();
      if (at !== 'arrived' || operation !== 'createBusinessLine' || ++lines !== 2) return undefined;
      cli.kill();
      // The platform takes its time, though less than the 3 s after which it is taken to have given up.
      await Promise.race([isLookedUp, sleep(2800)]);
      await sleep(100);
      return undefined;
    });
    expectExit(await cli.ended, 'SIGKILL');
    expectExit(await workspace.resume('--timeout', '1000'), 0);
    await sleep(500);
    expect(workspace.differences()).toEqual([]);
  });
});
