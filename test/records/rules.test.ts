import { describe, expect, it } from 'vitest';
import { type ColumnName, SECRET_MASK } from '../../src/records/columns.js';
import type { ProblemCode } from '../../src/records/problem.js';
import { PRODUCT_NAMES, type Product } from '../../src/records/products.js';
import { brief, type Cells, example, validate, validateRows } from './sheet.js';

/** Checks one row that differs from its product's example, and gives its problems in short. */
function briefs(product: Product, changes: Cells): string[] {
  return validateRows(example(product, changes)).problems.map(brief);
}

/** A full address of the E911 columns. */
const E911 = { e911Address: '1 Main St', e911City: 'Provo', e911State: 'UT' };
const NO_NUMBER = { phoneNumber: '', address: '', city: '', state: '', postalCode: '', customerName: '' };
const NO_LOCATION = { secondaryLocationDescription: '', unit: '' };

describe('rows without a defect', () => {
  it.each<[string, Product, Cells]>([
    ['a searched number', 'BCC', { phoneNumber: '' }],
    ['a searched number, said so', 'BCC', { phoneNumber: '', numberSource: 'search' }],
    ['no number', 'BCC', { ...NO_NUMBER, ...NO_LOCATION }],
    ['no number, said so', 'BCC', { ...NO_NUMBER, ...NO_LOCATION, numberSource: 'NONE' }],
    [
      'no number, with cells that say so',
      'BCC',
      { ...NO_NUMBER, ...NO_LOCATION, country: 'US', directoryListed: 'no' },
    ],
    ['an address without a postal code', 'BCC', { postalCode: '' }],
    ['an address without city and state', 'BCC', { city: '', state: '' }],
    [
      'an address in one line',
      'BCC',
      { address: '333 S 520 W, Lindon, UT', city: '', state: '', postalCode: '' },
    ],
    ...[
      '333 S 520 W, Lindon UT',
      '333 S 520 W, Suite 500, Lindon, UT 84042, USA',
      '333 S 520 W, Ste 500 Lindon, Utah',
      '333 S 520 W, Raleigh North Carolina',
      '333 S 520 W, 84042-1234',
      '333 S 520 W, St. Louis, 63101',
      '33 Rue Principale, Montréal, Québec',
      '33 King St, Toronto ON M5V 2T6',
      '33 King St, Toronto, Ont., Canada',
    ].map((address): [string, Product, Cells] => [
      `the whole address ${address}`,
      'BCC',
      { address, city: '', state: '', postalCode: '' },
    ]),
    [
      'a Canadian address',
      'BCC',
      { state: 'Ontario', postalCode: 'k1a0b1', city: 'Ottawa', country: 'Canada' },
    ],
    ['a postal code of New England', 'BCC', { city: 'Windsor', state: 'CT', postalCode: '06095' }],
    ['an E911 address', 'BCC', E911],
    ['an E911 address in the other country', 'BCC', { ...E911, e911State: 'QC' }],
    ['portal access', 'BCC', { allowPortalAccess: 'yes' }],
    ['an ADVANCED plan', 'BCC', { userProductPlan: 'advanced' }],
    ['no device', 'BCC', { deviceTypeId: '', macAddress: '', lineNumber: '', deviceName: '' }],
    ['another line of a device', 'BCC', { lineNumber: '2' }],
    ['a listed number', 'BCC', { directoryListed: 'TRUE', directoryListingType: 'LIST_PUBLISH' }],
    [
      'the listing of the guide',
      'BCC',
      { directoryListed: 'TRUE', directoryListingType: 'NOT_LIST_NOT_PUBLISH' },
    ],
    ['an extension', 'HOME_PHONE', { extension: '4000' }],
    ['a caller ID switched off', 'SIP_TRUNK', { assignAsCallerId: 'FALSE' }],
    [
      'a forwarded line',
      'BUSINESS_LINE',
      { activeCallHandling: 'FORWARD', forwardToPhoneNumber: '8017771000' },
    ],
    ['a line forwarded when busy', 'BUSINESS_LINE', { busyAction: 'FORWARD', busyForwardTo: '8017771000' }],
    [
      'a resident of a line',
      'BUSINESS_LINE',
      { customerType: 'RESIDENTIAL', customerFirstName: 'Ann', customerLastName: 'Roe' },
    ],
    ['a number that rings nothing', 'NUMBER', {}],
    ['a number that rings a user', 'NUMBER', { ringsType: 'extension', ringsName: '4000' }],
    ['a number with an ID to ring', 'NUMBER', { ringsType: 'Call queue', ringsId: 'cQ3vX0pTQ5mJ8kYb2RzWag' }],
    ['what another number rings', 'NUMBER', { ringsType: 'AUTO_ATTENDANT', ringsName: '(801) 555-7002' }],
    [
      'a caller ID by a number of its own',
      'NUMBER',
      { ringsType: 'USER', ringsName: 'ann.lee', assignAsCallerId: 'TRUE' },
    ],
    ['own SIP credentials', 'SIP_TRUNK', { sipUsername: 'pbx-lindon-1', sipPassword: 'kd83!kfA' }],
  ])('%s', (_name, product, changes) => {
    const { checked, problems } = validateRows(example(product, changes));
    expect(problems).toEqual([]);
    expect(checked[0]?.record.valid).toBe(true);
  });
});

