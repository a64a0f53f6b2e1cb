import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows, type SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

/** Rows of which every second one fails: the platform does not know its address. */
function halfBad(count: number): SheetRow[] {
  const [, , , , home = {}] = mixedRows(5);
  return Array.from({ length: count }, (_, index) => ({
    ...home,
    accountNumber: `HALF-${index}`,
    phoneNumber: `1385555${String(index).padStart(4, '0')}`,
    ...(index % 2 === 0 ? {} : { address: '5 Nowhere' }),
  }));
}

describe.concurrent('--max-errors', () => {
  it.for([
    ['6', 6],
    ['5%', 6],
  ] as const)(
    '%s stops the run, the rest is pending, and a resume goes on',
    async ([given, most], context) => {
      const { expect, onTestFinished } = context;
      const rows = halfBad(120);
      const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, { latencyMs: 10 });
      const ended = await workspace.run('--max-errors', given);
      expectExit(ended, 2);
      expect(ended.stderr).toContain(`alianza-import resume ${workspace.runDir}`);
      const { created = 0, failed = 0, pending = 0, ...others } = workspace.counts();
      expect(others).toEqual({});
      expect(created + failed + pending).toBe(120);
      // Rows at work as the last one failed may fail as well.
      expect(failed).toBeGreaterThanOrEqual(most);
      expect(failed).toBeLessThanOrEqual(most + 12);
      expect(pending).toBeGreaterThan(60);
      expect(sandbox.state.reservations.size).toBe(0);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        rows: { total: 120, created, failed, pending, skipped: 0, invalid: 0, existing: 0 },
        stoppedBy: 'max-errors',
        exitCode: 2,
      });
      expect(ended.stderr).toContain('--max-errors was reached');
      expect(readFileSync(join(workspace.runDir, 'report.html'), 'utf8')).toContain(
        '--max-errors was reached',
      );

      expectExit(await workspace.resume('--max-errors', '1000'), 1);
      expect(workspace.counts()).toEqual({ created: 60, failed: 60 });
      expect(sandbox.state.numbers.size).toBe(60);
    },
  );

  it('counts what failed before a resume', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, halfBad(60), { latencyMs: 10 });
    expectExit(await workspace.run('--max-errors', '3'), 2);
    const before = workspace.counts()['failed'] ?? 0;
    expectExit(await workspace.resume(), 2);
    const { failed = 0, pending = 0 } = workspace.counts();
    expect(failed).toBeGreaterThan(before);
    expect(pending).toBeGreaterThan(0);
  });
});

describe.concurrent('a run that was stopped while the platform was sick', () => {
  it('tries again by itself, on resume, what failed in passing', async ({ expect, onTestFinished }) => {
    const faults = [{ operation: 'createAccount', kind: '503' as const, rate: 1 }];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(20), { faults });
    expectExit(await workspace.run('--max-errors', '2', '--retries', '0'), 2);
    expect(workspace.counts()['failed'] ?? 0).toBeGreaterThan(0);
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify({ faults: [] }) });
    expectExit(await workspace.resume(), 0);
    expect(workspace.counts()).toEqual({ created: 20 });
  });
});

describe.concurrent('--on-invalid', () => {
  const rows = mixedRows(16).map((row, index) => (index === 3 ? { ...row, timeZone: 'Nowhere' } : row));

  it('abort: nothing is sent', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 1);
    expect(workspace.counts()).toEqual({ pending: 15, invalid: 1 });
    expect(sandbox.requests).toEqual([]);
  });

  it('skip: the others are done, also after a kill', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, { latencyMs: 20 });
    const cli = workspace.start('--on-invalid', 'skip');
    while (sandbox.requests.length < 40) await new Promise((resolve) => setTimeout(resolve, 5));
    cli.kill();
    expectExit(await cli.ended, 'SIGKILL');
    expectExit(await workspace.resume(), 1);
    expect(workspace.counts()).toEqual({ created: 15, invalid: 1 });
    expect(workspace.results()[3]).toMatchObject({ status: 'invalid', accountId: '' });
    expect([...sandbox.state.accounts.values()].map(({ accountNumber }) => accountNumber)).not.toContain(
      'HP-0',
    );
  });
});
