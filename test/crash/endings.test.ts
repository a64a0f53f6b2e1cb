import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import ExcelJS from 'exceljs';
import { describe, it } from 'vitest';
import { SANDBOX_USERNAME } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';

const reportOf = (runDir: string) => readFileSync(join(runDir, 'report.html'), 'utf8');

describe.concurrent('a run that an error stops', () => {
  it('after something was created: exit 7, with results, report, the object and the resume command', async ({
    expect,
    onTestFinished,
  }) => {
    const faults = [{ operation: 'createEndUser', kind: '403' as const }];
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(60), { faults });
    const { runDir } = workspace;
    const ended = await workspace.run();
    expectExit(ended, 7);
    const printed = JSON.parse(ended.stdout);
    expect(printed).toMatchObject({
      ...{ runDir, environment: 'custom', stoppedBy: 'error', exitCode: 7 },
      ...{ results: join(runDir, 'results.csv'), report: join(runDir, 'report.html') },
      error: { code: 'FORBIDDEN', message: expect.stringContaining('createEndUser') },
    });
    const { total, ...counts } = printed.rows;
    expect(total).toBe(60);
    expect(Object.values(counts).reduce((sum: number, n) => sum + Number(n), 0)).toBe(60);
    expect(workspace.results()).toHaveLength(60);
    expect(ended.stderr).toContain(`alianza-import resume ${runDir}`);
    expect(reportOf(runDir)).toContain('It was stopped by an error.');
    expect(reportOf(runDir)).toContain(`alianza-import resume ${runDir}`);
  });

  it('with 400 NotPermitted: exit 7 after something was created, 3 before', async ({
    expect,
    onTestFinished,
  }) => {
    for (const [operation, code] of [
      ['createEndUser', 7],
      ['createAccount', 3],
    ] as const) {
      const faults = [{ operation, kind: 'not-permitted' as const }];
      const { workspace } = await workspaceOf(onTestFinished, mixedRows(60), { faults });
      const ended = await workspace.run();
      expectExit(ended, code);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        exitCode: code,
        error: {
          code: 'FORBIDDEN',
          message: `The platform forbids ${operation} (400) again and again: the log-in may not do this, or not in this partition (NotPermitted)`,
          hint: 'Check the rights of the API user and the partition ID, then resume.',
        },
      });
      const failed = workspace.results().filter(({ status }) => status === 'failed');
      expect(failed.map(({ failedStep }) => failedStep)).toContain(
        operation === 'createAccount' ? 'account' : 'user',
      );
      expect(failed[0]?.hint).toBe('Check the rights of the API user and the partition ID, then resume.');
    }
  });

  it('before anything was created: exit 3, and the object says what it was', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8), {
      faults: [{ operation: '*', kind: 'expired-token' }],
    });
    const ended = await workspace.run();
    expectExit(ended, 3);
    expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 3, error: { code: expect.any(String) } });
    expect(sandbox.state.size).toBe(0);
  });

  it('is whole again after a resume, and its report says so', async ({ expect, onTestFinished }) => {
    const faults = [{ operation: 'createEndUser', kind: '403' as const }];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16), { faults });
    expectExit(await workspace.run(), 7);
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });
    const ended = await workspace.resume('--retry', 'failed');
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ stoppedBy: null, rows: { created: 16 } });
    expect(JSON.parse(ended.stdout)).not.toHaveProperty('error');
    expect(reportOf(workspace.runDir)).toContain('in 2 parts');
    expect(reportOf(workspace.runDir)).not.toContain('stopped by an error');
  });
});

