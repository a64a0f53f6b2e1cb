import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import { getUsages, searchEvents } from '../api/event-calls.js';
import { meaningOf } from '../plan/events.js';
import type { Ids } from '../resources/kind.js';
import { lookWith } from '../resources/look.js';
import { ON_HOLD } from '../resources/number-state.js';
import type { Made } from './examine.js';

/** Why something cannot be deleted yet. */
export interface NotYet {
  /** in words */
  readonly reason: string;
  /** somebody must release it first: waiting does not help */
  readonly isHeld: boolean;
}

/** How a refusal is worded that comes from something under way, where its events cannot be read. */
const UNFINISHED_WORDS = /in[ _-]?progress|unterminated|lifecycle|pending|activation ?event/i;

/**
 * Tells a delete that is refused for good from one that is refused since the platform is not done yet (API description,
 * DELETE `telephonenumber/{tn}` and DELETE `account`). Asked only of what was refused.
 *
 * @param phone the number; null for an account, which all of its events hold
 */
export async function whyNotYet(
  client: Client,
  { partitionId, accountId }: Ids,
  phone: string | null,
  error: ApiError,
  priority: number,
): Promise<NotYet | null> {
  if (error.kind !== 'refused' || (error.status !== 400 && error.status !== 409)) return null;
  const query = { accountId, first: 0, ...(phone === null ? {} : { telephoneNumber: phone }) };
  let open: { readonly serviceType: string; readonly activationStatusType: string }[];
  try {
    const found = (await lookWith(client, priority)(searchEvents(partitionId, query)))?.results ?? [];
    open = found.filter((each) => ['held', 'under way'].includes(meaningOf(each.activationStatusType)));
  } catch (failed) {
    if (!(failed instanceof ApiError)) throw failed;
    return UNFINISHED_WORDS.test(error.message) ? { reason: error.message, isHeld: false } : null;
  }
  if (open.some((each) => meaningOf(each.activationStatusType) === 'held') && phone !== null)
    return { reason: ON_HOLD, isHeld: true };
  const [first] = open;
  if (first === undefined) return null;
  const what = `${first.serviceType} ${first.activationStatusType}`;
  return {
    reason: `the platform is still at work on it (${what}); run undo again later`,
    isHeld: open.every((each) => meaningOf(each.activationStatusType) === 'held'),
  };
}

/** How long a first wait lasts; each further one of the same object is twice as long. */
const FIRST_WAIT_MS = 1000;

/** The patience of one undo with what is a matter of seconds: it begins with the first refusal, and is there once. */
export class Patience {
  readonly #ms: number;
  #until: number | null = null;

  constructor(ms: number) {
    this.#ms = ms;
  }

  /** Waits before try `tries + 1`, or until the undo is stopping. @returns false when none is left */
  async wait(client: Client, tries: number): Promise<boolean> {
    const now = performance.now();
    this.#until ??= now + this.#ms;
    const left = this.#until - now;
    if (left <= 0) return false;
    await client.rest(Math.min(left, FIRST_WAIT_MS * 2 ** (tries - 1)));
    return true;
  }
}

/**
 * What still needs an object: what was not deleted and is in it or on it, and a number that was not and rings it.
 */
export function blockedBy({ resource }: Made, made: readonly Made[]): Made | undefined {
  const isLeft = ({ verdict }: Made) => verdict === 'failed' || verdict === 'unfinished';
  const rings = (number: Made) =>
    made.some(
      ({ resource: { kind, needs } }) =>
        kind === 'reference' && needs.number === number.resource.key && needs.owner === resource.key,
    );
  return made.find(
    (other) => isLeft(other) && (Object.values(other.resource.needs).includes(resource.key) || rings(other)),
  );
}

/**
 * Who uses a number as the emergency number and stays, in words; null when nobody does. A platform that does not answer
 * that leaves the number to be deleted.
 *
 * @param goes IDs of what is deleted with it
 */
export async function usedByOthers(
  client: Client,
  { ids, step }: Made,
  goes: ReadonlySet<string>,
): Promise<string | null> {
  const { partitionId, accountId, id } = ids;
  try {
    const usages = await lookWith(client, step.owner)(getUsages(partitionId, accountId, id));
    const others = (usages?.users ?? []).filter((user) => !goes.has(user));
    if (others.length === 0) return null;
    return `it is the emergency number of ${others.length === 1 ? 'user' : 'users'} ${others.join(', ')} that this run did not create`;
  } catch (error) {
    if (error instanceof ApiError) return null;
    throw error;
  }
}
