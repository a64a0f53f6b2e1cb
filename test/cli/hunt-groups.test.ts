import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { differences, plain } from '../fixtures/oracle.js';
import { csvOf, huntRows, type SheetRow } from '../fixtures/rows.js';
import { connect } from '../sandbox/client.js';
import { type Cells, type Place, placeOf, writesOf } from './place.js';

/** What is on the platform but for numbers that cool down, by table. */
const leftOn = ({ sandbox }: Place) =>
  Object.entries(plain(sandbox.state))
    .filter(([table, all]) => table !== 'cooldown' && all.length > 0)
    .map(([table]) => table);

const NONE = new Map<string, { sipUsername: string; sipPassword: string }>();
const wrongIn = (place: Place, rows: readonly SheetRow[], runDir: string) =>
  differences(plain(place.sandbox.state), rows, place.csv(`${runDir}/results.csv`), NONE);

const problemsOf = (stdout: string): { code: string; severity: string; message: string }[] =>
  JSON.parse(stdout).problems;

const of: SheetRow = { accountNumber: 'HUNT-0' };
const [GROUP = {}, FRONT = {}, WORKSHOP = {}] = huntRows();
const { accountName, timeZone, billingCycleDay, dialingBehaviorType, extensionLength } = GROUP;
const ACCOUNT = { ...of, accountName, timeZone, billingCycleDay, dialingBehaviorType, extensionLength };
/** The two lines alone. */
const LINES = [{ ...ACCOUNT, ...FRONT } as SheetRow, WORKSHOP];

/** A place where a sheet was run. */
async function ranAt(place: Place, rows: readonly SheetRow[], ...options: string[]) {
  await place.write('sheet.csv', csvOf(rows));
  const ended = await place.cli('run', 'sheet.csv', '--out', 'run', '--quiet', ...options);
  expectExit(ended, 0);
  return place.csv('run/results.csv');
}

