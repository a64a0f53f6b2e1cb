import { type Json, ok, Refusal } from './answers.js';
import { must, oneOf, requireValid } from './checks.js';
import { fateOfAddress, fateOfNumber } from './fates.js';
import { accountOf, bodyOf, type Call, type Handler, param } from './platform.js';
import type { EventStep, PlatformState, ServiceEvent, TelephoneNumber } from './state.js';

/** Schema ServiceActivationEventTypeX. */
const SERVICE_TYPES = [
  'ACTIVATION',
  'BYOTN_REQUEST',
  'CSR_CHANGE_REQUEST',
  'DISCONNECT',
  'DYNAMIC_RESERVATION',
  'NINE_ONE_ONE_ADDRESS',
  'PORT_REQUEST',
  'SERVICE_PROVIDER_TN',
] as const;

/** Schema ServiceActivationEventX, `activationStatusType`. */
const EVENT_STATUSES = [
  'PENDING',
  'IN_PROGRESS',
  'REJECTED',
  'FOC_RECEIVED',
  'FOC_REMOVED',
  'CANCELLED',
  'CANCEL_PENDING',
  'CARRIER_CANCELLED',
  'DELETE_PENDING',
  'DELETE_SCHEDULED',
  'COMPLETED',
  'CORRECTED_COMPLETED',
  'COOLDOWN',
  'HOT_CUT_PORT',
  'ON_HOLD',
  'RESELLER_PENDING',
] as const;

const ENDED: ReadonlySet<string> = new Set([
  'COMPLETED',
  'CORRECTED_COMPLETED',
  'REJECTED',
  'CANCELLED',
  'CARRIER_CANCELLED',
]);

/** The step that an event stands at, by the platform's clock. What is planned for later has not happened yet. */
export function stepOf(event: ServiceEvent, now: number): EventStep {
  return event.steps.findLast(({ at }) => at <= now) ?? (event.steps[0] as EventStep);
}

/**
 * Whether numbers of the event may not be deleted yet. A port that was rejected is still in progress: it may be corrected
 * (guess).
 */
export function isUnfinished(event: ServiceEvent, now: number): boolean {
  const { status } = stepOf(event, now);
  return !ENDED.has(status) || (event.serviceType === 'PORT_REQUEST' && status === 'REJECTED');
}

/** The event of a number (or of a port, by its ID) and a type. */
export function eventOf(state: PlatformState, type: string, referenceId: string): ServiceEvent | undefined {
  return state.events.by('reference', `${type}/${referenceId}`);
}

/** Replaces what was planned for an event by these steps; what has happened stays. */
export function replan(state: PlatformState, event: ServiceEvent, ...steps: readonly EventStep[]): void {
  const past = event.steps.filter(({ at }) => at <= state.now());
  state.events.put({ ...event, steps: [...past, ...steps] });
}

/** The events of a number that is added to an account: its activation, and the entry of its E911 address. */
export function recordActivation(state: PlatformState, number: TelephoneNumber, isHeld: boolean): void {
  const { phoneNumber, e911Address } = number;
  const held = [{ at: state.now(), status: 'ON_HOLD' }];
  record(state, number, 'ACTIVATION', isHeld ? held : activationSteps(state, phoneNumber));
  recordAddress(state, number, e911Address);
}

/** The event of an E911 address that is set on a number; the one of an earlier address is over. */
export function recordAddress(state: PlatformState, number: TelephoneNumber, address: Json): void {
  const now = state.now();
  const end = now + state.settings.activationSeconds * 1000;
  const fate = fateOfAddress(address);
  record(state, number, 'NINE_ONE_ONE_ADDRESS', [...underWay(now, end), endOf(end, fate?.rejected)]);
}

/** The steps of an activation that begins now. */
function activationSteps(state: PlatformState, phoneNumber: string): EventStep[] {
  const fate = fateOfNumber(phoneNumber);
  const now = state.now();
  const end = now + (fate?.takesSeconds ?? state.settings.activationSeconds) * 1000;
  return [...underWay(now, end), endOf(end, fate?.rejected)];
}

