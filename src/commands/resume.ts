import { StopError } from '../errors.js';
import { CONNECTION_OPTIONS, type Command, INSECURE_HTTP } from './command.js';

export const resumeCommand: Command = {
  name: 'resume',
  words: '<run-dir>',
  summary: 'goes on where a run stopped',
  options: [
    ...CONNECTION_OPTIONS,
    'on-invalid',
    'max-errors',
    'existing',
    'format',
    'http-log',
    'json',
    'quiet',
  ],
  own: {
    ...INSECURE_HTTP,
    retry: { type: 'text', value: 'failed', choices: ['failed'], help: 'also tries rows that failed' },
  },
  async run(args, io) {
    const { openEarlierRun } = await import('../run/open.js');
    const { shellPath } = await import('../shell-word.js');
    const { carryOut } = await import('../screen/carry-out.js');
    const { report } = await import('../screen/report-run.js');
    const { runState } = await import('../run/state.js');
    const { refuseChangedSheets } = await import('../run/import-run.js');
    const { run, settings, format, openPlatform } = await openEarlierRun(args, io);
    try {
      const undone = runState(run.journal).get('undone');
      if (undone !== undefined)
        throw new StopError(
          'RUN_UNDONE',
          `This run was undone (${undone}), so there is nothing to resume.`,
          `Start a new run with the sheet, or finish the undo with: alianza-import undo ${shellPath(run.directory)}`,
        );
      await refuseChangedSheets(run);
      const summary = await carryOut(
        run,
        { settings, format, openPlatform, retryFailed: args.flags['retry'] === 'failed' },
        io,
      );
      return await report(run, summary, settings, io);
    } finally {
      await run.close();
      if (run.journal.leftOpen !== null) io.err(`${run.journal.leftOpen}\n`);
    }
  },
};
