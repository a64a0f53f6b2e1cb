import { ownSettings } from '../options.js';
import { counted } from '../results/wording.js';
import type { AboutToSend } from '../run/import-run.js';
import { checkSheets, startRun } from '../run/start.js';
import { confirmed } from '../screen/ask.js';
import { followOnScreen, tellReport } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { 'dry-run': dryRun, yes } = ownSettings('run', args.flags);
  const request = { ...callerOf(args, io), sheets: args.words };
  const screen = await screenOf(args, io);
  const follow = followOnScreen(io, screen, !dryRun);
  if (dryRun) return tellReport(await checkSheets({ ...request, onPlatform: true }, follow), screen, io);
  const { ask } = request;
  const confirm =
    ask && !yes ? (about: AboutToSend) => confirmed(ask, questionOf(about), 'Nothing was sent.') : undefined;
  return tellReport(await startRun({ ...request, ...(confirm ? { confirm } : {}) }, follow), screen, io);
};

/** The plan itself is on the screen already. */
function questionOf({ environment, baseUrl, partitionId, plan }: AboutToSend): string {
  return `Send ${counted(plan.rows, 'row')} to ${environment} (${baseUrl}), partition ${partitionId}?`;
}
