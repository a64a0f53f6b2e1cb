import { z } from 'zod';

type Body = Readonly<Record<string, unknown>>;

/** One call of the API as a value: what to send, and what a good answer holds. */
export interface Call<T> {
  /** the operation's name in the published API description */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Body;
  /** null where the answer has no body that matters */
  readonly answer: z.ZodType<T> | null;
}

const e = encodeURIComponent;
const accountPath = (partitionId: string, accountId: string) =>
  `/v2/partition/${e(partitionId)}/account/${e(accountId)}`;

const text = z.string().min(1);
const optionalText = z.string().nullish();

// Answers are checked for what this program uses of them, no more: the platform may add or leave out the rest.
const LogInAnswer = z.looseObject({
  authToken: text,
  partitionId: text,
  subPartitionIds: z.array(z.string()).nullish(),
});
const AccountAnswer = z.looseObject({
  id: text,
  accountNumber: text,
  accountName: optionalText,
  accountType: optionalText,
});
const UserAnswer = z.looseObject({
  id: text,
  firstName: optionalText,
  lastName: optionalText,
  extension: optionalText,
  username: optionalText,
  callerIdConfig: z.looseObject({ callerIdNumber: optionalText }).nullish(),
});
const Address = z.looseObject({});
const AddressAnswer = z.looseObject({
  requiredFields: z.array(z.string()).nullish(),
  customerServiceRecord: Address.nullish(),
  latitude: z.union([z.string(), z.number()]).nullish(),
  longitude: z.union([z.string(), z.number()]).nullish(),
  valid: z.boolean().nullish(),
});
const InventoryNumber = z.looseObject({
  phoneNumber: text,
  accountId: optionalText,
  rateCenter: optionalText,
  state: optionalText,
});
const AccountNumberAnswer = z.looseObject({
  phoneNumber: text,
  referenceType: optionalText,
  referenceId: optionalText,
});
const DeviceAnswer = z.looseObject({
  id: text,
  macAddress: optionalText,
  lineNumber: z.number().nullish(),
  userId: optionalText,
  emergencyNumber: optionalText,
});
const LineAnswer = z.looseObject({ id: text, name: optionalText });
const CallHandlingAnswer = z.looseObject({
  activeCallHandling: optionalText,
  callWaitingEnabled: z.boolean().nullish(),
  busyFailoverAction: z.unknown(),
  unregisteredFailoverAction: z.unknown(),
  ringTimeoutConfiguration: z.unknown(),
  forwardToPhoneNumber: optionalText,
  voicemailBoxId: optionalText,
});
const PortAnswer = z.looseObject({ macAddress: optionalText, portNumber: z.number().nullish() });
/** A write whose answer holds nothing that is needed may also be answered with an empty body. */
const Written = z.looseObject({}).optional();
const TrunkAnswer = z.looseObject({ id: text, trunkName: optionalText });
const DeviceTypeAnswer = z.looseObject({ id: text, numLines: z.number().nullish() });
const E911Answer = z.looseObject({ valid: optionalText, errors: z.array(z.string()).nullish() });

// A type that is made anew for each call would be compiled anew for each.
const ActivationAnswer = z.looseObject({
  telephoneNumbers: z.array(z.looseObject({ phoneNumber: text })).min(1),
});
const AccountList = z.array(AccountAnswer);
const UserList = z.array(UserAnswer);
const InventoryList = z.array(InventoryNumber);
const AccountNumberList = z.array(AccountNumberAnswer);
const DeviceList = z.array(DeviceAnswer);
const DeviceTypeList = z.array(DeviceTypeAnswer);
const LineList = z.array(LineAnswer);
const TrunkList = z.array(TrunkAnswer);

export type AccountRecord = z.output<typeof AccountAnswer>;
export type UserRecord = z.output<typeof UserAnswer>;
export type AddressValidation = z.output<typeof AddressAnswer>;
export type InventoryRecord = z.output<typeof InventoryNumber>;
export type NumberRecord = z.output<typeof AccountNumberAnswer>;
export type DeviceRecord = z.output<typeof DeviceAnswer>;
export type LineRecord = z.output<typeof LineAnswer>;
export type CallHandlingRecord = z.output<typeof CallHandlingAnswer>;
export type PortRecord = z.output<typeof PortAnswer>;
export type TrunkRecord = z.output<typeof TrunkAnswer>;