describe.concurrent('hunt groups and voicemail boxes', () => {
  it('are made as planned, are existing the second time, verified, and taken back to nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, write } = place;
    await write('sheet.csv', csvOf(huntRows()));
    const dry = await cli('run', 'sheet.csv', '--out', 'dry', '--dry-run', '--http-log', '--json');
    expectExit(dry, 0);
    expect(problemsOf(dry.stdout)).toEqual([]);
    const { plan } = JSON.parse(dry.stdout);
    expect(plan.objects).toMatchObject({
      businessLine: { create: 2 },
      voicemailBox: { create: 2 },
      huntGroup: { create: 3 },
      number: { create: 4 },
    });
    const rehearsed = place
      .text('dry/http.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ wouldSend }) => wouldSend === true);
    const sequential = rehearsed.find(({ body }) => body?.name === 'Nights');
    expect(sequential.body.huntingConfiguration.members).toEqual([
      {
        businessLineId: '{businessLineId of Front desk}',
        ...{ sequenceOrder: 0, ringTimeoutSeconds: 15 },
      },
      { businessLineId: '{businessLineId of Workshop}', sequenceOrder: 1, ringTimeoutSeconds: 25 },
    ]);

    let sent = sandbox.requests.length;
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 0);
    expect(wrongIn(place, huntRows(), 'run')).toEqual([]);
    expect(place.csv('run/results.csv').map(({ status }) => status)).toEqual(Array(5).fill('created'));
    expect(sandbox.requests.length - sent).toBe(plan.calls);
    expect(writesOf(sandbox, sent).sort()).toEqual(rehearsed.map(({ operation }) => operation).sort());

    sent = sandbox.requests.length;
    const planned = await cli('run', 'sheet.csv', '--out', 'dry2', '--dry-run', '--json');
    expectExit(planned, 0);
    expect(problemsOf(planned.stdout)).toEqual([]);
    const { calls, objects } = JSON.parse(planned.stdout).plan;
    for (const each of Object.values(objects)) expect(each).toMatchObject({ create: 0, differ: 0 });
    sent = sandbox.requests.length;
    expectExit(await cli('run', 'sheet.csv', '--out', 'again', '--quiet'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(wrongIn(place, huntRows(), 'again')).toEqual([]);
    const again = place.csv('again/results.csv');
    expect(again.map(({ status, warnings }) => [status, warnings])).toEqual(Array(5).fill(['existing', '']));
    expect(sandbox.requests.length - sent).toBe(calls);

    const verified = await cli('verify', 'run', '--json');
    expectExit(verified, 0);
    expect(JSON.parse(verified.stdout).rows).toMatchObject({ total: 5, same: 5, different: 0 });

    expectExit(await cli('undo', 'run', '--yes'), 0);
    expect(leftOn(place)).toEqual([]);
  });

  it('are verified field by field', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const [sales = {}, front = {}, shop = {}, nights = {}, all = {}] = await ranAt(place, huntRows());
    const platform = await connect(place.sandbox);
    const at = `account/${sales['accountId']}`;
    const owner = { accountId: sales['accountId'], partitionId: 'sandbox-partition' };
    const group = (result: Cells) => `${at}/business-line-hunt-group/${result['huntGroupId']}`;
    const change = async (path: string, fields: (now: Record<string, unknown>) => object) => {
      const { body } = await platform.get(path);
      expect((await platform.put(path, { ...body, ...fields(body) })).status).toBe(200);
    };
    const [f, w] = [front['businessLineId'], shop['businessLineId']];
    await change(group(sales), () => ({
      huntingConfiguration: {
        ...{ '@type': 'LinearHuntingConfiguration', ringTimeoutSeconds: 21 },
        members: [
          { businessLineId: w, sequenceOrder: 4 },
          { businessLineId: f, sequenceOrder: 2 },
        ],
      },
    }));
    await change(group(nights), () => ({
      name: 'Evenings',
      huntingConfiguration: {
        '@type': 'SequentialHuntingConfiguration',
        members: [
          { businessLineId: f, sequenceOrder: 0, ringTimeoutSeconds: 15 },
          { businessLineId: w, sequenceOrder: 1, ringTimeoutSeconds: 24 },
        ],
      },
    }));
    await change(group(all), () => ({
      huntingConfiguration: {
        ...{ '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 30 },
        // the same two, in another order, which says nothing
        members: [f, w],
      },
    }));
    await change(`${group(nights)}/failover-action/BUSY`, () => ({ forwardToPhoneNumber: '18015550199' }));
    await change(`${group(all)}/failover-action/UNREGISTERED`, () => ({
      ...{ '@type': 'VoicemailFailoverAction', voicemailBoxId: shop['assignedVoicemailBoxId'] },
    }));
    await change(`${at}/business-line/voicemail-box/${shop['assignedVoicemailBoxId']}`, () => ({
      ...{ locale: 'es-MX', shouldKeepMessageAfterForward: true },
      forwardMessageToEmailAddresses: ['other@example.com'],
    }));
    const other = await platform.post(`${at}/business-line/voicemail-box`, { name: 'Other', ...owner });
    await change(`${at}/business-line/${f}/call-handling`, () => ({ voicemailBoxId: other.body.id }));

    const ended = await place.cli('verify', 'run', '--json');
    expectExit(ended, 1);
    const found = place
      .csv('run/verify.csv')
      .map(({ row, object = '', field, inSheet, onPlatform }) =>
        [row, object.split(':')[0], field, inSheet, onPlatform].join(' | '),
      );
    expect(found.sort()).toEqual(
      [
        '2 | huntGroup | huntingConfiguration.ringTimeoutSeconds | 20 | 21',
        '2 | huntGroup | huntingConfiguration.members | ["Workshop","Front desk"] | ["Front desk","Workshop"]',
        `3 | callHandling | voicemailBoxId | ${front['assignedVoicemailBoxId']} | ${other.body.id}`,
        '4 | voicemailBox | forwardMessageToEmailAddresses | ["w@example.com"] | ["other@example.com"]',
        '4 | voicemailBox | shouldKeepMessageAfterForward | false | true',
        '5 | huntFailover | forwardToPhoneNumber | 18015550100 | 18015550199',
        '5 | huntGroup | huntingConfiguration.members | ["Front desk:15","Workshop:25"] | ["Front desk:15","Workshop:24"]',
        '5 | huntGroup | name | Nights | Evenings',
        "6 | huntFailover | '@type | BusyFailoverAction | VoicemailFailoverAction",
      ].sort(),
    );

    // What somebody has changed is kept, with what it needs; nothing else is.
    await place.cli('undo', 'run', '--yes', '--json');
    const { huntGroups, businessLines, voicemailBoxes, accounts } = plain(place.sandbox.state);
    expect(huntGroups.map(({ name }) => name).sort()).toEqual(['All', 'Evenings', 'Sales']);
    expect(businessLines).toHaveLength(2);
    expect(voicemailBoxes.map(({ name }) => name).sort()).toEqual(['Main', 'Other', 'Workshop box']);
    expect(accounts).toHaveLength(1);
  });

  it('ring lines that are on the account already; a line that is nowhere is an error before anything is sent', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, write } = place;
    await ranAt(place, LINES);
    const groups = [{ ...ACCOUNT, ...GROUP, voicemailBoxName: 'Main' } as SheetRow];
    await write('groups.csv', csvOf(groups));
    const offline = await cli('validate', 'groups.csv', '--out', 'offline', '--json');
    expectExit(offline, 0);
    expect(problemsOf(offline.stdout).map(({ code, severity }) => [code, severity])).toEqual([
      ['HUNT_MEMBER_NOT_IN_SHEET', 'warning'],
    ]);
    const dry = await cli('run', 'groups.csv', '--out', 'dry', '--dry-run', '--json');
    expectExit(dry, 0);
    const sent = sandbox.requests.length;
    expectExit(await cli('run', 'groups.csv', '--out', 'groups', '--quiet'), 0);
    const results = [...place.csv('run/results.csv'), ...place.csv('groups/results.csv')];
    expect(differences(plain(sandbox.state), [...LINES, ...groups], results, NONE)).toEqual([]);
    expect(sandbox.requests.length - sent).toBe(JSON.parse(dry.stdout).plan.calls);
    expect(plain(sandbox.state).huntGroups).toHaveLength(1);

    const { phoneNumber: _, ...unnumbered } = groups[0] ?? {};
    const bad = { ...unnumbered, numberSource: 'NONE', huntGroupName: 'Other', huntMembers: 'Nowhere' };
    await write('bad.csv', csvOf([bad as SheetRow]));
    const checked = await cli('run', 'bad.csv', '--out', 'bad-dry', '--dry-run', '--json');
    expectExit(checked, 1);
    expect(problemsOf(checked.stdout).map(({ code }) => code)).toContain('HUNT_MEMBER_UNKNOWN');
    const before = sandbox.requests.length;
    expectExit(await cli('run', 'bad.csv', '--out', 'bad', '--quiet'), 1);
    expect(writesOf(sandbox, before)).toEqual([]);
    const [failed = {}] = place.csv('bad/results.csv');
    expect(failed).toMatchObject({ status: 'failed', failedStep: 'huntGroup' });
    expect(failed['error']).toContain('"Nowhere"');
  });
});
