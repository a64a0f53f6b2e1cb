import { describe, expect, it } from 'vitest';
import { type Change, changesOf, fieldsWith, isAs, wholeWith } from '../../src/resources/changes.js';

const VOICEMAIL = { '@type': 'VoicemailRingFailoverAction' };
const forwardTo = (forwardToPhoneNumber: string) => ({
  '@type': 'ForwardRingFailoverAction',
  forwardToPhoneNumber,
});
const limited = (timeoutSeconds: number | undefined, noAnswerAction: object) => ({
  '@type': 'LimitedRingTimeoutConfiguration',
  timeoutSeconds,
  noAnswerAction,
});

describe('changesOf', () => {
  it.each<[string, object, object, Change[]]>([
    ['the same', { timeZone: 'US/Pacific', on: true }, { timeZone: 'US/Pacific', on: true }, []],
    ['what is not stated', { timeZone: undefined }, { timeZone: 'US/Pacific' }, []],
    ['another value', { timeZone: 'B' }, { timeZone: 'A' }, [{ field: 'timeZone', from: 'A', to: 'B' }]],
    ['a value where none was', { customField: 'B' }, {}, [{ field: 'customField', from: null, to: 'B' }]],
    ['a value where null was', { n: 3 }, { n: null }, [{ field: 'n', from: null, to: 3 }]],
    ['a switch that was never set, off', { on: false }, {}, []],
    ['a switch that was never set, on', { on: true }, {}, [{ field: 'on', from: null, to: true }]],
    ['a blank where none was', { unit: '' }, {}, []],
    ['a blank where a value was', { unit: '' }, { unit: '5' }, [{ field: 'unit', from: '5', to: '' }]],
    ['a number in another form', { primaryTn: '18015550100' }, { primaryTn: '8015550100' }, []],
    ['a mail address in capitals', { emailAddress: 'a@b.example' }, { emailAddress: 'A@B.example' }, []],
    ['a list', { p: ['1X', '2X'] }, { p: ['1X'] }, [{ field: 'p', from: ['1X'], to: ['1X', '2X'] }]],
    [
      'one field of a group',
      { listing: { listed: true, type: 'B' } },
      { listing: { listed: true, type: 'A', more: 1 } },
      [{ field: 'listing.type', from: 'A', to: 'B' }],
    ],
    [
      'an object of another form, whole',
      { busy: VOICEMAIL },
      { busy: forwardTo('1801') },
      [{ field: 'busy', from: forwardTo('1801'), to: VOICEMAIL }],
    ],
    [
      'one field of an object of the same form',
      { ring: limited(undefined, VOICEMAIL) },
      { ring: limited(30, forwardTo('1801')) },
      [{ field: 'ring.noAnswerAction', from: forwardTo('1801'), to: VOICEMAIL }],
    ],
  ])('of %s', (_what, stated, now, changes) => {
    expect(changesOf(stated, now)).toEqual(changes);
  });
});

describe('what is sent', () => {
  it('is each changed field whole, with all of it that is not stated', () => {
    const now = { record: { name: 'A', middle: 'M', at: { street: 'X', city: 'Y' } }, other: 1 };
    const changes = changesOf({ record: { name: 'B', at: { street: 'Z' } } }, now);
    const fields = fieldsWith(changes, now);
    expect(fields).toEqual({ record: { name: 'B', middle: 'M', at: { street: 'Z', city: 'Y' } } });
    const after = { ...now, ...fields };
    for (const change of changes) expect(isAs(change, change.to, after)).toBe(true);
    const back = fieldsWith(
      changes.map(({ field, from }) => ({ field, to: from })),
      after,
    );
    expect({ ...after, ...back }).toEqual(now);
  });

  it('has null for what had no value, and a whole record leaves that out', () => {
    const fields = fieldsWith([{ field: 'email', to: null }], { email: 'a', name: 'N' });
    expect(fields).toEqual({ email: null });
    expect(wholeWith({ email: 'a', name: 'N', gone: null }, fields)).toEqual({ name: 'N' });
  });

  it('tells whether somebody has changed it since', () => {
    const [change] = changesOf({ busy: VOICEMAIL }, { busy: forwardTo('1801') });
    if (!change) throw new Error('no change');
    expect(isAs(change, change.to, { busy: VOICEMAIL })).toBe(true);
    expect(isAs(change, change.to, { busy: forwardTo('1802') })).toBe(false);
    expect(isAs(change, change.from, { busy: forwardTo('1802') })).toBe(false);
    expect(isAs(change, change.from, { busy: forwardTo('1801') })).toBe(true);
  });
});
