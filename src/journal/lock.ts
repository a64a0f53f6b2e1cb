import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'libsql';
import { StopError } from '../errors.js';
import { isAlive } from '../is-alive.js';

/** A lock that is held until {@link Lock.release} or until the process ends, however it ends. */
export interface Lock {
  /** Lets go; a second call does nothing. */
  release(): void;
}

const HOLDER_UNKNOWN = 'it has just started or is ending';
/** How long a holder is asked who it is, milliseconds. */
const ASK_MS = 1000;
const MAX_HOLDER_CHARACTERS = 1000;

/**
 * Takes a lock that the operating system lets go of when its process dies, so that a dead run never blocks the next.
 * It is SQLite's exclusive lock on an empty file of its own; a text beside it says who holds it.
 *
 * @param file path of the lock; its directory is made
 * @param what what the lock protects, as the message names it ("run directory runs/x")
 * @param more what the message says of the holder besides host, process and since when
 * @throws StopError `LOCKED` (exit `locked`) naming host, process and since when; `LOCK_UNUSABLE` when it cannot be
 * taken for another reason, such as a full disk or a file of somebody's that has its name
 */
export function acquireLock(file: string, what: string, more = ''): Lock {
  const holderFile = `${file}.holder`;
  const { database, inode } = openLockFile(file, what);
  try {
    // Nothing is ever written into it, so nothing needs to be beside it either.
    database.pragma('journal_mode=MEMORY');
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw unusable(what, file, cause);
    throw locked(what, readHolder(holderFile), cause);
  }
  if (lstatSync(file, { throwIfNoEntry: false })?.ino !== inode) {
    // Whoever held it before has removed it meanwhile: this would be the lock on nothing.
    database.close();
    return acquireLock(file, what, more);
  }
  const wrote = writeHolder(holderFile, more);
  return {
    release() {
      if (!database.open) return;
      if (wrote) rmSync(holderFile, { force: true });
      database.exec('ROLLBACK');
      database.close();
    },
  };
}

/**
 * Takes a lock that all processes of this machine share, whoever runs them and whatever their environment is. On Linux
 * it is a socket in the abstract namespace: the kernel's alone, so that it needs no file, no folder and no room. Where
 * there is none, it is a file in a private folder of the user's, and users do not see each other.
 *
 * @param name the same text for the same thing, of any characters
 * @param folder where the lock is a file; null where it is a socket
 * @throws StopError as {@link acquireLock}
 */
export async function acquireMachineLock(
  name: string,
  what: string,
  more: string,
  folder: string | null = process.platform === 'linux' ? null : userLockFolder(),
): Promise<Lock> {
  if (folder !== null) {
    makePrivate(folder, what);
    return acquireLock(join(folder, name), what, more);
  }
  // As long as a name can be, since not every Node pads shorter ones alike.
  const path = `\0alianza-import-${name}`.padEnd(108, '-');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.unref().end(holderText(more));
  });
  try {
    await listen(server, path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw unusable(what, 'a socket', cause);
    throw locked(what, await askHolder(path), cause);
  }
  server.unref();
  return { release: () => void server.close() };
}

/** Of the user that runs the process; environment variables have no say, since those of cron are others. */
function userLockFolder(): string {
  return join(userInfo().homedir, '.local', 'state', 'alianza-import', 'locks');
}

/** Makes a folder that nobody else can put anything into. */
function makePrivate(folder: string, what: string): void {
  let stats: Stats;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    stats = lstatSync(folder);
  } catch (cause) {
    throw unusable(what, folder, cause);
  }
  const isOwn = process.getuid === undefined || stats.uid === process.getuid();
  const isPrivate = process.platform === 'win32' || (stats.mode & 0o022) === 0;
  if (stats.isDirectory() && isOwn && isPrivate) return;
  throw unusable(what, folder, new Error('it is not a folder that only you can write into'));
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ path }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** What the holder of a socket says of itself. */
function askHolder(path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = createConnection({ path });
    const end = () => {
      socket.destroy();
      resolve(shown(text));
    };
    const timer = setTimeout(end, ASK_MS);
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.length > MAX_HOLDER_CHARACTERS) end();
    });
    socket.on('error', end).on('close', () => {
      clearTimeout(timer);
      end();
    });
  });
}

function holderText(more: string): string {
  return `host ${hostname()}, process ${process.pid}, since ${startedAt}${more === '' ? '' : `, ${more}`}\n`;
}
const startedAt = new Date(Date.now() - process.uptime() * 1000).toISOString();

/** Somebody else's text as it may be shown on a terminal. */
function shown(text: string): string {
  const safe = text
    .slice(0, MAX_HOLDER_CHARACTERS)
    .replace(/\p{C}+/gu, ' ')
    .trim();
  return safe === '' ? HOLDER_UNKNOWN : safe;
}

function openLockFile(file: string, what: string): { database: Database.Database; inode: number } {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const stats = makeLockFile(file);
    if (stats.isFile() && stats.size === 0) return { database: new Database(file), inode: stats.ino };
  } catch (cause) {
    throw unusable(what, file, cause);
  }
  throw new StopError(
    'LOCK_UNUSABLE',
    `The lock on ${what} cannot be taken: ${file} is something else, not a lock of this program, which is an empty file.`,
    'Move it out of the way, or name another directory.',
  );
}

/** Makes the file, readable by its owner alone, unless there is something; no link is followed. */
function makeLockFile(file: string): Stats {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return lstatSync(file);
}

/**
 * Whether a process holds the lock of {@link acquireLock}. It is tried only where its holder may live, so that nobody who
 * wants it meanwhile finds it taken by this question.
 */
export function isHeld(file: string, what: string): boolean {
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return false;
  const holder = /^host (.*), process (\d+), since /.exec(readHolder(`${file}.holder`));
  if (holder && holder[1] === hostname() && !isAlive(Number(holder[2]))) return false;
  try {
    acquireLock(file, what).release();
    return false;
  } catch (error) {
    return error instanceof StopError && error.code === 'LOCKED';
  }
}

/** Says who holds the lock, as a help to whoever finds it taken. @returns whether the text is there */
function writeHolder(file: string, more: string): boolean {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found && !(found.isFile() && /^host .*, process \d+, since /.test(readFileSync(file, 'utf8'))))
      return false;
    const { O_CREAT, O_WRONLY, O_TRUNC, O_NOFOLLOW = 0 } = constants;
    const handle = openSync(file, O_CREAT | O_WRONLY | O_TRUNC | O_NOFOLLOW, 0o600);
    writeSync(handle, holderText(more));
    closeSync(handle);
    return true;
  } catch {
    return false;
  }
}

/** What the holder of a lock says of itself: host, process, since when. @param file beside the lock */
export function readHolder(file: string): string {
  try {
    return shown(readFileSync(file, 'utf8'));
  } catch {
    return HOLDER_UNKNOWN;
  }
}

function locked(what: string, holder: string, cause: unknown): StopError {
  return new StopError(
    'LOCKED',
    `Another run holds the lock on ${what}: ${holder}.`,
    'Wait until it has ended, or stop it; a lock whose process is gone is taken over by itself.',
    { exit: 'locked', cause },
  );
}

function unusable(what: string, place: string, cause: unknown): StopError {
  return new StopError(
    'LOCK_UNUSABLE',
    `The lock on ${what} cannot be taken, since ${place} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Make its directory writable for you, and see that the disk is not full.',
    { cause },
  );
}
