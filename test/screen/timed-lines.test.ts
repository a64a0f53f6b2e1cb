import { describe, expect, it } from 'vitest';
import { timedLines, timeText } from '../../src/screen/timed-lines.js';

describe('a time', () => {
  it('is local, with its distance from UTC', () => {
    const moment = new Date('2026-03-01T23:30:05.900Z');
    const text = timeText(moment);
    expect(text).toMatch(/^2026-03-0[12]T\d\d:\d\d:05[+-]\d\d:\d\d$/);
    expect(new Date(text)).toEqual(new Date('2026-03-01T23:30:05Z'));
  });

  it.each([
    [-330, '2026-03-02T05:00:05+05:30'],
    [480, '2026-03-01T15:30:05-08:00'],
    [210, '2026-03-01T20:00:05-03:30'],
    [0, '2026-03-01T23:30:05+00:00'],
  ])('is right %i minutes from UTC', (offset, text) => {
    const moment = new Date('2026-03-01T23:30:05Z');
    moment.getTimezoneOffset = () => offset;
    expect(timeText(moment)).toBe(text);
  });
});

describe('lines with times', () => {
  it('have one each, but for blank ones; a line that comes in parts has one', () => {
    const moment = new Date('2026-03-01T23:30:05Z');
    const timed = timedLines(() => moment);
    const time = timeText(moment);
    expect(timed('\none\n\ntwo\n')).toBe(`\n${time} one\n\n${time} two\n`);
    expect([timed('thr'), timed(''), timed('ee'), timed('\nfour\n')]).toEqual([
      ...[`${time} thr`, '', 'ee'],
      `\n${time} four\n`,
    ]);
    expect(timed('five')).toBe(`${time} five`);
  });
});
