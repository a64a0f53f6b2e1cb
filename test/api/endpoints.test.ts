import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import * as endpoints from '../../src/api/endpoints.js';
import { unsendable } from '../../src/api/paths.js';

/** The operation names of the published API description, as far as the importer may use them. */
const PUBLISHED = new Set(
  `addPlan createAccount createBusinessLine createBusinessLinePortAssignment createDevice createEndUser
  createOrAddTelephoneNumberToAccount createSipTrunk deleteAccount deleteBusinessLine
  deleteBusinessLinePortAssignment deleteEndUser deleteSipTrunk deleteTelephoneNumberOnAccount getAccounts
  getBusinessLineCallHandling getBusinessLinePortAssignment getDevice getDeviceTypes getTimeZones listDevices
  listTnInventory logOut logUserIn patchTelephoneNumberOnAccount preValidateAccountTn putBusinessLineCallHandling
  releaseReservation removeDevice reserve retrieveAccount retrieveAccountTelephoneNumbers retrieveBusinessLine
  retrieveBusinessLines retrieveEndUser retrieveEndUserList retrieveSipTrunk retrieveSipTrunkList
  retrieveTelephoneNumber retrieveTelephoneNumberOnAccount tnSearch updateDevice validateAccountProperties
  validateAddress patchEndUser getPlans removePlan retrieveCallingPlanProductList getAvailableUserProductPlans
  retrieveStrettoDeviceLinesGroup retrieveVoicemailBox patchVoicemailBox accountPatch
  updateBusinessLine updateBusinessLinePortAssignment patchSipTrunk sendWelcomeEmail
  retrieveIvrList retrieveVFaxList retrieve_specialty_line_by_account getAllCallGroups
  createBusinessLineVoicemailBox retrieveBusinessLineVoicemailBoxes retrieveBusinessLineVoicemailBox
  retrieveBusinessLineVoicemailBoxExpandedView deleteBusinessLineVoicemailBox
  createBusinessLineHuntGroup retrieveBusinessLineHuntGroups retrieveBusinessLineHuntGroup
  deleteBusinessLineHuntGroup getBusinessLineHuntGroupFailoverAction updateBusinessLineHuntGroupFailoverAction
  retrievePort patchPort cancelPort preValidateAccount statusSearch getInboundCarriers getRateCenter
  getServiceActivationEvents triggerPort updateServiceActivationEvent updateBusinessLineVoicemailBox updateBusinessLineHuntGroup
  getLoginInfo retrieve_2 getAllSettings getSecondaryLocations`.split(/\s+/),
);

// What every part of a path must survive: slash, quotes, query and fragment signs, percent, letters beyond ASCII.
const ODD = `A/1"'?#&% é漢`;
const CODED = `A%2F1%22'%3F%23%26%25%20%C3%A9%E6%BC%A2`;
const BODY = { a: 1 };
const PORT = { port: { b: 2 } };
const P = `/v2/partition/${CODED}`;
const A = `${P}/account/${CODED}`;
const L = `${A}/business-line/${CODED}`;

