import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { StopError } from '../errors.js';

const READ_SIZE = 1 << 16;

/** A file that is open for reading, as often and in whatever order it takes. */
export interface Source {
  /** the path as the user gave it; `-` for standard input */
  readonly file: string;
  /** how a message names it */
  readonly title: string;
  readonly size: number;
  readonly handle: FileHandle;
  close(): Promise<void>;
}

/** Streams (standard input, pipes) that were copied into a temporary file, by the path the user gave. */
const spooled = new Map<string, Promise<FileHandle>>();

/**
 * Copies a stream into a temporary file, so that it can be read twice. The file's name is removed at once: its
 * content (customer data) lives as long as the process and can not be left behind by a crash.
 */
async function spool(stream: Readable | AsyncIterable<Buffer>): Promise<FileHandle> {
  const path = join(tmpdir(), `alianza-import-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  await unlink(path);
  for await (const chunk of stream) await handle.writeFile(chunk);
  return handle;
}

function spoolOnce(file: string, stream: () => Readable | AsyncIterable<Buffer>): Promise<FileHandle> {
  let handle = spooled.get(file);
  if (!handle) {
    handle = spool(stream());
    spooled.set(file, handle);
  }
  return handle;
}

function unreadable(file: string, cause: unknown): StopError {
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new StopError(
      'SHEET_NOT_FOUND',
      `There is no file ${file}.`,
      'Check the path and the spelling of the name.',
      {
        cause,
      },
    );
  if (code === 'EACCES' || code === 'EPERM')
    return new StopError(
      'SHEET_UNREADABLE',
      `No permission to read ${file}.`,
      'Give yourself read permission on the file, or copy it to where you have it.',
      { cause },
    );
  return new StopError(
    'SHEET_UNREADABLE',
    `${file} can not be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    'Check the disk or the network drive it is on, or copy the file to a local folder.',
    { cause },
  );
}

/**
 * Opens a file, a pipe, or standard input (`-`) for reading.
 * @throws StopError when it is missing, a directory, not permitted, or empty
 */
export async function openSource(file: string): Promise<Source> {
  const title = file === '-' ? 'standard input' : file;
  try {
    if (file === '-') return await sourceOf(file, title, await spoolOnce(file, () => process.stdin), false);
    const handle = await open(file, 'r');
    const stat = await handle.stat();
    if (stat.isFile()) return await sourceOf(file, title, handle, true);
    if (stat.isDirectory()) {
      await handle.close();
      throw new StopError(
        'SHEET_UNREADABLE',
        `${file} is a directory.`,
        'Name the sheets in it, for example with *.csv.',
      );
    }
    const pipe = await spoolOnce(file, () => handle.createReadStream());
    return await sourceOf(file, title, pipe, false);
  } catch (error) {
    throw error instanceof StopError ? error : unreadable(title, error);
  }
}

async function sourceOf(file: string, title: string, handle: FileHandle, ours: boolean): Promise<Source> {
  const { size } = await handle.stat();
  const close = async (): Promise<void> => {
    if (ours) await handle.close();
  };
  if (size === 0) {
    await close();
    throw new StopError(
      'SHEET_EMPTY',
      `${title} is empty.`,
      'Give a sheet with a header row and at least one row below it.',
    );
  }
  return { file, title, size, handle, close };
}

/** The bytes of the source, piece by piece. A piece is overwritten by the next. */
export async function* readBytes(source: Source): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(Math.min(READ_SIZE, source.size));
  let position = 0;
  for (;;) {
    const { bytesRead } = await source.handle.read({ buffer, position }).catch((error: unknown) => {
      throw unreadable(source.title, error);
    });
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * The SHA-256 of the file's bytes in hexadecimal: what identifies a sheet. For `-` it is that of the bytes on standard
 * input, which {@link openSource} can still read afterwards.
 * @throws StopError as {@link openSource}
 */
export async function hashFile(file: string): Promise<string> {
  const source = await openSource(file);
  try {
    const hash = createHash('sha256');
    for await (const piece of readBytes(source)) hash.update(piece);
    return hash.digest('hex');
  } finally {
    await source.close();
  }
}
