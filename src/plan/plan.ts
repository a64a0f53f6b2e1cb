import type { CompleteValues } from '../records/complete.js';
import type { Product } from '../records/products.js';

/** The kinds of resources, in the order in which the guide makes them. Undo goes the other way. */
export const KINDS = [
  'account',
  'user',
  'number',
  'businessLine',
  'callHandling',
  'portAssignment',
  'sipTrunk',
  'reference',
  'device',
] as const;
export type Kind = (typeof KINDS)[number];

/** What one resource needs of others: the part they play for it. */
export type Role =
  | 'account'
  | 'owner'
  | 'number'
  /** a number that another row of the same account brings, and that this resource names */
  | 'namedNumber1'
  | 'namedNumber2';

/** One thing that must exist on the platform. Two rows that name the same thing plan the same key. */
export interface Resource {
  readonly kind: Kind;
  /** natural key, such as `account:SP-123` or `user:SP-123/4000` */
  readonly key: string;
  readonly needs: Readonly<Partial<Record<Role, string>>>;
  readonly product: Product;
  readonly values: CompleteValues;
}

/** What one row wants, each resource after those it needs. */
export interface RowPlan {
  readonly resources: readonly Resource[];
  /** the keys that other rows bring, with the ordinals of those rows */
  readonly elsewhere: ReadonlyMap<string, number>;
}

/** Tells which row of the sheet brings a phone number, if one does. */
export type RowOfPhone = (phone: string) => number | undefined;

/**
 * Turns a record into the resources that must exist for it (guide, "Account Create", steps 1 to 5). Pure.
 *
 * @param values the row's complete values
 * @param searchIndex how many SEARCH rows of the same owner there are up to this one; 0 when the row searches none
 * @param rowOfPhone which row brings a number; consulted for numbers that this row names and does not bring
 */
export function planRow(
  product: Product,
  values: CompleteValues,
  searchIndex: number,
  rowOfPhone: RowOfPhone,
): RowPlan {
  const resources: Resource[] = [];
  const elsewhere = new Map<string, number>();
  const add = (kind: Kind, key: string, needs: Resource['needs']) => {
    resources.push({ kind, key, needs, product, values });
    return key;
  };
  const { accountNumber } = values;
  const owner = ownerKey(product, values);
  const account = add('account', `account:${accountNumber}`, {});
  if (owner.startsWith('user:')) add('user', owner, { account });
  const number = hasNumber(values)
    ? add('number', numberKey(owner, values, searchIndex), { account })
    : undefined;

  /** Needs for phone fields: the row's own number where a field is blank, another row's where it is named. */
  const phoneNeeds = (...fields: (string | undefined)[]): Resource['needs'] => {
    const needs: Partial<Record<Role, string>> = {};
    const roles: Role[] = ['namedNumber1', 'namedNumber2'];
    fields.forEach((phone, index) => {
      if (phone === undefined || phone === values.phoneNumber) {
        if (number) needs.number = number;
        return;
      }
      const row = rowOfPhone(phone);
      const role = roles[index];
      if (row === undefined || role === undefined) return;
      needs[role] = `number:${phone}`;
      elsewhere.set(`number:${phone}`, row);
    });
    return needs;
  };

  if (product === 'BUSINESS_LINE') {
    const { callerIdPhoneNumber, emergencyCallbackPhoneNumber } = values;
    add('businessLine', owner, { account, ...phoneNeeds(callerIdPhoneNumber, emergencyCallbackPhoneNumber) });
    add('callHandling', `callHandling:${owner}`, { account, owner });
    if (values.macAddress !== undefined) add('portAssignment', `portAssignment:${owner}`, { account, owner });
  }
  if (product === 'SIP_TRUNK')
    add('sipTrunk', owner, { account, ...phoneNeeds(values.primaryTn, values.callbackNumber) });
  if (number) add('reference', `reference:${number}`, { account, owner, number });
  if (product !== 'BUSINESS_LINE' && values.macAddress !== undefined)
    add('device', `device:${values.macAddress}/${values.lineNumber}`, {
      account,
      owner,
      ...phoneNeeds(values.emergencyNumber),
    });
  return { resources, elsewhere };
}

function hasNumber(values: CompleteValues): boolean {
  return values.numberSource !== 'NONE';
}

/** The key of what a row's number rings: a user, a business line or a SIP trunk. */
function ownerKey(product: Product, values: CompleteValues): string {
  const { accountNumber } = values;
  switch (product) {
    case 'BCC':
      return `user:${accountNumber}/${values.extension}`;
    case 'HOME_PHONE':
      return `user:${accountNumber}`;
    case 'BUSINESS_LINE':
      return `businessLine:${accountNumber}/${values.lineName}`;
    case 'SIP_TRUNK':
      return `sipTrunk:${values.trunkName}`;
  }
}

/** A given number is its own key; one that a search will find is named by whom it is for. */
function numberKey(owner: string, values: CompleteValues, searchIndex: number): string {
  if (values.phoneNumber !== undefined) return `number:${values.phoneNumber}`;
  return searchIndex > 1 ? `number:${owner}#${searchIndex}` : `number:${owner}`;
}
