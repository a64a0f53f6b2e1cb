import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/server.js';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import type { SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import { makeWorkspace, type Workspace } from '../fixtures/workspace.js';
import { writesOf } from './place.js';

const PAST = '2020-01-06';
const late = (account: string, lastFour: readonly number[]) =>
  portOrderRows(account, lastFour, { portDate: PAST });

const check = ({ sheet, directory, env }: Workspace, ...command: string[]) =>
  startCli([...command, sheet, '--json'], { cwd: directory, env }).ended;
const codesOf = ({ stdout }: { stdout: string }) =>
  (JSON.parse(stdout).problems as { row: number; code: string; severity: string }[]).map(
    ({ row, code, severity }) => `${row} ${code} ${severity}`,
  );

/** The order of a sandbox as if it had been placed for that day long ago. */
function placedFor(day: string, { state }: Sandbox): void {
  for (const port of [...state.ports.values()])
    state.ports.put({ ...port, given: { ...port.given, crdDate: `${day}T12:00:00.000Z` } });
  state.keepChanges();
}

describe.concurrent('a port date that is past', () => {
  it('is told offline, and refused before anything is sent where the order would have to be placed', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [...portOrderRows('P-1', [1]), ...late('P-2', [11, 12])];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const offline = await check(workspace, 'validate');
    expectExit(offline, 0);
    expect(codesOf(offline)).toEqual(['3 PORT_DATE_PAST warning', '4 PORT_DATE_PAST warning']);

    const dry = await check(workspace, 'run', '--dry-run', '--out', join(workspace.directory, 'dry'));
    expectExit(dry, 1);
    expect(codesOf(dry).filter((each) => each.includes('error'))).toEqual([
      ...['3 PORT_ORDER_LATE error', '4 PORT_ORDER_LATE error'],
    ]);
    expect(sandbox.counts.get('preValidateAccount')).toBe(1);

    const run = await workspace.run();
    expectExit(run, 1);
    expect(JSON.parse(run.stdout)).toMatchObject({ rows: { invalid: 2, pending: 1, created: 0 } });
    expect(writesOf(sandbox).filter((each) => each !== 'preValidateAccount')).toEqual([]);
    expect(workspace.results().map(({ status, error }) => [status, error])).toEqual([
      ['pending', ''],
      ['invalid', expect.stringContaining('portDate: 2020-01-06 is past, and the order is not there')],
      ['invalid', expect.stringContaining('portDate: 2020-01-06 is past, and the order is not there')],
    ]);
    // as of any sheet with invalid rows: the others go when that is asked for
    expect(run.stderr).toContain('--on-invalid skip');
    expectExit(await workspace.resume(), 1);
    expect(writesOf(sandbox).filter((each) => each !== 'preValidateAccount')).toEqual([]);
    expectExit(await workspace.resume('--on-invalid', 'skip'), 1);
    expect(workspace.counts()).toEqual({ waiting: 1, invalid: 2 });
    expect([...sandbox.state.ports.values()].map(({ telephoneNumbers }) => telephoneNumbers)).toEqual([
      [portedNumber(1)],
    ]);
  });

  it('is no matter to a sheet that is sent again weeks later', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, [
      ...portOrderRows('P-1', [1, 2]),
      ...portOrderRows('P-2', [11]),
    ]);
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 60 });
    placedFor(PAST, sandbox);
    const rows: SheetRow[] = [...late('P-1', [1, 2]), ...late('P-2', [11])];
    const again = await makeWorkspace(sandbox, rows, { url: sandbox.url });
    onTestFinished(again.remove);
    const dry = await check(again, 'run', '--dry-run', '--out', join(again.directory, 'dry'));
    expectExit(dry, 0);
    expect(codesOf(dry)).toEqual([2, 3, 4].map((row) => `${row} PORT_DATE_PAST warning`));
    const sent = sandbox.requests.length;
    expectExit(await again.run(), 0);
    expect(again.counts()).toEqual({ existing: 3 });
    expect(writesOf(sandbox, sent)).toEqual([]);
    // one question an order, before the first row
    const asked = sandbox.requests.slice(sent).map(({ operation }) => operation);
    expect(asked.slice(0, 3)).toEqual(['logUserIn', 'retrieveTelephoneNumber', 'retrieveTelephoneNumber']);
    // with a new order among them, that alone is refused
    const more = await makeWorkspace(sandbox, [...rows, ...late('P-3', [21])], { url: sandbox.url });
    onTestFinished(more.remove);
    expectExit(await more.run('--on-invalid', 'skip'), 1);
    expect(more.counts()).toEqual({ existing: 3, invalid: 1 });
  });

  it('fails the orders alone that a resume would have to place by then', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [...portOrderRows('P-1', [1]), ...late('P-2', [11]), ...portOrderRows('P-3', [21])];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run('--limit', '1'), 6);
    expectExit(await workspace.resume('--all'), 1);
    expect(workspace.results().map(({ status, failedStep }) => [status, failedStep])).toEqual([
      ['waiting', ''],
      ['failed', 'portOrder'],
      ['waiting', ''],
    ]);
    expect(sandbox.counts.get('createOrAddTelephoneNumberToAccount')).toBe(2);
  });
});
