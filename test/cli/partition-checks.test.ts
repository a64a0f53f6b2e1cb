import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, type SheetRow } from '../fixtures/rows.js';
import { placeOf } from './place.js';

const TORONTO: SheetRow = { address: '200 Bay St', city: 'Toronto', state: 'ON', postalCode: 'M5H 2N2' };
const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
const user = (accountNumber: string, more: SheetRow): SheetRow => ({
  ...{ product: 'BCC', accountNumber, accountName: `Account ${accountNumber}`, timeZone: 'US/Mountain' },
  ...{ billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT', extensionLength: '3' },
  ...{ firstName: 'Ann', lastName: 'Lee', extension: '400', userProductPlan: 'STANDARD', ...more },
});
const set = (sandbox: Sandbox, settings: object) =>
  fetch(`${sandbox.url}/_sandbox/settings`, { method: 'POST', body: JSON.stringify(settings) });

type Told = { row: number; column: string; code: string; severity: string; message: string };

describe.concurrent('a dry run asks the partition', () => {
  const rows = [
    user('P-1', { deviceTypeId: 'VVX400', macAddress: '0004F2000001' }),
    user('P-2', { deviceTypeId: 'SPA122', macAddress: '0004F2000002' }),
    user('P-3', { extension: '411' }),
    user('P-4', { ...TORONTO, secondaryLocationDescription: 'SLIP', unit: '4' }),
    user('P-5', { ...LINDON, secondaryLocationDescription: 'SLIP', unit: '4' }),
  ];
  const dryRun = async (place: Awaited<ReturnType<typeof placeOf>>) => {
    await place.write('sheet.csv', csvOf(rows));
    const ended = await place.cli('run', 'sheet.csv', '--dry-run', '--out', 'dry', '--json', '--quiet');
    const { problems } = JSON.parse(ended.stdout) as { problems: Told[] };
    return { ended, told: problems.map(({ row, column, code }) => [row, column, code]).sort(), problems };
  };

  it('which device types it allows, whether devices must be in its inventory, and which extensions it takes', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const { sandbox } = place;
    await set(sandbox, { allowedDeviceTypes: ['SPA122', 'HT801'], requiresDeviceInventory: true });
    const { ended, told, problems } = await dryRun(place);
    expectExit(ended, 1);
    expect(told).toEqual([
      [2, 'deviceTypeId', 'DEVICE_TYPE_NOT_ALLOWED'],
      [2, 'macAddress', 'DEVICE_INVENTORY'],
      [4, 'extension', 'EXTENSION_LIKE_SERVICE'],
      [5, 'secondaryLocationDescription', 'LOCATION_TYPE_NOT_OFFERED'],
    ]);
    expect(problems.find(({ row }) => row === 2)?.message).toBe(
      'The partition does not allow devices of type VVX400',
    );
    for (const operation of ['retrieve_2', 'getAllSettings', 'getSecondaryLocations'])
      expect(sandbox.counts.get(operation)).toBe(1);
    // The platform refuses what was told.
    expectExit(await place.cli('run', 'sheet.csv', '--out', 'run', '--quiet'), 1);
    expect(place.csv('run/results.csv').map(({ status, failedStep }) => [status, failedStep])).toEqual([
      ['failed', 'device'],
      ['failed', 'device'],
      ['failed', 'user'],
      ['failed', 'number'],
      ['created', ''],
    ]);
  });

  it('and says nothing where all is allowed; nothing is asked that no row needs', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    await set(place.sandbox, { dangerousExtensions: true });
    const { told } = await dryRun(place);
    expect(told).toEqual([[5, 'secondaryLocationDescription', 'LOCATION_TYPE_NOT_OFFERED']]);
    await place.write('plain.csv', csvOf([user('P-9', LINDON)]));
    const before = [...place.sandbox.counts.values()].length;
    expectExit(await place.cli('run', 'plain.csv', '--dry-run', '--out', 'dry2', '--quiet'), 0);
    expect([...place.sandbox.counts.values()].length).toBe(before);
    for (const operation of ['retrieve_2', 'getAllSettings', 'getSecondaryLocations'])
      expect(place.sandbox.counts.get(operation)).toBe(1);
  });

  it.for(['403', 'not-permitted'] as const)(
    'which may not answer (%s): no row is to blame',
    async (kind, { expect, onTestFinished }) => {
      const faults = ['retrieve_2', 'getAllSettings', 'getSecondaryLocations'].map((operation) => ({
        ...{ operation, kind },
      }));
      const { ended, told } = await dryRun(await placeOf(onTestFinished, { faults }));
      expectExit(ended, 0);
      expect(told).toEqual([]);
    },
  );
});

describe.concurrent('the language of emergency calls', () => {
  it('goes with addresses in Canada, and is told where it has no effect', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    const elsewhere: SheetRow = {
      ...{ e911Address: '65 Front St W', e911City: 'Toronto', e911State: 'ON', e911PostalCode: 'M5V 2T6' },
    };
    const rows = [
      user('L-1', { ...TORONTO, e911Language: 'French' }),
      user('L-2', { ...LINDON, e911Language: 'en-US' }),
      user('L-3', { ...LINDON, ...elsewhere, e911Language: 'en-US' }),
      user('L-4', { ...TORONTO }),
      user('L-5', { numberSource: 'NONE', e911Language: 'fr-CA' }),
    ];
    await write('sheet.csv', csvOf(rows));
    const ended = await cli('run', 'sheet.csv', '--out', 'run', '--json', '--quiet');
    expectExit(ended, 0);
    const warnings = csv('run/results.csv').map(({ warnings }) => warnings ?? '');
    expect(warnings.map((text) => text.includes('not in Canada'))).toEqual([
      false,
      true,
      false,
      false,
      false,
    ]);
    expect(warnings[4]).toContain('the row has no phone number');
    const sent = sandbox.requests
      .filter(({ operation }) => operation === 'createOrAddTelephoneNumberToAccount')
      .map(({ body }) => (body as { e911Address: { city: string; language?: string } }).e911Address)
      .map(({ city, language }) => `${city} ${language}`)
      .sort();
    expect(sent).toEqual(['Lindon undefined', 'Toronto en-US', 'Toronto fr-CA', 'Toronto undefined']);
    expectExit(await cli('verify', 'run', '--quiet'), 0);
  });

  it('as a default for all rows is left out where it does not belong, without a word', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, csv, write } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf([user('L-1', TORONTO), user('L-2', LINDON)]));
    expectExit(await cli('run', 'sheet.csv', '--out', 'run', '--quiet', '--set', 'e911Language=fr-CA'), 0);
    expect(csv('run/results.csv').map(({ warnings }) => warnings)).toEqual(['', '']);
    const languages = [...sandbox.state.numbers.values()].map(({ e911Address }) => e911Address['language']);
    expect(languages.sort()).toEqual(['fr-CA', undefined]);
  });
});
