import { describe, expect, it } from 'vitest';
import { fixture, HOME, refused, served } from './client.js';

describe('business lines', () => {
  const lineOn = (id: string, fields: object = {}) => ({
    name: 'Line 2',
    callerIdPhoneNumber: '18015551212',
    callerIdVisible: true,
    emergencyCallbackPhoneNumber: '18015551212',
    accountId: id,
    partitionId: 'sandbox-partition',
    ...fields,
  });

  it('are created, twice under one name if that is asked', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const first = await client.post(`${base}/business-line`, lineOn(id, { id: 'string' }));
    expect(first.status).toBe(200);
    expect(first.body).toEqual({
      ...lineOn(id),
      id: expect.stringMatching(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/),
      callerIdName: 'ANONYMOUS',
    });
    const second = await client.post(`${base}/business-line`, lineOn(id));
    expect((await client.get(`${base}/business-line`)).body).toEqual([first.body, second.body]);
    expect((await client.get(`${base}/business-line/${first.body.id}`)).body).toEqual(first.body);
  });

  it.each<[object, string]>([
    [{ name: undefined }, 'name: must not be null'],
    [{ accountId: undefined }, 'accountId: must not be null'],
    [{ accountId: 'another' }, 'accountId: does not match the path'],
    [{ callerIdVisible: 'yes' }, 'callerIdVisible: must be a boolean, but is string'],
    [
      { callerIdPhoneNumber: '18015559999' },
      'callerIdPhoneNumber: telephone number 18015559999 is not on the account',
    ],
  ])('refuse %j', async (fields, message) => {
    const client = await fixture();
    const { id, base } = await served(client);
    expect(await client.post(`${base}/business-line`, lineOn(id, fields))).toEqual(refused(400, message));
  });

  it('need a business account', async () => {
    const client = await fixture();
    const id = await client.account(HOME);
    const line = { name: 'x', accountId: id, partitionId: 'sandbox-partition' };
    expect((await client.post(`account/${id}/business-line`, line)).body.messages).toEqual([
      'Business lines need an account of type ADVANCED',
    ]);
  });

  it('take call handling with its discriminators, and give it back', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const lineId = (await client.post(`${base}/business-line`, lineOn(id))).body.id;
    const path = `${base}/business-line/${lineId}/call-handling`;
    expect((await client.get(path)).body).toMatchObject({ activeCallHandling: 'RING_LINE' });
    const voicemail = { '@type': 'VoicemailRingFailoverAction' };
    const handling = {
      activeCallHandling: 'RING_LINE',
      callWaitingEnabled: true,
      busyFailoverAction: voicemail,
      unregisteredFailoverAction: {
        '@type': 'ForwardRingFailoverAction',
        forwardToPhoneNumber: '18015550000',
      },
      ringTimeoutConfiguration: {
        '@type': 'LimitedRingTimeoutConfiguration',
        timeoutSeconds: 20,
        noAnswerAction: { '@type': 'BusyRingFailoverAction' },
      },
      voicemailBoxId: (
        await client.post(`${base}/business-line/voicemail-box`, {
          ...{ name: 'Voicemail 1', accountId: id, partitionId: 'sandbox-partition' },
        })
      ).body.id,
    };
    expect(await client.put(path, handling)).toEqual({ status: 200, body: handling });
    expect((await client.get(path)).body).toEqual(handling);
    const messages = async (fields: object) =>
      (await client.put(path, { ...handling, ...fields })).body.messages;
    expect(await messages({ busyFailoverAction: 'Voicemail' })).toEqual([
      'busyFailoverAction: must be an object',
    ]);
    expect(await messages({ busyFailoverAction: { type: 'VoicemailRingFailoverAction' } })).toEqual([
      'busyFailoverAction.@type: value undefined is not one of [VoicemailRingFailoverAction, BusyRingFailoverAction, ForwardRingFailoverAction]',
    ]);
    expect(await messages({ busyFailoverAction: { '@type': 'ForwardRingFailoverAction' } })).toEqual([
      'busyFailoverAction.forwardToPhoneNumber: must not be null',
    ]);
    expect(
      await messages({ ringTimeoutConfiguration: { '@type': 'LimitedRingTimeoutConfiguration' } }),
    ).toEqual(['ringTimeoutConfiguration.noAnswerAction: must not be null']);
    expect(await messages({ unregisteredFailoverAction: null, activeCallHandling: 'RING' })).toEqual([
      'activeCallHandling: value "RING" is not one of [RING_LINE, FORWARD]',
      'unregisteredFailoverAction: must not be null',
    ]);
    expect(await messages({ activeCallHandling: 'FORWARD' })).toEqual([
      'forwardToPhoneNumber: is required when activeCallHandling is FORWARD',
    ]);
    expect(await messages({ voicemailBoxId: 'Voicemail 1' })).toEqual([
      'voicemailBoxId: voicemail box Voicemail 1 is not on the account',
    ]);
    expect(await messages({ forwardToPhoneNumber: 'string' })).toEqual([
      "forwardToPhoneNumber: 'string' must be digits",
    ]);
  });

  it('are connected with one port of an ATA', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const newLine = async () => (await client.post(`${base}/business-line`, lineOn(id))).body.id as string;
    const path = (lineId: string) => `${base}/business-line/${lineId}/port-assignment`;
    const [first, second] = [await newLine(), await newLine()];
    const port = { macAddress: '123456ABCABC', portNumber: 1, deviceTypeId: 'SPA112', faxEnabled: true };
    expect((await client.get(path(first))).status).toBe(404);
    const assigned = { status: 200, body: { ...port, businessLineId: first } };
    expect(await client.post(path(first), port)).toEqual(assigned);
    expect(await client.get(path(first))).toEqual(assigned);
    const post = (fields: object) => client.post(path(second), { ...port, ...fields });
    expect((await client.post(path(first), { ...port, portNumber: 2 })).status).toBe(409);
    expect((await post({})).status).toBe(409);
    expect((await post({ portNumber: 3 })).body.messages).toEqual([
      'portNumber: SPA112 has 2 line(s), not 3',
    ]);
    expect((await post({ deviceTypeId: 'VVX400' })).body.messages).toEqual([
      'deviceTypeId: VVX400 is not an ATA',
    ]);
    expect((await post({ portNumber: 2, deviceTypeId: undefined })).status).toBe(400);
    expect((await client.get(`account/123456abcabc?accountIdType=MacAddress`)).body.id).toBe(id);
    expect((await client.delete(path(first))).status).toBe(204);
    expect((await client.delete(path(first))).status).toBe(404);
    expect((await post({})).status).toBe(200);
  });

  it('are deleted with what hangs on them, but not while a number references them', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const lineId = (await client.post(`${base}/business-line`, lineOn(id))).body.id;
    await client.post(`${base}/business-line/${lineId}/port-assignment`, {
      macAddress: '123456ABCABC',
      portNumber: 1,
      deviceTypeId: 'SPA112',
    });
    const reference = { referenceType: 'BUSINESS_LINE', referenceId: lineId };
    expect((await client.patch(`${base}/telephonenumber/18015551212`, reference)).status).toBe(200);
    expect((await client.delete(`${base}/business-line/${lineId}`)).status).toBe(400);
    await client.delete(`${base}/telephonenumber/18015551212`);
    expect((await client.delete(`${base}/business-line/${lineId}`)).status).toBe(204);
    expect((await client.delete(`${base}/business-line/${lineId}`)).status).toBe(404);
    expect(client.sandbox.state.portAssignments.size).toBe(0);
  });
});
