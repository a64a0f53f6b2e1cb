import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { StopError } from '../errors.js';
import { createJournal, Journal, type Json } from '../journal/journal.js';
import { acquireLock, type Lock } from '../journal/lock.js';
import type { ImportRecord } from '../records/record.js';
import { WRITTEN } from '../results/edited-files.js';
import { openAtomic } from '../sheet/write/atomic.js';
import { shellPath } from '../shell-word.js';
import { type Follow, tell } from './events.js';
import { type RunFacts, runState } from './state.js';

/** The sheets of a run as a person in this folder would name them. */
export function sheetsOf(facts: RunFacts): string[] {
  return facts.inputs.map(({ file }) => {
    const near = relative(process.cwd(), file);
    return near.startsWith('..') ? file : near;
  });
}

/** What a person is told of a journal whose end is missing. */
export const TAIL_MISSING =
  'The end of the journal is missing: its writer was cut off, and journal.db-wal, which held what came last, is not there. Rows may be further than it says. If you have that file, put it back before you go on.';

/** Tells that a run is open, and whether its journal lost its end. */
export function tellOpened({ directory, facts, journal }: RunDirectory, follow: Follow): void {
  tell(follow, { type: 'opened', runDir: directory, environment: facts.target.environment });
  if (journal.tailMissing) tell(follow, { type: 'notice', message: TAIL_MISSING });
}

/** The files of a run directory. */
export function runFiles(directory: string) {
  return {
    journal: join(directory, 'journal.db'),
    lock: join(directory, 'lock'),
    log: join(directory, 'run.log'),
    httpLog: join(directory, 'http.jsonl'),
    credentials: join(directory, 'credentials.csv'),
    givenCredentials: join(directory, 'given-credentials.jsonl'),
    report: join(directory, 'report.html'),
    sandbox: join(directory, 'sandbox-state.jsonl'),
    standardInput: join(directory, 'standard-input'),
  };
}

/** All paths that a run may write or remove, but for its lock. */
function ownPaths(directory: string): string[] {
  const { lock: _lock, ...files } = runFiles(directory);
  const written = [
    'results.csv',
    'results.xlsx',
    'errors.csv',
    'errors.xlsx',
    'undo.csv',
    'undo-dry-run.csv',
    'verify.csv',
    'cutover.csv',
    'cutover-dry-run.csv',
    'welcome.csv',
    'welcome-dry-run.csv',
    WRITTEN,
  ];
  return [
    ...Object.values(files),
    ...['-wal', '-shm'].map((end) => files.journal + end),
    ...written.map((name) => join(directory, name)),
  ];
}

/**
 * The directories of runs right below a folder, by name, or the folder itself when it is one. Links are followed. What
 * holds neither a journal nor the traces of a run that lost it is none.
 * @throws StopError `NO_FOLDER` when the folder cannot be read
 */
export function runDirectoriesIn(folder: string): string[] {
  try {
    if (hasTraces(folder)) return [folder];
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name))
      .filter(isRunDirectory);
  } catch (cause) {
    const gone = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new StopError(
      'NO_FOLDER',
      gone ? `There is no folder ${folder}.` : `${folder} cannot be read: ${(cause as Error).message}`,
      'Name the folder that your runs are in with --dir.',
      { cause },
    );
  }
}

/** Whether there is a journal, or what a run writes beside it. */
function hasTraces(directory: string): boolean {
  const { journal, log } = runFiles(directory);
  return [journal, `${journal}-wal`, log].some(isThere);
}

