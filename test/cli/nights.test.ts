import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { ACCOUNT, listed, oldRows, own, PLACE, staged, user } from '../fixtures/night-rows.js';
import { portDay, portedNumber } from '../fixtures/port-rows.js';
import type { SheetRow } from '../fixtures/rows.js';
import { HAS_TERMINAL, startAtTerminal } from '../fixtures/terminal.js';
import { type OnTestFinished, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { writesOf } from './place.js';

const line = (lineName: string): SheetRow => ({
  ...{ product: 'BUSINESS_LINE', ...ACCOUNT, lineName, numberSource: 'NONE', busyAction: 'BUSY' },
  ...{ noAnswerAction: 'BUSY', unregisteredAction: 'BUSY' },
});
const number = (n: number, cells: SheetRow): SheetRow => ({
  ...{ product: 'NUMBER', ...ACCOUNT, phoneNumber: listed(n), movesFrom: `user ${3000 + n}` },
  ...cells,
});
const command = (name: string, { runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const told = ({ stdout }: { stdout: string }) => JSON.parse(stdout);

/** A run of rows on top of the old users, whom the numbers ring until the night. */
async function beforeTheNight(onTestFinished: OnTestFinished, rows: readonly SheetRow[], old: number) {
  const { sandbox, workspace: earlier } = await workspaceOf(onTestFinished, oldRows(old));
  if (old > 0) {
    const ended = await earlier.run();
    if (ended.code !== 0) throw new Error(ended.stderr);
  }
  const workspace = await makeWorkspace(sandbox, rows, { url: sandbox.url });
  onTestFinished(workspace.remove);
  return { sandbox, workspace };
}

/** What each number rings, in words. */
function ringing({ state }: Sandbox): Record<string, string> {
  const named = (type: string | undefined, id = '') => {
    if (type === 'END_USER') return `user ${state.users.get(id)?.extension}`;
    if (type === 'BUSINESS_LINE') return `line ${state.businessLines.get(id)?.name}`;
    if (type === 'BUSINESS_LINE_HUNT_GROUP') return `group ${state.huntGroups.get(id)?.name}`;
    return type === undefined ? 'nothing' : `${type} ${state.callTargets.get(id)?.name}`;
  };
  return Object.fromEntries(
    [...state.numbers.values()].map((each) => [
      each.phoneNumber,
      named(each.referenceType, each.referenceId),
    ]),
  );
}

describe.concurrent('a number that moves', () => {
  it('may come to ring a hunt group, a line or a user of the sheet, or something that is there', async ({
    expect,
    onTestFinished,
  }) => {
    const hunt: SheetRow = { huntStrategy: 'SIMULTANEOUS', huntRingTimeoutSeconds: '20' };
    const rows = [
      line('Front'),
      line('Back'),
      {
        ...{ product: 'HUNT_GROUP', ...ACCOUNT, huntGroupName: 'Sales', huntMembers: 'Front;Back', ...hunt },
        ...{ phoneNumber: listed(0), movesFrom: 'user 3000' },
      },
      number(1, { ringsType: 'BUSINESS_LINE', ringsName: 'Front' }),
      number(2, { ringsType: 'HUNT_GROUP', ringsName: 'Sales' }),
      number(3, { ringsType: 'USER', ringsName: '3000' }),
      number(4, { ringsType: 'IVR', ringsName: 'Main menu' }),
    ] as SheetRow[];
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows, 5);
    const body = JSON.stringify({ accountNumber: 'CUT-1', type: 'IVR', name: 'Main menu' });
    await fetch(`${sandbox.url}/_sandbox/targets`, { method: 'POST', body });
    const old = Object.fromEntries([0, 1, 2, 3, 4].map((n) => [listed(n), `user ${3000 + n}`]));

    expectExit(await workspace.run(), 0);
    expect(ringing(sandbox)).toEqual(old);
    const before = await command('verify', workspace);
    expectExit(before, 0);
    expect(told(before)).toMatchObject({ rows: { different: 0 }, underWay: { move: 5 } });

    const night = await command('cutover', workspace, '--yes');
    expectExit(night, 0);
    expect(told(night).acts.move).toMatchObject({ done: 5, failed: 0 });
    expect(ringing(sandbox)).toEqual({
      ...{ [listed(0)]: 'group Sales', [listed(1)]: 'line Front', [listed(2)]: 'group Sales' },
      ...{ [listed(3)]: 'user 3000', [listed(4)]: 'IVR Main menu' },
    });
    expect(told(await command('verify', workspace))).toMatchObject({ rows: { different: 0 }, underWay: {} });
    const sent = sandbox.requests.length;
    expectExit(await command('cutover', workspace, '--yes'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);

    expectExit(await command('undo', workspace, '--cutover', '--yes'), 0);
    expect(ringing(sandbox)).toEqual(old);
    expectExit(await command('cutover', workspace, '--yes'), 0);
    // all of the run: the numbers were there before, and ring what they did
    expectExit(await command('undo', workspace, '--yes'), 0);
    expect(ringing(sandbox)).toEqual(old);
    expect([sandbox.state.huntGroups.size, sandbox.state.businessLines.size]).toEqual([0, 0]);
  });
});

describe.concurrent('a run whose night and mails are over', () => {
  it('is listed, found and written again like any other', async ({ expect, onTestFinished }) => {
    const mail: SheetRow = {
      ...{ userProductPlan: 'PROFESSIONAL', emailAddress: 'kim@example.com', username: 'kim.ode' },
      blockEmail: 'TRUE',
    };
    const rows = [staged(0, mail), user(4000, { phoneNumber: listed(0), movesFrom: 'user 3000' })];
    const { workspace } = await beforeTheNight(onTestFinished, rows, 1);
    expectExit(await workspace.run(), 0);
    expectExit(await command('cutover', workspace, '--yes'), 0);
    expectExit(await command('welcome', workspace, '--yes'), 0);
    const { directory, env, runDir } = workspace;
    const runs = (...words: string[]) =>
      startCli(['runs', ...words, '--dir', directory, '--json'], { cwd: directory, env }).ended;
    const listedRuns = await runs();
    expectExit(listedRuns, 0);
    expect(told(listedRuns).runs).toMatchObject([{ state: 'done', rows: { created: 2, pending: 0 } }]);
    const found = await runs(listed(0));
    expectExit(found, 0);
    expect(told(found).found).toMatchObject([{ row: 3, status: 'created' }]);

    const results = () => readFileSync(join(runDir, 'results.csv'), 'utf8');
    const before = results();
    expect(workspace.results()[0]?.['welcomeEmailSent']).toMatch(/^20\d\d-/);
    const again = await command('results', workspace);
    expectExit(again, 0);
    expect(told(again)).toMatchObject({ rows: { total: 2, created: 2 }, exitCode: 0 });
    expect(results()).toBe(before);

    // taken back, it says so
    expectExit(await command('undo', workspace, '--cutover', '--yes'), 0);
    expect(told(await runs()).runs).toMatchObject([{ state: 'done', undoneAt: null }]);
    expectExit(await command('results', workspace), 0);
    expectExit(await command('undo', workspace, '--yes'), 0);
    expect(told(await runs()).runs).toMatchObject([{ state: 'undone' }]);
  });
});

describe.skipIf(!HAS_TERMINAL)('cutover at a terminal', { concurrent: true }, () => {
  const QUESTION = '[yes/no]';
  const rows = [staged(0), staged(1), user(4000, { phoneNumber: listed(0), movesFrom: 'user 3000' })];

  it('says what it is about to do and where, and does it when the answer is yes', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows, 1);
    expectExit(await workspace.run(), 0);
    const { directory: cwd, env, runDir } = workspace;
    const sent = sandbox.requests.length;
    const night = startAtTerminal(`$ALIANZA cutover ${runDir}`, { cwd, env });
    await night.shows(QUESTION);
    expect(night.shown().replaceAll('\r', '')).toContain(
      `Move 1 number, put 2 staged numbers into service of 1 account in custom, partition sandbox-partition (${sandbox.url})? A hold that is released and a port that is triggered cannot be put back. [yes/no] `,
    );
    expect(writesOf(sandbox, sent)).toEqual([]);
    await night.type('yes\r');
    const { code, shown } = await night.ended;
    expect(shown).toContain('done: 2 goLive');
    expect(code).toBe(0);
    expect(ringing(sandbox)[listed(0)]).toBe('user 4000');
    // nothing is left to be asked about
    const again = startAtTerminal(`$ALIANZA cutover ${runDir}`, { cwd, env });
    const end = await again.ended;
    expect(end.shown).not.toContain(QUESTION);
    expect(end.code).toBe(0);
  });

  for (const [name, typed, code, says] of [
    ['no', 'no\r', 3, 'Nothing was done.'],
    ['nothing', '\r', 3, 'Nothing was done.'],
    ['Ctrl-C', '\u0003', 4, 'Interrupted'],
    ['Ctrl-D', '\u0004', 3, 'Nothing was done.'],
  ] as const)
    it(`does nothing when the answer is ${name}`, async ({ expect, onTestFinished }) => {
      const { sandbox, workspace } = await beforeTheNight(onTestFinished, [staged(0)], 0);
      expectExit(await workspace.run(), 0);
      const { directory: cwd, env, runDir } = workspace;
      const sent = sandbox.requests.length;
      const night = startAtTerminal(`$ALIANZA cutover ${runDir}`, { cwd, env });
      await night.shows(QUESTION);
      await night.type(typed);
      const { code: ended, shown } = await night.ended;
      expect(shown).toContain(says);
      expect(ended).toBe(code);
      expect(writesOf(sandbox, sent)).toEqual([]);
      expectExit(await command('cutover', workspace, '--yes'), 0);
    });
});

describe.concurrent('ports and numbers of an own carrier in one sheet', () => {
  it('are each had in their own way, on one account', async ({ expect, onTestFinished }) => {
    const port: SheetRow = {
      ...{ numberSource: 'PORT', ...PLACE, portDate: portDay(), portAuthorizedName: 'Dee Oak' },
      ...{ billingTelephoneNumber: portedNumber(1), losingCarrier: 'Old Telco' },
    };
    const rows = [
      user(4000, { ...port, phoneNumber: portedNumber(1) }),
      staged(0),
      user(4001, { ...port, phoneNumber: portedNumber(2) }),
      user(5001, { numberSource: 'CARRIER', phoneNumber: own(1), ...PLACE }),
      user(6000, { phoneNumber: listed(100), ...PLACE }),
    ];
    const { sandbox, workspace } = await beforeTheNight(onTestFinished, rows, 0);
    const sheet = [workspace.sheet, '--dry-run', '--out', join(workspace.directory, 'dry'), '--json'];
    const dry = await startCli(['run', ...sheet], { env: workspace.env }).ended;
    expectExit(dry, 0);
    expect(told(dry).problems.filter(({ severity }: { severity: string }) => severity === 'error')).toEqual(
      [],
    );
    const run = await workspace.run();
    expectExit(run, 6);
    expect(workspace.results().map(({ status }) => status)).toEqual([
      ...['waiting', 'created', 'waiting', 'created', 'created'],
    ]);
    const bodies = sandbox.requests
      .filter(({ operation }) => operation === 'createOrAddTelephoneNumberToAccount')
      .map(({ body }) => body as { port?: object; telephoneNumbers: { phoneNumber: string }[] })
      .map(({ port: order, telephoneNumbers }) =>
        [order ? 'port' : 'add', ...telephoneNumbers.map(({ phoneNumber }) => phoneNumber)].join(' '),
      );
    expect(bodies.sort()).toEqual([
      ...[`add ${own(0)}`, `add ${own(1)}`, `add ${listed(100)}`],
      `port ${portedNumber(1)} ${portedNumber(2)}`,
    ]);
    const { numbers } = sandbox.state;
    const stateOf = (phone: string) => {
      const { operationalStatus, byotnCarrierId, portId } = numbers.get(phone) ?? {};
      return [operationalStatus, byotnCarrierId !== undefined, portId !== undefined];
    };
    expect([portedNumber(1), own(0), own(1), listed(100)].map(stateOf)).toEqual([
      ['ACTIVE', false, true],
      ['STAGED', true, false],
      ['ACTIVE', true, false],
      ['ACTIVE', false, false],
    ]);
    expectExit(await command('cutover', workspace, '--yes'), 0);
    expect(stateOf(own(0))).toEqual(['ACTIVE', true, false]);
    await putForward(sandbox, { days: 60 });
    expectExit(await command('follow', workspace), 0);
    expect(workspace.counts()).toEqual({ created: 5 });
    expect(told(await command('verify', workspace))).toMatchObject({ exitCode: 0, rows: { same: 5 } });
    expectExit(await command('undo', workspace, '--yes', '--ported'), 0);
    expect([numbers.size, sandbox.state.users.size, sandbox.state.accounts.size]).toEqual([0, 0, 0]);
  });
});
