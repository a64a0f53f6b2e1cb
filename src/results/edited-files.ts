import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile, rename } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { hashFile } from '../sheet/read.js';
import { writeFileAtomic } from '../sheet/write/atomic.js';

/** The file of a run directory that says what its results were like when they were written: SHA-256 by file name. */
export const WRITTEN = 'written.json';

/**
 * Makes room for a file that is about to be written: one of that name that is not as this program wrote it is somebody's
 * work, and is renamed.
 */
export async function keepEdited(path: string): Promise<void> {
  // what is no file is in the way of the writer, which says so
  if (!existsSync(path) || !statSync(path).isFile()) return;
  const written = await writtenIn(dirname(path));
  if (written[basename(path)] === (await hashFile(path))) return;
  await rename(path, nameForEdited(path));
}

/** Remembers what a file is like that was just written. */
export async function rememberWritten(path: string): Promise<void> {
  const written = { ...(await writtenIn(dirname(path))), [basename(path)]: await hashFile(path) };
  await writeFileAtomic(join(dirname(path), WRITTEN), `${JSON.stringify(written, null, 2)}\n`);
}

/** The files that {@link keepEdited} has renamed in a directory and that are still there, by path. */
export function editedFilesIn(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => /-edited(-\d+)?\.(csv|xlsx)$/.test(name));
  return names.sort().map((name) => join(directory, name));
}

async function writtenIn(directory: string): Promise<Readonly<Record<string, string>>> {
  try {
    return JSON.parse(await readFile(join(directory, WRITTEN), 'utf8'));
  } catch {
    // Not there yet, or itself damaged: then every file is taken for somebody's.
    return {};
  }
}

function nameForEdited(path: string): string {
  const extension = extname(path);
  const start = `${path.slice(0, -extension.length)}-edited`;
  for (let count = 1; ; count += 1) {
    const name = `${start}${count === 1 ? '' : `-${count}`}${extension}`;
    if (!existsSync(name)) return name;
  }
}
