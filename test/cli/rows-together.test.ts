import { describe, it } from 'vitest';
import { RESULT_COLUMNS } from '../../src/records/columns.js';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { openGate } from '../fixtures/gate.js';
import { csvOf, type SheetRow } from '../fixtures/rows.js';
import { type Place, placeOf, readWorkbook, writesOf } from './place.js';

const ACCOUNT: SheetRow = {
  ...{ product: 'BCC', accountNumber: 'TWO-1', accountName: 'Two Co', timeZone: 'US/Mountain' },
  ...{ billingCycleDay: '1', dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT', extensionLength: '4' },
};
const ANNA: SheetRow = {
  ...{ firstName: 'Anna', lastName: 'Firster', extension: '4000', userProductPlan: 'STANDARD' },
};
const PLACE: SheetRow = {
  ...{ address: '215 S State St', city: 'Salt Lake City', state: 'UT', postalCode: '84111' },
};
const NUMBERS = ['8015559401', '8015559402', '8015559403'];

/** A user with three numbers, with these cells of assignAsCallerId. */
function threeNumbers(...cells: string[]): SheetRow[] {
  return NUMBERS.map((phoneNumber, index) => ({
    ...{ ...(index === 0 ? ACCOUNT : { product: 'BCC', accountNumber: 'TWO-1' }), ...ANNA, ...PLACE },
    ...{ phoneNumber, assignAsCallerId: cells[index] ?? '' },
  }));
}

/** Rows of accounts of their own, with columns of the customer's at the end. */
function withOwnColumns(rows: readonly SheetRow[], own: Readonly<Record<string, string>>): string {
  const [header = '', ...lines] = csvOf(rows).trimEnd().split('\r\n');
  const values = Object.values(own).join(',');
  return [`${header},${Object.keys(own).join(',')}`, ...lines.map((line) => `${line},${values}`)].join('\n');
}

const userOf = (account: string, extension = '4000'): SheetRow => ({
  ...{ ...ACCOUNT, ...ANNA, accountNumber: account, extension },
});

const callerIdsOf = ({ sandbox }: Place) =>
  sandbox.state.users.toJSON().map(({ callerIdConfig }) => callerIdConfig.callerIdNumber);

describe.concurrent('the caller ID of a user with three numbers', () => {
  it.for<[string, string[], string, (string | undefined)[]]>([
    ['the first', ['', '', ''], '18015559401', [undefined, '2', '2']],
    ['that of the row that says so', ['', '', 'TRUE'], '18015559403', ['4', '4', undefined]],
    [
      'the first whose row does not say otherwise',
      ['no', '', ''],
      '18015559402',
      [undefined, undefined, '3'],
    ],
  ])(
    'is %s, on the platform and in what is told',
    async ([, cells, number, told], { expect, onTestFinished }) => {
      const place = await placeOf(onTestFinished);
      await place.write('three.csv', csvOf(threeNumbers(...cells)));
      expectExit(await place.cli('run', 'three.csv', '--out', 'run', '--quiet'), 0);
      expect(callerIdsOf(place)).toEqual([number]);
      const rows = place.csv('run/results.csv');
      expect(rows.map(({ status }) => status)).toEqual(['created', 'created', 'created']);
      expect(
        rows.map(
          ({ warnings }) => /not the caller ID of its user; that of row (\d)/.exec(warnings ?? '')?.[1],
        ),
      ).toEqual(told);
      expectExit(await place.cli('verify', 'run'), 0);
    },
  );

  it('is the same when the run is killed again and again on its way', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const gate = await openGate(place.sandbox);
    onTestFinished(() => gate.close());
    await place.write('three.csv', csvOf(threeNumbers('', '', 'TRUE')));
    const env = { ...place.env, ALIANZA_BASE_URL: gate.url };
    const options = { cwd: place.directory, env };
    let process: CliProcess | null = null;
    let kills = 0;
    gate.watch((phase, { operation }) => {
      if (phase !== 'committed' || operation !== 'patchTelephoneNumberOnAccount' || kills === 3)
        return undefined;
      kills += 1;
      process?.kill();
      return 'drop';
    });
    process = startCli(['run', 'three.csv', '--out', 'run', '--quiet', '--timeout', '1500'], options);
    let ended = await process.ended;
    while (ended.code === null) {
      process = startCli(['resume', 'run', '--quiet', '--timeout', '1500'], options);
      ended = await process.ended;
    }
    expectExit(ended, 0);
    expect(kills).toBe(3);
    expect(callerIdsOf(place)).toEqual(['18015559403']);
    const assigned = place.sandbox.state.numbers
      .toJSON()
      .map((each) => [each.phoneNumber, each.assignAsCallerId]);
    expect(assigned.sort()).toEqual([
      ['18015559401', false],
      ['18015559402', false],
      ['18015559403', true],
    ]);
  });

  it('is not taken by a corrected row of the errors file', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const [first = {}, second = {}, third = {}] = threeNumbers();
    const { assignAsCallerId: _, ...header } = first;
    await place.write(
      'three.csv',
      csvOf([header, { ...second, postalCode: 'x' }, third].map(withoutCallerId)),
    );
    expectExit(await place.cli('run', 'three.csv', '--out', 'run', '--quiet', '--on-invalid', 'skip'), 1);
    expect(callerIdsOf(place)).toEqual(['18015559401']);
    const [row = {}] = place.csv('run/errors.csv');
    expect(row).toMatchObject({ phoneNumber: '8015559402', assignAsCallerId: 'FALSE', firstName: 'Anna' });
    await place.write('corrected.csv', place.text('run/errors.csv').replace(',x,', ',84111,'));
    expectExit(await place.cli('run', 'corrected.csv', '--out', 'again', '--quiet'), 0);
    expect(callerIdsOf(place)).toEqual(['18015559401']);
    expect(place.sandbox.state.numbers.toJSON()).toHaveLength(3);
  });
});

