import { describe, expect, it } from 'vitest';
import { PlanCounter } from '../../src/execute/plan-counter.js';
import type { Checked } from '../../src/records/validate.js';
import { anotherUser, brief, type Cells, example, validate, validateRows } from './sheet.js';

/** The account cells of a row left blank but for its number. */
const INHERITED: Cells = {
  accountName: '',
  timeZone: '',
  billingCycleDay: '',
  dialingBehaviorType: '',
  extensionLength: '',
};
/** The same user once more, with nothing but the key. */
const SAME_USER: Cells = {
  firstName: '',
  lastName: '',
  userProductPlan: '',
  endUserType: '',
  username: '',
  emailAddress: '',
  blockEmail: '',
};
const LINE_2 = { phoneNumber: '8015553002', macAddress: '0004f2ab3002', lineName: 'Back office' };

describe('rows of one account', () => {
  it('inherit blank cells and may repeat the others', () => {
    const { checked, problems } = validateRows(example('BCC'), anotherUser(1, INHERITED), anotherUser(2));
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => [record.ordinal, record.accountFirst, record.userFirst])).toEqual([
      [1, 1, 1],
      [2, 1, 2],
      [3, 1, 3],
    ]);
    expect(checked[1]?.record.values.timeZone).toBeUndefined();
  });

  it('agree after normalisation', () => {
    const written = {
      timeZone: 'MST',
      billingCycleDay: '01',
      dialingBehaviorType: 'open dial plan ten digit',
    };
    expect(validateRows(example('BCC'), anotherUser(1, written)).problems).toEqual([]);
    expect(validateRows(example('BCC'), anotherUser(1, { platformType: 'CPE2' })).problems).toEqual([]);
  });

  it('must not disagree: the later row is blamed and the first one named', () => {
    const { checked, problems } = validateRows(example('BCC'), anotherUser(1, { timeZone: 'US/Pacific' }));
    expect(problems).toMatchObject([
      { row: 3, column: 'timeZone', value: 'US/Pacific', code: 'ACCOUNT_CONFLICT' },
    ]);
    expect(problems[0]?.message).toBe(
      'timeZone is "US/Pacific", but row 2, the account\'s first row, has "US/Mountain"',
    );
    expect(checked.map(({ record }) => [record.valid, record.accountUsable])).toEqual([
      [true, true],
      [false, false],
    ]);
  });

  it('must not add what the first row leaves out', () => {
    const { problems } = validateRows(example('BCC'), anotherUser(1, { customField: 'Gold' }));
    expect(problems.map(brief)).toEqual(['row 3 customField ACCOUNT_CONFLICT']);
    expect(problems[0]?.message).toContain('has nothing');
  });

  it('are not blamed for what is wrong in the first row', () => {
    const first = example('BCC', { timeZone: 'Moon', accountName: '' });
    const { checked, problems } = validateRows(first, anotherUser(1));
    expect(problems.map(brief)).toEqual(['row 2 timeZone TIME_ZONE_UNKNOWN', 'row 2 accountName REQUIRED']);
    expect(checked.map(({ record }) => [record.valid, record.accountUsable, record.userUsable])).toEqual([
      [false, false, true],
      [true, true, true],
    ]);
  });

  it('may lie in several worksheets and files, and are named so', () => {
    const { problems } = validate([
      { file: 'a.xlsx', sheet: 'BCC', rows: [example('BCC')] },
      { file: 'a.xlsx', sheet: 'Lines', rows: [example('BUSINESS_LINE', { accountNumber: 'SP-1001' })] },
      { file: 'b.csv', rows: [anotherUser(1, { accountName: 'Another' })] },
    ]);
    expect(problems.map((each) => [each.file, each.sheet, brief(each)])).toEqual([
      ['a.xlsx', 'Lines', 'row 2 accountName ACCOUNT_CONFLICT'],
      ['b.csv', null, 'row 2 accountName ACCOUNT_CONFLICT'],
    ]);
    expect(problems[0]?.message).toContain('row 2 of worksheet "BCC", the account');
    expect(problems[1]?.message).toContain('row 2 of worksheet "BCC" of a.xlsx');
  });

  it('take the extension length of the account', () => {
    const { problems } = validateRows(example('BCC'), anotherUser(1, { ...INHERITED, extension: '50001' }));
    expect(problems.map(brief)).toEqual(['row 3 extension EXTENSION_LENGTH']);
  });

  it('are all of one account type', () => {
    const { problems } = validateRows(example('BCC'), example('HOME_PHONE', { accountNumber: 'SP-1001' }));
    expect(problems.map(brief)).toEqual(['row 3 product ACCOUNT_TYPE_MIXED']);
    expect(problems[0]?.message).toContain('row 2 makes this account a business one');
  });

  it('are one row for HOME_PHONE', () => {
    const second = { phoneNumber: '8015552002', macAddress: '0004f2ab2002' };
    const { problems } = validateRows(example('HOME_PHONE'), example('HOME_PHONE', second));
    expect(problems.map(brief)).toEqual(['row 3 accountNumber SECOND_HOME_PHONE']);
  });

  it.each([
    ['SP-1001', 'sp-1001'],
    ['SP-1001', '00SP-1001'],
    ['0012345', '12345'],
  ])('account number %s makes every row of %s invalid: one customer would be two', (first, second) => {
    const { checked, problems } = validateRows(
      example('BCC', { accountNumber: first }),
      anotherUser(1, { ...INHERITED, accountNumber: second }),
      anotherUser(2, { accountNumber: second }),
      anotherUser(3, { ...INHERITED, accountNumber: first }),
    );
    expect(problems.map((each) => [brief(each), each.severity])).toEqual([
      ['row 3 accountNumber ACCOUNT_NUMBER_LOOKALIKE', 'error'],
      ['row 4 accountNumber ACCOUNT_NUMBER_LOOKALIKE', 'error'],
    ]);
    expect(problems[0]?.message).toContain(`"${second}" of row 3 differs from "${first}" of row 2`);
    expect(problems[1]?.message).toContain(`"${second}" of row 4 differs from "${first}" of row 2`);
    expect(problems[0]?.hint).toContain('"distinct": ["accountNumber"]');
    expect(checked.map(({ record }) => [record.valid, record.accountUsable])).toEqual([
      [true, true],
      [false, false],
      [false, false],
      [true, true],
    ]);
  });

  it.each(['SP-1002', 'SP-10010', 'SP1001', 'SP-1001-0'])(
    'account number %s beside SP-1001 is another account, and not blamed',
    (accountNumber) => {
      const { checked, problems } = validateRows(
        example('BCC'),
        anotherUser(1, { accountNumber }),
        anotherUser(2, { accountNumber }),
      );
      expect(problems).toEqual([]);
      expect(checked.map(({ record }) => record.accountFirst)).toEqual([1, 2, 2]);
    },
  );

  it('are of two accounts that a profile calls distinct', () => {
    const { checked, problems } = validate(
      [
        {
          rows: [
            example('BCC'),
            anotherUser(1, { accountNumber: 'sp-1001' }),
            anotherUser(2, { ...INHERITED, accountNumber: 'sp-1001' }),
            anotherUser(3, { ...INHERITED, accountNumber: 'SP-1001' }),
          ],
        },
      ],
      { distinct: ['accountNumber'] },
    );
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => record.accountFirst)).toEqual([1, 2, 2, 1]);
  });

  it('agree when their texts differ in composition, kinds of blanks and characters that nobody sees', () => {
    const first = example('BCC', { accountName: 'José Café' });
    const forms = [
      'Jose\u0301 Cafe\u0301',
      'José\u00a0Café',
      'José \u200bCafé',
      '\u200eJosé  Café',
      'José Café',
    ];
    const { problems } = validateRows(
      first,
      ...forms.map((accountName, index) => anotherUser(index, { ...INHERITED, accountName })),
    );
    expect(problems.filter(({ code }) => code === 'ACCOUNT_CONFLICT')).toEqual([]);
    expect(validateRows(first, anotherUser(1, { accountName: 'jose cafe' })).problems.map(brief)).toEqual([
      'row 3 accountName ACCOUNT_CONFLICT',
    ]);
  });
});

