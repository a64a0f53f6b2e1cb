import { describe, expect, it } from 'vitest';
import type { RowValues } from '../../src/records/columns.js';
import { accountBody } from '../../src/resources/account.js';
import { activationBody, sheetAddresses } from '../../src/resources/activation.js';
import { lineBody } from '../../src/resources/business-line.js';
import { deviceBody } from '../../src/resources/device.js';
import type { ValidAddress } from '../../src/resources/lookups/addresses.js';
import { portBody } from '../../src/resources/port-assignment.js';
import { referenceBody } from '../../src/resources/reference.js';
import { trunkBody } from '../../src/resources/sip-trunk.js';
import { userBody } from '../../src/resources/user.js';
import { completeRow } from '../plan/complete-rows.js';

const IDS = { partitionId: 'P1', accountId: 'A1' };
const PHONE = '18015550100';
/** What goes over the wire: fields without a value do not. */
const wire = (body: unknown) => JSON.parse(JSON.stringify(body)) as Record<string, unknown>;

describe('the body of an account', () => {
  it('for business has its extension length', () => {
    expect(wire(accountBody('ADVANCED', completeRow('BCC'), 'P1'))).toEqual({
      ...{ partitionId: 'P1', accountNumber: 'N1', accountName: 'Shop', timeZone: 'US/Mountain' },
      ...{ billingCycleDay: 1, accountType: 'ADVANCED', platformType: 'CPE2' },
      ...{ dialingBehaviorType: 'TEN_DIGIT', extensionLength: 4 },
    });
  });

  it('for Home Phone has none, whatever the sheet says, and has what is optional where it is given', () => {
    const values = completeRow('HOME_PHONE', {
      ...{ extensionLength: 4, customField: 'x', platformType: 'CPE1' },
    } as RowValues);
    const body = wire(accountBody('SIMPLE', values, 'P9'));
    expect(body).toMatchObject({
      ...{ partitionId: 'P9', accountType: 'SIMPLE', customField: 'x', platformType: 'CPE1' },
    });
    expect(body).not.toHaveProperty('extensionLength');
  });
});

describe('the body of a user', () => {
  it('of BCC has plan and type', () => {
    expect(wire(userBody(completeRow('BCC', { username: 'lee', blockEmail: true }), IDS))).toEqual({
      ...IDS,
      ...{ firstName: 'Lee', lastName: 'Ann', extension: '4000', username: 'lee' },
      ...{ timeZone: 'US/Mountain', userProductPlan: 'STANDARD', endUserType: 'STANDARD', blockEmail: true },
    });
  });

  it('of Home Phone has neither', () => {
    expect(
      wire(userBody(completeRow('HOME_PHONE', { userTimeZone: 'US/Pacific' } as RowValues), IDS)),
    ).toEqual({
      ...IDS,
      ...{ firstName: 'Lee', lastName: 'Ann', timeZone: 'US/Pacific' },
    });
  });
});

describe('the body of a device', () => {
  const values = { deviceTypeId: 'VVX250', macAddress: '0004f2aa0001', lineNumber: 2 };

  it('names its type in both ways, and itself after it', () => {
    expect(wire(deviceBody(completeRow('BCC', values), IDS, 'U1', PHONE))).toEqual({
      ...{ ...IDS, userId: 'U1', deviceId: 'VVX250', deviceTypeId: 'VVX250', deviceName: 'VVX250' },
      ...{ macAddress: '0004f2aa0001', lineNumber: 2, emergencyNumber: PHONE, faxEnabled: false },
    });
  });

  it('takes what the sheet gives, and no emergency number where there is none', () => {
    const given = completeRow('BCC', { ...values, deviceName: 'Desk', emergencyNumber: '18015550101' });
    expect(deviceBody(given, IDS, 'U1', PHONE)).toMatchObject({
      ...{ deviceName: 'Desk', emergencyNumber: '18015550101' },
    });
    expect(wire(deviceBody(completeRow('BCC', values), IDS, 'U1', undefined))).not.toHaveProperty(
      'emergencyNumber',
    );
  });
});

