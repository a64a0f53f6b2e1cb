import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * A clock that nobody sets: milliseconds since the machine started, or since some moment in the life of the process.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** The same text as long as times of {@link monotonicMs} of different processes can be compared. */
export const EPOCH = (() => {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return randomUUID();
  }
})();
