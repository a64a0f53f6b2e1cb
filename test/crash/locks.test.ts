import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Gate } from '../fixtures/gate.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf, type OnTestFinished } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';

/** A run at work, which waits for `letGo` before its users get their numbers. */
async function running(onTestFinished: OnTestFinished) {
  const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(24));
  const cli = workspace.start('--timeout', '100000');
  let letGo = () => {};
  const isLetGo = new Promise<undefined>((resolve) => {
    letGo = () => resolve(undefined);
  });
  await new Promise<void>((resolve) => {
    gate.watch((at, { operation, path }) => {
      if (at !== 'arrived' || operation !== 'patchTelephoneNumberOnAccount') return undefined;
      if (!path.includes('/sandbox-partition/')) return undefined;
      resolve();
      return isLetGo;
    });
  });
  onTestFinished(async () => cli.kill());
  return { sandbox, gate, workspace, cli, letGo };
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
    const { sandbox, workspace, cli, letGo } = await running(onTestFinished);
    const sent = sandbox.requests.length;
    for (const ended of [await workspace.resume(), await workspace.run()]) {
      expectExit(ended, 5);
      expect(ended.stderr).toContain(`run directory ${workspace.runDir}`);
      expect(ended.stderr).toContain(`host ${hostname()}`);
      expect(ended.stderr).toContain(`process ${cli.child.pid}`);
      expect(ended.stderr).toMatch(/since \d{4}-\d\d-\d\dT\d\d:\d\d/);
    }
    expect(requestsOfOthers(sandbox, sent)).toEqual([]);
    letGo();
    expectExit(await cli.ended, 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('on the same partition of the same host ends with exit 5 and says who holds it', async ({
    expect,
    onTestFinished,
  }) => {
    const { gate, workspace, cli, letGo } = await running(onTestFinished);
    const ended = await startAnother(workspace).ended;
    expectExit(ended, 5);
    expect(ended.stderr).toContain(`partition sandbox-partition of ${gate.url}`);
    expect(ended.stderr).toContain(`process ${cli.child.pid}`);
    letGo();
    expectExit(await cli.ended, 0);
    expect(workspace.differences()).toEqual([]);
    // Now it is free: everything is there already.
    const after = startAnother(workspace);
    expectExit(await after.ended, 0);
    expect(workspace.differences()).toEqual([]);
  });

  it.for<[string, (place: { workspace: Workspace; gate: Gate }) => Promise<CliProcess>]>([
    [
      'whose rows name the partition',
      async ({ workspace }) => {
        const { directory, rows } = workspace;
        const sheet = join(directory, 'named.csv');
        await writeFile(sheet, csvOf(rows.map((row) => ({ ...row, partitionId: 'sandbox-partition' }))));
        return startAnother({ ...workspace, sheet }, '--partition', 'sandbox-sub-partition');
      },
    ],
    [
      'with other folders for temporary files and the user',
      async ({ workspace }) => {
        const other = join(workspace.directory, 'other');
        await mkdir(other);
        const env = { ...workspace.env, TMPDIR: other, HOME: other, XDG_STATE_HOME: other };
        return startAnother({ ...workspace, env });
      },
    ],
    [
      'that calls the host by another name',
      async ({ workspace, gate }) =>
        startAnother(workspace, '--base-url', gate.url.replace('127.0.0.1', 'LOCALHOST')),
    ],
  ])('%s ends with exit 5', async ([, start], { expect, onTestFinished }) => {
    const { sandbox, gate, workspace, cli, letGo } = await running(onTestFinished);
    const sent = sandbox.requests.length;
    const ended = await (await start({ workspace, gate })).ended;
    expectExit(ended, 5);
    expect(ended.stderr).toContain('partition sandbox-partition of http://');
    expect(ended.stderr).toContain(`process ${cli.child.pid}, since `);
    expect(ended.stderr).toContain(`run directory ${workspace.runDir}.`);
    expect(requestsOfOthers(sandbox, sent)).toHaveLength(1);
    letGo();
    expectExit(await cli.ended, 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('on another partition is not held up', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace, cli } = await running(onTestFinished);
    const [home = {}] = mixedRows(4).slice(3);
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
    const { gate, workspace, cli } = await running(onTestFinished);
    gate.watch(null);
    cli.kill();
    expectExit(await cli.ended, 'SIGKILL');
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('of two resumes at once, one goes on and one is refused', async ({ expect, onTestFinished }) => {
    const { gate, workspace, cli } = await running(onTestFinished);
    gate.watch(null);
    cli.kill();
    await cli.ended;
    const both = await Promise.all([workspace.resume(), workspace.resume(), workspace.resume()]);
    expect(both.map(({ code }) => code).sort()).toEqual([0, 5, 5]);
    expect(workspace.differences()).toEqual([]);
  });
});
