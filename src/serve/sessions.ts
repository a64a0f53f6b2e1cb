import type { ServeRecords, Session } from './records.js';
import { markOf, type User, type Users } from './users.js';

/** Who a request is of. A session holds as long as its user is what they were when it began. */
export class Sessions {
  readonly #records: ServeRecords;
  readonly #users: Users;

  constructor(records: ServeRecords, users: Users) {
    this.#records = records;
    this.#users = users;
  }

  /**
   * Begins a session of whoever has the terminal.
   * @returns what the browser keeps
   */
  beginOfOwner(user: string, address: string): string {
    return this.#records.begin({ user, role: 'admin', via: 'token', mark: '' }, address);
  }

  /** Begins a session of a user. @returns what the browser keeps */
  beginOf(user: User, address: string): string {
    return this.#records.begin(
      { user: user.name, role: user.role, via: 'password', mark: markOf(user) },
      address,
    );
  }

  /** The session that a browser names; null for one that has ended or never was. */
  of(cookie: string): Session | null {
    const session = this.#records.session(cookie);
    if (session === null || this.holds(session)) return session;
    this.#records.end(session);
    return null;
  }

  /** Whether whoever it is of may still come in: the user is there, with the same password and role, or the key is. */
  holds({ user: name, via, mark }: Session): boolean {
    if (via === 'token') return true;
    if (via === 'key') return this.#users.keys().some(({ hash }) => hash === mark);
    const user = this.#users.find(name);
    return user !== null && markOf(user) === mark;
  }

  /** What a key stands for; null for one that is none. */
  ofKey(text: string): Session | null {
    const key = this.#users.keyOf(text);
    if (!key) return null;
    return { hash: `key ${key.hash}`, user: `key:${key.name}`, role: key.role, via: 'key', mark: key.hash };
  }
}
