import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import Database from 'libsql';
import { StopError } from '../errors.js';

/** A lock that is held until {@link Lock.release} or until the process ends, however it ends. */
export interface Lock {
  /** Lets go; a second call does nothing. */
  release(): void;
}

/**
 * Takes a lock that the operating system lets go of when its process dies, so that a dead run never blocks the next.
 * It is SQLite's exclusive lock on a file of its own; a text beside it says who holds it.
 *
 * @param file path of the lock; its directory is made
 * @param what what the lock protects, as the message names it ("run directory runs/x")
 * @throws StopError `LOCKED` (exit `locked`) naming host, process and since when
 */
export function acquireLock(file: string, what: string): Lock {
  mkdirSync(dirname(file), { recursive: true });
  const database = openLockFile(file, what);
  const holderFile = `${file}.holder`;
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new StopError(
      'LOCKED',
      `Another run holds the lock on ${what}: ${readHolder(holderFile)}.`,
      'Wait until it has ended, or stop it; a lock whose process is gone is taken over by itself.',
      { exit: 'locked', cause },
    );
  }
  writeFileSync(
    holderFile,
    `host ${hostname()}, process ${process.pid}, since ${new Date().toISOString()}\n`,
  );
  return {
    release() {
      if (!database.open) return;
      rmSync(holderFile, { force: true });
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

function openLockFile(file: string, what: string): Database.Database {
  try {
    return new Database(file);
  } catch (cause) {
    throw new StopError(
      'LOCK_UNUSABLE',
      `The lock on ${what} cannot be taken: ${file} cannot be opened.`,
      'Make its directory writable for you.',
      { cause },
    );
  }
}

function readHolder(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return 'it has just started or is ending';
  }
}
