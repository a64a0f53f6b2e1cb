import { ownSettings } from '../options.js';
import { counted } from '../results/wording.js';
import type { ActQuestion } from '../run/act-run.js';
import { cutoverRun, type NumberNow } from '../run/cutover-run.js';
import { actOnScreen } from '../screen/acts.js';
import { oneLine } from '../screen/plain-text.js';
import { callerOf, type Run, screenOf } from './command.js';

const SHOWN = 20;

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const settings = ownSettings('cutover', args.flags);
  const shown: NumberNow[] = [];
  let numbers = 0;
  const onNumber = async (number: NumberNow) => {
    if (screen.json && numbers === 0) await io.json.list('numbers');
    if (screen.json) await io.json.item(number);
    if (++numbers <= SHOWN) shown.push(number);
  };
  return actOnScreen({
    ...{ command: 'cutover', runDir, flags: args.flags, io, screen },
    yes: settings.yes,
    dryRun: settings['dry-run'],
    refused: 'Nothing was done.',
    andThen: 'A hold that is released and a port that is triggered cannot be put back.',
    questionOf,
    act: (request, follow) =>
      cutoverRun(
        { ...callerOf(args, io), ...request, onNumber, triggerPorts: settings['trigger-ports'] },
        follow,
      ),
    more() {
      if (screen.quiet) return;
      for (const number of shown) io.say(`${oneLine(numberText(number))}\n`);
      if (numbers > shown.length) io.say(`... and ${numbers - shown.length} more numbers in the list\n`);
    },
  });
};

/** One number, such as `18015550100 ACTIVE, rings user 4000`. */
function numberText({ phoneNumber, operationalStatus, rings, wanted, row, asOf }: NumberNow): string {
  const not = rings === wanted ? '' : ` (is to ring ${wanted})`;
  const known = asOf === '' ? ', not read since the run' : '';
  return `${phoneNumber} ${operationalStatus}, rings ${rings}${not}, row ${row}${known}`;
}

const QUESTIONS = [
  ['release', (count: number) => `release ${counted(count, 'hold')}`],
  ['move', (count: number) => `move ${counted(count, 'number')}`],
  ['goLive', (count: number) => `put ${counted(count, 'staged number')} into service`],
  ['trigger', (count: number) => `trigger ${counted(count, 'port order')}`],
] as const;

function questionOf({ acts, accounts }: ActQuestion): string {
  const parts = QUESTIONS.flatMap(([name, text]) => {
    const due = acts[name]?.['would be done'] ?? 0;
    return due > 0 ? [text(due)] : [];
  });
  const what = parts.join(', ');
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} of ${counted(accounts, 'account')}`;
}
