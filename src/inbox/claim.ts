import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../sheet/write/atomic.js';
import { type Ready, regular, signatureOf, within } from './look.js';
import { nameInTarget, nameOfDirectory, STAGES } from './names.js';

/** What is known of a file that was taken, beside it in its directory: `.claim.json`. */
interface Claim {
  /** the sheet's name in the directory */
  readonly sheet: string;
  /** its name as it was dropped, to be shown */
  readonly name: string;
  /** the folder that it was dropped into; null: the inbox itself */
  readonly folder: string | null;
  readonly arrival: number;
  /** ISO date and time */
  readonly claimedAt: string;
  /** what does not change with a rename */
  readonly content: string;
  readonly marker: { readonly name: string; readonly ino: string } | null;
  readonly refused: Ready['refused'];
  /** somebody wants it tried again, whatever it came to before */
  readonly again?: boolean;
}

/** A file that was taken and is in a directory of its own in `working`. */
export interface Item {
  /** the directory's name, which it keeps in `done` and `failed` */
  readonly directory: string;
  readonly path: string;
  readonly claim: Claim;
}

const CLAIM = '.claim.json';

/** Size, time of writing and inode of a file. */
export function contentOf(path: string): string | null {
  const stats = regular(path);
  return stats && `${stats.size} ${stats.mtimeNs} ${stats.ino}`;
}

/**
 * Takes a file out of its folder into a new directory in `working`, by one rename: of two that try, one does. The claim
 * is on disk before, so that whoever comes after a crash knows whose it was.
 * @returns null when the file is another than it was at the look, or gone
 */
export async function claim(root: string, file: Ready): Promise<Item | null> {
  const stats = regular(file.path);
  if (stats === null || signatureOf(stats) !== file.signature) return null;
  const claimedAt = new Date().toISOString();
  const directory = makeDirectory(root, `${stampOf(claimedAt)}-${nameOfDirectory(file.raw)}`);
  const path = join(root, 'working', directory);
  const { folder, raw, name, arrival, marker, refused } = file;
  const claimed: Claim = {
    ...{ sheet: nameInTarget(raw), name, folder: folder.name, arrival, claimedAt, refused },
    content: `${stats.size} ${stats.mtimeNs} ${stats.ino}`,
    marker: marker && { name: marker.raw.toString('latin1'), ino: marker.ino },
  };
  await writeFileAtomic(join(path, CLAIM), `${JSON.stringify(claimed)}\n`);
  const item = { directory, path, claim: claimed };
  try {
    renameSync(file.path, join(path, claimed.sheet));
  } catch (error) {
    dropDirectory(item);
    // somebody else has taken or removed it meanwhile
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  takeMarker(item, folder.path);
  for (const each of [path, join(root, 'working'), folder.path]) syncDirectory(each);
  return item;
}

/** `20261127-021504` of an ISO date and time. */
function stampOf(iso: string): string {
  return iso.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}

/** Makes a directory in `working` whose name is in none of the stages. */
function makeDirectory(root: string, name: string): string {
  for (let count = 1; ; count++) {
    const directory = count === 1 ? name : `${name}-${count}`;
    if (STAGES.some((stage) => existsSync(join(root, stage, directory)))) continue;
    try {
      mkdirSync(join(root, 'working', directory), { mode: 0o700 });
      return directory;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** The marker goes along with its sheet; one that is another by now is that of a file to come. */
function takeMarker({ path, claim: { marker, sheet } }: Item, folder: string): void {
  if (marker === null) return;
  const raw = Buffer.from(marker.name, 'latin1');
  if (String(regular(within(folder, raw))?.ino) !== marker.ino) return;
  renameSync(within(folder, raw), join(path, `${sheet}.marker`));
}

function dropDirectory({ path }: Item): void {
  rmSync(path, { recursive: true, force: true });
}

/**
 * What an earlier process has taken and not finished, in the order in which it came. What it had only begun to take is
 * put back as it was.
 */
export function itemsInWork(root: string): Item[] {
  const working = join(root, 'working');
  const items: Item[] = [];
  for (const directory of readdirSync(working)) {
    const path = join(working, directory);
    if (!lstatSync(path).isDirectory()) continue;
    const known = readClaim(path);
    if (known === null) {
      // nothing but what a claim that was cut off has left; anything else is somebody's
      if (readdirSync(path).every((name) => name.startsWith(CLAIM))) rmSync(path, { recursive: true });
      continue;
    }
    const item = { directory, path, claim: known };
    if (existsSync(join(path, known.sheet))) {
      takeMarker(item, known.folder === null ? root : join(root, known.folder));
      items.push(item);
    } else if (readdirSync(path).every((name) => name.startsWith(CLAIM))) dropDirectory(item);
    else items.push(item);
  }
  return items.sort((a, b) => a.claim.arrival - b.claim.arrival || (a.directory < b.directory ? -1 : 1));
}

/** The claim in a directory; null when it has none. */
export function readClaim(path: string): Claim | null {
  try {
    return JSON.parse(readFileSync(join(path, CLAIM), 'utf8'));
  } catch {
    return null;
  }
}

/** Says that a file is to be tried again, or that it is being. */
export async function setAgain(path: string, known: Claim, again: boolean): Promise<void> {
  const { again: _before, ...rest } = known;
  await writeFileAtomic(join(path, CLAIM), `${JSON.stringify(again ? { ...rest, again } : rest)}\n`);
}

/** Makes renames in a directory durable. Some network file systems and Windows refuse it. */
export function syncDirectory(path: string): void {
  try {
    const handle = openSync(path, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // the rename itself is done
  }
}
