import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { placeOf, SAMPLES } from './place.js';

const RUN_KEYS = [
  ...[
    'differing',
    'durationMs',
    'environment',
    'errors',
    'exitCode',
    'mailsAtOnce',
    'objects',
    'parts',
    'plan',
  ],
  ...['report', 'requests', 'results', 'rows', 'runDir', 'selected', 'stoppedBy'],
];
const ROW_KEYS = [
  'created',
  'existing',
  'failed',
  'invalid',
  'pending',
  'skipped',
  'total',
  'updated',
  'waiting',
];
const PROBLEM_KEYS = ['code', 'column', 'file', 'hint', 'message', 'row', 'severity', 'sheet', 'value'];

/** Standard output must be one JSON object and nothing else; everything for people is on standard error. */
const keysOf = (value: object) => Object.keys(value).sort();

describe.concurrent('--json prints one object and nothing else', () => {
  it('run, resume, verify, results and undo', async ({ expect, onTestFinished }) => {
    const { cli, write, directory } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf(mixedRows(8)));
    const run = await cli('run', 'sheet.csv', '--out', 'r', '--json');
    expectExit(run, 0);
    const printed = JSON.parse(run.stdout);
    expect(keysOf(printed)).toEqual(RUN_KEYS);
    expect(keysOf(printed.rows)).toEqual(ROW_KEYS);
    expect(printed).toMatchObject({
      ...{ runDir: 'r', environment: 'custom', results: 'r/results.csv', errors: null, exitCode: 0 },
      rows: { total: 8, created: 8, existing: 0, failed: 0, invalid: 0, skipped: 0, pending: 0 },
      requests: expect.any(Number),
      durationMs: expect.any(Number),
    });
    expect(run.stderr).toContain('8 rows: 8 created');

    const resume = await cli('resume', 'r', '--json');
    expectExit(resume, 0);
    expect(keysOf(JSON.parse(resume.stdout))).toEqual(RUN_KEYS);
    expect(JSON.parse(resume.stdout)).toMatchObject({ requests: 0, rows: { total: 8, created: 8 } });

    const verify = await cli('verify', 'r', '--json');
    expect(JSON.parse(verify.stdout)).toMatchObject({
      runDir: 'r',
      rows: { total: 8, same: 8 },
      exitCode: 0,
    });
    const results = await cli('results', 'r', '--json');
    expect(JSON.parse(results.stdout)).toMatchObject({ runDir: 'r', results: 'r/results.csv', errors: null });
    const undo = await cli('undo', join(directory, 'r'), '--yes', '--json');
    expect(JSON.parse(undo.stdout)).toMatchObject({ environment: 'custom', exitCode: 0 });
  });

  it('validate, with and without a directory', async ({ expect, onTestFinished }) => {
    const { sandbox, cli } = await placeOf(onTestFinished);
    const mistakes = join(SAMPLES, 'mistakes.csv');
    for (const more of [[], ['--out', 'v']]) {
      const ended = await cli('validate', mistakes, '--json', ...more);
      expectExit(ended, 1);
      const { rows, problems, exitCode } = JSON.parse(ended.stdout);
      expect(rows).toEqual({ total: 23, valid: 7, invalid: 16 });
      expect(exitCode).toBe(1);
      expect(problems).toHaveLength(16);
      for (const problem of problems) expect(keysOf(problem)).toEqual(PROBLEM_KEYS);
    }
    expect(sandbox.requests).toEqual([]);
  });

  it('run --dry-run', async ({ expect, onTestFinished }) => {
    const { cli, write } = await placeOf(onTestFinished);
    const [row = {}] = mixedRows(1);
    await write('sheet.csv', csvOf([{ ...row, deviceTypeId: 'VVX25' }]));
    const ended = await cli('run', 'sheet.csv', '--dry-run', '--json');
    expectExit(ended, 1);
    const { rows, problems } = JSON.parse(ended.stdout);
    expect(rows).toEqual({ total: 1, valid: 0, invalid: 1 });
    expect(keysOf(problems[0])).toEqual(PROBLEM_KEYS);
    expect(problems[0]).toMatchObject({ row: 2, column: 'deviceTypeId', severity: 'error', sheet: null });
  });

  it('an invalid sheet, and an error that stops the command', async ({ expect, onTestFinished }) => {
    const { sandbox, cli } = await placeOf(onTestFinished);
    const invalid = await cli('run', join(SAMPLES, 'mistakes.csv'), '--out', 'r', '--json');
    expectExit(invalid, 1);
    expect(JSON.parse(invalid.stdout)).toMatchObject({
      rows: { total: 23, invalid: 16, pending: 7, created: 0 },
      errors: 'r/errors.csv',
      requests: 0,
    });
    const missing = await cli('run', 'nothing.csv', '--json');
    expectExit(missing, 3);
    expect(JSON.parse(missing.stdout)).toEqual({
      error: {
        code: 'SHEET_NOT_FOUND',
        message: expect.stringContaining('nothing.csv'),
        hint: expect.any(String),
      },
      exitCode: 3,
    });
    expect(sandbox.requests).toEqual([]);
  });

  it('the environment of a sandbox run says that it was one', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    await place.write('sheet.csv', csvOf(mixedRows(1)));
    const ended = await place.cli('run', 'sheet.csv', '--json', '--environment', 'sandbox', '--quiet');
    expect(JSON.parse(ended.stdout)).toMatchObject({ environment: 'sandbox' });
    expect(JSON.parse(ended.stdout).runDir).toMatch(/^runs\/.*-sheet-sandbox$/);
    expect(ended.stderr).toMatch(/simulated platform/);
  });
});
