import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { csvOf, type SheetRow } from '../fixtures/rows.js';
import { connect } from '../sandbox/client.js';
import { placeOf, writesOf } from './place.js';

const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
const ACCOUNT: SheetRow = {
  ...{ accountNumber: 'NR-1', accountName: 'Number rows', timeZone: 'US/Mountain', billingCycleDay: '1' },
  ...{ dialingBehaviorType: 'TEN_DIGIT', extensionLength: '4' },
};
const number = (phoneNumber: string, more: SheetRow = {}): SheetRow => ({
  ...{ product: 'NUMBER', accountNumber: 'NR-1', phoneNumber, ...LINDON },
  ...more,
});
const rings = (ringsType: string, ringsName: string): SheetRow => ({ ringsType, ringsName });

/** An account as others have left it, with one of each thing that only its portal makes. */
async function furnished(sandbox: Sandbox, ...more: (readonly [type: string, name: string])[]) {
  const platform = await connect(sandbox);
  const id = await platform.account({
    ...{ accountNumber: 'NR-1', accountName: 'Number rows', timeZone: 'US/Mountain', billingCycleDay: 1 },
    ...{ dialingBehaviorType: 'TEN_DIGIT', extensionLength: 4 },
  });
  const add = async (type: string, name: string) => {
    const body = JSON.stringify({ accountNumber: 'NR-1', type, name });
    const reply = await fetch(`${sandbox.url}/_sandbox/targets`, { method: 'POST', body });
    return ((await reply.json()) as { id: string }).id;
  };
  const ids: Record<string, string> = {};
  const usual = ['IVR', 'VFAX', 'SPECIALTY_LINE', 'CALL_GROUP', 'AUTO_ATTENDANT', 'CONTACT_CENTER'];
  for (const [type, name] of [...usual.map((each) => [each, `The ${each}`] as const), ...more])
    ids[`${type} ${name}`] = await add(type, name);
  return { platform, id, ids };
}

/** What each number rings, by number. */
const ringing = (sandbox: Sandbox) =>
  Object.fromEntries(
    plain(sandbox.state).numbers.map(({ phoneNumber, referenceType, referenceId }) => [
      phoneNumber,
      referenceType === undefined ? null : [referenceType, referenceId],
    ]),
  );

