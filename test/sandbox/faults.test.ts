import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFaultFile } from '../../src/sandbox/fault-file.js';
import { FAULT_KINDS, type FaultKind, type FaultRule } from '../../src/sandbox/faults.js';
import { ACCOUNT, fixture, login, refused, start } from './client.js';

/** Plays one fault on the creation of an account; says what the client saw and what the platform did. */
async function play(kind: FaultKind, more: Partial<FaultRule> = {}) {
  const { sandbox, send, get } = await fixture({
    faults: [{ operation: 'createAccount', kind, nth: 1, ...more }],
  });
  const before = performance.now();
  const seen = await send('POST', 'account', ACCOUNT, { signal: AbortSignal.timeout(700) }).catch(
    (error: { name: string; cause?: { code?: string } }) => error.cause?.code ?? error.name,
  );
  const ms = performance.now() - before;
  return { sandbox, get, seen, ms, accounts: sandbox.state.accounts.size, entry: sandbox.requests.at(-1) };
}

describe('faults', () => {
  it.each<[FaultKind, number]>([
    ['reset', 0],
    ['reset-after', 1],
  ])('%s drops the connection', async (kind, accounts) => {
    const played = await play(kind);
    expect(played.seen).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
    expect(played.accounts).toBe(accounts);
    expect(played.entry).toMatchObject({ operation: 'createAccount', fault: kind });
    expect(played.entry).not.toHaveProperty('status');
  });

  it.each<[FaultKind, number]>([
    ['hang', 0],
    ['hang-after', 1],
  ])('%s never answers', async (kind, accounts) => {
    const played = await play(kind);
    expect(played.seen).toBe('TimeoutError');
    expect(played.accounts).toBe(accounts);
  });

  it('slow answers late', async () => {
    const played = await play('slow', { delayMs: 150 });
    expect(played.ms).toBeGreaterThanOrEqual(148);
    expect(played.seen).toMatchObject({ status: 200, body: { accountNumber: 'SP-123' } });
    expect(played.entry?.durationMs).toBeGreaterThanOrEqual(148);
  });

  it('late-commit drops the connection and acts later', async () => {
    const { sandbox, seen, accounts } = await play('late-commit', { delayMs: 100 });
    expect(seen).toMatch(/UND_ERR_SOCKET|ECONNRESET/);
    expect(accounts).toBe(0);
    await expect.poll(() => sandbox.state.accounts.size, { timeout: 2000 }).toBe(1);
  });

  it.each<[FaultKind, number, string]>([
    ['408', 408, 'Request timeout'],
    ['429', 429, 'Too many requests'],
    ['500', 500, 'Internal server error'],
    ['503', 503, 'Service unavailable'],
    ['504', 504, 'Gateway timeout'],
    ['403', 403, 'Access denied'],
    ['expired-token', 401, 'ExpiredAuthToken'],
    ['not-permitted', 400, 'NotPermitted'],
  ])('%s answers %i and does nothing', async (kind, status, message) => {
    const played = await play(kind);
    expect(played.seen).toEqual(refused(status, message));
    expect(played.accounts).toBe(0);
    expect((await played.get('account')).status).toBe(kind === 'expired-token' ? 401 : 200);
  });

  it.each<FaultKind>(['429', '503'])('%s says when to come back', async (kind) => {
    const sandbox = await start({ faults: [{ operation: '*', kind, retryAfter: 7 }] });
    const response = await fetch(`${sandbox.url}/v2/ref/devicetype`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([Number(kind), '7']);
  });

  it.each<[FaultKind, number, unknown, number]>([
    ['502-html', 502, expect.stringContaining('<h1>502 Bad Gateway</h1>'), 0],
    ['500-after', 500, { status: 500, messages: ['Internal server error'], data: {} }, 1],
    ['html-after', 200, expect.stringContaining('<h1>Scheduled maintenance</h1>'), 1],
    ['not-json-after', 200, expect.stringMatching(/^\{"id":"[\w-]{22}"/), 1],
    ['no-id-after', 200, expect.not.objectContaining({ id: expect.anything() }), 1],
  ])('%s answers %i', async (kind, status, body, accounts) => {
    const played = await play(kind);
    expect(played.seen).toEqual({ status, body });
    expect(played.accounts).toBe(accounts);
  });

  it('are all played above, each with what it does', () => {
    expect(Object.keys(FAULT_KINDS).toSorted()).toEqual(
      [
        [
          'reset',
          'reset-after',
          'hang',
          'hang-after',
          'slow',
          'late-commit',
          '408',
          '429',
          '500',
          '502-html',
        ],
        ['503', '504', '500-after', 'html-after', 'not-json-after', 'no-id-after', 'expired-token', '403'],
        ['not-permitted'],
      ]
        .flat()
        .toSorted(),
    );
  });

  it('no-id-after takes the token from a log-in, and expired-token spares it', async () => {
    const faults: FaultRule[] = [
      { operation: '*', kind: 'expired-token' },
      { operation: 'logUserIn', kind: 'no-id-after' },
    ];
    const { status, body } = await login(await start({ faults }));
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('authToken');
    expect(body.partitionId).toBe('sandbox-partition');
  });
});

describe('rules', () => {
  const statuses = async (faults: FaultRule[], count: number, options: object = {}) => {
    const { get } = await fixture({ faults, ...options });
    const seen = [];
    for (let i = 0; i < count; i += 1) seen.push((await get('/v2/ref/timezones')).status);
    return seen;
  };
  const rule = { operation: 'getTimeZones', kind: '503' } as const;

  it('strike on the nth requests of their operation', async () => {
    expect(await statuses([{ ...rule, nth: [2, 4] }], 5)).toEqual([200, 503, 200, 503, 200]);
    expect(await statuses([{ ...rule, operation: 'getAccounts' }], 2)).toEqual([200, 200]);
  });

  it('strike a number of times, and the first rule wins', async () => {
    const second: FaultRule = { operation: 'getTimeZones', kind: '500', nth: [1, 3] };
    expect(await statuses([{ ...rule, times: 2 }, second], 4)).toEqual([503, 503, 500, 200]);
  });

  it('strike at a rate, the same for the same seed', async () => {
    const half: FaultRule[] = [{ ...rule, rate: 0.5 }];
    const seen = await statuses(half, 40, { seed: 7 });
    const struck = seen.filter((status) => status === 503).length;
    expect(struck).toBeGreaterThan(8);
    expect(struck).toBeLessThan(32);
    expect(await statuses(half, 40, { seed: 7 })).toEqual(seen);
    expect(await statuses(half, 40, { seed: 8 })).not.toEqual(seen);
  });

  it('faultRate deals out safe kinds only', async () => {
    const noisy = await start({ faultRate: 1, seed: 3 });
    await Promise.all(
      Array.from({ length: 60 }, () => fetch(`${noisy.url}/v2/ref/timezones`).catch(() => undefined)),
    );
    const kinds = new Set(noisy.requests.map((entry) => entry.fault as FaultKind));
    expect(kinds.size).toBeGreaterThan(8);
    for (const kind of kinds) expect(FAULT_KINDS[kind].safe, kind).toBe(true);
  });

  it('are replaced while it runs', async () => {
    const { sandbox, get } = await fixture();
    const replace = (body: unknown) =>
      fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(body) });
    expect((await replace({ faults: [rule] })).status).toBe(204);
    expect((await get('/v2/ref/timezones')).status).toBe(503);
    const wrong = await replace({ faults: [{ operation: 'getTimezones', kind: '503' }] });
    expect(wrong.status).toBe(400);
    expect((await wrong.json()) as object).toMatchObject({
      messages: [
        "The request, fault 1: there is no operation 'getTimezones'",
        expect.stringContaining("Did you mean 'getTimeZones'?"),
      ],
    });
    await replace({ faults: [] });
    expect((await get('/v2/ref/timezones')).status).toBe(200);
  });
});

