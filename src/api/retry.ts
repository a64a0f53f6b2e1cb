/**
 * What a failed try means. Writes that cannot be repeated are never sent again on their own: whoever sent them looks
 * first whether they have happened.
 */
export interface RetryRule {
  /** worth another try */
  readonly retry: boolean;
  /** the platform may have done it although we have no good answer */
  readonly mayHaveHappened: boolean;
  /** uses up one of the tries */
  readonly countsAsTry: boolean;
  /** everybody waits, and fewer requests are sent at once afterwards */
  readonly pressure: boolean;
}

const RETRY: RetryRule = { retry: true, mayHaveHappened: true, countsAsTry: true, pressure: false };
const NEVER_LEFT: RetryRule = { ...RETRY, mayHaveHappened: false };
const REFUSED: RetryRule = { retry: false, mayHaveHappened: false, countsAsTry: true, pressure: false };

/** The rules by HTTP status. Every other status from 400 up is the platform's refusal. */
const STATUS_RULES: Readonly<Record<number, RetryRule>> = {
  408: RETRY,
  429: { retry: true, mayHaveHappened: false, countsAsTry: false, pressure: true },
  500: RETRY,
  502: RETRY,
  503: { ...RETRY, pressure: true },
  504: RETRY,
};

/** The rules by the error code of a request that got no answer. Every other code is {@link LOST_ANSWER}. */
const NETWORK_RULES: Readonly<Record<string, RetryRule>> = {
  ECONNREFUSED: NEVER_LEFT,
  ENOTFOUND: NEVER_LEFT,
  EAI_AGAIN: NEVER_LEFT,
  EHOSTUNREACH: NEVER_LEFT,
  ENETUNREACH: NEVER_LEFT,
  UND_ERR_CONNECT_TIMEOUT: NEVER_LEFT,
};

/** A connection that broke or timed out after the request may have left. */
const LOST_ANSWER = RETRY;

/** An answer that says success but is not JSON or lacks what it must hold, such as a proxy's page. */
export const UNREADABLE_ANSWER = RETRY;

/** The rule for a status that is not a success. */
export function ruleForStatus(status: number): RetryRule {
  return STATUS_RULES[status] ?? (status >= 500 || status < 400 ? RETRY : REFUSED);
}

/** The rule for a request that got no answer. */
export function ruleForNetworkCode(code: string): RetryRule {
  return NETWORK_RULES[code] ?? LOST_ANSWER;
}

const FIRST_DELAY_MS = 200;
const MAX_DELAY_MS = 15_000;

/**
 * How long to wait before try number `attempt + 1`: doubling, capped, with jitter over its upper half so that many
 * callers do not come back at once.
 *
 * @param attempt tries so far, from 1
 * @param random a number from 0 to 1
 * @returns milliseconds
 */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + random / 2));
}

/**
 * Reads a `Retry-After` header: seconds, or a date.
 * @returns milliseconds from `now`, at most five minutes, or undefined when there is none that makes sense
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) || ms < 0 ? undefined : Math.min(ms, 300_000);
}
