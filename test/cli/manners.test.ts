import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { COMMANDS } from '../../src/commands/table.js';
import { CLI, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { csvOf, mixedRows } from '../fixtures/rows.js';
import { type Answer, atTerminal, HAS_TERMINAL } from '../fixtures/terminal.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';
import { placeOf, writesOf } from './place.js';

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d`;

/** A place with a sheet, and with the log-in in the environment or not. */
async function deskOf(onTestFinished: OnTestFinished, latencyMs = 0) {
  const place = await placeOf(onTestFinished, { latencyMs });
  await place.write('sheet.csv', csvOf(mixedRows(4)));
  const { ALIANZA_USERNAME: _username, ALIANZA_PASSWORD: _password, ...without } = place.env;
  return {
    ...place,
    /** at a terminal, the log-in in the environment */
    at: (commands: string, env = {}, answers: readonly Answer[] = []) =>
      atTerminal(commands, { cwd: place.directory, env: { ...place.env, ...env } }, answers),
    /** at a terminal, where the log-in is asked for */
    atLogIn: (commands: string, answers: readonly Answer[]) =>
      atTerminal(commands, { cwd: place.directory, env: without }, answers),
  };
}

describe.concurrent('what a command has to say', () => {
  it('is on standard output, below what was called and when; the rest is on standard error, each line with its time', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli } = await deskOf(onTestFinished);
    const calls: [string[], RegExp, RegExp][] = [
      [['validate', 'sheet.csv'], /\n4 rows: 4 valid\n/, /^$/],
      [
        ['run', 'sheet.csv', '--out', 'r'],
        /\n4 rows: 4 created\n/,
        / 4 rows read: 4 to send, 0 invalid\n.* 4 rows would create .*\n.* About \d+ calls/,
      ],
      [['run', 'sheet.csv', '--out', 'r'], /^$/, / already holds a run\..*\n.* alianza-import resume r/],
      [['verify', 'r'], /\n4 of 4 rows are on the platform as the sheet says, 0 are not\.\n/, /^$/],
      [['results', 'r'], /\nresults: r\/results\.csv\nreport: r\/report\.html\n$/, /^$/],
      [['undo', 'r', '--dry-run'], /\nwould be deleted: Account /, /^$/],
      [
        ['undo', 'r', '--yes'],
        /\ndeleted: \d+ \(.*\)\nlist: r\/undo\.csv\n$/,
        / Created by this run and not deleted yet: /,
      ],
    ];
    for (const [args, out, err] of calls) {
      const { stdout, stderr } = await cli(...args);
      expect(stdout).toMatch(out);
      expect(stderr).toMatch(err);
      const [name, word = ''] = args;
      if (stdout !== '') expect(stdout).toMatch(new RegExp(`^${TIME} alianza-import ${name} ${word}\n`));
      for (const line of stderr.split('\n')) expect(line).toMatch(new RegExp(`^(${TIME} \\S.*)?$`));
    }
  });

  it('is on standard error with --json, which has standard output for its object', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli } = await deskOf(onTestFinished);
    const ended = await cli('run', 'sheet.csv', '--out', 'r', '--json');
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { created: 4 }, exitCode: 0 });
    expect(ended.stderr).toMatch(new RegExp(`^${TIME} 4 rows: 4 created$`, 'm'));
    for (const line of ended.stderr.split('\n')) expect(line).toMatch(new RegExp(`^(${TIME} .*)?$`));
  });
});

describe.concurrent('help', () => {
  it('is the same by -h, --help and help, and lists every command', async ({ expect, onTestFinished }) => {
    const { cli } = await placeOf(onTestFinished);
    const [short, long, word] = await Promise.all([cli('-h'), cli('--help'), cli('help')]);
    expectExit(short, 0);
    expect([long.stdout, word.stdout]).toEqual([short.stdout, short.stdout]);
    const words = short.stdout.replaceAll(/\s+/g, ' ');
    for (const { name, words: takes, summary } of COMMANDS)
      expect(words).toContain(`${`${name} ${takes}`.trim()} ${summary}`);
    expect(short.stdout).toContain('ALIANZA_USERNAME and ALIANZA_PASSWORD');
  });

  it.for(COMMANDS.map(({ name }) => name))(
    'of %s has its example, and the log-in where it logs in',
    async (name, { expect, onTestFinished }) => {
      const { cli } = await placeOf(onTestFinished);
      const command = COMMANDS.find((each) => each.name === name);
      const asked = name === 'help' ? ['help', 'help'] : [name, '-h'];
      const ended = await cli(...asked);
      expectExit(ended, 0);
      expect(ended.stderr).toBe('');
      expect((await cli('help', name)).stdout).toBe(ended.stdout);
      expect(ended.stdout).toContain(`\nExample:\n  ${command?.example}\n`);
      expect(ended.stdout.includes('ALIANZA_PASSWORD')).toBe(command?.options.includes('environment'));
      expect(ended.stdout).toContain('--no-color');
      for (const line of ended.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(110);
    },
  );

  it('tells defaults that are true for the command', async ({ expect, onTestFinished }) => {
    const { cli } = await placeOf(onTestFinished);
    const helpOf = async (name: string) => (await cli(name, '--help')).stdout.replaceAll(/\s+/g, ' ');
    const [run, resume, validate, template] = await Promise.all(
      ['run', 'resume', 'validate', 'template'].map(helpOf),
    );
    expect(run).toContain('(or ALIANZA_ENVIRONMENT) [default: sandbox]');
    expect(resume).toContain("(or ALIANZA_ENVIRONMENT) [default: the run's]");
    expect(resume).not.toMatch(/default: (sandbox|16|100|abort)/);
    expect(validate).toContain(
      '--out DIR a directory for results, errors and report; without it nothing is written --',
    );
    expect(template).toContain('--out FILE the file to write');
  });

  it('and the version load no library, so that they are there at once', async ({
    expect,
    onTestFinished,
  }) => {
    const { directory } = await placeOf(onTestFinished);
    // A copy of the program, without what it depends on.
    cpSync(join(CLI, '..'), join(directory, 'dist'), { recursive: true });
    cpSync(join(CLI, '../../package.json'), join(directory, 'package.json'));
    for (const asked of ['--help', 'run --help', 'help undo', '--version']) {
      const ended = spawnSync(process.execPath, ['dist/cli.js', ...asked.split(' ')], { cwd: directory });
      expect(ended.status, String(ended.stderr)).toBe(0);
    }
    const other = spawnSync(process.execPath, ['dist/cli.js', 'template'], { cwd: directory });
    expect(String(other.stderr)).toContain("Cannot find package 'yargs'");
  });

  it('is no sheet, and a sheet called help is one', async ({ expect, onTestFinished }) => {
    const { cli, write } = await placeOf(onTestFinished);
    await write('help', csvOf(mixedRows(2)));
    const ended = await cli('validate', 'help', '--json');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ rows: { total: 2, valid: 2 } });
    expect((await cli('-V')).stdout).toBe((await cli('--version')).stdout);
  });

  it('and mistakes are in English, whatever the language of the system', async ({
    expect,
    onTestFinished,
  }) => {
    const { env, directory } = await placeOf(onTestFinished);
    const german = { ...env, LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' };
    const ended = await startCli(['run'], { cwd: directory, env: german }).ended;
    expectExit(ended, 3);
    expect(ended.stderr).toContain('run needs <sheet..>.');
  });
});

describe.concurrent('completion', () => {
  /** What bash offers for the last word. */
  function offered(script: string, words: readonly string[], cwd: string): string[] {
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const call = `. <(printf %s "$SCRIPT"); COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _alianza_import 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const env = { PATH: process.env['PATH'] ?? '', SCRIPT: script };
    return execFileSync('bash', ['--norc', '-c', call], { cwd, env, encoding: 'utf8' }).trim().split('\n');
  }

  it('in bash offers commands, the options of each, and the values of options', async ({
    expect,
    onTestFinished,
  }) => {
    const { cli, directory } = await placeOf(onTestFinished);
    const made = await cli('completion', 'bash');
    expectExit(made, 0);
    expect(made.stderr).toBe('');
    const offer = (...words: string[]) => offered(made.stdout, ['alianza-import', ...words], directory);
    expect(offer('')).toEqual(COMMANDS.map(({ name }) => name).filter((name) => !name.includes(' ')));
    for (const command of COMMANDS) {
      const own = Object.keys(command.own ?? {});
      expect(offer(...command.name.split(' '), '--')).toEqual(
        [...command.options, 'no-color', ...own, 'help'].map((name) => `--${name}`),
      );
    }
    expect(offer('run', 'sheet.csv', '--env')).toEqual(['--environment']);
    expect(offer('run', '--environment', '')).toEqual(['sandbox', 'beta', 'production']);
    expect(offer('run', '--environment', '=', 'b')).toEqual(['beta']);
    expect(offer('run', '--environment', '=')).toEqual(['sandbox', 'beta', 'production']);
    expect(offer('--no-color', 'resume', '--retry', '')).toEqual(['failed']);
    expect(offer('template', 'ho')).toEqual(['home-phone']);
    expect(offer('help', 'un')).toEqual(['undo']);
    expect(offer('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offer('serve', '')).toEqual(['user', 'key']);
    expect(offer('serve', 'user', '')).toEqual(['add', 'role', 'password', 'remove', 'list']);
    expect(offer('serve', 'key', 're')).toEqual(['remove']);
    expect(offer('serve', 'user', 'add', 'ann', '--role', 'pro')).toEqual(['production']);
    expect(offer('run', '--rate', '')).toEqual(['']);
  });

  it.skipIf(!HAS_TERMINAL)(
    'in bash at a terminal: files, directories, options',
    async ({ expect, onTestFinished }) => {
      const { directory, at, cli, write } = await deskOf(onTestFinished);
      await mkdir(join(directory, 'runs/old one'), { recursive: true });
      await write('bash.sh', (await cli('completion', 'bash')).stdout);
      await write('rc', `PS1='ready> '; source bash.sh; alianza-import() { printf '<%s>' "$@"; echo; }\n`);
      const { shown } = await at('bash --rcfile rc -i', { TERM: 'dumb', HOME: directory }, [
        ['ready> ', 'alianza-import val\tsh\t--pro\tba\t\n'],
        ['ready> ', 'alianza-import resume ru\tol\t\n'],
        ['ready> ', 'exit\n'],
      ]);
      expect(shown).toContain('<validate><sheet.csv><--profile><bash.sh>');
      expect(shown).toContain('<resume><runs/old one/>');
    },
  );

  it.for([
    ['zsh', 'zsh', ['-n']],
    ['fish', 'fish', ['--no-execute']],
  ] as const)('for %s is taken by it', async ([shell, program, check], { expect, onTestFinished, skip }) => {
    const { cli, write } = await placeOf(onTestFinished);
    const made = await cli('completion', shell);
    expectExit(made, 0);
    for (const command of COMMANDS)
      for (const name of [...command.options, ...Object.keys(command.own ?? {})])
        expect(made.stdout).toMatch(new RegExp(shell === 'zsh' ? `'\\*?--${name}[=[]` : ` -l ${name} `));
    expect(made.stdout).toContain(
      shell === 'zsh' ? 'compadd -- user key' : "-n '__alianza_import_is serve' -a user",
    );
    if (spawnSync(program, ['--version']).status !== 0) return skip(`${program} is not installed`);
    const path = await write(`script.${shell}`, made.stdout);
    expect(execFileSync(program, [...check, path], { encoding: 'utf8' })).toBe('');
    if (shell !== 'fish') return;
    const call = `source ${path}; complete -C 'alianza-import run --environment b'`;
    expect(execFileSync('fish', ['--no-config', '-c', call], { encoding: 'utf8' })).toMatch(/^beta/);
  });

  it('is for the shell that is used, where none is named', async ({ expect, onTestFinished }) => {
    const { cli, env, directory } = await placeOf(onTestFinished);
    const used = startCli(['completion'], { cwd: directory, env: { ...env, SHELL: '/usr/bin/fish' } });
    expect((await used.ended).stdout).toBe((await cli('completion', 'fish')).stdout);
    expectExit(await cli('completion'), 3);
  });
});

