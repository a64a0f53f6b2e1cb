import { describe, expect, it } from 'vitest';
import { Limiter } from '../../src/api/limiter.js';
import { inParallel } from '../../src/execute/in-parallel.js';
import { stopSwitch } from '../../src/execute/stop-switch.js';

const switchOf = () => stopSwitch(new Limiter(4, null));
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('works on all items, that many at once, pulling each only at its turn', async () => {
    let pulled = 0;
    function* items() {
      for (; pulled < 20; ) yield pulled++;
    }
    const done: number[] = [];
    let working = 0;
    await inParallel(items(), 3, switchOf(), async (item) => {
      expect(++working).toBeLessThanOrEqual(3);
      expect(pulled - done.length).toBeLessThanOrEqual(4);
      await turn();
      working--;
      done.push(item);
    });
    expect([...done].sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('ends what is at work, begins nothing more, and throws the first error', async () => {
    const stop = switchOf();
    const ended: number[] = [];
    const begun: number[] = [];
    const work = async (item: number) => {
      begun.push(item);
      // until all three are at work
      while (begun.length < 3) await turn();
      if (item === 1) throw new Error('first');
      await turn();
      if (item === 2) throw new Error('second');
      ended.push(item);
    };
    await expect(inParallel([0, 1, 2, 3, 4, 5].values(), 3, stop, work)).rejects.toThrow('first');
    expect(begun).toEqual([0, 1, 2]);
    expect(ended).toEqual([0]);
    expect(stop.stopped).toBe('interrupted');
  });

  it('begins nothing once it is stopped', async () => {
    const stop = switchOf();
    const begun: number[] = [];
    await inParallel([1, 2, 3, 4].values(), 2, stop, async (item) => {
      begun.push(item);
      if (item === 2) stop.stop('maxErrors');
      await turn();
    });
    expect(begun).toEqual([1, 2]);
  });

  it('throws what the items throw once what is at work has ended, and leaves no rejection behind', async () => {
    function* items() {
      yield 1;
      yield 2;
      throw new Error('damaged');
    }
    const ended: number[] = [];
    const unhandled: unknown[] = [];
    const note = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', note);
    const working = inParallel(items(), 40, switchOf(), async (item) => {
      for (let turns = 0; turns < 20; turns++) await turn();
      ended.push(item);
    });
    await expect(working).rejects.toThrow('damaged');
    process.off('unhandledRejection', note);
    expect(ended).toEqual([1, 2]);
    expect(unhandled).toEqual([]);
  });

  it('takes no items at all', async () => {
    await inParallel([].values(), 3, switchOf(), () => Promise.reject(new Error('never')));
  });
});

describe('a stop switch', () => {
  it('keeps its first reason and stops the limiter', async () => {
    const limiter = new Limiter(4, null);
    const stop = stopSwitch(limiter);
    expect(stop.stopped).toBeNull();
    stop.stop('maxErrors');
    stop.stop('interrupted');
    expect(stop.stopped).toBe('maxErrors');
    await expect(limiter.run({ priority: 0, send: async () => 1 })).rejects.toMatchObject({
      name: 'NotSentError',
    });
  });
});
