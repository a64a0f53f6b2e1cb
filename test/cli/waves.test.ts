import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import { CLI, type Ended, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { plain } from '../fixtures/oracle.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import { workspaceOf } from '../fixtures/with-sandbox.js';
import type { Workspace } from '../fixtures/workspace.js';
import { connect } from '../sandbox/client.js';
import { type Cells, parseCsv, placeOf, writesOf } from './place.js';

const NOT_SENT = 'Not selected (--only, --limit), so not sent.';
const json = (ended: Ended) => JSON.parse(ended.stdout);
const command = (workspace: Workspace, name: string, ...options: string[]) =>
  startCli([name, workspace.runDir, ...options], { cwd: workspace.directory, env: workspace.env }).ended;
const listOf = ({ runDir }: Workspace, name = 'undo.csv'): Cells[] =>
  parseCsv(readFileSync(join(runDir, name), 'utf8'));
const rowsOf = (workspace: Workspace, status: string) =>
  workspace.results().flatMap((row, at) => (row['status'] === status ? [at + 2] : []));

/** A sheet of the rows as CSV with a column of its own, that tells their wave. */
function waved(rows: readonly SheetRow[], waveOf: (at: number) => string): string {
  const [header, ...lines] = csvOf(rows).trimEnd().split('\r\n');
  return [`${header},Wave`, ...lines.map((line, at) => `${line},${waveOf(at)}`)].join('\r\n');
}

describe.concurrent('a wave', () => {
  it('sends the first rows alone; the others stay pending and say so, until resume --all', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    const args = ['run', workspace.sheet, '--out', workspace.runDir, '--limit', '5', '--json'];
    const first = await startCli(args, { cwd: workspace.directory, env: workspace.env }).ended;
    expectExit(first, 0);
    expect(json(first)).toMatchObject({
      ...{ selected: 5, errors: null, exitCode: 0 },
      rows: { total: 16, created: 5, pending: 11, invalid: 0, failed: 0 },
    });
    expect(first.stderr).toContain('16 rows read: 5 to send, 0 invalid, 11 not selected');
    expect(first.stderr).toContain('5 rows selected by --limit 5; 11 others stay pending.');
    expect(first.stderr).toContain(
      `send the 11 other rows too: alianza-import resume ${workspace.runDir} --all`,
    );
    expect(rowsOf(workspace, 'created')).toEqual([2, 3, 4, 5, 6]);
    expect(workspace.results().map(({ hint }) => hint)).toEqual([
      ...Array.from({ length: 5 }, () => ''),
      ...Array.from({ length: 11 }, () => NOT_SENT),
    ]);
    expect(existsSync(join(workspace.runDir, 'errors.csv'))).toBe(false);
    const accounts = [...sandbox.state.accounts.values()].map(({ accountNumber }) => accountNumber);
    expect(accounts.sort()).toEqual(['BCC-0', 'HG-0', 'HP-0']);

    const sent = sandbox.requests.length;
    const again = await workspace.resume();
    expectExit(again, 0);
    expect(sandbox.requests).toHaveLength(sent);
    expect(json(again).rows).toMatchObject({ created: 5, pending: 11 });

    const all = await workspace.resume('--all');
    expectExit(all, 0);
    expect(json(all)).toMatchObject({ selected: null, rows: { created: 16, pending: 0 } });
    expect(workspace.differences()).toEqual([]);
  });

  it("is named by a column of the sheet's own; what its rows share with others comes with them", async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, write, cli, csv } = await placeOf(onTestFinished);
    // rows 3 and 8 need what rows 2 and 7 say or bring: account cells, and a number
    await write(
      'in.csv',
      waved(mixedRows(8), (at) => (at === 1 || at === 6 ? 'Pilot' : '2')),
    );
    const ended = await cli('run', 'in.csv', '--only', 'wave=pilot', '--out', 'r', '--json', '--quiet');
    expectExit(ended, 0);
    expect(json(ended)).toMatchObject({ selected: 2, rows: { created: 2, pending: 6 } });
    const statuses = csv('r/results.csv').map(({ status }) => status);
    expect(statuses).toEqual([
      ...['pending', 'created', 'pending', 'pending', 'pending', 'pending', 'created', 'pending'],
    ]);
    expect([...sandbox.state.users.values()].map(({ lastName }) => lastName)).toEqual(['Ray 0']);
    const next = await cli('run', 'in.csv', '--only', 'wave=2', '--out', 'r2', '--json', '--quiet');
    expectExit(next, 0);
    expect(json(next).rows).toMatchObject({ created: 6, pending: 2 });
    const rest = await cli('resume', 'r2', '--all', '--json', '--quiet');
    expectExit(rest, 0);
    expect(json(rest).rows).toMatchObject({ created: 6, existing: 2, pending: 0 });
    expect([sandbox.state.users.size, sandbox.state.businessLines.size]).toEqual([5, 2]);
  });

  it('whose rows are nowhere is told before anything is sent, and leaves nothing', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, directory, write, cli } = await placeOf(onTestFinished);
    await write(
      'in.csv',
      waved(mixedRows(4), (at) => String(at % 2)),
    );
    for (const [only, code, hint] of [
      ['wave=3', 'NOTHING_SELECTED', 'The sheet has "0", "1".'],
      ['wvae=1', 'OPTION_INVALID', 'Did you mean Wave?'],
      ['wave', 'OPTION_INVALID', 'Write --only column=value, or row=17.'],
      ['row=99', 'NOTHING_SELECTED', expect.stringContaining('that the spreadsheet shows')],
    ] as const) {
      const ended = await cli('run', 'in.csv', '--only', only, '--out', 'r', '--json');
      expectExit(ended, 3);
      expect(json(ended)).toMatchObject({ error: { code, hint }, exitCode: 3 });
      expect(ended.stderr).not.toMatch(/ at .*\.js/);
    }
    expect(sandbox.requests).toEqual([]);
    expect(readdirSync(directory)).toEqual(['in.csv']);
    const partly = await cli('run', 'in.csv', '--only', 'wave=1,3', '--out', 'r');
    expectExit(partly, 0);
    expect(partly.stderr).toContain('No row has wave = 3.');
  });

  it('waits for the whole sheet to be valid; with --on-invalid skip only its own rows count', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(8).map((row, at) => (at === 7 ? { ...row, concurrentCalls: 'many' } : row));
    const { sandbox, workspace } = await workspaceOf(onTestFinished, rows);
    const stopped = await workspace.run('--only', 'accountNumber=BCC-0');
    expectExit(stopped, 1);
    expect(json(stopped)).toMatchObject({ selected: 3, rows: { pending: 7, invalid: 1 } });
    expect(sandbox.requests).toEqual([]);
    const again = `alianza-import run sheet.csv --base-url ${sandbox.url} --only accountNumber=BCC-0`;
    expect(stopped.stderr).toContain(`Correct the 1 invalid row in the sheet, then: ${again}\n`);
    expect(stopped.stderr).toContain(
      `since rows are invalid, none of those selected. To send the others all the same: alianza-import resume ${workspace.runDir} --on-invalid skip\n`,
    );
    expect(listOf(workspace, 'errors.csv').map(({ status }) => status)).toEqual([
      ...['pending', 'pending', 'pending', 'invalid'],
    ]);

    const skip = [
      '--only',
      'accountNumber=BCC-0',
      '--on-invalid',
      'skip',
      '--out',
      'r2',
      '--json',
      '--quiet',
    ];
    const sent = await startCli(['run', workspace.sheet, ...skip], {
      ...{ cwd: workspace.directory, env: workspace.env },
    }).ended;
    expectExit(sent, 0);
    expect(json(sent)).toMatchObject({ errors: null, rows: { created: 3, pending: 4, invalid: 1 } });
    expect(sent.stderr).toContain('correct the 1 invalid row that is not selected: alianza-import validate');
    const results = parseCsv(readFileSync(join(workspace.directory, 'r2/results.csv'), 'utf8'));
    expect(results[7]).toMatchObject({
      status: 'invalid',
      error: expect.stringContaining('concurrentCalls'),
    });

    const own = await startCli(['run', workspace.sheet, '--only', 'row=8-9', ...skip.slice(2, 4), '--json'], {
      ...{ cwd: workspace.directory, env: workspace.env },
    }).ended;
    expectExit(own, 1);
    expect(json(own)).toMatchObject({ selected: 2, rows: { created: 1, pending: 6, invalid: 1 } });

    // The run that was stopped goes on with the option that its next step names, and keeps it.
    const pilot = await workspace.resume('--on-invalid', 'skip');
    expectExit(pilot, 0);
    expect(json(pilot)).toMatchObject({ errors: null, rows: { pending: 4, invalid: 1 } });
    const verified = await command(workspace, 'verify', '--json');
    expect(json(verified).rows).toEqual({ total: 3, same: 3, different: 0 });
    const all = await workspace.resume('--all');
    expectExit(all, 1);
    expect(json(all)).toMatchObject({ rows: { pending: 0, invalid: 1, failed: 0 } });
  });

  it('of a dry run is all that the platform is asked about, and all that would be sent', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    const ended = await workspace.run('--dry-run', '--only', 'row=6,9', '--http-log');
    expectExit(ended, 0);
    expect(json(ended)).toMatchObject({ selected: 2, rows: { total: 16, valid: 16, invalid: 0 } });
    expect(ended.stderr).toContain('14 others were checked offline only');
    const planned = httpLog(workspace.runDir).filter(({ wouldSend }) => wouldSend === true);
    expect(new Set(planned.map(({ row }) => row))).toEqual(new Set([6, 9]));
    expect(writesOf(sandbox)).toEqual([]);
    expect(workspace.results().map(({ hint }) => hint)).toEqual(
      Array.from({ length: 16 }, (_, at) =>
        at === 4 || at === 7 ? '' : 'Not selected (--only, --limit), so not checked on the platform.',
      ),
    );
  });

  it('counts the people who get a mail, of its rows alone', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(16).map((row) => ({ ...row, blockEmail: '' }));
    const { workspace } = await workspaceOf(onTestFinished, rows);
    const counts = async (...options: string[]) =>
      json(
        await startCli(['run', workspace.sheet, '--dry-run', '--json', ...options], {
          cwd: workspace.directory,
          env: workspace.env,
        }).ended,
      );
    expect(await counts('--out', 'all')).toMatchObject({ mailsAtOnce: 2 });
    expect(await counts('--out', 'one', '--limit', '4')).toMatchObject({ mailsAtOnce: 1 });
    expect(await counts('--out', 'none', '--limit', '1')).toMatchObject({ mailsAtOnce: 0 });
  });

  it('of rows that fail is no success, and --max-errors is a share of it', async ({
    expect,
    onTestFinished,
  }) => {
    const faults = [{ operation: 'createSipTrunk', kind: '500' } as const];
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(16), { faults });
    const ended = await workspace.run('--only', 'product=SIP_TRUNK', '--retries', '0', '--max-errors', '50%');
    expectExit(ended, 2);
    expect(json(ended)).toMatchObject({ selected: 2, rows: { total: 16 } });
    expect(listOf(workspace, 'errors.csv').map(({ accountNumber }) => accountNumber)).toEqual([
      'ST-0',
      'ST-1',
    ]);
  });
});

