import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { parseCsv, writesOf } from './place.js';

const SHOP: SheetRow = {
  ...{ accountNumber: 'A-1', accountName: 'Shop One', extensionLength: '4', timeZone: 'US/Mountain' },
  ...{ billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT' },
};
/** A user with the platform's own plan, a trunk with one of its own, and the account's. */
const ROWS: readonly SheetRow[] = [
  {
    ...{ product: 'BCC', ...SHOP, firstName: 'Hannah', lastName: 'Smith', extension: '4000' },
    ...{ userProductPlan: 'STANDARD', accountCallingPlan: 'Unlimited' },
  },
  {
    ...{ product: 'SIP_TRUNK', accountNumber: 'A-1', trunkName: 'shop-1', concurrentCalls: '10' },
    callingPlan: 'Basic 500',
  },
];
const DELTA: readonly SheetRow[] = [
  { ...ROWS[0], callingPlan: 'basic 500', accountCallingPlan: 'u0HdYk6MSxGqRf2CvP9tNw' },
  { ...ROWS[1], callingPlan: 'Unlimited' },
];
const ID = {
  standard: 'kDYwy3XRSeapkI8uHi9ziQ',
  unlimited: 'Qm7vXc2LR0aB9yTfKd4WsA',
  basic: 'b3NnJx8PTuKcVw5ZrE1hLg',
  seasonal: 'u0HdYk6MSxGqRf2CvP9tNw',
};
const UPDATE = ['--existing', 'update'];

const command = ({ runDir, directory, env }: Workspace, name: string, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const csv = ({ runDir }: Workspace, name: string) => parseCsv(readFileSync(join(runDir, name), 'utf8'));
const setting = (sandbox: Sandbox, body: object) =>
  fetch(`${sandbox.url}/_sandbox/settings`, { method: 'POST', body: JSON.stringify(body) });

/** The products that the user, the trunk and the account of a run's first two rows have now. */
async function plansOf(sandbox: Sandbox, workspace: Workspace): Promise<string[][]> {
  const platform = await connect(sandbox);
  const [user = {}, trunk = {}] = workspace.results();
  const owners = [
    ['END_USER', user['userId']],
    ['SIP_TRUNK', trunk['sipTrunkId']],
    ['ACCOUNT', user['accountId']],
  ];
  return Promise.all(
    owners.map(async ([type, id]) => {
      const path = `account/${user['accountId']}/callingplan?referenceType=${type}&referenceId=${id}`;
      const { body } = await platform.get(path);
      return body.map((each: Record<string, string>) => each['callingPlanProductId']);
    }),
  );
}

describe.concurrent('a calling plan that is to be another', { timeout: 120_000 }, () => {
  it.for([
    // the platform's own plan gives way to any; of the others the former stays beside it
    ['adds', false, [[ID.basic], [ID.basic, ID.unlimited], [ID.unlimited, ID.seasonal]]],
    ['replaces', true, [[ID.basic], [ID.unlimited], [ID.seasonal]]],
  ] as const)(
    'is set once where the platform %s, told beforehand, and put back by undo',
    async ([, planReplaces, then], { expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
      expectExit(await workspace.run(), 0);
      await setting(sandbox, { planReplaces });
      const before = [[ID.standard], [ID.basic], [ID.unlimited]];
      expect(await plansOf(sandbox, workspace)).toEqual(before);

      const today = await makeWorkspace(sandbox, DELTA);
      onTestFinished(() => today.remove());
      const { directory, env, sheet } = today;
      let sent = sandbox.requests.length;
      const dry = await startCli(
        ['run', sheet, '--dry-run', '--json', '--http-log', '--out', 'dry', ...UPDATE],
        { cwd: directory, env },
      ).ended;
      expectExit(dry, 0);
      expect(writesOf(sandbox, sent)).toEqual([]);
      const changes = [
        ['callingPlan:account:A-1', 'callingPlan', 'Unlimited', ID.seasonal],
        ['callingPlan:user:A-1/4000', 'callingPlan', 'Standard 20000', 'basic 500'],
        ['callingPlan:sipTrunk:shop-1', 'callingPlan', 'Basic 500', 'Unlimited'],
      ];
      const told = JSON.parse(dry.stdout).changes.map((each: Record<string, unknown>) => [
        ...[each['object'], each['field'], each['from'], each['to']],
      ]);
      expect(told.sort()).toEqual([...changes].sort());
      // what is rehearsed names the products
      const planned = readFileSync(join(directory, 'dry', 'http.jsonl'), 'utf8')
        .trim()
        .split('\n');
      const bodies = planned
        .map((line) => JSON.parse(line))
        .filter(({ operation }) => operation === 'addPlan')
        .map(({ body }) => body);
      sent = sandbox.requests.length;
      const ended = await today.run(...UPDATE);
      expectExit(ended, 0);
      expect(today.counts()).toEqual({ updated: 2 });
      expect(writesOf(sandbox, sent)).toEqual(['addPlan', 'addPlan', 'addPlan']);
      const puts = sandbox.requests.slice(sent).filter(({ operation }) => operation === 'addPlan');
      expect(puts.map(({ body }) => body)).toEqual(expect.arrayContaining(bodies));
      expect(bodies).toHaveLength(3);
      expect(bodies).toContainEqual(
        expect.objectContaining({
          ...{ referenceType: 'END_USER', callingPlanReferenceId: ID.basic, pending: false },
          callingPlanType: 'NEW_CALLING_PLAN',
        }),
      );
      expect(await plansOf(sandbox, workspace)).toEqual(then);
      const warnings = today.results().map((each) => each['warnings'] ?? '');
      const both = (from: string, to: string) =>
        `Calling plan differs on the platform: callingPlan: ${to} → ${from} and ${to} (the platform has kept the former one beside it)`;
      expect(warnings.map((each) => each.includes(both('Basic 500', 'Unlimited')))).toEqual([
        false,
        !planReplaces,
      ]);
      expect(warnings[0]?.includes(both('Unlimited', ID.seasonal))).toBe(!planReplaces);
      const list = csv(today, 'changes.csv').map(({ object, field, from, to }) => [object, field, from, to]);
      expect(list.sort()).toEqual([...changes].sort());
      expectExit(await command(today, 'verify'), 0);

      const again = await makeWorkspace(sandbox, DELTA);
      onTestFinished(() => again.remove());
      sent = sandbox.requests.length;
      expectExit(await again.run(...UPDATE), 0);
      expect(again.counts()).toEqual({ existing: 2 });
      expect(writesOf(sandbox, sent)).toEqual([]);

      const look = await command(today, 'undo', '--dry-run');
      expect(JSON.parse(look.stdout).undone).toMatchObject({ 'would be put back': 3, kept: 0, failed: 0 });
      const undone = await command(today, 'undo', '--yes');
      expectExit(undone, 0);
      expect(JSON.parse(undone.stdout).undone).toMatchObject({ 'put back': 3, deleted: 0, kept: 0 });
      expect(await plansOf(sandbox, workspace)).toEqual(before);
      expect(csv(today, 'undo.csv').map(({ reason }) => reason)).toContain(
        'callingPlan: Unlimited → Basic 500',
      );
      sent = sandbox.requests.length;
      expectExit(await command(today, 'undo', '--yes'), 0);
      expect(writesOf(sandbox, sent)).toEqual([]);
    },
  );

  it('stays where somebody has changed it since; without --existing update it is an error', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    expectExit(await workspace.run(), 0);
    await setting(sandbox, { planReplaces: true });
    const today = await makeWorkspace(sandbox, DELTA);
    onTestFinished(() => today.remove());
    expectExit(await today.run(), 1);
    expect(today.results().map(({ error }) => error)).toEqual([
      expect.stringContaining('has the calling plan "'),
      'It was there before this run and has the calling plan "Basic 500".',
    ]);
    const next = await makeWorkspace(sandbox, DELTA);
    onTestFinished(() => next.remove());
    expectExit(await next.run(...UPDATE), 0);
    const platform = await connect(sandbox);
    const [user = {}, trunk = {}] = workspace.results();
    const changed = await platform.send('PUT', `account/${user['accountId']}/callingplan`, {
      ...{ referenceType: 'SIP_TRUNK', referenceId: trunk['sipTrunkId'], pending: false },
      ...{ callingPlanReferenceId: ID.standard, callingPlanType: 'NEW_CALLING_PLAN' },
    });
    expect(changed.status).toBe(200);
    const undone = await command(next, 'undo', '--yes');
    expectExit(undone, 1);
    expect(JSON.parse(undone.stdout).undone).toMatchObject({ 'put back': 2, kept: 1 });
    expect(csv(next, 'undo.csv').find(({ key }) => key === 'callingPlan:sipTrunk:shop-1')).toMatchObject({
      ...{ key: 'callingPlan:sipTrunk:shop-1', reason: 'changed since: callingPlan' },
    });
    expect(await plansOf(sandbox, workspace)).toEqual([[ID.standard], [ID.standard], [ID.unlimited]]);
  });

  it.for(['reset-after', '500-after', 'late-commit', 'not-json-after', 'reset'] as const)(
    '%s: is set once although answers are lost, and put back once',
    async (kind, { expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
      expectExit(await workspace.run(), 0);
      const faults = [{ operation: 'addPlan', kind, times: 3, delayMs: 300 }];
      const lose = (rules: readonly object[]) =>
        fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify({ faults: rules }) });
      await lose(faults);
      const today = await makeWorkspace(sandbox, DELTA);
      onTestFinished(() => today.remove());
      expectExit(await today.run(...UPDATE, '--timeout', '1000'), 0);
      expect(today.counts()).toEqual({ updated: 2 });
      expect(await plansOf(sandbox, workspace)).toEqual([
        [ID.basic],
        [ID.basic, ID.unlimited],
        [ID.unlimited, ID.seasonal],
      ]);
      await lose([]);
      expectExit(await command(today, 'verify'), 0);
      expectExit(await command(today, 'undo', '--yes'), 0);
      expect(await plansOf(sandbox, workspace)).toEqual([[ID.standard], [ID.basic], [ID.unlimited]]);
    },
  );

  it('is found by a resume after a kill, with the former plan of before', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    expectExit(await workspace.run(), 0);
    const faults = [{ operation: 'addPlan', kind: 'hang-after', times: 1 }];
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify({ faults }) });
    const today = await makeWorkspace(sandbox, [{ ...ROWS[0], callingPlan: 'Basic 500' }]);
    onTestFinished(() => today.remove());
    const already = sandbox.counts.get('addPlan') ?? 0;
    const run = today.start(...UPDATE, '--timeout', '10000');
    while ((sandbox.counts.get('addPlan') ?? 0) === already)
      await new Promise((done) => setTimeout(done, 20));
    await new Promise((done) => setTimeout(done, 200));
    run.kill();
    await run.ended;
    expectExit(await today.goOn('--timeout', '1000'), 0);
    expect(today.counts()).toEqual({ updated: 1 });
    expect((sandbox.counts.get('addPlan') ?? 0) - already).toBe(1);
    expectExit(await command(today, 'undo', '--yes'), 0);
    expect((await plansOf(sandbox, workspace))[0]).toEqual([ID.standard]);
  });
});
