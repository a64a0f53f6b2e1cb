import { StopError } from '../errors.js';
import { ownSettings } from '../options.js';
import { counted } from '../results/wording.js';
import type { AboutToSend } from '../run/import-run.js';
import type { Ask } from '../run/settings.js';
import { checkSheets, startRun } from '../run/start.js';
import { followOnScreen, tellReport } from '../screen/tell.js';
import { callerOf, type Run, screenOf } from './command.js';

export const run: Run = async (args, io) => {
  const { 'dry-run': dryRun, yes } = ownSettings('run', args.flags);
  const request = { ...callerOf(args, io), sheets: args.words };
  const screen = await screenOf(args, io);
  const follow = followOnScreen(io, screen, !dryRun);
  if (dryRun) return tellReport(await checkSheets({ ...request, onPlatform: true }, follow), screen, io);
  const { ask } = request;
  const confirm = ask && !yes ? (about: AboutToSend) => confirmed(about, ask) : undefined;
  return tellReport(await startRun({ ...request, ...(confirm ? { confirm } : {}) }, follow), screen, io);
};

/**
 * Asks whether the plan, which is on the screen already, is to be carried out there.
 * @throws StopError when the answer is not yes
 */
async function confirmed({ environment, baseUrl, partitionId, plan }: AboutToSend, ask: Ask): Promise<void> {
  const where = `${environment} (${baseUrl}), partition ${partitionId}`;
  const answer = await ask(`Send ${counted(plan.rows, 'row')} to ${where}? [yes/no] `, false);
  if (!/^y(es)?$/i.test(answer ?? ''))
    throw new StopError('NOT_CONFIRMED', 'Nothing was sent.', 'Answer yes to send; --yes does not ask.');
}
