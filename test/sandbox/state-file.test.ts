import { appendFile, copyFile, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../../src/sandbox/server.js';
import { compileSandbox, startChild } from './child.js';
import { ACCOUNT, activation, connect, fixture, refused, served } from './client.js';

const HEADER = '{"format":"alianza-import sandbox state","version":1}\n';

const newFile = async () => join(await mkdtemp(join(tmpdir(), 'sandbox-')), 'state.jsonl');
const linesOf = async (file: string) => (await readFile(file, 'utf8')).split('\n').slice(0, -1);
const plain = (value: unknown) => JSON.parse(JSON.stringify(value));

/** A copy of the file as it is now: what a process that dies now leaves behind. */
async function asItIs(stateFile: string): Promise<string> {
  const copy = await newFile();
  await copyFile(stateFile, copy);
  return copy;
}

describe('the state file', () => {
  it('has everything after each answer, without a close', async () => {
    const stateFile = await newFile();
    const first = await fixture({ stateFile });
    const { id, userId, base } = await served(first);
    await first.put(`${base}/telephonenumber/18015551213/reserve`);
    await first.number(id, '18015551214');
    await first.delete(`${base}/telephonenumber/18015551214`);
    const before = plain(first.sandbox.state);
    expect(before).toMatchObject({
      numbers: [{ id: '18015551212' }],
      reservations: [{ id: '18015551213', accountId: id }],
      cooldown: [{ id: '18015551214' }],
    });

    const second = await fixture({ stateFile: await asItIs(stateFile) });
    expect(plain(second.sandbox.state)).toEqual({ ...before, idsGiven: expect.any(Number) });
    expect((await second.get('account/SP-123?accountIdType=AccountNumber')).body.id).toBe(id);
    expect((await second.post('account', ACCOUNT)).status).toBe(400);
    expect((await second.post(`${base}/user`, { extension: '4000' })).status).toBe(400);
    expect((await second.get(`${base}/user/${userId}`)).status).toBe(200);
    const isFree = async (tn: string) => (await second.get(`telephonenumber/${tn}`)).body.isInInventory;
    expect([await isFree('18015551213'), await isFree('18015551214')]).toEqual([false, false]);
  });

  it('gets one line for each request that changed something, and none for others', async () => {
    const stateFile = await newFile();
    const { account, number, post, get, delete: remove } = await fixture({ stateFile });
    const id = await account();
    await number(id, '18015551212');
    await remove(`account/${id}/telephonenumber/18015551212`);
    await get('telephonenumber/search?type=TN&q=801');
    expect((await post('account', ACCOUNT)).status).toBe(400);
    const [header, empty, ...changes] = (await linesOf(stateFile)).map((line) => JSON.parse(line));
    expect([header, empty]).toEqual([JSON.parse(HEADER), { idsGiven: 0 }]);
    expect(changes).toMatchObject([
      { put: { accounts: [{ id, accountNumber: 'SP-123' }] }, delete: {} },
      { put: { numbers: [{ id: '18015551212' }] }, delete: {} },
      { put: { cooldown: [{ id: '18015551212' }] }, delete: { numbers: ['18015551212'] } },
    ]);
    expect(await readdir(dirname(stateFile))).toEqual(['state.jsonl']);
  });

  it('has all that a request changed or nothing', async () => {
    const stateFile = await newFile();
    const first = await fixture({ stateFile });
    const { base, userId } = await served(first);
    await first.delete(`${base}/telephonenumber/18015551212`);
    const phone = { deviceName: 'x', deviceTypeId: 'VVX400', lineNumber: 1, macAddress: '0004F2ABCDEF' };
    expect((await first.post(`${base}/deviceline`, { userId, ...phone })).status).toBe(201);
    await first.delete(base);
    const lines = await linesOf(stateFile);
    for (const [kept, expected] of [
      [lines.length - 1, { accounts: 1, users: 1, devices: 1 }],
      [lines.length, { accounts: 0, users: 0, devices: 0 }],
    ] as const) {
      const cut = await newFile();
      await writeFile(cut, `${lines.slice(0, kept).join('\n')}\n`);
      const { accounts, users, devices } = (await fixture({ stateFile: cut })).sandbox.state;
      expect({ accounts: accounts.size, users: users.size, devices: devices.size }).toEqual(expected);
    }
  });

  it('never lets an ID come twice, whatever was deleted', async () => {
    const stateFile = await newFile();
    const ids = new Set<string>();
    for (let i = 0; i < 4; i += 1) {
      const { sandbox, account, user, delete: remove } = await fixture({ stateFile });
      const id = await account();
      const userId = await user(id);
      for (const one of [id, userId, sandbox.state.users.get(userId)?.voicemailBoxId ?? '']) ids.add(one);
      if (i === 1) await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST' });
      else await remove(`account/${id}`);
      await sandbox.close();
    }
    expect(ids.size).toBe(12);
  });

  it('forgets all on a reset', async () => {
    const stateFile = await newFile();
    const { sandbox, account } = await fixture({ stateFile });
    await account();
    await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST' });
    expect((await fixture({ stateFile: await asItIs(stateFile) })).sandbox.state.size).toBe(0);
  });

  it('has what a late-commit did, once it did', async () => {
    const stateFile = await newFile();
    const rule = { operation: 'createAccount', kind: 'late-commit', delayMs: 100 } as const;
    const { sandbox, post } = await fixture({ stateFile, faults: [rule] });
    await expect(post('account', ACCOUNT)).rejects.toThrow();
    expect(await linesOf(stateFile)).toHaveLength(2);
    await expect.poll(() => sandbox.state.accounts.size).toBe(1);
    expect((await fixture({ stateFile: await asItIs(stateFile) })).sandbox.state.accounts.size).toBe(1);
  });
});

describe('a state file whose last line is torn', () => {
  it('is read up to there, at whatever byte, and goes on from there', async () => {
    const stateFile = await newFile();
    const first = await fixture({ stateFile });
    const id = await first.account();
    await first.user(id, { firstName: 'Zoë' });
    const bytes = await readFile(stateFile);
    const lastLine = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (const length of [lastLine + 1, bytes.indexOf('Zoë') + 3, bytes.length - 1]) {
      const torn = await newFile();
      await writeFile(torn, bytes.subarray(0, length));
      const second = await fixture({ stateFile: torn });
      expect([second.sandbox.state.accounts.size, second.sandbox.state.users.size]).toEqual([1, 0]);
      // Shorter than what is left of the torn line.
      await second.put('telephonenumber/18015551213/reserve');
      const third = await fixture({ stateFile: await asItIs(torn) });
      expect([third.sandbox.state.users.size, third.sandbox.state.reservations.size]).toEqual([0, 1]);
      expect(await third.user(id)).not.toBe(id);
    }
  });
});

describe('a state file that has grown', () => {
  it('is written anew at the start, with the same state and IDs that go on', async () => {
    const stateFile = await newFile();
    const first = await fixture({ stateFile });
    const { id, userId } = await served(first);
    const change = { idsGiven: 50, put: { reservations: [{ id: '18015551213', expires: 1 }] } };
    await first.sandbox.close();
    const grownTo = async (lines: number) =>
      appendFile(stateFile, `${JSON.stringify(change)}\n`.repeat(lines - (await linesOf(stateFile)).length));
    const restart = async () => {
      const { sandbox } = await fixture({ stateFile });
      await sandbox.close();
      return sandbox.state;
    };

    await grownTo(900);
    const before = plain(await restart());
    expect(await linesOf(stateFile)).toHaveLength(900);
    await grownTo(1100);
    expect(plain(await restart())).toEqual({ ...before, idsGiven: expect.any(Number) });
    // The header, the IDs given, and an account, a user, a number with its two events, and a reservation.
    expect(await linesOf(stateFile)).toHaveLength(8);
    expect(await readdir(dirname(stateFile))).toEqual(['state.jsonl']);

    const last = await fixture({ stateFile });
    expect(last.sandbox.state.users.get(userId)?.accountId).toBe(id);
    expect(Number(plain(last.sandbox.state).idsGiven)).toBeGreaterThanOrEqual(50);
    await last.account({ accountNumber: 'SP-124' });
    expect(await linesOf(stateFile)).toHaveLength(9);
  });
});

describe('a file that is no state file', () => {
  const line = '{"idsGiven":1}\n';
  it.each([
    '',
    '[]',
    'Account Number,Name\nSP-123,Ann\n',
    HEADER.slice(0, -1),
    line,
    `${HEADER}[]\n`,
    `${HEADER}{"idsGiven":"1"}\n`,
    `${HEADER}{"idsGiven":1,"put":{"accounts":{}}}\n`,
    `${HEADER}{"idsGiven":1,"put":{"accounts":[{}]}}\n`,
    `${HEADER}{"idsGiven":1,"put":{"others":[]}}\n`,
    `${HEADER}{"idsGiven":1,\n${line}`,
  ])('is refused and left as it is: %j', async (content) => {
    const stateFile = await newFile();
    await writeFile(stateFile, content);
    await expect(startSandbox({ stateFile })).rejects.toMatchObject({
      code: 'SANDBOX_STATE_UNREADABLE',
      message: expect.stringContaining(stateFile),
    });
    expect(await readFile(stateFile, 'utf8')).toBe(content);
  });

  it('is refused at the start where none can be written', async () => {
    await expect(startSandbox({ stateFile: '/nowhere/state.jsonl' })).rejects.toMatchObject({
      code: 'SANDBOX_STATE_UNWRITABLE',
    });
  });
});

describe.skipIf(process.platform === 'win32')('a sandbox process', () => {
  let main: string;
  beforeAll(async () => {
    main = await compileSandbox();
  });

  it('killed right after an answer has what it answered', async () => {
    const stateFile = await newFile();
    const child = await startChild(main, { stateFile });
    const { id, userId } = await served(await connect(child));
    await child.kill();
    const { sandbox, get, account } = await fixture({ stateFile });
    expect((await get(`account/${id}/user/${userId}`)).status).toBe(200);
    expect(sandbox.state.numbers.get('18015551212')?.accountId).toBe(id);
    expect([id, userId]).not.toContain(await account({ accountNumber: 'SP-124' }));
  });

  it.each([
    ['an answer', []],
    ['a reset-after', [{ operation: 'createAccount', kind: 'reset-after' }]],
  ] as const)('that dies instead of %s has saved the change before', async (_, faults) => {
    const stateFile = await newFile();
    const child = await startChild(main, { stateFile, faults, dieInsteadOfAnswering: true });
    const client = await connect(child);
    await expect(client.post('account', ACCOUNT)).rejects.toThrow();
    expect(await child.died).toBe('SIGKILL');
    const { get } = await fixture({ stateFile });
    expect((await get('account/SP-123?accountIdType=AccountNumber')).status).toBe(200);
  });

  it('answers 500 when the disk is full, does nothing of it, and goes on', async () => {
    const stateFile = await newFile();
    const child = await startChild(main, { stateFile, mostBlocks: 16 });
    const { account, number, post, get } = await connect(child);
    const numbers = `account/${await account()}/telephonenumber`;
    // Twenty numbers are a line longer than the 8 kB that there is room for; one is not.
    const many = activation(...Array.from({ length: 20 }, (_, i) => `180155512${i + 10}`));
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const message = expect.stringMatching(/cannot be saved, nothing was done: EFBIG/);
      expect(await post(numbers, many)).toEqual(refused(500, message));
      expect((await stat(stateFile)).size).toBe(16 * 512);
      expect((await get(numbers)).body).toEqual([]);
    }
    const { body } = await get('account');
    await number(body[0].id, '18015551210');
    await child.kill();

    const second = await fixture({ stateFile });
    expect([...second.sandbox.state.numbers.values()].map((one) => one.id)).toEqual(['18015551210']);
    expect((await second.get('account')).body).toEqual(body);
    expect((await second.post(numbers, activation('18015551211'))).status).toBe(200);
  });
});