function endOf(at: number, rejected: { readonly code: string; readonly message: string } | undefined) {
  return rejected === undefined ? { at, status: 'COMPLETED' } : { at, status: 'REJECTED', ...rejected };
}

function underWay(now: number, end: number): EventStep[] {
  return end > now
    ? [
        { at: now, status: 'PENDING' },
        { at: now + (end - now) / 2, status: 'IN_PROGRESS' },
      ]
    : [];
}

function record(
  state: PlatformState,
  { phoneNumber, accountId, partitionId, customerServiceRecord: csr }: TelephoneNumber,
  serviceType: ServiceEvent['serviceType'],
  steps: readonly EventStep[],
): void {
  const before = eventOf(state, serviceType, phoneNumber);
  if (before !== undefined) state.events.delete(before.id);
  const { firstName, lastName, businessName: companyName, city, state: region } = csr;
  state.events.put({
    id: state.newId(),
    ...{ partitionId, accountId, serviceType, referenceType: 'TELEPHONE', referenceId: phoneNumber },
    ...{ created: state.now(), telephoneNumbers: [phoneNumber], steps },
    customer: { firstName, lastName, companyName, city, state: region },
  });
}

/** What is known of a number goes with it; where disconnecting takes time, that is an event of its own. */
export function recordDisconnect(state: PlatformState, number: TelephoneNumber): void {
  for (const type of ['ACTIVATION', 'NINE_ONE_ONE_ADDRESS']) {
    const event = eventOf(state, type, number.phoneNumber);
    if (event !== undefined) state.events.delete(event.id);
  }
  const { disconnectSeconds } = state.settings;
  if (disconnectSeconds === 0) return;
  const now = state.now();
  record(state, number, 'DISCONNECT', [
    { at: now, status: 'IN_PROGRESS' },
    { at: now + disconnectSeconds * 1000, status: 'COMPLETED' },
  ]);
}

/**
 * Schema of DELETE telephonenumber/{tn} and of DELETE account: "Data array will explain the specific reason(s)".
 * @throws Refusal 400 while one of the events is unfinished
 */
export function requireFinished(
  state: PlatformState,
  events: Iterable<ServiceEvent | undefined>,
  message: string,
): void {
  const now = state.now();
  const reasons: string[] = [];
  for (const event of events)
    if (event !== undefined && isUnfinished(event, now))
      reasons.push(
        `${event.serviceType} of ${event.telephoneNumbers.join(', ')} is ${stepOf(event, now).status}`,
      );
  if (reasons.length > 0) throw new Refusal(400, message).with({ serviceActivationEvents: reasons });
}

/** The events of a number, that of its port order among them. */
export function eventsOfNumber(
  state: PlatformState,
  { phoneNumber, portId }: Pick<TelephoneNumber, 'phoneNumber' | 'portId'>,
): (ServiceEvent | undefined)[] {
  return [
    eventOf(state, 'ACTIVATION', phoneNumber),
    eventOf(state, 'NINE_ONE_ONE_ADDRESS', phoneNumber),
    portId === undefined ? undefined : eventOf(state, 'PORT_REQUEST', portId),
  ];
}

const NUMBER_STATUS: Readonly<Record<string, string>> = {
  ON_HOLD: 'ACTIVATION_ON_HOLD',
  PENDING: 'ACTIVATION_PENDING',
  IN_PROGRESS: 'ACTIVATION_PENDING',
  REJECTED: 'ACTIVATION_PENDING',
  COMPLETED: 'ACTIVE',
};

const PORT_STATUS: Readonly<Record<string, string>> = {
  REJECTED: 'PORT_REJECTED',
  CANCEL_PENDING: 'CANCEL_PORT',
  CANCELLED: 'CANCEL_PORT_COMPLETE',
  CARRIER_CANCELLED: 'CANCEL_PORT_COMPLETE',
  COMPLETED: 'ACTIVE',
  CORRECTED_COMPLETED: 'ACTIVE',
};

