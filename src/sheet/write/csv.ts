import { createReadStream } from 'node:fs';
import { guardFormula } from '../cell-text.js';
import { openAtomic } from './atomic.js';
import type { OutCell, OutLayout, SheetWriter } from './layout.js';

const FLUSH_AT = 1 << 16;
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * Begins a CSV file: UTF-8, commas, CRLF. It gets a byte order mark only if it has letters beyond ASCII, which Excel
 * would misread without one.
 */
export async function writeCsv(path: string, layout: OutLayout, mode?: number): Promise<SheetWriter> {
  const writer = await openCsvWriter(path, mode);
  await writer.write(layout.columns.map(({ header }) => header));
  return writer;
}

/** As {@link writeCsv}, without a header: its first row is one like any other. */
export async function openCsvWriter(path: string, mode?: number): Promise<SheetWriter> {
  const file = await openAtomic(path, mode);
  let waiting = '';
  let beyondAscii = false;

  const flush = async (): Promise<void> => {
    const text = waiting;
    waiting = '';
    // every character of an ASCII text is one byte
    beyondAscii ||= Buffer.byteLength(text) !== text.length;
    await file.handle.writeFile(text);
  };
  const write = async (cells: readonly (string | OutCell)[]): Promise<void> => {
    waiting += csvLine(cells.map((cell) => (typeof cell === 'string' ? cell : cell.text)));
    if (waiting.length >= FLUSH_AT) await flush();
  };
  const commit = async (): Promise<void> => {
    await flush();
    if (!beyondAscii) return file.commit();
    const marked = await openAtomic(path, mode);
    try {
      await marked.handle.writeFile(BYTE_ORDER_MARK);
      for await (const piece of createReadStream(file.partial)) await marked.handle.writeFile(piece);
      await marked.commit();
    } catch (error) {
      await marked.abort();
      throw error;
    } finally {
      await file.abort();
    }
  };

  return { write, commit, abort: file.abort };
}

/** A row of a CSV file, with its line end; no cell of it is taken for a formula. */
export function csvLine(texts: readonly string[]): string {
  return `${texts.map((text) => quote(guardFormula(text))).join(',')}\r\n`;
}

/** The text as a cell of a CSV file. */
function quote(text: string): string {
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
