import { createReadStream, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CopyRequest } from '../../run/corrected-copy.js';
import type { SheetFormat } from '../../sheet/write/write.js';
import { askProcess } from '../ask-process.js';
import { Refused } from '../route.js';
import type { Sheet } from '../sheets/sheets.js';
import type { CopyAnswer } from './copy-process.js';

const PROCESS = fileURLToPath(new URL('./copy-process.js', import.meta.url));
/** That are written at once. */
const MOST_COPIES = 2;
const FOLDER = 'copy-';

/** A file that is nowhere but in this stream. */
export interface WrittenCopy {
  readonly bytes: number;
  readonly stream: ReadableStream<Uint8Array>;
}

/** Corrected copies, each written by a process of its own and kept nowhere. */
export class Copies {
  #going = 0;

  /** @param sheets where an earlier server, killed, may have left copies behind: they go */
  constructor(sheets: readonly Sheet[]) {
    for (const { directory } of sheets)
      for (const name of readdirSync(directory))
        if (name.startsWith(FOLDER)) rmSync(join(directory, name), { recursive: true, force: true });
  }

  /**
   * @param signal aborted when nobody waits for it any more
   * @throws Refused 429 when too many are being written, 409 where there can be none
   */
  async write(
    sheet: Sheet,
    format: SheetFormat,
    hasSecrets: boolean,
    signal: AbortSignal,
  ): Promise<WrittenCopy> {
    if (this.#going >= MOST_COPIES)
      throw new Refused(429, 'TOO_MANY', 'Other copies are being written.', 'Ask again in a few seconds.');
    this.#going++;
    const folder = await mkdtemp(join(sheet.directory, FOLDER));
    try {
      const out = join(folder, `copy.${format}`);
      const { file, profile, edits } = sheet;
      const answer = await inProcess({ sheet: file, profile, edits, out, format, hasSecrets }, signal);
      if ('error' in answer) {
        const { code, message, hint } = answer.error;
        throw new Refused(409, code, message, hint);
      }
      const handle = await open(out, 'r');
      const { size } = await handle.stat();
      const stream = createReadStream(out, { fd: handle, autoClose: true });
      return { bytes: size, stream: Readable.toWeb(stream) as ReadableStream<Uint8Array> };
    } finally {
      this.#going--;
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function inProcess(request: CopyRequest, signal: AbortSignal): Promise<CopyAnswer> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^ALIANZA_/.test(name)));
  const answer = await askProcess<CopyAnswer>(PROCESS, request, { env, signal });
  return typeof answer === 'string' ? ENDED : answer;
}

/** Where the process has said nothing before its end, this is what it came to. */
const ENDED: CopyAnswer = {
  error: { code: 'COPY_FAILED', message: 'The copy could not be written.', hint: 'Ask for it again.' },
};
