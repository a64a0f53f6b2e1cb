import { describe, expect, it } from 'vitest';
import { harmless, oneLine } from '../../src/screen/plain-text.js';

describe('a text from outside', () => {
  it.each([
    ['plain, é漢😀 שלום', 'plain, é漢😀 שלום'],
    ['\u001b[31mred\u001b[0m', ' [31mred [0m'],
    ['\u001b]0;title\u0007', ' ]0;title '],
    ['\u009b2J', ' 2J'],
    ['a\r\nb\tc', 'a b c'],
    ['a\u0085\u2028b', 'a b'],
    ['invoice\u202excod.exe', 'invoice xcod.exe'],
    ['\u2066a\u2069\u007f', ' a '],
  ])('%j is shown as %j', (text, shown) => {
    expect(oneLine(text)).toBe(shown);
  });
});

describe('a text on its way to a screen', () => {
  it('keeps lines and tabs, and shows the rest as escapes', () => {
    const text = 'a\n\tb\u001b[2J\u0007\u009b\u202e\r';
    const shown = 'a\n\tb\\u001b[2J\\u0007\\u009b\\u202e\\u000d';
    expect(harmless(text, false)).toBe(shown);
    expect(harmless(text, true)).toBe(shown);
  });

  it('keeps the looks of the program on a terminal alone', () => {
    const looks = '\r\u001b[K\u001b[31;1mred\u001b[0m \u001b[2mdim\u001b[0m';
    expect(harmless(looks, true)).toBe(looks);
    expect(harmless(looks, false)).not.toContain('\u001b');
  });

  it.each([
    '\u001b[8m',
    '\u001b[30m',
    '\u001b[5m',
    '\u001b[1A',
    '\u001b[31;8m',
    '\u001b]8;;http://x\u0007',
    '\u001b[38;5;1m',
  ])('keeps no other look: %j', (look) => {
    expect(harmless(`x${look}y`, true)).not.toContain('\u001b');
  });

  it('leaves JSON what it was', () => {
    const value = { name: 'a\u009b\u202e\u007f\u001b"\\é' };
    expect(JSON.parse(harmless(JSON.stringify(value), true))).toEqual(value);
  });
});
