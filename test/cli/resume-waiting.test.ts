import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portOrderRows } from '../fixtures/port-rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';

const resume = ({ directory, env, runDir }: Workspace, ...options: string[]) =>
  startCli(['resume', runDir, ...options], { cwd: directory, env });
const follow = ({ directory, env, runDir }: Workspace) =>
  startCli(['follow', runDir], { cwd: directory, env }).ended;
const sentAfter = ({ requests }: Sandbox, before: number) =>
  requests.slice(before).map(({ operation }) => operation);

describe.concurrent('resume of a run whose rows wait', () => {
  it('looks by one search what became of them, and says what follow would', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [...portOrderRows('P-1', [1, 2, 3]), ...portOrderRows('P-2', [9802, 12])];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 6);

    let sent = sandbox.requests.length;
    const nothing = await workspace.resume();
    expectExit(nothing, 6);
    expect(JSON.parse(nothing.stdout)).toMatchObject({ exitCode: 6, rows: { waiting: 5, created: 0 } });
    expect(sentAfter(sandbox, sent)).toEqual(['logUserIn', 'statusSearch']);
    expect(new Set(workspace.results().map((row) => row['portStatus']))).toEqual(new Set(['PENDING']));

    await putForward(sandbox, { days: 2 });
    sent = sandbox.requests.length;
    const rejected = await resume(workspace).ended;
    expectExit(rejected, 1);
    expect(sentAfter(sandbox, sent)).toEqual(['logUserIn', 'statusSearch']);
    expect(rejected.stdout).toMatch(/row 5: 801-666-9802 port PENDING → REJECTED: CSR_MISMATCH/);
    expect(workspace.counts()).toEqual({ waiting: 3, failed: 2 });
    // the look was one and the same
    const after = await follow(workspace);
    expectExit(after, 1);
    expect(after.stdout).toBe('');

    await putForward(sandbox, { days: 60 });
    expectExit(await workspace.resume(), 1);
    expect(workspace.counts()).toEqual({ created: 3, failed: 2 });
    // nothing waits any more, so nothing is asked
    sent = sandbox.requests.length;
    expectExit(await workspace.resume(), 1);
    expect(sentAfter(sandbox, sent)).toEqual([]);
  });

  it('ends with 0 once all of them are done', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, portOrderRows('P-1', [1, 2]));
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 60 });
    const done = await workspace.resume();
    expectExit(done, 0);
    expect(JSON.parse(done.stdout)).toMatchObject({ exitCode: 0, rows: { waiting: 0, created: 2 } });
    expect(workspace.results().map((row) => row['portStatus'])).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it('goes on where something is to be sent although the search fails, and says so', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [...portOrderRows('P-1', [1, 2]), ...portOrderRows('P-2', [11])];
    const faults = [{ operation: 'statusSearch', kind: '500' as const, times: 4 }];
    const { workspace } = await workspaceOf(onTestFinished, rows, { faults });
    expectExit(await workspace.run('--limit', '2'), 6);
    const first = await workspace.resume('--all', '--retries', '1');
    expectExit(first, 6);
    expect(first.stderr).toContain(
      'The events of the partition cannot be read: statusSearch was answered 500',
    );
    expect(workspace.counts()).toEqual({ waiting: 3 });

    const second = await workspace.resume('--retries', '1');
    expectExit(second, 7);
    expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'EVENTS_UNREADABLE' }, exitCode: 7 });
    expect(workspace.counts()).toEqual({ waiting: 3 });
    expectExit(await workspace.resume(), 6);
  });

  it('killed in its search goes on', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, portOrderRows('P-1', [1, 2]));
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 60 });
    const cli = workspace.startResume();
    gate.watch((phase, { path }) => {
      if (phase === 'answered' && path.includes('statussearch')) cli.kill();
      return undefined;
    });
    expect((await cli.ended).signal).toBe('SIGKILL');
    gate.watch(null);
    expectExit(await workspace.resume(), 0);
    expect(workspace.counts()).toEqual({ created: 2 });
  });
});
