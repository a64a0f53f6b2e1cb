import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

const ORDER = 'createOrAddTelephoneNumberToAccount';
const ROWS = [
  ...portOrderRows('P-1', [1, 2, 3]),
  ...portOrderRows('P-2', [11, 12]),
  ...portOrderRows('P-3', [21]),
];
const NUMBERS = [[1, 2, 3].map(portedNumber), [11, 12].map(portedNumber), [portedNumber(21)]];

describe.concurrent('a port order', () => {
  it.for([
    ['reset-after', {}],
    ['late-commit', { delayMs: 700 }],
    ['html-after', {}],
    ['no-id-after', {}],
    ['500-after', {}],
  ] as const)('is never sent a second time: %s', async ([kind, more], { expect, onTestFinished }) => {
    const faults = [{ operation: ORDER, kind, nth: [1, 3], ...more }];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, { faults });
    expectExit(await workspace.run('--timeout', '1000'), 6);
    const orders = [...sandbox.state.ports.values()].map(({ telephoneNumbers }) =>
      [...telephoneNumbers].sort(),
    );
    expect(orders.sort()).toEqual(NUMBERS);
    expect(sandbox.state.numbers.size).toBe(6);
    for (const number of sandbox.state.numbers.values()) expect(number.referenceId).toBeTruthy();
    expect(workspace.counts()).toEqual({ waiting: 6 });
  });

  it.for([60, 150, 260, 380, 520])(
    'survives kill -9 after %i ms of work',
    async (ms, { expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, { latencyMs: 40 });
      const first = workspace.start();
      while (sandbox.requests.length === 0) await sleep(10);
      await sleep(ms);
      first.kill();
      await first.ended;
      expectExit(await workspace.goOn(), 6);
      expect([...sandbox.state.ports.values()]).toHaveLength(3);
      expect(workspace.counts()).toEqual({ waiting: 6 });
      // what a cut-off run ordered is taken back whole
      const { directory, env, runDir } = workspace;
      expectExit(await startCli(['undo', runDir, '--yes', '--json'], { cwd: directory, env }).ended, 0);
      expect([sandbox.state.accounts.size, sandbox.state.numbers.size]).toEqual([0, 0]);
    },
  );
});
