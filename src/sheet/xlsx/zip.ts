import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, RandomAccessReader, type ZipFile } from 'yauzl';
import { StopError } from '../../errors.js';
import type { Source } from '../source.js';

/** Above this size a part may not be packed more than {@link MAX_RATIO} times: no sheet is, a zip bomb is (1000). */
const SMALL_PART = 64 * 1024 * 1024;
const MAX_RATIO = 250;

/** a zip entry's compression method */
const DEFLATED = 8;

/**
 * The parts of a workbook's zip archive. Names are compared without case, as the format demands; some programs write
 * them with backslashes or begin them with a slash.
 */
export interface Archive {
  has(part: string): boolean;
  /**
   * The bytes of a part, unpacked as they are asked for. Size and checksum are verified.
   * @param maxBytes the unpacked size from which on it is refused
   * @throws StopError when the part is missing, damaged, or too large
   */
  read(part: string, maxBytes: number): AsyncGenerator<Buffer>;
}

/** The error for a workbook that breaks its own format. */
export function damaged(title: string, cause: unknown): StopError {
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new StopError(
    'SHEET_DAMAGED',
    `${title} is damaged or incomplete (${detail.replace(/\.$/, '')}).`,
    'Copy or download it again, or open it in Excel, let it repair the file, and save it.',
    { cause },
  );
}

/** The error for a workbook that is larger than any that is meant to be read. */
export function tooLarge(title: string, what: string): StopError {
  return new StopError(
    'SHEET_TOO_LARGE',
    `${title} is refused: ${what}.`,
    'Split the sheet into several files, or save it as CSV.',
  );
}

class SourceReader extends RandomAccessReader {
  readonly #source: Source;
  constructor(source: Source) {
    super();
    this.#source = source;
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(readRange(this.#source, start, end), { objectMode: false });
  }
}

async function* readRange(source: Source, start: number, end: number): AsyncGenerator<Buffer> {
  for (let position = start; position < end; ) {
    const buffer = Buffer.allocUnsafe(Math.min(1 << 16, end - position));
    const { bytesRead } = await source.handle.read(buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new Error('unexpected end of file');
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * Opens a zip archive by its directory. The source stays the caller's to close.
 * @throws StopError when the archive is damaged or cut off
 */
export async function openArchive(source: Source): Promise<Archive> {
  const entries = new Map<string, Entry>();
  let zip: ZipFile;
  try {
    zip = await fromRandomAccessReaderPromise(new SourceReader(source), source.size, {
      autoClose: false,
      // yauzl refuses names that begin with a slash; nothing is ever unpacked to a path here
      decodeStrings: false,
    });
    for await (const entry of zip.eachEntry()) entries.set(partName(entry.fileNameRaw), entry);
  } catch (error) {
    throw damaged(source.title, error);
  }
  return {
    has: (part) => entries.has(part.toLowerCase()),
    read: (part, maxBytes) => readPart(source, zip, entries.get(part.toLowerCase()), part, maxBytes),
  };
}

function partName(raw: Buffer): string {
  return raw.toString('utf8').replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();
}

async function* readPart(
  source: Source,
  zip: ZipFile,
  entry: Entry | undefined,
  part: string,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  if (!entry) throw damaged(source.title, `the part ${part} is missing`);
  const { uncompressedSize: size, compressedSize } = entry;
  if (size > maxBytes) throw tooLarge(source.title, `its part ${part} has ${size} bytes`);
  if (size > SMALL_PART && size > compressedSize * MAX_RATIO)
    throw tooLarge(
      source.title,
      `its part ${part} grows ${Math.round(size / compressedSize)}-fold when unpacked`,
    );
  let checksum = 0;
  let length = 0;
  let stream: Readable | undefined;
  try {
    stream = await unpacked(zip, entry);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      checksum = crc32(chunk, checksum);
      length += chunk.length;
      if (length > size) break;
      yield chunk;
    }
    if (length !== size) throw new Error(`${part} has not the stated size`);
    if (checksum !== entry.crc32) throw new Error(`the checksum of ${part} is wrong`);
  } catch (error) {
    throw error instanceof StopError ? error : damaged(source.title, error);
  } finally {
    stream?.destroy();
  }
}

/** yauzl would unpack in pieces of 16 KB; larger ones read a worksheet noticeably faster. */
async function unpacked(zip: ZipFile, entry: Entry): Promise<Readable> {
  if (entry.compressionMethod !== DEFLATED || entry.isEncrypted()) return zip.openReadStreamPromise(entry);
  const packed = await zip.openReadStreamPromise(entry, { decodeFileData: false });
  // an error of either stream ends the other, and is thrown where the result is read
  return pipeline(packed, createInflateRaw({ chunkSize: 1 << 16 }), () => {});
}
