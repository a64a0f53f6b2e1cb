import { z } from 'zod';
import { PATH_PART, pathPart, queryValue } from './paths.js';
import { elevenDigits, sameKey, sameMac, sameName, samePhone } from './same.js';

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
  /**
   * Whether a good answer is about what the call names. One that is not was meant for another request (a proxy's cache,
   * crossed connections) and is no answer. Absent where answers name nothing.
   */
  belongs?(answer: T): boolean;
  /** doing it twice may bring about two, or be refused, as of a POST, though its method says otherwise */
  readonly isCreate?: true;
  /** values of the body that must not be seen in whatever comes back */
  readonly secrets?: readonly unknown[];
}

const e = pathPart;
const q = queryValue;
const accountPath = (partitionId: string, accountId: string) =>
  `/v2/partition/${e(partitionId)}/account/${e(accountId)}`;

const text = z.string().min(1);
/** An ID that later calls can name. One that they cannot is as good as none. */
const id = z.string().regex(PATH_PART);
const optionalText = z.string().nullish();

type Named = Readonly<Record<string, unknown>>;

/** The fields that name an object of each kind. */
const USER_NAMES = ['firstName', 'lastName', 'extension', 'username'];
const DEVICE_NAMES = ['macAddress', 'lineNumber'];
const LINE_NAMES = ['name'];
const TRUNK_NAMES = ['trunkName'];
/** Fields that only objects of some kind have: without a name of its own kind, such an object is of another. */
const MARKS = [
  'accountNumber',
  'firstName',
  'macAddress',
  'name',
  'trunkName',
  'phoneNumber',
  'telephoneNumbers',
];

/** Whether an answered object is in the account that was asked for, and of the kind that has these names. */
function isOf(accountId: string, names: readonly string[], answer: Named): boolean {
  const has = (name: string) => answer[name] != null && answer[name] !== '';
  return sameKey(accountId, answer['accountId']) && (names.some(has) || !MARKS.some(has));
}

const allOf = (accountId: string, names: readonly string[]) => (list: readonly Named[]) =>
  list.every((each) => isOf(accountId, names, each));

/** A field of an answer of which nothing is required. */
const field = (answer: unknown, name: string) => (answer as Named | null | undefined)?.[name];