describe('example rows of a template', () => {
  const rows = [
    example('BCC', { accountNumber: 'EXAMPLE-1' }),
    anotherUser(1, { accountNumber: 'EXAMPLE-10' }),
  ];

  it('are warned of', () => {
    const { checked, problems } = validate([{ rows }]);
    expect(problems.map((each) => [brief(each), each.severity])).toEqual([
      ['row 2 accountNumber EXAMPLE_ROW', 'warning'],
    ]);
    expect(checked.map(({ record }) => record.valid)).toEqual([true, true]);
  });

  it('are errors where they would be sent to a real platform', () => {
    const { checked, problems } = validate([{ rows }], { examples: 'refuse' });
    expect(problems.map((each) => [brief(each), each.severity])).toEqual([
      ['row 2 accountNumber EXAMPLE_ROW_REFUSED', 'error'],
    ]);
    expect(checked.map(({ record }) => [record.valid, record.accountUsable])).toEqual([
      [false, false],
      [true, true],
    ]);
  });
});

describe('the caller ID of a user with several numbers', () => {
  /** Three numbers of one user, with these cells of assignAsCallerId. */
  const numbers = (...cells: string[]) =>
    cells.map((assignAsCallerId, index) => {
      const phoneNumber = `801555100${index + 1}`;
      if (index === 0) return example('BCC', { assignAsCallerId, phoneNumber });
      const noDevice = { macAddress: '', deviceTypeId: '', lineNumber: '', deviceName: '' };
      return example('BCC', { ...INHERITED, ...SAME_USER, ...noDevice, assignAsCallerId, phoneNumber });
    });

  it.each<[string, string[], (boolean | null)[], number[], string[]]>([
    ['the first', ['', '', ''], [true, false, false], [], ['row 3: row 2', 'row 4: row 2']],
    [
      'the first, whose row says so',
      ['yes', '', ''],
      [true, false, false],
      [],
      ['row 3: row 2', 'row 4: row 2'],
    ],
    [
      'that of a later row that says so',
      ['', '', 'TRUE'],
      [true, false, true],
      [1],
      ['row 3: row 4', 'row 2: row 4'],
    ],
    ['the first that does not say otherwise', ['FALSE', '', ''], [false, true, false], [], ['row 4: row 3']],
    ['none where no row wants it', ['FALSE', 'no', 'FALSE'], [false, false, false], [], []],
  ])('is %s', (_name, cells, callerIds, lost, told) => {
    const { checked, problems, late, validator } = validateRows(...numbers(...cells));
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => record.callerId)).toEqual(callerIds);
    const [displaced = []] = validator.changes();
    expect([...displaced]).toEqual(lost.map((ordinal) => ({ ordinal, change: { callerId: false } })));
    expect(late.every(({ code, severity }) => code === 'NOT_CALLER_ID' && severity === 'warning')).toBe(true);
    expect(late.map(({ row, message }) => `row ${row}: ${/that of (row \d)/.exec(message)?.[1]}`)).toEqual(
      told,
    );
  });

  it('is one: the second row that says so is an error that names the first', () => {
    const { checked, problems, late } = validateRows(...numbers('TRUE', '', 'TRUE'));
    expect(problems.map(brief)).toEqual(['row 4 assignAsCallerId CALLER_ID_TAKEN']);
    expect(problems[0]?.message).toBe('A user has one caller ID; row 2 says TRUE for the same user');
    expect(checked.map(({ record }) => [record.valid, record.callerId])).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
    expect(late.map(brief)).toEqual(['row 3 assignAsCallerId NOT_CALLER_ID']);
  });

  it('is the first where all rows have a default of TRUE, and none with one of FALSE', () => {
    const rows = numbers('', '', '');
    const callerIds = (assignAsCallerId: string) =>
      validate([{ rows }], { defaults: { assignAsCallerId } }).checked.map(({ record, problems }) => [
        record.callerId,
        problems.length,
      ]);
    expect(callerIds('TRUE')).toEqual([
      [true, 0],
      [false, 0],
      [false, 0],
    ]);
    expect(callerIds('FALSE')).toEqual([
      [false, 0],
      [false, 0],
      [false, 0],
    ]);
  });

  it('is asked of numbers of users only', () => {
    const noNumber = {
      phoneNumber: '',
      numberSource: 'NONE',
      address: '',
      city: '',
      state: '',
      postalCode: '',
    };
    const { checked, late } = validateRows(
      example('BCC', { ...noNumber, customerName: '', secondaryLocationDescription: '', unit: '' }),
      example('BUSINESS_LINE'),
      example('SIP_TRUNK'),
      example('HOME_PHONE'),
      anotherUser(1, INHERITED),
    );
    expect(late).toEqual([]);
    expect(checked.map(({ record }) => record.callerId)).toEqual([null, null, null, true, true]);
  });
});

