import { setTimeout as sleep } from 'node:timers/promises';
import { vi } from 'vitest';
import type { Limiter, Turn } from '../../src/api/limiter.js';

/** Lets time pass; in real time where a test has asked for that. */
export const pass = async (ms: number) => {
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(ms);
  else await sleep(ms);
};

/** Lets everything run that waits for no time to pass. */
export const quiet = () => pass(0);

/** Turns that end when the test says so, and what became of them in order. */
export function turnsOf(limiter: Limiter) {
  const events: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const inFlight = () => [...ends.keys()];
  const run = (name: string, turn: Partial<Turn<string>> = {}): Promise<string> => {
    const result = limiter.run<string>({
      priority: 0,
      send: () => {
        events.push(name);
        return new Promise((resolve, reject) => {
          ends.set(name, (error) => {
            ends.delete(name);
            if (error) reject(error);
            else resolve(name);
          });
        });
      },
      ...turn,
    });
    result.catch(() => {});
    return result;
  };
  const end = async (name: string, error?: Error) => {
    ends.get(name)?.(error);
    await quiet();
  };
  return { events, inFlight, run, end };
}

/** How many of many turns are in flight at once. */
export async function width(limiter: Limiter): Promise<number> {
  const { run, inFlight, end } = turnsOf(limiter);
  for (let i = 0; i < 64; i++) void run(`turn ${i}`);
  await quiet();
  const most = inFlight().length;
  while (inFlight().length > 0) await end(inFlight()[0] ?? '');
  return most;
}
