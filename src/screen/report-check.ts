import type { Io } from '../commands/command.js';
import { EXIT, type Exit } from '../errors.js';
import type { Settings } from '../options.js';
import { writeReport } from '../results/report.js';
import { problemOf } from '../results/row-outcome.js';
import type { CheckSummary } from '../run/check-run.js';
import { type RunDirectory, sheetsOf } from '../run/directory.js';
import { optionsAgain } from './again.js';
import { nextSteps } from './next-steps.js';
import { problemsText, summaryText } from './summary.js';

/** Tells what a dry run, or a validation with `--out`, found: on the screen, in `report.html`, with `--json`. */
export async function reportCheck(
  run: RunDirectory,
  summary: CheckSummary,
  settings: Settings,
  io: Io,
): Promise<Exit> {
  const { facts, files, directory } = run;
  const { written, rows, existing, requests, durationMs, coverage, exit } = summary;
  const kind = facts.kind === 'validate' ? 'validate' : 'dry-run';
  const counts = { valid: rows.valid, invalid: rows.invalid };
  const { environment, baseUrl } = facts.target;
  const sheets = sheetsOf(facts);
  const ending = {
    runDir: directory,
    kind,
    ...optionsAgain(facts),
    files: sheets,
    counts,
    errors: written.errors,
  } as const;
  const next = nextSteps(ending);
  await writeReport(files.report, {
    ...ending,
    environment,
    baseUrl,
    partitionId: summary.partitionId,
    startedAt: facts.createdAt,
    durationMs,
    requests,
    coverage,
    next,
    groups: written.groups,
  });
  io.err(`\n${problemsText(written.groups, io.isTerminal)}`);
  if (existing !== null && existing > 0)
    io.err(`${existing} rows are on the platform already and would be existing.\n`);
  for (const line of coverage) io.err(`${line}\n`);
  const writtenFiles: [string, string][] = [['results', written.results]];
  if (written.errors !== null) writtenFiles.push(['errors', written.errors]);
  writtenFiles.push(['report', files.report]);
  io.err(
    `\n${summaryText(
      {
        environment,
        counts,
        durationMs,
        requests: kind === 'validate' ? null : requests,
        limiter: null,
        files: writtenFiles,
        next,
      },
      io.isTerminal,
    )}`,
  );
  if (settings.json) printJson(run, summary, io);
  return exit;
}

/** One object; its problems are printed as they are read, since there may be very many. */
function printJson(run: RunDirectory, summary: CheckSummary, io: Io): void {
  const { directory, facts, journal } = run;
  const { rows, existing, requests, durationMs, written, exit } = summary;
  const facing = {
    runDir: directory,
    environment: facts.target.environment,
    rows,
    existing,
    requests,
    durationMs,
    results: written.results,
    errors: written.errors,
    coverage: summary.coverage,
    exitCode: EXIT[exit].code,
  };
  io.out(`${JSON.stringify(facing).slice(0, -1)},"problems":[`);
  let separator = '';
  for (let ordinal = 0; ordinal <= rows.total; ordinal++)
    for (const problem of journal.problems(ordinal)) {
      io.out(separator + JSON.stringify(problemOf(problem)));
      separator = ',';
    }
  io.out(']}\n');
}
