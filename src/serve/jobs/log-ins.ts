import type { LogIn } from './child.js';

/** A log-in that somebody typed is forgotten after that long, milliseconds. */
const KEPT_MS = 12 * 3_600_000;

/** How a platform can be logged in to. */
export interface KnownLogIn extends LogIn {
  /** by a person, for their own jobs; else it is of the server's environment */
  readonly isTyped: boolean;
}

/**
 * The log-ins of platforms: those that persons typed for their own jobs, in memory only, and that of the environment
 * variables of the server, for everybody's.
 */
export class LogIns {
  readonly #own: LogIn | null;
  readonly #typed = new Map<string, LogIn & { readonly at: number }>();

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const { ALIANZA_USERNAME: username = '', ALIANZA_PASSWORD: password = '' } = env;
    this.#own = username === '' || password === '' ? null : { username, password };
  }

  keep(user: string, environment: string, { username, password }: LogIn): void {
    this.#typed.set(keyOf(user, environment), { username, password, at: performance.now() });
  }

  /** That of a user for an environment; null where there is none. */
  of(user: string, environment: string): KnownLogIn | null {
    const key = keyOf(user, environment);
    const typed = this.#typed.get(key);
    if (typed && typed.at > performance.now() - KEPT_MS)
      return { username: typed.username, password: typed.password, isTyped: true };
    this.#typed.delete(key);
    return this.#own && { ...this.#own, isTyped: false };
  }

  /** Forgets what somebody typed; all of it, or that of one environment. */
  forget(user: string, environment?: string): void {
    for (const key of [...this.#typed.keys()])
      if (environment === undefined ? key.startsWith(`${user}\n`) : key === keyOf(user, environment))
        this.#typed.delete(key);
  }
}

function keyOf(user: string, environment: string): string {
  return `${user}\n${environment}`;
}
