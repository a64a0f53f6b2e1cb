import { StopError } from '../../errors.js';

const SEGMENT_BITS = 8;
const FIRST_CAPACITY = 16;
const MAX_LOAD = 0.85;
const GROWTH = 1.25;
/**
 * 16-bit words of a slot: the lower half of the hash in two, 16 bits of its upper half, the lower 16 bits of the value,
 * and its upper 10 with 6 further bits of hash above them.
 */
const SLOT = 5;
const VALUE_BITS_ABOVE = 10;
const VALUE_ABOVE = (1 << VALUE_BITS_ABOVE) - 1;
const MAX_VALUE = 2 ** (16 + VALUE_BITS_ABOVE) - 1;
/** the bits of the upper half of a hash that a slot has */
const UPPER = 2 ** (32 - VALUE_BITS_ABOVE) - 1;

/** One of the open-addressing tables of a {@link KeyIndex}; where a value is 0 the slot is free. */
interface Segment {
  words: Uint16Array;
  capacity: number;
  count: number;
}

/**
 * Remembers which keys were seen, and a number with each, in little memory: 12 to 15 bytes a key, whatever its
 * length, and no object of the JavaScript heap.
 *
 * A key is kept as 62 bits of a hash only (8 of them are the number of its segment), so two different keys can be taken
 * for one. The odds for n keys are n² / 2⁶³: one in 350,000 for five million keys, as a million rows may have.
 *
 * It is an open-addressing table in segments that grow one at a time, so that growing never needs room for a second
 * copy of everything. `npm run bench -- csv` with a `Map` of texts instead: 456 MB for 1,000,000 rows, not 255, and a
 * tenth more CPU time; for 40,000 rows 147 MB, not 131.
 */
export class KeyIndex {
  readonly #segments = new Array<Segment | undefined>(1 << SEGMENT_BITS).fill(undefined);
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
    return valueAt(segment.words, slotOf(segment, this.#low, this.#high & UPPER));
  }

  /**
   * Stores a number with a key, unless the key was seen before.
   *
   * @param value 1 to 67,108,863, the number of a row or of an account
   * @returns the number that was there before; 0 when there was none and `value` is stored
   * @throws StopError for a larger value
   */
  add(kind: number, scope: number, key: string, value: number): number {
    this.#hash(kind, scope, key);
    const segment = this.#segment();
    const upper = this.#high & UPPER;
    const slot = slotOf(segment, this.#low, upper);
    const before = valueAt(segment.words, slot);
    if (before !== 0) return before;
    if (value > MAX_VALUE)
      throw new StopError(
        'SHEET_TOO_LARGE',
        `The sheets have more than ${MAX_VALUE} rows.`,
        'Split them, and run the parts one after the other.',
      );
    put(segment.words, slot, this.#low, upper, value);
    segment.count += 1;
    if (segment.count > segment.capacity * MAX_LOAD) grow(segment);
    return 0;
  }

  /** How many keys are stored. */
  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.count ?? 0), 0);
  }

  /** How many bytes the table takes. */
  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.words.byteLength ?? 0), 0);
  }

  #segment(): Segment {
    const number = this.#high >>> (32 - SEGMENT_BITS);
    let segment = this.#segments[number];
    if (segment === undefined) {
      segment = { words: new Uint16Array(FIRST_CAPACITY * SLOT), capacity: FIRST_CAPACITY, count: 0 };
      this.#segments[number] = segment;
    }
    return segment;
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

/** The index of the slot that holds the hash, or of the free slot where it belongs. */
function slotOf({ words, capacity }: Segment, low: number, upper: number): number {
  const low0 = low & 0xffff;
  const low1 = low >>> 16;
  const upper0 = upper & 0xffff;
  const upper1 = upper >>> 16;
  const end = words.length;
  let at = Math.floor((low / 0x1_0000_0000) * capacity) * SLOT;
  for (;;) {
    const last = words[at + 4] as number;
    if (words[at + 3] === 0 && (last & VALUE_ABOVE) === 0) return at;
    if (
      words[at] === low0 &&
      words[at + 1] === low1 &&
      words[at + 2] === upper0 &&
      last >>> VALUE_BITS_ABOVE === upper1
    )
      return at;
    at += SLOT;
    if (at === end) at = 0;
  }
}

function valueAt(words: Uint16Array, at: number): number {
  return (words[at + 3] as number) | (((words[at + 4] as number) & VALUE_ABOVE) << 16);
}

function put(words: Uint16Array, at: number, low: number, upper: number, value: number): void {
  words[at] = low;
  words[at + 1] = low >>> 16;
  words[at + 2] = upper;
  words[at + 3] = value;
  words[at + 4] = (value >>> 16) | ((upper >>> 16) << VALUE_BITS_ABOVE);
}

function grow(segment: Segment): void {
  const { words } = segment;
  segment.capacity = Math.ceil(segment.capacity * GROWTH);
  segment.words = new Uint16Array(segment.capacity * SLOT);
  for (let from = 0; from < words.length; from += SLOT) {
    const value = valueAt(words, from);
    if (value === 0) continue;
    const low = ((words[from] as number) | ((words[from + 1] as number) << 16)) >>> 0;
    const upper = (words[from + 2] as number) | (((words[from + 4] as number) >>> VALUE_BITS_ABOVE) << 16);
    put(segment.words, slotOf(segment, low, upper), low, upper, value);
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