const CALLS: [name: keyof typeof endpoints, call: Call<unknown>, expected: string][] = [
  ['authorize', endpoints.authorize('u', 'p'), 'logUserIn POST /v2/authorize'],
  ['getLogIn', endpoints.getLogIn(), 'getLoginInfo GET /v2/authorize/userinfo'],
  ['getPartition', endpoints.getPartition(ODD), `retrieve_2 GET ${P}`],
  ['listSettings', endpoints.listSettings(ODD), `getAllSettings GET ${P}/setting`],
  ['listInventory', endpoints.listInventory(ODD), `listTnInventory GET ${P}/telephonenumber`],
  [
    'listLocationTypes',
    endpoints.listLocationTypes(),
    'getSecondaryLocations GET /v2/ref/secondary-location-types',
  ],
  ['createAccount', endpoints.createAccount(ODD, BODY), `createAccount POST ${P}/account`],
  ['listAccounts', endpoints.listAccounts(ODD), `getAccounts GET ${P}/account`],
  ['getAccount', endpoints.getAccount(ODD, ODD), `retrieveAccount GET ${A}`],
  [
    'getAccountByNumber',
    endpoints.getAccountByNumber(ODD, ODD),
    `retrieveAccount GET ${A}?accountIdType=AccountNumber`,
  ],
  ['deleteAccount', endpoints.deleteAccount(ODD, ODD), `deleteAccount DELETE ${A}`],
  [
    'validateProperty',
    endpoints.validateProperty(ODD, 'macaddress', ODD),
    `validateAccountProperties GET ${P}/account/validateproperties?macaddress=${CODED}`,
  ],
  ['createUser', endpoints.createUser(ODD, ODD, BODY), `createEndUser POST ${A}/user`],
  ['listUsers', endpoints.listUsers(ODD, ODD), `retrieveEndUserList GET ${A}/user?limitedData=true`],
  ['getUser', endpoints.getUser(ODD, ODD, ODD), `retrieveEndUser GET ${A}/user/${CODED}`],
  ['deleteUser', endpoints.deleteUser(ODD, ODD, ODD), `deleteEndUser DELETE ${A}/user/${CODED}`],
  ['patchUser', endpoints.patchUser(ODD, ODD, ODD, BODY), `patchEndUser PATCH ${A}/user/${CODED}`],
  ['getUserBox', endpoints.getUserBox(ODD, ODD, ODD), `retrieveVoicemailBox GET ${A}/voicemailbox/${CODED}`],
  [
    'patchUserBox',
    endpoints.patchUserBox(ODD, ODD, ODD, BODY),
    `patchVoicemailBox PATCH ${A}/voicemailbox/${CODED}`,
  ],
  [
    'listUserProductPlans',
    endpoints.listUserProductPlans(ODD, ODD),
    `getAvailableUserProductPlans GET ${A}/user-product-plans`,
  ],
  [
    'getAccountGroup',
    endpoints.getAccountGroup(ODD),
    `retrieveStrettoDeviceLinesGroup GET /v2/cymbus/account-group/${CODED}`,
  ],
  [
    'listCallingPlanProducts',
    endpoints.listCallingPlanProducts(ODD),
    `retrieveCallingPlanProductList GET ${P}/callingplanproduct`,
  ],
  [
    'listCallingPlanProducts',
    endpoints.listCallingPlanProducts(ODD, true),
    `retrieveCallingPlanProductList GET ${P}/callingplanproduct?includeArchived=true`,
  ],
  [
    'listCallingPlans',
    endpoints.listCallingPlans(ODD, ODD, 'END_USER', ODD),
    `getPlans GET ${A}/callingplan?referenceType=END_USER&referenceId=${CODED}`,
  ],
  ['addCallingPlan', endpoints.addCallingPlan(ODD, ODD, BODY), `addPlan PUT ${A}/callingplan`],
  ['removeCallingPlan', endpoints.removeCallingPlan(ODD, ODD, BODY), `removePlan DELETE ${A}/callingplan`],
  [
    'validateAddress',
    endpoints.validateAddress(ODD, 'USA', '84042'),
    `validateAddress GET /v2/address/validate?address=${CODED}&country=USA&postalCode=84042`,
  ],
  [
    'validateAddress',
    endpoints.validateAddress('1 Main', 'CAN', undefined),
    'validateAddress GET /v2/address/validate?address=1%20Main&country=CAN',
  ],
  [
    'searchNumbers',
    endpoints.searchNumbers(ODD, '40.3', '-111.7', 50),
    `tnSearch GET ${P}/telephonenumber/search?type=LAT_LONG&lat=40.3&long=-111.7&maxResults=50`,
  ],
  [
    'getInventoryNumber',
    endpoints.getInventoryNumber(ODD, ODD),
    `retrieveTelephoneNumber GET ${P}/telephonenumber/${CODED}`,
  ],
  [
    'reserveNumber',
    endpoints.reserveNumber('account', ODD, ODD, ODD),
    `reserve PUT ${A}/telephonenumber/${CODED}/reserve`,
  ],
  [
    'reserveNumber',
    endpoints.reserveNumber('partition', ODD, ODD, ODD),
    `reserve PUT ${P}/telephonenumber/${CODED}/reserve`,
  ],
  [
    'releaseNumber',
    endpoints.releaseNumber('account', ODD, ODD, ODD),
    `releaseReservation DELETE ${A}/telephonenumber/${CODED}/reserve`,
  ],
  [
    'releaseNumber',
    endpoints.releaseNumber('partition', ODD, ODD, ODD),
    `releaseReservation DELETE ${P}/telephonenumber/${CODED}/reserve`,
  ],
  [
    'activateNumber',
    endpoints.activateNumber(ODD, ODD, BODY),
    `createOrAddTelephoneNumberToAccount POST ${A}/telephonenumber`,
  ],
  [
    'listNumbers',
    endpoints.listNumbers(ODD, ODD),
    `retrieveAccountTelephoneNumbers GET ${A}/telephonenumber`,
  ],
  [
    'getNumber',
    endpoints.getNumber(ODD, ODD, ODD),
    `retrieveTelephoneNumberOnAccount GET ${A}/telephonenumber/${CODED}`,
  ],
  ['patchDevice', endpoints.patchDevice(ODD, ODD, ODD, BODY), `updateDevice PATCH ${A}/deviceline/${CODED}`],
  [
    'patchNumber',
    endpoints.patchNumber(ODD, ODD, ODD, BODY),
    `patchTelephoneNumberOnAccount PATCH ${A}/telephonenumber/${CODED}`,
  ],
  [
    'deleteNumber',
    endpoints.deleteNumber(ODD, ODD, ODD),
    `deleteTelephoneNumberOnAccount DELETE ${A}/telephonenumber/${CODED}`,
  ],
  [
    'prevalidateE911',
    endpoints.prevalidateE911(ODD, BODY),
    `preValidateAccountTn PUT ${P}/account/e911/prevalidate`,
  ],
  ['createDevice', endpoints.createDevice(ODD, ODD, BODY), `createDevice POST ${A}/deviceline`],
  ['listDevices', endpoints.listDevices(ODD, ODD), `listDevices GET ${A}/deviceline`],
  [
    'findDevices',
    endpoints.findDevices(ODD, ODD, ODD),
    `listDevices GET ${A}/deviceline?filterType=MAC_ADDRESS&filter=${CODED}`,
  ],
  ['getDevice', endpoints.getDevice(ODD, ODD, ODD), `getDevice GET ${A}/deviceline/${CODED}`],
  ['deleteDevice', endpoints.deleteDevice(ODD, ODD, ODD), `removeDevice DELETE ${A}/deviceline/${CODED}`],
  ['listDeviceTypes', endpoints.listDeviceTypes(), 'getDeviceTypes GET /v2/ref/devicetype'],
  ['listTimeZones', endpoints.listTimeZones(), 'getTimeZones GET /v2/ref/timezones'],
  ['createLine', endpoints.createLine(ODD, ODD, BODY), `createBusinessLine POST ${A}/business-line`],
  ['listLines', endpoints.listLines(ODD, ODD), `retrieveBusinessLines GET ${A}/business-line`],
  ['getLine', endpoints.getLine(ODD, ODD, ODD), `retrieveBusinessLine GET ${L}`],
  ['deleteLine', endpoints.deleteLine(ODD, ODD, ODD), `deleteBusinessLine DELETE ${L}`],
  [
    'putCallHandling',
    endpoints.putCallHandling(ODD, ODD, ODD, BODY),
    `putBusinessLineCallHandling PUT ${L}/call-handling`,
  ],
  [
    'getCallHandling',
    endpoints.getCallHandling(ODD, ODD, ODD),
    `getBusinessLineCallHandling GET ${L}/call-handling`,
  ],
  [
    'createPort',
    endpoints.createPort(ODD, ODD, ODD, BODY),
    `createBusinessLinePortAssignment POST ${L}/port-assignment`,
  ],
  ['getPort', endpoints.getPort(ODD, ODD, ODD), `getBusinessLinePortAssignment GET ${L}/port-assignment`],
  [
    'deletePort',
    endpoints.deletePort(ODD, ODD, ODD),
    `deleteBusinessLinePortAssignment DELETE ${L}/port-assignment`,
  ],
  ['createTrunk', endpoints.createTrunk(ODD, ODD, BODY), `createSipTrunk POST ${A}/siptrunk_2`],
  ['listTrunks', endpoints.listTrunks(ODD, ODD), `retrieveSipTrunkList GET ${A}/siptrunk_2`],
  ['getTrunk', endpoints.getTrunk(ODD, ODD, ODD), `retrieveSipTrunk GET ${A}/siptrunk_2/${CODED}`],
  ['deleteTrunk', endpoints.deleteTrunk(ODD, ODD, ODD), `deleteSipTrunk DELETE ${A}/siptrunk_2/${CODED}`],
  ['patchAccount', endpoints.patchAccount(ODD, ODD, BODY), `accountPatch PATCH ${A}`],
  [
    'sendWelcomeMail',
    endpoints.sendWelcomeMail(ODD, ODD, ODD),
    `sendWelcomeEmail POST ${A}/user/${CODED}/send-welcome-email`,
  ],
  ['putLine', endpoints.putLine(ODD, ODD, ODD, BODY), `updateBusinessLine PUT ${L}`],
  [
    'putPort',
    endpoints.putPort(ODD, ODD, ODD, BODY),
    `updateBusinessLinePortAssignment PUT ${L}/port-assignment`,
  ],
  ['patchTrunk', endpoints.patchTrunk(ODD, ODD, ODD, BODY), `patchSipTrunk PATCH ${A}/siptrunk_2/${CODED}`],
  ['listNamed', endpoints.listNamed('ivrs', ODD, ODD), `retrieveIvrList GET ${A}/ivr`],
  ['listNamed', endpoints.listNamed('virtualFaxes', ODD, ODD), `retrieveVFaxList GET ${A}/vfax`],
  [
    'listNamed',
    endpoints.listNamed('specialtyLines', ODD, ODD),
    `retrieve_specialty_line_by_account GET ${A}/specialty-line`,
  ],
  ['listNamed', endpoints.listNamed('callGroups', ODD, ODD), `getAllCallGroups GET ${A}/group`],
  [
    'createVoicemailBox',
    endpoints.createVoicemailBox(ODD, ODD, BODY),
    `createBusinessLineVoicemailBox POST ${A}/business-line/voicemail-box`,
  ],
  [
    'listVoicemailBoxes',
    endpoints.listVoicemailBoxes(ODD, ODD),
    `retrieveBusinessLineVoicemailBoxes GET ${A}/business-line/voicemail-box`,
  ],
  [
    'getVoicemailBox',
    endpoints.getVoicemailBox(ODD, ODD, ODD),
    `retrieveBusinessLineVoicemailBox GET ${A}/business-line/voicemail-box/${CODED}`,
  ],
  [
    'getVoicemailBoxUses',
    endpoints.getVoicemailBoxUses(ODD, ODD, ODD),
    `retrieveBusinessLineVoicemailBoxExpandedView GET ${A}/business-line/voicemail-box/${CODED}/views/expanded`,
  ],
  [
    'deleteVoicemailBox',
    endpoints.deleteVoicemailBox(ODD, ODD, ODD),
    `deleteBusinessLineVoicemailBox DELETE ${A}/business-line/voicemail-box/${CODED}`,
  ],
  [
    'createHuntGroup',
    endpoints.createHuntGroup(ODD, ODD, BODY),
    `createBusinessLineHuntGroup POST ${A}/business-line-hunt-group`,
  ],
  [
    'listHuntGroups',
    endpoints.listHuntGroups(ODD, ODD),
    `retrieveBusinessLineHuntGroups GET ${A}/business-line-hunt-group`,
  ],
  [
    'getHuntGroup',
    endpoints.getHuntGroup(ODD, ODD, ODD),
    `retrieveBusinessLineHuntGroup GET ${A}/business-line-hunt-group/${CODED}`,
  ],
  [
    'deleteHuntGroup',
    endpoints.deleteHuntGroup(ODD, ODD, ODD),
    `deleteBusinessLineHuntGroup DELETE ${A}/business-line-hunt-group/${CODED}`,
  ],
  [
    'getHuntFailover',
    endpoints.getHuntFailover(ODD, ODD, ODD, ODD),
    `getBusinessLineHuntGroupFailoverAction GET ${A}/business-line-hunt-group/${CODED}/failover-action/${CODED}`,
  ],
  [
    'putHuntFailover',
    endpoints.putHuntFailover(ODD, ODD, ODD, ODD, BODY),
    `updateBusinessLineHuntGroupFailoverAction PUT ${A}/business-line-hunt-group/${CODED}/failover-action/${CODED}`,
  ],
  [
    'orderPort',
    endpoints.orderPort(ODD, ODD, PORT),
    `createOrAddTelephoneNumberToAccount POST ${A}/telephonenumber`,
  ],
  ['getPortOrder', endpoints.getPortOrder(ODD, ODD, ODD), `retrievePort GET ${A}/port/${CODED}`],
  ['patchPortOrder', endpoints.patchPortOrder(ODD, ODD, ODD, BODY), `patchPort PATCH ${A}/port/${CODED}`],
  [
    'cancelPortOrder',
    endpoints.cancelPortOrder(ODD, ODD, ODD),
    `cancelPort DELETE ${A}/port/${CODED}/cancelport`,
  ],
  [
    'prevalidatePort',
    endpoints.prevalidatePort(ODD, PORT),
    `preValidateAccount POST ${P}/account/prevalidate`,
  ],
  ['listCarriers', endpoints.listCarriers(ODD), `getInboundCarriers GET ${P}/inboundcarriers`],
  ['getRateCenter', endpoints.getRateCenter(ODD, ODD), `getRateCenter GET ${P}/ratecenter/${CODED}`],
  [
    'putVoicemailBox',
    endpoints.putVoicemailBox(ODD, ODD, ODD, BODY),
    `updateBusinessLineVoicemailBox PUT ${A}/business-line/voicemail-box/${CODED}`,
  ],
  [
    'putHuntGroup',
    endpoints.putHuntGroup(ODD, ODD, ODD, BODY),
    `updateBusinessLineHuntGroup PUT ${A}/business-line-hunt-group/${CODED}`,
  ],
  [
    'releaseActivation',
    endpoints.releaseActivation(ODD, ODD, ODD),
    `updateServiceActivationEvent PUT ${A}/reference/${CODED}/type/ACTIVATION`,
  ],
  [
    'getActivationEvent',
    endpoints.getActivationEvent(ODD, ODD, ODD),
    `getServiceActivationEvents GET ${A}/reference/${CODED}/type/ACTIVATION`,
  ],
  ['triggerPort', endpoints.triggerPort(ODD, ODD, ODD), `triggerPort PUT ${A}/port/${CODED}/triggerport`],
];

