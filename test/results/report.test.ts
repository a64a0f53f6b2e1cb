import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Problem, ProblemCode } from '../../src/records/problem.js';
import { nextSteps } from '../../src/results/next-steps.js';
import { causeOf, HITS_KEPT, ProblemGroups } from '../../src/results/problem-groups.js';
import { reportPage, writeReport } from '../../src/results/report.js';
import type { RunReport } from '../../src/results/run-report.js';
import { journalOf, temporaryDirectory } from './journals.js';

function problem(row: number, over: Partial<Problem> = {}): Problem {
  return {
    ...{ file: '/home/me/customers.xlsx', sheet: 'BCC', row, column: 'phoneNumber', value: '801555' },
    code: 'PHONE_NUMBER_INVALID',
    message: '"801555" has 6 digits',
    hint: 'Use ten digits.',
    severity: 'error',
    ...over,
  };
}

function input(over: Partial<RunReport> = {}): RunReport {
  return {
    kind: 'run',
    environment: 'beta',
    baseUrl: 'https://api.b2.alianza.com',
    partitionId: 'part-1',
    runDir: 'runs/1',
    sheets: ['/home/me/customers.xlsx'],
    startedAt: '2025-03-04T05:06:07.000Z',
    parts: [],
    limiter: null,
    existing: null,
    differing: null,
    mailsAtOnce: null,
    coverage: [],
    created: [],
    results: 'runs/1/results.xlsx',
    report: 'runs/1/report.html',
    credentials: null,
    stoppedBy: null,
    error: null,
    undoneAt: null,
    undoneBy: null,
    exit: 'someFailed',
    durationMs: 61_000,
    requests: 6100,
    counts: { created: 8, existing: 0, failed: 1, invalid: 1 },
    next: ['Resume: `alianza-import resume runs/1`'],
    groups: [],
    errors: 'runs/1/errors.xlsx',
    ...over,
  };
}

const groupsOf = (problems: Iterable<Problem>) => {
  const groups = new ProblemGroups();
  for (const each of problems) groups.add(each);
  return groups.list();
};

describe('groups of problems', () => {
  it('hold problems by cause, errors first, then the most frequent first', () => {
    const groups = groupsOf([
      problem(2, { code: 'NOT_USED', severity: 'warning', hint: 'a' }),
      problem(2),
      problem(3, { code: 'REQUIRED', column: 'state', value: '' }),
      problem(4, { code: 'REQUIRED', column: 'city', value: '', hint: 'Fill in city.' }),
    ]);
    expect(groups.map(({ title, kind, count, hint }) => [title, kind, count, hint])).toEqual([
      ['A required cell is blank', 'invalid', 2, null],
      ['Phone number is not a North American number', 'invalid', 1, 'Use ten digits.'],
      ['Column is not used by the product', 'warning', 1, 'a'],
    ]);
    expect(groups[0]?.hits[1]).toMatchObject({ row: 4, column: 'city', hint: 'Fill in city.' });
  });

  it('keep a bounded number of hits, of causes and of letters', () => {
    const groups = new ProblemGroups();
    for (let i = 0; i < 40_000; i += 1) {
      const word = [...String(i)].map((digit) => 'abcdefghij'[Number(digit)]).join('');
      groups.add(problem(i, { value: 'x'.repeat(30_000) }));
      groups.add(problem(i, { code: 'FROM_ELSEWHERE' as ProblemCode, message: `reason ${word}` }));
    }
    const list = groups.list();
    expect(list.length).toBeLessThanOrEqual(301);
    expect(list.reduce((sum, { count }) => sum + count, 0)).toBe(80_000);
    expect(Math.max(...list.map(({ hits }) => hits.length))).toBe(HITS_KEPT);
    expect(list.every(({ hits }) => hits.every(({ value }) => value.length <= 300))).toBe(true);
  });

  it('take failures of the platform together that differ only in names and numbers', async () => {
    const dir = await temporaryDirectory();
    const error = (phone: string) =>
      `activateNumber was answered 400: Telephone number ${phone} is reserved by another account`;
    const journal = await journalOf(
      dir,
      [{ file: 'a.csv', sheet: null, header: ['accountNumber'] }],
      ['18015551001', '18015551002'].map((phone, i) => ({
        row: i + 2,
        cells: ['SP'],
        status: 'failed',
        result: {
          ...{ failedStep: 'number', stepTitle: 'Phone number' },
          ...{ error: error(phone), hint: 'Choose another.' },
        },
      })),
    );
    const groups = new ProblemGroups();
    for (const row of journal.rowsAfter(0, 10)) groups.addRow(row, []);
    expect(groups.list()).toMatchObject([
      {
        kind: 'failed',
        title:
          'Phone number: activateNumber was answered 400: Telephone number … is reserved by another account',
        count: 2,
        hint: 'Choose another.',
        hits: [{ row: 2, message: error('18015551001') }, { row: 3 }],
      },
    ]);
  });

  it.each([
    ['Username "ann@x" is taken', 'Username … is taken'],
    ["trunkName: O'Brien-7 already exists", 'trunkName: … already exists'],
    ['createUser was answered 503: no message', 'createUser was answered 503: no message'],
    ['Account 1uGBdqX1R-uBLMJdQwqT5A not found', 'Account … not found'],
    ['mail to ann.b@example.com, 801-555-1212 and 10.0.0.1:8080 failed', 'mail to … and … failed'],
    ["It's the account's own", "It's the account's own"],
  ])('see the cause of %j', (message, cause) => {
    expect(causeOf(message)).toBe(cause);
  });
});