function mailsAtOnce(checked: readonly Checked[]): number {
  const counter = new PlanCounter();
  for (const { record } of checked) counter.addRead(record);
  return counter.plan({ concurrency: 1, rate: null, latencyMs: null }, false).mailsAtOnce;
}

describe('people who get a mail at once', () => {
  it('are the users with an address whose mail is not blocked, once each, if their row is valid', () => {
    const mailed = { emailAddress: 'a@example.com', blockEmail: '' };
    const { checked } = validateRows(
      example('BCC', mailed),
      example('BCC', { ...INHERITED, ...SAME_USER, ...mailed, phoneNumber: '8015551009', macAddress: '' }),
      anotherUser(1, { ...INHERITED, ...mailed, blockEmail: 'FALSE' }),
      anotherUser(2, { ...INHERITED, ...mailed, blockEmail: 'TRUE' }),
      anotherUser(3, { ...INHERITED, emailAddress: '', username: '' }),
      anotherUser(4, { ...INHERITED, ...mailed, extension: 'x' }),
      example('HOME_PHONE', mailed),
      example('BUSINESS_LINE'),
    );
    expect(mailsAtOnce(checked)).toBe(3);
  });

  it('are none where a default blocks the mails', () => {
    const rows = [example('BCC', { blockEmail: '' }), anotherUser(1, { ...INHERITED, blockEmail: '' })];
    expect(mailsAtOnce(validate([{ rows }], { defaults: { blockEmail: 'TRUE' } }).checked)).toBe(0);
    expect(mailsAtOnce(validate([{ rows }]).checked)).toBe(2);
  });
});

