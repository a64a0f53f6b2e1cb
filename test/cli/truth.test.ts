import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { type Cells, parseCsv, placeOf, writesOf } from './place.js';

const command = ({ runDir, directory, env }: Workspace, name: string, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const listOf = ({ runDir }: Workspace, name: string): Cells[] =>
  parseCsv(readFileSync(join(runDir, `${name}.csv`), 'utf8'));
const at = (result: Cells) => `account/${result['accountId']}`;

describe.concurrent('keys', () => {
  it('that would meet if their parts were only strung together are two objects each', async ({
    expect,
    onTestFinished,
  }) => {
    const [bcc = {}, , , home = {}, , line = {}] = mixedRows(8);
    const { product: _product, ...account } = line;
    const rows: SheetRow[] = [
      {
        ...bcc,
        accountNumber: 'XX1',
        extension: '2000',
        macAddress: '',
        deviceTypeId: '',
        lineNumber: '',
        deviceName: '',
      },
      { ...home, accountNumber: 'XX1/2000', macAddress: '', deviceTypeId: '' },
      {
        ...account,
        product: 'BUSINESS_LINE',
        accountNumber: 'A',
        lineName: 'B/C',
        phoneNumber: '',
        numberSource: 'NONE',
      },
      {
        ...account,
        product: 'BUSINESS_LINE',
        accountNumber: 'A/B',
        lineName: 'C',
        phoneNumber: '',
        numberSource: 'NONE',
      },
      { ...account, product: 'BUSINESS_LINE', accountNumber: 'F', lineName: 'Front #2', phoneNumber: '' },
      { ...home, accountNumber: 'HOME#3', macAddress: '', deviceTypeId: '' },
    ].map((row) =>
      row.product === 'BUSINESS_LINE' ? { ...row, macAddress: '', deviceTypeId: '', lineNumber: '' } : row,
    );
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const { accounts, users, businessLines, numbers } = sandbox.state;
    expect([accounts.size, users.size, businessLines.size, numbers.size]).toEqual([6, 3, 3, 4]);
    const results = workspace.results();
    expect(new Set(results.map((row) => row['userId'] || row['businessLineId'])).size).toBe(6);

    const again = await makeWorkspace(sandbox, rows);
    onTestFinished(again.remove);
    const sent = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 6 });
    expect(writesOf(sandbox, sent)).toEqual([]);
  });
});

describe.concurrent('a row whose objects are there', () => {
  it('but differ says so, field by field, and nothing is sent; the dry run says the same', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(8);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const [bcc = {}, ray = {}, , , , line = {}, , trunk = {}] = rows;
    const changed = rows.map((row): SheetRow => {
      if (row === bcc) return { ...row, timeZone: 'US/Pacific', customField: 'gold', deviceName: 'Lobby' };
      if (row === ray) return { ...row, emailAddress: 'robert@example.com', customerName: 'Robert Ray' };
      if (row === line) return { ...row, callerIdVisible: 'TRUE', noAnswerTimeoutSeconds: '45' };
      if (row === trunk) return { ...row, concurrentCalls: '25' };
      return row;
    });
    const kept = plain(sandbox.state);
    const again = await makeWorkspace(sandbox, changed);
    onTestFinished(again.remove);
    const sent = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 8 });
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(kept);
    const warnings = again.results().map((row) => row['warnings'] ?? '');
    expect(warnings[0]).toContain('timeZone: US/Pacific → US/Mountain');
    expect(warnings[0]).toContain('customField: gold → vip');
    expect(warnings[0]).toContain('deviceName: Lobby → Desk 0');
    expect(warnings[1]).toContain('emailAddress: robert@example.com → bob0@example.com');
    expect(warnings[5]).toContain('callerIdVisible: true → false');
    expect(warnings[5]).toContain('ringTimeoutConfiguration.timeoutSeconds: 45 → 20');
    expect(warnings[7]).toContain('concurrentCalls: 25 → 10');
    for (const row of [2, 3, 4, 6]) expect(warnings[row]).not.toContain('→');

    const dry = await startCli(
      ['run', again.sheet, '--dry-run', '--json', '--out', join(again.directory, 'dry')],
      { cwd: again.directory, env: again.env },
    ).ended;
    expectExit(dry, 0);
    const found = (JSON.parse(dry.stdout).problems as { row: number; code: string; message: string }[])
      .filter(({ code }) => code === 'DIFFERS_ON_PLATFORM')
      .map(({ row, message }) => `${row} ${message}`);
    for (const [row, text] of [
      [2, 'timeZone: US/Pacific → US/Mountain'],
      [2, 'deviceName: Lobby → Desk 0'],
      [3, 'emailAddress: robert@example.com → bob0@example.com'],
      [7, 'callerIdVisible: true → false'],
      [9, 'concurrentCalls: 25 → 10'],
    ] as const)
      expect(
        found.some((each) => each.startsWith(`${row} `) && each.includes(text)),
        text,
      ).toBe(true);
  });
});

