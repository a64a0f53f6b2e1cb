import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { type Place, placeOf } from './place.js';

/** One sentence of what is wrong, one of what to do; no trace of the code. */
const STACK = /\s{3,}at |node:internal|\.js:\d+|YError|fault of alianza-import/;

const CASES: readonly (readonly [name: string, args: readonly string[], says: RegExp, hints: RegExp])[] = [
  ['no command', [], /Name a command/, /--help/],
  ['an unknown command', ['validat', 'sheet.csv'], /"validat"\. Did you mean validate/, /--help/],
  [
    'an unknown option',
    ['run', 'sheet.csv', '--concurency', '4'],
    /--concurency\. Did you mean --concurrency/,
    /--help/,
  ],
  ['a run without a sheet', ['run'], /sheet/, /--help/],
  ['a word too many', ['resume', 'a', 'b'], /resume takes <run-dir>, and not also "b"/, /--help/],
  ['help of an unknown command', ['help', 'resum'], /"resum"\. Did you mean resume/, /--help/],
  ['help of an unknown command by option', ['resum', '-h'], /"resum"\. Did you mean resume/, /--help/],
  ['completion of an unknown shell', ['completion', 'tcsh'], /"tcsh"/, /bash, zsh, fish/],
  ['an option without its value', ['run', 'sheet.csv', '--timeout'], /timeout/, /--help/],
  ['a value that is no number', ['run', 'sheet.csv', '--rate', 'fast'], /--rate is "fast"/, /number/],
  [
    'a value below the least',
    ['run', 'sheet.csv', '--concurrency', '0'],
    /--concurrency is "0"/,
    /1 or more/,
  ],
  [
    'a value out of the choices',
    ['run', 'sheet.csv', '--existing', 'adopt'],
    /--existing is "adopt", .* reuse, update, fail/,
    /--help/,
  ],
  [
    'an environment that is none',
    ['run', 'sheet.csv', '--environment', 'prod'],
    /--environment is "prod", .* production/,
    /--help/,
  ],
  [
    'an option given twice',
    ['run', 'sheet.csv', '--rate', '4', '--rate', '5'],
    /--rate is given twice/,
    /once/,
  ],
  [
    'an address that is none',
    ['run', 'sheet.csv', '--base-url', 'api.alianza.com'],
    /is no address/,
    /https:/,
  ],
  ['a default of an unknown column', ['run', 'sheet.csv', '--set', 'timezon=X'], /"timezon"/, /timeZone=X/],
  [
    'a limit that is none',
    ['run', 'sheet.csv', '--max-errors', 'few'],
    /--max-errors is "few"/,
    /Correct it/,
  ],
  ['a missing sheet', ['run', 'nothing.csv'], /There is no file .*nothing\.csv/, /spelling/],
  ['a directory for a sheet', ['run', 'empty'], /is a directory/, /Name the sheets in it/],
  ['an empty sheet', ['run', 'empty.csv'], /empty\.csv/, /\w/],
  [
    'a missing profile',
    ['run', 'sheet.csv', '--profile', 'no.json'],
    /There is no profile no\.json/,
    /--profile/,
  ],
  [
    'a profile with a wrong key',
    ['run', 'sheet.csv', '--profile', 'p.json'],
    /"defalts"/,
    /did you mean defaults/,
  ],
  [
    'a run directory that is a file',
    ['run', 'sheet.csv', '--out', 'sheet.csv'],
    /cannot be written/,
    /--out/,
  ],
  ['no such run', ['resume', 'nowhere'], /nowhere holds no run/, /run directory/],
  ['no such run to undo', ['undo', 'nowhere', '--yes'], /holds no run/, /run directory/],
  ['no such run to verify', ['verify', 'nowhere'], /holds no run/, /run directory/],
  ['no such run to write the results of', ['results', 'nowhere'], /holds no run/, /run directory/],
  [
    'an unknown product',
    ['template', 'Busines Line'],
    /no product "Busines Line"/,
    /Did you mean "BUSINESS_LINE"/,
  ],
];

