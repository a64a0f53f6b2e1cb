import { createRequire } from 'node:module';
import { unescape as decoded } from 'node:querystring';
import type { AxiosInstance, AxiosResponse, AxiosStatic, InternalAxiosRequestConfig } from 'axios';
import type Undici from 'undici';
import type { Dispatcher } from 'undici';
import { StopError } from '../errors.js';
import { keepSecret } from '../secrets.js';
import { isThisMachine } from './this-machine.js';

// Half of what a run takes to start is the loading of packages: axios is one file for `require` and seventy for
// `import`, and undici's index loads a browser's whole fetch besides the pool. Only its proxies need all of it.
const require = createRequire(import.meta.url);
const axios: AxiosStatic = require('axios');
const Pool: typeof Undici.Pool = require('undici/lib/dispatcher/pool.js');

/** undici's own code for a connection that was not made in time. */
const CONNECT_TIMEOUT = 'UND_ERR_CONNECT_TIMEOUT';
const ANSWER_TIMEOUT = 'ANSWER_TIMEOUT';

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

const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];
/** The longest wait that a timer can be set to. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** An answer that is longer is given up on: no list of one account comes near it. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * axios over an undici pool: keep-alive connections, at most `connections` of them, no redirects, no parsing. A proxy
 * named in HTTPS_PROXY or HTTP_PROXY is used, but not to reach this machine.
 *
 * @param baseUrl scheme and host, such as `https://api.alianza.com`
 * @param timeoutMs how long a connection may take, and then how long from the first byte sent to the last one received
 */
export function createTransport(baseUrl: string, connections: number, timeoutMs: number): Transport {
  const { origin, pathname, hostname } = new URL(baseUrl);
  const prefix = pathname.replace(/\/$/, '');
  const limit = Math.min(timeoutMs, MAX_TIMER_MS);
  const options = {
    connections,
    // Those of undici begin anew with every byte, and with every answer such as 100 Continue.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: limit },
    maxResponseSize: MAX_ANSWER_BYTES,
  };
  const dispatcher: Dispatcher =
    proxied(origin) && !isThisMachine(hostname) ? viaProxy(options) : new Pool(origin, options);
  const timeLimit = new TimeLimit(limit);
  const http: AxiosInstance = axios.create({
    adapter: (config) => dispatch(dispatcher, timeLimit, origin, config),
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
  return PROXY_VARIABLES.some(
    (name) => name.toLowerCase() === `${origin.split(':')[0]}_proxy` && Boolean(process.env[name]),
  );
}

/** @throws StopError `PROXY_INVALID`, which does not repeat the address: it may hold a password */
function viaProxy(options: Undici.EnvHttpProxyAgent.Options): Dispatcher {
  for (const name of PROXY_VARIABLES) {
    const address = process.env[name];
    if (!address) continue;
    if (!/^https?:/i.test(address) || !URL.canParse(address))
      throw new StopError(
        'PROXY_INVALID',
        `The environment variable ${name} holds no address of a proxy.`,
        'Give it as http://host:port, or unset it.',
      );
    keepSecret(decoded(new URL(address).password));
  }
  const { EnvHttpProxyAgent }: typeof Undici = require('undici');
  return new EnvHttpProxyAgent(options);
}

/** Something that must end in time. */
interface Timed {
  /** when its time is over, as `performance.now()` tells it */
  until: number;
  /** called once when it is over */
  expire(): void;
}

/** Gives all requests the same time. One timer serves them all: one for each would be set and cleared at every call. */
class TimeLimit {
  readonly ms: number;
  /** the first one is the first whose time is over */
  readonly #running = new Set<Timed>();
  #timer: NodeJS.Timeout | null = null;

  constructor(ms: number) {
    this.ms = ms;
  }

  /** Gives it its time from now on, also when it has begun before. */
  begin(timed: Timed): void {
    this.#running.delete(timed);
    timed.until = performance.now() + this.ms;
    this.#running.add(timed);
    if (this.#timer === null) this.#lookIn(this.ms);
  }

  end(timed: Timed): void {
    this.#running.delete(timed);
  }

  #lookIn(ms: number): void {
    // What is under way keeps the process alive by its socket.
    this.#timer = setTimeout(() => this.#look(), Math.ceil(ms)).unref();
  }

  #look(): void {
    this.#timer = null;
    const now = performance.now();
    for (const timed of this.#running) {
      if (timed.until > now) {
        this.#lookIn(timed.until - now);
        return;
      }
      this.#running.delete(timed);
      timed.expire();
    }
  }
}

const utf8 = new TextDecoder();

/** The adapter under axios. Takes what arrives as it arrives: a stream for each answer would cost more than its parsing. */
function dispatch(
  dispatcher: Dispatcher,
  timeLimit: TimeLimit,
  origin: string,
  config: InternalAxiosRequestConfig,
): Promise<AxiosResponse> {
  // axios would call a request without a body a form.
  if (config.data === undefined) config.headers.delete('content-type');
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let status = 0;
    let headers: Record<string, string> = {};
    let request: Dispatcher.DispatchController | null = null;
    let expired = false;
    const fail = (message: string, code: string) => {
      timeLimit.end(timed);
      reject(new axios.AxiosError(message, code, config));
    };
    const timed: Timed = {
      until: 0,
      expire() {
        expired = true;
        if (request === null) fail(`no connection within ${timeLimit.ms} ms`, CONNECT_TIMEOUT);
        else {
          fail(`no complete answer within ${timeLimit.ms} ms`, ANSWER_TIMEOUT);
          request.abort(new Error(ANSWER_TIMEOUT));
        }
      },
    };
    timeLimit.begin(timed);
    const options = {
      origin,
      path: config.url ?? '/',
      method: (config.method ?? 'get').toUpperCase() as Dispatcher.HttpMethod,
      headers: config.headers.toJSON() as Record<string, string>,
      body: (config.data as string | undefined) ?? null,
    };
    dispatcher.dispatch(options, {
      onRequestStart(controller) {
        // Whoever was told that it never left must be right.
        if (expired) return controller.abort(new Error(CONNECT_TIMEOUT));
        request = controller;
        timeLimit.begin(timed);
      },
      // called again for the answer proper after one such as 100 Continue
      onResponseStart(_controller, statusCode, given) {
        status = statusCode;
        headers = given as Record<string, string>;
      },
      onResponseData(_controller, piece) {
        pieces.push(piece);
      },
      onResponseEnd() {
        timeLimit.end(timed);
        const data = utf8.decode(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces));
        resolve({ data, status, statusText: '', headers, config });
      },
      onResponseError(_controller, { code, message }: NodeJS.ErrnoException) {
        fail(message, code ?? 'UNKNOWN');
      },
    });
  });
}
