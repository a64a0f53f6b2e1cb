import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyMarks } from '../../src/journal/key-marks.js';

const keyOf = (n: number) => `number:user:SP-${n}/${2000 + (n % 7000)}#1`;

describe('marks of keys', () => {
  it('never deny a key that was marked', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (keys) => {
        const marks = new KeyMarks();
        for (const key of keys) marks.mark(key);
        expect(keys.filter((key) => !marks.mayHave(key))).toEqual([]);
      }),
    );
  });

  it('deny nearly all others, with half a million keys', () => {
    const marks = new KeyMarks();
    for (let n = 0; n < 500_000; n += 1) marks.mark(keyOf(n));
    let denied = 0;
    let perhaps = 0;
    for (let n = 0; n < 500_000; n += 1) if (!marks.mayHave(keyOf(n))) denied += 1;
    for (let n = 500_000; n < 600_000; n += 1) if (marks.mayHave(keyOf(n))) perhaps += 1;
    expect(denied).toBe(0);
    expect(perhaps).toBeLessThan(3000);
  });
});
