import { EXIT, errorMember } from '../errors.js';
import { followRun } from '../run/follow-run.js';
import { ChangeTeller, standingText } from '../screen/followed.js';
import { errorText } from '../screen/plain-text.js';
import { following, followOnScreen } from '../screen/tell.js';
import { shellPath } from '../shell-word.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const changed = new ChangeTeller(io, screen);
  const follow = following(followOnScreen(io, screen, false), (event) => changed.hear(event));
  const report = await followRun({ ...callerOf(args, io), runDir }, follow);
  const { error, exit, changes, ...rest } = report;
  changed.end();
  // A job that looks every night has nothing to say while nothing has changed: its exit code tells the rest.
  if (io.isTerminal || changes > 0) io.say(standingText(report));
  if (error !== null) io.err(errorText(error));
  if (error !== null || exit === 'interrupted')
    io.err(`Look again with: alianza-import follow ${shellPath(runDir)}\n`);
  if (screen.json) {
    const member = error === null ? undefined : errorMember(error);
    await io.json.end({
      ...rest,
      changed: changes,
      changes: changed.told,
      error: member,
      exitCode: EXIT[exit].code,
    });
  }
  return exit;
};
