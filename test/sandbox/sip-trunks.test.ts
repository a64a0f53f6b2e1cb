import { describe, expect, it } from 'vitest';
import { fixture, refused, served } from './client.js';

describe('SIP trunks', () => {
  const TRUNK = {
    trunkName: 'TRUNK-NAME',
    callbackNumber: '18015551212',
    primaryTn: '18015551212',
    localServicesEnabled: true,
    concurrentCalls: 10,
    sipPassword: 'TRUNK_PASSWORD',
    sipUsername: 'TRUNK_USERNAME',
  };

  it('are created, as the guide answers, and list the numbers that reference them', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const wanted = { ...TRUNK, extensionPatterns: ['21XX', '211x', '2105'] };
    const { status, body } = await client.post(`${base}/siptrunk_2`, wanted);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...wanted,
      partitionId: 'sandbox-partition',
      accountId: id,
      id: expect.stringMatching(/^[\w-]{22}$/),
      callingPlans: [
        {
          ...{
            referenceType: 'SIP_TRUNK',
            referenceId: body.id,
            callingPlanProductId: 'kDYwy3XRSeapkI8uHi9ziQ',
          },
          ...{ startDate: expect.any(String), planMinutes: 20_000, secondsRemaining: 1_200_000 },
        },
      ],
      telephoneNumbers: [],
      sipProxyServer: 'siptrunk.p2.alianza.com:5065',
      lockedOut: false,
    });
    const reference = { referenceType: 'SIP_TRUNK', referenceId: body.id };
    await client.patch(`${base}/telephonenumber/18015551212`, reference);
    const found = (await client.get(`${base}/siptrunk_2/${body.id}`)).body;
    expect(found).toEqual({ ...body, telephoneNumbers: ['18015551212'] });
    expect((await client.get(`${base}/siptrunk_2`)).body).toEqual([found]);
    expect((await client.delete(`${base}/siptrunk_2/${body.id}`)).status).toBe(400);
    await client.delete(`${base}/telephonenumber/18015551212`);
    expect((await client.delete(`${base}/siptrunk_2/${body.id}`)).status).toBe(204);
    expect((await client.get(`${base}/siptrunk_2/${body.id}`)).status).toBe(404);
  });

  it.each<[object, string]>([
    [{ trunkName: undefined }, 'trunkName: must not be null'],
    [{ concurrentCalls: 0 }, 'concurrentCalls: must be between 1 and 2147483647'],
    [{ concurrentCalls: '10' }, 'concurrentCalls: must be an integer, but is string'],
    [{ sipUsername: 'short' }, 'sipUsername: size must be between 8 and 36'],
    [{ sipUsername: 'with space' }, "sipUsername: 'with space' must be of A-Za-z0-9-_."],
    [{ sipPassword: '12345' }, 'sipPassword: size must be between 6 and 256'],
    [{ extensionPatterns: ['2*'] }, "extensionPatterns[0]: '2*' must be digits, then any number of X"],
    [{ extensionPatterns: '21XX' }, 'extensionPatterns: must be an array'],
    [{ primaryTn: '18015559999' }, 'primaryTn: telephone number 18015559999 is not on the account'],
    [
      { callbackNumber: '8015551212' },
      "callbackNumber: '8015551212' must be an 11-digit string beginning with 1",
    ],
  ])('refuse %j', async (fields, message) => {
    const client = await fixture();
    const { base } = await served(client);
    expect(await client.post(`${base}/siptrunk_2`, { ...TRUNK, ...fields })).toEqual(refused(400, message));
  });

  it('have names and SIP usernames of their own on the whole platform', async () => {
    const client = await fixture();
    const { base } = await served(client);
    await client.post(`${base}/siptrunk_2`, TRUNK);
    const other = `account/${await client.account({ accountNumber: 'SP-124' })}/siptrunk_2`;
    const { callbackNumber: _, primaryTn: __, ...plain } = TRUNK;
    expect((await client.post(other, plain)).body.messages).toEqual(['trunkName: TRUNK-NAME already exists']);
    expect((await client.post(other, { ...plain, trunkName: 'other' })).body.messages).toEqual([
      'SipUsernameInUse',
    ]);
    expect(
      (await client.post(other, { ...plain, trunkName: 'other', sipUsername: 'other-name' })).status,
    ).toBe(200);
    expect((await client.get('account/validateproperties?sipusername=other-name')).status).toBe(400);
  });
});
