import { createHash } from 'node:crypto';
import { isObject, type Json } from './answers.js';
import { Table } from './table.js';

/** An account as it is stored; the constants of an answer are added when it is answered. */
export interface Account {
  readonly id: string;
  readonly partitionId: string;
  readonly accountNumber: string;
  readonly accountName: string;
  readonly accountType: 'ADVANCED' | 'SIMPLE';
  readonly platformType: string;
  readonly billingCycleDay: number;
  readonly timeZone: string;
  readonly extensionLength?: number;
  readonly dialingBehaviorType: string;
  readonly regulatoryType: string;
  readonly sendWelcomeEmail?: boolean;
  readonly customField?: string;
}

/** What every row that belongs to an account has. */
interface OfAccount {
  readonly id: string;
  readonly accountId: string;
  readonly partitionId: string;
}

export interface EndUser extends OfAccount {
  readonly username?: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly emailAddress?: string;
  readonly timeZone: string;
  readonly extension?: string;
  readonly callerIdConfig: { readonly callerIdNumber?: string } & Json;
  readonly voicemailBoxId: string;
  readonly endUserType?: string;
  readonly userProductPlan?: string;
  readonly welcomeEmailSent?: string;
  /** how many welcome mails the user got; for tests only, in no answer */
  readonly welcomeMails?: number;
  readonly blockEmail: boolean;
  readonly allowPortalAccess: boolean;
  readonly languageTag?: string;
  readonly tags?: string;
  /** absent while the user treats calls as a new one does */
  readonly callHandlingSettings?: Json;
}

/** A calling plan that somebody has set; what the platform gives by itself is no row. */
export interface CallingPlan extends OfAccount {
  readonly referenceType: string;
  readonly referenceId: string;
  readonly productId: string;
  readonly startDate: string;
}

/** What was set on the voicemail box that came with a user; its id is the box's. */
export interface UserBox extends OfAccount {
  readonly settings: Json;
}

/** The Cymbus group of an account, whose id is its. */
export interface AccountGroup extends OfAccount {
  readonly groupName: string;
}

/** A number that is on an account; its id is the number. */
export interface TelephoneNumber extends OfAccount {
  readonly phoneNumber: string;
  readonly referenceType?: string;
  readonly referenceId?: string;
  readonly assignAsCallerId?: boolean;
  readonly operationalStatus: string;
  /** the operator's own carrier, whose number it is */
  readonly byotnCarrierId?: string;
  /** as it was set last; while an event is under way, that tells (`events.ts`) */
  readonly carrierStatus: string;
  /** the port order that brings it, or brought it */
  readonly portId?: string;
  readonly customerServiceRecord: Json;
  readonly e911Address: Json;
  readonly directoryListing: Json;
}

/** A number that is held for 30 minutes; without an account it is held for the whole partition. */
export interface Reservation {
  readonly id: string;
  readonly accountId?: string;
  readonly partitionId: string;
  readonly reservedTime: string;
  /** milliseconds since the epoch */
  readonly expires: number;
}

export interface Device extends OfAccount {
  readonly deviceTypeId: string;
  readonly macAddress?: string;
  readonly deviceName: string;
  readonly emergencyNumber?: string;
  readonly faxEnabled: boolean;
  readonly lineNumber: number;
  readonly userId: string;
}

export interface BusinessLine extends OfAccount {
  readonly name: string;
  readonly callerIdPhoneNumber?: string;
  readonly callerIdVisible: boolean;
  readonly emergencyCallbackPhoneNumber?: string;
}

/** Its id is the business line's: a line has one. */
export interface CallHandling extends OfAccount {
  readonly settings: Json;
}

/** Its id is the business line's: a line has one port at most. */
export interface PortAssignment extends OfAccount {
  readonly macAddress: string;
  readonly portNumber: number;
  readonly deviceTypeId: string;
  readonly faxEnabled: boolean;
}

export interface HuntGroup extends OfAccount {
  readonly name: string;
  readonly huntingConfiguration: Json;
}

