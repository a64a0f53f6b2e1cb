import { isKnownHeader } from '../records/headers.js';
import { allHeaderNames, type InputReading, turnOf } from '../records/reading.js';
import type { ReadOptions } from '../sheet/raw.js';

/** What the reader of a file has to be told; made in the thread that reads it. */
export function readOptions(
  file: string,
  reading: InputReading,
  onNotice: ReadOptions['onNotice'],
): ReadOptions {
  const headerNames = allHeaderNames(reading);
  return {
    isKnownHeader: (name) => isKnownHeader(name, headerNames),
    turnOf: (sheet) => turnOf(reading, { file, sheet }),
    onNotice,
  };
}
