import { type Answer, errorBody, isObject } from './answers.js';
import { LOGIN_OPERATION } from './routes.js';

interface FaultEffect {
  /** one phrase, for help and README */
  readonly does: string;
  /** whether the request is carried out: not at all, before the answer, or after the connection is gone */
  readonly commits: 'never' | 'first' | 'late';
  /** whether `faultRate` deals it out: an importer that retries well comes through it without waiting long */
  readonly safe: boolean;
}

/** Every fault that the sandbox can play, with what it does. */
export const FAULT_KINDS = {
  reset: { does: 'connection dropped, nothing done', commits: 'never', safe: true },
  'reset-after': { does: 'done, then connection dropped without an answer', commits: 'first', safe: true },
  hang: { does: 'never answers, nothing done', commits: 'never', safe: false },
  'hang-after': { does: 'done, never answers', commits: 'first', safe: false },
  slow: { does: 'done, answered after delayMs', commits: 'first', safe: true },
  'late-commit': { does: 'connection dropped at once, done delayMs later', commits: 'late', safe: true },
  '408': { does: 'answers 408, nothing done', commits: 'never', safe: true },
  '429': { does: 'answers 429, with Retry-After when retryAfter is given', commits: 'never', safe: true },
  '500': { does: 'answers 500, nothing done', commits: 'never', safe: true },
  '502-html': { does: "answers 502 with a proxy's HTML page, nothing done", commits: 'never', safe: true },
  '503': { does: 'answers 503, with Retry-After when retryAfter is given', commits: 'never', safe: true },
  '504': { does: 'answers 504, nothing done', commits: 'never', safe: true },
  '500-after': { does: 'done, then answers 500', commits: 'first', safe: true },
  'html-after': { does: 'done, then answers 200 with an HTML page', commits: 'first', safe: true },
  'not-json-after': { does: 'done, then answers 200 with torn JSON', commits: 'first', safe: true },
  'no-id-after': { does: 'done, then answers JSON without its id', commits: 'first', safe: true },
  'expired-token': { does: 'answers 401 and the token is dead, nothing done', commits: 'never', safe: true },
  '403': { does: 'answers 403, nothing done', commits: 'never', safe: false },
  'not-permitted': {
    does: 'answers 400 NotPermitted, as production does for a missing right, nothing done',
    commits: 'never',
    safe: false,
  },
} as const satisfies { readonly [kind: string]: FaultEffect };

export type FaultKind = keyof typeof FAULT_KINDS;

const KINDS = Object.keys(FAULT_KINDS) as FaultKind[];
const SAFE_KINDS = KINDS.filter((kind) => FAULT_KINDS[kind].safe);

/**
 * When a fault strikes: on the nth requests of an operation (from 1), at a rate (0 to 1), or, with neither, on every
 * one; `times` at most. `delayMs` is for `slow` and `late-commit`, `retryAfter` (seconds) for `429` and `503`.
 */
export interface FaultRule {
  readonly operation: string;
  readonly kind: FaultKind;
  readonly nth?: number | readonly number[];
  readonly rate?: number;
  readonly times?: number;
  readonly delayMs?: number;
  readonly retryAfter?: number;
}

/** How long `slow` and `late-commit` take when the rule does not say. */
export const DEFAULT_DELAY_MS = 1000;

interface Armed {
  readonly rule: FaultRule;
  seen: number;
  struck: number;
}

/** Decides which requests meet a fault. */
export class Faults {
  #armed: Armed[];
  readonly #random: () => number;
  readonly #rate: number;

  /** @param rate the probability that a request that no rule strikes meets one of the safe kinds */
  constructor(rules: readonly FaultRule[], rate: number, seed: number) {
    this.#armed = rules.map(arm);
    this.#rate = rate;
    this.#random = randomFrom(seed);
  }

  replace(rules: readonly FaultRule[]): void {
    this.#armed = rules.map(arm);
  }

  /** Lets every rule count from the start again. */
  restart(): void {
    this.#armed = this.#armed.map(({ rule }) => arm(rule));
  }