// Answers are checked for what this program uses of them, no more: the platform may add or leave out the rest.
const LogInAnswer = z.looseObject({
  authToken: text,
  partitionId: id,
  subPartitionIds: z.array(z.string()).nullish(),
});
const AccountAnswer = z.looseObject({
  id,
  accountNumber: text,
  accountName: optionalText,
  accountType: optionalText,
});
const UserAnswer = z.looseObject({
  id,
  firstName: optionalText,
  lastName: optionalText,
  // The guide's table calls it an integer, its example and the API description a string.
  extension: z.union([z.string(), z.number().transform(String)]).nullish(),
  username: optionalText,
  callerIdConfig: z.looseObject({ callerIdNumber: optionalText }).nullish(),
  voicemailBoxId: optionalText,
});
const Address = z.looseObject({});
const AddressAnswer = z.looseObject({
  requiredFields: z.array(z.string()).nullish(),
  customerServiceRecord: Address.nullish(),
  latitude: z.union([z.string(), z.number()]).nullish(),
  longitude: z.union([z.string(), z.number()]).nullish(),
  valid: z.boolean().nullish(),
});
/** The records of a platform may have ten digits; this program has eleven everywhere. */
const phone = text.transform(elevenDigits);
/** A date and time as text; a platform may give milliseconds. */
const date = z.union([z.string(), z.number().transform((ms) => new Date(ms).toISOString())]).nullish();
const InventoryNumber = z.looseObject({
  phoneNumber: phone,
  accountId: optionalText,
  rateCenter: optionalText,
  state: optionalText,
  isInInventory: z.boolean().nullish(),
});
const AccountNumberAnswer = z.looseObject({
  phoneNumber: phone,
  referenceType: optionalText,
  referenceId: optionalText,
  portId: optionalText,
});
const EventAnswer = z.looseObject({ activationStatusType: optionalText, lastUpdatedDate: date });
const DeviceAnswer = z.looseObject({
  id,
  macAddress: optionalText,
  lineNumber: z.number().nullish(),
  userId: optionalText,
  emergencyNumber: optionalText,
});
const LineAnswer = z.looseObject({ id, name: optionalText });
const CallHandlingAnswer = z.looseObject({
  activeCallHandling: optionalText,
  callWaitingEnabled: z.boolean().nullish(),
  busyFailoverAction: z.unknown(),
  unregisteredFailoverAction: z.unknown(),
  ringTimeoutConfiguration: z.unknown(),
  forwardToPhoneNumber: optionalText,
  voicemailBoxId: optionalText,
});
const HuntGroupAnswer = z.looseObject({
  id,
  name: optionalText,
  huntingConfiguration: z.looseObject({ members: z.array(z.unknown()).nullish() }).nullish(),
});
const FailoverAnswer = z.looseObject({ '@type': optionalText, failoverReason: optionalText });
const VoicemailBoxAnswer = z.looseObject({ id, name: optionalText });
const VoicemailBoxUses = z.looseObject({
  assignedTo: z.array(z.looseObject({ id: optionalText, display: optionalText })).nullish(),
});
const PortAnswer = z.looseObject({ macAddress: optionalText, portNumber: z.number().nullish() });
const CallingPlanProduct = z.looseObject({ id, name: optionalText, defaultPlan: z.boolean().nullish() });
const CallingPlanAnswer = z.looseObject({ callingPlanProductId: optionalText, endDate: optionalText });
const UserBoxAnswer = z.looseObject({
  id,
  voicemailToEmailAddresses: z.array(z.string()).nullish(),
  locale: optionalText,
});
const UserProductPlan = z.looseObject({ id: optionalText });
/** A write whose answer holds nothing that is needed was done, whatever JSON says so, or none at all. */
const Written = z.unknown();
const NamedAnswer = z.looseObject({ id, name: optionalText });
const TrunkAnswer = z.looseObject({ id, trunkName: optionalText });
const DeviceTypeAnswer = z.looseObject({ id, numLines: z.number().nullish() });
const LogInInfo = z.looseObject({
  username: optionalText,
  userType: optionalText,
  partitionName: optionalText,
  permissions: z.record(z.string(), z.string()).nullish(),
});
const PartitionAnswer = z.looseObject({
  name: optionalText,
  status: optionalText,
  country: optionalText,
  subPartitionIds: z.array(z.string()).nullish(),
  allowedDeviceTypes: z.array(z.string()).nullish(),
  requiresDeviceInventory: z.boolean().nullish(),
  tnDeleteCooldownDays: z.number().nullish(),
  useOwnCarrier: z.boolean().nullish(),
  byotnCarrierId: optionalText,
});
const CarrierList = z.array(
  z.looseObject({
    id: text,
    name: optionalText,
    carrierType: optionalText,
    enableByotn: z.boolean().nullish(),
    supportPorting: z.boolean().nullish(),
  }),
);
const SettingMap = z.record(z.string(), z.unknown());
const E911Answer = z.looseObject({ valid: optionalText, errors: z.array(z.string()).nullish() });

// A type that is made anew for each call would be compiled anew for each.
const ActivationAnswer = z.looseObject({
  telephoneNumbers: z.array(z.looseObject({ phoneNumber: text })).min(1),
});
const CallingPlanProductList = z.array(CallingPlanProduct);
const CallingPlanList = z.array(CallingPlanAnswer);
const UserProductPlanList = z.array(UserProductPlan);
/** Of a port order the ID is what matters; the order has it, or each of its numbers. */
const PortOrderedAnswer = z
  .looseObject({
    port: z.looseObject({ id: optionalText }).nullish(),
    telephoneNumbers: z.array(z.looseObject({ phoneNumber: text, portId: optionalText })).min(1),
  })
  .transform(({ port, telephoneNumbers }) => ({
    portId: port?.id || telephoneNumbers.find(({ portId }) => portId)?.portId || '',
    numbers: telephoneNumbers.map(({ phoneNumber }) => phoneNumber),
  }))
  .pipe(z.object({ portId: id, numbers: z.array(text) }));