describe.concurrent('a run that was killed and resumed', () => {
  it('tells of both parts, of the time of both, and of the objects of both', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(16), {
      latencyMs: 20,
    });
    let created = 0;
    const first = workspace.start();
    gate.watch((phase, { operation }) => {
      if (phase !== 'committed' || operation !== 'createEndUser' || ++created < 3) return undefined;
      first.kill();
      return 'drop';
    });
    await first.ended;
    const seen = Date.now();
    const ended = await workspace.resume();
    expectExit(ended, 0);
    const { parts, objects, durationMs, requests } = JSON.parse(ended.stdout);
    expect(parts).toMatchObject([
      { endedAt: null, host: hostname(), apiUser: SANDBOX_USERNAME, version: expect.any(String) },
      { endedAt: expect.any(String), stoppedBy: null, apiUser: SANDBOX_USERNAME, durationMs, requests },
    ]);
    expect(parts[0].durationMs).toBeGreaterThan(100);
    expect(parts[0].durationMs).toBeLessThanOrEqual(seen - Date.parse(parts[0].startedAt));
    const count = (kind: string) =>
      objects.reduce(
        (sum: number, each: { kind: string; created: number }) =>
          sum + (each.kind === kind ? each.created : 0),
        0,
      );
    expect(count('Account')).toBe(sandbox.state.accounts.toJSON().length);
    expect(count('User')).toBe(sandbox.state.users.toJSON().length);
    expect(count('SIP trunk')).toBe(sandbox.state.sipTrunks.toJSON().length);
    expect(ended.stderr.replace(/^\S+ /gm, '')).toMatch(
      /^all 2 parts of the run: [\d.]+ s, \d+ requests and those of the part that was cut off$/m,
    );
    const page = reportOf(workspace.runDir);
    expect(page).toContain('<td data-label="Ended">cut off</td>');
    expect(page).toContain('Objects by product');
  });
});

describe.concurrent('an undo that an error stops', () => {
  it('lists what it has deleted, and says how to go on', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(24));
    const { runDir, env } = workspace;
    expectExit(await workspace.run(), 0);
    const faults = async (...list: object[]) =>
      void (await fetch(`${sandbox.url}/_sandbox/faults`, {
        method: 'POST',
        body: JSON.stringify({ faults: list }),
      }));
    await faults({ operation: 'deleteAccount', kind: '403' });
    const ended = await startCli(['undo', runDir, '--yes', '--json'], { env }).ended;
    expectExit(ended, 7);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ...{ runDir, list: join(runDir, 'undo.csv'), exitCode: 7 },
      error: { code: 'FORBIDDEN' },
    });
    expect(ended.stderr).toContain(`alianza-import undo ${runDir} --yes`);
    await faults();
    expectExit(await startCli(['undo', runDir, '--yes', '--json'], { env }).ended, 0);
    expect(sandbox.state.accounts.size).toBe(0);
  });
});

describe.concurrent('results', () => {
  it('are written whatever the width of the sheet', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('Customers');
    const columns = [...new Set(workspace.rows.flatMap((row) => Object.keys(row)))];
    sheet.addRow(columns);
    for (const row of workspace.rows)
      sheet.addRow(columns.map((column) => (row as Record<string, string>)[column] ?? ''));
    for (const place of ['XFD1', 'XFD3']) sheet.getCell(place).value = 'stray';
    const file = join(workspace.directory, 'wide.xlsx');
    await book.xlsx.writeFile(file);
    const ended = await startCli(['run', file, '--out', workspace.runDir, '--json', '--quiet'], {
      env: workspace.env,
    }).ended;
    expectExit(ended, 0);
    const { results } = JSON.parse(ended.stdout);
    expect(existsSync(results)).toBe(true);
    expect(ended.stderr).not.toContain('fault of alianza-import');
  });

  it('of a run that was killed are made again, with a report that says so', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(40), { latencyMs: 30 });
    const { runDir, env } = workspace;
    const cli = workspace.start();
    while (sandbox.state.accounts.size < 5) await sleep(5);
    cli.kill();
    expectExit(await cli.ended, 'SIGKILL');
    const ended = await startCli(['results', runDir, '--json'], { env }).ended;
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ...{ runDir, stoppedBy: 'cut off', rows: { total: 40 }, exitCode: 0 },
      ...{ results: join(runDir, 'results.csv'), report: join(runDir, 'report.html') },
    });
    expect(workspace.results()).toHaveLength(40);
    expect(reportOf(runDir)).toContain('It was cut off');
    expect(reportOf(runDir)).toContain(`alianza-import resume ${runDir}`);
  });
});

