import { describe, expect, it } from 'vitest';
import { type Match, soughtOf } from '../../src/run/sought.js';

describe('what is looked for', () => {
  it.each<[sought: string, value: string, match: Match | null]>([
    ['ann lee', 'Ann  Lee', 'whole'],
    ['Lee', 'Ann Lee', 'whole'],
    ['lee', 'Leeds', 'part'],
    ['Lee', 'Ann', null],
    // the second time it stands alone
    ['lee', 'Leeds, Lee', 'whole'],
    ['SØREN', 'søren ingrid', 'whole'],
    ['Zoe\u0308', 'Zoë', 'whole'],
    ['SP-1', 'SP-1', 'whole'],
    ['SP-1', 'SP-10', 'part'],
    ['@example.com', 'bob@example.com', 'whole'],
    ['example.co', 'bob@example.com', 'part'],
    ['n_qcRdAJ7SDnEvyjQi0VaA', 'n_qcRdAJ7SDnEvyjQi0VaA', 'whole'],
    ...[
      '18015550100',
      '8015550100',
      '801-555-0100',
      '(801) 555-0100',
      '+1 801.555.0100',
      '1 801 555 0100',
    ].flatMap((sought): [string, string, Match | null][] => [
      [sought, '18015550100', 'whole'],
      [sought, '(801) 555 0100', 'whole'],
      [sought, 'Main line: 801/555-0100, after 5 pm', 'whole'],
      [sought, '18015550101', null],
      [sought, '98018015550100', 'part'],
    ]),
    ['555-0100', '18015550100', 'part'],
    ['5550100', '(801) 555-0100', 'part'],
    // no number without an exchange: as it is typed
    ['0100', '801-555-0100', 'whole'],
    ['55501', '801-555-0100', null],
    ...[
      '00a0c91f2b3e',
      '00:A0:C9:1F:2B:3E',
      '00-a0-c9-1f-2b-3e',
      '00a0.c91f.2b3e',
      '00 A0 C9 1F 2B 3E',
    ].flatMap((sought): [string, string, Match | null][] => [
      [sought, '00a0c91f2b3e', 'whole'],
      [sought, '00-A0-C9-1F-2B-3E', 'whole'],
      [sought, '00a0c91f2b3f', null],
    ]),
    ['00:a0:c9', '00a0c91f2b3e', 'part'],
    ['100%', '100%', 'whole'],
    ['_', 'a b', null],
  ])('%s in %s is %s', (sought, value, match) => {
    expect(soughtOf(sought).matches(value)).toBe(match);
  });

  it.each([
    ['D\'Arcy "Jr", Seán', ["D'Arcy", 'Jr', 'Se', 'n']],
    ['a\\b', ['a', 'b']],
    ['東京', []],
    ['İstanbul', ['stanbul']],
  ])('asks a journal of %s for no more than every row has that matches', (text, words) => {
    expect(soughtOf(text).inJournal).toEqual({ words, digits: [] });
  });
});
