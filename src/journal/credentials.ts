import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import Papa from 'papaparse';
import { StopError } from '../errors.js';
import { keepSecret } from '../secrets.js';
import { guardFormula, unguardFormula } from '../sheet/cell-text.js';

/** What a customer's PBX registers with (guide, "Create SIP Trunks"). */
export interface SipCredentials {
  readonly sipUsername: string;
  readonly sipPassword: string;
}

/** What stands for the account number with the secrets of port orders: no account has a blank one. */
const PORT = '';

const HEADER = ['accountNumber', 'trunkName', 'sipUsername', 'sipPassword'];
const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** What the customer of a mobile carrier names a port with; each may be blank. */
export interface PortSecrets {
  readonly wirelessAccountNumber?: string;
  readonly wirelessPin?: string;
}

/** What a sheet gives for a trunk or a port order. */
type Given = Partial<SipCredentials> & PortSecrets;

/** A line of the file, which is also what a line is looked up by. */
interface Line extends SipCredentials {
  readonly accountNumber: string;
  readonly trunkName: string;
}

/**
 * The SIP credentials of a run, in two files of mode 0600. `credentials.csv` holds those that the platform was given
 * and no others: a trunk's line is on disk right before the trunk is created, so that a crash after the create loses
 * nothing, and is taken out again when the platform refuses. What the sheet gives waits in a file of its own until
 * its trunk's turn comes, so that a resume needs no sheet.
 */
export class CredentialsFile {
  readonly #path: string;
  readonly #givenPath: string;
  readonly #lines = new Map<string, Line>();
  /** read when a trunk first asks */
  #given: Map<string, Given> | null = null;
  /** lines for the file of given ones that are not written yet */
  #waiting = '';
  #handle: FileHandle | null = null;
  #givenHandle: FileHandle | null = null;
  #last: Promise<void> = Promise.resolve();

