import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';

const OUR_FAULT = 'fault of alianza-import itself';

describe.concurrent('files that are not the run’s own', () => {
  it('stay: the only SIP passwords of trunks, when the journal is gone and the log-in is wrong', async ({
    expect,
    onTestFinished,
  }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const credentials = readFileSync(join(workspace.runDir, 'credentials.csv'), 'utf8');
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(workspace.runDir, `journal.db${end}`), { force: true });
    const args = ['run', workspace.sheet, '--out', workspace.runDir];
    const env = { ...workspace.env, ALIANZA_PASSWORD: 'wrong' };
    const ended = await startCli(args, { env }).ended;
    expectExit(ended, 3);
    expect(ended.stderr).toContain(`${workspace.runDir} already holds `);
    expect(ended.stderr).toContain('credentials.csv');
    const resumed = await workspace.resume();
    expectExit(resumed, 3);
    expect(resumed.stderr).toContain('but no journal.db');
    expect(resumed.stderr).not.toMatch(/nothing was sent/i);
    expect(readFileSync(join(workspace.runDir, 'credentials.csv'), 'utf8')).toBe(credentials);
  });

  it('stay: an input in the directory that --out names', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    copyFileSync(workspace.sheet, join(workspace.directory, 'errors.csv'));
    const before = readFileSync(workspace.sheet, 'utf8');
    const cwd = workspace.directory;
    for (const command of [['run'], ['run', '--dry-run'], ['validate']]) {
      const ended = await startCli([...command, 'errors.csv', '--out', '.'], { cwd, env: workspace.env })
        .ended;
      expectExit(ended, 3);
      expect(ended.stderr).toContain('. already holds errors.csv, which a run there would overwrite.');
      expect(ended.stderr).toContain('Name another directory with --out, or move that file elsewhere.');
    }
    expect(readFileSync(join(cwd, 'errors.csv'), 'utf8')).toBe(before);
    expect(readdirSync(cwd).sort()).toEqual(['errors.csv', 'sheet.csv']);
    expect(sandbox.requests).toEqual([]);
  });

  it('do not keep a wrong log-in from being corrected: the directory is as it was', async ({
    expect,
    onTestFinished,
  }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    mkdirSync(workspace.runDir);
    writeFileSync(join(workspace.runDir, 'notes.txt'), 'mine');
    const args = ['run', workspace.sheet, '--out', workspace.runDir, '--http-log'];
    const wrong = { ...workspace.env, ALIANZA_PASSWORD: 'wrong' };
    expectExit(await startCli(args, { env: wrong }).ended, 3);
    expect(readdirSync(workspace.runDir)).toEqual(['notes.txt']);
    expectExit(await workspace.run(), 0);
    expect(readFileSync(join(workspace.runDir, 'notes.txt'), 'utf8')).toBe('mine');
    expect(workspace.differences()).toEqual([]);
  });

  it('named lock are said to be what they are', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    mkdirSync(workspace.runDir);
    writeFileSync(join(workspace.runDir, 'lock'), 'the key is under the mat');
    const ended = await workspace.run();
    expectExit(ended, 3);
    expect(ended.stderr).toContain(`${join(workspace.runDir, 'lock')} is something else`);
    expect(readFileSync(join(workspace.runDir, 'lock'), 'utf8')).toBe('the key is under the mat');
  });
});

