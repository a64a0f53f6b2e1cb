import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/records/problem.js';
import { createdRows } from '../../src/results/created-rows.js';
import { ProblemGroups } from '../../src/results/problem-groups.js';
import { createdText, problemsText, type Summary, summaryText } from '../../src/screen/summary.js';
import { journalOf, type TestRow, temporaryDirectory } from './journals.js';

const summary: Summary = {
  environment: 'beta',
  counts: { created: 1200, existing: 0, failed: 3 },
  durationMs: 61_400,
  requests: 6140,
  allParts: null,
  limiter: { lowest: 4, highest: 16, pauses: 1, pausedMs: 1500 },
  remarks: [],
  files: [
    ['results', 'runs/1/results.xlsx'],
    ['errors', 'runs/1/errors.xlsx'],
  ],
  next: ['Try again: `alianza-import resume runs/1 --retry failed`'],
};

describe('the summary', () => {
  it('says what became of the rows, how fast, where the files are and what to do next', () => {
    expect(summaryText(summary, false)).toBe(
      [
        '1,203 rows: 1,200 created, 3 failed',
        'in 1 min 1 s, 6,140 requests (100 a second), slowed down to 4 of 16 requests at once, 1 pause (1.5 s)',
        '',
        'results  runs/1/results.xlsx',
        'errors   runs/1/errors.xlsx',
        '',
        'What to do next',
        '  Try again: alianza-import resume runs/1 --retry failed',
        '',
      ].join('\n'),
    );
  });

  it('is the same with colours, but for the colours', () => {
    const coloured = summaryText(summary, true);
    expect(coloured).toContain('\u001b[31m3 failed\u001b[0m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape sequences of a terminal
    expect(coloured.replace(/\u001b\[[\d;]*m/g, '')).toBe(summaryText(summary, false));
  });

  it('says how long all parts of a resumed run took', () => {
    const allParts = { count: 3, cutOff: 0, durationMs: 125_000, requests: 9000 };
    expect(summaryText({ ...summary, allParts }, false)).toContain(
      '\nall 3 parts of the run: 2 min 5 s, 9,000 requests\n',
    );
    expect(summaryText({ ...summary, allParts: { ...allParts, cutOff: 2 } }, false)).toContain(
      '\nall 3 parts of the run: 2 min 5 s, 9,000 requests and those of the 2 parts that were cut off\n',
    );
  });

  it('says so when it was the sandbox', () => {
    expect(summaryText({ ...summary, environment: 'sandbox' }, false)).toContain('Nothing real was created');
    const validate = { ...summary, environment: 'sandbox', requests: null, limiter: null };
    expect(summaryText(validate, false)).not.toMatch(/Sandbox|request/);
  });
});

describe('problems on the screen', () => {
  it('are a few rows of each cause, never thousands of lines', () => {
    const groups = new ProblemGroups();
    const codes = ['REQUIRED', 'TOO_LONG', 'NOT_AN_OPTION', 'NOT_USED'] as const;
    for (let i = 0; i < 40_000; i += 1) {
      const problem: Problem = {
        ...{
          file: 'in/a.csv',
          sheet: null,
          row: i + 2,
          column: 'city',
          value: '',
          code: codes[i % 4] ?? 'REQUIRED',
        },
        ...{ message: `wrong\u001b[2J ${i}`, hint: i % 4 === 0 ? 'Fill it in.' : `Do ${i}.` },
        severity: i % 4 === 3 ? 'warning' : 'error',
      };
      groups.add(problem);
    }
    const text = problemsText(groups.list(), false);
    expect(text.split('\n').length).toBeLessThan(50);
    expect(text).toContain(
      [
        'error A required cell is blank (10,000 times)',
        '  a.csv, row 2, city: wrong [2J 0',
        '  a.csv, row 6, city: wrong [2J 4',
        '  a.csv, row 10, city: wrong [2J 8',
        '  … and 9,997 more',
        '  → Fill it in.',
      ].join('\n'),
    );
    expect(text).toContain('    → Do 1.\n');
    expect(problemsText([], true)).toBe('');
  });
});

describe('the table of created rows', () => {
  it('shows the first of each product with their IDs, at most 120 characters wide', async () => {
    const dir = await temporaryDirectory();
    const id = (n: number) => `${n}`.padEnd(36, 'x');
    const rows: TestRow[] = Array.from({ length: 20 }, (_, i) => ({
      row: i + 2,
      cells: [],
      status: i === 3 ? 'failed' : 'created',
      product: i < 18 ? 'BCC' : 'BUSINESS_LINE',
      values: { accountNumber: `SP-${i}`, lineName: 'A line with a name that is really quite long' },
      result: { accountId: id(1).slice(0, 22), businessLineId: id(i), assignedPhoneNumber: '18015551001' },
    }));
    const journal = await journalOf(dir, [{ file: 'a.csv', sheet: null, header: [] }], rows);
    const lines = createdText(createdRows(journal, 4)).trimEnd().split('\n');
    expect(lines.map((line) => /SP-\d+/.exec(line)?.[0])).toEqual([
      undefined,
      'SP-0',
      'SP-1',
      'SP-18',
      'SP-19',
    ]);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(lines[1]).toContain(id(0));
    expect(lines[1]).toContain('…');
  });

  it("names a user's later row after the user, and is empty when nothing was created", async () => {
    const dir = await temporaryDirectory();
    const journal = await journalOf(
      dir,
      [{ file: 'a.csv', sheet: null, header: [] }],
      [
        { row: 2, cells: [], status: 'created', userFirst: 1, values: { firstName: 'Ann', lastName: 'Lee' } },
        { row: 3, cells: [], status: 'created', userFirst: 1, values: { extension: '4000' } },
      ],
    );
    expect(createdText(createdRows(journal, 8)).match(/Ann Lee/g)).toHaveLength(2);
    const none = await temporaryDirectory();
    expect(createdText(createdRows(await journalOf(none, [], []), 8))).toBe('');
  });
});
