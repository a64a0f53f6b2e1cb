import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { deltaOf } from '../fixtures/delta.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { mixedRows, type SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { parseCsv, writesOf } from './place.js';

const UPDATE = ['--existing', 'update'];
const command = (name: string, { runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const dryRun = ({ sheet, directory, env }: Workspace, ...options: string[]) =>
  startCli(['run', sheet, '--out', join(directory, 'dry'), '--dry-run', '--json', ...UPDATE, ...options], {
    cwd: directory,
    env,
  }).ended;
const csv = ({ runDir }: Workspace, name: string) => parseCsv(readFileSync(join(runDir, name), 'utf8'));

/** The state without the numbers that cool down, and the times that nobody compares. */
const stateOf = (state: Parameters<typeof plain>[0]) => plain(state);

describe('run --existing update', { timeout: 240_000 }, () => {
  it('sends exactly the 40 changes of a sheet of 500 rows, and undo puts them back', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(500);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run('--concurrency', '16'), 0);
    const before = stateOf(sandbox.state);

    const delta = deltaOf(rows, 3, 5);
    const today = await makeWorkspace(sandbox, delta.rows);
    onTestFinished(today.remove);
    let sent = sandbox.requests.length;
    const dry = await dryRun(today);
    expectExit(dry, 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    const { changes, plan, existing } = JSON.parse(dry.stdout);
    expect(changes).toHaveLength(40);
    expect(changes[0]).toEqual({
      ...{ file: today.sheet, sheet: null, row: 26, object: 'account:BCC-3' },
      ...{ field: 'customField', from: 'vip', to: 'gold' },
    });
    expect(existing).toBe(460);
    const planned = Object.entries(plan.objects as Record<string, { update: number; create: number }>);
    expect(Object.fromEntries(planned.map(([kind, { update }]) => [kind, update]))).toMatchObject({
      ...{ account: 5, user: 15, device: 5, businessLine: 10, sipTrunk: 5, number: 0 },
    });
    expect(planned.map(([, { create }]) => create)).toEqual(planned.map(() => 0));
    expect(stateOf(sandbox.state)).toEqual(before);

    sent = sandbox.requests.length;
    const ended = await today.run(...UPDATE, '--concurrency', '16');
    expectExit(ended, 0);
    expect(writesOf(sandbox, sent).sort()).toEqual([...delta.operations].sort());
    expect(today.counts()).toEqual({ updated: 40, existing: 460 });
    expect(JSON.parse(ended.stdout).changes).toHaveLength(40);
    const listed = csv(today, 'changes.csv');
    expect(listed).toHaveLength(40);
    expect(listed.find(({ row, field }) => row === '31' && field?.includes('timeout'))).toEqual({
      ...{ file: today.sheet, sheet: '', row: '31', object: 'callHandling:businessLine:BL-3/Front desk' },
      ...{ field: 'ringTimeoutConfiguration.timeoutSeconds', from: '20', to: '30' },
    });
    expectExit(await command('verify', today), 0);

    const again = await makeWorkspace(sandbox, delta.rows);
    onTestFinished(again.remove);
    sent = sandbox.requests.length;
    expectExit(await again.run(...UPDATE, '--concurrency', '16'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(again.counts()).toEqual({ existing: 500 });
    expect(existsSync(join(again.runDir, 'changes.csv'))).toBe(false);

    const after = stateOf(sandbox.state);
    const look = await command('undo', today, '--dry-run');
    expectExit(look, 0);
    expect(JSON.parse(look.stdout).undone).toMatchObject({ 'would be put back': 40, deleted: 0, kept: 0 });
    expect(stateOf(sandbox.state)).toEqual(after);
    sent = sandbox.requests.length;
    const undone = await command('undo', today, '--yes');
    expectExit(undone, 0);
    expect(JSON.parse(undone.stdout).undone).toMatchObject({
      'put back': 40,
      deleted: 0,
      kept: 0,
      failed: 0,
    });
    expect(writesOf(sandbox, sent).sort()).toEqual([...delta.operations].sort());
    expect(stateOf(sandbox.state)).toEqual(before);
    expect(today.counts()).toEqual({ pending: 40, existing: 460 });
    const list = csv(today, 'undo.csv');
    expect(list.map(({ state }) => state)).toEqual(Array(40).fill('put back'));
    expect(list.find(({ key }) => key === 'account:BCC-3')?.['reason']).toBe('customField: gold → vip');
    sent = sandbox.requests.length;
    expectExit(await command('undo', today, '--yes'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
  });
});

describe.concurrent('an update', { timeout: 120_000 }, () => {
  it('reuse and fail change nothing, blank cells change nothing', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(8);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const before = plain(sandbox.state);
    const delta = deltaOf(rows, 0, 1);
    const sent = sandbox.requests.length;
    for (const [policy, counts] of [
      // a user of another name is another, unless an update says that this is what changes
      ['reuse', { existing: 7, failed: 1 }],
      ['fail', { failed: 5, skipped: 3 }],
    ] as const) {
      const next = await makeWorkspace(sandbox, delta.rows);
      onTestFinished(next.remove);
      expectExit(await next.run('--existing', policy), 1);
      expect(next.counts()).toEqual(counts);
    }
    // everything that is not required is blank
    const keep = new Set([
      ...['product', 'accountNumber', 'accountName', 'timeZone', 'billingCycleDay', 'dialingBehaviorType'],
      ...[
        'extensionLength',
        'firstName',
        'lastName',
        'extension',
        'userProductPlan',
        'lineName',
        'trunkName',
      ],
      ...['concurrentCalls', 'phoneNumber', 'emailAddress', 'macAddress', 'deviceTypeId', 'lineNumber'],
      ...['address', 'city', 'state', 'postalCode'],
    ]);
    const bare = rows.map(
      (row): SheetRow => Object.fromEntries(Object.entries(row).filter(([column]) => keep.has(column))),
    );
    const blank = await makeWorkspace(sandbox, bare);
    onTestFinished(blank.remove);
    expectExit(await blank.run(...UPDATE), 0);
    expect(blank.counts()).toEqual({ existing: 8 });
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
  });

  it('never touches another: a mistyped account number, extension, line or number fails', async ({
    expect,
    onTestFinished,
  }) => {
    // two of one family
    const rows = mixedRows(16).map((row, at) => (at === 10 ? { ...row, lastName: 'Ray 1' } : row));
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const [, , , , , line = {}] = workspace.results();
    const at = `account/${line['accountId']}/business-line`;
    // a second line of the same name: nobody can tell which of the two is meant
    await platform.post(at, {
      ...{ name: 'Workshop', accountId: line['accountId'], partitionId: 'sandbox-partition' },
    });
    const before = plain(sandbox.state);
    const sent = sandbox.requests.length;
    const wrong = rows.map((row): SheetRow => ({ ...row }));
    const change = (index: number, cells: SheetRow) => Object.assign(wrong[index] ?? {}, cells);
    // the account of another customer
    change(3, { accountNumber: 'HP-1', timeZone: 'US/Pacific' });
    change(11, { accountNumber: 'HP-0', timeZone: 'US/Pacific' });
    // somebody else altogether at the extension
    change(1, { firstName: 'Zed', lastName: 'Young' });
    // the extensions of the two, in exchange: the last name alone is no proof
    change(9, { extension: '4002' });
    change(10, { extension: '4001' });
    change(6, { callerIdVisible: 'FALSE' });
    const next = await makeWorkspace(sandbox, wrong);
    onTestFinished(next.remove);
    expectExit(await next.run(...UPDATE), 1);
    const failed = next.results().filter(({ status }) => status === 'failed');
    expect(failed.map(({ accountNumber, error }) => [accountNumber, error])).toEqual([
      ['BCC-0', expect.stringContaining('the user at extension 4001 is Bob Ray 0')],
      ['HP-1', expect.stringContaining('account HP-1 is called "Dee Oak 1", in the sheet "Dee Oak 0"')],
      ['BL-0', expect.stringContaining('2 lines of the account are called "Workshop"')],
      [
        'BCC-1',
        expect.stringContaining('the user at extension 4002 is Cy Ray 1, and Bob Ray 1 has extension 4001'),
      ],
      [
        'BCC-1',
        expect.stringContaining('the user at extension 4001 is Bob Ray 1, and Cy Ray 1 has extension 4002'),
      ],
      ['HP-0', expect.stringContaining('account HP-0 is called "Dee Oak 0", in the sheet "Dee Oak 1"')],
    ]);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
    // the dry run says so beforehand
    const dry = await dryRun(next);
    expectExit(dry, 1);
    expect(JSON.parse(dry.stdout).rows).toMatchObject({ invalid: 6, valid: 10 });
  });

  it('moves a number to another building whole, E911 with it where it was the same; undo keeps what changed since', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(8);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const before = plain(sandbox.state);
    // row 3 names an E911 address of its own, row 6 none
    const moved = rows.map(
      (row, at): SheetRow => (at === 1 || at === 4 ? { ...row, address: '12 N Main St' } : row),
    );
    const next = await makeWorkspace(sandbox, moved);
    onTestFinished(next.remove);
    let sent = sandbox.requests.length;
    expectExit(await next.run(...UPDATE), 0);
    expect(writesOf(sandbox, sent)).toEqual(Array(2).fill('patchTelephoneNumberOnAccount'));
    expect(next.counts()).toEqual({ existing: 6, updated: 2 });
    const [own = {}, followed = {}] = [next.results()[1], next.results()[4]];
    const recordOf = (result: Record<string, string>) =>
      sandbox.state.numbers.get(result['assignedPhoneNumber'] ?? '');
    for (const result of [own, followed])
      expect(recordOf(result)?.customerServiceRecord).toMatchObject({
        streetNumber: '12',
        streetName: 'Main',
      });
    expect(recordOf(own)?.e911Address).toMatchObject({ streetName: 'Lincoln', city: 'Denver' });
    expect(recordOf(followed)?.e911Address).toMatchObject({ streetNumber: '12', streetName: 'Main' });
    const old = before['numbers']?.find((each) => each['id'] === followed['assignedPhoneNumber']) as
      | { e911Address: { latitude: string } }
      | undefined;
    expect(recordOf(followed)?.e911Address['latitude']).not.toBe(old?.e911Address.latitude);

    // somebody gives the customer of row 6 another first name, and a new street to row 3
    const platform = await connect(sandbox);
    const at = (result: Record<string, string>) =>
      `account/${result['accountId']}/telephonenumber/${result['assignedPhoneNumber']}`;
    const change = async (result: Record<string, string>, fields: object) =>
      expect(
        await platform.patch(at(result), {
          customerServiceRecord: { ...recordOf(result)?.customerServiceRecord, ...fields },
        }),
      ).toMatchObject({ status: 200 });
    await change(followed, { firstName: 'Evelyn' });
    await change(own, { streetNumber: '14' });
    sent = sandbox.requests.length;
    const undone = await command('undo', next, '--yes');
    expectExit(undone, 1);
    expect(JSON.parse(undone.stdout).undone).toMatchObject({ 'put back': 1, kept: 1, failed: 0, deleted: 0 });
    expect(recordOf(followed)?.customerServiceRecord).toMatchObject({
      streetName: '520',
      firstName: 'Evelyn',
    });
    expect(recordOf(own)?.customerServiceRecord).toMatchObject({ streetNumber: '14', streetName: 'Main' });
    const kept = csv(next, 'undo.csv').find(({ state }) => state === 'not put back');
    expect(kept?.['reason']).toBe('changed since: customerServiceRecord.streetNumber');
    sent = sandbox.requests.length;
    expectExit(await command('undo', next, '--yes'), 1);
    expect(writesOf(sandbox, sent)).toEqual([]);
  });
});