describe('the calls of the API', () => {
  it.each(CALLS)('%s', (name, call, expected) => {
    const { operation, method, path, body } = call;
    expect(`${operation} ${method} ${path}`).toBe(expected);
    expect(PUBLISHED).toContain(operation);
    const hasBody = /^(create|activate|patch|put|prevalidate|addCalling|removeCalling)/.test(name);
    if (name === 'authorize') expect(body).toEqual({ username: 'u', password: 'p' });
    else if (name === 'releaseActivation') expect(body).toEqual({ activationStatusType: 'IN_PROGRESS' });
    else if (name === 'orderPort' || name === 'prevalidatePort') expect(body).toEqual(PORT);
    else expect(body).toEqual(hasBody ? BODY : undefined);
  });

  it('are all in this table', () => {
    const functions = Object.entries(endpoints).filter(([, value]) => typeof value === 'function');
    expect(new Set(CALLS.map(([name]) => name))).toEqual(new Set(functions.map(([name]) => name)));
  });
});

describe('the check of an answer', () => {
  const isGood = (call: Call<unknown>, answer: unknown) => call.answer?.safeParse(answer).success;

  it.each<[string, Call<unknown>, unknown]>([
    ['a log-in without sub-partitions', endpoints.authorize('u', 'p'), { authToken: 't', partitionId: 'P' }],
    [
      'an account with unknown fields',
      endpoints.createAccount('P', {}),
      { id: 'A', accountNumber: '1', x: {} },
    ],
    ['no accounts', endpoints.listAccounts('P'), []],
    ['a user with null fields', endpoints.createUser('P', 'A', {}), { id: 'U', extension: null }],
    [
      'an activated number',
      endpoints.activateNumber('P', 'A', {}),
      { telephoneNumbers: [{ phoneNumber: '1' }] },
    ],
    ['an address with numbers as position', endpoints.validateAddress('x', 'USA', ''), { latitude: 40.1 }],
    ['an empty answer to a PATCH', endpoints.patchNumber('P', 'A', '1', {}), undefined],
    ['an empty answer to call handling', endpoints.putCallHandling('P', 'A', 'L', {}), undefined],
    ['an empty answer to a port', endpoints.createPort('P', 'A', 'L', {}), undefined],
    ...[null, true, [], 'OK', {}].map((answer): [string, Call<unknown>, unknown] => [
      `${JSON.stringify(answer)} for a changed number`,
      endpoints.patchNumber('P', 'A', '1', {}),
      answer,
    ]),
    ['an ID of 256 characters', endpoints.createLine('P', 'A', {}), { id: '漢'.repeat(256) }],
    ['an ID of three dots', endpoints.createLine('P', 'A', {}), { id: '...' }],
  ])('lets pass %s', (_what, call, answer) => {
    expect(isGood(call, answer)).toBe(true);
  });

  it.each<[string, Call<unknown>, unknown]>([
    ['a log-in without a token', endpoints.authorize('u', 'p'), { partitionId: 'P' }],
    ['a log-in with an empty token', endpoints.authorize('u', 'p'), { authToken: '', partitionId: 'P' }],
    ['an account without an ID', endpoints.createAccount('P', {}), { accountNumber: '1' }],
    ['an account with a number as ID', endpoints.createAccount('P', {}), { id: 7, accountNumber: '1' }],
    ['nothing for a created user', endpoints.createUser('P', 'A', {}), undefined],
    ['null for a created device', endpoints.createDevice('P', 'A', {}), null],
    ['an object for a list', endpoints.listAccounts('P'), {}],
    ['no number in an activation', endpoints.activateNumber('P', 'A', {}), { telephoneNumbers: [] }],
    ['a text for a trunk', endpoints.createTrunk('P', 'A', {}), 'OK'],
    ...['.', '..', ' ', '\ud83d', 'A\ude00', 'A\n1', 'A\u0000', 'A'.repeat(257)].map(
      (id): [string, Call<unknown>, unknown] => [
        `an ID that no path can hold (${JSON.stringify(id).slice(0, 12)})`,
        endpoints.createUser('P', 'A', {}),
        { id },
      ],
    ),
  ])('refuses %s', (_what, call, answer) => {
    expect(isGood(call, answer)).toBe(false);
  });
});

