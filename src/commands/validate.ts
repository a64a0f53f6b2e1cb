import { EXIT, StopError } from '../errors.js';
import { ownSettings } from '../options.js';
import type { RunReport } from '../results/run-report.js';
import type { RunEvent } from '../run/events.js';
import { validateSheets } from '../run/validate-sheets.js';
import { followOnScreen, jsonOf, problemMember, tellReport, tellSummary } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const request = { ...callerOf(args, io), sheets: args.words };
  const screen = await screenOf(args, io);
  const { 'write-profile': path, 'no-results': noResults } = ownSettings('validate', args.flags);
  if (noResults && args.flags['out'] === undefined)
    throw new StopError('USAGE', '--no-results goes with --out.', 'Without --out nothing is written anyway.');
  // Only here: most validations write no profile.
  const profiles = path === undefined ? null : await import('../run/write-profile.js');
  const profile = profiles && path !== undefined ? await profiles.beginProfile(path, request) : null;
  const written = async (report: RunReport) => {
    if (profiles === null || profile === null || report.stoppedBy !== null) return report;
    io.json.know({ profile: profile.path });
    return profiles.writeProfile(profile, report, request);
  };
  if (args.flags['out'] !== undefined) {
    const { checkSheets } = await import('../run/start.js');
    const check = { ...request, onPlatform: false, journalOnly: noResults };
    const report = await checkSheets(check, followOnScreen(io, screen, false));
    if (profiles && profile) await profiles.addRunToProfile(profile, report);
    return tellReport(await written(report), screen, io);
  }
  // Nothing is kept: problems are printed as they are found.
  let begun = false;
  const on = async (event: RunEvent) => {
    if (screen.json && !begun) await io.json.list('problems');
    begun = true;
    if (event.type === 'problem' && screen.json) await io.json.item(problemMember(event.problem));
    if (event.type === 'table') profile?.draft.addTable(event.file, event.sheet, event.headers);
    if (event.type === 'problem') profile?.draft.addProblem(event.problem);
  };
  const report = await written(await validateSheets(request, { signal: io.signal, on }));
  tellSummary(report, screen, io);
  if (screen.json) await io.json.end({ ...jsonOf(report), exitCode: EXIT[report.exit].code });
  return report.exit;
};
