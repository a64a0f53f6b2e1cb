import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { StopError } from '../errors.js';
import { Refusal } from './answers.js';
import { type PlatformState, secretDigest } from './state.js';

/** The first line of every state file, so that no other file is taken for one and overwritten. */
const HEADER = '{"format":"alianza-import sandbox state","version":1}';

const NEWLINE = 10;
const CHUNK_CHARACTERS = 1 << 20;

/**
 * Keeps a platform's state in a file of JSON lines: the header, then one line for each request that changed something
 * (`{ idsGiven, put: { table: rows }, delete: { table: ids } }`), or, where it was written anew, one for each row.
 *
 * A line is in the file before the request is answered, so the death of the process (not of the machine: there is no
 * fsync) loses nothing that was answered. What follows the last line feed is a line that was never finished, of a
 * request that was never answered: it is ignored, and overwritten by the next line.
 */
export class StateFile {
  readonly #path: string;
  readonly #state: PlatformState;
  readonly #file: number;
  /** how many bytes of the file are whole lines; the next one goes there */
  #size = 0;

  /**
   * Replays the file when it exists, else makes it; writes it anew when it has grown well beyond the state.
   *
   * @throws StopError when it is no state file or cannot be written
   */
  constructor(path: string, state: PlatformState) {
    this.#path = path;
    this.#state = state;
    const replayed = existsSync(path) ? this.#replay() : Number.POSITIVE_INFINITY;
    try {
      this.#file = replayed > 2 * state.size + 1000 ? this.#writeAnew() : openSync(path, 'r+');
    } catch (cause) {
      throw new StopError(
        'SANDBOX_STATE_UNWRITABLE',
        `The sandbox state cannot be saved in ${path}: ${messageOf(cause)}`,
        'Name a file in a folder that exists, that you may write to and that has room.',
        { cause },
      );
    }
  }

  /**
   * Writes what has changed since the state's changes were last kept or undone, as one line; nothing when nothing has.
   *
   * @throws Refusal 500 when it cannot be written (disk full): the file is as before, and the caller undoes the
   * changes. The next call tries again.
   */
  append(): void {
    const changes = this.#state.changes();
    if (changes === undefined) return;
    try {
      this.#size += writeAll(this.#file, line(changes), this.#size);
    } catch (cause) {
      throw new Refusal(500, `The sandbox state cannot be saved, nothing was done: ${messageOf(cause)}`);
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** @returns how many rows the lines put and delete, the same row as often as it comes */
  #replay(): number {
    let lineNumber = 0;
    let rows = 0;
    try {
      const bytes = readFileSync(this.#path);
      for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, this.#size)) {
        const line = bytes.toString('utf8', this.#size, end);
        lineNumber += 1;
        if (lineNumber > 1) rows += this.#state.apply(JSON.parse(line));
        else if (line !== HEADER) break;
        this.#size = end + 1;
      }
      if (this.#size === 0) throw new TypeError('it is not a file of sandbox state');
      return rows;
    } catch (cause) {
      const where = lineNumber > 1 ? ` in line ${lineNumber}` : '';
      throw new StopError(
        'SANDBOX_STATE_UNREADABLE',
        `The sandbox state in ${this.#path} cannot be read${where}: ${messageOf(cause)}`,
        'Name another file, or delete this one to start with an empty platform.',
        { cause },
      );
    }
  }

  /** Replaces the file by one that holds the state and nothing else. @returns its descriptor */
  #writeAnew(): number {
    const partial = `${this.#path}.partial`;
    const file = openSync(partial, 'w', 0o600);
    try {
      this.#size = 0;
      let text = `${HEADER}\n`;
      for (const change of this.#state.snapshot()) {
        text += line(change);
        if (text.length < CHUNK_CHARACTERS) continue;
        this.#size += writeAll(file, text, this.#size);
        text = '';
      }
      this.#size += writeAll(file, text, this.#size);
      renameSync(partial, this.#path);
      return file;
    } catch (error) {
      closeSync(file);
      rmSync(partial, { force: true });
      throw error;
    }
  }
}

/** @returns the number of bytes written, which is all of the text */
function writeAll(file: number, text: string, position: number): number {
  const bytes = Buffer.from(text);
  let written = 0;
  while (written < bytes.length)
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  return written;
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));

/** One line of the file. SIP credentials are for the customer's PBX alone, also in a rehearsal. */
function line(change: unknown): string {
  const text = JSON.stringify(change, (key, value: unknown) => {
    if (key === 'sipPassword') return '********';
    return key === 'sipUsername' && typeof value === 'string' ? secretDigest(value) : value;
  });
  return `${text}\n`;
}