describe('an answer', () => {
  const belongs = (call: Call<unknown>, answer: unknown) => {
    const checked = call.answer?.safeParse(answer);
    expect(checked?.success).toBe(true);
    return call.belongs?.(checked?.data);
  };
  const account = endpoints.createAccount('P1', { accountNumber: 'TWO  Caf\u00e9' });
  const user = endpoints.createUser('P1', 'A1', {
    ...{ firstName: 'Zoë', lastName: 'Smith-Jones', extension: '4000', username: 'Zoe@example.com' },
  });
  const line = endpoints.createLine('P1', 'A1', { name: 'Front  Desk' });
  const trunk = endpoints.createTrunk('P1', 'A1', { trunkName: 'Clinic' });
  const device = endpoints.createDevice('P1', 'A1', { macAddress: '0004f2AABB01', lineNumber: 2 });
  const activation = endpoints.activateNumber('P1', 'A1', {
    telephoneNumbers: [{ phoneNumber: '18015550100' }],
  });
  const patch = endpoints.patchNumber('P1', 'A1', '18015550100', {});

  it.each<[string, Call<unknown>, unknown]>([
    ['account in other letters', account, { id: 'A', accountNumber: ' two Cafe\u0301 ', partitionId: 'p1' }],
    ['user in other letters', user, { id: 'U', firstName: 'ZOE', lastName: 'smith jones', extension: 4000 }],
    ['user that is no more than its ID', user, { id: 'U' }],
    ['user with blank names', user, { id: 'U', firstName: '', username: 'zoe@EXAMPLE.com', accountId: 'A1' }],
    ['line', line, { id: 'L', name: 'Front Desk', accountId: 'A1' }],
    ['trunk', trunk, { id: 'T', sipUsername: 'x' }],
    ['device with separators', device, { id: 'D', macAddress: '00:04:F2:aa:bb:01', lineNumber: 2 }],
    ['number with a plus sign', activation, { telephoneNumbers: [{ phoneNumber: '+1 801-555-0100' }] }],
    ['number without country code', patch, { phoneNumber: '8015550100' }],
    ['changed number that is not told', patch, null],
    ['users', endpoints.listUsers('P1', 'A1'), [{ id: 'U', accountId: 'A1' }, { id: 'V' }]],
  ])('belongs to the call for it: %s', (_what, call, answer) => {
    expect(belongs(call, answer)).toBe(true);
  });

  it.each<[string, Call<unknown>, unknown]>([
    ['account of another number', account, { id: 'A', accountNumber: 'ONE' }],
    ['account of another partition', account, { id: 'A', accountNumber: 'two café', partitionId: 'P2' }],
    ['account with another ID', endpoints.getAccount('P1', 'A1'), { id: 'A2', accountNumber: '1' }],
    ['account found', endpoints.getAccountByNumber('P1', 'TWO'), { id: 'A1', accountNumber: 'ONE' }],
    ['user of another extension', user, { id: 'U', extension: '4001' }],
    ['user of another name', user, { id: 'U', firstName: 'Zoë', lastName: 'Miller', extension: '4000' }],
    ['user of another account', user, { id: 'U', extension: '4000', accountId: 'A2' }],
    ['account for a user', user, { id: 'A1', accountNumber: 'ONE' }],
    ['user with another ID', endpoints.getUser('P1', 'A1', 'U1'), { id: 'U2' }],
    ['line of another name', line, { id: 'L', name: 'Front Desk 2' }],
    ['trunk for a line', line, { id: 'T', trunkName: 'Front Desk' }],
    ['line with another ID', endpoints.getLine('P1', 'A1', 'L1'), { id: 'L2' }],
    ['trunk of another name', trunk, { id: 'T', trunkName: 'Hospital' }],
    ['trunk with another ID', endpoints.getTrunk('P1', 'A1', 'T1'), { id: 'T2' }],
    ['device of another port', device, { id: 'D', macAddress: '0004F2AABB01', lineNumber: 1 }],
    ['device of another MAC', device, { id: 'D', macAddress: '0004F2AABB02', lineNumber: 2 }],
    ['device with another ID', endpoints.getDevice('P1', 'A1', 'D1'), { id: 'D2' }],
    ['activation of another', activation, { telephoneNumbers: [{ phoneNumber: '18015550101' }] }],
    ['number', endpoints.getNumber('P1', 'A1', '18015550100'), { phoneNumber: '18015550101' }],
    ['inventory', endpoints.getInventoryNumber('P1', '18015550100'), { phoneNumber: '18015550101' }],
    ['changed number', patch, { phoneNumber: '18015550101' }],
    ['port', endpoints.createPort('P1', 'A1', 'L1', { macAddress: '00aa' }), { macAddress: '00bb' }],
    ['users of another account', endpoints.listUsers('P1', 'A1'), [{ id: 'U', accountId: 'A2' }]],
    ['numbers of another', endpoints.listNumbers('P1', 'A1'), [{ phoneNumber: '1', accountId: 'A2' }]],
    ['lines for users', endpoints.listUsers('P1', 'A1'), [{ id: 'L', name: 'Front Desk' }]],
  ])('belongs to another call: %s', (_what, call, answer) => {
    expect(belongs(call, answer)).toBe(false);
  });
});

describe('a path', () => {
  it.each([
    ['.', '.'],
    ['..', '..'],
    ['', ''],
    ['\ud83d', '\ufffd'],
    ['a\n', 'a\n'],
  ])('that cannot hold %j names it', (part, shown) => {
    for (const call of [
      endpoints.createAccount(part, {}),
      endpoints.getAccountByNumber('P1', part),
      endpoints.deleteUser('P1', 'A1', part),
    ])
      expect(unsendable(call.path)).toBe(shown);
  });

  it('holds dots in a query, but no half of a character', () => {
    expect(unsendable(endpoints.validateProperty('P1', 'username', '..').path)).toBeNull();
    expect(unsendable(endpoints.validateAddress('1 Main \ud83d', 'USA', undefined).path)).toBe(
      '1 Main \ufffd',
    );
  });

  it('holds everything else', () => {
    for (const part of [ODD, '...', '%2e%2e', '😀', '0'])
      expect(unsendable(endpoints.deleteUser(part, part, part).path)).toBeNull();
  });
});
