import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fdatasync,
  openSync,
  readFileSync,
  readSync,
  statSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'libsql';
import { StopError } from '../errors.js';

/**
 * The form of a journal: its tables, the keys in them and what its values mean. Raised with every change to any of
 * these, so that no program goes on with what it would misread.
 */
const FORM = 4;

const SCHEMA = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sources (
  id INTEGER PRIMARY KEY, file TEXT NOT NULL, sheet TEXT, header TEXT NOT NULL, understood TEXT NOT NULL);
CREATE TABLE rows (
  ordinal INTEGER PRIMARY KEY, source INTEGER NOT NULL, row INTEGER NOT NULL, cells TEXT NOT NULL, record TEXT NOT NULL,
  phone TEXT, port_order TEXT, status TEXT NOT NULL, result TEXT, selection INTEGER NOT NULL DEFAULT 1);
CREATE INDEX rows_phone ON rows (phone) WHERE phone IS NOT NULL;
CREATE INDEX rows_port_order ON rows (port_order) WHERE port_order IS NOT NULL;
CREATE TABLE problems (ordinal INTEGER NOT NULL, problem TEXT NOT NULL);
CREATE INDEX problems_ordinal ON problems (ordinal);
CREATE TABLE steps (
  seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner INTEGER NOT NULL, state TEXT NOT NULL,
  at INTEGER NOT NULL, intent TEXT NOT NULL, outcome TEXT);
CREATE TABLE picked (phone TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
  ordinal INTEGER NOT NULL, type TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (ordinal, type)) WITHOUT ROWID;
CREATE TABLE answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE writer (
  id INTEGER PRIMARY KEY CHECK (id = 1), version TEXT NOT NULL, open TEXT NOT NULL, generation INTEGER NOT NULL,
  tail INTEGER NOT NULL, tail_missing INTEGER NOT NULL);
