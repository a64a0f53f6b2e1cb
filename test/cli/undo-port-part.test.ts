import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { putForward } from '../fixtures/control.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { portedNumber, portOrderRows } from '../fixtures/port-rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';
import { parseCsv, writesOf } from './place.js';

const command = (name: string, { directory, env, runDir }: Workspace, ...options: string[]) =>
  startCli([name, runDir, '--json', ...options], { cwd: directory, env }).ended;
const undo = (workspace: Workspace, ...options: string[]) => command('undo', workspace, '--yes', ...options);
const list = ({ runDir }: Workspace) => parseCsv(readFileSync(join(runDir, 'undo.csv'), 'utf8'));

describe.concurrent('undo of rows of a port order that is under way', () => {
  it('leaves an order alone that rows are of which stay, and says how it can be cancelled', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = [...portOrderRows('P-1', [1, 2]), ...portOrderRows('P-2', [11])];
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const { ports, numbers, users } = sandbox.state;
    expectExit(await workspace.run(), 6);
    const sent = sandbox.requests.length;
    const part = await undo(workspace, '--only', `phoneNumber=${portedNumber(1)}`);
    expectExit(part, 1);
    expect(writesOf(sandbox, sent)).toEqual([]);
    expect(list(workspace).map(({ kind, state, reason }) => [kind, state, reason])).toEqual(
      ['portOrder', 'number'].map((kind) => [
        ...[kind, 'kept'],
        'its port order has row 3 too, and is cancelled only whole: name all its rows, or wait until it is completed',
      ]),
    );
    expect([ports.size, numbers.size, users.size]).toEqual([2, 3, 3]);
    expect(workspace.counts()).toEqual({ waiting: 3 });
    // it is still the run's: its rows are followed, and gone on with
    expectExit(await workspace.resume(), 6);

    // another order among the named rows goes all the same
    const other = await undo(
      ...([workspace, '--only', `phoneNumber=${portedNumber(1)},${portedNumber(11)}`] as const),
    );
    expectExit(other, 1);
    expect([...numbers.values()].map(({ id }) => id).sort()).toEqual([portedNumber(1), portedNumber(2)]);
    expectExit(await command('follow', workspace), 6);

    const whole = await undo(
      ...([workspace, '--only', `phoneNumber=${portedNumber(1)},${portedNumber(2)}`] as const),
    );
    expectExit(whole, 0);
    expect([numbers.size, users.size]).toEqual([0, 0]);
    expectExit(await command('follow', workspace), 0);
  });

  it('takes back a row of one that is completed only where that is asked for', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, portOrderRows('P-1', [1, 2]));
    expectExit(await workspace.run(), 6);
    await putForward(sandbox, { days: 60 });
    expectExit(await command('follow', workspace), 0);
    const first = ['--only', `phoneNumber=${portedNumber(1)}`];
    expectExit(await undo(workspace, ...first), 1);
    expect(list(workspace).map(({ reason }) => reason)).toContainEqual(expect.stringContaining('ported in'));
    expectExit(await undo(workspace, ...first, '--ported'), 0);
    expect([...sandbox.state.numbers.values()].map(({ id }) => id)).toEqual([portedNumber(2)]);
  });
});
