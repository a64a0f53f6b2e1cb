import { describe, expect, it } from 'vitest';
import { StopError } from '../../src/errors.js';
import { COLUMN_NAMES } from '../../src/records/columns.js';
import { completeValues } from '../../src/records/complete.js';
import { Validator } from '../../src/records/validate.js';
import { anotherUser, brief, type Cells, example, validate, validateRows } from './sheet.js';

/** The complete values of a row that is alone in its account. */
function complete(cells: Cells) {
  const record = validateRows(cells).checked[0]?.record;
  if (record === undefined) throw new Error('no record');
  const hasUser = record.product === 'BCC' || record.product === 'HOME_PHONE';
  return completeValues(record, record.values, hasUser ? record.values : null);
}

describe('completeValues', () => {
  it('applies the defaults of a BCC row', () => {
    expect(complete(example('BCC', { endUserType: '', lineNumber: '' }))).toMatchObject({
      platformType: 'CPE2',
      userTimeZone: 'US/Mountain',
      endUserType: 'STANDARD',
      numberSource: 'INVENTORY',
      country: 'USA',
      customerType: 'BUSINESS',
      businessName: 'Wasatch Dental Group',
      customerFirstName: 'Hannah',
      customerLastName: 'Christensen',
      directoryListed: false,
      directoryListingType: 'NOT_LIST_NOT_PUBLISH',
      assignAsCallerId: true,
      lineNumber: 1,
      faxEnabled: false,
    });
  });

  it('applies the defaults of a HOME_PHONE row', () => {
    const values = complete(example('HOME_PHONE', { phoneNumber: '' }));
    expect(values).toMatchObject({
      numberSource: 'SEARCH',
      customerType: 'RESIDENTIAL',
      customerFirstName: 'Maria',
    });
    expect(values.businessName).toBeUndefined();
    expect(values.endUserType).toBeUndefined();
  });

  it('applies the defaults of a line, and leaves its numbers to the row', () => {
    const values = complete(example('BUSINESS_LINE', { noAnswerAction: '', noAnswerTimeoutSeconds: '' }));
    expect(values).toMatchObject({
      activeCallHandling: 'RING_LINE',
      busyAction: 'VOICEMAIL',
      unregisteredAction: 'VOICEMAIL',
    });
    for (const column of [
      'noAnswerAction',
      'callerIdPhoneNumber',
      'emergencyCallbackPhoneNumber',
      'assignAsCallerId',
    ] as const) {
      expect(values[column]).toBeUndefined();
    }
  });

  it('inherits from the first rows', () => {
    const blank = {
      accountName: '',
      timeZone: '',
      billingCycleDay: '',
      dialingBehaviorType: '',
      extensionLength: '',
    };
    const { checked } = validateRows(example('BCC'), anotherUser(1, blank));
    const [first, second] = checked.map(({ record }) => record);
    if (first === undefined || second === undefined) throw new Error('two records');
    expect(completeValues(second, first.values, second.values)).toMatchObject({
      accountName: 'Wasatch Dental Group',
      timeZone: 'US/Mountain',
      extensionLength: 4,
      firstName: 'First1',
      extension: '5001',
    });
  });

  it('refuses a record that is not valid', () => {
    expect(() => completeValues({ product: 'BCC', values: {}, callerId: null }, {}, null)).toThrow(
      'cannot be completed',
    );
  });
});

describe('defaults of the user', () => {
  it('stand for columns that are not there, also in a row whose account number is blank', () => {
    const header = COLUMN_NAMES.filter((column) => column !== 'billingCycleDay');
    const rows = [example('BCC', { accountNumber: '' }), { product: 'Total' }];
    const { problems } = validate([{ header, rows }], { defaults: { billingCycleDay: '1' } });
    expect(problems.filter(({ code }) => code === 'MISSING_COLUMN')).toEqual([]);
    expect(problems.map(brief)).toContain('row 2 accountNumber REQUIRED');
  });

  it('fill blank cells and missing columns', () => {
    const header = COLUMN_NAMES.filter((column) => column !== 'timeZone' && column !== 'billingCycleDay');
    const rows = [example('BCC', { state: '' }), anotherUser(1, { state: 'Nevada', postalCode: '89101' })];
    const defaults = { timeZone: 'Mountain', billingCycleDay: '1', state: 'UT' };
    const { checked, problems } = validate([{ header, rows }], { defaults });
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => [record.values.timeZone, record.values.state])).toEqual([
      ['US/Mountain', 'UT'],
      [undefined, 'NV'],
    ]);
  });

  it('are no blame for rows that do not use them', () => {
    const defaults = {
      userProductPlan: 'STANDARD',
      deviceTypeId: 'SPA122',
      e911Country: 'USA',
      state: 'UT',
      numberSource: 'SEARCH',
      trunkName: 'T',
    };
    const noDevice = { deviceTypeId: '', macAddress: '', lineNumber: '' };
    const { checked, problems } = validate([{ rows: [example('HOME_PHONE', noDevice)] }], { defaults });
    expect(problems).toEqual([]);
    expect(checked[0]?.record.values.deviceTypeId).toBeUndefined();
    expect(checked[0]?.record.values.userProductPlan).toBeUndefined();
    expect(checked[0]?.record.searchIndex).toBe(0);
  });

  it('may name the product', () => {
    const { checked } = validate([{ rows: [example('BCC', { product: '' })] }], {
      defaults: { product: 'bcc' },
    });
    expect(checked[0]?.record).toMatchObject({ product: 'BCC', valid: true });
  });

  it('are refused when they are no values', () => {
    expect(() => new Validator({ defaults: { timeZone: 'America/Denver' } })).toThrow(StopError);
    expect(() => new Validator({ defaults: { timeZone: 'America/Denver' } })).toThrow('default of timeZone');
  });
});

describe('a profile', () => {
  it('translates headers and values', () => {
    const header = [...COLUMN_NAMES.filter((column) => column !== 'accountNumber'), 'Kundennummer'];
    const cells = {
      ...example('BCC', { timeZone: 'Zone 7', userProductPlan: 'basic' }),
      Kundennummer: 'SP-1001',
    };
    const { checked, problems } = validate([{ header, rows: [cells] }], {
      headerNames: { KUNDENNUMMER: 'accountNumber' },
      valueTranslations: { timeZone: { 'ZONE 7': 'US/Mountain' }, userProductPlan: { Basic: 'STANDARD' } },
    });
    expect(problems.map(brief)).toEqual([]);
    expect(checked[0]?.record.values).toMatchObject({ accountNumber: 'SP-1001', timeZone: 'US/Mountain' });
  });
});

describe('rows with a fault of form', () => {
  it('are a problem of that row only', () => {
    const validator = new Validator();
    validator.openTable({ file: 'a.csv', sheet: null, header: COLUMN_NAMES, headerRow: 1 });
    const cells = (values: Cells) => COLUMN_NAMES.map((column) => values[column] ?? '');
    const fault = { code: 'ROW_TOO_LONG', message: 'Too many cells', hint: 'Quote commas.' } as const;
    const checked = validator.check([
      { number: 2, cells: cells(example('BCC')), fault },
      { number: 4, cells: cells(anotherUser(1)) },
    ]);
    expect(checked[0]?.record).toMatchObject({ accountUsable: false, userUsable: false });
    expect(checked.map(({ record, problems }) => [record.row, record.valid, problems.map(brief)])).toEqual([
      [2, false, ['row 2 null ROW_TOO_LONG']],
      [4, true, []],
    ]);
  });
});
