import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import {
  type CheckedProperty,
  getInventoryNumber,
  listDeviceTypes,
  listTimeZones,
  validateProperty,
} from '../api/endpoints.js';
import type { Journal, StoredRow } from '../journal/journal.js';
import { nearest } from '../records/cells/nearest.js';
import type { ColumnName } from '../records/columns.js';
import type { ProblemCode } from '../records/problem.js';
import { PRODUCTS } from '../records/products.js';
import type { ImportRecord } from '../records/record.js';
import { accountDifference } from '../resources/account.js';
import { sheetAddresses } from '../resources/activation.js';
import { pickDevice } from '../resources/device.js';
import { type AccountIndex, orNull } from '../resources/lookups/account-index.js';
import type { Addresses, SheetAddress, ValidAddress } from '../resources/lookups/addresses.js';
import type { Snapshot, Snapshots } from '../resources/lookups/snapshots.js';
import { ownerId } from '../resources/owner.js';
import { StepError } from '../resources/step-error.js';
import { pickUser } from '../resources/user.js';
import { planOf } from './executor.js';
import { PlaceDemands } from './place-demand.js';
import { RowChecker, type RowFindings } from './row-findings.js';

export interface PreflightContext {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  readonly accounts: AccountIndex;
  readonly snapshots: Snapshots;
  readonly addresses: Addresses;
  readonly partitionId: string;
}

/** The read-only checks of a dry run. Each question is asked once however many rows it is about. */
export class Preflight {
  readonly #context: PreflightContext;
  /** how many numbers the rows checked so far search, by place */
  readonly places: PlaceDemands;
  readonly #asked = new Map<string, Promise<string | null>>();
  #deviceTypes: Promise<ReadonlyMap<string, number | null> | null> | null = null;
  #timeZones: Promise<ReadonlySet<string> | null> | null = null;

  constructor(context: PreflightContext) {
    this.#context = context;
    this.places = new PlaceDemands(context);
  }

  /** Checks a row against the platform. Nothing is changed there. */
  async checkRow(row: StoredRow<ImportRecord>): Promise<RowFindings> {
    const plan = planOf(this.#context, row);
    if (typeof plan === 'string') return { findings: [], existing: [] };
    const [account] = plan.resources;
    if (!account) return { findings: [], existing: [] };
    const check = new RowChecker(row, account);
    const held = await this.#checkAccount(check);
    await Promise.all([
      this.#checkUser(check, held),
      this.#checkNumber(check, held),
      this.#checkDevice(check, held),
      this.#checkTrunk(check, held),
      this.#checkTimeZones(check),
    ]);
    return check;
  }

  /** @returns what the account holds, when it is there and the sheet's; null otherwise */
  async #checkAccount(check: RowChecker): Promise<Snapshot | null> {
    const { accounts, partitionId, snapshots } = this.#context;
    const { values, product, ordinal } = check;
    const partition = values.partitionId ?? partitionId;
    const account = await accounts.find(partition, values.accountNumber, ordinal);
    if (!account) return null;
    const difference = accountDifference(account, PRODUCTS[product].accountType, values.accountName);
    if (difference !== null) {
      const hint = 'Correct the account number or name, or change the account on the platform.';
      check.add(
        'ACCOUNT_IS_ANOTHER',
        'accountNumber',
        values.accountNumber,
        `On the platform ${difference}`,
        hint,
      );
      return null;
    }
    check.existing.push(`account:${values.accountNumber}`);
    return snapshots.of(partition, account.id);
  }