function isRunDirectory(path: string): boolean {
  try {
    return hasTraces(path);
  } catch (error) {
    // A file has nothing below it; a directory that keeps us out may be a run's.
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/**
 * The files in a run directory that are the run's own, pieces of killed processes among them, but for its lock. Whatever
 * else somebody has put there is not named.
 */
export function ownFilesIn(directory: string): string[] {
  const own = new Set(ownPaths(directory).map((path) => basename(path)));
  return readdirSync(directory)
    .filter((name) => own.has(name.replace(/\.\d+\.[0-9a-f]+\.partial$/, '')))
    .map((name) => join(directory, name));
}

/** An open run. */
export interface RunDirectory {
  readonly directory: string;
  readonly files: ReturnType<typeof runFiles>;
  readonly journal: Journal<ImportRecord>;
  readonly facts: RunFacts;
  close(): Promise<void>;
  /**
   * Closes a run that this process has begun and that has sent nothing, and takes it back, so that the directory can
   * be named again. SIP credentials are never removed.
   */
  abandon(): Promise<void>;
}

/** A directory that is locked for a new run, and holds nothing that a run would overwrite. */
export interface ReservedDirectory extends Lock {
  /** Lets go of it, with all that was put into it since. */
  release(): void;
  /** What the run that begins in it holds on to. */
  readonly lock: Lock;
}

/**
 * Makes the directory of a new run and locks it; nothing is written into it but the lock.
 * @throws StopError `RUN_EXISTS` when it holds a run, `RUN_DIRECTORY_TAKEN` when it holds a file that a run would
 * overwrite (an input is among them at times), `RUN_DIRECTORY_UNUSABLE`, `LOCKED`
 */
export function reserveRunDirectory(directory: string): ReservedDirectory {
  let isNew: boolean;
  try {
    isNew = makeDirectory(resolve(directory), 0o700);
    if (!statSync(directory).isDirectory()) throw new Error('it is a file');
    accessSync(directory, constants.W_OK);
  } catch (cause) {
    throw new StopError(
      'RUN_DIRECTORY_UNUSABLE',
      `The run directory ${directory} cannot be written: ${(cause as Error).message}`,
      'Name another with --out, or make it writable. Nothing was sent.',
      { cause },
    );
  }
  const files = runFiles(directory);
  const hadLock = isThere(files.lock);
  const lock = acquireLock(files.lock, `run directory ${directory}`);
  const giveUp = (paths: readonly string[]) => {
    lock.release();
    removeAll(hadLock ? paths : [...paths, files.lock]);
    if (isNew) removeIfEmpty(directory);
  };
  const found = ownPaths(directory).filter(isThere);
  // Nothing of a run's was there, so whatever is there later is of this one.
  if (found.length === 0) return { lock, release: () => giveUp(removable(directory)) };
  const refusal = holdsRun(files.journal) ? runExists(directory) : directoryTaken(directory, found);
  giveUp([]);
  throw refusal;
}

/** Makes a directory and those above it; the recursive way of Node never ends where the kernel refuses (`/proc`). @returns whether it was not there */
function makeDirectory(directory: string, mode: number): boolean {
  if (existsSync(directory)) return false;
  makeDirectory(dirname(directory), 0o755);
  mkdirSync(directory, { mode });
  return true;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** What a run that has sent nothing may remove: SIP credentials are the only ones of living trunks, if there are any. */
function removable(directory: string): string[] {
  return ownPaths(directory).filter((path) => path !== runFiles(directory).credentials);
}

/** As far as it goes: why the run could not begin is what must be told. */
function removeAll(paths: readonly string[]): void {
  for (const path of paths)
    try {
      rmSync(path, { force: true });
    } catch {
      // it stays
    }
}

function removeIfEmpty(directory: string): void {
  try {
    if (readdirSync(directory).length === 0) rmdirSync(directory);
  } catch {
    // it stays
  }
}

/** Whether there is a journal that says how its run was started. */
function holdsRun(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    const journal = new Journal<ImportRecord>(file, 'read');
    try {
      return runState(journal).get('facts') !== undefined;
    } finally {
      void journal.close();
    }
  } catch {
    return false;
  }
}

/** Begins a run in a directory that {@link reserveRunDirectory} has locked; its journal is there all at once. */
export async function createRun(
  directory: string,
  reserved: ReservedDirectory,
  facts: RunFacts,
): Promise<RunDirectory> {
  const file = await openAtomic(runFiles(directory).journal);
  try {
    createJournal(file.partial, { facts: facts as unknown as Json });
    await file.commit();
  } catch (cause) {
    await file.abort();
    throw new StopError(
      'RUN_DIRECTORY_UNUSABLE',
      `The run directory ${directory} cannot be written: ${(cause as Error).message}`,
      'Free disk space, or name another with --out. Nothing was sent.',
      { cause },
    );
  }
  const journal = new Journal<ImportRecord>(runFiles(directory).journal);
  return openedRun(directory, journal, facts, reserved.lock, () => reserved.release());
}

/**
 * Opens the run in a directory and locks it.
 * @throws StopError `NO_RUN` when there is none, `LOCKED`, and as {@link Journal}
 */
export function openRun(directory: string): RunDirectory {
  const files = runFiles(directory);
  if (!existsSync(files.journal)) throw noRun(directory);
  const lock = acquireLock(files.lock, `run directory ${directory}`);
  try {
    const { journal, facts } = openJournal(directory, 'write');
    return openedRun(directory, journal, facts, lock, () => {});
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * Opens the journal of a run without a lock, to read from it, even while the run is going on; it cannot be written.
 * @throws StopError `NO_RUN`, and as {@link Journal}
 */
export function readRun(directory: string): { journal: Journal<ImportRecord>; facts: RunFacts } {
  if (!isThere(runFiles(directory).journal)) throw noRun(directory);
  return openJournal(directory, 'read');
}

function openJournal(directory: string, access: 'read' | 'write') {
  const journal = new Journal<ImportRecord>(runFiles(directory).journal, access);
  try {
    const facts = runState(journal).get('facts');
    if (facts) return { journal, facts };
  } catch (error) {
    void journal.close();
    throw error;
  }
  void journal.close();
  throw noRun(directory);
}

function openedRun(
  directory: string,
  journal: Journal<ImportRecord>,
  facts: RunFacts,
  lock: Lock,
  takeBack: () => void,
): RunDirectory {
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await journal.close();
    lock.release();
  };
  const abandon = async () => {
    await close();
    takeBack();
  };
  return { directory, files: runFiles(directory), journal, facts, close, abandon };
}

function runExists(directory: string): StopError {
  return new StopError(
    'RUN_EXISTS',
    `${directory} already holds a run.`,
    `For a new run, name another directory with --out. To go on with this one: alianza-import resume ${shellPath(directory)}`,
  );
}

function directoryTaken(directory: string, paths: readonly string[]): StopError {
  const names = paths.map((path) => basename(path)).join(', ');
  const secrets = paths.includes(runFiles(directory).credentials)
    ? ' credentials.csv may hold the only copy of the SIP passwords of trunks.'
    : '';
  return new StopError(
    'RUN_DIRECTORY_TAKEN',
    `${directory} already holds ${names}, which a run there would overwrite.${secrets}`,
    `Name another directory with --out, or move ${paths.length === 1 ? 'that file' : 'those files'} elsewhere. Nothing was sent.`,
  );
}

function noRun(directory: string): StopError {
  const left = ownPaths(directory).filter(isThere);
  if (left.length === 0)
    return new StopError(
      'NO_RUN',
      `${directory} holds no run.`,
      'Name the run directory that the run printed. If the run was killed as it began, nothing was sent: start it again.',
    );
  return new StopError(
    'NO_RUN',
    `${directory} holds no run: there is ${left.map((path) => basename(path)).join(', ')}, but no journal.db.`,
    'Put journal.db back, with journal.db-wal if there was one. Without it, run the sheet again into another directory: what is on the platform already is recognised and not created again.',
  );
}
