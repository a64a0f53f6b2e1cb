import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { SheetPlan } from '../../src/plan/sheet-plan.js';
import type { Sandbox } from '../../src/sandbox/server.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { connect } from '../sandbox/client.js';
import { type Place, placeOf, SAMPLES, writesOf } from './place.js';

/** How often each operation is in a list. */
function counted(operations: Iterable<string | null | undefined>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const operation of operations) if (operation) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

const receivedBy = ({ requests }: Sandbox, after = 0) =>
  counted(requests.slice(after).map(({ operation }) => operation));

/** The objects of a plan that are not 0, as `kind: create, exist, differ`. */
function objectsOf({ objects }: SheetPlan) {
  const all = Object.entries(objects).map(([kind, { create, exist, differ }]) => [
    kind,
    [create, exist, differ].join(),
  ]);
  return Object.fromEntries(all.filter(([, counts = '']) => /[1-9]/.test(counts)));
}

/** The requests that a dry run with `--http-log` lists as those that the run would send, by operation. */
const listedIn = ({ text }: Place, runDir: string) =>
  counted(
    text(`${runDir}/http.jsonl`)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ wouldSend }) => wouldSend === true)
      .map(({ operation }) => operation),
  );

/** The lines of standard error, without their times. */
const linesOf = (stderr: string) => stderr.split('\n').map((line) => line.replace(/^\S+ /, ''));

async function planOf(place: Place, ...args: string[]): Promise<SheetPlan> {
  const ended = await place.cli(...args, '--json');
  return JSON.parse(ended.stdout).plan;
}

/** Users with further rows, a user whose first row brings nothing, and accounts whose rows stand apart. */
const ACCOUNT: SheetRow = {
  ...{
    timeZone: 'US/Mountain',
    billingCycleDay: '1',
    dialingBehaviorType: 'TEN_DIGIT',
    extensionLength: '4',
  },
};
const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
const ANN: SheetRow = { product: 'BCC', accountNumber: 'SH-1', extension: '4000' };
const BOB: SheetRow = { product: 'BCC', accountNumber: 'SH-2', extension: '4000' };
const SHARED: SheetRow[] = [
  {
    ...{ ...ANN, ...ACCOUNT, accountName: 'Shared One', firstName: 'Ann', lastName: 'Lee' },
    ...{ userProductPlan: 'STANDARD', emailAddress: 'ann@example.com' },
  },
  {
    ...{ ...BOB, ...ACCOUNT, accountName: 'Shared Two', firstName: 'Bob', lastName: 'Ray' },
    ...{ userProductPlan: 'STANDARD', emailAddress: 'bob@example.com', blockEmail: 'TRUE' },
    ...{ ...LINDON, phoneNumber: '8017850001' },
  },
  { ...ANN, ...LINDON, phoneNumber: '8017850002', deviceTypeId: 'VVX400', macAddress: '0004F2000001' },
  { ...ANN, ...LINDON },
  { ...ANN, ...LINDON, address: '10 State St' },
  { ...BOB, deviceTypeId: 'VVX400', macAddress: '0004F2000003' },
  {
    ...{ product: 'BUSINESS_LINE', accountNumber: 'SH-2', lineName: 'Front', ...LINDON },
    ...{ callerIdPhoneNumber: '8017850001', deviceTypeId: 'SPA122', macAddress: '0004F2000002' },
  },
  { product: 'SIP_TRUNK', accountNumber: 'SH-1', trunkName: 'shared-1', concurrentCalls: '3' },
];

