import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CredentialsFile } from '../../src/journal/credentials.js';
import { temporaryDirectory } from '../results/journals.js';

const HEADER = 'accountNumber,trunkName,sipUsername,sipPassword';

async function fileOf() {
  const directory = await temporaryDirectory();
  const path = join(directory, 'credentials.csv');
  const given = join(directory, 'given-credentials.jsonl');
  const open = () => {
    const credentials = new CredentialsFile(path, given);
    onTestFinished(() => credentials.close());
    return credentials;
  };
  const records = () => Papa.parse<string[]>(readFileSync(path, 'utf8'), { skipEmptyLines: true }).data;
  return { path, given, open, records };
}

describe('credentials.csv', () => {
  it('is not made before there is something in it, and then readable by its owner alone', async () => {
    const { path, open } = await fileOf();
    const file = open();
    expect(existsSync(path)).toBe(false);
    expect(file.get('N', 'T')).toBeUndefined();
    await file.ensure('N1', 'T');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('gets random credentials of letters and digits that cannot be mistaken for one another', async () => {
    const { path, open, records } = await fileOf();
    const file = open();
    const all = await Promise.all(Array.from({ length: 200 }, (_, i) => file.ensure('N1', `T${i}`)));
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

  it('takes what the sheet gives for a trunk only when that is created, and makes up what is not given', async () => {
    const { path, given, open } = await fileOf();
    const file = open();
    const both = { sipUsername: 'user-1', sipPassword: 'p"a,s\ns=' };
    await Promise.all([
      file.give('N', 'both', both),
      file.give('N', 'one', { sipPassword: '=given' }),
      file.give('N', 'never created', { sipPassword: 'stays away' }),
    ]);
    expect(statSync(given).mode & 0o777).toBe(0o600);
    expect(existsSync(path)).toBe(false);
    await file.close();

    const later = open();
    expect(await later.ensure('N', 'both')).toEqual(both);
    const one = await later.ensure('N', 'one');
    expect(one).toEqual({ sipUsername: expect.stringMatching(/^\w{20}$/), sipPassword: '=given' });
    expect(await later.ensure('Other', 'one')).not.toMatchObject({ sipPassword: '=given' });
    await later.close();
    expect(open().get('N', 'both')).toEqual(both);
    expect(open().get('N', 'one')).toEqual(one);
    expect(readFileSync(path, 'utf8')).not.toContain('stays away');
  });

  it('forgets what the sheet gave once nobody will ask for it', async () => {
    const { given, open } = await fileOf();
    const file = open();
    await file.give('N', 'T', { sipPassword: 'given-1' });
    await file.forgetGiven();
    expect(existsSync(given)).toBe(false);
    await file.forgetGiven();
    expect(await file.ensure('N', 'T')).not.toMatchObject({ sipPassword: 'given-1' });
  });

  it('begins the given ones anew with a reading that begins anew', async () => {
    const { given, open } = await fileOf();
    writeFileSync(given, '["N","T",{"sipPassword":"of a reading that was cut o');
    const file = open();
    await file.give('N', 'T', { sipPassword: 'given-2' });
    expect(await file.ensure('N', 'T')).toMatchObject({ sipPassword: 'given-2' });
  });

  it('never puts made-up credentials in the place of given ones that cannot be read', async () => {
    const { path, given, open } = await fileOf();
    writeFileSync(given, '["N","T",{"sipPass\n');
    await expect(open().ensure('N', 'T')).rejects.toMatchObject({
      name: 'StopError',
      code: 'CREDENTIALS_UNREADABLE',
      message: expect.stringContaining(given),
    });
    expect(existsSync(path)).toBe(false);
  });

  it('takes the line of a trunk that the platform refused out again, and no other', async () => {
    const { path, open, records } = await fileOf();
    const file = open();
    const [first] = await Promise.all([
      file.ensure('N', '=1'),
      file.ensure('N', 'refused'),
      file.ensure('N', 'T3'),
    ]);
    await file.withdraw('N', 'refused');
    await file.withdraw('N', 'unknown');
    expect(records().map(([, name]) => name)).toEqual(['trunkName', "'=1", 'T3']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const anew = await file.ensure('N', 'refused');
    await file.close();
    expect(open().get('N', '=1')).toEqual(first);
    expect(open().get('N', 'refused')).toEqual(anew);
    expect(records()).toHaveLength(4);
    const last = open();
    for (const name of ['=1', 'refused', 'T3']) await last.withdraw('N', name);
    expect(existsSync(path)).toBe(false);
  });

  it('tells trunks as the platform does: of one account, however composed and spaced', async () => {
    const { open, records } = await fileOf();
    const file = open();
    const first = await file.ensure('N', 'Caf\u00e9 1');
    expect(await file.ensure('N', ' Cafe\u0301  1')).toEqual(first);
    expect(await file.ensure('M', 'Caf\u00e9 1')).not.toEqual(first);
    expect(records()).toHaveLength(3);
  });

  it('gives a trunk the same ones every time, in this run and in a later one', async () => {
    const { open, records } = await fileOf();
    const file = open();
    const [first, second] = await Promise.all([file.ensure('N', 'T'), file.ensure('N', 'T')]);
    expect(second).toEqual(first);
    await file.close();
    const later = open();
    expect(later.get('N', 'T')).toEqual(first);
    expect(await later.ensure('N', 'T')).toEqual(first);
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
    const credentials = await file.ensure(name, name);
    await file.close();
    const [accountNumber = '', trunkName = ''] = records()[1] ?? [];
    expect(accountNumber).not.toMatch(/^[=+\-@]/);
    expect(trunkName).not.toMatch(/^[=+\-@]/);
    expect(open().get(name, name)).toEqual(credentials);
  });

  it.each([1, 10, 40])(
    'drops a last line that lacks its last %i bytes, and goes on after the others',
    async (bytes) => {
      const { path, open, records } = await fileOf();
      const file = open();
      const whole = await file.ensure('N', 'Böhm 1');
      const torn = await file.ensure('N', 'Böhm 2');
      await file.close();
      truncateSync(path, statSync(path).size - bytes);
      const later = open();
      expect(later.get('N', 'Böhm 1')).toEqual(whole);
      expect(later.get('N', 'Böhm 2')).toBeUndefined();
      const anew = await later.ensure('N', 'Böhm 2');
      expect(anew).not.toEqual(torn);
      await later.close();
      expect(open().get('N', 'Böhm 1')).toEqual(whole);
      expect(open().get('N', 'Böhm 2')).toEqual(anew);
      expect(records()).toHaveLength(3);
    },
  );

  it('loses nothing after a header that was cut off', async () => {
    const { path, open } = await fileOf();
    writeFileSync(path, HEADER.slice(0, 20));
    const file = open();
    const first = await file.ensure('N', 'T1');
    const second = await file.ensure('N', 'T2');
    await file.close();
    expect(open().get('N', 'T1')).toEqual(first);
    expect(open().get('N', 'T2')).toEqual(second);
  });

  it('takes an empty file, and one whose lines somebody separated by blank ones', async () => {
    const { path, open } = await fileOf();
    writeFileSync(path, '');
    const file = open();
    const first = await file.ensure('N', 'T1');
    await file.close();
    appendFileSync(path, '\n\n"N","T2","user-2","pass-2"\n');
    expect(open().get('N', 'T1')).toEqual(first);
    expect(open().get('N', 'T2')).toEqual({ sipUsername: 'user-2', sipPassword: 'pass-2' });
  });

  it('that cannot be written keeps trunks from being created', async () => {
    const { path } = await fileOf();
    const file = new CredentialsFile(join(path, 'not-there', 'credentials.csv'), join(path, 'given'));
    const failure = { name: 'StopError', code: 'CREDENTIALS_WRITE_FAILED' };
    await expect(file.ensure('N', 'T')).rejects.toMatchObject(failure);
    await expect(file.ensure('N', 'T')).rejects.toMatchObject(failure);
    await expect(file.ensure('N', 'T2')).rejects.toMatchObject(failure);
    await file.close();
  });
});
