import { describe, expect, it } from 'vitest';
import { compare, differenceText } from '../../src/resources/compare.js';

describe('what the sheet states and what the platform answers', () => {
  it('is compared field by field, whatever else the platform answers', () => {
    const stated = {
      timeZone: 'US/Mountain',
      listing: { listed: true, type: 'LIST_PUBLISH' },
      unit: undefined,
    };
    const now = {
      timeZone: 'US/Pacific',
      listing: { listed: true, type: 'PORTED', id: 1 },
      unit: '5',
      more: 2,
    };
    expect(compare(stated, now)).toEqual({
      differences: [
        { field: 'timeZone', inSheet: 'US/Mountain', onPlatform: 'US/Pacific' },
        { field: 'listing.type', inSheet: 'LIST_PUBLISH', onPlatform: 'PORTED' },
      ],
      unanswered: [],
    });
  });

  it('is told where the platform does not answer it, each field of a group', () => {
    const { differences, unanswered } = compare({ e911: { city: 'Orem', unit: undefined }, hold: true }, {});
    expect(differences).toEqual([]);
    expect(unanswered).toEqual([
      { field: 'e911.city', inSheet: 'Orem', onPlatform: '(not answered)' },
      { field: 'hold', inSheet: 'true', onPlatform: '(not answered)' },
    ]);
  });

  it('differs where the platform says that there is nothing, but for a switch that is off', () => {
    const stated = { callerId: '18015550100', fax: false, waiting: true };
    const now = { callerId: null, fax: null, waiting: null };
    expect(compare(stated, now).differences.map(differenceText)).toEqual([
      'callerId: 18015550100 → (blank)',
      'waiting: true → (blank)',
    ]);
    expect(compare(stated, now, true).differences).toEqual([]);
  });

  it.each([
    ['name', 'José  Main', 'Jose\u0301 Main'],
    ['macAddress', '0004f2aa0001', '0004F2AA0001'],
    ['dialingBehaviorType', 'OPEN_DIAL_PLAN_TEN_DIGIT', 'OPEN_DIAL_PLAN'],
    ['postalCode', '84042', '84042-1234'],
    ['callerIdNumber', '18015550100', '8015550100'],
    ['city', 'Lindon', 'LINDON'],
    ['billingCycleDay', 1, '1'],
    ['extensionPatterns', ['21XX', '2205'], ['21XX', '2205']],
  ])('%s: %j is the same as %j', (field, inSheet, onPlatform) => {
    expect(compare({ [field]: inSheet }, { [field]: onPlatform })).toEqual({
      differences: [],
      unanswered: [],
    });
  });

  it.each([
    ['lastName', 'lee', 'Lee'],
    ['postalCode', '84042', '84043'],
    ['callerIdNumber', '18015550100', '18015550101'],
    ['concurrentCalls', 10, 100],
    ['extensionPatterns', ['21XX'], ['21XX', '2205']],
    ['callWaitingEnabled', false, true],
  ])('%s: %j is another than %j', (field, inSheet, onPlatform) => {
    expect(compare({ [field]: inSheet }, { [field]: onPlatform }).differences).toHaveLength(1);
  });
});