/** What a hunt group does with a call that nobody takes, for one reason; its id is `<group>/<reason>`. */
export interface FailoverAction extends OfAccount {
  readonly action: Json;
}

/** A voicemail box of business lines and hunt groups; users' own boxes are no rows. */
export interface VoicemailBox extends OfAccount {
  readonly name: string;
  readonly forwardMessageToEmailAddresses: readonly string[];
  readonly forwardMessageToEmailEnabled: boolean;
  readonly shouldKeepMessageAfterForward: boolean;
  readonly locale: string;
}

/** Something that a number can ring and that no call of the sandbox creates. */
export interface CallTarget extends OfAccount {
  /** its reference type, such as IVR */
  readonly type: string;
  readonly name: string;
}

export interface SipTrunk extends OfAccount {
  readonly trunkName: string;
  readonly sipUsername: string;
  readonly sipPassword: string;
  readonly concurrentCalls: number;
  readonly primaryTn?: string;
  readonly callbackNumber?: string;
  readonly localServicesEnabled: boolean;
  readonly extensionPatterns?: readonly string[];
}

/** A number that was given back and cannot be had again for now. */
export interface CoolingNumber {
  readonly id: string;
  readonly since: string;
}

/** What happens to an event at one time. */
export interface EventStep {
  /** milliseconds since the epoch, by the platform's clock */
  readonly at: number;
  readonly status: string;
  readonly code?: string;
  readonly message?: string;
  /** the FOC date from then on; null takes it away, undefined leaves it */
  readonly focDate?: string | null;
  /** what may be supplemented while it stands there (schema, `editableFieldTypes`) */
  readonly editable?: readonly string[];
}

/** A service activation event, with all that happens to it: also what, by the clock, has not happened yet. */
export interface ServiceEvent extends OfAccount {
  readonly serviceType: 'ACTIVATION' | 'NINE_ONE_ONE_ADDRESS' | 'PORT_REQUEST' | 'DISCONNECT';
  readonly referenceType: 'TELEPHONE' | 'PORT';
  /** the number, or the ID of the port order */
  readonly referenceId: string;
  /** milliseconds since the epoch */
  readonly created: number;
  /** the first is the main one */
  readonly telephoneNumbers: readonly string[];
  /** at least one, in the order of time */
  readonly steps: readonly EventStep[];
  /** names and place of the customer */
  readonly customer: Json;
  readonly crdDate?: string;
  readonly losingCarrier?: string;
}

/** A port order; where it stands is told by its event. */
export interface Port extends OfAccount {
  readonly telephoneNumbers: readonly string[];
  readonly customerServiceRecord: Json;
  /** the fields of PortX as they were sent, or supplemented since */
  readonly given: Json;
  /** milliseconds since the epoch */
  readonly created: number;
  /** what supplements have changed, as `editableFieldTypes` names it */
  readonly mended: readonly string[];
}

/** How the simulated platform behaves; there is one row. */
export interface PlatformSettings {
  readonly id: 'settings';
  /** how far its clock is ahead of the real one */
  readonly aheadMs: number;
  /** how long an activation takes, and an E911 address */
  readonly activationSeconds: number;
  /** how long the carrier takes to disconnect a number that was deleted */
  readonly disconnectSeconds: number;
  /** whether a hold can be released by the API */
  readonly releaseByApi: boolean;
  /** whether business accounts have a Cymbus group by themselves */
  readonly accountGroups: boolean;
  /** whether another calling plan ends the one before it, instead of standing beside it: nobody says which */
  readonly planReplaces: boolean;
  /** whether the partition has a carrier of its own */
  readonly ownCarrier: boolean;
  /** whether only a number that is active can be an emergency number, a caller ID, a number of a trunk: nobody says */
  readonly requiresActiveNumbers: boolean;
  /** whether a number that is live can be staged again */
  readonly stagesAgain: boolean;
  /** the device types that the partition allows; all where it is absent */
  readonly allowedDeviceTypes?: readonly string[];
  /** whether a device has to be in the partition's inventory of devices, which is empty */
  readonly requiresDeviceInventory: boolean;
  /** whether extensions may be like the numbers of local services, such as 411 */
  readonly dangerousExtensions: boolean;
}

