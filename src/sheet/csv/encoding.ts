import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { StopError } from '../../errors.js';
import { readBytes, type Source } from '../source.js';
import { type CodePage, guessCodePage } from './code-pages.js';

/** An encoding of a text file, named as iconv-lite names it. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | CodePage;

/** The place from which on a text is not in the encoding that it begins in. */
export interface MixedEncoding {
  /** what it begins in, as far as that decodes what stands before `offset` */
  readonly encoding: Encoding;
  /** in bytes; where a line begins */
  readonly offset: number;
  /** whether all that follows is in another encoding, as when files were joined; else only some letters are */
  readonly isForGood: boolean;
  /** some of the text there */
  readonly text: string;
}

/** How far into the file signs of UTF-16 or of a binary file are looked for, in bytes. */
const HEAD = 1 << 14;

/** Text of one byte a letter, which UTF-16 is not, and the reverse. The bytes are those of a latin1 string. */
const NARROW_TEXT = /[\t\r\n\x20-\x7e]{40}/;
const WIDE_TEXT = /(?:[\t\r\n\x20-\x7e]\0){16}|(?:\0[\t\r\n\x20-\x7e]){16}/;
/** bytes that a match of these can have in the piece before */
const OVERLAP = 64;

/** The encoding that the first bytes show: by a byte order mark, or by where the zero bytes of UTF-16 are. */
function encodingOfHead(bytes: Buffer): Encoding | 'binary' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (!bytes.includes(0)) return undefined;
  // zero bytes at the end of a file are none of its text
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  if (end === 0) return 'binary';
  const head = bytes.subarray(0, end);
  if (!head.includes(0)) return undefined;
  let even = 0;
  let odd = 0;
  for (let i = 0; i + 1 < head.length; i += 2) {
    if (head[i] === 0) even += 1;
    if (head[i + 1] === 0) odd += 1;
  }
  // headers and phone numbers are ASCII, of which every second byte is zero in UTF-16
  const most = head.length / 4;
  if (odd > most && even === 0) return 'utf-16le';
  if (even > most && odd === 0) return 'utf-16be';
  return 'binary';
}

