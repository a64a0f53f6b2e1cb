import { describe, expect, it } from 'vitest';
import { fold } from '../../src/records/cells/nearest.js';
import {
  blankMeans,
  COLUMN_NAMES,
  columnOf,
  NUMBER_COLUMNS,
  RESULT_COLUMNS,
  SECRET_COLUMNS,
} from '../../src/records/columns.js';
import { describeHeaders } from '../../src/records/headers.js';
import { PRODUCT_NAMES } from '../../src/records/products.js';
import { brief, example, validateRows } from './sheet.js';

describe('the column table', () => {
  it('uses no name or synonym twice', () => {
    const names = COLUMN_NAMES.flatMap((column) => [column, ...columnOf(column).synonyms].map(fold));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it('has no synonym that is a result column', () => {
    const results = new Set(RESULT_COLUMNS.map(fold));
    const names = COLUMN_NAMES.flatMap((column) => [column, ...columnOf(column).synonyms]);
    expect(names.filter((name) => results.has(fold(name)))).toEqual([]);
  });

  it.each(COLUMN_NAMES)(
    '%s: every option is accepted and every product that requires it may have it',
    (column) => {
      const { options = [], schema, products, required = [], help } = columnOf(column);
      for (const option of options) expect(schema.safeParse(option).success).toBe(true);
      for (const product of required) expect(products).toContain(product);
      expect(help).toMatch(/^[A-Z].*\.$/);
    },
  );

  it.each(COLUMN_NAMES.filter((column) => columnOf(column).blank !== undefined))(
    '%s: what a blank cell means is a value of the column, and is what is said of it',
    (column) => {
      const { blank, schema } = columnOf(column);
      const text = String(blank);
      expect(schema.safeParse(text).data).toBe(blank);
      expect(blankMeans(column).toUpperCase()).toContain(text.toUpperCase());
    },
  );

  it('says of each column what a blank cell means', () => {
    expect([blankMeans('platformType'), blankMeans('lineNumber'), blankMeans('faxEnabled')]).toEqual([
      ...['CPE2', '1', 'FALSE'],
    ]);
    const [ofUser, ...others] = NUMBER_COLUMNS;
    expect(ofUser && blankMeans(ofUser)).toBe('the number whose assignAsCallerId is TRUE');
    expect(others.map(blankMeans)).toEqual(others.map(() => "the row's number"));
    expect(NUMBER_COLUMNS).toHaveLength(6);
    expect([blankMeans('city'), blankMeans('sipPassword')]).toEqual(['', 'generated']);
    expect([...SECRET_COLUMNS]).toEqual(['wirelessAccountNumber', 'wirelessPin', 'sipPassword']);
  });

  it.each(PRODUCT_NAMES)('%s: the example row is valid, without a warning', (product) => {
    const { checked, problems } = validateRows(example(product));
    expect(problems).toEqual([]);
    expect(checked[0]?.record).toMatchObject({ ordinal: 1, row: 2, product, valid: true, accountFirst: 1 });
  });

  it('has example rows that are valid together', () => {
    const { problems, late } = validateRows(...PRODUCT_NAMES.map((product) => example(product)));
    expect([...problems, ...late].map(brief)).toEqual([]);
  });

  it.each([
    ['Phone', 'phoneNumber'],
    ['TN', 'phoneNumber'],
    ['Telephone Number', 'phoneNumber'],
    ['DID', 'phoneNumber'],
    ['PHONE_NUMBER', 'phoneNumber'],
    ['phone-number', 'phoneNumber'],
    ['ZIP', 'postalCode'],
    ['Zip Code', 'postalCode'],
    ['MAC', 'macAddress'],
    ['Mac Addr', 'macAddress'],
    ['Ext', 'extension'],
    ['Acct #', 'accountNumber'],
    ['Account No', 'accountNumber'],
    ['Customer Number', 'accountNumber'],
    ['accountNumber *', 'accountNumber'],
    ['E-mail', 'emailAddress'],
    ['First', 'firstName'],
    ['Street Address', 'address'],
  ])('understands the header %s as %s', (header, column) => {
    expect(describeHeaders({ header: [header] })[0]).toMatchObject({ header, column, nearest: null });
  });
});