describe.skipIf(!HAS_TERMINAL)('a terminal', { concurrent: true }, () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal
  const COLOUR = /\u001b\[\d+(;\d+)?m/;

  it('shows colours unless plain text is asked for, in any of four ways', async ({
    expect,
    onTestFinished,
  }) => {
    const { at, write } = await deskOf(onTestFinished);
    await write('plain.json', '{ "options": { "no-color": true } }');
    const call = '$ALIANZA validate sheet.csv';
    expect((await at(call)).shown).toMatch(COLOUR);
    const plain = [
      at(call, { NO_COLOR: '1' }),
      at(call, { TERM: 'dumb' }),
      at(`${call} --no-color`),
      at(`${call} --profile plain.json`),
    ];
    for (const { shown, code } of await Promise.all(plain)) {
      expect(code, shown).toBe(0);
      expect(shown).toContain('4 rows: 4 valid');
      expect(shown).not.toMatch(COLOUR);
    }
    // What goes into a file is plain although errors go to the terminal.
    const { shown } = await at(`${call} > file; cat file`);
    expect(shown).toMatch(new RegExp(`${TIME} alianza-import validate sheet.csv\r\n`));
    expect(shown).not.toMatch(COLOUR);
  });

  it('has a line of progress that renews itself, but not where TERM is dumb; and no times', async ({
    expect,
    onTestFinished,
  }) => {
    const { at } = await deskOf(onTestFinished, 250);
    const usual = await at('$ALIANZA run sheet.csv --out a');
    expect(usual.shown).toContain('\r\u001b[K');
    expect(usual.shown).not.toMatch(new RegExp(TIME));
    const dumb = await at('$ALIANZA run sheet.csv --out b', { TERM: 'dumb' });
    expect(dumb.code, dumb.shown).toBe(0);
    expect(dumb.shown).not.toContain('\u001b');
  });
});

