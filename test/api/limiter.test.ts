import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Limiter, type Turn } from '../../src/api/limiter.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Lets time pass; in real time where a test has asked for that. */
const pass = async (ms: number) => {
  if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(ms);
  else await sleep(ms);
};

/** Lets everything run that waits for no time to pass. */
const quiet = () => pass(0);

/** Turns that end when the test says so, and what became of them in order. */
function turnsOf(limiter: Limiter) {
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
async function width(limiter: Limiter): Promise<number> {
  const { run, inFlight, end } = turnsOf(limiter);
  for (let i = 0; i < 64; i++) void run(`turn ${i}`);
  await quiet();
  const most = inFlight().length;
  while (inFlight().length > 0) await end(inFlight()[0] ?? '');
  return most;
}

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

describe('a pause', () => {
  it('holds everybody, those who are ready already among them, and ends by itself', async () => {
    vi.useRealTimers();
    const limiter = new Limiter(2, null);
    const { run, end, events } = turnsOf(limiter);
    for (const name of ['a', 'b', 'c', 'd']) void run(name);
    await quiet();
    limiter.pause(300);
    expect(limiter.paused).toBe(true);
    await end('a');
    await end('b');
    void run('e');
    await pass(150);
    expect(events).toEqual(['a', 'b']);
    await vi.waitUntil(() => events.length > 2);
    expect(limiter.paused).toBe(false);
    expect(events).toEqual(['a', 'b', 'c']);
    await end('c');
    await end('d');
    await end('e');
    expect(events).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('is made longer by a later one, never shorter, and counts its time once', async () => {
    const limiter = new Limiter(2, null);
    const { run, events } = turnsOf(limiter);
    limiter.pause(1000);
    await vi.advanceTimersByTimeAsync(500);
    limiter.pause(100);
    limiter.pause(2000);
    void run('a');
    await vi.advanceTimersByTimeAsync(1950);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(events).toEqual(['a']);
    expect(limiter.report).toMatchObject({ pauses: 3, pausedMs: 2500 });
  });

  it('halves the limit once, however many answers ask for it at the same time, down to one', async () => {
    const limiter = new Limiter(16, null);
    for (let i = 0; i < 10; i++) limiter.pause(0);
    expect(await width(limiter)).toBe(8);
    for (const left of [4, 2, 1, 1]) {
      await vi.advanceTimersByTimeAsync(201);
      limiter.pause(0);
      expect(await width(limiter)).toBe(left);
    }
    expect(limiter.report).toMatchObject({ lowest: 1, highest: 16 });
  });

  it('is followed by a limit that rises while the platform is calm, up to where it was', async () => {
    const limiter = new Limiter(4, null);
    limiter.pause(0);
    expect(await width(limiter)).toBe(2);
    limiter.observe('op', 50);
    for (let i = 0; i < 2; i++) limiter.observe('op', 50);
    expect(await width(limiter)).toBe(3);
    for (let i = 0; i < 3; i++) limiter.observe('op', 50);
    expect(await width(limiter)).toBe(4);
    for (let i = 0; i < 100; i++) limiter.observe('op', 50);
    expect(await width(limiter)).toBe(4);
  });
});

describe('the rate', () => {
  it('spaces what is sent', async () => {
    const limiter = new Limiter(16, 10);
    const started = Date.now();
    const at: number[] = [];
    for (let i = 0; i < 5; i++)
      void limiter.run({
        priority: 0,
        send: async () => {
          at.push(Date.now() - started);
        },
      });
    await vi.advanceTimersByTimeAsync(1000);
    expect(at).toEqual([0, 100, 200, 300, 400]);
  });

  it('does not make up for quiet times with a burst', async () => {
    const limiter = new Limiter(16, 10);
    const at: number[] = [];
    const run = () =>
      limiter.run({
        priority: 0,
        send: async () => {
          at.push(Date.now());
        },
      });
    void run();
    await vi.advanceTimersByTimeAsync(10_000);
    for (let i = 0; i < 3; i++) void run();
    await vi.advanceTimersByTimeAsync(1000);
    const [first = 0, ...later] = at.slice(1);
    expect(later.map((time) => time - first)).toEqual([100, 200]);
  });

  it('is kept by those who wait out a pause together', async () => {
    vi.useRealTimers();
    const limiter = new Limiter(16, 100);
    const { run, events } = turnsOf(limiter);
    let ready = () => {};
    const prepared = new Promise<void>((resolve) => {
      ready = resolve;
    });
    for (let i = 0; i < 16; i++) void run(`${i}`, { ready: () => prepared });
    await pass(250);
    limiter.pause(100);
    ready();
    await vi.waitUntil(() => events.length > 0, { interval: 1 });
    expect(events.length).toBeLessThanOrEqual(3);
  });
});

describe('climbing latency', () => {
  const SLOW = 1000;

  async function usually(limiter: Limiter, ms: number) {
    for (let i = 0; i < 20; i++) limiter.observe('op', ms);
    await vi.advanceTimersByTimeAsync(1000);
  }

  it('lowers the limit by a quarter when most answers are slow', async () => {
    const limiter = new Limiter(16, null);
    await usually(limiter, 50);
    for (let i = 0; i < 10; i++) limiter.observe('op', SLOW);
    expect(await width(limiter)).toBe(12);
  });

  it('is not seen in a few slow answers among quick ones', async () => {
    const limiter = new Limiter(16, null);
    await usually(limiter, 50);
    for (let i = 0; i < 50; i++) limiter.observe('op', i % 5 === 0 ? SLOW : 50);
    expect(limiter.report.lowest).toBe(16);
  });

  it('is not seen in one slow answer after the first', () => {
    const limiter = new Limiter(16, null);
    limiter.observe('op', 50);
    limiter.observe('op', SLOW);
    expect(limiter.report.lowest).toBe(16);
  });

  it('is told from an operation that is always slow', async () => {
    const limiter = new Limiter(16, null);
    await usually(limiter, 50);
    for (let i = 0; i < 100; i++) limiter.observe('slow one', SLOW);
    expect(limiter.report.lowest).toBe(16);
  });

  it('counts neither small differences nor small ratios', async () => {
    const limiter = new Limiter(16, null);
    await usually(limiter, 10);
    for (let i = 0; i < 50; i++) limiter.observe('op', 200);
    for (let i = 0; i < 50; i++) limiter.observe('other', i === 0 ? 2000 : 3000);
    expect(limiter.report.lowest).toBe(16);
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
