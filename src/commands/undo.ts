import { createInterface } from 'node:readline/promises';
import { EXIT, StopError } from '../errors.js';
import { CONNECTION_OPTIONS, type Command, INSECURE_HTTP } from './command.js';

const SHOWN = 20;

export const undoCommand: Command = {
  name: 'undo',
  words: '<run-dir>',
  summary: 'deletes what that run created, newest first; lists it and asks first',
  options: [...CONNECTION_OPTIONS, 'format', 'http-log', 'json', 'quiet'],
  own: {
    ...INSECURE_HTTP,
    yes: { type: 'flag', help: 'does not ask (for scripts)' },
    'dry-run': { type: 'flag', help: 'tells what would be deleted, and deletes nothing' },
  },
  async run(args, io) {
    const { openEarlierRun } = await import('../run/open.js');
    const { oneLine } = await import('../screen/plain-text.js');
    const { shellPath } = await import('../shell-word.js');
    const { toUndo, undo } = await import('../run/undo-run.js');
    const earlier = await openEarlierRun(args, io);
    const { run, settings, format } = earlier;
    try {
      const counts = toUndo(run);
      const dryRun = args.flags['dry-run'] === true;
      const what = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
      io.err(`Created by this run and not deleted yet: ${what || 'nothing'}.\n`);
      if (!dryRun && counts.size > 0 && args.flags['yes'] !== true) await confirm(what);
      const platform = await earlier.openPlatform();
      let shown = 0;
      try {
        const summary = await undo(run, {
          settings,
          format,
          platform,
          dryRun,
          onStarted: (stop) => io.onInterrupt(() => stop.stop('interrupted')),
          onUndone(undone, row) {
            const worthSaying = undone.what === 'kept' || undone.what === 'failed' || dryRun;
            if (!worthSaying || settings.quiet || ++shown > SHOWN) return;
            const reason = undone.reason ? `: ${undone.reason}` : '';
            io.err(`${oneLine(`${undone.what}: ${undone.key} (row ${row})${reason}`)}\n`);
          },
        });
        if (shown > SHOWN && !dryRun) io.err(`... and ${shown - SHOWN} more in undo.csv\n`);
        io.err(
          `${
            Object.entries(summary.counts)
              .filter(([, count]) => count > 0)
              .map(([each, count]) => `${each}: ${count}`)
              .join(', ') || 'nothing to do'
          }\n`,
        );
        if (summary.list) io.err(`list: ${summary.list}\n`);
        if (summary.exit === 'interrupted')
          io.err(`Interrupted. Go on with: alianza-import undo ${shellPath(run.directory)} --yes\n`);
        if (settings.json) {
          const { counts: undone, list, exit } = summary;
          io.out(
            `${JSON.stringify({ runDir: run.directory, environment: run.facts.target.environment, undone, list, exitCode: EXIT[exit].code })}\n`,
          );
        }
        return summary.exit;
      } finally {
        await platform.close();
      }
    } finally {
      await run.close();
    }
  },
};

/** @throws StopError when the answer is not yes, or there is nobody to ask */
async function confirm(what: string): Promise<void> {
  if (!process.stdin.isTTY)
    throw new StopError(
      'NOT_CONFIRMED',
      'Nobody is here to say yes, so nothing was deleted.',
      'In scripts, give --yes.',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Delete ${what}? This cannot be taken back. [yes/no] `);
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new StopError('NOT_CONFIRMED', 'Nothing was deleted.', 'Answer yes to delete.');
}
