import { setImmediate } from 'node:timers/promises';
import Papa from 'papaparse';
import { StopError } from '../../errors.js';
import { trimCell, unguardFormula } from '../cell-text.js';
import { findHeader, HEADER_SEARCH_ROWS, likelyHeader, noHeader, toTable } from '../header.js';
import { type RawRow, type ReadOptions, usedWidth } from '../raw.js';
import type { Source } from '../source.js';
import type { RowFault, Table } from '../table.js';
import { decodeText, detectEncoding, type Encoding, type MixedEncoding } from './encoding.js';
import { withoutBlanksBeforeQuotes } from './loose-quotes.js';

/** Comma first: it is taken when no header tells the others apart. */
const DELIMITERS = [',', ';', '\t', '|'];

/** What one record may hold, in characters; a quote that swallows more is taken for one that is never closed. */
const MAX_RECORD_LENGTH = 1 << 20;

/** Each swallowing quote costs a second look at up to {@link MAX_RECORD_LENGTH}; a file with more of them is not CSV. */
const MAX_SWALLOWING_QUOTES = 100;

const BATCH_ROWS = 256;

/**
 * Reads a delimited text file. Delimiter, encoding and line ends (LF, CRLF, CR, also mixed) are found, not asked for.
 * @throws StopError when it is not text, is in two encodings, has no header, or its quoting is beyond repair
 */
export async function* csvTable(source: Source, options: ReadOptions): AsyncGenerator<Table> {
  const encoding = await detectEncoding(source);
  if (typeof encoding === 'object') throw await mixedEncoding(source, encoding, options);
  if (encoding !== 'utf-8') tellEncoding(source, encoding, options);

  const text = new CsvText(source, decodeText(source, encoding), options);
  const rows = text.rows();
  try {
    const about = { file: source.file, sheet: null, amongOthers: false };
    const endsWithinLine = () => text.endsWithinLine;
    const raw = { ...about, rows, cellsBeyondHeader: 'fault', endsWithinLine } as const;
    const table = await toTable(raw, options);
    if (!table) throw noHeader(source.title);
    yield table;
  } finally {
    await rows.return(undefined);
  }
}

/** The text of a file on its way to rows. */
class CsvText {
  readonly #source: Source;
  readonly #pieces: AsyncIterable<string>;
  readonly #options: ReadOptions;
  /** of what was read so far, whether it ends without a line end */
  endsWithinLine = false;

  constructor(source: Source, pieces: AsyncIterable<string>, options: ReadOptions) {
    this.#source = source;
    this.#pieces = pieces;
    this.#options = options;
  }

  async *rows(): AsyncGenerator<readonly RawRow[]> {
    const pieces = this.#noteEnd(wholeLineEnds(withoutEndMarks(this.#pieces)));
    let head = '';
    let atEnd = false;
    while (head.length < MAX_RECORD_LENGTH / 4 && !atEnd) {
      const next = await pieces.next();
      if (next.done) atEnd = true;
      else head += next.value;
    }
    // Excel's own line `sep=;` names the delimiter; a spreadsheet does not show it as a row
    const named = /^sep=(.)\r?\n/i.exec(head);
    if (named) head = head.slice(named[0].length);
    const delimiter = named?.[1] ?? sniffDelimiter(head, this.#options);
    yield* readRows(chain(head, pieces), delimiter, this.#source, this.#options);
  }

  async *#noteEnd(pieces: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const piece of pieces) {
      if (piece !== '') this.endsWithinLine = !piece.endsWith('\n');
      yield piece;
    }
  }
}

/** The error for a file in two encodings, with the row from which on it is in the second. */
async function mixedEncoding(source: Source, mixed: MixedEncoding, options: ReadOptions): Promise<StopError> {
  const quiet = { ...options, onNotice: () => {} };
  const before = new CsvText(source, decodeText(source, mixed.encoding, mixed.offset), quiet);
  let last = 0;
  let isInQuotes = false;
  for await (const rows of before.rows()) {
    for (const row of rows) {
      last = row.number;
      // what is cut off within a quoted cell goes on in the same row
      isInQuotes = row.fault !== undefined;
      if (isInQuotes) break;
    }
    if (isInQuotes) break;
  }
  const row = isInQuotes || before.endsWithinLine ? last : last + 1;
  if (mixed.isForGood)
    return new StopError(
      'SHEET_ENCODING_MIXED',
      `The encoding of ${source.title} changes at row ${row} ("${mixed.text}"): it seems to be put together from several files.`,
      'Save each of the files as UTF-8 and put them together again, or import them one by one.',
    );
  return new StopError(
    'SHEET_ENCODING_MIXED',
    `${source.title} is UTF-8, but for some letters, the first in row ${row}: "${mixed.text}".`,
    'Open it in a text editor, correct the letters that look wrong, and save it as UTF-8.',
  );
}

