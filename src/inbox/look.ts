import { type BigIntStats, closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { EPOCH, monotonicMs } from './clock.js';
import type { Folder } from './folders.js';
import type { Memory, SeenBefore } from './memory.js';
import { byName, kindOfName } from './names.js';
import type { InboxSettings } from './settings.js';

/** A file in a folder that nobody writes any more, as far as can be told. */
export interface Ready {
  readonly folder: Folder;
  /** its name as the file system has it, which need not be UTF-8 */
  readonly raw: Buffer;
  /** the same to be shown */
  readonly name: string;
  readonly path: Buffer;
  readonly signature: string;
  readonly arrival: number;
  /** the marker that says it is whole */
  readonly marker: { readonly raw: Buffer; readonly path: Buffer; readonly ino: string } | null;
  /** why it is not run but put away; null for a sheet */
  readonly refused: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/** What a look came to. */
export interface Look {
  readonly ready: readonly Ready[];
  /** how many files are there that may be ready later */
  readonly waiting: number;
  /** the folders that cannot be read, and why */
  readonly unreadable: readonly { readonly folder: Folder; readonly error: unknown }[];
}

/** Everything about a file that changes when somebody writes it, however it is done. */
export function signatureOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size} ${mtimeNs} ${ctimeNs} ${ino}`;
}

/** The state of a regular file; null for anything else, links among it, and for what is not there. */
export function regular(path: string | Buffer): BigIntStats | null {
  const stats = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return stats?.isFile() ? stats : null;
}

export function within(directory: string, raw: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${directory}/`), raw]);
}

type LookSettings = Pick<InboxSettings, 'settleMs' | 'giveUpMs' | 'marker' | 'order'>;

/**
 * Looks into the folders once. A file is ready when its size, times and inode have not changed for the settling time, by
 * a clock that nobody sets; a workbook only when the directory at its end is there.
 */
export function look(folders: readonly Folder[], memory: Memory, settings: LookSettings): Look {
  const before = memory.looks();
  const changed = new Map<string, SeenBefore>();
  const gone = new Set(before.keys());
  const ready: Ready[] = [];
  const unreadable: { folder: Folder; error: unknown }[] = [];
  const number = memory.nextLook();
  let waiting = 0;
  for (const folder of folders) {
    let names: Buffer[] = [];
    try {
      names = readdirSync(folder.path, { encoding: 'buffer' });
    } catch (error) {
      unreadable.push({ folder, error });
    }
    for (const raw of names) {
      const name = raw.toString('utf8');
      const kind = kindOfName(name, settings.marker);
      if (kind === null) continue;
      const path = within(folder.path, raw);
      const stats = regular(path);
      if (stats === null || stats.size === 0n) continue;
      const marker = settings.marker === null ? null : markerOf(folder, raw, settings.marker);
      if (settings.marker !== null && marker === null && kind === 'sheet') continue;
      const key = `${folder.name ?? ''}/${raw.toString('latin1')}`;
      gone.delete(key);
      const now = monotonicMs();
      const signature = signatureOf(stats);
      const known = before.get(key);
      const isSame = known?.signature === signature && known.epoch === EPOCH;
      const since = isSame ? known.since : now;
      const arrival = known?.arrival ?? number;
      if (!isSame) changed.set(key, { signature, epoch: EPOCH, since, arrival });
      const settled = marker !== null || (isSame && now - since >= settings.settleMs);
      const givesUp = isSame && now - since >= settings.giveUpMs;
      const file = { folder, raw, name, path, signature, arrival, marker };
      if (kind === 'other') {
        if (givesUp) ready.push({ ...file, refused: NO_SHEET });
        else waiting++;
      } else if (settled && isWhole(path, name, stats.size)) ready.push({ ...file, refused: null });
      else if (settled && givesUp) ready.push({ ...file, refused: NOT_WHOLE });
      else waiting++;
    }
  }
  memory.setLooks(changed, [...gone]);
  return { ready: ready.sort(inOrder(settings.order)), waiting, unreadable };
}

const NO_SHEET = {
  code: 'NOT_A_SHEET',
  message: 'It is no sheet by its name.',
  hint: 'Drop .csv, .tsv, .txt, .xlsx or .xlsm.',
};
const NOT_WHOLE = {
  code: 'NEVER_WHOLE',
  message: 'It is not whole, or cannot be read, and nobody has written to it for long.',
  hint: 'Copy it again: as x.part first, then rename it.',
};

function markerOf(folder: Folder, raw: Buffer, ending: string): Ready['marker'] {
  const name = Buffer.concat([raw, Buffer.from(ending)]);
  const path = within(folder.path, name);
  const stats = regular(path);
  return stats && { raw: name, path, ino: String(stats.ino) };
}

/** As they came; of those that one look saw first, by name. */
function inOrder(order: InboxSettings['order']): (a: Ready, b: Ready) => number {
  return (a, b) => (order === 'arrival' ? a.arrival - b.arrival : 0) || byName(a.name, b.name);
}

const END_OF_DIRECTORY = Buffer.from('PK\u0005\u0006', 'latin1');
/** An end record with the longest comment there can be. */
const MAX_END_BYTES = 22 + 65_535;

/**
 * Whether a file can be read, and can be whole: a workbook has a directory at its end, and room that was only set aside is all zeros. Of a
 * text that was cut off nothing can be told.
 */
function isWhole(path: string | Buffer, name: string, size: bigint): boolean {
  let handle: number | null = null;
  try {
    handle = openSync(path, 'r');
    const head = Buffer.alloc(4);
    readSync(handle, head, 0, 4, 0);
    const length = Math.min(Number(size), MAX_END_BYTES);
    const tail = Buffer.alloc(length);
    const read = readSync(handle, tail, 0, length, Number(size) - length);
    const end = tail.subarray(0, read);
    if (head.toString('latin1').startsWith('PK')) return end.includes(END_OF_DIRECTORY);
    // what was only set aside for a workbook has no beginning, and for a text no end
    const isUnwritten = (bytes: Buffer) => bytes.every((byte) => byte === 0);
    return !isUnwritten(/\.xls[xm]$/i.test(name) ? head : end.subarray(-4));
  } catch {
    // it may be readable later, or gone
    return false;
  } finally {
    if (handle !== null) closeSync(handle);
  }
}
