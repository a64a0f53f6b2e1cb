import { writeResultsAgain } from '../run/read.js';
import { followOnScreen, jsonOf } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const written = await writeResultsAgain(runDir, callerOf(args, io), followOnScreen(io, screen, false));
  const { results, errors, report, kept } = written;
  for (const [label, path] of Object.entries({ results, errors, report }))
    if (path !== null) io.say(`${label}: ${path}\n`);
  for (const path of kept) io.say(`edited before, and kept: ${path}\n`);
  if (screen.json) await io.json.end({ ...jsonOf(written), exitCode: 0 });
  return 'done';
};