describe('report.html', () => {
  it('says what was run, how it ended and what to do next', () => {
    const text = reportPage(input({ groups: groupsOf([problem(12)]) }));
    expect(text).toContain('<title>Import report: customers.xlsx</title>');
    expect(text).toContain('8 of 10 rows are done; 1 failed, 1 invalid.');
    expect(text).toContain('2025-03-04 05:06 UTC');
    expect(text).toContain('6,100 (100 a second)');
    expect(text).toContain('<code>alianza-import resume runs/1</code>');
    expect(text).toContain('>customers.xlsx, BCC, row 12</td>');
    expect(text).not.toContain('sandbox run');
  });

  it('says so when it was the sandbox', () => {
    const text = reportPage(input({ environment: 'sandbox' }));
    expect(text).toContain('<title>Import report: customers.xlsx (sandbox)</title>');
    expect(text).toContain('This was a sandbox run.');
    expect(text).toContain('No problems were found.');
  });

  it('says why it ended early, who gets a mail and what differs', () => {
    const text = reportPage(input({ stoppedBy: 'max-errors', mailsAtOnce: 1200, differing: 1 }));
    expect(text).toContain('<p>It stopped since --max-errors was reached.</p>');
    expect(text).toContain('1,200 people get a mail of the platform as soon as their users are created.');
    expect(text).toContain('1 row differs from what is on the platform already');
    expect(reportPage(input({ mailsAtOnce: 0, differing: 0 }))).not.toMatch(/get a mail|differ/);
    const error = { code: 'FORBIDDEN', message: 'It is forbidden.', hint: 'Ask for the right.' };
    expect(reportPage(input({ stoppedBy: 'error', error }))).toContain(
      '<p>It is forbidden. Ask for the right.</p>',
    );
  });

  it('escapes whatever the sheet holds', () => {
    const evil = `<script>alert("1")</script>' onload='x & <img src=x>`;
    const groups = groupsOf([
      problem(2, { value: evil, message: evil, hint: evil, column: evil, file: `${evil}.csv`, sheet: evil }),
      problem(3, { code: 'X' as ProblemCode, message: evil.replaceAll('"', '') }),
    ]);
    const text = reportPage(
      input({ groups, sheets: [evil], next: [evil, `\`${evil}\``], coverage: [evil], partitionId: evil }),
    );
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text.match(/<img/g)).toBeNull();
    expect(text).not.toMatch(/<[^>]* onload=/);
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  });

  it('loads nothing from elsewhere and runs no script but its own', () => {
    const text = reportPage(input({ groups: groupsOf([problem(2)]) }));
    expect(text).not.toMatch(/\b(src|href)="(?!#)/);
    expect(text).not.toMatch(/@import|url\(/);
    expect(text).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;/);
  });

  it('has balanced elements, labelled controls and charts that are tables', () => {
    const text = reportPage(input({ groups: groupsOf([problem(2), problem(3, { code: 'REQUIRED' })]) }));
    for (const tag of ['section', 'details', 'table', 'tbody', 'tr', 'td', 'th', 'p', 'div', 'ol', 'span'])
      expect([tag, text.match(new RegExp(`<${tag}[ >]`, 'g'))?.length]).toEqual([
        tag,
        text.match(new RegExp(`</${tag}>`, 'g'))?.length,
      ]);
    expect(text).toContain('<html lang="en">');
    expect(text).toContain('<label class="label" for="search">');
    expect(text).toContain('<caption>Rows by status</caption>');
    expect(text).toContain('<caption>Problems by cause</caption>');
  });

  it('stays small with 40,000 problems, and says where the rest is', async () => {
    const codes: ProblemCode[] = ['REQUIRED', 'TOO_LONG', 'PHONE_NUMBER_INVALID', 'NOT_USED'];
    function* many(): Generator<Problem> {
      for (let i = 0; i < 40_000; i += 1)
        yield problem(i + 2, { code: codes[i % 4] ?? 'REQUIRED', hint: `Use ${i}.` });
    }
    const dir = await temporaryDirectory();
    const path = join(dir, 'report.html');
    await writeReport(path, input({ groups: groupsOf(many()) }));
    expect((await stat(path)).size).toBeLessThan(600_000);
    expect(await readFile(path, 'utf8')).toContain('and 9,800 more in errors.xlsx.');
  });
});