describe('rows of one user', () => {
  it('lack nothing that a default gives, also where their account or extension cannot be read', () => {
    const bad = { userProductPlan: '', timeZone: '', phoneNumber: '', macAddress: '', numberSource: 'NONE' };
    const rows = [
      example('BCC', { ...bad, extension: 'x' }),
      example('BCC', { ...bad, accountNumber: 'a b!'.repeat(99) }),
    ];
    const defaults = { userProductPlan: 'STANDARD', timeZone: 'US/Mountain' };
    const blamed = validate([{ rows }], { defaults }).problems.map(({ column }) => column);
    expect(blamed).toEqual(expect.arrayContaining(['extension', 'accountNumber']));
    for (const column of Object.keys(defaults)) expect(blamed).not.toContain(column);
    const without = validate([{ rows }]).problems.map(({ code, column }) => `${column} ${code}`);
    expect(without).toContain('userProductPlan REQUIRED');
  });

  it('may bring a further number or device', () => {
    const { checked, problems } = validateRows(
      example('BCC'),
      example('BCC', {
        ...INHERITED,
        ...SAME_USER,
        phoneNumber: '8015551002',
        macAddress: '',
        deviceTypeId: '',
        lineNumber: '',
        deviceName: '',
      }),
      example('BCC', {
        phoneNumber: '',
        address: '',
        city: '',
        state: '',
        postalCode: '',
        customerName: '',
        secondaryLocationDescription: '',
        unit: '',
        macAddress: '0004f2ab1009',
      }),
    );
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => record.userFirst)).toEqual([1, 1, 1]);
  });

  it('count their searched numbers', () => {
    const search = { phoneNumber: '', macAddress: '', deviceTypeId: '', lineNumber: '', deviceName: '' };
    const { checked, problems } = validateRows(
      example('BCC', search),
      anotherUser(1, search),
      example('BCC', { ...search, ...SAME_USER }),
      example('BUSINESS_LINE', { phoneNumber: '' }),
      example('SIP_TRUNK'),
    );
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => record.searchIndex)).toEqual([1, 1, 2, 1, 0]);
  });

  it('that search one number more for a user spelled out again get a warning', () => {
    const search = { phoneNumber: '', macAddress: '', deviceTypeId: '', lineNumber: '', deviceName: '' };
    const { problems } = validateRows(example('BCC', search), example('BCC', search));
    expect(problems.map(brief)).toEqual(['row 3 phoneNumber ANOTHER_SEARCH']);
  });

  it('must not disagree', () => {
    const { problems } = validateRows(
      example('BCC'),
      example('BCC', { userProductPlan: 'ADVANCED', phoneNumber: '8015551002', macAddress: '0004f2ab1002' }),
    );
    expect(problems.map(brief)).toEqual(['row 3 userProductPlan USER_CONFLICT']);
    expect(problems[0]?.message).toContain('row 2, the user\'s first row, has "STANDARD"');
  });

  it('may spell out the defaults', () => {
    const first = example('BCC', { endUserType: '', blockEmail: '' });
    const second = example('BCC', {
      blockEmail: 'no',
      userTimeZone: 'Mountain',
      phoneNumber: '8015551002',
      macAddress: '0004f2ab1002',
    });
    expect(validateRows(first, second).problems).toEqual([]);
  });

  it('must add something', () => {
    const { problems } = validateRows(
      example('BCC'),
      example('BCC', {
        phoneNumber: '',
        address: '',
        city: '',
        state: '',
        postalCode: '',
        customerName: '',
        secondaryLocationDescription: '',
        unit: '',
        macAddress: '',
        deviceTypeId: '',
        lineNumber: '',
        deviceName: '',
      }),
    );
    expect(problems.map(brief)).toEqual(['row 3 extension DUPLICATE_ROW']);
    expect(problems[0]?.message).toContain('row 2');
  });

  it('are two users under one extension when the names differ', () => {
    const { problems } = validateRows(example('BCC'), anotherUser(1, { extension: '4000' }));
    expect(problems.map(brief)).toEqual(['row 3 extension EXTENSION_TAKEN']);
    expect(problems[0]?.message).toBe('Extension 4000 belongs to Hannah Christensen in row 2');
  });

  it('may have the same extension in another account', () => {
    const other = anotherUser(1, { extension: '4000', accountNumber: 'SP-1002' });
    expect(validateRows(example('BCC'), other).problems).toEqual([]);
  });
});