/** Every file in a directory and below it. */
const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function deskOf(onTestFinished: Parameters<typeof placeOf>[0]): Promise<Place> {
  const place = await placeOf(onTestFinished);
  await place.write('sheet.csv', csvOf(mixedRows(2)));
  await place.write('empty.csv', '');
  await place.write('p.json', '{ "defalts": {} }');
  await mkdir(join(place.directory, 'empty'));
  return place;
}

describe.concurrent('a mistake on the command line', () => {
  it.for(CASES)('%s', async ([, args, says, hints], { expect, onTestFinished }) => {
    const { sandbox, cli } = await deskOf(onTestFinished);
    const ended = await cli(...args);
    expectExit(ended, 3);
    expect(ended.stdout).toBe('');
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).toMatch(hints);
    expect(ended.stderr).not.toMatch(STACK);
    expect(ended.stderr.trim().split('\n').length).toBeLessThanOrEqual(3);
    expect(sandbox.requests).toEqual([]);
  });
});

describe.concurrent('the log-in', () => {
  it('that is missing, or half of it: says which variable, and sends nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, env, directory } = await deskOf(onTestFinished);
    const { ALIANZA_PASSWORD: _password, ...rest } = env;
    const ended = await startCli(['run', 'sheet.csv', '--quiet'], { cwd: directory, env: rest }).ended;
    expectExit(ended, 3);
    expect(ended.stderr).toMatch(/ALIANZA_PASSWORD is not set/);
    expect(ended.stderr).not.toMatch(STACK);
    expect(sandbox.requests).toEqual([]);
  });

  it('that is refused: one try, no password on the screen or in a file', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, env, directory } = await deskOf(onTestFinished);
    const wrong = { ...env, ALIANZA_PASSWORD: 'hunter2-wrong' };
    const ended = await startCli(['run', 'sheet.csv', '--out', 'r', '--http-log'], {
      cwd: directory,
      env: wrong,
    }).ended;
    expectExit(ended, 3);
    expect(ended.stderr).toMatch(/refused the log-in/);
    expect(ended.stderr).toMatch(/Check ALIANZA_USERNAME and ALIANZA_PASSWORD/);
    expect(ended.stderr).not.toMatch(STACK);
    expect(sandbox.requests.map(({ operation }) => operation)).toEqual(['logUserIn']);
    expect(ended.stderr).not.toContain('hunter2-wrong');
    for (const file of filesIn(directory)) expect(readFileSync(file).includes('hunter2-wrong')).toBe(false);
  });

  it('to a partition that is not ours: stops before anything is created', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli } = await deskOf(onTestFinished);
    const ended = await cli('run', 'sheet.csv', '--quiet', '--partition', 'no-such-partition');
    expectExit(ended, 3);
    expect(ended.stderr).toMatch(/no partition no-such-partition; it has sandbox-partition/);
    expect(ended.stderr).not.toMatch(STACK);
    expect(sandbox.state.size).toBe(0);
  });

  it('nobody there: says where it tried', async ({ expect, onTestFinished }) => {
    const { sandbox, cli } = await deskOf(onTestFinished);
    await sandbox.close();
    const ended = await cli('run', 'sheet.csv', '--quiet', '--retries', '1', '--timeout', '500');
    expectExit(ended, 3);
    expect(ended.stderr).toContain(sandbox.url);
    expect(ended.stderr).not.toMatch(STACK);
  });
});

describe.concurrent('a run directory', () => {
  it('that holds a run already is refused with the command to go on, and is left as it is', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, cli, text } = await deskOf(onTestFinished);
    expectExit(await cli('run', 'sheet.csv', '--out', 'r', '--quiet'), 0);
    const [sent, results] = [sandbox.requests.length, text('r/results.csv')];
    const ended = await cli('run', 'sheet.csv', '--out', 'r');
    expectExit(ended, 3);
    expect(ended.stderr).toMatch(/already holds a run.*\n.*alianza-import resume r/);
    expect(ended.stderr).not.toMatch(STACK);
    expect(sandbox.requests.length).toBe(sent);
    expect(text('r/results.csv')).toBe(results);
  });

  // Root may write everywhere.
  it.skipIf(process.getuid?.() === 0)(
    'that cannot be written: says so',
    async ({ expect, onTestFinished }) => {
      const { sandbox, cli, directory } = await deskOf(onTestFinished);
      await chmod(join(directory, 'empty'), 0o555);
      const ended = await cli('run', 'sheet.csv', '--out', 'empty/r');
      expectExit(ended, 3);
      expect(ended.stderr).toMatch(/cannot be written/);
      expect(sandbox.requests).toEqual([]);
    },
  );

  it('of a usage mistake is not made', async ({ expect, onTestFinished }) => {
    const { cli, directory } = await deskOf(onTestFinished);
    expectExit(await cli('run', 'sheet.csv', '--rate', 'fast', '--out', 'r'), 3);
    expect(existsSync(join(directory, 'r'))).toBe(false);
  });
});

