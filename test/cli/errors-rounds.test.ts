import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, type SheetRow } from '../fixtures/rows.js';
import { placeOf, readWorkbook } from './place.js';

const ACCOUNT: SheetRow = {
  ...{ product: 'BCC', accountName: 'Round Co', timeZone: 'US/Mountain', billingCycleDay: '1' },
  ...{ dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT', extensionLength: '4' },
};

function user(accountNumber: string, extension: string, over: SheetRow = {}): SheetRow {
  const person = { firstName: 'Ann', lastName: `Of ${extension}`, userProductPlan: 'STANDARD' };
  return { ...ACCOUNT, accountNumber, ...person, extension, blockEmail: 'yes', username: '', ...over };
}

const NUMBER: SheetRow = {
  ...{ phoneNumber: '', address: '215 S State St', city: 'Salt Lake City', state: 'UT', postalCode: '84111' },
};

const skip = ['--quiet', '--on-invalid', 'skip'];

describe.concurrent('an errors file that comes back in', () => {
  it('names the rows of the original sheet in every round, also in what it says of others', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const good = [user('R-1', '4000'), user('R-1', '4001')];
    const rows = [
      ...good,
      user('R-1', '40'),
      user('R-2', '4000', { username: 'twice@example.com' }),
      user('R-2', '4001', { username: 'twice@example.com', userTimeZone: 'Mars' }),
      user('R-1', '4003', { accountName: 'Another Co' }),
    ];
    await place.write('sheet.csv', csvOf(rows));
    expectExit(await place.cli('run', 'sheet.csv', '--out', 'one', ...skip), 1);
    const one = place.csv('one/errors.csv');
    expect(one.map(({ inputRow }) => inputRow)).toEqual(['4', '6', '7']);
    expect(one[1]?.['error']).toContain('is the username of inputRow 5');
    expect(one[2]?.['error']).toContain('but inputRow 2, the account\'s first row, has "Round Co"');
    expect(Object.keys(one[0] ?? {})).not.toContain('inputFile');
    // the results follow the sheet, and speak of its rows
    const results = place.csv('one/results.csv');
    expect(Object.keys(results[0] ?? {})).not.toContain('inputRow');
    expect(results[4]?.['error']).toContain('is the username of row 5');

    // one row corrected, two left as they are
    await place.write('two.csv', place.text('one/errors.csv').replace(',40,', ',4002,'));
    expectExit(await place.cli('run', 'two.csv', '--out', 'two', ...skip), 1);
    const two = place.csv('two/errors.csv');
    expect(two.map(({ inputRow }) => inputRow)).toEqual(['6', '7']);
    // `two.csv` is another sheet: there the account's first row is the corrected one, inputRow 4
    expect(two[1]?.['error']).toContain("but inputRow 4, the account's first row");
    expect(place.csv('two/results.csv').map(({ inputRow, status }) => [inputRow, status])).toEqual([
      ['4', 'created'],
      ['6', 'invalid'],
      ['7', 'invalid'],
    ]);

    const corrected = place
      .text('two/errors.csv')
      .replace('Mars', 'US/Eastern')
      .replace('twice@', 'once@')
      .replace('Another Co', 'Round Co');
    await place.write('three.csv', corrected);
    expectExit(await place.cli('run', 'three.csv', '--out', 'three', ...skip), 0);
    expect(place.csv('three/results.csv').map(({ inputRow, status }) => [inputRow, status])).toEqual([
      ['6', 'created'],
      ['7', 'created'],
    ]);
    const users = place.sandbox.state.users.toJSON().map(({ extension }) => extension);
    expect(users.sort()).toEqual(['4000', '4000', '4001', '4001', '4002', '4003']);
  });

  it('names file, worksheet and row where there are several', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('a.csv', csvOf([user('F-1', '4000'), user('F-1', '4001', { userTimeZone: 'Mars' })]));
    await place.write('b.csv', csvOf([user('F-1', '4002', { accountName: 'Other Co' })]));
    expectExit(await place.cli('run', 'a.csv', 'b.csv', '--out', 'one', ...skip), 1);
    const places = (name: string) =>
      place.csv(name).map(({ inputFile, inputSheet, inputRow }) => [inputFile, inputSheet, inputRow]);
    expect(places('one/results.csv')).toEqual([
      ['a.csv', '', '2'],
      ['a.csv', '', '3'],
      ['b.csv', '', '2'],
    ]);
    expect(place.csv('one/errors.csv')[1]?.['error']).toContain('but inputRow 2 of a.csv, the account');
    expectExit(await place.cli('validate', 'one/errors.csv', '--out', 'two', '--format', 'xlsx'), 1);
    const again = await readWorkbook(join(place.directory, 'two/errors.xlsx'));
    expect(again.map(({ inputFile, inputRow }) => [inputFile, inputRow])).toEqual([
      ['a.csv', '3'],
      ['b.csv', '2'],
    ]);
  });

  it('names the row that failed to a row that was skipped for it', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    // a user of the first row's account cannot be without it
    const rows = [user('S-0', '4000'), user('S-1', '4000'), user('S-1', '4001')];
    await place.write('sheet.csv', csvOf(rows));
    const { accounts } = place.sandbox.state;
    expect(accounts.toJSON()).toEqual([]);
    expectExit(await place.cli('run', 'sheet.csv', '--out', 'zero', '--quiet'), 0);
    await place.write('other.csv', csvOf(rows.map((row) => ({ ...row, accountName: 'Stranger Co' }))));
    expectExit(await place.cli('run', 'other.csv', '--out', 'one', '--quiet'), 1);
    const [, , skipped] = place.csv('one/errors.csv');
    expect(skipped).toMatchObject({ status: 'skipped', inputRow: '4', hint: 'Correct inputRow 3 first.' });
    expect(skipped?.['error']).toMatch(/^account:S-1 failed in inputRow 3: /);
    expect(place.csv('one/results.csv')[2]).toMatchObject({ hint: 'Correct row 3 first.' });
  });

  it('may leave blank what its account and user have already, as the hint says', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const rows = [
      user('B-1', '4000', { platformType: 'CPE2' }),
      // another name of the account, and another plan of the user of row 2
      user('B-1', '4001', { accountName: 'Another Co' }),
      user('B-1', '4000', { userProductPlan: 'ADVANCED', phoneNumber: '8015559401', state: 'UT' }),
    ].map((row) => ({ ...NUMBER, platformType: '', ...row }));
    await place.write('sheet.csv', csvOf(rows));
    expectExit(await place.cli('run', 'sheet.csv', '--out', 'one', ...skip), 1);
    const [one, two] = place.csv('one/errors.csv');
    expect(one).toMatchObject({ accountName: 'Another Co', inputRow: '3' });
    expect(one?.['hint']).toContain('Make the rows of the account equal, or leave the cell blank.');
    expect(two?.['hint']).toContain('Make the rows of the user equal, or leave the cell blank.');

    const blank = place.text('one/errors.csv').replace('Another Co', '').replace('ADVANCED', '');
    await place.write('one/errors.csv', blank);
    expectExit(await place.cli('validate', 'one/errors.csv'), 0);
    // a copy elsewhere has nothing beside it that could say it
    await place.write('copy.csv', blank);
    const copy = await place.cli('validate', 'copy.csv');
    expectExit(copy, 1);
    expect(copy.stdout).toContain('accountName is blank');
    expectExit(await place.cli('run', 'one/errors.csv', '--out', 'two', '--quiet'), 0);
    expect(place.csv('two/results.csv').map(({ status }) => status)).toEqual(['created', 'created']);
    const { accounts, users } = place.sandbox.state;
    expect(accounts.toJSON().map(({ accountName }) => accountName)).toEqual(['Round Co']);
    expect(users.toJSON().map(({ extension }) => extension)).toEqual(['4000', '4001']);
  });
});