const USUAL_SETTINGS: PlatformSettings = {
  id: 'settings',
  aheadMs: 0,
  activationSeconds: 0,
  disconnectSeconds: 0,
  releaseByApi: true,
  accountGroups: true,
  planReplaces: false,
  ownCarrier: true,
  requiresActiveNumbers: false,
  stagesAgain: true,
  requiresDeviceInventory: false,
  dangerousExtensions: false,
};

/** Port of a device, the same for phones and for the ports of business lines. */
export const portKey = (macAddress: string, port: number) => `${macAddress.toLowerCase()}/${port}`;

/** Changes of the tables, by their names; `idsGiven` is the number of IDs given by then. */
export interface StateChange {
  readonly idsGiven: number;
  readonly put?: { readonly [table: string]: readonly unknown[] };
  readonly delete?: { readonly [table: string]: readonly string[] };
}

/**
 * Everything that exists on the simulated platform. Its JSON form is an object of arrays, one a table. The changes of
 * a request are either kept or undone, all together, before the next request changes anything.
 */
export class PlatformState {
  readonly accounts = new Table<Account>({ number: (a) => `${a.partitionId}/${a.accountNumber}` });
  readonly users = new Table<EndUser>({
    username: (u) => u.username?.toLowerCase(),
    extension: (u) => (u.extension === undefined ? undefined : `${u.accountId}/${u.extension}`),
  });
  readonly callingPlans = new Table<CallingPlan>({});
  readonly userBoxes = new Table<UserBox>({});
  readonly accountGroups = new Table<AccountGroup>({});
  readonly numbers = new Table<TelephoneNumber>({});
  readonly reservations = new Table<Reservation>({});
  readonly cooldown = new Table<CoolingNumber>({});
  readonly devices = new Table<Device>({
    port: (d) => (d.macAddress === undefined ? undefined : portKey(d.macAddress, d.lineNumber)),
  });
  readonly businessLines = new Table<BusinessLine>({});
  readonly callHandlings = new Table<CallHandling>({});
  readonly portAssignments = new Table<PortAssignment>({
    port: (p) => portKey(p.macAddress, p.portNumber),
  });
  readonly huntGroups = new Table<HuntGroup>({});
  readonly failoverActions = new Table<FailoverAction>({});
  readonly voicemailBoxes = new Table<VoicemailBox>({});
  readonly callTargets = new Table<CallTarget>({});
  readonly sipTrunks = new Table<SipTrunk>({
    trunkName: (t) => t.trunkName,
    sipUsername: (t) => secretDigest(t.sipUsername),
  });
  readonly events = new Table<ServiceEvent>({ reference: (e) => `${e.serviceType}/${e.referenceId}` });
  readonly ports = new Table<Port>({});
  readonly #settings = new Table<PlatformSettings>({});

