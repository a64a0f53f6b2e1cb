import type { Environment } from '../options.js';
import type { RunEvent } from '../run/events.js';
import type { JsonPrinter } from './json-printer.js';

/** The program that started this process with an IPC channel, where one did. */
export interface Channel {
  /** The log-in that its first message brings; null when it is none, or none comes. */
  logIn(): Promise<{ readonly username: string; readonly password: string } | null>;
  /** Passes on what a program needs to show of a run. */
  tell(event: RunEvent): void;
}

/** The world of a command: what it prints to, and how it hears that it is to stop. */
export interface Io {
  readonly env: Environment;
  /** a person looks at standard error */
  readonly isTerminal: boolean;
  /** that terminal can write a line anew (TERM=dumb cannot) */
  readonly renewsLines: boolean;
  /** what is said goes to a terminal that has colours */
  readonly hasColours: boolean;
  /** a question waits for its answer */
  isAsking: boolean;
  /** aborted by the first Ctrl-C or SIGTERM; the second one ends the process at once */
  readonly signal: AbortSignal;
  readonly channel: Channel | null;
  /** the one object that `--json` prints */
  readonly json: JsonPrinter;
  /** Standard output: what was asked for, as it is. Resolves when more may come. */
  out(text: string): Promise<void>;
  /** What a command has to say of what it did: standard output; with `--json`, which has that for its object, standard error. */
  say(text: string): void;
  /** Standard error: progress, questions, errors. Where no terminal is, each line has the time. */
  err(text: string): void;
  /** A line of progress on a terminal that `renewsLines`: whatever is printed next, another one too, takes its place. */
  renew(line: string): void;
  /** What is said when the second Ctrl-C ends the process at once. */
  sayOnInterrupt(text: string): void;
}
