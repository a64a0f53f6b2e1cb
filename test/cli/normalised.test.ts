import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { describe, type ExpectStatic, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { type CliProcess, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { openGate } from '../fixtures/gate.js';
import { NORMALISED_SAMPLE } from '../fixtures/normalised-sample.js';
import { type Cells, placeOf, readWorkbook, SAMPLES, writesOf } from './place.js';

const SHEET = join(SAMPLES, 'normalised.xlsx');
const PROFILE = ['--profile', join(SAMPLES, 'normalised.json')] as const;

/** What is on the platform, in words: each user with its account, numbers (the caller ID with a star) and devices. */
function platformOf({ state }: Sandbox): string[] {
  const accounts = new Map(state.accounts.toJSON().map((each) => [each.id, each]));
  const numbers = state.numbers.toJSON();
  const devices = state.devices.toJSON();
  return state.users
    .toJSON()
    .map(({ id, accountId, extension, firstName, lastName, userProductPlan }) => {
      const account = accounts.get(accountId);
      const own = numbers
        .filter(({ referenceId }) => referenceId === id)
        .map(({ phoneNumber, assignAsCallerId }) =>
          assignAsCallerId === true ? `${phoneNumber}*` : phoneNumber,
        );
      const lines = devices
        .filter(({ userId }) => userId === id)
        .map(({ macAddress, lineNumber }) => `${macAddress}/${lineNumber}`);
      const whose = `${account?.accountNumber} ${account?.accountName} (${account?.accountType} ${account?.extensionLength})`;
      const who = `${extension} ${firstName} ${lastName} ${userProductPlan}`;
      return [whose, who, own.sort().join(' '), lines.sort().join(' ')].join(' | ');
    })
    .sort();
}

const PROVO = 'C-7001 Provo Hearing Center (ADVANCED 4)';
const BAY = 'C-7002 Bay Street Dental (ADVANCED 3)';
const ALL = [
  `${PROVO} | 4001 Grace Lindqvist ADVANCED | 18013737001* 18013737002 | 0004f2e77001/1`,
  `${PROVO} | 4002 Tomás Rivera STANDARD | 18013737003* | 0004f2e77001/2`,
  `${BAY} | 201 Chloé Tremblay ADVANCED | 14165557004* | 0004f2e77002/1`,
];

/** What is there is as the sample says; the number of the meeting room was searched. */
function expectAll(expect: ExpectStatic, sandbox: Sandbox): void {
  const users = platformOf(sandbox).map((user) =>
    user.replace(/(Meeting Room STANDARD) \| 1\d{10}\* /, '$1 | found '),
  );
  expect(users).toEqual([...ALL, `${BAY} | 202 Meeting Room STANDARD | found | `].sort());
  expect(sandbox.state.accounts.toJSON().length).toEqual(2);
  expect(sandbox.state.numbers.toJSON().length).toEqual(5);
}

/** Whether a template is as the one in `templates`; `UPDATE_FILES=1` writes that anew. */
async function sameAsShipped(path: string, name: string): Promise<boolean> {
  const shipped = join(SAMPLES, '../templates', name);
  if (process.env['UPDATE_FILES'] === '1') copyFileSync(path, shipped);
  if (name.endsWith('.json')) return readFileSync(path, 'utf8') === readFileSync(shipped, 'utf8');
  return JSON.stringify(await readWorkbook(path)) === JSON.stringify(await readWorkbook(shipped));
}

describe.concurrent('a normalised workbook with its profile', () => {
  it('is imported, recognised, verified and taken back', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    expectExit(await place.cli('run', SHEET, ...PROFILE, '--out', 'run', '--quiet'), 0);
    expectAll(expect, place.sandbox);

    const rows = await readWorkbook(join(place.directory, 'run/results.xlsx'));
    expect(rows.map(({ status }) => status)).toEqual(Array(14).fill('created'));
    const ofCustomer = rows.filter(({ CustID }) => CustID === 'C-7002');
    expect(new Set(ofCustomer.map(({ accountId }) => accountId)).size).toBe(1);
    expect(rows.find(({ TN }) => TN === '801-373-7002')).toMatchObject({
      userId: rows.find(({ First }) => First === 'Grace')?.['userId'],
      assignedPhoneNumber: '18013737002',
    });

    expectExit(await place.cli('verify', 'run'), 0);
    const before = place.sandbox.requests.length;
    expectExit(await place.cli('run', SHEET, ...PROFILE, '--out', 'again', '--quiet'), 0);
    expect(writesOf(place.sandbox, before)).toEqual([]);
    const again = await readWorkbook(join(place.directory, 'again/results.xlsx'));
    expect(again.map(({ status }) => status)).toEqual(Array(14).fill('existing'));

    expectExit(await place.cli('undo', 'run', '--yes'), 0);
    expect(platformOf(place.sandbox)).toEqual([]);
    expect(place.sandbox.state.accounts.toJSON()).toEqual([]);
  });

  it('has a template, which is valid with its profile and is never written over', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const written = await place.cli('template', 'workbook', '--out', 't');
    expectExit(written, 0);
    expect(written.stdout.trim().split('\n')).toEqual([
      join('t', 'normalised.xlsx'),
      join('t', 'normalised.json'),
    ]);
    for (const name of ['normalised.xlsx', 'normalised.json'])
      expect(await sameAsShipped(join(place.directory, 't', name), name)).toBe(true);
    const files = [join('t', 'normalised.xlsx'), '--profile', join('t', 'normalised.json')];
    const { stdout } = await place.cli('validate', ...files, '--json');
    const { rows, problems } = JSON.parse(stdout);
    expect(rows).toEqual({ total: 4, valid: 4, invalid: 0 });
    expect(problems.map(({ sheet, code }: Cells) => `${sheet} ${code}`)).toEqual([
      ...['Customers EXAMPLE_ROW', 'Users EXAMPLE_ROW', 'Phones EXAMPLE_ROW', 'Numbers EXAMPLE_ROW'],
    ]);
    const again = await place.cli('template', 'normalised', '--out', 't');
    expectExit(again, 3);
    expect(again.stderr).toContain('normalised.xlsx is there already, and was left as it is.');
    expectExit(await place.cli('template', 'workbook', '--format', 'csv', '--out', 'u'), 3);
  });

  it('may be files, given in any order', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const names = ['Numbers', 'Users', 'ZIP list', 'Phones', 'Customers'];
    for (const name of names)
      await place.write(
        `${name}.csv`,
        (NORMALISED_SAMPLE[name] ?? []).map((row) => row.join(',')).join('\n'),
      );
    const files = names.map((name) => `${name}.csv`);
    expectExit(await place.cli('run', ...files, ...PROFILE, '--out', 'run', '--quiet'), 0);
    expectAll(expect, place.sandbox);
    expectExit(await place.cli('verify', 'run'), 0);
  });

  it('is one input in whatever order its worksheets are read', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const profile = JSON.parse(readFileSync(PROFILE[1], 'utf8'));
    const { Customers, Users, Phones, Numbers, ...others } = profile.sheets;
    // customers that are left out have to be known before what belongs to them
    Customers.skip = { CustID: ['Total*'] };
    const reversed = { ...profile, sheets: { Numbers, Phones, Users, Customers, ...others } };
    await place.write('reversed.json', JSON.stringify(reversed));
    const ended = await place.cli('run', SHEET, '--profile', 'reversed.json', '--out', 'run');
    expectExit(ended, 0);
    // the rows of numbers come first, and are shown with the names that come later
    expect(ended.stdout).toMatch(/^BCC +C-7001 +Grace Lindqvist +18013737002 /m);
    const users = platformOf(place.sandbox);
    expect(users.filter((user) => !/Meeting Room|C-7003/.test(user))).toEqual([...ALL].sort());
    expect(users.filter((user) => user.includes('C-7003'))).toEqual([
      'C-7003 Timp Fitness (ADVANCED 4) | 4001 Owen Price STANDARD | 18013737006* | ',
    ]);
    expectExit(await place.cli('verify', 'run'), 0);
    expectExit(await place.cli('undo', 'run', '--yes'), 0);
    expect(place.sandbox.state.accounts.toJSON()).toEqual([]);
  });

  it('is the same when the run is killed at every write', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const gate = await openGate(place.sandbox);
    onTestFinished(() => gate.close());
    const options = { cwd: place.directory, env: { ...place.env, ALIANZA_BASE_URL: gate.url } };
    const struck = new Set<string>();
    let process: CliProcess | null = null;
    gate.watch((phase, { operation, isWrite }) => {
      if (phase !== 'committed' || !isWrite || struck.has(operation)) return undefined;
      struck.add(operation);
      process?.kill();
      return 'drop';
    });
    const quick = ['--quiet', '--timeout', '1500', '--concurrency', '4'];
    process = startCli(['run', SHEET, ...PROFILE, '--out', 'run', ...quick], options);
    let ended = await process.ended;
    while (ended.code === null) {
      process = startCli(['resume', 'run', ...quick], options);
      ended = await process.ended;
    }
    expectExit(ended, 0);
    expect(struck.size).toBeGreaterThan(4);
    expectAll(expect, place.sandbox);
    gate.watch(null);
    expectExit(await startCli(['verify', 'run'], options).ended, 0);
  });

  it('gives its errors back in a file that goes in again', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const book = new ExcelJS.Workbook();
    await book.xlsx.readFile(SHEET);
    // a number that is in no inventory
    Object.assign(book.getWorksheet('Numbers')?.getCell('C3') ?? {}, { value: '435-555-7002' });
    await book.xlsx.writeFile(join(place.directory, 'book.xlsx'));
    expectExit(await place.cli('run', 'book.xlsx', ...PROFILE, '--out', 'run', '--quiet'), 1);

    const errors = new ExcelJS.Workbook();
    await errors.xlsx.readFile(join(place.directory, 'run/errors.xlsx'));
    expect(errors.worksheets.map(({ name, rowCount }) => [name, rowCount])).toEqual([['Numbers', 2]]);
    const [sheet] = errors.worksheets;
    const header = (sheet?.getRow(1).values ?? []) as string[];
    const cell = (name: string) => sheet?.getRow(2).getCell(header.indexOf(name)).text;
    expect([cell('TN'), cell('accountName'), cell('firstName'), cell('userProductPlan')]).toEqual([
      ...['435-555-7002', 'Provo Hearing Center', 'Grace', 'ADVANCED'],
    ]);
    Object.assign(sheet?.getRow(2).getCell(header.indexOf('TN')) ?? {}, { value: '801-373-7002' });
    await errors.xlsx.writeFile(join(place.directory, 'corrected.xlsx'));
    expectExit(await place.cli('run', 'corrected.xlsx', ...PROFILE, '--out', 'second', '--quiet'), 0);
    expectAll(expect, place.sandbox);
  });

  it('that joins to nothing is told with its places, and nothing is sent', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await place.write(
      'Customers.csv',
      'CustID,Customer,Zone,Bill Day,Digits,Status\nC-1001,Corner Shop,MST,1,4,\n',
    );
    await place.write(
      'Users.csv',
      'CustID,Ext,First,Last,Tier\nC-1001,4001,Anna,Leeds,Basic\nC-1002,4001,Bobby,Rayne,Basic\n',
    );
    await place.write(
      'Numbers.csv',
      'CustID,Ext,TN,Street,City,State,ZIP\nC-1001,4009,8013737001,86 N University Ave,Provo,UT,84601\n',
    );
    const profile = JSON.parse(readFileSync(PROFILE[1], 'utf8'));
    delete profile.sheets['ZIP list'];
    await place.write('profile.json', JSON.stringify(profile));
    const files = ['Numbers.csv', 'Users.csv', 'Customers.csv'];
    const run = await place.cli('run', ...files, '--profile', 'profile.json', '--out', 'run', '--json');
    expectExit(run, 1);
    const validated = await place.cli('validate', ...files, '--profile', 'profile.json', '--json');
    const problems = JSON.parse(validated.stdout).problems.filter(
      ({ severity }: Cells) => severity === 'error',
    );
    expect(
      problems.map(({ file, row, column, code, message, hint }: Cells) => ({
        file,
        row,
        column,
        code,
        message,
        hint,
      })),
    ).toEqual([
      {
        ...{ file: 'Users.csv', row: 3, column: 'accountNumber', code: 'JOINS_NOTHING' },
        message: 'The row only names its account "C-1002", and no row brings it',
        hint: 'Add the account to Customers.csv, or correct accountNumber.',
      },
      {
        ...{ file: 'Numbers.csv', row: 2, column: 'extension', code: 'JOINS_NOTHING' },
        message:
          'The row only names its user "4009" of the account of row 2 of Customers.csv, and no row brings the user',
        hint: 'Add the user to Users.csv, or correct accountNumber or extension.',
      },
    ]);
    expect(JSON.parse(validated.stdout).problems).toContainEqual(
      expect.objectContaining({ code: 'SHEET_NOT_THERE', severity: 'warning' }),
    );
    expect(writesOf(place.sandbox)).toEqual([]);
  });
});
