import { describe, expect, it } from 'vitest';
import { portDay } from '../fixtures/port-rows.js';
import { brief, type Cells, validateRows } from './sheet.js';

const DAY = portDay(7);
const OTHER_DAY = portDay(12);

/** A user whose number is ported; the account's cells in the first row. */
function port(n: number, cells: Cells = {}): Cells {
  const account: Cells = {
    ...{ accountName: 'Bakery', timeZone: 'US/Mountain', billingCycleDay: '5', extensionLength: '4' },
    dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT',
  };
  return {
    ...{ product: 'BCC', accountNumber: 'P-1', ...(n === 0 ? account : {}) },
    ...{ firstName: 'Ann', lastName: `Lee ${n}`, extension: String(4000 + n), userProductPlan: 'STANDARD' },
    ...{ numberSource: 'PORT', phoneNumber: `801666${String(n).padStart(4, '0')}`, portDate: DAY },
    ...{ billingTelephoneNumber: '8016660000', portAuthorizedName: 'Dee Oak' },
    ...{ address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' },
    ...cells,
  };
}

/** What is blank in a later row is as the first row of the order says. */
const BLANK: Cells = { portDate: '', portAuthorizedName: '' };
const CONFLICT = (row: number, column: string) => `row ${row} ${column} PORT_ORDER_CONFLICT`;

function problemsOf(...rows: Cells[]): string[] {
  const { problems, late } = validateRows(...rows);
  return [...problems, ...late].map(brief);
}

describe('the rows of a port order', () => {
  it('agree, or leave to the first what they say', () => {
    expect(problemsOf(port(0), port(1), port(2, BLANK))).toEqual([]);
    const spelled: Cells = { businessName: 'Bakery', customerFirstName: 'Ann', customerLastName: 'Lee 0' };
    const written: Cells = {
      portWireType: 'wireline',
      directoryListed: 'no',
      directoryListingType: 'PORTED',
    };
    expect(problemsOf(port(0), port(1, { ...spelled, ...written, country: 'USA' }))).toEqual([]);
  });

  it.each<[column: keyof Cells, value: string]>([
    ['portDate', OTHER_DAY],
    ['portAuthorizedName', 'Dee Elm'],
    ['losingCarrier', 'New Telco'],
    ['portNotes', 'after ten'],
    ['businessName', 'Butcher'],
    ['customerFirstName', 'Bea'],
    ['customerLastName', 'Lee 1'],
    ['address', '1 Other St'],
    ['directoryListed', 'TRUE'],
  ])('do not in %s', (column, value) => {
    const own: Cells = { losingCarrier: 'Old Telco', portNotes: 'call first' };
    const found = problemsOf(port(0, own), port(1, { ...own, [column]: value }));
    expect(found).toEqual([CONFLICT(3, column)]);
  });

  it('are one order by their billing number, or by what the sheet calls it', () => {
    const other: Cells = { portDate: OTHER_DAY };
    expect(problemsOf(port(0), port(1, { ...other, billingTelephoneNumber: '8016660001' }))).toEqual([]);
    expect(problemsOf(port(0, { portOrder: 'A' }), port(1, { ...other, portOrder: 'B' }))).toEqual([]);
    expect(problemsOf(port(0, { portOrder: 'A' }), port(1, { ...other, portOrder: 'A' }))).toEqual([
      CONFLICT(3, 'portDate'),
    ]);
    // the same name in another account is another order
    const another = { ...port(0), accountNumber: 'P-2', phoneNumber: '8016660009', portOrder: 'A', ...other };
    expect(problemsOf(port(0, { portOrder: 'A' }), another)).toEqual([]);
  });

  it('need a billing number where there are several, and only then', () => {
    const blank: Cells = { billingTelephoneNumber: '' };
    expect(problemsOf(port(0, blank), port(1, blank))).toEqual([]);
    const named: Cells = { ...blank, portOrder: 'A' };
    expect(problemsOf(port(0, named))).toEqual([]);
    expect(problemsOf(port(0, named), port(1, named))).toEqual(['row 2 billingTelephoneNumber REQUIRED']);
    expect(problemsOf(port(0, { portOrder: 'A' }), port(1, named))).toEqual([]);
  });

  it('have an account number and a PIN where their carrier is a mobile one, which no message shows', () => {
    const wireless: Cells = { portWireType: 'WIRELESS', wirelessAccountNumber: 'ACC-1', wirelessPin: '0042' };
    expect(problemsOf(port(0, wireless), port(1))).toEqual([]);
    expect(problemsOf(port(0, { portWireType: 'WIRELESS' }))).toEqual([
      'row 2 wirelessAccountNumber REQUIRED',
      'row 2 wirelessPin REQUIRED',
    ]);
    expect(problemsOf(port(0, { wirelessPin: '0042' }))).toEqual(['row 2 wirelessPin NO_EFFECT']);
    const { problems } = validateRows(port(0, wireless), port(1, { ...wireless, wirelessPin: '0043' }));
    expect(problems.map(brief)).toEqual([CONFLICT(3, 'wirelessPin')]);
    expect(JSON.stringify(problems)).not.toMatch(/004[23]/);
  });

  it('say once what their first row lacks', () => {
    const lacking: Cells = { portDate: '', portAuthorizedName: '' };
    expect(problemsOf(port(0, lacking), port(1, lacking))).toEqual([
      'row 2 portDate REQUIRED',
      'row 2 portAuthorizedName REQUIRED',
    ]);
  });

  it('are not blamed for what the first row has wrongly', () => {
    expect(problemsOf(port(0, { portDate: 'soon' }), port(1))).toEqual(['row 2 portDate DATE_INVALID']);
  });
});
