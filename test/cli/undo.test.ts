import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { mixedRows, type SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { type Cells, parseCsv, writesOf } from './place.js';

const startUndo = ({ runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli(['undo', runDir, '--json', ...options], { cwd: directory, env });
const undo = (workspace: Workspace, ...options: string[]) => startUndo(workspace, ...options).ended;
const list = ({ runDir }: Workspace): Cells[] => parseCsv(readFileSync(join(runDir, 'undo.csv'), 'utf8'));

/** Nothing but numbers that cool down, as they do after they were given back. */
function left(state: ReturnType<typeof plain>): string[] {
  return Object.entries(state)
    .filter(([table, rows]) => table !== 'cooldown' && rows.length > 0)
    .map(([table]) => table);
}

describe.concurrent('undo', () => {
  it('deletes everything that the run created, and rows become pending', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const ended = await undo(workspace, '--yes');
    expectExit(ended, 0);
    expect(left(plain(sandbox.state))).toEqual([]);
    expect(workspace.counts()).toEqual({ pending: 8 });
    for (const result of workspace.results()) expect(result['accountId']).toBe('');
    expect(JSON.parse(ended.stdout).undone).toMatchObject({ gone: 0, kept: 0, failed: 0 });
    expect(new Set(list(workspace).map(({ state }) => state))).toEqual(new Set(['deleted']));

    const sent = sandbox.requests.length;
    expectExit(await undo(workspace, '--yes'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    const resumed = await workspace.resume();
    expectExit(resumed, 3);
    expect(resumed.stderr).toMatch(/was undone/);
  });

  it('asks first: without a terminal and without --yes it deletes nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    expectExit(await workspace.run(), 0);
    const [before, sent] = [plain(sandbox.state), sandbox.requests.length];
    const ended = await undo(workspace);
    expectExit(ended, 3);
    expect(ended.stderr).toMatch(/--yes/);
    expect(plain(sandbox.state)).toEqual(before);

    const dry = await undo(workspace, '--dry-run');
    expectExit(dry, 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
    const { accounts, users, numbers, devices, portAssignments, businessLines, sipTrunks } = before;
    const objects = [accounts, users, numbers, devices, portAssignments, businessLines, sipTrunks].flat()
      .length;
    expect(JSON.parse(dry.stdout).undone).toMatchObject({ 'would be deleted': objects, kept: 0, deleted: 0 });
    // A look is not an undo: the run can still be resumed.
    expectExit(await workspace.resume(), 0);
  });

  it('keeps what was there before, and what another run created', async ({ expect, onTestFinished }) => {
    // Given numbers from far away, so that the first run's searches cannot find those of the second.
    const rows = mixedRows(16).map((row): SheetRow => {
      const cells = Object.entries(row).map(([column, cell]) => [
        column,
        String(cell).replace(/^1385555/, '1303555'),
      ]);
      return Object.fromEntries(cells);
    });
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows.slice(0, 8));
    expectExit(await workspace.run(), 0);
    const first = plain(sandbox.state);
    const added: SheetRow = {
      ...{ product: 'BCC', accountNumber: 'BCC-0', firstName: 'New', lastName: 'One', extension: '4100' },
      ...{ userProductPlan: 'STANDARD', address: '10 State St', city: 'Lindon', state: 'UT' },
      ...{ postalCode: '84042', deviceTypeId: 'VVX400', macAddress: '00A0FFFFFF01' },
    };
    const second = await makeWorkspace(sandbox, [...rows, added]);
    onTestFinished(second.remove);
    expectExit(await second.run(), 0);
    expect(second.counts()).toEqual({ existing: 8, created: 9 });

    expectExit(await undo(second, '--yes'), 0);
    const { cooldown: _cooling, ...now } = plain(sandbox.state);
    const { cooldown: _cold, ...before } = first;
    expect(now).toEqual(before);
    expect(second.counts()).toEqual({ existing: 8, pending: 9 });
    expect(workspace.differences()).toContain(
      `there are ${plain(sandbox.state).cooldown.length} cooldown left over`,
    );

    expectExit(await undo(workspace, '--yes'), 0);
    expect(left(plain(sandbox.state))).toEqual([]);
  });

  it('keeps what somebody has changed since, with all that it hangs on, and says why', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const [bcc = {}, second = {}, third = {}, , home = {}, , , trunk = {}] = workspace.results();
    const at = (result: Cells) => `account/${result['accountId']}`;
    // Another number on the trunk's account, and the number of row 3 rings the user of row 4.
    await platform.number(trunk['accountId'] ?? '', '18013730001');
    const phone = second['assignedPhoneNumber'] ?? '';
    const pointed = await platform.patch(`${at(second)}/telephonenumber/${phone}`, {
      ...{ referenceType: 'END_USER', referenceId: third['userId'] },
    });
    expect(pointed.status).toBe(200);
    // Row 6: the account is renamed.
    sandbox.state.accounts.put({ ...account(home), accountName: 'Sold to another' });
    sandbox.state.keepChanges();

    const ended = await undo(workspace, '--yes');
    expectExit(ended, 1);
    const kept = list(workspace).filter(({ state }) => state === 'kept');
    expect(kept.map(({ kind, id }) => [kind, id])).toEqual(
      expect.arrayContaining([
        ['account', trunk['accountId']],
        ['number', phone],
        ['user', third['userId']],
        ['account', bcc['accountId']],
        ['account', home['accountId']],
        // What hangs on the renamed account is kept with it.
        ['user', home['userId']],
        ['number', home['assignedPhoneNumber']],
      ]),
    );
    expect(kept).toHaveLength(7);
    for (const { reason } of kept) expect(reason).toMatch(/\w+ \w+/);
    const { accounts, numbers, users, devices, businessLines, sipTrunks } = sandbox.state;
    expect([...accounts.values()].map(({ id }) => id).sort()).toEqual(
      [trunk['accountId'], bcc['accountId'], home['accountId']].sort(),
    );
    expect([...numbers.values()].map(({ id }) => id).sort()).toEqual(
      ['18013730001', phone, home['assignedPhoneNumber']].sort(),
    );
    expect([...users.values()].map(({ id }) => id).sort()).toEqual([third['userId'], home['userId']].sort());
    expect([devices.size, businessLines.size, sipTrunks.size]).toEqual([0, 0, 0]);

    // When the reason is gone, undo again finishes.
    await platform.delete(`${at(trunk)}/telephonenumber/18013730001`);
    await platform.patch(`${at(second)}/telephonenumber/${phone}`, {
      referenceType: null,
      referenceId: null,
    });
    sandbox.state.accounts.put({ ...account(home), accountName: workspace.rows[4]?.accountName ?? '' });
    sandbox.state.keepChanges();
    expectExit(await undo(workspace, '--yes'), 0);
    expect(left(plain(sandbox.state))).toEqual([]);

    function account(result: Cells) {
      const found = sandbox.state.accounts.get(result['accountId'] ?? '');
      if (!found) throw new Error('the account is gone');
      return found;
    }
  });

  it('what somebody deleted already is fine', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const [bcc = {}] = workspace.results();
    await platform.delete(`account/${bcc['accountId']}/deviceline/${bcc['deviceId']}`);
    const ended = await undo(workspace, '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).undone).toMatchObject({ gone: 1, kept: 0, failed: 0 });
    expect(left(plain(sandbox.state))).toEqual([]);
  });

  it('killed in the middle goes on when it is started again', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    let kills = 0;
    for (const [phase, nth] of [
      ['arrived', 2],
      ['committed', 5],
      ['answered', 8],
    ] as const) {
      const cli = startUndo(workspace, '--yes');
      let deletes = 0;
      gate.watch((now, { method }) => {
        if (now !== phase || method !== 'DELETE' || ++deletes !== nth) return undefined;
        kills += 1;
        cli.kill();
        return undefined;
      });
      expect((await cli.ended).signal).toBe('SIGKILL');
      gate.watch(null);
      await sleep(50);
    }
    expect(kills).toBe(3);
    expect(left(plain(sandbox.state))).not.toEqual([]);
    expectExit(await undo(workspace, '--yes'), 0);
    expect(left(plain(sandbox.state))).toEqual([]);
    expect(workspace.counts()).toEqual({ pending: 8 });
  });
});
