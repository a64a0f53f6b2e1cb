import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import type { SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { type Cells, parseCsv, writesOf } from './place.js';

const ACCOUNT: SheetRow = {
  ...{ timeZone: 'US/Mountain', billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT' },
};
const SHOP: SheetRow = { ...ACCOUNT, accountNumber: 'A-1', accountName: 'Shop One', extensionLength: '4' };
const PLACE: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };

/** A user with all settings, one that shows another's number, a trunk, a line and a Home Phone. */
const ROWS: readonly SheetRow[] = [
  {
    ...{ product: 'BCC', ...SHOP, accountCallingPlan: 'unlimited', firstName: 'Hannah', lastName: 'Smith' },
    ...{ extension: '4000', userProductPlan: 'STANDARD', callingPlan: 'Basic 500', userLanguage: 'French' },
    ...{ userTags: 'vip;west', callerIdVisible: 'FALSE', callWaitingEnabled: 'FALSE' },
    ...{ busyAction: 'FORWARD', busyForwardTo: '8015550100', noAnswerTimeoutSeconds: '30' },
    ...{ ...PLACE, phoneNumber: '13855550001' },
  },
  {
    ...{ product: 'BCC', accountNumber: 'A-1', firstName: 'Bobby', lastName: 'Smith', extension: '4001' },
    ...{ userProductPlan: 'STANDARD', callerIdNumber: '3855550001' },
  },
  {
    ...{ product: 'SIP_TRUNK', accountNumber: 'A-1', trunkName: 'shop-1', concurrentCalls: '10' },
    ...{ callingPlan: 'BASIC 500', ...PLACE, phoneNumber: '13855550002' },
  },
  { product: 'BUSINESS_LINE', accountNumber: 'A-1', lineName: 'Front desk', busyAction: 'BUSY' },
  {
    ...{ product: 'HOME_PHONE', ...ACCOUNT, accountNumber: 'H-1', accountName: 'Home One' },
    ...{ firstName: 'Maria', lastName: 'Delgado', activeCallHandling: 'FORWARD' },
    ...{ forwardToPhoneNumber: '8015550111', callingPlan: 'b3NnJx8PTuKcVw5ZrE1hLg' },
  },
];
/** Nothing but an account with a user. */
const [{ accountCallingPlan: _plan, ...FIRST } = {}] = ROWS;
const BARE: SheetRow = {
  ...{ product: 'BCC', ...SHOP, firstName: 'Hannah', lastName: 'Smith', extension: '4000' },
  userProductPlan: 'STANDARD',
};

const command = ({ runDir, directory, env }: Workspace, name: string, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const listOf = ({ runDir }: Workspace, name: string): Cells[] =>
  parseCsv(readFileSync(join(runDir, `${name}.csv`), 'utf8'));

describe.concurrent('calling plans and settings of users', () => {
  it('are set once each, verified, found again without a write, and undone', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    const planned = startCli(['run', workspace.sheet, '--dry-run', '--json', '--http-log', '--out', 'dry'], {
      ...{ cwd: workspace.directory, env: workspace.env },
    });
    const dry = await planned.ended;
    expectExit(dry, 0);
    const before = sandbox.requests.length;
    const run = await workspace.run();
    expectExit(run, 0);
    expect(workspace.counts()).toEqual({ created: 5 });
    // the dry run knew every call, but for how often the account is looked up
    expect(JSON.parse(dry.stdout).plan.calls).toBe(sandbox.requests.length - before);
    const sent = sandbox.requests.filter(({ operation }) => operation === 'patchEndUser').map(bodyOf);
    expect(sent).toHaveLength(3);
    expect(sent).toContainEqual({
      callHandlingSettings: {
        ...{ callWaitingEnabled: false, doNotDisturbEnabled: false, callHandlingOptionType: 'RingPhone' },
        ringPhoneCallHandling: {
          busyCallHandling: { type: 'Forward', forwardToNumber: '18015550100' },
          noAnswerCallHandling: { type: 'Voicemail', timeout: 30 },
          unregisteredCallHandling: { type: 'Voicemail' },
        },
      },
      callerIdConfig: {
        ...{ callerIdNumber: '13855550001', externalCallerIdVisible: false },
        extensionCallerIdVisible: true,
      },
    });
    expect(sent).toContainEqual({
      callerIdConfig: {
        ...{ callerIdNumber: '13855550001', externalCallerIdVisible: true, extensionCallerIdVisible: true },
      },
    });
    // what was rehearsed is what was sent
    const rehearsed = readFileSync(join(workspace.directory, 'dry', 'http.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const patches = rehearsed
      .map((line) => JSON.parse(line))
      .filter(isPatch)
      .map(bodyOf);
    expect(patches).toEqual(expect.arrayContaining(sent));
    const plans = [...sandbox.state.callingPlans.values()];
    expect(plans.map((plan) => [plan.referenceType, plan.productId]).sort()).toEqual([
      ['ACCOUNT', 'Qm7vXc2LR0aB9yTfKd4WsA'],
      ['END_USER', 'b3NnJx8PTuKcVw5ZrE1hLg'],
      ['END_USER', 'b3NnJx8PTuKcVw5ZrE1hLg'],
      ['SIP_TRUNK', 'b3NnJx8PTuKcVw5ZrE1hLg'],
    ]);
    const users = [...sandbox.state.users.values()];
    expect(users).toContainEqual(expect.objectContaining({ languageTag: 'fr-CA', tags: 'vip;west' }));

    expectExit(await command(workspace, 'verify'), 0);
    const again = await makeWorkspace(sandbox, ROWS);
    onTestFinished(() => again.remove());
    const already = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 5 });
    expect(again.results().map(({ warnings }) => warnings)).toEqual(['', '', '', '', '']);
    expect(writesOf(sandbox, already)).toEqual([]);

    expectExit(await command(workspace, 'undo', '--yes'), 0);
    expect(tablesOf(sandbox.state)).toEqual([]);
    // plans go with what they are of
    expect(sandbox.counts.get('removePlan')).toBeUndefined();
  });

  it('are read again by verify, each field that somebody has changed', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const [user = {}, , trunk = {}] = workspace.results();
    const path = `account/${user['accountId']}`;
    const { body } = await platform.get(`${path}/user/${user['userId']}`);
    const changed = await platform.patch(`${path}/user/${user['userId']}`, {
      ...{ languageTag: 'es-MX', tags: 'east' },
      callHandlingSettings: {
        ...body.callHandlingSettings,
        ...{
          callWaitingEnabled: true,
          callHandlingOptionType: 'ForwardAlways',
          forwardAlwaysToNumber: '18015550199',
        },
        ringPhoneCallHandling: {
          busyCallHandling: { type: 'Busy' },
          noAnswerCallHandling: { type: 'Voicemail', timeout: 31 },
        },
      },
      callerIdConfig: { ...body.callerIdConfig, externalCallerIdVisible: true },
    });
    expect(changed.status).toBe(200);
    const plan = (referenceType: string, referenceId: unknown, callingPlanReferenceId: string) => ({
      ...{ referenceType, referenceId, callingPlanReferenceId, callingPlanType: 'NEW_CALLING_PLAN' },
      pending: false,
    });
    const trunkPlan = plan('SIP_TRUNK', trunk['sipTrunkId'], 'b3NnJx8PTuKcVw5ZrE1hLg');
    expect((await platform.send('DELETE', `${path}/callingplan`, trunkPlan)).status).toBe(200);

    expectExit(await command(workspace, 'verify'), 1);
    const found = listOf(workspace, 'verify').map(({ object = '', field, inSheet, onPlatform }) => [
      ...[object.split(':')[0], field, inSheet, onPlatform],
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        ['user', 'languageTag', 'fr-CA', 'es-MX'],
        ['user', 'tags', 'vip;west', 'east'],
        ['userSettings', 'callHandlingSettings.callWaitingEnabled', 'false', 'true'],
        [
          'userSettings',
          'callHandlingSettings.ringPhoneCallHandling.busyCallHandling.type',
          'Forward',
          'Busy',
        ],
        [
          'userSettings',
          'callHandlingSettings.ringPhoneCallHandling.noAnswerCallHandling.timeout',
          '30',
          '31',
        ],
        ['userSettings', 'callerIdConfig.externalCallerIdVisible', 'false', 'true'],
        ['callingPlan', 'callingPlan', 'BASIC 500', 'Standard 20000'],
      ]),
    );
    // what somebody has changed is not deleted, nor what it is set on
    expectExit(await command(workspace, 'undo', '--yes'), 1);
    const kept = listOf(workspace, 'undo').filter(({ state }) => state === 'kept');
    expect(kept.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['user', 'sipTrunk', 'account']));
  });

  it('are left alone where somebody has chosen otherwise, and set where nobody has', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [BARE]);
    expectExit(await workspace.run(), 0);
    const [user = {}] = workspace.results();
    const platform = await connect(sandbox);
    const path = `account/${user['accountId']}/user/${user['userId']}`;

    // the user still does what a new one does
    const fresh = await makeWorkspace(sandbox, [{ ...BARE, busyAction: 'BUSY' }]);
    onTestFinished(() => fresh.remove());
    expectExit(await fresh.run(), 0);
    expect(fresh.counts()).toEqual({ created: 1 });
    expect((await platform.get(path)).body.callHandlingSettings.ringPhoneCallHandling).toEqual({
      busyCallHandling: { type: 'Busy' },
      noAnswerCallHandling: { type: 'Voicemail', timeout: 20 },
      unregisteredCallHandling: { type: 'Voicemail' },
    });

    const sent = sandbox.requests.length;
    const other = await makeWorkspace(sandbox, [{ ...BARE, busyAction: 'VOICEMAIL' }]);
    onTestFinished(() => other.remove());
    expectExit(await other.run(), 0);
    expect(other.counts()).toEqual({ existing: 1 });
    expect(other.results()[0]?.['warnings']).toBe(
      'User settings differs on the platform: callHandlingSettings.ringPhoneCallHandling.busyCallHandling.type: Voicemail → Busy',
    );
    expect(writesOf(sandbox, sent)).toEqual([]);
  });

  it('are updated in place where that is asked for', async ({ expect, onTestFinished }) => {
    const before: SheetRow = { ...BARE, userTags: 'vip', busyAction: 'FORWARD', busyForwardTo: '8015550100' };
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [before]);
    expectExit(await workspace.run(), 0);
    const [user = {}] = workspace.results();
    const platform = await connect(sandbox);
    const path = `account/${user['accountId']}/user/${user['userId']}`;
    const delta = await makeWorkspace(sandbox, [
      { ...BARE, userTags: 'west', userLanguage: 'fr-CA', busyAction: 'BUSY', callWaitingEnabled: 'FALSE' },
    ]);
    onTestFinished(() => delta.remove());
    const sent = sandbox.requests.length;
    expectExit(await delta.run('--existing', 'update'), 0);
    expect(delta.counts()).toEqual({ updated: 1 });
    expect(writesOf(sandbox, sent)).toHaveLength(2);
    const { body } = await platform.get(path);
    expect(body).toMatchObject({ tags: 'west', languageTag: 'fr-CA' });
    expect(body.callHandlingSettings).toMatchObject({
      callWaitingEnabled: false,
      ringPhoneCallHandling: {
        ...{ busyCallHandling: { type: 'Busy' }, noAnswerCallHandling: { type: 'Voicemail', timeout: 20 } },
      },
    });
    expectExit(await command(delta, 'verify'), 0);
    const again = sandbox.requests.length;
    const rerun = await makeWorkspace(sandbox, delta.rows);
    onTestFinished(() => rerun.remove());
    expectExit(await rerun.run('--existing', 'update'), 0);
    expect(writesOf(sandbox, again)).toEqual([]);
    expect((await platform.get(path)).body).toEqual(body);
  });

  it('of an account that stays are taken off it again; of one that has another the row fails', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [BARE]);
    expectExit(await workspace.run(), 0);
    const named = await makeWorkspace(sandbox, [{ ...BARE, accountCallingPlan: 'Unlimited' }]);
    onTestFinished(() => named.remove());
    expectExit(await named.run(), 0);
    expect(named.counts()).toEqual({ created: 1 });

    const other = await makeWorkspace(sandbox, [{ ...BARE, accountCallingPlan: 'Basic 500' }]);
    onTestFinished(() => other.remove());
    const sent = sandbox.requests.length;
    expectExit(await other.run(), 1);
    expect(other.results()[0]).toMatchObject({
      ...{ status: 'failed', failedStep: 'callingPlan' },
      error: 'It was there before this run and has the calling plan "Unlimited".',
    });
    expect(writesOf(sandbox, sent)).toEqual([]);
    const { directory, env, sheet } = other;
    const dry = await startCli(['run', sheet, '--dry-run', '--json', '--out', 'dry'], { cwd: directory, env })
      .ended;
    expectExit(dry, 1);
    expect(JSON.parse(dry.stdout).problems).toMatchObject([
      {
        ...{ row: 2, column: 'accountCallingPlan', value: 'Basic 500', code: 'CALLING_PLAN_IS_ANOTHER' },
        message: 'On the platform the calling plan is "Unlimited"',
      },
    ]);

    const before = await command(named, 'undo', '--dry-run');
    expect(JSON.parse(before.stdout).undone).toMatchObject({ 'would be deleted': 1 });
    expectExit(await command(named, 'undo', '--yes'), 0);
    expect(sandbox.state.callingPlans.size).toBe(0);
    expect(sandbox.state.users.size).toBe(1);
  });

  it('whose name is not offered, archived or offered twice are told with those that are', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = ['Basic 5000', 'Legacy 100', 'seasonal 250'].map((callingPlan, index) => ({
      ...{ ...BARE, accountNumber: `A-${index}`, callingPlan },
    }));
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const { directory, env, sheet } = workspace;
    const dry = await startCli(['run', sheet, '--dry-run', '--json', '--out', 'dry'], { cwd: directory, env })
      .ended;
    expectExit(dry, 1);
    const told = JSON.parse(dry.stdout).problems.map((each: Record<string, unknown>) => [
      ...[each['row'], each['column'], each['code'], each['message'], each['hint']],
    ]);
    const there = 'There are: Standard 20000, Unlimited, Basic 500, Seasonal 250, Seasonal 250.';
    expect(told).toEqual([
      [
        ...[2, 'callingPlan', 'CALLING_PLAN_UNKNOWN', 'The platform has no calling plan "Basic 5000"'],
        `Did you mean Basic 500? ${there}`,
      ],
      [3, 'callingPlan', 'CALLING_PLAN_UNKNOWN', 'The calling plan "Legacy 100" is archived', there],
      [
        ...[4, 'callingPlan', 'CALLING_PLAN_UNKNOWN'],
        'The platform has 2 calling plans called "seasonal 250"',
        'Write the ID of the one that is meant: u0HdYk6MSxGqRf2CvP9tNw, z5TsWp4JQbEoLa7XgI8mUy.',
      ],
    ]);
    expect(sandbox.counts.get('retrieveCallingPlanProductList')).toBe(2);
    expectExit(await workspace.run(), 1);
    expect(workspace.results().map(({ status, failedStep, error }) => [status, failedStep, error])).toEqual(
      told.map((each: string[]) => ['failed', 'callingPlan', `${each[3]}.`]),
    );
  });

  it('are asked of an account that is there: its user plans, and its Cymbus group', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [BARE]);
    expectExit(await workspace.run(), 0);
    const advanced: SheetRow = {
      ...{ product: 'BCC', ...SHOP, firstName: 'Bobby', lastName: 'Smith', userProductPlan: 'ADVANCED' },
      ...{ emailAddress: 'bobby@example.com', blockEmail: 'TRUE' },
    };
    const rows = [
      { ...advanced, extension: '4001' },
      { ...advanced, extension: '4002' },
    ];
    const more = await makeWorkspace(sandbox, rows);
    onTestFinished(() => more.remove());
    const { directory, env, sheet } = more;
    const dryRun = (out: string) =>
      startCli(['run', sheet, '--dry-run', '--json', '--out', out], { cwd: directory, env }).ended;
    const problems = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout).problems.map(({ row, code }: Record<string, unknown>) => [row, code]);
    const fine = await dryRun('fine');
    expectExit(fine, 0);
    expect(problems(fine)).toEqual([]);
    expect(sandbox.counts.get('getAvailableUserProductPlans')).toBe(1);
    expect(sandbox.counts.get('retrieveStrettoDeviceLinesGroup')).toBe(1);

    const control = (path: string, body: object) =>
      fetch(`${sandbox.url}/_sandbox/${path}`, { method: 'POST', body: JSON.stringify(body) });
    await control('settings', { accountGroups: false });
    const lacking = await dryRun('lacking');
    expectExit(lacking, 0);
    expect(problems(lacking)).toEqual([
      [2, 'NO_ACCOUNT_GROUP'],
      [3, 'NO_ACCOUNT_GROUP'],
    ]);
    // a platform that forbids the question has said nothing of the row
    const forbidden = ['getAvailableUserProductPlans', 'retrieveStrettoDeviceLinesGroup'];
    await control('faults', { faults: forbidden.map((operation) => ({ operation, kind: '403' })) });
    const silent = await dryRun('silent');
    expectExit(silent, 0);
    expect(problems(silent)).toEqual([]);
    await control('faults', { faults: [] });

    expectExit(await more.run(), 1);
    expect(more.results()[0]?.['error']).toContain('ADVANCED needs a Cymbus group for the account');
  });
});

