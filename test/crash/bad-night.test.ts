import { existsSync } from 'node:fs';
import { describe, it } from 'vitest';
import { FAULT_KINDS, type FaultKind, type FaultRule } from '../../src/sandbox/faults.js';
import { OPERATIONS } from '../../src/sandbox/routes.js';
import { SANDBOX_PASSWORD } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

const MINUTES = 60_000;

const KINDS = Object.keys(FAULT_KINDS) as FaultKind[];
const CREATES = OPERATIONS.filter((operation) => /^create/.test(operation));

describe('a bad night', { timeout: 3 * MINUTES }, () => {
  it('3 % of every kind of fault at once: a retry or two, and all is as the sheet says', async ({
    expect,
    onTestFinished,
  }) => {
    // A missing right is no passing fault: it fails its row, and a log-in that is forbidden ends the command.
    const everywhere: FaultRule[] = KINDS.filter((kind) => kind !== '403' && kind !== 'not-permitted').map(
      (kind) => ({
        operation: '*',
        ...{ kind, rate: 0.03, delayMs: 150, retryAfter: 0.1 },
      }),
    );
    const forbidden: FaultRule[] = OPERATIONS.filter((operation) => operation !== 'logUserIn').map(
      (operation) => ({ operation, kind: '403', rate: 0.01 }),
    );
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(120), {
      faults: [...everywhere, ...forbidden],
      seed: 7,
    });
    const options = ['--concurrency', '16', '--timeout', '1000'];
    let ended = await workspace.run(...options);
    for (let retries = 0; ended.code !== 0 && retries < 3; retries++)
      ended = await workspace.resume(...options, '--retry', 'failed');
    expectExit(ended, 0);
    expect(workspace.differences()).toEqual([]);
    const played = new Set(sandbox.requests.map(({ fault }) => fault));
    for (const kind of KINDS.filter((kind) => kind !== 'not-permitted')) expect(played).toContain(kind);
  });

  it('one in three creates committed and its reply lost', async ({ expect, onTestFinished }) => {
    const faults = CREATES.map((operation) => ({ operation, kind: 'reset-after', rate: 1 / 3 }) as const);
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(152), { faults, seed: 3 });
    expectExit(await workspace.run('--concurrency', '16'), 0);
    expect(workspace.differences()).toEqual([]);
    expect(workspace.counts()).toEqual({ created: 152 });
  });

  it('tokens that die every 150 calls: one log-in for each death', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(152), {
      tokenCalls: 150,
      latencyMs: 10,
    });
    expectExit(await workspace.run('--concurrency', '32'), 0);
    expect(workspace.differences()).toEqual([]);
    const authorised = sandbox.requests.filter(
      ({ operation, status }) => operation !== 'logUserIn' && status !== 401,
    );
    expect(authorised.length).toBeGreaterThan(500);
    expect(sandbox.counts.get('logUserIn')).toBe(Math.ceil(authorised.length / 150));
  });

  it('tokens that die at random, one call in thirty', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(152), {
      ...{ latencyMs: 30, seed: 5 },
      faults: [{ operation: '*', kind: 'expired-token', rate: 0.03 }],
    });
    expectExit(await workspace.run('--concurrency', '32'), 0);
    expect(workspace.differences()).toEqual([]);
    const deaths = sandbox.requests.filter(({ fault }) => fault === 'expired-token').length;
    expect(deaths).toBeGreaterThan(10);
    expect(sandbox.counts.get('logUserIn')).toBeLessThanOrEqual(1 + deaths);
  });
});

describe.concurrent('a log-in that is refused', () => {
  it('ends with exit 3 before anything else is sent', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8), {
      env: { ALIANZA_PASSWORD: 'wrong-secret' },
    });
    const ended = await workspace.run();
    expectExit(ended, 3);
    expect(ended.stderr).toMatch(/refused the log-in.*\n.*ALIANZA_PASSWORD/);
    expect(ended.stderr + ended.stdout).not.toContain('wrong-secret');
    expect(sandbox.requests.map(({ operation }) => operation)).toEqual(['logUserIn']);
    // Nothing was begun, so nothing is left: the same command, with the right password, does it all.
    expect(existsSync(workspace.runDir)).toBe(false);
    const { ALIANZA_PASSWORD: _, ...env } = workspace.env;
    const args = ['run', workspace.sheet, '--out', workspace.runDir, '--quiet'];
    const again = startCli(args, { env: { ...env, ALIANZA_PASSWORD: SANDBOX_PASSWORD } });
    expectExit(await again.ended, 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('in the middle of a run stops it, with nothing failed', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(40), {
      tokenCalls: 100,
      faults: [{ operation: 'logUserIn', kind: '403', nth: 2 }],
    });
    const ended = await workspace.run();
    expectExit(ended, 7);
    expect(ended.stderr).toContain('refused the log-in');
    const { failed, skipped, pending = 0 } = workspace.counts();
    expect({ failed, skipped }).toEqual({});
    expect(pending).toBeGreaterThan(5);
    expect(sandbox.counts.get('logUserIn')).toBe(2);
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });
});

describe.concurrent('an answer that persists', () => {
  const repair = (url: string) => fetch(`${url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });

  it('401: the run stops with its rows pending', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(152), {
      faults: [{ operation: 'createEndUser', kind: 'expired-token' }],
    });
    const ended = await workspace.run('--concurrency', '16');
    const { failed, pending = 0 } = workspace.counts();
    expect(failed ?? 0).toBeLessThan(10);
    expect(pending).toBeGreaterThan(100);
    expectExit(ended, 7);
    expect(ended.stderr).toContain('401');
    expect(sandbox.requests.length).toBeLessThan(1000);
    await repair(sandbox.url);
    expectExit(await workspace.resume('--retry', 'failed', '--concurrency', '16'), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('401 to everything: the run stops after a few log-ins', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(40), {
      faults: [{ operation: '*', kind: 'expired-token' }],
    });
    expectExit(await workspace.run(), 3);
    expect(workspace.counts()).toEqual({ pending: 40 });
    expect(sandbox.counts.get('logUserIn')).toBeLessThanOrEqual(7);
    await repair(sandbox.url);
    expectExit(await workspace.resume(), 0);
    expect(workspace.differences()).toEqual([]);
  });

  it('403: the run stops with its rows pending, and says what is forbidden', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(152), {
      faults: [{ operation: 'createEndUser', kind: '403' }],
    });
    const ended = await workspace.run('--concurrency', '16');
    expectExit(ended, 7);
    expect(ended.stderr).toMatch(/forbids createEndUser \(403\)/);
    const { failed = 0, pending = 0 } = workspace.counts();
    expect(failed).toBeLessThan(10);
    expect(pending).toBeGreaterThan(100);
    await repair(sandbox.url);
    expectExit(await workspace.resume('--retry', 'failed', '--concurrency', '16'), 0);
    expect(workspace.differences()).toEqual([]);
  });
});
