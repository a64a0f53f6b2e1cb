import type { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { StopError } from '../errors.js';
import { isObject, type Json, Refusal } from './answers.js';
import type { Reply } from './faults.js';

const MAX_BODY_BYTES = 1 << 20;

/** @throws StopError when the port is taken or not allowed */
export async function listen(server: ReturnType<typeof createServer>, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new StopError(
          'SANDBOX_PORT',
          `The sandbox cannot listen on port ${port}: ${cause.message}`,
          'Choose another port, or 0 for any that is free.',
          { cause },
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** @returns the path, undecoded, and the query of a request's target */
export function splitUrl(url: string): { path: string; query: URLSearchParams } {
  const mark = url.indexOf('?');
  return mark < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

/** Calls back with the whole body as text; drops the connection of a client that sends too much. */
export function readBody(request: IncomingMessage, done: (text: string) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) request.destroy();
    else chunks.push(chunk);
  });
  request.on('end', () => done(chunks.length === 0 ? '' : Buffer.concat(chunks).toString('utf8')));
}

/** @returns the JSON value, or undefined where there is none */
export function parseBody(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws Refusal 415 or 400 unless the request carries a JSON object and says so */
export function requireJson(request: IncomingMessage, body: unknown): asserts body is Json {
  if (!/^application\/([\w.-]+\+)?json/i.test(request.headers['content-type'] ?? ''))
    throw new Refusal(415, 'Content-Type must be application/json');
  if (!isObject(body)) throw new Refusal(400, 'Malformed request body: a JSON object is expected');
}

/** Sends the reply, unless the client is gone. */
export function send(response: ServerResponse, reply: Reply): void {
  if (response.destroyed) return;
  if (reply.text === '') response.writeHead(reply.status, reply.headers).end();
  else {
    const bytes = Buffer.from(reply.text);
    response
      .writeHead(reply.status, {
        ...reply.headers,
        'Content-Type': reply.type,
        'Content-Length': bytes.length,
      })
      .end(bytes);
  }
}
