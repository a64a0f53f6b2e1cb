import { fork } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../../sheet/write/atomic.js';
import { programVersion } from '../../version.js';
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
  readonly #waiting: (() => void)[] = [];
  #atWork = 0;

  /** What a sheet looks like as it is now. */
  async of(sheet: Looked): Promise<Look> {
    const of = keyOf(sheet);
    const known = this.known(sheet);
    if (known) return known;
    const key = `${sheet.id} ${of}`;
    const going = this.#going.get(key);
    if (going) return going;
    const look = this.#look(sheet, of).finally(() => this.#going.delete(key));
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
    while (this.#atWork >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#atWork++;
    try {
      const look = await lookInProcess(sheet.file, sheet.profile);
      const isFinal = 'tables' in look || look.error.code !== 'LOOK_FAILED';
      const kept: KeptLook = { of, look };
      if (isFinal) await writeFileAtomic(join(sheet.directory, KEPT), JSON.stringify(kept)).catch(() => {});
      return look;
    } finally {
      this.#atWork--;
      this.#waiting.shift()?.();
    }
  }
}

/** The program itself is a part of it: a later one may understand more. */
function keyOf({ profile }: Looked): string {
  const stats = profile === null ? undefined : statSync(profile, { throwIfNoEntry: false });
  return `${programVersion()} ${stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '-'}`;
}

function lookInProcess(file: string, profile: string | null): Promise<Look> {
  const request: LookRequest = { file: basename(file), profile };
  return new Promise((resolve) => {
    const failed = (message: string) =>
      resolve({
        error: {
          code: 'LOOK_FAILED',
          message,
          hint: 'Try again; if it stays so, check the file on your machine: alianza-import validate <sheet>',
        },
      });
    const child = fork(PROCESS, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: [`--max-old-space-size=${MEMORY_MB}`],
      // what is said of the file names it and not its folder
      cwd: dirname(file),
      env: { PATH: process.env['PATH'] },
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      failed('Reading the first rows took too long.');
    }, LONGEST_MS);
    child.once('message', (answer) => resolve(answer as Look));
    child.once('error', (error) => failed(`The sheet could not be looked at: ${error.message}.`));
    child.once('exit', () => {
      clearTimeout(timer);
      // where it has answered, that has won
      setImmediate(() =>
        failed('Reading the first rows ended without a word: there may be too much in the file.'),
      );
    });
    child.send(request);
  });
}
