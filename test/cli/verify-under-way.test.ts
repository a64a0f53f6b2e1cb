import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { listed, oldRows, PLACE, staged, user } from '../fixtures/night-rows.js';
import { portDay, portOrderRows } from '../fixtures/port-rows.js';
import type { SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { parseCsv } from './place.js';

const command = (name: string, { directory, env, runDir }: Workspace, ...options: string[]) =>
  startCli([name, runDir, ...options], { cwd: directory, env }).ended;
const verify = (workspace: Workspace) => command('verify', workspace, '--json');
const told = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
const list = ({ runDir }: Workspace) => parseCsv(readFileSync(join(runDir, 'verify.csv'), 'utf8'));

describe.concurrent('verify of what the platform is still at work on', () => {
  it('tells where ports stand, and another day of the losing carrier, without counting them', async ({
    expect,
    onTestFinished,
  }) => {
    // the carrier moves the day of this order
    const rows = portOrderRows('P-1', [9806, 2]);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 6);
    const ordered = await verify(workspace);
    expectExit(ordered, 0);
    expect(told(ordered)).toMatchObject({
      rows: { total: 2, same: 2, different: 0 },
      underWay: { 'port status': 1 },
    });
    expect(list(workspace)).toMatchObject([
      {
        ...{ row: '2', field: 'status', inSheet: 'ACTIVE', onPlatform: 'PORT_PENDING' },
        ...{ object: expect.stringContaining('port:'), what: 'under way' },
      },
    ]);
    await putForward(sandbox, { days: 60 });
    const done = await verify(workspace);
    expectExit(done, 0);
    expect(told(done)).toMatchObject({ rows: { same: 2 }, underWay: { 'port focDate': 1 } });
    const [moved = {}] = list(workspace);
    expect(moved).toMatchObject({ field: 'focDate', inSheet: portDay(), what: 'under way' });
    expect(moved['onPlatform']).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(moved['onPlatform']).not.toBe(portDay());
    const plain = await command('verify', workspace);
    expect(plain.stdout).toContain('2 of 2 rows are on the platform as the sheet says, 0 are not.');
    expect(plain.stdout).toContain(
      'Not yet as the sheet says, and under way or waiting for the cut-over:\n  port focDate (1)\n',
    );
  });

  it('counts an order that was rejected, which nothing completes by itself', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, portOrderRows('P-1', [9802]));
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    const rejected = await verify(workspace);
    expectExit(rejected, 1);
    expect(list(workspace)).toMatchObject([
      { field: 'status', onPlatform: 'PORT_REJECTED', what: 'differs' },
    ]);
  });

  it('tells of activations that are under way', async ({ expect, onTestFinished }) => {
    const rows = portOrderRows('P-1', [1]).map((row) => {
      const { portDate: _date, portAuthorizedName: _name, losingCarrier: _carrier, ...others } = row;
      return { ...others, numberSource: 'INVENTORY', phoneNumber: '18015551000', billingTelephoneNumber: '' };
    });
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows as SheetRow[], {
      activationSeconds: 3600,
    });
    expectExit(await workspace.run(), 0);
    const pending = await verify(workspace);
    expectExit(pending, 0);
    expect(told(pending)).toMatchObject({ rows: { same: 1 }, underWay: { 'number carrierStatus': 1 } });
    await putForward(sandbox, { hours: 2 });
    expect(told(await verify(workspace))).toMatchObject({ rows: { same: 1 }, underWay: {} });
  });

  it('counts what waits for the cut-over as such until its night', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace: old } = await gatedWorkspaceOf(onTestFinished, oldRows(1));
    expectExit(await old.run(), 0);
    const workspace = await makeWorkspace(
      sandbox,
      [
        user(4000, { phoneNumber: listed(0), movesFrom: 'user 3000' }),
        staged(1),
        user(6000, { phoneNumber: listed(100), holdActivation: 'TRUE', ...PLACE }),
      ],
      { url: gate.url },
    );
    onTestFinished(workspace.remove);
    expectExit(await workspace.run(), 0);
    const before = await verify(workspace);
    expectExit(before, 0);
    expect(told(before)).toMatchObject({
      rows: { total: 3, same: 3, different: 0 },
      underWay: { move: 1, goLive: 1, release: 1, 'number carrierStatus': 1 },
    });
    expect(list(workspace)).toContainEqual(
      expect.objectContaining({
        ...{ row: '2', object: 'move:reference:number:13855550000', inSheet: 'Cut-over move' },
        ...{ onPlatform: 'waits for the cut-over', what: 'under way' },
      }),
    );
    expectExit(await command('cutover', workspace, '--yes', '--json'), 0);
    const after = await verify(workspace);
    expectExit(after, 0);
    expect(told(after)).toMatchObject({ rows: { same: 3 }, underWay: {} });
  });
});
