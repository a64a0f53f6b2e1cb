import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StopError } from '../../src/errors.js';
import { profileJsonSchema, readProfile } from '../../src/records/profile.js';

async function profileFile(content: unknown): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'profile-')), 'profile.json');
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const NOTHING_SAID = {
  ...{ headers: {}, defaults: {}, values: {}, blank: [], skip: {}, sheets: {} },
  ...{ distinct: [], options: {} },
};
const OPTIONS = ['concurrency', 'on-invalid'];

describe('a profile', () => {
  it('is read with every part', async () => {
    const path = await profileFile({
      headers: { Cust: 'accountNumber', Notes: null },
      defaults: { billingCycleDay: 1, blockEmail: true },
      values: { timeZone: { MST7: 'US/Mountain', 'No zone': null, None: '' } },
      blank: ['N/A', 0],
      skip: { Status: ['CANCELLED', 7] },
      sheets: {
        Customers: { product: 'ACCOUNT', headers: { ID: 'accountNumber' }, defaults: { billingCycleDay: 5 } },
        'ZIP list': null,
      },
      distinct: ['accountNumber'],
      options: { concurrency: 4 },
    });
    expect(await readProfile(path, OPTIONS)).toEqual({
      headers: { Cust: 'accountNumber', Notes: null },
      defaults: { billingCycleDay: '1', blockEmail: 'true' },
      values: { timeZone: { MST7: 'US/Mountain', 'No zone': null, None: '' } },
      blank: ['N/A', '0'],
      skip: { Status: ['CANCELLED', '7'] },
      sheets: {
        Customers: {
          product: 'ACCOUNT',
          headers: { ID: 'accountNumber' },
          defaults: { billingCycleDay: '5' },
        },
        'ZIP list': null,
      },
      distinct: ['accountNumber'],
      options: { concurrency: 4 },
    });
  });

  it('may be empty', async () => {
    const path = await profileFile('\ufeff{}');
    expect(await readProfile(path, OPTIONS)).toEqual({
      ...NOTHING_SAID,
    });
  });

  it('may name the schema that an editor completes it by', async () => {
    const path = await profileFile({ $schema: './profile.schema.json', defaults: { country: 'CAN' } });
    expect(await readProfile(path, OPTIONS)).toEqual({
      ...NOTHING_SAID,
      defaults: { country: 'CAN' },
    });
  });

  it('has a JSON schema that takes and refuses what the program does', () => {
    const schema = z.fromJSONSchema(profileJsonSchema(OPTIONS) as z.core.JSONSchema.BaseSchema);
    const takes = (profile: object) => schema.safeParse(profile).success;
    expect(takes({})).toBe(true);
    expect(takes({ headers: { Cust: 'accountNumber', Notes: null }, options: { concurrency: 4 } })).toBe(
      true,
    );
    expect(takes({ defaults: { billingCycleDay: 1 }, values: { timeZone: { MST7: 'US/Mountain' } } })).toBe(
      true,
    );
    expect(takes({ blank: ['N/A'], skip: { Status: ['Sub*'] }, values: { state: { none: null } } })).toBe(
      true,
    );
    expect(takes({ sheets: { Users: { product: 'BCC', blank: ['-'] }, Zips: null } })).toBe(true);
    expect(takes({ sheets: { Users: { products: 'BCC' } } })).toBe(false);
    expect(takes({ headers: { Cust: 'acountNumber' } })).toBe(false);
    expect(takes({ header: {} })).toBe(false);
    expect(takes({ options: { concurency: 4 } })).toBe(false);
    expect(takes({ values: { timeZone: 'US/Mountain' } })).toBe(false);
  });

  it.each([
    ['an unknown part', { header: {} }, '"header" is not a part of a profile; did you mean headers?'],
    [
      'an unknown column as target',
      { headers: { Cust: 'acountNumber' } },
      'headers → Cust: "acountNumber" is not a column; did you mean accountNumber?',
    ],
    [
      'an unknown column with a default',
      { defaults: { timezon: 'x' } },
      '"timezon" is not a column; did you mean timeZone?',
    ],
    [
      'an unknown column with values',
      { values: { stat: { a: 'b' } } },
      '"stat" is not a column; did you mean state?',
    ],
    [
      'an unknown option',
      { options: { concurency: 4 } },
      '"concurency" is not an option; did you mean concurrency?',
    ],
    [
      'an unknown part of a sheet',
      { sheets: { Users: { header: {} } } },
      'sheets → Users: "header" is not a part of what a profile says of one sheet; did you mean headers?',
    ],
    [
      'an unknown product of a sheet',
      { sheets: { Users: { product: 'BC' } } },
      'sheets → Users → product: "BC" is not a product; did you mean BCC?',
    ],
    [
      'an unknown column of a sheet',
      { sheets: { Users: { headers: { Cust: 'acountNumber' } } } },
      'sheets → Users → headers → Cust: "acountNumber" is not a column; did you mean accountNumber?',
    ],
    ['rows to skip that are no list', { skip: { Status: 'CANCELLED' } }, 'skip → Status'],
    [
      'a column that cannot be distinct',
      { distinct: ['lineName'] },
      'distinct → 0: "lineName" is not a column that can be distinct (accountNumber can)',
    ],
    [
      'a default of a secret',
      { defaults: { sipPassword: 'hunter22!' } },
      'defaults → sipPassword: sipPassword is a secret of one row; it cannot be given for all rows',
    ],
    [
      'translations of a secret',
      { values: { sipPassword: { old: 'hunter22!' } } },
      'values → sipPassword: sipPassword is a secret of one row',
    ],
    ['a value that is no text', { defaults: { state: ['UT'] } }, 'defaults → state'],
    ['a list', [], 'expected object'],
    ['what is not JSON', '{"headers": ', 'is not JSON'],
  ])('is refused with %s', async (_name, content, message) => {
    const failure = await readProfile(await profileFile(content), OPTIONS).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(StopError);
    expect(failure).toMatchObject({ code: 'PROFILE_INVALID', exit: 'nothingDone' });
    expect((failure as StopError).message).toContain(message);
    expect(JSON.stringify([failure, (failure as StopError).message])).not.toContain('hunter22!');
  });

  it('is refused when there is no such file', async () => {
    await expect(readProfile('/nowhere/profile.json', OPTIONS)).rejects.toThrow(
      'There is no profile /nowhere/profile.json.',
    );
  });
});