function withoutCallerId({ assignAsCallerId: _, ...row }: SheetRow): SheetRow {
  return row;
}

describe.concurrent('columns of the customer that are called like result columns', () => {
  const own = { status: 'active', userId: 'B-77', error: 'none', Note: 'vip' };

  it('come back in results and errors, and go round with a corrected file', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('own.csv', withOwnColumns([userOf('A-1'), userOf('A-2', '9')], own));
    const ended = await place.cli('run', 'own.csv', '--out', 'run', '--quiet', '--on-invalid', 'skip');
    expectExit(ended, 1);
    expect(ended.stdout).toContain('its cells come back in the results, as "status (yours)"');
    const kept = {
      ...{ 'status (yours)': 'active', 'userId (yours)': 'B-77', 'error (yours)': 'none', Note: 'vip' },
    };
    const results = place.csv('run/results.csv');
    expect(results).toMatchObject([
      { ...kept, status: 'created', userId: place.sandbox.state.users.toJSON()[0]?.id, error: '' },
      { ...kept, status: 'invalid', userId: '' },
    ]);
    expect(Object.keys(results[0] ?? {}).slice(-RESULT_COLUMNS.length)).toEqual([...RESULT_COLUMNS]);

    await place.write('corrected.csv', place.text('run/errors.csv').replace(',9,', ',4000,'));
    expectExit(await place.cli('run', 'corrected.csv', '--out', 'again', '--quiet'), 0);
    const [again] = place.csv('again/results.csv');
    expect(again).toMatchObject({ ...kept, status: 'created', error: '', failedStep: '' });
    expect(Object.keys(again ?? {})).toEqual([...Object.keys(results[0] ?? {}), 'inputRow']);
  });

  it('come back in a workbook', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('own.csv', withOwnColumns([userOf('A-1', '9')], own));
    expectExit(await place.cli('validate', 'own.csv', '--out', 'v', '--format', 'xlsx'), 1);
    for (const name of ['results', 'errors'])
      expect(await readWorkbook(`${place.directory}/v/${name}.xlsx`)).toMatchObject([
        { 'status (yours)': 'active', 'userId (yours)': 'B-77', Note: 'vip', status: 'invalid', userId: '' },
      ]);
  });

  it('are understood as a profile says, in the corrected file too', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('own.csv', withOwnColumns([userOf('A-1', '9')], own));
    await place.write('profile.json', JSON.stringify({ headers: { status: 'customField', error: null } }));
    const profile = ['--profile', 'profile.json', '--quiet'];
    expectExit(await place.cli('run', 'own.csv', '--out', 'run', '--on-invalid', 'skip', ...profile), 1);
    await place.write('corrected.csv', place.text('run/errors.csv').replace(',9,', ',4000,'));
    expectExit(await place.cli('run', 'corrected.csv', '--out', 'again', ...profile), 0);
    expect(place.sandbox.state.accounts.toJSON().map(({ customField }) => customField)).toEqual(['active']);
  });
});

