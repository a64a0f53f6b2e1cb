import { describe, expect, it } from 'vitest';
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
