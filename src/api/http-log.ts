import { createWriteStream, type WriteStream } from 'node:fs';
import { withoutSecrets } from '../secrets.js';

const SECRET_KEY = /password|pwdhash|token|sipusername|secret|wirelesspin|wirelessaccountnumber/i;
const MASK = '********';
/** How much is kept of an answer that is no JSON. */
const MAX_TEXT = 2000;

/** Where the row is that a request is sent for; `file` and `sheet` only where its number does not tell. */
export interface RowPlace {
  readonly row: number;
  readonly file?: string;
  readonly sheet?: string | null;
}

/** One request with its answer, as the platform's support asks for them. */
export interface Exchange {
  /** ordinal of the row that it is sent for; of what several rows share, the first that asked; 0 for none (a log-in) */
  readonly ordinal: number;
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly status: number | null;
  readonly answer: string;
  readonly ms: number;
}

/** `http.jsonl`: one JSON object a line for every request and its answer; secrets are masked. */
export class HttpLog {
  readonly #stream: WriteStream;
  readonly #placeOf: (ordinal: number) => RowPlace | null;

  constructor(path: string, placeOf: (ordinal: number) => RowPlace | null) {
    this.#placeOf = placeOf;
    this.#stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
    // The log is a help, not a promise: a full disk is the journal's to report.
    this.#stream.on('error', () => {});
  }

  write(exchange: Exchange): void {
    const { answer, body, ordinal, ...rest } = exchange;
    const line = {
      time: new Date().toISOString(),
      ...(this.#placeOf(ordinal) ?? { row: null }),
      ...rest,
      url: maskQuery(rest.url),
      body: maskSecrets(body),
      answer: maskAnswer(answer),
    };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  /** A request that a run would send for a row, in a dry run. */
  writePlanned(ordinal: number, call: Pick<Exchange, 'operation' | 'method' | 'url' | 'body'>): void {
    const { body, ...rest } = call;
    const line = { ...this.#placeOf(ordinal), wouldSend: true, ...rest, body: maskSecrets(body) };
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(() => resolve()));
  }
}

/**
 * A copy of a JSON value in which every password, token and SIP credential is replaced, by the name of its field and
 * wherever a known one is repeated.
 */
export function maskSecrets(value: unknown): unknown {
  if (typeof value === 'string') return withoutSecrets(value);
  if (Array.isArray(value)) return value.map(maskSecrets);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET_KEY.test(key) && inner !== null ? MASK : maskSecrets(inner),
    ]),
  );
}

function maskQuery(url: string): string {
  return withoutSecrets(url).replace(/([?&])([^=&]+)=([^&]*)/g, (whole, mark: string, name: string) =>
    SECRET_KEY.test(name) ? `${mark}${name}=${MASK}` : whole,
  );
}

function maskAnswer(text: string): unknown {
  if (text === '') return null;
  try {
    return maskSecrets(JSON.parse(text));
  } catch {
    if (SECRET_KEY.test(text)) return '(not JSON; left out, since it may hold a secret)';
    return withoutSecrets(text.slice(0, 2 * MAX_TEXT)).slice(0, MAX_TEXT);
  }
}