/** Guide, "Authentication/Working with Tokens". */
export const authorize = (username: string, password: string): Call<z.output<typeof LogInAnswer>> => ({
  operation: 'logUserIn',
  method: 'POST',
  path: '/v2/authorize',
  body: { username, password },
  answer: LogInAnswer,
});

/** Guide, "Account Create". */
export const createAccount = (partitionId: string, body: Body): Call<AccountRecord> => ({
  operation: 'createAccount',
  method: 'POST',
  path: `/v2/partition/${e(partitionId)}/account`,
  body,
  answer: AccountAnswer,
});

export const listAccounts = (partitionId: string): Call<AccountRecord[]> => ({
  operation: 'getAccounts',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/account`,
  answer: AccountList,
});

export const getAccount = (partitionId: string, accountId: string): Call<AccountRecord> => ({
  operation: 'retrieveAccount',
  method: 'GET',
  path: accountPath(partitionId, accountId),
  answer: AccountAnswer,
});

export const getAccountByNumber = (partitionId: string, accountNumber: string): Call<AccountRecord> => ({
  operation: 'retrieveAccount',
  method: 'GET',
  path: `${accountPath(partitionId, accountNumber)}?accountIdType=AccountNumber`,
  answer: AccountAnswer,
});

export const deleteAccount = (partitionId: string, accountId: string): Call<unknown> => ({
  operation: 'deleteAccount',
  method: 'DELETE',
  path: accountPath(partitionId, accountId),
  answer: null,
});

/** A property that must not be in use yet, as `account/validateproperties` names it. */
export type CheckedProperty = 'accountnumber' | 'username' | 'macaddress' | 'sipusername';

/** 200 when the value is free, 400 with the reason when it is not. */
export const validateProperty = (
  partitionId: string,
  property: CheckedProperty,
  value: string,
): Call<unknown> => ({
  operation: 'validateAccountProperties',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/account/validateproperties?${property}=${e(value)}`,
  answer: null,
});

/** Guide, "Create User". */
export const createUser = (partitionId: string, accountId: string, body: Body): Call<UserRecord> => ({
  operation: 'createEndUser',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/user`,
  body,
  answer: UserAnswer,
});

export const listUsers = (partitionId: string, accountId: string): Call<UserRecord[]> => ({
  operation: 'retrieveEndUserList',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/user?limitedData=true`,
  answer: UserList,
});

export const getUser = (partitionId: string, accountId: string, userId: string): Call<UserRecord> => ({
  operation: 'retrieveEndUser',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/user/${e(userId)}`,
  answer: UserAnswer,
});

export const deleteUser = (partitionId: string, accountId: string, userId: string): Call<unknown> => ({
  operation: 'deleteEndUser',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/user/${e(userId)}`,
  answer: null,
});

/** Guide, "Address Validation". */
export const validateAddress = (
  address: string,
  country: string,
  postalCode: string | undefined,
): Call<AddressValidation> => ({
  operation: 'validateAddress',
  method: 'GET',
  path:
    `/v2/address/validate?address=${e(address)}&country=${e(country)}` +
    (postalCode === undefined ? '' : `&postalCode=${e(postalCode)}`),
  answer: AddressAnswer,
});

/** Guide, "Find Available Numbers". */
export const searchNumbers = (
  partitionId: string,
  latitude: string,
  longitude: string,
  maxResults: number,
): Call<InventoryRecord[]> => ({
  operation: 'tnSearch',
  method: 'GET',
  path:
    `/v2/partition/${e(partitionId)}/telephonenumber/search?type=LAT_LONG` +
    `&lat=${e(latitude)}&long=${e(longitude)}&maxResults=${maxResults}`,
  answer: InventoryList,
});

