import type { Exit } from '../errors.js';
import type { GivenOptions, OptionFacts, OptionName, ScreenSettings } from '../options.js';
import { settingsOf } from '../run/settings.js';
import { askOnTerminal } from '../screen/ask.js';
import type { Io } from '../screen/io.js';

/** What a command gets from the command line. */
export interface Arguments {
  /** the words that are no options: sheets, a run directory, a product */
  readonly words: readonly string[];
  /** options by name; absent where not given */
  readonly flags: GivenOptions;
}

/**
 * Does what a command says.
 * @throws StopError, which the command line prints
 */
export type Run = (args: Arguments, io: Io) => Promise<Exit>;

/** One command: what help says of it, and where it is. */
export interface Command {
  readonly name: string;
  /** the words it takes, as help shows them */
  readonly words: string;
  readonly summary: string;
  readonly options: readonly OptionName[];
  /** the options that it alone has */
  readonly own?: Readonly<Record<string, OptionFacts>>;
  /** loads the command's file; only the one that was named is loaded */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/**
 * What is to be printed, as the command line or the profile says.
 * @throws StopError for an option that cannot be, or a profile that cannot be read
 */
export async function screenOf({ flags }: Arguments, io: Io): Promise<ScreenSettings> {
  const { settings } = await settingsOf({ options: flags, env: io.env });
  if (settings.json) io.json.want();
  return settings;
}

/** What the recipes of runs want of whoever calls them. */
export function callerOf({ flags }: Arguments, io: Io) {
  const ask = askOnTerminal(io);
  const insecureHttp = flags['insecure-http'] === true;
  return { options: flags, env: io.env, insecureHttp, ...(ask ? { ask } : {}) };
}
