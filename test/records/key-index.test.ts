import { describe, expect, it } from 'vitest';
import { KeyIndex } from '../../src/records/across/key-index.js';
import { NumberTable } from '../../src/records/across/number-table.js';

describe('KeyIndex', () => {
  it('keeps the first value of a key, by kind and scope', () => {
    const index = new KeyIndex();
    expect(index.add(1, 0, 'SP-1', 7)).toBe(0);
    expect(index.add(1, 0, 'SP-1', 8)).toBe(7);
    expect(index.add(2, 0, 'SP-1', 9)).toBe(0);
    expect(index.add(1, 5, 'SP-1', 10)).toBe(0);
    expect([index.find(1, 0, 'SP-1'), index.find(2, 0, 'SP-1'), index.find(1, 5, 'SP-1')]).toEqual([
      7, 9, 10,
    ]);
    expect([index.find(1, 0, 'SP-2'), index.find(3, 0, 'SP-1'), index.find(1, 0, '')]).toEqual([0, 0, 0]);
    expect(index.size).toBe(3);
  });

  it('keeps the largest number that it takes, and refuses a larger one', () => {
    const index = new KeyIndex();
    for (let key = 0; key < 2000; key += 1) index.add(1, 0, `SP-${key}`, 67_108_863 - key);
    for (let key = 0; key < 2000; key += 1) expect(index.find(1, 0, `SP-${key}`)).toBe(67_108_863 - key);
    expect(() => index.add(1, 0, 'another', 67_108_864)).toThrow('more than 67108863 rows');
  });

  it('holds a million keys in less than 15 bytes each, and mistakes none for another', () => {
    const index = new KeyIndex();
    for (let key = 1; key <= 1_000_000; key += 1) {
      if (index.add(key % 3, key % 7, `SP-${key}`, key) !== 0)
        throw new Error(`SP-${key} was taken for another`);
    }
    expect(index.size).toBe(1_000_000);
    expect(index.bytes).toBeLessThan(15_000_000);
    for (let key = 1; key <= 1_000_000; key += 997)
      expect(index.find(key % 3, key % 7, `SP-${key}`)).toBe(key);
    expect(index.find(0, 0, 'SP-1000001')).toBe(0);
  });
});

describe('NumberTable', () => {
  it('keeps lines of numbers over chunks', () => {
    const table = new NumberTable(2);
    for (let line = 0; line < 20_000; line += 1) {
      expect(table.push()).toBe(line);
      table.set(line, 1, 4_000_000_000 + line);
    }
    expect(table.length).toBe(20_000);
    expect([table.get(0, 0), table.get(0, 1), table.get(19_999, 1)]).toEqual([
      0, 4_000_000_000, 4_000_019_999,
    ]);
    expect(table.get(20_001 + 8192, 0)).toBe(0);
    expect(table.bytes).toBe(3 * 8192 * 2 * 4);
  });
});