describe.concurrent('verify', () => {
  it('sees every field that the sheet states', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(8).map((row, at) => (at === 4 ? { ...row, holdActivation: 'TRUE' } : row));
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const clean = await command(workspace, 'verify');
    expectExit(clean, 0);
    const platform = await connect(sandbox);
    const [bcc = {}, ray = {}, fox = {}, home = {}, held = {}, line = {}, , trunk = {}] = workspace.results();
    const number = (result: Cells) => sandbox.state.numbers.get(result['assignedPhoneNumber'] ?? '');
    const put = (result: Cells, change: (record: Record<string, unknown>) => object) => {
      const record = number(result);
      if (!record) throw new Error('the number is gone');
      sandbox.state.numbers.put({ ...record, ...change(record as never) });
    };
    const part = (record: Record<string, unknown>, name: string) => record[name] as Record<string, unknown>;
    put(bcc, (record) => ({
      customerServiceRecord: { ...part(record, 'customerServiceRecord'), streetNumber: '335' },
    }));
    put(ray, (record) => ({ e911Address: { ...part(record, 'e911Address'), city: 'Aurora' } }));
    put(home, (record) => ({
      directoryListing: { ...part(record, 'directoryListing'), type: 'LIST_NOT_PUBLISH' },
    }));
    await platform.put(`${at(held)}/reference/${held['assignedPhoneNumber']}/type/ACTIVATION`, {
      activationStatusType: 'IN_PROGRESS',
    });
    sandbox.state.keepChanges();
    const device = sandbox.state.devices.get(home['deviceId'] ?? '');
    if (!device) throw new Error('the device is gone');
    sandbox.state.devices.put({ ...device, emergencyNumber: '18015550199' });
    await platform.patch(`${at(bcc)}/user/${bcc['userId']}`, {
      callerIdConfig: {
        callerIdNumber: ray['assignedPhoneNumber'],
        externalCallerIdVisible: false,
        extensionCallerIdVisible: true,
      },
    });
    await platform.patch(`${at(fox)}/user/${fox['userId']}`, {
      timeZone: 'US/Central',
      userProductPlan: 'STANDARD',
    });
    const businessLine = sandbox.state.businessLines.get(line['businessLineId'] ?? '');
    if (!businessLine) throw new Error('the line is gone');
    sandbox.state.businessLines.put({ ...businessLine, callerIdPhoneNumber: '18015550198' });
    const sipTrunk = sandbox.state.sipTrunks.get(trunk['sipTrunkId'] ?? '');
    if (!sipTrunk) throw new Error('the trunk is gone');
    sandbox.state.sipTrunks.put({ ...sipTrunk, concurrentCalls: 99 });
    sandbox.state.keepChanges();

    expectExit(await command(workspace, 'verify'), 1);
    const found = listOf(workspace, 'verify')
      .filter(({ what }) => what === 'differs')
      .map(({ row, field, onPlatform }) => [row, field, onPlatform]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['2', 'customerServiceRecord.streetNumber', '335'],
        ['2', 'callerIdNumber', ray['assignedPhoneNumber']],
        ['3', 'e911Address.city', 'Aurora'],
        ['4', 'timeZone', 'US/Central'],
        ['5', 'directoryListing.type', 'LIST_NOT_PUBLISH'],
        ['5', 'emergencyNumber', '18015550199'],
        ['6', 'holdActivation', 'false'],
        ['7', 'callerIdPhoneNumber', '18015550198'],
        ['9', 'concurrentCalls', '99'],
      ]),
    );
    expect(found).toHaveLength(9);
  });
});

