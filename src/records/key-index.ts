const SEGMENTS = 256;
const FIRST_CAPACITY = 16;
const MOST_FULL = 0.85;
const GROWTH = 1.25;
/** 32-bit words of a slot: two of hash, one of value */
const SLOT = 3;

/**
 * Remembers which keys were seen, and a number with each, in little memory: 14 to 18 bytes a key, whatever its
 * length, and no object of the JavaScript heap.
 *
 * A key is kept as a 64-bit hash only, so two different keys can be taken for one. The odds for n keys are
 * n² / 2⁶⁵: one in three million for 3.4 million keys, one in 37,000 for 32 million.
 *
 * It is an open-addressing table in 256 segments that grow one at a time, so that growing never needs room for a
 * second copy of everything.
 */
export class KeyIndex {
  readonly #segments = Array.from({ length: SEGMENTS }, () => new Uint32Array(FIRST_CAPACITY * SLOT));
  readonly #counts = new Uint32Array(SEGMENTS);
  #high = 0;
  #low = 0;

  /**
   * @param kind what sort of key it is; keys of different kinds never meet
   * @param scope what the key is unique in, such as the number of an account; 0 for the whole input
   * @returns the number that was stored with the key; 0 when it was not seen
   */
  find(kind: number, scope: number, key: string): number {
    this.#hash(kind, scope, key);
    const segment = this.#segment();
    return segment[this.#slot(segment, this.#high, this.#low) + 2] ?? 0;
  }

  /**
   * Stores a number with a key, unless the key was seen before.
   *
   * @param value 1 to 2³² - 1
   * @returns the number that was there before; 0 when there was none and `value` is stored
   */
  add(kind: number, scope: number, key: string, value: number): number {
    this.#hash(kind, scope, key);
    const segment = this.#segment();
    const slot = this.#slot(segment, this.#high, this.#low);
    const before = segment[slot + 2] ?? 0;
    if (before !== 0) return before;
    segment[slot] = this.#high;
    segment[slot + 1] = this.#low;
    segment[slot + 2] = value;
    const number = this.#high >>> 24;
    const count = (this.#counts[number] ?? 0) + 1;
    this.#counts[number] = count;
    if (count > (segment.length / SLOT) * MOST_FULL) this.#grow(number, segment);
    return 0;
  }

  /** How many keys are stored. */
  get size(): number {
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  /** How many bytes the table takes. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.byteLength, 0);
  }

  #segment(): Uint32Array {
    const segment = this.#segments[this.#high >>> 24];
    if (segment === undefined) throw new RangeError('no such segment');
    return segment;
  }

  /** The index of the slot that holds the hash, or of the free slot where it belongs. */
  #slot(segment: Uint32Array, high: number, low: number): number {
    const end = segment.length;
    let slot = Math.floor((low / 0x1_0000_0000) * (end / SLOT)) * SLOT;
    while (segment[slot + 2] !== 0 && (segment[slot + 1] !== low || segment[slot] !== high)) {
      slot += SLOT;
      if (slot === end) slot = 0;
    }
    return slot;
  }

  #grow(number: number, from: Uint32Array): void {
    const to = new Uint32Array(Math.ceil((from.length / SLOT) * GROWTH) * SLOT);
    for (let slot = 0; slot < from.length; slot += SLOT) {
      const value = from[slot + 2] ?? 0;
      if (value === 0) continue;
      const high = from[slot] ?? 0;
      const low = from[slot + 1] ?? 0;
      const target = this.#slot(to, high, low);
      to[target] = high;
      to[target + 1] = low;
      to[target + 2] = value;
    }
    this.#segments[number] = to;
  }

  /** Two rounds of multiply-and-mix over the UTF-16 units, with the constants of murmur3's finalizer. */
  #hash(kind: number, scope: number, key: string): void {
    let high = Math.imul(0xdeadbeef ^ kind, 0x85ebca6b) ^ Math.imul(scope, 0x9e3779b1);
    let low = Math.imul(0x41c6ce57 ^ scope, 0xc2b2ae35) ^ Math.imul(kind, 0x27d4eb2f);
    for (let index = 0; index < key.length; index += 1) {
      const unit = key.charCodeAt(index);
      high = Math.imul(high ^ unit, 0x9e3779b1);
      low = Math.imul(low ^ unit, 0x5f356495);
      high ^= high >>> 15;
      low ^= low >>> 13;
    }
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35);
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    this.#high = (high ^ (high >>> 16)) >>> 0;
    this.#low = (low ^ (low >>> 16)) >>> 0;
  }
}

/** A hash of a text, 32 bits. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
