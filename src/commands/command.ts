import type { Exit } from '../errors.js';
import type { GivenOptions, OptionFacts, OptionName, ScreenSettings } from '../options.js';
import type { Profile } from '../records/profile.js';
import { readProfileOf, settingsOf } from '../run/settings.js';
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
  /** one word, or one of another command and one of its own: `serve user` */
  readonly name: string;
  /** the words it takes, as help shows them */
  readonly words: string;
  readonly summary: string;
  /** one call as somebody would type it, whole; help shows it */
  readonly example: string;
  readonly options: readonly OptionName[];
  /** what is true of a shared option in this command and not elsewhere */
  readonly here?: Partial<Record<OptionName, Pick<OptionFacts, 'help' | 'value' | 'defaultText'>>>;
  /** the options that it alone has */
  readonly own?: Readonly<Record<string, OptionFacts>>;
  /** loads the command's file; only the one that was named is loaded */
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** The profiles of command lines: each is read once, since it may come through a pipe. */
const profiles = new WeakMap<Arguments, Promise<Profile>>();

/**
 * What is to be printed, as the command line or the profile says.
 * @throws StopError for an option that cannot be, or a profile that cannot be read
 */
export async function screenOf(args: Arguments, io: Io): Promise<ScreenSettings> {
  const { settings } = await settingsOf(callerOf(args, io));
  if (settings.json) io.json.want();
  return settings;
}

/** What the recipes of runs want of whoever calls them. */
export function callerOf(args: Arguments, io: Io) {
  const { flags } = args;
  const ask = askOnTerminal(io);
  const insecureHttp = flags['insecure-http'] === true;
  const readProfile = () => {
    const profile = profiles.get(args) ?? readProfileOf(flags);
    profiles.set(args, profile);
    return profile;
  };
  const { channel } = io;
  return {
    ...{ options: flags, env: io.env, insecureHttp, readProfile },
    ...(channel ? { logIn: () => channel.logIn() } : {}),
    ...(ask ? { ask } : {}),
  };
}