/** How the encodings are called where people choose them. */
const ENCODING_NAMES: Readonly<Record<Exclude<Encoding, 'utf-8'>, string>> = {
  'utf-16le': 'UTF-16LE',
  'utf-16be': 'UTF-16BE',
  'windows-1252': 'Windows-1252',
  macroman: 'Mac OS Roman (CSV Macintosh)',
  cp850: 'code page 850 (CSV MS-DOS)',
  cp437: 'code page 437 (CSV MS-DOS)',
};

function tellEncoding(source: Source, encoding: Exclude<Encoding, 'utf-8'>, options: ReadOptions): void {
  options.onNotice({
    file: source.file,
    sheet: null,
    code: 'ENCODING_ASSUMED',
    message: `The file is not UTF-8; it is read as ${ENCODING_NAMES[encoding]}.`,
    hint: 'Check names with accents. "CSV UTF-8" in Excel\'s Save As avoids this.',
  });
}

/** The delimiter with which a header is found that has the most known names; guessing, else the most names. */
function sniffDelimiter(head: string, { isKnownHeader, guessesHeader }: ReadOptions): string {
  let [best, most] = [',', 0];
  let [likely, names] = [',', 0];
  for (const delimiter of DELIMITERS) {
    const { text } = withoutBlanksBeforeQuotes(head, delimiter);
    const rows = newParser(delimiter, HEADER_SEARCH_ROWS * 3).parse(text, 0, false).data;
    const candidates = rows.map((cells) => cells.map(readCell)).filter((cells) => usedWidth(cells) > 0);
    const first = candidates.slice(0, HEADER_SEARCH_ROWS);
    const known = findHeader(first, isKnownHeader)?.known ?? 0;
    if (known > most) [best, most] = [delimiter, known];
    const guessed = guessesHeader ? (likelyHeader(first)?.names ?? 0) : 0;
    if (guessed > names) [likely, names] = [delimiter, guessed];
  }
  return most > 0 ? best : likely;
}

/**
 * Leaves out the zero bytes and the DOS end marks (0x1A) behind the last line, which some programs and interrupted
 * copies write.
 */
async function* withoutEndMarks(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const piece of pieces) {
    const { start, from } = endMarks(piece);
    if (from === 0 && (held !== '' || start === 0)) {
      held += piece;
      continue;
    }
    yield start === piece.length && held === '' ? piece : held + piece.slice(0, start);
    held = piece.slice(start);
  }
}

/** Where the first end mark is among the marks, blanks and line ends behind which there is nothing, and where these begin. */
function endMarks(text: string): { start: number; from: number } {
  let start = text.length;
  let from = text.length;
  for (; from > 0; from -= 1) {
    const code = text.charCodeAt(from - 1);
    if (code === 0x1a || code === 0) start = from - 1;
    else if (code !== 0x0a && code !== 0x0d && code !== 0x20) break;
  }
  return { start, from };
}

/**
 * Makes `\n` the end of every line: a CRLF stays (its `\r` is trimmed off the last cell), a lone CR becomes LF.
 * No piece ends between the two characters of a CRLF.
 */
async function* wholeLineEnds(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let held = '';
  for await (const piece of pieces) {
    let text = held + piece;
    held = text.endsWith('\r') ? '\r' : '';
    if (held) text = text.slice(0, -1);
    yield text.includes('\r') ? text.replace(/\r(?!\n)/g, '\n') : text;
  }
  if (held) yield '\n';
}

