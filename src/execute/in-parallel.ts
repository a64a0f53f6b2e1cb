import { setImmediate } from 'node:timers/promises';
import { NotSentError } from '../api/api-error.js';
import type { StopSwitch } from './stop-switch.js';

/** Workers that begin their first item in one turn of the event loop. */
const BEGIN_TOGETHER = 8;

/**
 * Works on items as places get free, in their order, pulling each only when it is its turn.
 * That the run is stopping is no error: `stop` tells it.
 *
 * @throws what `work` or the items threw first, once all that was at work has ended; nothing new is begun after it
 */
export async function inParallel<T>(
  items: Iterator<T>,
  workers: number,
  stop: StopSwitch,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const errors: unknown[] = [];
  const worker = async () => {
    while (errors.length === 0 && !stop.stopped) {
      try {
        const next = items.next();
        if (next.done) return;
        await work(next.value);
      } catch (error) {
        if (error instanceof NotSentError) return;
        errors.push(error);
        stop.stop('interrupted');
      }
    }
  };
  const working: Promise<void>[] = [];
  for (let started = 0; started < workers; started += 1) {
    working.push(worker());
    // what the first have to send leaves before the plans of all the others are made
    if (started % BEGIN_TOGETHER === 0) await setImmediate();
  }
  await Promise.all(working);
  if (errors.length > 0) throw errors[0];
}
