import { EXIT, errorMember } from '../errors.js';
import { counted } from '../results/wording.js';
import type { FollowedChange } from '../run/events.js';
import { followRun } from '../run/follow-run.js';
import { changeText, matters, standingText } from '../screen/followed.js';
import { errorText, oneLine } from '../screen/plain-text.js';
import { following, followOnScreen } from '../screen/tell.js';
import { shellPath } from '../shell-word.js';
import { callerOf, type Run, screenOf } from './command.js';

/** Changes that are told one by one, also to a program. */
const MAX_TOLD = 1000;

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const told: FollowedChange[] = [];
  let matter = 0;
  const follow = following(followOnScreen(io, screen, false), (event) => {
    if (event.type !== 'changed' || !matters(event.change) || ++matter > MAX_TOLD) return;
    told.push(event.change);
    if (!screen.quiet) io.say(`${oneLine(changeText(event.change))}\n`);
  });
  const report = await followRun({ ...callerOf(args, io), runDir }, follow);
  const { error, exit, changes, ...rest } = report;
  if (matter > MAX_TOLD)
    io.say(`... and ${counted(matter - MAX_TOLD, 'more change')}: the results have all\n`);
  // A job that looks every night has nothing to say while nothing has changed: its exit code tells the rest.
  if (io.isTerminal || changes > 0) io.say(standingText(report));
  if (error !== null) io.err(errorText(error));
  if (error !== null || exit === 'interrupted')
    io.err(`Look again with: alianza-import follow ${shellPath(runDir)}\n`);
  if (screen.json) {
    const member = error === null ? undefined : errorMember(error);
    await io.json.end({ ...rest, changed: changes, changes: told, error: member, exitCode: EXIT[exit].code });
  }
  return exit;
};
