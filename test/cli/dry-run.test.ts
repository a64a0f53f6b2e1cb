import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { connect } from '../sandbox/client.js';
import { placeOf, writesOf } from './place.js';

const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
let accounts = 0;

/** A BCC row that is right, in an account of its own. */
function row(more: SheetRow): SheetRow {
  accounts += 1;
  return {
    ...{ product: 'BCC', accountNumber: `DR-${accounts}`, accountName: `Dry ${accounts}` },
    ...{
      timeZone: 'US/Mountain',
      billingCycleDay: '1',
      dialingBehaviorType: 'TEN_DIGIT',
      extensionLength: '4',
    },
    ...{ firstName: 'Ann', lastName: 'Lee', extension: '4000', userProductPlan: 'STANDARD', ...more },
  };
}

describe.concurrent('run --dry-run', () => {
  it('finds at row and column what the platform would refuse, and writes nothing there', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write, directory } = await placeOf(onTestFinished);
    const platform = await connect(sandbox);
    const stranger = await platform.account({ accountNumber: 'TAKEN', accountName: 'A stranger' });
    await platform.account({ accountNumber: 'HOME', accountName: 'Home', accountType: 'SIMPLE' });
    await platform.user(stranger, { username: 'Ann.Taken', emailAddress: 'a@example.com' });
    await platform.number(stranger, '18017850042');
    const [before, sent] = [plain(sandbox.state), sandbox.requests.length];

    const device: SheetRow = { deviceTypeId: 'VVX400', macAddress: '0004F2000001' };
    const rows: [SheetRow, ...(readonly string[])][] = [
      [row({ ...LINDON, phoneNumber: '8017850001', ...device })],
      [row({ accountNumber: 'HOME', accountName: 'Home' }), 'accountNumber', 'ACCOUNT_IS_ANOTHER'],
      [row({ accountNumber: 'TAKEN', accountName: 'Mine' }), 'accountNumber', 'ACCOUNT_IS_ANOTHER'],
      [row({ username: 'ann.taken' }), 'username', 'USERNAME_NOT_FREE'],
      [row({ ...LINDON, phoneNumber: '9075550001' }), 'phoneNumber', 'NUMBER_NOT_IN_INVENTORY'],
      [row({ ...LINDON, phoneNumber: '8017850042' }), 'phoneNumber', 'NUMBER_NOT_FREE'],
      [row({ deviceTypeId: 'VVX401', macAddress: '0004F2000002' }), 'deviceTypeId', 'DEVICE_TYPE_UNKNOWN'],
      [
        row({ deviceTypeId: 'VVX250', macAddress: '0004F2000003', lineNumber: '5' }),
        ...['lineNumber', 'DEVICE_LINE_TOO_HIGH'],
      ],
      [row({ ...LINDON, address: '12 Nowhere St' }), 'address', 'ADDRESS_REFUSED'],
      [
        row({ address: '1600 Broadway', city: 'Denver', state: 'CO', postalCode: '80202' }),
        ...['address', 'ADDRESS_REFUSED'],
      ],
      [
        row({
          ...LINDON,
          e911Address: '0 Main St',
          e911City: 'Denver',
          e911State: 'CO',
          e911PostalCode: '80203',
        }),
        ...['e911Address', 'ADDRESS_REFUSED'],
      ],
      [row(LINDON)],
    ];
    await write('sheet.csv', csvOf(rows.map(([cells]) => cells)));
    const ended = await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--json', '--http-log');
    expectExit(ended, 1);
    const { problems, rows: counts, runDir } = JSON.parse(ended.stdout);
    const found = (problems as { row: number; column: string; code: string; severity: string }[])
      .filter(({ severity }) => severity === 'error')
      .map((problem) => [problem.row, problem.column, problem.code]);
    const expected = rows.flatMap(([, ...wanted], at) => (wanted.length === 0 ? [] : [[at + 2, ...wanted]]));
    expect(found.sort((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected);
    expect(counts).toEqual({ total: 12, valid: 2, invalid: 10 });
    expect(csv('dry/results.csv').map(({ status }) => status)).toEqual(
      rows.map(([, ...wanted]) => (wanted.length === 0 ? 'valid' : 'invalid')),
    );
    const needsUnit = csv('dry/results.csv')[9] ?? {};
    expect(needsUnit['hint']).toMatch(/unit/);
    expect(needsUnit['hint']).toMatch(/secondaryLocationDescription/);
    expect(existsSync(join(directory, runDir, 'report.html'))).toBe(true);

    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
    // Each question is asked once for a distinct value.
    const addresses = sandbox.requests.filter(({ operation }) => operation === 'validateAddress');
    expect(new Set(addresses.map(({ query }) => JSON.stringify(query))).size).toBe(addresses.length);
  });

  it('--http-log shows the bodies that the run then sends', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, write, text } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf(mixedRows(8)));
    expectExit(await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--quiet', '--http-log'), 0);
    expect(writesOf(sandbox)).toEqual([]);
    const planned = text('dry/http.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ wouldSend }) => wouldSend === true);
    expectExit(await cli('run', 'sheet.csv', '--out', 'real', '--quiet'), 0);

    const names = (operation: string) => planned.filter((each) => each.operation === operation);
    for (const operation of new Set(writesOf(sandbox))) expect(names(operation)).not.toEqual([]);
    const sent = sandbox.requests.find(({ operation }) => operation === 'createAccount')?.body;
    expect(names('createAccount').map(({ body }) => body)).toContainEqual(sent);
    const handling = sandbox.requests.find(
      ({ operation }) => operation === 'putBusinessLineCallHandling',
    )?.body;
    expect(names('putBusinessLineCallHandling').map(({ body }) => body)).toContainEqual(handling);
    expect(names('createSipTrunk')[0].body.sipPassword).not.toMatch(/given/);
    expect(new Set(planned.map((each) => each.row))).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9]));
  });

  it('says which rows are there already, and what it could not check', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const rows = mixedRows(8);
    await write('first.csv', csvOf(rows.slice(0, 6)));
    await write('sheet.csv', csvOf(rows));
    expectExit(await cli('run', 'first.csv', '--out', 'first', '--quiet'), 0);
    const sent = sandbox.requests.length;
    const ended = await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--json');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ existing: 6, rows: { total: 8, valid: 8, invalid: 0 } });
    expect(ended.stderr).toMatch(/6 rows are on the platform already/);
    expect(ended.stderr).toMatch(/Not checkable without a write/);
    const warnings = csv('dry/results.csv').map((result) => result['warnings'] ?? '');
    for (const text of warnings.slice(0, 6)) expect(text).toMatch(/would be existing/);
    expect(warnings[7]).not.toMatch(/existing/);
    expect(writesOf(sandbox, sent)).toEqual([]);
  });

  it('takes a further line of a device of the account for what it is, and no device of another account', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const phone: SheetRow = { deviceTypeId: 'VVX400', macAddress: '0004F2000077' };
    const first = row(phone);
    const { accountNumber = '' } = first;
    const line: SheetRow = {
      ...{ product: 'BUSINESS_LINE', accountNumber, lineName: 'Front', deviceTypeId: 'SPA8000' },
      macAddress: '0004F2000078',
    };
    const pilot = [first, line];
    const wave: SheetRow[] = [
      {
        ...{ product: 'BCC', accountNumber, firstName: 'Bob', lastName: 'Ray', extension: '4001' },
        ...{ userProductPlan: 'STANDARD', ...phone, lineNumber: '2' },
      },
      { ...line, lineName: 'Back', lineNumber: '2' },
    ];
    await write('pilot.csv', csvOf(pilot));
    expectExit(await cli('run', 'pilot.csv', '--out', 'pilot', '--quiet'), 0);
    await write('wave.csv', csvOf([...pilot, ...wave]));
    const sent = sandbox.requests.length;
    const dry = await cli('run', 'wave.csv', '--dry-run', '--out', 'dry', '--json');
    expectExit(dry, 0);
    expect(JSON.parse(dry.stdout).plan.objects).toMatchObject({
      ...{ device: { create: 1, exist: 1 }, portAssignment: { create: 1, exist: 1 } },
    });
    expect(writesOf(sandbox, sent)).toEqual([]);
    expectExit(await cli('run', 'wave.csv', '--out', 'wave', '--quiet'), 0);
    expect(csv('wave/results.csv').map(({ status }) => status)).toEqual([
      ...['existing', 'existing', 'created', 'created'],
    ]);

    await write('other.csv', csvOf([row({ ...phone, lineNumber: '3' }), row({ ...phone, lineNumber: '4' })]));
    const other = await cli('run', 'other.csv', '--dry-run', '--json');
    expectExit(other, 1);
    const { problems } = JSON.parse(other.stdout);
    expect(problems.map(({ code }: { code: string }) => code)).toEqual([
      ...['MAC_ADDRESS_NOT_FREE', 'MAC_ADDRESS_NOT_FREE'],
    ]);
  });

  it('counts the numbers near each place', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, write } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf([row(LINDON), row(LINDON), row(LINDON)]));
    expectExit(await cli('run', 'sheet.csv', '--dry-run', '--quiet'), 0);
    const searches = sandbox.requests.filter(({ operation }) => operation === 'tnSearch');
    expect(searches).toHaveLength(1);
    expect(writesOf(sandbox)).toEqual([]);
  });

  it('is no run that could be resumed or undone', async ({ expect, onTestFinished }) => {
    const { cli, write } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf([row({})]));
    expectExit(await cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--quiet'), 0);
    for (const command of [
      ['resume', 'dry'],
      ['undo', 'dry', '--yes'],
      ['verify', 'dry'],
    ]) {
      const ended = await cli(...command);
      expectExit(ended, 3);
      expect(ended.stderr).toMatch(/it created nothing/);
    }
  });
});
