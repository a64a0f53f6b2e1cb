import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NUMBER_FATES, STREET_FATES } from '../../src/sandbox/fates.js';
import { control as tellSandbox } from '../fixtures/control.js';
import { activation, CSR, connect, type Fixture, fixture, readReply, start } from './client.js';

const TN = '18015551212';

const control = async (...told: Parameters<typeof tellSandbox>) => readReply(await tellSandbox(...told));

async function event(client: Fixture, account: string, tn = TN, type = 'ACTIVATION') {
  return (await client.get(`account/${account}/reference/${tn}/type/${type}`)).body;
}

describe('events of a number', () => {
  it('are over with the answer, unless the sandbox is told that they take time', async () => {
    const client = await fixture();
    const id = await client.account();
    await client.number(id, TN);
    expect(await event(client, id)).toMatchObject({
      accountId: id,
      serviceType: 'ACTIVATION',
      referenceType: 'TELEPHONE',
      referenceId: TN,
      activationStatusType: 'COMPLETED',
      mainTelephoneNumber: TN,
      subTelephoneNumbers: [],
      firstName: 'John',
      city: 'Lindon',
      state: 'UT',
      logs: [{ status: 'COMPLETED' }],
    });
    expect(await event(client, id, TN, 'NINE_ONE_ONE_ADDRESS')).toMatchObject({
      activationStatusType: 'COMPLETED',
      inboundCarrierType: 'E911',
    });
    expect((await client.get(`account/${id}/reference/${TN}/type/PORT_REQUEST`)).status).toBe(404);
    expect((await client.get(`account/${id}/reference/${TN}/type/MOVE`)).status).toBe(400);
  });

  it('go on by the clock, and neither number nor account is deleted while they are under way', async () => {
    const client = await fixture({ activationSeconds: 3600 });
    const id = await client.account();
    await client.number(id, TN);
    const status = async () => (await client.get(`account/${id}/telephonenumber/${TN}`)).body.carrierStatus;
    expect(await status()).toBe('ACTIVATION_PENDING');
    expect(await client.delete(`account/${id}/telephonenumber/${TN}`)).toEqual({
      status: 400,
      body: {
        status: 400,
        messages: [`Telephone number ${TN} cannot be deleted now`],
        data: {
          serviceActivationEvents: [
            `ACTIVATION of ${TN} is PENDING`,
            `NINE_ONE_ONE_ADDRESS of ${TN} is PENDING`,
          ],
        },
      },
    });
    const account = await client.delete(`account/${id}`);
    expect(account.status).toBe(400);
    expect(account.body.messages).toEqual(['Account cannot be deleted due to in progress lifecycle events']);

    await control(client.sandbox.url, 'clock', { minutes: 40 });
    expect((await event(client, id)).activationStatusType).toBe('IN_PROGRESS');
    const { body } = await control(client.sandbox.url, 'clock', { minutes: 20, seconds: 1 });
    expect(Date.parse(body.now) - Date.now()).toBeGreaterThan(3_600_000);
    expect((await event(client, id)).logs).toMatchObject([
      { status: 'PENDING' },
      { status: 'IN_PROGRESS' },
      { status: 'COMPLETED' },
    ]);
    expect(await status()).toBe('ACTIVE');
    expect((await client.delete(`account/${id}/telephonenumber/${TN}`)).status).toBe(204);
    expect((await client.delete(`account/${id}`)).status).toBe(200);
  });

  it('stay on hold until they are released, where the platform knows a release', async () => {
    const client = await fixture();
    const id = await client.account();
    await client.number(id, TN, { holdActivation: true });
    const path = `account/${id}/reference/${TN}/type/ACTIVATION`;
    const release = () => client.put(path, { activationStatusType: 'IN_PROGRESS' });
    expect((await event(client, id)).activationStatusType).toBe('ON_HOLD');
    expect((await client.delete(`account/${id}/telephonenumber/${TN}`)).status).toBe(400);

    await control(client.sandbox.url, 'settings', { releaseByApi: false });
    expect((await release()).status).toBe(405);
    await control(client.sandbox.url, 'settings', { releaseByApi: true, activationSeconds: 60 });
    expect((await client.put(path, { activationStatusType: 'COMPLETED' })).status).toBe(400);
    expect(await release()).toMatchObject({ status: 200, body: { activationStatusType: 'IN_PROGRESS' } });
    expect((await release()).status).toBe(400);
    await control(client.sandbox.url, 'clock', { minutes: 2 });
    expect((await event(client, id)).activationStatusType).toBe('COMPLETED');
    expect((await client.get(`account/${id}/telephonenumber/${TN}`)).body.carrierStatus).toBe('ACTIVE');
  });

  it('have a fate by the last digits of the number', async () => {
    const client = await fixture();
    const id = await client.account();
    const fates = Object.keys(NUMBER_FATES).map((last) => `1801555${last}`);
    await client.post(`account/${id}/telephonenumber`, activation(...fates));
    const statuses = () => Promise.all(fates.map(async (tn) => (await event(client, id, tn)).logs.at(-1)));
    expect(await statuses()).toMatchObject([
      { status: 'REJECTED', code: 'TN_NOT_ACTIVATED', message: 'The carrier could not activate the number' },
      { status: 'PENDING' },
      { status: 'PENDING' },
    ]);
    await control(client.sandbox.url, 'clock', { days: 2 });
    expect(await statuses()).toMatchObject([
      { status: 'REJECTED' },
      { status: 'IN_PROGRESS' },
      { status: 'REJECTED', code: 'TN_IN_USE' },
    ]);
    expect((await client.delete(`account/${id}/telephonenumber/18015559901`)).status).toBe(204);
  });

  it('outlive a number that is disconnected slowly, and hold its account', async () => {
    const client = await fixture();
    const id = await client.account();
    await client.number(id, TN);
    await control(client.sandbox.url, 'settings', { disconnectSeconds: 30 });
    expect((await client.delete(`account/${id}/telephonenumber/${TN}`)).status).toBe(204);
    expect((await client.delete(`account/${id}`)).status).toBe(400);
    await control(client.sandbox.url, 'clock', { minutes: 1 });
    expect((await client.delete(`account/${id}`)).status).toBe(200);
  });
});

