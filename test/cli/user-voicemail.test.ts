import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { parseCsv, writesOf } from './place.js';

const ACCOUNT: SheetRow = {
  ...{ timeZone: 'US/Mountain', billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT' },
};
const HANNAH: SheetRow = {
  ...{ product: 'BCC', ...ACCOUNT, accountNumber: 'A-1', accountName: 'Shop One', extensionLength: '4' },
  ...{ firstName: 'Hannah', lastName: 'Smith', extension: '4000', userProductPlan: 'STANDARD' },
};
const BOBBY: SheetRow = {
  ...{ product: 'BCC', accountNumber: 'A-1', firstName: 'Bobby', lastName: 'Smith', extension: '4001' },
  userProductPlan: 'STANDARD',
};
const MARIA: SheetRow = {
  ...{ product: 'HOME_PHONE', ...ACCOUNT, accountNumber: 'H-1', accountName: 'Home One' },
  ...{ firstName: 'Maria', lastName: 'Delgado' },
};
/** Two whose box the sheet says something of, and one of whose it says nothing. */
const ROWS: readonly SheetRow[] = [
  {
    ...{ ...HANNAH, voicemailEmail: 'hannah@example.com; desk@example.com', voicemailLocale: 'French' },
    voicemailKeepAfterEmail: 'FALSE',
  },
  BOBBY,
  { ...MARIA, voicemailEmail: 'maria@example.com' },
];

const command = ({ runDir, directory, env }: Workspace, name: string, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const listOf = ({ runDir }: Workspace, name: string) =>
  parseCsv(readFileSync(join(runDir, `${name}.csv`), 'utf8'));
const dryRun = ({ sheet, directory, env }: Workspace, ...options: string[]) =>
  startCli(['run', sheet, '--dry-run', '--json', '--http-log', '--out', 'dry', ...options], {
    cwd: directory,
    env,
  }).ended;

describe.concurrent('voicemail boxes that come with users', { timeout: 120_000 }, () => {
  it('are set by one call each, verified, found again without a write, and go with their users', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    const dry = await dryRun(workspace);
    expectExit(dry, 0);
    const before = sandbox.requests.length;
    expectExit(await workspace.run(), 0);
    expect(workspace.counts()).toEqual({ created: 3 });
    expect(JSON.parse(dry.stdout).plan.calls).toBe(sandbox.requests.length - before);
    const sent = sandbox.requests.filter(({ operation }) => operation === 'patchVoicemailBox');
    const bodies = [
      {
        voicemailToEmailAddresses: ['hannah@example.com', 'desk@example.com'],
        ...{ voicemailToEmailEnabled: true, voicemailKeepAfterEmail: false, locale: 'fr-CA' },
      },
      {
        voicemailToEmailAddresses: ['maria@example.com'],
        ...{ voicemailToEmailEnabled: true, voicemailKeepAfterEmail: true },
      },
    ];
    expect(sent).toHaveLength(2);
    expect(sent.map(({ body }) => body)).toEqual(expect.arrayContaining(bodies));
    const rehearsed = readFileSync(join(workspace.directory, 'dry', 'http.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const patches = rehearsed
      .map((line) => JSON.parse(line))
      .filter(({ operation }) => operation === 'patchVoicemailBox');
    expect(patches).toHaveLength(2);
    expect(patches.map(({ body }) => body)).toEqual(expect.arrayContaining(bodies));
    expectExit(await command(workspace, 'verify'), 0);

    const again = await makeWorkspace(sandbox, ROWS);
    onTestFinished(() => again.remove());
    const already = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 3 });
    expect(again.results().map(({ warnings }) => warnings)).toEqual(['', '', '']);
    expect(writesOf(sandbox, already)).toEqual([]);

    expectExit(await command(workspace, 'undo', '--yes'), 0);
    expect(sandbox.state.users.size + sandbox.state.userBoxes.size + sandbox.state.accounts.size).toBe(0);
  });

  it('are set where they are as they came, left alone where somebody chose otherwise, and told', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [HANNAH, BOBBY]);
    expectExit(await workspace.run(), 0);
    const platform = await connect(sandbox);
    const [hannah = {}] = workspace.results();
    const account = `account/${hannah['accountId']}`;
    const { body: user } = await platform.get(`${account}/user/${hannah['userId']}`);
    const box = `${account}/voicemailbox/${user.voicemailBoxId}`;
    const chosen = { voicemailToEmailAddresses: ['boss@example.com'], voicemailToEmailEnabled: true };
    expect((await platform.patch(box, chosen)).status).toBe(200);
    const rows = [
      { ...HANNAH, voicemailEmail: 'hannah@example.com' },
      { ...BOBBY, voicemailEmail: 'bobby@example.com' },
    ];
    const next = await makeWorkspace(sandbox, rows);
    onTestFinished(() => next.remove());
    const sent = sandbox.requests.length;
    expectExit(await next.run(), 0);
    expect(writesOf(sandbox, sent)).toEqual(['patchVoicemailBox']);
    expect(next.counts()).toEqual({ existing: 1, created: 1 });
    expect(next.results()[0]?.['warnings']).toBe(
      'Voicemail of the user differs on the platform: voicemailToEmailAddresses: ["hannah@example.com"] → ["boss@example.com"]',
    );
    expect((await platform.get(box)).body).toMatchObject(chosen);
    // what somebody changes later is found
    const { body: bobby } = await platform.get(`${account}/user/${next.results()[1]?.['userId']}`);
    await platform.patch(`${account}/voicemailbox/${bobby.voicemailBoxId}`, {
      voicemailKeepAfterEmail: false,
    });
    expectExit(await command(next, 'verify'), 1);
    const found = listOf(next, 'verify').map(({ object, field, inSheet, onPlatform }) => [
      ...[object, field, inSheet, onPlatform],
    ]);
    expect(found).toContainEqual([
      ...['userVoicemail:user:A-1/4001', 'voicemailKeepAfterEmail', 'true', 'false'],
    ]);
  });

  it('are changed in place with --existing update, and put back by undo', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    expectExit(await workspace.run(), 0);
    const before = JSON.stringify([...sandbox.state.userBoxes.values()]);
    const delta: SheetRow[] = [
      // the order of addresses says nothing
      { ...HANNAH, voicemailEmail: 'DESK@example.com;hannah@example.com', voicemailLocale: 'es-MX' },
      BOBBY,
      { ...MARIA, voicemailEmail: 'delgado@example.com' },
    ];
    const today = await makeWorkspace(sandbox, delta);
    onTestFinished(() => today.remove());
    const dry = await dryRun(today, '--existing', 'update');
    expectExit(dry, 0);
    const told = JSON.parse(dry.stdout).changes.map((each: Record<string, unknown>) => [
      ...[each['object'], each['field'], each['from'], each['to']],
    ]);
    expect(told).toEqual([
      ['userVoicemail:user:A-1/4000', 'locale', 'fr-CA', 'es-MX'],
      [
        'userVoicemail:user:H-1',
        'voicemailToEmailAddresses',
        ...[['maria@example.com'], ['delgado@example.com']],
      ],
    ]);
    const sent = sandbox.requests.length;
    expectExit(await today.run('--existing', 'update'), 0);
    expect(today.counts()).toEqual({ updated: 2, existing: 1 });
    expect(writesOf(sandbox, sent)).toEqual(['patchVoicemailBox', 'patchVoicemailBox']);
    const bodies = sandbox.requests.slice(sent).filter(({ operation }) => operation === 'patchVoicemailBox');
    expect(bodies.map(({ body }) => body)).toEqual(
      expect.arrayContaining([{ locale: 'es-MX' }, { voicemailToEmailAddresses: ['delgado@example.com'] }]),
    );
    expectExit(await command(today, 'verify'), 0);
    expectExit(await command(today, 'undo', '--yes'), 0);
    expect(JSON.stringify([...sandbox.state.userBoxes.values()])).toBe(before);
  });

  it.for(['reset-after', '500-after', 'reset'] as const)(
    '%s: are set although answers are lost',
    async (kind, { expect, onTestFinished }) => {
      const faults = [{ operation: 'patchVoicemailBox', kind, times: 2 }];
      const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, { faults });
      expectExit(await workspace.run(), 0);
      expect(workspace.counts()).toEqual({ created: 3 });
      expect(sandbox.state.userBoxes.size).toBe(2);
      expectExit(await command(workspace, 'verify'), 0);
    },
  );

  it('are spoken for by the first row of a user: another that says otherwise is told', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [
      { ...HANNAH, voicemailEmail: 'hannah@example.com' },
      { ...HANNAH, voicemailEmail: 'other@example.com', numberSource: 'NONE' },
    ];
    const { workspace } = await workspaceOf(onTestFinished, rows);
    const { sheet, directory, env } = workspace;
    const ended = await startCli(['validate', sheet, '--json'], { cwd: directory, env }).ended;
    const problems = JSON.parse(ended.stdout).problems as Record<string, unknown>[];
    expect(problems).toContainEqual(expect.objectContaining({ row: 3, column: 'voicemailEmail' }));
  });
});
