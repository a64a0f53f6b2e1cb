import type { Client } from '../../api/client.js';
import { type AccountRecord, getAccountByNumber } from '../../api/endpoints.js';
import { lookWith } from '../look.js';

/** Single answers remembered at once; rows of one account usually stand near each other. */
const MAX_REMEMBERED = 1000;
/** The first accounts of a run, all of which are looked up: a sheet that was imported before shows here. */
const MIN_LOOKED_UP = 24;
/** Of the accounts after those, one in so many is looked up while none has been found. */
const SAMPLE = 64;

/** How many of so many new accounts are looked up before they are created. */
export function accountLookUps(accounts: number): number {
  return accounts <= MIN_LOOKED_UP ? accounts : MIN_LOOKED_UP + Math.floor(accounts / SAMPLE);
}

/**
 * Which accounts were on the platform before the run. What is asked grows with the sheet and never with the partition:
 * each account is looked up by its number, once. A fresh sheet would pay for that with a call an account and learn
 * nothing, so where the first accounts and a sample of the others are new, the rest is taken for new too: the platform
 * itself refuses a second account of a number (guide, "Account Create": unique across the partition), and what it refuses
 * is looked up and taken as it is. From the first account that is found on, every one is looked up.
 */
export class AccountIndex {
  readonly #client: Client;
  readonly #asked = new Map<string, Promise<AccountRecord | null>>();
  /** what was decided of the accounts at work: whether to look up; all who ask are told the same */
  readonly #decided = new Map<string, boolean>();
  readonly #first: Promise<unknown>[] = [];
  #count = 0;
  #found = false;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Whether an account of this run has been found on the platform. */
  get hasFound(): boolean {
    return this.#found;
  }

  /** The run has met an account that was there before. */
  wasThere(): void {
    this.#found = true;
  }

  /**
   * The account of that number where it is looked up before it is created; null when there is none, or when all that
   * was looked up so far makes it likely that there is none.
   */
  async beforeCreate(
    partitionId: string,
    accountNumber: string,
    priority: number,
  ): Promise<AccountRecord | null> {
    const key = `${partitionId}/${accountNumber}`;
    let isAsked = this.#decided.get(key);
    if (isAsked === undefined) {
      this.#count++;
      isAsked = this.#found || this.#count <= MIN_LOOKED_UP || this.#count % SAMPLE === 0;
      if (this.#decided.size >= MAX_REMEMBERED) this.#decided.clear();
      this.#decided.set(key, isAsked);
      if (this.#count <= MIN_LOOKED_UP) this.#first.push(this.find(partitionId, accountNumber, priority));
    }
    // What the first ones are tells what the others may be.
    if (!isAsked) await Promise.allSettled(this.#first);
    return isAsked || this.#found ? this.find(partitionId, accountNumber, priority) : null;
  }

  /** The account of that number, or null when there is none. */
  find(partitionId: string, accountNumber: string, priority: number): Promise<AccountRecord | null> {
    const key = `${partitionId}/${accountNumber}`;
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = findAccount(this.#client, partitionId, accountNumber, priority).then((account) => {
        if (account) this.#found = true;
        return account;
      });
      // A stopped or broken run must not leave its failure to later callers.
      asked.catch(() => this.#asked.delete(key));
      if (this.#asked.size >= MAX_REMEMBERED) this.#asked.clear();
      this.#asked.set(key, asked);
    }
    return asked;
  }
}

/** Looks one account up by its number, as it is now. */
export async function findAccount(
  client: Client,
  partitionId: string,
  accountNumber: string,
  priority: number,
): Promise<AccountRecord | null> {
  return lookWith(client, priority)(getAccountByNumber(partitionId, accountNumber));
}
