import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.js';
import { ACCOUNT, activation, fixture, login, start } from './client.js';

describe('the request log', () => {
  it('keeps what was sent, in order of arrival', async () => {
    const { sandbox, post, get } = await fixture({ latencyMs: 20 });
    await Promise.all([
      post('account', ACCOUNT),
      get('telephonenumber/search?type=TN&q=801'),
      get('/v2/none'),
    ]);
    const [authorize, ...rest] = sandbox.requests;
    expect(authorize).toMatchObject({ n: 1, operation: 'logUserIn', inFlight: 1, status: 200 });
    expect(rest).toHaveLength(3);
    expect(rest.find((entry) => entry.operation === 'createAccount')).toMatchObject({
      method: 'POST',
      path: '/v2/partition/sandbox-partition/account',
      query: {},
      body: ACCOUNT,
      status: 200,
    });
    expect(rest.find((entry) => entry.operation === 'tnSearch')?.query).toEqual({ type: 'TN', q: '801' });
    expect(rest.find((entry) => entry.path === '/v2/none')).toMatchObject({ status: 404 });
    expect(Math.max(...rest.map((entry) => entry.inFlight))).toBeGreaterThan(1);
    for (const entry of sandbox.requests.filter((one) => one.operation !== undefined))
      expect(entry.durationMs).toBeGreaterThanOrEqual(19);
    const shown = await (await fetch(`${sandbox.url}/_sandbox/requests`)).json();
    expect(shown).toEqual(JSON.parse(JSON.stringify(sandbox.requests)));
  });

  it('leaves the bodies out when asked', async () => {
    const { sandbox, account } = await fixture({ logBodies: false });
    await account();
    expect(sandbox.requests.map((entry) => 'body' in entry)).toEqual([false, false]);
  });

  it('keeps the last 10,000 requests without bodies, and counts all by operation', async () => {
    const { sandbox, account } = await fixture({ logBodies: false });
    await account();
    const socket = connect(Number(new URL(sandbox.url).port), '127.0.0.1');
    const request = (connection: string) =>
      `GET /v2/none HTTP/1.1\r\nHost: sandbox\r\nConnection: ${connection}\r\n\r\n`;
    socket.write(request('keep-alive').repeat(10_004) + request('close'));
    await once(socket.resume(), 'close');
    expect(sandbox.requests).toHaveLength(10_000);
    expect(sandbox.requests[0]?.n).toBe(8);
    expect(sandbox.requests.at(-1)?.n).toBe(10_007);
    const counts = { logUserIn: 1, createAccount: 1 };
    expect(Object.fromEntries(sandbox.counts)).toEqual(counts);
    expect(await (await fetch(`${sandbox.url}/_sandbox/counts`)).json()).toEqual(counts);
    await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST' });
    expect(sandbox.counts.size).toBe(0);
  });
});

describe('control', () => {
  it('shows the state, and resets it with the log and the counting of faults', async () => {
    const faults = [{ operation: 'getAccounts', kind: '503', nth: 1 }] as const;
    const { sandbox, account, get, number } = await fixture({ faults });
    const id = await account();
    await number(id, '18015551212');
    const state = async () => (await (await fetch(`${sandbox.url}/_sandbox/state`)).json()) as object;
    expect(await state()).toMatchObject({ accounts: [{ id }], numbers: [{ id: '18015551212' }], users: [] });
    expect((await get('account')).status).toBe(503);
    expect((await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST' })).status).toBe(204);
    expect(sandbox.requests).toEqual([]);
    expect(await state()).toMatchObject({ accounts: [], numbers: [] });
    expect([(await get('account')).status, (await get('account')).status]).toEqual([503, 200]);
    expect(await account()).not.toBe(id);
    expect((await fetch(`${sandbox.url}/_sandbox/other`)).status).toBe(404);
  });
});

describe('the server', () => {
  it('gives the same IDs for the same seed', async () => {
    const ids = async (seed: number) => {
      const { account, user } = await fixture({ seed });
      const id = await account();
      return [id, await user(id)];
    };
    expect(await ids(1)).toEqual(await ids(1));
    expect(await ids(1)).not.toEqual(await ids(2));
  });

  it('says when its port is taken', async () => {
    const port = Number(new URL((await start()).url).port);
    await expect(startSandbox({ port })).rejects.toMatchObject({
      code: 'SANDBOX_PORT',
      message: expect.stringContaining(`port ${port}`),
    });
  });

  it('closes at once while requests hang, and answers no more', async () => {
    const sandbox = await start({ faults: [{ operation: 'logUserIn', kind: 'hang' }] });
    const hanging = login(sandbox).catch(() => 'dropped');
    await expect.poll(() => sandbox.requests.length).toBe(1);
    await sandbox.close();
    expect(await hanging).toBe('dropped');
    await expect(login(sandbox)).rejects.toThrow();
  });

  it('serves a few thousand activations from its inventory without slowing down', async () => {
    const { sandbox, account, post, get } = await fixture({ logBodies: false });
    const id = await account();
    const started = performance.now();
    for (let i = 0; i < 40; i += 1) {
      const found = (await get('telephonenumber/search?type=LAT_LONG&lat=40.34&long=-111.72&maxResults=50'))
        .body;
      const numbers = found.map((one: { phoneNumber: string }) => one.phoneNumber);
      expect((await post(`account/${id}/telephonenumber`, activation(...numbers))).status).toBe(200);
    }
    expect(sandbox.state.numbers.size).toBe(2000);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});
