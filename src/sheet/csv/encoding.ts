import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { StopError } from '../../errors.js';
import { readBytes, type Source } from '../source.js';

/** An encoding of a text file, named as iconv-lite names it. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** How far into the file signs of UTF-16 or of a binary file are looked for, in bytes. */
const HEAD = 1 << 14;

/** The encoding that the first bytes show: by a byte order mark, or by where the zero bytes of UTF-16 are. */
function encodingOfHead(head: Buffer): Encoding | 'binary' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
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
 * means Windows-1252 (what Excel's plain "CSV" is in the Americas and Western Europe).
 * @throws StopError for a binary file, and for one that is UTF-8 in part: decoded either way some names would be wrong
 */
export async function detectEncoding(source: Source): Promise<Encoding> {
  let tail: Buffer = Buffer.alloc(0);
  let sawUtf8 = false;
  let sawOther = false;
  let first = true;
  for await (const bytes of readBytes(source)) {
    if (first) {
      first = false;
      const found = encodingOfHead(bytes.subarray(0, HEAD));
      if (found === 'binary')
        throw new StopError(
          'SHEET_FORMAT_UNKNOWN',
          `${source.title} is neither a text file nor an Excel workbook.`,
          'Save the sheet as CSV (UTF-8) or as an Excel workbook (.xlsx).',
        );
      if (found) return found;
    }
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
  if (tail.length > 0) sawOther = true;
  if (!sawOther) return 'utf-8';
  if (!sawUtf8) return 'windows-1252';
  throw new StopError(
    'SHEET_ENCODING_MIXED',
    `${source.title} is UTF-8 in some places and another encoding in others, so some letters can not be read.`,
    'Open it in a text editor, correct the letters that look wrong, and save it as UTF-8.',
  );
}

/** The text of the file piece by piece, without a byte order mark. */
export async function* decodeText(source: Source, encoding: Encoding): AsyncGenerator<string> {
  const decoder = iconv.getDecoder(encoding);
  for await (const bytes of readBytes(source)) {
    const text = decoder.write(bytes);
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest) yield rest;
}
