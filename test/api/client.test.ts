import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAccount, getAccount, listUsers, reserveNumber } from '../../src/api/endpoints.js';
import type { RawAnswer, Transport } from '../../src/api/transport.js';
import { clientOf, inOrder, type Reply, scriptedServer } from './scripted-server.js';

const ACCOUNT = { id: 'A1', accountNumber: 'N1', accountName: 'Shop' };
const GOOD: Reply = { status: 200, body: ACCOUNT };
const get = getAccount('P1', 'A1');
const post = createAccount('P1', { accountNumber: 'N1', accountName: 'Shöp "1"' });
const put = reserveNumber('account', 'P1', 'A1', '18015550100');
const again = { status: 429, body: { messages: ['slow down'] }, headers: { 'retry-after': '0' } };

afterEach(() => {
  vi.useRealTimers();
});

async function clientFor(answer: Parameters<typeof scriptedServer>[0], retries = 1) {
  const server = await scriptedServer(answer);
  return { server, ...clientOf(server.url, { retries }) };
}

/** A transport that gives these answers, or throws these errors, to all but the log-in. */
function transportOf(...outcomes: (RawAnswer | { code: string })[]): Transport & { sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    async send(method, path) {
      if (path === '/v2/authorize')
        return { status: 200, headers: {}, text: JSON.stringify({ authToken: 't', partitionId: 'P1' }) };
      sent.push(method);
      const outcome = outcomes[Math.min(sent.length, outcomes.length) - 1];
      if (outcome && 'status' in outcome) return outcome;
      throw Object.assign(new Error('connection trouble'), outcome);
    },
    close: async () => {},
  };
}

