import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../../results/run-report.js';
import { readReport } from '../../run/read.js';

/** A dry run of a sheet that came to its end. */
export interface DryRun {
  readonly revision: string;
  /** whether it is of the sheet as it is now */
  readonly isCurrent: boolean;
  /** ISO */
  readonly endedAt: string;
  readonly report: RunReport;
}

/** A dry run counts for a start in production no longer than that, milliseconds. */
const FRESH_MS = 24 * 3_600_000;

/**
 * The dry run of a sheet in an environment: of what it is now where there is one, else the last.
 * @param directory of the sheet
 */
export async function dryRunOf(
  directory: string,
  revision: string,
  environment: string,
): Promise<DryRun | null> {
  const found: DryRun[] = [];
  for (const name of readdirSync(directory)) {
    const [, of] = /^dry-run-([0-9a-f]+)-(.+)$/.exec(name) ?? [];
    if (of === undefined || !name.endsWith(`-${environment}`)) continue;
    const report = await readReport(join(directory, name)).catch(() => null);
    const endedAt = report?.parts.at(-1)?.endedAt ?? null;
    if (report === null || endedAt === null || report.stoppedBy !== null || report.error !== null) continue;
    found.push({ revision: of, isCurrent: of === revision, endedAt, report });
  }
  const [best = null] = found.sort(
    (a, b) => Number(b.isCurrent) - Number(a.isCurrent) || b.endedAt.localeCompare(a.endedAt),
  );
  return best;
}

/** Whether a dry run says what a start would do: of exactly this input, of this partition, a day old at most. */
export function isFresh(dryRun: DryRun | null, partition: string | null): boolean {
  if (dryRun === null || !dryRun.isCurrent) return false;
  if (partition !== null && dryRun.report.partitionId !== partition) return false;
  return Date.parse(dryRun.endedAt) > Date.now() - FRESH_MS;
}
