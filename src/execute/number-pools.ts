import type { Client } from '../api/client.js';
import { searchNumbers } from '../api/endpoints.js';
import { StepError } from './step-error.js';

/** Where numbers are searched. Rows of one place share a search. */
export interface Place {
  /** names the place: partition, country, state, city and postal code */
  readonly name: string;
  readonly partitionId: string;
  readonly latitude: string;
  readonly longitude: string;
}

interface Pool {
  found: string[];
  /** taken, and neither activated nor given up yet: the platform still offers them */
  readonly busy: Set<string>;
  search: Promise<void> | null;
  /** called when one of the busy is settled */
  waiting: (() => void)[];
}

const RESULTS_A_SEARCH = 50;
/** Asked for when all that came is spoken for: numbers that other rows name can hide the free ones behind them. */
const RESULTS_OF_A_WIDE_SEARCH = 1000;

/**
 * The numbers that searches found, a pool a place: each is handed out once, none that another row names, and an empty
 * pool is filled by one search for all who wait.
 */
export class NumberPools {
  readonly #client: Client;
  readonly #taken: (phone: string) => boolean;
  readonly #pools = new Map<string, Pool>();
  /** of all places: what is near one is often near another, and a sub-partition shares its parent's numbers */
  readonly #handedOut = new Set<string>();

  /** @param taken tells whether a row names the number, or an earlier search of this run picked it */
  constructor(client: Client, taken: (phone: string) => boolean) {
    this.#client = client;
    this.#taken = taken;
  }

  /**
   * The next number near a place.
   * @throws StepError when the platform has no further number there
   */
  async take(place: Place, priority: number): Promise<string> {
    const pool = this.#pool(place);
    for (let results = RESULTS_A_SEARCH; ; ) {
      const phone = pool.found.shift();
      if (phone !== undefined) {
        if (this.#handedOut.has(phone)) continue;
        this.#handedOut.add(phone);
        pool.busy.add(phone);
        return phone;
      }
      await this.#search(place, pool, results, priority);
      if (pool.found.length > 0) continue;
      if (results < RESULTS_OF_A_WIDE_SEARCH) results = RESULTS_OF_A_WIDE_SEARCH;
      else if (pool.busy.size > 0) await new Promise<void>((resolve) => pool.waiting.push(resolve));
      else break;
    }
    throw new StepError(
      'The platform has no free phone number near this address.',
      'Give a phoneNumber in the sheet, or ask Alianza for numbers in this rate center.',
    );
  }

  /** The number is activated, or given up: it no longer hides others from the search. */
  settled(place: Place, phone: string): void {
    const pool = this.#pool(place);
    if (!pool.busy.delete(phone)) return;
    for (const wake of pool.waiting.splice(0)) wake();
  }

  #pool(place: Place): Pool {
    let pool = this.#pools.get(place.name);
    if (!pool) {
      pool = { found: [], busy: new Set(), search: null, waiting: [] };
      this.#pools.set(place.name, pool);
    }
    return pool;
  }

  #search(place: Place, pool: Pool, results: number, priority: number): Promise<void> {
    pool.search ??= this.#client
      .send(searchNumbers(place.partitionId, place.latitude, place.longitude, results), { priority })
      .then((answer) => {
        pool.found = answer
          .map((number) => number.phoneNumber)
          .filter((phone) => !this.#handedOut.has(phone) && !this.#taken(phone));
      })
      .finally(() => {
        pool.search = null;
      });
    return pool.search;
  }
}
