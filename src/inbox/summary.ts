import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { totalOf } from '../results/run-report.js';
import { openRun } from '../run/read.js';
import type { ChildEnd } from './child.js';
import type { Item } from './claim.js';
import type { Stage } from './names.js';

/** What became of one file: `summary.json` beside it. Names and counts, nothing of what stands in its cells. */
export interface FileSummary {
  readonly name: string;
  /** the folder that it was dropped into; null: the inbox itself */
  readonly folder: string | null;
  /** where it is now */
  readonly directory: string;
  readonly stage: Stage;
  readonly sha256: string | null;
  readonly runDir: string | null;
  readonly environment: string | null;
  readonly partition: string | null;
  readonly rows: Readonly<Record<string, number>> | null;
  readonly requests: number;
  readonly durationMs: number;
  readonly results: string | null;
  readonly errors: string | null;
  readonly report: string | null;
  /** that of the run */
  readonly exitCode: number;
  /** why it is no success, or was not run; null where it is one */
  readonly reason: string | null;
  /** what to do next, commands in backticks */
  readonly next: readonly string[];
  readonly warnings: readonly string[];
}

export const SUMMARY = 'summary.json';
/** The directory of the run in that of its file. */
export const RUN = 'run';
/** What lies beside the sheet, too. */
export const BESIDE = ['results.xlsx', 'results.csv', 'errors.xlsx', 'errors.csv', 'report.html'] as const;

/** How a file ended, and why. */
export interface FileEnd {
  readonly exitCode: number;
  readonly reason: string | null;
  readonly error: ChildEnd['error'];
}

/**
 * The summary of a file from the journal of its run, as of when it lies in its last place.
 * @param root the inbox as it was named
 */
export async function summaryOf(
  root: string,
  item: Item,
  stage: Stage,
  sha256: string | null,
  { exitCode, reason, error }: FileEnd,
  warnings: readonly string[],
): Promise<FileSummary> {
  const directory = join(root, stage, item.directory);
  const there = (names: readonly string[]) => {
    const name = names.find((each) => existsSync(join(item.path, each)));
    return name === undefined ? null : join(directory, name);
  };
  const run = await runFacts(item, directory);
  return {
    ...{ name: item.claim.name, folder: item.claim.folder, directory, stage, sha256, ...run },
    results: there(['results.xlsx', 'results.csv']),
    errors: there(['errors.xlsx', 'errors.csv']),
    report: there(['report.html']),
    ...{ exitCode, reason, warnings },
    next: run.next.length === 0 && error !== null ? [error.hint] : run.next,
  };
}

type RunPart = Pick<
  FileSummary,
  'runDir' | 'environment' | 'partition' | 'rows' | 'requests' | 'durationMs' | 'next'
>;

async function runFacts(item: Item, directory: string): Promise<RunPart> {
  const nothing = {
    runDir: null,
    environment: null,
    partition: null,
    rows: null,
    requests: 0,
    durationMs: 0,
  };
  const runDir = join(item.path, RUN);
  if (!existsSync(join(runDir, 'journal.db'))) return { ...nothing, next: [] };
  try {
    const run = openRun(runDir);
    try {
      const report = run.report();
      const { environment, partitionId, requests, durationMs } = report;
      const rows = { total: totalOf(report), ...report.counts };
      // the commands name what lies in `working` now
      const moved = (step: string) =>
        step
          .replaceAll(item.path, directory)
          .replaceAll(resolve(item.path), resolve(directory))
          .replaceAll(join(directory, RUN, 'errors.'), join(directory, 'errors.'));
      const next = report.next.map(moved);
      return {
        ...{ runDir: join(directory, RUN), environment, partition: partitionId, rows },
        ...{ requests: requests ?? 0, durationMs, next },
      };
    } finally {
      await run.close();
    }
  } catch {
    // a journal that cannot be read is told as the reason
    return { ...nothing, runDir: join(directory, RUN), next: [] };
  }
}

/** Why a run was none that is done, in a sentence; null for one that is. */
export function reasonOf(rows: FileSummary['rows'], { code, error }: ChildEnd): string | null {
  if (error !== null) return `${error.code}: ${error.message}`;
  if (code === 0 || code === 6) return null;
  const bad = ['failed', 'invalid', 'skipped', 'pending'].flatMap((status) => {
    const count = rows?.[status] ?? 0;
    return count > 0 ? [`${count} ${status}`] : [];
  });
  const what = code === 2 ? 'Stopped, since --max-errors was reached' : 'Some rows are not done';
  return `${what}: ${bad.join(', ') || 'see the report'}.`;
}

/** The summary in a directory; null when there is none. */
export function readSummary(directory: string): FileSummary | null {
  try {
    return JSON.parse(readFileSync(join(directory, SUMMARY), 'utf8'));
  } catch {
    return null;
  }
}
