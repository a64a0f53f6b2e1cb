import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CredentialsFile } from '../../src/journal/credentials.js';
import { temporaryDirectory } from '../results/journals.js';

const HEADER = 'accountNumber,trunkName,sipUsername,sipPassword';

async function fileOf() {
  const path = join(await temporaryDirectory(), 'credentials.csv');
  const open = () => {
    const credentials = new CredentialsFile(path);
    onTestFinished(() => credentials.close());
    return credentials;
  };
  const records = () => Papa.parse<string[]>(readFileSync(path, 'utf8'), { skipEmptyLines: true }).data;
  return { path, open, records };
}

describe('credentials.csv', () => {
  it('is not made before there is something in it, and then readable by its owner alone', async () => {
    const { path, open } = await fileOf();
    const file = open();
    expect(existsSync(path)).toBe(false);
    expect(file.get('T')).toBeUndefined();
    await file.ensure('N1', 'T', {});
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('gets random credentials of letters and digits that cannot be mistaken for one another', async () => {
    const { path, open, records } = await fileOf();
    const file = open();
    const all = await Promise.all(Array.from({ length: 200 }, (_, i) => file.ensure('N1', `T${i}`, {})));
    for (const { sipUsername, sipPassword } of all) {
      expect(sipUsername).toMatch(/^[A-HJ-NP-Za-km-z2-9]{20}$/);
      expect(sipPassword).toMatch(/^[A-HJ-NP-Za-km-z2-9]{24}$/);
    }
    expect(new Set(all.flatMap((each) => [each.sipUsername, each.sipPassword])).size).toBe(400);
    expect(new Set(all.map((each) => each.sipPassword).join('')).size).toBe(57);
    expect(readFileSync(path, 'utf8').split('\n')[0]).toBe(HEADER);
    expect(records().slice(1)).toEqual(
      all.map(({ sipUsername, sipPassword }, i) => ['N1', `T${i}`, sipUsername, sipPassword]),
    );
  });

  it('keeps given credentials, and makes up only what is not given', async () => {
    const { open } = await fileOf();
    const file = open();
    expect(await file.ensure('N', 'both', { sipUsername: 'user-1', sipPassword: 'p"a,s\ns=' })).toEqual({
      sipUsername: 'user-1',
      sipPassword: 'p"a,s\ns=',
    });
    const one = await file.ensure('N', 'one', { sipPassword: '=given' });
    expect(one).toEqual({ sipUsername: expect.stringMatching(/^\w{20}$/), sipPassword: '=given' });
    await file.close();
    expect(open().get('both')).toEqual({ sipUsername: 'user-1', sipPassword: 'p"a,s\ns=' });
    expect(open().get('one')).toEqual(one);
  });

  it('gives a trunk the same ones every time, in this run and in a later one', async () => {
    const { open, records } = await fileOf();
    const file = open();
    const [first, second] = await Promise.all([file.ensure('N', 'T', {}), file.ensure('N', 'T', {})]);
    expect(second).toEqual(first);
    expect(await file.ensure('N', 'T', { sipPassword: 'another' })).toEqual(first);
    await file.close();
    const later = open();
    expect(later.get('T')).toEqual(first);
    expect(await later.ensure('N', 'T', {})).toEqual(first);
    expect(records()).toHaveLength(2);
  });

  it.each([
    '=HYPERLINK("x")',
    '+1',
    '-1',
    '@x',
    'a"b',
    "O'Neil",
    'a,b;c\td',
    'Jörg 漢字 😀',
    "'=x",
    "'quoted'",
  ])('takes the trunk name %j back as it was, and no spreadsheet runs it', async (name) => {
    const { open, records } = await fileOf();
    const file = open();
    const credentials = await file.ensure(name, name, {});
    await file.close();
    const [accountNumber = '', trunkName = ''] = records()[1] ?? [];
    expect(accountNumber).not.toMatch(/^[=+\-@]/);
    expect(trunkName).not.toMatch(/^[=+\-@]/);
    expect(open().get(name)).toEqual(credentials);
  });

  it.each([1, 10, 40])(
    'drops a last line that lacks its last %i bytes, and goes on after the others',
    async (bytes) => {
      const { path, open, records } = await fileOf();
      const file = open();
      const whole = await file.ensure('N', 'Böhm 1', {});
      const torn = await file.ensure('N', 'Böhm 2', {});
      await file.close();
      truncateSync(path, statSync(path).size - bytes);
      const later = open();
      expect(later.get('Böhm 1')).toEqual(whole);
      expect(later.get('Böhm 2')).toBeUndefined();
      const anew = await later.ensure('N', 'Böhm 2', {});
      expect(anew).not.toEqual(torn);
      await later.close();
      expect(open().get('Böhm 1')).toEqual(whole);
      expect(open().get('Böhm 2')).toEqual(anew);
      expect(records()).toHaveLength(3);
    },
  );

  it('loses nothing after a header that was cut off', async () => {
    const { path, open } = await fileOf();
    writeFileSync(path, HEADER.slice(0, 20));
    const file = open();
    const first = await file.ensure('N', 'T1', {});
    const second = await file.ensure('N', 'T2', {});
    await file.close();
    expect(open().get('T1')).toEqual(first);
    expect(open().get('T2')).toEqual(second);
  });

  it('takes an empty file, and one whose lines somebody separated by blank ones', async () => {
    const { path, open } = await fileOf();
    writeFileSync(path, '');
    const file = open();
    const first = await file.ensure('N', 'T1', {});
    await file.close();
    appendFileSync(path, '\n\n"N","T2","user-2","pass-2"\n');
    expect(open().get('T1')).toEqual(first);
    expect(open().get('T2')).toEqual({ sipUsername: 'user-2', sipPassword: 'pass-2' });
  });

  it('that cannot be written keeps trunks from being created', async () => {
    const { path } = await fileOf();
    const file = new CredentialsFile(join(path, 'not-there', 'credentials.csv'));
    const failure = { name: 'StopError', code: 'CREDENTIALS_WRITE_FAILED' };
    await expect(file.ensure('N', 'T', {})).rejects.toMatchObject(failure);
    await expect(file.ensure('N', 'T', {})).rejects.toMatchObject(failure);
    await expect(file.ensure('N', 'T2', {})).rejects.toMatchObject(failure);
    await file.close();
  });
});