const PortOrderAnswer = z.looseObject({
  id: optionalText,
  telephoneNumbers: z.array(z.string()).nullish(),
  status: optionalText,
  crdDate: date,
  focDate: date,
  completedDate: date,
  billingTelephoneNumber: optionalText,
  portingWireType: optionalText,
  portingAuthorizedName: optionalText,
  wirelessAccountNumber: optionalText,
  wirelessPin: optionalText,
  customerServiceRecord: z.looseObject({}).nullish(),
  telecomSettings: z.looseObject({}).nullish(),
});
const PrevalidatedAnswer = z.looseObject({
  serviceAvailable: z.boolean().nullish(),
  earliestCRD: optionalText,
  latestCRD: optionalText,
  availabilityList: z.array(z.string()).nullish(),
  resultCSRs: z.array(z.looseObject({})).nullish(),
  exception: optionalText,
  thirdPartyResultCode: optionalText,
  thirdPartyResultMessage: optionalText,
  directoryListingAllowed: z.boolean().nullish(),
  wirelessPort: z.boolean().nullish(),
});
const RateCenterAnswer = z.looseObject({
  portable: z.boolean().nullish(),
  serviceAvailable: z.boolean().nullish(),
  wireless: z.boolean().nullish(),
});
const AccountList = z.array(AccountAnswer);
const UserList = z.array(UserAnswer);
const InventoryList = z.array(InventoryNumber);
const AccountNumberList = z.array(AccountNumberAnswer);
const DeviceList = z.array(DeviceAnswer);
const DeviceTypeList = z.array(DeviceTypeAnswer);
const LineList = z.array(LineAnswer);
const HuntGroupList = z.array(HuntGroupAnswer);
const VoicemailBoxList = z.array(VoicemailBoxAnswer);
const TrunkList = z.array(TrunkAnswer);
const NamedList = z.array(NamedAnswer);

export type AccountRecord = z.output<typeof AccountAnswer>;
export type UserRecord = z.output<typeof UserAnswer>;
export type AddressValidation = z.output<typeof AddressAnswer>;
export type InventoryRecord = z.output<typeof InventoryNumber>;
export type NumberRecord = z.output<typeof AccountNumberAnswer>;
export type DeviceRecord = z.output<typeof DeviceAnswer>;
export type LineRecord = z.output<typeof LineAnswer>;
export type CallHandlingRecord = z.output<typeof CallHandlingAnswer>;
export type PortRecord = z.output<typeof PortAnswer>;
export type UserBoxRecord = z.output<typeof UserBoxAnswer>;
export type CallingPlanProductRecord = z.output<typeof CallingPlanProduct>;
export type CallingPlanRecord = z.output<typeof CallingPlanAnswer>;
export type NamedRecord = z.output<typeof NamedAnswer>;
export type HuntGroupRecord = z.output<typeof HuntGroupAnswer>;
export type FailoverRecord = z.output<typeof FailoverAnswer>;
export type VoicemailBoxRecord = z.output<typeof VoicemailBoxAnswer>;
export type TrunkRecord = z.output<typeof TrunkAnswer>;
export type PortOrderRecord = z.output<typeof PortOrderAnswer>;
export type Prevalidated = z.output<typeof PrevalidatedAnswer>;
export type RateCenterRecord = z.output<typeof RateCenterAnswer>;

/** Guide, "Authentication/Working with Tokens". */
export const authorize = (username: string, password: string): Call<z.output<typeof LogInAnswer>> => ({
  operation: 'logUserIn',
  method: 'POST',
  path: '/v2/authorize',
  body: { username, password },
  answer: LogInAnswer,
  secrets: [password],
});

/** Who is logged in, and with which rights. */
export const getLogIn = (): Call<z.output<typeof LogInInfo>> => ({
  operation: 'getLoginInfo',
  method: 'GET',
  path: '/v2/authorize/userinfo',
  answer: LogInInfo,
});

/** API description, PartitionX: what is used of it. */
export const getPartition = (partitionId: string): Call<z.output<typeof PartitionAnswer>> => ({
  operation: 'retrieve_2',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}`,
  answer: PartitionAnswer,
});

/** API description, "Get all settings for this partition": a map by the settings' types. */
export const listSettings = (partitionId: string): Call<Named> => ({
  operation: 'getAllSettings',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/setting`,
  answer: SettingMap,
});

export const listCarriers = (partitionId: string): Call<z.output<typeof CarrierList>> => ({
  operation: 'getInboundCarriers',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/inboundcarriers`,
  answer: CarrierList,
});

/** Free numbers of the partition's own inventory, 500 at most. */
export const listInventory = (partitionId: string): Call<InventoryRecord[]> => ({
  operation: 'listTnInventory',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/telephonenumber`,
  answer: InventoryList,
});

/** What may be counted by a unit, in lists by keys that nobody documents: by country, presumably. */
export const listLocationTypes = (): Call<Named> => ({
  operation: 'getSecondaryLocations',
  method: 'GET',
  path: '/v2/ref/secondary-location-types',
  answer: SettingMap,
});

/** Guide, "Account Create". */
export const createAccount = (partitionId: string, body: Body): Call<AccountRecord> => ({
  operation: 'createAccount',
  method: 'POST',
  path: `/v2/partition/${e(partitionId)}/account`,
  body,
  answer: AccountAnswer,
  belongs: (account) =>
    sameKey(body['accountNumber'], account.accountNumber) && sameKey(partitionId, account['partitionId']),
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
  belongs: (account) => sameKey(accountId, account.id),
});

