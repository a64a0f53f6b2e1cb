import { EXIT, errorMember } from '../errors.js';
import { ownSettings } from '../options.js';
import { counted } from '../results/wording.js';
import { objectsText, type UndoQuestion, undoRun } from '../run/undo-run.js';
import { askOnTerminal, confirmed } from '../screen/ask.js';
import { errorText, oneLine } from '../screen/plain-text.js';
import { following, followOnScreen } from '../screen/tell.js';
import { shellPath, shellWord } from '../shell-word.js';
import { callerOf, type Run, screenOf } from './command.js';

const SHOWN = 20;
/** What is told of single objects as it goes on. */
const TOLD = ['kept', 'still needed', 'unfinished', 'failed', 'would be deleted', 'would be put back'];

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const { json, quiet } = screen;
  const { yes, 'dry-run': dryRun, cutover: cutoverOnly, ported } = ownSettings('undo', args.flags);
  const only = [args.flags['only'] ?? []]
    .flat()
    .map((each) => ` --only ${shellWord(String(each))}`)
    .join('');
  let shown = 0;
  const follow = following(followOnScreen(io, screen, false), (event) => {
    if (event.type !== 'undone' || quiet) return;
    const { what, title, name, key, row, reason } = event;
    if (!TOLD.includes(what) || ++shown > SHOWN) return;
    const why = reason ? `: ${reason}` : '';
    io.say(`${oneLine(`${what}: ${title} ${name} [${key}] (row ${row})${why}`)}\n`);
  });
  const confirm = async (about: UndoQuestion) => {
    const { rows, text, changed } = about;
    const whose = rows === null ? 'this run' : `the ${counted(rows, 'selected row')}`;
    const tell = dryRun ? io.say : io.err;
    tell(`Created by ${whose} and not deleted yet: ${text || 'nothing'}.\n`);
    if (changed !== '') tell(`Changed by ${whose} and not put back yet: ${changed}.\n`);
    if (!dryRun && !yes && text + changed !== '')
      await confirmed(
        askOnTerminal(io),
        questionOf(about, cutoverOnly),
        changed === '' ? 'Nothing was deleted.' : 'Nothing was deleted or put back.',
      );
  };
  const report = await undoRun(
    { ...callerOf(args, io), runDir, dryRun, cutoverOnly, ported, confirm },
    follow,
  );
  const { error, exit, ...told } = report;
  if (shown > SHOWN) io.say(`... and ${shown - SHOWN} more${told.list === null ? '' : ' in the list'}\n`);
  const counts = Object.entries(told.undone).filter(([, count]) => count > 0);
  for (const [what, count] of counts) {
    const kinds = Object.entries(told.objects).flatMap(([kind, by]): [string, number][] => {
      const ofKind = by[what as keyof typeof by] ?? 0;
      return ofKind > 0 ? [[kind, ofKind]] : [];
    });
    io.say(`${what}: ${count.toLocaleString('en-US')} (${objectsText(kinds)})\n`);
  }
  if (counts.length === 0) io.say('nothing to do\n');
  if (told.undone.unfinished > 0)
    io.say(
      `The platform is still at work on some of it. Take back the rest later with: alianza-import undo ${shellPath(runDir)}${only}\n`,
    );
  if (told.list !== null) io.say(`list: ${told.list}\n`);
  if (error !== null) io.err(errorText(error));
  if (error !== null || exit === 'interrupted')
    io.err(
      `${error === null ? 'Interrupted. Go on' : 'When the cause is gone, go on'} with: alianza-import undo ${shellPath(runDir)}${only} --yes\n`,
    );
  const member = error === null ? undefined : errorMember(error);
  if (json) await io.json.end({ ...told, error: member, exitCode: EXIT[exit].code });
  return exit;
};

function questionOf(
  { text, changed, environment, baseUrl, partitions }: UndoQuestion,
  cutoverOnly: boolean,
): string {
  const partition = `${partitions.length === 1 ? 'partition' : 'partitions'} ${partitions.join(', ')}`;
  const place = `${environment}${partitions.length === 0 ? '' : `, ${partition}`}${baseUrl === null ? '' : ` (${baseUrl})`}`;
  const acts = [
    ...(text === '' ? [] : [`${cutoverOnly ? 'Take back' : 'Delete'} ${text}`]),
    ...(changed === '' ? [] : [`${text === '' ? 'Put' : 'put'} back the former values of ${changed}`]),
  ];
  return oneLine(`${acts.join(' and ')} in ${place}? This cannot be taken back.`);
}
