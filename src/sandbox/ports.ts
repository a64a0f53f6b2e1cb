import { isObject, type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import {
  type Check,
  list,
  may,
  must,
  object,
  oneOf,
  phoneNumber,
  problemsOf,
  refuseIfAny,
  requireValid,
  text,
} from './checks.js';
import { eventOf, isUnfinished, portStatusOf, replan, stepOf } from './events.js';
import { cityToPort, isTollFree } from './inventory.js';
import { customerServiceRecord } from './number-records.js';
import { CARRIER_ID } from './numbers.js';
import { OWN_CARRIER_ID } from './partition.js';
import { accountOf, bodyOf, type Call, type Handler, param } from './platform.js';
import { fateOfPort, nameAtCarrier } from './port-fates.js';
import type { Account, EventStep, PlatformState, Port, ServiceEvent } from './state.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** how long the losing carrier takes to look at an order, to answer it, and to cancel it */
const LOOKS_AFTER = 4 * HOUR;
const ANSWERS_AFTER = DAY;
const CANCELS_AFTER = HOUR;
/** how far ahead days are offered */
const MAX_DAYS_AHEAD = 60;

const dateTime: Check = (value, field) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))
    ? []
    : [`${field}: ${JSON.stringify(value)} is not a date-time`];

/** Schema PortX: what an order needs although the schema marks nothing as required. */
const PORT = {
  billingTelephoneNumber: must(text({ pattern: /^1?\d{10}$/, shape: 'a telephone number' })),
  crdDate: must(dateTime),
  portingWireType: must(oneOf(['Wireline', 'Wireless'])),
  portingAuthorizedName: may(text()),
  wirelessAccountNumber: may(text()),
  wirelessPin: may(text({ max: 15 })),
  telephoneNumbers: may(list(phoneNumber)),
  telecomSettings: may(
    object({ notes: may(text()), currentCarrier: may(text()), currentCarrierName: may(text()) }),
  ),
};

/** The day that a date-time names, as it is written. */
const dayOf = (date: unknown) => String(date).slice(0, 10);

/**
 * What speaks against a port order of these numbers: for the order itself and for its check before.
 * @throws Refusal 400
 */
function requirePort(call: Call, body: Json, numbers: readonly string[]): void {
  const port = body['port'];
  if (!isObject(port)) throw new Refusal(400, 'port: must be an object');
  const record = body['customerServiceRecord'] as Json;
  const problems = [...problemsOf(port, PORT, 'port.')];
  if (record['customerType'] === 'BUSINESS' && !port['portingAuthorizedName'])
    problems.push('port.portingAuthorizedName: is required with customerType BUSINESS');
  if (port['portingWireType'] === 'Wireless')
    for (const field of ['wirelessAccountNumber', 'wirelessPin'])
      if (!port[field]) problems.push(`port.${field}: is required with portingWireType Wireless`);
  if (numbers.some(isTollFree) && !numbers.every(isTollFree))
    problems.push('telephoneNumbers: toll-free and local numbers cannot share a port order');
  refuseIfAny(problems);
  const { state } = call.platform;
  for (const number of numbers) {
    const on = state.numbers.get(number);
    const event = on?.portId === undefined ? undefined : eventOf(state, 'PORT_REQUEST', on.portId);
    if (event !== undefined && isUnfinished(event, state.now()))
      throw new Refusal(400, `Telephone number ${number} is in a port that is in progress`);
    if (on !== undefined) throw new Refusal(400, `Telephone number ${number} is assigned to an account`);
    if (call.platform.inventory.prefixOf(number) !== undefined)
      throw new Refusal(400, `Telephone number ${number} is in the inventory and needs no port`);
    if (cityToPort(number) === undefined)
      throw new Refusal(400, `Telephone number ${number}: its prefix is not served`);
  }
}

/** @throws Refusal 400 where the order cannot be had as it is */
function requireOffered(state: PlatformState, port: Json, numbers: readonly string[]): void {
  if (fateOfPort(numbers)?.end === 'unportable')
    throw new Refusal(400, 'A telephone number of the order cannot be ported');
  const day = dayOf(port['crdDate']);
  if (day < dayOf(new Date(state.now()).toISOString()))
    throw new Refusal(400, `port.crdDate: ${day} is in the past`);
  if (!offeredDays(state).includes(day)) throw new Refusal(400, `port.crdDate: ${day} is not offered`);
}

