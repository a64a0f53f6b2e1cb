import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { parseCsv, writesOf } from './place.js';

const ACCOUNT: SheetRow = {
  ...{ timeZone: 'US/Mountain', billingCycleDay: '1', dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT' },
  extensionLength: '4',
};

/** A person who gets a mail unless the cells say otherwise; the account's cells on its first row. */
const person = (n: number, cells: SheetRow = {}): SheetRow => ({
  ...{ product: 'BCC', accountNumber: `W-${Math.floor(n / 4)}`, accountName: `Works ${Math.floor(n / 4)}` },
  ...{
    ...ACCOUNT,
    firstName: 'Pat',
    lastName: `Hale ${n}`,
    extension: String(4000 + n),
    numberSource: 'NONE',
  },
  ...{ userProductPlan: 'PROFESSIONAL', emailAddress: `pat${n}@example.com`, username: `pat.hale.${n}` },
  ...{ blockEmail: 'TRUE' },
  ...cells,
});

const startWelcome = ({ runDir, directory, env }: Workspace, ...options: string[]) =>
  startCli(['welcome', runDir, '--json', '--timeout', '1000', ...options], { cwd: directory, env });
const welcome = (workspace: Workspace, ...options: string[]) => startWelcome(workspace, ...options).ended;

/** How many mails each user got, by name. */
function mails({ state }: Sandbox): Record<string, number> {
  return Object.fromEntries(
    [...state.users.values()].map(({ lastName, welcomeMails = 0 }) => [lastName, welcomeMails]),
  );
}

const people = (count: number) => Array.from({ length: count }, (_, n) => person(n));
const oneEach = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`Hale ${n}`, 1]));

