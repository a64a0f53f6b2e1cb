import { afterEach, describe, expect, it, vi } from 'vitest';
import { Limiter } from '../../src/api/limiter.js';
import { AGAIN, clientFor, GOOD, get, inOrder } from './scripted-server.js';

const HOUR = 3_600_000;

/** Sets the clock of the machine, for as long as the test lasts. */
function setClock(byMs: number): void {
  const now = Date.now;
  vi.spyOn(Date, 'now').mockImplementation(() => now() + byMs);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each([
  ['back', -HOUR],
  ['forward', HOUR],
])('a clock that is set %s by an hour', (_where, by) => {
  it('does not change how long a pause lasts', async () => {
    const limiter = new Limiter(4, null);
    const began = performance.now();
    limiter.pause(300);
    setClock(by);
    expect(limiter.paused).toBe(true);
    await limiter.run({ priority: 0, send: async () => {} });
    const took = performance.now() - began;
    expect(took).toBeGreaterThanOrEqual(295);
    expect(took).toBeLessThan(1500);
    expect(limiter.report.pausedMs).toBe(300);
  });

  it('does not keep a run that is stopping from its end', async () => {
    const limiter = new Limiter(1, null);
    limiter.pause(300);
    setClock(by);
    const waiting = limiter.run({ priority: 0, send: async () => 'sent' });
    const finishing = limiter.run({ priority: 0, finishing: true, send: async () => 'finished' });
    limiter.stop();
    await expect(waiting).rejects.toMatchObject({ name: 'NotSentError' });
    expect(await finishing).toBe('finished');
  });

  it('does not change the rate', async () => {
    const limiter = new Limiter(8, 20);
    const began = performance.now();
    await limiter.run({ priority: 0, send: async () => {} });
    setClock(by);
    await Promise.all(Array.from({ length: 4 }, () => limiter.run({ priority: 0, send: async () => {} })));
    const took = performance.now() - began;
    expect(took).toBeGreaterThanOrEqual(195);
    expect(took).toBeLessThan(1500);
  });

  it('does not let a platform that asks for less be given up on, or waited for', async () => {
    const reply = inOrder(AGAIN, AGAIN, GOOD);
    let changed = false;
    const { client } = await clientFor(() => {
      if (!changed) setClock(by);
      changed = true;
      return reply();
    });
    const began = performance.now();
    expect(await client.send(get)).toMatchObject({ id: 'A1' });
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
