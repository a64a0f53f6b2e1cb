import { createRequire } from 'node:module';
import type { AxiosInstance, AxiosResponse, AxiosStatic, InternalAxiosRequestConfig } from 'axios';
import type Undici from 'undici';
import type { Dispatcher } from 'undici';

// Half of what a run takes to start is the loading of packages: axios is one file for `require` and seventy for
// `import`, and undici's index loads a browser's whole fetch besides the two dispatchers.
const require = createRequire(import.meta.url);
const axios: AxiosStatic = require('axios');
const Pool: typeof Undici.Pool = require('undici/lib/dispatcher/pool.js');
const EnvHttpProxyAgent: typeof Undici.EnvHttpProxyAgent = require('undici/lib/dispatcher/env-http-proxy-agent.js');

/** An answer as it came: the body is text, whatever its type. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends one request. Rejects with an error that has a `code` when there is no answer. */
export interface Transport {
  send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | undefined,
  ): Promise<RawAnswer>;
  close(): Promise<void>;
}

/**
 * axios over an undici pool: keep-alive connections, at most `connections` of them, no redirects, no parsing. A proxy
 * named in HTTPS_PROXY or HTTP_PROXY is used.
 *
 * @param baseUrl scheme and host, such as `https://api.alianza.com`
 * @param timeoutMs how long one answer may take
 */
export function createTransport(baseUrl: string, connections: number, timeoutMs: number): Transport {
  const { origin, pathname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/$/, '');
  const options = {
    connections,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs },
  };
  const dispatcher: Dispatcher = proxied(origin) ? new EnvHttpProxyAgent(options) : new Pool(origin, options);
  const http: AxiosInstance = axios.create({
    adapter: (config) => dispatch(dispatcher, origin, config),
    transformRequest: [],
    transformResponse: [],
    validateStatus: () => true,
  });
  return {
    async send(method, path, headers, body) {
      const answer = await http.request<string>({ method, url: prefix + path, headers, data: body });
      return { status: answer.status, headers: answer.headers as Record<string, string>, text: answer.data };
    },
    close: () => dispatcher.destroy(),
  };
}

function proxied(origin: string): boolean {
  const { env } = process;
  return origin.startsWith('https:')
    ? Boolean(env['HTTPS_PROXY'] ?? env['https_proxy'])
    : Boolean(env['HTTP_PROXY'] ?? env['http_proxy']);
}

const utf8 = new TextDecoder();

/** The adapter under axios. Takes what arrives as it arrives: a stream for each answer would cost more than its parsing. */
function dispatch(
  dispatcher: Dispatcher,
  origin: string,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  // axios would call a request without a body a form.
  if (config.data === undefined) config.headers.delete('content-type');
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let status = 0;
    let headers: Record<string, string> = {};
    const request = {
      origin,
      path: config.url ?? '/',
      method: (config.method ?? 'get').toUpperCase() as Dispatcher.HttpMethod,
      headers: config.headers.toJSON() as Record<string, string>,
      body: (config.data as string | undefined) ?? null,
    };
    dispatcher.dispatch(request, {
      onRequestStart() {},
      // called again for the answer proper after one such as 100 Continue
      onResponseStart(_controller, statusCode, given) {
        status = statusCode;
        headers = given as Record<string, string>;
      },
      onResponseData(_controller, piece) {
        pieces.push(piece);
      },
      onResponseEnd() {
        const data = utf8.decode(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
        resolve({ data, status, statusText: '', headers, config });
      },
      onResponseError(_controller, { code, message }: NodeJS.ErrnoException) {
        reject(new axios.AxiosError(message, code ?? 'UNKNOWN', config));
      },
    });
  });
}
