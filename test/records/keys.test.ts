import { describe, expect, it } from 'vitest';
import { comparable, nearForm } from '../../src/records/across/keys.js';

describe('the form in which names are compared', () => {
  it.each([
    ['Wasatch Dental Group', 'Wasatch Dental Group'],
    ['Jose\u0301', 'José'],
    ['José\u00a0 Café', 'José Café'],
    ['\u200eJosé\u200b\ufeff Café\u202c ', 'José Café'],
    ['Front  desk', 'Front desk'],
    ['漢字', '漢字'],
    ['FRONT desk', 'FRONT desk'],
    ['½ Street', '½ Street'],
  ])('of %j is %j', (text, form) => {
    expect(comparable(text)).toBe(form);
  });
});

describe('account numbers that are nearly the same', () => {
  it.each([
    ['SP-1001', 'sp-1001'],
    ['0012345', '12345'],
    ['00SP-1', 'sp-1'],
    ['0', '000'],
    ['E\u0301TE\u0301-1', 'ÉTÉ-1'],
    ['ＳＰ－１００１', 'SP-1001'],
    ['SP\u200b-1001', 'SP-1001'],
  ])('%j and %j have one form', (one, other) => {
    expect(nearForm(one)).toBe(nearForm(other));
  });

  it.each([
    ['SP-1001', 'SP-10010'],
    ['SP-1001', 'SP1001'],
    ['100', '1'],
    ['A0', 'A'],
  ])('%j and %j have two', (one, other) => {
    expect(nearForm(one)).not.toBe(nearForm(other));
  });
});