  async #checkUser(check: RowChecker, held: Snapshot | null): Promise<void> {
    const { values, product, ordinal } = check;
    if (!PRODUCTS[product].hasUser) return;
    const user = held && pickUser(await held.users(ordinal), values);
    if (user?.difference) {
      const column = values.extension === undefined ? 'lastName' : 'extension';
      check.add(
        'USER_IS_ANOTHER',
        column,
        values.extension ?? values.lastName ?? '',
        `On the platform ${user.difference}`,
        'Correct the extension or the name.',
      );
    } else if (user) check.existing.push(`user:${values.accountNumber}/${values.extension ?? ''}`);
    else if (values.username !== undefined)
      await this.#checkFree(check, 'username', 'USERNAME_NOT_FREE', 'username', values.username);
  }

  async #checkNumber(check: RowChecker, held: Snapshot | null): Promise<void> {
    const { values, ordinal } = check;
    if (values.numberSource === 'NONE') return;
    const partitionId = values.partitionId ?? this.#context.partitionId;
    if (held && (await this.#ownsNumber(check, held))) return;
    const address = await this.#checkAddresses(check);
    const { phoneNumber } = values;
    if (phoneNumber === undefined) {
      if (address?.latitude === undefined || address.longitude === undefined) return;
      const line = [values.address, values.city, values.state].filter(Boolean).join(', ');
      this.places.add(ordinal, partitionId, address, line);
      return;
    }
    const number = await this.#lookUp(check, 'phoneNumber', () =>
      orNull(this.#context.client.send(getInventoryNumber(partitionId, phoneNumber), { priority: ordinal })),
    );
    if (number === null)
      check.add(
        'NUMBER_NOT_IN_INVENTORY',
        'phoneNumber',
        phoneNumber,
        `${phoneNumber} is not in the inventory of the partition`,
        'Check the number, order it, or leave the cell blank to have one searched.',
      );
    else if (number?.accountId)
      check.add(
        'NUMBER_NOT_FREE',
        'phoneNumber',
        phoneNumber,
        `${phoneNumber} is on another account already`,
        'Check the number, or free it on the other account first.',
      );
  }

  /** Whether the row's number is on its account already, or its owner has one. */
  async #ownsNumber(check: RowChecker, held: Snapshot): Promise<boolean> {
    const { values, product, ordinal } = check;
    const numbers = await held.numbers(ordinal);
    const owner = await ownerId(held, product, values, ordinal);
    const own =
      values.phoneNumber === undefined
        ? numbers.find((each) => owner !== null && each.referenceId === owner)
        : numbers.find((each) => each.phoneNumber === values.phoneNumber);
    if (!own) return false;
    if (own.referenceId && own.referenceId !== owner)
      check.add(
        'NUMBER_NOT_FREE',
        'phoneNumber',
        own.phoneNumber,
        `${own.phoneNumber} is on the account and rings something else (${own.referenceType})`,
        'Correct the sheet, or free the number first.',
      );
    else check.existing.push(`number:${own.phoneNumber}`);
    return true;
  }

  async #checkAddresses(check: RowChecker): Promise<ValidAddress | null> {
    const { customer, e911 } = sheetAddresses(check.values);
    const [valid] = await Promise.all([
      this.#checkAddress(check, customer, 'address'),
      e911 ? this.#checkAddress(check, e911, 'e911Address') : null,
    ]);
    return valid;
  }

  async #checkAddress(
    check: RowChecker,
    address: SheetAddress,
    column: 'address' | 'e911Address',
  ): Promise<ValidAddress | null> {
    try {
      const valid = await this.#context.addresses.validate(address, check.ordinal);
      const read = [valid.fields['city'], valid.fields['state'], valid.fields['postalCode']];
      const typed = [address.city, address.state, address.postalCode];
      const differs = read.some(
        (part, index) => part !== undefined && typed[index] !== undefined && !sameText(part, typed[index]),
      );
      if (differs)
        check.add(
          'ADDRESS_READ_DIFFERENTLY',
          column,
          address.address,
          `The platform reads it as ${read.filter(Boolean).join(', ')}`,
          'Check that this is the place that is meant.',
        );
      return valid;
    } catch (error) {
      if (error instanceof StepError)
        check.add('ADDRESS_REFUSED', column, address.address, error.message, error.hint);
      else if (error instanceof ApiError && error.kind === 'refused')
        check.add(
          'ADDRESS_REFUSED',
          column,
          address.address,
          error.message,
          'Correct the address or its postal code.',
        );
      else if (error instanceof ApiError) check.notChecked(column, error);
      else throw error;
      return null;
    }
  }

  async #checkDevice(check: RowChecker, held: Snapshot | null): Promise<void> {
    const { values, ordinal, product } = check;
    const { macAddress, deviceTypeId, lineNumber } = values;
    if (macAddress === undefined || deviceTypeId === undefined) return;
    this.#deviceTypes ??= orUnknown(
      this.#context.client
        .send(listDeviceTypes())
        .then((types) => new Map(types.map(({ id, numLines }) => [id, numLines ?? null]))),
    );
    const types = await this.#deviceTypes;
    const lines = types?.get(deviceTypeId);
    if (types && lines === undefined) {
      const near = nearest(deviceTypeId, [...types.keys()]);
      check.add(
        'DEVICE_TYPE_UNKNOWN',
        'deviceTypeId',
        deviceTypeId,
        `The platform has no device type ${deviceTypeId}`,
        near === null ? 'Use an ID of the device type list.' : `Did you mean ${near}?`,
      );
    } else if (lines != null && lineNumber > lines)
      check.add(
        'DEVICE_LINE_TOO_HIGH',
        'lineNumber',
        String(lineNumber),
        `A ${deviceTypeId} has ${lines} lines, not ${lineNumber}`,
        `Use a line number from 1 to ${lines}.`,
      );
    if (product !== 'BUSINESS_LINE' && held && pickDevice(await held.devices(ordinal), values, '')) {
      check.existing.push(`device:${macAddress}/${lineNumber}`);
      return;
    }
    // A line that is there may hold the port already.
    if (product === 'BUSINESS_LINE' && held && (await ownerId(held, product, values, ordinal))) return;
    await this.#checkFree(check, 'macaddress', 'MAC_ADDRESS_NOT_FREE', 'macAddress', macAddress);
  }

  async #checkTrunk(check: RowChecker, held: Snapshot | null): Promise<void> {
    const { values, product, ordinal } = check;
    if (product === 'BCC' || product === 'HOME_PHONE') return;
    const name = values.lineName ?? values.trunkName ?? '';
    if (held && (await ownerId(held, product, values, ordinal)))
      check.existing.push(
        product === 'SIP_TRUNK' ? `sipTrunk:${name}` : `businessLine:${values.accountNumber}/${name}`,
      );
    else if (values.sipUsername !== undefined && product === 'SIP_TRUNK')
      await this.#checkFree(check, 'sipusername', 'SIP_USERNAME_NOT_FREE', 'sipUsername', values.sipUsername);
  }

  async #checkTimeZones(check: RowChecker): Promise<void> {
    this.#timeZones ??= orUnknown(
      this.#context.client.send(listTimeZones()).then((answer) => new Set(textsIn(answer))),
    );
    const zones = await this.#timeZones;
    if (!zones || zones.size === 0) return;
    const { timeZone, userTimeZone } = check.values;
    for (const [column, zone] of [
      ['timeZone', timeZone],
      ['userTimeZone', userTimeZone],
    ] as const)
      if (!zones.has(zone) && (column === 'timeZone' || zone !== timeZone))
        check.add(
          'TIME_ZONE_NOT_OFFERED',
          column,
          zone,
          `The platform does not offer the time zone ${zone}`,
          'Use one of its list.',
        );
  }

  async #checkFree(
    check: RowChecker,
    property: CheckedProperty,
    code: ProblemCode,
    column: ColumnName,
    value: string,
  ): Promise<void> {
    const { client, partitionId } = this.#context;
    const key = `${property}=${value.toLowerCase()}`;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = client
        .send(validateProperty(partitionId, property, value), { priority: check.ordinal })
        .then(() => null)
        .catch((error: unknown) => {
          if (error instanceof ApiError && error.status === 400) return error.messages.join('; ') || 'in use';
          if (error instanceof ApiError) return null;
          throw error;
        });
      this.#asked.set(key, asked);
    }
    const problem = await asked;
    if (problem !== null)
      check.add(
        code,
        column,
        value,
        `"${value}" is in use on the platform: ${problem}`,
        `Use another ${column}.`,
      );
  }

  /** @returns undefined where the platform gives no answer; the row says so */
  async #lookUp<T>(check: RowChecker, column: ColumnName, lookUp: () => Promise<T>): Promise<T | undefined> {
    try {
      return await lookUp();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      check.notChecked(column, error);
      return undefined;
    }
  }
}

/** A reference list; null where the platform does not give it, so that nothing is blamed for it. */
async function orUnknown<T>(list: Promise<T>): Promise<T | null> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}

function sameText(a: unknown, b: unknown): boolean {
  const plain = (text: unknown) =>
    String(text)
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '');
  // A postal code may come back with its four further digits.
  return plain(a).startsWith(plain(b)) || plain(b).startsWith(plain(a));
}

/** All texts anywhere in a JSON value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(textsIn);
}
