import { basename } from 'node:path';
import { EXIT, type Exit, errorMember } from '../errors.js';
import type { ScreenSettings } from '../options.js';
import { problemOf } from '../results/row-outcome.js';
import { mailsText, type RunReport, remarks, totalOf } from '../results/run-report.js';
import type { Follow, RunEvent } from '../run/events.js';
import { shellPath } from '../shell-word.js';
import type { Io } from './io.js';
import { errorText, oneLine } from './plain-text.js';
import { Progress } from './progress.js';
import { createdText, problemsText, summaryText } from './summary.js';

/** Follows a run on the screen while it goes on. */
export function followOnScreen(io: Io, { quiet }: ScreenSettings, resumable: boolean): Follow {
  const progress = quiet ? null : new Progress(io);
  return {
    signal: io.signal,
    on(event: RunEvent) {
      if (event.type === 'opened') {
        io.json.know({ runDir: event.runDir, environment: event.environment });
        if (!resumable) return;
        const goOn = `Interrupted. Go on with: alianza-import resume ${shellPath(event.runDir)}`;
        io.sayOnInterrupt(goOn);
      } else if (event.type === 'abandoned') io.json.forget('runDir');
      else if (event.type === 'notice') io.err(`${oneLine(event.message)}\n`);
      else if (event.type === 'loaded') {
        const { rows, total } = event;
        const ready = rows['pending'] ?? rows['valid'] ?? 0;
        if (resumable && !quiet)
          io.err(`${total} rows read: ${ready} to send, ${rows['invalid'] ?? 0} invalid\n`);
        if (event.mailsAtOnce) io.err(`${mailsText(event.mailsAtOnce)}\n`);
      } else if (event.type === 'progress') progress?.show(event);
      else if (event.type === 'ended') progress?.end();
    },
  };
}

/** Hears of everything that `follow` hears of. */
export function following(follow: Follow, on: (event: RunEvent) => void): Follow {
  return {
    ...follow,
    on(event) {
      on(event);
      return follow.on?.(event);
    },
  };
}

/** Tells what a run or a check came to: a person on the screen, a program with `--json`. */
export async function tellReport(report: RunReport, settings: ScreenSettings, io: Io): Promise<Exit> {
  tellSummary(report, settings, io);
  if (settings.json) await printJson(report, io);
  return report.exit;
}

/** The part of it that is for a person. */
export function tellSummary(report: RunReport, settings: ScreenSettings, io: Io): void {
  const { kind, groups, created, existing, coverage, environment, counts, limiter, next } = report;
  const part = report.parts.at(-1);
  const inColour = io.hasColours && !settings['no-color'];
  io.say(`\n${problemsText(groups, inColour)}`);
  if (kind === 'run' && !settings.quiet && created.length > 0) io.say(`${createdText(created)}\n`);
  if (existing !== null && existing > 0)
    io.say(`${existing} rows are on the platform already and would be existing.\n`);
  if (kind === 'dry-run') for (const line of coverage) io.say(`${line}\n`);
  if (kind !== 'run') io.say('\n');
  if (report.error !== null) io.err(errorText(report.error));
  io.say(
    summaryText(
      {
        ...{ environment, counts, limiter, next },
        durationMs: part?.durationMs ?? report.durationMs,
        requests: kind === 'validate' ? null : (part?.requests ?? 0),
        remarks: remarks({ ...report, error: null }),
        files: filesOf(report),
      },
      inColour,
    ),
  );
}

function filesOf(report: RunReport): [string, string][] {
  const { results, errors, credentials } = report;
  const files: [string, string][] = [];
  if (results !== null) files.push(['results', results]);
  if (errors !== null) files.push(['errors', errors]);
  if (credentials !== null && report.kind === 'run')
    files.push([`SIP credentials (${basename(credentials)})`, credentials]);
  if (report.report !== null) files.push(['report', report.report]);
  return files;
}

/** What `--json` prints of a report; of a check, its problems too, as they are read, since there may be very many. */
async function printJson(report: RunReport, io: Io): Promise<void> {
  const { runDir, kind, exit } = report;
  await io.json.members(jsonOf(report));
  if (kind !== 'run' && runDir !== null) {
    // Only here: what has no run directory need not load the database.
    const { readRun } = await import('../run/directory.js');
    const { journal } = readRun(runDir);
    try {
      await io.json.list('problems');
      for (let ordinal = 0; ordinal <= totalOf(report); ordinal++)
        for (const problem of journal.problems(ordinal)) await io.json.item(problemOf(problem));
    } finally {
      await journal.close();
    }
  }
  await io.json.end({ exitCode: EXIT[exit].code });
}

/** The members of the object that `--json` prints of a report. */
export function jsonOf(report: RunReport): Readonly<Record<string, unknown>> {
  const { kind, runDir, environment, counts, differing, mailsAtOnce, stoppedBy, error } = report;
  const { existing, coverage, results, errors } = report;
  const part = report.parts.at(-1);
  const rows = { total: totalOf(report), ...counts };
  const told = error === null ? undefined : errorMember(error);
  if (runDir === null) return { rows, mailsAtOnce, stoppedBy, error: told };
  return {
    ...{ runDir, environment, rows, differing, mailsAtOnce },
    ...(kind === 'run' ? {} : { existing, coverage }),
    requests: part?.requests ?? 0,
    durationMs: part?.durationMs ?? 0,
    ...{ results, errors, report: report.report, stoppedBy, error: told },
  };
}
