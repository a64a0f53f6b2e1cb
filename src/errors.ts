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
  underWay: {
    code: 6,
    means:
      'nothing failed, and something is still under way on the platform (`follow`, `undo`, and a run with ports)',
  },
  stoppedByError: {
    code: 7,
    means:
      'stopped by an error after something was created: results, report and the resume command are there',
  },
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

/** An error as people and programs are told of it, and as a journal keeps it. */
export interface ErrorFacts {
  readonly code: string;
  /** one sentence of what happened */
  readonly message: string;
  /** one sentence of what to do */
  readonly hint: string;
  /** where in the program it happened; only where the fault is the program's own */
  readonly trace?: string;
}

const SYSTEM_HINTS: Readonly<Record<string, string>> = {
  ENOSPC: 'Free disk space, then try again.',
  EDQUOT: 'Free disk space, then try again.',
  EFBIG: 'The limit on the size of files is reached: raise it, then try again.',
  EACCES: 'Give yourself the right to it, then try again.',
  EPERM: 'Give yourself the right to it, then try again.',
  EROFS: 'The file system is read-only: use another, or make it writable.',
  EMFILE: 'Too many files are open: raise the limit (ulimit -n), then try again.',
};

/** Any error that was thrown, in words: what the system refused is no fault of the program. */
export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof StopError) return { code: error.code, message: error.message, hint: error.hint };
  const { code, syscall, message, stack } = error as NodeJS.ErrnoException;
  if (code !== undefined && syscall !== undefined)
    return {
      code: 'SYSTEM_REFUSED',
      message: `The system refused it: ${message}.`,
      hint: SYSTEM_HINTS[code] ?? 'Correct the cause, then try again.',
    };
  return {
    code: 'INTERNAL',
    message: `This is a fault of alianza-import itself: ${message ?? String(error)}`,
    hint: 'Please report it, with the lines below.',
    trace: stack ?? String(error),
  };
}

/** An error as `--json` prints it. */
export function errorMember({ code, message, hint }: ErrorFacts): Omit<ErrorFacts, 'trace'> {
  return { code, message, hint };
}

/** What is thrown where somebody asked for a stop (Ctrl-C, SIGTERM, an AbortSignal) and nothing is left half-done. */
export function interruption(): StopError {
  return new StopError('INTERRUPTED', 'Interrupted.', 'Start the command again to go on.', {
    exit: 'interrupted',
  });
}

export function isInterruption(error: unknown): boolean {
  return error instanceof StopError && error.code === 'INTERRUPTED';
}