describe('a call', () => {
  it('is sent with the token, as JSON, and its answer is checked and given back', async () => {
    const { client, server } = await clientFor(() => GOOD);
    expect(await client.send(post)).toEqual(ACCOUNT);
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', path: '/v2/partition/P1/account' });
    expect(request?.headers).toMatchObject({
      'x-auth-token': 'token-1',
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(JSON.parse(request?.body ?? '')).toEqual(post.body);
    expect(JSON.parse(server.logIns[0]?.body ?? '')).toEqual({
      username: 'api-user',
      password: 'hunter2-secret',
    });
    expect(client.requests).toBe(2);
  });

  it('without a body has none, and may be answered with none', async () => {
    const { client, server } = await clientFor(() => ({ status: 204 }));
    expect(await client.send(put)).toBeUndefined();
    expect(server.received[0]?.body).toBe('');
    expect(server.received[0]?.headers['content-type']).toBeUndefined();
  });

  it('makes itself ready once, before its first try, however often it is repeated', async () => {
    const events: string[] = [];
    const reply = inOrder(again, { status: 500 }, GOOD);
    const { client } = await clientFor(() => {
      events.push('sent');
      return reply();
    });
    await client.send(get, { ready: async () => void events.push('ready') });
    expect(events).toEqual(['ready', 'sent', 'sent', 'sent']);
  });

  it('is not sent when it cannot make itself ready', async () => {
    const { client, server } = await clientFor(() => GOOD);
    const ready = () => Promise.reject(new Error('the disk is full'));
    await expect(client.send(post, { ready })).rejects.toThrow('the disk is full');
    expect(server.received).toEqual([]);
    expect(await client.send(get)).toEqual(ACCOUNT);
  });
});

describe('a try without a good answer', () => {
  const bad: [string, Reply][] = [
    ['500', { status: 500, body: { messages: ['oops'] } }],
    ['502', { status: 502 }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['408', { status: 408 }],
    ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
    ['a connection that ends', 'reset'],
    ['a page instead of JSON', { status: 200, body: '<html>busy</html>' }],
    ['an answer without an ID', { status: 200, body: { accountNumber: 'N1' } }],
    ['an empty answer', { status: 200, body: '' }],
    ['half an answer', { status: 200, body: '{"id":"A1","acc' }],
  ];

  it.each(bad)('of a POST is not repeated but in doubt: %s', async (_what, reply) => {
    const { client, server } = await clientFor(inOrder(reply, GOOD), 5);
    await expect(client.send(post)).rejects.toMatchObject({ name: 'ApiError', kind: 'inDoubt' });
    expect(server.received).toHaveLength(1);
  });

  it.each(bad)('of a GET is repeated: %s', async (_what, reply) => {
    const { client, server } = await clientFor(inOrder(reply, GOOD));
    expect(await client.send(get)).toEqual(ACCOUNT);
    expect(server.received.map(({ method }) => method)).toEqual(['GET', 'GET']);
  });

  it('of a GET is repeated as often as was asked for, then unavailable', async () => {
    const { client, server } = await clientFor(() => ({ status: 500, body: { messages: ['oops'] } }), 2);
    await expect(client.send(get)).rejects.toMatchObject({
      kind: 'unavailable',
      operation: 'retrieveAccount',
      status: 500,
      messages: ['oops'],
      message: 'retrieveAccount was answered 500: oops',
    });
    expect(server.received).toHaveLength(3);
  });

  it('is not repeated with no retries', async () => {
    const { client, server } = await clientFor(() => 'reset', 0);
    await expect(client.send(get)).rejects.toMatchObject({ kind: 'unavailable', status: null });
    expect(server.received).toHaveLength(1);
  });

  it('of a POST is in doubt when no answer comes in time', async () => {
    const server = await scriptedServer(() => 'hang');
    const { client } = clientOf(server.url, { timeoutMs: 300 });
    await expect(client.send(post)).rejects.toMatchObject({ kind: 'inDoubt', status: null });
    expect(server.received).toHaveLength(1);
  });

  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])(
    'of a POST is repeated when it never left: %s',
    async (code) => {
      const transport = transportOf({ code }, { status: 200, headers: {}, text: JSON.stringify(ACCOUNT) });
      const { client } = clientOf('http://x', { transport });
      expect(await client.send(post)).toEqual(ACCOUNT);
      expect(transport.sent).toEqual(['POST', 'POST']);
    },
  );

  it('of a POST that never left is unavailable in the end, not in doubt', async () => {
    const transport = transportOf({ code: 'ECONNREFUSED' });
    const { client } = clientOf('http://x', { transport });
    await expect(client.send(post)).rejects.toMatchObject({
      kind: 'unavailable',
      messages: ['no answer (ECONNREFUSED: connection trouble)'],
    });
    expect(transport.sent).toHaveLength(2);
  });
});

describe('429', () => {
  it('costs no try, and lets a POST be repeated', async () => {
    const { client, server } = await clientFor(inOrder(again, again, again, GOOD), 0);
    expect(await client.send(post)).toEqual(ACCOUNT);
    expect(server.received).toHaveLength(4);
  });

  it('makes everybody wait as long as it says, and lowers the limit', async () => {
    const reply = inOrder({ status: 429, headers: { 'retry-after': '0.4' } }, GOOD);
    const arrived: number[] = [];
    const { client, limiter } = await clientFor(() => {
      arrived.push(Date.now());
      return reply();
    });
    const first = client.send(get);
    await vi.waitUntil(() => limiter.paused);
    await Promise.all([first, client.send(get), client.send(get)]);
    const [refused = 0, ...later] = arrived;
    expect(later).toHaveLength(3);
    for (const at of later) expect(at - refused).toBeGreaterThanOrEqual(380);
    expect(limiter.report).toMatchObject({ lowest: 16, highest: 32, pauses: 1 });
  });

  it('is borne with for 15 minutes, not for ever', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const { client, server } = await clientFor(() => {
      vi.setSystemTime(Date.now() + 6 * 60_000);
      return again;
    });
    await expect(client.send(post)).rejects.toMatchObject({ kind: 'unavailable', status: 429 });
    expect(server.received).toHaveLength(3);
  });
});

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
    expect(server.logIns).toHaveLength(3);
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
    for (let calls = 0; calls < 200 && !ended; calls++) await client.send(get).catch(() => {});
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