/** How many bytes at the end are the beginning of a UTF-8 character that goes on in the next piece. */
function incompleteTail(piece: Buffer): number {
  for (let back = 1; back <= 3 && back <= piece.length; back += 1) {
    const byte = piece[piece.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** True when a line of the piece is proper UTF-8 with letters beyond ASCII: no accident in any other encoding. */
function hasUtf8Line(piece: Buffer): boolean {
  for (let start = 0; start < piece.length; ) {
    const newline = piece.indexOf(0x0a, start);
    const end = newline === -1 ? piece.length : newline;
    const line = piece.subarray(start, end);
    if (!isAscii(line) && isUtf8(line)) return true;
    start = end + 1;
  }
  return false;
}

/**
 * Finds the encoding of a text file by reading all of its bytes once: a single letter that is not UTF-8, on any row,
 * means an encoding of one byte a letter (Excel's plain "CSV").
 * @returns where it changes, for a file that is in two: decoded either way some names would be wrong
 * @throws StopError for a binary file
 */
export async function detectEncoding(source: Source): Promise<Encoding | MixedEncoding> {
  let tail: Buffer = Buffer.alloc(0);
  let sawUtf8 = false;
  let sawOther = false;
  let sawZero = false;
  let first = true;
  for await (const bytes of readBytes(source)) {
    if (first) {
      first = false;
      const found = encodingOfHead(bytes.subarray(0, HEAD));
      if (found === 'utf-16le' || found === 'utf-16be') return (await leavesUtf16(source, found)) ?? found;
      if (found === 'binary') {
        const joined = await becomesUtf16(source);
        if (joined) return joined;
        throw new StopError(
          'SHEET_FORMAT_UNKNOWN',
          `${source.title} is neither a text file nor an Excel workbook.`,
          'Save the sheet as CSV (UTF-8) or as an Excel workbook (.xlsx).',
        );
      }
    }
    sawZero ||= bytes.includes(0);
    const joined = tail.length === 0 ? bytes : Buffer.concat([tail, bytes]);
    const cut = joined.length - incompleteTail(joined);
    const piece = joined.subarray(0, cut);
    tail = Buffer.from(joined.subarray(cut));
    if (!isUtf8(piece)) {
      sawOther = true;
      sawUtf8 ||= hasUtf8Line(piece);
    } else if (!sawUtf8) sawUtf8 = !isAscii(piece);
    if (sawOther && sawUtf8) break;
  }
  const joined = sawZero ? await becomesUtf16(source) : undefined;
  if (joined) return joined;
  // the first bytes of a letter at the very end of UTF-8: the file is cut off there, which is told of its last row
  if (tail.length > 0 && !sawUtf8) sawOther = true;
  if (!sawOther) return 'utf-8';
  return sawUtf8 ? leavesUtf8(source) : guessCodePage(source);
}

/** Where a text that begins in UTF-16 goes on in another encoding. */
async function leavesUtf16(
  source: Source,
  encoding: 'utf-16le' | 'utf-16be',
): Promise<MixedEncoding | undefined> {
  const found = await findText(source, NARROW_TEXT);
  if (!found) return undefined;
  // the narrow text is what the file begins with, so that the wide one is the other
  if (found.offset < 2) return becomesUtf16(source);
  // of a letter that begins before the match only the second byte is in it
  const inLetter = found.offset % 2;
  return {
    encoding,
    offset: found.offset + inLetter,
    isForGood: true,
    text: firstLine(found.text.slice(inLetter)),
  };
}

/** Where a text that begins in an encoding of one byte a letter goes on in UTF-16. */
async function becomesUtf16(source: Source): Promise<MixedEncoding | undefined> {
  const found = await findText(source, WIDE_TEXT);
  if (!found || found.offset === 0) return undefined;
  return {
    encoding: 'utf-8',
    offset: found.offset,
    isForGood: true,
    text: firstLine(found.text.replaceAll('\0', '')),
  };
}

/** The first match in the file's bytes: where it begins, and some of the bytes from there on. */
async function findText(
  source: Source,
  pattern: RegExp,
): Promise<{ offset: number; text: string } | undefined> {
  let before = '';
  let end = 0;
  for await (const bytes of readBytes(source)) {
    const text = before + bytes.toString('latin1');
    end += bytes.length;
    const match = pattern.exec(text);
    if (match) {
      const shown = text.slice(match.index, match.index + 2 * OVERLAP);
      return { offset: end - text.length + match.index, text: shown };
    }
    before = text.slice(-OVERLAP);
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.split(/\r|\n/, 1)[0] ?? '';
}

/** Where a text that is UTF-8 in part is not, or begins to be. */
async function leavesUtf8(source: Source): Promise<MixedEncoding> {
  let firstOther: { offset: number; line: Buffer } | undefined;
  let lastOther = 0;
  let firstUtf8: { offset: number; line: Buffer } | undefined;
  let lastUtf8 = 0;
  for await (const line of linesOf(source)) {
    if (isAscii(line.line)) continue;
    if (isUtf8(line.line)) {
      firstUtf8 ??= line;
      lastUtf8 = line.offset;
    } else {
      firstOther ??= line;
      lastOther = line.offset;
    }
  }
  const encoding = 'utf-8';
  if (firstUtf8 && firstOther && lastOther < firstUtf8.offset) {
    const { offset, line } = firstUtf8;
    return { encoding: 'windows-1252', offset, isForGood: true, text: around(line.toString(), /[^\0-\x7f]/) };
  }
  const { offset, line } = firstOther ?? { offset: 0, line: Buffer.alloc(0) };
  const isForGood = lastUtf8 < offset;
  return { encoding, offset, isForGood, text: around(line.toString(), /\ufffd/) };
}

/** The cell with the first match, or as much of it as a message has room for. */
function around(line: string, pattern: RegExp): string {
  const cell = line.split(/[,;\t|"]/).find((part) => pattern.test(part)) ?? line;
  const at = Math.max(0, cell.search(pattern));
  return cell.slice(Math.max(0, at - 30), at + 30).trim();
}

async function* linesOf(source: Source): AsyncGenerator<{ offset: number; line: Buffer }> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  for await (const bytes of readBytes(source)) {
    const joined = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let start = 0;
    for (let end = endOfLine(joined, 0); end !== -1; end = endOfLine(joined, start)) {
      yield { offset: offset + start, line: joined.subarray(start, end) };
      start = end + 1;
    }
    offset += start;
    rest = Buffer.from(joined.subarray(start));
  }
  yield { offset, line: rest };
}

function endOfLine(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(0x0a, from);
  return newline === -1 ? bytes.indexOf(0x0d, from) : newline;
}

/**
 * The text of the file piece by piece, without a byte order mark.
 * @param end the bytes to decode; all by default
 */
export async function* decodeText(
  source: Source,
  encoding: Encoding,
  end = Number.POSITIVE_INFINITY,
): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding);
  let left = end;
  for await (const bytes of readBytes(source)) {
    const text = decoder.write(bytes.length > left ? bytes.subarray(0, left) : bytes);
    left -= bytes.length;
    if (text !== '') yield text;
    if (left <= 0) break;
  }
  const rest = decoder.end();
  if (rest) yield rest;
}
