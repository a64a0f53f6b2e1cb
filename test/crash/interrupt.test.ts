import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(5);
}

describe.concurrent('Ctrl-C and SIGTERM', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`${signal} once: finishes what is in flight, writes the results, prints how to go on`, async ({
      expect,
      onTestFinished,
    }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(48), { latencyMs: 80 });
      const cli = workspace.start();
      await until(() => sandbox.requests.length > 60);
      cli.signal(signal);
      const ended = await cli.ended;
      expectExit(ended, 4);
      expect(ended.stderr).toContain(`alianza-import resume ${workspace.runDir}`);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        exitCode: 4,
        rows: { total: 48, failed: 0, skipped: 0 },
      });
      const { created = 0, pending = 0, ...others } = workspace.counts();
      expect(others).toEqual({});
      expect(created + pending).toBe(48);
      expect(pending).toBeGreaterThan(10);
      // Every request had its answer waited for, and no reservation waits for an activation.
      expect(sandbox.requests.filter(({ status }) => status === undefined)).toEqual([]);
      expect(sandbox.state.reservations.size).toBe(0);
      expectExit(await workspace.resume(), 0);
      expect(workspace.differences()).toEqual([]);
    });

    it(`${signal} in a dry run: ends soon, and says that not all was checked`, async ({
      expect,
      onTestFinished,
    }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(48), { latencyMs: 300 });
      const cli = workspace.start('--dry-run', '--concurrency', '2');
      await until(() => sandbox.requests.length > 4);
      cli.signal(signal);
      const ended = await cli.ended;
      expectExit(ended, 4);
      expect(ended.stderr).toContain('not every row was checked on the platform');
      expect(ended.stderr).not.toContain('fault of alianza-import');
      expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: 4, rows: { total: 48 } });
      expect(sandbox.state.accounts.size).toBe(0);
    });

    it(`${signal} twice: ends at once, and the journal is whole`, async ({ expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16), { latencyMs: 1200 });
      const cli = workspace.start('--timeout', '5000');
      await until(() => [...sandbox.state.accounts.values()].length > 0);
      cli.signal(signal);
      await sleep(100);
      const second = Date.now();
      cli.signal(signal);
      const ended = await cli.ended;
      expect(Date.now() - second).toBeLessThan(1000);
      expectExit(ended, 4);
      await sleep(1300);
      expectExit(await workspace.resume('--concurrency', '16', '--timeout', '5000'), 0);
      expect(workspace.differences()).toEqual([]);
    });

    it(`${signal} while the sheet is read: says how to go on`, async ({ expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(6000));
      const journal = join(workspace.runDir, 'journal.db-wal');
      const cli = workspace.start();
      await until(() => existsSync(journal) && statSync(journal).size > 300_000);
      cli.signal(signal);
      const ended = await cli.ended;
      expectExit(ended, 4);
      expect(ended.stderr).toContain(`alianza-import resume ${workspace.runDir}`);
      expect(sandbox.requests).toEqual([]);
    });

    it.for(['429', '503'] as const)(
      `${signal} while a %s holds everybody back: ends soon`,
      async (kind, { expect, onTestFinished }) => {
        const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16), {
          faults: [{ operation: 'createEndUser', kind, nth: 2, retryAfter: 30 }],
        });
        const cli = workspace.start();
        await until(() => sandbox.requests.some(({ fault }) => fault === kind));
        await sleep(300);
        cli.signal(signal);
        const signalled = Date.now();
        expectExit(await cli.ended, 4);
        expect(Date.now() - signalled).toBeLessThan(10_000);
        expectExit(await workspace.resume(), 0);
        expect(workspace.differences()).toEqual([]);
      },
    );
  }
});
