import { describe, expect, it } from 'vitest';
import { huntMembersOf } from '../../src/records/cells/hunt-members.js';
import { brief, type Cells, example, validateRows } from './sheet.js';

/** Two lines of the account of the example, and a group that rings them. */
const line = (lineName: string): Cells => ({
  ...{ product: 'BUSINESS_LINE', accountNumber: 'HG-1', lineName, numberSource: 'NONE' },
});
const group = (changes: Cells = {}): Cells => ({
  ...{ product: 'HUNT_GROUP', accountNumber: 'HG-1', accountName: 'Hotel', timeZone: 'US/Mountain' },
  ...{ billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT', extensionLength: '4' },
  ...{
    huntGroupName: 'Sales',
    huntStrategy: 'LINEAR',
    huntMembers: 'Front; Back',
    huntRingTimeoutSeconds: '20',
  },
  ...changes,
});
function found(changes: Cells, ...more: Cells[]): string[] {
  const { problems, late } = validateRows(group(changes), line('Front'), line('Back'), ...more);
  return [...problems, ...late].map(brief);
}
const valuesOf = (changes: Cells) => validateRows(group(changes)).checked[0]?.record.values;

describe('the rules of hunt groups', () => {
  it('accept each strategy with what it needs, and the example', () => {
    expect(found({})).toEqual([]);
    expect(found({ huntStrategy: 'SIMULTANEOUS' })).toEqual([]);
    expect(found({ huntStrategy: 'SEQUENTIAL' })).toEqual([]);
    expect(
      found({ huntStrategy: 'SEQUENTIAL', huntMembers: 'Front:15; Back:20', huntRingTimeoutSeconds: '' }),
    ).toEqual([]);
    expect(validateRows(example('HUNT_GROUP')).problems).toEqual([]);
  });

  it.each([
    ['Ring All', 'SIMULTANEOUS'],
    ['simultaneous', 'SIMULTANEOUS'],
    ['Top Down', 'LINEAR'],
    ['Sequential', 'SEQUENTIAL'],
  ])('read the strategy %s as %s', (typed, strategy) => {
    expect(valuesOf({ huntStrategy: typed })?.huntStrategy).toBe(strategy);
  });

  it('ask for a time where no member has one of its own', () => {
    const blank = { huntRingTimeoutSeconds: '' };
    for (const huntStrategy of ['LINEAR', 'SIMULTANEOUS', 'SEQUENTIAL'])
      expect(found({ ...blank, huntStrategy })).toEqual(['row 2 huntRingTimeoutSeconds REQUIRED']);
    expect(found({ ...blank, huntStrategy: 'SEQUENTIAL', huntMembers: 'Front:15; Back' })).toEqual([
      'row 2 huntRingTimeoutSeconds REQUIRED',
    ]);
  });

  it('warn of members that ring for no time, and refuse what is no time', () => {
    expect(found({ huntRingTimeoutSeconds: '0' })).toEqual(['row 2 huntRingTimeoutSeconds NO_RING_TIME']);
    expect(found({ huntStrategy: 'SEQUENTIAL', huntMembers: 'Front:0; Back' })).toEqual([
      'row 2 huntMembers NO_RING_TIME',
    ]);
    expect(found({ huntRingTimeoutSeconds: '-1' })).toHaveLength(1);
    expect(found({ huntRingTimeoutSeconds: 'soon' })).toHaveLength(1);
  });

  it('name each line once, whatever its capitals or its time', () => {
    expect(found({ huntMembers: 'Front; Back; Front' })).toEqual(['row 2 huntMembers HUNT_MEMBER_TWICE']);
    expect(found({ huntStrategy: 'SEQUENTIAL', huntMembers: 'Front:10; Front:20' })).toEqual([
      'row 2 huntMembers HUNT_MEMBER_TWICE',
    ]);
    expect(found({ huntMembers: '' })).toEqual(['row 2 huntMembers REQUIRED']);
    expect(found({ huntMembers: ' ; ' })).toEqual(['row 2 huntMembers REQUIRED']);
  });

  it('take a colon for a time of SEQUENTIAL alone', () => {
    const members = ['Front: 15', 'Room: 2: 20', 'Back'];
    expect(huntMembersOf('SEQUENTIAL', members, 25)).toEqual([
      { line: 'Front', seconds: 15 },
      { line: 'Room: 2', seconds: 20 },
      { line: 'Back', seconds: 25 },
    ]);
    expect(huntMembersOf('LINEAR', members, 25).map((each) => each.line)).toEqual(members);
  });

  it('tell of a line that no row of the account brings', () => {
    expect(found({ huntMembers: 'Front; Cellar' })).toEqual(['row 2 huntMembers HUNT_MEMBER_NOT_IN_SHEET']);
  });

  it('hold a name once an account', () => {
    expect(found({}, group({ huntStrategy: 'SIMULTANEOUS' }))).toEqual([
      'row 5 huntGroupName HUNT_GROUP_NAME_TAKEN',
    ]);
    expect(found({}, group({ huntGroupName: 'Support' }))).toEqual([]);
  });

  it('want a number to forward to, and a box for voicemail', () => {
    for (const reason of ['NoAnswer', 'Busy', 'Unregistered'] as const) {
      expect(found({ [`hunt${reason}Action`]: 'FORWARD' })).toEqual([
        `row 2 hunt${reason}ForwardTo REQUIRED`,
      ]);
      expect(found({ [`hunt${reason}Action`]: 'VOICEMAIL' })).toEqual(['row 2 voicemailBoxName REQUIRED']);
      expect(found({ [`hunt${reason}Action`]: 'VOICEMAIL', voicemailBoxName: 'Main' })).toEqual([]);
      expect(found({ [`hunt${reason}Action`]: 'BUSY' })).toEqual([]);
      expect(found({ [`hunt${reason}ForwardTo`]: '8015550100' })).toEqual([
        `row 2 hunt${reason}ForwardTo NO_EFFECT`,
      ]);
    }
  });
});

describe('the rules of voicemail boxes', () => {
  const boxed = (number: number, changes: Cells): Cells => ({
    ...line(`Line ${number}`),
    ...{ noAnswerAction: 'VOICEMAIL', noAnswerTimeoutSeconds: '20', ...changes },
  });
  const both = (first: Cells, second: Cells) => found({}, boxed(1, first), boxed(2, second));

  it('let one row describe a box that several name', () => {
    const described = { voicemailEmail: 'a@example.com; b@example.com', voicemailLocale: 'fr-CA' };
    expect(both({ voicemailBoxName: 'Main', ...described }, { voicemailBoxName: 'Main' })).toEqual([]);
    expect(both({ voicemailBoxName: 'Main' }, { voicemailBoxName: 'Main', ...described })).toEqual([]);
    expect(
      both({ voicemailBoxName: 'Main', ...described }, { voicemailBoxName: 'Main', ...described }),
    ).toEqual([]);
  });

  it('tell of rows that describe one box otherwise', () => {
    expect(
      both(
        { voicemailBoxName: 'Main', voicemailLocale: 'fr-CA' },
        { voicemailBoxName: 'Main', voicemailLocale: 'es-MX' },
      ),
    ).toEqual(['row 6 voicemailLocale VOICEMAIL_BOX_CONFLICT']);
  });

  it('tell once of lines whose callers reach no box', () => {
    expect(both({}, {})).toEqual(['row 5 noAnswerAction NO_VOICEMAIL_BOX']);
  });

  it('refuse what is no address and no language', () => {
    expect(both({ voicemailBoxName: 'A', voicemailEmail: 'nobody' }, { voicemailBoxName: 'B' })).toHaveLength(
      1,
    );
    expect(
      both({ voicemailBoxName: 'A', voicemailLocale: 'Klingon' }, { voicemailBoxName: 'B' }),
    ).toHaveLength(1);
  });
});
