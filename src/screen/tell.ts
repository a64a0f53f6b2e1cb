import { basename } from 'node:path';
import { EXIT, type Exit, errorMember } from '../errors.js';
import type { ScreenSettings } from '../options.js';
import type { Problem } from '../records/problem.js';
import { CHANGES_FILE, changesOfRow, valueText } from '../results/changes-list.js';
import { planLines } from '../results/plan-text.js';
import { problemOf } from '../results/row-outcome.js';
import { mailsText, type RunReport, remarks, totalOf } from '../results/run-report.js';
import { counted, placeText } from '../results/wording.js';
import type { Follow, RunEvent } from '../run/events.js';
import { shellPath } from '../shell-word.js';
import type { Io } from './io.js';
import { errorText, oneLine } from './plain-text.js';
import { Progress } from './progress.js';
import { structureText } from './structure.js';
import { createdText, painter, problemsText, type Summary, summaryText } from './summary.js';

/** Follows a run on the screen while it goes on. */
export function followOnScreen(
  io: Io,
  { quiet, 'no-color': noColours }: ScreenSettings,
  resumable: boolean,
): Follow {
  const progress = quiet ? null : new Progress(io, resumable);
  return {
    signal: io.signal,
    on(event: RunEvent) {
      io.channel?.tell(event);
      if (event.type === 'opened') {
        io.json.know({ runDir: event.runDir, environment: event.environment });
        if (!resumable) return;
        const goOn = `Interrupted. Go on with: alianza-import resume ${shellPath(event.runDir)}`;
        io.sayOnInterrupt(goOn);
      } else if (event.type === 'abandoned') io.json.forget('runDir');
      else if (event.type === 'notice') io.err(`${oneLine(event.message)}\n`);
      else if (event.type === 'loaded') {
        const { rows, total, toSend, leftOut, tables, plan } = event;
        const others = leftOut > 0 ? `, ${leftOut} not selected` : '';
        if (resumable && !quiet) {
          io.err(structureText(tables, [], painter(io.hasColours && !noColours)));
          io.err(
            `${counted(total, 'row')} read: ${toSend} to send, ${rows['invalid'] ?? 0} invalid${others}\n`,
          );
          if (plan) io.err(`${planLines(plan).join('\n')}\n`);
        }
        if (resumable && plan?.mailsAtOnce) io.err(`${mailsText(plan.mailsAtOnce)}\n`);
      } else if (event.type === 'reading') progress?.reading(event.rows);
      else if (event.type === 'progress') progress?.show(event);
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
  const { kind, groups, created, existing, coverage, environment, counts, limiter, next, tables, plan } =
    report;
  const part = report.parts.at(-1);
  const inColour = io.hasColours && !settings['no-color'];
  if (kind === 'run') io.say(`\n${problemsText(groups, inColour)}`);
  else {
    io.say(`\n${structureText(tables, groups, painter(inColour))}`);
    // the headers that are not known have just been told
    const others = groups.filter(({ code }) => code !== 'UNKNOWN_COLUMN');
    io.say(problemsText(others, inColour));
  }
  if (kind === 'run' && !settings.quiet && created.length > 0) io.say(`${createdText(created)}\n`);
  if (existing !== null && existing > 0)
    io.say(`${existing} rows are on the platform already and would be existing.\n`);
  if (kind !== 'run' && report.changes !== null) tellChanges(report.changes, io);
  if (kind === 'dry-run') for (const line of coverage) io.say(`${line}\n`);
  if (kind !== 'run')
    io.say(`\n${(plan === null ? [] : planLines(plan)).map((line) => `${line}\n`).join('')}`);
  if (report.error !== null) io.err(errorText(report.error));
  io.say(
    summaryText(
      {
        ...{ environment, counts, limiter, next },
        durationMs: part?.durationMs ?? report.durationMs,
        requests: kind === 'validate' ? null : (part?.requests ?? 0),
        allParts: allPartsOf(report),
        remarks: remarks({ ...report, error: null }),
        files: filesOf(report),
      },
      inColour,
    ),
  );
}

/** How many changes the screen shows; the list has all. */
const CHANGES_SHOWN = 20;

/** What an update would change, before anything is. */
function tellChanges({ rows, fields, first }: NonNullable<RunReport['changes']>, io: Io): void {
  if (rows === 0) {
    io.say('Nothing that is there would be updated.\n');
    return;
  }
  io.say(`Would be updated: ${counted(fields, 'field')} in ${counted(rows, 'row')}.\n`);
  for (const { file, sheet, row, object, field, from, to } of first.slice(0, CHANGES_SHOWN)) {
    const text = `${field}: ${valueText(from) || '(blank)'} → ${valueText(to) || '(blank)'}`;
    io.say(`  ${oneLine(`${placeText({ file, sheet, row })}: ${object}, ${text}`)}\n`);
  }
  if (fields > CHANGES_SHOWN) io.say(`  … and ${fields - CHANGES_SHOWN} more, in ${CHANGES_FILE}\n`);
}

function allPartsOf({ parts, durationMs, requests }: RunReport): Summary['allParts'] {
  if (parts.length < 2) return null;
  const cutOff = parts.filter(({ endedAt }) => endedAt === null).length;
  return { count: parts.length, cutOff, durationMs, requests: requests ?? 0 };
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
  if (report.changes !== null && runDir !== null) await printChanges(runDir, io);
  if (kind !== 'run' && runDir !== null) {
    // Only here: what has no run directory need not load the database.
    const { readRun } = await import('../run/directory.js');
    const { journal } = readRun(runDir);
    try {
      await io.json.list('problems');
      for (let ordinal = 0; ordinal <= totalOf(report); ordinal++)
        for (const problem of journal.problems(ordinal))
          await io.json.item(problemMember(problemOf(problem)));
    } finally {
      await journal.close();
    }
  }
  await io.json.end({ exitCode: EXIT[exit].code });
}

/** Every field that an update has changed, or would, as they are read, since there may be very many. */
async function printChanges(runDir: string, io: Io): Promise<void> {
  const { readRun } = await import('../run/directory.js');
  const { journal } = readRun(runDir);
  try {
    await io.json.list('changes');
    for (const row of journal.rows()) for (const change of changesOfRow(row)) await io.json.item(change);
  } finally {
    await journal.close();
  }
}

/** What `--json` prints of a problem: the row that its message names besides its own is in the message. */
export function problemMember({ other: _other, ...told }: Problem): object {
  return told;
}

function partMember(part: RunReport['parts'][number]): object {
  const { startedAt, endedAt, durationMs, requests, stoppedBy, user, host, apiUser, version } = part;
  return { startedAt, endedAt, durationMs, requests, stoppedBy, user, host, apiUser, version };
}

/** The members of the object that `--json` prints of a report. */
export function jsonOf(report: RunReport): Readonly<Record<string, unknown>> {
  const { kind, runDir, environment, counts, selection, differing, plan, stoppedBy, error } = report;
  const { existing, coverage, results, errors, tables, kept, objects, parts } = report;
  const part = report.parts.at(-1);
  const rows = { total: totalOf(report), ...counts };
  const told = error === null ? undefined : errorMember(error);
  const mailsAtOnce = plan?.mailsAtOnce ?? null;
  if (runDir === null) return { rows, plan, mailsAtOnce, tables, stoppedBy, error: told };
  return {
    ...{ runDir, environment, rows, selected: selection?.rows ?? null, plan, differing, mailsAtOnce },
    ...(kind === 'run' ? {} : { existing, coverage, tables }),
    requests: part?.requests ?? 0,
    durationMs: part?.durationMs ?? 0,
    ...{ results, errors, report: report.report, stoppedBy, error: told },
    ...(kind === 'run' ? { objects } : {}),
    parts: parts.map(partMember),
    ...(kept.length > 0 ? { kept } : {}),
  };
}
