import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import type { SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';

const LINDON: SheetRow = { address: '333 S 520 W', city: 'Lindon', state: 'UT', postalCode: '84042' };
const ACCOUNT: SheetRow = {
  ...{ accountNumber: 'NR-1', accountName: 'Number rows', timeZone: 'US/Mountain', billingCycleDay: '1' },
  ...{ dialingBehaviorType: 'TEN_DIGIT', extensionLength: '4' },
};
const NUMBER: SheetRow = { product: 'NUMBER', accountNumber: 'NR-1', ...LINDON };
const ROWS: SheetRow[] = [
  { ...NUMBER, ...ACCOUNT, ringsType: 'USER', ringsName: '4000', phoneNumber: '13855550001' },
  {
    ...{ product: 'BCC', accountNumber: 'NR-1', firstName: 'Ann', lastName: 'Lee', extension: '4000' },
    ...{ userProductPlan: 'STANDARD', ...LINDON },
  },
  { ...NUMBER, ringsType: 'USER', ringsName: '4000' },
  { ...NUMBER, ringsType: 'BUSINESS_LINE', ringsName: 'Front' },
  { product: 'BUSINESS_LINE', accountNumber: 'NR-1', lineName: 'Front', numberSource: 'NONE' },
  { ...NUMBER },
  { ...NUMBER, phoneNumber: '13855550002' },
];
const WRITES = [
  ...['createAccount', 'createEndUser', 'reserve', 'createOrAddTelephoneNumberToAccount'],
  ...['patchTelephoneNumberOnAccount', 'createBusinessLine', 'putBusinessLineCallHandling'],
];

/** What each row's number rings, and that nothing is there besides. */
function outcome(sandbox: Sandbox, workspace: Workspace) {
  const state = plain(sandbox.state);
  const results = workspace.results();
  const rings = results.map(({ assignedPhoneNumber }) => {
    const number = state.numbers.find(({ phoneNumber }) => phoneNumber === assignedPhoneNumber);
    if (number === undefined) return null;
    const { referenceType = '', referenceId } = number;
    const isRight = [state.users[0]?.id, state.businessLines[0]?.id, undefined].includes(referenceId);
    return isRight ? referenceType : 'something else';
  });
  const phones = new Set(results.map(({ assignedPhoneNumber }) => assignedPhoneNumber).filter(Boolean));
  return {
    statuses: [...new Set(results.map(({ status }) => status))],
    rings,
    numbers: [phones.size, state.numbers.length],
    others: [
      state.accounts.length,
      state.users.length,
      state.businessLines.length,
      state.reservations.length,
    ],
  };
}
const WANTED = {
  statuses: ['created'],
  rings: ['END_USER', 'END_USER', 'END_USER', 'BUSINESS_LINE', null, '', ''],
  numbers: [6, 6],
  others: [1, 1, 1, 0],
};

describe.concurrent('numbers with what they ring', { timeout: 180_000 }, () => {
  it.for(['reset-after', '500-after', 'hang-after', 'late-commit'] as const)(
    'come once, though replies of every write are lost: %s',
    async (kind, { expect, onTestFinished }) => {
      const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS, {
        faults: WRITES.map((operation) => ({ operation, kind, times: 2, delayMs: 300 })),
      });
      expectExit(await workspace.run('--timeout', '1000'), 0);
      expect(outcome(sandbox, workspace)).toEqual(WANTED);
    },
  );

  it.for([2, 5, 8, 11, 14, 17])(
    'come once, though the run is killed at every few writes, from the %ith on',
    async (first, { expect, onTestFinished }) => {
      const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, ROWS);
      let writes = 0;
      let next = first;
      for (let cli = workspace.start(); ; ) {
        const current = cli;
        gate.watch((at, { isWrite }) => {
          if (isWrite && at === 'committed' && ++writes === next) {
            next += 4;
            current.kill();
            return 'drop';
          }
          return undefined;
        });
        const ended = await cli.ended;
        if (ended.signal !== 'SIGKILL') {
          expectExit(ended, 0);
          break;
        }
        cli = workspace.startResume();
      }
      expect(outcome(sandbox, workspace)).toEqual(WANTED);
    },
  );
});
