import { CITIES, type City, milesBetween, near, type Place } from './gazetteer.js';
import type { PlatformState } from './state.js';

/** Reservations end by themselves after 30 minutes (guide, "Reserve Telephone Number"). */
const RESERVATION_MS = 30 * 60_000;

/** The 10,000 numbers 1NPANXX0000 to 1NPANXX9999. */
export interface Prefix extends Place {
  /** seven digits, such as 1801769 */
  readonly digits: string;
  readonly city: City;
}

/** A number that a search found, with its distance in miles where the search was for a place. */
export interface FoundNumber {
  readonly phoneNumber: string;
  readonly prefix: Prefix;
  readonly distance?: number;
}

const PREFIXES = new Map<string, Prefix>();
for (const city of CITIES) {
  for (const npaNxx of city.prefixes) {
    const digits = `1${npaNxx}`;
    PREFIXES.set(digits, { digits, city, ...near(city, digits, 0.03) });
  }
}

/** The numbers that can be had: those of the prefixes that are not on an account, reserved or in cooldown. */
export class Inventory {
  readonly #state: PlatformState;
  /** Prefix → the first line number that may be free; all before it are on an account or in cooldown. */
  readonly #cursors = new Map<string, number>();

  constructor(state: PlatformState) {
    this.#state = state;
  }

  /** Forgets where searches stand, after the state was replaced. */
  reset(): void {
    this.#cursors.clear();
  }

  /** @returns the prefix of an 11-digit number of the inventory */
  prefixOf(phoneNumber: string): Prefix | undefined {
    return /^\d{11}$/.test(phoneNumber) ? PREFIXES.get(phoneNumber.slice(0, 7)) : undefined;
  }

  /** @returns who holds the number: its reservation, unless that has run out */
  reservation(phoneNumber: string) {
    const held = this.#state.reservations.get(phoneNumber);
    if (held === undefined || held.expires > this.#state.now()) return held;
    this.#state.reservations.delete(phoneNumber);
    return undefined;
  }

  /** Holds the number for 30 minutes from now. */
  reserve(phoneNumber: string, partitionId: string, accountId?: string) {
    const now = this.#state.now();
    const held = {
      id: phoneNumber,
      partitionId,
      ...(accountId === undefined ? {} : { accountId }),
      reservedTime: new Date(now).toISOString(),
      expires: now + RESERVATION_MS,
    };
    this.#state.reservations.put(held);
    return held;
  }

  /** @returns up to `limit` free numbers, those of the nearest prefix first */
  nearest(place: Place, limit: number): FoundNumber[] {
    const prefixes = [...PREFIXES.values()]
      .map((prefix) => ({ prefix, distance: milesBetween(place, prefix) }))
      .sort((a, b) => a.distance - b.distance);
    const found: FoundNumber[] = [];
    for (const { prefix, distance } of prefixes) {
      if (found.length >= limit) break;
      for (const phoneNumber of this.#free(prefix, limit - found.length))
        found.push({ phoneNumber, prefix, distance: Math.round(distance * 1e6) / 1e6 });
    }
    return found;
  }

  /** @returns up to `limit` free numbers of the prefixes that are wanted */
  matching(wanted: (prefix: Prefix) => boolean, limit: number): FoundNumber[] {
    const found: FoundNumber[] = [];
    for (const prefix of PREFIXES.values()) {
      if (found.length >= limit) break;
      if (!wanted(prefix)) continue;
      for (const phoneNumber of this.#free(prefix, limit - found.length)) found.push({ phoneNumber, prefix });
    }
    return found;
  }

  /** @returns up to `limit` free numbers that begin with those digits (eleven at most, from the 1 on) */
  startingWith(digits: string, limit: number): FoundNumber[] {
    if (digits.length <= 7) return this.matching((prefix) => prefix.digits.startsWith(digits), limit);
    const prefix = PREFIXES.get(digits.slice(0, 7));
    if (prefix === undefined) return [];
    const found: FoundNumber[] = [];
    const rest = 11 - digits.length;
    for (let i = 0; i < 10 ** rest && found.length < limit; i += 1) {
      const phoneNumber = rest === 0 ? digits : digits + String(i).padStart(rest, '0');
      if (this.isFree(phoneNumber)) found.push({ phoneNumber, prefix });
    }
    return found;
  }

  /** @returns whether a number of the inventory is on no account, not reserved and not in cooldown */
  isFree(phoneNumber: string): boolean {
    return !this.#isTaken(phoneNumber) && this.reservation(phoneNumber) === undefined;
  }

  #isTaken(phoneNumber: string): boolean {
    return this.#state.numbers.has(phoneNumber) || this.#state.cooldown.has(phoneNumber);
  }

  #free(prefix: Prefix, limit: number): string[] {
    const found: string[] = [];
    let line = this.#cursors.get(prefix.digits) ?? 0;
    const numberAt = () => prefix.digits + String(line).padStart(4, '0');
    while (line < 10_000 && this.#isTaken(numberAt())) line += 1;
    this.#cursors.set(prefix.digits, line);
    for (; line < 10_000 && found.length < limit; line += 1) {
      const phoneNumber = numberAt();
      if (this.isFree(phoneNumber)) found.push(phoneNumber);
    }
    return found;
  }
}

export function isTollFree(phone: string): boolean {
  return /^18(?:00|22|33|44|55|66|77|88)/.test(phone);
}

/** Where a number is from that another carrier has: prefixes of known area codes that are not in the inventory. */
export function cityToPort(phone: string): City | undefined {
  if (!/^1\d{10}$/.test(phone) || isTollFree(phone) || PREFIXES.has(phone.slice(0, 7))) return undefined;
  const areaCode = phone.slice(1, 4);
  return CITIES.find(({ prefixes }) => prefixes.some((prefix) => prefix.startsWith(areaCode)));
}
