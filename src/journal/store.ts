import { closeSync, fdatasync, openSync } from 'node:fs';
import Database from 'libsql';
import { StopError } from '../errors.js';

const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sources (
  id INTEGER PRIMARY KEY, file TEXT NOT NULL, sheet TEXT, header TEXT NOT NULL, understood TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS rows (
  ordinal INTEGER PRIMARY KEY, source INTEGER NOT NULL, row INTEGER NOT NULL, cells TEXT NOT NULL, record TEXT NOT NULL,
  phone TEXT, status TEXT NOT NULL, result TEXT);
CREATE INDEX IF NOT EXISTS rows_phone ON rows (phone) WHERE phone IS NOT NULL;
CREATE TABLE IF NOT EXISTS problems (ordinal INTEGER NOT NULL, problem TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS problems_ordinal ON problems (ordinal);
CREATE TABLE IF NOT EXISTS steps (
  seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, owner INTEGER NOT NULL, state TEXT NOT NULL,
  at INTEGER NOT NULL, intent TEXT NOT NULL, outcome TEXT);
CREATE TABLE IF NOT EXISTS picked (phone TEXT PRIMARY KEY, key TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL) WITHOUT ROWID;
`;

/** When writes come thick and fast, that many milliseconds of them share a transaction, whose cost is their largest. */
const BETWEEN_COMMITS_MS = 2;

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
 */
export class Store {
  readonly db: Database.Database;
  readonly #file: string;
  #pending: Pending[] = [];
  #flushing = false;
  #lastCommit = Number.NEGATIVE_INFINITY;
  #walHandle: number | null = null;
  #broken: StopError | null = null;

  /**
   * @param file path of the database; created when it is not there
   * @throws StopError `JOURNAL_UNUSABLE` when the file cannot be opened or is no journal
   */
  constructor(file: string) {
    this.#file = file;
    try {
      this.db = new Database(file);
      this.db.pragma('journal_mode=WAL');
      this.db.pragma('synchronous=NORMAL');
      this.db.pragma('busy_timeout=5000');
      this.db.exec(SCHEMA);
    } catch (cause) {
      throw new StopError(
        'JOURNAL_UNUSABLE',
        `The journal ${file} cannot be opened: ${reason(cause)}`,
        'Check that the run directory is writable, that the disk is not full, and that the file is not damaged.',
        { cause },
      );
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

  /** Closes the file; what is still pending is written first. */
  async close(): Promise<void> {
    if (!this.db.open) return;
    if (!this.#broken) {
      await this.flush();
      // A run directory is copied and mailed: all of it belongs into the one file.
      this.db.pragma('wal_checkpoint(TRUNCATE)');
    }
    if (this.#walHandle !== null) closeSync(this.#walHandle);
    this.#walHandle = null;
    this.db.close();
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
    try {
      this.db.exec('BEGIN IMMEDIATE');
      for (const entry of batch) entry.write();
      this.db.exec('COMMIT');
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

  #fail(batch: readonly Pending[], cause: unknown): void {
    this.#broken = new StopError(
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
}

function closedError(file: string): StopError {
  return new StopError('JOURNAL_WRITE_FAILED', `The journal ${file} is closed.`, 'Start the command again.');
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
