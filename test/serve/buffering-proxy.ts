import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Bytes that it holds back. */
const HELD = 16_384;

/** A proxy as nginx is: it says where a request came from, and holds answers back until there is enough of them. */
export interface BufferingProxy {
  /** `http://127.0.0.1:8412` */
  readonly origin: string;
  /** where it passes on to */
  to: string;
  /** whether it lets through at once what says `X-Accel-Buffering: no` */
  obeys: boolean;
  close(): void;
}

/** @param host the name by which it asks; the one that it was asked by where none is given */
export async function startBufferingProxy(host?: string): Promise<BufferingProxy> {
  const server = createServer((asked, answer) => {
    const given = asked.headers['x-forwarded-for'];
    const headers = {
      ...asked.headers,
      ...(host === undefined ? {} : { host }),
      'x-forwarded-for': `${given === undefined ? '' : `${String(given)}, `}203.0.113.7`,
    };
    const { hostname, port } = new URL(proxy.to);
    const sent = request({ host: hostname, port, path: asked.url, method: asked.method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      if (proxy.obeys && got.headers['x-accel-buffering'] === 'no') return void got.pipe(answer);
      let held: Buffer[] = [];
      let bytes = 0;
      got.on('data', (piece: Buffer) => {
        held.push(piece);
        bytes += piece.length;
        if (bytes < HELD) return;
        answer.write(Buffer.concat(held));
        [held, bytes] = [[], 0];
      });
      got.on('end', () => answer.end(Buffer.concat(held)));
    });
    sent.on('error', () => answer.destroy());
    asked.pipe(sent);
    answer.on('close', () => sent.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: BufferingProxy = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to: '',
    obeys: true,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return proxy;
}
