import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Limiter } from '../../src/api/limiter.js';
import { pass, quiet, turnsOf, width } from './turns.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
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
  /** When each of `count` more is sent. */
  function sentAt(limiter: Limiter, count: number): Promise<number[]> {
    const send = async () => Date.now();
    return Promise.all(Array.from({ length: count }, () => limiter.run({ priority: 0, send })));
  }

  it('spaces what is sent', async () => {
    vi.useRealTimers();
    const [first = 0, ...later] = await sentAt(new Limiter(16, 20), 4);
    // Timers may be a millisecond early.
    later.forEach((at, index) => {
      expect(at - first).toBeGreaterThanOrEqual((index + 1) * 50 - 3);
    });
  });

  it('does not make up for quiet times with a burst', async () => {
    vi.useRealTimers();
    const limiter = new Limiter(16, 20);
    await sentAt(limiter, 1);
    await pass(300);
    const [first = 0, second = 0, third = 0] = await sentAt(limiter, 3);
    expect(second - first).toBeGreaterThanOrEqual(45);
    expect(third - first).toBeGreaterThanOrEqual(95);
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
