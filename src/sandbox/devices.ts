import { type Json, NO_CONTENT, ok, Refusal } from './answers.js';
import { flag, integer, may, must, phoneNumber, requireValid, text } from './checks.js';
import { requireOnAccount } from './named-numbers.js';
import { accountOf, bodyOf, type Call, type Handler, param, requireSameOwner, rowOf } from './platform.js';
import { type DeviceType, findDeviceType } from './reference-data.js';
import { type Device, portKey } from './state.js';

/** A MAC address: 12 hexadecimal characters (guide, "Create Device Line"). */
export const macAddress = text({ pattern: /^[0-9A-Fa-f]{12}$/, shape: '12 hexadecimal characters' });

/** Guide, "Create Device Line"; schema DeviceX. */
const DEVICE = {
  userId: must(text()),
  deviceName: must(text()),
  deviceTypeId: may(text()),
  deviceId: may(text()),
  macAddress: must(macAddress),
  lineNumber: must(integer(1, Number.MAX_SAFE_INTEGER)),
  emergencyNumber: may(phoneNumber),
  faxEnabled: may(flag),
};

/** The code that production answers where a line is not there, or taken. */
const INVALID_LINE = 'InvalidLineNumber';

/** POST deviceline: 201. The guide names the type `deviceId`, the schema `deviceTypeId`: both are taken. */
export const createDevice: Handler = (call) => {
  const body = bodyOf(call);
  const { state } = call.platform;
  const account = accountOf(call);
  requireValid(body, DEVICE);
  requireSameOwner(call, body);
  const [typeId, line] = [deviceTypeIdOf(body), Number(body['lineNumber'])];
  const type = requireType(typeId);
  requireAllowed(call, typeId, String(body['macAddress']));
  if (line > type.numLines) throw new Refusal(400, INVALID_LINE);
  if (account.accountType === 'SIMPLE') {
    requireAta(type);
    if (state.devices.countOf(account.id) > 0)
      throw new Refusal(400, 'A SIMPLE account supports only one device');
  }
  const userId = String(body['userId']);
  if (state.users.get(userId)?.accountId !== account.id)
    throw new Refusal(400, `userId: user ${userId} is not on the account`);
  requireOnAccount(call, account, body, 'emergencyNumber');
  if (isPortTaken(call, String(body['macAddress']), line)) throw new Refusal(400, INVALID_LINE);
  const device = {
    id: state.newId(),
    deviceTypeId: typeId,
    accountId: account.id,
    partitionId: account.partitionId,
    macAddress: body['macAddress'],
    deviceName: body['deviceName'],
    ...(typeof body['emergencyNumber'] === 'string' ? { emergencyNumber: body['emergencyNumber'] } : {}),
    faxEnabled: body['faxEnabled'] ?? false,
    lineNumber: line,
    userId,
  } as Device;
  state.devices.put(device);
  return { status: 201, body: deviceAnswer(device) };
};

export const listDevices: Handler = (call) => {
  const devices = call.platform.state.devices.of(accountOf(call).id);
  const type = call.query.get('filterType');
  const filter = call.query.get('filter');
  if (type === null || type === 'ACCOUNT') return ok(devices.map(deviceAnswer));
  if (filter === null || filter === '') throw new Refusal(400, 'filter: must not be blank');
  const wanted = DEVICE_FILTERS.get(type);
  if (wanted === undefined)
    throw new Refusal(
      400,
      `filterType: '${type}' is not one of [ACCOUNT, ${[...DEVICE_FILTERS.keys()].join(', ')}]`,
    );
  return ok(devices.filter((device) => wanted(device, filter)).map(deviceAnswer));
};

const hasMac = (device: Device, mac: string) => device.macAddress?.toLowerCase() === mac.toLowerCase();

const DEVICE_FILTERS = new Map<string, (device: Device, filter: string) => boolean>([
  ['MAC_ADDRESS', hasMac],
  ['MAC_ADDRESS_INVENTORY', hasMac],
  ['OWNING_USERID', (device, userId) => device.userId === userId],
  ['REFERENCED_USERID', () => false],
]);

