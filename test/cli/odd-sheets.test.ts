import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { textRow, workbook } from '../fixtures/workbook.js';
import { type Place, placeOf, readWorkbook, writesOf } from './place.js';

const HEADER = [
  ...['product', 'accountNumber', 'accountName', 'timeZone', 'billingCycleDay', 'dialingBehaviorType'],
  ...['extensionLength', 'firstName', 'lastName', 'extension', 'userProductPlan', 'numberSource'],
];
const row = (account: string, lastName = 'Quill') => [
  ...['BCC', account, `Customer ${account}`, 'US/Mountain', '1', 'OPEN_DIAL_PLAN_TEN_DIGIT'],
  ...['4', 'Nora', lastName, '4005', 'STANDARD', 'NONE'],
];
const csv = (...lines: readonly (readonly string[])[]) =>
  `${lines.map((line) => line.join(',')).join('\r\n')}\r\n`;

interface Found {
  readonly rows: { readonly total: number; readonly valid: number; readonly invalid: number };
  readonly problems: readonly {
    readonly sheet: string | null;
    readonly row: number;
    readonly column: string | null;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  }[];
}

async function validate(place: Place, name: string, content: string | Buffer, exit: number): Promise<Found> {
  writeFileSync(join(place.directory, name), content);
  const ended = await place.cli('validate', name, '--json');
  expectExit(ended, exit);
  return JSON.parse(ended.stdout);
}
const places = ({ problems }: Found) => problems.map(({ code, row: at, column }) => [code, at, column]);

