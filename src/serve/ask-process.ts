import { fork } from 'node:child_process';

/** What a process that is asked may take, and where it works. */
export interface AskOptions {
  /** its environment; PATH alone where none is given */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** megabytes of its heap */
  readonly memory?: number;
  /** how long it may take, milliseconds */
  readonly longestMs?: number;
  /** aborted when nobody waits for it any more */
  readonly signal?: AbortSignal;
}

/**
 * Asks a module in a process of its own, and waits until that is gone: what takes long or much would keep the server from
 * answering meanwhile. The module hears one message, and answers with one.
 *
 * @param module its path
 * @returns what it answered; where it did not, why: `late`, or `ended` without a word
 */
export function askProcess<Answer extends object>(
  module: string,
  request: object,
  { env = { PATH: process.env['PATH'] }, cwd, memory, longestMs, signal }: AskOptions = {},
): Promise<Answer | 'late' | 'ended'> {
  return new Promise((resolve) => {
    const child = fork(module, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: memory === undefined ? [] : [`--max-old-space-size=${memory}`],
      ...{ env, ...(cwd === undefined ? {} : { cwd }) },
    });
    let answer: Answer | 'late' | 'ended' = 'ended';
    const stop = () => child.kill('SIGKILL');
    const timer =
      longestMs === undefined
        ? undefined
        : setTimeout(() => {
            answer = 'late';
            stop();
          }, longestMs);
    signal?.addEventListener('abort', stop, { once: true });
    child.once('message', (told: Answer) => {
      answer = told;
    });
    const gone = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve(answer);
    };
    child.once('error', gone);
    child.once('close', gone);
    child.send(request);
  });
}
