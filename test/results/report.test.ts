import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SheetPlan } from '../../src/plan/sheet-plan.js';
import type { Problem, ProblemCode } from '../../src/records/problem.js';
import { type Ending, nextSteps } from '../../src/results/next-steps.js';
import { causeOf, HITS_KEPT, ProblemGroups } from '../../src/results/problem-groups.js';
import { reportPage, writeReport } from '../../src/results/report.js';
import { RowIndex } from '../../src/results/row-index.js';
import type { RunReport } from '../../src/results/run-report.js';
import { journalOf, reportOf, temporaryDirectory } from './journals.js';

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

const pageOf = (report: RunReport, rows = new RowIndex()) => reportPage(report, rows);

function planOf(over: Partial<SheetPlan> = {}): SheetPlan {
  const there = { exist: null, differ: null };
  return {
    rows: 1500,
    objects: {
      account: { title: 'Account', create: 1, ...there },
      number: { title: 'Phone number', create: 1400, ...there },
      sipTrunk: { title: 'SIP trunk', create: 0, ...there },
    },
    numbers: { given: 1000, searched: 400 },
    ...{ mailsAtOnce: 0, calls: 2000, operations: {}, concurrency: 16, latencyMs: 50, measured: false },
    durationMs: 6250,
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
    const text = pageOf(reportOf({ groups: groupsOf([problem(12)]) }));
    expect(text).toContain('<title>Import report: customers.xlsx</title>');
    expect(text).toContain('8 of 10 rows are done; 1 failed, 1 invalid.');
    expect(text).toContain('2025-03-04 05:06 UTC');
    expect(text).toContain('6,100 (100 a second)');
    expect(text).toContain('<code>alianza-import resume runs/1</code>');
    expect(text).toContain('>customers.xlsx, BCC, row 12</td>');
    expect(text).not.toContain('sandbox run');
  });

  it('says so when it was the sandbox', () => {
    const text = pageOf(reportOf({ environment: 'sandbox' }));
    expect(text).toContain('<title>Import report: customers.xlsx (sandbox)</title>');
    expect(text).toContain('This was a sandbox run.');
    expect(text).toContain('No problems were found.');
  });

  it('says why it ended early, who gets a mail and what differs', () => {
    const text = pageOf(
      reportOf({ stoppedBy: 'max-errors', plan: planOf({ mailsAtOnce: 1200 }), differing: 1 }),
    );
    expect(text).toContain('<p>It stopped since --max-errors was reached.</p>');
    expect(text).toContain('1,200 people get a mail of the platform as soon as their users are created.');
    expect(text).toContain('1 row differs from what is on the platform already');
    expect(pageOf(reportOf({ plan: planOf({ mailsAtOnce: 0 }), differing: 0 }))).not.toMatch(
      /get a mail|differ/,
    );
    const error = { code: 'FORBIDDEN', message: 'It is forbidden.', hint: 'Ask for the right.' };
    expect(pageOf(reportOf({ stoppedBy: 'error', error }))).toContain(
      '<p>It is forbidden. Ask for the right.</p>',
    );
  });

  it('shows the plan, and of a dry run what is there and what differs', () => {
    const offline = pageOf(reportOf({ kind: 'validate', plan: planOf() }));
    expect(offline).toContain('<h2 id="plan">The plan</h2>');
    expect(offline).toContain(
      '<p>1,500 rows would create 1 account, 1,400 phone numbers (1,000 given, 400 searched).</p>',
    );
    expect(offline).toContain('<p>About 2,000 calls, about 6.3 s with 16 at once and 50 ms a call.</p>');
    expect(offline).toContain(
      '<td data-label="What">Phone number</td><td data-label="Would create">1,400</td>',
    );
    expect(offline).not.toMatch(/There already|SIP trunk/);
    const objects = { user: { title: 'User', create: 0, exist: 3, differ: 1 } };
    const dry = pageOf(reportOf({ kind: 'dry-run', plan: planOf({ objects, measured: true }) }));
    expect(dry).toContain('<p>1,500 rows would create nothing.</p>');
    expect(dry).toContain(
      '<p>There already: 3 users; not as the sheet says, and left as they are: 1 user.</p>',
    );
    expect(dry).toContain('50 ms a call, as measured.');
    expect(dry).toContain('<td data-label="There already">3</td><td data-label="Differ">1</td>');
    expect(pageOf(reportOf({ plan: planOf({ rows: 0 }) }))).not.toContain('id="plan"');
  });

  it('says who ran it with what, in which parts', () => {
    const part = {
      ...{ user: 'ann', host: 'ops1', apiUser: 'api@example.com', version: '1.2.3', requests: 1200 },
      ...{
        startedAt: '2025-03-04T05:06:07.000Z',
        endedAt: null,
        durationMs: 61_000,
        stoppedBy: null,
        error: null,
      },
    };
    const later = {
      ...part,
      user: 'bob',
      endedAt: '2025-03-05T05:06:07.000Z',
      startedAt: '2025-03-05T04:00:00.000Z',
    };
    const text = pageOf(reportOf({ parts: [{ ...part, requests: null }, later], durationMs: 122_000 }));
    expect(text).toContain('<dt>Requests</dt><dd>at least 1,200</dd>');
    expect(text).toContain('<td data-label="Requests">not known</td>');
    expect(text).toContain('<dt>Run by</dt><dd>ann on ops1; bob on ops1</dd>');
    expect(text).toContain('<dt>API user</dt><dd>api@example.com</dd>');
    expect(text).toContain('<dt>Program</dt><dd>alianza-import 1.2.3</dd>');
    expect(text).toContain('<dt>Took</dt><dd>2 min 2 s in 2 parts</dd>');
    expect(text).toContain('The 2 parts of the run');
    expect(text).toContain('<td data-label="Ended">cut off</td>');
    expect(text).toContain('<td data-label="Started">2025-03-05 04:00 UTC</td>');
    expect(pageOf(reportOf({ parts: [part] }))).not.toContain('parts of the run');
  });

  it('counts the objects by product and kind, and tells what was there before apart', () => {
    const bcc = 'Business Cloud Communications';
    const objects = [
      { product: bcc, kind: 'Account', created: 1200, existing: 3, updated: 2 },
      { product: bcc, kind: 'User', created: 1500, existing: 0, updated: 0 },
      { product: 'SIP Trunk', kind: 'SIP trunk', created: 0, existing: 2, updated: 0 },
    ];
    const text = pageOf(reportOf({ objects }));
    expect(text).toContain(
      `<tr><th scope="row">${bcc}</th><td>1,200 <small>+ 3 before, 2 updated</small></td><td>1,500</td><td></td></tr>`,
    );
    expect(text).toContain(
      '<th scope="row">All</th><td>1,200 <small>+ 3 before, 2 updated</small></td><td>1,500</td><td>0 <small>+ 2 before</small></td>',
    );
    expect(pageOf(reportOf())).not.toContain('Objects by product');
  });

  it('escapes whatever the sheet holds', () => {
    const evil = `<script>alert("1")</script>' onload='x & <img src=x>`;
    const groups = groupsOf([
      problem(2, { value: evil, message: evil, hint: evil, column: evil, file: `${evil}.csv`, sheet: evil }),
      problem(3, { code: 'X' as ProblemCode, message: evil.replaceAll('"', '') }),
    ]);
    const text = pageOf(
      reportOf({ groups, sheets: [evil], next: [evil, `\`${evil}\``], coverage: [evil], partitionId: evil }),
    );
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text.match(/<img/g)).toBeNull();
    expect(text).not.toMatch(/<[^>]* onload=/);
    expect(text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;');
  });

  it('loads nothing from elsewhere and runs no script but its own', () => {
    const text = pageOf(reportOf({ groups: groupsOf([problem(2)]) }));
    expect(text).not.toMatch(/\b(src|href)="(?!#)/);
    expect(text).not.toMatch(/@import|url\(/);
    expect(text).toMatch(/Content-Security-Policy" content="default-src &#39;none&#39;/);
  });

  it('has balanced elements, labelled controls and charts that are tables', () => {
    const text = pageOf(reportOf({ groups: groupsOf([problem(2), problem(3, { code: 'REQUIRED' })]) }));
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
    await writeReport(path, reportOf({ groups: groupsOf(many()) }), new RowIndex());
    expect((await stat(path)).size).toBeLessThan(600_000);
    expect(await readFile(path, 'utf8')).toContain('and 9,800 more in errors.xlsx.');
  });
});

describe('what to do next', () => {
  const ending: Ending = {
    ...{ runDir: 'runs/a b', kind: 'run', environment: 'beta', where: ' --environment beta', reading: '' },
    ...{ insecure: '', sheets: ['in.csv'], counts: {}, stoppedBy: null, undoneAt: null },
    ...{ needsProfile: false, profile: undefined, edits: '', selecting: '', selection: null },
    ...{ results: 'runs/a b/results.csv', errors: 'runs/a b/errors.csv', kept: [] },
    ...{ report: 'runs/a b/report.html', credentials: null, sent: true, night: null, toTakeBack: 5 },
  };

  it('is to go on, to correct, to try again, to take back', () => {
    const counts = { created: 5, invalid: 2, failed: 1, skipped: 1, pending: 3 };
    expect(nextSteps({ ...ending, counts })).toEqual([
      'Correct the 2 invalid rows in runs/a b/errors.csv, then: `alianza-import run "runs/a b/errors.csv" --environment beta`',
      'Go on with the 3 pending rows where the run stopped: `alianza-import resume "runs/a b"`',
      'Try the 2 failed rows again: `alianza-import resume "runs/a b" --retry failed`',
      'Take back what this run created: `alianza-import undo "runs/a b"`',
    ]);
    expect(nextSteps({ ...ending, counts: { created: 5, failed: 1 } })).toEqual([
      'Try the 1 failed row again: `alianza-import resume "runs/a b" --retry failed`',
      'Or correct the 1 failed row in runs/a b/errors.csv, then: `alianza-import run "runs/a b/errors.csv" --environment beta`',
      'Take back what this run created: `alianza-import undo "runs/a b"`',
    ]);
  });

  it('is to verify and to hand over when all is done, and to take back last', () => {
    const done = { ...ending, errors: null, counts: { created: 5, existing: 1, failed: 0 } };
    expect(nextSteps({ ...done, credentials: 'runs/a b/credentials.csv' })).toEqual([
      'Read everything back and compare it with the sheet: `alianza-import verify "runs/a b"`',
      'Hand over runs/a b/results.csv (every ID, row by row) and runs/a b/report.html; runs/a b/credentials.csv goes by a safe way of its own: it holds the SIP passwords, and is their only copy.',
      'Take back what this run created: `alianza-import undo "runs/a b"`',
    ]);
    // nothing of a simulated platform is handed to anybody
    expect(nextSteps({ ...done, environment: 'sandbox', toTakeBack: 0 })).toEqual([
      'Read everything back and compare it with the sheet: `alianza-import verify "runs/a b"`',
    ]);
  });

  it('sends the others in the same run when nothing was sent since rows are invalid', () => {
    const [, second] = nextSteps({ ...ending, counts: { invalid: 1, pending: 9 }, sent: false });
    expect(second).toContain('`alianza-import resume "runs/a b" --on-invalid skip`');
  });

  it('of a wave is the next one, and nothing of it is called open', () => {
    const selection = {
      options: '--limit 5',
      rows: 5,
      invalid: 0,
      others: { pending: 90, invalid: 2 },
      waiting: 90,
    };
    const wave = {
      ...{
        ...ending,
        errors: null,
        selecting: ' --limit 5',
        counts: { created: 5, pending: 90, invalid: 2 },
      },
      selection: { ...selection, takenBack: 0 },
    };
    expect(nextSteps(wave)).toEqual([
      'Read everything back and compare it with the sheet: `alianza-import verify "runs/a b"`',
      'When these are good, send the 90 other rows too: `alianza-import resume "runs/a b" --all`',
      'Before their turn, correct the 2 invalid rows that are not selected: `alianza-import validate in.csv`',
      'Take back what this run created: `alianza-import undo "runs/a b"`',
    ]);
  });

  it('of a wave that was not sent is the same wave of the corrected sheet', () => {
    const selection = {
      options: '--limit 5',
      rows: 5,
      invalid: 0,
      others: { pending: 90 },
      waiting: 90,
      takenBack: 0,
    };
    const wave = { ...ending, selecting: ' --limit 5', selection, counts: { pending: 95, invalid: 2 } };
    expect(nextSteps({ ...wave, sent: false, toTakeBack: 0 })).toEqual([
      'Correct the 2 invalid rows in the sheet, then: `alianza-import run in.csv --environment beta --limit 5`',
      'Nothing was sent, since rows are invalid, none of those selected. To send the others all the same: `alianza-import resume "runs/a b" --on-invalid skip`',
    ]);
  });

  it('is the real run after a good dry run, and the check against the platform after validate', () => {
    const good = { ...ending, errors: null, counts: { valid: 9 } };
    expect(nextSteps({ ...good, kind: 'dry-run' })).toEqual([
      'Everything is ready: `alianza-import run in.csv --environment beta`',
    ]);
    expect(nextSteps({ ...good, kind: 'validate', runDir: null })[0]).toContain('run in.csv --dry-run`');
  });

  it('is to correct the sheet itself after a check: the errors file has only a part of it', () => {
    const bad = { ...ending, counts: { valid: 7, invalid: 2 }, reading: ' --profile p.json' };
    expect(nextSteps({ ...bad, kind: 'validate' })).toEqual([
      'Correct the 2 invalid rows in the sheet (runs/a b/errors.csv has them, with what is wrong), then: `alianza-import validate in.csv --profile p.json`',
    ]);
    expect(nextSteps({ ...bad, kind: 'dry-run', sheets: ['a.csv', '/x/standard-input'] })).toEqual([
      'Correct the 2 invalid rows in the sheets (runs/a b/errors.csv has them, with what is wrong), then: with it on standard input, `alianza-import run a.csv - --profile p.json --dry-run --environment beta`',
    ]);
  });

  it('says of what an edited file is for, and how a run over plain HTTP goes on', () => {
    const kept = ['runs/1/errors-edited.csv', 'runs/1/results-edited.csv'];
    const steps = nextSteps({ ...ending, kept, insecure: ' --insecure-http', counts: { failed: 2 } });
    expect(steps).toContain(
      'Import what you have corrected in runs/1/errors-edited.csv: `alianza-import run runs/1/errors-edited.csv --environment beta`',
    );
    expect(steps[0]).toContain('`alianza-import resume "runs/a b" --insecure-http --retry failed`');
  });
});
