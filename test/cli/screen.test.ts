import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { placeOf } from './place.js';

/** A line of standard error where no terminal is. */
const TIMED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d \S/;

describe.concurrent('the results command', () => {
  it('writes deleted results again, the same, in either format, and sends nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, write, text, directory } = await placeOf(onTestFinished);
    const [good = {}] = mixedRows(1);
    const bad = {
      ...good,
      extension: '4001',
      macAddress: '',
      deviceTypeId: '',
      lineNumber: '',
      deviceName: '',
    };
    await write('sheet.csv', csvOf([good, { ...bad, phoneNumber: '9075550001', firstName: 'Bea' }]));
    expectExit(await cli('run', 'sheet.csv', '--out', 'r', '--quiet'), 1);
    const files = ['results.csv', 'errors.csv'];
    const before = files.map((name) => text(`r/${name}`));
    expect(before[1]).toContain('9075550001');
    const sent = sandbox.requests.length;
    for (const name of files) await rm(join(directory, 'r', name));

    expectExit(await cli('results', 'r'), 0);
    expect(files.map((name) => text(`r/${name}`))).toEqual(before);
    expectExit(await cli('results', 'r', '--format', 'xlsx'), 0);
    expect(existsSync(join(directory, 'r/results.xlsx'))).toBe(true);
    expect(sandbox.requests.length).toBe(sent);
  });
});

describe.concurrent('the screen', () => {
  it('without a terminal: a plain line of progress now and then, no control characters', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, write } = await placeOf(onTestFinished, { latencyMs: 1000 });
    await write('sheet.csv', csvOf(mixedRows(2)));
    const ended = await cli('run', 'sheet.csv', '--out', 'r', '--concurrency', '1', '--timeout', '20000');
    expectExit(ended, 0);
    const progress = ended.stderr.split('\n').filter((line) => / \d+ of 2 rows \(\d+ %\)/.test(line));
    expect(progress.length).toBeGreaterThanOrEqual(1);
    for (const line of progress) expect(line).toMatch(TIMED);
    expect(progress[0]).toMatch(/\d+ failed, \d+ requests\/s/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
    expect(ended.stderr).not.toMatch(/[\r\u001b]/);
  });

  it('tells counts, time, rate, files and the next step; --quiet has no progress and no list', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, write } = await placeOf(onTestFinished);
    await write('sheet.csv', csvOf(mixedRows(8)));
    const loud = await cli('run', 'sheet.csv', '--out', 'r');
    expectExit(loud, 0);
    expect(loud.stderr.split('\n').filter((line) => !TIMED.test(line))).toEqual(['']);
    expect(loud.stdout).toContain('8 rows: 8 created');
    expect(loud.stdout).toMatch(/in [\d.]+ s, \d+ requests \([\d.,]+ a second\)/);
    expect(loud.stdout).toMatch(/results +r\/results\.csv/);
    expect(loud.stdout).toMatch(/alianza-import undo r/);
    expect(loud.stdout).toMatch(/Bakery 0|Ann Lee 0/);

    const quiet = await cli('run', 'sheet.csv', '--out', 'q', '--quiet');
    expectExit(quiet, 0);
    expect(quiet.stdout).toContain('8 rows: 8 existing');
    expect(quiet.stdout).not.toMatch(/Ann Lee 0/);
  });

  it('prints next steps that can be pasted', async ({ expect, onTestFinished }) => {
    const { cli, write } = await placeOf(onTestFinished);
    const [row = {}] = mixedRows(1);
    await write('sheet.csv', csvOf([{ ...row, extension: '40' }]));
    const ended = await cli('run', 'sheet.csv', '--out', 'r', '--quiet');
    expectExit(ended, 1);
    const [, next = ''] = /then: alianza-import (.*)/.exec(ended.stdout) ?? [];
    expect(next).toContain('errors.csv');
    const again = await cli(...next.split(' '));
    expectExit(again, 1);
    expect(again.stdout).toContain('1 invalid');
  });
});