describe.concurrent('verify', () => {
  it('compares what the wave sent, or the rows that it is asked for', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(16));
    expectExit(await workspace.run('--limit', '8'), 0);
    const whole = await command(workspace, 'verify', '--json');
    expectExit(whole, 0);
    expect(json(whole).rows).toEqual({ total: 8, same: 8, different: 0 });

    const platform = await connect(sandbox);
    const [first = {}] = workspace.results();
    await platform.patch(`account/${first['accountId']}/user/${first['userId']}`, { lastName: 'Changed' });
    const sent = sandbox.requests.length;
    const other = await command(workspace, 'verify', '--only', 'accountNumber=HP-0', '--json');
    expectExit(other, 0);
    expect(json(other).rows).toEqual({ total: 1, same: 1, different: 0 });
    const asked = sandbox.requests.slice(sent).map(({ path }) => path);
    expect(asked.join(' ')).not.toContain(first['accountId'] ?? '');

    const changed = await command(workspace, 'verify', '--only', `userId=${first['userId']}`, '--json');
    expectExit(changed, 1);
    expect(json(changed).rows).toEqual({ total: 1, same: 0, different: 1 });
    expect(listOf(workspace, 'verify.csv')).toMatchObject([{ row: '2', field: 'lastName' }]);

    const pending = await command(workspace, 'verify', '--only', 'row=10', '--json');
    expectExit(pending, 1);
    expect(listOf(workspace, 'verify.csv')).toMatchObject([
      { row: '10', onPlatform: 'nothing: the row is pending' },
    ]);
    const nobody = await command(workspace, 'verify', '--only', 'accountNumber=HP-9', '--json');
    expectExit(nobody, 3);
    expect(json(nobody).error.code).toBe('NOTHING_SELECTED');
  });
});

