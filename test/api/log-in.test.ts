import { describe, expect, it } from 'vitest';
import { listUsers } from '../../src/api/endpoints.js';
import { ACCOUNT, clientFor, clientOf, GOOD, get, post, scriptedServer } from './scripted-server.js';

describe('401', () => {
  it('makes one of 20 waiting calls log in anew, and all are repeated', async () => {
    let valid = 'token-1';
    const { client, server } = await clientFor(({ headers }) =>
      headers['x-auth-token'] === valid ? GOOD : { status: 401, body: { messages: ['Expired Auth Token'] } },
    );
    await client.send(get);
    valid = 'token-2';
    const calls = Array.from({ length: 20 }, () => client.send(post));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, () => ACCOUNT));
    expect(server.logIns).toHaveLength(2);
    const tokens = server.received.slice(1).map(({ headers }) => headers['x-auth-token']);
    expect(tokens.filter((token) => token === 'token-2')).toHaveLength(20);
  });

  it('of every fresh token ends the run', async () => {
    const { client, server } = await clientFor(() => ({ status: 401 }));
    await expect(client.send(get)).rejects.toMatchObject({ name: 'StopError', code: 'LOGIN_NOT_ACCEPTED' });
    expect(server.logIns).toHaveLength(4);
  });

  it('of one operation alone does not log in without end while others succeed', async () => {
    const { client, server } = await clientFor(({ path }) =>
      path.includes('/user') ? { status: 401 } : GOOD,
    );
    let ended = false;
    const refused = client.send(listUsers('P1', 'A1')).catch((error: unknown) => error);
    void refused.then(() => {
      ended = true;
    });
    for (let calls = 0; calls < 60 && !ended; calls++) await client.send(get).catch(() => {});
    expect(await refused).toMatchObject({ name: expect.stringMatching(/^(StopError|ApiError)$/) });
    expect(server.logIns.length).toBeLessThan(10);
  });
});

describe('the log-in', () => {
  const refused = () => ({ status: 403, body: { messages: ['Invalid credentials'] } });

  it('is asked for once by calls that come together, and tells the partition', async () => {
    const { client, server } = await clientFor(() => GOOD);
    await Promise.all(Array.from({ length: 20 }, () => client.send(get)));
    expect(server.logIns).toHaveLength(1);
    expect(await client.logIn()).toEqual({ authToken: 'token-1', partitionId: 'P1', subPartitionIds: [] });
  });

  it.each([200, 201, 202])('may be answered %i', async (status) => {
    const server = await scriptedServer(
      () => GOOD,
      () => ({ status, body: { authToken: 'a-token', partitionId: 'P1' } }),
    );
    await clientOf(server.url).client.send(get);
    expect(server.received[0]?.headers['x-auth-token']).toBe('a-token');
  });

  it('that is refused stops every call and is not repeated', async () => {
    const server = await scriptedServer(() => GOOD, refused);
    const { client, logged } = clientOf(server.url, { retries: 5 });
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => client.send(get)));
    for (const result of results)
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'LOGIN_REFUSED' } });
    await expect(client.send(get)).rejects.toMatchObject({
      name: 'StopError',
      message: `The platform at ${server.url} refused the log-in: Invalid credentials`,
    });
    expect(server.logIns).toHaveLength(1);
    expect(server.received).toEqual([]);
    expect(logged.join('\n')).not.toContain('hunter2');
  });

  it('that is answered 401 is refused, too', async () => {
    const server = await scriptedServer(
      () => GOOD,
      () => ({ status: 401 }),
    );
    await expect(clientOf(server.url).client.logIn()).rejects.toMatchObject({ code: 'LOGIN_REFUSED' });
    expect(server.logIns).toHaveLength(1);
  });

  it('is repeated after passing failures, and by the next call after those', async () => {
    const server = await scriptedServer(
      () => GOOD,
      (count) => (count <= 2 ? { status: 500 } : { status: 200, body: { authToken: 't', partitionId: 'P' } }),
    );
    const { client } = clientOf(server.url);
    await expect(client.send(get)).rejects.toMatchObject({ name: 'StopError', code: 'PLATFORM_UNREACHABLE' });
    expect(server.logIns).toHaveLength(2);
    expect(await client.send(get)).toEqual(ACCOUNT);
    expect(server.logIns).toHaveLength(3);
  });

  it('that lacks its token is no log-in', async () => {
    const server = await scriptedServer(
      () => GOOD,
      () => ({ status: 200, body: { partitionId: 'P1' } }),
    );
    const { client } = clientOf(server.url, { retries: 0 });
    await expect(client.logIn()).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
      message: expect.stringContaining('the answer lacks authToken'),
    });
  });

  it('tells that nobody answers', async () => {
    const server = await scriptedServer(() => GOOD);
    const { client } = clientOf('http://127.0.0.1:1', { retries: 0 });
    await expect(client.logIn()).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    expect(server.received).toEqual([]);
  });
});