describe.concurrent('the plan is what the platform then receives', () => {
  for (const [name, objects, mails] of [
    [
      'samples/mixed.xlsx',
      {
        ...{ account: '10,0,0', user: '13,0,0', number: '28,0,0', device: '10,0,0' },
        ...{ businessLine: '5,0,0', portAssignment: '4,0,0', sipTrunk: '4,0,0' },
        ...{ voicemailBox: '1,0,0', huntGroup: '2,0,0' },
      },
      0,
    ],
    [
      'a sheet whose rows share accounts and users',
      {
        ...{ account: '2,0,0', user: '2,0,0', number: '5,0,0', device: '2,0,0' },
        ...{ businessLine: '1,0,0', portAssignment: '1,0,0', sipTrunk: '1,0,0' },
      },
      1,
    ],
    [
      'a sheet of all products with many accounts',
      {
        ...{ account: '70,0,0', user: '70,0,0', number: '98,0,0', device: '28,0,0' },
        ...{ businessLine: '28,0,0', portAssignment: '14,0,0', sipTrunk: '14,0,0' },
      },
      0,
    ],
  ] as const)
    it(name, async ({ expect, onTestFinished }) => {
      const place = await placeOf(onTestFinished);
      const { sandbox, cli, write } = place;
      const sheet = name.endsWith('.xlsx')
        ? join(SAMPLES, 'mixed.xlsx')
        : await write('sheet.csv', csvOf(name.includes('share') ? SHARED : mixedRows(112)));
      const offline = await planOf(place, 'validate', sheet);
      expect(await planOf(place, 'validate', sheet, '--out', 'v')).toEqual(offline);
      const dry = await planOf(place, 'run', sheet, '--dry-run', '--out', 'dry', '--http-log');
      expect(writesOf(sandbox)).toEqual([]);
      const sent = sandbox.requests.length;
      const ended = await cli('run', sheet, '--out', 'run', '--json');
      expectExit(ended, 0);
      const { plan, requests, mailsAtOnce } = JSON.parse(ended.stdout);

      expect(plan).toEqual(offline);
      const received = receivedBy(sandbox, sent);
      // Numbers that rows name hide the free ones behind them: then each of the two places is searched once more.
      const more = (received['tnSearch'] ?? 0) - plan.operations.tnSearch;
      expect(name.includes('many') ? [0, 1, 2] : [0]).toContain(more);
      expect({ ...plan.operations, tnSearch: received['tnSearch'] }).toEqual(received);
      expect(plan.calls).toBe(requests - more);
      expect([plan.mailsAtOnce, mailsAtOnce]).toEqual([mails, mails]);
      expect(objectsOf(dry)).toEqual(objects);
      const { latencyMs, measured, durationMs: _time, objects: _objects, ...same } = dry;
      expect(same).toEqual(
        Object.fromEntries(Object.keys(same).map((key) => [key, plan[key as keyof SheetPlan]])),
      );
      expect([measured, latencyMs > 0, plan.measured, plan.latencyMs]).toEqual([true, true, false, 50]);
      expect(listedIn(place, 'dry')).toEqual(counted(writesOf(sandbox, sent)));

      const { accounts, users, devices } = sandbox.state;
      const { account, user, device } = plan.objects;
      expect([account.create, user.create, device.create]).toEqual([accounts.size, users.size, devices.size]);
    });

  it('where a part is there already: only the rest is created, and what differs is counted', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, csv, write } = place;
    const sheet = await write('sheet.csv', csvOf(SHARED));
    expectExit(await cli('run', await write('part.csv', csvOf(SHARED.slice(0, 5))), '--out', 'part'), 0);
    const [{ accountId = '', userId = '' } = {}] = csv('part/results.csv');
    const platform = await connect(sandbox);
    await platform.patch(`account/${accountId}/user/${userId}`, { emailAddress: 'other@example.com' });

    const ended = await cli('run', sheet, '--dry-run', '--out', 'dry', '--http-log', '--json');
    expectExit(ended, 0);
    const { plan } = JSON.parse(ended.stdout);
    expect(objectsOf(plan)).toEqual({
      ...{ account: '0,2,0', user: '0,2,1', number: '1,4,0', device: '1,1,0' },
      ...{ businessLine: '1,0,0', portAssignment: '1,0,0', sipTrunk: '1,0,0' },
    });
    expect(plan).toMatchObject({ numbers: { given: 0, searched: 1 }, mailsAtOnce: 0 });
    const told = linesOf(ended.stderr);
    expect(told).toContain(
      '8 rows would create 1 phone number (1 searched), 1 business line, 1 ATA port, 1 SIP trunk, 1 device.',
    );
    expect(told).toContain(
      'There already: 2 accounts, 2 users, 4 phone numbers, 1 device; not as the sheet says, and left as they are: 1 user.',
    );
    expect(ended.stderr).toMatch(
      /About \d+ calls, about [\d.]+ s with 16 at once and \d+(\.\d)? ms a call, as measured\./,
    );
    expect(place.text('dry/report.html')).toContain(
      '<td data-label="What">User</td><td data-label="Would create">0</td><td data-label="There already">2</td><td data-label="Differ">1</td>',
    );

    const sent = sandbox.requests.length;
    expectExit(await cli('run', sheet, '--out', 'rest'), 0);
    expect(plan.operations).toEqual(receivedBy(sandbox, sent));
    expect(listedIn(place, 'dry')).toEqual(counted(writesOf(sandbox, sent)));
    // A further dry run finds everything: nothing is listed, and the plan says so.
    const again = await planOf(place, 'run', sheet, '--dry-run', '--out', 'again', '--http-log');
    expect(new Set(Object.values(again.objects).map(({ create }) => create))).toEqual(new Set([0]));
    expect(listedIn(place, 'again')).toEqual({});
  });
});