describe.concurrent('calling plans and settings whose answers are lost', () => {
  it.for(['reset-after', '500-after', 'late-commit', 'not-json-after', 'reset'] as const)(
    '%s: each is set once',
    async (kind, { expect, onTestFinished }) => {
      const operations = ['addPlan', 'patchEndUser', 'createEndUser'];
      const faults = operations.map((operation) => ({ operation, kind, times: 3, delayMs: 300 }));
      const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, { faults });
      expectExit(await workspace.run('--timeout', '1000'), 0);
      expect(workspace.counts()).toEqual({ created: 5 });
      const plans = [...sandbox.state.callingPlans.values()];
      expect(plans.map((plan) => [plan.referenceType, plan.productId]).sort()).toEqual([
        ['ACCOUNT', 'Qm7vXc2LR0aB9yTfKd4WsA'],
        ['END_USER', 'b3NnJx8PTuKcVw5ZrE1hLg'],
        ['END_USER', 'b3NnJx8PTuKcVw5ZrE1hLg'],
        ['SIP_TRUNK', 'b3NnJx8PTuKcVw5ZrE1hLg'],
      ]);
      expectExit(await command(workspace, 'verify'), 0);
      expectExit(await command(workspace, 'undo', '--yes'), 0);
      expect(tablesOf(sandbox.state)).toEqual([]);
    },
  );

  it('after a kill at the plan, which a resume finds', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [{ ...FIRST, ...SHOP }], {
      faults: [{ operation: 'addPlan', kind: 'hang-after', nth: 1 }],
    });
    const run = workspace.start('--timeout', '60000');
    while ((sandbox.counts.get('addPlan') ?? 0) === 0) await new Promise((done) => setTimeout(done, 20));
    await new Promise((done) => setTimeout(done, 200));
    run.kill();
    await run.ended;
    expectExit(await workspace.goOn('--timeout', '1000'), 0);
    expect(workspace.counts()).toEqual({ created: 1 });
    expect(sandbox.state.callingPlans.size).toBe(1);
    expect(sandbox.counts.get('addPlan')).toBe(1);
    expectExit(await command(workspace, 'verify'), 0);
  });
});

function tablesOf(state: object): string[] {
  return Object.entries(plain(state as never))
    .filter(([table, rows]) => table !== 'cooldown' && rows.length > 0)
    .map(([table]) => table);
}

function isPatch({ operation }: { readonly operation?: unknown }): boolean {
  return operation === 'patchEndUser';
}

function bodyOf({ body }: { readonly body?: unknown }): unknown {
  return body;
}
