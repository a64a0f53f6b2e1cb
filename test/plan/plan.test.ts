import { describe, expect, it } from 'vitest';
import { planRow } from '../../src/plan/plan.js';
import { KIND_NAMES, type RowPlan } from '../../src/plan/resource.js';
import type { RowValues } from '../../src/records/columns.js';
import type { Product } from '../../src/records/products.js';
import { completeRow } from './complete-rows.js';

const PHONE = '18015550100';
const ADDRESS: RowValues = { address: '355 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };

function plan(product: Product, values: RowValues = {}, searchIndex = 0, rows: Record<string, number> = {}) {
  return planRow(product, completeRow(product, values), searchIndex, (phone) => rows[phone]);
}

/** `key ← role=key …` of each resource. */
const brief = ({ resources }: RowPlan) =>
  resources.map(({ kind, key, needs }) => {
    const all = Object.entries(needs).map(([role, needed]) => `${role}=${needed}`);
    return `${kind} ${key}${all.length > 0 ? ` ← ${all.join(' ')}` : ''}`;
  });

describe('the plan of a row', () => {
  it('of a BCC user with a given number and a device', () => {
    const { resources, elsewhere } = plan('BCC', {
      phoneNumber: PHONE,
      macAddress: '0004f2aa0001',
      lineNumber: 2,
    });
    expect(brief({ resources, elsewhere })).toEqual([
      'account account:N1',
      'user user:N1/4000 ← account=account:N1',
      `number number:${PHONE} ← account=account:N1`,
      `reference reference:number:${PHONE} ← account=account:N1 owner=user:N1/4000 number=number:${PHONE}`,
      `device device:0004f2aa0001/2 ← account=account:N1 owner=user:N1/4000 number=number:${PHONE}`,
    ]);
    expect(elsewhere.size).toBe(0);
    expect(resources.every((resource) => resource.product === 'BCC')).toBe(true);
  });

  it('of a BCC user alone', () => {
    expect(brief(plan('BCC'))).toEqual(['account account:N1', 'user user:N1/4000 ← account=account:N1']);
  });

  it('of a number that rings what another row brings, something on the account, or nothing', () => {
    const given: RowValues = { phoneNumber: PHONE, ...ADDRESS };
    const number = `number number:${PHONE} ← account=account:N1`;
    const target = { ordinal: 7, product: 'BCC', values: { extension: '4001' } } as const;
    const user = completeRow('NUMBER', { ...given, ringsType: 'USER', ringsName: 'ann.lee' });
    const planned = planRow('NUMBER', user, 0, () => undefined, user, null, target);
    expect(brief(planned)).toEqual([
      'account account:N1',
      number,
      `reference reference:number:${PHONE} ← account=account:N1 owner=user:N1/4001 number=number:${PHONE}`,
    ]);
    expect([...planned.elsewhere]).toEqual([['user:N1/4001', 7]]);
    expect(brief(plan('NUMBER', { ...given, ringsType: 'IVR', ringsName: 'Main' }))).toEqual([
      'account account:N1',
      number,
      `reference reference:number:${PHONE} ← account=account:N1 number=number:${PHONE}`,
    ]);
    expect(brief(plan('NUMBER', given))).toEqual(['account account:N1', number]);
    expect(brief(plan('NUMBER', { ...ADDRESS, ringsType: 'IVR', ringsName: 'A/B' }, 2))[1]).toBe(
      'number number:target:N1/IVR/A%2FB#2 ← account=account:N1',
    );
    expect(brief(plan('NUMBER', ADDRESS, 1))[1]).toBe('number number:target:N1 ← account=account:N1');
  });

  it('of a Home Phone with a searched number and an ATA', () => {
    expect(brief(plan('HOME_PHONE', { ...ADDRESS, macAddress: '0004f2aa0002' }, 1))).toEqual([
      'account account:N1',
      'user user:N1 ← account=account:N1',
      'number number:user:N1 ← account=account:N1',
      'reference reference:number:user:N1 ← account=account:N1 owner=user:N1 number=number:user:N1',
      'device device:0004f2aa0002/1 ← account=account:N1 owner=user:N1 number=number:user:N1',
    ]);
  });

  it('of a business line with a port: numbers come before the line', () => {
    const values = { ...ADDRESS, macAddress: '0004f2aa0003', lineNumber: 3 };
    const line = 'businessLine:N1/Front';
    expect(brief(plan('BUSINESS_LINE', values, 1))).toEqual([
      'account account:N1',
      `number number:${line} ← account=account:N1`,
      `businessLine ${line} ← account=account:N1 number=number:${line}`,
      `callHandling callHandling:${line} ← account=account:N1 owner=${line}`,
      `portAssignment portAssignment:${line} ← account=account:N1 owner=${line}`,
      `reference reference:number:${line} ← account=account:N1 owner=${line} number=number:${line}`,
    ]);
  });

  it('of a business line without number or port', () => {
    expect(brief(plan('BUSINESS_LINE'))).toEqual([
      'account account:N1',
      'businessLine businessLine:N1/Front ← account=account:N1',
      'callHandling callHandling:businessLine:N1/Front ← account=account:N1 owner=businessLine:N1/Front',
    ]);
  });

  it('of a SIP trunk: its number comes before it, and it never has a device', () => {
    expect(brief(plan('SIP_TRUNK', { phoneNumber: PHONE }))).toEqual([
      'account account:N1',
      `number number:${PHONE} ← account=account:N1`,
      `sipTrunk sipTrunk:trunk-1 ← account=account:N1 number=number:${PHONE}`,
      `reference reference:number:${PHONE} ← account=account:N1 owner=sipTrunk:trunk-1 number=number:${PHONE}`,
    ]);
  });

  it.each<[Product, RowValues]>([
    ['BCC', { ...ADDRESS, numberSource: 'NONE' }],
    ['SIP_TRUNK', { numberSource: 'NONE' }],
    ['BUSINESS_LINE', {}],
  ])('has no number for %s without a source', (product, values) => {
    const kinds = plan(product, values).resources.map(({ kind }) => kind);
    expect(kinds).not.toContain('number');
    expect(kinds).not.toContain('reference');
  });
});

describe('the key of a searched number', () => {
  it.each([
    ['BCC', 'number:user:N1/4000'],
    ['HOME_PHONE', 'number:user:N1'],
    ['BUSINESS_LINE', 'number:businessLine:N1/Front'],
    ['SIP_TRUNK', 'number:sipTrunk:trunk-1'],
  ] as const)('%s: names whom it is for, and the how manieth it is', (product, key) => {
    const numberOf = (searchIndex: number) =>
      plan(product, { ...ADDRESS, numberSource: 'SEARCH' }, searchIndex).resources.find(
        ({ kind }) => kind === 'number',
      )?.key;
    expect(numberOf(1)).toBe(key);
    expect(numberOf(2)).toBe(`${key}#2`);
    expect(numberOf(11)).toBe(`${key}#11`);
  });
});

describe('a number that a row names', () => {
  const rows = { '18015550101': 7, '18015550102': 8 };
  const needsOf = (planned: RowPlan, kind: string) =>
    planned.resources.find((resource) => resource.kind === kind)?.needs;

  it('and another row brings is waited for', () => {
    const planned = plan(
      'BUSINESS_LINE',
      { ...ADDRESS, callerIdPhoneNumber: '18015550101', emergencyCallbackPhoneNumber: '18015550102' },
      1,
      rows,
    );
    expect(needsOf(planned, 'businessLine')).toEqual({
      account: 'account:N1',
      namedNumber1: 'number:18015550101',
      namedNumber2: 'number:18015550102',
    });
    expect(planned.elsewhere).toEqual(
      new Map([
        ['number:18015550101', 7],
        ['number:18015550102', 8],
      ]),
    );
  });

  it('and no row brings must be there already', () => {
    const planned = plan('SIP_TRUNK', { primaryTn: '18015559999', phoneNumber: PHONE }, 0, rows);
    expect(needsOf(planned, 'sipTrunk')).toEqual({ account: 'account:N1', number: `number:${PHONE}` });
    expect(planned.elsewhere.size).toBe(0);
  });

  it('is its own where it is the same as the row brings', () => {
    const planned = plan('SIP_TRUNK', { primaryTn: PHONE, callbackNumber: PHONE, phoneNumber: PHONE }, 0, {
      [PHONE]: 1,
    });
    expect(needsOf(planned, 'sipTrunk')).toEqual({ account: 'account:N1', number: `number:${PHONE}` });
    expect(planned.elsewhere.size).toBe(0);
  });

  it('twice in the same row needs it in both roles, and the own number only where a field is blank', () => {
    const both = plan(
      'SIP_TRUNK',
      { primaryTn: '18015550101', callbackNumber: '18015550101', phoneNumber: PHONE },
      0,
      rows,
    );
    expect(needsOf(both, 'sipTrunk')).toEqual({
      account: 'account:N1',
      namedNumber1: 'number:18015550101',
      namedNumber2: 'number:18015550101',
    });
    const second = plan('SIP_TRUNK', { callbackNumber: '18015550102', phoneNumber: PHONE }, 0, rows);
    expect(needsOf(second, 'sipTrunk')).toEqual({
      account: 'account:N1',
      number: `number:${PHONE}`,
      namedNumber2: 'number:18015550102',
    });
  });

  it('as emergency number of a device is waited for', () => {
    const planned = plan(
      'BCC',
      { macAddress: '0004f2aa0001', emergencyNumber: '18015550101', phoneNumber: PHONE },
      0,
      rows,
    );
    expect(needsOf(planned, 'device')).toEqual({
      account: 'account:N1',
      owner: 'user:N1/4000',
      namedNumber1: 'number:18015550101',
    });
  });
});

describe('every plan', () => {
  const values: RowValues = { ...ADDRESS, macAddress: '0004f2aa0001' };

  it.each(['BCC', 'HOME_PHONE', 'BUSINESS_LINE', 'SIP_TRUNK'] as const)(
    'of %s has each resource after those it needs, in the order of the kinds, with one key each',
    (product) => {
      const { resources } = plan(product, values, 1);
      const keys = resources.map(({ key }) => key);
      expect(new Set(keys).size).toBe(keys.length);
      resources.forEach(({ needs }, index) => {
        for (const needed of Object.values(needs)) expect(keys.indexOf(needed)).toBeLessThan(index);
        for (const needed of Object.values(needs)) expect(keys).toContain(needed);
      });
      const order = resources.map(({ kind }) => KIND_NAMES.indexOf(kind));
      expect(order).toEqual([...order].sort((a, b) => a - b));
    },
  );

  it('of the same thing in two rows has the same key', () => {
    const first = plan('BCC', { phoneNumber: PHONE }).resources;
    const second = plan('BCC', { macAddress: '0004f2aa0001' }).resources;
    expect(first[0]?.key).toBe(second[0]?.key);
    expect(first[1]?.key).toBe(second[1]?.key);
  });
});
