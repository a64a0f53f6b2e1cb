import { describe, it } from 'vitest';
import type { Passing, Phase } from '../fixtures/gate.js';
import { CHAINS } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';

const operations = (passed: readonly Passing[]) =>
  passed.filter(({ isWrite }) => isWrite).map(({ operation }) => operation);

describe.concurrent('a run that nothing disturbs', () => {
  it.for(CHAINS)('$name: makes just these writes', async ({ row, steps }, { expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, [row]);
    expect(await workspace.run()).toMatchObject({ code: 0 });
    expect(operations(gate.passed).sort()).toEqual([...steps].sort());
    expect(workspace.differences()).toEqual([]);
  });
});

const PHASES: readonly [Phase, string][] = [
  ['arrived', 'before the platform has it'],
  ['committed', 'when it is done, before the answer'],
  ['answered', 'after the answer'],
];

describe.concurrent('kill -9 at every write in turn, with a resume after each', () => {
  for (const [phase, when] of PHASES)
    it.for(CHAINS)(`$name: ${when}`, async ({ row, steps }, { expect, onTestFinished }) => {
      const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, [row]);
      const killedAt = new Set<string>();
      for (let process = workspace.start(); ; process = workspace.startResume()) {
        const current = process;
        gate.watch((at, { isWrite, operation }) => {
          if (at !== phase || !isWrite || killedAt.has(operation)) return undefined;
          killedAt.add(operation);
          gate.watch(null);
          current.kill();
          return 'drop';
        });
        const ended = await process.ended;
        if (ended.signal === 'SIGKILL') continue;
        expect(ended).toMatchObject({ code: 0 });
        break;
      }
      expect([...killedAt].sort()).toEqual([...steps].sort());
      expect(workspace.differences()).toEqual([]);
    });
});