PRAGMA user_version = ${FORM};
`;

/** When writes come thick and fast, that many milliseconds of them share a transaction, whose cost is their largest. */
const BETWEEN_COMMITS_MS = 2;

/** Writes after which the write-ahead log is put into the main file: a few megabytes. */
const WRITES_PER_CHECKPOINT = 1000;

interface Pending {
  readonly write: () => void;
  readonly done: () => void;
  readonly failed: (error: StopError) => void;
}

/**
 * One SQLite file with group commit: all writes that wait at the same moment share one transaction and one flush to
 * disk, and each caller's promise resolves only after that flush.
 *
 * `synchronous=NORMAL` plus our own `fdatasync` of the write-ahead log after every commit is what
 * `synchronous=FULL` does, except that the flush runs off the main thread, so that answers keep being read meanwhile.
 *
 * The newest writes are in the write-ahead log (`-wal`) until a checkpoint puts them into the main file, and that log
 * can get lost (a copy of the main file alone, a clean-up). So that its loss shows, the main file says who is writing
 * (`open`; blank once it was closed), and each checkpoint takes a new `generation` into the main file whose `tail` only
 * the log that follows has: where the two differ although there is no log, one is missing.
 */
export class Store {
  readonly db: Database.Database;
  /**
   * The end of what was written is lost: a writer was cut off, and its write-ahead log is not there. Stays so until
   * {@link tailFound}.
   */
  get tailMissing(): boolean {
    return this.#tailMissing;
  }
  /** Why the journal could not be put into its one file as it was closed, a sentence; null when it could. */
  get leftOpen(): string | null {
    return this.#leftOpen;
  }
  /** this store may write, and is the only one that does */
  readonly writes: boolean;
  readonly #file: string;
  #tailMissing = false;
  #leftOpen: string | null = null;
  #pending: Pending[] = [];
  #flushing = false;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #sinceCheckpoint = 0;
  /** the next transaction is the first of its write-ahead log */
  #beginsTail = false;
  #walHandle: number | null = null;
  #broken: StopError | null = null;

  /**
   * @param file path of the database; a writer makes it, for its owner alone, when it is not there
   * @param access who holds the run's lock writes; a reader cannot, and sees what the writer has committed
   * @throws StopError `JOURNAL_UNUSABLE` when it cannot be opened, `JOURNAL_DAMAGED`, or `JOURNAL_OF_ANOTHER_VERSION`
   */
  constructor(file: string, access: 'write' | 'read' = 'write') {
    this.#file = file;
    this.writes = access === 'write';
    let db: Database.Database | null = null;
    try {
      if (this.writes && !existsSync(file)) createStore(file, new Map());
      if (statSync(file).size === 0) throw this.#damaged('it is empty');
      const hasLog = isWriteAheadLog(`${file}-wal`);
      db = new Database(!this.writes && !hasLog && isReadOnly(dirname(file)) ? neverChanging(file) : file);
      db.pragma('busy_timeout=5000');
      if (this.writes) {
        db.pragma('journal_mode=WAL');
        db.pragma('synchronous=NORMAL');
        db.pragma('wal_autocheckpoint=0');
      } else db.pragma('query_only=1');
      this.db = db;
      this.#check(hasLog);
      if (this.writes) this.#open();
    } catch (cause) {
      try {
        db?.close();
      } catch {
        // the first error is the one that matters
      }
      throw this.#explained(cause);
    }
  }

  /**
   * Runs `write` in the next shared transaction.
   * @returns resolves when the transaction is on disk
   * @throws StopError `JOURNAL_WRITE_FAILED` (full disk, lost directory): nothing may be sent after that
   */
  durable(write: () => void): Promise<void> {
    if (this.#broken || !this.db.open) return Promise.reject(this.#broken ?? closedError(this.#file));
    const durable = new Promise<void>((done, failed) => {
      this.#pending.push({ write, done, failed });
      this.#schedule();
    });
    // Not every caller waits for every write; a failure is told to all that come after it.
    durable.catch(() => {});
    return durable;
  }

  /** Waits until everything handed over so far is on disk. */
  flush(): Promise<void> {
    return this.durable(() => {});
  }

  /**
   * Runs a query.
   * @throws StopError `JOURNAL_DAMAGED` or `JOURNAL_UNUSABLE` when the file cannot be read
   */
  read<T>(query: () => T): T {
    try {
      return query();
    } catch (cause) {
      throw this.#explained(cause);
    }
  }

  /** What the missing tail may have held is known again: everything was looked for. */
  tailFound(): Promise<void> {
    this.#tailMissing = false;
    return this.durable(() => void this.db.exec('UPDATE writer SET tail_missing = 0'));
  }

  /**
   * Closes the file; what is still pending is written first. Never fails: whoever waited for their writes loses
   * nothing here, and what could not be done is in {@link leftOpen}.
   */
  async close(): Promise<void> {
    if (!this.db.open) return;
    if (this.writes && !this.#broken) {
      try {
        await this.flush();
        // A run directory is copied and mailed: all of it belongs into the one file.
        this.db.exec("UPDATE writer SET open = '', tail = generation");
        this.db.pragma('wal_checkpoint(TRUNCATE)');
      } catch (cause) {
        this.#leftOpen = `The journal could not be put into one file (${reason(cause)}): ${this.#file}-wal belongs to it. Nothing is lost.`;
      }
    }
    if (this.#walHandle !== null) closeSync(this.#walHandle);
    this.#walHandle = null;
    this.db.close();
  }

  /** Refuses what is not a journal of this form, and finds out whether its tail is there. */
  #check(hasLog: boolean): void {
    const { user_version: form } = this.#first<{ user_version: number }>('PRAGMA user_version');
    const { tables } = this.#first<{ tables: number }>('SELECT count(*) AS tables FROM sqlite_master');
    if (tables === 0) throw this.#damaged('it is empty');
    if (form !== FORM) throw this.#ofAnotherVersion();
    const writer = this.#first<{ open: number; generation: number; tail: number; missing: number }>(
      `SELECT open <> '' AS open, CAST(generation AS INTEGER) AS generation, CAST(tail AS INTEGER) AS tail,
       CAST(tail_missing AS INTEGER) AS missing FROM writer`,
    );
    this.#tailMissing =
      writer.missing === 1 || (writer.open === 1 && writer.generation !== writer.tail && !hasLog);
    if (!this.writes) return;
    // A look-up by a damaged index finds nothing, and what was created would be created again.
    for (const table of ['steps', 'picked']) {
      const { integrity_check: found } = this.#first<{ integrity_check: string }>(
        `PRAGMA integrity_check(${table})`,
      );
      if (found !== 'ok') throw this.#damaged(found);
    }
  }

  /** Says in the main file who is writing from now on. */
  #open(): void {
    const who = `host ${hostname()}, process ${process.pid}, since ${new Date().toISOString()}`;
    this.db
      .prepare('UPDATE writer SET version = ?, open = ?, generation = generation + 1, tail_missing = ?')
      .run(programVersion(), who, this.#tailMissing ? 1 : 0);
    this.db.pragma('wal_checkpoint(FULL)');
    this.#beginsTail = true;
  }

  #first<T>(sql: string): T {
    const row = this.db.prepare(sql).get() as T | undefined;
    if (row === undefined) throw this.#damaged('a part of it is not there');
    return row;
  }

  #schedule(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    const wait = this.#lastCommit + BETWEEN_COMMITS_MS - performance.now();
    if (wait > 0) setTimeout(() => this.#commit(), wait);
    else setImmediate(() => this.#commit());
  }

  #commit(): void {
    const batch = this.#pending;
    this.#pending = [];
    this.#lastCommit = performance.now();
    this.#sinceCheckpoint += batch.length;
    const checkpoints = this.#sinceCheckpoint > WRITES_PER_CHECKPOINT;
    try {
      this.db.exec('BEGIN IMMEDIATE');
      if (this.#beginsTail) this.db.exec('UPDATE writer SET tail = generation');
      for (const entry of batch) entry.write();
      if (checkpoints) this.db.exec('UPDATE writer SET generation = generation + 1');
      this.db.exec('COMMIT');
      this.#beginsTail = checkpoints;
      if (checkpoints) this.#checkpoint();
      this.#walHandle ??= openSync(`${this.#file}-wal`, 'r+');
    } catch (cause) {
      this.#fail(batch, cause);
      return;
    }
    fdatasync(this.#walHandle, (error) => {
      if (error) {
        this.#fail(batch, error);
        return;
      }
      this.#flushing = false;
      for (const entry of batch) entry.done();
      if (this.#pending.length > 0) this.#schedule();
    });
  }

  #checkpoint(): void {
    this.#sinceCheckpoint = 0;
    try {
      this.db.pragma('wal_checkpoint(PASSIVE)');
    } catch {
      // The log has it all, and grows on; a full disk shows at the next write.
    }
  }

  #fail(batch: readonly Pending[], cause: unknown): void {
    this.#broken = isDamage(cause)
      ? this.#damaged(reason(cause))
      : new StopError(
          'JOURNAL_WRITE_FAILED',
          `The journal cannot be written (${reason(cause)}), so nothing more is sent.`,
          'Free disk space or make the run directory writable, then resume the run: nothing is lost.',
          { cause },
        );
    try {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
    } catch {
      // the first error is the one that matters
    }
    for (const entry of [...batch, ...this.#pending]) entry.failed(this.#broken);
    this.#pending = [];
    this.#flushing = false;
  }

  /** What went wrong with the file, in words for a person. */
  #explained(cause: unknown): StopError {
    if (cause instanceof StopError) return cause;
    if (isDamage(cause) || cause instanceof DamagedValue) return this.#damaged(reason(cause));
    return new StopError(
      'JOURNAL_UNUSABLE',
      `The journal ${this.#file} cannot be used: ${reason(cause)}`,
      'Check that the run directory is readable and writable, and that the disk is not full.',
      { cause },
    );
  }

  #damaged(why: string): StopError {
    return new StopError(
      'JOURNAL_DAMAGED',
      `The journal ${this.#file} is damaged: ${why}. What this run created can no longer be told from it.`,
      'Put back a copy of the whole run directory. Without one, run the sheet again into another directory: what is on the platform already is recognised and not created again.',
    );
  }

  #ofAnotherVersion(): StopError {
    let version = 'another version';
    try {
      version = `version ${this.#first<{ version: string }>('SELECT version FROM writer').version}`;
    } catch {
      // the table is younger than the journal
    }
    const own = `version ${programVersion()}`;
    const writer = version === own ? `another build of ${own}` : version;
    return new StopError(
      'JOURNAL_OF_ANOTHER_VERSION',
      `The journal ${this.#file} was written by ${writer} of alianza-import; this is ${own}, which would misread it.`,
      'Use that one for this run. Or run the sheet again into another directory: what is on the platform already is recognised and not created again.',
    );
  }
}

