import { describe, expect, it } from 'vitest';
import { fixture, HOME, HOME_USER, refused, shapeOf, USER } from './client.js';

describe('users', () => {
  it('creates one, as the guide answers', async () => {
    const { post, get, account } = await fixture();
    const accountId = await account();
    const { status, body } = await post(`account/${accountId}/user`, USER);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...USER,
      accountId,
      partitionId: 'sandbox-partition',
      mustChangePassword: true,
    });
    expect(shapeOf(body)).toEqual({
      id: 'string',
      username: 'string',
      firstName: 'string',
      lastName: 'string',
      emailAddress: 'string',
      mustChangePassword: 'boolean',
      languageTag: 'string',
      partitionId: 'string',
      accountId: 'string',
      callingPlans: [
        {
          ...{ referenceId: 'string', referenceType: 'string', callingPlanProductId: 'string' },
          ...{ startDate: 'string', planMinutes: 'number', secondsRemaining: 'number' },
        },
      ],
      devices: [],
      timeZone: 'string',
      extension: 'string',
      callerIdConfig: { externalCallerIdVisible: 'boolean', extensionCallerIdVisible: 'boolean' },
      callHandlingSettings: {
        callWaitingEnabled: 'boolean',
        doNotDisturbEnabled: 'boolean',
        callHandlingOptionType: 'string',
        ringPhoneCallHandling: {
          busyCallHandling: { type: 'string' },
          noAnswerCallHandling: { type: 'string', timeout: 'number' },
          unregisteredCallHandling: { type: 'string' },
        },
      },
      callScreeningSettings: {
        anonymousCallScreen: 'string',
        anonymousRingType: 'string',
        tollFreeCallScreen: 'string',
        tollFreeRingType: 'string',
        defaultCallScreen: 'string',
        defaultRingType: 'string',
      },
      callHandlingSchedules: [],
      voicemailBoxId: 'string',
      endUserType: 'string',
      userProductPlan: 'string',
      pinLockedOut: 'boolean',
      welcomeEmailSent: 'string',
      blockEmail: 'boolean',
      allowPortalAccess: 'boolean',
    });
    expect((await get(`account/${accountId}/user/${body.id}`)).body).toEqual(body);
    expect((await get(`account/${accountId}/user/JOHN.SMITH@example.com?idType=UserName`)).body).toEqual(
      body,
    );
    expect((await get(`account/${accountId}/user?limitedData=true`)).body).toMatchObject([
      { id: body.id, extension: '4000', username: USER.username },
    ]);
    expect((await get(`account/${accountId}/user`)).body).toEqual([body]);
  });

  it.each([
    [{ firstName: undefined }, 'firstName: must not be null'],
    [{ timeZone: undefined }, 'timeZone: must not be null'],
    [{ extension: 4000 }, 'extension: must be a string, but is number'],
    [{ extension: undefined }, 'extension: must not be null on an ADVANCED account'],
    [{ extension: '400' }, "extension: '400' must have 4 digits"],
    [{ extension: '9000' }, "extension: '9000' must begin with a digit from 2 to 8"],
    [{ extension: '4x00' }, "extension: '4x00' must be digits"],
    [{ userProductPlan: undefined }, 'userProductPlan: must not be null on an ADVANCED account'],
    [{ username: undefined }, 'username: is required when allowPortalAccess is true'],
    [{ emailAddress: undefined }, 'emailAddress: is required when allowPortalAccess is true'],
    [{ emailAddress: 'john' }, "emailAddress: 'john' must be a valid email address"],
    [
      { userProductPlan: 'PROFESSIONAL', emailAddress: undefined, allowPortalAccess: false },
      'emailAddress: is required by the PROFESSIONAL plan',
    ],
    [{ allowPortalAccess: 'true' }, 'allowPortalAccess: must be a boolean, but is string'],
  ])('refuses %j', async (fields, message) => {
    const { post, account } = await fixture();
    const accountId = await account();
    expect(await post(`account/${accountId}/user`, { ...USER, ...fields })).toEqual(refused(400, message));
  });

  it('turns portal access on for the plans with the app, which then ask for no username', async () => {
    const { post, account } = await fixture();
    const accountId = await account();
    const { username: _, allowPortalAccess: __, ...rest } = USER;
    const { body } = await post(`account/${accountId}/user`, {
      ...rest,
      userProductPlan: 'ADVANCED',
      blockEmail: true,
    });
    expect(body).toMatchObject({ allowPortalAccess: true, blockEmail: true });
    expect(body).not.toHaveProperty('welcomeEmailSent');
  });

  it('keeps extensions unique in the account and usernames on the platform, whatever their case', async () => {
    const { post, account, user } = await fixture();
    const first = await account();
    const second = await account({ accountNumber: 'SP-124' });
    await user(first);
    expect(await post(`account/${first}/user`, { ...USER, username: 'other' })).toEqual(
      refused(400, 'extension: 4000 already exists on the account'),
    );
    expect(await post(`account/${second}/user`, { ...USER, username: 'John.Smith@Example.com' })).toEqual(
      refused(400, 'username: John.Smith@Example.com already exists'),
    );
    expect((await post(`account/${second}/user`, { ...USER, username: 'other' })).status).toBe(200);
  });

  it('takes one plain user on a Home Phone account', async () => {
    const { post, account } = await fixture();
    const home = await account(HOME);
    expect((await post(`account/${home}/user`, USER)).body.messages).toEqual([
      'userProductPlan: must be null on a SIMPLE account',
      'endUserType: must be null on a SIMPLE account',
    ]);
    const { body } = await post(`account/${home}/user`, HOME_USER);
    expect(body).toMatchObject({ firstName: 'Ann', allowPortalAccess: false });
    expect(body).not.toHaveProperty('userProductPlan');
    expect(await post(`account/${home}/user`, HOME_USER)).toEqual(
      refused(400, 'A SIMPLE account supports only one user'),
    );
  });

  it('patches single fields under the same rules', async () => {
    const { patch, account, user } = await fixture();
    const accountId = await account();
    const id = await user(accountId);
    await user(accountId, { username: 'other', extension: '4001' });
    const path = `account/${accountId}/user/${id}`;
    expect((await patch(path, { extension: '4002' })).body).toMatchObject({
      id,
      extension: '4002',
      firstName: 'John',
    });
    expect((await patch(path, { extension: '4001' })).status).toBe(400);
  });

  it('shows a caller ID that is on the account, given whole', async () => {
    const { patch, account, user, number } = await fixture();
    const accountId = await account();
    const path = `account/${accountId}/user/${await user(accountId)}`;
    const visible = { externalCallerIdVisible: false, extensionCallerIdVisible: true };
    const callerIdConfig = { callerIdNumber: '18015551212', ...visible };
    expect(await patch(path, { callerIdConfig: { callerIdNumber: '18015551212' } })).toEqual(
      refused(
        400,
        'callerIdConfig.externalCallerIdVisible: must not be null',
        'callerIdConfig.extensionCallerIdVisible: must not be null',
      ),
    );
    expect(await patch(path, { callerIdConfig })).toEqual(
      refused(400, 'callerIdNumber: telephone number 18015551212 is not on the account'),
    );
    await number(accountId, '18015551212');
    expect((await patch(path, { callerIdConfig })).body.callerIdConfig).toEqual(callerIdConfig);
    // what is patched later leaves it alone
    expect((await patch(path, { tags: 'west' })).body).toMatchObject({ tags: 'west', callerIdConfig });
  });

  it.each<[object, string]>([
    [{ callWaitingEnabled: 'yes' }, 'callWaitingEnabled: must be a boolean, but is string'],
    [
      { callHandlingOptionType: 'ForwardAlways' },
      'forwardAlwaysToNumber: must not be null with ForwardAlways',
    ],
    [
      { ringPhoneCallHandling: { busyCallHandling: { type: 'Forward' } } },
      'ringPhoneCallHandling.busyCallHandling.forwardToNumber: must not be null with type Forward',
    ],
    [
      { ringPhoneCallHandling: { busyCallHandling: { type: 'RingForever' } } },
      'ringPhoneCallHandling.busyCallHandling.type: value "RingForever" is not one of [Forward, Voicemail, Busy]',
    ],
    [
      { ringPhoneCallHandling: { noAnswerCallHandling: { type: 'Voicemail', timeout: 0 } } },
      'ringPhoneCallHandling.noAnswerCallHandling.timeout: must be between 1 and 2147483647',
    ],
  ])('treat no calls as %j', async (callHandlingSettings, message) => {
    const { patch, account, user } = await fixture();
    const accountId = await account();
    const path = `account/${accountId}/user/${await user(accountId)}`;
    expect(await patch(path, { callHandlingSettings })).toEqual(
      refused(400, `callHandlingSettings.${message}`),
    );
  });

  it('replace how they treat calls whole', async () => {
    const { patch, get, account, user } = await fixture();
    const accountId = await account();
    const path = `account/${accountId}/user/${await user(accountId)}`;
    await patch(path, { callHandlingSettings: { callWaitingEnabled: false } });
    expect((await get(path)).body.callHandlingSettings).toEqual({ callWaitingEnabled: false });
  });

  it('deletes one with its devices, but not while a number references it', async () => {
    const { sandbox, post, patch, delete: remove, account, user, number } = await fixture();
    const accountId = await account();
    const id = await user(accountId);
    await number(accountId, '18015551212');
    const device = {
      userId: id,
      deviceName: 'x',
      deviceId: 'SPA112',
      lineNumber: 1,
      macAddress: '123456abcabc',
    };
    await post(`account/${accountId}/deviceline`, device);
    const tn = `account/${accountId}/telephonenumber/18015551212`;
    await patch(tn, { referenceType: 'END_USER', referenceId: id });
    expect(await remove(`account/${accountId}/user/${id}`)).toEqual(
      refused(400, `User ${id} is still referenced by telephone number 18015551212`),
    );
    await patch(tn, { referenceType: null, referenceId: null });
    expect((await remove(`account/${accountId}/user/${id}`)).status).toBe(204);
    expect([sandbox.state.users.size, sandbox.state.devices.size]).toEqual([0, 0]);
    expect((await remove(`account/${accountId}/user/${id}`)).status).toBe(404);
  });

  it('knows no user of another account', async () => {
    const { get, account, user } = await fixture();
    const id = await user(await account());
    const other = await account({ accountNumber: 'SP-124' });
    expect((await get(`account/${other}/user/${id}`)).status).toBe(404);
    expect((await get(`account/nobody/user/${id}`)).body.messages).toEqual(['Account nobody not found']);
  });

  it('mails a user as often as it is told, with the date of the last, and no number of it in an answer', async () => {
    const { sandbox, post, get, account, user } = await fixture();
    const accountId = await account();
    const id = await user(accountId, { blockEmail: true });
    const at = `account/${accountId}/user`;
    expect((await get(`${at}/${id}`)).body.welcomeEmailSent).toBeUndefined();
    for (const mails of [1, 2]) {
      expect((await post(`${at}/${id}/send-welcome-email`, undefined)).status).toBe(204);
      expect(sandbox.state.users.get(id)?.welcomeMails).toBe(mails);
    }
    const { body } = await get(`${at}/${id}`);
    expect(Date.now() - Date.parse(body.welcomeEmailSent)).toBeLessThan(60_000);
    expect(body).not.toHaveProperty('welcomeMails');
    expect((await get(at)).body[0]).not.toHaveProperty('welcomeMails');
    expect((await get(`${at}?limitedData=true`)).body[0]).not.toHaveProperty('welcomeMails');
    const without = { username: undefined, allowPortalAccess: false, blockEmail: true };
    const bare = await user(accountId, { ...without, extension: '4001' });
    expect(await post(`${at}/${bare}/send-welcome-email`, undefined)).toEqual(
      refused(400, `User ${bare} has no portal access`),
    );
    const silent = await user(accountId, { ...without, extension: '4002', emailAddress: undefined });
    expect(await post(`${at}/${silent}/send-welcome-email`, undefined)).toEqual(
      refused(400, `User ${silent} has no email address`),
    );
    expect(await post(`${at}/nobody/send-welcome-email`, undefined)).toEqual(
      refused(404, 'User nobody not found'),
    );
  });

  it('mails a new user at once, unless the user or the account says otherwise', async () => {
    const { sandbox, account, user } = await fixture();
    const accountId = await account();
    const quiet = await account({ accountNumber: 'SP-124', sendWelcomeEmail: false });
    const mailed = await user(accountId, { blockEmail: false });
    const blocked = await user(accountId, { blockEmail: true, extension: '4001', username: 'b.b' });
    const off = await user(quiet, { blockEmail: false, username: 'c.c' });
    const sent = (id: string) => {
      const { welcomeMails, welcomeEmailSent } = sandbox.state.users.get(id) ?? {};
      return [welcomeMails, welcomeEmailSent !== undefined];
    };
    expect([mailed, blocked, off].map(sent)).toEqual([
      [1, true],
      [undefined, false],
      [undefined, false],
    ]);
  });
});
