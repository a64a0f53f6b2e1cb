import {
  authorize,
  findDevices,
  getAccountByNumber,
  getCallHandling,
  getHuntFailover,
  getInventoryNumber,
  getNumber,
  getPort,
  getPortOrder,
  getUser,
  getUserBox,
  listCallingPlanProducts,
  listCallingPlans,
  listDevices,
  listHuntGroups,
  listLines,
  listNumbers,
  listTrunks,
  listUsers,
  listVoicemailBoxes,
  searchNumbers,
  validateAddress,
} from '../api/endpoints.js';
import { getAddressEvent } from '../api/event-calls.js';
import { plainName } from '../plan/keys.js';
import { bringsUserSettings, huntFailoversOf, planRow } from '../plan/plan.js';
import { KIND_NAMES, type KindName, type Resource, type RowPlan } from '../plan/resource.js';
import type { PlannedObjects, SheetPlan } from '../plan/sheet-plan.js';
import { hash32, KeyIndex } from '../records/across/key-index.js';
import { NumberTable } from '../records/across/number-table.js';
import type { RowValues } from '../records/columns.js';
import { completeValues, numberSourceOf } from '../records/complete.js';
import { isPort, portOrderOf } from '../records/port-order.js';
import { PRODUCTS, type Product } from '../records/products.js';
import type { ImportRecord } from '../records/record.js';
import { hasVoicemailSettings } from '../records/user-settings.js';
import { isObject, KINDS, objectOf } from '../resources/kinds.js';
import { accountLookUps } from '../resources/lookups/account-index.js';
import { RESULTS_PER_SEARCH } from '../resources/lookups/number-pools.js';
import { rehearse } from './rehearse.js';

/** How fast calls go. */
export interface Pace {
  /** requests in flight at most */
  readonly concurrency: number;
  /** requests a second at most; null for no limit */
  readonly rate: number | null;
  /** how long one lasts, milliseconds; null when nobody has measured it */
  readonly latencyMs: number | null;
}

/** What a call is taken to last where nobody has measured it. */
const ASSUMED_LATENCY_MS = 50;
/** Calls of one row that wait for each other: log-in, look-up, account, number, owner, assignment. */
const IN_SEQUENCE = 6;

/**
 * Where a resource stands before a run: to be created, there and the same, there and otherwise, done by this run, or there
 * and to be updated. Of the last two a plan knows one: what is done is known of a run that has begun, what is to be updated
 * of one that has not.
 */
export type PlannedState = 'create' | 'exists' | 'differs' | 'done' | 'update';
const STATES = {
  begun: ['create', 'exists', 'differs', 'done'],
  new: ['create', 'exists', 'differs', 'update'],
} as const satisfies Record<string, readonly PlannedState[]>;
const STATE_BITS = 2;
const STATE = (1 << STATE_BITS) - 1;

/** Fields of a row. */
const SHAPE = 0;
const ACCOUNT = 1;
const USER = 2;
/** what others need of it in the lower bits; above them the state of each of its resources */
const MARKS = 3;
const ACCOUNT_UNUSABLE = 1;
const USER_UNUSABLE = 2;
const MAILS = 4;
/** another row has brought its voicemail box */
const BOX_COUNTED = 8;
const MARK_BITS = 4;

/** One resource of all rows of a shape. */
interface Part {
  readonly kind: KindName;
  /** the kind of object that it is, or is set on */
  readonly object: KindName;
  /** the field with the first row of those that share it; null where each row has its own */
  readonly sharedBy: typeof ACCOUNT | typeof USER | null;
  /** the bit of that row which says that it is counted */
  readonly counted: number;
  readonly operations: readonly string[];
  /** the call of an update; null where nothing of it is updated */
  readonly update: string | null;
  /** a row before it counts for what both share */
  readonly isCounted?: true;
  /** a number that the cut-over moves: it is there before the run */
  readonly isThere: boolean;
}

/** Rows that bring the same kinds of things in the same way. */
interface Shape {
  readonly parts: readonly Part[];
  readonly number: 'given' | 'searched' | null;
}

