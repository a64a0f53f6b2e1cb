import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { dayOff } from '../../src/records/cells/holidays.js';
import { today } from '../../src/records/port-order.js';
import { read } from './read.js';
import { type Cells, example, validateRows } from './sheet.js';

describe('a day', () => {
  it.each([
    ['2027-01-15', '2027-01-15'],
    ['2027-1-5', '2027-01-05'],
    ['2027-01-15 00:00:00', '2027-01-15'],
    ['2027-01-15T00:00:00.000Z', '2027-01-15'],
    ['1/15/2027', '2027-01-15'],
    ['15.01.2027', '2027-01-15'],
    ['2/2/27', '2027-02-02'],
    ['15-Jan-2027', '2027-01-15'],
    ['15 January 27', '2027-01-15'],
    ['Jan 15, 2027', '2027-01-15'],
    ['2/29/2028', '2028-02-29'],
  ])('%s is %s', (typed, value) => {
    expect(read('portDate', typed)).toEqual({ value });
  });

  it('has the month first where both can be it, and says so', () => {
    expect(read('portDate', '1/5/2027')).toMatchObject({
      ...{ code: 'DATE_AMBIGUOUS', repaired: '2027-01-05' },
      hint: expect.stringContaining('2027-05-01'),
    });
  });

  it.each(['2027-02-29', '13/13/2027', '46402', 'next week', '15 Foo 2027', '2027-00-10'])(
    '%s is none',
    (typed) => {
      expect(read('portDate', typed)).toMatchObject({ code: 'DATE_INVALID' });
    },
  );
});

describe('a day off', () => {
  it.each([
    ['2027-01-15', null],
    ['2027-01-16', 'a Saturday'],
    ['2027-01-17', 'a Sunday'],
    ['2027-01-18', 'Martin Luther King Day in the USA'],
    ['2027-02-15', "Presidents' Day in the USA"],
    ['2026-05-25', 'Memorial Day in the USA'],
    ['2027-06-18', 'Juneteenth in the USA'],
    ['2026-07-03', 'Independence Day in the USA'],
    ['2027-07-05', 'Independence Day in the USA'],
    ['2026-09-07', 'Labor Day in the USA'],
    ['2026-10-12', 'Columbus Day in the USA'],
    ['2026-11-11', 'Veterans Day in the USA'],
    ['2026-11-26', 'Thanksgiving in the USA'],
    ['2026-11-27', null],
    ['2026-12-25', 'Christmas Day in the USA'],
    ['2027-12-24', 'Christmas Day in the USA'],
    ['2027-12-31', "New Year's Day in the USA"],
    ['2027-03-26', null],
  ] as const)('%s in the USA: %s', (day, reason) => {
    expect(dayOff(day, 'USA')).toBe(reason);
  });

  it.each([
    ['2026-04-03', 'Good Friday in Canada'],
    ['2027-03-26', 'Good Friday in Canada'],
    ['2026-05-18', 'Victoria Day in Canada'],
    ['2026-05-25', null],
    ['2026-07-01', 'Canada Day in Canada'],
    ['2028-07-03', 'Canada Day in Canada'],
    ['2026-09-30', 'the National Day for Truth and Reconciliation in Canada'],
    ['2026-10-12', 'Thanksgiving in Canada'],
    ['2026-11-26', null],
    // Christmas Day on a Saturday: it is kept on Monday, Boxing Day on Tuesday
    ['2027-12-27', 'Christmas Day in Canada'],
    ['2027-12-28', 'Boxing Day in Canada'],
    ['2026-12-28', 'Boxing Day in Canada'],
    // on a Sunday: Boxing Day is Monday, and Christmas Day is kept on it
    ['2022-12-27', 'Boxing Day in Canada'],
    ['2027-12-31', null],
    ['2028-01-03', "New Year's Day in Canada"],
  ] as const)('%s in Canada: %s', (day, reason) => {
    expect(dayOff(day, 'CAN')).toBe(reason);
  });
});

describe('portDate', () => {
  beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-11-27T15:00:00Z'), toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const CANADA: Cells = { city: 'Toronto', state: 'ON', postalCode: 'M5H 2N2', timeZone: 'Canada/Eastern' };
  const problemsOf = (portDate: string, more: Cells = {}) => {
    const row = example('BCC', {
      ...{ numberSource: 'PORT', portDate, portAuthorizedName: 'Dee Oak', ...more },
    });
    const { problems, late } = validateRows(row);
    return [...problems, ...late].filter(({ column }) => column === 'portDate').map(({ code }) => code);
  };

  it('is a working day from today on, not far off', () => {
    expect(today()).toBe('2026-11-27');
    expect(problemsOf('2026-11-27')).toEqual([]);
    expect(problemsOf('2026-11-30')).toEqual([]);
    expect(problemsOf('2026-11-26')).toEqual(['PORT_DATE_PAST']);
    expect(problemsOf('2026-11-28')).toEqual(['PORT_DATE_NO_WORKDAY']);
    expect(problemsOf('2026-12-25')).toEqual(['PORT_DATE_NO_WORKDAY']);
    expect(problemsOf('2026-12-28')).toEqual(['PORT_DATE_FAR']);
    expect(problemsOf('2027-01-18')).toEqual(['PORT_DATE_FAR', 'PORT_DATE_NO_WORKDAY']);
    expect(problemsOf('')).toEqual(['REQUIRED']);
  });

  it('goes by the holidays of the country of its number', () => {
    const boxing = '2026-12-26';
    expect(problemsOf('2026-12-11', CANADA)).toEqual([]);
    expect(problemsOf(boxing, CANADA)).toEqual(['PORT_DATE_NO_WORKDAY']);
  });
});
