import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { openGate } from '../fixtures/gate.js';
import { csvOf, type SheetRow } from '../fixtures/rows.js';
import { placeOf } from './place.js';

const ACCOUNT: SheetRow = {
  ...{
    accountNumber: 'SP-1',
    accountName: 'Zoë\'s "Diner", Inc.',
    timeZone: 'US/Mountain',
    billingCycleDay: '15',
  },
  ...{ dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT', extensionLength: '4' },
};
const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
const of: SheetRow = { accountNumber: 'SP-1' };

const ROWS: SheetRow[] = [
  {
    ...{ product: 'BCC', ...ACCOUNT, ...LINDON, firstName: 'Ann', lastName: 'Lee', extension: '4000' },
    ...{ userProductPlan: 'STANDARD', blockEmail: 'TRUE', phoneNumber: '8017850001', unit: '5' },
    ...{ secondaryLocationDescription: 'SUITE', customerName: 'Zoes Diner' },
    ...{ deviceTypeId: 'VVX400', macAddress: '00:04:F2:00:00:01', lineNumber: '3' },
    ...{ e911Address: '1700 Lincoln St', e911City: 'Denver', e911State: 'CO', e911PostalCode: '80203' },
  },
  {
    ...{ product: 'BUSINESS_LINE', ...of, ...LINDON, lineName: 'Front', phoneNumber: '8017850002' },
    ...{ busyAction: 'FORWARD', busyForwardTo: '8017850001', unregisteredAction: 'BUSY' },
    ...{ noAnswerAction: 'VOICEMAIL', noAnswerTimeoutSeconds: '20', voicemailBoxName: 'Box 1' },
    ...{ deviceTypeId: 'SPA122', macAddress: '0004F2000002', lineNumber: '2', faxEnabled: 'yes' },
  },
  {
    ...{ product: 'SIP_TRUNK', ...of, ...LINDON, trunkName: 'HQ', concurrentCalls: '10' },
    ...{ primaryTn: '8017850001', extensionPatterns: '21XX; 2205' },
  },
];

describe.concurrent('what goes over the wire', () => {
  it('has the fields of the guide and of the API description', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf(ROWS));
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 0);
    const bodies = (operation: string) =>
      sandbox.requests.filter((each) => each.operation === operation).map(({ body }) => body);
    const [bcc = {}, line = {}, trunk = {}] = csv('run/results.csv');
    const ids = { partitionId: 'sandbox-partition', accountId: bcc['accountId'] };
    const searched = trunk['assignedPhoneNumber'];

    expect(bodies('createAccount')).toEqual([
      {
        ...{ partitionId: 'sandbox-partition', accountNumber: 'SP-1', accountName: 'Zoë\'s "Diner", Inc.' },
        ...{ timeZone: 'US/Mountain', billingCycleDay: 15, accountType: 'ADVANCED', platformType: 'CPE2' },
        ...{ dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT', extensionLength: 4 },
      },
    ]);
    expect(bodies('createEndUser')).toEqual([
      {
        ...{ ...ids, firstName: 'Ann', lastName: 'Lee', extension: '4000', timeZone: 'US/Mountain' },
        ...{ userProductPlan: 'STANDARD', endUserType: 'STANDARD', blockEmail: true },
      },
    ]);
    // Both names of the device type: the guide's and the API description's.
    expect(bodies('createDevice')).toEqual([
      expect.objectContaining({
        ...{ ...ids, userId: bcc['userId'], deviceId: 'VVX400', deviceTypeId: 'VVX400' },
        ...{
          macAddress: expect.stringMatching(/^0004f2000001$/i),
          lineNumber: 3,
          emergencyNumber: '18017850001',
        },
      }),
    ]);

    const activations = bodies('createOrAddTelephoneNumberToAccount') as Record<string, unknown>[];
    expect(activations).toHaveLength(3);
    const activation = activations.find((body) =>
      JSON.stringify(body['telephoneNumbers']).includes('18017850001'),
    );
    const denver = {
      streetNumber: '1700',
      streetName: 'Lincoln',
      city: 'Denver',
      state: 'CO',
      country: 'USA',
    };
    expect(activation).toMatchObject({
      ...ids,
      customerServiceRecord: {
        ...{ streetNumber: '333', streetName: '520', city: 'Lindon', unit: '5', customerType: 'BUSINESS' },
        ...{ secondaryLocationDescription: 'SUITE', customerName: 'Zoes Diner', country: 'USA' },
        businessName: 'Zoë\'s "Diner", Inc.',
      },
      // Flat and nested: the API description's form and the guide's.
      e911Address: {
        ...denver,
        address: denver,
        latitude: expect.stringMatching(/^39\.7/),
        longitude: expect.stringMatching(/^-10[45]\./),
      },
      directoryListing: { listed: false, type: 'NOT_LIST_NOT_PUBLISH' },
      holdActivation: false,
      telephoneNumbers: [{ phoneNumber: '18017850001' }],
    });

    expect(bodies('createBusinessLine')).toEqual([
      {
        ...{ ...ids, name: 'Front', callerIdPhoneNumber: '18017850002' },
        emergencyCallbackPhoneNumber: '18017850002',
      },
    ]);
    expect(bodies('putBusinessLineCallHandling')).toEqual([
      {
        ...{ activeCallHandling: 'RING_LINE', voicemailBoxId: line['assignedVoicemailBoxId'] },
        busyFailoverAction: { '@type': 'ForwardRingFailoverAction', forwardToPhoneNumber: '18017850001' },
        unregisteredFailoverAction: { '@type': 'BusyRingFailoverAction' },
        ringTimeoutConfiguration: {
          ...{ '@type': 'LimitedRingTimeoutConfiguration', timeoutSeconds: 20 },
          noAnswerAction: { '@type': 'VoicemailRingFailoverAction' },
        },
      },
    ]);
    expect(bodies('createBusinessLinePortAssignment')).toEqual([
      expect.objectContaining({ deviceTypeId: 'SPA122', portNumber: 2, faxEnabled: true }),
    ]);
    expect(bodies('createSipTrunk')).toEqual([
      expect.objectContaining({
        ...{ ...ids, trunkName: 'HQ', concurrentCalls: 10, primaryTn: '18017850001' },
        ...{ callbackNumber: searched, extensionPatterns: ['21XX', '2205'] },
        sipUsername: expect.stringMatching(/^[A-Za-z0-9\-_.]{8,36}$/),
        sipPassword: expect.stringMatching(/^.{16,}$/),
      }),
    ]);
    expect(bodies('patchTelephoneNumberOnAccount')).toEqual(
      expect.arrayContaining([
        { referenceType: 'END_USER', referenceId: bcc['userId'], assignAsCallerId: true },
        { referenceType: 'BUSINESS_LINE', referenceId: line['businessLineId'] },
        { referenceType: 'SIP_TRUNK', referenceId: trunk['sipTrunkId'] },
      ]),
    );
    // The guide's order: a number is on its account before anything names it.
    const order = sandbox.requests.map(({ operation }) => operation);
    expect(order.indexOf('createOrAddTelephoneNumberToAccount')).toBeLessThan(
      order.indexOf('createSipTrunk'),
    );
    // One search, one address asked once however many rows have it, and only the searched number reserved.
    expect(order.filter((each) => each === 'validateAddress')).toHaveLength(2);
    expect(order.filter((each) => each === 'tnSearch')).toHaveLength(1);
    expect(
      sandbox.requests.filter(({ operation }) => operation === 'reserve').map(({ path }) => path),
    ).toEqual([
      `/v2/partition/sandbox-partition/account/${ids.accountId}/telephonenumber/${searched}/reserve`,
    ]);
  });

  it('is authorised by one log-in, whose token every request carries', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, write } = await placeOf(onTestFinished);
    const gate = await openGate(sandbox);
    onTestFinished(() => gate.close());
    await write('sheet.csv', csvOf(ROWS));
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet', '--base-url', gate.url), 0);
    const [logIn, ...others] = gate.passed;
    expect(logIn?.operation).toBe('logUserIn');
    expect(others.length).toBeGreaterThan(10);
    expect(new Set(others.map(({ token }) => token)).size).toBe(1);
    expect(others[0]?.token).not.toBe('');
    expect(others.map(({ operation }) => operation)).not.toContain('logUserIn');
  });
});

