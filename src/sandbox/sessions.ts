import { Refusal } from './answers.js';

/** Tokens are valid for 8 hours from the last use (guide, "Authentication/Working with Tokens"). */
export const TOKEN_LIFE_HOURS = 8;

interface Session {
  lastUsed: number;
  callsLeft: number;
}

/** The log-in of the platform's one management user, and its tokens. */
export class Sessions {
  readonly username: string;
  readonly #password: string;
  readonly #callsPerToken: number;
  readonly #sessions = new Map<string, Session>();
  readonly #newToken: () => string;

  /** @param callsPerToken a token dies after that many calls; Infinity for never */
  constructor(username: string, password: string, callsPerToken: number, newToken: () => string) {
    this.username = username;
    this.#password = password;
    this.#callsPerToken = callsPerToken;
    this.#newToken = newToken;
  }

  /** @returns a new token. @throws Refusal 401 on wrong credentials */
  login(username: unknown, password: unknown): string {
    if (username !== this.username || password !== this.#password)
      throw new Refusal(401, 'Invalid username or password');
    const token = this.#newToken();
    this.#sessions.set(token, { lastUsed: Date.now(), callsLeft: this.#callsPerToken });
    return token;
  }

  /** Counts one use of the token. @throws Refusal 401 when it is unknown, expired or used up */
  use(token: string | undefined): void {
    const session = token === undefined ? undefined : this.#sessions.get(token);
    if (token === undefined || session === undefined) throw new Refusal(401, 'ExpiredAuthToken');
    const now = Date.now();
    if (session.callsLeft <= 0 || now - session.lastUsed > TOKEN_LIFE_HOURS * 3_600_000) {
      this.end(token);
      throw new Refusal(401, 'ExpiredAuthToken');
    }
    session.callsLeft -= 1;
    session.lastUsed = now;
  }

  end(token: string): void {
    this.#sessions.delete(token);
  }
}
