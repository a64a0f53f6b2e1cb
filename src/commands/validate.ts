import { EXIT } from '../errors.js';
import type { RunEvent } from '../run/events.js';
import { validateSheets } from '../run/validate-sheets.js';
import { followOnScreen, jsonOf, tellReport, tellSummary } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const request = { ...callerOf(args, io), sheets: args.words };
  const screen = await screenOf(args, io);
  if (args.flags['out'] !== undefined) {
    const { checkSheets } = await import('../run/start.js');
    const report = await checkSheets({ ...request, onPlatform: false }, followOnScreen(io, screen, false));
    return tellReport(report, screen, io);
  }
  // Nothing is kept: problems are printed as they are found.
  let begun = false;
  const on = async (event: RunEvent) => {
    if (screen.json && !begun) await io.json.list('problems');
    begun = true;
    if (event.type === 'problem' && screen.json) await io.json.item(event.problem);
    if (event.type !== 'table' || args.flags['profile'] === undefined) return;
    for (const { header, column, how } of event.headers)
      io.say(
        `${event.sheet ?? event.file}: "${header}" ${column === null ? `is not used (${how})` : `is ${column} (by ${how})`}\n`,
      );
  };
  const report = await validateSheets(request, { signal: io.signal, on });
  tellSummary(report, screen, io);
  if (screen.json) await io.json.end({ ...jsonOf(report), exitCode: EXIT[report.exit].code });
  return report.exit;
};
