import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PORT_FATES } from '../../src/sandbox/port-fates.js';
import { control } from '../fixtures/control.js';
import { portDay, portedNumber } from '../fixtures/port-rows.js';
import { activation, CSR, type Fixture, fixture, readReply } from './client.js';

const TN = portedNumber(1);
const DAY = portDay(7);

const PORT = {
  billingTelephoneNumber: TN,
  crdDate: `${DAY}T12:00:00.000Z`,
  portingWireType: 'Wireline',
};

const orderOf = (numbers: readonly string[] = [TN], port: object = {}, more: object = {}) => ({
  ...activation(...numbers),
  directoryListing: { listed: false, type: 'PORTED' },
  port: { ...PORT, ...port },
  ...more,
});

const clock = async (client: Fixture, time: object) =>
  readReply(await control(client.sandbox.url, 'clock', time));

/** An account with an order on it. */
async function ordered(numbers: readonly string[] = [TN], port: object = {}) {
  const client = await fixture();
  const id = await client.account();
  const path = `account/${id}/telephonenumber`;
  const answer = await client.post(path, orderOf(numbers, port));
  expect(answer.status).toBe(200);
  const portId: string = answer.body.port.id;
  const event = async () =>
    (await client.get(`telephonenumber/statussearch?eventType=PORT_REQUEST&telephoneNumber=${numbers[0]}`))
      .body.results[0];
  return {
    client,
    id,
    portId,
    port: `account/${id}/port/${portId}`,
    number: `${path}/${numbers[0]}`,
    event,
    status: async () => (await event()).activationStatusType as string,
  };
}

