import { StopError } from '../errors.js';

/** What the log-in tells (guide, "Authentication/Working with Tokens"). */
export interface LogIn {
  readonly authToken: string;
  readonly partitionId: string;
  readonly subPartitionIds: readonly string[];
}

/** Log-ins in a row whose token was refused before any call succeeded. */
const DEAD_TOKENS_THAT_STOP = 4;

/**
 * Holds the token. When calls find it expired, one of them logs in and the others wait for that.
 */
export class Session {
  readonly #logIn: () => Promise<LogIn>;
  #current: Promise<LogIn> | null = null;
  #token: string | null = null;
  #fruitless = 0;

  constructor(logIn: () => Promise<LogIn>) {
    this.#logIn = logIn;
  }

  /** The log-in in force; logs in when there is none. */
  current(): Promise<LogIn> {
    if (!this.#current) {
      const pending = this.#logIn().then((logIn) => {
        this.#token = logIn.authToken;
        return logIn;
      });
      // A log-in that failed in passing is tried anew by the next call; a refused one is not, lest the user be locked.
      pending.catch((error: unknown) => {
        const refused = error instanceof StopError && error.code === 'LOGIN_REFUSED';
        if (this.#current === pending && !refused) this.#current = null;
      });
      this.#current = pending;
    }
    return this.#current;
  }

  /** The token in force, if there is one and nobody is logging in. */
  get token(): string | null {
    return this.#token;
  }

  /**
   * A call was answered 401 with this token; only the first to say so of a token makes it be replaced.
   * @returns whether it was the token in force
   * @throws StopError `LOGIN_NOT_ACCEPTED` when fresh tokens are refused again and again
   */
  expired(token: string): boolean {
    if (token !== this.#token) return false;
    this.#token = null;
    this.#current = null;
    if (++this.#fruitless >= DEAD_TOKENS_THAT_STOP)
      throw new StopError(
        'LOGIN_NOT_ACCEPTED',
        'The platform keeps refusing the tokens that it has just given out (401).',
        'Check that the user is an API user with rights on this partition and is not logged out elsewhere, then resume.',
      );
    return true;
  }

  /** A call with the token in force succeeded. */
  worked(): void {
    this.#fruitless = 0;
  }
}
