import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { listed, oldRows, own, PLACE, staged, user } from '../fixtures/night-rows.js';
import type { SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, type OnTestFinished } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { type Cells, parseCsv, writesOf } from './place.js';

const held = (n: number): SheetRow =>
  user(6000 + n, { phoneNumber: listed(100 + n), holdActivation: 'TRUE', ...PLACE });
const moving = (n: number, cells: SheetRow = {}): SheetRow =>
  user(4000 + n, { phoneNumber: listed(n), movesFrom: `user ${3000 + n}`, ...cells });

const startCommand = (name: string, { runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli([name, runDir, '--json', '--timeout', '1000', ...options], { cwd: directory, env });
const cutover = (workspace: Workspace, ...options: string[]) =>
  startCommand('cutover', workspace, ...options).ended;
const undo = (workspace: Workspace, ...options: string[]) =>
  startCommand('undo', workspace, ...options).ended;
const dryRun = ({ sheet, directory, env }: Workspace) =>
  startCli(['run', sheet, '--dry-run', '--out', join(directory, 'dry'), '--json', '--quiet'], { env }).ended;
const verify = (workspace: Workspace) => startCommand('verify', workspace).ended;
const listOf = ({ runDir }: Workspace, name = 'cutover.csv'): Cells[] =>
  parseCsv(readFileSync(join(runDir, name), 'utf8'));

/** What each number rings (by extension) and whether it is in service. */
function numbersOf({ state }: Sandbox): Record<string, string> {
  return Object.fromEntries(
    [...state.numbers.values()].map(({ phoneNumber, operationalStatus, carrierStatus, referenceId }) => {
      const rung = state.users.get(referenceId ?? '')?.extension ?? 'nothing';
      const event = state.events.by('reference', `ACTIVATION/${phoneNumber}`);
      const isHeld = event?.steps.at(-1)?.status === 'ON_HOLD' ? ' held' : '';
      return [phoneNumber, `${operationalStatus}${isHeld} ${rung}`, carrierStatus] as const;
    }),
  );
}

/** A run of the new users on top of the old ones, before its night. */
async function beforeTheNight(onTestFinished: OnTestFinished, rows: readonly SheetRow[], old = 2) {
  const { sandbox, gate, workspace: earlier } = await gatedWorkspaceOf(onTestFinished, oldRows(old));
  const first = await earlier.run();
  if (first.code !== 0) throw new Error(first.stderr);
  const workspace = await makeWorkspace(sandbox, rows, { url: gate.url });
  onTestFinished(workspace.remove);
  return { sandbox, gate, workspace };
}

describe.concurrent('a sheet of a cut-over', () => {
  it('adds staged numbers, leaves those that move where they are, and verifies', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [staged(0), held(0), moving(0), moving(1)];
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows);
    const dry = await dryRun(workspace);
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).plan.objects.number).toMatchObject({ create: 2, exist: 2, differ: 0 });
    const sent = sandbox.requests.length;
    const ended = await workspace.run();
    expectExit(ended, 0);
    expect(workspace.counts()).toEqual({ created: 4 });
    expect(numbersOf(sandbox)).toEqual({
      [own(0)]: 'STAGED 5000',
      [listed(100)]: 'ACTIVE held 6000',
      [listed(0)]: 'ACTIVE 3000',
      [listed(1)]: 'ACTIVE 3001',
    });
    const bodies = sandbox.requests
      .slice(sent)
      .filter(({ operation }) => operation === 'createOrAddTelephoneNumberToAccount')
      .map(({ body }) => (body as { telephoneNumbers: unknown[] }).telephoneNumbers);
    expect(bodies).toHaveLength(2);
    expect(bodies).toContainEqual([{ phoneNumber: own(0), operationalStatus: 'STAGED' }]);
    expect(workspace.results()[2]).toMatchObject({
      ...{ status: 'created', assignedPhoneNumber: listed(0) },
      warnings: `${listed(0)} moves at cut-over; until then it rings user 3000`,
    });
    expectExit(await verify(workspace), 0);
    // The same sheet again finds all of it there.
    const again = await makeWorkspace(sandbox, rows);
    onTestFinished(again.remove);
    const writes = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 4 });
    expect(writesOf(sandbox, writes)).toEqual([]);
  });

  it('is refused where it cannot be: no own carrier, a number that is not on the account, another one than it rings', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [
      staged(0, { byotnCarrierId: 'nobody' }),
      moving(7, { movesFrom: 'nothing' }),
      moving(0, { movesFrom: 'user 3001' }),
    ];
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows);
    const dry = await dryRun(workspace);
    expectExit(dry, 1);
    const problems = JSON.parse(dry.stdout).problems as { row: number; column: string; code: string }[];
    expect(
      problems
        .map(({ row, column, code }) => [row, column, code])
        .filter(([, , code]) => code !== 'STAGED_CALLS'),
    ).toEqual([
      [2, 'byotnCarrierId', 'OWN_CARRIER_UNKNOWN'],
      [3, 'movesFrom', 'NUMBER_NOT_ON_ACCOUNT'],
      [4, 'movesFrom', 'RINGS_SOMETHING_ELSE'],
    ]);
    const ended = await workspace.run();
    expectExit(ended, 1);
    expect(workspace.counts()).toEqual({ failed: 2, created: 1 });
    expect(workspace.results()[0]?.['error']).toContain('Invalid carrierId');
    expect(workspace.results()[1]?.['error']).toContain('is not on the account');
    expect(numbersOf(sandbox)).toEqual({ [listed(0)]: 'ACTIVE 3000', [listed(1)]: 'ACTIVE 3001' });
  });
});