describe.concurrent('rows that share', () => {
  it('a user: the further rows leave its cells blank, and its numbers and devices hang on it', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const [bcc = {}] = ROWS;
    await write(
      'sheet.csv',
      csvOf([
        bcc,
        {
          ...{ product: 'BCC', ...of, extension: '4000', ...LINDON, phoneNumber: '8017850009' },
          ...{
            assignAsCallerId: 'FALSE',
            deviceTypeId: 'VVX400',
            macAddress: '0004F2000001',
            lineNumber: '4',
          },
        },
        { product: 'HOME_PHONE', ...HOME, ...LINDON },
      ]),
    );
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 0);
    const [first = {}, second = {}] = csv('run/results.csv');
    expect(second['userId']).toBe(first['userId']);
    expect(second['accountId']).toBe(first['accountId']);
    const users = [...sandbox.state.users.values()];
    expect(users.map(({ firstName }) => firstName).sort()).toEqual(['Ann', 'Dee']);
    const ann = users.find(({ firstName }) => firstName === 'Ann');
    expect(ann?.callerIdConfig.callerIdNumber).toBe('18017850001');
    expect(sandbox.state.numbers.get('18017850009')?.referenceId).toBe(ann?.id);
    const devices = [...sandbox.state.devices.values()];
    expect(
      devices.map(({ userId, lineNumber, emergencyNumber }) => [userId, lineNumber, emergencyNumber]),
    ).toEqual(
      expect.arrayContaining([
        [ann?.id, 3, '18017850001'],
        [ann?.id, 4, '18017850009'],
      ]),
    );
  });

  it('nothing: a row of a sub-partition goes there, and so does all that hangs on its account', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const [bcc = {}, line = {}] = ROWS;
    const sub = 'sandbox-sub-partition';
    await write(
      'sheet.csv',
      csvOf([
        bcc,
        { ...bcc, ...SUB, partitionId: sub, phoneNumber: '', macAddress: '0004F2000011' },
        {
          ...line,
          ...ACCOUNT,
          ...SUB,
          partitionId: sub,
          phoneNumber: '8017850012',
          macAddress: '0004F2000012',
        },
      ]),
    );
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 0);
    const [own = {}, ...others] = csv('run/results.csv');
    expect(sandbox.state.accounts.get(own['accountId'] ?? '')?.partitionId).toBe('sandbox-partition');
    const { accounts, users, numbers, devices, businessLines } = sandbox.state;
    for (const result of others) expect(accounts.get(result['accountId'] ?? '')?.partitionId).toBe(sub);
    expect(others[0]?.['accountId']).toBe(others[1]?.['accountId']);
    const tables = [users, numbers, devices, businessLines];
    expect(
      tables.map((table) => [...table.values()].filter((each) => each.partitionId === sub).length),
    ).toEqual([1, 2, 1, 1]);
  });
});

