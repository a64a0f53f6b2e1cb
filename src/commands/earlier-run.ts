import type { Platform } from '../connect.js';
import { StopError } from '../errors.js';
import type { Settings } from '../options.js';
import { openRun, type RunDirectory } from '../run-directory.js';
import type { SheetFormat } from '../sheet/write.js';
import type { Arguments, Io } from './command.js';
import { credentialsFor, openPlatform } from './platform.js';
import { formatOf } from './report-run.js';
import { settingsOf } from './settings.js';

/** A run that was begun earlier, opened by a later command. */
export interface EarlierRun {
  readonly run: RunDirectory;
  readonly settings: Settings;
  readonly format: SheetFormat;
  /** the same platform as the run's */
  openPlatform(): Promise<Platform>;
}

/**
 * Opens a run directory with the options that the run was started with, the given ones on top.
 * @throws StopError `TARGET_CHANGED` when another place is asked for than the run's, `RUN_WAS_DRY`, `LOCKED`, `NO_RUN`
 */
export async function openEarlierRun(args: Arguments, io: Io): Promise<EarlierRun> {
  const run = openRun(args.words[0] ?? '');
  try {
    const { target, inputs, kind, settings: started } = run.facts;
    const {
      json: _json,
      quiet: _quiet,
      out: _out,
      environment: _environment,
      'base-url': _baseUrl,
      ...kept
    } = started;
    const { settings } = await settingsOf(args, io, kept);
    const environment = args.flags['environment'] ?? io.env['ALIANZA_ENVIRONMENT'] ?? target.environment;
    const baseUrl = args.flags['base-url'] ?? io.env['ALIANZA_BASE_URL'] ?? target.baseUrl;
    if ((environment !== target.environment && target.environment !== 'custom') || baseUrl !== target.baseUrl)
      throw new StopError(
        'TARGET_CHANGED',
        `This run belongs to ${target.environment} (${target.baseUrl ?? 'inside the process'}), not to ${String(environment)} (${String(baseUrl ?? 'inside the process')}).`,
        'Leave --environment, --base-url and their environment variables as they were for the run, or start a new run for the other place.',
      );
    if (kind !== 'run')
      throw new StopError(
        'RUN_WAS_DRY',
        `That was a ${kind}: it created nothing.`,
        'Start a run of the sheet, without --dry-run.',
      );
    return {
      run,
      settings,
      format: formatOf(settings, inputs),
      openPlatform: async () => openPlatform(target, run.files.sandbox, await credentialsFor(target, io)),
    };
  } catch (error) {
    await run.close();
    throw error;
  }
}
