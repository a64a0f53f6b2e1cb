import { describe, expect, it } from 'vitest';
import { Addresses, type SheetAddress } from '../../src/resources/lookups/addresses.js';
import { type Answer, failure, fakeClient, realJournal } from './harness.js';

const LINDON: SheetAddress = {
  address: '355 S 520 W',
  city: 'Lindon',
  state: 'UT',
  postalCode: '84042',
  country: 'USA',
};
const RECORD = {
  streetNumber: '355',
  preDirectional: 'S',
  streetName: '520 W',
  streetSuffix: '',
  unit: null,
  city: 'LINDON',
  state: 'UT',
  postalCode: '84042',
  blockCustomerName: false,
};
const GOOD = { valid: true, customerServiceRecord: RECORD, latitude: 40.34, longitude: '-111.72' };

async function addressesOf(answer: Answer) {
  const journal = await realJournal();
  const { client, sent } = fakeClient(answer);
  return { addresses: new Addresses(client, journal), journal, sent };
}

describe('a good address', () => {
  it('comes back as the platform parsed it, blanks left out, with the sheet’s country and unit', async () => {
    const { addresses, sent } = await addressesOf(() => GOOD);
    const valid = await addresses.validate(
      { ...LINDON, unit: '500', secondaryLocationDescription: 'SUITE' },
      1,
    );
    expect(valid).toEqual({
      fields: {
        ...{ streetNumber: '355', preDirectional: 'S', streetName: '520 W', city: 'LINDON', state: 'UT' },
        ...{ postalCode: '84042', blockCustomerName: false, country: 'USA' },
        ...{ unit: '500', secondaryLocationDescription: 'SUITE' },
      },
      latitude: '40.34',
      longitude: '-111.72',
    });
    expect(sent).toEqual([
      'GET /v2/address/validate?address=355%20S%20520%20W%2C%20Lindon%2C%20UT&country=USA&postalCode=84042',
    ]);
  });

  it('takes from the sheet what the platform left out, numbers become text, and all else is dropped', async () => {
    const record = { streetNumber: 355, streetName: 'Main', nested: { a: 1 }, list: [], nothing: null };
    const { addresses } = await addressesOf(() => ({ customerServiceRecord: record }));
    expect(await addresses.validate(LINDON, 1)).toEqual({
      fields: {
        ...{ streetNumber: '355', streetName: 'Main', city: 'Lindon', state: 'UT', postalCode: '84042' },
        country: 'USA',
      },
      latitude: undefined,
      longitude: undefined,
    });
  });

  it('may lack city, state and postal code in the sheet', async () => {
    const { addresses, sent } = await addressesOf(() => GOOD);
    await addresses.validate({ address: '1 Main', country: 'CAN' }, 1);
    expect(sent).toEqual(['GET /v2/address/validate?address=1%20Main&country=CAN']);
  });
});

describe('the platform', () => {
  it('is asked once for an address that many rows have at the same time', async () => {
    const { addresses, sent } = await addressesOf(() => GOOD);
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => addresses.validate(LINDON, i)));
    expect(new Set(all.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(sent).toHaveLength(1);
  });

  it('is not asked again by a later process when it is known, and asked again when it was not', async () => {
    const { addresses, journal, sent } = await addressesOf(({ path }) =>
      path.includes('Nowhere') ? { valid: false } : GOOD,
    );
    const first = await addresses.validate(LINDON, 1);
    await expect(addresses.validate({ ...LINDON, city: 'Nowhere' }, 1)).rejects.toThrow('does not know');
    await journal.flush();
    await expect(addresses.validate({ ...LINDON, city: 'Nowhere' }, 1)).rejects.toThrow('does not know');
    expect(sent).toHaveLength(2);
    // It was registered meanwhile.
    const later = fakeClient(() => GOOD);
    const again = new Addresses(later.client, journal);
    expect(await again.validate(LINDON, 1)).toEqual(first);
    expect(later.sent).toEqual([]);
    expect(await again.validate({ ...LINDON, city: 'Nowhere' }, 1)).toEqual(first);
    expect(later.sent).toHaveLength(1);
  });

  it.each<[string, Partial<SheetAddress>]>([
    ['street', { address: '356 S 520 W' }],
    ['city', { city: 'Orem' }],
    ['state', { state: 'NV' }],
    ['postal code', { postalCode: '84043' }],
    ['country', { country: 'CAN' }],
  ])('is asked for each address with another %s', async (_what, change) => {
    const { addresses, sent } = await addressesOf(() => GOOD);
    await addresses.validate(LINDON, 1);
    await addresses.validate({ ...LINDON, ...change }, 1);
    expect(sent).toHaveLength(2);
  });

  it('is asked again after a failure, which is not remembered', async () => {
    let broken = true;
    const { addresses, sent } = await addressesOf(() => {
      if (broken) throw failure('unavailable', 500);
      return GOOD;
    });
    const both = await Promise.allSettled([addresses.validate(LINDON, 1), addresses.validate(LINDON, 2)]);
    expect(both).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    broken = false;
    await new Promise((resolve) => setImmediate(resolve));
    expect((await addresses.validate(LINDON, 3)).latitude).toBe('40.34');
    expect(sent).toHaveLength(2);
  });
});

describe('an address that lacks something', () => {
  it.each([
    [['unit'], 'unit', 'Fill in unit.'],
    [['postalCode'], 'postalCode', 'Fill in postalCode.'],
    [['streetNumber'], 'streetNumber', 'Fill in address (the house number).'],
    [
      ['streetName', 'secondaryLocationDescription'],
      'streetName, secondaryLocationDescription',
      'Fill in address (the street) and secondaryLocationDescription.',
    ],
  ])('%j is told with the column to fill', async (requiredFields, fields, hint) => {
    const { addresses } = await addressesOf(() => ({ requiredFields }));
    const { postalCode: _postalCode, ...address } = LINDON;
    await expect(addresses.validate(address, 1)).rejects.toMatchObject({
      name: 'StepError',
      message: `The platform needs more of the address "355 S 520 W, Lindon, UT": ${fields}.`,
      hint,
    });
  });

  it('but has the unit in the sheet is asked again with it when it has no position', async () => {
    const { addresses, sent } = await addressesOf(({ path }) =>
      path.includes('SUITE') ? GOOD : { requiredFields: ['unit'], customerServiceRecord: RECORD },
    );
    const suite = { ...LINDON, unit: '500', secondaryLocationDescription: 'SUITE' };
    expect((await addresses.validate(suite, 1)).latitude).toBe('40.34');
    expect(sent.map((line) => decodeURIComponent(line.slice(33)).split('&')[0])).toEqual([
      '355 S 520 W, Lindon, UT',
      '355 S 520 W SUITE 500, Lindon, UT',
    ]);
  });

  it('but has the unit and a position is not asked again', async () => {
    const { addresses, sent } = await addressesOf(() => ({ ...GOOD, requiredFields: ['unit'] }));
    expect((await addresses.validate({ ...LINDON, unit: '5' }, 1)).fields['unit']).toBe('5');
    expect(sent).toHaveLength(1);
  });
});

describe('an address that is not valid', () => {
  it.each([
    ['it says so', { ...GOOD, valid: false }],
    ['it gives no record', { valid: true, customerServiceRecord: null }],
    ['it gives nothing', {}],
  ])('is told: %s', async (_what, answer) => {
    const { addresses } = await addressesOf(() => answer);
    await expect(addresses.validate(LINDON, 1)).rejects.toMatchObject({
      name: 'StepError',
      transient: false,
      message: 'The platform does not know the address "355 S 520 W, Lindon, UT".',
    });
  });
});
