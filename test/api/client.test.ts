import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deleteUser } from '../../src/api/endpoints.js';
import type { RawAnswer, Transport } from '../../src/api/transport.js';
import {
  ACCOUNT,
  AGAIN,
  clientFor,
  clientOf,
  GOOD,
  get,
  inOrder,
  post,
  put,
  type Reply,
  scriptedServer,
} from './scripted-server.js';

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

beforeEach(() => {
  // Waits before another try are as short as they get.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

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
    const reply = inOrder(AGAIN, { status: 500 }, GOOD);
    const { client } = await clientFor(() => {
      events.push('sent');
      return reply();
    });
    await client.send(get, { ready: async () => void events.push('ready') });
    expect(events).toEqual(['ready', 'sent', 'sent', 'sent']);
  });

  it('whose path would be another on the wire is refused and never sent', async () => {
    const { client, server } = await clientFor(() => GOOD);
    let ready = false;
    const sent = client.send(deleteUser('P1', '..', 'U1'), {
      ready: async () => {
        ready = true;
      },
    });
    await expect(sent).rejects.toMatchObject({
      ...{ name: 'ApiError', kind: 'refused', status: null },
      message: 'deleteEndUser: not sent, since ".." cannot stand in an address of the platform',
    });
    expect(ready).toBe(false);
    expect(server.received).toEqual([]);
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
    ['an answer about another account', { status: 200, body: { id: 'A2', accountNumber: 'N2' } }],
    ['null', { status: 200, body: 'null' }],
    ['true', { status: 200, body: 'true' }],
    ['an empty list', { status: 200, body: '[]' }],
    ['an ID that is half a character', { status: 200, body: '{"id":"\\ud83d","accountNumber":"N1"}' }],
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
    const { client, server } = await clientFor(inOrder(AGAIN, AGAIN, AGAIN, GOOD), 0);
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
    const now = performance.now.bind(performance);
    let passed = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now() + passed);
    const { client, server } = await clientFor(() => {
      passed += 6 * 60_000;
      return AGAIN;
    });
    await expect(client.send(post)).rejects.toMatchObject({ kind: 'unavailable', status: 429 });
    expect(server.received).toHaveLength(3);
  });

  it('of many calls at once makes everybody wait as long as it says, no longer', async () => {
    const refused = { status: 429, headers: { 'retry-after': '0.2' } };
    const { client, limiter } = await clientFor(inOrder(...Array<Reply>(16).fill(refused), GOOD));
    await Promise.all(Array.from({ length: 16 }, () => client.send(get)));
    expect(limiter.report.pausedMs).toBeLessThan(500);
  });

  it('without a wait, again and again, is given one that grows', async () => {
    const { client, limiter } = await clientFor(inOrder(AGAIN, AGAIN, AGAIN, GOOD));
    const began = Date.now();
    await client.send(get);
    expect(Date.now() - began).toBeGreaterThanOrEqual(200 + 400 - 5);
    expect(limiter.report.pauses).toBe(3);
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