describe('cells that a row needs', () => {
  const everyRow: ColumnName[] = [
    'accountNumber',
    'accountName',
    'timeZone',
    'billingCycleDay',
    'dialingBehaviorType',
  ];
  const required: [Product, ColumnName][] = [
    ...PRODUCT_NAMES.flatMap((product) => everyRow.map((column): [Product, ColumnName] => [product, column])),
    ...(['firstName', 'lastName', 'extension', 'userProductPlan', 'extensionLength'] as const).map(
      (column): [Product, ColumnName] => ['BCC', column],
    ),
    ...(['firstName', 'lastName'] as const).map((column): [Product, ColumnName] => ['HOME_PHONE', column]),
    ...(['lineName', 'extensionLength'] as const).map((column): [Product, ColumnName] => [
      'BUSINESS_LINE',
      column,
    ]),
    ['NUMBER', 'extensionLength'],
    ...(['trunkName', 'concurrentCalls', 'extensionLength'] as const).map((column): [Product, ColumnName] => [
      'SIP_TRUNK',
      column,
    ]),
  ];
  it.each(required)('%s needs %s', (product, column) => {
    const { problems, checked } = validateRows(example(product, { [column]: '' }));
    expect(problems.map(brief)).toEqual([`row 2 ${column} REQUIRED`]);
    expect(problems[0]?.message).toContain(`${column} is blank`);
    expect(problems[0]?.hint).toBe(`Fill in ${column}.`);
    expect(checked[0]?.record.valid).toBe(false);
  });

  it('names the missing product', () => {
    const { problems, checked } = validateRows(example('BCC', { product: '' }));
    expect(problems.map(brief)).toEqual(['row 2 product REQUIRED']);
    expect(checked[0]?.record).toMatchObject({ product: null, valid: false, accountUsable: true });
  });

  it('suggests the product that was meant', () => {
    const { problems } = validateRows(example('BCC', { product: 'Hone Phone' }));
    expect(problems).toMatchObject([
      { column: 'product', code: 'NOT_AN_OPTION', hint: 'Did you mean HOME_PHONE?' },
    ]);
  });
});

