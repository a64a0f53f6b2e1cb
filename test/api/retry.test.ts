import { describe, expect, it } from 'vitest';
import { retryAfterMs, retryDelay, ruleForNetworkCode, ruleForStatus } from '../../src/api/retry.js';

const short = (rule: ReturnType<typeof ruleForStatus>) =>
  [
    rule.retry ? 'retry' : 'give up',
    rule.mayHaveHappened ? 'perhaps done' : 'not done',
    rule.countsAsTry ? 'a try' : 'free',
    rule.pressure ? 'pressure' : 'no pressure',
  ].join(', ');

describe('the rule of a status', () => {
  it.each([
    [400, 'give up, not done, a try, no pressure'],
    [401, 'give up, not done, a try, no pressure'],
    [403, 'give up, not done, a try, no pressure'],
    [404, 'give up, not done, a try, no pressure'],
    [409, 'give up, not done, a try, no pressure'],
    [422, 'give up, not done, a try, no pressure'],
    [499, 'give up, not done, a try, no pressure'],
    [408, 'retry, perhaps done, a try, no pressure'],
    [429, 'retry, not done, free, pressure'],
    [500, 'retry, perhaps done, a try, no pressure'],
    [501, 'retry, perhaps done, a try, no pressure'],
    [502, 'retry, perhaps done, a try, no pressure'],
    [503, 'retry, perhaps done, a try, pressure'],
    [504, 'retry, perhaps done, a try, no pressure'],
    [599, 'retry, perhaps done, a try, no pressure'],
    [100, 'retry, perhaps done, a try, no pressure'],
    [302, 'retry, perhaps done, a try, no pressure'],
  ])('%i: %s', (status, rule) => {
    expect(short(ruleForStatus(status))).toBe(rule);
  });
});

describe('the rule of a request without an answer', () => {
  it.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'UND_ERR_CONNECT_TIMEOUT',
  ])('%s: it never left', (code) => {
    expect(short(ruleForNetworkCode(code))).toBe('retry, not done, a try, no pressure');
  });

  it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UNKNOWN', ''])(
    '%s: it may have happened',
    (code) => {
      expect(short(ruleForNetworkCode(code))).toBe('retry, perhaps done, a try, no pressure');
    },
  );
});

describe('the delay before a try', () => {
  it.each([
    [1, 0, 100],
    [1, 1, 200],
    [2, 0, 200],
    [2, 0.5, 300],
    [5, 1, 3200],
    [7, 1, 12_800],
    [8, 0, 7500],
    [8, 1, 15_000],
    [2000, 1, 15_000],
  ])('after %i tries, with %d of the jitter: %i ms', (tries, random, ms) => {
    expect(retryDelay(tries, random)).toBe(ms);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');

  it.each([
    ['0', 0],
    ['2', 2000],
    ['1.5', 1500],
    ['300', 300_000],
    ['301', 300_000],
    ['99999999999', 300_000],
    ['Sun, 01 Mar 2026 12:00:30 GMT', 30_000],
    ['Sun, 01 Mar 2026 18:00:00 GMT', 300_000],
    ['Sun, 01 Mar 2026 12:00:00 GMT', 0],
  ])('%j means %i ms', (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  it.each([undefined, '-1', 'soon', 'NaN', '-Infinity', 'Sun, 01 Mar 2026 11:59:59 GMT', '', ' '])(
    '%j means nothing',
    (header) => {
      expect(retryAfterMs(header, now)).toBeUndefined();
    },
  );
});
