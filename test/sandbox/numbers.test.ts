import { afterEach, describe, expect, it, vi } from 'vitest';
import { activation, fixture, refused } from './client.js';

const LINDON = 'type=LAT_LONG&lat=40.332492&long=-111.728167';

describe('telephonenumber/search', () => {
  it('finds the nearest free numbers, as the guide answers', async () => {
    const { get } = await fixture();
    const { status, body } = await get(`telephonenumber/search?${LINDON}&maxResults=3`);
    expect(status).toBe(200);
    expect(body).toHaveLength(3);
    expect(body[0]).toEqual({
      partitionId: 'sandbox-partition',
      phoneNumber: expect.stringMatching(/^1(801|385)\d{7}$/),
      rateCenter: 'PLEASANT GROVE',
      rateCenterReorderName: 'PLEASANT GROVE',
      state: 'UT',
      country: 'USA',
      prefix: body[0].phoneNumber.slice(0, 7),
      carrierId: expect.any(String),
      functionType: 'ELS',
      distance: expect.any(Number),
      byotn: false,
      id: body[0].phoneNumber,
    });
    const distances = body.map((one: { distance: number }) => one.distance);
    expect(distances).toEqual(distances.toSorted((a: number, b: number) => a - b));
    expect(distances[0]).toBeLessThan(5);
  });

  it('gives 25 numbers unless asked for more, from the next prefixes when one is not enough', async () => {
    const { sandbox, get } = await fixture();
    expect((await get(`telephonenumber/search?${LINDON}`)).body).toHaveLength(25);
    const prefix = (await get(`telephonenumber/search?${LINDON}&maxResults=1`)).body[0].prefix;
    const csr = { customerServiceRecord: {}, e911Address: {}, directoryListing: {} };
    for (let line = 0; line < 9_990; line += 1) {
      const phoneNumber = prefix + String(line).padStart(4, '0');
      sandbox.state.numbers.put({
        id: phoneNumber,
        phoneNumber,
        accountId: 'a',
        partitionId: 'p',
        operationalStatus: 'ACTIVE',
        carrierStatus: 'ACTIVE',
        ...csr,
      });
    }
    const found = (await get(`telephonenumber/search?${LINDON}&maxResults=12`)).body;
    expect(found.map((one: { prefix: string }) => one.prefix === prefix)).toEqual([
      ...Array(10).fill(true),
      ...Array(2).fill(false),
    ]);
  });

  it('leaves out what is reserved, assigned or in cooldown', async () => {
    const { get, put, delete: remove, account, number } = await fixture();
    const id = await account();
    const first = async () =>
      (await get(`telephonenumber/search?${LINDON}&maxResults=1`)).body[0].phoneNumber;
    const [a, tn] = [await first(), `account/${id}/telephonenumber`];
    await put(`${tn}/${a}/reserve`);
    const b = await first();
    expect(b).not.toBe(a);
    await remove(`${tn}/${a}/reserve`);
    expect(await first()).toBe(a);
    await number(id, a);
    expect(await first()).toBe(b);
    await remove(`${tn}/${a}`);
    expect(await first()).toBe(b);
  });

  it('searches by digits, postal code and rate center', async () => {
    const { get } = await fixture();
    const numbers = async (query: string) =>
      (await get(`telephonenumber/search?${query}`)).body.map(
        (one: { phoneNumber: string }) => one.phoneNumber,
      );
    expect(await numbers('q=8017690817')).toEqual(['18017690817']);
    expect(await numbers('type=TN&q=1801769081&maxResults=2')).toEqual(['18017690810', '18017690811']);
    expect(await numbers('type=TN&q=9999')).toEqual([]);
    expect(await numbers('type=POSTALCODE&q=84042&maxResults=1')).toEqual(['18017850000']);
    expect(await numbers('type=RATECENTER&q=chicago&maxResults=1')).toEqual(['13122360000']);
  });

  it.each([
    ['type=LAT_LONG&lat=north&long=-111', "lat: 'north' is not a number"],
    ['type=LAT_LONG&lat=40', "long: '' is not a number"],
    ['type=LAT_LONG&lat=400&long=-111', 'lat: must be between -90 and 90'],
    ['type=LAT_LONG&lat=40&long=-111&maxResults=1.5', "maxResults: '1.5' is not an integer"],
    ['type=TN', 'q: must not be blank'],
    [
      'type=CITY&q=x',
      "type: 'CITY' is not one of [POSTALCODE_OR_TN, TN, POSTALCODE, LAT_LONG, RATECENTER, RATECENTER_CARRIER]",
    ],
  ])('refuses %s', async (query, message) => {
    expect(await (await fixture()).get(`telephonenumber/search?${query}`)).toEqual(refused(400, message));
  });
});

