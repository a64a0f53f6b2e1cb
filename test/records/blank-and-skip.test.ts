import { describe, expect, it } from 'vitest';
import { anotherUser, brief, example, validate } from './sheet.js';

const NO_DEVICE = { deviceTypeId: '', macAddress: '', lineNumber: '', deviceName: '' };

describe('texts that count as blank', () => {
  const blank = ['N/A', '-', 'tbd'];

  it('are no values, in any column and in any case', () => {
    const noDevice = { deviceTypeId: 'n/a', macAddress: '-', lineNumber: 'TBD', deviceName: '-' };
    const { checked, problems } = validate([{ rows: [example('BCC', { ...noDevice, username: 'N/A' })] }], {
      blank,
    });
    expect(problems).toEqual([]);
    expect(checked[0]?.record.valid).toBe(true);
    for (const column of ['deviceTypeId', 'macAddress', 'lineNumber', 'deviceName', 'username'] as const)
      expect(checked[0]?.record.values[column]).toBeUndefined();
  });

  it('take the default of their column, and are no cells of a column that the product has not', () => {
    const { checked, problems } = validate(
      [
        {
          rows: [
            example('BUSINESS_LINE', { timeZone: 'TBD', firstName: '-', extension: 'N/A', trunkName: '-' }),
          ],
        },
      ],
      { blank, defaults: { timeZone: 'US/Pacific' } },
    );
    expect(problems).toEqual([]);
    expect(checked[0]?.record.values).toMatchObject({ timeZone: 'US/Pacific' });
  });

  it('are told as blank where a cell is required', () => {
    const { problems } = validate([{ rows: [example('BCC', { accountName: 'N/A' })] }], { blank });
    expect(problems.map(brief)).toEqual(['row 2 accountName REQUIRED']);
    expect(problems[0]?.message).toBe('accountName is blank; the first row of an account needs it');
  });

  it('count also where the workbook holds an error value', () => {
    const table = {
      rows: [example('BCC', { username: '#N/A' })],
      kinds: { 0: { username: 'error' } },
    } as const;
    expect(validate([table]).problems.map(brief)).toEqual(['row 2 username CELL_ERROR']);
    expect(validate([table], { blank: ['#N/A'] }).problems).toEqual([]);
  });

  it('leave the caller ID to the first number, as a blank cell does', () => {
    const further = { ...NO_DEVICE, phoneNumber: '8015551009', assignAsCallerId: '-' };
    const { checked, problems } = validate(
      [{ rows: [example('BCC', { assignAsCallerId: '-' }), example('BCC', further)] }],
      {
        blank,
        defaults: { assignAsCallerId: 'TRUE' },
      },
    );
    expect(problems).toEqual([]);
    expect(checked.map(({ record }) => record.callerId)).toEqual([true, false]);
  });

  it('may be of one column, as values that stand for nothing', () => {
    const rows = [example('BCC', { username: 'none', deviceName: 'none' })];
    const { checked, problems } = validate([{ rows }], {
      valueTranslations: { username: { None: null }, userTimeZone: { '?': '' } },
    });
    expect(problems.map(brief)).toEqual(['row 2 deviceName NULL_WORD']);
    expect(checked[0]?.record.values.username).toBeUndefined();
  });

  it('do not stand against what a column says of the same text', () => {
    const { checked } = validate([{ rows: [example('BCC', { userProductPlan: '-', username: '-' })] }], {
      blank,
      valueTranslations: { userProductPlan: { '-': 'STANDARD' } },
    });
    expect(checked[0]?.record.values).toMatchObject({ userProductPlan: 'STANDARD' });
    expect(checked[0]?.record.values.username).toBeUndefined();
  });
});

describe('rows that are left out', () => {
  const header = [...Object.keys(anotherUser(1)), 'Status'];
  const row = (number: number, status: string, changes = {}) => ({
    ...anotherUser(number, changes),
    Status: status,
  });

  it('are told one by one, and nothing else is said of them', () => {
    const rows = [
      row(1, 'Active'),
      row(2, 'cancelled'),
      row(3, 'Suspended - fraud', { timeZone: 'no zone', phoneNumber: '12' }),
      row(4, 'Active', { accountName: 'Subtotal (3)' }),
      row(5, 'Not cancelled'),
    ];
    const { checked, problems } = validate([{ header, rows }], {
      skip: { STATUS: ['CANCELLED', 'Suspended*'], accountName: ['Subtotal*'] },
    });
    expect(checked.map((each) => each.record.row)).toEqual([2, 6]);
    expect(problems.map(brief)).toEqual([
      'row 1 Status UNKNOWN_COLUMN',
      'row 3 Status ROW_LEFT_OUT',
      'row 4 Status ROW_LEFT_OUT',
      'row 5 accountName ROW_LEFT_OUT',
    ]);
    expect(problems[1]).toMatchObject({
      value: 'cancelled',
      severity: 'warning',
      message: 'The row is left out: its Status is "cancelled", which the profile skips ("CANCELLED")',
    });
    expect(problems[1]).not.toHaveProperty('header');
  });

  it('take no part in what rows have together', () => {
    const twice = row(1, 'CANCELLED', { extension: '5002' });
    const { checked, problems } = validate([{ header, rows: [row(1, ''), twice, row(2, '')] }], {
      skip: { Status: ['CANCELLED'] },
    });
    expect(problems.map(brief)).toEqual(['row 1 Status UNKNOWN_COLUMN', 'row 3 Status ROW_LEFT_OUT']);
    expect(checked.map(({ record }) => record.ordinal)).toEqual([1, 2]);
  });

  it('may be those whose cell is blank', () => {
    const { checked } = validate([{ header, rows: [row(1, 'x'), row(2, '')] }], { skip: { Status: [''] } });
    expect(checked.map(({ record }) => record.row)).toEqual([2]);
  });

  it('are not those that only contain the text, nor do signs mean anything but *', () => {
    const { checked } = validate([{ header, rows: [row(1, 'a.b'), row(2, 'axb'), row(3, 'a.b c')] }], {
      skip: { Status: ['a.b'] },
    });
    expect(checked.map(({ record }) => record.row)).toEqual([3, 4]);
  });

  it('by a column that no sheet has are told: the profile means something else', () => {
    const { late } = validate([{ header, rows: [row(1, '')] }], {
      skip: { State: ['x'], Statsu: ['x'], Status: ['x'] },
    });
    expect(late.map(brief)).toEqual(['row 1 Statsu SKIP_WITHOUT_COLUMN']);
  });
});

