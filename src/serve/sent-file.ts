import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { Answer } from './route.js';

/** A file as an answer, which can do nothing where it is shown; further headers come before these. */
export function sentFile(path: string, type: string, headers: Readonly<Record<string, string>>): Answer {
  return {
    text: Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>,
    type,
    headers: {
      ...{ 'Content-Length': String(statSync(path).size), 'Content-Security-Policy': 'sandbox' },
      ...headers,
    },
  };
}
