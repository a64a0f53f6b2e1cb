import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portDay, portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace } from '../fixtures/workspace.js';

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

  it('is cancelled by an undo whose answers are lost, and by the next where it was killed', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, ROWS);
    const { directory, env, runDir } = workspace;
    const undo = () => startCli(['undo', runDir, '--yes', '--json'], { cwd: directory, env });
    expectExit(await workspace.run(), 6);
    // the carrier looks at it, so that a cancellation takes a while
    await putForward(sandbox, { hours: 5 });
    const killed = undo();
    gate.watch((phase, { operation }) => {
      if (phase !== 'committed' || operation !== 'cancelPort') return undefined;
      killed.kill();
      return 'drop';
    });
    expectExit(await killed.ended, 'SIGKILL');
    const lost = new Set<string>();
    gate.watch((phase, { operation, path }) =>
      phase === 'committed' && operation === 'cancelPort' && lost.size < lost.add(path).size
        ? 'drop'
        : undefined,
    );
    const ended = await undo().ended;
    expectExit(ended, 6);
    expect(JSON.parse(ended.stdout).undone).toMatchObject({ failed: 0, kept: 0, gone: 0 });
    await putForward(sandbox, { hours: 2 });
    expectExit(await undo().ended, 0);
    expect([sandbox.state.accounts.size, sandbox.state.numbers.size]).toEqual([0, 0]);
  });

  it('is supplemented once where the answer is lost, and undone by the run that sent it', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = portOrderRows('P-4', [9802, 32]);
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
    const { directory, env, runDir } = workspace;
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    const corrected = await makeWorkspace(
      sandbox,
      rows.map((row) => ({ ...row, businessName: 'Bakery P-4 Inc', portDate: portDay(12) })),
      { url: gate.url },
    );
    onTestFinished(corrected.remove);
    // What is sent again is refused: the order has moved on by the first one.
    let sent = 0;
    gate.watch((phase, { operation }) =>
      phase === 'committed' && operation === 'patchPort' && ++sent === 1 ? 'drop' : undefined,
    );
    gate.rewrite(({ operation }) =>
      operation === 'patchPort'
        ? { status: 400, text: JSON.stringify({ messages: ['The port is PENDING and cannot be changed'] }) }
        : undefined,
    );
    expectExit(await corrected.run(), 6);
    expect(sent).toBe(2);
    gate.rewrite(null);
    gate.watch(null);
    expect(corrected.counts()).toEqual({ waiting: 2 });
    const [port] = sandbox.state.ports.values();
    expect(port?.customerServiceRecord['businessName']).toBe('Bakery P-4 Inc');
    // that the other run has changed its day is no reason to keep it
    expectExit(await startCli(['undo', runDir, '--yes', '--json'], { cwd: directory, env }).ended, 0);
    expect([sandbox.state.accounts.size, sandbox.state.numbers.size]).toEqual([0, 0]);
  });
});
