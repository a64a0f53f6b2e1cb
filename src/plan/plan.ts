import { huntMembersOf } from '../records/cells/hunt-members.js';
import type { RowValues } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import { isPort, portOrderOf } from '../records/port-order.js';
import { type AccountType, PRODUCTS, type Product } from '../records/products.js';
import { HUNT_FAILOVERS } from '../records/rows/hunt-rules.js';
import { hasUserSettings, hasVoicemailSettings } from '../records/user-settings.js';
import { keyOf } from './keys.js';
import type { KindName, Resource, Role, RowPlan, RowPortOrder } from './resource.js';

/** Tells which row of the sheet brings a phone number, if one does. */
export type RowOfPhone = (phone: string) => number | undefined;

/** The row of the sheet that brings what the number of another row rings. */
export interface TargetRow {
  readonly ordinal: number;
  readonly product: Product;
  readonly values: RowValues;
}

/**
 * Turns a record into the resources that must exist for it (guide, "Account Create", steps 1 to 5). Pure.
 *
 * @param values the row's complete values
 * @param searchIndex how many SEARCH rows of the same owner there are up to this one; 0 when the row searches none
 * @param rowOfPhone which row brings a number; consulted for numbers that this row names and does not bring
 * @param given the same values without defaults
 * @param typeOfAccount what the account's first row makes the account, where the product does not tell
 * @param target of a NUMBER row: the row of the same account that brings what the number rings, where one does
 * @param memberRows the rows that bring the members of a hunt group, in their order; 0 where none does
 * @param order the port order of a row that ports its number
 */
export function planRow(
  product: Product,
  values: CompleteValues,
  searchIndex: number,
  rowOfPhone: RowOfPhone,
  given: RowValues = values,
  typeOfAccount: AccountType | null = null,
  target: TargetRow | null = null,
  memberRows: readonly number[] = [],
  order: RowPortOrder | null = null,
): RowPlan {
  const resources: Resource[] = [];
  const elsewhere = new Map<string, number>();
  const accountType = PRODUCTS[product].accountType ?? typeOfAccount ?? accountTypeOf(values);
  const add = (kind: KindName, key: string, needs: Resource['needs']) => {
    resources.push({ kind, key, needs, product, accountType, values, given });
    return key;
  };
  /** The number that a row rings its owner with, and the port order that brings it. */
  const addNumber = (rung: string) => {
    const key = numberKey(rung, values, searchIndex);
    if (!isPort(values)) return add('number', key, { account });
    const { numbers = [], hasOwnE911 = false } = order ?? {};
    const portOrder = keyOf.portOrder(values.accountNumber, portOrderOf(values));
    const common = { product, accountType, values, given };
    resources.push({ kind: 'portOrder', key: portOrder, needs: { account }, numbers, ...common });
    const needs = { account, portOrder };
    resources.push({ kind: 'number', key, needs, ...common, ...(hasOwnE911 ? { hasOwnE911 } : {}) });
    return key;
  };
  const account = add('account', keyOf.account(values.accountNumber), {});
  if (values.accountCallingPlan !== undefined)
    add('callingPlan', keyOf.of('callingPlan', account), { account, owner: account });
  const owner =
    target === null
      ? ownerKey(product, values)
      : ownerKey(target.product, { ...target.values, accountNumber: values.accountNumber });
  if (owner === null) return { resources, elsewhere };
  if (PRODUCTS[product].owner === 'user') add('user', owner, { account });
  const number = hasNumber(values) ? addNumber(owner) : undefined;

  /** Needs for phone fields: the row's own number where a field is blank, another row's where it is named. */
  const phoneNeeds = (...fields: (string | undefined)[]): Resource['needs'] => {
    const needs: Record<string, string> = {};
    const roles: Role[] = ['namedNumber1', 'namedNumber2'];
    fields.forEach((phone, index) => {
      if (phone === undefined || phone === values.phoneNumber) {
        if (number) needs['number'] = number;
        return;
      }
      const row = rowOfPhone(phone);
      const role = roles[index];
      if (row === undefined || role === undefined) return;
      const named = keyOf.number(phone);
      needs[role] = named;
      elsewhere.set(named, row);
    });
    return needs;
  };

  /** The voicemail box that the row names, and the need for it; nothing where it names none. */
  const boxNeed = (): Resource['needs'] => {
    const { accountNumber, voicemailBoxName } = values;
    if (voicemailBoxName === undefined) return {};
    const voicemailBox = keyOf.voicemailBox(accountNumber, voicemailBoxName);
    return { voicemailBox: add('voicemailBox', voicemailBox, { account }) };
  };

  if (product === 'BUSINESS_LINE') {
    const { callerIdPhoneNumber, emergencyCallbackPhoneNumber } = values;
    add('businessLine', owner, { account, ...phoneNeeds(callerIdPhoneNumber, emergencyCallbackPhoneNumber) });
    add('callHandling', keyOf.of('callHandling', owner), { account, owner, ...boxNeed() });
    if (values.macAddress !== undefined)
      add('portAssignment', keyOf.of('portAssignment', owner), { account, owner });
  }
  if (product === 'HUNT_GROUP') {
    const needs: Record<string, string> = {};
    const members = huntMembersOf(values.huntStrategy, values.huntMembers);
    members.forEach(({ line }, index) => {
      const row = memberRows[index] ?? 0;
      if (row === 0) return;
      const key = keyOf.businessLine(values.accountNumber, line);
      needs[`member${index}`] = key;
      elsewhere.set(key, row);
    });
    add('huntGroup', owner, { account, ...needs });
    const failovers = huntFailoversOf(values);
    const box = failovers.some(({ action }) => values[action] === 'VOICEMAIL') ? boxNeed() : {};
    for (const { reason, action } of failovers) {
      const own = values[action] === 'VOICEMAIL' ? box : {};
      add('huntFailover', keyOf.huntFailover(owner, reason), { account, owner, ...own });
    }
  }
  if (product === 'SIP_TRUNK')
    add('sipTrunk', owner, { account, ...phoneNeeds(values.primaryTn, values.callbackNumber) });
  if (number && target !== null) elsewhere.set(owner, target.ordinal);
  // What no row brings is looked up on the account when its turn comes.
  const isLookedUp = product === 'NUMBER' && target === null;
  const reference =
    number && (product !== 'NUMBER' || values.ringsType !== undefined)
      ? add('reference', keyOf.of('reference', number), { account, ...(isLookedUp ? {} : { owner }), number })
      : undefined;
  if (number && values.e911Correction !== undefined)
    add('e911Correction', keyOf.of('e911Correction', number), { account, number });
  if (values.callingPlan !== undefined && PLANNED.has(product))
    add('callingPlan', keyOf.of('callingPlan', owner), { account, owner });
  if (bringsUserSettings(product, values, values.assignAsCallerId === true))
    add('userSettings', keyOf.of('userSettings', owner), {
      account,
      owner,
      ...(reference ? { reference } : {}),
      ...(values.callerIdNumber === undefined ? {} : phoneNeeds(values.callerIdNumber)),
    });
  if (PRODUCTS[product].hasUser && hasVoicemailSettings(values))
    add('userVoicemail', keyOf.of('userVoicemail', owner), { account, owner });
  if (PRODUCTS[product].owner === 'user' && values.macAddress !== undefined)
    add('device', keyOf.device(values.macAddress, values.lineNumber), {
      account,
      owner,
      ...phoneNeeds(values.emergencyNumber),
    });
  return { resources, elsewhere };
}

