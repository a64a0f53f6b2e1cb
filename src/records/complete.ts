import { type Country, countryOfPostalCode, countryOfState, countryOfWholeAddress } from './cells/places.js';
import {
  type BlankColumn,
  BOX_COLUMNS,
  COLUMN_NAMES,
  type ColumnName,
  columnOf,
  columnsOf,
  type RowValues,
  USER_COLUMNS,
} from './columns.js';
import { PRODUCT_NAMES, PRODUCTS, type Product } from './products.js';
import type { ImportRecord } from './record.js';

/** Columns of users whose blank cells are left to the platform: it takes them for the same. */
type LeftToPlatform = 'allowPortalAccess' | 'blockEmail';
const LEFT_TO_PLATFORM: ReadonlySet<ColumnName> = new Set<LeftToPlatform>([
  'allowPortalAccess',
  'blockEmail',
]);

/** Columns of lines whose blank cells say nothing of a user, which keeps what the platform gives it. */
type OfLines = 'activeCallHandling' | 'busyAction' | 'unregisteredAction';

/** The columns that every valid row of their products has a value for, once inherited values and defaults are there. */
type AlwaysThere =
  | 'accountNumber'
  | 'accountName'
  | 'timeZone'
  | 'billingCycleDay'
  | 'dialingBehaviorType'
  | 'userTimeZone'
  | 'numberSource'
  | 'customerType'
  | 'country'
  | Exclude<BlankColumn, LeftToPlatform | OfLines | 'endUserType'>;

/**
 * All that a row means. Numbers whose default is "the row's number" stay absent here, since a searched number is not
 * known yet; what the platform decides when absent stays absent too.
 */
export type CompleteValues = RowValues & Required<Pick<RowValues, AlwaysThere>>;

const ACCOUNT_COLUMNS = columnsOf('account');

/** The columns of a product whose blank cells are sent as something, with what that is. */
const BLANKS = Object.fromEntries(
  PRODUCT_NAMES.map((product) => {
    const sent = COLUMN_NAMES.filter((column) => {
      const { blank, group, products } = columnOf(column);
      if (group === 'businessLine' && PRODUCTS[product].hasUser) return false;
      return blank !== undefined && products.includes(product) && !LEFT_TO_PLATFORM.has(column);
    });
    return [product, sent.map((column) => [column, columnOf(column).blank])];
  }),
) as Record<Product, [ColumnName, unknown][]>;

/** A record whose voicemail box another row describes, with what that says of it. */
export function withBoxOf<R extends { readonly values: RowValues }>(record: R, speaker: RowValues): R {
  return { ...record, values: inherit(record.values, BOX_COLUMNS, speaker) };
}

/** Where a row's number comes from (column `numberSource` and its default). */
export function numberSourceOf(values: RowValues): NonNullable<RowValues['numberSource']> {
  if (values.numberSource !== undefined) return values.numberSource;
  if (values.phoneNumber !== undefined) return 'INVENTORY';
  const hasAddress =
    values.address !== undefined ||
    values.city !== undefined ||
    values.state !== undefined ||
    values.postalCode !== undefined;
  return hasAddress ? 'SEARCH' : 'NONE';
}

/** The country of the number's address: where it is not given, the one that its state or postal code is in, else the USA. */
export function countryOf({ country, address, state, postalCode }: RowValues): Country {
  return country ?? countryOfPlace(address, state, postalCode) ?? 'USA';
}

/** The country of the E911 address: where it is not given, the one that its own state or postal code is in. */
export function e911CountryOf(values: RowValues): Country {
  const { e911Country, e911Address, e911State, e911PostalCode } = values;
  return e911Country ?? countryOfPlace(e911Address, e911State, e911PostalCode) ?? countryOf(values);
}

/** What an address tells of its country; a street tells it when it is a whole address in one line. */
function countryOfPlace(
  street: string | undefined,
  state: string | undefined,
  postalCode: string | undefined,
): Country | null | undefined {
  if (state !== undefined) return countryOfState(state);
  if (postalCode !== undefined) return countryOfPostalCode(postalCode);
  return street?.includes(',') === true ? countryOfWholeAddress(street) : undefined;
}

