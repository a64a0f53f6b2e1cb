import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { placeOf } from './place.js';

/** A sheet of more than the two megabytes from which on a second thread reads it. */
const ROWS = 20_000;
const HEADER =
  'product,accountNumber,accountName,timeZone,billingCycleDay,dialingBehaviorType,firstName,lastName,wrong';
const row = (index: number, zone = 'US/Mountain') =>
  `HOME_PHONE,HP-${index},Café “${index}” of the long name that fills the file,${zone},1,OPEN_DIAL_PLAN_TEN_DIGIT,José,Müller-${index},note`;

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

  it('says what is wrong with one that cannot be read', async ({ expect, onTestFinished }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    writeFileSync(join(directory, 'large.csv'), 'no header here\n'.repeat(200_000));
    const ended = await cli('validate', 'large.csv');
    expectExit(ended, 3);
    expect(ended.stderr).toContain('large.csv has no header row');
  });
});
