import { ownSettings } from '../options.js';
import { resumeRun } from '../run/start.js';
import { followOnScreen, tellReport } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { words, flags } = args;
  const [runDir = ''] = words;
  io.json.know({ runDir });
  const { retry, all } = ownSettings('resume', flags);
  const screen = await screenOf(args, io);
  const follow = followOnScreen(io, screen, true);
  const report = await resumeRun(
    { ...callerOf(args, io), runDir, retryFailed: retry === 'failed', all },
    follow,
  );
  return tellReport(report, screen, io);
};
