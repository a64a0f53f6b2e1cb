import { randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import Papa from 'papaparse';
import { StopError } from '../errors.js';
import { keepSecret } from '../secrets.js';

/** What a customer's PBX registers with (guide, "Create SIP Trunks"). */
export interface SipCredentials {
  readonly sipUsername: string;
  readonly sipPassword: string;
}

const HEADER = 'accountNumber,trunkName,sipUsername,sipPassword';
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/**
 * `credentials.csv` of a run, mode 0600: the only file that holds SIP passwords. A trunk's line is on disk before the
 * trunk is created, so that a crash after the create loses nothing.
 */
export class CredentialsFile {
  readonly #path: string;
  readonly #known = new Map<string, SipCredentials>();
  #handle: FileHandle | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param path read when it exists; a torn last line, which no create has followed, is dropped */
  constructor(path: string) {
    this.#path = path;
    if (!existsSync(path)) return;
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const fields of Papa.parse<string[]>(whole, { skipEmptyLines: true }).data.slice(1)) {
      const [, trunkName = '', sipUsername = '', sipPassword = ''] = fields;
      keepSecret(sipPassword);
      this.#known.set(trunkName.replace(/^'(?='*[=+\-@])/, ''), { sipUsername, sipPassword });
    }
  }

  get(trunkName: string): SipCredentials | undefined {
    return this.#known.get(trunkName);
  }

  /**
   * The credentials of a trunk: those of an earlier try, else the given ones, else new random ones from a
   * cryptographic source. Resolves when they are on disk.
   */
  async ensure(
    accountNumber: string,
    trunkName: string,
    given: Partial<SipCredentials>,
  ): Promise<SipCredentials> {
    const known = this.#known.get(trunkName);
    if (known) {
      await this.#last;
      return known;
    }
    const credentials = {
      sipUsername: given.sipUsername ?? randomText(20),
      sipPassword: given.sipPassword ?? randomText(24),
    };
    keepSecret(credentials.sipPassword);
    this.#known.set(trunkName, credentials);
    const line = [inert(accountNumber), inert(trunkName), credentials.sipUsername, credentials.sipPassword]
      .map((field) => `"${field.replaceAll('"', '""')}"`)
      .join(',');
    this.#last = this.#last.then(() => this.#append(`${line}\n`));
    await this.#last;
    return credentials;
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#handle?.close();
    this.#handle = null;
  }

  async #append(line: string): Promise<void> {
    try {
      if (!this.#handle) {
        this.#handle = await open(this.#path, 'a+', 0o600);
        const text = await this.#handle.readFile('utf8');
        const whole = text.slice(0, text.lastIndexOf('\n') + 1);
        if (whole !== text) await this.#handle.truncate(Buffer.byteLength(whole));
        if (whole === '') await this.#handle.appendFile(`${HEADER}\n`);
      }
      await this.#handle.appendFile(line);
      await this.#handle.datasync();
    } catch (cause) {
      throw new StopError(
        'CREDENTIALS_WRITE_FAILED',
        `${this.#path} cannot be written, so no SIP trunk is created.`,
        'Free disk space or make the run directory writable, then resume the run.',
        { cause },
      );
    }
  }
}

/** Keeps a spreadsheet from running a name as a formula. */
function inert(text: string): string {
  return /^'*[=+\-@]/.test(text) ? `'${text}` : text;
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
