import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { CITIES } from '../../src/sandbox/gazetteer.js';
import { writeMixedSample } from '../fixtures/mixed-sample.js';
import { writeNormalisedSample } from '../fixtures/normalised-sample.js';
import { readSheet } from '../fixtures/read-sheet.js';

const SAMPLES = new URL('../../samples/', import.meta.url).pathname;
const GOOD = ['bcc.csv', 'home-phone.csv', 'business-line.csv', 'sip-trunk.csv', 'mixed.xlsx'];
const PREFIXES = new Set(CITIES.flatMap(({ prefixes }) => prefixes));

async function textsOf(file: string) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(file);
  return book.worksheets.map((sheet) => [sheet.name, sheet.getSheetValues()]);
}

describe('a good sample', () => {
  it.each(GOOD)('%s is valid without a warning', async (name) => {
    const { problems, checked, notices } = await readSheet(join(SAMPLES, name));
    expect(problems).toEqual([]);
    expect(notices).toEqual([]);
    expect(checked.length).toBeGreaterThanOrEqual(4);
  });

  it.each(GOOD)(
    '%s works in the sandbox: its numbers and cities are there, and no mail goes out',
    async (name) => {
      const { checked } = await readSheet(join(SAMPLES, name));
      for (const { record } of checked) {
        const { phoneNumber, city, state, postalCode, emailAddress, blockEmail, firstName } = record.values;
        if (phoneNumber !== undefined) expect(PREFIXES).toContain(phoneNumber.slice(1, 7));
        if (city !== undefined)
          expect(CITIES.find((each) => each.name === city)).toMatchObject({
            state,
            postalCodes: expect.arrayContaining([postalCode]),
          });
        if (emailAddress !== undefined) expect(emailAddress).toMatch(/@example\.com$/);
        if (firstName !== undefined) expect(blockEmail).toBe(true);
      }
    },
  );

  it('mixed.xlsx is what its readable rows say', async () => {
    const file = join(SAMPLES, 'mixed.xlsx');
    // after a change of those rows: UPDATE_FILES=1 npx vitest run test/records/samples.test.ts
    if (process.env['UPDATE_FILES'] === '1') await writeMixedSample(file);
    const directory = await mkdtemp(join(tmpdir(), 'samples-'));
    await writeMixedSample(join(directory, 'mixed.xlsx'));
    expect(await textsOf(file)).toEqual(await textsOf(join(directory, 'mixed.xlsx')));
    await rm(directory, { recursive: true });
  });
});

describe('the normalised sample', () => {
  it('normalised.xlsx is what its readable rows say', async () => {
    const file = join(SAMPLES, 'normalised.xlsx');
    if (process.env['UPDATE_FILES'] === '1') await writeNormalisedSample(file);
    const directory = await mkdtemp(join(tmpdir(), 'samples-'));
    await writeNormalisedSample(join(directory, 'normalised.xlsx'));
    expect(await textsOf(file)).toEqual(await textsOf(join(directory, 'normalised.xlsx')));
    await rm(directory, { recursive: true });
  });
});

describe('mistakes.csv', () => {
  it('has one mistake in each bad row, and no clean row is blamed', async () => {
    const { problems, checked } = await readSheet(join(SAMPLES, 'mistakes.csv'));
    expect(problems.map(({ row, column, code }) => [row, column, code])).toEqual([
      [3, 'phoneNumber', 'PHONE_NUMBER_INVALID'],
      [5, 'extension', 'EXTENSION_LENGTH'],
      [6, 'userProductPlan', 'NOT_AN_OPTION'],
      [8, 'emailAddress', 'REQUIRED'],
      [9, 'phoneNumber', 'PHONE_NUMBER_TAKEN'],
      [10, 'phoneNumber', 'DIGITS_LOST'],
      [11, 'macAddress', 'MAC_ADDRESS_INVALID'],
      [13, 'state', 'STATE_UNKNOWN'],
      [14, 'customerName', 'TOO_LONG'],
      [15, 'accountName', 'ACCOUNT_CONFLICT'],
      [16, 'extension', 'EXTENSION_TAKEN'],
      [18, 'userProductPlan', 'NOT_ALLOWED'],
      [19, 'timeZone', 'TIME_ZONE_UNKNOWN'],
      [20, 'accountNumber', 'SECOND_HOME_PHONE'],
      [22, 'busyForwardTo', 'REQUIRED'],
      [23, 'concurrentCalls', 'OUT_OF_RANGE'],
    ]);
    expect(checked.filter(({ record }) => record.valid).map(({ row }) => row.number)).toEqual([
      2, 4, 7, 12, 17, 21, 24,
    ]);
  });
});