export const getInventoryNumber = (partitionId: string, phone: string): Call<InventoryRecord> => ({
  operation: 'retrieveTelephoneNumber',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/telephonenumber/${e(phone)}`,
  answer: InventoryNumber,
});

/** Where reservations are made: the guide names the account's path, the API description the partition's. */
export type ReservePath = 'account' | 'partition';

const reservePath = (at: ReservePath, partitionId: string, accountId: string, phone: string) =>
  at === 'account'
    ? `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}/reserve`
    : `/v2/partition/${e(partitionId)}/telephonenumber/${e(phone)}/reserve`;

/** Guide, "Reserve Telephone Number". */
export const reserveNumber = (
  at: ReservePath,
  partitionId: string,
  accountId: string,
  phone: string,
): Call<unknown> => ({
  operation: 'reserve',
  method: 'PUT',
  path: reservePath(at, partitionId, accountId, phone),
  answer: null,
});

export const releaseNumber = (
  at: ReservePath,
  partitionId: string,
  accountId: string,
  phone: string,
): Call<unknown> => ({
  operation: 'releaseReservation',
  method: 'DELETE',
  path: reservePath(at, partitionId, accountId, phone),
  answer: null,
});

/** Guide, "Add Phone Number to Account". */
export const activateNumber = (partitionId: string, accountId: string, body: Body): Call<unknown> => ({
  operation: 'createOrAddTelephoneNumberToAccount',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/telephonenumber`,
  body,
  answer: ActivationAnswer,
});

export const listNumbers = (partitionId: string, accountId: string): Call<NumberRecord[]> => ({
  operation: 'retrieveAccountTelephoneNumbers',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/telephonenumber`,
  answer: AccountNumberList,
});

export const getNumber = (partitionId: string, accountId: string, phone: string): Call<NumberRecord> => ({
  operation: 'retrieveTelephoneNumberOnAccount',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}`,
  answer: AccountNumberAnswer,
});

/** Guide, "Set Phone Number Reference". */
export const patchNumber = (
  partitionId: string,
  accountId: string,
  phone: string,
  body: Body,
): Call<unknown> => ({
  operation: 'patchTelephoneNumberOnAccount',
  method: 'PATCH',
  path: `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}`,
  body,
  answer: Written,
});

export const deleteNumber = (partitionId: string, accountId: string, phone: string): Call<unknown> => ({
  operation: 'deleteTelephoneNumberOnAccount',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}`,
  answer: null,
});

/** A check only: nothing is written. */
export const prevalidateE911 = (partitionId: string, body: Body): Call<z.output<typeof E911Answer>> => ({
  operation: 'preValidateAccountTn',
  method: 'PUT',
  path: `/v2/partition/${e(partitionId)}/account/e911/prevalidate`,
  body,
  answer: E911Answer,
});

/** Guide, "Create Device Line". */
export const createDevice = (partitionId: string, accountId: string, body: Body): Call<DeviceRecord> => ({
  operation: 'createDevice',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/deviceline`,
  body,
  answer: DeviceAnswer,
});

export const listDevices = (partitionId: string, accountId: string): Call<DeviceRecord[]> => ({
  operation: 'listDevices',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/deviceline`,
  answer: DeviceList,
});

export const findDevices = (
  partitionId: string,
  accountId: string,
  macAddress: string,
): Call<DeviceRecord[]> => ({
  operation: 'listDevices',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/deviceline?filterType=MAC_ADDRESS&filter=${e(macAddress)}`,
  answer: DeviceList,
});

export const getDevice = (partitionId: string, accountId: string, deviceId: string): Call<DeviceRecord> => ({
  operation: 'getDevice',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/deviceline/${e(deviceId)}`,
  answer: DeviceAnswer,
});

/** Changes the fields of the body alone (API description, `deviceline`). */
export const patchDevice = (
  partitionId: string,
  accountId: string,
  deviceId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'updateDevice',
  method: 'PATCH',
  path: `${accountPath(partitionId, accountId)}/deviceline/${e(deviceId)}`,
  body,
  answer: Written,
});

export const deleteDevice = (partitionId: string, accountId: string, deviceId: string): Call<unknown> => ({
  operation: 'removeDevice',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/deviceline/${e(deviceId)}`,
  answer: null,
});