describe.concurrent('an odd sheet', () => {
  it('with a second table: one problem, and its rows are not read', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const second = [...HEADER].reverse();
    const found = await validate(
      place,
      'two.csv',
      csv(HEADER, row('ODD-1'), [], second, [...row('ODD-2')].reverse(), [...row('ODD-3')].reverse()),
      1,
    );
    expect(places(found)).toEqual([['ANOTHER_HEADER', 4, null]]);
    expect(found.problems[0]?.message).toContain('Row 4 is another header');
    expect(found.rows).toEqual({ total: 3, valid: 1, invalid: 2 });
  });

  it('with its header again: a warning with its row', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const found = await validate(place, 'again.csv', csv(HEADER, row('ODD-1'), HEADER, row('ODD-2')), 0);
    expect(places(found)).toEqual([['HEADER_REPEATED', 3, null]]);
    expect(found.rows).toEqual({ total: 2, valid: 2, invalid: 0 });
  });

  it('with a header merged over cells: one error at the header', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const header: (string | null)[] = [...HEADER];
    header[8] = null;
    const rows = textRow(1, header) + textRow(2, row('ODD-1')) + textRow(3, row('ODD-2'));
    const after = '<mergeCells><mergeCell ref="H1:I1"/></mergeCells>';
    const found = await validate(place, 'merged.xlsx', workbook({ sheets: [{ rows, after }] }), 1);
    expect(places(found)).toContainEqual(['MERGED_HEADER', 1, null]);
    expect(found.problems.filter(({ code }) => code === 'MERGED_HEADER')).toHaveLength(1);
    expect(found.rows.invalid).toBe(2);
  });

  it('with a list beside it: hide it or delete it', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const list = textRow(1, ['First name', 'Last name', 'Extension']) + textRow(2, ['Nora', 'Quill', '4005']);
    const sheets = [
      { name: 'Import', rows: textRow(1, HEADER) + textRow(2, row('ODD-1')) },
      { name: 'Directory', rows: list },
    ];
    const found = await validate(place, 'list.xlsx', workbook({ sheets }), 1);
    expect(found.problems).toMatchObject([
      {
        ...{ sheet: 'Directory', row: 1, code: 'NOT_FOR_IMPORT' },
        hint: expect.stringContaining('leave it out in a profile: "sheets": { "Directory": null }'),
      },
    ]);
    expect(found.rows).toEqual({ total: 2, valid: 1, invalid: 1 });
    const ended = await place.cli('validate', 'list.xlsx', '--set', 'product=BCC');
    expectExit(ended, 1);
    expect(ended.stdout).toContain('Hide or delete the worksheet');
  });

  it('that is the only worksheet is told what it misses', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const rows = textRow(1, ['First name', 'Last name', 'Extension']) + textRow(2, ['Nora', 'Quill', '4005']);
    const found = await validate(place, 'alone.xlsx', workbook({ sheets: [{ rows }] }), 1);
    expect(places(found)).toEqual([
      ['MISSING_COLUMN', 1, 'product'],
      ['MISSING_COLUMN', 1, 'accountNumber'],
    ]);
  });

  it('whose number formats speak: codes as shown or refused, numbers as they are', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const codes = ['&quot;ACC-&quot;0000', '0.00E+00', '&quot;Day &quot;0', '(000) 000-0000'];
    const styles = `<numFmts>${codes.map((code, i) => `<numFmt numFmtId="${170 + i}" formatCode="${code}"/>`).join('')}</numFmts><cellXfs><xf numFmtId="0"/>${codes.map((_, i) => `<xf numFmtId="${170 + i}"/>`).join('')}</cellXfs>`;
    const header = [...HEADER, 'phoneNumber', 'address', 'city', 'state', 'postalCode'];
    const sheetRow = (n: number, account: string, phone: string) => {
      const texts: (string | null)[] = [...row('x'), null, '333 S 520 W', 'Lindon', 'UT', '84042'];
      texts[1] = texts[4] = texts[11] = null;
      const day = `<c r="E${n}" s="3"><v>15</v></c>`;
      return textRow(n, texts).replace('</row>', `${account}${day}${phone}</row>`);
    };
    const rows = [
      textRow(1, header),
      sheetRow(2, '<c r="B2" s="1"><v>12</v></c>', '<c r="M2" s="4"><v>8015557005</v></c>'),
      sheetRow(3, '<c r="B3" s="1"><v>13</v></c>', '<c r="M3" s="2"><v>8.015557006E9</v></c>'),
      sheetRow(4, '<c r="B4" s="2"><v>1200000</v></c>', '<c r="M4" s="4"><v>8015557007</v></c>'),
    ].join('');
    const content = workbook({ sheets: [{ rows }], styles });
    const found = await validate(place, 'formats.xlsx', content, 1);
    expect(places(found)).toEqual([['DIGITS_LOST', 4, 'accountNumber']]);
    expect(found.problems[0]?.message).toContain('The cell shows "1.20E+06", and holds the number 1200000');

    // one request at a time, so that the accounts come in the order of their rows
    const options = ['--on-invalid', 'skip', '--out', 'r', '--quiet', '--concurrency', '1'];
    const ended = await place.cli('run', 'formats.xlsx', ...options);
    expectExit(ended, 1);
    const accounts = place.sandbox.requests.filter(({ operation }) => operation === 'createAccount');
    expect(accounts.map(({ body }) => body)).toMatchObject([
      { accountNumber: 'ACC-0012', billingCycleDay: 15 },
      { accountNumber: 'ACC-0013', billingCycleDay: 15 },
    ]);
  });

  it('whose yes or no is neither is refused at the cell', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const cells = (n: number, stored: string) =>
      textRow(n, row(`ODD-${n}`)).replace('</row>', `<c r="M${n}" t="b"><v>${stored}</v></c></row>`);
    const rows =
      textRow(1, [...HEADER, 'blockEmail']) + cells(2, 'TRUE') + cells(3, 'maybe') + cells(4, 'false');
    const found = await validate(place, 'boolean.xlsx', workbook({ sheets: [{ rows }] }), 1);
    expect(places(found)).toEqual([['CELL_ERROR', 3, 'blockEmail']]);
  });

  it('of a Macintosh is read; letters that no encoding gives are told at their cell', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const text = csv(HEADER, row('ODD-1', 'Núñez'), row('ODD-2', 'Müller'));
    expect(places(await validate(place, 'mac.csv', iconv.encode(text, 'macroman'), 0))).toEqual([
      ['ENCODING_ASSUMED', 0, null],
    ]);
    const signs = csv(HEADER, row('ODD-1', 'N£¤ez'), row('ODD-2', 'O’Neil™'), row('ODD-3', 'Núñez'));
    expect(places(await validate(place, 'signs.csv', signs, 0))).toEqual([
      ['SUSPECT_ENCODING', 2, 'lastName'],
    ]);
  });

  it('with a stray cell in the last column: results and errors are written', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const stray = '<c r="XFD1" t="str"><v>x</v></c></row>';
    const rows =
      textRow(1, HEADER).replace('</row>', stray) + textRow(2, row('ODD-1')) + textRow(3, row('ODD-2', ''));
    writeFileSync(join(place.directory, 'far.xlsx'), workbook({ sheets: [{ rows }] }));
    const ended = await place.cli('run', 'far.xlsx', '--on-invalid', 'skip', '--out', 'r', '--quiet');
    expectExit(ended, 1);
    expect(writesOf(place.sandbox)).toEqual(['createAccount', 'createEndUser']);
    const results = await readWorkbook(join(place.directory, 'r/results.xlsx'));
    expect(results.map(({ accountNumber, status }) => [accountNumber, status])).toEqual([
      ['ODD-1', 'created'],
      ['ODD-2', 'invalid'],
    ]);
    expect(Object.keys(results[0] ?? {}).slice(0, 14)).toEqual([...HEADER, 'x', 'status']);
    const errors = await readWorkbook(join(place.directory, 'r/errors.xlsx'));
    expect(errors.map(({ accountNumber }) => accountNumber)).toEqual(['ODD-2']);
  });

  it('larger than one thread reads alone tells the same', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    const many = Array.from({ length: 25_000 }, (_, i) => row(`BIG-${i}`));
    const text = csv(HEADER, ...many, HEADER, [...HEADER].reverse(), [...row('ODD-2')].reverse());
    const found = await validate(place, 'large.csv', text, 1);
    expect(places(found)).toEqual([
      ['HEADER_REPEATED', 25_002, null],
      ['ANOTHER_HEADER', 25_003, null],
    ]);
    expect(found.rows).toEqual({ total: 25_001, valid: 25_000, invalid: 1 });
  });
});