export const getAccountByNumber = (partitionId: string, accountNumber: string): Call<AccountRecord> => ({
  operation: 'retrieveAccount',
  method: 'GET',
  path: `${accountPath(partitionId, accountNumber)}?accountIdType=AccountNumber`,
  answer: AccountAnswer,
  belongs: (account) => sameKey(accountNumber, account.accountNumber),
});

export const deleteAccount = (partitionId: string, accountId: string): Call<unknown> => ({
  operation: 'deleteAccount',
  method: 'DELETE',
  path: accountPath(partitionId, accountId),
  answer: null,
});

/** Changes the fields of the body alone (API description, `account`). */
export const patchAccount = (partitionId: string, accountId: string, body: Body): Call<unknown> => ({
  operation: 'accountPatch',
  method: 'PATCH',
  path: accountPath(partitionId, accountId),
  body,
  answer: Written,
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
  path: `/v2/partition/${e(partitionId)}/account/validateproperties?${property}=${q(value)}`,
  answer: null,
});

/** Guide, "Create User". */
export const createUser = (partitionId: string, accountId: string, body: Body): Call<UserRecord> => ({
  operation: 'createEndUser',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/user`,
  body,
  answer: UserAnswer,
  belongs: (user) =>
    isOf(accountId, USER_NAMES, user) &&
    sameKey(body['extension'], user.extension) &&
    sameKey(body['username'], user.username) &&
    sameName(body['firstName'], user.firstName) &&
    sameName(body['lastName'], user.lastName),
});

export const listUsers = (partitionId: string, accountId: string): Call<UserRecord[]> => ({
  operation: 'retrieveEndUserList',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/user?limitedData=true`,
  answer: UserList,
  belongs: allOf(accountId, USER_NAMES),
});

export const getUser = (partitionId: string, accountId: string, userId: string): Call<UserRecord> => ({
  operation: 'retrieveEndUser',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/user/${e(userId)}`,
  answer: UserAnswer,
  belongs: (user) => sameKey(userId, user.id) && sameKey(accountId, user['accountId']),
});

/** Changes the fields of the body alone (API description, end users); whether it merges within a field is not said. */
export const patchUser = (
  partitionId: string,
  accountId: string,
  userId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'patchEndUser',
  method: 'PATCH',
  path: `${accountPath(partitionId, accountId)}/user/${e(userId)}`,
  body,
  answer: Written,
  belongs: (answer) => sameKey(userId, field(answer, 'id')),
});

/** The voicemail box that came with a user. */
export const getUserBox = (partitionId: string, accountId: string, boxId: string): Call<UserBoxRecord> => ({
  operation: 'retrieveVoicemailBox',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/voicemailbox/${e(boxId)}`,
  answer: UserBoxAnswer,
  belongs: (box) => sameKey(boxId, box.id),
});

/** Changes the fields of the body alone. */
export const patchUserBox = (
  partitionId: string,
  accountId: string,
  boxId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'patchVoicemailBox',
  method: 'PATCH',
  path: `${accountPath(partitionId, accountId)}/voicemailbox/${e(boxId)}`,
  body,
  answer: Written,
  belongs: (answer) => sameKey(boxId, field(answer, 'id')),
});

/** The user plans that an account may have. */
export const listUserProductPlans = (
  partitionId: string,
  accountId: string,
): Call<z.output<typeof UserProductPlan>[]> => ({
  operation: 'getAvailableUserProductPlans',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/user-product-plans`,
  answer: UserProductPlanList,
});

/** The Cymbus group of an account, which the plans ADVANCED and PROFESSIONAL need. */
export const getAccountGroup = (accountId: string): Call<unknown> => ({
  operation: 'retrieveStrettoDeviceLinesGroup',
  method: 'GET',
  path: `/v2/cymbus/account-group/${e(accountId)}`,
  answer: Written,
});

/** The calling plans that a partition offers; with those that are archived, which nobody can have any more. */
export const listCallingPlanProducts = (
  partitionId: string,
  includeArchived = false,
): Call<CallingPlanProductRecord[]> => ({
  operation: 'retrieveCallingPlanProductList',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/callingplanproduct${includeArchived ? '?includeArchived=true' : ''}`,
  answer: CallingPlanProductList,
});

/** What has a calling plan, as the API calls it. */
export type PlanReferenceType = 'END_USER' | 'SIP_TRUNK' | 'ACCOUNT';

