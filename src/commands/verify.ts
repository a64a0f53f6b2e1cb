import { EXIT } from '../errors.js';
import { CONNECTION_OPTIONS, type Command, INSECURE_HTTP } from './command.js';

const SHOWN = 20;

export const verifyCommand: Command = {
  name: 'verify',
  words: '<run-dir>',
  summary: 'reads every object of the run back and compares it with the sheet',
  options: [...CONNECTION_OPTIONS, 'http-log', 'json', 'quiet'],
  own: INSECURE_HTTP,
  async run(args, io) {
    const { openEarlierRun } = await import('../run/open.js');
    const { oneLine } = await import('../screen/plain-text.js');
    const { verify } = await import('../run/verify-run.js');
    const { run, settings, openPlatform } = await openEarlierRun(args, io);
    try {
      const platform = await openPlatform();
      let shown = 0;
      try {
        const summary = await verify(run, {
          settings,
          platform,
          onStarted: (stop) => io.onInterrupt(() => stop.stop('interrupted')),
          onDifferences(row, differences) {
            if (settings.quiet || ++shown > SHOWN) return;
            for (const { key, field, inSheet, onPlatform } of differences)
              io.err(
                `${oneLine(`row ${row.row}: ${key}${field ? ` ${field}` : ''}: in the sheet "${inSheet}", on the platform "${onPlatform}"`)}\n`,
              );
          },
        });
        const { rows, notComparable, list, requests, exit } = summary;
        io.err(
          `${rows.same} of ${rows.total} rows are on the platform as the sheet says, ${rows.different} are not.\n` +
            `${notComparableText(notComparable)}list: ${list}\n`,
        );
        if (settings.json)
          io.out(
            `${JSON.stringify({ runDir: run.directory, environment: run.facts.target.environment, rows, notComparable, requests, list, exitCode: EXIT[exit].code })}\n`,
          );
        return exit;
      } finally {
        await platform.close();
      }
    } finally {
      await run.close();
    }
  },
};

/** What nobody can tell, a line a field; '' when there is nothing. */
function notComparableText(fields: Readonly<Record<string, number>>): string {
  const entries = Object.entries(fields);
  if (entries.length === 0) return '';
  const names = entries.map(([field, count]) => `  ${field} (${count})`);
  return `Not comparable, since the platform does not answer what the sheet states:\n${names.join('\n')}\n`;
}
