import { randomBytes } from 'node:crypto';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { randomFrom } from '../fixtures/random.js';
import { textRow, workbook } from '../fixtures/workbook.js';
import { placeOf } from './place.js';

/** A sheet of more than the two megabytes from which on a second thread reads it. */
const ROWS = 20_000;
const HEADER =
  'product,accountNumber,accountName,timeZone,billingCycleDay,dialingBehaviorType,firstName,lastName,wrong';
const row = (index: number, zone = 'US/Mountain') =>
  `HOME_PHONE,HP-${index},Café “${index}” of the long name that fills the file,${zone},1,OPEN_DIAL_PLAN_TEN_DIGIT,José,Müller-${index},note`;

const DAMAGED_HEADER =
  'product,accountNumber,accountName,timeZone,billingCycleDay,dialingBehaviorType,extensionLength,firstName,lastName,' +
  'extension,userProductPlan,emailAddress,phoneNumber,address,city,state,postalCode,directoryListed,macAddress,deviceTypeId';

/** A BCC row with cells as people and spreadsheets leave them; few are good throughout. */
function damagedRow(index: number, random: () => number): string {
  const digits = String(2_000_000 + index);
  const one = (...texts: string[]) => texts[Math.floor(random() * texts.length)] ?? '';
  const rarely = (damaged: string, good: string) => (random() < 0.05 ? damaged : good);
  return [
    one('BCC', 'bcc', 'Business Cloud Communications'),
    rarely('N/A', `A-${Math.floor(index / 3)}`),
    index % 3 === 0 ? `Company of the ${index}th account, which has a name that is long` : '',
    one('US/Mountain', 'MST ', 'Mountain Standard', rarely('Mars', 'US/Mountain')),
    one('1', '1', rarely('1.0', '1'), rarely('31st', '1')),
    one('OPEN_DIAL_PLAN_TEN_DIGIT', 'open dial plan ten digit'),
    one('4', '4', rarely('four', '4')),
    one('José', 'Ann', rarely('JosÃ©', 'X'), 'Łukasz'),
    `Müller-${index}`,
    rarely('0123', String(2000 + (index % 3))),
    one('STANDARD', 'standard', rarely('ADVANCED', 'STANDARD')),
    one('', `user${index}@example.com`, rarely('nobody@', '')),
    one(
      `1801${digits}`,
      `(801) ${digits.slice(0, 3)}-${digits.slice(3)}`,
      rarely('1.8E+10', `1801${digits}`),
    ),
    rarely('', '333 S 520 W'),
    'Lindon',
    one('UT', 'Utah', rarely('UTT', 'UT')),
    rarely('8404', '84042'),
    one('TRUE', 'yes', 'no', rarely('perhaps', '0')),
    one('', rarely('not a mac', `0004F2${(0x100000 + index).toString(16)}`)),
    one('', 'VVX400'),
  ].join(',');
}

describe.concurrent('validate of a large sheet', () => {
  it('says of it what it says of a small one', async ({ expect, onTestFinished }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    const good = Array.from({ length: ROWS }, (_, index) => row(index));
    const text = [HEADER, ...good, row(ROWS, 'US/Montain'), row(3), `${row(ROWS + 1)},more`].join('\n');
    writeFileSync(join(directory, 'large.csv'), text);
    const ended = await cli('validate', 'large.csv', '--json');
    expectExit(ended, 1);
    const { problems, rows } = JSON.parse(ended.stdout) as {
      problems: { row: number; code: string }[];
      rows: { total: number; valid: number; invalid: number };
    };
    expect(rows).toEqual({ total: ROWS + 3, valid: ROWS, invalid: 3 });
    expect(problems.map(({ row, code }) => `${row} ${code}`)).toEqual([
      '1 UNKNOWN_COLUMN',
      `${ROWS + 2} TIME_ZONE_UNKNOWN`,
      `${ROWS + 3} SECOND_HOME_PHONE`,
      `${ROWS + 4} ROW_TOO_LONG`,
    ]);
  });

  it('finds in a damaged one what it finds in its parts', async ({ expect, onTestFinished }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    const random = randomFrom(11);
    const lines = Array.from({ length: 12_000 }, (_, index) => damagedRow(index, random));
    const profile = { values: { timeZone: { 'MST ': 'US/Mountain', 'Mountain Standard': 'US/Mountain' } } };
    writeFileSync(join(directory, 'p.json'), JSON.stringify(profile));
    const found = async (...files: string[]) => {
      const { code, stdout } = await cli('validate', ...files, '--json', '--profile', 'p.json');
      const report = JSON.parse(stdout) as { rows: object; problems: Record<string, string>[] };
      const problems = report.problems.map((each) => [each['code'], each['column'], each['value']].join(' '));
      return { code, rows: report.rows, problems };
    };
    const write = (name: string, of: readonly string[]) => {
      writeFileSync(join(directory, name), [DAMAGED_HEADER, ...of].join('\n'));
      return name;
    };
    const large = write('large.csv', lines);
    const parts = [0, 1, 2, 3].map((part) =>
      write(`part${part}.csv`, lines.slice(part * 3000, (part + 1) * 3000)),
    );
    expect(statSync(join(directory, large)).size).toBeGreaterThan(2 << 20);
    for (const part of parts) expect(statSync(join(directory, part)).size).toBeLessThan(2 << 20);
    const whole = await found(large);
    expect(whole.problems.length).toBeGreaterThan(5000);
    expect(whole).toEqual(await found(...parts));
  });

  it('reads every worksheet of a workbook, whatever number of rows each has', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    const noise = () => randomBytes(900).toString('hex');
    const sheets = [600, 1300, 1, 300, 1700].map((count, sheet) => ({
      name: `S${sheet}`,
      rows: [
        textRow(1, ['product', 'accountNumber', 'note']),
        ...Array.from({ length: count }, (_, i) => textRow(i + 2, ['BCC', `A-${sheet}-${i}`, noise()])),
      ].join(''),
    }));
    writeFileSync(join(directory, 'large.xlsx'), workbook({ sheets }));
    expect(statSync(join(directory, 'large.xlsx')).size).toBeGreaterThan(2 << 20);
    const { stdout } = await cli('validate', 'large.xlsx', '--json');
    const { rows } = JSON.parse(stdout) as { rows: { total: number } };
    expect(rows.total).toBe(600 + 1300 + 1 + 300 + 1700);
  });

  it('says what is wrong with one that cannot be read', async ({ expect, onTestFinished }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    writeFileSync(join(directory, 'large.csv'), 'no header here\n'.repeat(200_000));
    const ended = await cli('validate', 'large.csv');
    expectExit(ended, 3);
    expect(ended.stderr).toContain('large.csv has no header row');
  });
});
