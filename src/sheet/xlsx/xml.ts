import iconv from 'iconv-lite';
import { StopError } from '../../errors.js';
import { UNUSUAL } from './usual-xml.js';
import { damaged, tooLarge } from './zip.js';

/** What a part's elements are told to. Element names come without their namespace prefix, attribute names with it. */
export interface XmlHandler {
  /**
   * May read a whole element by itself. Asked for elements below the root that no text comes before.
   * @param at the index of the element's `<`
   * @returns the index behind the element; {@link UNUSUAL} to have it told by its parts
   */
  whole?(xml: string, at: number): number;
  open?(name: string, attributes: Readonly<Record<string, string>>): void;
  /** a piece of text, entities and CDATA decoded; there may be several in a row */
  text?(text: string): void;
  close?(name: string): void;
}

/** A text or tag longer than this, in characters, is no cell: an Excel cell has at most 32,767. */
const MAX_RUN_LENGTH = 4 * 1024 * 1024;

/**
 * Parses an XML part as its bytes come in, telling `handler`. Yields after each piece, so that the caller can take
 * what was found.
 * @throws StopError for XML that is not well formed
 */
export async function* parseXml(
  bytes: AsyncIterable<Buffer>,
  handler: XmlHandler,
  title: string,
): AsyncGenerator<undefined> {
  const scanner = new XmlScanner(handler);
  let decoder: iconv.DecoderStream | undefined;
  try {
    for await (const chunk of bytes) {
      decoder ??= iconv.getDecoder(encodingOf(chunk));
      scanner.write(decoder.write(chunk));
      if (scanner.waiting > MAX_RUN_LENGTH)
        throw tooLarge(title, 'it holds a text of several million characters');
      yield;
    }
    scanner.write(decoder?.end() ?? '');
    scanner.end();
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

/** The elements of a workbook have a dozen at most; to look at more of them again and again would take minutes. */
const MAX_ATTRIBUTES = 256;

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const BANG = 0x21;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/** Where a scan ends that would need more text than there is. */
const INCOMPLETE = -1;

/**
 * A parser of the XML that workbooks consist of, two to three times as fast as a general one: it knows no document
 * types (they are refused: no workbook has one, attacks do) and checks that tags are closed in order, not that every
 * character is one that XML allows.
 */
export class XmlScanner {
  readonly #handler: XmlHandler;
  /** the names of the elements that are open, with their prefixes */
  readonly #open: string[] = [];
  #sawRoot = false;
  #text = '';
  #attributes: Record<string, string> = {};
  #selfClosing = false;

  constructor(handler: XmlHandler) {
    this.#handler = handler;
  }

  /** how many characters wait for the rest of what they begin */
  get waiting(): number {
    return this.#text.length;
  }

  /** Takes the next piece of the text. Throws an Error with the defect if it is not well formed. */
  write(piece: string): void {
    const text = this.#text === '' ? piece : this.#text + piece;
    let done = 0;
    for (;;) {
      const tag = text.indexOf('<', done);
      if (tag === -1) break;
      const next = this.#markup(text, tag, done);
      if (next === INCOMPLETE) break;
      done = next;
    }
    this.#text = done === 0 ? text : text.slice(done);
  }

  /** To be called when there is no more text. Throws if something is still open. */
  end(): void {
    if (this.#open.length > 0) throw new Error(`the element ${this.#open.at(-1)} is not closed`);
    if (!this.#sawRoot || this.#text.trim() !== '') throw new Error('it is not XML');
  }

  /** Handles the text before the markup that begins at `at`, and the markup; returns the index after it. */
  #markup(text: string, at: number, textFrom: number): number {
    const kind = text.charCodeAt(at + 1);
    if (kind === SLASH) return this.#closeTag(text, at, textFrom);
    if (kind === QUESTION) return this.#skip(text, at, textFrom, '?>');
    if (kind !== BANG) {
      const whole = textFrom === at && this.#open.length > 0 ? this.#handler.whole?.(text, at) : undefined;
      return whole === undefined || whole === UNUSUAL ? this.#openTag(text, at, textFrom) : whole;
    }
    if (text.startsWith('<!--', at)) return this.#skip(text, at, textFrom, '-->');
    if (text.startsWith('<![CDATA[', at)) {
      const end = text.indexOf(']]>', at);
      if (end === -1) return INCOMPLETE;
      this.#tell(text, textFrom, at);
      this.#handler.text?.(text.slice(at + 9, end));
      return end + 3;
    }
    if (text.length - at < 9) return INCOMPLETE;
    throw new Error('it has a document type');
  }

  #skip(text: string, at: number, textFrom: number, terminator: string): number {
    const end = text.indexOf(terminator, at + 2);
    if (end === -1) return INCOMPLETE;
    this.#tell(text, textFrom, at);
    return end + terminator.length;
  }

  #openTag(text: string, at: number, textFrom: number): number {
    let end = at + 1;
    for (; ; end += 1) {
      const code = text.charCodeAt(end);
      if (code === GREATER || code === SLASH || code <= SPACE) break;
      if (end >= text.length) return INCOMPLETE;
    }
    const name = text.slice(at + 1, end);
    if (name === '') throw new Error('a tag has no name');
    const next = this.#readAttributes(text, end);
    if (next === INCOMPLETE) return INCOMPLETE;
    if (this.#open.length === 0) {
      if (this.#sawRoot) throw new Error(`the element ${name} is behind the end`);
      this.#sawRoot = true;
    }
    this.#tell(text, textFrom, at);
    const local = localName(name);
    this.#handler.open?.(local, this.#attributes);
    if (this.#selfClosing) this.#handler.close?.(local);
    else this.#open.push(name);
    return next;
  }

  #closeTag(text: string, at: number, textFrom: number): number {
    const end = text.indexOf('>', at);
    if (end === -1) return INCOMPLETE;
    const name = this.#open.at(-1);
    if (
      name === undefined ||
      !text.startsWith(name, at + 2) ||
      text.slice(at + 2 + name.length, end).trim() !== ''
    )
      throw new Error(`${text.slice(at, Math.min(end + 1, at + 40))} closes what is not open`);
    this.#tell(text, textFrom, at);
    this.#open.pop();
    this.#handler.close?.(localName(name));
    return end + 1;
  }

  /** Reads a tag's attributes from behind its name to its end. */
  #readAttributes(text: string, from: number): number {
    const attributes: Record<string, string> = {};
    this.#attributes = attributes;
    let i = from;
    for (let count = 0; ; count += 1) {
      if (count > MAX_ATTRIBUTES) throw new Error(`an element has more than ${MAX_ATTRIBUTES} attributes`);
      while (isSpace(text.charCodeAt(i))) i += 1;
      const code = text.charCodeAt(i);
      if (code === GREATER) {
        this.#selfClosing = false;
        return i + 1;
      }
      if (code === SLASH) {
        if (i + 1 >= text.length) return INCOMPLETE;
        if (text.charCodeAt(i + 1) !== GREATER) throw new Error('a tag is malformed');
        this.#selfClosing = true;
        return i + 2;
      }
      const nameFrom = i;
      while (i < text.length && isNameCharacter(text.charCodeAt(i))) i += 1;
      const name = text.slice(nameFrom, i);
      while (isSpace(text.charCodeAt(i))) i += 1;
      if (i + 1 >= text.length) return INCOMPLETE;
      if (name === '' || text.charCodeAt(i) !== EQUALS) throw new Error('an attribute is malformed');
      i += 1;
      while (isSpace(text.charCodeAt(i))) i += 1;
      if (i >= text.length) return INCOMPLETE;
      const quote = text.charCodeAt(i);
      if (quote !== QUOTE && quote !== APOSTROPHE) throw new Error('an attribute has no quotes');
      const end = text.indexOf(quote === QUOTE ? '"' : "'", i + 1);
      if (end === -1) return INCOMPLETE;
      attributes[name] = decodeEntities(text.slice(i + 1, end));
      i = end + 1;
    }
  }

  #tell(text: string, from: number, to: number): void {
    if (from === to) return;
    const piece = text.slice(from, to);
    if (this.#open.length > 0)
      this.#handler.text?.(decodeEntities(piece.includes('\r') ? piece.replace(/\r\n?/g, '\n') : piece));
    else if (piece.trim() !== '') throw new Error('it is not XML');
  }
}

function isSpace(code: number): boolean {
  return code === SPACE || code === NEWLINE || code === TAB || code === RETURN;
}

function isNameCharacter(code: number): boolean {
  return (
    code > SPACE &&
    code !== EQUALS &&
    code !== GREATER &&
    code !== SLASH &&
    code !== QUOTE &&
    code !== APOSTROPHE
  );
}

/** `x:row` → `row` */
function localName(name: string): string {
  return name.length === 1 ? name : name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const character = name.startsWith('#') ? numbered(name) : ENTITIES[name];
    if (character === undefined || !whole.endsWith(';'))
      throw new Error(`it has an unknown entity ${whole.slice(0, 20)}`);
    return character;
  });
}

function numbered(name: string): string | undefined {
  const code = Number(name.startsWith('#x') ? `0x${name.slice(2)}` : name.slice(1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}

/** `_x000D_` stands for a character that XML can not hold, `_x005F_` for an underscore that begins no such escape. */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
