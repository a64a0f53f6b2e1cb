import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { checkSheets, startRun, undoRun, verifyRun } from '../../src/index.js';
import { Journal } from '../../src/journal/journal.js';
import { planRow } from '../../src/plan/plan.js';
import { SANDBOX_PASSWORD, SANDBOX_USERNAME, startSandbox } from '../../src/sandbox/server.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { temporaryDirectory } from '../results/journals.js';

vi.mock(import('../../src/plan/plan.js'), async (original) => {
  const actual = await original();
  return { ...actual, planRow: vi.fn(actual.planRow) };
});

/** 24 rows; the first is a line that names the number which the last brings, of the same account. */
function rows(): SheetRow[] {
  const lines = mixedRows(8)[5] as SheetRow;
  const ahead: SheetRow[] = [
    { ...lines, accountNumber: 'AHEAD', lineName: 'First', callerIdPhoneNumber: '13855559992' },
    { ...lines, accountNumber: 'AHEAD', lineName: 'Second', phoneNumber: '13855559992' },
  ].map((row, index) => ({
    ...{ ...row, macAddress: `00A0FFFFFF0${index}` },
    ...(index === 0 ? { phoneNumber: '13855559991' } : {}),
  }));
  const [first, last] = ahead as [SheetRow, SheetRow];
  return [first, ...mixedRows(22), last];
}

it('makes one plan of each row, and reads the first row of an account once for all the others', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const directory = await temporaryDirectory();
  const sheet = join(directory, 'sheet.csv');
  await writeFile(sheet, csvOf(rows()));
  const env = { ALIANZA_USERNAME: SANDBOX_USERNAME, ALIANZA_PASSWORD: SANDBOX_PASSWORD };
  const runDir = join(directory, 'run');
  const request = (out: string, options = {}) => ({
    ...{ sheets: [sheet], options: { 'base-url': sandbox.url, out, ...options }, env },
  });
  const firstRows = vi.spyOn(Journal.prototype, 'row');

  /** How many plans a command makes. */
  const plansOf = async (command: () => Promise<{ exit: string }>) => {
    vi.mocked(planRow).mockClear();
    expect(await command()).toMatchObject({ exit: 'done' });
    // what is counted before anything is sent plans a row of each shape, which asks for no other row
    return vi.mocked(planRow).mock.calls.filter(([, , , rowOfPhone]) => rowOfPhone.length > 0).length;
  };
  expect(await plansOf(() => checkSheets({ ...request(join(directory, 'checked')), onPlatform: true }))).toBe(
    24,
  );
  firstRows.mockClear();
  expect(await plansOf(() => startRun(request(runDir, { concurrency: 1 })))).toBe(24);
  const lastRow = 24;
  const firstOfAccounts = [2, 7, 10, 15, 18];
  const read = firstRows.mock.calls.map(([ordinal]) => ordinal);
  // the table of what was created, on the screen, reads rows of its own
  expect(read.slice(0, 7).sort((a, b) => a - b)).toEqual(
    [1, ...firstOfAccounts, lastRow].sort((a, b) => a - b),
  );
  expect(await plansOf(() => verifyRun({ runDir, env }))).toBe(24);
  expect(await plansOf(() => undoRun({ runDir, env }))).toBe(24);
});