describe('what may be only once', () => {
  it.each<[string, Cells[], string]>([
    [
      'a username, without regard to capitals',
      [example('BCC'), anotherUser(1, { username: 'Hannah.Christensen' })],
      'username USERNAME_TAKEN',
    ],
    [
      'a phone number, however it is written',
      [example('BCC'), anotherUser(1, { phoneNumber: '+1 (801) 555-1001' })],
      'phoneNumber PHONE_NUMBER_TAKEN',
    ],
    [
      'a line of a device',
      [example('BCC'), anotherUser(1, { macAddress: '00:04:F2:AB:10:01' })],
      'macAddress MAC_ADDRESS_TAKEN',
    ],
    [
      'a line of a device, 1 where it is blank',
      [example('BCC', { lineNumber: '' }), anotherUser(1, { macAddress: '0004f2ab1001' })],
      'macAddress MAC_ADDRESS_TAKEN',
    ],
    [
      'a port of an ATA',
      [example('BUSINESS_LINE'), example('HOME_PHONE', { macAddress: '0004f2ab3001' })],
      'macAddress MAC_ADDRESS_TAKEN',
    ],
    [
      'a line name in an account',
      [example('BUSINESS_LINE'), example('BUSINESS_LINE', { ...LINE_2, lineName: 'Front counter' })],
      'lineName LINE_NAME_TAKEN',
    ],
    [
      'a line name in an account, however its letters are composed and its blanks are typed',
      [
        example('BUSINESS_LINE', { lineName: 'Salle à manger' }),
        example('BUSINESS_LINE', { ...LINE_2, lineName: 'Salle a\u0300  manger' }),
      ],
      'lineName LINE_NAME_TAKEN',
    ],
    [
      'a trunk name in another composition',
      [
        example('SIP_TRUNK', { trunkName: 'Montréal' }),
        example('SIP_TRUNK', { accountNumber: 'SP-4002', trunkName: 'Montre\u0301al', phoneNumber: '' }),
      ],
      'trunkName TRUNK_NAME_TAKEN',
    ],
    [
      'a trunk name',
      [example('SIP_TRUNK'), example('SIP_TRUNK', { accountNumber: 'SP-4002', phoneNumber: '' })],
      'trunkName TRUNK_NAME_TAKEN',
    ],
    [
      'a SIP username',
      [
        example('SIP_TRUNK', { sipUsername: 'pbx-lindon-1' }),
        example('SIP_TRUNK', { trunkName: 'T-2', phoneNumber: '', sipUsername: 'pbx-lindon-1' }),
      ],
      'sipUsername SIP_USERNAME_TAKEN',
    ],
  ])('%s', (_name, rows, expected) => {
    const { problems } = validateRows(...rows);
    expect(problems.map(brief)).toEqual([`row 3 ${expected}`]);
    expect(problems[0]?.message).toContain('row 2');
  });

  it('leaves alone what only looks like it', () => {
    const { problems } = validateRows(
      example('BCC'),
      anotherUser(1, { macAddress: '0004f2ab1001', lineNumber: '2' }),
      example('BUSINESS_LINE'),
      example('BUSINESS_LINE', { ...LINE_2, accountNumber: 'SP-3002', lineName: 'Front counter' }),
      example('BUSINESS_LINE', {
        ...{ ...LINE_2, phoneNumber: '8015553003', macAddress: '0004f2ab3003' },
        lineName: 'FRONT counter',
      }),
    );
    expect(problems).toEqual([]);
  });
});

