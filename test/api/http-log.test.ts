import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createTrunk } from '../../src/api/endpoints.js';
import { type Exchange, HttpLog, maskSecrets } from '../../src/api/http-log.js';
import { temporaryDirectory } from '../results/journals.js';
import { clientOf, scriptedServer } from './scripted-server.js';

const MASK = '********';
const SECRET = 's3cr3t-V4lue';

/** Row 8 is the seventh; of a log-in there is none. */
const placeOf = (ordinal: number) => (ordinal === 0 ? null : { row: ordinal + 1 });

const exchange: Exchange = {
  ordinal: 0,
  operation: 'createSipTrunk',
  method: 'POST',
  url: 'https://api.example/v2/partition/P1/account/A1/siptrunk_2',
  body: null,
  status: 200,
  answer: '',
  ms: 12,
};

async function logged(...exchanges: readonly Partial<Exchange>[]) {
  const path = join(await temporaryDirectory(), 'http.jsonl');
  const log = new HttpLog(path, placeOf);
  for (const each of exchanges) log.write({ ...exchange, ...each });
  await log.close();
  const text = await readFile(path, 'utf8');
  return { path, text, lines: text.trimEnd().split('\n') };
}

describe('maskSecrets', () => {
  it.each([
    ['password'],
    ['PASSWORD'],
    ['sipPassword'],
    ['sipUsername'],
    ['authToken'],
    ['X-AUTH-TOKEN'],
    ['x-auth-token'],
    ['refresh_token'],
    ['clientSecret'],
    ['pwdHash'],
  ])('masks %s, whatever its value is', (key) => {
    for (const value of [SECRET, 42, true, [SECRET], { inner: SECRET }])
      expect(maskSecrets({ [key]: value })).toEqual({ [key]: MASK });
    expect(maskSecrets({ [key]: null })).toEqual({ [key]: null });
  });

  it('goes into objects and arrays at any depth, and leaves all else as it is', () => {
    const value = {
      trunkName: 'Böhm "1"',
      list: [[{ password: SECRET, n: 1 }], 'x', null],
      deep: { deeper: { deepest: { sipPassword: SECRET, ok: false } } },
    };
    expect(maskSecrets(value)).toEqual({
      trunkName: 'Böhm "1"',
      list: [[{ password: MASK, n: 1 }], 'x', null],
      deep: { deeper: { deepest: { sipPassword: MASK, ok: false } } },
    });
    expect(value.list[0]).toEqual([{ password: SECRET, n: 1 }]);
  });

  it.each([[null], [undefined], ['text'], [0], [false]])('leaves %j alone', (value) => {
    expect(maskSecrets(value)).toBe(value);
  });
});

describe('HttpLog', () => {
  it('writes one JSON object a line, readable by its owner alone', async () => {
    const { path, lines } = await logged(
      { body: { trunkName: 'A\n"B"' }, answer: '{"id":"T1"}' },
      { method: 'GET', status: null, answer: 'retrieveAccount: no answer (ECONNRESET)', ms: 7 },
    );
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(first).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      row: null,
      operation: 'createSipTrunk',
      method: 'POST',
      url: exchange.url,
      status: 200,
      ms: 12,
      body: { trunkName: 'A\n"B"' },
      answer: { id: 'T1' },
    });
    expect(second).toMatchObject({ method: 'GET', status: null, ms: 7, body: null });
    expect(second.answer).toBe('retrieveAccount: no answer (ECONNRESET)');
    expect(lines).toHaveLength(2);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('adds to a log that is there', async () => {
    const path = join(await temporaryDirectory(), 'http.jsonl');
    for (const operation of ['one', 'two']) {
      const log = new HttpLog(path, placeOf);
      log.write({ ...exchange, operation });
      await log.close();
    }
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).operation)).toEqual(['one', 'two']);
  });

  it.each<[string, Partial<Exchange>]>([
    ['a body', { body: { sipUsername: SECRET, list: [{ password: SECRET }] } }],
    ['an answer', { answer: JSON.stringify({ authToken: SECRET, users: [{ pwdHash: SECRET }] }) }],
    ['an answer that is no JSON', { answer: `<p>password=${SECRET}</p>` }],
    ['an answer that was cut off', { answer: `{"id":"T1","sipPassword":"${SECRET}` }],
    ['the query of an address', { url: `https://x/validateproperties?sipusername=${SECRET}` }],
  ])('lets no secret pass in %s', async (_where, part) => {
    const { text } = await logged(part);
    expect(text).not.toContain(SECRET);
  });

  it('keeps the start of an answer that is no JSON, and null for an empty one', async () => {
    const { lines } = await logged({ answer: `<h1>${'x'.repeat(5000)}` }, { answer: '' });
    expect(JSON.parse(lines[0] ?? '').answer).toBe(`<h1>${'x'.repeat(1996)}`);
    expect(JSON.parse(lines[1] ?? '').answer).toBeNull();
  });

  it('writes what a dry run would send, secrets masked', async () => {
    const path = join(await temporaryDirectory(), 'http.jsonl');
    const log = new HttpLog(path, placeOf);
    const { operation, method, url } = exchange;
    log.writePlanned(6, { operation, method, url, body: { sipPassword: SECRET, trunkName: 'A' } });
    await log.close();
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
      ...{ row: 7, wouldSend: true, operation, method, url },
      body: { sipPassword: MASK, trunkName: 'A' },
    });
  });

  it('does not disturb the run when it cannot be written', async () => {
    const log = new HttpLog(join(await temporaryDirectory(), 'not-there', 'http.jsonl'), placeOf);
    log.write(exchange);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(() => log.write(exchange)).not.toThrow();
  });
});

it('of a run holds its calls and none of its secrets', async () => {
  const path = join(await temporaryDirectory(), 'http.jsonl');
  const server = await scriptedServer(() => ({ status: 200, body: { id: 'T1', sipPassword: SECRET } }));
  const httpLog = new HttpLog(path, placeOf);
  const { client, logged } = clientOf(server.url, { httpLog, password: SECRET });
  await client.send(
    createTrunk('P1', 'A1', { trunkName: 'T', sipUsername: 'user-0001', sipPassword: SECRET }),
    { priority: 7 },
  );
  await httpLog.close();
  const text = await readFile(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      ...{
        row: null,
        operation: 'logUserIn',
        method: 'POST',
        url: `${server.url}/v2/authorize`,
        status: 200,
      },
      body: { username: 'api-user', password: MASK },
      answer: { authToken: MASK, partitionId: 'P1' },
    },
    {
      ...{ row: 8, operation: 'createSipTrunk', method: 'POST', status: 200, ms: expect.any(Number) },
      body: { trunkName: 'T', sipUsername: MASK, sipPassword: MASK },
      answer: { id: 'T1', sipPassword: MASK },
    },
  ]);
  for (const secret of [SECRET, 'token-1', 'user-0001']) {
    expect(text).not.toContain(secret);
    expect(logged.join('\n')).not.toContain(secret);
  }
});