describe('E911 addresses', () => {
  const corrected = { ...CSR, streetName: 'Newtown' };
  const held = async (client: Fixture, streetName: string) => {
    const id = await client.account();
    await client.number(id, TN, { e911Address: { ...CSR, streetName } });
    return { id, path: `account/${id}/telephonenumber/${TN}/911-address` };
  };

  it('are rejected by their street; a correction can be accepted, once', async () => {
    const client = await fixture();
    const { id, path } = await held(client, 'Oldtown');
    expect((await event(client, id, TN, 'NINE_ONE_ONE_ADDRESS')).logs.at(-1)).toMatchObject({
      status: 'REJECTED',
      ...STREET_FATES['OLDTOWN']?.rejected,
    });
    expect(await client.get(`${path}/correction`)).toMatchObject({ status: 200, body: corrected });
    expect(await client.put(`${path}/correction/accept`)).toMatchObject({
      status: 200,
      body: { phoneNumber: TN, e911Address: corrected },
    });
    const after = await event(client, id, TN, 'NINE_ONE_ONE_ADDRESS');
    expect(after.activationStatusType).toBe('CORRECTED_COMPLETED');
    expect((await client.put(`${path}/correction/accept`)).status).toBe(404);
    expect((await client.put(`${path}/original/accept`)).status).toBe(400);
  });

  it('can be insisted on, with or without a correction', async () => {
    const client = await fixture();
    const { id, path } = await held(client, 'Uncharted');
    expect((await client.get(`${path}/correction`)).status).toBe(404);
    expect((await client.put(`${path}/original/accept?latitude=north`)).status).toBe(400);
    const insisted = await client.put(`${path}/original/accept?latitude=40.3&longitude=-111.7`);
    expect(insisted.body.e911Address).toMatchObject({
      streetName: 'Uncharted',
      latitude: '40.3',
      longitude: '-111.7',
    });
    expect((await event(client, id, TN, 'NINE_ONE_ONE_ADDRESS')).activationStatusType).toBe('COMPLETED');
  });

  it('are used by the users whose devices name the number', async () => {
    const client = await fixture();
    const { id, path } = await held(client, '520');
    expect((await client.get(`${path}/usages`)).body).toMatchObject({ phoneNumber: TN, users: [] });
    const userId = await client.user(id);
    await client.post(`account/${id}/deviceline`, {
      deviceTypeId: 'SPA112',
      macAddress: '0004f2112233',
      deviceName: 'Desk',
      emergencyNumber: TN,
      faxEnabled: false,
      lineNumber: 1,
      lineType: 'Line',
      userId,
    });
    expect((await client.get(`${path}/usages`)).body.users).toEqual([userId]);
  });
});

