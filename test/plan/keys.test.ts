import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { baseOf, keyOf, kindOf, nthOf, plainName, withNth } from '../../src/plan/keys.js';

describe('a key', () => {
  it.each([
    [keyOf.account('SP-123'), 'account:SP-123'],
    [keyOf.user('SP-123', '4000'), 'user:SP-123/4000'],
    [keyOf.user('HP-2001', undefined), 'user:HP-2001'],
    [keyOf.businessLine('SP-1', 'Front desk'), 'businessLine:SP-1/Front desk'],
    [keyOf.sipTrunk('HQ'), 'sipTrunk:HQ'],
    [keyOf.device('0004f2aa0001', 2), 'device:0004f2aa0001/2'],
    [keyOf.number('18015550100'), 'number:18015550100'],
    [keyOf.searchedNumber('user:SP-1/4000', 1), 'number:user:SP-1/4000'],
    [keyOf.searchedNumber('user:SP-1/4000', 2), 'number:user:SP-1/4000#2'],
    [keyOf.of('reference', 'number:18015550100'), 'reference:number:18015550100'],
  ])('%s', (key, expected) => {
    expect(key).toBe(expected);
  });

  it('of a user of one account is none of another account, whatever their numbers hold', () => {
    expect(keyOf.user('XX1', '2000')).not.toBe(keyOf.user('XX1/2000', undefined));
    expect(keyOf.businessLine('A', 'B/C')).not.toBe(keyOf.businessLine('A/B', 'C'));
  });

  it('is not taken for that of a second search', () => {
    const line = keyOf.searchedNumber(keyOf.businessLine('A', 'Front #2'), 1);
    expect(nthOf(line)).toBe(1);
    expect(nthOf(keyOf.searchedNumber(keyOf.user('HOME#3', undefined), 1))).toBe(1);
    expect(line).not.toBe(keyOf.searchedNumber(keyOf.businessLine('A', 'Front '), 2));
  });

  it('is one for names that differ in composition or spacing alone', () => {
    expect(keyOf.businessLine('A', 'Jose\u0301  Main')).toBe(keyOf.businessLine('A', 'José Main'));
    expect(keyOf.sipTrunk('hq')).not.toBe(keyOf.sipTrunk('HQ'));
  });

  it('tells different names apart and can be taken apart again', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aB1/#%2F é'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(name, name, name, name, fc.integer({ min: 1, max: 12 }), (a, b, c, d, nth) => {
        const [left, right] = [keyOf.businessLine(a, b), keyOf.businessLine(c, d)];
        const same = plainName(a) === plainName(c) && plainName(b) === plainName(d);
        expect(left === right).toBe(same);
        expect(keyOf.user(a, undefined) === keyOf.user(c, d)).toBe(false);
        const searched = keyOf.searchedNumber(left, nth);
        expect(nthOf(searched)).toBe(nth);
        expect(withNth(searched, 1)).toBe(keyOf.searchedNumber(left, 1));
        expect(withNth(searched, 7)).toBe(keyOf.searchedNumber(left, 7));
        expect(baseOf(keyOf.of('reference', searched))).toBe(searched);
        expect(kindOf(keyOf.of('reference', searched))).toBe('reference');
      }),
    );
  });
});
