import { describe, expect, it } from 'vitest';
import type { InputReading } from '../../src/records/reading.js';
import { brief, type Cells, type TableSpec, validate } from './sheet.js';

const CUSTOMERS = [
  'accountNumber',
  'accountName',
  'timeZone',
  'billingCycleDay',
  'dialingBehaviorType',
  'extensionLength',
];
const USERS = ['accountNumber', 'extension', 'firstName', 'lastName', 'userProductPlan'];
const PHONES = ['accountNumber', 'extension', 'deviceTypeId', 'macAddress'];
const NUMBERS = ['accountNumber', 'extension', 'phoneNumber', 'address', 'postalCode'];

const reading: InputReading = {
  sheets: {
    Customers: { product: 'ACCOUNT' },
    Users: { product: 'BCC' },
    Phones: { product: 'BCC' },
    Numbers: { product: 'BCC' },
  },
};

const customer = (accountNumber: string, changes: Cells = {}): Cells => ({
  ...{
    accountNumber,
    accountName: `Customer ${accountNumber}`,
    timeZone: 'US/Mountain',
    billingCycleDay: '1',
  },
  ...{ dialingBehaviorType: 'TEN_DIGIT', extensionLength: '4', ...changes },
});
const user = (accountNumber: string, extension: string, changes: Cells = {}): Cells => ({
  ...{
    accountNumber,
    extension,
    firstName: `First${extension}`,
    lastName: 'Last',
    userProductPlan: 'STANDARD',
    ...changes,
  },
});
const phone = (accountNumber: string, extension: string, mac: string): Cells => ({
  ...{ accountNumber, extension, deviceTypeId: 'SPA122', macAddress: `0004f2aa${mac}` },
});
const number = (accountNumber: string, extension: string, last: string): Cells => ({
  ...{ accountNumber, extension, phoneNumber: `801555${last}`, address: '333 S 520 W', postalCode: '84042' },
});

const HEADERS = { Customers: CUSTOMERS, Users: USERS, Phones: PHONES, Numbers: NUMBERS };
type Sheets = Partial<Record<keyof typeof HEADERS, readonly Cells[]>>;

function check(sheets: Sheets, order = Object.keys(sheets), options: InputReading = reading) {
  const tables = order.map((name): TableSpec => {
    const sheet = name as keyof typeof HEADERS;
    return { file: 'book.xlsx', sheet, header: HEADERS[sheet], rows: sheets[sheet] ?? [] };
  });
  const checked = validate(tables, options);
  return {
    ...checked,
    told: [...checked.problems, ...checked.late].map((each) => `${each.sheet} ${brief(each)}`),
  };
}

const BOOK: Sheets = {
  Customers: [customer('C-1'), customer('C-2')],
  Users: [user('C-1', '4001'), user('C-1', '4002'), user('C-2', '4001')],
  Phones: [phone('C-1', '4001', '0001'), phone('C-2', '4001', '0002')],
  Numbers: [number('C-1', '4001', '1001'), number('C-1', '4001', '1002'), number('C-2', '4001', '1003')],
};

