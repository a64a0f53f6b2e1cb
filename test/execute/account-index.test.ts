import { describe, expect, it } from 'vitest';
import { orNull } from '../../src/resources/look.js';
import { AccountIndex, findAccount } from '../../src/resources/lookups/account-index.js';
import { Snapshots } from '../../src/resources/lookups/snapshots.js';
import { failure, fakeClient } from './harness.js';

const account = (n: number) => ({ id: `A${n}`, accountNumber: `N${n}` });
const LIST = 'GET /v2/partition/P1/account';
const one = (number: string) => `${LIST}/${number}?accountIdType=AccountNumber`;

describe('the accounts of a partition', () => {
  const THERE = new Set<string>();
  function index(there: Iterable<string>) {
    THERE.clear();
    for (const each of there) THERE.add(each);
    const { client, sent } = fakeClient(({ path }) => {
      const number = /account\/([^?]+)\?/.exec(path)?.[1] ?? '';
      if (THERE.has(number)) return { id: `A-${number}`, accountNumber: number };
      throw failure('refused', 404);
    });
    const accounts = new AccountIndex(client);
    return { accounts, sent, ask: (n: number) => accounts.beforeCreate('P1', `N${n}`, n) };
  }
  const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

  it('are looked up one by one, each once, however large the partition is', async () => {
    const { accounts, sent } = index(['N1']);
    const found = await Promise.all(
      ['N1', 'N1', 'N2', 'N2'].map((number) => accounts.beforeCreate('P1', number, 1)),
    );
    expect(found.map((each) => each?.id ?? null)).toEqual(['A-N1', 'A-N1', null, null]);
    expect(sent).toEqual([one('N1'), one('N2')]);
    await accounts.beforeCreate('P2', 'N1', 1);
    expect(sent.at(-1)).toBe(one('N1').replace('P1', 'P2'));
  });

  it('of a fresh sheet are taken for new after the first ones, but for a sample', async () => {
    const { accounts, sent, ask } = index([]);
    expect(await Promise.all(numbers(560).map(ask))).toEqual(numbers(560).map(() => null));
    expect(sent).toHaveLength(24 + Math.floor(560 / 64));
    expect(accounts.hasFound).toBe(false);
  });

  it('of a sheet that was imported before are all looked up, though all are asked for at once', async () => {
    const { sent, ask } = index(numbers(200).map((n) => `N${n}`));
    const found = await Promise.all(numbers(200).map(ask));
    expect(found.every((each) => each !== null)).toBe(true);
    expect(sent).toHaveLength(200);
  });

  it('are all looked up from the first on that is found, be it by a refusal', async () => {
    const { accounts, sent, ask } = index(['N101', 'N102']);
    for (const n of numbers(63)) expect(await ask(n)).toBeNull();
    expect(sent).toHaveLength(24);
    accounts.wasThere();
    expect((await ask(101))?.id).toBe('A-N101');
    expect((await ask(102))?.id).toBe('A-N102');
  });

  it('are asked for anew after the run was stopped', async () => {
    const errors = [new Error('stopping')];
    const { client, sent } = fakeClient(() => {
      const error = errors.shift();
      if (error) throw error;
      return account(1);
    });
    const accounts = new AccountIndex(client);
    await expect(accounts.find('P1', 'N1', 1)).rejects.toThrow('stopping');
    expect(await accounts.find('P1', 'N1', 1)).toEqual(account(1));
    expect(sent).toEqual([one('N1'), one('N1')]);
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