describe('cells of one row together', () => {
  it.each<[Product, Cells, string, string]>([
    // [product, what differs from the example, column and code, a piece of the hint]
    ['NUMBER', { ringsType: 'IVR' }, 'ringsName REQUIRED', 'Fill in ringsName, or ringsId'],
    ['NUMBER', { ringsName: 'Main menu' }, 'ringsType REQUIRED', 'Fill in ringsType'],
    ['NUMBER', { ringsId: 'cQ3vX0pTQ5mJ8kYb2RzWag' }, 'ringsType REQUIRED', 'or leave ringsId blank'],
    [
      'NUMBER',
      { ringsType: 'IVR', ringsName: 'Main menu', ringsId: 'cQ3vX0pTQ5mJ8kYb2RzWag' },
      'ringsId RINGS_TWICE',
      'Leave ringsName or ringsId blank',
    ],
    [
      'NUMBER',
      { ringsType: 'CONTACT_CENTER', ringsName: 'Support' },
      'ringsName RINGS_WITHOUT_NAME',
      'Use ringsId, or in ringsName another number',
    ],
    [
      'NUMBER',
      { ringsType: 'CALL_QUEUE', ringsName: '8015557001' },
      'ringsName RINGS_WITHOUT_NAME',
      'another number of the account',
    ],
    [
      'NUMBER',
      { ringsType: 'IVR', ringsName: 'Main menu', assignAsCallerId: 'TRUE' },
      'assignAsCallerId NO_EFFECT',
      'Set ringsType to USER',
    ],
    [
      'NUMBER',
      { phoneNumber: '', address: '', city: '', state: '', postalCode: '' },
      'phoneNumber REQUIRED',
      'Fill in phoneNumber, or an address',
    ],
    ['BCC', { billingCycleDay: '31' }, 'billingCycleDay BILLING_DAY_LATE', '1 to 28'],
    ['BCC', { extension: '400' }, 'extension EXTENSION_LENGTH', 'Use 4 digits'],
    [
      'HOME_PHONE',
      { extensionLength: '4', extension: '40000' },
      'extension EXTENSION_LENGTH',
      'Use 4 digits',
    ],
    [
      'SIP_TRUNK',
      { extensionPatterns: '21XX;210' },
      'extensionPatterns EXTENSION_PATTERN_LENGTH',
      '4 places',
    ],
    ['BCC', { userProductPlan: 'ADVANCED', emailAddress: '' }, 'emailAddress REQUIRED', 'emailAddress'],
    ['BCC', { userProductPlan: 'PROFESSIONAL', emailAddress: '' }, 'emailAddress REQUIRED', 'emailAddress'],
    ['BCC', { allowPortalAccess: 'TRUE', username: '' }, 'username REQUIRED', 'username'],
    ['HOME_PHONE', { allowPortalAccess: 'x', username: 'maria' }, 'emailAddress REQUIRED', 'emailAddress'],
    [
      'BCC',
      { userProductPlan: 'ADVANCED', username: 'h@example.com' },
      'username USERNAME_IS_EMAIL',
      'without @',
    ],
    ['HOME_PHONE', { userProductPlan: 'STANDARD' }, 'userProductPlan NOT_ALLOWED', 'blank'],
    ['HOME_PHONE', { endUserType: 'STANDARD' }, 'endUserType NOT_ALLOWED', 'blank'],
    ['BUSINESS_LINE', { assignAsCallerId: 'TRUE' }, 'assignAsCallerId NOT_ALLOWED', 'blank'],
    ['SIP_TRUNK', { assignAsCallerId: 'yes' }, 'assignAsCallerId NOT_ALLOWED', 'blank'],
    ['SIP_TRUNK', { macAddress: 'not even a MAC' }, 'macAddress NOT_USED', 'check the product'],
    ['BUSINESS_LINE', { firstName: 'Ann' }, 'firstName NOT_USED', 'check the product'],
    ['BUSINESS_LINE', { deviceName: 'ATA' }, 'deviceName NOT_USED', 'check the product'],
    ['BUSINESS_LINE', { emergencyNumber: '8015553001' }, 'emergencyNumber NOT_USED', 'check the product'],
    ['BCC', { trunkName: 'T1' }, 'trunkName NOT_USED', 'check the product'],
    ['BCC', { numberSource: 'INVENTORY', phoneNumber: '' }, 'phoneNumber REQUIRED', 'use SEARCH'],
    ['BCC', { numberSource: 'SEARCH' }, 'numberSource NUMBER_SOURCE_CONFLICT', 'INVENTORY'],
    ['BCC', { numberSource: 'NONE' }, 'numberSource NUMBER_SOURCE_CONFLICT', 'INVENTORY'],
    ['BCC', { address: '' }, 'address REQUIRED', 'address'],
    ['BCC', { city: '', postalCode: '' }, 'city REQUIRED', 'city'],
    ['BCC', { state: '', postalCode: '' }, 'state REQUIRED', 'state'],
    ['BCC', { city: '', state: '', postalCode: '' }, 'postalCode REQUIRED', 'city and state'],
    ...[
      '871 N 300 E, Apt 4',
      '871 N 300 E, Apt CO',
      '871 N 300 E, Apt 4, UT',
      '871 N 300 E, Unit 84042',
      '871 N 300 E, #4',
      '871 N 300 E, 2nd Floor',
      '871 N 300 E, Provo',
      '871 N 300 E,',
    ].map((address): [Product, Cells, string, string] => [
      'BCC',
      { address, city: '', state: '', postalCode: '' },
      'postalCode REQUIRED',
      'city and state',
    ]),
    ['BCC', { e911Address: '871 N 300 E, Apt 4', e911City: 'Provo' }, 'e911State REQUIRED', 'e911PostalCode'],
    ['BCC', { phoneNumber: '', address: '' }, 'address REQUIRED', 'address'],
    ['BCC', { ...NO_NUMBER, ...NO_LOCATION, city: 'Lindon', state: 'UT' }, 'address REQUIRED', 'address'],
    ['BCC', { unit: '' }, 'secondaryLocationDescription UNIT_INCOMPLETE', 'Fill in unit'],
    ['BCC', { secondaryLocationDescription: '' }, 'unit UNIT_INCOMPLETE', 'SUITE'],
    [
      'BCC',
      { state: 'ON', postalCode: '', country: 'USA' },
      'state STATE_OF_OTHER_COUNTRY',
      'state or country',
    ],
    [
      'BCC',
      { state: 'UT', postalCode: '', country: 'CAN' },
      'state STATE_OF_OTHER_COUNTRY',
      'state or country',
    ],
    [
      'BCC',
      { city: '', state: '', postalCode: 'K1A 0B1', country: 'USA' },
      'postalCode POSTAL_CODE_INVALID',
      'country',
    ],
    ['BCC', { postalCode: '10001' }, 'postalCode POSTAL_CODE_OF_OTHER_STATE', 'Check postalCode'],
    ['BCC', { postalCode: '8404' }, 'postalCode POSTAL_CODE_INVALID', 'five digits'],
    ['BCC', { city: 'Windsor', state: 'CT', postalCode: '6095' }, 'postalCode ZERO_RESTORED', 'text'],
    [
      'SIP_TRUNK',
      { customerType: 'RESIDENTIAL', customerFirstName: 'Ann' },
      'customerLastName REQUIRED',
      'customerLastName',
    ],
    [
      'BUSINESS_LINE',
      { customerType: 'RESIDENTIAL', customerLastName: 'Roe' },
      'customerFirstName REQUIRED',
      'customerFirstName',
    ],
    ['BCC', { directoryListed: 'TRUE' }, 'directoryListingType LISTED_WITHOUT_TYPE', 'LIST_PUBLISH'],
    [
      'BCC',
      { directoryListed: 'no', directoryListingType: 'LIST_PUBLISH' },
      'directoryListingType TYPE_WITHOUT_LISTED',
      'Set directoryListed to TRUE',
    ],
    [
      'SIP_TRUNK',
      { directoryListingType: 'LIST_NOT_PUBLISH' },
      'directoryListingType TYPE_WITHOUT_LISTED',
      'Set directoryListed to TRUE',
    ],
    [
      'BCC',
      { directoryListed: 'maybe', directoryListingType: 'LIST_PUBLISH' },
      'directoryListed NOT_YES_OR_NO',
      'TRUE',
    ],
    ['HOME_PHONE', { deviceTypeId: 'VVX400' }, 'deviceTypeId DEVICE_NOT_ATA', 'SPA122'],
    ['BUSINESS_LINE', { deviceTypeId: 'SIP-T46S' }, 'deviceTypeId DEVICE_NOT_ATA', 'SPA122'],
    [
      'BCC',
      { ...NO_NUMBER, ...NO_LOCATION, customerName: 'Someone' },
      'customerName NO_EFFECT',
      'phoneNumber',
    ],
    [
      'BCC',
      { ...example('BCC'), ...NO_LOCATION, phoneNumber: '', numberSource: 'NONE' },
      'address NO_EFFECT',
      'phoneNumber',
    ],
    ['BCC', { ...NO_NUMBER, ...NO_LOCATION, ...E911 }, 'e911Address NO_EFFECT', 'number'],
    ['BCC', { ...E911, e911Address: '' }, 'e911Address REQUIRED', 'e911Address'],
    ['BCC', { ...E911, e911City: '' }, 'e911City REQUIRED', 'e911City'],
    ['BCC', { ...E911, e911Unit: '5' }, 'e911Unit UNIT_INCOMPLETE', 'SUITE'],
    [
      'BCC',
      { ...E911, e911SecondaryLocationDescription: 'FLOOR' },
      'e911SecondaryLocationDescription UNIT_INCOMPLETE',
      'Fill in e911Unit',
    ],
    [
      'BCC',
      { ...E911, e911State: 'QC', e911Country: 'USA' },
      'e911State STATE_OF_OTHER_COUNTRY',
      'e911Country',
    ],
    ['BCC', { deviceTypeId: '' }, 'deviceTypeId REQUIRED', 'deviceTypeId'],
    ['BCC', { macAddress: '' }, 'macAddress REQUIRED', 'macAddress'],
    ['HOME_PHONE', { macAddress: '', deviceTypeId: '' }, 'macAddress REQUIRED', 'device cells blank'],
    [
      'HOME_PHONE',
      { macAddress: '', deviceTypeId: '', lineNumber: '', emergencyNumber: '8015552001' },
      'macAddress REQUIRED',
      'device cells blank',
    ],
    ['BUSINESS_LINE', { activeCallHandling: 'FORWARD' }, 'forwardToPhoneNumber REQUIRED', 'forward to'],
    ['BUSINESS_LINE', { busyAction: 'FORWARD' }, 'busyForwardTo REQUIRED', 'forward to'],
    ['BUSINESS_LINE', { unregisteredAction: 'FORWARD' }, 'unregisteredForwardTo REQUIRED', 'forward to'],
    ['BUSINESS_LINE', { noAnswerAction: 'FORWARD' }, 'noAnswerForwardTo REQUIRED', 'forward to'],
    [
      'BUSINESS_LINE',
      { busyForwardTo: '8017771000' },
      'busyForwardTo NO_EFFECT',
      'Set busyAction to FORWARD',
    ],
    [
      'BUSINESS_LINE',
      { forwardToPhoneNumber: '8017771000' },
      'forwardToPhoneNumber NO_EFFECT',
      'activeCallHandling',
    ],
    ['BUSINESS_LINE', { noAnswerAction: '' }, 'noAnswerTimeoutSeconds NO_EFFECT', 'noAnswerAction'],
  ])('%s %j: %s', (product, changes, expected, hint) => {
    const { problems } = validateRows(example(product, changes));
    expect(problems.map(brief)).toEqual([`row 2 ${expected}`]);
    const [problem] = problems;
    expect(problem?.value).toBe(example(product, changes)[problem?.column as ColumnName] ?? '');
    expect(problem?.hint).toContain(hint);
    expect(problem?.message).not.toBe('');
  });

  it.each<[Product, Cells]>([
    ['BCC', { unit: '' }],
    ['BCC', { secondaryLocationDescription: '' }],
    ['BCC', { postalCode: '10001' }],
    ['BCC', { directoryListingType: 'LIST_PUBLISH' }],
    ['HOME_PHONE', { deviceTypeId: 'VVX400' }],
  ])('%s %j is a warning only', (product, changes) => {
    const { checked, problems } = validateRows(example(product, changes));
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(checked[0]?.record.valid).toBe(true);
  });

  it('finds all defects of a row at once, and says none twice', () => {
    const changes = { timeZone: 'Moon', phoneNumber: '555', emailAddress: 'x', macAddress: 'zz', unit: '' };
    expect(briefs('BCC', changes)).toEqual([
      'row 2 timeZone TIME_ZONE_UNKNOWN',
      'row 2 emailAddress EMAIL_INVALID',
      'row 2 phoneNumber PHONE_NUMBER_INVALID',
      'row 2 macAddress MAC_ADDRESS_INVALID',
      'row 2 secondaryLocationDescription UNIT_INCOMPLETE',
    ]);
  });

  it('never shows a SIP password', () => {
    const { problems } = validate([
      { rows: [example('SIP_TRUNK', { sipPassword: 'pw1' })] },
      { rows: [example('BCC', { sipPassword: 'secret-word' })], kinds: { 0: { sipPassword: 'error' } } },
    ]);
    expect(problems.map((each) => [each.column, each.value])).toEqual([
      ['sipPassword', '(hidden)'],
      ['sipPassword', '(hidden)'],
    ]);
    expect(JSON.stringify(problems)).not.toMatch(/pw1|secret-word/);
  });

  it('refuses the mask of the results as a SIP password', () => {
    const { checked, problems } = validateRows(example('SIP_TRUNK', { sipPassword: SECRET_MASK }));
    expect(problems.map(brief)).toEqual(['row 2 sipPassword PLACEHOLDER']);
    expect(problems[0]).toMatchObject({
      message: 'The password was left out of the results',
      hint: 'Type the password again, or leave the cell blank to have one generated.',
    });
    expect(checked[0]?.record.valid).toBe(false);
  });
});