describe('sheets that belong together', () => {
  const orders = [
    ['Customers', 'Users', 'Phones', 'Numbers'],
    ['Numbers', 'Phones', 'Users', 'Customers'],
    ['Users', 'Numbers', 'Customers', 'Phones'],
    ['Phones', 'Customers', 'Numbers', 'Users'],
  ];

  it.each(orders)('are understood in the order %s, %s, %s, %s', (...order) => {
    const { checked, late, problems, validator } = check(BOOK, order);
    expect(problems).toEqual([]);
    // the second number of a user is not its caller ID, and that is all
    expect(late.map((each) => `${each.sheet} ${brief(each)}`)).toEqual([
      'Numbers row 3 assignAsCallerId NOT_CALLER_ID',
    ]);
    expect(checked.every(({ record }) => record.valid)).toBe(true);
    const records = new Map(checked.map(({ record }) => [record.ordinal, { ...record }]));
    for (const changes of validator.changes())
      for (const { ordinal, change } of changes) Object.assign(records.get(ordinal) ?? {}, change);
    for (const { sheet, values, accountFirst, userFirst } of records.values()) {
      const account = records.get(records.get(accountFirst)?.accountFrom ?? accountFirst);
      expect(account?.values).toMatchObject({
        accountName: `Customer ${values.accountNumber}`,
        extensionLength: 4,
      });
      const person = records.get(records.get(userFirst)?.userFrom ?? userFirst);
      if (sheet !== 'Customers')
        expect(person?.values).toMatchObject({
          accountNumber: values.accountNumber,
          firstName: `First${values.extension}`,
        });
    }
    expect([...records.values()].filter(({ callerId }) => callerId === true).map(({ row }) => row)).toEqual([
      2, 4,
    ]);
  });

  it.each(orders)('tell what joins to nothing, in the order %s, %s, %s, %s', (...order) => {
    const { told, late } = check(
      {
        ...BOOK,
        Users: [...(BOOK.Users ?? []), user('C-3', '4001')],
        Numbers: [
          number('C-1', '4001', '1001'),
          number('C-1', '4009', '1004'),
          number('C-3', '4001', '1005'),
        ],
      },
      order,
    );
    expect([...told].sort()).toEqual([
      'Numbers row 3 extension JOINS_NOTHING',
      'Numbers row 4 accountNumber JOINS_NOTHING',
      'Users row 5 accountNumber JOINS_NOTHING',
    ]);
    expect(late.find(({ column }) => column === 'extension')).toMatchObject({
      value: '4009',
      message:
        'The row only names its user "4009" of the account of row 2 of worksheet "Customers", and no row brings the user',
      hint: 'Add the user to worksheet "Users", or correct accountNumber or extension.',
    });
    expect(late.find(({ column, sheet }) => column === 'accountNumber' && sheet === 'Users')).toMatchObject({
      value: 'C-3',
      message: 'The row only names its account "C-3", and no row brings it',
      hint: 'Add the account to worksheet "Customers", or correct accountNumber.',
    });
  });

  it.each(orders)('tell what is joined twice with both places, in the order %s, %s, %s, %s', (...order) => {
    const { problems } = check(
      {
        Customers: [customer('C-1'), customer('C-1')],
        Users: [
          user('C-1', '4001'),
          user('C-1', '4001'),
          user('C-1', '4002'),
          user('C-1', '4002', { firstName: 'Other' }),
        ],
        Phones: [phone('C-1', '4001', '0001'), phone('C-1', '4002', '0001')],
        Numbers: [number('C-1', '4001', '1001'), number('C-1', '4002', '1001')],
      },
      order,
    );
    expect(problems.map((each) => `${each.sheet} ${brief(each)}: ${each.message}`).sort()).toEqual([
      'Customers row 3 accountNumber DUPLICATE_ROW: The row repeats the account of row 2',
      'Numbers row 3 phoneNumber PHONE_NUMBER_TAKEN: 18015551001 is the number of row 2',
      'Phones row 3 macAddress MAC_ADDRESS_TAKEN: Line 1 of device 0004f2aa0001 is used in row 2',
      'Users row 3 extension DUPLICATE_ROW: The row repeats the user of row 2 and adds neither a number nor a device',
      'Users row 5 extension EXTENSION_TAKEN: Extension 4002 belongs to First4002 Last in row 4',
    ]);
  });

  it.each(orders)('are checked for extensions of another length, in the order %s, %s, %s, %s', (...order) => {
    const { told } = check(
      { ...BOOK, Users: [user('C-1', '4001'), user('C-1', '400'), user('C-2', '4001')] },
      order,
    );
    expect(told.filter((each) => !each.includes('CALLER_ID'))).toEqual([
      'Users row 3 extension EXTENSION_LENGTH',
    ]);
  });

  it('agree on what an account is called', () => {
    const header = [...USERS, 'accountName'];
    const table = (sheet: string, head: readonly string[], rows: readonly Cells[]) => ({
      file: 'b.xlsx',
      sheet,
      header: head,
      rows,
    });
    const { problems } = validate(
      [
        table('Numbers', NUMBERS, BOOK.Numbers ?? []),
        table('Customers', CUSTOMERS, BOOK.Customers ?? []),
        table('Users', header, [
          user('C-1', '4001', { accountName: 'Another' }),
          user('C-2', '4001', { accountName: 'Customer C-2' }),
        ]),
      ],
      reading,
    );
    expect(problems.map((each) => `${brief(each)}: ${each.message}`)).toEqual([
      'row 2 accountName ACCOUNT_CONFLICT: accountName is "Another", but row 2 of worksheet "Customers", the account\'s first row, has "Customer C-1"',
    ]);
  });

  it('that a profile does not speak of are as before: the first row brings the account and the user', () => {
    const { problems } = check(
      { Numbers: [number('C-1', '4001', '1001')], Customers: [customer('C-1')] },
      undefined,
      {
        defaults: { product: 'BCC' },
      },
    );
    expect(problems.map((each) => `${each.sheet} ${brief(each)}`).slice(0, 2)).toEqual([
      'Numbers row 1 accountName MISSING_COLUMN',
      'Numbers row 1 timeZone MISSING_COLUMN',
    ]);
  });

  it('may name their account in another form: it is told with both places', () => {
    const { problems } = check({ Customers: [customer('00123')], Users: [user('123', '4001')] });
    expect(problems.map(brief)).toEqual(['row 2 accountNumber ACCOUNT_NUMBER_LOOKALIKE']);
    expect(problems[0]?.message).toContain('differs from "00123" of row 2 of worksheet "Customers"');
  });
});

