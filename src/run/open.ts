import { StopError } from '../errors.js';
import type { Settings } from '../options.js';
import type { SheetFormat } from '../sheet/write/write.js';
import type { Platform } from './connect.js';
import { openRun, type RunDirectory } from './directory.js';
import { credentialsFor, openPlatform, refuseClearLogIn, targetOf } from './platform.js';
import { type Caller, formatOf, settingsOf } from './settings.js';
import { type RunTarget, runState } from './state.js';

/** A run to do something with, and how. */
export interface EarlierRequest extends Caller {
  readonly runDir: string;
}

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
export async function openEarlierRun(request: EarlierRequest): Promise<EarlierRun> {
  const run = openRun(request.runDir);
  try {
    const { target, inputs, kind, settings: started } = run.facts;
    const { out: _out, environment: _environment, 'base-url': _baseUrl, ...remembered } = started;
    // The rows that it selected are in its journal.
    const { only: _only, limit: _limit, ...kept } = remembered;
    const skips = runState(run.journal).get('skipsInvalid') === true;
    const { settings, given } = await settingsOf(request, {
      ...kept,
      ...(skips ? { 'on-invalid': 'skip' } : {}),
    });
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
    refuseClearLogIn(target, request.insecureHttp === true);
    return {
      run,
      settings,
      format: formatOf(settings, inputs),
      openPlatform: async () =>
        openPlatform(target, run.files.sandbox, await credentialsFor(target, request)),
    };
  } catch (error) {
    await run.close();
    throw error;
  }
}

function placeText({ environment, baseUrl }: RunTarget): string {
  return `${environment} (${baseUrl ?? 'inside the process'})`;
}
