import { NotSentError } from '../api/api-error.js';
import type { StopSwitch } from './stop-switch.js';

/**
 * Works on items as places get free, in their order, pulling each only when it is its turn.
 * That the run is stopping is no error: `stop` tells it.
 *
 * @throws what `work` threw first, once all that was at work has ended; nothing new is begun after it
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
      const next = items.next();
      if (next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        if (error instanceof NotSentError) return;
        errors.push(error);
        stop.stop('interrupted');
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
  if (errors.length > 0) throw errors[0];
}
