import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { bytesText } from '../../results/wording.js';
import { Refused } from '../route.js';

/** A body that is to become a file. */
export interface Incoming {
  readonly body: ReadableStream<Uint8Array> | null;
  /** its length as it was announced, bytes; null where it was not */
  readonly announced: number | null;
  /** aborted when the browser has gone */
  readonly signal: AbortSignal;
}

/** What an upload may take. */
export interface UploadLimits {
  readonly bytes: number;
  /** how long no byte may come, milliseconds */
  readonly idleMs: number;
}

export function tooLarge(most: number): Refused {
  return new Refused(
    413,
    'TOO_LARGE',
    `The sheet is larger than ${bytesText(most)}.`,
    'Split it, or have the server started with a greater --max-upload.',
  );
}

/**
 * Writes a body into a new file, counting whatever its length was said to be; the file is durable afterwards.
 * @throws Refused 413, 507, 408 when no byte comes for long, 400 when it ends early
 */
export async function receive(
  path: string,
  { body, announced, signal }: Incoming,
  limits: UploadLimits,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  const reader = body?.getReader();
  try {
    while (reader) {
      const piece = await nextOf(reader, signal, limits.idleMs);
      if (piece === null) break;
      bytes += piece.length;
      if (bytes > limits.bytes) throw tooLarge(limits.bytes);
      hash.update(piece);
      await writeWhole(file, piece);
    }
    if (announced !== null && bytes !== announced) throw endedEarly();
    await file.sync();
    return { bytes, sha256: hash.digest('hex') };
  } finally {
    // who sends it is not waited for
    void reader?.cancel().catch(() => {});
    await file.close();
  }
}

async function nextOf(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
  idleMs: number,
): Promise<Uint8Array | null> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(idleMs)), idleMs);
    onAbort = () => reject(endedEarly());
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  const read = reader.read().catch(() => {
    throw endedEarly();
  });
  try {
    const { done, value } = await Promise.race([read, ended]);
    return done ? null : value;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    read.catch(() => {});
  }
}

async function writeWhole(file: FileHandle, piece: Uint8Array): Promise<void> {
  try {
    await file.writeFile(piece); // at the end of what is there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull();
    throw error;
  }
}

function diskFull(): Refused {
  return new Refused(507, 'DISK_FULL', 'The disk of the server is full.', 'Have space made on it.');
}

function endedEarly(): Refused {
  return new Refused(400, 'UPLOAD_ENDED', 'The upload ended before all of it was here.', 'Upload it again.');
}

function tooSlow(idleMs: number): Refused {
  const seconds = Math.round(idleMs / 1000);
  return new Refused(
    408,
    'UPLOAD_STALLED',
    `No byte of the upload came for ${seconds} seconds.`,
    'Upload it again, over a connection that holds.',
    { Connection: 'close' },
  );
}
