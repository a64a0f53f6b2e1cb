import { OPTIONS, type OptionFacts, type OptionName } from '../options.js';
import type { Command } from './command.js';

/** The options that every command has. */
const OF_ALL = ['no-color'] as const satisfies readonly OptionName[];

/** The options that say how things are printed: they belong to a command, not to its run. */
const OF_THE_SCREEN: readonly string[] = ['json', 'quiet', ...OF_ALL];

/**
 * The options of a command by name, in the order of help, with what is true of each in this command: one that goes on
 * with a run has that run's options for defaults.
 */
export function optionsOf(command: Command): Map<string, OptionFacts> {
  const { options, own = {}, here = {}, words } = command;
  const isOfRun = words.startsWith('<run-dir>');
  const shared = [...options, ...OF_ALL].map((name): [string, OptionFacts] => {
    const kept = isOfRun && !OF_THE_SCREEN.includes(name) ? { defaultText: "the run's" } : {};
    return [name, { ...OPTIONS[name], ...kept, ...here[name] }];
  });
  return new Map([...shared, ...Object.entries(own)]);
}

/** The default as people read it; '' where there is none to tell. */
export function defaultOf({ type, default: value, defaultText }: OptionFacts): string {
  return defaultText ?? (type === 'flag' || value === undefined ? '' : String(value));
}

/** The words that a command takes, by name: `<sheet..>` is `sheet`; null when it takes none. */
export function wordOf({ words }: Command): string | null {
  return /[\w-]+/.exec(words)?.[0] ?? null;
}
