import { chmodSync, renameSync } from 'node:fs';
import Database from 'libsql';
import type { Stage } from './names.js';

/** What was seen of a file at the last look. */
export interface SeenBefore {
  readonly signature: string;
  /** whose times can be compared with {@link since} */
  readonly epoch: string;
  /** since when it has been so, milliseconds of the monotonic clock */
  readonly since: number;
  /** the number of the look that saw it first */
  readonly arrival: number;
}

/** A file that has been worked on to its end. */
export interface Ended {
  /** its directory in `done` or `failed` */
  readonly directory: string;
  readonly stage: Exclude<Stage, 'working'>;
  readonly folder: string | null;
  readonly sha256: string;
  readonly settingsKey: string;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS looks (
  key TEXT PRIMARY KEY, signature TEXT NOT NULL, epoch TEXT NOT NULL, since INTEGER NOT NULL, arrival INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS ended (
  directory TEXT PRIMARY KEY, stage TEXT NOT NULL, folder TEXT NOT NULL, sha256 TEXT NOT NULL, settings TEXT NOT NULL,
  told INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS ended_sha256 ON ended (sha256);
CREATE TABLE IF NOT EXISTS deaths (directory TEXT PRIMARY KEY, count INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
`;

/**
 * What an inbox remembers between looks and between calls (`inbox.db`): none of it is needed to lose no file and to run
 * none twice, so one that is damaged is put aside and begun anew.
 */
export class Memory {
  readonly #db: Database.Database;

  constructor(file: string) {
    try {
      this.#db = open(file);
    } catch (error) {
      if (!/^SQLITE_(CORRUPT|NOTADB)/.test((error as { code?: string }).code ?? '')) throw error;
      renameSync(file, `${file}.damaged`);
      this.#db = open(file);
    }
    chmodSync(file, 0o600);
  }

  close(): void {
    this.#db.close();
  }

  /** The number of the next look. */
  nextLook(): number {
    this.#db.exec(
      "INSERT INTO counters VALUES ('look', 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
    );
    return (this.#db.prepare("SELECT value FROM counters WHERE name = 'look'").get() as { value: number })
      .value;
  }

  /** All that was seen at the last look. */
  looks(): Map<string, SeenBefore> {
    type Raw = SeenBefore & { key: string };
    const rows = this.#db.prepare('SELECT key, signature, epoch, since, arrival FROM looks').all() as Raw[];
    return new Map(rows.map(({ key, ...seen }) => [key, seen]));
  }

  /** Writes down what has changed since the last look. */
  setLooks(changed: ReadonlyMap<string, SeenBefore>, gone: readonly string[]): void {
    if (changed.size + gone.length === 0) return;
    const set = this.#db.prepare('INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?, ?)');
    const remove = this.#db.prepare('DELETE FROM looks WHERE key = ?');
    this.#db.exec('BEGIN');
    for (const [key, { signature, epoch, since, arrival }] of changed)
      set.run(key, signature, epoch, since, arrival);
    for (const key of gone) remove.run(key);
    this.#db.exec('COMMIT');
  }

  /** The directory in `done` of the same bytes that were run with the same settings; null when there is none. */
  doneBefore(sha256: string, settingsKey: string, but: string): string | null {
    const row = this.#db
      .prepare(
        "SELECT directory FROM ended WHERE sha256 = ? AND settings = ? AND stage = 'done' AND directory <> ? LIMIT 1",
      )
      .get(sha256, settingsKey, but) as { directory: string } | undefined;
    return row?.directory ?? null;
  }

  /** The directories in `failed` of files of a folder, as far as they were not begun again. */
  failedOf(folder: string | null): string[] {
    const rows = this.#db
      .prepare("SELECT directory FROM ended WHERE folder = ? AND stage = 'failed' ORDER BY rowid DESC")
      .all(folder ?? '') as { directory: string }[];
    return rows.map(({ directory }) => directory);
  }

  end({ directory, stage, folder, sha256, settingsKey }: Ended): void {
    this.#db
      .prepare('INSERT OR REPLACE INTO ended VALUES (?, ?, ?, ?, ?, 0)')
      .run(directory, stage, folder ?? '', sha256, settingsKey);
    this.#db.prepare('DELETE FROM deaths WHERE directory = ?').run(directory);
  }

  /** A file is begun again. */
  forgetEnd(directory: string): void {
    this.#db.prepare('DELETE FROM ended WHERE directory = ?').run(directory);
  }

  /** Those that nobody has been told of. */
  untold(): { readonly directory: string; readonly stage: Stage }[] {
    return this.#db.prepare('SELECT directory, stage FROM ended WHERE told = 0').all() as {
      directory: string;
      stage: Stage;
    }[];
  }

  setTold(directory: string): void {
    this.#db.prepare('UPDATE ended SET told = 1 WHERE directory = ?').run(directory);
  }

  /** Counts a process that ended without a word. @returns how many there were of that file */
  addDeath(directory: string): number {
    this.#db
      .prepare('INSERT INTO deaths VALUES (?, 1) ON CONFLICT (directory) DO UPDATE SET count = count + 1')
      .run(directory);
    const row = this.#db.prepare('SELECT count FROM deaths WHERE directory = ?').get(directory);
    return (row as { count: number }).count;
  }
}

function open(file: string): Database.Database {
  const db = new Database(file);
  try {
    db.pragma('busy_timeout=5000');
    db.pragma('synchronous=FULL');
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
