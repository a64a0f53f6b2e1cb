import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../src/sandbox/address-parser.js';
import { type Fixture, fixture, refused } from './client.js';

const validate = ({ get }: Fixture, address: string, country = 'USA', postalCode?: string) =>
  get(
    `/v2/address/validate?${new URLSearchParams({ address, country, ...(postalCode === undefined ? {} : { postalCode }) })}`,
  );

describe('address/validate', () => {
  it("answers the guide's example with the guide's fields", async () => {
    const { status, body } = await validate(await fixture(), '333 S 520 W, Lindon, UT');
    expect(status).toBe(200);
    expect(body).toEqual({
      customerServiceRecord: {
        streetNumber: '333',
        streetNumberSuffix: '',
        preDirectional: 'S',
        streetName: '520',
        streetSuffix: '',
        postDirectional: 'W',
        city: 'Lindon',
        state: 'UT',
        postalCode: '84042',
        blockCustomerName: false,
      },
      latitude: expect.stringMatching(/^40\.3\d{5}$/),
      longitude: expect.stringMatching(/^-111\.7\d{5}$/),
      valid: true,
    });
  });

  it('is the same every time, and another place for another street', async () => {
    const client = await fixture();
    const place = async (address: string) => {
      const { body } = await validate(client, address);
      return `${body.latitude} ${body.longitude}`;
    };
    expect(await place('12 Main St, Denver, CO')).toBe(await place('12 MAIN ST, Denver, Colorado'));
    expect(await place('12 Main St, Denver, CO')).not.toBe(await place('13 Main St, Denver, CO'));
  });

  it('places cities that it does not know in their state', async () => {
    const { body } = await validate(await fixture(), '1 Elm St, Boise, Idaho', 'USA', '83702');
    expect(body.customerServiceRecord).toMatchObject({ city: 'Boise', state: 'ID', postalCode: '83702' });
    expect(Number(body.latitude)).toBeGreaterThan(43);
    expect(Number(body.latitude)).toBeLessThan(46);
    expect(body.valid).toBe(true);
  });

  it('asks for the unit of a building that has many, unless the line carries one', async () => {
    const client = await fixture();
    const without = (await validate(client, '350 5th Ave, New York, NY')).body;
    expect(without.requiredFields).toEqual(['unit', 'secondaryLocationDescription']);
    const withUnit = (await validate(client, '350 5th Ave STE 500, New York, NY')).body;
    expect(withUnit).not.toHaveProperty('requiredFields');
    expect(withUnit.customerServiceRecord).toMatchObject({
      secondaryLocationDescription: 'SUITE',
      unit: '500',
    });
  });

  it.each([
    '0 Main St, Denver, CO',
    '12 Nowhere Rd, Denver, CO',
    'Main St, Denver, CO',
    '12 Main St, Denver',
    '12 Main St, Toronto, ON',
  ])('takes %j in the USA for invalid', async (address) => {
    expect((await validate(await fixture(), address)).body.valid).toBe(false);
  });

  it('takes Canada with its postal codes', async () => {
    const { body } = await validate(await fixture(), '20 Bay St, Toronto, Ontario M5H 2N2', 'CAN');
    expect(body.valid).toBe(true);
    expect(body.customerServiceRecord).toMatchObject({
      streetName: 'Bay',
      state: 'ON',
      postalCode: 'M5H 2N2',
    });
  });

  it('refuses what the platform refuses', async () => {
    const client = await fixture();
    expect(await validate(client, '1 Main St, Denver, CO', 'US')).toEqual(
      refused(400, "country: 'US' is not one of [USA, CAN, UNK]"),
    );
    expect((await validate(client, ' ')).body.messages).toEqual(['address: must not be blank']);
    expect(await validate(client, '1 Main St, Denver, CO', 'USA', '00000')).toEqual(
      refused(404, 'Zipcodes not found'),
    );
    expect((await validate(client, '1 Main St, Denver, CO 00000')).status).toBe(404);
  });
});

describe('parseAddress', () => {
  const parts = (line: string) => {
    const one = parseAddress(line);
    const street = [one.streetNumber, one.streetNumberSuffix, one.preDirectional, one.streetName];
    return [
      [...street, one.streetSuffix, one.postDirectional].join('|'),
      `${one.secondaryLocationDescription} ${one.unit}`.trim(),
      [one.city, one.state, one.postalCode].join('|'),
    ];
  };

  it.each([
    ['123 1/2 S. Jefferson St SW, Houston, TX. 54321', '123|1/2|S|Jefferson|St|SW', '', 'Houston|TX.|54321'],
    ['123B North Temple Street, Salt Lake City, Utah', '123|B|N|Temple|St|', '', 'Salt Lake City|Utah|'],
    ['100 N St, Provo, UT', '100|||N|St|', '', 'Provo|UT|'],
    ['12 N Front St, Denver, CO', '12||N|Front|St|', '', 'Denver|CO|'],
    ['9 Elm Ave #5, Austin, TX 78701', '9|||Elm|Ave|', 'UNIT 5', 'Austin|TX|78701'],
    ['9 Elm Ave, Apt # 5B, Austin, TX 78701-1234', '9|||Elm|Ave|', 'APARTMENT 5B', 'Austin|TX|78701-1234'],
    ['9 W Elm Ave Rear, Austin, TX, 78701, USA', '9||W|Elm|Ave|', 'REAR', 'Austin|TX|78701'],
    [
      '1 Martin Luther King Blvd Salt Lake City UT 84101',
      '1|||Martin Luther King|Blvd|',
      '',
      'Salt Lake City|UT|84101',
    ],
    ['1 Oak Ln Boise ID', '1|||Oak|Ln|', '', 'Boise|ID|'],
    ['5 Hill Rd, Charleston, West Virginia 25301', '5|||Hill|Rd|', '', 'Charleston|West Virginia|25301'],
    ['5 Broadway, New York, New York', '5|||Broadway||', '', 'New York|New York|'],
    [
      "7 Rue de l'Église, Montréal, Quebec H3B 0A1, Canada",
      "7|||Rue de l'Église||",
      '',
      'Montréal|Quebec|H3B 0A1',
    ],
  ])('takes %j apart', (line, street, unit, rest) => {
    expect(parts(line)).toEqual([street, unit, rest]);
  });
});
