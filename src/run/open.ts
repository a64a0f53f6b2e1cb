import type { Arguments, Io } from '../commands/command.js';
import { StopError } from '../errors.js';
import type { Settings } from '../options.js';
import { formatOf } from '../screen/report-run.js';
import type { SheetFormat } from '../sheet/write/write.js';
import type { Platform } from './connect.js';
import { openRun, type RunDirectory, TAIL_MISSING } from './directory.js';
import { credentialsFor, openPlatform, refuseClearLogIn, targetOf } from './platform.js';
import { settingsOf } from './settings.js';
import type { RunTarget } from './state.js';

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
    if (run.journal.tailMissing) io.err(`${TAIL_MISSING}\n`);
    const { target, inputs, kind, settings: started } = run.facts;
    const {
      json: _json,
      quiet: _quiet,
      out: _out,
      environment: _environment,
      'base-url': _baseUrl,
      ...kept
    } = started;
    const { settings, given } = await settingsOf(args, io, kept);
    const asked = targetOf(settings, given);
    // An environment named alone means its own host; an address named alone says nothing of the environment.
    const elsewhere =
      (given.has('base-url') && asked.baseUrl !== target.baseUrl) ||
      (given.has('environment') &&
        (asked.environment !== target.environment || asked.baseUrl !== target.baseUrl));
    if (elsewhere)
      throw new StopError(
        'TARGET_CHANGED',
        `This run belongs to ${placeText(target)}, not to ${placeText(asked)}.`,
        'Leave --environment, --base-url and their environment variables as they were for the run, or start a new run for the other place.',
      );
    if (kind !== 'run')
      throw new StopError(
        'RUN_WAS_DRY',
        `That was a ${kind}: it created nothing.`,
        'Start a run of the sheet, without --dry-run.',
      );
    refuseClearLogIn(target, args.flags['insecure-http'] === true);
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

function placeText({ environment, baseUrl }: RunTarget): string {
  return `${environment} (${baseUrl ?? 'inside the process'})`;
}
