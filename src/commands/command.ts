import type { Exit } from '../errors.js';
import type { OptionName } from '../options.js';

/** An option that only one command has. */
export interface OwnOption {
  readonly type: 'text' | 'flag';
  readonly help: string;
  readonly value?: string;
  readonly choices?: readonly string[];
}

/** What a command gets from the command line. */
export interface Arguments {
  /** the words that are no options: sheets, a run directory, a product */
  readonly words: readonly string[];
  /** options by name; absent where not given */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** The world of a command: what it prints to, and how it hears of Ctrl-C. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** a person looks at standard error */
  readonly isTerminal: boolean;
  /** standard output: what was asked for */
  out(text: string): void;
  /** standard error: everything else */
  err(text: string): void;
  /** What is said when Ctrl-C ends the process at once. */
  sayOnInterrupt(text: string): void;
  /** Replaces what is done at the first Ctrl-C or SIGTERM; the second one always ends the process. */
  onInterrupt(stop: () => void): void;
}

/** One command: what help says of it, and what it does. */
export interface Command {
  readonly name: string;
  /** the words it takes, as help shows them */
  readonly words: string;
  readonly summary: string;
  readonly options: readonly OptionName[];
  readonly own?: Readonly<Record<string, OwnOption>>;
  /** @throws StopError, which the command line prints */
  run(args: Arguments, io: Io): Promise<Exit>;
}

/** The options of every command that goes to the platform of an earlier run. */
export const CONNECTION_OPTIONS = [
  'environment',
  'base-url',
  'partition',
  'concurrency',
  'rate',
  'timeout',
  'retries',
] as const satisfies readonly OptionName[];

/** Allows a log-in in clear to another machine. An option of each command of its own, so that no run keeps it. */
export const INSECURE_HTTP = {
  'insecure-http': {
    type: 'flag',
    help: 'sends the log-in over plain HTTP to another machine, which is refused otherwise',
  },
} as const satisfies Command['own'];
