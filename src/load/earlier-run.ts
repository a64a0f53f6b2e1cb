import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { StopError } from '../errors.js';
import type { Journal } from '../journal/journal.js';
import type { KnownBefore } from '../records/across/accounts.js';
import type { RowValues } from '../records/columns.js';
import type { ImportRecord } from '../records/record.js';

/**
 * What the run in whose directory a sheet lies knows of accounts and users that are on the platform: an errors file
 * that is corrected where it was written may leave to them what is theirs.
 * @returns null when the sheet lies in no run directory
 */
export async function earlierRunOf(sheet: string): Promise<EarlierRun | null> {
  const file = join(dirname(sheet), 'journal.db');
  if (sheet === '-' || !existsSync(file)) return null;
  // Only here: a validation loads no database otherwise.
  const { Journal } = await import('../journal/journal.js');
  try {
    return new EarlierRun(new Journal<ImportRecord>(file, 'read'));
  } catch (error) {
    // Whoever needs that journal is told of it; here the sheet has to say everything itself.
    if (error instanceof StopError) return null;
    throw error;
  }
}

class EarlierRun implements KnownBefore {
  readonly #journal: Journal<ImportRecord>;
  /** ordinals of the rows that speak for accounts and users, found when the first is asked for */
  #speakers: Map<string, number> | null = null;

  constructor(journal: Journal<ImportRecord>) {
    this.#journal = journal;
  }

  account(accountNumber: string): RowValues | undefined {
    return this.#valuesOf(accountKey(accountNumber));
  }

  user(accountNumber: string, extension: string): RowValues | undefined {
    return this.#valuesOf(userKey(accountNumber, extension));
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #valuesOf(key: string): RowValues | undefined {
    this.#speakers ??= this.#find();
    const ordinal = this.#speakers.get(key);
    return ordinal === undefined ? undefined : this.#journal.row(ordinal)?.record.values;
  }

  #find(): Map<string, number> {
    const found = new Map<string, number>();
    try {
      for (const { ordinal, record, result } of this.#journal.rows()) {
        const { accountNumber, extension = '' } = record.values;
        if (accountNumber === undefined) continue;
        if (record.accountFirst === ordinal && result?.['accountId'] !== undefined)
          found.set(accountKey(accountNumber), record.accountFrom ?? ordinal);
        if (record.userFirst === ordinal && result?.['userId'] !== undefined)
          found.set(userKey(accountNumber, extension), record.userFrom ?? ordinal);
      }
    } catch (error) {
      if (!(error instanceof StopError)) throw error;
    }
    return found;
  }
}

function accountKey(accountNumber: string): string {
  return JSON.stringify([accountNumber]);
}

function userKey(accountNumber: string, extension: string): string {
  return JSON.stringify([accountNumber, extension]);
}