/** The working days from tomorrow on. */
function offeredDays(state: PlatformState): string[] {
  const days: string[] = [];
  for (let ahead = 1; ahead <= MAX_DAYS_AHEAD; ahead += 1) {
    const date = new Date(state.now() + ahead * DAY);
    if (date.getUTCDay() % 6 !== 0) days.push(dayOf(date.toISOString()));
  }
  return days;
}

/** POST telephonenumber with `port`: the order and its event. What brings its numbers is the caller's. */
export function orderPort(call: Call, account: Account, body: Json, numbers: readonly string[]): Port {
  requirePort(call, body, numbers);
  const { state } = call.platform;
  const given = body['port'] as Json;
  requireOffered(state, given, numbers);
  const port: Port = {
    id: state.newId(),
    accountId: account.id,
    partitionId: account.partitionId,
    telephoneNumbers: numbers,
    customerServiceRecord: body['customerServiceRecord'] as Json,
    given: Object.fromEntries(Object.entries(given).filter(([name]) => name in PORT)),
    created: state.now(),
    mended: [],
  };
  state.ports.put(port);
  const { firstName, lastName, businessName: companyName, city, state: region } = port.customerServiceRecord;
  const carrier = (given['telecomSettings'] as Json | undefined)?.['currentCarrierName'];
  state.events.put({
    id: state.newId(),
    accountId: account.id,
    partitionId: account.partitionId,
    serviceType: 'PORT_REQUEST',
    referenceType: 'PORT',
    referenceId: port.id,
    created: state.now(),
    telephoneNumbers: numbers,
    steps: stepsOf(state, port),
    customer: { firstName, lastName, companyName, city, state: region },
    crdDate: String(given['crdDate']),
    ...(typeof carrier === 'string' ? { losingCarrier: carrier } : {}),
  });
  return port;
}

const EDITABLE_EARLY = ['crdDate'];

/** What happens to an order from now on (guess: PENDING, IN_PROGRESS, FOC_RECEIVED, COMPLETED on the day). */
function stepsOf(state: PlatformState, port: Port): EventStep[] {
  const now = state.now();
  const wanted = Date.parse(`${dayOf(port.given['crdDate'])}T17:00:00Z`);
  const answered = Math.min(now + ANSWERS_AFTER, now + Math.max(0, wanted - now) / 2);
  const looked = Math.min(now + LOOKS_AFTER, (now + answered) / 2);
  const begun: EventStep[] = [
    { at: now, status: 'PENDING', editable: EDITABLE_EARLY },
    { at: looked, status: 'IN_PROGRESS', editable: EDITABLE_EARLY },
  ];
  const fate = fateOfPort(port.telephoneNumbers);
  const rejected = fate?.rejected;
  const { portingWireType, billingTelephoneNumber } = port.given;
  const order = {
    ...port,
    ...{ portingWireType: String(portingWireType), billingTelephoneNumber: String(billingTelephoneNumber) },
  };
  const isMended = rejected?.mends.some((field) => port.mended.includes(field)) ?? true;
  if (rejected && !isMended && !rejected.spares?.(order)) {
    const { code, message, editable } = rejected;
    return [...begun, { at: answered, status: 'REJECTED', code, message, editable }];
  }
  const foc = (day: number) => new Date(day).toISOString();
  const named = { at: answered, status: 'FOC_RECEIVED', focDate: foc(wanted) };
  const between = answered + (wanted - answered) / 2;
  switch (fate?.end) {
    case 'carrierCancels': {
      if (isOrderedAnew(state, port)) return [...begun, named, { at: wanted, status: 'COMPLETED' }];
      const why = { code: 'CARRIER_CANCELLED', message: 'The losing carrier has cancelled the order' };
      return [...begun, named, { at: between, status: 'CARRIER_CANCELLED', focDate: null, ...why }];
    }
    case 'focMoves': {
      const later = wanted + 5 * DAY;
      const moved = { at: between, status: 'FOC_RECEIVED', focDate: foc(later) };
      return [...begun, named, moved, { at: later, status: 'COMPLETED' }];
    }
    case 'focRemoved': {
      const later = wanted + 7 * DAY;
      const why = { code: 'FOC_REMOVED', message: 'The losing carrier has taken its date back' };
      return [
        ...begun,
        named,
        { at: between, status: 'FOC_REMOVED', focDate: null, ...why },
        { at: wanted, status: 'FOC_RECEIVED', focDate: foc(later) },
        { at: later, status: 'COMPLETED' },
      ];
    }
    default:
      return [...begun, named, { at: wanted, status: 'COMPLETED' }];
  }
}