describe.concurrent('every file of a run', () => {
  it('is its owner’s alone under umask 000', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    const { runDir, sheet, env } = workspace;
    const start = (...args: string[]) => startCli([...args, '--quiet'], { env, before: 'umask 000' }).ended;
    expectExit(await start('run', sheet, '--out', runDir, '--http-log'), 0);
    expectExit(await start('verify', runDir), 0);
    expectExit(await start('undo', runDir, '--yes'), 0);
    const open = readdirSync(runDir).filter((name) => (statSync(join(runDir, name)).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(readdirSync(runDir)).toEqual(
      expect.arrayContaining([
        'http.jsonl',
        'report.html',
        'results.csv',
        'run.log',
        'undo.csv',
        'verify.csv',
      ]),
    );
    expect(statSync(runDir).mode & 0o777).toBe(0o700);
  });
});

describe.concurrent('credentials.csv', () => {
  it('has no line of a trunk that was there already', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    expectExit(await workspace.run(), 0);
    expect(workspace.credentials().size).toBe(2);
    const again = join(workspace.directory, 'again');
    const ended = await startCli(['run', workspace.sheet, '--out', again, '--quiet'], { env: workspace.env })
      .ended;
    expectExit(ended, 0);
    expect(existsSync(join(again, 'results.csv'))).toBe(true);
    expect(readdirSync(again).filter((name) => name.includes('credentials'))).toEqual([]);
  });

  it('gets what the sheet gives when a killed run is resumed without its sheet', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(16));
    const cli = workspace.start();
    gate.watch((at, { operation }) => {
      if (at !== 'arrived' || operation !== 'createAccount') return undefined;
      cli.kill();
      return 'drop';
    });
    expectExit(await cli.ended, 'SIGKILL');
    gate.watch(null);
    const { runDir } = workspace;
    expect(existsSync(join(runDir, 'credentials.csv'))).toBe(false);
    const given = join(runDir, 'given-credentials.jsonl');
    expect(readFileSync(given, 'utf8')).toContain('given-pass-1!');
    expect(statSync(given).mode & 0o777).toBe(0o600);
    rmSync(workspace.sheet);
    expectExit(await workspace.resume(), 0);
    expect([...sandbox.state.sipTrunks.values()].map(({ sipPassword }) => sipPassword)).toContain(
      'given-pass-1!',
    );
    expect(workspace.differences()).toEqual([]);
    expect(existsSync(given)).toBe(false);
  });
});

describe.concurrent('a journal', () => {
  it('that lost its end to a clean-up says so, to readers too', async ({ expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(16));
    const cli = workspace.start();
    let writes = 0;
    gate.watch((at, { isWrite }) => {
      if (at !== 'arrived' || !isWrite || ++writes < 12) return undefined;
      cli.kill();
      return 'drop';
    });
    expectExit(await cli.ended, 'SIGKILL');
    gate.watch(null);
    const results = () => startCli(['results', workspace.runDir], { env: workspace.env }).ended;
    expect((await results()).stderr).not.toContain('The end of the journal is missing');
    for (const end of ['-wal', '-shm']) rmSync(join(workspace.runDir, `journal.db${end}`), { force: true });
    const told = await results();
    expectExit(told, 0);
    expect(told.stderr).toContain('The end of the journal is missing');
    const resumed = await workspace.resume();
    expect(resumed.stderr).toContain('The end of the journal is missing');
    expect(resumed.stderr).not.toContain(OUR_FAULT);
  });

  it('that is damaged somewhere is said to be, by every command and without a trace', async ({
    expect,
    onTestFinished,
  }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    const { runDir, env } = workspace;
    expectExit(await workspace.run(), 0);
    const file = join(runDir, 'journal.db');
    const whole = readFileSync(file);
    const flipped = (at: number, length: number) => {
      const bytes = Buffer.from(whole);
      for (let index = at; index < at + length; index++) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
      return bytes;
    };
    const half = Math.floor(whole.length / 2);
    const kinds = [whole.subarray(0, half), flipped(200, 40), flipped(half, 3000)];
    for (const bytes of kinds) {
      writeFileSync(file, bytes);
      for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
      for (const args of [
        ['results'],
        ['verify', '--quiet'],
        ['undo', '--dry-run', '--quiet'],
        ['resume', '--quiet'],
      ]) {
        const ended = await startCli([args[0] ?? '', runDir, ...args.slice(1)], { env }).ended;
        expect(ended.stderr).not.toContain(OUR_FAULT);
        expect(ended.stderr).not.toMatch(/ {4}at |panicked/);
        expect([0, 1, 3], ended.stderr).toContain(ended.code);
        if (ended.code === 3) expect(ended.stderr).toContain('journal.db is damaged');
      }
    }
  });
});
