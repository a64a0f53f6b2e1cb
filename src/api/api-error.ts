import { inWords } from './refusal-codes.js';

/**
 * How a call ended that did not succeed:
 * - `refused`: the platform answered that it will not do it; nothing was changed
 * - `unavailable`: every try failed and certainly nothing was changed
 * - `inDoubt`: it may have been done; look before sending it again
 */
export type ApiErrorKind = 'refused' | 'unavailable' | 'inDoubt';

/** How the platform words a missing right where it answers 400 instead of 403. */
const NOT_PERMITTED = /^\s*not\s*permitted\W*$/i;

/** A call that failed, with what a person or the retry rules need of it. Never carries a secret. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly kind: ApiErrorKind;
  /** the operation's name in the published API description, such as `createAccount` */
  readonly operation: string;
  /** the HTTP status, or null when there was no answer */
  readonly status: number | null;
  /** the platform's own words (`messages` of its error answer), or the reason for having none */
  readonly messages: readonly string[];
  /** an earlier try of the same call had no good answer, so the refusal may be of what that try has done */
  readonly afterDoubt: boolean;

  constructor(
    kind: ApiErrorKind,
    operation: string,
    status: number | null,
    messages: readonly string[],
    afterDoubt = false,
  ) {
    const words = messages.map(inWords).join('; ') || 'no message';
    super(status === null ? `${operation}: ${words}` : `${operation} was answered ${status}: ${words}`);
    this.kind = kind;
    this.operation = operation;
    this.status = status;
    this.messages = messages;
    this.afterDoubt = afterDoubt;
  }

  /** {@link messages} in words, in one line; '' where there are none */
  get words(): string {
    return this.messages.map(inWords).join('; ');
  }

  /** A refusal that every call of the kind would meet, whatever its row: a right is missing, or the partition is wrong. */
  get lacksRight(): boolean {
    const { status, messages } = this;
    return (
      status === 403 || (status === 400 && messages.length === 1 && NOT_PERMITTED.test(messages[0] ?? ''))
    );
  }
}

/** The run is stopping, so the call was not sent. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';
}
