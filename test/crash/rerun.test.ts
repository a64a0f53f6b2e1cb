import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { mixedRows, type SheetRow, spelledOut } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace } from '../fixtures/workspace.js';

const isWrite = ({ method, operation }: Sandbox['requests'][number]) =>
  method !== 'GET' && operation !== 'logUserIn';

const ID_COLUMNS = [
  'accountNumber',
  'accountId',
  'userId',
  'assignedPhoneNumber',
  'businessLineId',
  'sipTrunkId',
  'deviceId',
];

const idsOf = (results: readonly Readonly<Record<string, string>>[]) =>
  results.map((result) => ID_COLUMNS.map((column) => result[column]));

describe.concurrent('a rerun of the same sheet in a new run directory', () => {
  it('makes no write call, and every row is existing with the same IDs', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(24);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const [before, sent] = [plain(sandbox.state), sandbox.requests.length];

    const again = await makeWorkspace(sandbox, rows);
    onTestFinished(again.remove);
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: rows.length });
    expect(idsOf(again.results())).toEqual(idsOf(workspace.results()));
    const methods = sandbox.requests
      .slice(sent)
      .map(({ method, operation }) => (method === 'GET' ? 'GET' : operation));
    expect(new Set(methods)).toEqual(new Set(['GET', 'logUserIn']));
    expect(plain(sandbox.state)).toEqual(before);
  });

  it('in another order makes no write call either', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(16);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;

    const again = await makeWorkspace(sandbox, spelledOut(rows).reverse());
    onTestFinished(again.remove);
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: rows.length });
    expect(sandbox.requests.slice(sent).filter(isWrite)).toEqual([]);
  });

  it('with additions creates only the additions', async ({ expect, onTestFinished }) => {
    // The last group names numbers that no search of the first has handed out.
    const rows = [...mixedRows(8), ...mixedRows(48).slice(40)];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows.slice(0, 8));
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;

    const user: SheetRow = { product: 'BCC', accountNumber: 'BCC-0', userProductPlan: 'STANDARD' };
    const line: SheetRow = { product: 'BUSINESS_LINE', accountNumber: 'BL-0' };
    const added: SheetRow[] = [
      { ...user, ...NEAR, firstName: 'New', lastName: 'One', extension: '4100', ...PHONE },
      { ...user, firstName: 'New', lastName: 'Two', extension: '4101' },
      { ...line, ...NEAR, lineName: 'Added' },
      ...rows.slice(8),
    ];
    const again = await makeWorkspace(sandbox, [...rows.slice(0, 8), ...added]);
    onTestFinished(again.remove);
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 8, created: added.length });
    expect(again.differences(workspace.credentials())).toEqual([]);
    const creates = sandbox.requests
      .slice(sent)
      .filter(isWrite)
      .map(({ operation }) => operation);
    const count = (operation: string) => creates.filter((each) => each === operation).length;
    expect(count('createAccount')).toBe(5);
    expect(count('createEndUser')).toBe(2 + 5);
    expect(count('createBusinessLine')).toBe(1 + 2);
    expect(count('createOrAddTelephoneNumberToAccount')).toBe(2 + 7);
    expect(count('createDevice')).toBe(1 + 2);
  });

  it('leaves a user the number that it has, though another row now names it', async ({
    expect,
    onTestFinished,
  }) => {
    const [search = {}, , , home = {}, homeGiven = {}] = mixedRows(8);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [search, home]);
    expectExit(await workspace.run(), 0);
    const before = plain(sandbox.state);
    const [first, second] = workspace.results().map(({ assignedPhoneNumber }) => assignedPhoneNumber ?? '');
    const mistaken: SheetRow[] = [
      { ...homeGiven, phoneNumber: first ?? '' },
      { ...homeGiven, accountNumber: 'HG-X', phoneNumber: second ?? '' },
    ];
    const again = await makeWorkspace(sandbox, [search, home, ...mistaken]);
    onTestFinished(again.remove);
    expectExit(await again.run(), 1);
    expect(again.results().map(({ status }) => status)).toEqual(['existing', 'existing', 'failed', 'failed']);
    expect(plain(sandbox.state).numbers).toEqual(before.numbers);
  });

  it('with --existing fail fails every row, and says why', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(8);
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run('--existing', 'fail'), 0);
    const [before, sent] = [plain(sandbox.state), sandbox.requests.length];

    const again = await makeWorkspace(sandbox, rows);
    onTestFinished(again.remove);
    expectExit(await again.run('--existing', 'fail'), 1);
    const { created, existing } = again.counts();
    expect({ created, existing }).toEqual({});
    for (const { error } of again.results()) expect(error).toMatch(/this run did not create it/);
    expect(sandbox.requests.slice(sent).filter(isWrite)).toEqual([]);
    expect(plain(sandbox.state)).toEqual(before);
  });
});

