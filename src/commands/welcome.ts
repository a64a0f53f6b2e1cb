import { ownSettings } from '../options.js';
import { counted } from '../results/wording.js';
import type { ActQuestion } from '../run/act-run.js';
import { welcomeRun } from '../run/welcome-run.js';
import { actOnScreen } from '../screen/acts.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const [runDir = ''] = args.words;
  io.json.know({ runDir });
  const screen = await screenOf(args, io);
  const settings = ownSettings('welcome', args.flags);
  return actOnScreen({
    ...{ command: 'welcome', runDir, flags: args.flags, io, screen },
    yes: settings.yes,
    dryRun: settings['dry-run'],
    refused: 'No mail was sent.',
    andThen: 'A mail cannot be taken back.',
    questionOf,
    act: (request, follow) => welcomeRun({ ...callerOf(args, io), ...request }, follow),
  });
};

function questionOf({ acts, accounts }: ActQuestion): string {
  const due = acts.welcomeMail?.['would be done'] ?? 0;
  return `Send ${counted(due, 'welcome mail')} to users of ${counted(accounts, 'account')}`;
}
