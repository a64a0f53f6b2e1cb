import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';
import { parseCsv, writesOf } from './place.js';

const start = (name: string, { runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli([name, runDir, '--json', '--timeout', '1000', ...options], { cwd: directory, env });

const cutover = (workspace: Workspace, ...options: string[]) =>
  start('cutover', workspace, '--trigger-ports', ...options).ended;

const listOf = ({ runDir }: Workspace, name = 'cutover.csv') =>
  parseCsv(readFileSync(join(runDir, name), 'utf8')).map(({ phoneNumber, trigger, portStatus }) => [
    phoneNumber,
    trigger,
    portStatus,
  ]);

/** Two orders: one of two numbers, one of one. */
const rows = [...portOrderRows('P-1', [1, 2]), ...portOrderRows('P-2', [11])];
const triggers = (sandbox: Sandbox) => sandbox.counts.get('triggerPort') ?? 0;

describe.concurrent('cutover --trigger-ports', () => {
  it('calls in the orders that have a day, each once and whole, and tells of the others', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 6);
    const sent = sandbox.requests.length;

    const early = await cutover(workspace, '--yes');
    expectExit(early, 0);
    expect(JSON.parse(early.stdout)).toMatchObject({
      acts: { trigger: { 'left out': 2 } },
      leftOut: { 'no date from the carrier yet (PENDING)': 2 },
    });
    const none = 'left out: no date from the carrier yet (PENDING)';
    expect(listOf(workspace)).toEqual([
      [portedNumber(1), none, 'PENDING'],
      [portedNumber(2), none, 'PENDING'],
      [portedNumber(11), none, 'PENDING'],
    ]);
    expect(writesOf(sandbox, sent)).toEqual([]);

    await putForward(sandbox, { days: 2 });
    // Without the option no port is looked at.
    const without = await start('cutover', workspace, '--yes').ended;
    expectExit(without, 0);
    expect(JSON.parse(without.stdout).acts).toEqual({});

    const dry = await cutover(workspace, '--dry-run');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout)).toMatchObject({ acts: { trigger: { 'would be done': 2 } }, accounts: 2 });
    expect(listOf(workspace, 'cutover-dry-run.csv')).toEqual([
      [portedNumber(1), 'would be done', 'FOC_RECEIVED'],
      [portedNumber(2), 'would be done', 'FOC_RECEIVED'],
      [portedNumber(11), 'would be done', 'FOC_RECEIVED'],
    ]);
    expect(triggers(sandbox)).toBe(0);

    // An order comes with all its numbers, or not at all.
    const part = await cutover(workspace, '--yes', '--only', 'lastName=Lee 1');
    expectExit(part, 0);
    expect(JSON.parse(part.stdout).leftOut).toEqual({ 'other rows of the port order are not named': 1 });
    expect(triggers(sandbox)).toBe(0);

    const first = await cutover(workspace, '--yes', '--only', 'accountNumber=P-1');
    expectExit(first, 0);
    expect(JSON.parse(first.stdout).acts).toMatchObject({ trigger: { done: 1, 'done before': 0 } });
    expect(writesOf(sandbox, sent)).toEqual(['triggerPort']);
    expect(listOf(workspace)).toEqual([
      [portedNumber(1), 'done', 'COMPLETED'],
      [portedNumber(2), 'done', 'COMPLETED'],
    ]);
    // The results know it without another look.
    expect(workspace.results().map(({ status, portStatus }) => [status, portStatus])).toEqual([
      ['created', 'COMPLETED'],
      ['created', 'COMPLETED'],
      ['waiting', 'PENDING'],
    ]);

    expectExit(await cutover(workspace, '--yes'), 0);
    expect(workspace.counts()).toEqual({ created: 3 });
    const once = sandbox.requests.length;
    const again = await cutover(workspace, '--yes');
    expectExit(again, 0);
    expect(JSON.parse(again.stdout).acts).toMatchObject({ trigger: { done: 0, 'done before': 2 } });
    expect(sandbox.requests.slice(once).map(({ operation }) => operation)).toEqual(['logUserIn']);

    const back = await start('undo', workspace, '--cutover', '--dry-run').ended;
    expect(back.stderr).toContain('a port that was triggered cannot be called back');
  });

  it('fails for an order that the carrier has rejected, with its words', async ({
    expect,
    onTestFinished,
  }) => {
    const rejected = portOrderRows('P-3', [9804]);
    const { sandbox, workspace } = await gatedWorkspaceOf(onTestFinished, rejected);
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    const ended = await cutover(workspace, '--yes');
    expectExit(ended, 1);
    expect(ended.stderr).toContain('The port is REJECTED: BTN_MISMATCH');
    expect(triggers(sandbox)).toBe(0);
    expect(workspace.results()[0]).toMatchObject({ status: 'failed', portStatus: 'REJECTED' });
  });

  it.for(['arrived', 'committed', 'answered'] as const)(
    'killed at a trigger that has %s, it goes on, and no port is triggered twice',
    async (phase, { expect, onTestFinished }) => {
      const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
      expectExit(await workspace.run(), 6);
      await putForward(sandbox, { days: 2 });
      const cli = start('cutover', workspace, '--trigger-ports', '--yes', '--concurrency', '1');
      let dead = false;
      gate.watch((now, { operation }) => {
        if (dead) return now === 'arrived' ? 'drop' : undefined;
        if (now !== phase || operation !== 'triggerPort') return undefined;
        dead = true;
        cli.kill();
        return undefined;
      });
      expectExit(await cli.ended, 'SIGKILL');
      gate.watch(null);
      expectExit(await cutover(workspace, '--yes'), 0);
      expect(triggers(sandbox)).toBe(2);
      expect(listOf(workspace).map(([, trigger]) => trigger)).toEqual(['done', 'done', 'done']);
    },
  );

  it('whose answer is lost looks first, and knows the port as triggered by it', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    let lost = 0;
    gate.watch((now, { operation }) =>
      now === 'committed' && operation === 'triggerPort' && ++lost === 1 ? 'drop' : undefined,
    );
    const ended = await cutover(workspace, '--yes', '--concurrency', '1');
    gate.watch(null);
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).acts).toMatchObject({ trigger: { done: 2, 'done before': 0 } });
    expect(triggers(sandbox)).toBe(2);
  });
});