/** The products whose users and trunks have a calling plan of their own; a business line calls on its account's. */
const PLANNED: ReadonlySet<Product> = new Set<Product>(['BCC', 'HOME_PHONE', 'SIP_TRUNK']);

/**
 * Whether a row sets how its user treats calls, or its caller ID. Where the sheet says no more of the caller ID than
 * whether it is shown, that is set by the row whose number it is.
 * @param isCallerId the row's number is the caller ID of its user
 */
export function bringsUserSettings(product: Product, values: RowValues, isCallerId: boolean): boolean {
  if (!PRODUCTS[product].hasUser || !hasUserSettings(values)) return false;
  const isOfNumber = values.callerIdVisible !== undefined && values.callerIdNumber === undefined;
  return !isOfNumber || isCallerId;
}

/** The reasons for which the row says what its hunt group does. */
export function huntFailoversOf(values: RowValues) {
  return HUNT_FAILOVERS.filter(({ action }) => values[action] !== undefined);
}

/** Only a business account has extensions. */
function accountTypeOf({ extensionLength }: RowValues): AccountType {
  return extensionLength === undefined ? 'SIMPLE' : 'ADVANCED';
}

function hasNumber(values: CompleteValues): boolean {
  return values.numberSource !== 'NONE';
}

/**
 * The key of what a row's number rings: a user, a business line, a SIP trunk, a hunt group, or what stands for something that no row
 * brings; null where there is nothing.
 */
function ownerKey(product: Product, values: RowValues & { readonly accountNumber: string }): string | null {
  const { accountNumber, extension, lineName = '', trunkName = '', huntGroupName = '' } = values;
  const { ringsType, ringsName, ringsId = '' } = values;
  switch (PRODUCTS[product].owner) {
    case 'user':
      return keyOf.user(accountNumber, product === 'HOME_PHONE' ? undefined : extension);
    case 'businessLine':
      return keyOf.businessLine(accountNumber, lineName);
    case 'sipTrunk':
      return keyOf.sipTrunk(trunkName);
    case 'huntGroup':
      return keyOf.huntGroup(accountNumber, huntGroupName);
    case 'target':
      if (ringsType === undefined) return keyOf.target(accountNumber);
      return keyOf.target(
        accountNumber,
        ringsType,
        ...(ringsName === undefined ? ['', ringsId] : [ringsName]),
      );
    case null:
      return null;
  }
}

/** A given number is its own key; one that a search will find is named by whom it is for. */
function numberKey(owner: string, values: CompleteValues, searchIndex: number): string {
  if (values.phoneNumber !== undefined) return keyOf.number(values.phoneNumber);
  return keyOf.searchedNumber(owner, searchIndex);
}