/** Whether another order of one of its numbers came before it. */
function isOrderedAnew(state: PlatformState, { id, telephoneNumbers, created }: Port): boolean {
  return [...state.ports.values()].some(
    (other) =>
      other.id !== id &&
      other.created <= created &&
      other.telephoneNumbers.some((each) => telephoneNumbers.includes(each)),
  );
}

const TERMINAL = new Set(['COMPLETED', 'CORRECTED_COMPLETED', 'CANCELLED', 'CARRIER_CANCELLED']);

/** Whether the numbers of an order have ever come. */
export function isPortedIn(state: PlatformState, portId: string): boolean {
  return portStatusOf(state, portId) === 'ACTIVE';
}

function portOf(call: Call): { port: Port; event: ServiceEvent } {
  const id = param(call, 'portId');
  const { state } = call.platform;
  const port = state.ports.get(id);
  const event = eventOf(state, 'PORT_REQUEST', id);
  if (port?.accountId !== accountOf(call).id || event === undefined)
    throw new Refusal(404, `Port ${id} not found`);
  return { port, event };
}

/** GET account/{a}/port/{portId}: schema PortX. A PIN is never told. */
export const retrievePort: Handler = (call) => ok(portAnswer(call, portOf(call).port));

export function portAnswer({ platform: { state } }: Pick<Call, 'platform'>, port: Port): Json {
  const event = eventOf(state, 'PORT_REQUEST', port.id);
  const { wirelessPin, ...given } = port.given;
  const now = state.now();
  const focDate = event?.steps.findLast((step) => step.at <= now && step.focDate !== undefined)?.focDate;
  const completed = event?.steps.find(({ at, status }) => at <= now && status === 'COMPLETED');
  return {
    ...given,
    ...(wirelessPin === undefined ? {} : { wirelessPin: '****' }),
    id: port.id,
    partitionId: port.partitionId,
    accountId: port.accountId,
    telephoneNumbers: port.telephoneNumbers,
    status: portStatusOf(state, port.id),
    carrierId: CARRIER_ID,
    carrierType: 'BANDWIDTH',
    customerServiceRecord: port.customerServiceRecord,
    createdDate: new Date(port.created).toISOString(),
    ...(typeof focDate === 'string' ? { focDate, focDateTimeZone: 'US/Eastern' } : {}),
    ...(completed === undefined ? {} : { completedDate: new Date(completed.at).toISOString() }),
    portNow: false,
    sendLoa: false,
    loaSaved: false,
    canAcceptSMS: false,
  };
}

/** Which of the editable fields a field of PortX belongs to. */
const EDITABLE: Readonly<Record<string, string>> = {
  crdDate: 'crdDate',
  wirelessAccountNumber: 'wirelessAccountNumber',
  wirelessPin: 'wirelessPin',
  portingAuthorizedName: 'name',
  customerServiceRecord: 'name',
};

/** PATCH port: a supplement of what may be changed now. */
export const patchPort: Handler = (call) => {
  const { port, event } = portOf(call);
  return ok(portAnswer(call, supplement(call, port, event, bodyOf(call))));
};

/** PUT port: the same with the whole of it; what is equal is no change. */
export const updatePort: Handler = (call) => {
  const { port, event } = portOf(call);
  return ok(portAnswer(call, supplement(call, port, event, bodyOf(call))));
};

function supplement(call: Call, port: Port, event: ServiceEvent, body: Json): Port {
  const { state } = call.platform;
  const { status, editable = [] } = stepOf(event, state.now());
  if (TERMINAL.has(status) || status === 'CANCEL_PENDING')
    throw new Refusal(400, `The port is ${status} and cannot be changed`);
  requireValid(body, {
    ...Object.fromEntries(Object.entries(PORT).map(([name, { check }]) => [name, may(check)])),
    customerServiceRecord: may(customerServiceRecord),
  });
  const now: Json = { ...port.given, customerServiceRecord: port.customerServiceRecord };
  const changed = Object.keys(body).filter(
    (name) => (name in PORT || name === 'customerServiceRecord') && !sameJson(body[name], now[name]),
  );
  refuseIfAny(
    changed
      .filter((name) => !editable.includes(EDITABLE[name] ?? ''))
      .map((name) => `${name}: cannot be changed while the port is ${status}`),
  );
  refuseIfAny(changed.includes('customerServiceRecord') ? addressProblems(port, body) : []);
  if (changed.length === 0) return port;
  const next: Port = {
    ...port,
    given: {
      ...port.given,
      ...Object.fromEntries(changed.filter((name) => name in PORT).map((name) => [name, body[name]])),
    },
    customerServiceRecord: (body['customerServiceRecord'] as Json | undefined) ?? port.customerServiceRecord,
    mended: [...port.mended, ...changed.map((name) => EDITABLE[name] ?? '')],
  };
  if (changed.includes('crdDate')) requireOffered(state, next.given, port.telephoneNumbers);
  state.ports.put(next);
  replan(state, { ...event, crdDate: String(next.given['crdDate']) }, ...stepsOf(state, next));
  return next;
}

