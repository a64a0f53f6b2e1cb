import { describe, expect, it } from 'vitest';
import { COLUMN_NAMES, RESULT_COLUMNS } from '../../src/records/columns.js';
import {
  describeHeaders,
  headerInResults,
  isKnownHeader,
  productOfSheet,
} from '../../src/records/headers.js';
import { Validator } from '../../src/records/validate.js';
import { anotherUser, brief, example, validate } from './sheet.js';

describe('headers', () => {
  it('are understood by name, synonym and profile', () => {
    const header = ['account_number', 'Acct Name', 'Kunde', 'Intern', '', 'error', 'acountNme', 'Shoe size'];
    const described = describeHeaders({ header }, { kunde: 'lastName', Intern: null });
    expect(described.map(({ column, how, nearest }) => [column, how, nearest])).toEqual([
      ['accountNumber', 'name', null],
      ['accountName', 'synonym', null],
      ['lastName', 'profile', null],
      [null, 'ignored', null],
      [null, 'ignored', null],
      [null, 'unknown', null],
      [null, 'unknown', 'accountName'],
      [null, 'unknown', null],
    ]);
  });

  it.each([
    ['usernme', 'username'],
    ['Acct Nmae', 'accountName'],
    ['timezne', 'timeZone'],
    ['mac adress', 'macAddress'],
    ['Client Id', 'accountNumber'],
    ['customerCode', 'accountNumber'],
    ['Svc Type', 'product'],
    ['Conc Calls', 'concurrentCalls'],
    ['User Extension', 'extension'],
    ['Customer City', 'city'],
    ['Cust Tel', 'phoneNumber'],
    ['Cust Name', 'accountName'],
    ['VM to Email', 'voicemailEmail'],
  ])('that are unknown are near to what they mean: %s is %s', (header, column) => {
    expect(describeHeaders({ header: [header] })).toMatchObject([{ how: 'unknown', nearest: column }]);
  });

  it.each([
    ...['Status', 'Ported', 'County', 'Phone 2', 'Address 2', 'Location ID', 'Serial #'],
    ...['Rate Plan', 'Notes', 'Date', 'Contact Email', 'Product Code', 'Line', 'Customer', 'Sales rep'],
  ])('that only look like a name are near to none: %s', (header) => {
    expect(describeHeaders({ header: [header] })).toMatchObject([{ how: 'unknown', nearest: null }]);
  });

  it('are not near to a column that another header is, unless they are its name misspelt', () => {
    const nearest = describeHeaders({ header: ['City', 'Customer City', 'Citty'] }).map(
      (each) => each.nearest,
    );
    expect(nearest).toEqual([null, null, 'city']);
  });

  it('CustID is the account number', () => {
    const header = ['CustID', 'cust. no.', 'CUST #'];
    expect(describeHeaders({ header }).map(({ column }) => column)).toEqual(
      header.map(() => 'accountNumber'),
    );
  });

  it('are known to whoever looks for the header row', () => {
    expect(['MAC', 'status', 'Kunde', 'Report of May', ''].map((each) => isKnownHeader(each))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(isKnownHeader('Kunde', { Kunde: 'lastName' })).toBe(true);
  });

  it('that are unknown are a warning with the nearest name, once', () => {
    const header = [...COLUMN_NAMES.filter((column) => column !== 'username'), 'usernme', 'Shoe size'];
    const { problems } = validate([{ header, rows: [example('BCC'), anotherUser(1)] }]);
    expect(problems.map((each) => [brief(each), each.severity, each.hint])).toEqual([
      [
        'row 1 usernme UNKNOWN_COLUMN',
        'warning',
        'Did you mean username? Leave it if it is for your own use.',
      ],
      ['row 1 Shoe size UNKNOWN_COLUMN', 'warning', expect.stringContaining('come back in the results')],
    ]);
  });

  it('of results in part are columns of the sheet, told with the name that they come back under', () => {
    const own = ['status', 'error', 'hint', 'userId', 'warnings', 'finishedAt'];
    const { problems } = validate([{ header: [...COLUMN_NAMES, ...own], rows: [example('BCC')] }]);
    expect(problems.map(brief)).toEqual(own.map((name) => `row 1 ${name} UNKNOWN_COLUMN`));
    expect(problems[0]?.hint).toBe(
      'Leave it if it is for your own use; its cells come back in the results, as "status (yours)".',
    );
  });

  it('of results in another order, or with a gap, are columns of the sheet', () => {
    const how = (header: readonly string[]) => describeHeaders({ header }).map((each) => each.how);
    expect(how(RESULT_COLUMNS.toReversed())).toEqual(RESULT_COLUMNS.map(() => 'unknown'));
    expect(new Set(how(['MAC', 'status', 'Note', ...RESULT_COLUMNS.slice(1)]))).toEqual(
      new Set(['synonym', 'unknown']),
    );
  });

  it('of results are those of our file, beside columns of the sheet that have such a name', () => {
    const header = ['MAC', 'status (yours)', ...RESULT_COLUMNS, 'Done by'];
    const described = describeHeaders({ header }, { status: 'customField' });
    expect(described.map(({ how, column }) => column ?? how)).toEqual([
      'macAddress',
      'customField',
      ...RESULT_COLUMNS.map(() => 'result'),
      'unknown',
    ]);
    expect(headerInResults('status')).toBe('status (yours)');
    expect(headerInResults('status (yours)')).toBe('status (yours)');
    expect(headerInResults('Status')).toBe('Status');
  });

  it('of results are ignored silently', () => {
    const { problems } = validate([{ header: [...COLUMN_NAMES, ...RESULT_COLUMNS], rows: [example('BCC')] }]);
    expect(problems).toEqual([]);
  });

  it('that stand for one column twice are an error, and their rows invalid', () => {
    const { problems, checked } = validate([{ header: [...COLUMN_NAMES, 'DID'], rows: [example('BCC')] }]);
    expect(problems.map(brief)).toEqual(['row 1 phoneNumber AMBIGUOUS_HEADER']);
    expect(problems[0]?.message).toBe('The headers "phoneNumber" and "DID" both stand for phoneNumber');
    expect(checked[0]).toMatchObject({ record: { valid: false }, problems: [], tableProblems: problems });
  });

  it('that miss a required column are one error, and all rows invalid', () => {
    const header = COLUMN_NAMES.filter((column) => column !== 'lastName');
    const { problems, checked } = validate([{ header, rows: [example('BCC'), anotherUser(1)] }]);
    expect(problems).toMatchObject([
      {
        row: 1,
        column: 'lastName',
        value: '',
        code: 'MISSING_COLUMN',
        message: expect.stringContaining('no column lastName'),
      },
    ]);
    expect(
      checked.map(({ record, tableProblems }) => [record.valid, record.userUsable, tableProblems.length]),
    ).toEqual([
      [false, false, 1],
      [false, false, 1],
    ]);
  });

  it('may miss columns that the rows do not need', () => {
    const header = COLUMN_NAMES.filter(
      (column) => !['trunkName', 'concurrentCalls', 'lineName'].includes(column),
    );
    expect(validate([{ header, rows: [example('BCC')] }]).problems).toEqual([]);
  });

  it('may miss account columns where the account is in another sheet', () => {
    const { problems } = validate([
      { sheet: 'Users', rows: [example('BCC')] },
      {
        sheet: 'SIP Trunks',
        header: ['accountNumber', 'trunkName', 'concurrentCalls'],
        rows: [{ accountNumber: 'SP-1001', trunkName: 'TRUNK-1', concurrentCalls: '5' }],
      },
    ]);
    expect(problems).toEqual([]);
  });
});

describe('worksheets', () => {
  it.each([
    ['Home Phone', 'HOME_PHONE'],
    ['SIP Trunks', 'SIP_TRUNK'],
    ['bcc', 'BCC'],
    ['Business Lines', 'BUSINESS_LINE'],
    ['Sheet1', null],
  ])('"%s" is for %s', (sheet, product) => {
    expect(productOfSheet(sheet)).toBe(product);
  });

  it('named for a product need no product column', () => {
    const header = COLUMN_NAMES.filter((column) => column !== 'product');
    const { problems, checked } = validate([{ sheet: 'Home Phone', header, rows: [example('HOME_PHONE')] }]);
    expect(problems).toEqual([]);
    expect(checked[0]?.record.product).toBe('HOME_PHONE');
  });

  it('without one need the column', () => {
    const header = COLUMN_NAMES.filter((column) => column !== 'product');
    const { problems } = validate([{ header, rows: [example('HOME_PHONE')] }]);
    expect(problems.map(brief)).toEqual(['row 1 product MISSING_COLUMN']);
  });
});

describe('a header that was probably taken for the wrong column', () => {
  const header = COLUMN_NAMES.map((column) => (column === 'customerName' ? 'Customer Name' : column));
  const ofNames = (names: readonly string[], headers: readonly string[] = header, options = {}) => {
    const validator = new Validator(options);
    validator.openTable({ file: 'users.csv', sheet: null, header: headers, headerRow: 1 });
    const at = COLUMN_NAMES.indexOf('customerName');
    const rows = names.map((name, index) => {
      const user = anotherUser(index);
      const cells = COLUMN_NAMES.map((column, position) => (position === at ? name : (user[column] ?? '')));
      return { number: index + 2, cells };
    });
    validator.check(rows);
    return validator.closeTable();
  };
  const WRONG = 'Sego Lily Bakery, Inc.';

  it('is one below which most cells do not fit', () => {
    expect(ofNames([WRONG, WRONG, WRONG, 'Bakery', ''])).toMatchObject([
      { code: 'MISTAKEN_HEADER', row: 1, column: 'customerName', header: 'Customer Name' },
    ]);
    expect(ofNames([WRONG, WRONG, WRONG, 'Bakery', ''])[0]?.message).toContain('; 3 of 4 do not fit');
  });

  it('is none where half of them fit, where they are few, or blank, or where it is the very name', () => {
    expect(ofNames([WRONG, WRONG, WRONG, 'A', 'B', 'C'])).toEqual([]);
    expect(ofNames([WRONG, WRONG])).toEqual([]);
    expect(ofNames(['', '', ''])).toEqual([]);
    expect(ofNames([WRONG, WRONG, WRONG], COLUMN_NAMES)).toEqual([]);
  });

  it('is none where the cells are damaged or stand for nothing', () => {
    expect(ofNames(['N/A', 'TBD', 'N/A', 'N/A', 'Bakery'])).toEqual([]);
    expect(ofNames(['#REF!', '#REF!', '#REF!', 'Bakery'])).toEqual([]);
    expect(ofNames(['N/A', 'N/A', 'N/A', WRONG, WRONG, WRONG])).toHaveLength(1);
  });

  it('of a profile is to be corrected there', () => {
    const headers = header.map((each) => (each === 'Customer Name' ? 'Kunde' : each));
    const options = { headerNames: { Kunde: 'customerName' } } as const;
    expect(ofNames([WRONG, WRONG, WRONG], headers, options)[0]?.hint).toBe(
      'Correct the profile: "headers": { "Kunde": null } (null: it is not used).',
    );
  });
});
