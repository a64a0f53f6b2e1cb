import { ownSettings } from '../options.js';
import { checkSheets, startRun } from '../run/start.js';
import { followOnScreen, tellReport } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const dryRun = ownSettings('run', args.flags)['dry-run'];
  const request = { ...callerOf(args, io), sheets: args.words };
  const screen = await screenOf(args, io);
  const follow = followOnScreen(io, screen, !dryRun);
  const report = dryRun
    ? await checkSheets({ ...request, onPlatform: true }, follow)
    : await startRun(request, follow);
  return tellReport(report, screen, io);
};
