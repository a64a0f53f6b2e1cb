import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../../is-alive.js';

/** The permissions of a file unless others are asked for: its owner's alone, since sheets hold customers' data. */
const PRIVATE_MODE = 0o600;

/** A file that does not exist under its name until it is complete and on disk. */
export interface AtomicFile {
  /** where it is written meanwhile: in the same directory, `<path>.<process>.<random>.partial` */
  readonly partial: string;
  readonly handle: FileHandle;
  /** Makes it durable and gives it its name, replacing what had that name. */
  commit(): Promise<void>;
  /** Removes it; the name keeps what it had. Does nothing after a commit. */
  abort(): Promise<void>;
}

/** Begins a file that appears all at once. What a killed process left of the same file is removed. */
export async function openAtomic(path: string, mode: number = PRIVATE_MODE): Promise<AtomicFile> {
  await removeLeftOvers(path);
  const partial = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
  const handle = await open(partial, 'wx', mode);
  let pending = true;
  return {
    partial,
    handle,
    async commit() {
      await handle.sync();
      await handle.close();
      pending = false;
      await rename(partial, path);
      await syncDirectory(dirname(path));
    },
    async abort() {
      if (!pending) return;
      pending = false;
      await handle.close();
      await unlink(partial);
    },
  };
}

/** Writes a whole text file that appears all at once, with the permissions `mode`. */
export async function writeFileAtomic(path: string, text: string, mode?: number): Promise<void> {
  const file = await openAtomic(path, mode);
  try {
    await file.handle.writeFile(text);
    await file.commit();
  } catch (error) {
    await file.abort();
    throw error;
  }
}

async function removeLeftOvers(path: string): Promise<void> {
  const start = `${basename(path)}.`;
  for (const name of await readdir(dirname(path)).catch(() => [])) {
    const writer = /^(\d+)\.[0-9a-f]+\.partial$/.exec(
      name.startsWith(start) ? name.slice(start.length) : '',
    )?.[1];
    if (writer === undefined || isAlive(Number(writer))) continue;
    await unlink(join(dirname(path), name)).catch(() => {});
  }
}

/** Makes a rename durable. Windows can not open a directory, and does not need it. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  try {
    await directory?.sync();
  } catch {
    // some network file systems refuse it; the file itself is on disk
  } finally {
    await directory?.close();
  }
}