export const listCallingPlans = (
  partitionId: string,
  accountId: string,
  referenceType: PlanReferenceType,
  referenceId: string,
): Call<CallingPlanRecord[]> => ({
  operation: 'getPlans',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/callingplan?referenceType=${referenceType}&referenceId=${q(referenceId)}`,
  answer: CallingPlanList,
  belongs: (list) => list.every((each) => sameKey(referenceId, each['referenceId'])),
});

/** Whether a second one adds to the first or replaces it is not documented. */
export const addCallingPlan = (partitionId: string, accountId: string, body: Body): Call<unknown> => ({
  operation: 'addPlan',
  method: 'PUT',
  path: `${accountPath(partitionId, accountId)}/callingplan`,
  body,
  answer: Written,
  belongs: (answer) => sameKey(body['referenceId'], field(answer, 'referenceId')),
  isCreate: true,
});

export const removeCallingPlan = (partitionId: string, accountId: string, body: Body): Call<unknown> => ({
  operation: 'removePlan',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/callingplan`,
  body,
  answer: null,
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
    `/v2/address/validate?address=${q(address)}&country=${q(country)}` +
    (postalCode === undefined ? '' : `&postalCode=${q(postalCode)}`),
  answer: AddressAnswer,
});

/** API description, "Send welcome email to user": each call sends one more; the user's `welcomeEmailSent` tells that one went out. */
export const sendWelcomeMail = (partitionId: string, accountId: string, userId: string): Call<unknown> => ({
  operation: 'sendWelcomeEmail',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/user/${e(userId)}/send-welcome-email`,
  answer: null,
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
    `&lat=${q(latitude)}&long=${q(longitude)}&maxResults=${maxResults}`,
  answer: InventoryList,
});

export const getInventoryNumber = (partitionId: string, phone: string): Call<InventoryRecord> => ({
  operation: 'retrieveTelephoneNumber',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/telephonenumber/${e(phone)}`,
  answer: InventoryNumber,
  belongs: (number) => samePhone(phone, number.phoneNumber),
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

/** The phone numbers that an activation asks for. */
const asked = ({ telephoneNumbers }: Body): unknown[] =>
  Array.isArray(telephoneNumbers) ? telephoneNumbers.map((each: Named) => each['phoneNumber']) : [];

/** Guide, "Add Phone Number to Account". */
export const activateNumber = (
  partitionId: string,
  accountId: string,
  body: Body,
): Call<z.output<typeof ActivationAnswer>> => ({
  operation: 'createOrAddTelephoneNumberToAccount',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/telephonenumber`,
  body,
  answer: ActivationAnswer,
  belongs: ({ telephoneNumbers }) =>
    asked(body).every((phone) => telephoneNumbers.some((each) => samePhone(phone, each.phoneNumber))),
});

export const listNumbers = (partitionId: string, accountId: string): Call<NumberRecord[]> => ({
  operation: 'retrieveAccountTelephoneNumbers',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/telephonenumber`,
  answer: AccountNumberList,
  belongs: (list) => list.every((each) => sameKey(accountId, each['accountId'])),
});

export const getNumber = (partitionId: string, accountId: string, phone: string): Call<NumberRecord> => ({
  operation: 'retrieveTelephoneNumberOnAccount',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}`,
  answer: AccountNumberAnswer,
  belongs: (number) => samePhone(phone, number.phoneNumber) && sameKey(accountId, number['accountId']),
});

/** The latest service activation event of a number and a type. */
export const getActivationEvent = (
  partitionId: string,
  accountId: string,
  phone: string,
): Call<z.output<typeof EventAnswer>> => ({
  operation: 'getServiceActivationEvents',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/reference/${e(phone)}/type/ACTIVATION`,
  answer: EventAnswer,
  belongs: (event) => sameKey(accountId, event['accountId']),
});

/** Second-hand: no published description has this method on the path, so it may not be there. */
export const releaseActivation = (partitionId: string, accountId: string, phone: string): Call<unknown> => ({
  operation: 'updateServiceActivationEvent',
  method: 'PUT',
  path: `${accountPath(partitionId, accountId)}/reference/${e(phone)}/type/ACTIVATION`,
  body: { activationStatusType: 'IN_PROGRESS' },
  answer: null,
  isCreate: true,
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
  belongs: (answer) => samePhone(phone, field(answer, 'phoneNumber')),
});

/** What numbers can ring besides users, lines and trunks, and is known by a name in its account: the lists of each. */
const NAMED_LISTS = {
  ivrs: { operation: 'retrieveIvrList', path: 'ivr' },
  virtualFaxes: { operation: 'retrieveVFaxList', path: 'vfax' },
  specialtyLines: { operation: 'retrieve_specialty_line_by_account', path: 'specialty-line' },
  callGroups: { operation: 'getAllCallGroups', path: 'group' },
} as const;
export type NamedList = keyof typeof NAMED_LISTS;

export const listNamed = (list: NamedList, partitionId: string, accountId: string): Call<NamedRecord[]> => ({
  operation: NAMED_LISTS[list].operation,
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/${NAMED_LISTS[list].path}`,
  answer: NamedList,
  belongs: (all) => all.every((each) => sameKey(accountId, each['accountId'])),
});

export const deleteNumber = (partitionId: string, accountId: string, phone: string): Call<unknown> => ({
  operation: 'deleteTelephoneNumberOnAccount',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/telephonenumber/${e(phone)}`,
  answer: null,
});

/** API description, "initiate a port": the endpoint that adds numbers, with `port` in the body. */
export const orderPort = (
  partitionId: string,
  accountId: string,
  body: Body & { readonly port: Body },
): Call<z.output<typeof PortOrderedAnswer>> => ({
  operation: 'createOrAddTelephoneNumberToAccount',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/telephonenumber`,
  body,
  answer: PortOrderedAnswer,
  belongs: ({ numbers }) =>
    asked(body).every((phone) => numbers.some((answered) => samePhone(phone, answered))),
  secrets: portSecrets(body.port),
});

const portSecrets = (port: Body) => [port['wirelessAccountNumber'], port['wirelessPin']];

const portPath = (partitionId: string, accountId: string, portId: string) =>
  `${accountPath(partitionId, accountId)}/port/${e(portId)}`;

export const getPortOrder = (
  partitionId: string,
  accountId: string,
  portId: string,
): Call<PortOrderRecord> => ({
  operation: 'retrievePort',
  method: 'GET',
  path: portPath(partitionId, accountId, portId),
  answer: PortOrderAnswer,
  belongs: (port) => sameKey(portId, port.id) && sameKey(accountId, port['accountId']),
});

/** Changes the fields of the body alone: a supplement of the order at the carrier. */
export const patchPortOrder = (
  partitionId: string,
  accountId: string,
  portId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'patchPort',
  method: 'PATCH',
  path: portPath(partitionId, accountId, portId),
  body,
  answer: Written,
  secrets: portSecrets(body),
});

export const cancelPortOrder = (partitionId: string, accountId: string, portId: string): Call<unknown> => ({
  operation: 'cancelPort',
  method: 'DELETE',
  path: `${portPath(partitionId, accountId, portId)}/cancelport`,
  answer: null,
});

/** The number comes now; the API description has no body. */
export const triggerPort = (partitionId: string, accountId: string, portId: string): Call<unknown> => ({
  operation: 'triggerPort',
  method: 'PUT',
  path: `${portPath(partitionId, accountId, portId)}/triggerport`,
  answer: null,
  isCreate: true,
});

/** A check only, of the body of a port order; it names no account, so it can be asked before there is one. */
export const prevalidatePort = (
  partitionId: string,
  body: Body & { readonly port: Body },
): Call<Prevalidated> => ({
  operation: 'preValidateAccount',
  method: 'POST',
  path: `/v2/partition/${e(partitionId)}/account/prevalidate`,
  body,
  answer: PrevalidatedAnswer,
  secrets: portSecrets(body.port),
});

export const getRateCenter = (partitionId: string, phone: string): Call<RateCenterRecord> => ({
  operation: 'getRateCenter',
  method: 'GET',
  path: `/v2/partition/${e(partitionId)}/ratecenter/${e(phone)}`,
  answer: RateCenterAnswer,
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
  belongs: (device) =>
    isOf(accountId, DEVICE_NAMES, device) &&
    sameMac(body['macAddress'], device.macAddress) &&
    sameKey(body['lineNumber'], device.lineNumber),
});

export const listDevices = (partitionId: string, accountId: string): Call<DeviceRecord[]> => ({
  operation: 'listDevices',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/deviceline`,
  answer: DeviceList,
  belongs: allOf(accountId, DEVICE_NAMES),
});

export const findDevices = (
  partitionId: string,
  accountId: string,
  macAddress: string,
): Call<DeviceRecord[]> => ({
  operation: 'listDevices',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/deviceline?filterType=MAC_ADDRESS&filter=${q(macAddress)}`,
  answer: DeviceList,
  belongs: allOf(accountId, DEVICE_NAMES),
});

export const getDevice = (partitionId: string, accountId: string, deviceId: string): Call<DeviceRecord> => ({
  operation: 'getDevice',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/deviceline/${e(deviceId)}`,
  answer: DeviceAnswer,
  belongs: (device) => sameKey(deviceId, device.id),
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
  belongs: (line) => isOf(accountId, LINE_NAMES, line) && sameName(body['name'], line.name),
});

export const listLines = (partitionId: string, accountId: string): Call<LineRecord[]> => ({
  operation: 'retrieveBusinessLines',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/business-line`,
  answer: LineList,
  belongs: allOf(accountId, LINE_NAMES),
});

const linePath = (partitionId: string, accountId: string, lineId: string) =>
  `${accountPath(partitionId, accountId)}/business-line/${e(lineId)}`;

export const getLine = (partitionId: string, accountId: string, lineId: string): Call<LineRecord> => ({
  operation: 'retrieveBusinessLine',
  method: 'GET',
  path: linePath(partitionId, accountId, lineId),
  answer: LineAnswer,
  belongs: (line) => sameKey(lineId, line.id),
});

/** Replaces the whole line. */
export const putLine = (
  partitionId: string,
  accountId: string,
  lineId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'updateBusinessLine',
  method: 'PUT',
  path: linePath(partitionId, accountId, lineId),
  body,
  answer: Written,
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
  belongs: (answer) => sameMac(body['macAddress'], field(answer, 'macAddress')),
});

export const getPort = (partitionId: string, accountId: string, lineId: string): Call<PortRecord> => ({
  operation: 'getBusinessLinePortAssignment',
  method: 'GET',
  path: `${linePath(partitionId, accountId, lineId)}/port-assignment`,
  answer: PortAnswer,
});

/** Replaces the whole assignment. */
export const putPort = (
  partitionId: string,
  accountId: string,
  lineId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'updateBusinessLinePortAssignment',
  method: 'PUT',
  path: `${linePath(partitionId, accountId, lineId)}/port-assignment`,
  body,
  answer: Written,
});

export const deletePort = (partitionId: string, accountId: string, lineId: string): Call<unknown> => ({
  operation: 'deleteBusinessLinePortAssignment',
  method: 'DELETE',
  path: `${linePath(partitionId, accountId, lineId)}/port-assignment`,
  answer: null,
});

const boxesPath = (partitionId: string, accountId: string) =>
  `${accountPath(partitionId, accountId)}/business-line/voicemail-box`;

/** A voicemail box of business lines and hunt groups. */
export const createVoicemailBox = (
  partitionId: string,
  accountId: string,
  body: Body,
): Call<VoicemailBoxRecord> => ({
  operation: 'createBusinessLineVoicemailBox',
  method: 'POST',
  path: boxesPath(partitionId, accountId),
  body,
  answer: VoicemailBoxAnswer,
  belongs: (box) => isOf(accountId, LINE_NAMES, box) && sameName(body['name'], box.name),
});

export const listVoicemailBoxes = (partitionId: string, accountId: string): Call<VoicemailBoxRecord[]> => ({
  operation: 'retrieveBusinessLineVoicemailBoxes',
  method: 'GET',
  path: boxesPath(partitionId, accountId),
  answer: VoicemailBoxList,
  belongs: allOf(accountId, LINE_NAMES),
});

export const getVoicemailBox = (
  partitionId: string,
  accountId: string,
  boxId: string,
): Call<VoicemailBoxRecord> => ({
  operation: 'retrieveBusinessLineVoicemailBox',
  method: 'GET',
  path: `${boxesPath(partitionId, accountId)}/${e(boxId)}`,
  answer: VoicemailBoxAnswer,
  belongs: (box) => sameKey(boxId, box.id),
});

/** The lines and hunt groups that send callers to a box. */
export const getVoicemailBoxUses = (
  partitionId: string,
  accountId: string,
  boxId: string,
): Call<z.output<typeof VoicemailBoxUses>> => ({
  operation: 'retrieveBusinessLineVoicemailBoxExpandedView',
  method: 'GET',
  path: `${boxesPath(partitionId, accountId)}/${e(boxId)}/views/expanded`,
  answer: VoicemailBoxUses,
  belongs: (box) => sameKey(boxId, box['id']),
});

/** Replaces the whole box. */
export const putVoicemailBox = (
  partitionId: string,
  accountId: string,
  boxId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'updateBusinessLineVoicemailBox',
  method: 'PUT',
  path: `${boxesPath(partitionId, accountId)}/${e(boxId)}`,
  body,
  answer: Written,
});

export const deleteVoicemailBox = (partitionId: string, accountId: string, boxId: string): Call<unknown> => ({
  operation: 'deleteBusinessLineVoicemailBox',
  method: 'DELETE',
  path: `${boxesPath(partitionId, accountId)}/${e(boxId)}`,
  answer: null,
});

const groupsPath = (partitionId: string, accountId: string) =>
  `${accountPath(partitionId, accountId)}/business-line-hunt-group`;
const groupPath = (partitionId: string, accountId: string, groupId: string) =>
  `${groupsPath(partitionId, accountId)}/${e(groupId)}`;

/** A hunt group of business lines. */
export const createHuntGroup = (
  partitionId: string,
  accountId: string,
  body: Body,
): Call<HuntGroupRecord> => ({
  operation: 'createBusinessLineHuntGroup',
  method: 'POST',
  path: groupsPath(partitionId, accountId),
  body,
  answer: HuntGroupAnswer,
  belongs: (group) => isOf(accountId, LINE_NAMES, group) && sameName(body['name'], group.name),
});

export const listHuntGroups = (partitionId: string, accountId: string): Call<HuntGroupRecord[]> => ({
  operation: 'retrieveBusinessLineHuntGroups',
  method: 'GET',
  path: groupsPath(partitionId, accountId),
  answer: HuntGroupList,
  belongs: allOf(accountId, LINE_NAMES),
});

export const getHuntGroup = (
  partitionId: string,
  accountId: string,
  groupId: string,
): Call<HuntGroupRecord> => ({
  operation: 'retrieveBusinessLineHuntGroup',
  method: 'GET',
  path: groupPath(partitionId, accountId, groupId),
  answer: HuntGroupAnswer,
  belongs: (group) => sameKey(groupId, group.id),
});

/** Replaces the whole group; its failover actions stay. */
export const putHuntGroup = (
  partitionId: string,
  accountId: string,
  groupId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'updateBusinessLineHuntGroup',
  method: 'PUT',
  path: groupPath(partitionId, accountId, groupId),
  body,
  answer: Written,
});

export const deleteHuntGroup = (partitionId: string, accountId: string, groupId: string): Call<unknown> => ({
  operation: 'deleteBusinessLineHuntGroup',
  method: 'DELETE',
  path: groupPath(partitionId, accountId, groupId),
  answer: null,
});

/** What a hunt group does with a call that it does not take, for one reason. */
export const getHuntFailover = (
  partitionId: string,
  accountId: string,
  groupId: string,
  reason: string,
): Call<FailoverRecord> => ({
  operation: 'getBusinessLineHuntGroupFailoverAction',
  method: 'GET',
  path: `${groupPath(partitionId, accountId, groupId)}/failover-action/${e(reason)}`,
  answer: FailoverAnswer,
  belongs: (action) => sameKey(reason, action.failoverReason),
});

export const putHuntFailover = (
  partitionId: string,
  accountId: string,
  groupId: string,
  reason: string,
  body: Body,
): Call<unknown> => ({
  operation: 'updateBusinessLineHuntGroupFailoverAction',
  method: 'PUT',
  path: `${groupPath(partitionId, accountId, groupId)}/failover-action/${e(reason)}`,
  body,
  answer: Written,
});

/** Guide, "Create SIP Trunks". */
export const createTrunk = (partitionId: string, accountId: string, body: Body): Call<TrunkRecord> => ({
  operation: 'createSipTrunk',
  method: 'POST',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2`,
  body,
  answer: TrunkAnswer,
  belongs: (trunk) => isOf(accountId, TRUNK_NAMES, trunk) && sameName(body['trunkName'], trunk.trunkName),
  secrets: [body['sipUsername'], body['sipPassword']],
});

export const listTrunks = (partitionId: string, accountId: string): Call<TrunkRecord[]> => ({
  operation: 'retrieveSipTrunkList',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2`,
  answer: TrunkList,
  belongs: allOf(accountId, TRUNK_NAMES),
});

export const getTrunk = (partitionId: string, accountId: string, trunkId: string): Call<TrunkRecord> => ({
  operation: 'retrieveSipTrunk',
  method: 'GET',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2/${e(trunkId)}`,
  answer: TrunkAnswer,
  belongs: (trunk) => sameKey(trunkId, trunk.id),
});

/** Changes the fields of the body alone (API description, `siptrunk_2`). */
export const patchTrunk = (
  partitionId: string,
  accountId: string,
  trunkId: string,
  body: Body,
): Call<unknown> => ({
  operation: 'patchSipTrunk',
  method: 'PATCH',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2/${e(trunkId)}`,
  body,
  answer: Written,
});

export const deleteTrunk = (partitionId: string, accountId: string, trunkId: string): Call<unknown> => ({
  operation: 'deleteSipTrunk',
  method: 'DELETE',
  path: `${accountPath(partitionId, accountId)}/siptrunk_2/${e(trunkId)}`,
  answer: null,
});
