import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Pace, PlanCounter } from '../../src/execute/plan-counter.js';
import { planOf } from '../../src/execute/plan-of.js';
import { loadSheets } from '../../src/load/load.js';
import { accountLookUps } from '../../src/resources/lookups/account-index.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { anotherUser, example, validateRows } from '../records/sheet.js';
import { temporaryDirectory } from '../results/journals.js';
import { realJournal } from './harness.js';

const PACE: Pace = { concurrency: 10, rate: null, latencyMs: null };
const NOBODY = new AbortController().signal;

/** The plan of rows as they are read. */
function readPlan(rows: readonly SheetRow[], pace = PACE) {
  const counter = new PlanCounter();
  const { checked, late } = validateRows(...rows);
  for (const { record } of checked) counter.addRead(record);
  for (const { ordinal, severity } of late) if (severity === 'error') counter.drop(ordinal);
  return counter.plan(pace, false);
}

describe('the counts of a plan', () => {
  it('are the same whether rows are read or walked in a journal', async () => {
    const rows = mixedRows(48);
    const file = join(await temporaryDirectory(), 'sheet.csv');
    writeFileSync(file, csvOf(rows));
    const journal = await realJournal();
    await loadSheets([file], {}, journal, null);
    const fresh = await planOf(journal, 'valid', PACE, NOBODY);
    expect(readPlan(rows)).toEqual(fresh);
    expect(fresh).toMatchObject({ rows: 48, objects: { account: { create: 30 }, user: { create: 30 } } });
    // Only some of the rows: theirs alone, and each with the account that it is in.
    for (const { ordinal } of journal.rows())
      if (ordinal % 8 !== 2 && ordinal % 8 !== 7) await journal.setSelection(ordinal, 'leftOut');
    const wave = await planOf(journal, 'valid', PACE, NOBODY);
    expect(wave).toMatchObject({
      rows: 12,
      objects: { account: { create: 12 }, user: { create: 6 }, businessLine: { create: 6 } },
      numbers: { given: 6, searched: 6 },
    });
    // From the first step on rows are planned, one by one, to know what is there.
    await journal.settle('account:NONE', 'account', 1, 'failed', { message: 'no' });
    expect(await planOf(journal, 'valid', PACE, NOBODY)).toEqual(wave);
    await journal.selectLeftOut();
    expect(await planOf(journal, 'valid', PACE, NOBODY)).toEqual(fresh);
  });

  it('leave out what the journal knows to be there', async () => {
    const file = join(await temporaryDirectory(), 'sheet.csv');
    writeFileSync(file, csvOf(mixedRows(8)));
    const journal = await realJournal();
    await loadSheets([file], {}, journal, null);
    const before = await planOf(journal, 'valid', PACE, NOBODY);
    await journal.settle('account:BCC-0', 'account', 1, 'created', { id: 'A' });
    await journal.settle('user:BCC-0/4000', 'user', 1, 'existing', { id: 'U' });
    await journal.settle('user:BCC-0/4001', 'user', 2, 'failed', { message: 'no' });
    const after = await planOf(journal, 'valid', PACE, NOBODY);
    const created = (plan: typeof after) => [plan.objects['account']?.create, plan.objects['user']?.create];
    expect([created(before), created(after)]).toEqual([
      [5, 5],
      [4, 4],
    ]);
  });

  it('stop when the reading is stopped', async () => {
    const journal = await realJournal();
    await journal.addRow(
      { ordinal: 1, source: 1, row: 2, cells: [], record: {} as never, status: 'valid' },
      null,
    );
    const stopped = AbortSignal.abort();
    await expect(planOf(journal, 'valid', PACE, stopped)).rejects.toMatchObject({
      code: 'INTERRUPTED',
    });
  });

  it('ask for each address once, and for fifty numbers of a place at a time', () => {
    const place = {
      numberSource: '',
      address: '1 Main St',
      city: 'Lindon',
      state: 'UT',
      postalCode: '84042',
    };
    const searching = (count: number) =>
      Array.from({ length: count }, (_, at) =>
        anotherUser(at, {
          ...place,
          phoneNumber: '',
          macAddress: '',
          deviceTypeId: '',
          lineNumber: '',
          deviceName: '',
          emergencyNumber: '',
          faxEnabled: '',
        }),
      );
    expect(readPlan(searching(50)).operations).toMatchObject({ tnSearch: 1, validateAddress: 1 });
    const [first = {}, ...others] = searching(51);
    expect(readPlan([first, ...others]).operations).toMatchObject({ tnSearch: 2, validateAddress: 1 });
    const elsewhere = { ...first, address: '2 Main St' };
    expect(readPlan([elsewhere, ...others]).operations).toMatchObject({ tnSearch: 2, validateAddress: 2 });
    const away = { ...first, city: 'Provo' };
    expect(readPlan([away, ...others]).operations).toMatchObject({ tnSearch: 2, validateAddress: 2 });
  });

  it('are none for no rows', () => {
    const plan = readPlan([]);
    expect(plan).toMatchObject({ rows: 0, calls: 0, durationMs: 0, mailsAtOnce: 0, operations: {} });
    expect(new Set(Object.values(plan.objects).map(({ create }) => create))).toEqual(new Set([0]));
  });

  it('take little memory of a row, whatever its cells hold', () => {
    const counter = new PlanCounter();
    const { checked } = validateRows(example('BUSINESS_LINE', { lineName: 'x'.repeat(40) }));
    const record = checked[0]?.record;
    if (!record) throw new Error('no row');
    const before = process.memoryUsage();
    for (let ordinal = 1; ordinal <= 200_000; ordinal++) counter.addRead({ ...record, ordinal });
    const after = process.memoryUsage();
    expect((after.arrayBuffers - before.arrayBuffers) / 200_000).toBeLessThan(24);
    expect(counter.plan(PACE, false).objects['businessLine']?.create).toBe(200_000);
  });
});

describe('how long a plan takes', () => {
  const rows = mixedRows(80);

  it('is calls × latency ÷ concurrency', () => {
    const { calls, durationMs } = readPlan(rows);
    expect(durationMs).toBe(calls * 5);
    const measured = readPlan(rows, { ...PACE, latencyMs: 120 });
    expect(measured).toMatchObject({ measured: true, latencyMs: 120, durationMs: calls * 12 });
  });

  it('is never less than what --rate allows, nor than the calls of one row after another', () => {
    const { calls } = readPlan(rows);
    expect(readPlan(rows, { ...PACE, rate: 4 }).durationMs).toBe(calls * 250);
    expect(readPlan(rows, { ...PACE, concurrency: 100_000 }).durationMs).toBe(300);
  });
});

describe('the accounts that are looked up before they are created', () => {
  it('are the first 24 and one in 64 of the others', () => {
    const numbers = [0, 1, 24, 25, 63, 64, 127, 128, 6400];
    expect(numbers.map(accountLookUps)).toEqual([0, 1, 24, 24, 24, 25, 25, 26, 124]);
  });
});