describe.concurrent('the plan of a sheet with invalid rows', () => {
  it('is of the others, and of what they share with those', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox, cli, write, csv } = place;
    const rows: SheetRow[] = [
      // Ann's own row has a wrong number: her account and she herself come with the further rows.
      { ...SHARED[0], ...LINDON, phoneNumber: '801' },
      ...SHARED.slice(1, 4),
      // An account whose cells are wrong is created by none of its rows.
      { ...SHARED[0], accountNumber: 'SH-3', timeZone: 'Mars' },
      { product: 'SIP_TRUNK', accountNumber: 'SH-3', trunkName: 'lost', concurrentCalls: '3' },
      // Wrong only once a later row is read.
      { ...SHARED[6], callerIdPhoneNumber: '8017850009' },
      { ...SHARED[0], accountNumber: 'SH-4', accountName: 'Four', ...LINDON, phoneNumber: '8017850009' },
    ];
    const sheet = await write('sheet.csv', csvOf(rows));
    const ended = await cli('validate', sheet, '--json');
    expectExit(ended, 1);
    const { plan, rows: counts } = JSON.parse(ended.stdout);
    expect(counts).toEqual({ total: 8, valid: 5, invalid: 3 });
    expect(objectsOf(plan)).toEqual({ account: '3,,', user: '3,,', number: '4,,', device: '1,,' });
    expect(plan).toMatchObject({ rows: 4, mailsAtOnce: 2 });
    expect(ended.stderr).toContain(
      '4 rows would create 3 accounts, 3 users, 4 phone numbers (3 given, 1 searched), 1 device.\n',
    );

    await cli('run', sheet, '--on-invalid', 'skip', '--out', 'run');
    expect(csv('run/results.csv').map(({ status }) => status)).toEqual([
      ...['invalid', 'created', 'created', 'created', 'invalid', 'skipped', 'invalid', 'created'],
    ]);
    expect(receivedBy(sandbox)).toEqual(plan.operations);
  });

  it('is told where no row is valid, too', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('bad.csv', csvOf([{ ...SHARED[0], timeZone: 'Mars' }]));
    const ended = await place.cli('validate', 'bad.csv', '--json');
    expect(JSON.parse(ended.stdout).plan).toMatchObject({ rows: 0, calls: 0, operations: {}, durationMs: 0 });
    expect(ended.stderr).not.toContain('would create');
  });
});

describe.concurrent('a run tells its plan', () => {
  it('before it begins, and of a resume what is left', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const { cli, write, text } = place;
    await write('sheet.csv', csvOf([...SHARED.slice(0, 4), { ...ANN, ...LINDON, address: '12 Nowhere St' }]));
    const first = await cli('run', 'sheet.csv', '--out', 'run', '--json');
    expectExit(first, 1);
    const whole = '5 rows would create 2 accounts, 2 users, 4 phone numbers (2 given, 2 searched), 1 device.';
    const mail = '1 person gets a mail of the platform as soon as the user is created.';
    const told = linesOf(first.stderr);
    expect(told.slice(1, 3)).toEqual(['5 rows read: 5 to send, 0 invalid', whole]);
    expect(told[4]).toBe(mail);
    const { plan } = JSON.parse(first.stdout);
    expect(plan).toMatchObject({ rows: 5, mailsAtOnce: 1 });

    const resumed = await cli('resume', 'run', '--retry', 'failed', '--json');
    expectExit(resumed, 1);
    const left = linesOf(resumed.stderr);
    expect(left.slice(0, 2)).toEqual([
      '5 rows read: 1 to send, 0 invalid',
      '1 row would create 1 phone number (1 searched).',
    ]);
    expect(left[3]).not.toBe(mail);
    // What is kept is the plan that the run began with.
    expect(JSON.parse(resumed.stdout).plan).toEqual(plan);
    expect(text('run/report.html')).toContain(`<p>${whole}</p>`);
    const done = await cli('results', 'run', '--json');
    expect(JSON.parse(done.stdout).plan).toEqual(plan);
  });

  it('with the time that its calls take at --concurrency and --rate', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const sheet = await place.write('sheet.csv', csvOf(mixedRows(240)));
    const { calls, durationMs } = await planOf(place, 'validate', sheet);
    expect(durationMs).toBe(Math.round((calls * 50) / 16));
    const profile = await place.write('slow.json', JSON.stringify({ options: { concurrency: 4, rate: 10 } }));
    const slow = await planOf(place, 'validate', sheet, '--profile', profile);
    expect(slow).toMatchObject({ calls, concurrency: 4, durationMs: calls * 100 });
    const one = await place.write('one.csv', csvOf(mixedRows(1)));
    // What one row needs follows one another.
    expect(await planOf(place, 'validate', one)).toMatchObject({ durationMs: 300 });
  });
});
