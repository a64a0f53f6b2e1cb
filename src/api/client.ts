import { StopError } from '../errors.js';
import { keepSecret, withoutSecrets } from '../secrets.js';
import { ApiError, type ApiErrorKind } from './api-error.js';
import { authorize, type Call } from './endpoints.js';
import type { HttpLog } from './http-log.js';
import type { Limiter } from './limiter.js';
import { unsendable } from './paths.js';
import {
  type RetryRule,
  retryAfterMs,
  retryDelay,
  ruleForNetworkCode,
  ruleForStatus,
  UNREADABLE_ANSWER,
} from './retry.js';
import { type LogIn, Session } from './session.js';
import type { RawAnswer, Transport } from './transport.js';

export interface ClientOptions {
  readonly baseUrl: string;
  readonly username: string;
  readonly password: string;
  /** tries of a call after transient failures */
  readonly retries: number;
  readonly transport: Transport;
  readonly limiter: Limiter;
  readonly httpLog: HttpLog | null;
  /** a line for run.log */
  log(event: string, details: Readonly<Record<string, unknown>>): void;
}

export interface SendOptions {
  /** the row's ordinal: earlier rows go first */
  readonly priority?: number;
  /** runs before the first try leaves, once it is next in turn: writes the intent */
  readonly ready?: () => Promise<void>;
  /** goes through although the run is stopping */
  readonly finishing?: boolean;
  /** the platform may forbid it for good: that says nothing of other calls, and stops no run */
  readonly optional?: boolean;
}

/** How one try ended. */
type Try<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly rule: RetryRule;
      readonly error: ApiError;
      readonly waitMs: number | undefined;
    };

/** A platform that only ever answers 429 is given up on after this long without any success of the call. */
const MAX_THROTTLE_MS = 15 * 60_000;
/** Fresh tokens that one call is refused with (401) before the run stops: it is rights that are missing, not a token. */
const REFUSED_TOKENS_THAT_STOP = 5;
/** How often the pause after a 429 without Retry-After doubles. */
const MAX_THROTTLE_STEPS = 6;
/** How much of a refusal's words is kept: enough for a person, whatever a broken platform sends. */
const MAX_MESSAGES = 20;
const MAX_MESSAGE_LENGTH = 1000;
const MAX_PAGE_LENGTH = 100_000;
/** Answers 403 of one operation in a row, without one success, that stop the run instead of failing every row. */
const FORBIDDEN_THAT_STOP = 5;

/**
 * Sends calls: log-in, limit, retries, and the check of the answer. One for a whole run.
 */
