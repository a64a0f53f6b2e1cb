import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { describe, it } from 'vitest';
import { startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { mixedRows, type SheetRow } from '../fixtures/rows.js';
import { gatedWorkspaceOf, workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';
import { parseCsv, writesOf } from './place.js';

const [ann = {}, ray = {}] = mixedRows(2);
/** Two users of one account, whose E911 addresses are rejected; the first with a proposal. */
const ROWS = [
  { ...ann, phoneNumber: '18015551000', address: '12 Oldtown St' },
  { ...ray, phoneNumber: '18015551001', e911Address: '9 Uncharted Way' },
] as SheetRow[];

const command = ({ directory, env }: Workspace, ...args: string[]) =>
  startCli(args, { cwd: directory, env }).ended;

/** Runs, follows, and answers in the errors sheet. @returns its path */
async function corrected(workspace: Workspace, ...answers: string[]): Promise<string> {
  expectExit(await workspace.run(), 0);
  expectExit(await command(workspace, 'follow', workspace.runDir), 1);
  const errors = join(workspace.runDir, 'errors.csv');
  const text = readFileSync(errors, 'utf8').replace(/^\uFEFF/, '');
  const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
  const sheet = join(workspace.directory, 'corrected.csv');
  writeFileSync(sheet, Papa.unparse(data.map((row, at) => ({ ...row, e911Correction: answers[at] ?? '' }))));
  return sheet;
}

describe.concurrent('e911Correction', () => {
  it('is answered once where the reply is lost: what is sent again is refused', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, ROWS);
    const sheet = await corrected(workspace, 'ACCEPT', 'INSIST');
    const lost = new Set<string>();
    gate.watch((phase, { operation }) =>
      phase === 'committed' && /^accept/.test(operation) && lost.size < lost.add(operation).size
        ? 'drop'
        : undefined,
    );
    const second = join(workspace.directory, 'second');
    expectExit(await command(workspace, 'run', sheet, '--out', second), 0);
    expect(sandbox.counts.get('acceptE911Correction')).toBe(2);
    expect(sandbox.counts.get('acceptOriginalE911')).toBe(2);
    expectExit(await command(workspace, 'follow', workspace.runDir), 0);
  });

  it('takes the proposal or insists, by the errors sheet, and for good', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, ROWS);
    const sheet = await corrected(workspace, 'ACCEPT', 'INSIST');
    const second = join(workspace.directory, 'second');
    const sent = sandbox.requests.length;

    expectExit(await command(workspace, 'run', sheet, '--out', second), 0);
    expect(writesOf(sandbox, sent).sort()).toEqual(['acceptE911Correction', 'acceptOriginalE911']);
    const insisted = sandbox.requests.find(({ operation }) => operation === 'acceptOriginalE911');
    expect(insisted?.query).toEqual({ latitude: expect.any(String), longitude: expect.any(String) });
    const addresses = [...sandbox.state.numbers.values()].map(({ e911Address }) => e911Address['streetName']);
    expect(addresses.sort()).toEqual(['Newtown', 'Uncharted']);

    // The rows of the first run are what they were.
    expectExit(await command(workspace, 'follow', workspace.runDir), 0);
    expect(workspace.counts()).toEqual({ created: 2 });
    // What was accepted is nobody's change, neither for verify nor for another run.
    expectExit(await command(workspace, 'verify', second), 0);
    const again = sandbox.requests.length;
    const third = join(workspace.directory, 'third');
    expectExit(await command(workspace, 'run', sheet, '--out', third), 0);
    expect(writesOf(sandbox, again)).toEqual([]);
    const results = parseCsv(readFileSync(join(third, 'results.csv'), 'utf8'));
    expect(results.map(({ status }) => status)).toEqual(['existing', 'existing']);
    // Undo of the corrections changes nothing.
    const undone = sandbox.requests.length;
    await command(workspace, 'undo', second, '--yes');
    expect(writesOf(sandbox, undone)).toEqual([]);
  });

  it('whose answer is lost is not given twice', async ({ expect, onTestFinished }) => {
    const { sandbox, gate, workspace } = await gatedWorkspaceOf(onTestFinished, ROWS);
    const sheet = await corrected(workspace, 'ACCEPT', 'INSIST');
    const out = join(workspace.directory, 'second');
    const cli = startCli(['run', sheet, '--out', out], { cwd: workspace.directory, env: workspace.env });
    gate.watch((phase, { path }) => {
      if (phase === 'answered' && path.includes('/accept')) cli.kill();
      return undefined;
    });
    expect((await cli.ended).signal).toBe('SIGKILL');
    gate.watch(null);
    expectExit(await command(workspace, 'resume', out), 0);
    expect(sandbox.counts.get('acceptE911Correction')).toBe(1);
    expect(sandbox.counts.get('acceptOriginalE911')).toBe(1);
  });

  it('is refused where nothing was rejected, with what to do', async ({ expect, onTestFinished }) => {
    const rows = [{ ...ROWS[1], e911Address: '1700 Lincoln St', e911Correction: 'ACCEPT' }];
    const { workspace } = await workspaceOf(
      onTestFinished,
      [{ ...ROWS[0], address: '12 Main St' }, ...rows] as SheetRow[],
      {
        activationSeconds: 60,
      },
    );
    expectExit(await workspace.run(), 1);
    const [, failed] = workspace.results();
    expect(failed).toMatchObject({
      ...{ status: 'failed', failedStep: 'e911Correction' },
      error: 'The E911 address is not rejected: it is PENDING.',
      hint: 'Leave e911Correction blank until follow tells that the address was rejected.',
    });
  });
});
