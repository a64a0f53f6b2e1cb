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

/** Raised with every change of a table; {@link updated} brings older ones to it. */
const FORM = 2;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS sessions (
  hash TEXT PRIMARY KEY, user TEXT NOT NULL, role TEXT NOT NULL, via TEXT NOT NULL, mark TEXT NOT NULL, address TEXT NOT NULL,
  started INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, user TEXT NOT NULL, role TEXT NOT NULL, address TEXT NOT NULL, action TEXT NOT NULL,
  object TEXT NOT NULL, result TEXT NOT NULL, change TEXT NOT NULL DEFAULT '');
CREATE TRIGGER IF NOT EXISTS audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER IF NOT EXISTS audit_is_true BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
`;

/** Who is logged in. */
export interface Session {
  readonly hash: string;
  readonly user: string;
  readonly role: Role;
  /** by the one-time token of the terminal, by a password, or by a key, which has no session here */
  readonly via: 'token' | 'password' | 'key';
  /** what must be the same of the user for as long as it holds; '' for a token */
  readonly mark: string;
}

/** A session as its user sees it among the others. */
export interface OwnSession {
  readonly hash: string;
  /** where it was begun from */
  readonly address: string;
  readonly started: string;
  readonly seen: string;
}

/** One line of the audit: no text of a cell and no secret is in it. */
export interface AuditLine {
  readonly user: string;
  /** '' where nobody is logged in */
  readonly role: Role | '';
  /** where the request came from */
  readonly address: string;
  readonly action: Action;
  readonly object: string;
  /** what was before and is now, such as `view → run`; '' where nothing is to be said */
  readonly change?: string;
  /** `asked` of what has yet to be done, such as a job: what came of it is told where it was asked for */
  readonly result: 'done' | 'asked' | 'refused' | 'failed';
}

/** A line as it is kept. */
export type KeptLine = Required<AuditLine> & { readonly id: number; readonly at: string };

/** What the audit is asked for; '' for all. */
export interface AuditQuery {
  readonly who: string;
  readonly action: string;
  /** in what it was done to, in what changed or where it came from */
  readonly text: string;
  /** from 1 */
  readonly page: number;
}

export interface AuditPage {
  /** the latest first */
  readonly lines: readonly KeptLine[];
  /** on all pages */
  readonly count: number;
  readonly pages: number;
}

const LINES_A_PAGE = 50;

/** What the audit tells of. */
export type Action =
  | 'log in'
  | 'log out'
  | 'download'
  | 'ask'
  | 'upload'
  | 'edit'
  | 'undo edit'
  | 'job'
  | 'change profile'
  | 'add user'
  | 'remove user'
  | 'change role'
  | 'change password'
  | 'add key'
  | 'remove key'
  | 'end session'
  | 'remove profile'
  | 'delete sheet'
  | 'delete run'
  | 'delete credentials';

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
      updated(this.#database, file);
    } catch (cause) {
      if (cause instanceof StopError) throw cause;
      throw new StopError(
        'FOLDER_UNUSABLE',
        `${file} cannot be used: ${(cause as Error).message}`,
        'Make it writable for you. Without it nobody can log in; what runs came to is not in it.',
        { cause },
      );
    }
  }

  /** Begins a session. @returns what the browser keeps; here there is only its hash */
  begin({ user, role, via, mark }: Omit<Session, 'hash'>, address: string): string {
    const id = secret();
    const now = Date.now();
    this.#database
      .prepare('DELETE FROM sessions WHERE seen < ? OR started < ?')
      .run(now - IDLE_MS, now - LONGEST_MS);
    this.#database
      .prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
      .run(hashOf(id), user, role, via, mark, address, now, now);
    return id;
  }

  /** The session that a browser names; null for one that has ended or never was. */
  session(id: string): Session | null {
    const hash = hashOf(id);
    const now = Date.now();
    const found = this.#database
      .prepare('SELECT user, role, via, mark, started, seen FROM sessions WHERE hash = ?')
      .get(hash) as (Omit<Session, 'hash'> & { started: number; seen: number }) | undefined;
    if (!found || found.seen < now - IDLE_MS || found.started < now - LONGEST_MS) return null;
    if (found.seen < now - SEEN_EVERY_MS)
      this.#database.prepare('UPDATE sessions SET seen = ? WHERE hash = ?').run(now, hash);
    const { user, role, via, mark } = found;
    return { hash, user, role, via, mark };
  }

  end({ hash }: Pick<Session, 'hash'>): void {
    this.#database.prepare('DELETE FROM sessions WHERE hash = ?').run(hash);
  }

  /** The sessions of the same user that hold on like this one, the latest first. */
  sessionsLike({ user, mark, via }: Session): OwnSession[] {
    const now = Date.now();
    const found = this.#database
      .prepare(
        'SELECT hash, address, started, seen FROM sessions WHERE user = ? AND mark = ? AND via = ? AND seen >= ? AND started >= ? ORDER BY seen DESC',
      )
      .all(user, mark, via, now - IDLE_MS, now - LONGEST_MS) as {
      hash: string;
      address: string;
      started: number;
      seen: number;
    }[];
    const iso = (ms: number) => new Date(ms).toISOString();
    return found.map((each) => ({ ...each, started: iso(each.started), seen: iso(each.seen) }));
  }

  audit({ user, role, address, action, object, change = '', result }: AuditLine): void {
    this.#database
      .prepare(
        'INSERT INTO audit (at, user, role, address, action, object, change, result) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      )
      .run(new Date().toISOString(), user, role, address, action, object, change, result);
  }

  auditPage(query: AuditQuery): AuditPage {
    const { where, values } = matching(query);
    const { count } = this.#database.prepare(`SELECT count(*) count FROM audit ${where}`).get(...values) as {
      count: number;
    };
    const from = (query.page - 1) * LINES_A_PAGE;
    const lines = this.#database
      .prepare(`SELECT * FROM audit ${where} ORDER BY id DESC LIMIT ? OFFSET ?`)
      .all(...values, LINES_A_PAGE, from) as KeptLine[];
    return { lines, count, pages: Math.max(1, Math.ceil(count / LINES_A_PAGE)) };
  }

  /** The next lines after one, the earliest first; all pages together. */
  auditAfter(query: AuditQuery, id: number, most: number): KeptLine[] {
    const { where, values } = matching(query);
    return this.#database
      .prepare(`SELECT * FROM audit ${where} AND id > ? ORDER BY id LIMIT ?`)
      .all(...values, id, most) as KeptLine[];
  }

  /** The actions that the audit has lines of, by name. */
  auditActions(): string[] {
    const found = this.#database.prepare('SELECT DISTINCT action FROM audit ORDER BY action').all();
    return (found as { action: string }[]).map(({ action }) => action);
  }

  close(): void {
    this.#database.close();
  }
}

/** The lines that a query asks for, as SQL and its values. */
function matching({ who, action, text }: AuditQuery): { where: string; values: string[] } {
  const like = (part: string) => `%${part.replace(/[\\%_]/g, '\\$&')}%`;
  const within = (columns: readonly string[]) =>
    `(${columns.map((column) => `${column} LIKE ? ESCAPE '\\'`).join(' OR ')})`;
  const texts = ['object', 'change', 'address', 'result'];
  const parts: [string, string[]][] = [];
  if (who.trim() !== '') parts.push([within(['user']), [like(who.trim())]]);
  if (action !== '') parts.push(['action = ?', [action]]);
  if (text.trim() !== '') parts.push([within(texts), texts.map(() => like(text.trim()))]);
  return {
    where: `WHERE ${['1', ...parts.map(([sql]) => sql)].join(' AND ')}`,
    values: parts.flatMap(([, values]) => values),
  };
}

/**
 * Brings the tables to the present form: sessions are begun anew, the audit stays.
 * @throws StopError `FOLDER_NEWER`
 */
function updated(database: Database.Database, file: string): void {
  const [{ user_version: form } = { user_version: 0 }] = database.pragma('user_version') as {
    user_version: number;
  }[];
  if (form > FORM)
    throw new StopError(
      'FOLDER_NEWER',
      `${file} was written by a newer alianza-import.`,
      'Use that version, or another folder.',
    );
  if (form === FORM) return;
  database.transaction(() => {
    database.exec('DROP TABLE IF EXISTS sessions');
    const columns = database.prepare('SELECT name FROM pragma_table_info(?)').all('audit') as {
      name: string;
    }[];
    if (columns.length > 0 && !columns.some(({ name }) => name === 'change'))
      database.exec("ALTER TABLE audit ADD COLUMN change TEXT NOT NULL DEFAULT ''");
    database.exec(SCHEMA);
    database.pragma(`user_version=${FORM}`);
  })();
}