const HOME: SheetRow = {
  ...{ ...ACCOUNT, accountNumber: 'HP-1', accountName: 'Dee Oak', extensionLength: '' },
  ...{ firstName: 'Dee', lastName: 'Oak', blockEmail: 'TRUE' },
};
const SUB: SheetRow = { accountNumber: 'SUB-1', accountName: 'Subway Tailor' };

describe.concurrent('numbers', () => {
  it('a search hands out no number that any row names, later, invalid or of another product', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const [bcc = {}] = ROWS;
    const user = (n: number, more: SheetRow): SheetRow => ({
      ...{ ...bcc, firstName: `U${n}`, extension: String(4000 + n), phoneNumber: '', deviceTypeId: '' },
      ...{ macAddress: '', lineNumber: '', ...more },
    });
    // What a search in Lindon finds first, named by rows that come last.
    const nearest = ['18017850000', '18017850001', '18017850002', '18017850003'];
    const searching = Array.from({ length: 6 }, (_, n) => user(n, {}));
    const naming = nearest.map((phoneNumber, n) => user(50 + n, { phoneNumber }));
    const invalid = user(90, { phoneNumber: '18017850004', userProductPlan: 'GOLD' });
    await write('sheet.csv', csvOf([...searching, ...naming, invalid]));
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet', '--on-invalid', 'skip'), 1);
    const results = csv('run/results.csv');
    expect(results.map(({ status }) => status)).toEqual([...Array(10).fill('created'), 'invalid']);
    const assigned = results.map((result) => result['assignedPhoneNumber'] ?? '').slice(0, 10);
    expect(new Set(assigned).size).toBe(10);
    expect(assigned.slice(6)).toEqual(nearest);
    const searched = assigned.slice(0, 6);
    for (const phone of [...nearest, '18017850004']) expect(searched).not.toContain(phone);
    const reserved = sandbox.requests.filter(({ operation }) => operation === 'reserve');
    expect(reserved.map(({ path }) => path.split('/').at(-2)).sort()).toEqual([...searched].sort());
    expect(sandbox.state.reservations.size).toBe(0);
  });

  it('leave no reservation over when they are refused', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const [, , trunk = {}] = ROWS;
    const rows = [
      { ...trunk, ...ACCOUNT, primaryTn: '' },
      { ...trunk, trunkName: 'B', primaryTn: '' },
    ];
    await write('sheet.csv', csvOf(rows));
    await fetch(`${sandbox.url}/_sandbox/faults`, {
      method: 'POST',
      body: JSON.stringify({
        faults: [{ operation: 'createOrAddTelephoneNumberToAccount', kind: '403', times: 2 }],
      }),
    });
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 1);
    expect(sandbox.requests.map(({ operation }) => operation)).toContain('releaseReservation');
    expect(sandbox.state.reservations.size).toBe(0);
    for (const result of csv('run/results.csv'))
      expect(result).toMatchObject({ status: 'failed', failedStep: 'number', sipTrunkId: '' });
  });
});