describe('a port order', () => {
  it('goes its way by the clock, and its numbers with it', async () => {
    const { client, port, portId, number, event, status } = await ordered([TN, portedNumber(2)]);
    expect((await client.get(number)).body).toMatchObject({ carrierStatus: 'PORT_PENDING', portId });
    expect((await client.get(port)).body).toMatchObject({
      ...PORT,
      id: portId,
      status: 'PORT_PENDING',
      telephoneNumbers: [TN, portedNumber(2)],
    });
    expect(await status()).toBe('PENDING');
    expect((await client.delete(number)).status).toBe(400);
    expect((await client.put(`${port}/triggerport`)).status).toBe(400);
    await clock(client, { hours: 5 });
    expect(await status()).toBe('IN_PROGRESS');
    await clock(client, { days: 1 });
    expect(await event()).toMatchObject({
      activationStatusType: 'FOC_RECEIVED',
      focDate: `${DAY}T17:00:00.000Z`,
      mainTelephoneNumber: TN,
      subTelephoneNumbers: [portedNumber(2)],
      referenceId: portId,
    });
    expect((await client.get(port)).body.focDate).toBe(`${DAY}T17:00:00.000Z`);
    await clock(client, { days: 14 });
    expect(await status()).toBe('COMPLETED');
    expect((await client.get(number)).body.carrierStatus).toBe('ACTIVE');
    expect((await client.delete(`${port}/cancelport`)).status).toBe(400);
    expect((await client.patch(port, { crdDate: `${portDay(30)}T12:00:00Z` })).status).toBe(400);
    expect((await client.delete(number)).status).toBe(204);
  });

  it('is triggered once the losing carrier has named a day', async () => {
    const { client, port, number, status } = await ordered();
    await clock(client, { days: 2 });
    expect((await client.put(`${port}/triggerport`)).status).toBe(200);
    expect(await status()).toBe('COMPLETED');
    expect((await client.get(number)).body.carrierStatus).toBe('ACTIVE');
  });

  it('is cancelled at once while nobody has looked at it, else after a while', async () => {
    const early = await ordered();
    expect((await early.client.delete(`${early.port}/cancelport`)).status).toBe(204);
    expect(await early.status()).toBe('CANCELLED');
    expect((await early.client.delete(early.number)).status).toBe(204);
    // it never came, so it can be ordered anew
    expect((await early.client.post(`account/${early.id}/telephonenumber`, orderOf())).status).toBe(200);

    const late = await ordered();
    await clock(late.client, { days: 2 });
    expect((await late.client.delete(`${late.port}/cancelport`)).status).toBe(204);
    expect(await late.status()).toBe('CANCEL_PENDING');
    expect((await late.client.delete(late.number)).status).toBe(400);
    expect((await late.client.delete(`account/${late.id}`)).status).toBe(400);
    await clock(late.client, { hours: 2 });
    expect(await late.status()).toBe('CANCELLED');
    expect((await late.client.get(late.number)).body.carrierStatus).toBe('CANCEL_PORT_COMPLETE');
    expect((await late.client.delete(late.number)).status).toBe(204);
  });

  it.each<[string, object, RegExp]>([
    ['without a billing number', orderOf([TN], { billingTelephoneNumber: undefined }), /billingTele/],
    ['without a date', orderOf([TN], { crdDate: undefined }), /crdDate: must not be null/],
    ['without a wire type', orderOf([TN], { portingWireType: undefined }), /portingWireType/],
    ['of an unknown wire type', orderOf([TN], { portingWireType: 'WIRELESS' }), /portingWireType/],
    [
      'of a business without a name',
      orderOf([TN], {}, { customerServiceRecord: { ...CSR, customerType: 'BUSINESS', businessName: 'B' } }),
      /portingAuthorizedName: is required/,
    ],
    ['of a mobile number without a PIN', orderOf([TN], { portingWireType: 'Wireless' }), /wirelessPin/],
    [
      'with a PIN that is too long',
      orderOf([TN], {
        portingWireType: 'Wireless',
        wirelessAccountNumber: '1',
        wirelessPin: '1234567890123456',
      }),
      /wirelessPin: size/,
    ],
    ['for a day that is past', orderOf([TN], { crdDate: '2020-01-06T12:00:00Z' }), /in the past/],
    ['for a day that nobody offers', orderOf([TN], { crdDate: '2099-01-05T12:00:00Z' }), /not offered/],
    ['of a number of the inventory', orderOf(['18015551212']), /inventory/],
    ['of a prefix that is not served', orderOf(['12065559999'.replace('206555', '907666')]), /not served/],
    ['of toll-free and local numbers', orderOf([TN, '18005551212']), /toll-free/],
    ['of no number', { ...orderOf(), telephoneNumbers: [] }, /telephoneNumbers/],
    ['of a number that cannot be ported', orderOf([portedNumber(9801)]), /cannot be ported/],
  ])('is refused %s', async (_, body, words) => {
    const client = await fixture();
    const answer = await client.post(`account/${await client.account()}/telephonenumber`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.messages.join(' ')).toMatch(words);
    expect(client.sandbox.state.ports.size).toBe(0);
  });

  it('is refused for a number that is in one already, on whichever account', async () => {
    const { client } = await ordered();
    const other = await client.account({ accountNumber: 'SP-9' });
    const answer = await client.post(`account/${other}/telephonenumber`, orderOf([portedNumber(5), TN]));
    expect(answer.body.messages[0]).toMatch(/in a port that is in progress/);
    expect(client.sandbox.state.numbers.has(portedNumber(5))).toBe(false);
    const found = (await client.get(`telephonenumber/${TN}`)).body;
    expect(found).toMatchObject({ phoneNumber: TN, port: true, isInInventory: false });
    expect((await client.get(`telephonenumber/${portedNumber(5)}`)).status).toBe(404);
  });
});