/** The `carrierStatus` of the numbers of a port order, and the `status` of the order. */
export function portStatusOf(state: PlatformState, portId: string): string | undefined {
  const event = eventOf(state, 'PORT_REQUEST', portId);
  return event && (PORT_STATUS[stepOf(event, state.now()).status] ?? 'PORT_PENDING');
}

/** A number's `carrierStatus` as its activation stands; what has none keeps its own. */
export function carrierStatusOf(state: PlatformState, number: TelephoneNumber): string {
  const ported = number.portId === undefined ? undefined : portStatusOf(state, number.portId);
  if (ported !== undefined) return ported;
  const event = eventOf(state, 'ACTIVATION', number.phoneNumber);
  const status = event === undefined ? undefined : NUMBER_STATUS[stepOf(event, state.now()).status];
  return status ?? number.carrierStatus;
}

/** GET account/{a}/reference/{ref}/type/{type}: by the number, or, of a port, by its ID as well. */
export const getServiceActivationEvents: Handler = (call) => ok(eventAnswer(call, referenced(call)));

/**
 * PUT account/{a}/reference/{tn}/type/ACTIVATION releases a number that is on hold. No published description has it, so
 * it can be switched off: 405 as for any method that a path does not have.
 */
export const releaseActivation: Handler = (call) => {
  const { state } = call.platform;
  if (!state.settings.releaseByApi) throw new Refusal(405, 'Method PUT is not allowed');
  if (param(call, 'serviceType') !== 'ACTIVATION') throw new Refusal(405, 'Method PUT is not allowed');
  const event = referenced(call);
  requireValid(bodyOf(call), { activationStatusType: must(oneOf(['IN_PROGRESS'])) });
  const { status } = stepOf(event, state.now());
  if (status !== 'ON_HOLD')
    throw new Refusal(400, `activationStatusType: the activation is ${status}, not ON_HOLD`);
  const number = state.numbers.get(event.referenceId);
  if (number !== undefined) state.numbers.put({ ...number, carrierStatus: 'ACTIVE' });
  const end = activationSteps(state, event.referenceId).slice(-1);
  replan(state, event, { at: state.now(), status: 'IN_PROGRESS' }, ...end);
  return ok(eventAnswer(call, eventOf(state, 'ACTIVATION', event.referenceId) ?? event));
};

function referenced(call: Call): ServiceEvent {
  const account = accountOf(call);
  const { state } = call.platform;
  const type = param(call, 'serviceType');
  const reference = param(call, 'referenceId');
  if (!SERVICE_TYPES.some((each) => each === type))
    throw new Refusal(400, `type: '${type}' is not one of [${SERVICE_TYPES.join(', ')}]`);
  const portId = type === 'PORT_REQUEST' ? state.numbers.get(reference)?.portId : undefined;
  const event = eventOf(state, type, portId ?? reference);
  if (event?.accountId !== account.id) throw new Refusal(404, `No ${type} event of ${reference} found`);
  return event;
}

/** No page of the status search holds more. */
const MAX_PAGE = 50;

const DATES = {
  UpdatedDate: (event: ServiceEvent, now: number) => stepOf(event, now).at,
  CreatedDate: (event: ServiceEvent) => event.created,
  FOCDate: (event: ServiceEvent, now: number) => {
    const date = focDateOf(event, now);
    return date === undefined ? Number.NaN : Date.parse(date);
  },
} as const;

