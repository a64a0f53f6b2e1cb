import { describe, expect, it } from 'vitest';
import { targetOf } from '../../src/records/cells/rings-now.js';
import { COLUMNS } from '../../src/records/columns.js';

const read = (text: string) => COLUMNS.movesFrom.schema.read(text);

describe('movesFrom', () => {
  it.each([
    ['user 4001', 'user 4001'],
    ['User: 4001', 'user 4001'],
    ['ext 4001', 'user 4001'],
    ['Extension  4001', 'user 4001'],
    ['END_USER V8J-N7fIoOposzBIAgGKjw', 'user V8J-N7fIoOposzBIAgGKjw'],
    ['line Front desk', 'line Front desk'],
    ['Business Line Front desk', 'line Front desk'],
    ['hunt group Sales', 'group Sales'],
    ['SIP trunk HQ-1', 'trunk HQ-1'],
    ['IVR 22ab', 'ivr 22ab'],
    ['auto attendant 7', 'attendant 7'],
    ['call queue 9', 'call queue 9'],
    ['Nothing', 'nothing'],
    ['none', 'nothing'],
  ])('%s is %s', (typed, value) => {
    expect(read(typed)).toBe(value);
    expect(read(value)).toBe(value);
  });

  it.each(['4001', 'user', 'Ann Lee', 'something 4001'])('%s says nothing', (typed) => {
    expect(read(typed)).toMatchObject({ code: 'NOT_A_TARGET' });
  });

  it('names a type and a name', () => {
    expect(targetOf('user 4001')).toEqual({ type: 'END_USER', name: '4001' });
    expect(targetOf('group Sales')).toEqual({ type: 'BUSINESS_LINE_HUNT_GROUP', name: 'Sales' });
    expect(targetOf('call queue 9')).toEqual({ type: 'CALL_QUEUE', name: '9' });
    expect(targetOf('nothing')).toBeNull();
  });
});
