import type { Limiter } from '../api/limiter.js';

/** Why a run ended before its last row. */
export type Stopped = 'maxErrors' | 'interrupted';

/** Lets a signal handler stop a run: what is in flight is finished, the rest stays pending. */
export interface StopSwitch {
  readonly stopped: Stopped | null;
  stop(reason: Stopped): void;
}

/** @param limiter refuses whatever has not been sent yet once the switch is thrown */
export function stopSwitch(limiter: Limiter): StopSwitch {
  let stopped: Stopped | null = null;
  return {
    get stopped() {
      return stopped;
    },
    stop(reason) {
      stopped ??= reason;
      limiter.stop();
    },
  };
}