  /** Counts one request of the operation. @returns the rule that strikes it: the first in order */
  next(operation: string): FaultRule | undefined {
    let strikes: Armed | undefined;
    for (const one of this.#armed) {
      const { rule } = one;
      if (rule.operation !== '*' && rule.operation !== operation) continue;
      if (isPointless(rule.kind, operation)) continue;
      one.seen += 1;
      if (strikes === undefined && one.struck < (rule.times ?? Number.POSITIVE_INFINITY) && this.#isDue(one))
        strikes = one;
    }
    if (strikes !== undefined) {
      strikes.struck += 1;
      return strikes.rule;
    }
    if (this.#rate === 0 || this.#random() >= this.#rate) return undefined;
    const kind = SAFE_KINDS[Math.floor(this.#random() * SAFE_KINDS.length)];
    return kind === undefined || isPointless(kind, operation) ? undefined : { operation, kind };
  }

  #isDue({ rule, seen }: Armed): boolean {
    if (rule.nth !== undefined) return Array.isArray(rule.nth) ? rule.nth.includes(seen) : rule.nth === seen;
    return rule.rate === undefined || this.#random() < rule.rate;
  }
}

const arm = (rule: FaultRule): Armed => ({ rule, seen: 0, struck: 0 });

/** A log-in has no token that could expire: its 401 would mean wrong credentials. */
const isPointless = (kind: FaultKind, operation: string) =>
  kind === 'expired-token' && operation === LOGIN_OPERATION;

/** What goes over the wire. */
export interface Reply {
  readonly status: number;
  readonly type: 'application/json' | 'text/html';
  readonly text: string;
  readonly headers: { readonly [name: string]: string };
}

/** @returns the plain reply to an answer */
export function plainReply(answer: Answer): Reply {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  return { status: answer.status, type: 'application/json', text, headers: {} };
}

/**
 * @param answer what the platform would have answered, when the fault lets it act
 * @returns what the client gets; undefined for the kinds that send nothing
 */
export function faultyReply(rule: FaultRule, answer: Answer | undefined): Reply | undefined {
  const retryAfter: { [name: string]: string } =
    rule.retryAfter === undefined ? {} : { 'Retry-After': String(rule.retryAfter) };
  switch (rule.kind) {
    case '408':
      return failure(408, 'Request timeout');
    case '429':
      return { ...failure(429, 'Too many requests'), headers: retryAfter };
    case '500':
    case '500-after':
      return failure(500, 'Internal server error');
    case '503':
      return { ...failure(503, 'Service unavailable'), headers: retryAfter };
    case '504':
      return failure(504, 'Gateway timeout');
    case '403':
      return failure(403, 'Access denied');
    case 'not-permitted':
      return failure(400, 'NotPermitted');
    case 'expired-token':
      return failure(401, 'ExpiredAuthToken');
    case '502-html':
      return { status: 502, type: 'text/html', text: page('502 Bad Gateway'), headers: {} };
    case 'html-after':
      return { status: 200, type: 'text/html', text: page('Scheduled maintenance'), headers: {} };
    case 'not-json-after': {
      const { text } = plainReply(answer ?? { status: 200 });
      const torn = text.length > 1 ? text.slice(0, Math.ceil(text.length / 2)) : '{"id":"';
      return { status: 200, type: 'application/json', text: torn, headers: {} };
    }
    case 'no-id-after':
      return answer && plainReply({ ...answer, body: withoutId(answer.body) });
    case 'slow':
      return answer && plainReply(answer);
    default:
      return undefined;
  }
}

const failure = (status: number, message: string) =>
  plainReply({ status, body: errorBody(status, [message]) });

const page = (title: string) =>
  `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`;

function withoutId(body: unknown): unknown {
  if (!isObject(body)) return body;
  const { id: _id, authToken: _authToken, ...rest } = body;
  return rest;
}

/** @returns a generator of numbers from 0 to 1, the same sequence for the same seed (mulberry32) */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
