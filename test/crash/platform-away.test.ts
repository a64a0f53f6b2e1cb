import { readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { differences, plain } from '../fixtures/oracle.js';
import { randomFrom } from '../fixtures/random.js';
import { mixedRows } from '../fixtures/rows.js';
import { type OnTestFinished, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';

/** A platform that can be ended and started again at the same address with all it had. */
async function restartable(onTestFinished: OnTestFinished) {
  const directory = await mkdtemp(join(tmpdir(), 'platform-'));
  const stateFile = join(directory, 'state.jsonl');
  let sandbox = await startSandbox({ stateFile, latencyMs: 20 });
  const { url } = sandbox;
  const workspace = await makeWorkspace(sandbox, mixedRows(80));
  onTestFinished(async () => {
    await workspace.remove();
    await sandbox.close();
    await rm(directory, { recursive: true });
  });
  return {
    workspace,
    requests: () => sandbox.requests.length,
    end: () => sandbox.close(),
    async startAgain() {
      sandbox = await startSandbox({ stateFile, latencyMs: 20, port: Number(new URL(url).port) });
    },
    differences: () => differencesOf(sandbox, workspace),
  };
}

/** A platform that was started again has forgotten SIP credentials: its file does not hold them. */
function differencesOf(sandbox: Sandbox, { rows, results, credentials }: Workspace): string[] {
  const found = differences(plain(sandbox.state), rows, results(), credentials());
  return found.filter((each) => !/sip(Username|Password)/.test(each));
}

describe.concurrent('a platform that goes away', () => {
  it('for a moment: the run waits and goes on', async ({ expect, onTestFinished }) => {
    const platform = await restartable(onTestFinished);
    const cli = platform.workspace.start();
    while (platform.requests() < 100) await sleep(5);
    await platform.end();
    await sleep(1500);
    await platform.startAgain();
    expectExit(await cli.ended, 0);
    expect(platform.differences()).toEqual([]);
  });

  it('for good: the run ends, and a later resume finishes it', async ({ expect, onTestFinished }) => {
    const platform = await restartable(onTestFinished);
    const cli = platform.workspace.start('--retries', '1', '--max-errors', '10');
    while (platform.requests() < 100) await sleep(5);
    await platform.end();
    expectExit(await cli.ended, 2);
    const { failed = 0, skipped = 0, pending = 0 } = platform.workspace.counts();
    expect(failed).toBeLessThan(25);
    expect(failed + skipped + pending).toBeGreaterThan(10);
    expect(pending).toBeGreaterThan(0);
    await platform.startAgain();
    expectExit(await platform.workspace.resume('--retry', 'failed'), 0);
    expect(platform.differences()).toEqual([]);
  });

  it('before the run begins: exit 3, and what to do', async ({ expect, onTestFinished }) => {
    const platform = await restartable(onTestFinished);
    await platform.end();
    const ended = await platform.workspace.run('--retries', '1');
    expectExit(ended, 3);
    expect(ended.stderr).toContain('cannot be reached');
    await platform.startAgain();
    expectExit(await platform.workspace.run(), 0);
    expect(platform.differences()).toEqual([]);
  });
});

describe('kill -9 of a run whose platform is the sandbox inside the process', () => {
  it('any number of times: the platform has kept what it had answered', async ({
    expect,
    onTestFinished,
  }) => {
    const random = randomFrom(31);
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(152));
    const { sheet, runDir, directory } = workspace;
    const env = { TMPDIR: directory };
    const first = ['run', sheet, '--out', runDir, '--quiet', '--rate', '100', '--timeout', '1000'];
    let args = first;
    let killed = 0;
    for (let processes = 0; processes < 8; processes++) {
      const cli = startCli(args, { env });
      setTimeout(() => cli.kill(), 300 + random() * 1200).unref();
      const ended = await cli.ended;
      if (ended.signal === 'SIGKILL') killed++;
      else if (!ended.stderr.includes('holds no run')) break;
      args = ended.signal === 'SIGKILL' ? ['resume', runDir, '--quiet'] : first;
    }
    let last = await startCli(['resume', runDir, '--quiet'], { env }).ended;
    // on a busy machine the last kill may have come before there was a run
    if (last.stderr.includes('holds no run')) last = await startCli(first, { env }).ended;
    expectExit(last, 0);
    const state = readdirSync(runDir).find((name) => name.startsWith('sandbox-state'));
    const sandbox = await startSandbox({ stateFile: join(runDir, state ?? '') });
    onTestFinished(() => sandbox.close());
    expect(differencesOf(sandbox, workspace)).toEqual([]);
    expect(killed).toBeGreaterThan(3);
  });
});

describe('kill -9 while the results are written', () => {
  it('leaves whole ones, and no pieces once it is resumed', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(6000);
    rows.push({ ...rows[0], accountNumber: 'BAD', timeZone: 'Nowhere', macAddress: '' });
    const { workspace } = await workspaceOf(onTestFinished, rows);
    const pieces = () =>
      readdirSync(workspace.runDir).filter((name) => /^(results|errors).*partial/.test(name));
    const cli = workspace.start();
    while (cli.child.exitCode === null) {
      await sleep(1);
      try {
        if (pieces().length > 0) break;
      } catch {
        // there is no run directory yet
      }
    }
    cli.kill();
    expectExit(await cli.ended, 'SIGKILL');
    expect([0, 6001]).toContain(workspace.results().length);
    expectExit(await workspace.resume(), 1);
    expect(workspace.results()).toHaveLength(6001);
    expect(pieces()).toEqual([]);
  });
});
