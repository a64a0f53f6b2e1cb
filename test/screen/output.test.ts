import { Writable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openOutput } from '../../src/screen/output.js';

/** A reader that takes nothing until it is told to. */
function reader() {
  const waiting: (() => void)[] = [];
  const taken: string[] = [];
  const stream = new Writable({
    highWaterMark: 10,
    write(chunk, _encoding, done) {
      waiting.push(() => {
        taken.push(String(chunk));
        done();
      });
    },
  });
  const take = async () => {
    waiting.shift()?.();
    await setImmediate();
  };
  return { output: openOutput(stream as unknown as NodeJS.WriteStream), stream, take, taken };
}

async function isDone(promise: Promise<void>): Promise<boolean> {
  await setImmediate();
  return Promise.race([promise.then(() => true), setImmediate(false)]);
}

describe('an output', () => {
  it('waits for its reader when there is no room, each time', async () => {
    const { output, take, taken } = reader();
    for (const text of ['0123456789', 'abcdefghij']) {
      const written = output.write(text);
      expect(await isDone(written)).toBe(false);
      await take();
      expect(await isDone(written)).toBe(true);
    }
    expect(taken).toEqual(['0123456789', 'abcdefghij']);
  });

  it('waits for nobody once its reader has gone away', async () => {
    const { output, stream } = reader();
    const written = output.write('0123456789');
    expect(await isDone(written)).toBe(false);
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(await isDone(written)).toBe(true);
    expect(await isDone(output.write('more and more and more'))).toBe(true);
    expect(await isDone(output.taken())).toBe(true);
  });
});