describe('the status search', () => {
  it('gives 50 events a page at most, the one that changed last first', async () => {
    const client = await fixture();
    const id = await client.account();
    const numbers = Array.from({ length: 40 }, (_, n) => `1801555${String(1000 + n)}`);
    await client.post(`account/${id}/telephonenumber`, activation(...numbers));
    await control(client.sandbox.url, 'clock', { hours: 1 });
    await client.number(id, TN);
    const page = async (first: number, most?: number) =>
      (
        await client.get(
          `telephonenumber/statussearch?firstResultIndex=${first}${most === undefined ? '' : `&maxResult=${most}`}`,
        )
      ).body;
    const [one, two] = [await page(0), await page(50, 500)];
    expect(one.totalRecords).toBe(82);
    expect(one.results).toHaveLength(50);
    expect(two.results).toHaveLength(32);
    expect(one.results[0].mainTelephoneNumber).toBe(TN);
    expect((await page(0, 500)).results).toHaveLength(50);
    expect(new Set([...one.results, ...two.results].map((each) => each.id)).size).toBe(82);
  });

  it('takes types and statuses as lists, a number, an account, and dates', async () => {
    const client = await fixture({ activationSeconds: 3600 });
    const [id, other] = [await client.account(), await client.account({ accountNumber: 'SP-124' })];
    await client.number(id, TN);
    await client.number(other, '18015559901', { holdActivation: true });
    await control(client.sandbox.url, 'clock', { minutes: 1 });
    const begin = new Date(client.sandbox.state.now()).toISOString();
    await control(client.sandbox.url, 'clock', { hours: 2 });
    const found = async (query: string) => {
      const { status, body } = await client.get(`telephonenumber/statussearch?${query}`);
      return status === 200
        ? body.results
            .map((each: { serviceType: string; activationStatusType: string }) =>
              [each.serviceType, each.activationStatusType].join(' '),
            )
            .sort()
        : status;
    };
    expect(await found(`telephoneNumber=${TN}`)).toEqual([
      'ACTIVATION COMPLETED',
      'NINE_ONE_ONE_ADDRESS COMPLETED',
    ]);
    expect(await found(`accountId=${other}&eventType=ACTIVATION&eventType=PORT_REQUEST`)).toEqual([
      'ACTIVATION ON_HOLD',
    ]);
    expect(await found('statusType=ON_HOLD,REJECTED')).toEqual(['ACTIVATION ON_HOLD']);
    expect(await found(`dateType=UpdatedDate&startDate=${begin}`)).toEqual([
      'ACTIVATION COMPLETED',
      'NINE_ONE_ONE_ADDRESS COMPLETED',
      'NINE_ONE_ONE_ADDRESS COMPLETED',
    ]);
    expect(await found(`dateType=CreatedDate&startDate=${begin}`)).toEqual([]);
    expect(await found(`dateType=UpdatedDate&endDate=${begin}`)).toEqual(['ACTIVATION ON_HOLD']);
    expect(await found('dateType=FOCDate&startDate=2020-01-01')).toEqual([]);
    for (const wrong of [
      'eventType=MOVE',
      'statusType=NEW',
      'dateType=Yesterday',
      'startDate=x',
      'maxResult=x',
    ])
      expect(await found(wrong)).toBe(400);
  });
});

describe('the clock', () => {
  it('is in the state file, and refuses what is no time', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'clock-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const stateFile = join(folder, 'state.jsonl');
    const sandbox = await start({ stateFile, activationSeconds: 7200 });
    const client = await connect(sandbox);
    const id = await client.account();
    await client.number(id, TN);
    await control(sandbox.url, 'clock', { hours: 1 });
    expect((await control(sandbox.url, 'clock', { weeks: 1 })).status).toBe(400);
    expect((await control(sandbox.url, 'clock', { days: -1 })).status).toBe(400);
    expect((await control(sandbox.url, 'settings', { speed: 2 })).status).toBe(400);
    await sandbox.close();

    const again = await start({ stateFile });
    const known = await connect(again);
    const status = async () =>
      (await known.get(`account/${id}/reference/${TN}/type/ACTIVATION`)).body.activationStatusType;
    expect(await status()).toBe('IN_PROGRESS');
    await control(again.url, 'clock', { hours: 1 });
    expect(await status()).toBe('COMPLETED');
  });
});