describe.concurrent('NUMBER rows', () => {
  it('ring what the sheet brings, whichever comes first; again nothing is sent; undo leaves nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const user = (extension: string, more: SheetRow): SheetRow => ({
      ...{ product: 'BCC', accountNumber: 'NR-1', extension, userProductPlan: 'STANDARD' },
      ...{ firstName: 'Ann', lastName: `Lee ${extension}`, ...more },
    });
    const rows: SheetRow[] = [
      number('18017850001', { ...ACCOUNT, ...rings('USER', '4000') }),
      number('18017850002', { ...rings('USER', 'ann.two'), assignAsCallerId: 'TRUE' }),
      number('18017850003', rings('BUSINESS_LINE', 'Front desk')),
      number('18017850004', rings('SIP_TRUNK', 'NR-TRUNK')),
      number('18017850005'),
      number('', rings('USER', '4000')),
      number('', rings('BUSINESS_LINE', 'Front desk')),
      number(''),
      number(''),
      user('4000', LINDON),
      user('4001', { username: 'ann.two', emailAddress: 'two@example.com', numberSource: 'NONE' }),
      { product: 'BUSINESS_LINE', accountNumber: 'NR-1', lineName: 'Front desk', ...LINDON },
      {
        ...{ product: 'SIP_TRUNK', accountNumber: 'NR-1', trunkName: 'NR-TRUNK', concurrentCalls: '4' },
        ...{ ...LINDON, phoneNumber: '18017850009' },
      },
      number('18017850006', { ...rings('SIP_TRUNK', 'NR-TRUNK') }),
    ];
    await write('sheet.csv', csvOf(rows));
    const ended = await cli('run', 'sheet.csv', '--out', 'run', '--json', '--quiet');
    expectExit(ended, 0);
    const results = csv('run/results.csv');
    expect(results.map(({ status }) => status)).toEqual(rows.map(() => 'created'));
    const phones = results.map(({ assignedPhoneNumber = '' }) => assignedPhoneNumber);
    expect(new Set(phones.filter((phone) => phone !== '')).size).toBe(rows.length - 1);

    const state = plain(sandbox.state);
    const [one, two] = ['4000', '4001'].map((wanted) =>
      state.users.find((each) => each.extension === wanted),
    );
    const [line] = state.businessLines;
    const [trunk] = state.sipTrunks;
    const now = ringing(sandbox);
    expect(phones.map((phone) => now[phone])).toEqual([
      ['END_USER', one?.id],
      ['END_USER', two?.id],
      ['BUSINESS_LINE', line?.id],
      ['SIP_TRUNK', trunk?.id],
      null,
      ['END_USER', one?.id],
      ['BUSINESS_LINE', line?.id],
      null,
      null,
      ['END_USER', one?.id],
      undefined,
      ['BUSINESS_LINE', line?.id],
      ['SIP_TRUNK', trunk?.id],
      ['SIP_TRUNK', trunk?.id],
    ]);
    // Only a row that says so gives its user a caller ID.
    expect(two?.callerIdConfig.callerIdNumber).toBe('18017850002');
    expect(one?.callerIdConfig.callerIdNumber).toBe(phones[9]);

    expectExit(await cli('verify', 'run', '--quiet'), 0);
    const sent = sandbox.requests.length;
    expectExit(await cli('run', 'sheet.csv', '--out', 'again', '--quiet'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    const again = csv('again/results.csv');
    expect(again.map(({ status }) => status)).toEqual(rows.map(() => 'existing'));
    expect(again.map(({ assignedPhoneNumber }) => assignedPhoneNumber).sort()).toEqual([...phones].sort());
    expect(again.map(({ warnings }) => warnings).filter(Boolean)).toEqual([]);
    const dry = await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--json', '--quiet');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).plan.objects).toMatchObject({
      number: { create: 0, exist: rows.length - 1, differ: 0 },
      user: { create: 0, exist: 2 },
    });

    expectExit(await cli('undo', 'run', '--yes', '--quiet'), 0);
    const left = plain(sandbox.state);
    expect([left.accounts, left.numbers, left.users, left.sipTrunks]).toEqual([[], [], [], []]);
  });

  it('ring what is on the account: by name, by ID, by what another number rings', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const { platform, id, ids } = await furnished(sandbox);
    await platform.number(id, '18017850090');
    await platform.patch(`account/${id}/telephonenumber/18017850090`, {
      ...{ referenceType: 'AUTO_ATTENDANT', referenceId: ids['AUTO_ATTENDANT The AUTO_ATTENDANT'] },
    });
    const rows: SheetRow[] = [
      number('18017850001', { ...ACCOUNT, ...rings('IVR', 'The IVR') }),
      number('18017850002', rings('Fax', 'The  VFAX')),
      number('18017850003', rings('SPECIALTY_LINE', 'The SPECIALTY_LINE')),
      number('18017850004', rings('CALL_GROUP', 'The CALL_GROUP')),
      number('18017850005', rings('AUTO_ATTENDANT', '(801) 785-0090')),
      number('18017850006', {
        ...{ ringsType: 'CONTACT_CENTER', ringsId: ids['CONTACT_CENTER The CONTACT_CENTER'] ?? '' },
      }),
    ];
    await write('sheet.csv', csvOf(rows));
    const before = plain(sandbox.state);
    const dry = await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--json', '--quiet', '--http-log');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).problems).toEqual([]);
    // Each list of the account is asked for once.
    expect(sandbox.counts.get('retrieveIvrList')).toBe(1);
    expect(sandbox.counts.get('retrieve_specialty_line_by_account')).toBe(1);
    expect(plain(sandbox.state)).toEqual(before);

    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 0);
    const now = ringing(sandbox);
    expect(now).toEqual({
      '18017850001': ['IVR', ids['IVR The IVR']],
      '18017850002': ['VFAX', ids['VFAX The VFAX']],
      '18017850003': ['SPECIALTY_LINE', ids['SPECIALTY_LINE The SPECIALTY_LINE']],
      '18017850004': ['CALL_GROUP', ids['CALL_GROUP The CALL_GROUP']],
      '18017850005': ['AUTO_ATTENDANT', ids['AUTO_ATTENDANT The AUTO_ATTENDANT']],
      '18017850006': ['CONTACT_CENTER', ids['CONTACT_CENTER The CONTACT_CENTER']],
      '18017850090': ['AUTO_ATTENDANT', ids['AUTO_ATTENDANT The AUTO_ATTENDANT']],
    });
    expectExit(await cli('verify', 'run', '--quiet'), 0);
    const sent = sandbox.requests.length;
    expectExit(await cli('run', 'sheet.csv', '--out', 'again', '--quiet'), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);

    // What somebody has changed since is found, and kept.
    await platform.patch(`account/${id}/telephonenumber/18017850001`, {
      ...{ referenceType: 'VFAX', referenceId: ids['VFAX The VFAX'] },
    });
    expectExit(await cli('verify', 'run', '--quiet'), 1);
    expect(csv('run/verify.csv')).toMatchObject([
      { field: 'referenceType', inSheet: 'IVR', onPlatform: 'VFAX' },
      { field: 'referenceId', inSheet: ids['IVR The IVR'], onPlatform: ids['VFAX The VFAX'] },
    ]);
    expectExit(await cli('undo', 'run', '--yes', '--quiet'), 1);
    expect(Object.keys(ringing(sandbox))).toEqual(['18017850090', '18017850001']);
    expect(plain(sandbox.state).accounts).toHaveLength(1);
  });

  it('that name what is not there, or is there twice, say so before a number is had', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const { ids } = await furnished(sandbox, ['IVR', 'Twice'], ['VFAX', 'Twice'], ['VFAX', 'Twice']);
    const twice = plain(sandbox.state) as unknown as {
      callTargets: { id: string; type: string; name: string }[];
    };
    const [first, second] = twice.callTargets.filter(({ type, name }) => type === 'VFAX' && name === 'Twice');
    const rows: [SheetRow, string, string, string][] = [
      [
        number('18017850001', { ...ACCOUNT, ...rings('IVR', 'The IVRs') }),
        'ringsName',
        'The account has no IVR "The IVRs", and no row of the sheet brings one',
        'Did you mean "The IVR"?',
      ],
      [
        number('', rings('VFAX', 'Twice')),
        'ringsName',
        `The account has 2 virtual fax lines "Twice": ${first?.id}, ${second?.id}`,
        'Put the ID of the one that is meant into ringsId, and leave ringsName blank.',
      ],
      [
        number('18017850003', rings('CALL_QUEUE', '8017850042')),
        'ringsName',
        '18017850042 is no number of the account that rings a call queue',
        'Correct ringsName, or use ringsId.',
      ],
      [
        number('18017850004', { ringsType: 'IVR', ringsId: ids['VFAX The VFAX'] ?? '' }),
        'ringsId',
        `The account has no IVR with the ID ${ids['VFAX The VFAX']}`,
        'Correct ringsId; IDs of Beta and production differ.',
      ],
      [
        number('18017850005', {
          ...{ ...ACCOUNT, accountNumber: 'NR-NEW', accountName: 'New here' },
          ...rings('IVR', 'The IVR'),
        }),
        'ringsName',
        'No row of the sheet brings the IVR "The IVR" to the account, which was not there before',
        'Correct ringsName, or add a row that brings it.',
      ],
    ];
    await write('sheet.csv', csvOf(rows.map(([row]) => row)));
    const dry = await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--json', '--quiet');
    expectExit(dry, 1);
    expect(
      JSON.parse(dry.stdout)
        .problems.filter(({ severity }: { severity: string }) => severity === 'error')
        .map(({ row, column, message, hint }: Record<string, unknown>) => [row, column, message, hint])
        .sort(),
    ).toEqual(rows.map(([, ...told], at) => [at + 2, ...told]));
    const before = plain(sandbox.state).numbers;
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 1);
    const results = csv('run/results.csv');
    expect(results.map(({ status }) => status)).toEqual(rows.map(() => 'failed'));
    expect(results.map(({ failedStep }) => failedStep)).toEqual([
      ...['number', 'number', 'number', 'reference', 'number'],
    ]);
    expect(results[0]).toMatchObject({
      error: 'The account has no IVR "The IVRs", and no row of the sheet brings one.',
      hint: 'Did you mean "The IVR"?',
    });
    expect(results[3]?.['error']).toContain('is not on the account');
    expect(plain(sandbox.state).numbers.length).toBe(before.length + 1);
    expect(plain(sandbox.state).reservations).toEqual([]);
  });

  it('on a number that rings something else are a failure; one that is to ring nothing is told', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const { platform, id, ids } = await furnished(sandbox);
    for (const phone of ['18017850001', '18017850002']) {
      await platform.number(id, phone);
      await platform.patch(`account/${id}/telephonenumber/${phone}`, {
        ...{ referenceType: 'VFAX', referenceId: ids['VFAX The VFAX'] },
      });
    }
    await write(
      'sheet.csv',
      csvOf([number('18017850001', { ...ACCOUNT, ...rings('IVR', 'The IVR') }), number('18017850002')]),
    );
    const sent = sandbox.requests.length;
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 1);
    expect(writesOf(sandbox, sent)).toEqual([]);
    const [strange, nothing] = csv('run/results.csv');
    expect(strange).toMatchObject({
      status: 'failed',
      error: expect.stringContaining(`rings something else (VFAX ${ids['VFAX The VFAX']})`),
    });
    expect(nothing).toMatchObject({
      status: 'existing',
      warnings: expect.stringContaining(`rings: nothing → VFAX ${ids['VFAX The VFAX']}`),
    });
  });

  it('wait for a row that is not valid, and say so', async ({ expect, onTestFinished }) => {
    const { cli, csv, write } = await placeOf(onTestFinished);
    await write(
      'sheet.csv',
      csvOf([
        number('18017850001', { ...ACCOUNT, ...rings('BUSINESS_LINE', 'Front desk') }),
        {
          ...{ product: 'BUSINESS_LINE', accountNumber: 'NR-1', lineName: 'Front desk' },
          ...{ busyAction: 'FORWARD' },
        },
      ]),
    );
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--on-invalid', 'skip', '--quiet'), 1);
    const [waiting] = csv('run/results.csv');
    expect(waiting).toMatchObject({
      status: 'skipped',
      error: expect.stringContaining('the row that brings it is not valid'),
    });
  });
});