/** What the first row of an account stands for while a shape is made: none of it says which resources there are. */
const ANY_ACCOUNT: RowValues = {
  ...{ accountNumber: '-', accountName: '-', timeZone: 'US/Mountain', billingCycleDay: 1 },
  dialingBehaviorType: 'TEN_DIGIT',
};

/** What a run asks of an account that is there, for rows that bring something of a kind. */
interface Asked {
  /** once, whatever the rows are */
  readonly list: string | null;
  /** the kind whose list is asked for, too */
  readonly also?: KindName;
  /** for each that is there, and for each that is new; of a searched number nothing */
  readonly there: string | null;
  readonly isNew: string | null;
  /** for each, new or there, whether its account is new or not */
  readonly always?: string;
}
const NOTHING_ASKED: Asked = { list: null, there: null, isNew: null };
const GET_USER = getUser('', '', '').operation;
const GET_USER_BOX = getUserBox('', '', '').operation;
const GET_PLANS = listCallingPlans('', '', 'ACCOUNT', '').operation;
const ASKED: Readonly<Record<KindName, Asked>> = {
  account: NOTHING_ASKED,
  user: { ...NOTHING_ASKED, list: listUsers('', '').operation },
  portOrder: { ...NOTHING_ASKED, there: getPortOrder('', '', '').operation },
  number: {
    ...{ list: listNumbers('', '').operation, there: null },
    isNew: getNumber('', '', '').operation,
  },
  businessLine: { ...NOTHING_ASKED, list: listLines('', '').operation },
  callHandling: { ...NOTHING_ASKED, there: getCallHandling('', '', '').operation },
  portAssignment: {
    ...{ list: null, there: getPort('', '', '').operation },
    isNew: getPort('', '', '').operation,
  },
  voicemailBox: { ...NOTHING_ASKED, list: listVoicemailBoxes('', '').operation },
  // its members are lines
  huntGroup: { ...NOTHING_ASKED, list: listHuntGroups('', '').operation, also: 'businessLine' },
  huntFailover: { ...NOTHING_ASKED, there: getHuntFailover('', '', '', '').operation },
  sipTrunk: { ...NOTHING_ASKED, list: listTrunks('', '').operation },
  reference: NOTHING_ASKED,
  e911Correction: { ...NOTHING_ASKED, always: getAddressEvent('', '', '').operation },
  userSettings: { ...NOTHING_ASKED, always: GET_USER },
  userVoicemail: { ...NOTHING_ASKED, there: GET_USER_BOX, always: GET_USER },
  callingPlan: { ...NOTHING_ASKED, always: GET_PLANS },
  device: {
    ...{ list: listDevices('', '').operation, there: null },
    isNew: findDevices('', '', '').operation,
  },
};
/** What several rows share: the kind, and the object that it is or is set on. Each has a bit of the first of the rows. */
const SHARED = [
  ...['account of account', 'user of user', 'userSettings of user', 'userVoicemail of user'],
  ...['callingPlan of account', 'callingPlan of user'],
];
/** Further bits of a first row while it is counted: that it differs, and above them the lists of {@link ASKED}. */
const TOLD_DIFFERENT = { [ACCOUNT]: 1 << SHARED.length, [USER]: 2 << SHARED.length } as const;
const LISTED = SHARED.length + 2;

/**
 * Counts what rows would bring about: sixteen bytes a row, and a few for each address and voicemail box. Every kind of
 * resource but accounts, users, what is set on them, and voicemail boxes is one row's own.
 */
export class PlanCounter {
  readonly #rows = new NumberTable(4);
  readonly #shapes: Shape[] = [];
  /** by product, source of the number, and what else the rows bring: {@link partsOf} */
  readonly #shapeNumbers = new Map<Product, Map<string, Map<number, number>>>();
  readonly #addresses = new KeyIndex();
  /** voicemail boxes that a row has brought */
  readonly #boxes = new KeyIndex();
  /** the port orders, each with the row that is counted for it */
  readonly #orders = new KeyIndex();
  /** numbers that are searched, by partition and place */
  readonly #searched = new Map<string, number>();
  readonly #night = { moves: 0, staged: 0, held: 0 };
  readonly #states: readonly PlannedState[];
  readonly #updates: boolean;