describe.concurrent('account numbers that differ in capitals or leading zeros', () => {
  const rows = [userOf('AB-0100'), userOf('ab-0100', '4001')];

  it('are an error that names both rows; nothing is sent', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('two.csv', csvOf(rows));
    const ended = await place.cli('run', 'two.csv', '--out', 'run', '--quiet');
    expectExit(ended, 1);
    expect(ended.stdout).toContain('"ab-0100" of row 3 differs from "AB-0100" of row 2');
    expect(ended.stdout).toContain('"distinct": ["accountNumber"]');
    expect(place.csv('run/results.csv').map(({ status }) => status)).toEqual(['pending', 'invalid']);
    expect(writesOf(place.sandbox)).toEqual([]);
  });

  it('are two accounts where a profile says so', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('two.csv', csvOf(rows));
    await place.write('profile.json', '{"distinct": ["accountNumber"]}');
    expectExit(await place.cli('run', 'two.csv', '--out', 'run', '--quiet', '--profile', 'profile.json'), 0);
    expect(
      place.sandbox.state.accounts
        .toJSON()
        .map(({ accountNumber }) => accountNumber)
        .sort(),
    ).toEqual(['AB-0100', 'ab-0100']);
  });
});

describe.concurrent("the template's example row", () => {
  it('is told by validate, and refused by a run and a dry run outside the sandbox', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    expectExit(await place.cli('template', 'bcc', '--format', 'csv', '--out', 't'), 0);
    const checked = await place.cli('validate', 't/bcc.csv');
    expectExit(checked, 0);
    expect(checked.stdout).toContain('"EXAMPLE-1" is the account of the example row');
    for (const [out, ...more] of [['run'], ['dry', '--dry-run']] as const) {
      expectExit(await place.cli('run', 't/bcc.csv', '--out', out, '--quiet', ...more), 1);
      expect(place.csv(`${out}/results.csv`)).toMatchObject([
        { status: 'invalid', error: expect.stringContaining('EXAMPLE-1') },
      ]);
    }
    expect(writesOf(place.sandbox)).toEqual([]);
  });

  it('may be tried out in the sandbox', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const { ALIANZA_BASE_URL: _, ...env } = place.env;
    expectExit(await place.cli('template', 'bcc', '--format', 'csv', '--out', 't'), 0);
    const args = ['run', 't/bcc.csv', '--out', 'run', '--quiet', '--environment', 'sandbox'];
    expectExit(await startCli(args, { cwd: place.directory, env }).ended, 0);
    expect(place.csv('run/results.csv')).toMatchObject([
      { status: 'created', warnings: expect.stringContaining('the account of the example row') },
    ]);
  });
});

describe.concurrent('people who get a mail at once', () => {
  it('are counted before anything is sent', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const mail = { emailAddress: 'a@example.com' };
    await place.write(
      'mail.csv',
      csvOf([
        { ...userOf('A-1'), ...mail, blockEmail: '' },
        { ...userOf('A-2'), ...mail, blockEmail: 'TRUE' },
        { ...userOf('A-3'), ...mail, blockEmail: 'no' },
        userOf('A-4'),
      ]),
    );
    const ended = await place.cli('validate', 'mail.csv', '--json');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { total: 4, valid: 4 }, mailsAtOnce: 2 });
  });
});

describe.concurrent('a secret for all rows', () => {
  const rows: SheetRow[] = [{ ...ACCOUNT, product: 'SIP_TRUNK', trunkName: 'T-1', concurrentCalls: '2' }];

  it('is refused by name, wherever it is given, and its value is nowhere', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write('trunk.csv', csvOf(rows));
    const secret = 'hunter22!';
    await place.write('defaults.json', JSON.stringify({ defaults: { sipPassword: secret } }));
    await place.write('values.json', JSON.stringify({ values: { sipPassword: { '-': secret } } }));
    for (const given of [
      ['--set', `sipPassword=${secret}`],
      ['--set', `SIPPASSWORD=${secret}`],
      ['--profile', 'defaults.json'],
      ['--profile', 'values.json'],
    ])
      for (const command of [['run', '--out', 'run'], ['validate']] as const) {
        const [name = '', ...out] = command;
        const ended = await place.cli(name, 'trunk.csv', ...out, ...given);
        expectExit(ended, 3);
        expect(ended.stderr).toContain('sipPassword is a secret of one row; it cannot be given for all rows');
        expect(ended.stderr).toContain('leave it blank to have one generated');
        expect(ended.stdout + ended.stderr).not.toContain(secret);
      }
    const misspelt = await place.cli('validate', 'trunk.csv', '--set', `sipPasword=${secret}`);
    expectExit(misspelt, 3);
    expect(misspelt.stdout + misspelt.stderr).not.toContain(secret);
    expect(place.sandbox.requests).toEqual([]);
  });
});