describe.skipIf(!HAS_TERMINAL)('a question', { concurrent: true }, () => {
  /** ends with the exit code, and with what the terminal is set to */
  const THEN = '; echo "exit $?"; stty -a';
  const ECHOES = / echo /;

  it.for([
    ['the username', [['username: ', 'me\u0003']]],
    [
      'the password',
      [
        ['username: ', 'me\r'],
        ['password: ', 'sec\u0003'],
      ],
    ],
  ] as const)(
    'for %s: Ctrl-C ends with exit 4, leaves nothing, and the terminal shows what is typed again',
    async ([, answers], { expect, onTestFinished }) => {
      const { sandbox, directory, atLogIn } = await deskOf(onTestFinished);
      const { shown } = await atLogIn(`$ALIANZA run sheet.csv --out r${THEN}`, answers);
      expect(shown).toMatch(/Interrupted\.\r\nStart the command again to go on\.\r\nexit 4\r\n/);
      expect(shown).toMatch(ECHOES);
      expect(shown).not.toMatch(/ {4}at |sec/);
      expect(existsSync(join(directory, 'r'))).toBe(false);
      expect(sandbox.requests).toEqual([]);
    },
  );

  it('of undo: Ctrl-C, no, and Ctrl-D delete nothing; yes does', async ({ expect, onTestFinished }) => {
    const { sandbox, cli, at } = await deskOf(onTestFinished);
    expectExit(await cli('run', 'sheet.csv', '--out', 'r', '--quiet'), 0);
    const sent = sandbox.requests.length;
    const ask = (keys: string) => at(`$ALIANZA undo r${THEN}`, {}, [['[yes/no] ', keys]]);
    for (const [keys, says] of [
      ['\u0003', /Interrupted\.\r\n.*\r\nexit 4\r\n/],
      ['no\r', /Nothing was deleted\.\r\n.*\r\nexit 3\r\n/],
      ['\u0004', /Nothing was deleted\.\r\n.*\r\nexit 3\r\n/],
    ] as const) {
      const { shown } = await ask(keys);
      expect(shown).toMatch(says);
      expect(shown).toMatch(ECHOES);
    }
    expect(writesOf(sandbox, sent)).toEqual([]);
    expectExit(await cli('resume', 'r', '--quiet'), 0);
    expect((await ask('YES\r')).shown).toMatch(/deleted: \d+ \(.*\)\r\n.*\r\nexit 0\r\n/);
    expect(sandbox.state.accounts.size).toBe(0);
  });

  it('is shown as it is, takes what is typed and corrected, and hides a secret', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, env, atLogIn } = await deskOf(onTestFinished);
    const { shown } = await atLogIn(`$ALIANZA run sheet.csv --out r --quiet${THEN}`, [
      ['Alianza username: ', `x\u007f${env['ALIANZA_USERNAME']}\r`],
      ['Alianza password: ', `junk\u0015x\u007f\u001b[A${env['ALIANZA_PASSWORD']}\r`],
    ]);
    expect(shown).toMatch(/\r\nAlianza password: \r\n/);
    // Escapes that the program had not sent on would be shown as \u001b.
    expect(shown).not.toMatch(/\\u00|u001b/);
    expect(shown).toMatch(/exit 0\r\n/);
    expect(shown).toMatch(ECHOES);
    expect(sandbox.state.accounts.size).toBeGreaterThan(0);
  });
});

describe.concurrent('a profile', () => {
  it.for(['validate', 'run'])(
    'of %s is read once, so that it may come through a pipe',
    async (name, { expect, onTestFinished }) => {
      const { directory, env, write } = await deskOf(onTestFinished);
      await write('p.json', '{ "options": { "quiet": true, "format": "xlsx" } }');
      const ended = await startCli([name, 'sheet.csv', '--out', 'r', '--profile', 'pipe'], {
        cwd: directory,
        env,
        before: 'mkfifo pipe; cat p.json > pipe &',
      }).ended;
      expectExit(ended, 0);
      expect(readFileSync(join(directory, 'r/results.xlsx')).subarray(0, 2).toString()).toBe('PK');
    },
  );
});
