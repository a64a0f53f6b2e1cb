import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ListedRun, UnreadableRun } from '../results/run-report.js';
import { runDirectoriesIn } from '../run/directory.js';
import { oneByOne, readListed } from '../run/runs.js';
import { fileMark } from './file-mark.js';
import { PLAIN_ID } from './plain-id.js';

/** A run as the pages show it. */
export interface ServedRun {
  /** what stands in addresses */
  readonly id: string;
  readonly run: ListedRun | UnreadableRun;
}

/** The ID of a run directory: its name, or where that has other letters what is left of it and a mark of its own. */
function idOf(directory: string): string {
  const name = basename(directory);
  if (PLAIN_ID.test(name)) return name;
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const plain = name.toLowerCase().replace(/[^a-z0-9._-]+/g, '-');
  return `${plain.replace(/^[^a-z0-9]+|-+$/g, '').slice(0, 80) || 'run'}-${mark}`;
}

/**
 * The runs of a folder, computed from their journals and locks each time; what a journal said is kept as long as its
 * files are the same and nobody is at work on it.
 */
export class Runs {
  readonly #folder: string;
  readonly #kept = new Map<string, { readonly files: string; readonly run: ListedRun }>();
  #reading: Promise<ServedRun[]> | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All runs, newest first; those that cannot be read come last. Whoever asks meanwhile gets the same answer. */
  list(): Promise<ServedRun[]> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** The directory of a run by its ID; found in a listing, never made from what was asked for. */
  directoryOf(id: string): string | null {
    if (!PLAIN_ID.test(id)) return null;
    return runDirectoriesIn(this.#folder).find((directory) => idOf(directory) === id) ?? null;
  }

  async find(id: string): Promise<ServedRun | null> {
    const directory = this.directoryOf(id);
    return directory === null ? null : { id, run: this.#keptOf(directory) ?? (await this.#one(directory)) };
  }

  async #read(): Promise<ServedRun[]> {
    const found: ServedRun[] = [];
    const directories = runDirectoriesIn(this.#folder);
    const changed: string[] = [];
    for (const directory of directories) {
      const run = this.#keptOf(directory);
      if (run) found.push({ id: idOf(directory), run });
      else changed.push(directory);
    }
    await oneByOne(changed, async (directory) => {
      found.push({ id: idOf(directory), run: await this.#one(directory) });
    });
    for (const kept of this.#kept.keys()) if (!directories.includes(kept)) this.#kept.delete(kept);
    return found.sort((a, b) => startOf(b.run).localeCompare(startOf(a.run)));
  }

  /** What its journal said, where its files are the same since. */
  #keptOf(directory: string): ListedRun | null {
    const kept = this.#kept.get(directory);
    return kept?.files === filesOf(directory) ? kept.run : null;
  }

  async #one(directory: string): Promise<ListedRun | UnreadableRun> {
    const files = filesOf(directory);
    const run = await readListed(directory);
    const isOver = run.state !== 'unreadable' && run.state !== 'going on' && run.stoppedBy !== 'cut off';
    if (isOver) this.#kept.set(directory, { files, run });
    else this.#kept.delete(directory);
    return run;
  }
}

function startOf(run: ListedRun | UnreadableRun): string {
  return run.state === 'unreadable' ? '' : run.startedAt;
}

/** What changes when the journal does. */
function filesOf(directory: string): string {
  return ['journal.db', 'journal.db-wal', 'lock.holder']
    .map((name) => fileMark(`${directory}/${name}`))
    .join(' ');
}

/** The files of a run that may be downloaded, with what each is. */
export const DOWNLOADS = {
  'results.xlsx': {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    what: 'every row with its status and IDs',
  },
  'results.csv': { type: 'text/csv; charset=utf-8', what: 'every row with its status and IDs' },
  'errors.xlsx': {
    type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    what: 'the rows that are not done; corrected, it goes straight back in',
  },
  'errors.csv': {
    type: 'text/csv; charset=utf-8',
    what: 'the rows that are not done; corrected, it goes straight back in',
  },
  'report.html': { type: 'text/html; charset=utf-8', what: 'the report to look at and to mail' },
  'verify.csv': { type: 'text/csv; charset=utf-8', what: 'what differs from the sheet' },
  'undo.csv': { type: 'text/csv; charset=utf-8', what: 'what undo did with each object' },
  'undo-dry-run.csv': { type: 'text/csv; charset=utf-8', what: 'what undo would do' },
  'run.log': { type: 'text/plain; charset=utf-8', what: 'what happened, JSON lines' },
} as const satisfies Record<string, { readonly type: string; readonly what: string }>;

export type Download = keyof typeof DOWNLOADS;

/** The files of a run that are there. */
export function downloadsIn(directory: string): { readonly name: Download; readonly bytes: number }[] {
  return (Object.keys(DOWNLOADS) as Download[]).flatMap((name) => {
    const path = `${directory}/${name}`;
    const stats = existsSync(path) ? statSync(path) : null;
    return stats?.isFile() ? [{ name, bytes: stats.size }] : [];
  });
}

/** A name in `Content-Disposition`; whatever could end or break the header is in its encoded form alone. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
