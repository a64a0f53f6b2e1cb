import { StopError } from '../errors.js';
import { Limit } from './guard.js';
import type { Session } from './records.js';
import type { TokenTaker } from './token.js';
import type { Users } from './users.js';

/**
 * Asks somebody who is logged in to show once more who they are, before what whoever finds an open browser must not do:
 * with the password, or where the terminal's token was it, with a new one.
 */
export class Proof {
  readonly #users: Users;
  readonly #tokens: TokenTaker;
  readonly #failed = [new Limit(5, 60_000), new Limit(20, 3_600_000)];

  constructor(users: Users, tokens: TokenTaker) {
    this.#users = users;
    this.#tokens = tokens;
  }

  /** @param shown the password, or a new token @throws StopError `NOT_SHOWN` */
  async require({ user, via }: Session, shown: string): Promise<void> {
    const refuse = (message: string, hint: string) => new StopError('NOT_SHOWN', message, hint);
    if (via === 'key') throw refuse('A key is not enough for this.', 'Log in with a password.');
    if (this.#failed.some((limit) => limit.isReached(user)))
      throw refuse('Too many tries were refused.', 'Wait a minute, then try again.');
    for (const limit of this.#failed) limit.count(user);
    const isRight =
      via === 'token' ? await this.#tokens.take(shown) : (await this.#users.check(user, shown)) !== null;
    if (!isRight)
      throw via === 'token'
        ? refuse('This token is not valid.', 'alianza-import serve --token gives another.')
        : refuse('The password is not right.', 'Type the one that you log in with.');
    for (const limit of this.#failed) limit.takeBack(user);
  }
}
