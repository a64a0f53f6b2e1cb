import { describe, expect, it } from 'vitest';
import { fixture, refused, served } from './client.js';

describe('what a number can ring besides users, lines, groups and trunks', () => {
  async function furnished() {
    const client = await fixture();
    const { id, base } = await served(client);
    const put = async (body: object) => {
      const reply = await fetch(`${client.sandbox.url}/_sandbox/targets`, {
        ...{ method: 'POST', body: JSON.stringify(body) },
      });
      return { status: reply.status, body: (await reply.json()) as { id: string } };
    };
    return { client, id, base, put };
  }

  it('is put on an account by an own route, and listed where the API lists it', async () => {
    const { client, id, base, put } = await furnished();
    const lists = { IVR: 'ivr', VFAX: 'vfax', SPECIALTY_LINE: 'specialty-line', CALL_GROUP: 'group' };
    for (const [type, path] of Object.entries(lists)) {
      expect((await client.get(`${base}/${path}`)).body).toEqual([]);
      const { status, body } = await put({ accountNumber: 'SP-123', type, name: `A ${type}` });
      expect(status).toBe(201);
      const listed = { id: body.id, accountId: id, partitionId: 'sandbox-partition', name: `A ${type}` };
      expect((await client.get(`${base}/${path}`)).body).toEqual([expect.objectContaining(listed)]);
    }
    expect((await put({ accountNumber: 'SP-9', type: 'IVR', name: 'A' })).status).toBe(404);
    expect((await put({ accountNumber: 'SP-123', type: 'USER', name: 'A' })).status).toBe(400);
    const other = await client.account({ accountNumber: 'SP-124' });
    expect((await client.get(`account/${other}/ivr`)).body).toEqual([]);
    expect((await client.get('account/none/ivr')).status).toBe(404);
    // An unknown account is answered in an error shape of its own.
    expect(await client.get('account/none/specialty-line')).toEqual({
      status: 403,
      body: { errorCode: 'ACCESS_DENIED', message: 'Account none not found', traceId: expect.any(String) },
    });
  });

  it('is rung by numbers of its own account only, each by its type', async () => {
    const { client, base, put } = await furnished();
    const other = await client.account({ accountNumber: 'SP-124' });
    await client.number(other, '18015551213');
    for (const type of ['IVR', 'AUTO_ATTENDANT', 'CONTACT_CENTER', 'CALL_QUEUE']) {
      const { id } = (await put({ accountNumber: 'SP-123', type, name: 'A' })).body;
      const reference = { referenceType: type, referenceId: id };
      expect((await client.patch(`${base}/telephonenumber/18015551212`, reference)).body).toMatchObject(
        reference,
      );
      const strange = await client.patch(`account/${other}/telephonenumber/18015551213`, reference);
      expect(strange).toEqual(refused(400, `referenceId: ${type} ${id} is not on the account`));
      const wrong = await client.patch(`${base}/telephonenumber/18015551212`, {
        ...reference,
        referenceType: 'VFAX',
      });
      expect(wrong).toEqual(refused(400, `referenceId: VFAX ${id} is not on the account`));
      const callerId = { ...reference, assignAsCallerId: true };
      expect(await client.patch(`${base}/telephonenumber/18015551212`, callerId)).toEqual(
        refused(400, 'assignAsCallerId: works only with referenceType END_USER'),
      );
    }
  });
});