describe('a refusal', () => {
  it('is told at once, in the words of the platform', async () => {
    const { client, server } = await clientFor(
      () => ({ status: 422, body: { status: 422, messages: ['accountName is too short', 'timeZone?'] } }),
      5,
    );
    await expect(client.send(post)).rejects.toMatchObject({
      kind: 'refused',
      status: 422,
      afterDoubt: false,
      messages: ['accountName is too short', 'timeZone?'],
      message: 'createAccount was answered 422: accountName is too short; timeZone?',
    });
    expect(server.received).toHaveLength(1);
  });

  it.each<[string, unknown, string[]]>([
    ['messages', { messages: ['a', 7, null] }, ['a', '7', 'null']],
    ['no messages', { messages: [] }, []],
    ['a message', { message: 'not here' }, ['not here']],
    ['a text as messages', { messages: 'odd' }, ['{"messages":"odd"}']],
    ['other JSON', { error: 'x' }, ['{"error":"x"}']],
    ['null', 'null', ['null']],
    [
      'a page',
      '<html>\n<head><title>400 Bad</title></head><body><h1>Bad  request</h1></body></html>',
      ['400 Bad Bad request'],
    ],
    ['a long text', 'é'.repeat(1000), ['é'.repeat(200)]],
    ['nothing', '', []],
    ['tags alone', '<br><hr>', []],
  ])('has words from a body with %s', async (_what, body, messages) => {
    const { client } = await clientFor(() => ({ status: 400, body }));
    await expect(client.send(post)).rejects.toMatchObject({ kind: 'refused', messages });
  });

  it.each<[string, Reply[], boolean]>([
    ['after a try that may have happened', [{ status: 500 }, { status: 409 }], true],
    ['after a connection that ended', ['reset', { status: 409 }], true],
    ['after 429', [again, { status: 409 }], false],
    ['at the first try', [{ status: 409 }], false],
  ])('says whether an earlier try is in doubt: %s', async (_when, replies, afterDoubt) => {
    const { client } = await clientFor(inOrder(...replies));
    await expect(client.send(put)).rejects.toMatchObject({ kind: 'refused', status: 409, afterDoubt });
  });
});

describe('403', () => {
  it('five times in a row of one operation stops the run', async () => {
    const { client } = await clientFor(() => ({ status: 403, body: { messages: ['no rights'] } }));
    for (let count = 1; count <= 4; count++)
      await expect(client.send(get)).rejects.toMatchObject({
        name: 'ApiError',
        kind: 'refused',
        status: 403,
      });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ApiError' });
    await expect(client.send(get)).rejects.toMatchObject({
      name: 'StopError',
      code: 'FORBIDDEN',
      message: expect.stringContaining('retrieveAccount (403) again and again: no rights'),
    });
  });

  it('does not stop it when the operation succeeded in between', async () => {
    const forbidden: Reply = { status: 403 };
    const replies = [...Array(4).fill(forbidden), GOOD, ...Array(4).fill(forbidden)] as Reply[];
    const { client } = await clientFor(inOrder(...replies));
    for (const reply of replies) {
      const sent = client.send(get);
      if (reply === GOOD) expect(await sent).toEqual(ACCOUNT);
      else await expect(sent).rejects.toMatchObject({ name: 'ApiError' });
    }
  });
});

describe('once the run is stopping', () => {
  it('nothing is sent or made ready but what finishes something', async () => {
    const { client, limiter, server } = await clientFor(() => GOOD);
    await client.logIn();
    limiter.stop();
    let ready = false;
    const sent = client.send(post, {
      ready: async () => {
        ready = true;
      },
    });
    await expect(sent).rejects.toMatchObject({ name: 'NotSentError' });
    expect(ready).toBe(false);
    expect(server.received).toEqual([]);
    expect(await client.send(post, { finishing: true })).toEqual(ACCOUNT);
  });

  it('a call is not repeated, but what is in flight is finished', async () => {
    let answer: (reply: Reply) => void = () => {};
    const { client, limiter, server } = await clientFor(
      () =>
        new Promise<Reply>((resolve) => {
          answer = resolve;
        }),
    );
    const finished = client.send(post);
    await vi.waitUntil(() => server.received.length === 1);
    limiter.stop();
    answer(GOOD);
    expect(await finished).toEqual(ACCOUNT);
  });

  it('a call that would be repeated is not', async () => {
    let stop = () => {};
    const { client, limiter, server } = await clientFor(() => {
      stop();
      return { status: 500 };
    }, 5);
    stop = () => limiter.stop();
    await expect(client.send(get)).rejects.toMatchObject({ name: 'NotSentError' });
    expect(server.received).toHaveLength(1);
  });
});