describe('what to do next', () => {
  const ending = {
    runDir: 'runs/a b',
    kind: 'run',
    where: ' --environment beta',
    reading: '',
    sheets: ['in.csv'],
    errors: 'runs/a b/errors.csv',
    stoppedBy: null,
    undoneAt: null,
    sent: true,
    toTakeBack: 5,
  } as const;

  it('is to go on, to correct, to try again, to take back', () => {
    const counts = { created: 5, invalid: 2, failed: 1, skipped: 1, pending: 3 };
    expect(nextSteps({ ...ending, counts })).toEqual([
      "Correct the 2 invalid rows in runs/a b/errors.csv, then: `alianza-import run 'runs/a b/errors.csv' --environment beta`",
      "Go on with the 3 pending rows where the run stopped: `alianza-import resume 'runs/a b'`",
      "Try the 2 failed rows again: `alianza-import resume 'runs/a b' --retry failed`; or correct them in runs/a b/errors.csv and import that.",
      "Take back what this run created: `alianza-import undo 'runs/a b'`",
    ]);
  });

  it('names the way round invalid rows when nothing was sent for them', () => {
    const [, second] = nextSteps({ ...ending, counts: { invalid: 1, pending: 9 }, sent: false });
    expect(second).toContain('`alianza-import run in.csv --environment beta --on-invalid skip`');
  });

  it('is the real run after a good dry run, and the check against the platform after validate', () => {
    const good = { ...ending, errors: null, counts: { valid: 9 } };
    expect(nextSteps({ ...good, kind: 'dry-run' })).toEqual([
      'Everything is ready: `alianza-import run in.csv --environment beta`',
    ]);
    expect(nextSteps({ ...good, kind: 'validate', runDir: null })[0]).toContain('run in.csv --dry-run`');
  });
});
