/**
 * The exit codes of the command line, each with its meaning. The README table, `--help` and the code read from here.
 */
export const EXIT = {
  done: { code: 0, means: 'every row is done (or valid)' },
  someFailed: { code: 1, means: 'finished; some rows are invalid or failed' },
  maxErrors: { code: 2, means: 'stopped: `--max-errors` reached' },
  nothingDone: {
    code: 3,
    means: 'nothing could be done: usage, configuration, unreadable sheet, login refused',
  },
  interrupted: { code: 4, means: 'interrupted; the resume command is printed' },
  locked: { code: 5, means: 'another run holds the lock on that run directory or partition' },
} as const;

/** A name of {@link EXIT}. */
export type Exit = keyof typeof EXIT;

/**
 * An error that stops the whole command: it carries what a person needs (one sentence of what happened, one of what
 * to do) and the exit that the process ends with. Problems of single rows are values, never errors.
 */
export class StopError extends Error {
  override readonly name = 'StopError';
  readonly code: string;
  readonly hint: string;
  readonly exit: Exit;

  /**
   * @param code a stable upper-case word, such as `SHEET_UNREADABLE`
   * @param message what happened, one sentence, without a secret in it
   * @param hint what to do now
   */
  constructor(code: string, message: string, hint: string, options: { exit?: Exit; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = hint;
    this.exit = options.exit ?? 'nothingDone';
  }
}