describe.concurrent('undo', () => {
  it('keeps what hangs on a kept object and sees what verify sees; its dry run says the same', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const results = workspace.results();
    const [bcc = {}, ray = {}, , home = {}, , line = {}, , trunk = {}] = results;
    // Row 2's user is renamed; row 3's gets a second device; row 5's device is of another type; row 7's line has
    // another caller ID; row 9's trunk other call paths.
    await platform.patch(`${at(bcc)}/user/${bcc['userId']}`, { lastName: 'Married' });
    const added = await platform.post(`${at(ray)}/deviceline`, {
      ...{ userId: ray['userId'], deviceTypeId: 'VVX250', deviceName: 'Home', lineNumber: 1 },
      ...{ macAddress: '00A0EEEEEE01', faxEnabled: false },
    });
    expect(added.status).toBe(201);
    const { devices, businessLines, sipTrunks } = sandbox.state;
    devices.put({ ...thing(devices.get(home['deviceId'] ?? '')), deviceTypeId: 'SPA122' });
    businessLines.put({ ...thing(businessLines.get(line['businessLineId'] ?? '')), callerIdVisible: true });
    sipTrunks.put({ ...thing(sipTrunks.get(trunk['sipTrunkId'] ?? '')), concurrentCalls: 99 });
    sandbox.state.keepChanges();

    const dry = await command(workspace, 'undo', '--dry-run');
    const { undone: planned } = JSON.parse(dry.stdout);
    const ended = await command(workspace, 'undo', '--yes');
    expectExit(ended, 1);
    const { undone } = JSON.parse(ended.stdout);
    expect(planned).toMatchObject({ 'would be deleted': undone.deleted, kept: undone.kept });
    const kept = listOf(workspace, 'undo')
      .filter(({ state, kind }) => state === 'kept' && !['reference', 'callHandling'].includes(kind ?? ''))
      .map(({ kind, id }) => `${kind} ${id}`);
    const expected = [
      ...[`account ${bcc['accountId']}`, `account ${home['accountId']}`],
      ...[`account ${line['accountId']}`, `account ${trunk['accountId']}`],
      ...[`user ${bcc['userId']}`, `device ${bcc['deviceId']}`, `number ${bcc['assignedPhoneNumber']}`],
      ...[`user ${ray['userId']}`, `number ${ray['assignedPhoneNumber']}`],
      ...[`user ${home['userId']}`, `device ${home['deviceId']}`, `number ${home['assignedPhoneNumber']}`],
      ...[`businessLine ${line['businessLineId']}`, `number ${line['assignedPhoneNumber']}`],
      ...[`sipTrunk ${trunk['sipTrunkId']}`, `number ${trunk['assignedPhoneNumber']}`],
    ];
    expect(kept).toEqual(expect.arrayContaining(expected));
    // The second line shows the number of the first one, so it is kept too.
    const second = results[6] ?? {};
    const rest = kept.filter((each) => !expected.includes(each) && !each.startsWith('portAssignment'));
    expect(rest.sort()).toEqual(
      [`businessLine ${second['businessLineId']}`, `number ${second['assignedPhoneNumber']}`].sort(),
    );
    // The other customer is gone whole.
    const others = new Set(results.slice(8).map((row) => row['accountId']));
    expect([...sandbox.state.accounts.values()].filter(({ id }) => others.has(id))).toEqual([]);

    function thing<T>(found: T | undefined): T {
      if (found === undefined) throw new Error('it is gone');
      return found;
    }
  });

  it('gives back a number that was reserved and never activated', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(1));
    const cli = workspace.start();
    gate.watch((phase, { method, path }) => {
      if (phase === 'arrived' && method === 'POST' && path.endsWith('/telephonenumber')) cli.kill();
      return undefined;
    });
    expect((await cli.ended).signal).toBe('SIGKILL');
    gate.watch(null);
    const { numbers, reservations } = sandbox.state;
    expect(numbers.size + reservations.size).toBeGreaterThan(0);
    expectExit(await command(workspace, 'undo', '--yes'), 0);
    expect([numbers.size, reservations.size, sandbox.state.accounts.size]).toEqual([0, 0, 0]);
  });
});

