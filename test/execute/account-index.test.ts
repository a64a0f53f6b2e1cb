import { describe, expect, it } from 'vitest';
import { AccountIndex, findAccount, orNull } from '../../src/resources/lookups/account-index.js';
import { Snapshots } from '../../src/resources/lookups/snapshots.js';
import { failure, fakeClient } from './harness.js';

const account = (n: number) => ({ id: `A${n}`, accountNumber: `N${n}` });
const LIST = 'GET /v2/partition/P1/account';
const one = (number: string) => `${LIST}/${number}?accountIdType=AccountNumber`;

describe('the accounts of a partition', () => {
  it('are asked for in one list, shared by all who ask', async () => {
    const { client, sent } = fakeClient(() => [account(1), account(2)]);
    const index = new AccountIndex(client);
    expect(index.loaded('P1')).toBe(false);
    const found = await Promise.all(['N1', 'N2', 'n1', 'N3'].map((number) => index.find('P1', number, 1)));
    expect(found).toEqual([account(1), account(2), null, null]);
    expect(sent).toEqual([LIST]);
    expect(index.loaded('P1')).toBe(true);
    await index.find('P2', 'N1', 1);
    expect(sent).toEqual([LIST, 'GET /v2/partition/P2/account']);
  });

  it.each([
    ['forbidden', failure('refused', 403)],
    ['not there', failure('refused', 404)],
    ['failing', failure('unavailable', 500)],
  ])('are asked for one by one, each once, where the list is %s', async (_what, error) => {
    const { client, sent } = fakeClient(({ path }) => {
      if (path.endsWith('/account')) throw error;
      if (path.includes('/N1?')) return account(1);
      throw failure('refused', 404);
    });
    const index = new AccountIndex(client);
    const find = (number: string) => index.find('P1', number, 1);
    expect(await Promise.all([find('N1'), find('N1'), find('N2'), find('N2')])).toEqual([
      ...[account(1), account(1), null, null],
    ]);
    expect(await find('N2')).toBeNull();
    expect(sent).toEqual([LIST, one('N1'), one('N2')]);
    expect(index.loaded('P1')).toBe(false);
  });

  it('are asked for anew after the run was stopped, or an account could not be had', async () => {
    const errors = [new Error('stopping'), failure('refused', 404), failure('unavailable', 500)];
    const { client, sent } = fakeClient(() => {
      const error = errors.shift();
      if (error) throw error;
      return account(1);
    });
    const index = new AccountIndex(client);
    await expect(index.find('P1', 'N1', 1)).rejects.toThrow('stopping');
    await expect(index.find('P1', 'N1', 1)).rejects.toMatchObject({ kind: 'unavailable' });
    expect(await index.find('P1', 'N1', 1)).toEqual(account(1));
    expect(sent).toEqual([LIST, LIST, one('N1'), one('N1')]);
  });

  it('are looked up as they are now by number', async () => {
    const { client, sent } = fakeClient(() => {
      throw failure('refused', 404);
    });
    expect(await findAccount(client, 'P1', 'A/1', 1)).toBeNull();
    expect(sent).toEqual([one('A%2F1')]);
  });
});

describe('a look-up that may find nothing', () => {
  it('is null at 404 alone', async () => {
    expect(await orNull(Promise.resolve(7))).toBe(7);
    expect(await orNull(Promise.reject(failure('refused', 404)))).toBeNull();
    for (const error of [failure('refused', 400), failure('unavailable', 503), new Error('other')])
      await expect(orNull(Promise.reject(error))).rejects.toBe(error);
  });
});

describe('what an account held', () => {
  it('is asked for once a list, however many rows need it', async () => {
    const { client, sent } = fakeClient(({ path }) => [{ id: path }]);
    const snapshots = new Snapshots(client);
    const snapshot = snapshots.of('P1', 'A1');
    expect(snapshots.of('P1', 'A1')).toBe(snapshot);
    const users = await Promise.all([
      snapshot.users(1),
      snapshot.users(2),
      snapshots.of('P1', 'A1').users(3),
    ]);
    expect(users[1]).toBe(users[0]);
    await Promise.all([snapshot.lines(1), snapshot.trunks(1), snapshot.devices(1), snapshot.numbers(1)]);
    await snapshots.of('P1', 'A2').users(1);
    expect(sent).toEqual([
      `${LIST}/A1/user?limitedData=true`,
      `${LIST}/A1/business-line`,
      `${LIST}/A1/siptrunk_2`,
      `${LIST}/A1/deviceline`,
      `${LIST}/A1/telephonenumber`,
      `${LIST}/A2/user?limitedData=true`,
    ]);
  });

  it('is asked for again after a failure', async () => {
    let broken = true;
    const { client, sent } = fakeClient(() => {
      if (broken) throw failure('unavailable', 500);
      return [];
    });
    const snapshot = new Snapshots(client).of('P1', 'A1');
    await expect(snapshot.users(1)).rejects.toMatchObject({ kind: 'unavailable' });
    broken = false;
    expect(await snapshot.users(1)).toEqual([]);
    expect(sent).toHaveLength(2);
  });

  it('is forgotten for the accounts of long ago', async () => {
    const { client } = fakeClient(() => []);
    const snapshots = new Snapshots(client);
    const first = snapshots.of('P1', 'A0');
    for (let i = 1; i <= 255; i++) snapshots.of('P1', `A${i}`);
    expect(snapshots.of('P1', 'A0')).toBe(first);
    snapshots.of('P1', 'A256');
    expect(snapshots.of('P1', 'A0')).not.toBe(first);
  });

  it('a number is taken from the list, and asked for when the list leaves it or its owner out', async () => {
    const listed = [
      { phoneNumber: '1', referenceId: 'U1', referenceType: 'END_USER' },
      { phoneNumber: '2', referenceId: null },
    ];
    const { client, sent } = fakeClient(({ path }) => {
      if (path.endsWith('/telephonenumber')) return listed;
      if (path.endsWith('/2')) return { phoneNumber: '2', referenceId: 'U2' };
      throw failure('refused', 404);
    });
    const snapshot = new Snapshots(client).of('P1', 'A1');
    expect(await snapshot.number('1', 1)).toEqual(listed[0]);
    expect(await snapshot.number('2', 1)).toEqual({ phoneNumber: '2', referenceId: 'U2' });
    expect(await snapshot.number('3', 1)).toBeNull();
    expect(sent).toEqual([
      `${LIST}/A1/telephonenumber`,
      `${LIST}/A1/telephonenumber/2`,
      `${LIST}/A1/telephonenumber/3`,
    ]);
  });
});