describe('what a spreadsheet does to cells', () => {
  it.each<
    [
      ColumnName,
      string,
      'number' | 'imprecise' | 'date' | 'boolean' | 'error' | 'uncalculated' | 'merged',
      ProblemCode | null,
    ]
  >([
    ['phoneNumber', '18015551001', 'number', null],
    ['accountNumber', '1001', 'number', null],
    ['macAddress', '12345678', 'number', 'MAC_ADDRESS_INVALID'],
    ['accountNumber', '1234567890123456000', 'imprecise', 'DIGITS_LOST'],
    ['extension', '2025-01-04', 'date', 'TURNED_INTO_DATE'],
    ['unit', '2025-01-05', 'date', 'TURNED_INTO_DATE'],
    ['deviceName', '2025-01-05', 'date', 'DATE_AS_TEXT'],
    ['blockEmail', 'TRUE', 'boolean', null],
    ['phoneNumber', '#N/A', 'error', 'CELL_ERROR'],
    ['firstName', '=A1', 'uncalculated', 'FORMULA_NOT_CALCULATED'],
    ['accountName', 'Wasatch Dental Group', 'merged', 'MERGED_CELL'],
  ])('%s "%s" as %s: %s', (column, text, kind, code) => {
    const { problems } = validate([
      { sheet: 'Users', rows: [example('BCC', { [column]: text })], kinds: { 0: { [column]: kind } } },
    ]);
    expect(problems.map((each) => each.code)).toEqual(code === null ? [] : [code]);
    if (code !== null) expect(problems[0]).toMatchObject({ sheet: 'Users', row: 2, column, value: text });
  });

  it.each(['#N/A', '#REF!', '#VALUE!', '#NAME?'])('knows %s in a CSV file', (text) => {
    expect(briefs('BCC', { lastName: text })).toEqual(['row 2 lastName CELL_ERROR']);
  });

  it('restores the zero of a postal code that is a number', () => {
    const rows = [example('BCC', { city: '', state: '', postalCode: '6095' })];
    const { checked, problems } = validate([{ rows, kinds: { 0: { postalCode: 'number' } } }]);
    expect(problems.map(brief)).toEqual(['row 2 postalCode ZERO_RESTORED']);
    expect(checked[0]?.record.values.postalCode).toBe('06095');
  });

  it('takes the value of a merged cell', () => {
    const rows = [example('BCC')];
    const { checked } = validate([{ rows, kinds: { 0: { timeZone: 'merged' } } }]);
    expect(checked[0]?.record).toMatchObject({ valid: true, values: { timeZone: 'US/Mountain' } });
  });
});
