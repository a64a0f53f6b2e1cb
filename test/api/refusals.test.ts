import { describe, expect, it } from 'vitest';
import type { ApiError } from '../../src/api/api-error.js';
import { createTrunk } from '../../src/api/endpoints.js';
import { ACCOUNT, AGAIN, clientFor, GOOD, get, inOrder, post, put, type Reply } from './scripted-server.js';

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
    ['a code', { errorCode: 'E-17', traceId: 't' }, ['E-17']],
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

  it.each([
    [
      ['SipUsernameInUse', 'InvalidLineNumber'],
      'the SIP username is in use (SipUsernameInUse); the device has no such line, or the line is in use (InvalidLineNumber)',
    ],
    [['AccountIsInCollections2'], 'account is in collections2 (AccountIsInCollections2)'],
    [['BadRequest: lastName', 'Required'], 'BadRequest: lastName; Required'],
  ])('that is a code is put in words: %j', async (messages, words) => {
    const { client } = await clientFor(() => ({ status: 400, body: { messages } }));
    await expect(client.send(post)).rejects.toMatchObject({
      ...{ messages, words },
      message: `createAccount was answered 400: ${words}`,
    });
  });

  it.each<[string, Reply[], boolean]>([
    ['after a try that may have happened', [{ status: 500 }, { status: 409 }], true],
    ['after a connection that ended', ['reset', { status: 409 }], true],
    ['after 429', [AGAIN, { status: 409 }], false],
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

describe('a missing right', () => {
  const notPermitted: Reply = { status: 400, body: { status: 400, messages: ['NotPermitted'] } };

  it('that is told with 400 stops the run like 403', async () => {
    const { client } = await clientFor(() => notPermitted);
    for (let count = 1; count <= 4; count++)
      await expect(client.send(get)).rejects.toMatchObject({
        name: 'ApiError',
        kind: 'refused',
        status: 400,
      });
    await expect(client.send(get)).rejects.toMatchObject({
      ...{ name: 'StopError', code: 'FORBIDDEN' },
      message:
        'The platform forbids retrieveAccount (400) again and again: the log-in may not do this, or not in this partition (NotPermitted)',
    });
  });

  it.each([[['NotPermitted', 'extension is in use']], [['NotPermittedCharacter in name']], [[]]])(
    'is not what 400 with %j means',
    async (messages) => {
      const { client } = await clientFor(() => ({ status: 400, body: { messages } }));
      for (let count = 1; count <= 6; count++)
        await expect(client.send(get)).rejects.toMatchObject({ name: 'ApiError', status: 400 });
    },
  );
});

describe('a secret that is repeated', () => {
  const trunk = createTrunk('P1', 'A1', {
    ...{ trunkName: 'T', sipUsername: 'user-of-pbx-1', sipPassword: 'p&"ss wörd\\1' },
  });

  it.each<[string, unknown]>([
    ['a message', { messages: ['sipPassword "p&"ss wörd\\1" of user-of-pbx-1 is weak'] }],
    ['a message of an object', { messages: [{ rejected: { sipPassword: 'p&"ss wörd\\1' } }] }],
    ['a page', '<p>p&amp;&quot;ss wörd\\1 is weak, user-of-pbx-1'],
    ['a URL', { message: 'no /login?p=p%26%22ss%20w%C3%B6rd%5C1&u=user-of-pbx-1' }],
    ['other JSON', { body: { sipUsername: 'user-of-pbx-1', sipPassword: 'p&"ss wörd\\1' } }],
    ['a token and the log-in', { messages: ['token-1 of api-user with hunter2-secret may not'] }],
    ['a long message', { messages: [`${'x'.repeat(995)}p&"ss wörd\\1`] }],
  ])('in %s is masked', async (_what, body) => {
    const { client, logged } = await clientFor(() => ({ status: 400, body }));
    const error = await client.send(trunk).catch((thrown: ApiError) => thrown);
    expect(error).toMatchObject({ name: 'ApiError', status: 400 });
    const texts = [(error as ApiError).message, ...(error as ApiError).messages, ...logged].join('\n');
    expect(texts).toContain('****');
    for (const secret of ['ss w', 'ss%20w', 'user-of-pbx-1', 'token-1', 'hunter2'])
      expect(texts).not.toContain(secret);
  });
});

it('keeps no more words than a person reads', async () => {
  const { client } = await clientFor(() => ({
    status: 400,
    body: { messages: Array.from({ length: 1000 }, () => 'long '.repeat(1000)) },
  }));
  const error = await client.send(post).catch((thrown: ApiError) => thrown);
  expect((error as ApiError).messages.map(({ length }) => length)).toEqual(Array(20).fill(1000));
});
