import type { Client } from '../../api/client.js';
import {
  type Call,
  type CallHandlingRecord,
  type CallingPlanProductRecord,
  type CallingPlanRecord,
  type DeviceRecord,
  type FailoverRecord,
  findDevices,
  getCallHandling,
  getHuntFailover,
  getNumber,
  getPort,
  getUser,
  getUserBox,
  getVoicemailBoxUses,
  type HuntGroupRecord,
  type LineRecord,
  listCallingPlans,
  listDevices,
  listHuntGroups,
  listLines,
  listNamed,
  listNumbers,
  listTrunks,
  listUsers,
  listVoicemailBoxes,
  type NamedList,
  type NamedRecord,
  type NumberRecord,
  type PlanReferenceType,
  type PortRecord,
  type TrunkRecord,
  type UserBoxRecord,
  type UserRecord,
  type VoicemailBoxRecord,
} from '../../api/endpoints.js';
import { type EventRecord, searchEvents } from '../../api/event-calls.js';
import { lookWith, orNull } from '../look.js';
import { CallingPlans } from './calling-plans.js';

/** Accounts whose contents are remembered at once. Rows of one account usually stand near each other. */
const MAX_REMEMBERED = 256;

/** What an account held before this run, each list asked for once and only when a row needs it. */
export class Snapshot {
  readonly #client: Client;
  readonly partitionId: string;
  readonly accountId: string;
  readonly #callingPlans: CallingPlans;
  readonly #lists = new Map<string, Promise<unknown>>();

  constructor(client: Client, callingPlans: CallingPlans, partitionId: string, accountId: string) {
    this.#client = client;
    this.#callingPlans = callingPlans;
    this.partitionId = partitionId;
    this.accountId = accountId;
  }

  users(priority: number): Promise<UserRecord[]> {
    return this.#list(listUsers(this.partitionId, this.accountId), priority);
  }

  /** One user, whole, or null. */
  user(userId: string, priority: number): Promise<UserRecord | null> {
    return orNull(this.#list(getUser(this.partitionId, this.accountId, userId), priority));
  }

  /** The voicemail box that came with a user, or null. */
  userBox(boxId: string, priority: number): Promise<UserBoxRecord | null> {
    return orNull(this.#list(getUserBox(this.partitionId, this.accountId, boxId), priority));
  }

  /** The calling plans of a user, a trunk or the account itself. */
  async plansOf(type: PlanReferenceType, id: string, priority: number): Promise<CallingPlanRecord[]> {
    const call = listCallingPlans(this.partitionId, this.accountId, type, id);
    return (await orNull(this.#list(call, priority))) ?? [];
  }

  /** The calling plans that the partition offers. */
  planProducts(priority: number): Promise<readonly CallingPlanProductRecord[]> {
    return this.#callingPlans.offered(this.partitionId, priority);
  }

  numbers(priority: number): Promise<NumberRecord[]> {
    return this.#list(listNumbers(this.partitionId, this.accountId), priority);
  }

  /** One number of the account, or null; a list may leave some out, so one that is not in it is asked for. */
  async number(phone: string, priority: number): Promise<NumberRecord | null> {
    const listed = (await this.numbers(priority)).find((each) => each.phoneNumber === phone);
    if (listed?.referenceId) return listed;
    return lookWith(this.#client, priority)(getNumber(this.partitionId, this.accountId, phone));
  }

  /** What a search of events tells of the ports of a number. */
  async portEvents(phone: string, priority: number): Promise<readonly EventRecord[]> {
    const query = { eventType: 'PORT_REQUEST', telephoneNumber: phone, first: 0 } as const;
    return (await orNull(this.#list(searchEvents(this.partitionId, query), priority)))?.results ?? [];
  }

  lines(priority: number): Promise<LineRecord[]> {
    return this.#list(listLines(this.partitionId, this.accountId), priority);
  }

  /** What numbers can ring and is known by its name alone. */
  named(list: NamedList, priority: number): Promise<NamedRecord[]> {
    return this.#list(listNamed(list, this.partitionId, this.accountId), priority);
  }

  trunks(priority: number): Promise<TrunkRecord[]> {
    return this.#list(listTrunks(this.partitionId, this.accountId), priority);
  }

  devices(priority: number): Promise<DeviceRecord[]> {
    return this.#list(listDevices(this.partitionId, this.accountId), priority);
  }

  /** The lines of one device, which a list of all devices may leave out. */
  devicesOf(macAddress: string, priority: number): Promise<DeviceRecord[]> {
    return this.#list(findDevices(this.partitionId, this.accountId, macAddress), priority);
  }

  /** The ATA port of a business line, or null. */
  async port(lineId: string, priority: number): Promise<PortRecord | null> {
    const port = await orNull(this.#list(getPort(this.partitionId, this.accountId, lineId), priority));
    return port?.macAddress ? port : null;
  }

  /** What a business line does with its calls, or null. */
  callHandling(lineId: string, priority: number): Promise<CallHandlingRecord | null> {
    return orNull(this.#list(getCallHandling(this.partitionId, this.accountId, lineId), priority));
  }

  voicemailBoxes(priority: number): Promise<VoicemailBoxRecord[]> {
    return this.#list(listVoicemailBoxes(this.partitionId, this.accountId), priority);
  }

  /** The lines and hunt groups that send callers to a voicemail box. */
  async voicemailBoxUses(boxId: string, priority: number) {
    const call = getVoicemailBoxUses(this.partitionId, this.accountId, boxId);
    return (await orNull(this.#list(call, priority)))?.assignedTo ?? [];
  }

  huntGroups(priority: number): Promise<HuntGroupRecord[]> {
    return this.#list(listHuntGroups(this.partitionId, this.accountId), priority);
  }

  /** What a hunt group does for one reason, or null. */
  async huntFailover(groupId: string, reason: string, priority: number): Promise<FailoverRecord | null> {
    const call = getHuntFailover(this.partitionId, this.accountId, groupId, reason);
    const action = await orNull(this.#list(call, priority));
    return action?.['@type'] == null ? null : action;
  }

  #list<T>(call: Call<T>, priority: number): Promise<T> {
    let list = this.#lists.get(call.path) as Promise<T> | undefined;
    if (!list) {
      list = this.#client.send(call, { priority });
      list.catch(() => this.#lists.delete(call.path));
      this.#lists.set(call.path, list);
    }
    return list;
  }
}

/** The snapshots of the accounts that existed before the run. */
export class Snapshots {
  readonly #client: Client;
  readonly #snapshots = new Map<string, Snapshot>();
  /** what the partitions offer, whatever their accounts hold */
  readonly callingPlans: CallingPlans;

  constructor(client: Client) {
    this.#client = client;
    this.callingPlans = new CallingPlans(client);
  }

  of(partitionId: string, accountId: string): Snapshot {
    let snapshot = this.#snapshots.get(accountId);
    if (!snapshot) {
      snapshot = new Snapshot(this.#client, this.callingPlans, partitionId, accountId);
      if (this.#snapshots.size >= MAX_REMEMBERED) {
        const [oldest = ''] = this.#snapshots.keys();
        this.#snapshots.delete(oldest);
      }
      this.#snapshots.set(accountId, snapshot);
    }
    return snapshot;
  }
}
