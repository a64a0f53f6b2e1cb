import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Phase } from '../fixtures/gate.js';
import { plain } from '../fixtures/oracle.js';
import { huntRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';

const MINUTES = 60_000;

/** The writes that bring about what hunt groups and voicemail boxes are. */
const WRITES = [
  'createBusinessLineVoicemailBox',
  'createBusinessLineHuntGroup',
  'updateBusinessLineHuntGroupFailoverAction',
  'putBusinessLineCallHandling',
  'patchTelephoneNumberOnAccount',
];
const PHASES: readonly Phase[] = ['arrived', 'committed', 'answered'];

describe.concurrent('hunt groups and voicemail boxes', { timeout: 3 * MINUTES }, () => {
  it.for(PHASES)(
    'are there once after a kill -9 at each of their writes in turn: %s',
    async (phase, { expect, onTestFinished }) => {
      const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, huntRows());
      const struck = new Set<string>();
      for (let cli = workspace.start(); ; cli = workspace.startResume()) {
        const current = cli;
        let dead = false;
        gate.watch((at, { isWrite, operation }) => {
          const isDue = isWrite && WRITES.includes(operation) && !struck.has(operation);
          if (isDue && (at === phase || (dead && at === 'committed'))) {
            struck.add(operation);
            dead = true;
            current.kill();
            return 'drop';
          }
          return dead && at === 'arrived' ? 'drop' : undefined;
        });
        const ended = await cli.ended;
        if (ended.signal === 'SIGKILL') continue;
        expectExit(ended, 0);
        break;
      }
      expect([...struck].sort()).toEqual([...WRITES].sort());
      expect(workspace.differences()).toEqual([]);
    },
  );

  it.for(['reset-after', 'hang-after', 'no-id-after', 'late-commit'] as const)(
    'are there once when replies are lost: %s',
    async (kind, { expect, onTestFinished }) => {
      const faults = [
        ...['createBusinessLineVoicemailBox', 'createBusinessLineHuntGroup'].map(
          (operation) => ({ operation, kind, nth: [1, 2], delayMs: 700 }) as const,
        ),
        { operation: 'updateBusinessLineHuntGroupFailoverAction', kind: 'reset-after', nth: 1 } as const,
      ];
      const { workspace } = await workspaceOf(onTestFinished, huntRows(), { faults });
      expectExit(await workspace.run(), 0);
      expect(workspace.differences()).toEqual([]);
    },
  );

  it('are taken back after a kill that left one in doubt', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, huntRows());
    const cli = workspace.start();
    gate.watch((at, { operation }) => {
      if (at !== 'committed' || operation !== 'createBusinessLineHuntGroup') return undefined;
      cli.kill();
      return 'drop';
    });
    expectExit(await cli.ended, 'SIGKILL');
    gate.watch(() => undefined);
    const undo = startCli(['undo', workspace.runDir, '--yes', '--timeout', '1500'], {
      cwd: workspace.directory,
      env: workspace.env,
    });
    expectExit(await undo.ended, 0);
    const left = Object.entries(plain(sandbox.state)).filter(
      ([table, all]) => table !== 'cooldown' && all.length > 0,
    );
    expect(left).toEqual([]);
  });
});
