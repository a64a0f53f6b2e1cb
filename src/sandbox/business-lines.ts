import { type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import {
  digits,
  discriminated,
  flag,
  integer,
  may,
  must,
  object,
  oneOf,
  phoneNumber,
  requireValid,
  text,
} from './checks.js';
import { macAddress, requireAllowed, requireAta, requireFreePort, requirePort } from './devices.js';
import { requireNoMember } from './hunt-groups.js';
import { requireOnAccount } from './named-numbers.js';
import {
  accountOf,
  bodyOf,
  type Call,
  type Handler,
  param,
  requireSameOwner,
  requireUnreferenced,
  rowOf,
} from './platform.js';
import type { BusinessLine, PortAssignment } from './state.js';
import { requireBox } from './voicemail-boxes.js';

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
  const { state } = call.platform;
  if (accountOf(call).accountType !== 'ADVANCED')
    throw new Refusal(400, 'Business lines need an account of type ADVANCED');
  const line = lineIn(call, state.newUuid());
  state.businessLines.put(line);
  return ok(lineAnswer(line));
};

/** PUT business-line: all of it is replaced by the body. */
export const updateBusinessLine: Handler = (call) => {
  const line = lineIn(call, lineOf(call).id);
  call.platform.state.businessLines.put(line);
  return ok(lineAnswer(line));
};

/** The line that a body describes. @throws Refusal 400 */
function lineIn(call: Call, id: string): BusinessLine {
  const body = bodyOf(call);
  const account = accountOf(call);
  requireValid(body, BUSINESS_LINE);
  requireSameOwner(call, body);
  requireOnAccount(call, account, body, 'callerIdPhoneNumber', 'emergencyCallbackPhoneNumber');
  const { callerIdPhoneNumber, emergencyCallbackPhoneNumber } = body;
  return {
    id,
    name: body['name'],
    ...(typeof callerIdPhoneNumber === 'string' ? { callerIdPhoneNumber } : {}),
    callerIdVisible: body['callerIdVisible'] ?? true,
    ...(typeof emergencyCallbackPhoneNumber === 'string' ? { emergencyCallbackPhoneNumber } : {}),
    accountId: account.id,
    partitionId: account.partitionId,
  } as BusinessLine;
}

export const retrieveBusinessLines: Handler = (call) =>
  ok(call.platform.state.businessLines.of(accountOf(call).id).map(lineAnswer));

export const retrieveBusinessLine: Handler = (call) => ok(lineAnswer(lineOf(call)));

/** DELETE business-line: refused while a number or a hunt group routes calls to it; its settings and port go with it. */
export const deleteBusinessLine: Handler = (call) => {
  const { state } = call.platform;
  const { id } = lineOf(call);
  requireUnreferenced(call, accountOf(call), id, `Business line ${id}`);
  requireNoMember(call, accountOf(call), id);
  state.portAssignments.delete(id);
  state.callHandlings.delete(id);
  state.businessLines.delete(id);
  return NO_CONTENT;
};

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
  if (typeof body['voicemailBoxId'] === 'string')
    requireBox(call, accountOf(call), body['voicemailBoxId'], 'voicemailBoxId');
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
  requireAllowed(call, String(body['deviceTypeId']), String(body['macAddress']));
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

/**
 * PUT port-assignment: all of it is replaced by the body. What the body leaves out of MAC address and port stays (a guess:
 * the schema requires the type alone).
 */
export const updateBusinessLinePortAssignment: Handler = (call) => {
  const current = portOf(call);
  const { portAssignments } = call.platform.state;
  const body: Json = { macAddress: current.macAddress, portNumber: current.portNumber, ...bodyOf(call) };
  requireValid(body, PORT_ASSIGNMENT);
  const [mac, port] = [String(body['macAddress']), Number(body['portNumber'])];
  requireAta(requirePort(String(body['deviceTypeId']), 'portNumber', port));
  const isOther = mac.toLowerCase() !== current.macAddress.toLowerCase() || port !== current.portNumber;
  if (isOther) requireFreePort(call, mac, port);
  const changed = {
    ...current,
    ...{ macAddress: mac, portNumber: port, deviceTypeId: String(body['deviceTypeId']) },
    faxEnabled: body['faxEnabled'] === true,
  };
  portAssignments.put(changed);
  return ok(portAnswer(changed));
};

export const getBusinessLinePortAssignment: Handler = (call) => ok(portAnswer(portOf(call)));

export const deleteBusinessLinePortAssignment: Handler = (call) => {
  call.platform.state.portAssignments.delete(portOf(call).id);
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
