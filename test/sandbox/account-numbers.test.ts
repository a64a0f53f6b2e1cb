import { describe, expect, it } from 'vitest';
import { activation, CSR, fixture, HOME, refused, shapeOf } from './client.js';

describe('numbers on an account', () => {
  it('are added with the body of the guide, which comes back with ids', async () => {
    const { post, get, account } = await fixture();
    const id = await account();
    const body = {
      ...activation('18015551212', '18015551213'),
      directoryListing: { listed: true, type: 'NOT_LIST_NOT_PUBLISH', address: CSR },
      e911Address: { address: CSR, latitude: '40.332492', longitude: '-111.728167' },
    };
    const reply = await post(`account/${id}/telephonenumber`, body);
    expect(reply.status).toBe(200);
    expect(reply.body).toEqual({
      ...body,
      id: expect.any(String),
      accountId: id,
      partitionId: 'sandbox-partition',
      customerServiceRecord: { ...CSR, id: expect.any(String) },
      telephoneNumbers: [
        { phoneNumber: '18015551212', id: '18015551212' },
        { phoneNumber: '18015551213', id: '18015551213' },
      ],
    });
    const one = (await get(`account/${id}/telephonenumber/18015551213`)).body;
    expect(one).toMatchObject({
      id: '18015551213',
      phoneNumber: '18015551213',
      accountId: id,
      carrierStatus: 'ACTIVE',
      operationalStatus: 'ACTIVE',
      e911Address: { streetName: '520', latitude: '40.332492', longitude: '-111.728167' },
    });
    expect(one).not.toHaveProperty('referenceId');
    expect((await get(`account/${id}/telephonenumber`)).body).toEqual([
      { ...one, id: '18015551212', phoneNumber: '18015551212' },
      one,
    ]);
  });

  it('take the E911 address flat, nested or both ways, and hold the activation', async () => {
    const { post, get, account } = await fixture();
    const id = await account();
    const ways = [{ ...CSR, latitude: '40.3' }, { address: CSR }, { ...CSR, address: CSR }];
    for (const [index, e911Address] of ways.entries()) {
      const tn = `1801555121${index}`;
      const body = { ...activation(tn), e911Address, holdActivation: true };
      expect((await post(`account/${id}/telephonenumber`, body)).status).toBe(200);
      const { body: number } = await get(`account/${id}/telephonenumber/${tn}`);
      expect(number).toMatchObject({ carrierStatus: 'ACTIVATION_ON_HOLD', e911Address: { city: 'Lindon' } });
    }
  });

  const csr = (fields: object) => ({ customerServiceRecord: { ...CSR, ...fields } });
  it.each<[object, string]>([
    [{ customerServiceRecord: undefined }, 'customerServiceRecord: must not be null'],
    [csr({ customerType: undefined }), 'customerServiceRecord.customerType: must not be null'],
    [
      csr({ lastName: undefined }),
      'customerServiceRecord.lastName: is required with customerType RESIDENTIAL',
    ],
    [
      csr({ customerType: 'BUSINESS' }),
      'customerServiceRecord.businessName: is required with customerType BUSINESS',
    ],
    [
      csr({ customerName: 'Smith & Sons' }),
      "customerServiceRecord.customerName: 'Smith & Sons' must be alphanumeric",
    ],
    [
      csr({ customerName: 'A'.repeat(16) }),
      'customerServiceRecord.customerName: size must be between 1 and 15',
    ],
    [csr({ streetNumber: 333 }), 'customerServiceRecord.streetNumber: must be a string, but is number'],
    [csr({ state: 'Utopia' }), 'customerServiceRecord.state: "Utopia" is not a state or province'],
    [csr({ unit: '12345678901' }), 'customerServiceRecord.unit: size must be between 0 and 10'],
    [{ directoryListing: undefined }, 'directoryListing: must not be null'],
    [
      { directoryListing: { listed: 'no', type: 'LIST_PUBLISH' } },
      'directoryListing.listed: must be a boolean, but is string',
    ],
    [
      { directoryListing: { listed: true, type: 'LIST_PUBLISH' } },
      'directoryListing.address: is required when listed is true',
    ],
    [{ e911Address: { ...CSR, city: undefined } }, 'e911Address.city: must not be null'],
    [{ e911Address: { ...CSR, latitude: 40.3 } }, 'e911Address.latitude: must be a string, but is number'],
    [{ holdActivation: 'false' }, 'holdActivation: must be a boolean, but is string'],
    [{ telephoneNumbers: [] }, 'telephoneNumbers: size must be at least 1'],
    [
      { telephoneNumbers: [{ phoneNumber: '8015551212' }] },
      "telephoneNumbers[0].phoneNumber: '8015551212' must be an 11-digit string beginning with 1",
    ],
    [
      { telephoneNumbers: [{ phoneNumber: '18015551212' }, { phoneNumber: '18015551212' }] },
      'telephoneNumbers: holds a number twice',
    ],
    [
      { telephoneNumbers: [{ phoneNumber: '19995551212' }] },
      'Telephone number 19995551212 is not in inventory',
    ],
    [{ accountId: 'another' }, 'accountId: does not match the path'],
  ])('refuse %j', async (fields, message) => {
    const { sandbox, post, account } = await fixture();
    const path = `account/${await account()}/telephonenumber`;
    expect(await post(path, { ...activation('18015551212'), ...fields })).toEqual(refused(400, message));
    expect(sandbox.state.numbers.size).toBe(0);
  });

  it('are added all or none, once, and not after they were given back', async () => {
    const { sandbox, post, delete: remove, account, number } = await fixture();
    const [mine, other] = [await account(), await account({ accountNumber: 'SP-124' })];
    await number(mine, '18015551212');
    expect((await post(`account/${mine}/telephonenumber`, activation('18015551212'))).body.messages).toEqual([
      'Telephone number 18015551212 already exists on the account',
    ]);
    expect(
      (await post(`account/${other}/telephonenumber`, activation('18015551213', '18015551212'))).body
        .messages,
    ).toEqual(['Telephone number 18015551212 is assigned to another account']);
    expect(sandbox.state.numbers.size).toBe(1);
    expect((await remove(`account/${mine}/telephonenumber/18015551212`)).status).toBe(204);
    expect((await remove(`account/${mine}/telephonenumber/18015551212`)).status).toBe(404);
    expect((await post(`account/${mine}/telephonenumber`, activation('18015551212'))).body.messages).toEqual([
      'Telephone number 18015551212 is in cooldown',
    ]);
  });

  it('are one on a Home Phone account', async () => {
    const { post, account, number } = await fixture();
    const id = await account(HOME);
    await number(id, '18015551212');
    expect((await post(`account/${id}/telephonenumber`, activation('18015551213'))).body.messages).toEqual([
      'A SIMPLE account supports only one telephone number',
    ]);
  });

  it('reference users, lines and trunks of their account, and become the caller ID of a user', async () => {
    const { get, patch, delete: remove, account, user, number } = await fixture();
    const id = await account();
    const userId = await user(id);
    await number(id, '18015551212');
    const tn = `account/${id}/telephonenumber/18015551212`;
    const wanted = { referenceType: 'END_USER', referenceId: userId, assignAsCallerId: true };
    expect((await patch(tn, wanted)).body).toMatchObject({ phoneNumber: '18015551212', ...wanted });
    expect((await get(tn)).body).toMatchObject(wanted);
    const callerId = async () => (await get(`account/${id}/user/${userId}`)).body.callerIdConfig;
    expect(await callerId()).toMatchObject({ callerIdNumber: '18015551212' });
    const messages = async (body: object) => (await patch(tn, body)).body.messages;
    expect(await messages({ referenceType: 'SIP_TRUNK', referenceId: userId })).toEqual([
      `referenceId: SIP_TRUNK ${userId} is not on the account`,
    ]);
    expect(await messages({ ...wanted, referenceType: 'BUSINESS_LINE' })).toEqual([
      'assignAsCallerId: works only with referenceType END_USER',
    ]);
    expect(await messages({ referenceType: 'USER', referenceId: userId })).toEqual([
      expect.stringContaining('referenceType: value "USER" is not one of [SIP_TRUNK, END_USER'),
    ]);
    expect(await messages({ referenceType: null })).toEqual(['referenceType: must not be null']);
    const cleared = (await patch(tn, { referenceType: null, referenceId: null })).body;
    expect(cleared).not.toHaveProperty('referenceType');
    await remove(tn);
    expect(await callerId()).not.toHaveProperty('callerIdNumber');
  });

  it('reference nothing of another account', async () => {
    const { patch, account, user, number } = await fixture();
    const userId = await user(await account());
    const other = await account({ accountNumber: 'SP-124' });
    await number(other, '18015551212');
    const wanted = { referenceType: 'END_USER', referenceId: userId };
    expect(await patch(`account/${other}/telephonenumber/18015551212`, wanted)).toEqual(
      refused(400, `referenceId: END_USER ${userId} is not on the account`),
    );
    expect((await patch(`account/${other}/telephonenumber/18015551213`, wanted)).status).toBe(404);
  });

  it('are replaced by PUT', async () => {
    const { put, account, user, number } = await fixture();
    const id = await account();
    await number(id, '18015551212');
    const tn = `account/${id}/telephonenumber/18015551212`;
    const { customerServiceRecord, directoryListing } = activation();
    const records = { customerServiceRecord: { ...customerServiceRecord, unit: '7' }, directoryListing };
    const reference = { referenceType: 'END_USER', referenceId: await user(id) };
    expect((await put(tn, { ...records, ...reference })).body).toMatchObject({
      ...reference,
      customerServiceRecord: { unit: '7' },
      e911Address: { unit: '7' },
    });
    expect((await put(tn, records)).body).not.toHaveProperty('referenceId');
    expect((await put(tn, { directoryListing })).status).toBe(400);
  });
});

describe('account/e911/prevalidate', () => {
  it('checks without writing', async () => {
    const { sandbox, put } = await fixture();
    const check = (fields: object) =>
      put('account/e911/prevalidate', { ...activation('18015551212'), e911Address: { ...CSR, ...fields } });
    const { body } = await check({});
    expect(body).toMatchObject({ valid: 'VALID', errors: [], address: { streetName: '520' } });
    expect(shapeOf(body)).toMatchObject({ valid: 'string', errors: [], addressAlternatives: [] });
    expect((await check({ streetName: 'Nowhere' })).body).toMatchObject({
      valid: 'INVALID',
      errors: ['Address could not be verified by the E911 provider'],
    });
    expect((await check({ city: undefined })).status).toBe(400);
    expect(sandbox.state.numbers.size).toBe(0);
  });
});