  readonly #tables = new Map(
    Object.entries({
      accounts: this.accounts,
      users: this.users,
      callingPlans: this.callingPlans,
      userBoxes: this.userBoxes,
      accountGroups: this.accountGroups,
      numbers: this.numbers,
      reservations: this.reservations,
      cooldown: this.cooldown,
      devices: this.devices,
      businessLines: this.businessLines,
      callHandlings: this.callHandlings,
      portAssignments: this.portAssignments,
      huntGroups: this.huntGroups,
      failoverActions: this.failoverActions,
      voicemailBoxes: this.voicemailBoxes,
      callTargets: this.callTargets,
      sipTrunks: this.sipTrunks,
      events: this.events,
      ports: this.ports,
      settings: this.#settings,
    }),
  );
  readonly #seed: number;
  #idsGiven = 0;

  /** @param seed the same seed and the same requests give the same IDs */
  constructor(seed: number) {
    this.#seed = seed;
  }

  get settings(): PlatformSettings {
    return this.#settings.get('settings') ?? USUAL_SETTINGS;
  }

  /** Changes how it behaves. */
  set(changed: Partial<PlatformSettings>): void {
    this.#settings.put({ ...this.settings, ...changed });
  }

  /** @returns the time of the platform, milliseconds since the epoch: the real one, and what was added to it */
  now(): number {
    return Date.now() + this.settings.aheadMs;
  }

  /** @returns a new ID of the platform's usual form: 22 characters of base64url */
  newId(): string {
    return this.#bytes().toString('base64url');
  }

  /** @returns a new UUID, the form of the IDs of business lines and hunt groups */
  newUuid(): string {
    const bytes = this.#bytes();
    bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x40;
    bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  }

  /** The rows of all tables. */
  get size(): number {
    let size = 0;
    for (const table of this.#tables.values()) size += table.size;
    return size;
  }

  /** Forgets everything but the number of IDs given, so that an ID never comes twice. */
  clear(): void {
    for (const table of this.#tables.values()) table.clear();
  }

  toJSON(): Json {
    return { idsGiven: this.#idsGiven, ...Object.fromEntries(this.#tables) };
  }

  /** @returns what has changed since the changes were last kept or undone, for {@link apply}; undefined for nothing */
  changes(): StateChange | undefined {
    const put: { [table: string]: readonly unknown[] } = {};
    const deleted: { [table: string]: readonly string[] } = {};
    let any = false;
    for (const [name, table] of this.#tables) {
      const changes = table.changes();
      if (changes === undefined) continue;
      if (changes.put.length > 0) put[name] = changes.put;
      if (changes.deleted.length > 0) deleted[name] = changes.deleted;
      any ||= changes.put.length + changes.deleted.length > 0;
    }
    return any ? { idsGiven: this.#idsGiven, put, delete: deleted } : undefined;
  }

  /** Makes the changes of one request final. */
  keepChanges(): void {
    for (const table of this.#tables.values()) table.keepChanges();
  }

  /** Takes the changes of one request back, but not the IDs it was given. */
  undoChanges(): void {
    for (const table of this.#tables.values()) table.undoChanges();
  }

  /** @returns the changes that make this state from an empty one */
  *snapshot(): Generator<StateChange> {
    const idsGiven = this.#idsGiven;
    yield { idsGiven };
    for (const [name, table] of this.#tables)
      for (const row of table.values()) yield { idsGiven, put: { [name]: [row] } };
  }

  /**
   * Makes changes that {@link changes} or {@link snapshot} gave, read from JSON, and keeps them.
   *
   * @returns how many rows that put and deleted
   * @throws TypeError when it is something else
   */
  apply(change: unknown): number {
    if (!isObject(change)) throw new TypeError('not an object');
    const { idsGiven, put = {}, delete: deleted = {} } = change;
    if (typeof idsGiven !== 'number') throw new TypeError('idsGiven is not a number');
    if (!isObject(put) || !isObject(deleted)) throw new TypeError('put or delete is not an object');
    this.#idsGiven = idsGiven;
    let rows = 0;
    for (const name of new Set([...Object.keys(put), ...Object.keys(deleted)])) {
      const table = this.#tables.get(name);
      if (table === undefined) throw new TypeError(`there is no table ${name}`);
      rows += table.apply(put[name] ?? [], deleted[name] ?? []);
    }
    this.keepChanges();
    return rows;
  }

  #bytes(): Buffer {
    this.#idsGiven += 1;
    return createHash('md5').update(`${this.#seed}/${this.#idsGiven}`).digest();
  }
}

const DIGEST = 'sha256:';

/** Whether a SIP username was read from disk, where only its digest is: what it was nobody knows any more. */
export function isDigest(text: string): boolean {
  return text.startsWith(DIGEST);
}

/** What is kept of a SIP username on disk: enough to refuse it a second time. A digest stays as it is. */
export function secretDigest(text: string): string {
  return isDigest(text) ? text : DIGEST + createHash('sha256').update(text).digest('hex').slice(0, 32);
}
