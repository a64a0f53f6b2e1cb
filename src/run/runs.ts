import { existsSync } from 'node:fs';
import { errorFacts } from '../errors.js';
import { letGoOfClosed } from '../journal/let-go.js';
import type { ListedRun, UnreadableRun } from '../results/run-report.js';
import { readRun, runDirectoriesIn, runFiles } from './directory.js';
import { refuseInterrupted } from './interrupt.js';
import { isLive } from './read.js';
import { listedRun } from './report.js';

/** The runs in the directories right below a folder, newest first; those that cannot be read come last, with why. */
export async function listRuns(folder: string): Promise<(ListedRun | UnreadableRun)[]> {
  return existsSync(folder) ? readRuns(folder) : [];
}

/**
 * The same of a folder that must be there.
 * @throws StopError `NO_FOLDER`, `INTERRUPTED`
 */
export async function readRuns(
  folder: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<(ListedRun | UnreadableRun)[]> {
  const runs: ListedRun[] = [];
  const unreadable: UnreadableRun[] = [];
  await oneByOne(runDirectoriesIn(folder), async (runDir) => {
    refuseInterrupted(signal);
    const run = await readListed(runDir);
    if (run.state === 'unreadable') unreadable.push(run);
    else runs.push(run);
  });
  return [...runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt)), ...unreadable];
}

/** Journals that are closed before their files are let go of. */
const CLOSED_AT_ONCE = 8;

/** Works on journals one after another; in between signals are heard, and few files are open at a time. */
export async function oneByOne<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  try {
    for (const [index, item] of items.entries()) {
      await work(item);
      if (index % CLOSED_AT_ONCE === CLOSED_AT_ONCE - 1) await letGoOfClosed(false);
      else await new Promise(setImmediate);
    }
  } finally {
    await letGoOfClosed(true);
  }
}

/**
 * One run as a list has it; nothing is written or sent.
 * @param live whether somebody is at work on it; asked only where the journal leaves it open
 */
export async function readListed(
  runDir: string,
  live: () => boolean = () => isLive(runDir),
): Promise<ListedRun | UnreadableRun> {
  try {
    const { journal, facts } = readRun(runDir);
    try {
      return listedRun({ journal, facts, directory: runDir, files: runFiles(runDir) }, live);
    } finally {
      await journal.close();
    }
  } catch (error) {
    return { runDir, state: 'unreadable', error: errorFacts(error) };
  }
}