describe('what belongs to a row that is left out', () => {
  const skipping = (skip: InputReading['skip']): InputReading => ({
    sheets: { ...reading.sheets, Customers: { product: 'ACCOUNT', skip: skip ?? {} } },
  });

  it('is left out with it, and told with both places', () => {
    const { problems, late, checked } = check(BOOK, undefined, skipping({ accountNumber: ['C-1'] }));
    expect(late).toEqual([]);
    expect(problems.map((each) => `${each.sheet} ${brief(each)}`)).toEqual([
      'Customers row 2 accountNumber ROW_LEFT_OUT',
      'Users row 2 accountNumber ROW_LEFT_OUT',
      'Users row 3 accountNumber ROW_LEFT_OUT',
      'Phones row 2 accountNumber ROW_LEFT_OUT',
      'Numbers row 2 accountNumber ROW_LEFT_OUT',
      'Numbers row 3 accountNumber ROW_LEFT_OUT',
    ]);
    expect(problems[1]?.message).toBe(
      'The row is left out with its account: the profile skips row 2 of worksheet "Customers", which brings "C-1"',
    );
    expect(checked.map(({ record }) => record.values.accountNumber)).toEqual(['C-2', 'C-2', 'C-2', 'C-2']);
  });

  it('stays where another row brings the account', () => {
    const twice = {
      ...BOOK,
      Customers: [customer('C-1', { accountName: 'Old' }), ...(BOOK.Customers ?? [])],
    };
    const { problems } = check(twice, undefined, skipping({ accountName: ['Old'] }));
    expect(problems.map((each) => `${each.sheet} ${brief(each)}`)).toEqual([
      'Customers row 2 accountName ROW_LEFT_OUT',
    ]);
  });

  it('may be the numbers and devices of a user', () => {
    const { problems } = check(BOOK, undefined, {
      sheets: { ...reading.sheets, Users: { product: 'BCC', skip: { firstName: ['First4001'] } } },
    });
    expect(problems.map((each) => `${each.sheet} ${brief(each)}`).slice(2)).toEqual([
      'Phones row 2 extension ROW_LEFT_OUT',
      'Phones row 3 extension ROW_LEFT_OUT',
      'Numbers row 2 extension ROW_LEFT_OUT',
      'Numbers row 3 extension ROW_LEFT_OUT',
      'Numbers row 4 extension ROW_LEFT_OUT',
    ]);
  });

  it('is an error where it was read before', () => {
    const { told } = check(
      BOOK,
      ['Numbers', 'Phones', 'Users', 'Customers'],
      skipping({ accountNumber: ['C-2'] }),
    );
    expect(told.filter((each) => each.includes('JOINS_NOTHING'))).toEqual([
      'Numbers row 4 accountNumber JOINS_NOTHING',
      'Phones row 3 accountNumber JOINS_NOTHING',
      'Users row 4 accountNumber JOINS_NOTHING',
    ]);
  });
});

