import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, type ExpectStatic, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { type Ended, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { canMount } from '../fixtures/mounts.js';
import { mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf, type OnTestFinished, workspaceOf } from '../fixtures/with-sandbox.js';

const OUR_FAULT = 'fault of alianza-import itself';

describe.concurrent('a full disk', () => {
  it.skipIf(!canMount).for([64, 200, 400])(
    'of %i KB: stops cleanly, says so, and goes on when there is room',
    async (kilobytes, { expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(40));
      mount(onTestFinished, workspace.runDir, kilobytes);
      const ended = await workspace.run();
      expect(ended.stderr).not.toContain(OUR_FAULT);
      expectStopped(expect, ended, sandbox);
      expect(ended.stderr).toMatch(/disk|space/i);
      const sent = sandbox.requests.length;

      const again = await workspace.goOn();
      expect(again.stderr).not.toContain(OUR_FAULT);
      expect([3, 7], again.stderr).toContain(again.code);
      // What cannot be remembered is not sent: log-in, look-ups and a write or two whose intents still fitted.
      const writes = sandbox.requests.slice(sent).filter(({ method }) => method !== 'GET');
      expect(writes.length).toBeLessThan(10);

      execFileSync('mount', ['-o', 'remount,size=20m', workspace.runDir]);
      expectExit(await workspace.goOn(), 0);
      expect(workspace.differences()).toEqual([]);
    },
  );

  it.for([32, 160, 384])(
    'as a limit of %i KB for any file: the same',
    async (kilobytes, { expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(40));
      const args = ['run', workspace.sheet, '--out', workspace.runDir, '--quiet'];
      const limited = startCli(args, { env: workspace.env, before: `ulimit -f ${kilobytes * 2}` });
      const ended = await limited.ended;
      expect(ended.stderr).not.toContain(OUR_FAULT);
      expectStopped(expect, ended, sandbox);
      expect(ended.stderr).toMatch(/disk|space/i);
      expectExit(await workspace.goOn(), 0);
      expect(workspace.differences()).toEqual([]);
    },
  );
});

/** Exit 7 once something is on the platform; before that 3, or 7 for a create that is in doubt. */
function expectStopped(expect: ExpectStatic, { code, stderr }: Ended, sandbox: Sandbox): void {
  expect(sandbox.state.size > 0 ? [7] : [3, 7], stderr).toContain(code);
}

function mount(onTestFinished: OnTestFinished, directory: string, kilobytes: number): void {
  mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', directory]);
  onTestFinished(async () => void execFileSync('umount', [directory]));
}

describe.concurrent('a run directory that cannot be', () => {
  it.for([
    ['under a file', ({ sheet }: { sheet: string }) => join(sheet, 'run')],
    ['that is a file', ({ sheet }: { sheet: string }) => sheet],
    ['where nothing can be made', () => '/proc/run'],
  ] as const)('%s: says so and sends nothing', async ([, place], { expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    const out = place(workspace);
    const ended = await startCli(['run', workspace.sheet, '--out', out], { env: workspace.env }).ended;
    expectExit(ended, 3);
    expect(ended.stderr).toContain(`The run directory ${out} cannot be written`);
    expect(ended.stderr).not.toContain(OUR_FAULT);
    expect(sandbox.requests).toEqual([]);
  });

  it('for results that cannot be written: says so, and the journal has them', async ({
    expect,
    onTestFinished,
  }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    const cli = workspace.start();
    while (!existsSync(join(workspace.runDir, 'journal.db'))) await sleep(1);
    mkdirSync(join(workspace.runDir, 'results.csv', 'in-the-way'), { recursive: true });
    const ended = await cli.ended;
    expect(ended.stderr).not.toContain(OUR_FAULT);
    expectExit(ended, 7);
    expect(ended.stderr).toContain('results.csv');
    expect(ended.stderr).toContain(`alianza-import results ${workspace.runDir}`);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      ...{ results: null, report: join(workspace.runDir, 'report.html'), exitCode: 7 },
      error: { code: 'RESULTS_UNWRITABLE' },
      rows: { total: 8, created: 8 },
    });
  });
});

describe.concurrent('a torn last write in the journal', () => {
  /** Kills a run as a write is about to leave: its intent, the last thing written, has had no effect yet. */
  async function killedBeforeWrite(onTestFinished: OnTestFinished, nth: number) {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(8));
    const cli = workspace.start('--concurrency', '1');
    let writes = 0;
    gate.watch((at, { isWrite }) => {
      if (at !== 'arrived' || !isWrite || ++writes < nth) return undefined;
      cli.kill();
      return 'drop';
    });
    expectExit(await cli.ended, 'SIGKILL');
    gate.watch(null);
    return { workspace, wal: join(workspace.runDir, 'journal.db-wal') };
  }

  it.for([
    [3, 1],
    [12, 24],
    [23, 4100],
  ] as const)('at write %i, %i bytes short: goes on', async ([nth, bytes], { expect, onTestFinished }) => {
    const { workspace, wal } = await killedBeforeWrite(onTestFinished, nth);
    truncateSync(wal, statSync(wal).size - bytes);
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('with garbage after it: goes on', async ({ expect, onTestFinished }) => {
    const { workspace, wal } = await killedBeforeWrite(onTestFinished, 12);
    appendFileSync(wal, Buffer.alloc(3000, 0xa5));
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('in credentials.csv: the line is written anew', async ({ expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(8));
    const cli = workspace.start();
    gate.watch((at, { operation }) => {
      if (at !== 'arrived' || operation !== 'createSipTrunk') return undefined;
      cli.kill();
      return 'drop';
    });
    expectExit(await cli.ended, 'SIGKILL');
    gate.watch(null);
    const file = join(workspace.runDir, 'credentials.csv');
    truncateSync(file, statSync(file).size - 5);
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });
});

describe.concurrent('a journal that is none', () => {
  it.for([
    ['of zeros', Buffer.alloc(20_000)],
    ['of text', Buffer.from('not a database '.repeat(1000))],
    ['that is empty', Buffer.alloc(0)],
  ] as const)('%s: says so', async ([, bytes], { expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    mkdirSync(workspace.runDir);
    writeFileSync(join(workspace.runDir, 'journal.db'), bytes);
    const ended = await workspace.resume();
    expectExit(ended, 3);
    expect(ended.stderr).not.toContain(OUR_FAULT);
    expect(ended.stderr).toMatch(/journal|holds no run/);
    expect(existsSync(join(workspace.runDir, 'journal.db'))).toBe(true);
    expect(sandbox.requests).toEqual([]);
  });
});
