import { existsSync } from 'node:fs';
import { errorFacts } from '../errors.js';
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
  for (const runDir of runDirectoriesIn(folder)) {
    const run = await readListed(runDir);
    if (run.state === 'unreadable') unreadable.push(run);
    else runs.push(run);
    // a signal is heard in between
    await new Promise(setImmediate);
    refuseInterrupted(signal);
  }
  return [...runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt)), ...unreadable];
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