/** GET telephonenumber/statussearch: events of the partition, the one that changed last first, 50 a page at most. */
export const statusSearch: Handler = (call) => {
  const { state } = call.platform;
  const now = state.now();
  const types = listOf(call, 'eventType', SERVICE_TYPES);
  const statuses = listOf(call, 'statusType', EVENT_STATUSES);
  const accountId = call.query.get('accountId');
  const number = call.query.get('telephoneNumber');
  const dateType = call.query.get('dateType') ?? 'UpdatedDate';
  if (!(dateType in DATES))
    throw new Refusal(400, `dateType: '${dateType}' is not one of [${Object.keys(DATES).join(', ')}]`);
  const dateOf = DATES[dateType as keyof typeof DATES];
  const from = timeOf(call, 'startDate') ?? Number.NEGATIVE_INFINITY;
  const to = timeOf(call, 'endDate') ?? Number.POSITIVE_INFINITY;
  const isDated = call.query.has('startDate') || call.query.has('endDate');
  const first = wholeOf(call, 'firstResultIndex', 0);
  const most = Math.min(MAX_PAGE, wholeOf(call, 'maxResult', MAX_PAGE));
  const found: { readonly event: ServiceEvent; readonly at: number }[] = [];
  for (const event of state.events.values()) {
    if (event.partitionId !== param(call, 'partitionId')) continue;
    if (types !== null && !types.has(event.serviceType)) continue;
    if (accountId !== null && event.accountId !== accountId) continue;
    if (number !== null && !event.telephoneNumbers.includes(number)) continue;
    const { at, status } = stepOf(event, now);
    if (statuses !== null && !statuses.has(status)) continue;
    const date = dateOf(event, now);
    if (isDated && !(date >= from && date <= to)) continue;
    found.push({ event, at });
  }
  found.sort((a, b) => b.at - a.at);
  return ok({
    totalRecords: found.length,
    results: found.slice(first, first + most).map(({ event }) => eventAnswer(call, event)),
  });
};

/** A list in the query: the name again and again, or values with commas between them. */
function listOf(call: Call, name: string, allowed: readonly string[]): ReadonlySet<string> | null {
  const values = call.query.getAll(name).flatMap((each) => each.split(','));
  if (values.length === 0) return null;
  const wrong = values.find((each) => !allowed.includes(each));
  if (wrong !== undefined)
    throw new Refusal(400, `${name}: '${wrong}' is not one of [${allowed.join(', ')}]`);
  return new Set(values);
}

function timeOf(call: Call, name: string): number | null {
  const text = call.query.get(name);
  if (text === null) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new Refusal(400, `${name}: '${text}' is not a date`);
  return time;
}

function wholeOf(call: Call, name: string, byDefault: number): number {
  const text = call.query.get(name) ?? String(byDefault);
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(400, `${name}: '${text}' is not an integer`);
  return Number(text);
}

/** The FOC date that the last step up to now has left; undefined where there is none. */
function focDateOf(event: ServiceEvent, now: number): string | undefined {
  const step = event.steps.findLast(({ at, focDate }) => at <= now && focDate !== undefined);
  return step?.focDate ?? undefined;
}

/** Schema ServiceActivationEventX. */
function eventAnswer({ platform: { state } }: Pick<Call, 'platform'>, event: ServiceEvent): Json {
  const now = state.now();
  const { status, at, editable } = stepOf(event, now);
  const [main, ...subs] = event.telephoneNumbers;
  const focDate = focDateOf(event, now);
  return {
    id: event.id,
    partitionId: event.partitionId,
    accountId: event.accountId,
    serviceType: event.serviceType,
    referenceType: event.referenceType,
    referenceId: event.referenceId,
    activationStatusType: status,
    createdDate: iso(event.created),
    lastUpdatedDate: iso(at),
    ...(focDate === undefined ? {} : { focDate }),
    ...(event.crdDate === undefined ? {} : { crdDate: event.crdDate }),
    mainTelephoneNumber: main,
    subTelephoneNumbers: subs,
    ...event.customer,
    editableFieldTypes: editable ?? [],
    ...(event.losingCarrier === undefined ? {} : { losingCarrier: event.losingCarrier }),
    inboundCarrierType: event.serviceType === 'NINE_ONE_ONE_ADDRESS' ? 'E911' : 'BANDWIDTH',
    logs: event.steps
      .filter((step) => step.at <= now)
      .map((step) => ({
        status: step.status,
        actionDate: iso(step.at),
        ...(step.code === undefined ? {} : { code: step.code }),
        ...(step.message === undefined ? {} : { message: step.message }),
        creationDate: iso(step.at),
      })),
  };
}

const iso = (time: number) => new Date(time).toISOString();
