import iconv from 'iconv-lite';
import { SaxesParser } from 'saxes';
import { StopError } from '../errors.js';
import { damaged, tooLarge } from './zip.js';

/** What a part's elements are told to. Names come without their namespace prefix. */
export interface XmlHandler {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** A text or tag longer than this, in characters, is no cell: an Excel cell has at most 32,767. */
const LONGEST_RUN = 4 * 1024 * 1024;

/**
 * Parses an XML part as its bytes come in, telling `handler`. Yields after each piece, so that the caller can take
 * what was found.
 * @throws StopError for malformed XML
 */
export async function* parseXml(
  bytes: AsyncIterable<Buffer>,
  handler: XmlHandler,
  title: string,
): AsyncGenerator<undefined> {
  const parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  const local = localNames();
  let eventless = 0;
  parser.on('opentag', (tag) => {
    eventless = 0;
    handler.open?.(local(tag.name), tag.attributes);
  });
  parser.on('closetag', (tag) => {
    eventless = 0;
    handler.close?.(local(tag.name));
  });
  if (handler.text) {
    const tell = (text: string): void => handler.text?.(text);
    parser.on('text', tell);
    parser.on('cdata', tell);
  }
  let decoder: iconv.DecoderStream | undefined;
  try {
    for await (const chunk of bytes) {
      decoder ??= iconv.getDecoder(encodingOf(chunk));
      const text = decoder.write(chunk);
      eventless += text.length;
      parser.write(text);
      if (eventless > LONGEST_RUN) throw tooLarge(title, 'it holds a text of several million characters');
      yield;
    }
    parser.write(decoder?.end() ?? '');
    parser.close();
    yield;
  } catch (error) {
    throw error instanceof StopError ? error : damaged(title, error);
  }
}

/** Parses a whole part; see {@link parseXml}. */
export async function readXml(
  bytes: AsyncIterable<Buffer>,
  handler: XmlHandler,
  title: string,
): Promise<void> {
  const pieces = parseXml(bytes, handler, title);
  while (!(await pieces.next()).done);
}

function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** `x:row` → `row`; a part has few different names, so each is cut once. */
function localNames(): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    let local = known.get(name);
    if (local === undefined) {
      local = name.slice(name.indexOf(':') + 1);
      known.set(name, local);
    }
    return local;
  };
}

/** `_x000D_` stands for a character that XML can not hold, `_x005F_` for an underscore that begins no such escape. */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
