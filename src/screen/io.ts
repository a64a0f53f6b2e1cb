import type { Environment } from '../options.js';
import type { JsonPrinter } from './json-printer.js';

/** The world of a command: what it prints to, and how it hears that it is to stop. */
export interface Io {
  readonly env: Environment;
  /** a person looks at standard error */
  readonly isTerminal: boolean;
  /** aborted by the first Ctrl-C or SIGTERM; the second one ends the process at once */
  readonly signal: AbortSignal;
  /** the one object that `--json` prints */
  readonly json: JsonPrinter;
  /** Standard output: what was asked for. Resolves when more may come. */
  out(text: string): Promise<void>;
  /** Standard error: everything else. */
  err(text: string): void;
  /** What is said when the second Ctrl-C ends the process at once. */
  sayOnInterrupt(text: string): void;
}