  /**
   * @param path read when it exists; a torn last line, which no create has followed, is dropped
   * @param givenPath where credentials of the sheet wait; read when a trunk needs them
   */
  constructor(path: string, givenPath: string) {
    this.#path = path;
    this.#givenPath = givenPath;
    if (!existsSync(path)) return;
    const text = readFileSync(path, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const fields of Papa.parse<string[]>(whole, { skipEmptyLines: true }).data.slice(1)) {
      const [accountNumber = '', trunkName = '', sipUsername = '', sipPassword = ''] =
        fields.map(unguardFormula);
      keepSecret(sipPassword);
      this.#lines.set(keyOf(accountNumber, trunkName), {
        accountNumber,
        trunkName,
        sipUsername,
        sipPassword,
      });
    }
  }

  get(accountNumber: string, trunkName: string): SipCredentials | undefined {
    const line = this.#lines.get(keyOf(accountNumber, trunkName));
    return line && { sipUsername: line.sipUsername, sipPassword: line.sipPassword };
  }

  /**
   * Keeps what the sheet gives for a trunk until {@link ensure} asks for it; the last word for a trunk counts.
   * Resolves when it is on disk; calls of one turn share a write.
   */
  async give(accountNumber: string, trunkName: string, given: Given): Promise<void> {
    this.#waiting += `${JSON.stringify([accountNumber, trunkName, given])}\n`;
    this.#given = null;
    this.#last = this.#last.then(() => this.#writeGiven());
    await this.#last;
  }

  /**
   * Keeps the secrets that the sheet gives for a port order until it is ordered.
   * @param group what the rows of the order have in common; of several rows that give a secret the last counts
   */
  async givePort(group: string, given: PortSecrets): Promise<void> {
    await this.give(PORT, group, given);
  }

  /** The secrets that the sheet gives for a port order; empty where it gives none, or they are kept no longer. */
  async portSecrets(group: string): Promise<PortSecrets> {
    await this.#last;
    this.#given ??= readGiven(this.#givenPath);
    const { wirelessAccountNumber, wirelessPin } = this.#given.get(keyOf(PORT, group)) ?? {};
    for (const secret of [wirelessAccountNumber, wirelessPin]) if (secret !== undefined) keepSecret(secret);
    return {
      ...(wirelessAccountNumber === undefined ? {} : { wirelessAccountNumber }),
      ...(wirelessPin === undefined ? {} : { wirelessPin }),
    };
  }

  /**
   * The credentials to create a trunk with: those of an earlier try, else the ones that the sheet gives, else new
   * random ones from a cryptographic source. To be called right before the create: resolves when the trunk's line is
   * on disk.
   * @throws StopError `CREDENTIALS_WRITE_FAILED`
   */
  async ensure(accountNumber: string, trunkName: string): Promise<SipCredentials> {
    const key = keyOf(accountNumber, trunkName);
    const known = this.get(accountNumber, trunkName);
    if (known) {
      await this.#last;
      return known;
    }
    this.#given ??= readGiven(this.#givenPath);
    const given = this.#given.get(key);
    const credentials = {
      sipUsername: given?.sipUsername ?? randomText(20),
      sipPassword: given?.sipPassword ?? randomText(24),
    };
    keepSecret(credentials.sipPassword);
    const line = { accountNumber, trunkName, ...credentials };
    this.#lines.set(key, line);
    this.#last = this.#last.then(() => this.#append(line));
    await this.#last;
    return credentials;
  }

  /** Takes a trunk's line out again: the platform has refused the trunk, and so was given nothing. */
  async withdraw(accountNumber: string, trunkName: string): Promise<void> {
    if (!this.#lines.delete(keyOf(accountNumber, trunkName))) return;
    this.#last = this.#last.then(() => this.#rewrite());
    await this.#last;
  }

  /** Removes the file of what the sheet gave: no trunk of the run will ask for it any more. */
  async forgetGiven(): Promise<void> {
    await this.#last;
    await this.#givenHandle?.close();
    this.#givenHandle = null;
    this.#given = null;
    await rm(this.#givenPath, { force: true });
  }

  async close(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#handle?.close();
    await this.#givenHandle?.close();
    this.#handle = null;
    this.#givenHandle = null;
  }

  async #writeGiven(): Promise<void> {
    const text = this.#waiting;
    this.#waiting = '';
    if (text === '') return;
    try {
      // Sheets are read from their beginning or not at all, so what an earlier reading left comes again.
      this.#givenHandle ??= await open(this.#givenPath, 'w', 0o600);
      await this.#givenHandle.appendFile(text);
      await this.#givenHandle.datasync();
    } catch (cause) {
      throw unwritable(this.#givenPath, cause);
    }
  }

  async #append(line: Line): Promise<void> {
    try {
      if (!this.#handle) {
        this.#handle = await open(this.#path, 'a+', 0o600);
        const text = await this.#handle.readFile('utf8');
        const whole = text.slice(0, text.lastIndexOf('\n') + 1);
        if (whole !== text) await this.#handle.truncate(Buffer.byteLength(whole));
        if (whole === '') await this.#handle.appendFile(`${HEADER.join(',')}\n`);
      }
      await this.#handle.appendFile(csvLine(line));
      await this.#handle.datasync();
    } catch (cause) {
      throw unwritable(this.#path, cause);
    }
  }

  /** The file anew from the lines that are left, all at once; no file when there are none. */
  async #rewrite(): Promise<void> {
    try {
      await this.#handle?.close();
      this.#handle = null;
      if (this.#lines.size === 0) return await rm(this.#path, { force: true });
      const partial = `${this.#path}.${process.pid}.${randomBytes(4).toString('hex')}.partial`;
      const file = await open(partial, 'wx', 0o600);
      try {
        await file.writeFile([`${HEADER.join(',')}\n`, ...[...this.#lines.values()].map(csvLine)].join(''));
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(partial, this.#path);
      await syncDirectory(dirname(this.#path));
    } catch (cause) {
      throw unwritable(this.#path, cause);
    }
  }
}

/** @throws StopError `CREDENTIALS_UNREADABLE`: made-up credentials in the place of given ones would go unnoticed */
function readGiven(path: string): Map<string, Given> {
  const given = new Map<string, Given>();
  if (!existsSync(path)) return given;
  try {
    for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
      const [accountNumber, trunkName, credentials] = JSON.parse(line);
      const key = keyOf(accountNumber, trunkName);
      // the rows of one port order may give one secret each
      given.set(key, accountNumber === PORT ? { ...given.get(key), ...credentials } : credentials);
    }
  } catch (cause) {
    throw new StopError(
      'CREDENTIALS_UNREADABLE',
      `${path}, which keeps the secrets of the sheet, cannot be read or is damaged.`,
      'Start a new run with the sheet: what is there already is recognised and not created again.',
      { cause },
    );
  }
  return given;
}

/** A trunk as the platform tells it from another: it takes names however they are composed and spaced for one. */
function keyOf(accountNumber: string, trunkName: string): string {
  const same = (text: string) => text.normalize('NFC').replace(/\s+/g, ' ').trim();
  return JSON.stringify([same(accountNumber), same(trunkName)]);
}

function csvLine({ accountNumber, trunkName, sipUsername, sipPassword }: Line): string {
  const fields = [accountNumber, trunkName, sipUsername, sipPassword].map(
    (field) => `"${guardFormula(field).replaceAll('"', '""')}"`,
  );
  return `${fields.join(',')}\n`;
}

function unwritable(path: string, cause: unknown): StopError {
  return new StopError(
    'CREDENTIALS_WRITE_FAILED',
    `${path} cannot be written, so no SIP trunk is created: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Free disk space or make the run directory writable, then resume the run.',
    { cause },
  );
}

/** Makes a rename durable where a directory can be opened. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => {});
  await directory?.close();
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