describe.concurrent('welcome', () => {
  it('mails each user of the run once, and none who had one, cannot get one, or was there before', async ({
    expect,
    onTestFinished,
  }) => {
    const before = person(0);
    const { sandbox, workspace: first } = await workspaceOf(onTestFinished, [before]);
    expectExit(await first.run(), 0);
    const rows = [
      before,
      person(1),
      person(2, { blockEmail: 'FALSE' }),
      person(3, { userProductPlan: 'STANDARD' }),
      person(4, { userProductPlan: 'STANDARD', emailAddress: '', username: '' }),
      person(5, { userProductPlan: 'STANDARD', allowPortalAccess: 'TRUE' }),
    ];
    const workspace = await makeWorkspace(sandbox, rows);
    onTestFinished(workspace.remove);
    expectExit(await workspace.run(), 0);

    const sent = sandbox.requests.length;
    const dry = await welcome(workspace, '--dry-run');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout)).toMatchObject({
      acts: { welcomeMail: { 'would be done': 2, 'left out': 3, 'done before': 1, failed: 0 } },
      accounts: 2,
      leftOut: {
        'the user was there before this run': 1,
        'the user has no portal access': 1,
        'the user has no e-mail address': 1,
      },
    });
    expect(writesOf(sandbox, sent)).toEqual([]);
    const states = (name: string) =>
      parseCsv(readFileSync(join(workspace.runDir, name), 'utf8')).map(({ row, state }) => [row, state]);
    expect(states('welcome-dry-run.csv').sort()).toEqual([
      ['2', 'left out'],
      ['3', 'would be done'],
      ['4', 'done before'],
      ['5', 'left out'],
      ['6', 'left out'],
      ['7', 'would be done'],
    ]);

    const ended = await welcome(workspace, '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      acts: { welcomeMail: { done: 2, 'left out': 3, 'done before': 1, failed: 0 } },
      exitCode: 0,
    });
    expect(writesOf(sandbox, sent)).toEqual(['sendWelcomeEmail', 'sendWelcomeEmail']);
    expect(mails(sandbox)).toEqual({
      ...{ 'Hale 0': 0, 'Hale 1': 1, 'Hale 2': 1, 'Hale 3': 0, 'Hale 4': 0, 'Hale 5': 1 },
    });
    const dates = workspace.results().map((row) => row['welcomeEmailSent']);
    expect(dates.map((date) => date !== '')).toEqual([false, true, true, false, false, true]);
    for (const date of dates) if (date) expect(new Date(date).toISOString()).toBe(date);
    expect(workspace.counts()).toEqual({ existing: 1, created: 5 });

    // Again: nothing is sent, and who is done costs no call.
    const once = sandbox.requests.length;
    expectExit(await welcome(workspace, '--yes'), 0);
    expect(writesOf(sandbox, once)).toEqual([]);
    expect(sandbox.requests.slice(once).filter(({ operation }) => operation === 'retrieveEndUser')).toEqual(
      [],
    );
    expectExit(await startCli(['verify', workspace.runDir], { env: workspace.env }).ended, 0);
  });

  it('asks first: without a terminal and without --yes it sends nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(2));
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;
    const ended = await welcome(workspace);
    expectExit(ended, 3);
    expect(ended.stderr).toContain('--yes');
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'NOT_CONFIRMED' }, exitCode: 3 });
    expect(sandbox.requests.length).toBe(sent);
  });

  it('mails the rows of --only, then the first of what is left with --limit, then the rest', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(8));
    expectExit(await workspace.run(), 0);
    expectExit(await welcome(workspace, '--yes', '--only', 'accountNumber=W-1', '--limit', '1'), 0);
    expectExit(await welcome(workspace, '--yes', '--limit', '2'), 0);
    expect(mails(sandbox)).toEqual({
      ...oneEach(8),
      ...{ 'Hale 2': 0, 'Hale 3': 0, 'Hale 5': 0, 'Hale 6': 0, 'Hale 7': 0 },
    });
    expectExit(await welcome(workspace, '--yes'), 0);
    expect(mails(sandbox)).toEqual(oneEach(8));
  });

  it('leaves out an account that has its mails turned off, and says so', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(5));
    expectExit(await workspace.run(), 0);
    for (const account of sandbox.state.accounts.values())
      if (account.accountNumber === 'W-0')
        sandbox.state.accounts.put({ ...account, sendWelcomeEmail: false });
    sandbox.state.keepChanges();
    const ended = await welcome(workspace, '--yes');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout).acts.welcomeMail).toMatchObject({ done: 1, 'left out': 4 });
    expect(ended.stderr).toContain('sendWelcomeEmail');
    expect(Object.values(mails(sandbox)).reduce((sum, n) => sum + n, 0)).toBe(1);
  });

  it('tells of one that is refused, goes on with the others, and tries it again later', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(4));
    expectExit(await workspace.run(), 0);
    const user = [...sandbox.state.users.values()].find(({ lastName }) => lastName === 'Hale 2');
    if (!user) throw new Error('no user');
    sandbox.state.users.delete(user.id);
    sandbox.state.keepChanges();
    const ended = await welcome(workspace, '--yes');
    expectExit(ended, 1);
    expect(JSON.parse(ended.stdout).acts.welcomeMail).toMatchObject({ done: 3, failed: 1 });
    expect(ended.stderr).toMatch(/failed.*Hale 2.*row 4.*not there any more/);
    sandbox.state.users.put(user);
    sandbox.state.keepChanges();
    expectExit(await welcome(workspace, '--yes'), 0);
    expect(mails(sandbox)).toEqual(oneEach(4));
  });

  it('undo says that mails cannot be taken back, and takes back the rest', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(3));
    expectExit(await workspace.run(), 0);
    expectExit(await welcome(workspace, '--yes'), 0);
    const part = await undo('--only', 'row=2', '--yes');
    expectExit(part, 0);
    expect(part.stderr).toContain('Done since: 1 welcome mail; a mail cannot be taken back.');
    const ended = await undo('--yes');
    expectExit(ended, 0);
    expect(ended.stderr).toMatch(/Done since: [23] welcome mails; a mail cannot be taken back\./);
    expect(sandbox.state.users.size).toBe(0);
    const again = await welcome(workspace, '--yes');
    expectExit(again, 3);
    expect(again.stderr).toContain('was undone');

    function undo(...options: string[]) {
      return startCli(['undo', workspace.runDir, ...options], { env: workspace.env }).ended;
    }
  });
});