describe.concurrent('SIGTERM before the first row is done', () => {
  it('with invalid rows left out: the resume command, and no word of nothing sent', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(16).map((row, index) => (index === 3 ? { ...row, timeZone: 'Nowhere' } : row));
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, { latencyMs: 400 });
    const cli = workspace.start('--on-invalid', 'skip', '--timeout', '5000');
    while (sandbox.state.accounts.size === 0) await sleep(5);
    cli.signal('SIGTERM');
    const ended = await cli.ended;
    expectExit(ended, 4);
    expect(ended.stderr).not.toContain('Nothing was sent');
    expect(ended.stderr).toContain(`alianza-import resume ${workspace.runDir}`);
    expect(ended.stderr).toContain(`alianza-import undo ${workspace.runDir}`);
    expect(JSON.parse(ended.stdout)).toMatchObject({ stoppedBy: 'interrupted', exitCode: 4 });
  });
});

describe.concurrent('a reader that goes away', () => {
  it.for([
    ['of standard error', '2>&1 >/dev/null | head -c 20 >/dev/null'],
    ['of both', '2>&1 | head -c 20 >/dev/null'],
  ] as const)('%s: the run goes on to its end', async ([, pipe], { expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(80), { latencyMs: 20 });
    const { sheet, runDir, directory, env } = workspace;
    const script = `"$@" ${pipe}; wait`;
    const exit = join(directory, 'exit');
    const args = ['run', sheet, '--out', runDir];
    const ended = await startCli(args, {
      env,
      before: `inner() { "$@"; echo $? > ${exit}; }; set -- inner "$@"; ${script}; exit 0`,
    }).ended;
    expectExit(ended, 0);
    expect(readFileSync(exit, 'utf8').trim()).toBe('0');
    expect(workspace.counts()).toEqual({ created: 80 });
  });
});

describe.concurrent('--json', () => {
  it('prints one whole object where a later sheet cannot be read', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(4).map((row) => ({ ...row, timeZone: 'Nowhere' }));
    const { workspace } = await workspaceOf(onTestFinished, rows);
    const { sheet, directory, env } = workspace;
    const gone = join(directory, 'gone.csv');
    for (const args of [['validate'], ['validate', '--out', join(directory, 'v')], ['run', '--dry-run']]) {
      const ended = await startCli([...args, sheet, gone, '--json'], { env, cwd: directory }).ended;
      expectExit(ended, 3);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        error: { code: 'SHEET_NOT_FOUND', message: expect.stringContaining('gone.csv') },
        exitCode: 3,
      });
    }
  });

  it('prints one whole object when a second signal ends it at once', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16), { latencyMs: 3000 });
    const cli = workspace.start('--timeout', '9000');
    while (sandbox.requests.length < 2) await sleep(5);
    cli.signal('SIGTERM');
    await sleep(50);
    cli.signal('SIGTERM');
    const ended = await cli.ended;
    expectExit(ended, 4);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ...{ runDir: workspace.runDir, environment: 'custom', exitCode: 4 },
      error: { code: 'INTERRUPTED', hint: expect.stringContaining('resume') },
    });
  });

  it('prints one whole object when the lock is held', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16), { latencyMs: 300 });
    const cli = workspace.start('--timeout', '5000');
    while (sandbox.state.accounts.size === 0) await sleep(5);
    const locked = await workspace.resume();
    expectExit(locked, 5);
    expect(JSON.parse(locked.stdout)).toEqual({
      ...{ runDir: workspace.runDir, exitCode: 5 },
      error: { code: 'LOCKED', message: expect.any(String), hint: expect.any(String) },
    });
    cli.signal('SIGTERM');
    expectExit(await cli.ended, 4);
  });
});
