import { describe, expect, it } from 'vitest';
import { fixture, HOME, HOME_USER, refused, served } from './client.js';

const device = (userId: string) => ({
  userId,
  deviceName: 'Line',
  deviceId: 'SPA112',
  lineNumber: 1,
  macAddress: '123456abcabc',
});

describe('device lines', () => {
  it('are created, as the guide answers', async () => {
    const client = await fixture();
    const { id, userId, base } = await served(client);
    const body = {
      ...device(userId),
      accountId: id,
      partitionId: 'sandbox-partition',
      emergencyNumber: '18015551212',
    };
    const reply = await client.post(`${base}/deviceline`, body);
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      deviceTypeId: 'SPA112',
      accountId: id,
      partitionId: 'sandbox-partition',
      macAddress: '123456abcabc',
      deviceName: 'Line',
      emergencyNumber: '18015551212',
      faxEnabled: false,
      lineNumber: 1,
      userId,
      sipUsername: reply.body.id,
      lineType: 'Line',
    });
    expect((await client.get(`${base}/deviceline/${reply.body.id}`)).body).toEqual(reply.body);
    expect((await client.get(`${base}/user/${userId}`)).body.devices).toHaveLength(1);
  });

  it('are listed by MAC address or user', async () => {
    const client = await fixture();
    const { userId, base } = await served(client);
    const first = (await client.post(`${base}/deviceline`, device(userId))).body;
    const second = (await client.post(`${base}/deviceline`, { ...device(userId), lineNumber: 2 })).body;
    const list = (query: string) => client.get(`${base}/deviceline${query}`).then((reply) => reply.body);
    const all = [first.id, second.id];
    const ids = async (query: string) => (await list(query)).map((one: { id: string }) => one.id);
    expect(await ids('')).toEqual(all);
    expect(await ids('?filterType=MAC_ADDRESS&filter=123456ABCABC')).toEqual(all);
    expect(await ids('?filterType=MAC_ADDRESS&filter=000000000000')).toEqual([]);
    expect(await ids(`?filterType=OWNING_USERID&filter=${userId}`)).toEqual(all);
    expect((await list('?filterType=MAC_ADDRESS')).messages).toEqual(['filter: must not be blank']);
    expect((await list('?filterType=MAC&filter=x')).status).toBe(400);
    expect((await client.delete(`${base}/deviceline/${first.id}`)).status).toBe(204);
    expect(await ids('')).toEqual([second.id]);
    expect((await client.get(`${base}/deviceline/${first.id}`)).status).toBe(404);
  });

  it.each<[object, number, string]>([
    [{ deviceId: undefined }, 400, 'deviceTypeId: must not be null'],
    [{ deviceTypeId: 'SPA122' }, 400, 'deviceTypeId: does not match deviceId'],
    [{ deviceId: 'SPA999' }, 400, 'deviceTypeId: device type SPA999 does not exist'],
    [{ lineNumber: 3 }, 400, 'InvalidLineNumber'],
    [{ lineNumber: '1' }, 400, 'lineNumber: must be an integer, but is string'],
    [
      { macAddress: '12:34:56:ab:ca:bc' },
      400,
      "macAddress: '12:34:56:ab:ca:bc' must be 12 hexadecimal characters",
    ],
    [{ userId: 'nobody' }, 400, 'userId: user nobody is not on the account'],
    [
      { emergencyNumber: '18015559999' },
      400,
      'emergencyNumber: telephone number 18015559999 is not on the account',
    ],
    [{ faxEnabled: 'no' }, 400, 'faxEnabled: must be a boolean, but is string'],
    [{ deviceName: undefined }, 400, 'deviceName: must not be null'],
  ])('refuse %j', async (fields, status, message) => {
    const client = await fixture();
    const { userId, base } = await served(client);
    expect(await client.post(`${base}/deviceline`, { ...device(userId), ...fields })).toEqual(
      refused(status, message),
    );
  });

  it('have a port each, on the whole platform and together with business lines', async () => {
    const client = await fixture();
    const { id, userId, base } = await served(client);
    await client.post(`${base}/deviceline`, device(userId));
    const other = await client.account({ accountNumber: 'SP-124' });
    const otherUser = await client.user(other, { username: 'other' });
    const conflict = refused(409, 'macAddress: line 1 of device 123456ABCABC already exists');
    const again = { ...device(otherUser), macAddress: '123456ABCABC' };
    expect(await client.post(`account/${other}/deviceline`, again)).toEqual(
      refused(400, 'InvalidLineNumber'),
    );
    const line = { name: 'Fax', accountId: id, partitionId: 'sandbox-partition' };
    const lineId = (await client.post(`${base}/business-line`, line)).body.id;
    const port = { macAddress: '123456ABCABC', portNumber: 1, deviceTypeId: 'SPA112' };
    expect(await client.post(`${base}/business-line/${lineId}/port-assignment`, port)).toEqual(conflict);
  });

  it('are one ATA on a Home Phone account', async () => {
    const client = await fixture();
    const id = await client.account(HOME);
    const userId = (await client.post(`account/${id}/user`, HOME_USER)).body.id;
    const post = (fields: object) =>
      client.post(`account/${id}/deviceline`, { ...device(userId), ...fields });
    expect(await post({ deviceId: 'VVX400' })).toEqual(refused(400, 'deviceTypeId: VVX400 is not an ATA'));
    expect((await post({ deviceId: 'HT801' })).status).toBe(201);
    expect(await post({ lineNumber: 2 })).toEqual(refused(400, 'A SIMPLE account supports only one device'));
  });
});

describe('reference data', () => {
  it('lists device types, time zones and secondary locations', async () => {
    const { get } = await fixture();
    const types = (await get('/v2/ref/devicetype')).body;
    const spa112 = types.find((one: { id: string }) => one.id === 'SPA112');
    expect(spa112).toMatchObject({
      name: 'Cisco SPA112',
      numLines: 2,
      macAddressRequired: true,
      faxSupported: true,
    });
    expect((await get('/v2/ref/devicetype/SPA112')).body).toEqual(spa112);
    expect((await get('/v2/ref/devicetype/NONE')).status).toBe(404);
    expect(Object.values((await get('/v2/ref/timezones')).body).flat()).toHaveLength(15);
    const { USA, CAN } = (await get('/v2/ref/secondary-location-types')).body;
    expect([USA.length, CAN.length, USA.includes('SLIP'), CAN.includes('SLIP')]).toEqual([
      24,
      20,
      true,
      false,
    ]);
    const languages = (await get('/v2/ref/language')).body as { id: string; country: string }[];
    expect(languages.filter(({ country }) => country === 'CAN').map(({ id }) => id)).toEqual([
      'en-US',
      'fr-CA',
    ]);
  });
});