describe.concurrent('cutover', () => {
  const rows = [
    staged(0, { cutoverGroup: 'Lindon' }),
    staged(1, { cutoverGroup: 'Provo' }),
    held(0),
    moving(0, { cutoverGroup: 'Lindon' }),
    moving(1),
    user(7000, { numberSource: 'NONE' }),
  ];

  it('releases, moves and activates, each once; again it does nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;
    const before = numbersOf(sandbox);
    const dry = await cutover(workspace, '--dry-run');
    expectExit(dry, 0);
    const told = JSON.parse(dry.stdout);
    expect(told.acts).toMatchObject({
      ...{ release: { 'would be done': 1 }, move: { 'would be done': 2 }, goLive: { 'would be done': 2 } },
    });
    expect(told.numbers).toHaveLength(5);
    expect(told.numbers).toContainEqual(
      expect.objectContaining({
        ...{ phoneNumber: listed(0), operationalStatus: 'ACTIVE', rings: 'user 3000', wanted: 'user 4000' },
        ...{ move: 'would be done', goLive: '', row: 5 },
      }),
    );
    expect(listOf(workspace, 'cutover-dry-run.csv')).toHaveLength(5);
    expect(writesOf(sandbox, sent)).toEqual([]);
    const nobody = await cutover(workspace);
    expectExit(nobody, 3);
    expect(nobody.stderr).toContain('--yes');
    expect(numbersOf(sandbox)).toEqual(before);

    // A site first.
    expectExit(await cutover(workspace, '--yes', '--only', 'cutoverGroup=Lindon'), 0);
    expect(numbersOf(sandbox)).toEqual({
      ...{ [own(0)]: 'ACTIVE 5000', [own(1)]: 'STAGED 5001', [listed(100)]: 'ACTIVE held 6000' },
      ...{ [listed(0)]: 'ACTIVE 4000', [listed(1)]: 'ACTIVE 3001' },
    });
    expect(writesOf(sandbox, sent)).toEqual([
      ...['patchTelephoneNumberOnAccount', 'patchTelephoneNumberOnAccount'],
    ]);
    expect(listOf(workspace)).toHaveLength(2);
    expectExit(await verify(workspace), 0);

    const ended = await cutover(workspace, '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).acts).toMatchObject({
      ...{ release: { done: 1 }, move: { done: 1, 'done before': 1 }, goLive: { done: 1, 'done before': 1 } },
    });
    expect(numbersOf(sandbox)).toEqual({
      ...{ [own(0)]: 'ACTIVE 5000', [own(1)]: 'ACTIVE 5001', [listed(100)]: 'ACTIVE 6000' },
      ...{ [listed(0)]: 'ACTIVE 4000', [listed(1)]: 'ACTIVE 4001' },
    });
    expect(
      listOf(workspace).map(({ rings, wanted, operationalStatus }) => [rings, wanted, operationalStatus]),
    ).toEqual([
      ['user 5000', 'user 5000', 'ACTIVE'],
      ['user 5001', 'user 5001', 'ACTIVE'],
      ['user 6000', 'user 6000', 'ACTIVE'],
      ['user 4000', 'user 4000', 'ACTIVE'],
      ['user 4001', 'user 4001', 'ACTIVE'],
    ]);
    expectExit(await verify(workspace), 0);
    const once = sandbox.requests.length;
    expectExit(await cutover(workspace, '--yes'), 0);
    expect(writesOf(sandbox, once)).toEqual([]);
    expect(sandbox.requests.slice(once).map(({ operation }) => operation)).toEqual(['logUserIn']);
  });

  it('leaves a number alone that rings something else than the sheet says, and tells what', async ({
    expect,
    onTestFinished,
  }) => {
    const wrong = moving(0, { movesFrom: 'user 3001' });
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, [wrong, moving(1)]);
    expectExit(await workspace.run(), 0);
    const ended = await cutover(workspace, '--yes');
    expectExit(ended, 1);
    expect(ended.stderr).toContain(`${listed(0)} rings user 3000, not user 3001.`);
    expect(numbersOf(sandbox)).toEqual({ [listed(0)]: 'ACTIVE 3000', [listed(1)]: 'ACTIVE 4001' });
    expect(listOf(workspace)[0]).toMatchObject({
      ...{ rings: expect.stringContaining('user'), wanted: 'user 4000' },
      move: expect.stringMatching(/^failed: .* rings user 3000, not user 3001/),
    });
  });

  it('looks first after a lost answer, and knows what it did', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await beforeTheNight(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const lost = new Set<string>();
    gate.watch((now, { isWrite, path }) =>
      now === 'committed' && isWrite && lost.size < lost.add(path).size ? 'drop' : undefined,
    );
    const ended = await cutover(workspace, '--yes');
    gate.watch(null);
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).acts).toMatchObject({
      ...{ release: { done: 1, 'done before': 0 }, move: { done: 2 }, goLive: { done: 2 } },
    });
    expect(sandbox.counts.get('updateServiceActivationEvent')).toBe(1);
    expect(workspace.results()[2]).toMatchObject({
      numberStatus: expect.stringMatching(/^(IN_PROGRESS|COMPLETED)$/),
    });
    expect(numbersOf(sandbox)).toMatchObject({ [listed(100)]: 'ACTIVE 6000', [listed(1)]: 'ACTIVE 4001' });
  });

  it('on a platform without a release by API stops once and says so', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, [held(0), held(1), held(2)]);
    expectExit(await workspace.run(), 0);
    await settings(sandbox, { releaseByApi: false });
    const ended = await cutover(workspace, '--yes', '--concurrency', '1');
    expectExit(ended, 3);
    expect(JSON.parse(ended.stdout).error).toMatchObject({ code: 'NO_RELEASE_BY_API' });
    expect(ended.stderr).toContain('portal');
    expect(sandbox.counts.get('updateServiceActivationEvent')).toBe(1);
    await settings(sandbox, { releaseByApi: true });
    expectExit(await cutover(workspace, '--yes'), 0);
    expect(Object.values(numbersOf(sandbox)).filter((each) => each.includes('held'))).toEqual([]);
  });

  it.for(['arrived', 'committed', 'answered'] as const)(
    'killed at every act that has %s, it goes on, and each act happens once',
    async (phase, { expect, onTestFinished }) => {
      const { sandbox, gate, workspace } = await beforeTheNight(onTestFinished, rows);
      expectExit(await workspace.run(), 0);
      for (const nth of [1, 2]) {
        const cli = startCommand('cutover', workspace, '--yes', '--concurrency', '2');
        let seen = 0;
        let dead = false;
        gate.watch((now, { isWrite }) => {
          if (dead) return now === 'arrived' ? 'drop' : undefined;
          if (now !== phase || !isWrite || ++seen !== nth) return undefined;
          dead = true;
          cli.kill();
          return undefined;
        });
        expectExit(await cli.ended, 'SIGKILL');
        gate.watch(null);
      }
      expectExit(await cutover(workspace, '--yes'), 0);
      expect(numbersOf(sandbox)).toEqual({
        ...{ [own(0)]: 'ACTIVE 5000', [own(1)]: 'ACTIVE 5001', [listed(100)]: 'ACTIVE 6000' },
        ...{ [listed(0)]: 'ACTIVE 4000', [listed(1)]: 'ACTIVE 4001' },
      });
      // Whatever was done before a kill is known to be this run's: undo puts it back.
      expectExit(await undo(workspace, '--yes', '--cutover'), 0);
      expect(numbersOf(sandbox)).toMatchObject({
        ...{ [own(0)]: 'STAGED 5000', [own(1)]: 'STAGED 5001' },
        ...{ [listed(0)]: 'ACTIVE 3000', [listed(1)]: 'ACTIVE 3001' },
      });
    },
  );

  it('stopped in the middle of the night it lists what rings where, and how to go on', async ({
    expect,
    onTestFinished,
  }) => {
    const night = Array.from({ length: 8 }, (_, n) => moving(n));
    const { sandbox, gate, workspace } = await beforeTheNight(onTestFinished, night, 8);
    expectExit(await workspace.run(), 0);
    const cli = startCommand('cutover', workspace, '--yes', '--concurrency', '1');
    let moved = 0;
    gate.watch(async (now, { operation }) => {
      if (now !== 'committed' || operation !== 'patchTelephoneNumberOnAccount' || ++moved !== 3)
        return undefined;
      cli.signal('SIGINT');
      await sleep(200);
      return undefined;
    });
    const ended = await cli.ended;
    gate.watch(null);
    expectExit(ended, 4);
    expect(ended.stderr).toContain(`Go on with: alianza-import cutover ${workspace.runDir} --yes`);
    const list = listOf(workspace);
    expect(list).toHaveLength(8);
    const { numbers } = JSON.parse(ended.stdout);
    expect(numbers).toHaveLength(8);
    const now = numbersOf(sandbox);
    for (const { phoneNumber = '', operationalStatus, rings } of list)
      expect(`${operationalStatus} ${rings?.replace('user ', '')}`).toBe(now[phoneNumber]);
    expect(list.filter(({ move }) => move === 'done')).toHaveLength(3);
    expect(list.filter(({ move }) => move === 'open')).toHaveLength(5);
    expect(ended.stderr).toContain('not read since the run');
    expectExit(await cutover(workspace, '--yes'), 0);
    expect(Object.values(numbersOf(sandbox)).every((each) => /ACTIVE 400\d/.test(each))).toBe(true);
  });
});