  /**
   * @param states of a run that has begun, or of one that has not
   * @param updates whether what is there is brought to what the sheet says
   */
  constructor(states: keyof typeof STATES = 'begun', updates = false) {
    this.#states = STATES[states];
    this.#updates = updates;
  }

  /**
   * Takes a row as it is read. One that is not to be sent counts for what others take over from it.
   * @param isSent whether it is to be sent, if it is valid
   */
  addRead(record: ImportRecord, isSent = true): void {
    const { ordinal, product, values } = record;
    let marks = 0;
    if (!record.accountUsable) marks |= ACCOUNT_UNUSABLE;
    if (!record.userUsable) marks |= USER_UNUSABLE;
    if (record.userFirst === ordinal && getsMail(values)) marks |= MAILS;
    this.#mark(ordinal, marks);
    if (!record.valid || !isSent || product === null) return;
    const shape = this.#shapeOf(record, product, values, null);
    if (bringsBox(product, values) && this.#isCounted(record.accountFirst, values))
      this.#mark(ordinal, BOX_COUNTED);
    this.#put(record, shape);
    this.#countNight(values);
    this.#countAddresses(values, true);
  }

  /** Takes a row of a journal with its plan, and where each of its resources stands. */
  addPlanned(
    record: ImportRecord,
    { resources }: RowPlan,
    stateOf: (resource: Resource) => PlannedState,
  ): void {
    const { ordinal, product, userFirst } = record;
    const [first] = resources;
    if (product === null || first === undefined) return;
    const { values } = first;
    let marks = 0;
    resources.forEach((resource, index) => {
      if (resource.kind === 'voicemailBox' && this.#isCounted(record.accountFirst, values))
        marks |= BOX_COUNTED;
      const state = stateOf(resource);
      marks |= this.#stateBits(state, index);
      if (resource.kind === 'number' && state !== 'done') this.#countAddresses(values, state === 'create');
    });
    this.#mark(ordinal, marks);
    if (userFirst !== 0 && getsMail(values)) this.#mark(userFirst, MAILS);
    this.#countNight(values);
    this.#put(record, this.#shapeOf(record, product, values, resources));
  }

  #countNight({ movesFrom, operationalStatus, holdActivation }: RowValues): void {
    if (movesFrom !== undefined) this.#night.moves += 1;
    else if (holdActivation === true) this.#night.held += 1;
    if (operationalStatus === 'STAGED') this.#night.staged += 1;
  }

  /** Takes a row back that turned out not to be valid. */
  drop(ordinal: number): void {
    this.#rows.set(ordinal - 1, SHAPE, 0);
  }

  /**
   * The plan of all rows so far.
   * @param asked the platform was asked what is there already
   */
  plan({ concurrency, rate, latencyMs }: Pace, asked: boolean): SheetPlan {
    const counts = this.#count();
    const { objects, operations } = counts;
    const { moves, staged, held } = this.#night;
    const add = (operation: string, count: number) => {
      if (count > 0) operations.set(operation, (operations.get(operation) ?? 0) + count);
    };
    const accounts = objects.get('account') ?? NONE;
    // From the first account on that is there, every one is looked up.
    const lookUps = accounts.exist > 0 ? accounts.create + accounts.exist : accountLookUps(accounts.create);
    add(getAccountByNumber('', '').operation, lookUps);
    add(validateAddress('', '', undefined).operation, this.#addresses.size);
    let searches = 0;
    for (const numbers of this.#searched.values()) searches += Math.ceil(numbers / RESULTS_PER_SEARCH);
    add(searchNumbers('', '', '', RESULTS_PER_SEARCH).operation, searches);
    if (operations.has(GET_PLANS)) add(listCallingPlanProducts('').operation, 1);
    if (counts.rows > 0) add(authorize('', '').operation, 1);
    const calls = [...operations.values()].reduce((sum, count) => sum + count, 0);
    const latency = latencyMs ?? ASSUMED_LATENCY_MS;
    const bounds = [calls / concurrency, Math.min(calls, IN_SEQUENCE)].map((each) => each * latency);
    if (rate !== null) bounds.push((calls * 1000) / rate);
    const kinds = KIND_NAMES.filter((kind) => isObject({ kind }));
    return {
      rows: counts.rows,
      objects: Object.fromEntries(
        kinds.map((kind): [string, PlannedObjects] => {
          const { create, exist, differ, update } = objects.get(kind) ?? NONE;
          const there = asked
            ? { exist, differ, ...(this.#updates ? { update } : {}) }
            : { exist: null, differ: null };
          return [kind, { title: KINDS[kind].title, create, ...there }];
        }),
      ),
      numbers: counts.numbers,
      ...(moves + staged + held > 0 ? { night: { moves, staged, held } } : {}),
      mailsAtOnce: counts.mails,
      calls,
      operations: Object.fromEntries(operations),
      concurrency,
      latencyMs: latency,
      measured: latencyMs !== null,
      durationMs: Math.round(Math.max(...bounds)),
    };
  }

  #count() {
    const objects = new Map<KindName, { create: number; exist: number; differ: number; update: number }>();
    const operations = new Map<string, number>();
    const numbers = { given: 0, searched: 0 };
    /** what is counted of accounts and users already, by their first rows */
    const firsts = new Uint32Array(this.#rows.length + 1);
    /** what is to be created, by shape and part */
    const created = this.#shapes.map(({ parts }) => parts.map(() => 0));
    let [rows, mails] = [0, 0];
    const of = (kind: KindName) => {
      const count = objects.get(kind) ?? { ...NONE };
      objects.set(kind, count);
      return count;
    };
    const add = (operation: string | null, count = 1) => {
      if (operation !== null) operations.set(operation, (operations.get(operation) ?? 0) + count);
    };
    /** Marks a first row; false when it was marked before. */
    const marks = (first: number, mark: number) => {
      const before = firsts[first] ?? 0;
      firsts[first] = before | mark;
      return (before & mark) === 0;
    };
    for (let line = 0; line < this.#rows.length; line += 1) {
      const number = this.#rows.get(line, SHAPE) - 1;
      const [shape, sums] = [this.#shapes[number], created[number]];
      const [account, user] = [this.#rows.get(line, ACCOUNT), this.#rows.get(line, USER)];
      if (shape === undefined || sums === undefined || this.#isMarked(account, ACCOUNT_UNUSABLE)) continue;
      if (this.#isMarked(user, USER_UNUSABLE)) continue;
      rows += 1;
      const states = this.#rows.get(line, MARKS) >>> MARK_BITS;
      // a row's account is the first of its resources
      const accountState = this.#states[states & STATE];
      const accountIsThere = accountState !== 'create' && accountState !== 'done';
      /** the kinds of objects of this row that were told to differ, a bit each */
      let different = 0;
      /** those of which something would be updated */
      let updated = 0;
      shape.parts.forEach(({ kind, object, sharedBy, counted, update, isCounted }, index) => {
        if (isCounted) return;
        const state = this.#states[(states >>> (STATE_BITS * index)) & STATE];
        if (state === 'done') return;
        if (kind === 'voicemailBox' && this.#isMarked(line + 1, BOX_COUNTED)) return;
        if (accountIsThere)
          for (const listed of [kind, ASKED[kind].also ?? kind])
            if (marks(account, 1 << (LISTED + KIND_NAMES.indexOf(listed)))) add(ASKED[listed].list);
        const first = sharedBy === null ? 0 : sharedBy === ACCOUNT ? account : user;
        const bit = 1 << KIND_NAMES.indexOf(object);
        if (state === 'differs' && (different & bit) === 0) {
          different |= bit;
          if (sharedBy === null || marks(first, TOLD_DIFFERENT[sharedBy])) of(object).differ += 1;
        }
        if (sharedBy !== null && !marks(first, counted)) return;
        if (state === 'update') {
          add(update);
          if ((updated & bit) === 0) of(object).update += 1;
          updated |= bit;
        }
        add(ASKED[kind].always ?? null);
        if (state === 'create' && !shape.parts[index]?.isThere) {
          sums[index] = (sums[index] ?? 0) + 1;
          if (kind === 'user' && this.#isMarked(user, MAILS)) mails += 1;
          const isSearched = kind === 'number' && shape.number === 'searched';
          if (accountIsThere && !isSearched) add(ASKED[kind].isNew);
        } else {
          if (object === kind) of(object).exist += 1;
          add(ASKED[kind].there);
        }
      });
    }
    this.#shapes.forEach(({ parts, number }, at) => {
      parts.forEach(({ kind, object, operations: writes }, index) => {
        const count = created[at]?.[index] ?? 0;
        if (count === 0) return;
        if (object === kind) of(object).create += count;
        if (kind === 'number' && number !== null) numbers[number] += count;
        for (const operation of writes) add(operation, count);
      });
    });
    return { rows, objects, operations, numbers, mails };
  }

  #put({ ordinal, accountFirst, userFirst }: ImportRecord, shape: number): void {
    this.#rows.set(ordinal - 1, SHAPE, shape);
    this.#rows.set(ordinal - 1, ACCOUNT, accountFirst);
    this.#rows.set(ordinal - 1, USER, userFirst);
  }

  #mark(ordinal: number, marks: number): void {
    while (this.#rows.length < ordinal) this.#rows.push();
    this.#rows.set(ordinal - 1, MARKS, this.#rows.get(ordinal - 1, MARKS) | marks);
  }

  #isMarked(ordinal: number, mark: number): boolean {
    return ordinal !== 0 && (this.#rows.get(ordinal - 1, MARKS) & mark) !== 0;
  }

  /**
   * The number of a row's shape, from 1: all that `planRow` asks of a row to say what it needs.
   * @param resources those of the row, where they are known
   */
  #shapeOf(
    { ordinal }: ImportRecord,
    product: Product,
    values: RowValues,
    resources: readonly Resource[] | null,
  ): number {
    const counts = this.#countsForOrder(ordinal, values);
    const source = sourceOf(values);
    const kind = counts ? source : 'PORT of an order that is counted';
    let sources = this.#shapeNumbers.get(product);
    if (sources === undefined) {
      sources = new Map();
      this.#shapeNumbers.set(product, sources);
    }
    let shapes = sources.get(kind);
    if (shapes === undefined) {
      shapes = new Map();
      sources.set(kind, shapes);
    }
    const isCaller = resources === null ? isCallerId(values) : values.assignAsCallerId === true;
    const brings = partsOf(product, values, isCaller);
    let shape = shapes.get(brings);
    if (shape === undefined) {
      const parts = (resources ?? resourcesOf(product, values)).map(partOf);
      const hasNone = source === 'NONE' || source === MOVES;
      const number = hasNone ? null : values.phoneNumber === undefined ? 'searched' : 'given';
      const own = parts.map((part) =>
        part.kind === 'portOrder' && !counts ? { ...part, isCounted: true as const } : part,
      );
      shape = this.#shapes.push({ parts: own, number });
      shapes.set(brings, shape);
    }
    return shape;
  }

  /** The bits that say where the nth resource of a row stands. */
  #stateBits(state: PlannedState, index: number): number {
    return this.#states.indexOf(state) << (MARK_BITS + STATE_BITS * index);
  }

  /** Whether another row of the account has brought the voicemail box that a row names. */
  #isCounted(accountFirst: number, { voicemailBoxName = '' }: RowValues): boolean {
    return this.#boxes.add(0, accountFirst, plainName(voicemailBoxName), 1) !== 0;
  }

  /** Whether a row is the first of its port order, which counts for all of them; of one that ports nothing it is. */
  #countsForOrder(ordinal: number, values: RowValues): boolean {
    if (!isPort(values)) return true;
    const first = this.#orders.add(0, hash32(values.accountNumber ?? ''), portOrderOf(values), ordinal);
    return first === 0 || first === ordinal;
  }

  /**
   * The addresses of a row with a number, as `sheetAddresses` tells them apart; one of several rows is asked once.
   * @param isNew the number is still to be had
   */
  #countAddresses(values: RowValues, isNew: boolean): void {
    const source = sourceOf(values);
    if (source === 'NONE' || source === MOVES || values.address === undefined) return;
    const { address, city, state, postalCode, country, e911Address } = values;
    const place = placeOf(city, state, postalCode, country);
    this.#addresses.add(0, place, address, 1);
    if (e911Address !== undefined) {
      const { e911City, e911State, e911PostalCode, e911Country = country } = values;
      const at = placeOf(e911City, e911State, e911PostalCode, e911Country);
      this.#addresses.add(0, at, e911Address, 1);
    }
    if (source === 'SEARCH' && isNew) {
      const searched = `${values.partitionId}|${place}`;
      this.#searched.set(searched, (this.#searched.get(searched) ?? 0) + 1);
    }
  }
}

/** A number for a place; that two places have one is as unlikely as it is harmless, since the address tells them apart too. */
function placeOf(...parts: readonly (string | undefined)[]): number {
  let place = 0;
  for (const part of parts) place = Math.imul(place, 0x9e3779b1) ^ hash32(part ?? '');
  return place;
}

const NONE = { create: 0, exist: 0, differ: 0, update: 0 };

/** What a row brings besides what every row of its product brings, a bit each. */
function partsOf(product: Product, values: RowValues, isCallerId: boolean): number {
  return (
    (values.macAddress === undefined ? 0 : 1) |
    (values.accountCallingPlan === undefined ? 0 : 2) |
    (values.callingPlan === undefined ? 0 : 4) |
    (values.e911Correction === undefined ? 0 : 256) |
    // a NUMBER may ring nothing
    (values.ringsType === undefined ? 0 : 16) |
    (bringsUserSettings(product, values, isCallerId) ? 8 : 0) |
    (bringsBox(product, values) || bringsVoicemailSettings(product, values) ? 32 : 0) |
    (product === 'HUNT_GROUP' ? huntFailoversOf(values).length * 64 : 0)
  );
}

/** Whether a row brings a voicemail box: a hunt group only where an action of it leads there. */
function bringsBox(product: Product, values: RowValues): boolean {
  if (values.voicemailBoxName === undefined) return false;
  return (
    product !== 'HUNT_GROUP' || huntFailoversOf(values).some(({ action }) => values[action] === 'VOICEMAIL')
  );
}

/** Whether a row says something of the voicemail box that its user came with. */
function bringsVoicemailSettings(product: Product, values: RowValues): boolean {
  return PRODUCTS[product].hasUser && hasVoicemailSettings(values);
}

/** Whether the number of a row that is only read becomes its user's caller ID, as far as the row tells. */
function isCallerId({ assignAsCallerId = true }: RowValues): boolean {
  return assignAsCallerId;
}

function resourcesOf(product: Product, values: RowValues): readonly Resource[] {
  const complete = completeValues({ product, values, callerId: isCallerId(values) }, ANY_ACCOUNT, {});
  return planRow(product, complete, 1, () => undefined).resources;
}

/** Where a row's number comes from, as far as it makes another plan. */
function sourceOf(values: RowValues): string {
  return values.movesFrom === undefined ? numberSourceOf(values) : MOVES;
}

const MOVES = 'moves';

function partOf(resource: Resource): Part {
  const { kind, needs } = resource;
  // that a number to port is not in the partition yet is asked before its order
  const lookUps = kind === 'number' && needs.portOrder !== undefined ? [getInventoryNumber('', '')] : [];
  const object = objectOf(resource);
  return {
    kind,
    object,
    sharedBy: object === 'account' ? ACCOUNT : object === 'user' ? USER : null,
    counted: 1 << SHARED.indexOf(`${kind} of ${object}`),
    operations: [...rehearse(resource, '', null), ...lookUps].map(({ operation }) => operation),
    update: KINDS[kind].update?.call(ANY_IDS, {}, {}).operation ?? null,
    isThere: kind === 'number' && resource.values.movesFrom !== undefined,
  };
}

const ANY_IDS = { partitionId: '-', accountId: '-', id: '-', ownerId: '-', phone: undefined };

function getsMail({ emailAddress, blockEmail }: RowValues): boolean {
  return emailAddress !== undefined && blockEmail !== true;
}
