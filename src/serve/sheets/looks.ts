import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { writeFileAtomic } from '../../sheet/write/atomic.js';
import { programVersion } from '../../version.js';
import { askProcess } from '../ask-process.js';
import { fileMark } from '../file-mark.js';
import type { LookAnswer, LookRequest } from './look-process.js';

/** A look that takes longer comes to nothing, milliseconds. */
const LONGEST_MS = 120_000;
const AT_ONCE = 2;
/** What its process may take, so that a sheet that swells does no harm, megabytes. */
const MEMORY_MB = 512;
const KEPT = 'look.json';

const PROCESS = fileURLToPath(new URL('./look-process.js', import.meta.url));

/** A sheet, as far as a look needs to know it. */
interface Looked {
  readonly id: string;
  readonly directory: string;
  readonly file: string;
  readonly profile: string | null;
}

/** What a look found out, or why the sheet cannot be read. */
export type Look = LookAnswer;

/** A look as it is kept beside its sheet: what it is of tells whether it still holds. */
interface KeptLook {
  readonly of: string;
  readonly look: Look;
}

/** Looks at the headers of sheets, each in a process of its own; what was found is kept until the profile is another. */
export class Looks {
  readonly #going = new Map<string, Promise<Look>>();
  readonly #atMost = pLimit(AT_ONCE);

  /** What a sheet looks like as it is now. */
  async of(sheet: Looked): Promise<Look> {
    const of = keyOf(sheet);
    const known = this.known(sheet);
    if (known) return known;
    const key = `${sheet.id} ${of}`;
    const going = this.#going.get(key);
    if (going) return going;
    const look = this.#atMost(() => this.#look(sheet, of)).finally(() => this.#going.delete(key));
    this.#going.set(key, look);
    return look;
  }

  /** The same where it is known already; null where it is not. */
  known(sheet: Looked): Look | null {
    const path = join(sheet.directory, KEPT);
    if (!existsSync(path)) return null;
    try {
      const kept = JSON.parse(readFileSync(path, 'utf8')) as KeptLook;
      return kept.of === keyOf(sheet) ? kept.look : null;
    } catch {
      return null;
    }
  }

  async #look(sheet: Looked, of: string): Promise<Look> {
    const look = await lookInProcess(sheet.file, sheet.profile);
    const isFinal = 'tables' in look || look.error.code !== 'LOOK_FAILED';
    const kept: KeptLook = { of, look };
    if (isFinal) await writeFileAtomic(join(sheet.directory, KEPT), JSON.stringify(kept)).catch(() => {});
    return look;
  }
}

/** The program itself is a part of it: a later one may understand more. */
function keyOf({ profile }: Looked): string {
  return `${programVersion()} ${fileMark(profile)}`;
}

async function lookInProcess(file: string, profile: string | null): Promise<Look> {
  const request: LookRequest = { file: basename(file), profile };
  // what is said of the file names it and not its folder
  const options = { cwd: dirname(file), memory: MEMORY_MB, longestMs: LONGEST_MS };
  const look = await askProcess<Look>(PROCESS, request, options);
  if (typeof look !== 'string') return look;
  return {
    error: {
      code: 'LOOK_FAILED',
      message: FAILED[look],
      hint: 'Try again; if it stays so, check the file on your machine: alianza-import validate <sheet>',
    },
  };
}

const FAILED = {
  late: 'Reading the first rows took too long.',
  ended: 'Reading the first rows ended without a word: there may be too much in the file.',
} as const;
