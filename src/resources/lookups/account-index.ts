import { ApiError } from '../../api/api-error.js';
import type { Client } from '../../api/client.js';
import { type AccountRecord, getAccountByNumber, listAccounts } from '../../api/endpoints.js';

/** Single answers remembered at once; rows of one account usually stand near each other. */
const REMEMBERED = 1000;

/**
 * Which accounts were on the platform before the run: one list a partition, asked for at the first account that is
 * to be created. A partition that does not give its list is asked account by account.
 */
export class AccountIndex {
  readonly #client: Client;
  readonly #lists = new Map<string, Promise<Map<string, AccountRecord> | null>>();
  readonly #loaded = new Set<string>();
  /** where the partition gives no list: what was asked account by account */
  readonly #asked = new Map<string, Promise<AccountRecord | null>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether the partition's answer is there, so that {@link find} answers at once. */
  loaded(partitionId: string): boolean {
    return this.#loaded.has(partitionId);
  }

  /** The account of that number, or null when there is none. */
  async find(partitionId: string, accountNumber: string, priority: number): Promise<AccountRecord | null> {
    let list = this.#lists.get(partitionId);
    if (!list) {
      list = this.#load(partitionId);
      // A stopped or broken run must not leave its failure to later callers.
      list.catch(() => this.#lists.delete(partitionId));
      this.#lists.set(partitionId, list);
    }
    const accounts = await list;
    if (accounts) return accounts.get(accountNumber) ?? null;
    const key = `${partitionId}/${accountNumber}`;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = findAccount(this.#client, partitionId, accountNumber, priority);
      asked.catch(() => this.#asked.delete(key));
      if (this.#asked.size >= REMEMBERED) this.#asked.clear();
      this.#asked.set(key, asked);
    }
    return asked;
  }

  async #load(partitionId: string): Promise<Map<string, AccountRecord> | null> {
    try {
      const accounts = await this.#client.send(listAccounts(partitionId));
      this.#loaded.add(partitionId);
      return new Map(accounts.map((account) => [account.accountNumber, account]));
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
  }
}

/** Looks one account up by its number, as it is now. */
export async function findAccount(
  client: Client,
  partitionId: string,
  accountNumber: string,
  priority: number,
): Promise<AccountRecord | null> {
  return orNull(client.send(getAccountByNumber(partitionId, accountNumber), { priority }));
}

/** A look-up whose 404 means that there is none. */
export async function orNull<T>(lookUp: Promise<T>): Promise<T | null> {
  try {
    return await lookUp;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}
