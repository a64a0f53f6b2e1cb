import type { Client } from '../../api/client.js';
import { searchNumbers } from '../../api/endpoints.js';
import { StepError } from '../step-error.js';

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
  /** how many results the next search asks for */
  width: number;
  search: Promise<Search> | null;
}

/** What a search brought. */
interface Search {
  readonly width: number;
  /** results that nobody has and no row names */
  readonly free: number;
}

/** How many numbers one search asks for. */
export const RESULTS_PER_SEARCH = 50;
/** Asked for when all that came is spoken for: numbers that other rows name can hide the free ones behind them. */
const RESULTS_PER_WIDE_SEARCH = 1000;

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
  /** taken, and neither activated nor given up yet: the platform still offers them */
  readonly #busy = new Set<string>();
  /** called when one of the busy is settled */
  #waiting: (() => void)[] = [];

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
    for (;;) {
      for (let phone = pool.found.shift(); phone !== undefined; phone = pool.found.shift()) {
        if (this.#handedOut.has(phone)) continue;
        this.#handedOut.add(phone);
        this.#busy.add(phone);
        return phone;
      }
      const { width, free } = await this.#search(place, pool, priority);
      if (free > 0) continue;
      if (width < RESULTS_PER_WIDE_SEARCH) pool.width = RESULTS_PER_WIDE_SEARCH;
      else if (this.#busy.size > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      else break;
    }
    throw new StepError(
      'The platform has no free phone number near this address.',
      'Give a phoneNumber in the sheet, or ask Alianza for numbers in this rate center.',
    );
  }

  /** The number is activated, or given up: it no longer hides others from the search. */
  settled(phone: string): void {
    if (!this.#busy.delete(phone)) return;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #pool(place: Place): Pool {
    let pool = this.#pools.get(place.name);
    if (!pool) {
      pool = { found: [], width: RESULTS_PER_SEARCH, search: null };
      this.#pools.set(place.name, pool);
    }
    return pool;
  }

  #search(place: Place, pool: Pool, priority: number): Promise<Search> {
    const { width } = pool;
    pool.search ??= this.#client
      .send(searchNumbers(place.partitionId, place.latitude, place.longitude, width), { priority })
      .then((answer) => {
        pool.found = answer
          .map((number) => number.phoneNumber)
          .filter((phone) => !this.#handedOut.has(phone) && !this.#taken(phone));
        return { width, free: pool.found.length };
      })
      .finally(() => {
        pool.search = null;
      });
    return pool.search;
  }
}
