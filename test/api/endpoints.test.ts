import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import * as endpoints from '../../src/api/endpoints.js';

/** The operation names of the published API description, as far as the importer may use them. */
const PUBLISHED = new Set(
  `addPlan createAccount createBusinessLine createBusinessLinePortAssignment createDevice createEndUser
  createOrAddTelephoneNumberToAccount createSipTrunk deleteAccount deleteBusinessLine
  deleteBusinessLinePortAssignment deleteEndUser deleteSipTrunk deleteTelephoneNumberOnAccount getAccounts
  getBusinessLineCallHandling getBusinessLinePortAssignment getDevice getDeviceTypes getTimeZones listDevices
  listTnInventory logOut logUserIn patchTelephoneNumberOnAccount preValidateAccountTn putBusinessLineCallHandling
  releaseReservation removeDevice reserve retrieveAccount retrieveAccountTelephoneNumbers retrieveBusinessLine
  retrieveBusinessLines retrieveEndUser retrieveEndUserList retrieveSipTrunk retrieveSipTrunkList
  retrieveTelephoneNumber retrieveTelephoneNumberOnAccount tnSearch validateAccountProperties
  validateAddress`.split(/\s+/),
);

// What every part of a path must survive: slash, quotes, query and fragment signs, percent, letters beyond ASCII.
const ODD = `A/1"'?#&% é漢`;
const CODED = `A%2F1%22'%3F%23%26%25%20%C3%A9%E6%BC%A2`;
const BODY = { a: 1 };
const P = `/v2/partition/${CODED}`;
const A = `${P}/account/${CODED}`;
const L = `${A}/business-line/${CODED}`;

const CALLS: [name: keyof typeof endpoints, call: Call<unknown>, expected: string][] = [
  ['authorize', endpoints.authorize('u', 'p'), 'logUserIn POST /v2/authorize'],
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
];

describe('the calls of the API', () => {
  it.each(CALLS)('%s', (name, call, expected) => {
    const { operation, method, path, body } = call;
    expect(`${operation} ${method} ${path}`).toBe(expected);
    expect(PUBLISHED).toContain(operation);
    const hasBody = /^(create|activate|patch|put|prevalidate)/.test(name);
    if (name === 'authorize') expect(body).toEqual({ username: 'u', password: 'p' });
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
    ['a text for a changed number', endpoints.patchNumber('P', 'A', '1', {}), 'OK'],
  ])('refuses %s', (_what, call, answer) => {
    expect(isGood(call, answer)).toBe(false);
  });
});