describe.concurrent('numbers that come later', () => {
  it('are where 911 calls a device back that was made without one', async ({ expect, onTestFinished }) => {
    const [bcc = {}, , , home = {}] = mixedRows(8);
    const place = {
      address: '',
      city: '',
      state: '',
      postalCode: '',
      unit: '',
      secondaryLocationDescription: '',
    };
    const bare = { ...place, customerName: '', directoryListed: '', directoryListingType: '' };
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [
      { ...bcc, ...bare, numberSource: 'NONE' },
      { ...home, ...bare, numberSource: 'NONE' },
    ]);
    expectExit(await workspace.run(), 0);
    expect([...sandbox.state.devices.values()].map(({ emergencyNumber }) => emergencyNumber)).toEqual([
      undefined,
      undefined,
    ]);
    const { macAddress: _mac, deviceTypeId: _type, lineNumber: _line, deviceName: _name, ...noDevice } = bcc;
    const later = await makeWorkspace(sandbox, [noDevice, home]);
    onTestFinished(later.remove);
    expectExit(await later.run(), 0);
    const phones = later.results().map((row) => row['assignedPhoneNumber']);
    const callbacks = [...sandbox.state.devices.values()].map(({ emergencyNumber }) => emergencyNumber);
    expect(callbacks.toSorted()).toEqual(phones.toSorted());
    expect(later.counts()).toEqual({ created: 2 });
  });
});

describe.concurrent('a run that was copied', () => {
  it('and gone on with in both places makes nothing twice', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(8).slice(5);
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
    const cli = workspace.start('--concurrency', '1');
    gate.watch((phase, { method, path }) => {
      if (phase === 'answered' && method === 'POST' && path.endsWith('/account')) cli.kill();
      return undefined;
    });
    await cli.ended;
    gate.watch(null);
    const copy = join(workspace.directory, 'copy');
    cpSync(workspace.runDir, copy, { recursive: true });
    const { env, directory } = workspace;
    expectExit(await startCli(['resume', copy, '--json', '--quiet'], { cwd: directory, env }).ended, 0);
    const before = plain(sandbox.state);
    expectExit(await workspace.resume(), 0);
    expect(plain(sandbox.state)).toEqual(before);
  });
});

describe.concurrent('what the platform does not have', () => {
  it('is no number for ever: an address that was registered meanwhile is asked again', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, write, directory, sandbox } = await placeOf(onTestFinished);
    const [row = {}] = mixedRows(1);
    await write('sheet.csv', csvOf([{ ...row, address: '12 Nowhere St' }]));
    expectExit(await cli('run', 'sheet.csv', '--out', 'r', '--json'), 1);
    const asked = sandbox.requests.filter(({ operation }) => operation === 'validateAddress').length;
    expectExit(await cli('resume', 'r', '--retry', 'failed', '--json'), 1);
    expect(sandbox.requests.filter(({ operation }) => operation === 'validateAddress').length).toBe(
      asked + 1,
    );
    expect(existsSync(join(directory, 'r/credentials.csv'))).toBe(false);
  });
});