async function* chain(first: string, rest: AsyncIterable<string>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

interface Parsed {
  data: string[][];
  /** `row` is an index of `data`; `index` is the offset in the text just behind the opening quote */
  errors: { code: string; row: number; index: number }[];
  meta: { cursor: number };
}

interface Parser {
  parse(text: string, offset: number, leaveLastRecord: boolean): Parsed;
}

/** papaparse's inner parser, which its types do not describe; `newline` is set, since it would guess. */
function newParser(delimiter: string, maxRecords = 0): Parser {
  const config = { delimiter, newline: '\n', preview: maxRecords };
  return new Papa.Parser(config as ConstructorParameters<typeof Papa.Parser>[0]) as unknown as Parser;
}

function readCell(text: string): string {
  // the cells of most files need neither: looking at two characters is all they cost
  if (text === '') return text;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  if (first > 0x2d && first < 0x7f && last > 0x20 && last < 0x7f) return text;
  // trimmed last: what an apostrophe stands before may be a line break
  return trimCell(first === 0x27 ? unguardFormula(text) : text);
}

function toRow(number: number, cells: string[], fault?: RowFault): RawRow {
  const last = cells.at(-1);
  // of a CRLF; left there it would look like what an apostrophe guards
  if (last?.endsWith('\r')) cells[cells.length - 1] = last.slice(0, -1);
  for (let i = 0; i < cells.length; i += 1) {
    const text = cells[i] as string;
    const cell = readCell(text);
    if (cell !== text) cells[i] = cell;
  }
  return fault ? { number, cells, fault } : { number, cells };
}

const QUOTE_NOT_CLOSED: RowFault = {
  code: 'QUOTE_NOT_CLOSED',
  message: 'A quote in this row is not closed, or a quote inside a quoted cell is not doubled.',
  hint: 'Write a quote inside a quoted cell as two quotes (""), or remove it.',
};

/**
 * Parses the text into rows. A record whose quotes are malformed is a row with a fault. When such a record has run on
 * over further lines, its row ends with the line in which the quote was opened and reading goes on with the next line,
 * so that one stray quote costs one row.
 */
async function* readRows(
  pieces: AsyncIterable<string>,
  delimiter: string,
  source: Source,
  options: ReadOptions,
): AsyncGenerator<readonly RawRow[]> {
  const parser = newParser(delimiter);
  let carry = '';
  let number = 0;
  let swallowing = 0;
  let toldOfQuotes = false;

  /** Makes the text regular that is still to be read. */
  function loosen(): void {
    const { text, recordOfKeptQuotes } = withoutBlanksBeforeQuotes(carry, delimiter);
    carry = text;
    if (recordOfKeptQuotes === -1 || toldOfQuotes) return;
    toldOfQuotes = true;
    options.onNotice({
      file: source.file,
      sheet: null,
      row: number + recordOfKeptQuotes + 1,
      code: 'QUOTES_KEPT',
      message: `A cell of row ${number + recordOfKeptQuotes + 1} begins with a quote that does not enclose the whole cell; there, and wherever else it is so, the quotes are a part of the text.`,
      hint: 'Put the quotes around the whole cell, or remove them.',
    });
  }

  function* take(atEnd: boolean): Generator<readonly RawRow[]> {
    while (carry !== '') {
      const parsed = parser.parse(carry, 0, !atEnd);
      const faulty = new Set<number>();
      let damaged: Parsed['errors'][number] | undefined;
      for (const error of parsed.errors) {
        const cells = parsed.data[error.row];
        // of the record that is left for later nothing is known yet
        if (!cells) continue;
        if (error.code === 'MissingQuotes' || cells.some((cell) => cell.includes('\n'))) {
          damaged = error;
          break;
        }
        faulty.add(error.row);
      }
      const sound = damaged ? parsed.data.slice(0, damaged.row) : parsed.data;
      for (let from = 0; from < sound.length; from += BATCH_ROWS) {
        const batch: RawRow[] = [];
        for (let i = from; i < Math.min(from + BATCH_ROWS, sound.length); i += 1) {
          number += 1;
          batch.push(toRow(number, sound[i] as string[], faulty.has(i) ? QUOTE_NOT_CLOSED : undefined));
        }
        yield batch;
      }
      if (damaged) {
        yield [cutDamaged(damaged.row, damaged.index)];
        continue;
      }
      carry = carry.slice(parsed.meta.cursor);
      if (atEnd || carry.length <= MAX_RECORD_LENGTH) return;
      const open = parser.parse(carry, 0, false).errors[0];
      if (!open)
        throw new StopError(
          'SHEET_DAMAGED',
          `Row ${number + 1} of ${source.title} is longer than ${MAX_RECORD_LENGTH} characters: this is not a sheet.`,
          'Check that the file is a CSV file with one row a line.',
        );
      yield [cutDamaged(0, open.index)];
    }
  }

  /** Takes the damaged record off the text to be read, up to the end of the line that has the quote at `quoteAt`. */
  function cutDamaged(record: number, quoteAt: number): RawRow {
    swallowing += 1;
    if (swallowing > MAX_SWALLOWING_QUOTES)
      throw new StopError(
        'SHEET_DAMAGED',
        `${source.title} has more than ${MAX_SWALLOWING_QUOTES} quotes that are never closed, up to row ${number + 1}.`,
        'Write the file again with a program that quotes cells as CSV does, or as an Excel workbook (.xlsx).',
      );
    const start = record === 0 ? 0 : newParser(delimiter, record).parse(carry, 0, false).meta.cursor;
    const newline = carry.indexOf('\n', quoteAt);
    const end = newline === -1 ? carry.length : newline;
    const cells = parser.parse(carry.slice(start, end), 0, false).data[0] ?? [];
    carry = carry.slice(end + 1);
    number += 1;
    return toRow(number, cells, QUOTE_NOT_CLOSED);
  }

  for await (const piece of pieces) {
    carry = carry === '' ? piece : carry + piece;
    loosen();
    for (const batch of take(false)) {
      yield batch;
      if (batch.length === 1 && batch[0]?.fault) await setImmediate();
    }
  }
  for (const batch of take(true)) yield batch;
}
