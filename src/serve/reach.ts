import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { StopError } from '../errors.js';

/** How a server is to be reached, as the command line says. */
export interface ReachRequest {
  readonly host: string;
  readonly publicUrl: string | undefined;
  readonly behindProxy: boolean;
  /** files */
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
}

/** How a server is reached. */
export interface Reach {
  /** what it shows to browsers; null for plain HTTP */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
  /** the one further address that it answers to */
  readonly publicUrl: URL | null;
  /** whether a proxy on this machine says where requests come from */
  readonly behindProxy: boolean;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];
const LOOPBACK_URL = ['127.0.0.1', 'localhost', '[::1]'];

/**
 * Checks that a server may be reached as it is asked for: from other machines only by people who have shown who they are,
 * and never in clear.
 *
 * @param hasUsers whether anybody has a password
 * @throws StopError `HOST_REFUSED`, `PUBLIC_URL_INVALID`, `TLS_UNUSABLE`
 */
export function reachOf(request: ReachRequest, hasUsers: boolean): Reach {
  const { host, behindProxy } = request;
  const publicUrl = request.publicUrl === undefined ? null : publicUrlOf(request.publicUrl);
  const tls = tlsOf(request);
  if (!LOOPBACK.includes(host)) {
    const refuse = (why: string, hint: string) =>
      new StopError('HOST_REFUSED', `The pages cannot be served at ${host}: ${why}`, hint);
    if (!hasUsers)
      throw refuse(
        "whoever reaches this machine would see customers' data, and nobody has a password yet.",
        'Add somebody: alianza-import serve user add NAME --role R. Or leave --host out and come through a tunnel: ssh -L 8321:127.0.0.1:8321 <this machine>',
      );
    const isByProxy = behindProxy && publicUrl?.protocol === 'https:';
    if (tls === null && !isByProxy)
      throw refuse(
        "passwords and customers' data would go over the net in clear.",
        'Give --tls-cert and --tls-key, or --behind-proxy with --public-url https://…, or leave --host out.',
      );
  }
  return { tls, publicUrl, behindProxy };
}

/** The address that a server is told to people by. */
export function baseOf({ tls, publicUrl }: Reach, host: string, port: number): string {
  if (publicUrl) return publicUrl.origin;
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `${tls ? 'https' : 'http'}://${name}:${port}`;
}

function publicUrlOf(text: string): URL {
  const refuse = (why: string) =>
    new StopError(
      'PUBLIC_URL_INVALID',
      `--public-url is ${JSON.stringify(text)}: ${why}`,
      'Such as: --public-url https://import.example.com',
    );
  if (!URL.canParse(text)) throw refuse('that is no address.');
  const url = new URL(text);
  const isPlain =
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  if (!isPlain) throw refuse('it is the address of the first page, without a path.');
  if (url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_URL.includes(url.hostname)))
    return url;
  throw refuse('passwords would go over the net in clear; it begins with https://.');
}

/**
 * Reads the certificate and its key, which belong together; null where none is named.
 * @throws StopError `USAGE`, `TLS_UNUSABLE`
 */
export function tlsOf({ tlsCert, tlsKey }: ReachRequest): Reach['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return null;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new StopError('USAGE', '--tls-cert and --tls-key go together.', 'Give both, or neither.');
  try {
    const tls = { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) };
    createSecureContext(tls);
    return tls;
  } catch (cause) {
    throw new StopError(
      'TLS_UNUSABLE',
      `The certificate ${tlsCert} with the key ${tlsKey} cannot be used: ${(cause as Error).message}`,
      'Both are PEM files, the certificate with those above it, and the key belongs to it.',
      { cause },
    );
  }
}