describe('the country of an address', () => {
  it.each([
    [{ state: 'ON', postalCode: 'M5V 2T6', city: 'Toronto' }, 'CAN'],
    [{ state: '', city: '', postalCode: 'M5V 2T6' }, 'CAN'],
    [{ state: 'Ontario', postalCode: '', city: 'Toronto' }, 'CAN'],
    [{ state: 'CA', postalCode: '', city: 'Los Angeles' }, 'USA'],
    [{ state: '', city: '', postalCode: '', address: '290 Bremner Blvd, Toronto, ON M5V 3L9' }, 'CAN'],
    [{ state: '', city: '', postalCode: '', address: '333 S 520 W, Lindon, UT 84042' }, 'USA'],
  ])('follows from %o: %s', async (cells, country) => {
    const { completeValues } = await import('../../src/records/complete.js');
    const { checked, problems } = validate([{ rows: [example('BCC', cells)] }]);
    expect(problems).toEqual([]);
    const { record } = checked[0] ?? {};
    if (record === undefined) throw new Error('a record');
    expect(completeValues(record, record.values, record.values).country).toBe(country);
  });

  it('is checked where it is given', () => {
    const { problems } = validate([
      { rows: [example('BCC', { state: 'ON', postalCode: '', country: 'USA' })] },
    ]);
    expect(problems.map(brief)).toEqual(['row 2 state STATE_OF_OTHER_COUNTRY']);
  });

  it('of a state does not make its postal code right', () => {
    const { problems } = validate([{ rows: [example('BCC', { state: 'ON', postalCode: '84042' })] }]);
    expect(problems.map(brief)).toEqual(['row 2 postalCode POSTAL_CODE_INVALID']);
  });
});

describe('a unit that says what it counts', () => {
  it.each([
    ['Suite 12', 'SUITE', '12'],
    ['STE 200', 'SUITE', '200'],
    ['Ste. #4-B', 'SUITE', '4-B'],
    ['Apt#4B', 'APARTMENT', '4B'],
    ['Apartment 1204', 'APARTMENT', '1204'],
    ['2nd Floor', 'FLOOR', '2'],
    ['fl 3', 'FLOOR', '3'],
    ['bldg C', 'BUILDING', 'C'],
  ])('%s is %s %s', (unit, secondaryLocationDescription, number) => {
    const { checked, problems } = validate([
      { rows: [example('BCC', { unit, secondaryLocationDescription: '' })] },
    ]);
    expect(problems).toEqual([]);
    expect(checked[0]?.record.values).toMatchObject({ secondaryLocationDescription, unit: number });
  });

  it('says it again beside its column, and comes before a default', () => {
    const rows = [
      example('BCC', { unit: 'Suite 12' }),
      anotherUser(1, { unit: 'Apt 4', secondaryLocationDescription: '' }),
    ];
    const { checked, problems } = validate([{ rows }], {
      defaults: { secondaryLocationDescription: 'SUITE' },
    });
    expect(problems).toEqual([]);
    expect(
      checked.map(({ record: { values } }) => [values.secondaryLocationDescription, values.unit]),
    ).toEqual([
      ['SUITE', '12'],
      ['APARTMENT', '4'],
    ]);
  });

  it('of an E911 address is read likewise', () => {
    const e911 = { e911Address: '350 S Main', e911City: 'Lindon', e911State: 'UT', e911Unit: 'Rm 7' };
    const { checked, problems } = validate([{ rows: [example('BCC', e911)] }]);
    expect(problems).toEqual([]);
    expect(checked[0]?.record.values).toMatchObject({
      e911SecondaryLocationDescription: 'ROOM',
      e911Unit: '7',
    });
  });

  it('is told when its column says otherwise', () => {
    const { problems } = validate([{ rows: [example('BCC', { unit: 'Floor 3' })] }]);
    expect(problems.map(brief)).toEqual(['row 2 unit UNIT_CONTRADICTS']);
    expect(problems[0]?.message).toBe('unit is "Floor 3", but secondaryLocationDescription is SUITE');
  });

  it.each(['12', 'B-12', 'North 4', 'Suite', 'Suite North'])('%s is left as it is', (unit) => {
    const { checked } = validate([{ rows: [example('BCC', { unit, secondaryLocationDescription: '' })] }]);
    expect(checked[0]?.record.values.unit ?? '').toBe(unit.length > 10 ? '' : unit);
    expect(checked[0]?.record.values.secondaryLocationDescription).toBeUndefined();
  });
});
