import { EXIT, type Exit, errorMember } from '../errors.js';
import type { GivenOptions, ScreenSettings } from '../options.js';
import type { ActQuestion, ActReport, ActRequest } from '../run/act-run.js';
import type { Follow } from '../run/events.js';
import { shellPath, shellWord } from '../shell-word.js';
import { askOnTerminal, confirmed } from './ask.js';
import type { Io } from './io.js';
import { errorText, oneLine } from './plain-text.js';
import { following, followOnScreen } from './tell.js';

const SHOWN = 20;
/** What is told of single acts as it goes on. */
const TOLD = ['failed', 'would be done'];

/** A command that does something for the rows of a run after it was asked for. */
export interface ActOnScreen {
  readonly command: string;
  readonly runDir: string;
  readonly flags: GivenOptions;
  readonly io: Io;
  readonly screen: ScreenSettings;
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** what was not done where nobody said yes, as a sentence */
  readonly refused: string;
  /** what is to be known of taking it back, as a sentence */
  readonly andThen: string;
  /** what is to be done, without place and question mark */
  questionOf(about: ActQuestion): string;
  act(
    request: Pick<ActRequest, 'dryRun' | 'confirm'> & { readonly runDir: string },
    follow: Follow,
  ): Promise<ActReport>;
  /** tells what this command has to tell besides, once it has ended */
  more?(): void;
}

/** Asks, does, and tells what it came to: a person on the screen, a program with `--json`. */
export async function actOnScreen(on: ActOnScreen): Promise<Exit> {
  const { command, runDir, io, screen, yes, dryRun, refused } = on;
  const ask = askOnTerminal(io);
  // Nobody is waited for who is not there, and nothing is looked at for nobody.
  if (!dryRun && !yes && !ask) await confirmed(undefined, '', refused);
  let shown = 0;
  const follow = following(followOnScreen(io, screen, false), (event) => {
    if (event.type !== 'act' || screen.quiet) return;
    const { what, act, name, row, reason } = event;
    if (!TOLD.includes(what) || ++shown > SHOWN) return;
    const why = reason ? `: ${reason}` : '';
    io.say(`${oneLine(`${what}: ${act} ${name} (row ${row})${why}`)}\n`);
  });
  const confirm = (about: ActQuestion) => confirmed(ask, questionText(on, about), refused);
  const report = await on.act({ runDir, dryRun, confirm: dryRun || yes ? undefined : confirm }, follow);
  const { error, exit, acts, leftOut, accounts, ...told } = report;
  if (shown > SHOWN) io.say(`... and ${shown - SHOWN} more${told.list === null ? '' : ' in the list'}\n`);
  let isAny = false;
  for (const [act, counts] of Object.entries(acts))
    for (const [what, count] of Object.entries(counts)) {
      if (count === 0) continue;
      isAny = true;
      io.say(`${what}: ${count.toLocaleString('en-US')} ${act}\n`);
    }
  for (const [reason, count] of Object.entries(leftOut).sort(([, a], [, b]) => b - a))
    io.say(`  left out since ${oneLine(reason)}: ${count.toLocaleString('en-US')}\n`);
  if (!isAny) io.say('nothing to do\n');
  on.more?.();
  if (told.list !== null) io.say(`list: ${told.list}\n`);
  if (error !== null) io.err(errorText(error));
  if (error !== null || exit === 'interrupted') {
    const how = error === null ? 'Interrupted. Go on' : 'When the cause is gone, go on';
    io.err(`${how} with: alianza-import ${command} ${shellPath(runDir)}${againOptions(on)}\n`);
  }
  const member = error === null ? undefined : errorMember(error);
  if (screen.json)
    await io.json.end({ ...told, acts, accounts, leftOut, error: member, exitCode: EXIT[exit].code });
  return exit;
}

function questionText({ questionOf, andThen }: ActOnScreen, about: ActQuestion): string {
  const { environment, partitionId, baseUrl } = about;
  const place = `${environment}, partition ${partitionId}${baseUrl === null ? '' : ` (${baseUrl})`}`;
  return oneLine(`${questionOf(about)} in ${place}? ${andThen}`);
}

function againOptions({ flags, yes, dryRun }: ActOnScreen): string {
  const only = [flags['only'] ?? []].flat().map((each) => ` --only ${shellWord(String(each))}`);
  const ports = flags['trigger-ports'] === true ? ' --trigger-ports' : '';
  return [...only, ports, dryRun ? ' --dry-run' : yes ? ' --yes' : ''].join('');
}
