import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { askProcess } from './ask-process.js';
import type { RowsAnswer, RowsRequest } from './rows-process.js';

const PROCESS = fileURLToPath(new URL('./rows-process.js', import.meta.url));
/** Searches at once, and how many of one session may have begun or wait. */
const AT_ONCE = 2;
const MOST_OF_ONE = 2;
/** A search tells what it has found after the first, and comes to nothing after the second, milliseconds. */
const MOST_MS = 20_000;
const LONGEST_MS = 40_000;

/** What is looked for in the rows of all runs. */
export type RowsQuery = Omit<RowsRequest, 'folder' | 'mostMs'>;

/** Looks for rows of runs, each time in a process of its own. */
export class RowSearch {
  readonly #folder: string;
  readonly #open = new Map<string, number>();
  readonly #atMost = pLimit(AT_ONCE);

  /** @param folder that of the runs */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param who whose search it is: nobody has many at once
   * @param signal aborted when nobody waits for it any more
   */
  async find(query: RowsQuery, who: string, signal: AbortSignal): Promise<RowsAnswer> {
    const own = this.#open.get(who) ?? 0;
    if (own >= MOST_OF_ONE) return TOO_MANY;
    this.#open.set(who, own + 1);
    try {
      return await this.#atMost(() => this.#search(query, signal));
    } finally {
      const left = (this.#open.get(who) ?? 1) - 1;
      if (left > 0) this.#open.set(who, left);
      else this.#open.delete(who);
    }
  }

  async #search(query: RowsQuery, signal: AbortSignal): Promise<RowsAnswer> {
    if (signal.aborted) return ENDED;
    const request: RowsRequest = { ...query, folder: this.#folder, mostMs: MOST_MS };
    const answer = await askProcess<RowsAnswer>(PROCESS, request, { longestMs: LONGEST_MS, signal });
    return typeof answer === 'string' ? ENDED : answer;
  }
}

const TOO_MANY: RowsAnswer = {
  error: {
    code: 'TOO_MANY',
    message: 'Other searches of yours are still under way.',
    hint: 'Wait until they are over, then search again.',
  },
};

/** Where the process has said nothing before its end, this is what it came to. */
const ENDED: RowsAnswer = {
  error: {
    code: 'SEARCH_FAILED',
    message: 'Looking for rows took too long, or its process ended.',
    hint: 'Search for more of it, such as a whole number or ID.',
  },
};
