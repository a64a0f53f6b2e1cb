import { describe, it } from 'vitest';
import type { FaultKind, FaultRule } from '../../src/sandbox/faults.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { CHAINS } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

/** The faults that do what was asked and then hide it. */
const KINDS: readonly FaultKind[] = [
  'reset-after',
  '500-after',
  'html-after',
  'not-json-after',
  'no-id-after',
  'hang-after',
  'late-commit',
];

/** How often each write of the chains comes. */
const WRITES = new Map<string, number>();
for (const step of CHAINS.flatMap((chain) => chain.steps)) WRITES.set(step, (WRITES.get(step) ?? 0) + 1);

/** The fault at every write of every chain, once each. */
const atEveryWrite = (kind: FaultKind, delayMs: number): FaultRule[] =>
  [...WRITES].map(([operation, times]) => ({ operation, kind, times, delayMs }));

describe.concurrent('the reply of every write is lost once', () => {
  it.for(KINDS)('%s', async (kind, { expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(
      onTestFinished,
      CHAINS.map((chain) => chain.row),
      { faults: atEveryWrite(kind, 300) },
    );
    expectExit(await workspace.run('--timeout', '1000'), 0);
    expect(workspace.differences()).toEqual([]);
    expect(workspace.counts()).toEqual({ created: CHAINS.length });
    const struck = sandbox.requests.filter(({ fault }) => fault === kind).length;
    expect(struck).toBe([...WRITES.values()].reduce((sum, times) => sum + times, 0));
  });

  it('late-commit, later than the next try', async ({ expect, onTestFinished }) => {
    const rows = CHAINS.map((chain) => chain.row);
    const { workspace } = await workspaceOf(onTestFinished, rows, {
      faults: atEveryWrite('late-commit', 2000),
    });
    expectExit(await workspace.run('--timeout', '1000'), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('every try of a run, which then fails its rows; the next run finds what is there', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = CHAINS.map((chain) => chain.row);
    const faults: FaultRule[] = [...WRITES.keys()].map((operation) => ({ operation, kind: 'reset-after' }));
    // The look-up that would tell fails as well.
    for (const operation of ['retrieveAccount', 'getAccounts']) faults.push({ operation, kind: '500' });
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, { faults });
    expectExit(await workspace.run('--retries', '1'), 1);
    expect(workspace.counts()).toEqual({ failed: rows.length });
    expect(workspace.results()[0]?.['error']).toContain('retrieveAccount was answered 500');
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });
    expectExit(await workspace.resume('--retry', 'failed'), 0);
    expect(workspace.differences()).toEqual([]);
  });
});
