import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** An answer, read to its end. */
export interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What is sent. */
export interface RawRequest {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** the certificate that a server of HTTPS is to have, PEM */
  readonly ca?: Buffer;
}

/**
 * A request as it is written here: with exactly these headers, a path of which nothing is put right first, and a connection
 * of its own, which the server may end where it has not read the whole body.
 */
export function rawRequest(
  origin: string,
  path: string,
  { method = 'GET', headers = {}, body = '', ca }: RawRequest = {},
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { protocol, hostname, port } = new URL(origin);
    const options = { host: hostname, port, path, method, headers, agent: false, ...(ca ? { ca } : {}) };
    const sent = (protocol === 'https:' ? tlsRequest : plainRequest)(options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
