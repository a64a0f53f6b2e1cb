import { EXIT, errorMember, StopError } from '../errors.js';
import { ownSettings } from '../options.js';
import { undoRun } from '../run/undo-run.js';
import { askOnTerminal } from '../screen/ask.js';
import type { Io } from '../screen/io.js';
import { errorText } from '../screen/plain-text.js';
import { following, followOnScreen } from '../screen/tell.js';
import { shellPath } from '../shell-word.js';
import { callerOf, type Run, screenOf } from './command.js';

const SHOWN = 20;

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const { json, quiet } = screen;
  const { yes, 'dry-run': dryRun } = ownSettings('undo', args.flags);
  let shown = 0;
  const follow = following(followOnScreen(io, screen, false), (event) => {
    if (event.type !== 'undone' || quiet) return;
    const { what, key, row, reason } = event;
    if (!['kept', 'failed', 'would be deleted'].includes(what) || ++shown > SHOWN) return;
    io.say(`${what}: ${key} (row ${row})${reason ? `: ${reason}` : ''}\n`);
  });
  const confirm = async (created: ReadonlyMap<string, number>) => {
    const what = [...created].map(([kind, count]) => `${count} ${kind}`).join(', ');
    const tell = dryRun ? io.say : io.err;
    tell(`Created by this run and not deleted yet: ${what || 'nothing'}.\n`);
    if (!dryRun && !yes && created.size > 0) await confirmed(what, io);
  };
  const report = await undoRun({ ...callerOf(args, io), runDir, dryRun, confirm }, follow);
  const { error, exit, ...told } = report;
  if (shown > SHOWN && !dryRun) io.say(`... and ${shown - SHOWN} more in undo.csv\n`);
  const counts = Object.entries(told.undone).filter(([, count]) => count > 0);
  io.say(`${counts.map(([what, count]) => `${what}: ${count}`).join(', ') || 'nothing to do'}\n`);
  if (told.list !== null) io.say(`list: ${told.list}\n`);
  if (error !== null) io.err(errorText(error));
  if (error !== null || exit === 'interrupted')
    io.err(
      `${error === null ? 'Interrupted. Go on' : 'When the cause is gone, go on'} with: alianza-import undo ${shellPath(runDir)} --yes\n`,
    );
  const member = error === null ? undefined : errorMember(error);
  if (json) await io.json.end({ ...told, error: member, exitCode: EXIT[exit].code });
  return exit;
};

/** @throws StopError when the answer is not yes, or there is nobody to ask */
async function confirmed(what: string, io: Io): Promise<void> {
  const ask = askOnTerminal(io);
  if (!ask)
    throw new StopError(
      'NOT_CONFIRMED',
      'Nobody is here to say yes, so nothing was deleted.',
      'In scripts, give --yes.',
    );
  const answer = await ask(`Delete ${what}? This cannot be taken back. [yes/no] `, false);
  if (!/^y(es)?$/i.test(answer ?? ''))
    throw new StopError('NOT_CONFIRMED', 'Nothing was deleted.', 'Answer yes to delete.');
}