describe('an account alone', () => {
  it('needs its own cells and no others', () => {
    const { checked, told } = check({
      Customers: [customer('C-1'), customer('C-2', { accountName: '', timeZone: '' })],
    });
    expect(told).toEqual(['Customers row 3 accountName REQUIRED', 'Customers row 3 timeZone REQUIRED']);
    expect(checked[0]?.record).toMatchObject({
      product: 'ACCOUNT',
      valid: true,
      userFirst: 0,
      searchIndex: 0,
      callerId: null,
    });
  });

  it('is of either type, as its rows say; a business one needs extensionLength, whatever comes first', () => {
    for (const order of [
      ['Customers', 'Users'],
      ['Users', 'Customers'],
    ]) {
      const { told, late } = check(
        { Customers: [customer('C-1', { extensionLength: '' })], Users: [user('C-1', '4001')] },
        order,
      );
      expect(told).toEqual(['Customers row 2 extensionLength REQUIRED']);
      expect(late[0]?.message).toBe(
        'extensionLength is blank; row 2 of worksheet "Users" makes the account a business one, which needs it',
      );
    }
  });

  const home: InputReading = {
    sheets: {
      ...reading.sheets,
      Users: { product: 'HOME_PHONE' },
      Phones: { product: 'HOME_PHONE' },
      Numbers: { product: 'HOME_PHONE' },
    },
  };

  it('of a Home Phone may have its user, its number and its device in rows of their own', () => {
    const book = {
      Customers: [customer('C-1', { extensionLength: '' })],
      Users: [user('C-1', '', { userProductPlan: '' })],
    };
    const rest = { Phones: [phone('C-1', '', '0001')], Numbers: [number('C-1', '', '1001')] };
    for (const order of [
      ['Customers', 'Users', 'Phones', 'Numbers'],
      ['Numbers', 'Phones', 'Users', 'Customers'],
    ])
      expect(check({ ...book, ...rest }, order, home).told).toEqual([]);
  });

  it('of a Home Phone has one number and one device, in whatever rows', () => {
    const { told } = check(
      {
        Customers: [customer('C-1', { extensionLength: '' })],
        Users: [
          user('C-1', '', { userProductPlan: '' }),
          user('C-1', '', { userProductPlan: '', firstName: 'Other' }),
        ],
        Numbers: [number('C-1', '', '1001'), number('C-1', '', '1002')],
        Phones: [phone('C-1', '', '0001'), phone('C-1', '', '0002')],
      },
      undefined,
      home,
    );
    expect(told).toEqual([
      'Users row 3 accountNumber SECOND_HOME_PHONE',
      'Numbers row 3 accountNumber SECOND_HOME_PHONE',
      'Phones row 3 accountNumber SECOND_HOME_PHONE',
    ]);
  });

  it('with an extensionLength is a Home Phone account all the same when a Home Phone is in it', () => {
    const { told, validator } = check(
      { Customers: [customer('C-1')], Users: [user('C-1', '', { userProductPlan: '' })] },
      undefined,
      home,
    );
    expect(told).toEqual([]);
    expect([...validator.changes()].flatMap((changes) => [...changes])).toEqual([
      { ordinal: 1, change: { accountType: 'SIMPLE' } },
    ]);
  });

  it('names the rows that make it of two types', () => {
    const { problems } = check(
      { Customers: [customer('C-1')], Users: [user('C-1', '4001')], Numbers: [number('C-1', '', '1001')] },
      undefined,
      {
        sheets: { ...reading.sheets, Numbers: { product: 'HOME_PHONE' } },
      },
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'HOME_PHONE needs a Home Phone account, but row 2 of worksheet "Users" makes this account a business one',
    ]);
  });
});

describe('what a profile says of one sheet', () => {
  it('comes before what it says of all, and holds there alone', () => {
    const sheet = (name: string, rows: readonly Cells[]) => ({
      ...{
        file: 'b.xlsx',
        sheet: name,
        header: ['CustID', 'Name', 'Zone', 'accountName', 'Status'],
        rows: rows as readonly Record<string, string>[],
      },
    });
    const row = (id: string, name: string, zone: string, status = '') =>
      ({ CustID: id, Name: name, accountName: '', Zone: zone, Status: status }) as Cells;
    const { checked, problems } = validate(
      [
        sheet('Old', [row('C-1', 'One Ltd', 'M'), row('C-2', 'Two Ltd', '?', 'gone')]),
        sheet(' new ', [row('C-3', 'Three Ltd', 'M'), row('C-4', 'Four Ltd', 'none', 'gone')]),
      ],
      {
        headerNames: { CustID: 'accountNumber', Name: null, Zone: 'timeZone', Status: null },
        defaults: {
          dialingBehaviorType: 'TEN_DIGIT',
          billingCycleDay: '1',
          timeZone: 'US/Pacific',
          extensionLength: '4',
        },
        valueTranslations: { timeZone: { M: 'US/Mountain' } },
        blank: ['?'],
        skip: { Status: ['gone'] },
        sheets: {
          Old: { product: 'ACCOUNT', headerNames: { Name: 'accountName', accountName: null } },
          New: {
            ...{
              product: 'ACCOUNT',
              headerNames: { Name: 'accountName', accountName: null },
              skip: { Status: [] },
            },
            ...{
              defaults: { billingCycleDay: '9' },
              valueTranslations: { timeZone: { M: 'US/Eastern' } },
              blank: ['none'],
            },
          },
        },
      },
    );
    expect(problems.map(brief)).toEqual(['row 3 Status ROW_LEFT_OUT']);
    expect(
      checked.map(({ record: { values } }) => [
        values.accountNumber,
        values.accountName,
        values.timeZone,
        values.billingCycleDay,
      ]),
    ).toEqual([
      ['C-1', 'One Ltd', 'US/Mountain', 1],
      ['C-3', 'Three Ltd', 'US/Eastern', 9],
      ['C-4', 'Four Ltd', 'US/Pacific', 9],
    ]);
  });
});