/** Whose record a number gets (column `customerType` and its default). */
export function customerTypeOf(product: Product, values: RowValues): 'BUSINESS' | 'RESIDENTIAL' {
  return values.customerType ?? (product === 'HOME_PHONE' ? 'RESIDENTIAL' : 'BUSINESS');
}

function inherit(values: RowValues, columns: readonly ColumnName[], from: RowValues): RowValues {
  const inherited: Record<string, unknown> = {};
  for (const column of columns) if (from[column] !== undefined) inherited[column] = from[column];
  // The first row speaks for the account or user; the row's own cells agree with it where they are not blank.
  return { ...values, ...inherited };
}

/**
 * What the sheet says of a row: its own values and what it inherits, without defaults.
 *
 * @param accountValues the values of the account's first row
 * @param userValues the values of the user's first row; null for products without users
 */
export function givenValues(
  record: { readonly values: RowValues },
  accountValues: RowValues,
  userValues: RowValues | null,
): RowValues {
  const own = inherit(record.values, ACCOUNT_COLUMNS, accountValues);
  return userValues === null ? own : inherit(own, USER_COLUMNS, userValues);
}

/**
 * The row's own values, what it inherits, and the defaults of the column table.
 *
 * @param record a valid record
 * @param accountValues the values of the account's first row
 * @param userValues the values of the user's first row; null for products without users
 * @throws Error when the record is not valid: no product, or an account cell that is required is nowhere
 */
export function completeValues(
  record: Pick<ImportRecord, 'product' | 'values' | 'callerId'>,
  accountValues: RowValues,
  userValues: RowValues | null,
): CompleteValues {
  const { product } = record;
  const values = givenValues(record, accountValues, userValues);
  const { accountNumber, accountName, timeZone, billingCycleDay, dialingBehaviorType } = values;
  if (
    product === null ||
    accountNumber === undefined ||
    accountName === undefined ||
    timeZone === undefined ||
    billingCycleDay === undefined ||
    dialingBehaviorType === undefined
  ) {
    throw new Error(`A record that is not valid cannot be completed (account ${accountNumber ?? 'unknown'})`);
  }

  const complete = {
    ...values,
    accountNumber,
    accountName,
    timeZone,
    billingCycleDay,
    dialingBehaviorType,
    userTimeZone: values.userTimeZone ?? timeZone,
    numberSource: numberSourceOf(values),
    customerType: customerTypeOf(product, values),
    country: countryOf(values),
  } as CompleteValues;
  for (const [column, blank] of BLANKS[product])
    if (values[column] === undefined) Object.assign(complete, { [column]: blank });
  if (complete.customerType === 'BUSINESS') complete.businessName ??= accountName;
  const isPort = complete.numberSource === 'PORT';
  const isBusiness = complete.customerType === 'BUSINESS';
  // The record of a port order is the customer's at the losing carrier, who of a business is none of its users.
  if (values.firstName !== undefined && !(isPort && isBusiness))
    complete.customerFirstName ??= values.firstName;
  if (values.lastName !== undefined && !(isPort && isBusiness)) complete.customerLastName ??= values.lastName;
  if (isPort) {
    if (values.directoryListingType === undefined) complete.directoryListingType = 'PORTED';
    complete.portWireType ??= 'WIRELINE';
    if (values.phoneNumber !== undefined) complete.billingTelephoneNumber ??= values.phoneNumber;
    const names = [complete.customerFirstName, complete.customerLastName].filter(Boolean);
    if (!isBusiness && names.length > 0) complete.portAuthorizedName ??= names.join(' ');
  }
  if (complete.numberSource === 'CARRIER') complete.operationalStatus ??= 'ACTIVE';
  if (record.callerId !== null)
    // A user whose caller ID is named gets it with its settings, and none of the numbers that ring it.
    complete.assignAsCallerId = record.callerId && values.callerIdNumber === undefined;
  if (values.e911Address !== undefined) complete.e911Country ??= e911CountryOf(values);
  return complete;
}
