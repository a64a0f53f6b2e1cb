import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StopError } from '../errors.js';
import { acquireLock, type Lock } from '../journal/lock.js';
import { Memory } from './memory.js';
import { STAGES } from './names.js';

/** An inbox that this process alone works on. */
export interface OpenInbox {
  readonly root: string;
  readonly memory: Memory;
  /** Whether the folder is the one that was opened: a share that is unmounted leaves an empty one. */
  isThere(): boolean;
  close(): void;
}

/**
 * Opens the folder of an inbox and locks it.
 *
 * @param mayBegin makes what an inbox needs in a folder that was none so far; else such a folder is refused
 * @throws StopError `INBOX_UNUSABLE` (no folder, not writable, spread over file systems), `LOCKED`
 */
export function openInbox(root: string, mayBegin: boolean): OpenInbox {
  const stages = STAGES.map((stage) => join(root, stage));
  let lock: Lock | null = null;
  try {
    const own = statSync(root);
    if (!own.isDirectory()) throw unusable(root, 'it is no folder');
    accessSync(root, constants.R_OK | constants.W_OK | constants.X_OK);
    if (!mayBegin) for (const path of stages) statSync(path);
    lock = acquireLock(join(root, 'inbox.lock'), `inbox ${root}`);
    for (const path of stages) makeStage(path);
    // a rename from one file system to another is none
    for (const path of stages)
      if (statSync(path).dev !== own.dev) throw unusable(root, `${path} is on another file system`);
    const memory = new Memory(join(root, 'inbox.db'));
    const held = lock;
    return {
      root,
      memory,
      isThere: () => {
        const now = statSync(root, { throwIfNoEntry: false });
        const areAll = stages.every((path) => statSync(path, { throwIfNoEntry: false }));
        return now?.dev === own.dev && now.ino === own.ino && areAll;
      },
      close() {
        memory.close();
        held.release();
      },
    };
  } catch (cause) {
    lock?.release();
    if (cause instanceof StopError && cause.code !== 'LOCK_UNUSABLE') throw cause;
    throw unusable(root, (cause as Error).message, cause);
  }
}

function makeStage(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function unusable(root: string, why: string, cause?: unknown): StopError {
  return new StopError(
    'INBOX_UNUSABLE',
    `The inbox ${root} cannot be used: ${why}.`,
    'Name a folder that is there and that you can write into, with working/, done/ and failed/ on the same file system.',
    { cause },
  );
}
