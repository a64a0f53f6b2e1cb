import { ownSettings } from '../options.js';
import { resumeRun } from '../run/start.js';
import { ChangeTeller } from '../screen/followed.js';
import { following, followOnScreen, tellReport } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { words, flags } = args;
  const [runDir = ''] = words;
  io.json.know({ runDir });
  const { retry, all } = ownSettings('resume', flags);
  const screen = await screenOf(args, io);
  // What its rows wait for is looked at as by follow, and told as there.
  const changed = new ChangeTeller(io, screen);
  const follow = following(followOnScreen(io, screen, true), (event) => changed.hear(event));
  const report = await resumeRun(
    { ...callerOf(args, io), runDir, retryFailed: retry === 'failed', all },
    follow,
  );
  changed.end();
  return tellReport(report, screen, io);
};