describe.concurrent('welcome through a bad night', () => {
  it.for(['reset-after', '500-after', 'html-after', 'late-commit', '503', 'hang-after'] as const)(
    'one mail each with every third reply lost: %s',
    async (kind, { expect, onTestFinished }) => {
      const faults = [
        {
          operation: 'sendWelcomeEmail',
          kind,
          nth: [1, 4, 7, 10],
          ...(kind === 'late-commit' ? { delayMs: 1500 } : {}),
        },
      ];
      const { sandbox, workspace } = await workspaceOf(onTestFinished, people(8), { faults });
      expectExit(await workspace.run(), 0);
      expectExit(await welcome(workspace, '--yes'), 0);
      await sleep(kind === 'late-commit' ? 1600 : 0);
      expect(mails(sandbox)).toEqual(oneEach(8));
    },
  );

  it.for(['arrived', 'committed', 'answered'] as const)(
    'one mail each when it is killed at a mail that has %s',
    async (phase, { expect, onTestFinished }) => {
      const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, people(6));
      expectExit(await workspace.run(), 0);
      for (const nth of [1, 2]) {
        const cli = startWelcome(workspace, '--yes');
        let seen = 0;
        let dead = false;
        gate.watch((now, { operation }) => {
          if (dead) return now === 'arrived' ? 'drop' : undefined;
          if (now !== phase || operation !== 'sendWelcomeEmail' || ++seen !== nth) return undefined;
          dead = true;
          cli.kill();
          return undefined;
        });
        expectExit(await cli.ended, 'SIGKILL');
        gate.watch(null);
      }
      expectExit(await welcome(workspace, '--yes'), 0);
      expect(mails(sandbox)).toEqual(oneEach(6));
      for (const row of workspace.results()) expect(row['welcomeEmailSent']).not.toBe('');
    },
  );

  it('Ctrl-C ends it with 4 and the command that goes on', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(12), { latencyMs: 60 });
    expectExit(await workspace.run(), 0);
    const cli = startWelcome(workspace, '--yes', '--concurrency', '2');
    while ((sandbox.counts.get('sendWelcomeEmail') ?? 0) < 3) await sleep(5);
    cli.signal('SIGINT');
    const ended = await cli.ended;
    expectExit(ended, 4);
    expect(ended.stderr).toContain(
      `Interrupted. Go on with: alianza-import welcome ${workspace.runDir} --yes`,
    );
    expect(existsSync(join(workspace.runDir, 'welcome.csv'))).toBe(true);
    expectExit(await welcome(workspace, '--yes'), 0);
    expect(mails(sandbox)).toEqual(oneEach(12));
  });

  it('a right that is missing stops it: 3 before the first mail, 7 after it', async ({
    expect,
    onTestFinished,
  }) => {
    const faults = [{ operation: 'sendWelcomeEmail', kind: '403' as const }];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, people(12), { faults });
    expectExit(await workspace.run(), 0);
    const ended = await welcome(workspace, '--yes');
    expectExit(ended, 3);
    expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(Object.values(mails(sandbox))).toEqual(Array(12).fill(0));
    const some = [{ operation: 'sendWelcomeEmail', kind: '403', nth: [3, 4, 5, 6, 7, 8, 9, 10, 11, 12] }];
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify({ faults: some }) });
    const later = await welcome(workspace, '--yes', '--concurrency', '1');
    expectExit(later, 7);
    expect(later.stderr).toContain(`alianza-import welcome ${workspace.runDir} --yes`);
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });
    expectExit(await welcome(workspace, '--yes'), 0);
    expect(mails(sandbox)).toEqual(
      Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`Hale ${n}`, 1])),
    );
  });
});