describe('a fault file', () => {
  const read = async (content: string) => {
    const path = join(await mkdtemp(join(tmpdir(), 'faults-')), 'night.json');
    await writeFile(path, content);
    return readFaultFile(path);
  };

  it('is read', async () => {
    const faults = [
      { operation: '*', kind: '429', rate: 0.03, retryAfter: 1 },
      { operation: 'createDevice', kind: 'late-commit', nth: [1, 2], delayMs: 500, times: 1 },
    ];
    expect(await read(JSON.stringify({ faults }))).toEqual(faults);
  });

  it.each([
    [
      { operation: 'createAcount', kind: '503' },
      "there is no operation 'createAcount'",
      "Did you mean 'createAccount'?",
    ],
    [{ operation: '*', kind: '502' }, "there is no kind '502'", 'Did you mean '],
    [{ operation: '*', kind: 'rest' }, "there is no kind 'rest'", "Did you mean 'reset'?"],
    [{ operation: '*', kind: '503', nht: 1 }, "there is no field 'nht'", "Did you mean 'nth'?"],
    [{ operation: '*', kind: '503', nth: 0 }, 'nth is 0', 'nth must be a number from 1, or a list of them.'],
    [{ operation: '*', kind: '503', rate: 3 }, 'rate is 3', 'rate must be a number from 0 to 1.'],
    [{ operation: '*', kind: 503 }, 'kind is 503', 'kind must be text.'],
    [{ kind: '503' }, 'has no operation', 'Add "operation".'],
    ['503', 'is not an object', 'Write { "operation"'],
  ])('with %j is refused', async (fault, message, hint) => {
    await expect(read(JSON.stringify({ faults: [fault] }))).rejects.toMatchObject({
      name: 'StopError',
      code: 'FAULT_FILE_INVALID',
      message: expect.stringMatching(new RegExp(`fault 1: ${message.replaceAll(/[()]/g, '\\$&')}`)),
      hint: expect.stringContaining(hint),
    });
  });

  it('that is none is refused', async () => {
    await expect(read('[]')).rejects.toMatchObject({ code: 'FAULT_FILE_INVALID' });
    await expect(read('{')).rejects.toMatchObject({ code: 'FAULT_FILE_UNREADABLE' });
    expect(() => readFaultFile('/nowhere/night.json')).toThrow(/cannot be read: ENOENT/);
  });
});