describe.concurrent('words of the command line', () => {
  it('after -- are files, also when they begin with a dash', async ({ expect, onTestFinished }) => {
    const { cli, write } = await placeOf(onTestFinished);
    await write('-x.csv', csvOf(mixedRows(2)));
    const ended = await cli('validate', '--json', '--', '-x.csv');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { total: 2, valid: 2 }, exitCode: 0 });
  });

  it('--version is ours', async ({ expect, onTestFinished }) => {
    const { cli } = await placeOf(onTestFinished);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect((await cli('--version')).stdout.trim()).toBe(version);
  });

  it('a mistake among them with --json is an object', async ({ expect, onTestFinished }) => {
    const { cli } = await placeOf(onTestFinished);
    const calls = [
      ['run', '--json'],
      ['validat', 'x.csv', '--json'],
      ['run', 'x.csv', '--rate', 'fast', '--json'],
    ];
    for (const args of calls) {
      const ended = await cli(...args);
      expectExit(ended, 3);
      expect(JSON.parse(ended.stdout)).toEqual({
        error: { code: expect.any(String), message: expect.any(String), hint: expect.any(String) },
        exitCode: 3,
      });
    }
  });

  it('template writes the file that --out names, as its ending says, or into a directory', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, text, directory } = await placeOf(onTestFinished);
    const taken: [string[], string][] = [
      [['--out', 'new/mine.csv'], 'new/mine.csv'],
      [['--out', 'mine.XLSX'], 'mine.XLSX'],
      [['--out', 'new'], 'new/bcc.xlsx'],
      [['--out', 'v1.2/', '--format', 'csv'], 'v1.2/bcc.csv'],
      [['--out', 'fresh', '--format', 'csv'], 'fresh/bcc.csv'],
    ];
    for (const [args, path] of taken) {
      const ended = await cli('template', 'bcc', ...args);
      expectExit(ended, 0);
      expect([ended.stdout, ended.stderr]).toEqual([`${path}\n`, '']);
      expect(text(path).slice(0, 2)).toBe(/xlsx$/i.test(path) ? 'PK' : 'pr');
    }
    const refused: [string[], RegExp][] = [
      [['--out', 'x.ods'], /x\.ods, but a template ends in \.xlsx or \.csv/],
      [['--out', 'x.csv', '--format', 'xlsx'], /x\.csv, but --format is xlsx/],
    ];
    for (const [args, says] of refused) {
      const ended = await cli('template', 'bcc', ...args);
      expectExit(ended, 3);
      expect(ended.stderr).toMatch(says);
    }
    expect(readdirSync(directory).filter((name) => name.startsWith('x.'))).toEqual([]);
  });

  it('template never writes over a file', async ({ expect, onTestFinished }) => {
    const { cli, write, text, directory } = await placeOf(onTestFinished);
    expectExit(await cli('template', 'BCC', '--format', 'csv'), 0);
    const [name = ''] = readdirSync(directory).filter((each) => each.endsWith('.csv'));
    await write(name, 'mine');
    await write('file', 'mine too');
    for (const args of [[], ['--out', 'file']]) {
      const ended = await cli('template', 'BCC', '--format', 'csv', ...args);
      expectExit(ended, 3);
      expect(ended.stderr).not.toMatch(STACK);
      expect(ended.stderr).toContain(`${args[1] ?? name} is there already, and was left as it is.`);
    }
    expect([text(name), text('file')]).toEqual(['mine', 'mine too']);
  });
});