export const listDeviceTypes = (): Call<z.output<typeof DeviceTypeAnswer>[]> => ({
  operation: 'getDeviceTypes',
  method: 'GET',
  path: '/v2/ref/devicetype',
  answer: DeviceTypeList,
});

export const listTimeZones = (): Call<unknown> => ({
  operation: 'getTimeZones',
  method: 'GET',
  path: '/v2/ref/timezones',
  answer: z.unknown(),
});

/** Guide, "Create Business Lines". */
export const createLine = (partitionId: string, accountId: string, body: Body): Call<LineRecord> => ({
  operation: 'createBusinessLine',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/business-line`,
  body,
  answer: LineAnswer,
});

export const listLines = (partitionId: string, accountId: string): Call<LineRecord[]> => ({
  operation: 'retrieveBusinessLines',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/business-line`,
  answer: LineList,
});

const linePath = (partitionId: string, accountId: string, lineId: string) =>
  `${accountPath(partitionId, accountId)}/business-line/${e(lineId)}`;

export const getLine = (partitionId: string, accountId: string, lineId: string): Call<LineRecord> => ({
  operation: 'retrieveBusinessLine',
  method: 'GET',
  path: linePath(partitionId, accountId, lineId),
  answer: LineAnswer,
});

export const deleteLine = (partitionId: string, accountId: string, lineId: string): Call<unknown> => ({
  operation: 'deleteBusinessLine',
  method: 'DELETE',
  path: linePath(partitionId, accountId, lineId),
  answer: null,
});

/** Guide, "Customize Business Lines". */
export const putCallHandling = (
  partitionId: string,
  accountId: string,
  lineId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'putBusinessLineCallHandling',
  method: 'PUT',
  path: `${linePath(partitionId, accountId, lineId)}/call-handling`,
  body,
  answer: Written,
});

export const getCallHandling = (
  partitionId: string,
  accountId: string,
  lineId: string,
): Call<CallHandlingRecord> => ({
  operation: 'getBusinessLineCallHandling',
  method: 'GET',
  path: `${linePath(partitionId, accountId, lineId)}/call-handling`,
  answer: CallHandlingAnswer,
});

/** The ATA port of a business line. */
export const createPort = (
  partitionId: string,
  accountId: string,
  lineId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'createBusinessLinePortAssignment',
  method: 'POST',
  path: `${linePath(partitionId, accountId, lineId)}/port-assignment`,
  body,
  answer: Written,
});

export const getPort = (partitionId: string, accountId: string, lineId: string): Call<PortRecord> => ({
  operation: 'getBusinessLinePortAssignment',
  method: 'GET',
  path: `${linePath(partitionId, accountId, lineId)}/port-assignment`,
  answer: PortAnswer,
});

export const deletePort = (partitionId: string, accountId: string, lineId: string): Call<unknown> => ({
  operation: 'deleteBusinessLinePortAssignment',
  method: 'DELETE',
  path: `${linePath(partitionId, accountId, lineId)}/port-assignment`,
  answer: null,
});

/** Guide, "Create SIP Trunks". */
export const createTrunk = (partitionId: string, accountId: string, body: Body): Call<TrunkRecord> => ({
  operation: 'createSipTrunk',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2`,
  body,
  answer: TrunkAnswer,
});

export const listTrunks = (partitionId: string, accountId: string): Call<TrunkRecord[]> => ({
  operation: 'retrieveSipTrunkList',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2`,
  answer: TrunkList,
});

export const getTrunk = (partitionId: string, accountId: string, trunkId: string): Call<TrunkRecord> => ({
  operation: 'retrieveSipTrunk',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2/${e(trunkId)}`,
  answer: TrunkAnswer,
});

export const deleteTrunk = (partitionId: string, accountId: string, trunkId: string): Call<unknown> => ({
  operation: 'deleteSipTrunk',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2/${e(trunkId)}`,
  answer: null,
});
