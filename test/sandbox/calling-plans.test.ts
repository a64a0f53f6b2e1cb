import { describe, expect, it } from 'vitest';
import { fixture, HOME, HOME_USER, refused, served, USER } from './client.js';

const UNLIMITED = 'Qm7vXc2LR0aB9yTfKd4WsA';
const LEGACY = 'e1KrVn9DFcZiHt3BjS6qOx';
const modify = (
  referenceType: string,
  referenceId: string,
  callingPlanReferenceId = UNLIMITED,
  more = {},
) => ({
  ...{ referenceType, referenceId, callingPlanReferenceId, callingPlanType: 'NEW_CALLING_PLAN' },
  ...{ pending: false, ...more },
});

describe('calling plans', () => {
  it('are offered by name, archived ones when they are asked for', async () => {
    const { get } = await fixture();
    const names = async (query = '') =>
      (await get(`callingplanproduct${query}`)).body.map(({ name }: { name: string }) => name);
    const offered = ['Standard 20000', 'Unlimited', 'Basic 500', 'Seasonal 250', 'Seasonal 250'];
    expect(await names()).toEqual(offered);
    expect(await names('?includeArchived=true')).toEqual([...offered, 'Legacy 100']);
  });

  it('are given to new users, added, shown, and taken off again', async () => {
    const client = await fixture();
    const { id, userId, base } = await served(client);
    const plans = async (type: string, reference: string) =>
      (await client.get(`${base}/callingplan?referenceType=${type}&referenceId=${reference}`)).body.map(
        (plan: Record<string, unknown>) => plan['callingPlanProductId'],
      );
    expect(await plans('END_USER', userId)).toEqual(['kDYwy3XRSeapkI8uHi9ziQ']);
    expect(await plans('ACCOUNT', id)).toEqual([]);
    const body = modify('END_USER', userId);
    expect((await client.put(`${base}/callingplan`, body)).body).toMatchObject({
      ...{ referenceId: userId, referenceType: 'END_USER', callingPlanProductId: UNLIMITED },
    });
    expect(await plans('END_USER', userId)).toEqual([UNLIMITED]);
    expect((await client.get(`${base}/user/${userId}`)).body.callingPlans).toHaveLength(1);
    expect((await client.send('DELETE', `${base}/callingplan`, body)).status).toBe(200);
    expect(await plans('END_USER', userId)).toEqual(['kDYwy3XRSeapkI8uHi9ziQ']);
    expect((await client.send('DELETE', `${base}/callingplan`, body)).status).toBe(400);
  });

  it('are refused for what is not there, archived, or has none to share', async () => {
    const client = await fixture();
    const { id, userId, base } = await served(client);
    const put = (body: object) => client.put(`${base}/callingplan`, body);
    expect(await put(modify('END_USER', userId, LEGACY))).toEqual(
      refused(400, `callingPlanReferenceId: there is no calling plan product ${LEGACY}`),
    );
    expect(await put(modify('SIP_TRUNK', userId))).toEqual(
      refused(400, `referenceId: no SIP_TRUNK ${userId} is on the account`),
    );
    expect(await put(modify('BUSINESS_LINE', userId))).toMatchObject({ status: 400 });
    const shared = modify('END_USER', userId, id, { callingPlanType: 'SHARED_CALLING_PLAN' });
    expect(await put(shared)).toEqual(
      refused(400, `callingPlanReferenceId: ${id} has no calling plans to share`),
    );
    await put(modify('ACCOUNT', id));
    expect((await put(shared)).body).toMatchObject({ callingPlanProductId: UNLIMITED });
  });
});

describe('the Cymbus group of an account', () => {
  it('is there by itself, or where it was made', async () => {
    const client = await fixture();
    const id = await client.account();
    const home = await client.account(HOME);
    await client.post(`account/${home}/user`, HOME_USER);
    const plans = async () =>
      (await client.get(`account/${id}/user-product-plans`)).body.map((plan: { id: string }) => plan.id);
    const group = `/v2/cymbus/account-group/${id}`;
    expect(await plans()).toEqual(['STANDARD', 'ADVANCED', 'PROFESSIONAL']);
    expect((await client.get(group)).body).toMatchObject({ id, groupName: 'customer-name' });
    await fetch(`${client.sandbox.url}/_sandbox/settings`, {
      method: 'POST',
      body: '{"accountGroups":false}',
    });
    expect(await plans()).toEqual(['STANDARD']);
    expect((await client.get(group)).status).toBe(404);
    const advanced = { ...USER, username: 'john.smith', userProductPlan: 'ADVANCED' };
    expect(await client.post(`account/${id}/user`, advanced)).toEqual(
      refused(400, 'userProductPlan: ADVANCED needs a Cymbus group for the account'),
    );
    expect((await client.put('/v2/cymbus/account-group', { id, groupName: 'smith' })).status).toBe(200);
    expect(await plans()).toEqual(['STANDARD', 'ADVANCED', 'PROFESSIONAL']);
    expect((await client.post(`account/${id}/user`, advanced)).status).toBe(200);
    expect(
      (await client.post('/v2/cymbus/account-group/prevalidate?groupName=SMITH', undefined)).status,
    ).toBe(400);
    expect((await client.put('/v2/cymbus/account-group', { id: home, groupName: 'home' })).status).toBe(400);
  });
});
