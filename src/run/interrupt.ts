import { interruption } from '../errors.js';

/** @throws StopError `INTERRUPTED` when a stop was asked for */
export function refuseInterrupted(signal: AbortSignal): void {
  if (signal.aborted) throw interruption();
}

/**
 * Waits for something that cannot be stopped itself, such as a log-in, no longer than until a stop is asked for.
 * @param late takes what comes all the same
 * @throws StopError `INTERRUPTED`
 */
export async function unlessInterrupted<T>(
  signal: AbortSignal,
  work: Promise<T>,
  late: (result: T) => unknown = () => {},
): Promise<T> {
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(interruption());
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    if (signal.aborted) stop();
    return await Promise.race([stopped, work]);
  } catch (error) {
    if (signal.aborted) void work.then(late).catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