export const getDevice: Handler = (call) => ok(deviceAnswer(deviceOf(call)));

const DEVICE_PATCH = {
  deviceName: may(text()),
  emergencyNumber: may(phoneNumber),
  faxEnabled: may(flag),
};

/** PATCH deviceline: the fields of the body replace those of the device, null takes one away; its type and port stay. */
export const updateDevice: Handler = (call) => {
  const body = bodyOf(call);
  const device = deviceOf(call);
  requireValid(body, DEVICE_PATCH);
  const now = device as unknown as Json;
  for (const field of ['deviceTypeId', 'macAddress', 'lineNumber', 'userId'])
    if (body[field] !== undefined && body[field] !== now[field])
      throw new Refusal(400, `${field}: cannot be changed`);
  requireOnAccount(call, accountOf(call), body, 'emergencyNumber');
  const given = Object.entries(body).filter(([name]) => name in DEVICE_PATCH);
  const changed = Object.fromEntries(
    Object.entries({ ...now, ...Object.fromEntries(given) }).filter(([, value]) => value != null),
  ) as unknown as Device;
  call.platform.state.devices.put(changed);
  return ok(deviceAnswer(changed));
};

export const removeDevice: Handler = (call) => {
  call.platform.state.devices.delete(deviceOf(call).id);
  return NO_CONTENT;
};

function deviceOf(call: Call): Device {
  const id = param(call, 'deviceId');
  return rowOf(call.platform.state.devices.get(id), accountOf(call), `Device ${id}`);
}

function deviceTypeIdOf(body: Json): string {
  const { deviceTypeId, deviceId } = body;
  const given = deviceTypeId ?? deviceId;
  if (typeof given !== 'string') throw new Refusal(400, 'deviceTypeId: must not be null');
  if (typeof deviceId === 'string' && deviceId !== given)
    throw new Refusal(400, 'deviceTypeId: does not match deviceId');
  return given;
}

/**
 * @param field the name of the port's field, for the message
 * @returns the device type. @throws Refusal 400 when there is no such type or it has no such port
 */
export function requirePort(deviceTypeId: string, field: string, port: number): DeviceType {
  const type = requireType(deviceTypeId);
  if (port > type.numLines)
    throw new Refusal(400, `${field}: ${deviceTypeId} has ${type.numLines} line(s), not ${port}`);
  return type;
}

/** @throws Refusal 400 when the partition does not allow the type, or does not have the device (schema PartitionX) */
export function requireAllowed({ platform: { state } }: Call, deviceTypeId: string, mac: string): void {
  const { allowedDeviceTypes, requiresDeviceInventory } = state.settings;
  if (allowedDeviceTypes !== undefined && !allowedDeviceTypes.includes(deviceTypeId))
    throw new Refusal(400, `deviceTypeId: ${deviceTypeId} is not allowed in the partition`);
  if (requiresDeviceInventory)
    throw new Refusal(400, `macAddress: ${mac} is not in the partition's inventory of devices`);
}

function requireType(deviceTypeId: string): DeviceType {
  const type = findDeviceType(deviceTypeId);
  if (type === undefined) throw new Refusal(400, `deviceTypeId: device type ${deviceTypeId} does not exist`);
  return type;
}

/** @throws Refusal 400 unless it is an ATA, all that Home Phone and Business Lines support (guide, "Alianza Products") */
export function requireAta(type: DeviceType): void {
  if (type.deviceKind !== 'ATA') throw new Refusal(400, `deviceTypeId: ${type.id} is not an ATA`);
}

/** @throws Refusal 409 when the port of that device is in use, anywhere on the platform */
export function requireFreePort(call: Call, mac: string, port: number): void {
  if (isPortTaken(call, mac, port))
    throw new Refusal(409, `macAddress: line ${port} of device ${mac} already exists`);
}

function isPortTaken({ platform: { state } }: Call, mac: string, port: number): boolean {
  const key = portKey(mac, port);
  return state.devices.by('port', key) !== undefined || state.portAssignments.by('port', key) !== undefined;
}

const deviceAnswer = (device: Device) => ({ ...device, sipUsername: device.id, lineType: 'Line' });
