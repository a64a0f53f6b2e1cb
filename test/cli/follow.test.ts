import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, type ExpectStatic, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';

const ACCOUNT = {
  ...{ timeZone: 'US/Mountain', billingCycleDay: '1', dialingBehaviorType: 'TEN_DIGIT' },
  extensionLength: '4',
};
const PLACE = { address: '12 Main St', city: 'Lindon', state: 'UT', postalCode: '84042' };

/** A BCC user each with a number of its own. */
function users(...numbers: (Record<string, string> & { phoneNumber: string })[]): SheetRow[] {
  return numbers.map((number, at) => ({
    ...{ product: 'BCC', accountNumber: 'N-1', ...(at === 0 ? { ...ACCOUNT, accountName: 'Acme' } : {}) },
    ...{ firstName: 'Ann', lastName: `Lee ${at}`, extension: String(4000 + at), userProductPlan: 'STANDARD' },
    ...PLACE,
    ...number,
  })) as unknown as SheetRow[];
}

const follow = (workspace: Workspace, ...options: string[]) =>
  startCli(['follow', workspace.runDir, ...options], { cwd: workspace.directory, env: workspace.env });

const searches = ({ counts }: Sandbox) => counts.get('statusSearch') ?? 0;

function errorsOf(expect: ExpectStatic, workspace: Workspace) {
  const text = readFileSync(join(workspace.runDir, 'errors.csv'), 'utf8').replace(/^\uFEFF/, '');
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  expect(data.length).toBeGreaterThan(0);
  return data;
}

