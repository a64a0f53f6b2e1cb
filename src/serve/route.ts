import type { Html } from '../results/html.js';
import type { Frame } from './pages/layout.js';
import type { AuditLine, Session } from './records.js';
import type { Role } from './roles.js';

/** A request, as what answers it sees it. */
export interface Ask {
  readonly method: string;
  readonly path: string;
  /** where it came from */
  readonly address: string;
  /** whether the browser came encrypted */
  readonly isEncrypted: boolean;
  /** whether a person looks at the answer, not a script */
  readonly wantsPage: boolean;
  /** whoever is logged in; null only at routes that need nobody */
  readonly session: Session | null;
  /** aborted when the browser has gone */
  readonly signal: AbortSignal;
  header(name: string): string | null;
  /** a part of the path, decoded */
  param(name: string): string;
  /** a value of the query; '' where it is not there */
  query(name: string): string;
  /**
   * The fields of a form, or those of a JSON object and of its `settings` that are texts, numbers and booleans, as texts.
   * @throws Refused 413 over 64 kB, 400 for what cannot be read
   */
  fields(): Promise<Readonly<Record<string, string>>>;
  /** of a page that is shown again since what was sent from it is refused: the fields that were sent; else none */
  sent(): Readonly<Record<string, string>>;
  /**
   * A JSON body.
   * @param most bytes; 64 kB where it is not given
   * @throws Refused 413 for more, 408 for a part of it, 400 for what is not JSON
   */
  json(most?: number): Promise<unknown>;
  /** the body as it comes, for what is larger; null where there is none */
  readonly body: ReadableStream<Uint8Array> | null;
}

/** What answers a request. */
export type Answer = {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
} & (
  | { readonly page: Omit<Frame, 'assets' | 'session'>; readonly content: Html }
  | { readonly json: unknown }
  /** to look at this path now (303) */
  | { readonly see: string }
  | { readonly text: string | ReadableStream<Uint8Array>; readonly type: string }
);

/** One thing that can be asked for. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** such as `/runs/:id` */
  readonly path: string;
  /** who may; null for everybody, logged in or not */
  readonly role: Role | null;
  /** whether it begins work that takes a while: somebody may do so ten times a minute */
  readonly startsWork?: true;
  answer(ask: Ask): Answer | Promise<Answer>;
}

/** A request that is not done, and why. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly facts: Readonly<Record<string, unknown>>;

  /**
   * @param code a stable upper-case word
   * @param message what, one sentence
   * @param hint what to do now
   * @param facts what a program needs besides, beside `error`
   */
  constructor(
    status: number,
    code: string,
    message: string,
    hint: string,
    headers: Readonly<Record<string, string>> = {},
    facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
    this.headers = headers;
    this.facts = facts;
  }
}

/** Whoever asks. @throws Refused 401 where nobody is logged in, as may be at routes without a role */
export function sessionOf({ session }: Ask): Session {
  if (session) return session;
  throw new Refused(401, 'NOT_LOGGED_IN', 'Nobody is logged in.', 'Log in at /login.');
}

/** Whoever asks, as the audit tells of them. */
export function askerOf(ask: Ask): Pick<AuditLine, 'user' | 'role' | 'address'> {
  const { user, role } = sessionOf(ask);
  return { user, role, address: ask.address };
}

export function notFound(): Refused {
  return new Refused(404, 'NOT_FOUND', 'There is nothing at this address.', 'Begin at the first page.');
}
