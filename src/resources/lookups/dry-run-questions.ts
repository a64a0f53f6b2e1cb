import { ApiError } from '../../api/api-error.js';
import type { Client } from '../../api/client.js';
import {
  type Call,
  type CheckedProperty,
  getAccountGroup,
  getInventoryNumber,
  listDeviceTypes,
  listTimeZones,
  listUserProductPlans,
  validateProperty,
} from '../../api/endpoints.js';
import type { CredentialsFile } from '../../journal/credentials.js';
import type { Journal } from '../../journal/journal.js';
import type { Resource } from '../../plan/resource.js';
import { nearest } from '../../records/cells/nearest.js';
import type { ColumnName } from '../../records/columns.js';
import type { CompleteValues } from '../../records/complete.js';
import { isPort } from '../../records/port-order.js';
import type { ProblemCode } from '../../records/problem.js';
import type { ImportRecord } from '../../records/record.js';
import { sheetAddresses } from '../activation.js';
import { lookWith } from '../look.js';
import { sameCode } from '../names.js';
import type { RowFindings } from '../row-findings.js';
import { StepError } from '../step-error.js';
import type { Addresses, SheetAddress, ValidAddress } from './addresses.js';
import type { CallingPlans } from './calling-plans.js';
import { OwnCarrierQuestions } from './own-carrier.js';
import { PartitionQuestions } from './partition-questions.js';
import { PlaceDemands } from './place-demand.js';
import { PortQuestions } from './port-questions.js';
import type { Snapshot } from './snapshots.js';

/**
 * What a dry run asks the platform without changing anything. Each question is asked once however many rows it is about;
 * what gets no answer is told, and nothing is blamed for it.
 */
export class DryRunQuestions {
  readonly #client: Client;
  readonly #addresses: Addresses;
  readonly #callingPlans: CallingPlans;
  readonly #partitionId: string;
  /** how many numbers the rows checked so far search, by place */
  readonly places: PlaceDemands;
  readonly ports: PortQuestions;
  readonly #ownCarriers: OwnCarrierQuestions;
  readonly #asked = new Map<string, Promise<string | null>>();
  /** by account, the plans that its users may have, and whether it lacks the group that some need */
  readonly #userPlans = new Map<string, Promise<{ offered: readonly string[]; hasNoGroup: boolean }>>();
  /** operations that this platform does not have, or not for this log-in */
  readonly #notThere = new Set<string>();
  readonly #partition: PartitionQuestions;
  #deviceTypes: Promise<ReadonlyMap<string, number | null> | null> | null = null;
  #timeZones: Promise<ReadonlySet<string> | null> | null = null;

  /**
   * @param partitionId the partition of rows that name none
   * @param secrets holds those of port orders
   */
  constructor(
    client: Client,
    journal: Journal<ImportRecord>,
    addresses: Addresses,
    callingPlans: CallingPlans,
    partitionId: string,
    secrets: CredentialsFile | null,
  ) {
    this.#client = client;
    this.#addresses = addresses;
    this.#callingPlans = callingPlans;
    this.#partitionId = partitionId;
    this.#ownCarriers = new OwnCarrierQuestions(client);
    this.places = new PlaceDemands(client, journal);
    this.ports = new PortQuestions(client, journal, addresses, partitionId, secrets);
    this.#partition = new PartitionQuestions(client);
  }

  /** Whether the row's partition may refuse its extension. */
  async extension(check: RowFindings): Promise<void> {
    await this.#partition.extension(check, check.values.partitionId ?? this.#partitionId);
  }