describe('numbers of other accounts', () => {
  it('may not be a caller ID, whichever row comes first', () => {
    const line = example('BUSINESS_LINE', { callerIdPhoneNumber: '801-555-1001' });
    const after = validateRows(example('BCC'), line);
    expect(after.problems.map(brief)).toEqual(['row 3 callerIdPhoneNumber NUMBER_OF_OTHER_ACCOUNT']);
    expect(after.late).toEqual([]);

    const before = validateRows(line, example('BCC'));
    expect(before.problems).toEqual([]);
    expect(before.late).toMatchObject([
      {
        ordinal: 1,
        row: 2,
        column: 'callerIdPhoneNumber',
        value: '18015551001',
        code: 'NUMBER_OF_OTHER_ACCOUNT',
        severity: 'error',
      },
    ]);
    expect(before.late[0]?.message).toContain('row 3');
  });

  it.each<[string, Cells]>([
    ['the row', { emergencyCallbackPhoneNumber: '8015553001' }],
    ['the account, brought by a later row', { emergencyCallbackPhoneNumber: '8015553002' }],
  ])('numbers of %s are fine', (_name, changes) => {
    const { problems, late } = validateRows(
      example('BUSINESS_LINE', changes),
      example('BUSINESS_LINE', LINE_2),
    );
    expect([...problems, ...late]).toEqual([]);
  });

  it('are warned of when no row of the account brings them, and the row stays valid', () => {
    const { checked, problems, late } = validateRows(
      example('BUSINESS_LINE', { callerIdPhoneNumber: '8015559999' }),
      example('SIP_TRUNK', { primaryTn: '8015559998', callbackNumber: '8015554001' }),
      example('BCC', { emergencyNumber: '801-555-9999' }),
    );
    expect(problems).toEqual([]);
    expect(late.map((each) => [each.ordinal, brief(each), each.value, each.severity])).toEqual([
      [1, 'row 2 callerIdPhoneNumber NUMBER_NOT_IN_SHEET', '18015559999', 'warning'],
      [2, 'row 3 primaryTn NUMBER_NOT_IN_SHEET', '18015559998', 'warning'],
      [3, 'row 4 emergencyNumber NUMBER_NOT_IN_SHEET', '18015559999', 'warning'],
    ]);
    expect(late[0]?.message).toContain('it must be on the account already');
    expect(checked.map(({ record }) => record.valid)).toEqual([true, true, true]);
  });

  it('tells which row brings a number', () => {
    const { validator } = validateRows(example('BCC'), example('SIP_TRUNK'));
    expect(validator.rowOfPhone('18015554001')).toBe(2);
    expect(validator.rowOfPhone('18015559999')).toBeUndefined();
  });
});
