import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Limiter } from '../../src/api/limiter.js';
import { pass, quiet, turnsOf } from './turns.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the limit', () => {
  it.each([1, 3, 16])('lets never more than %i send at once', async (most) => {
    const limiter = new Limiter(most, null);
    const { run, end, inFlight, events } = turnsOf(limiter);
    const results = Array.from({ length: 50 }, (_, i) => run(`${i}`));
    let highest = 0;
    while (events.length < 50 || inFlight().length > 0) {
      await quiet();
      highest = Math.max(highest, inFlight().length);
      await end(inFlight()[0] ?? '');
    }
    expect(highest).toBe(most);
    expect(await Promise.all(results)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}`));
  });

  it('lets the earlier rows go first, and of equal ones the first that came', async () => {
    const limiter = new Limiter(1, null);
    const { run, end, events } = turnsOf(limiter);
    void run('first');
    // One more is made ready ahead, whatever comes later.
    void run('ahead', { priority: 90 });
    await quiet();
    const priorities = [7, 3, 9, 3, 1, 7, 3, 8, 2, 1];
    priorities.forEach((priority, i) => {
      void run(`${priority}${'abcdefghij'[i]}`, { priority });
    });
    while (events.length < 12) await end(events.at(-1) ?? '');
    expect(events).toEqual(['first', 'ahead', '1e', '1j', '2i', '3b', '3d', '3g', '7a', '7f', '8h', '9c']);
  });

  it.each([
    [1, 1],
    [8, 1],
    [9, 2],
    [32, 4],
    [64, 4],
  ])('of %i lets %i more make themselves ready while they wait for a place', async (most, ahead) => {
    const limiter = new Limiter(most, null);
    const { run, inFlight } = turnsOf(limiter);
    let ready = 0;
    for (let i = 0; i < 100; i++)
      void run(`${i}`, {
        ready: async () => {
          ready++;
        },
      });
    await quiet();
    expect(inFlight()).toHaveLength(most);
    expect(ready).toBe(most + ahead);
  });

  it('is kept by what is ready before it is sent', async () => {
    const limiter = new Limiter(2, null);
    const { run, inFlight } = turnsOf(limiter);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    void run('slow to be ready', { ready: () => held });
    void run('b');
    void run('c');
    void run('d');
    await quiet();
    expect(inFlight()).toEqual(['b', 'c']);
    release();
    await quiet();
    expect(inFlight()).toEqual(['b', 'c']);
  });

  it('frees the place of one that failed, be it to get ready or to send', async () => {
    const limiter = new Limiter(1, null);
    const { run, end, events } = turnsOf(limiter);
    const failing = run('fails');
    const notReady = run('never sent', { ready: () => Promise.reject(new Error('no disk')) });
    const throwing = limiter.run({
      priority: 0,
      send: () => {
        throw new Error('thrown, not rejected');
      },
    });
    const caught = expect(throwing).rejects.toThrow('thrown, not rejected');
    const last = run('last');
    await quiet();
    await end('fails', new Error('refused'));
    await expect(failing).rejects.toThrow('refused');
    await expect(notReady).rejects.toThrow('no disk');
    await caught;
    expect(events).toEqual(['fails', 'last']);
    await end('last');
    expect(await last).toBe('last');
  });
});

describe('stop', () => {
  it('refuses who waits and who comes, and lets what is in flight end', async () => {
    const limiter = new Limiter(1, null);
    const { run, end, events } = turnsOf(limiter);
    const first = run('in flight');
    const others = [run('ready'), run('waiting'), run('waiting too')];
    await quiet();
    limiter.stop();
    const late = run('late');
    await end('in flight');
    expect(await first).toBe('in flight');
    for (const other of [...others, late])
      await expect(other).rejects.toMatchObject({ name: 'NotSentError', message: 'the run is stopping' });
    expect(events).toEqual(['in flight']);
  });

  it('lets those through that finish something, in their order, whether they wait or come later', async () => {
    const limiter = new Limiter(1, null);
    const { run, end, events } = turnsOf(limiter);
    void run('in flight');
    void run('ready', { finishing: true });
    void run('second', { finishing: true, priority: 5 });
    void run('refused', { priority: 1 });
    void run('first', { finishing: true, priority: 2 });
    await quiet();
    limiter.stop();
    void run('late', { finishing: true, priority: 9 });
    for (const name of ['in flight', 'ready', 'first', 'second', 'late']) await end(name);
    expect(events).toEqual(['in flight', 'ready', 'first', 'second', 'late']);
  });

  it('is noticed during a long pause', async () => {
    const limiter = new Limiter(4, null);
    const { run } = turnsOf(limiter);
    let ready = () => {};
    const napping = run('napping', {
      ready: () =>
        new Promise<void>((resolve) => {
          ready = resolve;
        }),
    });
    await quiet();
    limiter.pause(300_000);
    ready();
    const waiting = run('waiting');
    limiter.stop();
    await vi.advanceTimersByTimeAsync(300);
    await expect(napping).rejects.toMatchObject({ name: 'NotSentError' });
    await expect(waiting).rejects.toMatchObject({ name: 'NotSentError' });
  });

  it('lets what finishes something wait out a short pause, not a long one', async () => {
    vi.useRealTimers();
    const napping = async (pauseMs: number) => {
      const limiter = new Limiter(4, null);
      const { run, end, events } = turnsOf(limiter);
      let ready = () => {};
      const prepared = new Promise<void>((resolve) => {
        ready = resolve;
      });
      const finished = run('finishing', { finishing: true, ready: () => prepared });
      await quiet();
      limiter.pause(pauseMs);
      ready();
      await quiet();
      limiter.stop();
      return { finished, end, events };
    };
    const short = await napping(200);
    await pass(100);
    expect(short.events).toEqual([]);
    await vi.waitUntil(() => short.events.length > 0);
    await short.end('finishing');
    expect(await short.finished).toBe('finishing');
    const long = await napping(60_000);
    await expect(long.finished).rejects.toMatchObject({ name: 'NotSentError' });
    expect(long.events).toEqual([]);
  });

  it('ends a rest', async () => {
    const limiter = new Limiter(4, null);
    expect(limiter.stopped).toBe(false);
    const rest = limiter.rest(60_000);
    limiter.stop();
    await rest;
    await limiter.rest(60_000);
    expect(limiter.stopped).toBe(true);
  });
});
