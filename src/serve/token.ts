import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFileAtomic } from '../sheet/write/atomic.js';

/** How long a one-time token can be used, milliseconds. */
const LIVES_MS = 10 * 60_000;

/** What the token file holds: never the token itself. */
interface TokenFile {
  /** where the server is, such as `http://127.0.0.1:8321` */
  readonly address: string;
  /** null once it was used */
  readonly hash: string | null;
  readonly until: number;
}

/** Something random that nobody guesses, fit for a URL. */
export function secret(): string {
  return randomBytes(32).toString('base64url');
}

/** What is kept in place of a secret. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/**
 * Makes the token of one log-in; the one before it is void. Whoever can read the file is the folder's owner.
 * @returns the address to open, with the token behind `#`, which no browser sends
 */
export async function makeToken(file: string, address: string): Promise<string> {
  const token = secret();
  await keep(file, { address, hash: hashOf(token), until: Date.now() + LIVES_MS });
  return `${address}/#${token}`;
}

/** The address of the server that works on the folder; null where none has written one. */
export function addressIn(file: string): string | null {
  return read(file)?.address ?? null;
}

/** Takes each token once. */
export class TokenTaker {
  readonly #file: string;
  /** the hash that is being taken: a second request with it, at the same moment, comes too late */
  #taken: string | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether it is the token that was made last, unused and not ten minutes old; from now on it is used. */
  async take(token: string): Promise<boolean> {
    const kept = read(this.#file);
    if (!kept || kept.hash === null || kept.hash === this.#taken || Date.now() > kept.until) return false;
    if (!timingSafeEqual(Buffer.from(kept.hash), Buffer.from(hashOf(token)))) return false;
    this.#taken = kept.hash;
    await keep(this.#file, { ...kept, hash: null });
    return true;
  }
}

function keep(file: string, token: TokenFile): Promise<void> {
  return writeFileAtomic(file, JSON.stringify(token));
}

function read(file: string): TokenFile | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as TokenFile;
  } catch {
    return null;
  }
}