/** Of a customer record only the name may be supplemented. */
function addressProblems({ customerServiceRecord: before }: Port, body: Json): string[] {
  const record = body['customerServiceRecord'] as Json;
  const names = new Set(['id', 'firstName', 'lastName', 'businessName', 'middleInitial', 'customerName']);
  return Object.keys(record)
    .filter((name) => !names.has(name) && !sameJson(record[name], before[name]))
    .map((name) => `customerServiceRecord.${name}: cannot be changed in a port`);
}

const sameJson = (a: unknown, b: unknown) => JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/** DELETE port/{portId}/cancelport: at once before the carrier has looked at it, else it takes a while. */
export const cancelPort: Handler = (call) => {
  const { event } = portOf(call);
  const { state } = call.platform;
  const now = state.now();
  const { status } = stepOf(event, now);
  if (TERMINAL.has(status) || status === 'CANCEL_PENDING')
    throw new Refusal(400, `The port is ${status} and cannot be cancelled`);
  const isAtOnce = status === 'PENDING' || status === 'REJECTED';
  const cancelled = { at: isAtOnce ? now : now + CANCELS_AFTER, status: 'CANCELLED', focDate: null };
  replan(state, event, ...(isAtOnce ? [] : [{ at: now, status: 'CANCEL_PENDING' }]), cancelled);
  return NO_CONTENT;
};

/** PUT port/{portId}/triggerport: the number comes now, once the losing carrier has named a day. */
export const triggerPort: Handler = (call) => {
  const { event } = portOf(call);
  const { state } = call.platform;
  const { status } = stepOf(event, state.now());
  if (status !== 'FOC_RECEIVED') throw new Refusal(400, `The port is ${status} and cannot be triggered`);
  replan(state, event, { at: state.now(), status: 'COMPLETED' });
  return { status: 200 };
};

/** POST account/prevalidate: 200 also where the answer is no (schema PortAvailabilityResponseV2X). */
export const preValidateAccount: Handler = (call) => {
  const body = bodyOf(call);
  requireValid(body, {
    customerServiceRecord: must(customerServiceRecord),
    telephoneNumbers: must(list(object({ phoneNumber: must(phoneNumber) }), 1)),
  });
  const numbers = (body['telephoneNumbers'] as Json[]).map((each) => String(each['phoneNumber']));
  requirePort(call, body, numbers);
  const { state } = call.platform;
  const fate = fateOfPort(numbers);
  const id = state.newId();
  const known = { id, requestedActivation: body, carrierType: 'BANDWIDTH', lnp: true };
  if (fate?.end === 'unportable')
    return ok({
      ...known,
      serviceAvailable: false,
      availabilityList: [],
      exception: 'A telephone number of the order cannot be ported',
      thirdPartyResultCode: '7300',
      thirdPartyResultMessage: 'Telephone number is not portable',
    });
  const days = offeredDays(state);
  const record = body['customerServiceRecord'] as Json;
  const port = body['port'] as Json;
  return ok({
    ...known,
    serviceAvailable: true,
    earliestCRD: days[0],
    latestCRD: days.at(-1),
    availabilityList: days,
    resultCSRs: [fate?.rejected?.mends.includes('name') ? nameAtCarrier(record) : record],
    directoryListingAllowed: true,
    wirelessPort: fate?.end === 'mobile' ? true : port['portingWireType'] === 'Wireless',
    carrierTicketId: id,
  });
};

/** GET inboundcarriers: the one that services all numbers. */
export const getInboundCarriers: Handler = ({ platform: { state } }) =>
  ok([
    {
      id: CARRIER_ID,
      name: 'Sandbox Carrier',
      carrierType: 'BANDWIDTH',
      supportPorting: true,
      supportHotCutPorting: false,
      supportsCSRUpdate: true,
      supportDirectoryListing: true,
      portPushDays: 1,
      enableByotn: false,
      hasTNs: true,
    },
    ...(state.settings.ownCarrier
      ? [
          {
            ...{ id: OWN_CARRIER_ID, name: 'Own Carrier', carrierType: 'SERVICE_PROVIDER_CARRIER' },
            ...{ supportPorting: false, enableByotn: true, hasTNs: false },
          },
        ]
      : []),
  ]);