  /** Whether the platform offers a time zone. */
  async timeZone(check: RowFindings, column: ColumnName, zone: string): Promise<void> {
    this.#timeZones ??= orUnknown(
      this.#client.send(listTimeZones()).then((answer) => new Set(textsIn(answer))),
    );
    const zones = await this.#timeZones;
    if (!zones || zones.size === 0 || zones.has(zone)) return;
    const message = `The platform does not offer the time zone ${zone}`;
    check.add('TIME_ZONE_NOT_OFFERED', column, zone, message, 'Use one of its list.');
  }

  /**
   * Whether an account that is there may have the row's plan with UC apps, and has the Cymbus group that such plans
   * need. Whether the first user of the plan makes the group by itself is not documented, so that none is only told.
   * @param held what the account holds
   */
  async userPlan(check: RowFindings, { partitionId, accountId }: Snapshot): Promise<void> {
    const plan = check.values.userProductPlan;
    if (plan !== 'ADVANCED' && plan !== 'PROFESSIONAL') return;
    const priority = check.ordinal;
    const account = once(this.#userPlans, accountId, async () => {
      const offered = await this.#optional(listUserProductPlans(partitionId, accountId), priority);
      const group = await this.#optional(getAccountGroup(accountId), priority);
      return { offered: offered.answer?.flatMap(({ id }) => id ?? []) ?? [], hasNoGroup: group.isMissing };
    });
    const { offered, hasNoGroup } = await account;
    if (hasNoGroup) {
      const message = `The platform names no Cymbus group for the account; ${plan} users may be refused without one`;
      const hint = 'If they are, have the group set up for the account, then resume.';
      check.add('NO_ACCOUNT_GROUP', 'userProductPlan', plan, message, hint);
    } else if (offered.length > 0 && !offered.some((each) => each.toUpperCase() === plan)) {
      const message = `The account may not have the user plan ${plan}`;
      const hint = `Use one of ${offered.join(', ')}, or have the plan allowed.`;
      check.add('USER_PLAN_NOT_OFFERED', 'userProductPlan', plan, message, hint);
    }
  }

  /** What a platform need not answer at all: an operation that it forbids or does not know is asked for no more. */
  async #optional<T>(
    call: Call<T>,
    priority: number,
  ): Promise<{ readonly answer: T | null; readonly isMissing: boolean }> {
    if (this.#notThere.has(call.operation)) return { answer: null, isMissing: false };
    try {
      return { answer: await this.#client.send(call, { priority, optional: true }), isMissing: false };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 403 || error.status === 405) this.#notThere.add(call.operation);
      return { answer: null, isMissing: error.status === 404 };
    }
  }

  /** Whether the partition offers a calling plan of that name, and one alone. */
  async callingPlan(check: RowFindings, column: ColumnName, text: string): Promise<void> {
    const { partitionId = this.#partitionId } = check.values;
    try {
      const found = await this.#callingPlans.find(partitionId, text, check.ordinal);
      if (found.plan === null) check.add('CALLING_PLAN_UNKNOWN', column, text, found.message, found.hint);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      check.notChecked(column, error);
    }
  }

  /** Whether the platform knows the row's device type, and whether that has the row's line. */
  async deviceType(check: RowFindings): Promise<void> {
    const { deviceTypeId, lineNumber } = check.values;
    if (deviceTypeId === undefined) return;
    this.#deviceTypes ??= orUnknown(
      this.#client
        .send(listDeviceTypes())
        .then((types) => new Map(types.map(({ id, numLines }) => [id, numLines ?? null]))),
    );
    const types = await this.#deviceTypes;
    const lines = types?.get(deviceTypeId);
    if (types && lines === undefined) {
      const near = nearest(deviceTypeId, [...types.keys()]);
      const hint = near === null ? 'Use an ID of the device type list.' : `Did you mean ${near}?`;
      const message = `The platform has no device type ${deviceTypeId}`;
      check.add('DEVICE_TYPE_UNKNOWN', 'deviceTypeId', deviceTypeId, message, hint);
    } else if (lines != null && lineNumber > lines) {
      const message = `A ${deviceTypeId} has ${lines} lines, not ${lineNumber}`;
      const hint = `Use a line number from 1 to ${lines}.`;
      check.add('DEVICE_LINE_TOO_HIGH', 'lineNumber', String(lineNumber), message, hint);
    }
    if (types?.has(deviceTypeId))
      await this.#partition.device(
        check,
        check.values.partitionId ?? this.#partitionId,
        new Set(types.keys()),
      );
  }

  /**
   * Whether no device on the platform has the row's MAC address yet; one of the row's own account may have more lines.
   * @param held what the account holds; null when it is not there yet
   */
  async freeMac(check: RowFindings, held: Snapshot | null): Promise<void> {
    const { macAddress } = check.values;
    if (macAddress === undefined) return;
    const isOurs = async () => held !== null && (await hasDevice(held, macAddress, check.ordinal));
    await this.free(check, 'macaddress', 'MAC_ADDRESS_NOT_FREE', 'macAddress', macAddress, isOurs);
  }

  /**
   * Whether a value that must be unique on the platform is in use.
   * @param isOurs asked of one that is: it is in use where the row means it to be
   */
  async free(
    check: RowFindings,
    property: CheckedProperty,
    code: ProblemCode,
    column: ColumnName,
    value: string,
    isOurs: () => Promise<boolean> = async () => false,
  ): Promise<void> {
    const key = `${property}=${value.toLowerCase()}`;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = this.#client
        .send(validateProperty(this.#partitionId, property, value), { priority: check.ordinal })
        .then(() => null)
        .catch((error: unknown) => {
          if (error instanceof ApiError && error.status === 400) return error.words || 'in use';
          if (error instanceof ApiError) return null;
          throw error;
        });
      this.#asked.set(key, asked);
    }
    const problem = await asked;
    if (problem === null || (await isOurs())) return;
    const message = `"${value}" is in use on the platform: ${problem}`;
    check.add(code, column, value, message, `Use another ${column}.`);
  }

  /** Whether a new number can be had: its addresses, and the given number in the inventory or others near the place. */
  async number(check: RowFindings, resource: Resource): Promise<void> {
    const { values } = resource;
    const partitionId = values.partitionId ?? this.#partitionId;
    const { customer, e911 } = sheetAddresses(values);
    const [address] = await Promise.all([
      this.#address(check, customer, 'address'),
      e911 ? this.#address(check, e911, 'e911Address') : null,
    ]);
    await this.#locationTypes(check, values);
    const { phoneNumber } = values;
    if (isPort(values)) return;
    if (phoneNumber === undefined) {
      if (address?.latitude === undefined || address.longitude === undefined) return;
      const line = [values.address, values.city, values.state].filter(Boolean).join(', ');
      this.places.add(check.ordinal, partitionId, address, line);
    } else if (values.numberSource === 'CARRIER')
      await this.#ownCarriers.number(check, resource, partitionId);
    else await this.#inventory(check, partitionId, phoneNumber);
  }

  /** What the units of Canadian addresses count. */
  async #locationTypes(check: RowFindings, values: CompleteValues): Promise<void> {
    const { country, secondaryLocationDescription, e911Country, e911SecondaryLocationDescription } = values;
    if (country === 'CAN' && secondaryLocationDescription !== undefined)
      await this.#partition.locationType(
        ...([check, 'secondaryLocationDescription', secondaryLocationDescription] as const),
      );
    if (e911Country === 'CAN' && e911SecondaryLocationDescription !== undefined)
      await this.#partition.locationType(
        ...([check, 'e911SecondaryLocationDescription', e911SecondaryLocationDescription] as const),
      );
  }

  async #inventory(check: RowFindings, partitionId: string, phone: string): Promise<void> {
    let number: Awaited<ReturnType<typeof find>>;
    const find = () => lookWith(this.#client, check.ordinal)(getInventoryNumber(partitionId, phone));
    try {
      number = await find();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      check.notChecked('phoneNumber', error);
      return;
    }
    if (number === null) {
      const message = `${phone} is not in the inventory of the partition`;
      const hint = 'Check the number, order it, or leave the cell blank to have one searched.';
      check.add('NUMBER_NOT_IN_INVENTORY', 'phoneNumber', phone, message, hint);
    } else if (number.accountId) {
      const message = `${phone} is on another account already`;
      const hint = 'Check the number, or free it on the other account first.';
      check.add('NUMBER_NOT_FREE', 'phoneNumber', phone, message, hint);
    }
  }

  async #address(
    check: RowFindings,
    address: SheetAddress,
    column: 'address' | 'e911Address',
  ): Promise<ValidAddress | null> {
    try {
      const valid = await this.#addresses.validate(address, check.ordinal);
      const read = [valid.fields['city'], valid.fields['state'], valid.fields['postalCode']];
      const typed = [address.city, address.state, address.postalCode];
      const differs = read.some(
        (part, index) => part !== undefined && typed[index] !== undefined && !sameText(part, typed[index]),
      );
      if (differs) {
        const message = `The platform reads it as ${read.filter(Boolean).join(', ')}`;
        const hint = 'Check that this is the place that is meant.';
        check.add('ADDRESS_READ_DIFFERENTLY', column, address.address, message, hint);
      }
      return valid;
    } catch (error) {
      const hint = 'Correct the address or its postal code.';
      if (error instanceof StepError)
        check.add('ADDRESS_REFUSED', column, address.address, error.message, error.hint);
      else if (error instanceof ApiError && error.kind === 'refused')
        check.add('ADDRESS_REFUSED', column, address.address, error.message, hint);
      else if (error instanceof ApiError) check.notChecked(column, error);
      else throw error;
      return null;
    }
  }
}

function once<T>(asked: Map<string, Promise<T>>, key: string, ask: () => Promise<T>): Promise<T> {
  let answer = asked.get(key);
  if (!answer) {
    answer = ask();
    asked.set(key, answer);
  }
  return answer;
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

/** Whether a device of that MAC address is in the account, with a user's line or a business line's port. */
async function hasDevice(held: Snapshot, macAddress: string, priority: number): Promise<boolean> {
  if ((await held.devicesOf(macAddress, priority)).length > 0) return true;
  for (const { id } of await held.lines(priority))
    if (sameCode((await held.port(id, priority))?.macAddress, macAddress)) return true;
  return false;
}
