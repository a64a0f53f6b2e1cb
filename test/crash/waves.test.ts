import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { mixedRows } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';

const MINUTES = 60_000;
const WAVE = ['--only', 'accountNumber=BCC-0,BL-0', '--only', 'row=2-4,8'];

describe.concurrent('kill -9 in a wave, again and again', { timeout: 3 * MINUTES }, () => {
  it('goes on with the same rows, then with the others, and makes nothing twice', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(16));
    const accounts = () =>
      [...sandbox.state.accounts.values()].map(({ accountNumber }) => accountNumber).sort();
    /** Kills the process as the nth write of it is done, before its answer. */
    const killed = async (cli: ReturnType<typeof workspace.start>, nth: number) => {
      let writes = 0;
      gate.watch((at, { isWrite }) => {
        if (at !== 'committed' || !isWrite || ++writes < nth) return undefined;
        cli.kill();
        return 'drop';
      });
      const ended = await cli.ended;
      gate.watch(null);
      return ended.signal === 'SIGKILL';
    };
    expect(await killed(workspace.start(...WAVE), 1)).toBe(true);
    for (const nth of [2, 3, 4]) expect(await killed(workspace.startResume(), nth)).toBe(true);
    const wave = await workspace.resume();
    expectExit(wave, 0);
    expect(JSON.parse(wave.stdout)).toMatchObject({ selected: 4, rows: { created: 4, pending: 12 } });
    expect(accounts()).toEqual(['BCC-0', 'BL-0']);
    expect(workspace.results().flatMap(({ status }, at) => (status === 'created' ? [at + 2] : []))).toEqual([
      ...[2, 3, 4, 8],
    ]);

    // What has begun to send the others goes on with them, without being told again.
    expect(await killed(workspace.startResume('--all'), 5)).toBe(true);
    expect(await killed(workspace.startResume(), 6)).toBe(true);
    expectExit(await workspace.resume(), 0);
    expect(workspace.counts()).toEqual({ created: 16 });
    expect(workspace.differences()).toEqual([]);
  });

  it('and in the undo of some of its rows: the same undo goes on, and no resume brings them back', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const before = plain(sandbox.state);
    const undo = () =>
      startCli(['undo', workspace.runDir, '--only', 'accountNumber=BL-0', '--yes', '--json'], {
        ...{ cwd: workspace.directory, env: workspace.env },
      });
    for (const nth of [1, 3]) {
      const cli = undo();
      let deletes = 0;
      gate.watch((at, { method }) => {
        if (at !== 'committed' || method !== 'DELETE' || ++deletes < nth) return undefined;
        cli.kill();
        return 'drop';
      });
      expect((await cli.ended).signal).toBe('SIGKILL');
      gate.watch(null);
      const sent = sandbox.requests.length;
      expectExit(await workspace.resume('--all'), 0);
      expect(sandbox.requests).toHaveLength(sent);
    }
    expectExit(await undo().ended, 0);
    expect(workspace.counts()).toEqual({ created: 6, pending: 2 });
    const after = plain(sandbox.state);
    expect(after.accounts).toHaveLength(before.accounts.length - 1);
    expect(after.numbers).toHaveLength(before.numbers.length - 2);
    expect([after.businessLines, after.portAssignments]).toEqual([[], []]);
    expect([after.users.length, after.sipTrunks.length]).toEqual([
      before.users.length,
      before.sipTrunks.length,
    ]);
  });
});
