import { type Command, INSECURE_HTTP } from './command.js';

export const runCommand: Command = {
  name: 'run',
  words: '<sheet..>',
  summary: 'validates, then provisions',
  options: [
    'environment',
    'base-url',
    'partition',
    'out',
    'concurrency',
    'rate',
    'timeout',
    'retries',
    'on-invalid',
    'max-errors',
    'existing',
    'profile',
    'set',
    'format',
    'http-log',
    'json',
    'quiet',
  ],
  own: {
    ...INSECURE_HTTP,
    'dry-run': {
      type: 'flag',
      help: 'stop before the first write, and add the read-only checks against the platform',
    },
  },
  async run(args, io) {
    const { beginRun } = await import('../run/begin.js');
    const { runState } = await import('../run/state.js');
    const dryRun = args.flags['dry-run'] === true;
    const { run, settings, format, openPlatform } = await beginRun(args, io, dryRun ? 'dry-run' : 'run');
    try {
      if (dryRun) {
        const { checkSheets } = await import('../run/check-run.js');
        const { reportCheck } = await import('../screen/report-check.js');
        const onStarted = (stop: { stop(reason: 'interrupted'): void }) =>
          io.onInterrupt(() => stop.stop('interrupted'));
        const summary = await checkSheets(run, { settings, format, openPlatform, onStarted });
        return await reportCheck(run, summary, settings, io);
      }
      const { carryOut } = await import('../screen/carry-out.js');
      const { report } = await import('../screen/report-run.js');
      const summary = await carryOut(run, { settings, format, openPlatform, retryFailed: false }, io);
      return await report(run, summary, settings, io);
    } catch (error) {
      // A run that could not even begin must not be in the way of the next try.
      if (runState(run.journal).get('partitionId') === undefined) await run.abandon();
      throw error;
    } finally {
      await run.close();
      if (run.journal.leftOpen !== null) io.err(`${run.journal.leftOpen}\n`);
    }
  },
};