describe.concurrent('follow', () => {
  it('tells what changed since the last look, and nothing twice', async ({ expect, onTestFinished }) => {
    const rows = users(
      { phoneNumber: '18015551000' },
      { phoneNumber: '18015559901' },
      { phoneNumber: '18015551001', holdActivation: 'TRUE' },
      { phoneNumber: '18015551002', address: '12 Oldtown St' },
    );
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows, { activationSeconds: 3600 });
    expectExit(await workspace.run(), 0);
    expect(workspace.counts()).toEqual({ created: 4 });

    const first = await follow(workspace, '--json').ended;
    expectExit(first, 6);
    const told = JSON.parse(first.stdout);
    expect(told).toMatchObject({
      environment: 'custom',
      statuses: { ACTIVATION: { PENDING: 3, ON_HOLD: 1 }, NINE_ONE_ONE_ADDRESS: { PENDING: 4 } },
      events: { done: 0, refused: 0, held: 1, 'under way': 7 },
      ...{ read: 8, changed: 8, unheard: 0, exitCode: 6 },
      changes: [{ row: 4, phoneNumber: '18015551001', event: 'ACTIVATION', from: null, to: 'ON_HOLD' }],
    });
    expect(workspace.results().map((row) => [row['numberStatus'], row['e911Status'], row['status']])).toEqual(
      [
        ['PENDING', 'PENDING', 'created'],
        ['PENDING', 'PENDING', 'created'],
        ['ON_HOLD', 'PENDING', 'created'],
        ['PENDING', 'PENDING', 'created'],
      ],
    );

    // Nothing new: a job is silent, whatever is still to come.
    const quiet = await follow(workspace).ended;
    expectExit(quiet, 6);
    expect([quiet.stdout, quiet.stderr]).toEqual(['', '']);

    await putForward(sandbox, { hours: 2 });
    const later = await follow(workspace).ended;
    expectExit(later, 1);
    expect(later.stdout.split('\n').slice(0, -2)).toEqual(
      expect.arrayContaining([
        'sheet.csv, row 3: 801-555-9901 activation PENDING → REJECTED: TN_NOT_ACTIVATED: The carrier could not activate the number',
        expect.stringMatching(
          /^sheet.csv, row 5: 801-555-1002 E911 address PENDING → REJECTED: .*\(proposed: 12 Newtown St, Lindon, UT 84042\)$/,
        ),
        'sheet.csv, row 2: 801-555-1000 activation PENDING → COMPLETED',
        'Activation: 2 COMPLETED, 1 ON_HOLD, 1 REJECTED',
        '2 rejected, 1 on hold.',
      ]),
    );
    expect(workspace.counts()).toEqual({ created: 2, failed: 2 });
    const errors = errorsOf(expect, workspace);
    expect(errors.map((row) => [row['inputRow'], row['failedStep'], row['error']])).toEqual([
      ['3', 'number', 'Activation REJECTED: TN_NOT_ACTIVATED: The carrier could not activate the number'],
      ['5', expect.anything(), expect.stringContaining('E911 address REJECTED: E911_ADDRESS_CORRECTED')],
    ]);
    expect(errors[1]?.['hint']).toContain('The provider proposes: 12 Newtown St, Lindon, UT 84042');
    // whatever is written to the platform, follow has not
    expect(sandbox.requests.filter(({ method }) => method !== 'GET').at(-1)?.operation).toBe('logUserIn');

    // Somebody mends both: the rows are what they were.
    const [, , , mended = {}] = workspace.results();
    const answer = await asUser(
      sandbox,
      'PUT',
      `account/${mended['accountId']}/telephonenumber/18015551002/911-address/correction/accept`,
    );
    expect(answer).toBe(200);
    const last = await follow(workspace).ended;
    expectExit(last, 1);
    expect(last.stdout).toContain('REJECTED → CORRECTED_COMPLETED');
    expect(workspace.counts()).toEqual({ created: 3, failed: 1 });
  });

  it('reads one search in pages of 50, never a call a row, and only what is new', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = users(
      ...Array.from({ length: 60 }, (_, n) => ({ phoneNumber: `1801555${String(2000 + n)}` })),
    );
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    const sent = sandbox.requests.length;
    const first = await follow(workspace, '--json').ended;
    expectExit(first, 0);
    expect(JSON.parse(first.stdout)).toMatchObject({
      ...{ read: 120, changed: 120, changes: [], unheard: 0 },
      statuses: { ACTIVATION: { COMPLETED: 60 }, NINE_ONE_ONE_ADDRESS: { COMPLETED: 60 } },
    });
    expect(searches(sandbox)).toBe(3);
    expect(sandbox.requests.slice(sent).map(({ operation }) => operation)).toEqual([
      ...['logUserIn', 'statusSearch', 'statusSearch', 'statusSearch'],
    ]);
    expect(new Set(workspace.results().map((row) => row['numberStatus']))).toEqual(new Set(['COMPLETED']));

    await putForward(sandbox, { days: 1 });
    const second = await follow(workspace, '--json').ended;
    expectExit(second, 0);
    expect(JSON.parse(second.stdout)).toMatchObject({ changed: 0, changes: [], results: null });
  });

  it('takes nothing of other runs, nor of the life of a number that is gone', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, users({ phoneNumber: '18015551000' }));
    expectExit(await workspace.run(), 0);
    const { events } = sandbox.state;
    const [event] = events.values();
    if (!event) throw new Error('there is no event');
    events.put({ ...event, id: 'E-other', referenceId: 'other', telephoneNumbers: ['18015559999'] });
    events.put({
      ...{ ...event, id: 'E-before', accountId: 'A-before', referenceId: 'before' },
      steps: [{ at: sandbox.state.now(), status: 'REJECTED' }],
    });
    sandbox.state.keepChanges();
    const ended = await follow(workspace, '--json').ended;
    expectExit(ended, 0);
    expect(JSON.parse(ended.stdout)).toMatchObject({ read: 4, changed: 2 });
  });

  it('killed in the middle goes on: what was journaled is told in the results', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = users(
      ...Array.from({ length: 60 }, (_, n) => ({ phoneNumber: `1801555${String(2000 + n)}` })),
      { phoneNumber: '18015559901' },
    );
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, rows);
    expectExit(await workspace.run(), 0);
    for (const nth of [2, 3]) {
      let searched = 0;
      const cli = follow(workspace);
      gate.watch((phase, { path }) => {
        if (phase === 'arrived' && path.includes('statussearch') && ++searched === nth) cli.kill();
        return undefined;
      });
      expect((await cli.ended).signal).toBe('SIGKILL');
      gate.watch(null);
    }
    const ended = await follow(workspace).ended;
    expectExit(ended, 1);
    expect(workspace.counts()).toEqual({ created: 60, failed: 1 });
    expect(workspace.results().filter((row) => row['numberStatus'] === 'COMPLETED')).toHaveLength(60);
    expect(errorsOf(expect, workspace)).toHaveLength(1);
  });

  it('says that nothing could be read, and begins there the next time', async ({
    expect,
    onTestFinished,
  }) => {
    const faults = [{ operation: 'statusSearch', kind: '500' as const, times: 2 }];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, users({ phoneNumber: '18015559901' }), {
      faults,
    });
    expectExit(await workspace.run(), 0);
    const failed = await follow(workspace, '--retries', '1').ended;
    expectExit(failed, 3);
    expect(failed.stderr).toContain(
      'The events of the partition cannot be read: statusSearch was answered 500',
    );
    expect(failed.stderr).not.toContain('fault of alianza-import');
    expectExit(await follow(workspace).ended, 1);
    expect(workspace.counts()).toEqual({ failed: 1 });
    expect(searches(sandbox)).toBe(3);
  });

  it('is refused where there is no run, and while another works on it', async ({
    expect,
    onTestFinished,
  }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, users({ phoneNumber: '18015551000' }));
    expectExit(await follow(workspace).ended, 3);
    expectExit(await workspace.run(), 0);
    const cli = follow(workspace, '--timeout', '60000');
    const other = new Promise<number | null>((resolve) => {
      gate.watch((phase, { path }) => {
        if (phase !== 'arrived' || !path.includes('statussearch')) return undefined;
        return follow(workspace).ended.then(({ code }) => {
          resolve(code);
          return undefined;
        });
      });
    });
    expect(await other).toBe(5);
    expectExit(await cli.ended, 0);
  });
});

/** Sends one call as the sandbox's own user. @returns the status */
async function asUser(sandbox: Sandbox, method: string, path: string): Promise<number> {
  const { connect } = await import('../sandbox/client.js');
  return (await (await connect(sandbox)).send(method, path)).status;
}