describe('the bodies of a business line', () => {
  it('has the row’s number where none is named', () => {
    expect(wire(lineBody(completeRow('BUSINESS_LINE'), IDS, PHONE))).toEqual({
      ...{ ...IDS, name: 'Front', callerIdPhoneNumber: PHONE, emergencyCallbackPhoneNumber: PHONE },
    });
    const named = { callerIdPhoneNumber: '18015550101', callerIdVisible: false };
    expect(wire(lineBody(completeRow('BUSINESS_LINE', named), IDS, PHONE))).toEqual({
      ...{ ...IDS, ...named, name: 'Front', emergencyCallbackPhoneNumber: PHONE },
    });
    expect(wire(lineBody(completeRow('BUSINESS_LINE'), IDS, undefined))).toEqual({ ...IDS, name: 'Front' });
  });

  it('has its port', () => {
    const values = { macAddress: '0004f2aa0001', lineNumber: 3, deviceTypeId: 'SPA8000', faxEnabled: true };
    expect(wire(portBody(completeRow('BUSINESS_LINE', values)))).toEqual({
      ...{ macAddress: '0004f2aa0001', portNumber: 3, deviceTypeId: 'SPA8000', faxEnabled: true },
    });
  });
});

describe('the body of a SIP trunk', () => {
  it('has the row’s number where none is named, and no credentials of its own', () => {
    const values = completeRow('SIP_TRUNK', { extensionPatterns: ['21XX', '2205'] });
    expect(wire(trunkBody(values, IDS, PHONE))).toEqual({
      ...{ ...IDS, trunkName: 'trunk-1', concurrentCalls: 10, primaryTn: PHONE, callbackNumber: PHONE },
      ...{ localServicesEnabled: false, extensionPatterns: ['21XX', '2205'] },
    });
    const named = completeRow('SIP_TRUNK', { primaryTn: '18015550101', sipPassword: 'p4ssword' });
    const body = wire(trunkBody(named, IDS, undefined));
    expect(body).toMatchObject({ primaryTn: '18015550101' });
    expect(body).not.toHaveProperty('callbackNumber');
    expect(JSON.stringify(body)).not.toContain('p4ssword');
  });
});

describe('the body of a reference', () => {
  it.each([
    ['BCC', { referenceType: 'END_USER', referenceId: 'X1', assignAsCallerId: true }],
    ['HOME_PHONE', { referenceType: 'END_USER', referenceId: 'X1', assignAsCallerId: true }],
    ['BUSINESS_LINE', { referenceType: 'BUSINESS_LINE', referenceId: 'X1' }],
    ['SIP_TRUNK', { referenceType: 'SIP_TRUNK', referenceId: 'X1' }],
  ] as const)('of %s', (product, expected) => {
    expect(wire(referenceBody({ product, values: completeRow(product) }, 'X1'))).toEqual(expected);
  });

  it.each([
    ['USER', { referenceType: 'END_USER', referenceId: 'X1', assignAsCallerId: false }],
    ['BUSINESS_LINE', { referenceType: 'BUSINESS_LINE', referenceId: 'X1' }],
    ['HUNT_GROUP', { referenceType: 'BUSINESS_LINE_HUNT_GROUP', referenceId: 'X1' }],
    ['SIP_TRUNK', { referenceType: 'SIP_TRUNK', referenceId: 'X1' }],
    ['IVR', { referenceType: 'IVR', referenceId: 'X1' }],
    ['VFAX', { referenceType: 'VFAX', referenceId: 'X1' }],
    ['SPECIALTY_LINE', { referenceType: 'SPECIALTY_LINE', referenceId: 'X1' }],
    ['CALL_GROUP', { referenceType: 'CALL_GROUP', referenceId: 'X1' }],
    ['AUTO_ATTENDANT', { referenceType: 'AUTO_ATTENDANT', referenceId: 'X1' }],
    ['CONTACT_CENTER', { referenceType: 'CONTACT_CENTER', referenceId: 'X1' }],
    ['CALL_QUEUE', { referenceType: 'CALL_QUEUE', referenceId: 'X1' }],
  ] as const)('of a NUMBER that rings a %s', (ringsType, expected) => {
    const values = completeRow('NUMBER', { ringsType, ringsName: 'any' });
    expect(wire(referenceBody({ product: 'NUMBER', values }, 'X1'))).toEqual(expected);
  });

  it('leaves the caller ID alone where the sheet says so', () => {
    const values = completeRow('BCC', { assignAsCallerId: false });
    const body = referenceBody({ product: 'BCC', values }, 'X1');
    expect(body).toMatchObject({ assignAsCallerId: false });
  });
});