const NEAR: SheetRow = { address: '10 State St', city: 'Lindon', state: 'UT', postalCode: '84042' };
const PHONE: SheetRow = { deviceTypeId: 'VVX400', macAddress: '00A0FFFFFF01' };

describe.concurrent('something else under the same name', () => {
  const [search = {}, given = {}, , home = {}, , line = {}, , trunk = {}] = mixedRows(8);

  /** Runs the first sheet, then the second, whose first row fails and writes nothing. */
  const second = (rows: readonly SheetRow[], other: readonly SheetRow[], words: RegExp) =>
    [rows, other, words] as const;

  it.for([
    [
      'an account of another type',
      ...second(
        [home],
        [{ ...search, accountNumber: 'HP-0', accountName: home.accountName ?? '' }],
        /SIMPLE/,
      ),
    ],
    [
      'an account of another name',
      ...second([search], [{ ...search, accountName: 'A stranger' }], /"Bakery 0".*"A stranger"/),
    ],
    [
      'a user of another name',
      ...second([search], [{ ...search, firstName: 'Zoe' }], /extension 4000 is Ann Lee 0/),
    ],
    [
      'a number that rings something else',
      ...second(
        [{ ...search, ...PHONE }, given],
        [
          { ...search, ...PHONE },
          { ...given, phoneNumber: '' },
          {
            ...given,
            firstName: 'Third',
            lastName: 'User',
            extension: '4055',
            username: 'third.user',
            emailAddress: 'third@example.com',
          },
        ],
        /rings something else/,
      ),
    ],
    [
      'a device of another user',
      ...second(
        [search, given],
        [
          { ...search, macAddress: '', deviceTypeId: '', lineNumber: '', deviceName: '' },
          { ...given, macAddress: search.macAddress ?? '', deviceTypeId: 'VVX250', lineNumber: '2' },
        ],
        /belongs to another user/,
      ),
    ],
    [
      'a line on another port',
      ...second([line], [{ ...line, macAddress: '00A0FFFFFF02' }], /the line is on port 3/),
    ],
    [
      "a trunk's name in another account",
      ...second(
        [trunk],
        [{ ...trunk, accountNumber: 'ST-X', accountName: 'Another clinic' }],
        /trunkName: clinic-0 already exists/,
      ),
    ],
    [
      'a SIP username in use',
      ...second(
        [{ ...trunk, sipUsername: 'pbx-of-clinic', sipPassword: 'p4ss-of-clinic' }],
        [{ ...trunk, trunkName: 'clinic-x', sipUsername: 'pbx-of-clinic', sipPassword: 'p4ss-of-clinic' }],
        /answered 400: the SIP username is in use \(SipUsernameInUse\)/,
      ),
    ],
  ] as const)('%s is a failure that says so', async ([, rows, other, words], { expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const kept = plain(sandbox.state);
    const again = await makeWorkspace(sandbox, other);
    onTestFinished(again.remove);
    expectExit(await again.run(), 1);
    const failed = again.results().filter(({ status }) => status === 'failed');
    expect(failed).toHaveLength(1);
    expect(failed[0]?.['error']).toMatch(words);
    expect(failed[0]?.['hint']).not.toBe('');
    // What was there is as it was.
    const now = plain(sandbox.state);
    for (const account of kept.accounts) expect(now.accounts).toContainEqual(account);
    for (const number of kept.numbers) expect(now.numbers).toContainEqual(number);
    for (const user of kept.users) expect(now.users).toContainEqual(user);
    for (const handling of kept.callHandlings) expect(now.callHandlings).toContainEqual(handling);
    for (const device of kept.devices) expect(now.devices).toContainEqual(device);
    expect(now.reservations).toEqual([]);
  });
});
