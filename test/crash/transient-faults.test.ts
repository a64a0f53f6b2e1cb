import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { CHAINS, mixedRows } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

const ROWS = CHAINS.map((chain) => chain.row);

/** The first request, and every third one from then on. */
const EVERY_THIRD = Array.from({ length: 20 }, (_, index) => 1 + 3 * index);

const TRANSIENT: readonly [string, Omit<FaultRule, 'operation'>][] = [
  ['reset', { kind: 'reset' }],
  ['408', { kind: '408' }],
  ['429 without Retry-After', { kind: '429' }],
  ['429 with Retry-After', { kind: '429', retryAfter: 0.2 }],
  ['500', { kind: '500' }],
  ['502 with a page', { kind: '502-html' }],
  ['503', { kind: '503' }],
  ['503 with Retry-After', { kind: '503', retryAfter: 0.2 }],
  ['504', { kind: '504' }],
];

describe.concurrent('one request in three meets a passing fault', () => {
  it.for(TRANSIENT)('%s', async ([, fault], { expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, {
      faults: [{ operation: '*', nth: EVERY_THIRD, ...fault }],
    });
    expectExit(await workspace.run(), 0);
    expect(workspace.differences()).toEqual([]);
    expect(sandbox.requests.filter((request) => request.fault === fault.kind).length).toBeGreaterThan(15);
  });
});

describe.concurrent('429', () => {
  it('does not use up the tries', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, {
      faults: [
        { operation: 'createAccount', kind: '429', times: 5, retryAfter: 0.1 },
        { operation: 'createEndUser', kind: '429', times: 3 },
      ],
    });
    expectExit(await workspace.run('--retries', '0'), 0);
    expect(workspace.differences()).toEqual([]);
    expect(sandbox.requests.filter(({ fault }) => fault === '429')).toHaveLength(8);
  });

  it('does not use up the tries of the log-in', async ({ onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, ROWS, {
      faults: [{ operation: 'logUserIn', kind: '429', times: 3, retryAfter: 0 }],
    });
    expectExit(await workspace.run('--retries', '0'), 0);
  });

  it('holds everybody back as long as Retry-After says', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16), {
      faults: [{ operation: 'createEndUser', kind: '429', nth: 2, retryAfter: 2 }],
    });
    expectExit(await workspace.run(), 0);
    const struck = sandbox.requests.find(({ fault }) => fault === '429');
    const answered = Date.parse(struck?.time ?? '') + (struck?.durationMs ?? 0);
    const times = sandbox.requests.map(({ time }) => Date.parse(time) - answered);
    // The other three may have left by the time the answer was read.
    expect(times.filter((ms) => ms > 0 && ms < 1950).length).toBeLessThanOrEqual(3);
    expect(times.filter((ms) => ms >= 1950).length).toBeGreaterThan(20);
  });

  it('makes the pauses grow only while one follows another', async ({ expect, onTestFinished }) => {
    // Single ones, far apart, with many good answers between them.
    const nth = Array.from({ length: 9 }, (_, index) => 10 + 20 * index);
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(40), {
      faults: [{ operation: '*', kind: '429', nth }],
    });
    expectExit(await workspace.run(), 0);
    const pauses = readFileSync(join(workspace.runDir, 'run.log'), 'utf8')
      .trim()
      .split('\n')
      .flatMap((line) => (JSON.parse(line) as { pauseMs?: number }).pauseMs ?? []);
    expect(pauses).toHaveLength(nth.length);
    expect(Math.max(...pauses)).toBeLessThan(400);
  });
});

describe.concurrent('a call that keeps failing', () => {
  it('fails its row with the last answer', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, ROWS, {
      faults: [{ operation: 'createSipTrunk', kind: '504' }],
    });
    expectExit(await workspace.run('--retries', '1'), 1);
    expect(workspace.counts()).toEqual({ created: 5, failed: 1 });
    const trunk = workspace.results().at(-1);
    expect(trunk).toMatchObject({ status: 'failed', failedStep: 'sipTrunk', sipTrunkId: '' });
    expect(trunk?.['error']).toContain('createSipTrunk was answered 504: Gateway timeout');
    expect(trunk?.['accountId']).not.toBe('');
    expect(trunk?.['assignedPhoneNumber']).not.toBe('');
  });

  it('has the rows that depend on it skipped, saying on what', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8), {
      faults: [{ operation: 'createAccount', kind: '500' }],
    });
    expectExit(await workspace.run('--retries', '0'), 1);
    expect(workspace.counts()).toEqual({ failed: 5, skipped: 3 });
    const results = workspace.results();
    expect(results[0]?.['error']).toContain('createAccount was answered 500: Internal server error');
    expect(results[1]).toMatchObject({ status: 'skipped', failedStep: 'account' });
    expect(results[1]?.['error']).toContain('account:BCC-0 failed in row 2');
    expect(results[6]?.['error']).toContain('account:BL-0 failed in row 7');
    expect(sandbox.state.reservations.size).toBe(0);
  });

  it('is no more than that row: a number that never comes leaves its user, and no reservation', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS.slice(0, 1), {
      faults: [{ operation: 'reserve', kind: '500' }],
    });
    expectExit(await workspace.run('--retries', '1'), 1);
    expect(workspace.results()[0]).toMatchObject({ status: 'failed', failedStep: 'number' });
    expect(workspace.results()[0]?.['userId']).not.toBe('');
    await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: '{"faults":[]}' });
    expectExit(await workspace.resume('--retry', 'failed'), 0);
    expect(workspace.differences()).toEqual([]);
  });
});
