import { describe, expect, it } from 'vitest';
import { type Fixture, fixture, HOME, refused, served } from './client.js';

/** An account with two lines and a voicemail box; another account with a line and a box. */
async function lines() {
  const client = await fixture();
  const { id, base } = await served(client);
  const owner = (accountId: string) => ({ accountId, partitionId: 'sandbox-partition' });
  const newLine = async (accountId: string, name: string) =>
    (await client.post(`account/${accountId}/business-line`, { name, ...owner(accountId) })).body
      .id as string;
  const newBox = async (accountId: string, name: string) =>
    (await client.post(`account/${accountId}/business-line/voicemail-box`, { name, ...owner(accountId) }))
      .body.id as string;
  const other = await client.account({ accountNumber: 'SP-999' });
  return {
    ...{ client, id, base, groups: `${base}/business-line-hunt-group` },
    ...{ first: await newLine(id, 'First'), second: await newLine(id, 'Second') },
    ...{ foreign: await newLine(other, 'Foreign'), box: await newBox(id, 'Main') },
    foreignBox: await newBox(other, 'Main'),
    group: (huntingConfiguration: object) => ({ name: 'Sales', ...owner(id), huntingConfiguration }),
  };
}

describe('hunt groups', () => {
  it.each<[string, (first: string, second: string) => object]>([
    [
      'linear',
      (first, second) => ({
        ...{ '@type': 'LinearHuntingConfiguration', ringTimeoutSeconds: 20 },
        members: [
          { businessLineId: second, sequenceOrder: 0 },
          { businessLineId: first, sequenceOrder: 1 },
        ],
      }),
    ],
    [
      'sequential',
      (first) => ({
        '@type': 'SequentialHuntingConfiguration',
        members: [{ businessLineId: first, sequenceOrder: 0, ringTimeoutSeconds: 0 }],
      }),
    ],
    [
      'simultaneous',
      (first, second) => ({
        ...{ '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 20 },
        members: [first, second],
      }),
    ],
  ])('are created %s, read, replaced and deleted', async (_strategy, configuration) => {
    const { client, groups, group, first, second } = await lines();
    const wanted = group(configuration(first, second));
    const { status, body } = await client.post(groups, wanted);
    expect([status, body]).toEqual([200, { ...wanted, id: expect.any(String) }]);
    expect((await client.get(groups)).body).toEqual([body]);
    expect((await client.get(`${groups}/${body.id}`)).body).toEqual(body);
    const changed = { ...body, ...group(configuration(second, first)), name: 'Support' };
    expect(await client.put(`${groups}/${body.id}`, changed)).toEqual({ status: 200, body: changed });
    expect((await client.get(groups)).body).toEqual([changed]);
    expect((await client.delete(`${groups}/${body.id}`)).status).toBe(204);
    expect((await client.get(groups)).body).toEqual([]);
    expect((await client.get(`${groups}/${body.id}`)).status).toBe(404);
  });

  it('refuse members that are none, are twice, or are of another account', async () => {
    const { client, groups, group, first, foreign } = await lines();
    const linear = (...members: unknown[]) =>
      group({ '@type': 'LinearHuntingConfiguration', ringTimeoutSeconds: 20, members });
    const messages = async (body: object) => (await client.post(groups, body)).body.messages;
    const member = (businessLineId: string) => ({ businessLineId, sequenceOrder: 0 });
    expect(await messages(linear())).toEqual(['huntingConfiguration.members: size must be at least 1']);
    expect(await messages(linear({}))).toHaveLength(2);
    expect(await messages(linear(member(first), member(first)))).toEqual([
      'huntingConfiguration.members: holds a business line twice',
    ]);
    expect(await messages(linear(member(foreign)))).toEqual([
      `huntingConfiguration.members: business line ${foreign} is not on the account`,
    ]);
    expect(await messages(group({ '@type': 'LINEAR', members: [member(first)] }))).toEqual([
      'huntingConfiguration.@type: value "LINEAR" is not one of [LinearHuntingConfiguration, SequentialHuntingConfiguration, SimultaneousHuntingConfiguration]',
    ]);
    expect(await messages(group({ '@type': 'SimultaneousHuntingConfiguration', members: [first] }))).toEqual([
      'huntingConfiguration.ringTimeoutSeconds: must not be null',
    ]);
    const home = await client.account(HOME);
    const there = { ...linear(member(first)), accountId: home };
    expect(await client.post(`account/${home}/business-line-hunt-group`, there)).toEqual(
      refused(400, 'Hunt groups need an account of type ADVANCED'),
    );
  });

  it('say for each reason what becomes of a call that nobody takes', async () => {
    const { client, groups, group, first, box, foreignBox } = await lines();
    const configuration = { '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 9 };
    const { id } = (await client.post(groups, group({ ...configuration, members: [first] }))).body;
    const at = (reason: string) => `${groups}/${id}/failover-action/${reason}`;
    expect((await client.get(at('BUSY'))).body).toEqual({
      '@type': 'BusyFailoverAction',
      failoverReason: 'BUSY',
    });
    const voicemail = {
      '@type': 'VoicemailFailoverAction',
      failoverReason: 'NO_ANSWER',
      voicemailBoxId: box,
    };
    expect(await client.put(at('NO_ANSWER'), voicemail)).toEqual({ status: 200, body: voicemail });
    expect((await client.get(at('NO_ANSWER'))).body).toEqual(voicemail);
    const refusal = async (reason: string, fields: object) =>
      (await client.put(at(reason), { ...voicemail, ...fields })).body.messages;
    expect(await refusal('BUSY', {})).toEqual(['failoverReason: does not match the path']);
    expect(await refusal('NO_ANSWER', { voicemailBoxId: undefined })).toEqual([
      'failoverAction.voicemailBoxId: must not be null',
    ]);
    expect(await refusal('NO_ANSWER', { voicemailBoxId: foreignBox })).toEqual([
      `voicemailBoxId: voicemail box ${foreignBox} is not on the account`,
    ]);
    expect(await refusal('NO_ANSWER', { '@type': 'ForwardFailoverAction' })).toEqual([
      'failoverAction.forwardToPhoneNumber: must not be null',
    ]);
    expect((await refusal('NO_ANSWER', { '@type': 'VoicemailRingFailoverAction' }))[0]).toContain('@type');
    expect((await client.get(at('NEVER'))).status).toBe(400);
    await client.delete(`${groups}/${id}`);
    expect(client.sandbox.state.failoverActions.size).toBe(0);
  });

  it('are kept while a number rings them, and keep their members', async () => {
    const { client, base, groups, group, first } = await lines();
    const configuration = { '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 9 };
    const { id } = (await client.post(groups, group({ ...configuration, members: [first] }))).body;
    expect(await client.delete(`${base}/business-line/${first}`)).toEqual(
      refused(400, `Business line ${first} is still a member of hunt group Sales`),
    );
    const reference = { referenceType: 'BUSINESS_LINE_HUNT_GROUP', referenceId: id };
    expect((await client.patch(`${base}/telephonenumber/18015551212`, reference)).status).toBe(200);
    expect((await client.delete(`${groups}/${id}`)).status).toBe(400);
    await client.delete(`${base}/telephonenumber/18015551212`);
    expect((await client.delete(`${groups}/${id}`)).status).toBe(204);
    expect((await client.delete(`${base}/business-line/${first}`)).status).toBe(204);
  });
});

describe('voicemail boxes', () => {
  const boxOn = async (client: Fixture, base: string, accountId: string, fields: object = {}) =>
    client.post(`${base}/business-line/voicemail-box`, {
      ...{ name: 'Main', accountId, partitionId: 'sandbox-partition' },
      ...fields,
    });

  it('are created, twice under one name if that is asked, read, replaced and deleted', async () => {
    const client = await fixture();
    const { id, base } = await served(client);
    const wanted = {
      ...{ name: 'Main', accountId: id, partitionId: 'sandbox-partition', locale: 'fr-CA' },
      ...{ forwardMessageToEmailAddresses: ['a@example.com'], forwardMessageToEmailEnabled: true },
      shouldKeepMessageAfterForward: false,
    };
    const boxes = `${base}/business-line/voicemail-box`;
    const { status, body } = await client.post(boxes, wanted);
    expect([status, body]).toEqual([200, { ...wanted, id: expect.any(String) }]);
    const second = (await boxOn(client, base, id)).body;
    expect(second).toMatchObject({ locale: 'en-US', forwardMessageToEmailEnabled: false });
    expect((await client.get(boxes)).body).toEqual([body, second]);
    expect((await client.get(`${boxes}/${body.id}`)).body).toEqual(body);
    const changed = { ...body, locale: 'es-MX' };
    expect(await client.put(`${boxes}/${body.id}`, changed)).toEqual({ status: 200, body: changed });
    expect((await client.delete(`${boxes}/${body.id}`)).status).toBe(204);
    expect((await client.get(boxes)).body).toEqual([second]);
  });

  it.each<[object, string]>([
    [{ name: undefined }, 'name: must not be null'],
    [{ accountId: 'another' }, 'accountId: does not match the path'],
    [{ locale: 'de-DE' }, 'locale: value "de-DE" is not one of [en-US, fr-CA, es-MX]'],
    [{ forwardMessageToEmailAddresses: 'a@example.com' }, 'forwardMessageToEmailAddresses: must be an array'],
    [
      { forwardMessageToEmailAddresses: ['nobody'] },
      "forwardMessageToEmailAddresses[0]: 'nobody' must be an e-mail address",
    ],
  ])('refuse %j', async (fields, message) => {
    const client = await fixture();
    const { id, base } = await served(client);
    expect(await boxOn(client, base, id, fields)).toEqual(refused(400, message));
  });

  it('say in their expanded view who sends callers to them, and are not deleted while somebody does', async () => {
    const { client, base, groups, group, first, box } = await lines();
    const view = `${base}/business-line/voicemail-box/${box}/views/expanded`;
    expect((await client.get(view)).body).toMatchObject({ id: box, assignedTo: [] });
    const voicemail = { '@type': 'VoicemailRingFailoverAction' };
    await client.put(`${base}/business-line/${first}/call-handling`, {
      ...{ activeCallHandling: 'RING_LINE', busyFailoverAction: voicemail, voicemailBoxId: box },
      unregisteredFailoverAction: voicemail,
      ringTimeoutConfiguration: { '@type': 'UnlimitedRingTimeoutConfiguration' },
    });
    const configuration = { '@type': 'SimultaneousHuntingConfiguration', ringTimeoutSeconds: 9 };
    const { id } = (await client.post(groups, group({ ...configuration, members: [first] }))).body;
    for (const failoverReason of ['BUSY', 'NO_ANSWER'])
      await client.put(`${groups}/${id}/failover-action/${failoverReason}`, {
        ...{ '@type': 'VoicemailFailoverAction', failoverReason, voicemailBoxId: box },
      });
    const assignedTo = [
      { id: first, display: 'First' },
      { id, display: 'Sales' },
    ];
    expect((await client.get(view)).body).toMatchObject({ assignedTo });
    const all = (await client.get(`${base}/business-line/voicemail-box/views/expanded`)).body;
    expect(all).toEqual([expect.objectContaining({ id: box, assignedTo })]);
    expect((await client.delete(`${base}/business-line/voicemail-box/${box}`)).body.messages).toEqual([
      `Voicemail box ${box} is still assigned to First`,
    ]);
    await client.delete(`${groups}/${id}`);
    await client.delete(`${base}/business-line/${first}`);
    expect((await client.delete(`${base}/business-line/voicemail-box/${box}`)).status).toBe(204);
  });
});
