import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { StoredRow } from '../../src/journal/journal.js';
import type { RowValues } from '../../src/records/columns.js';
import type { Problem } from '../../src/records/problem.js';
import type { ImportRecord } from '../../src/records/record.js';
import { writeReport } from '../../src/results/report.js';
import { SEARCH } from '../../src/results/report-script.js';
import { type Index, MAX_ROWS, RowIndex } from '../../src/results/row-index.js';
import { reportOf, temporaryDirectory } from './journals.js';

/** The functions of the page's script that find rows, as a browser has them. */
const page = new Function(`${SEARCH}; return { found, indexed };`)() as {
  indexed(row: Index['rows'][number]): [string, string];
  found(rows: Index['rows'], texts: [string, string][], query: string, status: string): number[];
};

function rowOf(
  ordinal: number,
  values: RowValues,
  over: Partial<StoredRow<ImportRecord>> = {},
  first = ordinal,
) {
  const record: ImportRecord = {
    ...{ ordinal, file: '/in/customers.xlsx', sheet: 'BCC', row: ordinal + 1, product: 'BCC', values },
    ...{ valid: true, accountFirst: first, userFirst: first, accountUsable: true, userUsable: true },
    ...{ searchIndex: 0, callerId: null },
  };
  const row: StoredRow<ImportRecord> = {
    ...{ ordinal, source: 1, row: ordinal + 1, cells: [], record, status: 'created', result: null },
    selection: 'selected',
    ...over,
  };
  return row;
}

/** What the page gets of an index. */
function unpacked(index: RowIndex): Index {
  return JSON.parse(inflateRawSync(Buffer.from(index.packed(), 'base64')).toString()) as Index;
}

function small(): Index {
  const index = new RowIndex();
  const ann: RowValues = {
    ...{ accountNumber: 'SP-0012', accountName: 'Café Zoë, "Ltd"', firstName: 'Søren', lastName: "O'Neil" },
    ...{ extension: '4000', emailAddress: 'soren@example.com', macAddress: '001A2B3C4D5E' },
  };
  const assigned = { assignedPhoneNumber: '18015551001' };
  index.add(rowOf(1, ann, { result: assigned }), [], '');
  const failed = { error: 'activateNumber was answered 400: <b>no</b>', failedStep: 'number' };
  index.add(
    rowOf(
      2,
      { accountNumber: 'SP-0012', phoneNumber: '18015551002' },
      { status: 'failed', result: failed },
      1,
    ),
    [],
    '17',
  );
  const problem: Problem = {
    ...{ file: '/in/customers.xlsx', sheet: 'BCC', row: 4, column: 'city', value: '', code: 'REQUIRED' },
    ...{ message: 'city is blank', hint: 'Fill it in.', severity: 'error' },
  };
  index.add(rowOf(3, { accountNumber: 'HP-7' }, { status: 'invalid' }), [problem], '');
  return unpacked(index);
}

describe('the rows of the report', () => {
  it('are whose they are, what they are, and why they are not done', () => {
    const { sources, looks, rows } = small();
    expect(sources).toEqual(['customers.xlsx, BCC']);
    expect(looks).toEqual({ created: 'good', failed: 'bad', invalid: 'alsoBad' });
    expect(rows[0]).toEqual([
      ...[0, '2', 'created', 'SP-0012', 'Café Zoë, "Ltd"', "BCC Søren O'Neil", '18015551001'],
      ...['001A2B3C4D5E\nsoren@example.com\n4000', ''],
    ]);
    // a later row of the account and its user is named after them; it stood elsewhere first
    expect(rows[1]).toEqual([
      ...[0, '3 (inputRow 17)', 'failed', 'SP-0012', 'Café Zoë, "Ltd"', "BCC Søren O'Neil", '18015551002'],
      ...['', 'activateNumber was answered 400: <b>no</b>'],
    ]);
    expect(rows[2]?.at(-1)).toBe('city is blank');
  });

  it.each<[string, string, number[]]>([
    ['', '', [0, 1, 2]],
    ['sp-0012', '', [0, 1]],
    ['zoe', '', [0, 1]],
    ['soren', '', [0, 1]],
    ["o'neil cafe", '', [0, 1]],
    ['(801) 555-1001', '', [0]],
    ['+1 801 555 1002', '', [1]],
    ['801.555', '', [0, 1]],
    ['00:1a:2b:3c:4d:5e', '', [0]],
    ['soren@example.com', '', [0]],
    ['blank', '', [2]],
    ['', 'failed', [1]],
    ['zoe', 'invalid', []],
    ['no such thing', '', []],
    // what one number ends with and the next begins with is no number
    ['5e4000', '', []],
    ['.*', '', []],
  ])('are found by %j with the status %j', (query, status, hits) => {
    const { rows } = small();
    expect(page.found(rows, rows.map(page.indexed), query, status)).toEqual(hits);
  });

  it('are 40,000 at most; the page stays small enough to mail and fast enough to search', async () => {
    const index = new RowIndex();
    for (let ordinal = 1; ordinal <= MAX_ROWS + 5; ordinal += 1) {
      const random = randomBytes(6).toString('hex').toUpperCase();
      const number = String(12_000_000_000 + ordinal * 7919);
      const values: RowValues = {
        ...{ accountNumber: `SP-${ordinal}`, accountName: `Customer ${random} & Sons` },
        ...{
          firstName: `First${ordinal % 977}`,
          lastName: random,
          extension: String(4000 + (ordinal % 900)),
        },
        ...{ macAddress: random, emailAddress: `${random}@example.com` },
      };
      index.add(rowOf(ordinal, values, { result: { assignedPhoneNumber: number } }), [], '');
    }
    expect([index.size, index.total]).toEqual([MAX_ROWS, MAX_ROWS + 5]);
    const path = join(await temporaryDirectory(), 'report.html');
    await writeReport(path, reportOf(), index);
    expect((await stat(path)).size).toBeLessThan(3_000_000);
    expect(index.packed()).toMatch(/^[A-Za-z0-9+/]+=*$/);
    const { rows } = unpacked(index);
    const texts = rows.map(page.indexed);
    const started = performance.now();
    expect(page.found(rows, texts, `SP-${MAX_ROWS}`, '')).toEqual([MAX_ROWS - 1]);
    // far less on any machine that opens it; a machine that runs tests has other things to do
    expect(performance.now() - started).toBeLessThan(500);
    expect(page.found(rows, texts, 'sons', '')).toHaveLength(MAX_ROWS);
  });
});