describe('one number of the inventory', () => {
  it('tells whether it is free and whose it is', async () => {
    const { get, account, number } = await fixture();
    expect((await get('telephonenumber/18015551212')).body).toMatchObject({
      isInInventory: true,
      prefix: '1801555',
    });
    const id = await account();
    await number(id, '18015551212');
    expect((await get('telephonenumber/18015551212')).body).toMatchObject({
      isInInventory: false,
      accountId: id,
    });
    expect((await get('telephonenumber/18015551212/availability')).body.serviceAvailable).toBe(false);
    expect((await get('telephonenumber/18015551213/availability')).body.serviceAvailable).toBe(true);
    expect((await get('ratecenter/18015551212')).body).toMatchObject({ name: 'SALT LAKE CITY', state: 'UT' });
    for (const path of [
      'telephonenumber/19995551212',
      'telephonenumber/8015551212',
      'ratecenter/19995551212',
    ])
      expect((await get(path)).status).toBe(404);
  });
});

describe('reservations', () => {
  afterEach(() => vi.useRealTimers());

  it('hold a number for one account, under the path of the guide', async () => {
    const { sandbox, put, post, delete: remove, account } = await fixture();
    const [mine, other] = [await account(), await account({ accountNumber: 'SP-124' })];
    const path = (id: string) => `account/${id}/telephonenumber/18015551212/reserve`;
    expect(await put(path(mine))).toEqual({ status: 204, body: undefined });
    expect((await put(path(mine))).status).toBe(204);
    const taken = refused(400, 'Telephone number 18015551212 is reserved by another account');
    expect(await put(path(other))).toEqual(taken);
    expect(await put('telephonenumber/18015551212/reserve')).toEqual(taken);
    expect(await remove(path(other))).toEqual(taken);
    expect(await post(`account/${other}/telephonenumber`, activation('18015551212'))).toEqual(taken);
    expect((await post(`account/${mine}/telephonenumber`, activation('18015551212'))).status).toBe(200);
    expect(sandbox.state.reservations.size).toBe(0);
    expect((await put(path(mine))).body.messages).toEqual([
      'Telephone number 18015551212 is already assigned to an account',
    ]);
  });

  it('hold a number for the partition, under the path of the schema', async () => {
    const { sandbox, put, delete: remove, account } = await fixture();
    const { status, body } = await put('telephonenumber/18015551212/reserve');
    expect(status).toBe(200);
    expect(body).toEqual({
      tn: '18015551212',
      id: '18015551212',
      reserved: true,
      reservedTime: expect.any(String),
    });
    const id = await account();
    expect((await put(`account/${id}/telephonenumber/18015551212/reserve`)).status).toBe(204);
    expect((await remove(`account/${id}/telephonenumber/18015551212/reserve`)).status).toBe(204);
    expect((await remove('telephonenumber/18015551212/reserve')).status).toBe(204);
    expect(sandbox.state.reservations.size).toBe(0);
    expect((await put('telephonenumber/19995551212/reserve')).status).toBe(404);
    expect((await put('account/nobody/telephonenumber/18015551212/reserve')).status).toBe(404);
  });

  it('end after 30 minutes', async () => {
    const { put, account } = await fixture();
    const [mine, other] = [await account(), await account({ accountNumber: 'SP-124' })];
    const path = (id: string) => `account/${id}/telephonenumber/18015551212/reserve`;
    await put(path(mine));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 29 * 60_000 });
    expect((await put(path(other))).status).toBe(400);
    vi.setSystemTime(Date.now() + 61_000);
    expect((await put(path(other))).status).toBe(204);
  });
});
