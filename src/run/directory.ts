import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { StopError } from '../errors.js';
import { Journal, type JsonObject } from '../journal/journal.js';
import { acquireLock, type Lock } from '../journal/lock.js';
import type { Settings } from '../options.js';
import type { ImportRecord } from '../records/record.js';
import type { ValidatorOptions } from '../records/validate.js';
import { shellPath } from '../shell-word.js';

/** Where a run sends to. `baseUrl` is null for the sandbox inside the process, whose port changes. */
export interface RunTarget {
  readonly environment: 'sandbox' | 'beta' | 'production' | 'custom';
  readonly baseUrl: string | null;
}

/** `validate` and `dry-run` send nothing that changes anything. */
export type RunKind = 'run' | 'dry-run' | 'validate';

/** What a run remembers of how it was started. */
export interface RunFacts {
  readonly createdAt: string;
  /** absolute paths of the sheets, with the SHA-256 of their bytes */
  readonly inputs: readonly { readonly file: string; readonly sha256: string }[];
  readonly target: RunTarget;
  readonly kind: RunKind;
  readonly settings: Settings;
  readonly reading: ValidatorOptions;
}

/** The sheets of a run as a person in this folder would name them. */
export function sheetsOf(facts: RunFacts): string[] {
  return facts.inputs.map(({ file }) => {
    const near = relative(process.cwd(), file);
    return near.startsWith('..') ? file : near;
  });
}

/** The files of a run directory. */
export function runFiles(directory: string) {
  return {
    journal: join(directory, 'journal.db'),
    lock: join(directory, 'lock'),
    log: join(directory, 'run.log'),
    httpLog: join(directory, 'http.jsonl'),
    credentials: join(directory, 'credentials.csv'),
    report: join(directory, 'report.html'),
    sandbox: join(directory, 'sandbox-state.jsonl'),
    standardInput: join(directory, 'standard-input'),
  };
}

/** An open run. */
export interface RunDirectory {
  readonly directory: string;
  readonly files: ReturnType<typeof runFiles>;
  readonly journal: Journal<ImportRecord>;
  readonly facts: RunFacts;
  close(): Promise<void>;
  /** Closes a run that has sent nothing and takes it back, so that the directory can be named again. */
  abandon(): Promise<void>;
}

/** Makes the directory of a new run and locks it; nothing is written into it but the lock. */
export function reserveRunDirectory(directory: string): Lock {
  try {
    makeDirectory(resolve(directory));
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
  const lock = acquireLock(runFiles(directory).lock, `run directory ${directory}`);
  if (!existsSync(runFiles(directory).journal)) return lock;
  const journal = new Journal<ImportRecord>(runFiles(directory).journal);
  const taken = journal.meta('facts') !== undefined;
  void journal.close();
  if (!taken) return lock;
  lock.release();
  throw new StopError(
    'RUN_EXISTS',
    `${directory} already holds a run.`,
    `To go on with it: alianza-import resume ${shellPath(directory)}. For a new run, name another directory with --out.`,
  );
}

/** Makes a directory and those above it; the recursive way of Node never ends where the kernel refuses (`/proc`). */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory);
}

/** Begins a run in a directory that {@link reserveRunDirectory} has locked. */
export async function createRun(directory: string, lock: Lock, facts: RunFacts): Promise<RunDirectory> {
  const files = runFiles(directory);
  const journal = new Journal<ImportRecord>(files.journal);
  await journal.setMeta('facts', facts as unknown as JsonObject);
  return openedRun(directory, journal, facts, lock);
}

/**
 * Opens the run in a directory and locks it.
 * @throws StopError `NO_RUN` when there is none
 */
export function openRun(directory: string): RunDirectory {
  const files = runFiles(directory);
  if (!existsSync(files.journal)) throw noRun(directory);
  const lock = acquireLock(files.lock, `run directory ${directory}`);
  try {
    const { journal, facts } = readRun(directory);
    return openedRun(directory, journal, facts, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Opens the journal of a run without a lock, to read from it, even while the run is going on. */
export function readRun(directory: string): { journal: Journal<ImportRecord>; facts: RunFacts } {
  const files = runFiles(directory);
  if (!existsSync(files.journal)) throw noRun(directory);
  const journal = new Journal<ImportRecord>(files.journal);
  const facts = journal.meta('facts') as unknown as RunFacts | undefined;
  if (facts) return { journal, facts };
  void journal.close();
  throw noRun(directory);
}

function openedRun(
  directory: string,
  journal: Journal<ImportRecord>,
  facts: RunFacts,
  lock: Lock,
): RunDirectory {
  const files = runFiles(directory);
  let closed = false;
  const close = async () => {
    if (closed) return;
    closed = true;
    await journal.close();
    lock.release();
  };
  const abandon = async () => {
    const { journal: database, credentials, log, sandbox, standardInput } = files;
    const written = [
      database,
      `${database}-wal`,
      `${database}-shm`,
      credentials,
      log,
      sandbox,
      standardInput,
    ];
    try {
      await close();
      for (const file of [...written, files.lock]) rmSync(file, { force: true });
      if (readdirSync(directory).length === 0) rmdirSync(directory);
    } catch {
      // A courtesy: why the run could not begin is what must be told.
    }
  };
  return { directory, files, journal, facts, close, abandon };
}

function noRun(directory: string): StopError {
  return new StopError(
    'NO_RUN',
    `${directory} holds no run.`,
    'Name the run directory that the run printed. If the run was killed as it began, nothing was sent: start it again.',
  );
}
