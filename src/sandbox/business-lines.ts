import { isObject, type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import {
  type Check,
  flag,
  integer,
  list,
  may,
  must,
  object,
  oneOf,
  phoneNumber,
  requireValid,
  text,
} from './checks.js';
import { macAddress, requireAta, requireFreePort, requirePort } from './devices.js';
import {
  accountOf,
  bodyOf,
  type Call,
  type Handler,
  param,
  requireOnAccount,
  requireSameOwner,
  requireUnreferenced,
  rowOf,
} from './platform.js';
import type { BusinessLine, HuntGroup, PortAssignment } from './state.js';

const digits = text({ pattern: /^\d+$/, shape: 'digits' });

/** Schema BusinessLine; guide, "Create Business Lines". Names are not unique. */
const BUSINESS_LINE = {
  name: must(text()),
  partitionId: must(text()),
  accountId: must(text()),
  callerIdPhoneNumber: may(phoneNumber),
  callerIdVisible: may(flag),
  emergencyCallbackPhoneNumber: may(phoneNumber),
};

export const createBusinessLine: Handler = (call) => {
  const body = bodyOf(call);
  const account = accountOf(call);
  const { state } = call.platform;
  requireValid(body, BUSINESS_LINE);
  requireSameOwner(call, body);
  if (account.accountType !== 'ADVANCED')
    throw new Refusal(400, 'Business lines need an account of type ADVANCED');
  requireOnAccount(call, account, body, 'callerIdPhoneNumber', 'emergencyCallbackPhoneNumber');
  const { callerIdPhoneNumber, emergencyCallbackPhoneNumber } = body;
  const line = {
    id: state.newUuid(),
    name: body['name'],
    ...(typeof callerIdPhoneNumber === 'string' ? { callerIdPhoneNumber } : {}),
    callerIdVisible: body['callerIdVisible'] ?? true,
    ...(typeof emergencyCallbackPhoneNumber === 'string' ? { emergencyCallbackPhoneNumber } : {}),
    accountId: account.id,
    partitionId: account.partitionId,
  } as BusinessLine;
  state.businessLines.put(line);
  return ok(lineAnswer(line));
};

export const retrieveBusinessLines: Handler = (call) =>
  ok(call.platform.state.businessLines.of(accountOf(call).id).map(lineAnswer));

export const retrieveBusinessLine: Handler = (call) => ok(lineAnswer(lineOf(call)));

/** DELETE business-line: refused while a number routes calls to it; its settings and port go with it. */
export const deleteBusinessLine: Handler = (call) => {
  const { state } = call.platform;
  const { id } = lineOf(call);
  requireUnreferenced(call, accountOf(call), id, `Business line ${id}`);
  state.portAssignments.delete(id);
  state.callHandlings.delete(id);
  state.businessLines.delete(id);
  return NO_CONTENT;
};

/** One of several objects, told apart by `@type`. */
function discriminated(kinds: { readonly [type: string]: Check }): Check {
  return (value, field) => {
    if (!isObject(value)) return [`${field}: must be an object`];
    const type = value['@type'];
    const check = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
    if (check === undefined)
      return [
        `${field}.@type: value ${JSON.stringify(type)} is not one of [${Object.keys(kinds).join(', ')}]`,
      ];
    return check(value, field);
  };
}

const ringFailoverAction = discriminated({
  VoicemailRingFailoverAction: object({}),
  BusyRingFailoverAction: object({}),
  ForwardRingFailoverAction: object({ forwardToPhoneNumber: must(digits) }),
});

/** Schema CallHandling; guide, "Customize Business Lines". */
const CALL_HANDLING = {
  activeCallHandling: must(oneOf(['RING_LINE', 'FORWARD'])),
  callWaitingEnabled: may(flag),
  busyFailoverAction: must(ringFailoverAction),
  unregisteredFailoverAction: must(ringFailoverAction),
  ringTimeoutConfiguration: must(
    discriminated({
      UnlimitedRingTimeoutConfiguration: object({}),
      LimitedRingTimeoutConfiguration: object({
        timeoutSeconds: may(integer(1, 2 ** 31 - 1)),
        noAnswerAction: must(ringFailoverAction),
      }),
    }),
  ),
  forwardToPhoneNumber: may(digits),
  voicemailBoxId: may(text()),
};

/** What a new line does until it is told otherwise. */
const DEFAULT_CALL_HANDLING = {
  activeCallHandling: 'RING_LINE',
  callWaitingEnabled: false,
  busyFailoverAction: { '@type': 'BusyRingFailoverAction' },
  unregisteredFailoverAction: { '@type': 'BusyRingFailoverAction' },
  ringTimeoutConfiguration: { '@type': 'UnlimitedRingTimeoutConfiguration' },
};

export const putBusinessLineCallHandling: Handler = (call) => {
  const body = bodyOf(call);
  const { id, accountId, partitionId } = lineOf(call);
  requireValid(body, CALL_HANDLING);
  if (body['activeCallHandling'] === 'FORWARD' && typeof body['forwardToPhoneNumber'] !== 'string')
    throw new Refusal(400, 'forwardToPhoneNumber: is required when activeCallHandling is FORWARD');
  const settings: Json = Object.fromEntries(
    Object.keys(CALL_HANDLING).flatMap((field) => {
      const value = body[field] ?? undefined;
      return value === undefined ? [] : [[field, value]];
    }),
  );
  call.platform.state.callHandlings.put({ id, accountId, partitionId, settings });
  return ok(settings);
};

export const getBusinessLineCallHandling: Handler = (call) =>
  ok(call.platform.state.callHandlings.get(lineOf(call).id)?.settings ?? DEFAULT_CALL_HANDLING);

/** Schema PortAssignment. */
const PORT_ASSIGNMENT = {
  macAddress: must(macAddress),
  portNumber: must(integer(1, 100)),
  deviceTypeId: must(text()),
  faxEnabled: may(flag),
};

/** POST port-assignment: connects the line with a port of an ATA; a line has one port, a port one line. */
export const createBusinessLinePortAssignment: Handler = (call) => {
  const body = bodyOf(call);
  const { id, accountId, partitionId } = lineOf(call);
  const { portAssignments } = call.platform.state;
  requireValid(body, PORT_ASSIGNMENT);
  const [mac, port] = [String(body['macAddress']), Number(body['portNumber'])];
  requireAta(requirePort(String(body['deviceTypeId']), 'portNumber', port));
  if (portAssignments.has(id)) throw new Refusal(409, 'Business line already has a port assignment');
  requireFreePort(call, mac, port);
  const assignment = {
    id,
    accountId,
    partitionId,
    macAddress: mac,
    portNumber: port,
    deviceTypeId: String(body['deviceTypeId']),
    faxEnabled: body['faxEnabled'] === true,
  };
  portAssignments.put(assignment);
  return ok(portAnswer(assignment));
};

export const getBusinessLinePortAssignment: Handler = (call) => ok(portAnswer(portOf(call)));

export const deleteBusinessLinePortAssignment: Handler = (call) => {
  call.platform.state.portAssignments.delete(portOf(call).id);
  return NO_CONTENT;
};

const sequenced = { businessLineId: must(text()), sequenceOrder: must(integer(0, 2 ** 31 - 1)) };
const seconds = integer(0, 2 ** 31 - 1);

/** Schema HuntGroup. */
const HUNT_GROUP = {
  name: must(text()),
  partitionId: must(text()),
  accountId: must(text()),
  huntingConfiguration: must(
    discriminated({
      LinearHuntingConfiguration: object({
        ringTimeoutSeconds: must(seconds),
        members: may(list(object(sequenced), 1)),
      }),
      SequentialHuntingConfiguration: object({
        members: may(list(object({ ...sequenced, ringTimeoutSeconds: must(seconds) }), 1)),
      }),
      SimultaneousHuntingConfiguration: object({
        ringTimeoutSeconds: must(seconds),
        members: must(list(text(), 1)),
      }),
    }),
  ),
};

export const createBusinessLineHuntGroup: Handler = (call) => {
  const body = bodyOf(call);
  const account = accountOf(call);
  const { state } = call.platform;
  requireValid(body, HUNT_GROUP);
  requireSameOwner(call, body);
  const huntingConfiguration = body['huntingConfiguration'] as {
    readonly members?: readonly unknown[];
  } & Json;
  for (const member of huntingConfiguration.members ?? []) {
    const lineId = String(isObject(member) ? member['businessLineId'] : member);
    if (state.businessLines.get(lineId)?.accountId !== account.id)
      throw new Refusal(400, `huntingConfiguration.members: business line ${lineId} is not on the account`);
  }
  const group: HuntGroup = {
    id: state.newUuid(),
    name: String(body['name']),
    accountId: account.id,
    partitionId: account.partitionId,
    huntingConfiguration,
  };
  state.huntGroups.put(group);
  return ok(group);
};

export const retrieveBusinessLineHuntGroups: Handler = (call) =>
  ok(call.platform.state.huntGroups.of(accountOf(call).id));

export const deleteBusinessLineHuntGroup: Handler = (call) => {
  const account = accountOf(call);
  const id = param(call, 'huntGroupId');
  rowOf(call.platform.state.huntGroups.get(id), account, `Hunt group ${id}`);
  requireUnreferenced(call, account, id, `Hunt group ${id}`);
  call.platform.state.huntGroups.delete(id);
  return NO_CONTENT;
};

function lineOf(call: Call): BusinessLine {
  const id = param(call, 'businessLineId');
  return rowOf(call.platform.state.businessLines.get(id), accountOf(call), `Business line ${id}`);
}

function portOf(call: Call): PortAssignment {
  const { id } = lineOf(call);
  return rowOf(call.platform.state.portAssignments.get(id), accountOf(call), `Port assignment of ${id}`);
}

const lineAnswer = (line: BusinessLine) => ({ ...line, callerIdName: 'ANONYMOUS' });

const portAnswer = ({ id, macAddress: mac, portNumber, deviceTypeId, faxEnabled }: PortAssignment) => ({
  businessLineId: id,
  macAddress: mac,
  portNumber,
  deviceTypeId,
  faxEnabled,
});
