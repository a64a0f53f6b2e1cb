import { describe, expect, it } from 'vitest';
import { bytesText } from '../../src/results/wording.js';

describe('bytes as a person reads them', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [280_300, '280.3 kB'],
    [3_120_000, '3.1 MB'],
    [200_000_000, '200 MB'],
    [12_000_000_000, '12 GB'],
    [5_000_000_000_000, '5000 GB'],
  ])('%d is %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });
});