/**
 * Makes a file that a {@link Store} can open, for its owner alone; `path` is not there yet, or empty.
 * @param meta what the table `meta` holds from the first moment on
 */
export function createStore(path: string, meta: ReadonlyMap<string, string>): void {
  const db = new Database(':memory:');
  try {
    db.exec(SCHEMA);
    db.prepare("INSERT INTO writer VALUES (1, ?, '', 1, 1, 0)").run(programVersion());
    for (const [key, value] of meta)
      db.prepare('INSERT INTO meta (key, value) VALUES (?, ?)').run(key, value);
    closeSync(openSync(path, 'a', 0o600));
    db.exec(`VACUUM INTO '${path.replaceAll("'", "''")}'`);
  } finally {
    db.close();
  }
}

/** A value that is not what was written. */
export class DamagedValue extends Error {
  override readonly name = 'DamagedValue';
}

/** Errors of SQLite that mean: these are not the bytes that were written. */
function isDamage(cause: unknown): boolean {
  const { code = '' } = cause as { code?: string };
  return /^SQLITE_(CORRUPT|NOTADB|ERROR|FORMAT|MISMATCH|TOOBIG|IOERR_SHORT_READ)/.test(code);
}

/** Whether a file is a write-ahead log with something in it: a header, and a first page that belongs to it. */
function isWriteAheadLog(path: string): boolean {
  if (!existsSync(path)) return false;
  const bytes = Buffer.alloc(32 + 24);
  const handle = openSync(path, 'r');
  try {
    if (readSync(handle, bytes) < bytes.length) return false;
  } finally {
    closeSync(handle);
  }
  const salt = bytes.subarray(16, 24);
  return (bytes.readUInt32BE(0) & ~1) === 0x377f0682 && bytes.subarray(32 + 8, 32 + 16).equals(salt);
}

function isReadOnly(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

/** The name of a database that is read without the files that readers put beside it: an archive, a read-only mount. */
function neverChanging(file: string): string {
  return `${pathToFileURL(file).href}?immutable=1`;
}

function programVersion(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function closedError(file: string): StopError {
  return new StopError('JOURNAL_WRITE_FAILED', `The journal ${file} is closed.`, 'Start the command again.');
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
