import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { control, putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portDay, portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import type { SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, type OnTestFinished } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { parseCsv, writesOf } from './place.js';

const PLACE: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
const phone = (n: number): SheetRow => ({ deviceTypeId: 'VVX250', macAddress: `0004F200000${n}` });

const command = (name: string, { directory, env, runDir }: Workspace, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const told = ({ stdout }: { stdout: string }) => JSON.parse(stdout);
const deviceNumbers = ({ state }: Sandbox) => [...state.devices.values()].map((each) => each.emergencyNumber);

/** A workspace whose platform takes numbers for what they are only once they are active. */
async function strictWorkspace(onTestFinished: OnTestFinished, rows: readonly SheetRow[]) {
  const made = await gatedWorkspaceOf(onTestFinished, rows);
  await control(made.sandbox.url, 'settings', { requiresActiveNumbers: true });
  return made;
}

/** Two ported numbers of users with phones, and a line and a trunk that ring others of the order. */
function portedAccount(): SheetRow[] {
  const [first = {}, second = {}] = portOrderRows('P-1', [1, 2]);
  const port: SheetRow = {
    ...{ numberSource: 'PORT', ...PLACE, portDate: portDay(), portAuthorizedName: 'Dee Oak' },
    ...{ billingTelephoneNumber: portedNumber(1), losingCarrier: 'Old Telco' },
  };
  return [
    { ...first, ...phone(1) },
    { ...second, ...phone(2) },
    {
      product: 'BUSINESS_LINE',
      accountNumber: 'P-1',
      ...port,
      phoneNumber: portedNumber(3),
      lineName: 'Door',
    },
    {
      ...{ product: 'SIP_TRUNK', accountNumber: 'P-1', ...port, phoneNumber: portedNumber(4) },
      ...{ trunkName: 'P-1 trunk', concurrentCalls: '2' },
    },
    // names the number of the first row, and has none
    {
      ...{ product: 'BUSINESS_LINE', accountNumber: 'P-1', lineName: 'Desk', numberSource: 'NONE' },
      ...{ callerIdPhoneNumber: portedNumber(1), emergencyCallbackPhoneNumber: portedNumber(1) },
    },
  ];
}

describe.concurrent('what names a number that is not active yet', () => {
  it('waits until the port is completed; resume goes on with it, and a further run finds all', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, portedAccount());
    const { state } = sandbox;
    const ended = await workspace.run();
    expectExit(ended, 6);
    expect(told(ended)).toMatchObject({ rows: { waiting: 5, failed: 0, skipped: 0, created: 0 } });
    const [row = {}, , , trunk = {}, desk = {}] = workspace.results();
    expect(row['warnings']).toMatch(
      /waits: .*telephone number 18016660001 is not active \(18016660001 is PORT_PENDING\)$/,
    );
    expect(row['hint']).toContain('resume goes on with it');
    expect(desk['warnings']).toContain('18016660001 is PORT_PENDING');
    expect([row['error'], row['failedStep'], trunk['sipTrunkId']]).toEqual(['', '', '']);
    expect([state.users.size, state.devices.size, state.businessLines.size, state.sipTrunks.size]).toEqual([
      ...[2, 0, 0, 0],
    ]);
    // nobody is cut off by it: the users are rung from the day on
    expect(
      [...state.numbers.values()].map(({ phoneNumber, referenceId }) => [phoneNumber, referenceId]),
    ).toEqual([
      [portedNumber(1), row['userId']],
      [portedNumber(2), workspace.results()[1]?.['userId']],
      [portedNumber(3), undefined],
      [portedNumber(4), undefined],
    ]);
    // nobody has anything to correct
    expect(existsSync(join(workspace.runDir, 'errors.csv'))).toBe(false);

    const verified = told(await command('verify', workspace));
    expect(verified).toMatchObject({ exitCode: 0, rows: { same: 5, different: 0 } });
    expect(verified.underWay).toMatchObject({ device: 2, businessLine: 2, sipTrunk: 1, 'port status': 1 });

    // still too early: tried once each, and nothing twice
    expectExit(await workspace.resume(), 6);
    expect(workspace.counts()).toEqual({ waiting: 5 });
    expect(sandbox.counts.get('createOrAddTelephoneNumberToAccount')).toBe(1);
    expect(told(await command('follow', workspace))).toMatchObject({ ready: 0, exitCode: 6 });

    await putForward(sandbox, { days: 60 });
    const ready = await startCli(['follow', workspace.runDir], {
      ...{ cwd: workspace.directory, env: workspace.env },
    }).ended;
    expectExit(ready, 6);
    expect(ready.stdout).toContain(`5 rows can go on now: alianza-import resume ${workspace.runDir}`);
    expect(workspace.counts()).toEqual({ pending: 5 });
    expect(workspace.results()[0]).toMatchObject({ accountId: row['accountId'], userId: row['userId'] });

    expectExit(await workspace.resume(), 0);
    expect(workspace.counts()).toEqual({ created: 5 });
    expect(deviceNumbers(sandbox).sort()).toEqual([portedNumber(1), portedNumber(2)]);
    // which of the two came first is nobody's to say
    const callerIds = [...state.users.values()].map(({ callerIdConfig }) => callerIdConfig.callerIdNumber);
    expect(callerIds.sort()).toEqual([portedNumber(1), portedNumber(2)]);
    expect([...state.businessLines.values()].map((line) => [line.name, line.callerIdPhoneNumber])).toEqual(
      expect.arrayContaining([
        ['Door', portedNumber(3)],
        ['Desk', portedNumber(1)],
      ]),
    );
    expect([...state.sipTrunks.values()].map(({ primaryTn }) => primaryTn)).toEqual([portedNumber(4)]);
    expect(told(await command('verify', workspace))).toMatchObject({ exitCode: 0, rows: { different: 0 } });
    expectExit(await workspace.resume(), 0);

    const again = await makeWorkspace(sandbox, portedAccount(), {
      url: workspace.env['ALIANZA_BASE_URL'] ?? '',
    });
    onTestFinished(again.remove);
    const sent = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 5 });
    expect(writesOf(sandbox, sent)).toEqual([]);
  });

  it('waits in a further run, too, and goes on with a resume alone', async ({ expect, onTestFinished }) => {
    const [row = {}] = portOrderRows('P-1', [1]);
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, [row]);
    expectExit(await workspace.run(), 6);
    const further = await makeWorkspace(sandbox, [{ ...row, ...phone(1) }], { url: sandbox.url });
    onTestFinished(further.remove);
    expectExit(await further.run(), 6);
    expect(further.results()[0]?.['warnings']).toContain('18016660001 is PORT_PENDING');
    await putForward(sandbox, { days: 60 });
    expectExit(await further.resume(), 0);
    expect(further.counts()).toEqual({ created: 1 });
    expect(deviceNumbers(sandbox)).toEqual([portedNumber(1)]);
  });

  it('is skipped where its number is rejected, and comes once that is mended', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [
      ...portOrderRows('P-1', [9802]),
      {
        ...{ product: 'BUSINESS_LINE', accountNumber: 'P-1', lineName: 'Desk', numberSource: 'NONE' },
        ...{ callerIdPhoneNumber: portedNumber(9802), emergencyCallbackPhoneNumber: portedNumber(9802) },
      },
    ] as SheetRow[];
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, rows);
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 2 });
    expectExit(await command('follow', workspace), 1);
    expect(workspace.results().map(({ status, error }) => [status, error?.slice(0, 60)])).toEqual([
      ['failed', expect.stringContaining('Port REJECTED: CSR_MISMATCH')],
      ['skipped', expect.stringContaining('18016669802, which it waits for: Port REJECTED')],
    ]);
    expect(workspace.results()[1]?.['hint']).toBe('Correct row 2 first.');
    const errors = parseCsv(readFileSync(join(workspace.runDir, 'errors.csv'), 'utf8'));
    const corrected = await makeWorkspace(
      sandbox,
      errors.map((row) => ({
        ...row,
        ...(row['product'] === 'BCC' ? { businessName: 'Bakery P-1 Inc' } : {}),
      })),
      { url: sandbox.url },
    );
    onTestFinished(corrected.remove);
    expectExit(await corrected.run(), 6);
    expect(corrected.counts()).toEqual({ waiting: 2 });
    await putForward(sandbox, { days: 60 });
    expectExit(await corrected.resume(), 0);
    expectExit(await command('follow', workspace), 6);
    expectExit(await workspace.resume(), 0);
    expect([...sandbox.state.businessLines.values()].map(({ name }) => name)).toEqual(['Desk']);
    expect(sandbox.state.ports.size).toBe(1);
  });

  it('leaves nothing behind that undo does not know of', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, portedAccount());
    expectExit(await workspace.run(), 6);
    expectExit(await command('undo', workspace, '--yes'), 0);
    const { accounts, users, numbers } = sandbox.state;
    expect([accounts.size, users.size, numbers.size]).toEqual([0, 0, 0]);
  });

  it('killed and with lost replies ends as it should, each thing once', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await strictWorkspace(onTestFinished, portedAccount());
    const kill = (path: RegExp) => {
      const cli = workspace.start();
      gate.watch((phase, passing) => {
        if (phase === 'answered' && passing.method === 'POST' && path.test(passing.path)) cli.kill();
        return undefined;
      });
      return cli.ended;
    };
    expect((await kill(/\/(business-line|deviceline|siptrunk_2)$/)).signal).toBe('SIGKILL');
    gate.watch(null);
    expectExit(await workspace.resume(), 6);
    await putForward(sandbox, { days: 60 });
    let dropped = 0;
    gate.watch((phase, { method, path }) => {
      const isCreate = method === 'POST' && /\/(business-line|deviceline|siptrunk_2)$/.test(path);
      return phase === 'answered' && isCreate && ++dropped <= 3 ? 'drop' : undefined;
    });
    expectExit(await workspace.resume(), 0);
    const { devices, businessLines, sipTrunks, ports } = sandbox.state;
    expect([devices.size, businessLines.size, sipTrunks.size, ports.size]).toEqual([2, 2, 1, 1]);
    expect(told(await command('verify', workspace))).toMatchObject({ exitCode: 0, rows: { same: 5 } });
  });

  it('that is staged waits for the night of the cut-over', async ({ expect, onTestFinished }) => {
    const [row = {}] = portOrderRows('P-1', [1]);
    const { numberSource: _source, portDate: _date, billingTelephoneNumber: _btn, ...own } = row;
    const { portAuthorizedName: _name, losingCarrier: _carrier, ...user } = own;
    const staged = {
      ...{ ...user, numberSource: 'CARRIER', phoneNumber: '12087770001', operationalStatus: 'STAGED' },
      ...phone(1),
    };
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, [staged]);
    expectExit(await workspace.run(), 6);
    expect(workspace.results()[0]?.['warnings']).toContain('12087770001 is STAGED');
    const night = await command('cutover', workspace, '--yes');
    expectExit(night, 0);
    expect(night.stderr).toContain('1 row that waited for numbers can go on now: alianza-import resume');
    expect(workspace.counts()).toEqual({ pending: 1 });
    expectExit(await workspace.resume(), 0);
    expect(deviceNumbers(sandbox)).toEqual(['12087770001']);
  });

  it('waits where it is to be updated, too, and is updated then', async ({ expect, onTestFinished }) => {
    const [row = {}] = portOrderRows('P-1', [1]);
    const { accountName, timeZone, billingCycleDay, dialingBehaviorType, extensionLength } = row;
    const trunk: SheetRow = {
      ...{ product: 'SIP_TRUNK', accountNumber: 'P-1', accountName, timeZone, billingCycleDay },
      ...{ dialingBehaviorType, extensionLength, trunkName: 'P-1 trunk', concurrentCalls: '2' },
    } as SheetRow;
    const { sandbox, workspace: earlier } = await strictWorkspace(onTestFinished, [
      { ...trunk, numberSource: 'NONE' },
    ]);
    expectExit(await earlier.run(), 0);
    const port: SheetRow = {
      ...{ numberSource: 'PORT', ...PLACE, portDate: portDay(), portAuthorizedName: 'Dee Oak' },
      ...{ phoneNumber: portedNumber(1), primaryTn: portedNumber(1) },
    };
    const workspace = await makeWorkspace(sandbox, [{ ...trunk, ...port, concurrentCalls: '5' }], {
      url: sandbox.url,
    });
    onTestFinished(workspace.remove);
    expectExit(await workspace.run('--existing', 'update'), 6);
    expect(workspace.counts()).toEqual({ waiting: 1 });
    const trunks = () =>
      [...sandbox.state.sipTrunks.values()].map(({ primaryTn, concurrentCalls }) => [
        primaryTn,
        concurrentCalls,
      ]);
    expect(trunks()).toEqual([[undefined, 2]]);
    await putForward(sandbox, { days: 60 });
    expectExit(await workspace.resume(), 0);
    expect(trunks()).toEqual([[portedNumber(1), 5]]);
  });

  it('that is on hold waits for its release', async ({ expect, onTestFinished }) => {
    const [row = {}] = portOrderRows('P-1', [1]);
    const { numberSource: _source, portDate: _date, billingTelephoneNumber: _btn, ...own } = row;
    const { portAuthorizedName: _name, losingCarrier: _carrier, ...user } = own;
    const held = { ...user, phoneNumber: '18015551000', holdActivation: 'TRUE', ...phone(1) };
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, [held]);
    expectExit(await workspace.run(), 6);
    expect(workspace.results()[0]?.['warnings']).toContain('18015551000 is ACTIVATION_ON_HOLD');
    expectExit(await command('cutover', workspace, '--yes'), 0);
    const followed = await command('follow', workspace);
    expectExit(followed, 6);
    expect(told(followed).ready).toBe(1);
    expectExit(await workspace.resume(), 0);
    expect(deviceNumbers(sandbox)).toEqual(['18015551000']);
  });

  it('fails where it is refused for something else', async ({ expect, onTestFinished }) => {
    const [row = {}] = portOrderRows('P-1', [1]);
    const { sandbox, workspace } = await strictWorkspace(onTestFinished, [
      { ...row, ...phone(1), lineNumber: '1' },
    ]);
    await control(sandbox.url, 'settings', { requiresActiveNumbers: false, requiresDeviceInventory: true });
    expectExit(await workspace.run(), 1);
    expect(workspace.counts()).toEqual({ failed: 1 });
  });
});
