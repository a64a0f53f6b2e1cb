import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import type { CliProcess } from '../fixtures/cli.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { type OnTestFinished, workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';

/** A run at work. */
async function running(onTestFinished: OnTestFinished) {
  const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(24), { latencyMs: 100 });
  const cli = workspace.start();
  onTestFinished(async () => cli.kill());
  while (sandbox.requests.length < 10) await sleep(5);
  return { sandbox, workspace, cli };
}

/** Another run of the same sheet, in a directory of its own. */
function startAnother({ sheet, directory, env }: Workspace, ...options: string[]): CliProcess {
  const args = ['run', sheet, '--out', join(directory, 'another'), '--quiet', ...options];
  return startCli(args, { cwd: directory, env });
}

const requestsOfOthers = (sandbox: Sandbox, since: number) =>
  sandbox.requests.slice(since).filter(({ operation }) => operation === 'logUserIn');

describe.concurrent('a second process', () => {
  it('on the same run directory ends with exit 5 and says who holds it', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace, cli } = await running(onTestFinished);
    const sent = sandbox.requests.length;
    for (const ended of [await workspace.resume(), await workspace.run()]) {
      expectExit(ended, 5);
      expect(ended.stderr).toContain(`run directory ${workspace.runDir}`);
      expect(ended.stderr).toContain(`host ${hostname()}`);
      expect(ended.stderr).toContain(`process ${cli.child.pid}`);
      expect(ended.stderr).toMatch(/since \d{4}-\d\d-\d\dT\d\d:\d\d/);
    }
    expect(requestsOfOthers(sandbox, sent)).toEqual([]);
    expectExit(await cli.ended, 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('on the same partition of the same host ends with exit 5 and says who holds it', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace, cli } = await running(onTestFinished);
    const ended = await startAnother(workspace).ended;
    expectExit(ended, 5);
    expect(ended.stderr).toContain(`partition sandbox-partition of ${sandbox.url}`);
    expect(ended.stderr).toContain(`process ${cli.child.pid}`);
    expectExit(await cli.ended, 0);
    expect(workspace.differences()).toEqual([]);
    // Now it is free: everything is there already.
    const after = startCli(['resume', join(workspace.directory, 'another')], { env: workspace.env });
    expectExit(await after.ended, 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('on another partition is not held up', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace, cli } = await running(onTestFinished);
    const [home = {}] = mixedRows(4).slice(3);
    const { writeFile } = await import('node:fs/promises');
    const { csvOf } = await import('../fixtures/rows.js');
    const sheet = join(workspace.directory, 'home.csv');
    await writeFile(sheet, csvOf([{ ...home, macAddress: '00A0FFFFFF03' }]));
    const ended = await startAnother({ ...workspace, sheet }, '--partition', 'sandbox-sub-partition').ended;
    expectExit(ended, 0);
    expect(cli.child.exitCode).toBe(null);
    expect(new Set([...sandbox.state.accounts.values()].map(({ partitionId }) => partitionId))).toEqual(
      new Set(['sandbox-partition', 'sandbox-sub-partition']),
    );
  });

  it('takes over the locks of a process that was killed', async ({ expect, onTestFinished }) => {
    const { workspace, cli } = await running(onTestFinished);
    cli.kill();
    expectExit(await cli.ended, 'SIGKILL');
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('of two resumes at once, one goes on and one is refused', async ({ expect, onTestFinished }) => {
    const { workspace, cli } = await running(onTestFinished);
    cli.kill();
    await cli.ended;
    const both = await Promise.all([workspace.resume(), workspace.resume(), workspace.resume()]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 5, 5]);
    expect(workspace.differences()).toEqual([]);
  });
});
