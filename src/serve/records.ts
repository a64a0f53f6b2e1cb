import { closeSync, existsSync, openSync } from 'node:fs';
import Database from 'libsql';
import { StopError } from '../errors.js';
import type { Role } from './roles.js';
import { hashOf, secret } from './token.js';

/** A session ends after that long without a request, and in any case after the second, milliseconds. */
const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;
/** How exactly the time of the last request is kept: a write for each would be one for each look at a page. */
const SEEN_EVERY_MS = 60_000;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sessions (
  hash TEXT PRIMARY KEY, user TEXT NOT NULL, role TEXT NOT NULL, started INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, result TEXT NOT NULL);
`;

/** Who is logged in. */
export interface Session {
  readonly hash: string;
  readonly user: string;
  readonly role: Role;
}

/** One line of the audit: no text of a cell and no secret is in it. */
export interface AuditLine {
  readonly user: string;
  /** '' where nobody is logged in */
  readonly role: Role | '';
  /** where the request came from */
  readonly address: string;
  readonly action: 'log in' | 'log out' | 'download' | 'ask' | 'upload';
  readonly object: string;
  readonly result: 'done' | 'refused';
}

/** What journals cannot know: who has logged in, and who did what here. */
export class ServeRecords {
  readonly #database: Database.Database;

  /** @throws StopError `FOLDER_UNUSABLE` */
  constructor(file: string) {
    try {
      if (!existsSync(file)) closeSync(openSync(file, 'wx', 0o600));
      this.#database = new Database(file);
      this.#database.pragma('journal_mode=WAL');
      this.#database.pragma('synchronous=FULL');
      this.#database.exec(SCHEMA);
    } catch (cause) {
      throw new StopError(
        'FOLDER_UNUSABLE',
        `${file} cannot be used: ${(cause as Error).message}`,
        'Make it writable for you. Without it nobody can log in; what runs came to is not in it.',
        { cause },
      );
    }
  }

  /** Begins a session. @returns what the browser keeps; here there is only its hash */
  begin(user: string, role: Role): string {
    const id = secret();
    const now = Date.now();
    this.#database
      .prepare('DELETE FROM sessions WHERE seen < ? OR started < ?')
      .run(now - IDLE_MS, now - LONGEST_MS);
    this.#database
      .prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)')
      .run(hashOf(id), user, role, now, now);
    return id;
  }

  /** The session that a browser names; null for one that has ended or never was. */
  session(id: string): Session | null {
    const hash = hashOf(id);
    const now = Date.now();
    const found = this.#database
      .prepare('SELECT user, role, started, seen FROM sessions WHERE hash = ?')
      .get(hash) as { user: string; role: Role; started: number; seen: number } | undefined;
    if (!found || found.seen < now - IDLE_MS || found.started < now - LONGEST_MS) return null;
    if (found.seen < now - SEEN_EVERY_MS)
      this.#database.prepare('UPDATE sessions SET seen = ? WHERE hash = ?').run(now, hash);
    return { hash, user: found.user, role: found.role };
  }

  end({ hash }: Session): void {
    this.#database.prepare('DELETE FROM sessions WHERE hash = ?').run(hash);
  }

  audit({ user, role, address, action, object, result }: AuditLine): void {
    this.#database
      .prepare(
        'INSERT INTO audit (at, user, role, address, action, object, result) VALUES (?, ?, ?, ?, ?, ?, ?)',
      )
      .run(new Date().toISOString(), user, role, address, action, object, result);
  }

  close(): void {
    this.#database.close();
  }
}
