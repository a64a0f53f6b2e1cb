import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import type { Call } from '../api/endpoints.js';

/** Sends a read; null when the platform says that there is none (404). */
export type Look = <T>(call: Call<T>) => Promise<T | null>;

/**
 * Reads by a client.
 * @param priority ordinal of the row that asks; earlier rows go first
 */
export function lookWith(client: Client, priority: number): Look {
  return (call) => orNull(client.send(call, { priority }));
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

/** Answers that several share: each path is asked for once, until they are forgotten. */
export class SharedLooks {
  readonly #client: Client;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Reads for a row what may have been read before. */
  for(priority: number): Look {
    const look = lookWith(this.#client, priority);
    return <T>(call: Call<T>) => {
      let answer = this.#answers.get(call.path) as Promise<T | null> | undefined;
      if (!answer) {
        answer = look(call);
        // whoever awaits it sees it
        answer.catch(() => {});
        this.#answers.set(call.path, answer);
      }
      return answer;
    };
  }

  /** Forgets all answers when they are more than that. */
  forgetBeyond(most: number): void {
    if (this.#answers.size > most) this.#answers.clear();
  }
}
