import { describe, expect, it } from 'vitest';
import { ACCOUNT, fixture, HOME, login, readReply, refused, start } from './client.js';

describe('log-in', () => {
  it('gives a token, the partition and the sub-partitions', async () => {
    const { status, body } = await login(await start({ subPartitionIds: ['brand-a', 'brand-b'] }));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      userType: 'ManagementUser',
      username: 'sandbox@example.com',
      partitionId: 'sandbox-partition',
      subPartitionIds: ['brand-a', 'brand-b'],
    });
    expect(body.authToken).toMatch(/^[\w-]{22}$/);
  });

  it('refuses wrong credentials', async () => {
    expect(await login(await start(), 'wrong')).toEqual(refused(401, 'Invalid username or password'));
  });

  it('refuses calls without a token, with an unknown one, and after log-out', async () => {
    const { sandbox, get, put } = await fixture();
    for (const headers of [{}, { 'X-AUTH-TOKEN': 'unknown' }]) {
      const reply = await readReply(await fetch(`${sandbox.url}/v2/ref/devicetype`, { headers }));
      expect(reply).toEqual(refused(401, 'ExpiredAuthToken'));
    }
    expect((await put('/v2/authorize/logout')).status).toBe(204);
    expect((await get('/v2/ref/devicetype')).status).toBe(401);
  });

  it('ends a token after tokenCalls calls', async () => {
    const { get } = await fixture({ tokenCalls: 2 });
    const statuses = [];
    for (let i = 0; i < 4; i += 1) statuses.push((await get('/v2/ref/timezones')).status);
    expect(statuses).toEqual([200, 200, 401, 401]);
  });

  it('tells unknown partitions from forbidden ones and takes sub-partitions', async () => {
    const { get, post } = await fixture();
    expect((await get('/v2/partition/elsewhere/account')).status).toBe(404);
    expect((await get('/v2/partition/forbidden-partition/account')).status).toBe(403);
    const { status, body } = await post('/v2/partition/sandbox-sub-partition/account', ACCOUNT);
    expect([status, body.partitionId]).toEqual([200, 'sandbox-sub-partition']);
    expect((await get(`account/${body.id}`)).status).toBe(404);
  });
});

describe('paths and bodies', () => {
  it('answers unknown paths, other methods and bodies that are no JSON object', async () => {
    const { get, put, send } = await fixture();
    expect(await get('/v2/nothing')).toEqual(refused(404, 'No resource at /v2/nothing'));
    expect(await put('account', {})).toEqual(refused(405, 'Method PUT is not allowed'));
    expect((await send('POST', 'account', '{"torn')).status).toBe(400);
    expect((await send('POST', 'account', '[]')).status).toBe(400);
    expect((await send('POST', 'account')).body.messages).toEqual(['Request body is missing']);
  });

  it('wants JSON to be said', async () => {
    const { send, token } = await fixture();
    const headers = { 'X-AUTH-TOKEN': token, 'Content-Type': 'text/plain' };
    expect((await send('POST', 'account', '{}', { headers })).status).toBe(415);
  });
});

