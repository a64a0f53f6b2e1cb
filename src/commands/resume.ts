import { StopError } from '../errors.js';
import type { Command } from './command.js';

export const resumeCommand: Command = {
  name: 'resume',
  words: '<run-dir>',
  leastWords: 1,
  mostWords: 1,
  summary: 'goes on where a run stopped',
  options: [
    'environment',
    'base-url',
    'partition',
    'concurrency',
    'rate',
    'timeout',
    'retries',
    'on-invalid',
    'max-errors',
    'existing',
    'format',
    'http-log',
    'json',
    'quiet',
  ],
  own: {
    retry: { type: 'text', value: 'failed', choices: ['failed'], help: 'also tries rows that failed' },
  },
  async run(args, io) {
    const { openRun } = await import('../run-directory.js');
    const { settingsOf } = await import('./settings.js');
    const { openPlatform, targetOf } = await import('./platform.js');
    const { carryOut } = await import('./run-command.js');
    const { formatOf, report } = await import('./report-run.js');
    const { refuseChangedSheets } = await import('../import.js');
    const run = openRun(args.words[0] ?? '');
    try {
      const { target, inputs, dryRun } = run.facts;
      const { settings, given } = await settingsOf(args, io, storedSettings(run.facts.settings));
      const asked = given.has('environment') || given.has('base-url') ? targetOf(settings, given) : target;
      const elsewhere =
        (args.flags['environment'] ?? io.env['ALIANZA_ENVIRONMENT'] ?? target.environment) !==
          target.environment ||
        (args.flags['base-url'] ?? io.env['ALIANZA_BASE_URL'] ?? target.baseUrl) !== target.baseUrl;
      if (elsewhere)
        throw new StopError(
          'TARGET_CHANGED',
          `This run went to ${target.environment} (${target.baseUrl ?? 'inside the process'}), not to ${asked.environment} (${asked.baseUrl ?? 'inside the process'}).`,
          'Resume it without --environment and --base-url (and their environment variables), or start a new run for the other place.',
        );
      if (dryRun)
        throw new StopError(
          'RUN_WAS_DRY',
          'This was a dry run: there is nothing to resume.',
          'Start a run without --dry-run.',
        );
      await refuseChangedSheets(run);
      const options = {
        settings,
        format: formatOf(settings, inputs),
        openPlatform: () => openPlatform(target, run.files.sandbox, io),
        retryFailed: args.flags['retry'] === 'failed',
      };
      const summary = await carryOut(run, options, io);
      return report(run, summary, settings, io);
    } finally {
      await run.close();
    }
  },
};

/** The options of the run's start, as far as a resume takes them over. */
function storedSettings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const {
    json: _json,
    quiet: _quiet,
    out: _out,
    environment: _environment,
    'base-url': _baseUrl,
    ...kept
  } = settings;
  return kept;
}
