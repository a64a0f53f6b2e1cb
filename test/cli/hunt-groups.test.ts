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

const UPDATE = ['--existing', 'update'];
/** A value as a list shows it. */
const shown = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

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

const STRANGER: SheetRow = { product: 'ACCOUNT', accountNumber: 'HUNT-9', accountName: 'Stranger' };

/** A place where a sheet was run. */
async function ranAt(place: Place, rows: readonly SheetRow[], ...options: string[]) {
  await place.write('sheet.csv', csvOf(rows));
  const ended = await place.cli('run', 'sheet.csv', '--out', 'run', '--quiet', ...options);
  expectExit(ended, 0);
  return place.csv('run/results.csv');
}

describe.concurrent('hunt groups and voicemail boxes', { timeout: 120_000 }, () => {
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
        '5 | huntFailover | action.forwardToPhoneNumber | 18015550100 | 18015550199',
        '5 | huntGroup | huntingConfiguration.members | ["Front desk:15","Workshop:25"] | ["Front desk:15","Workshop:24"]',
        '5 | huntGroup | name | Nights | Evenings',
        '6 | huntFailover | action.@type | BusyFailoverAction | VoicemailFailoverAction',
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

  it('are brought to what the sheet says, field by field, and put back by undo', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, write } = place;
    await ranAt(place, huntRows());
    const before = plain(sandbox.state);
    const [sales = {}, front = {}, shop = {}, nights = {}, all = {}] = huntRows();
    const delta: SheetRow[] = [
      {
        ...{ ...sales, huntMembers: 'Front desk;Workshop;Annex', huntRingTimeoutSeconds: '25' },
        ...{ huntBusyAction: 'FORWARD', huntBusyForwardTo: '18015550177' },
      },
      { ...front, voicemailEmail: 'front@example.com', voicemailKeepAfterEmail: 'FALSE' },
      { ...shop, voicemailBoxName: 'New box' },
      // a blank action leaves its failover as it is
      {
        ...nights,
        huntStrategy: 'SIMULTANEOUS',
        huntMembers: 'Front desk;Workshop',
        huntBusyAction: '',
        huntBusyForwardTo: '',
      },
      {
        ...{ ...all, huntMembers: 'Front desk; Workshop', huntUnregisteredAction: 'VOICEMAIL' },
        voicemailBoxName: 'New box',
      },
      { product: 'BUSINESS_LINE', ...of, lineName: 'Annex', numberSource: 'NONE' },
    ];
    await write('delta.csv', csvOf(delta));

    let sent = sandbox.requests.length;
    expectExit(await cli('run', 'delta.csv', '--out', 'reuse', '--quiet', '--dry-run'), 0);
    const dry = await cli('run', 'delta.csv', '--out', 'dry', '--dry-run', '--json', ...UPDATE, '--http-log');
    expectExit(dry, 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    const { changes, plan } = JSON.parse(dry.stdout);
    const told = (each: readonly Record<string, unknown>[]) =>
      each.map(({ object, field, from, to }) => [object, field, from, to].map(shown).join(' | ')).sort();
    const [main] = before.voicemailBoxes.filter(({ name }) => name === 'Main');
    const [shopBox] = before.voicemailBoxes.filter(({ name }) => name === 'Workshop box');
    const listed = (newBox: string) =>
      [
        'huntGroup:HUNT-0/Sales | huntingConfiguration.members | ["Workshop","Front desk"] | ["Front desk","Workshop","Annex"]',
        'huntGroup:HUNT-0/Sales | huntingConfiguration.ringTimeoutSeconds | 20 | 25',
        `huntFailover:huntGroup:HUNT-0/Sales/BUSY | action | ${shown({ '@type': 'VoicemailFailoverAction', failoverReason: 'BUSY', voicemailBoxId: main?.id })} | ${shown({ '@type': 'ForwardFailoverAction', failoverReason: 'BUSY', forwardToPhoneNumber: '18015550177' })}`,
        'voicemailBox:HUNT-0/Main | forwardMessageToEmailAddresses | ["front@example.com","back@example.com"] | ["front@example.com"]',
        'voicemailBox:HUNT-0/Main | shouldKeepMessageAfterForward | true | false',
        `callHandling:businessLine:HUNT-0/Workshop | voicemailBoxId | ${shopBox?.id} | ${newBox}`,
        `huntGroup:HUNT-0/Nights | huntingConfiguration | ${shown({ members: ['Front desk:15', 'Workshop:25'], '@type': 'SequentialHuntingConfiguration' })} | ${shown({ '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 25, members: ['Front desk', 'Workshop'] })}`,
        `huntFailover:huntGroup:HUNT-0/All/UNREGISTERED | action | ${shown({ '@type': 'BusyFailoverAction', failoverReason: 'UNREGISTERED' })} | ${shown({ '@type': 'VoicemailFailoverAction', failoverReason: 'UNREGISTERED', voicemailBoxId: newBox })}`,
      ].sort();
    expect(told(changes)).toEqual(listed('{voicemailBoxId}'));
    expect(plan.objects).toMatchObject({
      huntGroup: { create: 0, update: 3 },
      voicemailBox: { create: 1, update: 1 },
      businessLine: { create: 1, update: 1 },
    });

    sent = sandbox.requests.length;
    expectExit(await cli('run', 'delta.csv', '--out', 'today', '--quiet', ...UPDATE), 0);
    const after = plain(sandbox.state);
    const newBox = after.voicemailBoxes.find(({ name }) => name === 'New box')?.id ?? '';
    const done = place.csv('today/changes.csv');
    const asListed = (each: string) => each.replaceAll('{ID}', newBox);
    expect(told(done)).toEqual(listed('{ID}').map(asListed).sort());
    expect(writesOf(sandbox, sent).sort()).toEqual(
      [
        ...['createBusinessLine', 'putBusinessLineCallHandling', 'createBusinessLineVoicemailBox'],
        ...['updateBusinessLineHuntGroup', 'updateBusinessLineHuntGroup', 'putBusinessLineCallHandling'],
        ...Array(2).fill('updateBusinessLineHuntGroupFailoverAction'),
        'updateBusinessLineVoicemailBox',
      ].sort(),
    );
    // the box that two rows name is the first one's; a row that brings anything is `created`
    expect(place.csv('today/results.csv').map(({ status }) => status)).toEqual([
      ...['updated', 'existing', 'created', 'updated', 'created', 'created'],
    ]);
    const group = (name: string) => after.huntGroups.find((each) => each.name === name);
    const lineIds = ['Front desk', 'Workshop', 'Annex'].map(
      (name) => after.businessLines.find((each) => each.name === name)?.id,
    );
    expect(group('Sales')?.huntingConfiguration).toEqual({
      ...{ '@type': 'LinearHuntingConfiguration', ringTimeoutSeconds: 25 },
      members: lineIds.map((businessLineId, sequenceOrder) => ({ businessLineId, sequenceOrder })),
    });
    expect(group('Nights')?.huntingConfiguration).toEqual({
      ...{ '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 25 },
      members: lineIds.slice(0, 2),
    });
    expect(after.failoverActions.find(({ id }) => id === `${group('All')?.id}/UNREGISTERED`)?.action).toEqual(
      {
        ...{ '@type': 'VoicemailFailoverAction', failoverReason: 'UNREGISTERED', voicemailBoxId: newBox },
      },
    );
    const verified = await cli('verify', 'today', '--json');
    expectExit(verified, 0);

    sent = sandbox.requests.length;
    expectExit(await cli('run', 'delta.csv', '--out', 'again', '--quiet', ...UPDATE), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(place.csv('again/results.csv').map(({ status }) => status)).toEqual(Array(6).fill('existing'));

    const look = await cli('undo', 'today', '--dry-run', '--json');
    expectExit(look, 0);
    const counts = { kept: 0, failed: 0 };
    expect(JSON.parse(look.stdout).undone).toMatchObject({
      ...{ 'would be put back': 6, 'would be deleted': 2, ...counts },
    });
    const undone = await cli('undo', 'today', '--yes', '--json');
    expectExit(undone, 0);
    expect(JSON.parse(undone.stdout).undone).toMatchObject({ 'put back': 6, deleted: 2, ...counts });
    expect(plain(sandbox.state)).toEqual(before);
  });

  it('are not touched where it is doubtful that they are meant, or where a run only reuses', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, write } = place;
    const [result = {}] = await ranAt(place, [...huntRows(), { ...ACCOUNT, ...STRANGER } as SheetRow]);
    const [sales = {}, front = {}, shop = {}, nights = {}, all = {}] = huntRows();
    const platform = await connect(sandbox);
    const at = `account/${result['accountId']}`;
    const owner = { accountId: result['accountId'], partitionId: 'sandbox-partition' };
    const twin = await platform.get(`${at}/business-line-hunt-group/${result['huntGroupId']}`);
    await platform.post(`${at}/business-line-hunt-group`, { ...twin.body, name: 'All' });
    await platform.post(`${at}/business-line/voicemail-box`, { name: 'Workshop box', ...owner });
    const before = plain(sandbox.state);
    const delta: SheetRow[] = [
      { ...sales, huntRingTimeoutSeconds: '21', huntNoAnswerAction: 'BUSY' },
      front,
      // two boxes of its name
      { ...shop, voicemailEmail: 'other@example.com' },
      nights,
      // two groups of its name
      { ...all, huntRingTimeoutSeconds: '31' },
      // the account of a stranger
      { ...nights, ...ACCOUNT, accountNumber: 'HUNT-9', huntRingTimeoutSeconds: '26' } as SheetRow,
    ];
    await write('delta.csv', csvOf(delta));
    const sent = sandbox.requests.length;
    expectExit(await cli('run', 'delta.csv', '--out', 'reuse', '--quiet'), 1);
    const reused = place.csv('reuse/results.csv');
    expect(reused.map(({ status }) => status)).toEqual([...Array(5).fill('existing'), 'failed']);
    expect(reused[0]?.['warnings']).toContain('huntingConfiguration.ringTimeoutSeconds: 21 → 20');
    expect(reused[0]?.['warnings']).toContain('action.@type: BusyFailoverAction → VoicemailFailoverAction');
    expect(reused[2]?.['warnings']).toContain('forwardMessageToEmailAddresses');
    expect(writesOf(sandbox, sent)).toEqual([]);

    const dry = await cli('run', 'delta.csv', '--out', 'dry', '--dry-run', '--json', ...UPDATE);
    expectExit(dry, 1);
    const unsure = problemsOf(dry.stdout).filter(({ code }) => code === 'NOT_SURELY_THE_SAME');
    expect(unsure.map(({ message }) => message).sort()).toEqual([
      expect.stringContaining('2 hunt groups of the account are called "All"'),
      expect.stringContaining('2 voicemail boxes of the account are called "Workshop box"'),
    ]);
    const fails = delta.filter((_, at) => at > 1);
    await write('fails.csv', csvOf(fails.map((row) => ({ ...ACCOUNT, ...row }) as SheetRow)));
    expectExit(await cli('run', 'fails.csv', '--out', 'fails', '--quiet', ...UPDATE), 1);
    expect(place.csv('fails/results.csv').map(({ status, error = '' }) => [status, error])).toEqual([
      ['failed', expect.stringContaining('2 voicemail boxes of the account are called "Workshop box"')],
      ['existing', ''],
      ['failed', expect.stringContaining('2 hunt groups of the account are called "All"')],
      ['failed', expect.stringContaining('account HUNT-9 is called "Stranger"')],
    ]);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
  });

  it('keep a voicemail box that a line of somebody else sends callers to', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, write } = place;
    await ranAt(place, [
      { ...ACCOUNT, ...FRONT, voicemailBoxName: '', voicemailEmail: '', voicemailLocale: '' } as SheetRow,
    ]);
    const groups = [{ ...ACCOUNT, ...GROUP, huntMembers: 'Front desk' } as SheetRow];
    await write('groups.csv', csvOf(groups));
    expectExit(await cli('run', 'groups.csv', '--out', 'groups', '--quiet'), 0);
    const [group = {}] = place.csv('groups/results.csv');
    const [line] = plain(sandbox.state).businessLines;
    const platform = await connect(sandbox);
    const path = `account/${group['accountId']}/business-line/${line?.id}/call-handling`;
    const { body } = await platform.get(path);
    await platform.put(path, { ...body, voicemailBoxId: group['assignedVoicemailBoxId'] });
    await cli('undo', 'groups', '--yes', '--json');
    const left = plain(sandbox.state);
    expect(left.huntGroups).toEqual([]);
    expect(left.voicemailBoxes.map(({ name }) => name)).toEqual(['Main']);
    const kept = place.csv('groups/undo.csv').find(({ state }) => state === 'kept');
    expect(kept?.['reason']).toContain('Front desk sends callers to it');
    expect(left.businessLines).toHaveLength(1);
  });
});