describe('numbers with a fate', () => {
  it('are rejected for the name until it is supplemented', async () => {
    const { client, port, event, status } = await ordered([portedNumber(9802)]);
    await clock(client, { days: 2 });
    expect(await event()).toMatchObject({
      activationStatusType: 'REJECTED',
      editableFieldTypes: ['crdDate', 'name'],
      logs: [{}, {}, { code: 'CSR_MISMATCH', message: expect.stringContaining('does not match') }],
    });
    expect((await client.patch(port, { wirelessPin: '1' })).body.messages[0]).toMatch(/cannot be changed/);
    const moved = { customerServiceRecord: { ...CSR, city: 'Provo', lastName: 'Smith Jr' } };
    expect((await client.patch(port, moved)).body.messages[0]).toMatch(/city: cannot be changed/);
    const mended = { customerServiceRecord: { ...CSR, lastName: 'Smith Jr' } };
    expect((await client.patch(port, mended)).status).toBe(200);
    expect(await status()).toBe('PENDING');
    await clock(client, { days: 2 });
    expect(await status()).toBe('FOC_RECEIVED');
  });

  it('are rejected for a PIN of a mobile number alone, and never answer it', async () => {
    const wireless = { portingWireType: 'Wireless', wirelessAccountNumber: 'A1', wirelessPin: '1111' };
    const { client, port, status } = await ordered([portedNumber(9803)], wireless);
    expect((await client.get(port)).body.wirelessPin).toBe('****');
    await clock(client, { days: 2 });
    expect(await status()).toBe('REJECTED');
    expect((await client.patch(port, { wirelessPin: '2222' })).status).toBe(200);
    await clock(client, { days: 2 });
    expect(await status()).toBe('FOC_RECEIVED');
    const other = await ordered([portedNumber(9803)]);
    await clock(other.client, { days: 2 });
    expect(await other.status()).toBe('FOC_RECEIVED');
  });

  it.each([
    [9804, ['REJECTED', 'REJECTED', 'REJECTED']],
    [9805, ['FOC_RECEIVED', 'CARRIER_CANCELLED', 'CARRIER_CANCELLED']],
    [9806, ['FOC_RECEIVED', 'FOC_RECEIVED', 'COMPLETED']],
    [9807, ['FOC_RECEIVED', 'FOC_REMOVED', 'COMPLETED']],
  ])('%s ends as its fate is', async (four, statuses) => {
    const billingTelephoneNumber = portedNumber(four);
    const { client, status } = await ordered([portedNumber(four)], { billingTelephoneNumber });
    const seen: string[] = [];
    for (const days of [2, 4.5, 20]) {
      await clock(client, { days });
      seen.push(await status());
    }
    expect(seen).toEqual(statuses);
  });

  it('end well in another order: with another billing number, or after the carrier has cancelled one', async () => {
    const [wrong, cancelled] = [portedNumber(9804), portedNumber(9805)];
    const other = await ordered([wrong, TN]);
    await clock(other.client, { days: 2 });
    expect(await other.status()).toBe('FOC_RECEIVED');

    const first = await ordered([cancelled]);
    await clock(first.client, { days: 6 });
    expect(await first.status()).toBe('CARRIER_CANCELLED');
    expect((await first.client.delete(first.number)).status).toBe(204);
    const crdDate = `${portDay(14)}T12:00:00.000Z`;
    const again = await first.client.post(
      `account/${first.id}/telephonenumber`,
      orderOf([cancelled], { crdDate }),
    );
    expect(again.status).toBe(200);
    await clock(first.client, { days: 12 });
    const port = await first.client.get(`account/${first.id}/port/${again.body.port.id}`);
    expect(port.body).toMatchObject({ status: 'ACTIVE' });
  });

  it('cannot be ordered at all, or look like those of a mobile carrier', async () => {
    const client = await fixture();
    const id = await client.account();
    const post = (number: string) => client.post(`account/${id}/telephonenumber`, orderOf([number]));
    expect((await post(portedNumber(9801))).status).toBe(400);
    expect((await post(portedNumber(9808))).status).toBe(200);
  });

  it('say in words what becomes of them', () => {
    const manual = readFileSync(new URL('../../src/sandbox/README.md', import.meta.url), 'utf8');
    for (const [four, { says }] of Object.entries(PORT_FATES))
      expect(manual).toContain(`| \`${four}\` | ${says} |`);
  });
});

describe('the check before an order', () => {
  it('tells the days, the record of the losing carrier, and needs no account', async () => {
    const client = await fixture();
    const answer = await client.post('account/prevalidate', orderOf([portedNumber(9802)]));
    expect(answer.body).toMatchObject({
      serviceAvailable: true,
      resultCSRs: [{ lastName: 'Smith Jr' }],
      wirelessPort: false,
      directoryListingAllowed: true,
    });
    expect(answer.body.availabilityList).toContain(DAY);
    expect((await client.post('account/prevalidate', orderOf([portedNumber(9808)]))).body.wirelessPort).toBe(
      true,
    );
    expect(client.sandbox.state.ports.size).toBe(0);
  });

  it('says no with 200 for what cannot be ported', async () => {
    const client = await fixture();
    const answer = await client.post('account/prevalidate', orderOf([portedNumber(9801)]));
    expect(answer).toMatchObject({ status: 200, body: { serviceAvailable: false, availabilityList: [] } });
    expect(answer.body.exception).toMatch(/cannot be ported/);
    expect((await client.get(`ratecenter/${TN}`)).body).toMatchObject({ portable: true, state: 'UT' });
    expect((await client.get('ratecenter/19076661234')).status).toBe(404);
    expect((await client.get('inboundcarriers')).body[0].supportPorting).toBe(true);
  });
});
