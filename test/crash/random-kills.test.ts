import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.js';
import { OPERATIONS } from '../../src/sandbox/routes.js';
import type { CliProcess, Ended } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Gate } from '../fixtures/gate.js';
import { randomFrom } from '../fixtures/random.js';
import { mixedRows, type SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace } from '../fixtures/workspace.js';

const MINUTES = 60_000;
const KILLS = 12;

describe('a dozen kill -9 at random moments of one run', { timeout: 3 * MINUTES }, () => {
  const LOST: FaultRule[] = OPERATIONS.filter((operation) => /^create|reserve/.test(operation)).flatMap(
    (operation) => [
      { operation, kind: 'late-commit', rate: 0.1, delayMs: 700 } as const,
      { operation, kind: 'reset-after', rate: 0.1 } as const,
    ],
  );

  it.for([
    ['on a calm platform', 11, []],
    ['while replies are lost', 12, LOST],
  ] as const)('%s', async ([, seed, faults], { expect, onTestFinished }) => {
    const random = randomFrom(seed);
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(152), {
      latencyMs: 10,
      faults,
      seed,
    });
    const options = ['--concurrency', '8'];
    let cli = workspace.start(...options);
    let killed = 0;
    for (let ended: Ended | null = null; ; ) {
      if (killed < KILLS) killSoon(cli, gate, killed, random);
      ended = await cli.ended;
      gate.watch(null);
      if (ended.signal === 'SIGKILL') killed++;
      else if (!ended.stderr.includes('holds no run')) {
        expectExit(ended, 0);
        break;
      }
      cli = ended.signal === 'SIGKILL' ? workspace.startResume(...options) : workspace.start(...options);
    }
    expect(killed).toBe(KILLS);
    expect(workspace.differences()).toEqual([]);
    expect(workspace.counts()).toEqual({ created: 152 });
  });
});

/** The first kills come while it starts, reads the sheet and sends its first requests; the others amid the requests. */
function killSoon(cli: CliProcess, gate: Gate, killed: number, random: () => number): void {
  if (killed < 4) {
    setTimeout(() => cli.kill(), 100 + random() * 1400).unref();
    return;
  }
  let left = 5 + Math.floor(random() * 80);
  gate.watch(() => {
    if (--left === 0) cli.kill();
    return undefined;
  });
}

describe('kill -9 while the sheet is read', () => {
  it('reads it again, every row once and in its place', async ({ expect, onTestFinished }) => {
    const rows: SheetRow[] = mixedRows(6000);
    // One bad row: nothing is sent, the reading is all there is.
    rows.push({ ...rows[0], accountNumber: 'BAD', timeZone: 'Nowhere', macAddress: '' });
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const sizeOf = (file: string) =>
      statSync(join(workspace.runDir, file), { throwIfNoEntry: false })?.size ?? 0;
    for (const bytes of [300_000, 800_000, 1_500_000]) {
      const cli = bytes === 300_000 ? workspace.start() : workspace.startResume();
      while (sizeOf('journal.db-wal') + sizeOf('journal.db') < bytes && cli.child.exitCode === null)
        await sleep(2);
      cli.kill();
      expectExit(await cli.ended, 'SIGKILL');
    }
    expectExit(await workspace.goOn(), 1);
    const results = workspace.results();
    expect(results.map(({ accountNumber }) => accountNumber)).toEqual(
      rows.map(({ accountNumber }) => accountNumber),
    );
    expect(workspace.counts()).toEqual({ pending: 6000, invalid: 1 });
    expect(sandbox.requests).toEqual([]);
  });
});

describe('a run that was killed and never resumed', () => {
  it('is completed by a new run of its sheet, with nothing made twice', async ({
    expect,
    onTestFinished,
  }) => {
    const random = randomFrom(21);
    const rows = mixedRows(48).map(
      // A number that was searched, and killed before it rang anything, is nobody's: only given ones are told apart.
      (row, index) =>
        row.numberSource || row.phoneNumber ? row : { ...row, phoneNumber: `1801796${4000 + index}` },
    );
    const { gate, sandbox, workspace } = await gatedWorkspaceOf(onTestFinished, rows, { latencyMs: 5 });
    let last = workspace;
    const credentials = new Map<string, { sipUsername: string; sipPassword: string }>();
    for (let kills = 0; kills < 5; kills++) {
      const cli = last.start();
      let left = 20 + Math.floor(random() * 60);
      gate.watch(() => {
        if (--left === 0) cli.kill();
        return undefined;
      });
      expectExit(await cli.ended, 'SIGKILL');
      gate.watch(null);
      for (const [trunk, each] of last.credentials())
        if (!credentials.has(trunk)) credentials.set(trunk, each);
      last = await makeWorkspace(sandbox, rows, { url: gate.url });
      onTestFinished(last.remove);
    }
    expectExit(await last.run(), 0);
    expect(last.differences(credentials).filter((each) => !each.includes('sip'))).toEqual([]);
  });
});