describe('the addresses of a row', () => {
  const customer: RowValues = { address: '1 Main', city: 'Lindon', state: 'UT', postalCode: '84042' };

  it('are one when no E911 address is given', () => {
    expect(wire(sheetAddresses(completeRow('BCC', customer)))).toEqual({
      customer: { ...customer, country: 'USA' },
      e911: null,
    });
  });

  it('are two otherwise, and take nothing from each other but the country', () => {
    const { customer: first, e911 } = sheetAddresses(
      completeRow('BCC', {
        ...{ ...customer, unit: '5', secondaryLocationDescription: 'SUITE' },
        ...{ e911Address: '2 Side', e911City: 'Orem', e911Unit: '7' },
      }),
    );
    expect(wire(first)).toEqual({
      ...{ ...customer, country: 'USA', unit: '5', secondaryLocationDescription: 'SUITE' },
    });
    expect(wire(e911)).toEqual({ address: '2 Side', city: 'Orem', country: 'USA', unit: '7' });
  });
});

describe('the body of an activation', () => {
  const FIELDS = { streetNumber: '355', streetName: '520 W', city: 'LINDON', state: 'UT', country: 'USA' };
  const customer: ValidAddress = {
    fields: { ...FIELDS, id: 'address-1', blockCustomerName: false },
    latitude: '40.34',
    longitude: '-111.72',
  };
  const e911: ValidAddress = {
    fields: { streetNumber: '2', streetName: 'Side', id: 'address-2' },
    latitude: '39.7',
    longitude: '-104.9',
  };
  const body = (values: RowValues = {}, addresses = { customer, e911: customer }) =>
    wire(activationBody(completeRow('BCC', values), [PHONE], addresses, IDS));

  it('has customer, E911 address flat and nested, no listing, and the number', () => {
    const names = { firstName: 'Lee', lastName: 'Ann', businessName: 'Shop' };
    expect(body({ customerName: 'Lee Ann' })).toEqual({
      ...IDS,
      customerServiceRecord: {
        ...{ ...FIELDS, id: 'address-1', blockCustomerName: false, ...names },
        ...{ customerType: 'BUSINESS', customerName: 'Lee Ann' },
      },
      e911Address: {
        ...{ ...FIELDS, ...names, customerType: 'BUSINESS', latitude: '40.34', longitude: '-111.72' },
        address: { ...FIELDS, ...names },
      },
      directoryListing: { listed: false, type: 'NOT_LIST_NOT_PUBLISH' },
      holdActivation: false,
      telephoneNumbers: [{ phoneNumber: PHONE }],
    });
  });

  it('has the E911 address of its own', () => {
    const { e911Address, customerServiceRecord } = body({}, { customer, e911 });
    expect(e911Address).toMatchObject({
      ...{ streetNumber: '2', streetName: 'Side', latitude: '39.7', longitude: '-104.9' },
      address: { streetNumber: '2', streetName: 'Side' },
    });
    expect(e911Address).not.toHaveProperty('id');
    expect(e911Address).not.toHaveProperty('city');
    expect(customerServiceRecord).toMatchObject({ streetNumber: '355', city: 'LINDON' });
  });

  it('has the address in the directory where it is listed', () => {
    const { directoryListing } = body({ directoryListed: true, directoryListingType: 'LIST_PUBLISH' });
    expect(directoryListing).toEqual({
      listed: true,
      type: 'LIST_PUBLISH',
      address: { ...FIELDS, firstName: 'Lee', lastName: 'Ann', businessName: 'Shop' },
    });
  });

  it('has no blank field anywhere', () => {
    const blanks = (value: unknown, path = ''): string[] =>
      value !== null && typeof value === 'object'
        ? Object.entries(value).flatMap(([key, inner]) => blanks(inner, `${path}.${key}`))
        : value === '' || value === null
          ? [path]
          : [];
    expect(blanks(body())).toEqual([]);
    expect(blanks(body({ holdActivation: true, directoryListed: true }))).toEqual([]);
  });

  it('without a position has none', () => {
    const nowhere = { ...customer, latitude: undefined, longitude: undefined };
    expect(body({}, { customer, e911: nowhere })['e911Address']).not.toHaveProperty('latitude');
  });

  it('of a home has a residential customer and no business name', () => {
    const values = completeRow('HOME_PHONE', { holdActivation: true });
    const home = wire(activationBody(values, [PHONE], { customer, e911: customer }, IDS));
    expect(home['customerServiceRecord']).toMatchObject({ customerType: 'RESIDENTIAL', firstName: 'Lee' });
    expect(home['customerServiceRecord']).not.toHaveProperty('businessName');
    expect(home['holdActivation']).toBe(true);
  });
});
