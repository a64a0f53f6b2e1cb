import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { control, putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { parseCsv, writesOf } from './place.js';

const start = ({ runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli(['undo', runDir, '--json', ...options], { cwd: directory, env });
const undo = (workspace: Workspace, ...options: string[]) => start(workspace, ...options).ended;
const list = ({ runDir }: Workspace, name = 'undo') =>
  parseCsv(readFileSync(join(runDir, `${name}.csv`), 'utf8'));

describe.concurrent('undo of what the platform is not done with', () => {
  it('waits where it is a matter of seconds', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(3), {
      activationSeconds: 3600,
    });
    expectExit(await workspace.run(), 0);
    await control(sandbox.url, 'settings', { disconnectSeconds: 2 });
    await putForward(sandbox, { minutes: 59, seconds: 56 });
    const ended = await undo(workspace, '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).undone).toMatchObject({ unfinished: 0, failed: 0, kept: 0 });
    expect([...sandbox.state.accounts.values()]).toEqual([]);
  });

  it('says what is still under way, leaves it, and takes it back later', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(8);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, { activationSeconds: 3600 });
    expectExit(await workspace.run(), 0);
    const dry = await undo(workspace, '--dry-run');
    expectExit(dry, 6);
    const first = await undo(workspace, '--yes');
    expectExit(first, 6);
    const { undone } = JSON.parse(first.stdout);
    expect(undone).toMatchObject({ kept: 0, failed: 0 });
    expect(undone.unfinished).toBeGreaterThan(0);
    expect(JSON.parse(dry.stdout).undone).toMatchObject({
      ...{ 'would be deleted': undone.deleted, unfinished: undone.unfinished },
    });
    expect(first.stderr).toContain('The platform is still at work on some of it. Take back the rest later');
    expect(sandbox.state.numbers.size).toBe(7);
    const reasons = list(workspace).filter(({ kind, state }) => kind === 'number' && state === 'created');
    expect(reasons).toHaveLength(7);
    for (const { reason } of reasons) expect(reason).toMatch(/still at work on it \((ACTIVATION|NINE)/);
    // no user was tried to be deleted that a number still rings
    const refused = sandbox.requests.filter(
      ({ operation, status }) => operation === 'deleteEndUser' && status === 400,
    );
    expect(refused).toEqual([]);

    await putForward(sandbox, { hours: 1 });
    expectExit(await undo(workspace, '--yes'), 0);
    expect([sandbox.state.numbers.size, sandbox.state.accounts.size]).toEqual([0, 0]);
    expect(list(workspace).filter(({ state }) => state !== 'deleted')).toEqual([]);
    const sent = sandbox.requests.length;
    expectExit(await undo(workspace, '--yes'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
  });

  it('leaves a number on hold until it is released', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(5)
      .slice(4)
      .map((row) => ({ ...row, holdActivation: 'TRUE' }));
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const first = await undo(workspace, '--yes');
    expectExit(first, 6);
    // nobody waits for what only a person can do
    expect(sandbox.counts.get('deleteTelephoneNumberOnAccount')).toBe(1);
    expect(JSON.parse(first.stdout).undone).toMatchObject({ deleted: 0, unfinished: 3 });
    expect(first.stderr).toContain('its activation is on hold; release it first');

    // of an undone run cutover does what undo waits for, and that alone
    const { directory, env, runDir } = workspace;
    const cutover = () => startCli(['cutover', runDir, '--yes', '--json'], { cwd: directory, env }).ended;
    const released = await cutover();
    expectExit(released, 0);
    expect(JSON.parse(released.stdout).acts).toMatchObject({ release: { done: 1 } });
    // that it is released is nobody's change
    expectExit(await undo(workspace, '--yes'), 0);
    expect(sandbox.state.accounts.size).toBe(0);
    const nothing = await cutover();
    expectExit(nothing, 3);
    expect(JSON.parse(nothing.stdout)).toMatchObject({ error: { code: 'RUN_UNDONE' } });
  });

  it('ends at once when it is interrupted while it waits', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(3), {
      activationSeconds: 3600,
    });
    expectExit(await workspace.run('--timeout', '20000'), 0);
    const cli = start(workspace, '--yes', '--timeout', '20000');
    const deletes = () => sandbox.counts.get('deleteTelephoneNumberOnAccount') ?? 0;
    while (deletes() === 0) await sleep(20);
    const began = performance.now();
    cli.signal('SIGINT');
    expectExit(await cli.ended, 4);
    // long before its patience is over
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('keeps a number that is the emergency number of somebody who stays', async ({
    expect,
    onTestFinished,
  }) => {
    const sandboxRows = mixedRows(3);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, sandboxRows);
    const platform = await connect(sandbox);
    expectExit(await workspace.run(), 0);
    const [, ray = {}] = workspace.results();
    // somebody else's user in the same account, whose phone names the number of row 3
    const other = await platform.user(ray['accountId'] ?? '', { extension: '4900', username: 'other.user' });
    const device = await platform.post(`account/${ray['accountId']}/deviceline`, {
      ...{ userId: other, deviceTypeId: 'VVX250', deviceName: 'Other', lineNumber: 1, faxEnabled: false },
      ...{ macAddress: '00A0EEEEEE09', emergencyNumber: ray['assignedPhoneNumber'] },
    });
    expect(device.status).toBe(201);
    const ended = await undo(workspace, '--yes');
    expectExit(ended, 1);
    expect(ended.stderr).toContain(
      `it is the emergency number of user ${other} that this run did not create`,
    );
    const kept = list(workspace)
      .filter(({ state }) => state === 'kept')
      .map(({ kind }) => kind);
    expect(kept).toEqual(expect.arrayContaining(['account', 'number', 'user']));
    expect(sandbox.state.numbers.has(ray['assignedPhoneNumber'] ?? '')).toBe(true);
    expect(sandbox.state.users.has(ray['userId'] ?? '')).toBe(true);
  });
});