describe.concurrent('undo of a cut-over', () => {
  const rows = [staged(0), moving(0), moving(1), held(0)];

  it('takes back what the night did, and only that, with --cutover; the night can be had again', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const before = numbersOf(sandbox);
    expectExit(await cutover(workspace, '--yes'), 0);
    const dry = await undo(workspace, '--cutover', '--dry-run');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).undone).toMatchObject({ 'would be put back': 3, 'would be deleted': 0 });
    const ended = await undo(workspace, '--cutover', '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).undone).toMatchObject({ 'put back': 3, deleted: 0, kept: 0 });
    expect(ended.stderr).toContain('an activation that was released cannot be held again');
    expect(numbersOf(sandbox)).toEqual({ ...before, [listed(100)]: 'ACTIVE 6000' });
    expect(workspace.counts()).toEqual({ created: 4 });
    expectExit(await verify(workspace), 0);
    expectExit(await cutover(workspace, '--yes'), 0);
    expect(numbersOf(sandbox)).toEqual({
      ...{ [own(0)]: 'ACTIVE 5000', [listed(0)]: 'ACTIVE 4000', [listed(1)]: 'ACTIVE 4001' },
      [listed(100)]: 'ACTIVE 6000',
    });
  });

  it('of the whole run puts numbers back and deletes the rest', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows);
    const before = numbersOf(sandbox);
    expectExit(await workspace.run(), 0);
    expectExit(await cutover(workspace, '--yes'), 0);
    const dry = await undo(workspace, '--dry-run');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).undone).toMatchObject({
      ...{ 'would be put back': 2, 'would be deleted': 6, kept: 0 },
    });
    const ended = await undo(workspace, '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).undone).toMatchObject({
      'put back': 2,
      deleted: 6,
      kept: 0,
      failed: 0,
    });
    expect(numbersOf(sandbox)).toEqual(before);
    expect(sandbox.state.users.size).toBe(2);
  });

  it('leaves alone what somebody has pointed elsewhere since, and what the platform does not take back', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    expectExit(await cutover(workspace, '--yes'), 0);
    const number = sandbox.state.numbers.get(listed(0));
    const other = [...sandbox.state.users.values()].find(({ extension }) => extension === '3001');
    if (!number || !other) throw new Error('not there');
    sandbox.state.numbers.put({ ...number, referenceId: other.id });
    sandbox.state.keepChanges();
    await settings(sandbox, { stagesAgain: false });
    const ended = await undo(workspace, '--cutover', '--yes');
    expectExit(ended, 1);
    expect(JSON.parse(ended.stdout).undone).toMatchObject({ 'put back': 1, kept: 2 });
    expect(ended.stderr).toMatch(/kept: Cut-over move.*rings user 3001 by now/);
    expect(ended.stderr).toMatch(/kept: Cut-over go-live.*cannot be STAGED/);
    expect(numbersOf(sandbox)).toMatchObject({
      ...{ [own(0)]: 'ACTIVE 5000', [listed(0)]: 'ACTIVE 3001', [listed(1)]: 'ACTIVE 3001' },
    });
  });
});

async function settings(sandbox: Sandbox, body: object): Promise<void> {
  const answer = await fetch(`${sandbox.url}/_sandbox/settings`, {
    ...{ method: 'POST', body: JSON.stringify(body) },
  });
  if (answer.status !== 200) throw new Error(await answer.text());
}
