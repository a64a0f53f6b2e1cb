import { describe, expect, it } from 'vitest';
import type { Call } from '../../src/api/endpoints.js';
import * as calls from '../../src/api/event-calls.js';

// What every part of a path must survive: slash, quotes, query and fragment signs, percent, letters beyond ASCII.
const ODD = `A/1"'?#&% é漢`;
const CODED = `A%2F1%22'%3F%23%26%25%20%C3%A9%E6%BC%A2`;
const P = `/v2/partition/${CODED}`;
const A = `${P}/account/${CODED}`;
const NUMBER = `${A}/telephonenumber/${CODED}/911-address`;
const SEARCH = `statusSearch GET ${P}/telephonenumber/statussearch?firstResultIndex=`;

const CALLS: readonly [name: keyof typeof calls, call: Call<unknown>, expected: string][] = [
  [
    'searchEvents',
    calls.searchEvents(ODD, { since: '2026-11-27T10:00:00.000Z', first: 50 }),
    `${SEARCH}50&maxResult=50&dateType=UpdatedDate&startDate=2026-11-27T10%3A00%3A00.000Z`,
  ],
  [
    'searchEvents',
    calls.searchEvents(ODD, { accountId: ODD, telephoneNumber: ODD, first: 0 }),
    `${SEARCH}0&maxResult=50&accountId=${CODED}&telephoneNumber=${CODED}`,
  ],
  [
    'searchEvents',
    calls.searchEvents(ODD, { eventType: 'PORT_REQUEST', telephoneNumber: ODD, first: 0 }),
    `${SEARCH}0&maxResult=50&eventType=PORT_REQUEST&telephoneNumber=${CODED}`,
  ],
  [
    'getAddressEvent',
    calls.getAddressEvent(ODD, ODD, ODD),
    `getServiceActivationEvents GET ${A}/reference/${CODED}/type/NINE_ONE_ONE_ADDRESS`,
  ],
  ['getCorrection', calls.getCorrection(ODD, ODD, ODD), `getE911Correction GET ${NUMBER}/correction`],
  [
    'acceptCorrection',
    calls.acceptCorrection(ODD, ODD, ODD),
    `acceptE911Correction PUT ${NUMBER}/correction/accept`,
  ],
  [
    'acceptOriginal',
    calls.acceptOriginal(ODD, ODD, ODD, null),
    `acceptOriginalE911 PUT ${NUMBER}/original/accept`,
  ],
  [
    'acceptOriginal',
    calls.acceptOriginal(ODD, ODD, ODD, { latitude: '40.1', longitude: '-111.5' }),
    `acceptOriginalE911 PUT ${NUMBER}/original/accept?latitude=40.1&longitude=-111.5`,
  ],
  ['getUsages', calls.getUsages(ODD, ODD, ODD), `retrieveTelephoneNumberUsages GET ${NUMBER}/usages`],
];

describe('the calls of events', () => {
  it.each(CALLS)('%s', (_name, { operation, method, path, body }, expected) => {
    expect(`${operation} ${method} ${path}`).toBe(expected);
    expect(body).toBeUndefined();
  });

  it('are all in this table', () => {
    const functions = Object.entries(calls).filter(([, value]) => typeof value === 'function');
    expect(new Set(CALLS.map(([name]) => name))).toEqual(new Set(functions.map(([name]) => name)));
  });
});