describe.concurrent('a wave for which all rows were asked', () => {
  it('stays all rows when it goes on without those that are invalid', async ({ expect, onTestFinished }) => {
    const rows = mixedRows(8).map((row, at) => (at === 7 ? { ...row, concurrentCalls: 'many' } : row));
    const { workspace } = await workspaceOf(onTestFinished, rows);
    expectExit(await workspace.run('--limit', '2'), 1);
    expectExit(await workspace.resume('--all'), 1);
    const ended = await workspace.resume('--on-invalid', 'skip');
    expectExit(ended, 1);
    expect(json(ended).rows).toMatchObject({ created: 7, pending: 0, invalid: 1 });
  });
});

describe.concurrent('undo of some rows', () => {
  it('is told in the list of runs, where nothing taken back is waited for', async ({
    expect,
    onTestFinished,
  }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(4));
    expectExit(await workspace.run(), 0);
    const listed = async () => {
      const list = ['runs', '--dir', workspace.directory, '--json'];
      const ended = await startCli(list, { cwd: workspace.directory, env: workspace.env }).ended;
      return json(ended).runs[0];
    };
    expect(await listed()).toMatchObject({ state: 'done', partUndoneAt: null });
    expectExit(await command(workspace, 'undo', '--only', 'accountNumber=HP-0', '--yes'), 0);
    const part = await listed();
    expect(part).toMatchObject({ state: 'done', undoneAt: null, rows: { created: 3, pending: 1 } });
    expect(part.partUndoneAt).toBe(part.lastAt);
    expectExit(await command(workspace, 'undo', '--only', 'accountNumber=BCC-0', '--yes'), 0);
    expect(await listed()).toMatchObject({ state: 'undone', rows: { created: 0, pending: 4 } });
  });

  it('is counted in the list of runs, though it was killed', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(40));
    expectExit(await workspace.run(), 0);
    const args = ['undo', workspace.runDir, '--yes', '--concurrency', '1'];
    const undo = startCli(args, { cwd: workspace.directory, env: workspace.env });
    while (sandbox.state.accounts.size > 12) await sleep(5);
    undo.kill();
    await undo.ended;
    const list = ['runs', '--dir', workspace.directory, '--json'];
    const { runs } = json(await startCli(list, { cwd: workspace.directory, env: workspace.env }).ended);
    expectExit(await command(workspace, 'results'), 0);
    const { created, pending, total } = runs[0].rows;
    expect({ created, pending }).toEqual(workspace.counts());
    expect([pending > 0, created > 0, total]).toEqual([true, true, 40]);
  });

  it('keeps what other rows need, and no resume brings the rows back', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    // Row 7 brings the number that the line of row 8 shows to those it calls.
    const shared = workspace.results()[5]?.['assignedPhoneNumber'] ?? '';
    const before = plain(sandbox.state);
    const dry = await command(workspace, 'undo', '--only', 'lineName=Front desk', '--dry-run', '--json');
    expectExit(dry, 0);
    expect(plain(sandbox.state)).toEqual(before);
    expect(listOf(workspace, 'undo-dry-run.csv').map(({ kind, name, state }) => [kind, name, state])).toEqual(
      expect.arrayContaining([
        ['account', 'Garage 0 (BL-0)', 'still needed'],
        ['number', '385-555-0002', 'still needed'],
      ]),
    );

    const ended = await command(workspace, 'undo', '--only', 'extension=4001', '--yes', '--json');
    expectExit(ended, 0);
    expect(json(ended)).toMatchObject({
      selected: 1,
      undone: { deleted: 2, 'still needed': 1, kept: 0, failed: 0 },
      objects: { user: { deleted: 1 }, number: { deleted: 1 }, account: { 'still needed': 1 } },
    });
    expect(listOf(workspace).map(({ kind, name, state }) => [kind, name, state])).toEqual([
      ['number', '385-555-0000', 'deleted'],
      ['reference', 'Bob Ray 0', 'deleted'],
      ['user', 'Bob Ray 0, extension 4001', 'deleted'],
      ['account', 'Bakery 0 (BCC-0)', 'still needed'],
    ]);
    expect(listOf(workspace).at(-1)?.['reason']).toBe('row 2, which is not taken back, needs it');
    expect(rowsOf(workspace, 'pending')).toEqual([3]);
    expect(workspace.results()[1]?.['warnings']).toMatch(/^undone 20/);
    const after = plain(sandbox.state);
    expect(after.users).toHaveLength(before.users.length - 1);
    expect(after.accounts).toHaveLength(before.accounts.length);
    expect(JSON.stringify(after.numbers)).toContain(shared);

    const sent = sandbox.requests.length;
    for (const options of [[], ['--all'], ['--retry', 'failed']]) {
      const resumed = await workspace.resume(...options);
      expectExit(resumed, 0);
      expect(json(resumed).errors).toBeNull();
    }
    expect(sandbox.requests).toHaveLength(sent);
    const verified = await command(workspace, 'verify', '--json');
    expectExit(verified, 0);
    expect(json(verified).rows).toEqual({ total: 7, same: 7, different: 0 });

    expectExit(await command(workspace, 'undo', '--yes', '--json'), 0);
    const left = Object.entries(plain(sandbox.state)).filter(
      ([table, all]) => table !== 'cooldown' && all.length,
    );
    expect(left).toEqual([]);
    expect(workspace.counts()).toEqual({ pending: 8 });
  });

  it('takes a whole account, and a whole wave with the account that it shares with the next', async ({
    expect,
    onTestFinished,
  }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run('--only', 'row=3,5'), 0);
    const ended = await command(workspace, 'undo', '--only', 'row=3', '--yes', '--json');
    expectExit(ended, 0);
    // Nothing of rows 2 and 4 is there yet: the account goes.
    expect(json(ended).objects).toEqual({
      ...{ user: { deleted: 1 }, number: { deleted: 1 }, account: { deleted: 1 } },
    });
    const accounts = () =>
      [...sandbox.state.accounts.values()].map(({ accountNumber }) => accountNumber).sort();
    expect(accounts()).toEqual(['HP-0']);
    // Their wave brings it again.
    const rest = await workspace.resume('--all');
    expectExit(rest, 0);
    expect(rowsOf(workspace, 'pending')).toEqual([3]);
    expect(json(rest).rows).toMatchObject({ created: 7, pending: 1 });
    expect(accounts()).toEqual(['BCC-0', 'BL-0', 'HG-0', 'HP-0', 'ST-0']);
    expect([...sandbox.state.users.values()].map(({ extension }) => extension ?? '').sort()).toEqual([
      ...['', '', '4000', '4002'],
    ]);

    expectExit(await command(workspace, 'undo', '--only', 'accountNumber=BL-0,ST-0', '--yes', '--json'), 0);
    expect(accounts()).toEqual(['BCC-0', 'HG-0', 'HP-0']);
    expect([sandbox.state.businessLines.size, sandbox.state.sipTrunks.size]).toEqual([0, 0]);
  });

  it('tells that rows of several sheets have the number', async ({ expect, onTestFinished }) => {
    const { directory, write, cli, csv } = await placeOf(onTestFinished);
    await write('a.csv', csvOf(mixedRows(8).slice(3, 4)));
    await write('b.csv', csvOf(mixedRows(8).slice(4, 5)));
    expectExit(await cli('run', 'a.csv', 'b.csv', '--out', 'r', '--http-log', '--quiet'), 0);
    const log = httpLog(join(directory, 'r'));
    const creates = log.filter(({ operation }) => operation === 'createAccount');
    expect(creates.map(({ row, file }) => [row, file]).sort()).toEqual([
      [2, join(directory, 'a.csv')],
      [2, join(directory, 'b.csv')],
    ]);
    const both = await cli('undo', 'r', '--only', 'row=2', '--dry-run');
    expectExit(both, 0);
    expect(both.stderr).toContain('Several sheets have rows of these numbers: a.csv; b.csv.');
    const one = await cli('undo', 'r', '--only', 'row=2', '--only', 'inputFile=b.csv', '--dry-run');
    expectExit(one, 0);
    expect(one.stderr).not.toContain('Several sheets');
    const names = csv('r/undo-dry-run.csv').map(({ name, file }) => [name, file]);
    expect(names).toContainEqual(['Eve Elm 0 (HG-0)', join(directory, 'b.csv')]);
    expect(new Set(names.map(([, file]) => file))).toEqual(new Set([join(directory, 'b.csv')]));
  });
});

