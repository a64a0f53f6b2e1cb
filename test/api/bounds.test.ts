import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocketServer, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isThisMachine } from '../../src/api/this-machine.js';
import { createTransport, MAX_ANSWER_BYTES } from '../../src/api/transport.js';
import { clientOf, get, post, scriptedServer } from './scripted-server.js';

const TIMEOUT_MS = 400;

/** A server that answers every log-in, and all else as the test says. @returns its address */
async function serverOf(answer: (response: ServerResponse) => void): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/v2/authorize') response.end('{"authToken":"t-1","partitionId":"P1"}');
    else answer(response);
  });
  server.on('connection', (socket) => socket.on('error', () => {}));
  return listening(server);
}

async function listening(server: Server | ReturnType<typeof createSocketServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Calls it again and again until the connection is gone. */
function repeat(response: ServerResponse, act: () => void): void {
  const timer = setInterval(act, 20);
  response.socket?.on('close', () => clearInterval(timer));
}

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('the time for a request is over', () => {
  const endless: [string, (response: ServerResponse) => void][] = [
    ['nothing comes', () => {}],
    ['headers come and no body', (response) => response.writeHead(200).flushHeaders()],
    ['a body comes drop by drop', (response) => repeat(response, () => response.write(' '))],
    ['answers 102 come for ever', (response) => repeat(response, () => response.writeProcessing())],
    [
      'answers 103 come for ever',
      (response) => repeat(response, () => response.writeEarlyHints({ link: '</a>; rel=preload' })),
    ],
  ];

  it.each(endless)('when %s', async (_what, answer) => {
    const { client } = clientOf(await serverOf(answer), { timeoutMs: TIMEOUT_MS, retries: 0 });
    await client.logIn();
    const began = performance.now();
    await expect(client.send(post)).rejects.toMatchObject({
      ...{ kind: 'inDoubt', status: null },
      messages: [`no answer (ANSWER_TIMEOUT: no complete answer within ${TIMEOUT_MS} ms)`],
    });
    const took = performance.now() - began;
    expect(took).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
    expect(took).toBeLessThan(TIMEOUT_MS + 1500);
  });

  it('for one request, while others of the same connection go on', async () => {
    let hang = true;
    const url = await serverOf((response) => {
      if (!hang) response.end('{"id":"A1","accountNumber":"N1"}');
      hang = false;
    });
    const { client } = clientOf(url, { timeoutMs: TIMEOUT_MS, retries: 1 });
    expect(await client.send(get)).toMatchObject({ id: 'A1' });
    expect(client.requests).toBe(3);
  });
});

describe('a proxy', () => {
  it('that does not answer in time has let nothing leave', async () => {
    let heard = '';
    const sockets: Socket[] = [];
    const proxy = createSocketServer((socket) => {
      sockets.push(socket);
      socket.on('data', (data) => {
        heard += data;
      });
    });
    const address = await listening(proxy);
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    vi.stubEnv('HTTPS_PROXY', address);
    const transport = createTransport('https://alianza.invalid', 1, TIMEOUT_MS);
    onTestFinished(() => transport.close());
    const sent = transport.send('GET', '/', {}, undefined);
    await expect(sent).rejects.toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' });
    expect(heard).toMatch(/^CONNECT alianza\.invalid:443 /);
  });

  it('whose address is none is named without it', () => {
    vi.stubEnv('HTTPS_PROXY', 'user:pass-word-1@proxy:port');
    const create = () => createTransport('https://alianza.invalid', 1, TIMEOUT_MS);
    expect(create).toThrow('The environment variable HTTPS_PROXY holds no address of a proxy.');
  });
});

describe('an answer that is too long', () => {
  it('is no answer, and its connection is ended', async () => {
    let sent = 0;
    let closed = false;
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const url = await serverOf((response) => {
      response.socket?.on('close', () => {
        closed = true;
      });
      const more = () => {
        while (!closed && sent < 1024 * piece.length) {
          sent += piece.length;
          if (!response.write(piece)) return void response.once('drain', more);
        }
      };
      more();
    });
    const { client } = clientOf(url, { retries: 0 });
    await expect(client.send(post)).rejects.toMatchObject({
      kind: 'inDoubt',
      messages: [expect.stringContaining('UND_ERR_RES_EXCEEDED_MAX_SIZE')],
    });
    await vi.waitUntil(() => closed);
    expect(sent).toBeLessThan(MAX_ANSWER_BYTES + 64 * piece.length);
  });

  it('is one byte longer than the longest', async () => {
    const start = '{"id":"A1","accountNumber":"N1","filling":"';
    const filling = MAX_ANSWER_BYTES - start.length - 2;
    let more = 0;
    const url = await serverOf((response) => response.end(`${start}${'x'.repeat(filling + more)}"}`));
    const { client } = clientOf(url, { retries: 0, timeoutMs: 30_000 });
    expect(await client.send(get)).toMatchObject({ id: 'A1' });
    more = 1;
    await expect(client.send(get)).rejects.toMatchObject({ kind: 'unavailable' });
  });
});

describe('this machine', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '127.8.9.10',
    '0x7f.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    'localhost',
    'LOCALHOST',
  ])('is %s', (host) => {
    expect(isThisMachine(new URL(`http://${host}:8080`).hostname)).toBe(true);
  });

  it.each([
    '128.0.0.1',
    '0.0.0.0',
    '[::2]',
    '[::ffff:10.0.0.1]',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    'mylocalhost',
    'example.com',
    '10.127.0.1',
  ])('is not %s', (host) => {
    expect(isThisMachine(new URL(`http://${host}:8080`).hostname)).toBe(false);
  });

  it('is reached without a proxy', async () => {
    const server = await scriptedServer(() => ({ status: 200, body: { id: 'A1', accountNumber: 'N1' } }));
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    const { client } = clientOf(server.url, { retries: 0 });
    expect(await client.send(get)).toMatchObject({ id: 'A1' });
  });
});
