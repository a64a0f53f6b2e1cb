import { describe, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.js';
import { OPERATIONS } from '../../src/sandbox/routes.js';
import { writesOf } from '../cli/place.js';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Phase } from '../fixtures/gate.js';
import { killedAtWrites } from '../fixtures/kill-at-writes.js';
import { differences, plain, type State } from '../fixtures/oracle.js';
import { randomFrom } from '../fixtures/random.js';
import { huntRows, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';

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
      const at = await gatedWorkspaceOf(onTestFinished, huntRows());
      const struck = await killedAtWrites(at, phase, ({ operation }) => WRITES.includes(operation));
      expect(struck.sort()).toEqual([...WRITES].sort());
      const { workspace } = at;
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

const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
/** A sheet with rows of all seven products. */
const ALL_PRODUCTS: readonly SheetRow[] = [
  ...mixedRows(8),
  ...huntRows(),
  {
    ...{
      product: 'NUMBER',
      accountNumber: 'HUNT-0',
      ringsType: 'HUNT_GROUP',
      ringsName: 'Nights',
      ...LINDON,
    },
    phoneNumber: '13855550777',
  },
  {
    ...{ product: 'ACCOUNT', accountNumber: 'AC-1', accountName: 'Alone', timeZone: 'US/Mountain' },
    ...{ billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT', extensionLength: '4' },
  },
];
const KILLS = 8;

/** What is there but for one account with all that is in it, and for numbers that cool down. */
function without(accountId: string, state: State): State {
  const tables = Object.entries(state).map(([table, all]) => [
    table,
    all.filter((each) => each.id !== accountId && (each as { accountId?: string }).accountId !== accountId),
  ]);
  return { ...Object.fromEntries(tables), cooldown: [] };
}

describe('a sheet of all seven products', { timeout: 4 * MINUTES }, () => {
  const LOST: FaultRule[] = OPERATIONS.filter((each) =>
    /^create|reserve|HuntGroupFailover/.test(each),
  ).flatMap((operation) => [
    { operation, kind: 'late-commit', rate: 0.15, delayMs: 700 } as const,
    { operation, kind: 'reset-after', rate: 0.2 } as const,
  ]);

  it('is there once after kill -9 and lost replies, needs no write again, and is taken back to what was there', async ({
    expect,
    onTestFinished,
  }) => {
    const random = randomFrom(41);
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, ALL_PRODUCTS, {
      ...{ latencyMs: 5, faults: LOST, seed: 41 },
    });
    // somebody else's account, with things of the same names
    const platform = await connect(sandbox);
    const strangerId = await platform.account({
      ...{ accountNumber: 'OTHER', accountName: 'Other', timeZone: 'US/Mountain', billingCycleDay: 1 },
      ...{ dialingBehaviorType: 'TEN_DIGIT', extensionLength: 4 },
    });
    const own = { accountId: strangerId, partitionId: 'sandbox-partition' };
    const made = async (path: string, body: object) => {
      for (;;) {
        const answer = await platform
          .post(`account/${strangerId}/${path}`, { ...body, ...own })
          .catch(() => null);
        if (answer?.status === 200 && answer.body.id !== undefined) return String(answer.body.id);
      }
    };
    const lineId = await made('business-line', { name: 'Front desk' });
    await made('business-line/voicemail-box', { name: 'Main' });
    await made('business-line-hunt-group', {
      name: 'Sales',
      huntingConfiguration: {
        ...{ '@type': 'LinearHuntingConfiguration', ringTimeoutSeconds: 20 },
        members: [{ businessLineId: lineId, sequenceOrder: 1 }],
      },
    });
    const before = plain(sandbox.state);

    for (let killed = 0, cli = workspace.start(); ; cli = workspace.startResume()) {
      const current = cli;
      if (killed < KILLS) {
        let left = 3 + Math.floor(random() * 25);
        gate.watch(() => {
          if (--left === 0) current.kill();
          return undefined;
        });
      }
      const ended = await cli.ended;
      gate.watch(null);
      if (ended.signal !== 'SIGKILL') {
        expectExit(ended, 0);
        break;
      }
      killed++;
    }
    const wrong = (results = workspace.results()) =>
      differences(without(strangerId, plain(sandbox.state)), ALL_PRODUCTS, results, workspace.credentials());
    expect(wrong()).toEqual([]);
    expect(workspace.counts()).toEqual({ created: ALL_PRODUCTS.length });

    const again = await makeWorkspace(sandbox, ALL_PRODUCTS);
    onTestFinished(again.remove);
    const sent = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(again.counts()).toEqual({ existing: ALL_PRODUCTS.length });
    expect(wrong(again.results())).toEqual([]);

    const { directory: cwd, env, runDir } = workspace;
    expectExit(await startCli(['verify', runDir, '--json'], { cwd, env }).ended, 0);
    expectExit(await startCli(['undo', runDir, '--yes', '--json'], { cwd, env }).ended, 0);
    expect({ ...plain(sandbox.state), cooldown: [] }).toEqual({ ...before, cooldown: [] });
  });
});
