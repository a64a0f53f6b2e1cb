import type { Connection } from './connect.js';
import { type Follow, type RunEvent, tell } from './events.js';

const EVERY_MS = 500;

/** How far a command is: what of a `progress` event is its own to say. */
export type HowFar = Pick<
  Extract<RunEvent, { type: 'progress' }>,
  'of' | 'done' | 'total' | 'failed' | 'rows'
>;

/**
 * Tells how far a command is, twice a second, and when the platform makes it wait.
 * @param howFar asked each time
 * @returns ends it
 */
export function tellProgress(
  follow: Follow,
  { client, limiter }: Pick<Connection, 'client' | 'limiter'>,
  howFar: () => HowFar,
): () => void {
  let told = { pauses: 0, requests: client.requests, at: performance.now() };
  return often(() => {
    const { pauses, pausedMs } = limiter.report;
    if (pauses > told.pauses) tell(follow, { type: 'paused', pauses, pausedMs });
    const { requests } = client;
    const at = performance.now();
    const rate = ((requests - told.requests) * 1000) / (at - told.at);
    told = { pauses, requests, at };
    const { inFlight, limit, pauseMs } = limiter.state;
    const pausedUntil = pauseMs > 0 ? new Date(Date.now() + pauseMs).toISOString() : null;
    tell(follow, {
      ...{ type: 'progress', ...howFar(), requests, rate: Math.round(rate * 10) / 10 },
      ...{ inFlight, limit, pausedUntil },
    });
  });
}

/** Tells how many rows are read, twice a second, once there is one. @returns ends it */
export function tellReading(follow: Follow, rows: () => number): () => void {
  return often(() => {
    if (rows() > 0) tell(follow, { type: 'reading', rows: rows() });
  });
}

function often(work: () => void): () => void {
  const timer = setInterval(work, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
