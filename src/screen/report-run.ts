import { basename, extname } from 'node:path';
import type { Io } from '../commands/command.js';
import { EXIT, type Exit } from '../errors.js';
import type { Settings } from '../options.js';
import { writeReport } from '../results/report.js';
import { type RunDirectory, sheetsOf } from '../run/directory.js';
import type { ImportSummary } from '../run/import-run.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { optionsAgain } from './again.js';
import { nextSteps } from './next-steps.js';
import { createdText, problemsText, summaryText } from './summary.js';

const CREATED_SHOWN = 8;

/** What `--json` prints of a run. */
interface RunJson {
  readonly runDir: string;
  readonly environment: string;
  readonly rows: ImportSummary['rows'];
  readonly requests: number;
  readonly durationMs: number;
  readonly results: string;
  readonly errors: string | null;
  readonly exitCode: number;
}

/** The format of the results: as asked, else as the first sheet. */
export function formatOf(settings: Settings, inputs: readonly { readonly file: string }[]): SheetFormat {
  return settings.format ?? (/^\.xls[xm]$/i.test(extname(inputs[0]?.file ?? '')) ? 'xlsx' : 'csv');
}

/** Tells what a run came to: a person on the screen and in `report.html`, a program with `--json`. */
export async function report(
  run: RunDirectory,
  summary: ImportSummary,
  settings: Settings,
  io: Io,
): Promise<Exit> {
  const { facts, files, directory, journal } = run;
  const { total: _total, ...counts } = summary.rows;
  const { environment, baseUrl } = facts.target;
  const sheets = sheetsOf(facts);
  const kind = 'run' as const;
  const again = optionsAgain(facts);
  const ending = { runDir: directory, kind, ...again, files: sheets, counts, errors: summary.errors };
  const next = nextSteps(ending);
  await writeReport(files.report, {
    ...ending,
    environment,
    baseUrl,
    partitionId: summary.partitionId,
    startedAt: facts.createdAt,
    durationMs: summary.durationMs,
    requests: summary.requests,
    next,
    groups: summary.groups,
  });
  io.err(`\n${problemsText(summary.groups, io.isTerminal)}`);
  if (!settings.quiet) io.err(`${createdText(journal, CREATED_SHOWN)}\n`);
  io.err(
    summaryText(
      {
        environment,
        counts,
        durationMs: summary.durationMs,
        requests: summary.requests,
        limiter: summary.limiter,
        files: writtenFiles(run, summary),
        next,
      },
      io.isTerminal,
    ),
  );
  if (settings.json) io.out(`${JSON.stringify(runJson(run, summary))}\n`);
  return summary.exit;
}

function writtenFiles(run: RunDirectory, summary: ImportSummary): [string, string][] {
  const { files } = run;
  const written: [string, string][] = [['results', summary.results]];
  if (summary.errors !== null) written.push(['errors', summary.errors]);
  if (summary.credentials)
    written.push([`SIP credentials (${basename(files.credentials)})`, files.credentials]);
  written.push(['report', files.report]);
  return written;
}

function runJson(run: RunDirectory, summary: ImportSummary): RunJson {
  const { rows, requests, durationMs, results, errors, exit } = summary;
  return {
    runDir: run.directory,
    environment: run.facts.target.environment,
    rows,
    requests,
    durationMs,
    results,
    errors,
    exitCode: EXIT[exit].code,
  };
}