describe.concurrent('a dry undo', () => {
  it('writes all of it to a file, and tells how much of each kind', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(32));
    expectExit(await workspace.run(), 0);
    const ended = await command(workspace, 'undo', '--dry-run');
    expectExit(ended, 0);
    const list = listOf(workspace, 'undo-dry-run.csv');
    const { accounts, users, numbers, devices, portAssignments, businessLines, sipTrunks } = plain(
      sandbox.state,
    );
    const objects = [accounts, users, numbers, devices, portAssignments, businessLines, sipTrunks].flat()
      .length;
    expect(list).toHaveLength(objects);
    expect(new Set(list.map(({ state }) => state))).toEqual(new Set(['would be deleted']));
    expect(list.filter(({ kind }) => kind === 'user').map(({ name }) => name)).toContain(
      'Ann Lee 3, extension 4000',
    );
    expect(ended.stdout).toContain(`${accounts.length} accounts`);
    expect(ended.stdout).toMatch(new RegExp(`would be deleted: ${objects} \\(.*${users.length} users`));
    expect(ended.stdout).toContain('... and');
    expect(existsSync(join(workspace.runDir, 'undo.csv'))).toBe(false);
  });
});

describe.concurrent('the question of undo', () => {
  it('names environment, partition and what it is about', async ({ expect, onTestFinished }) => {
    const { sandbox, workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run(), 0);
    const before = plain(sandbox.state);
    const { text, code } = await answered(workspace, ['undo', workspace.runDir, '--only', 'row=3'], 'no');
    const partition = [...sandbox.state.accounts.values()][0]?.partitionId;
    expect(text).toContain(
      `Delete 1 user, 1 phone number in custom, partition ${partition} (${sandbox.url})? This cannot be taken back.`,
    );
    expect(text).toContain('Nothing was deleted.');
    expect(code).toBe(3);
    expect(plain(sandbox.state)).toEqual(before);
  });
});

