/** 2²³ bits, a megabyte: with half a million keys one look-up in seventy is told "perhaps" for nothing. */
const BYTES = 1 << 20;
const BITS = BYTES * 8;

/**
 * Which keys were seen, in a megabyte however many they are (a Bloom filter): "no" is certain, "perhaps" has to be
 * looked up.
 */
export class KeyMarks {
  readonly #marks = new Uint8Array(BYTES);

  mark(key: string): void {
    const [first, second] = bitsOf(key);
    this.#set(first);
    this.#set(second);
  }

  /** False only when the key was never marked. */
  mayHave(key: string): boolean {
    const [first, second] = bitsOf(key);
    return this.#isSet(first) && this.#isSet(second);
  }

  #set(bit: number): void {
    this.#marks[bit >>> 3] = (this.#marks[bit >>> 3] as number) | (1 << (bit & 7));
  }

  #isSet(bit: number): boolean {
    return ((this.#marks[bit >>> 3] as number) & (1 << (bit & 7))) !== 0;
  }
}

/** Two bits that a key marks: of one hash over its characters (FNV-1a), mixed in two ways. */
function bitsOf(key: string): [first: number, second: number] {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index += 1)
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  const second = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return [(first ^ (first >>> 15)) & (BITS - 1), (second ^ (second >>> 16)) & (BITS - 1)];
}
