/** A JSON object as it comes over the wire. */
export type Json = { readonly [field: string]: unknown };

/** What a handler answers; a missing body is an empty answer (204, or a 200 without content). */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** @returns 200 with a JSON body */
export const ok = (body: unknown): Answer => ({ status: 200, body });

/** An answer of success without a body. */
export const NO_CONTENT: Answer = { status: 204 };

/**
 * A request that the platform refuses. Thrown by handlers, answered in the platform's error shape
 * (schema PublicApiException).
 */
export class Refusal extends Error {
  readonly status: number;
  readonly messages: readonly string[];
  /** what the platform says of its reasons, beside its words */
  data: Json = {};

  constructor(status: number, ...messages: string[]) {
    super(messages.join('; '));
    this.status = status;
    this.messages = messages;
  }

  /** The same with reasons in `data`. */
  with(data: Json): this {
    this.data = data;
    return this;
  }
}

/** @returns the body of every error answer: `{ status, messages, data }` */
export function errorBody(status: number, messages: readonly string[], data: Json = {}) {
  return { status, messages, data };
}

/** @returns whether a parsed JSON value is an object (neither null nor an array) */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
