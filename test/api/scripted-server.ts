import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { Client, type ClientOptions } from '../../src/api/client.js';
import { createAccount, getAccount, reserveNumber } from '../../src/api/endpoints.js';
import { Limiter } from '../../src/api/limiter.js';
import { createTransport } from '../../src/api/transport.js';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An object is sent as JSON, a text as it is; `reset` ends the connection, `hang` never answers. */
export type Reply =
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  | 'reset'
  | 'hang';

/** Answers in order, the last one for ever. */
export function inOrder(...replies: readonly Reply[]): () => Reply {
  let next = 0;
  return () => replies[Math.min(next++, replies.length - 1)] ?? 'reset';
}

/**
 * An HTTP server that gives the answers of a script. Log-ins are answered with `token-1`, `token-2` … unless
 * `logIn` answers them; all else goes to `answer`. It is gone after the test.
 */
export async function scriptedServer(
  answer: (request: Received) => Reply | Promise<Reply>,
  logIn?: (count: number) => Reply,
) {
  const received: Received[] = [];
  const logIns: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = request;
    const each: Received = { method, path: url, headers, body: Buffer.concat(chunks).toString() };
    const isLogIn = url === '/v2/authorize';
    (isLogIn ? logIns : received).push(each);
    const reply = isLogIn ? (logIn ?? accepted)(logIns.length) : await answer(each);
    if (reply === 'hang') return;
    if (reply === 'reset') return void request.socket.destroy();
    const { status, body = '', headers: more = {} } = reply;
    response.writeHead(status, more);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, received, logIns };
}

function accepted(count: number): Reply {
  return { status: 200, body: { authToken: `token-${count}`, partitionId: 'P1', subPartitionIds: null } };
}

/** A client of a server, with a limiter of its own and all that it logs. */
export function clientOf(baseUrl: string, options: Partial<ClientOptions> & { timeoutMs?: number } = {}) {
  const { timeoutMs = 10_000, ...given } = options;
  const limiter = given.limiter ?? new Limiter(32, null);
  const transport = given.transport ?? createTransport(baseUrl, 32, timeoutMs);
  const logged: string[] = [];
  const client = new Client({
    baseUrl,
    username: 'api-user',
    password: 'hunter2-secret',
    retries: 1,
    httpLog: null,
    log: (event, details) => logged.push(`${event} ${JSON.stringify(details)}`),
    ...given,
    limiter,
    transport,
  });
  onTestFinished(() => transport.close());
  return { client, limiter, logged };
}

/** A client of a server that gives these answers. */
export async function clientFor(answer: Parameters<typeof scriptedServer>[0], retries = 1) {
  const server = await scriptedServer(answer);
  return { server, ...clientOf(server.url, { retries }) };
}

export const ACCOUNT = { id: 'A1', accountNumber: 'N1', accountName: 'Shop' };
export const GOOD: Reply = { status: 200, body: ACCOUNT };
export const AGAIN: Reply = {
  status: 429,
  body: { messages: ['slow down'] },
  headers: { 'retry-after': '0' },
};

export const get = getAccount('P1', 'A1');
export const post = createAccount('P1', { accountNumber: 'N1', accountName: 'Shöp "1"' });
/** a write without a body */
export const put = reserveNumber('account', 'P1', 'A1', '18015550100');