export class Client {
  readonly #options: ClientOptions;
  readonly #session: Session;
  readonly #forbidden = new Map<string, number>();
  #requests = 0;
  #answered = 0;
  #answeredMs = 0;
  #throttled = 0;

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#session = new Session(() => this.#logIn());
  }

  /** requests sent so far, tries and log-ins included */
  get requests(): number {
    return this.#requests;
  }

  /** how long a call with a good answer lasted on average, milliseconds, the log-in left out; null when there was none */
  get latencyMs(): number | null {
    return this.#answered === 0 ? null : this.#answeredMs / this.#answered;
  }

  /** Logs in now, so that wrong credentials end the command before anything else. */
  logIn(): Promise<LogIn> {
    return this.#session.current();
  }

  /**
   * Sends a call until it has a good answer or no try is left. GET, PUT, PATCH and DELETE are repeated as they are;
   * a POST, or what is a create in another way, is repeated only while it certainly has not happened.
   *
   * @throws ApiError of kind `refused` (also of a call whose path cannot be sent), `unavailable`, or (creates
   * only) `inDoubt`
   * @throws NotSentError when the run is stopping and the call has not left
   * @throws StopError when no call can succeed any more (log-in refused, rights missing)
   */
  async send<T>(call: Call<T>, options: SendOptions = {}): Promise<T> {
    const wrong = unsendable(call.path);
    if (wrong !== null) throw new ApiError('refused', call.operation, null, [unsendableText(wrong)]);
    const repeatable = call.method !== 'POST' && call.isCreate !== true;
    let ready = options.ready;
    let doubt = false;
    let refusedTokens = 0;
    const started = performance.now();
    for (let tries = 1; ; ) {
      const logIn = this.#session.token === null ? await this.#session.current() : null;
      let used = '';
      const outcome = await this.#options.limiter.run<Try<T>>({
        priority: options.priority ?? 0,
        finishing: options.finishing,
        ready: async () => {
          await ready?.();
          ready = undefined;
        },
        send: () => {
          // Read at the last moment: while this call waited its turn, another may have logged in anew.
          used = this.#session.token ?? logIn?.authToken ?? '';
          return this.#try(call, used, options.priority);
        },
      });
      if (outcome.ok) {
        this.#session.worked();
        this.#throttled = 0;
        this.#forbidden.delete(call.operation);
        return outcome.value;
      }
      const { rule, error } = outcome;
      if (error.status === 401) {
        // A token that another call has found dead already says nothing of this call.
        if (this.#session.expired(used) && ++refusedTokens >= REFUSED_TOKENS_THAT_STOP)
          throw tokensRefused(error);
        continue;
      }
      if (error.lacksRight && options.optional !== true) this.#countForbidden(call.operation, error);
      if (rule.pressure) this.#throttle(outcome.waitMs);
      if (!rule.retry) throw doubt ? failed('refused', error, true) : error;
      doubt ||= rule.mayHaveHappened;
      if (rule.mayHaveHappened && !repeatable) throw failed('inDoubt', error);
      if (this.#isLastTry(rule, tries, started)) throw failed('unavailable', error);
      if (rule.countsAsTry) await this.backOff(tries++, outcome.waitMs);
    }
  }

  /** Waits that long, or until the run is stopping. */
  rest(ms: number): Promise<void> {
    return this.#options.limiter.rest(ms);
  }

  /** Waits before try `tries + 1`. */
  async backOff(tries: number, atLeastMs = 0): Promise<void> {
    await this.rest(Math.max(atLeastMs, retryDelay(tries, Math.random())));
  }

  async #logIn(): Promise<LogIn> {
    const { username, password, limiter } = this.#options;
    const call = authorize(username, password);
    const started = performance.now();
    for (let tries = 1; ; ) {
      const outcome = await limiter.run({ priority: 0, finishing: true, send: () => this.#try(call, null) });
      if (outcome.ok) {
        keepSecret(outcome.value.authToken);
        this.#options.log('logged in', { partitionId: outcome.value.partitionId });
        return { ...outcome.value, subPartitionIds: outcome.value.subPartitionIds ?? [] };
      }
      const { error, rule } = outcome;
      if (rule.pressure) this.#throttle(outcome.waitMs);
      if (!rule.retry || this.#isLastTry(rule, tries, started))
        throw logInFailed(error, this.#options.baseUrl);
      if (rule.countsAsTry) await this.backOff(tries++, outcome.waitMs);
    }
  }

  /** Answers that do not count as tries are borne with for a long time, but not for ever. */
  #isLastTry(rule: RetryRule, tries: number, started: number): boolean {
    return rule.countsAsTry ? tries > this.#options.retries : performance.now() - started > MAX_THROTTLE_MS;
  }

  async #try<T>(call: Call<T>, token: string | null, ordinal = 0): Promise<Try<T>> {
    const { transport, limiter, httpLog } = this.#options;
    for (const secret of call.secrets ?? []) if (typeof secret === 'string') keepSecret(secret);
    const headers: Record<string, string> = { accept: 'application/json' };
    if (token !== null) headers['x-auth-token'] = token;
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    if (body !== undefined) headers['content-type'] = 'application/json';
    const started = performance.now();
    this.#requests++;
    let answer: RawAnswer | null = null;
    let outcome: Try<T>;
    try {
      answer = await transport.send(call.method, call.path, headers, body);
      outcome = judge(call, answer);
    } catch (cause) {
      outcome = lost(call, cause);
    }
    const ms = performance.now() - started;
    if (outcome.ok) {
      limiter.observe(call.operation, ms);
      if (token !== null) {
        this.#answered++;
        this.#answeredMs += ms;
      }
    } else this.#options.log('call failed', { operation: call.operation, problem: outcome.error.message });
    httpLog?.write({
      ordinal,
      operation: call.operation,
      method: call.method,
      url: this.#options.baseUrl + call.path,
      body: call.body ?? null,
      status: answer?.status ?? null,
      answer: answer?.text ?? (outcome.ok ? '' : outcome.error.message),
      ms: Math.round(ms),
    });
    return outcome;
  }

  /** The pause grows while one 429 follows another; those that come during a pause were sent before it. */
  #throttle(waitMs: number | undefined): void {
    const { limiter } = this.#options;
    if (limiter.paused) {
      if (waitMs !== undefined) limiter.pause(waitMs);
      return;
    }
    this.#throttled = Math.min(this.#throttled + 1, MAX_THROTTLE_STEPS);
    // A platform that asks for no wait at all, again and again, is given one.
    const growing = this.#throttled > 1 || waitMs === undefined;
    const pause = Math.max(waitMs ?? 0, growing ? retryDelay(this.#throttled, Math.random()) : 0);
    limiter.pause(pause);
    this.#options.log('platform asks for less', { pauseMs: pause });
  }

  #countForbidden(operation: string, error: ApiError): void {
    const count = (this.#forbidden.get(operation) ?? 0) + 1;
    this.#forbidden.set(operation, count);
    if (count < FORBIDDEN_THAT_STOP) return;
    throw new StopError(
      'FORBIDDEN',
      `The platform forbids ${operation} (${error.status}) again and again: ${error.words}`,
      'Check the rights of the API user and the partition ID, then resume.',
      { cause: error },
    );
  }
}

/** What an answer means for a call: a value, or why not. */
function judge<T>(call: Call<T>, answer: RawAnswer): Try<T> {
  const { status, text } = answer;
  if (status < 200 || status >= 300) {
    const rule = ruleForStatus(status);
    const kind = rule.retry ? 'unavailable' : 'refused';
    const waitMs = rule.pressure ? retryAfterMs(answer.headers['retry-after'], Date.now()) : undefined;
    return { ok: false, rule, error: new ApiError(kind, call.operation, status, messagesOf(text)), waitMs };
  }
  let json: unknown;
  try {
    json = text === '' ? undefined : JSON.parse(text);
  } catch {
    return unreadable(call, status, 'the answer is not JSON');
  }
  if (call.answer === null) return { ok: true, value: json as T };
  const checked = call.answer.safeParse(json);
  if (checked.success) {
    if (call.belongs?.(checked.data) ?? true) return { ok: true, value: checked.data };
    return unreadable(call, status, 'the answer is about something else than was asked for');
  }
  const missing = checked.error.issues[0]?.path.join('.') || 'its content';
  return unreadable(call, status, `the answer lacks ${missing}`);
}

function unreadable<T>(call: Call<T>, status: number, problem: string): Try<T> {
  const error = new ApiError('unavailable', call.operation, status, [problem]);
  return { ok: false, rule: UNREADABLE_ANSWER, error, waitMs: undefined };
}

function lost<T>(call: Call<T>, cause: unknown): Try<T> {
  const { code = 'UNKNOWN', message = '' } = cause as { code?: string; message?: string };
  const words = withoutSecrets(`no answer (${code}${message ? `: ${message}` : ''})`);
  const error = new ApiError('unavailable', call.operation, null, [words]);
  return { ok: false, rule: ruleForNetworkCode(code), error, waitMs: undefined };
}

function failed(kind: ApiErrorKind, error: ApiError, afterDoubt = false): ApiError {
  return new ApiError(kind, error.operation, error.status, error.messages, afterDoubt);
}

function unsendableText(part: string): string {
  return `not sent, since "${part}" cannot stand in an address of the platform`;
}

/** The words of the platform's error answer, without a secret that they may repeat. */
function messagesOf(text: string): string[] {
  // Masked before they are cut, or the half of a secret would be left.
  return wordsOf(text)
    .slice(0, MAX_MESSAGES)
    .map((words) => withoutSecrets(words).slice(0, MAX_MESSAGE_LENGTH));
}

/** Its `messages`; its `message` or `errorCode`, or the start of whatever came, when it has none. */
function wordsOf(text: string): string[] {
  try {
    const { messages, message, errorCode } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (Array.isArray(messages))
      return messages.map((each) => (typeof each === 'string' ? each : JSON.stringify(each)));
    // Specialty lines have an error shape of their own.
    const said = message ?? errorCode;
    if (typeof said === 'string') return [said];
  } catch {
    // a proxy's page
  }
  const plain = withoutSecrets(text.slice(0, MAX_PAGE_LENGTH))
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' ? [] : [plain.slice(0, 200)];
}

function tokensRefused(error: ApiError): StopError {
  return new StopError(
    'LOGIN_NOT_ACCEPTED',
    `The platform refuses ${error.operation} with one fresh token after another (401).`,
    'Check the rights of the API user on this partition, then resume.',
    { cause: error },
  );
}

function logInFailed(error: ApiError, baseUrl: string): StopError {
  const refused = error.kind === 'refused';
  return new StopError(
    refused ? 'LOGIN_REFUSED' : 'PLATFORM_UNREACHABLE',
    refused
      ? `The platform at ${baseUrl} refused the log-in: ${error.words}`
      : `The platform at ${baseUrl} cannot be reached: ${error.message}`,
    refused
      ? 'Check ALIANZA_USERNAME and ALIANZA_PASSWORD, and that they belong to this environment.'
      : 'Check the address, the network and the proxy settings, then try again.',
    { cause: error },
  );
}