describe('accounts', () => {
  it('creates one, as the guide answers', async () => {
    const { post, get } = await fixture();
    const { status, body } = await post('account', { ...ACCOUNT, unknownField: 1 });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      partitionId: 'sandbox-partition',
      accountNumber: 'SP-123',
      accountName: 'Customer Name',
      billingCycleDay: 1,
      status: 'ACTIVE',
      timeZone: 'US/Mountain',
      accountType: 'ADVANCED',
      platformType: 'CPE2',
      extensionLength: 4,
      dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT',
      routePlanId: '2ea93a62-2c44-4ab6-8fcb-a7b3c0b735e6',
      holdMusicMediaId: '5967df89-c80e-4e94-b73f-f6f29202de1e',
      holdTimeoutSeconds: 143,
      allowDangerousExtensions: false,
      sendWelcomeEmail: true,
      regulatoryType: 'RESIDENTIAL',
      endUserCount: 0,
      callingPlans: [],
    });
    expect((await get(`account/${body.id}`)).body).toEqual(body);
    expect((await get('account')).body).toEqual([body]);
  });

  it.each([
    [{ accountNumber: undefined }, 'accountNumber: must not be null'],
    [{ accountNumber: 'X'.repeat(26) }, 'accountNumber: size must be between 1 and 25'],
    [{ accountNumber: 7 }, 'accountNumber: must be a string, but is number'],
    [{ accountName: ' ' }, 'accountName: must not be blank'],
    [{ billingCycleDay: 32 }, 'billingCycleDay: must be between 1 and 31'],
    [{ billingCycleDay: 'first' }, 'billingCycleDay: must be an integer, but is string'],
    [{ extensionLength: '4' }, 'extensionLength: must be an integer, but is string'],
    [{ extensionLength: 7 }, 'extensionLength: must be between 3 and 6'],
    [{ extensionLength: null }, 'extensionLength: must not be null'],
    [{ accountType: 'BUSINESS' }, 'accountType: value "BUSINESS" is not one of [SIMPLE, ADVANCED]'],
    [{ partitionId: 'other' }, 'partitionId: does not match the path'],
  ])('refuses %j', async (fields, message) => {
    const { post, get } = await fixture();
    expect(await post('account', { ...ACCOUNT, ...fields })).toEqual(refused(400, message));
    expect((await get('account')).body).toEqual([]);
  });

  it('names every wrong field at once', async () => {
    const { post } = await fixture();
    const { body } = await post('account', { ...ACCOUNT, timeZone: 'Mountain', platformType: null });
    expect(body.messages).toEqual([
      'platformType: must not be null',
      expect.stringMatching(/^timeZone: value "Mountain" is not one of \[US\/Samoa, /),
    ]);
  });

  it('keeps account numbers unique in their partition', async () => {
    const { post, account } = await fixture();
    await account();
    expect(await post('account', ACCOUNT)).toEqual(refused(400, 'Account number SP-123 already exists'));
    expect((await post('/v2/partition/sandbox-sub-partition/account', ACCOUNT)).status).toBe(200);
  });

  it('finds one by its number, a telephone number or a MAC address', async () => {
    const { get, post, account, user, number } = await fixture();
    const id = await account({ accountNumber: 'A/1 é' });
    const userId = await user(id);
    await number(id, '18015551212');
    const device = {
      userId,
      deviceName: 'x',
      deviceTypeId: 'VVX400',
      lineNumber: 3,
      macAddress: '0004F2ABCDEF',
    };
    expect((await post(`account/${id}/deviceline`, device)).status).toBe(201);
    const found = (key: string, type: string) =>
      get(`account/${encodeURIComponent(key)}?accountIdType=${type}`).then(
        ({ status, body }) => body.id ?? status,
      );
    expect(await found('A/1 é', 'AccountNumber')).toBe(id);
    expect(await found('18015551212', 'PhoneNumber')).toBe(id);
    expect(await found('0004f2abcdef', 'MacAddress')).toBe(id);
    expect(await found('nothing', 'AccountNumber')).toBe(404);
    expect(await found('nothing', 'Name')).toBe(400);
    expect((await get(`account/${id}`)).body.endUserCount).toBe(1);
  });

  it('searches in number and name', async () => {
    const { get, account } = await fixture();
    const id = await account();
    await account({ accountNumber: 'OTHER', accountName: 'Else' });
    expect((await get('account/search?q=customer')).body).toEqual([
      {
        partitionId: 'sandbox-partition',
        id,
        accountNumber: 'SP-123',
        accountName: 'Customer Name',
        type: 'ADVANCED',
        accountStatus: 'ACTIVE',
        platformType: 'CPE2',
        matches: { accountName: 'Customer Name' },
      },
    ]);
  });

  it('says which properties are taken', async () => {
    const { get, post, account, user } = await fixture();
    const id = await account();
    const userId = await user(id);
    const device = { userId, deviceName: 'x', deviceId: 'SPA112', lineNumber: 2, macAddress: '123456abcabc' };
    const sipUsername = (await post(`account/${id}/deviceline`, device)).body.sipUsername;
    const check = (query: string) => get(`account/validateproperties?${query}`);
    expect(await check('accountnumber=SP-124&username=ann&macaddress=123456ABCABD')).toEqual({
      status: 200,
      body: true,
    });
    expect(await check('accountnumber=SP-123')).toEqual(refused(400, 'Account number SP-123 already exists'));
    expect((await check('username=JOHN.smith%40example.com')).body.messages).toEqual([
      'Username JOHN.smith@example.com already exists',
    ]);
    expect((await check('macaddress=123456ABCABC')).status).toBe(400);
    expect((await check(`sipusername=${sipUsername}`)).status).toBe(400);
  });

  it('deletes one with all that is on it, but not while it has numbers', async () => {
    const { sandbox, delete: remove, put, account, user, number } = await fixture();
    const id = await account();
    await user(id);
    await number(id, '18015551212');
    await put(`account/${id}/telephonenumber/18015551213/reserve`);
    expect(await remove(`account/${id}`)).toEqual(refused(400, 'Account still has telephone numbers'));
    expect((await remove(`account/${id}/telephonenumber/18015551212`)).status).toBe(204);
    expect(await remove(`account/${id}`)).toEqual({ status: 200, body: undefined });
    expect((await remove(`account/${id}`)).status).toBe(404);
    const { accounts, users, reservations } = sandbox.state;
    expect([accounts.size, users.size, reservations.size]).toEqual([0, 0, 0]);
    expect(await account(HOME)).toMatch(/^[\w-]{22}$/);
  });
});
