import { describe, expect, it } from 'vitest';
import { NumberPools, type Place } from '../../src/resources/lookups/number-pools.js';
import { failure, fakeClient } from './harness.js';

const LINDON: Place = {
  name: 'P1|USA|UT|Lindon|84042',
  partitionId: 'P1',
  latitude: '40.3',
  longitude: '-111.7',
};
const OREM: Place = { ...LINDON, name: 'P1|USA|UT|Orem|84057', latitude: '40.2' };
const phone = (n: number) => `1801555${String(n).padStart(4, '0')}`;
const phones = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => phone(from + i));

/** Pools over a platform that offers, in this order, what `free` holds at the moment; places share it. */
function poolsOf(free: string[], taken: (phone: string) => boolean = () => false) {
  const { client, sent, options } = fakeClient(({ path }) => {
    const most = Number(/maxResults=(\d+)/.exec(path)?.[1]);
    return free.slice(0, most).map((phoneNumber) => ({ phoneNumber }));
  });
  const sizes = () => sent.map((line) => Number(/maxResults=(\d+)/.exec(line)?.[1]));
  return { pools: new NumberPools(client, taken), sent, sizes, options };
}

describe('the numbers of a place', () => {
  it('come in the order of the search, which is made once', async () => {
    const { pools, sent, options } = poolsOf(phones(1, 60));
    expect(await pools.take(LINDON, 7)).toBe(phone(1));
    expect(await pools.take(LINDON, 8)).toBe(phone(2));
    expect(sent).toEqual([
      'GET /v2/partition/P1/telephonenumber/search?type=LAT_LONG&lat=40.3&long=-111.7&maxResults=50',
    ]);
    expect(options[0]?.priority).toBe(7);
  });

  it('are handed out once each, however many ask at the same time', async () => {
    const { pools, sizes } = poolsOf(phones(1, 400));
    const all = await Promise.all(
      Array.from({ length: 120 }, (_, i) => pools.take(i % 2 === 0 ? LINDON : OREM, i)),
    );
    expect(new Set(all).size).toBe(120);
    for (const each of all) pools.settled(each);
    expect(sizes().length).toBeLessThan(20);
  });

  it('are shared by places that are near each other, without one going out twice', async () => {
    const { pools } = poolsOf(phones(1, 4));
    const all = [await pools.take(LINDON, 1), await pools.take(OREM, 2)];
    all.push(await pools.take(LINDON, 3), await pools.take(OREM, 4));
    expect([...all].sort()).toEqual(phones(1, 4));
  });

  it('that a row names or an earlier search picked are passed over', async () => {
    const { pools } = poolsOf(phones(1, 6), (each) => each === phone(1) || each === phone(3));
    expect([await pools.take(LINDON, 1), await pools.take(LINDON, 2)]).toEqual([phone(2), phone(4)]);
  });

  it('are searched anew when they run out, and one given up is not handed out again', async () => {
    const free = phones(1, 2);
    const { pools, sizes } = poolsOf(free);
    expect([await pools.take(LINDON, 1), await pools.take(LINDON, 2)]).toEqual(phones(1, 2));
    pools.settled(phone(1));
    pools.settled(phone(2));
    free.push(phone(3));
    expect(await pools.take(LINDON, 3)).toBe(phone(3));
    expect(sizes()).toEqual([50, 50]);
  });

  it('are searched widely when all that came are spoken for', async () => {
    const named = new Set(phones(1, 300));
    const { pools, sizes } = poolsOf(phones(1, 302), (each) => named.has(each));
    expect([await pools.take(LINDON, 1), await pools.take(LINDON, 2)]).toEqual([phone(301), phone(302)]);
    expect(sizes()).toEqual([50, 1000]);
  });
});

describe('a place without a free number', () => {
  it('is told with what to do', async () => {
    const { pools, sizes } = poolsOf([]);
    await expect(pools.take(LINDON, 1)).rejects.toMatchObject({
      name: 'StepError',
      transient: false,
      message: 'The platform has no free phone number near this address.',
      hint: expect.stringContaining('phoneNumber'),
    });
    expect(sizes()).toEqual([50, 1000]);
  });

  it('is asked again once one that was at work is settled', async () => {
    const free = [phone(1)];
    const { pools } = poolsOf(free);
    await pools.take(LINDON, 1);
    let got: string | undefined;
    const waiting = pools.take(LINDON, 2).then((each) => {
      got = each;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(got).toBeUndefined();
    free.push(phone(2));
    pools.settled(phone(1));
    await waiting;
    expect(got).toBe(phone(2));
  });

  it('is given up on by all who wait once nothing is at work any more', async () => {
    const { pools } = poolsOf([phone(1)]);
    await pools.take(LINDON, 1);
    const waiting = [pools.take(LINDON, 2), pools.take(LINDON, 3)];
    const results = Promise.allSettled(waiting);
    await new Promise((resolve) => setTimeout(resolve, 20));
    pools.settled(phone(1));
    for (const result of await results)
      expect(result).toMatchObject({ status: 'rejected', reason: { name: 'StepError' } });
  });

  it('does not mind that a number is settled that it never gave out, or settled twice', async () => {
    const { pools } = poolsOf([phone(1)]);
    pools.settled(phone(9));
    await pools.take(LINDON, 1);
    pools.settled(phone(1));
    pools.settled(phone(1));
    await expect(pools.take(LINDON, 2)).rejects.toMatchObject({ name: 'StepError' });
  });
});

it('a search that fails fails all who wait for it, and the next one searches anew', async () => {
  let broken = true;
  const { client, sent } = fakeClient(() => {
    if (broken) throw failure('unavailable', 503);
    return [{ phoneNumber: phone(1) }];
  });
  const pools = new NumberPools(client, () => false);
  const results = await Promise.allSettled([pools.take(LINDON, 1), pools.take(LINDON, 2)]);
  expect(results).toMatchObject([{ reason: { kind: 'unavailable' } }, { reason: { kind: 'unavailable' } }]);
  expect(sent).toHaveLength(1);
  broken = false;
  expect(await pools.take(LINDON, 3)).toBe(phone(1));
});
