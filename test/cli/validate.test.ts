import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { placeOf, SAMPLES } from './place.js';

const MISTAKES = join(SAMPLES, 'mistakes.csv');

describe.concurrent('validate', () => {
  it('finds every mistake of samples/mistakes.csv at its row and column, and blames no clean row', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, directory } = await placeOf(onTestFinished);
    const ended = await cli('validate', MISTAKES, '--json', '--out', 'v');
    expectExit(ended, 1);
    const { problems } = JSON.parse(ended.stdout) as {
      problems: { row: number; column: string; code: string; value: string; severity: string }[];
    };
    expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual(
      expect.arrayContaining(EXPECTED.map((each) => [...each])),
    );
    expect(problems).toHaveLength(EXPECTED.length);
    expect(problems.map(({ severity }) => severity)).toEqual(EXPECTED.map(() => 'error'));
    expect(problems.find(({ row }) => row === 6)?.value).toBe('STANDRD');
    const invalid = new Set<number>(EXPECTED.map(([row]) => row));
    expect(csv('v/results.csv').map(({ status }) => status)).toEqual(
      Array.from({ length: 23 }, (_, at) => (invalid.has(at + 2) ? 'invalid' : 'valid')),
    );
    expect(existsSync(join(directory, 'v/report.html'))).toBe(true);
    expect(sandbox.requests).toEqual([]);
  });

  it('--no-results leaves results and report to the command that writes them', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, csv, directory } = await placeOf(onTestFinished);
    const ended = await cli('validate', MISTAKES, '--json', '--out', 'v', '--no-results');
    expectExit(ended, 1);
    const { problems, ...told } = JSON.parse(ended.stdout);
    expect(problems).toHaveLength(EXPECTED.length);
    expect(told).toMatchObject({
      rows: { total: 23, invalid: 16 },
      results: null,
      errors: null,
      report: null,
    });
    const files = readdirSync(join(directory, 'v')).filter((name) => !name.startsWith('journal.db-'));
    expect(files.sort()).toEqual(['journal.db', 'lock', 'run.log']);
    expectExit(await cli('results', 'v'), 0);
    expect(csv('v/results.csv').filter(({ status }) => status === 'invalid')).toHaveLength(16);
    expect(existsSync(join(directory, 'v/report.html'))).toBe(true);
    const refused = await cli('validate', MISTAKES, '--no-results');
    expectExit(refused, 3);
    expect(refused.stderr).toContain('--no-results goes with --out');
  });

  it('prints the first problems grouped by cause, and what to do', async ({ expect, onTestFinished }) => {
    const { cli } = await placeOf(onTestFinished);
    const ended = await cli('validate', MISTAKES);
    expectExit(ended, 1);
    expect(ended.stderr).toBe('');
    expect(ended.stdout).toContain('Did you mean STANDARD?');
    expect(ended.stdout).toContain('mistakes.csv, row 6, userProductPlan');
    expect(ended.stdout).toContain('23 rows: 7 valid, 16 invalid');
    expect(ended.stdout.split('\n').length).toBeLessThan(80);
  });

  it('reads standard input', async ({ expect, onTestFinished }) => {
    const { directory, env } = await placeOf(onTestFinished);
    const before = `exec < '${MISTAKES}'`;
    const ended = await startCli(['validate', '-', '--json'], { cwd: directory, env, before }).ended;
    expectExit(ended, 1);
    const { rows, problems } = JSON.parse(ended.stdout);
    expect(rows).toEqual({ total: 23, valid: 7, invalid: 16 });
    expect(problems[0]).toMatchObject({ file: '-', row: 3, column: 'phoneNumber' });
  });

  it('--set fills blank cells, and a cell wins over it', async ({ expect, onTestFinished }) => {
    const { cli, csv, write } = await placeOf(onTestFinished);
    const [row = {}] = mixedRows(1);
    const { timeZone: _zone, accountName: _name, ...rest } = row;
    await write('sheet.csv', csvOf([{ ...rest, accountName: 'Kept' }]));
    expectExit(await cli('validate', 'sheet.csv'), 1);
    expectExit(
      await cli('validate', 'sheet.csv', '--set', 'timeZone=US/Pacific', '--set', 'accountName=X'),
      0,
    );
    expectExit(await cli('run', 'sheet.csv', '--out', 'r', '--quiet', '--set', 'timezone=US/Pacific'), 0);
    expect(csv('r/results.csv')[0]?.['status']).toBe('created');
  });

  it('--profile maps headers, defaults and values, and says how each header was understood', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, write } = await placeOf(onTestFinished);
    await write(
      'export.csv',
      'Kind;BillTo;Cust;Zone;Ext;GivenName;Surname;Tier;Sales rep\r\n' +
        'Desk phone;A-1;Acme;MST;4000;Ann;Lee;Gold;Bo\r\n',
    );
    const profile = {
      headers: {
        Kind: 'product',
        BillTo: 'accountNumber',
        Cust: 'accountName',
        Zone: 'timeZone',
        Tier: 'userProductPlan',
        'Sales rep': null,
      },
      defaults: {
        billingCycleDay: 1,
        dialingBehaviorType: 'TEN_DIGIT',
        extensionLength: 4,
        blockEmail: 'yes',
      },
      values: {
        product: { 'Desk phone': 'BCC' },
        timeZone: { MST: 'US/Mountain' },
        userProductPlan: { Gold: 'STANDARD' },
      },
      options: { concurrency: 3 },
    };
    await write('acme.json', JSON.stringify(profile));
    const ended = await cli('validate', 'export.csv', '--profile', 'acme.json');
    expectExit(ended, 0);
    expect(ended.stdout).toContain(
      'Headers: 3 by synonym (Ext → extension, GivenName → firstName, Surname → lastName), ' +
        '5 by the profile (Kind → product, BillTo → accountNumber, Cust → accountName, Zone → timeZone, ' +
        'Tier → userProductPlan), 1 not used (Sales rep).',
    );
    expectExit(await cli('run', 'export.csv', '--profile', 'acme.json', '--out', 'r', '--quiet'), 0);
    const [account] = [...sandbox.state.accounts.values()];
    const [user] = [...sandbox.state.users.values()];
    expect(account).toMatchObject({ accountNumber: 'A-1', timeZone: 'US/Mountain', extensionLength: 4 });
    expect(user).toMatchObject({ userProductPlan: 'STANDARD', blockEmail: true });
  });
});

const EXPECTED = [
  [3, 'phoneNumber', 'PHONE_NUMBER_INVALID'],
  [5, 'extension', 'EXTENSION_LENGTH'],
  [6, 'userProductPlan', 'NOT_AN_OPTION'],
  [8, 'emailAddress', 'REQUIRED'],
  [9, 'phoneNumber', 'PHONE_NUMBER_TAKEN'],
  [10, 'phoneNumber', 'DIGITS_LOST'],
  [11, 'macAddress', 'MAC_ADDRESS_INVALID'],
  [13, 'state', 'STATE_UNKNOWN'],
  [14, 'customerName', 'TOO_LONG'],
  [15, 'accountName', 'ACCOUNT_CONFLICT'],
  [16, 'extension', 'EXTENSION_TAKEN'],
  [18, 'userProductPlan', 'NOT_ALLOWED'],
  [19, 'timeZone', 'TIME_ZONE_UNKNOWN'],
  [20, 'accountNumber', 'SECOND_HOME_PHONE'],
  [22, 'busyForwardTo', 'REQUIRED'],
  [23, 'concurrentCalls', 'OUT_OF_RANGE'],
] as const;