describe.concurrent('http.jsonl of a run', () => {
  it('names the row of each request', async ({ expect, onTestFinished }) => {
    const { workspace } = await workspaceOf(onTestFinished, mixedRows(8));
    expectExit(await workspace.run('--http-log'), 0);
    const log = httpLog(workspace.runDir);
    expect(log.filter(({ row }) => row === null).map(({ operation }) => operation)).toEqual(['logUserIn']);
    const writes = log.filter(({ method, operation }) => method !== 'GET' && operation !== 'logUserIn');
    const rowOf = (text: string) => writes.find(({ body }) => JSON.stringify(body)?.includes(text))?.row;
    expect([rowOf('Ray 0'), rowOf('Fox 0'), rowOf('Workshop'), rowOf('clinic-0')]).toEqual([3, 4, 8, 9]);
    expect(log.every((line) => !('ordinal' in line) && !('file' in line))).toBe(true);
  });
});

function httpLog(runDir: string): Record<string, unknown>[] {
  const lines = readFileSync(join(runDir, 'http.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Runs the built program on a terminal, and answers its question. */
async function answered({ directory, env }: Workspace, args: readonly string[], answer: string) {
  const script = join(directory, 'ask.sh');
  await writeFile(script, `exec ${[process.execPath, CLI, ...args].map((word) => `'${word}'`).join(' ')}\n`);
  const child = spawn('script', ['-qefc', `sh ${script}`, '/dev/null'], {
    ...{ cwd: directory, env: { PATH: process.env['PATH'] ?? '', ...env } },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    const isAsked = text.includes('[yes/no]');
    text += part;
    if (!isAsked && text.includes('[yes/no]')) child.stdin.write(`${answer}\n`);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { text, code };
}
