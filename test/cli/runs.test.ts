import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import ExcelJS from 'exceljs';
import Database from 'libsql';
import { describe, it } from 'vitest';
import { SANDBOX_USERNAME } from '../../src/sandbox/server.js';
import { programVersion } from '../../src/version.js';
import { CLI, startCli } from '../fixtures/cli.js';
import { expectExit } from '../fixtures/expect-exit.js';
import type { Gate } from '../fixtures/gate.js';
import { canMount } from '../fixtures/mounts.js';
import { csvOf, mixedRows, spelledOut } from '../fixtures/rows.js';
import { gatedWorkspaceOf } from '../fixtures/with-sandbox.js';
import { type Place, parseCsv, placeOf } from './place.js';

const WHO = {
  user: userInfo().username,
  host: hostname(),
  apiUser: SANDBOX_USERNAME,
  version: programVersion(),
};

interface Listed {
  readonly runDir: string;
  readonly state: string;
  readonly [name: string]: unknown;
}

interface Answer {
  readonly code: number | null;
  readonly runs: readonly Listed[];
  readonly found: readonly Readonly<Record<string, unknown>>[];
  readonly error?: { readonly code: string; readonly hint: string };
}

/** What `runs --json` answers. */
async function runs(place: Place, ...words: string[]): Promise<Answer> {
  const ended = await place.cli('runs', ...words, '--json');
  return { found: [], runs: [], ...JSON.parse(ended.stdout), code: ended.code };
}

const statesOf = (answer: Answer) =>
  Object.fromEntries(answer.runs.map(({ runDir, state }) => [basename(runDir), state]));
const rowsOf = (answer: Answer) => answer.found.map(({ runDir, row }) => `${runDir} ${row}`);

/** A place with a run of eight rows of all products in `runs/one`. */
async function placeWithRun(onTestFinished: (clean: () => Promise<void>) => void, rows = mixedRows(8)) {
  const place = await placeOf(onTestFinished);
  await place.write('sheet.csv', csvOf(rows));
  expectExit(await place.cli('run', 'sheet.csv', '--out', 'runs/one', '--quiet'), 0);
  return place;
}

/** Runs the command line with the sandbox inside its process. */
const inProcess = (place: Place, ...args: string[]) => startCli(args, { cwd: place.directory }).ended;

/** Lets some writes through to the platform and holds the others back until they are released. */
function holdWrites(gate: Gate, through: number) {
  let release = () => {};
  const released = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  const reached = new Promise<void>((resolve) => {
    let writes = 0;
    gate.watch((phase, { isWrite }) => {
      if (phase !== 'arrived' || !isWrite || ++writes <= through) return undefined;
      resolve();
      return released;
    });
  });
  return { reached, release };
}

/** The journal of a run, changed by somebody. */
function inJournal(place: Place, name: string, sql: string): void {
  const database = new Database(join(place.directory, 'runs', name, 'journal.db'));
  database.exec(sql);
  database.close();
}

describe.concurrent('runs', () => {
  it('says of each run when, what, where, who and what it came to', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished);
    const sheet = ['sheet.csv', '--quiet'];
    expectExit(await place.cli('run', ...sheet, '--out', 'runs/two', '--existing', 'fail'), 1);
    expectExit(await place.cli('run', ...sheet, '--out', 'runs/dry', '--dry-run'), 0);
    expectExit(await place.cli('validate', ...sheet, '--out', 'runs/offline'), 0);
    expectExit(await inProcess(place, 'run', ...sheet, '--out', 'runs/local'), 0);
    expectExit(await place.cli('undo', 'runs/one', '--yes'), 0);
    const answer = await runs(place);
    expect(answer.code).toBe(0);
    expect(statesOf(answer)).toEqual({
      ...{ local: 'undone', one: 'undone', two: 'not done', dry: 'checked', offline: 'checked' },
      local: 'done',
    });
    // newest first
    expect(answer.runs.map(({ runDir }) => runDir)).toEqual(
      ['local', 'offline', 'dry', 'two', 'one'].map((name) => join('runs', name)),
    );
    const [local, offline, , two, one] = answer.runs;
    expect(one).toMatchObject({
      ...{ kind: 'run', environment: 'custom', baseUrl: place.sandbox.url, sheets: ['sheet.csv'] },
      partitionId: 'sandbox-partition',
      rows: { total: 8, created: 0, pending: 8 },
      parts: [{ ...WHO, endedAt: expect.any(String) }],
      undoneBy: WHO,
    });
    expect(two).toMatchObject({ rows: { total: 8 }, undoneAt: null, undoneBy: null, parts: [WHO] });
    expect(offline).toMatchObject({ kind: 'validate', rows: { total: 8, valid: 8 }, partitionId: null });
    expect(local).toMatchObject({
      environment: 'sandbox',
      baseUrl: null,
      parts: [{ ...WHO, apiUser: null }],
    });
  });

  it('tells people the time where they are and in UTC, on standard output', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeWithRun(onTestFinished);
    const cli = (zone: string, ...words: string[]) =>
      startCli(['runs', ...words], { cwd: place.directory, env: { TZ: zone } }).ended;
    const [run] = (await runs(place)).runs;
    const utc = new Date(String(run?.['startedAt']));
    const text = (time: Date) => time.toISOString().slice(0, 19).replace('T', ' ');
    const local = text(new Date(utc.getTime() - 7 * 3_600_000));
    const ended = await cli('Etc/GMT+7');
    expectExit(ended, 0);
    expect(ended.stderr).toBe('');
    const [date, time] = text(utc).split(' ');
    const inUtc = local.startsWith(date ?? '') ? time : text(utc);
    expect(ended.stdout).toContain(
      `runs/one  done\n  ${local} GMT-7 (${inUtc} UTC)  run of sheet.csv in custom`,
    );
    expect(ended.stdout).toContain('8 rows: 8 created');
    expect(ended.stdout).toContain(
      `by ${WHO.user} on ${WHO.host}, API user ${SANDBOX_USERNAME}, version ${WHO.version}`,
    );
    expect(ended.stdout).toContain('1 run in runs\n');
    expect((await cli('UTC')).stdout).toContain(`  ${text(utc)} UTC  run of`);
  });

  it('lists what cannot be read with the reason, the rest all the same, and ends with exit 1', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeWithRun(onTestFinished);
    const folder = join(place.directory, 'runs');
    for (const name of ['older', 'damaged', 'empty', 'lost', 'link'])
      if (name !== 'link') cpSync(join(folder, 'one'), join(folder, name), { recursive: true });
    inJournal(place, 'older', "PRAGMA user_version = 1; UPDATE writer SET version = '0.0.7'");
    const damaged = join(folder, 'damaged', 'journal.db');
    const bytes = readFileSync(damaged);
    writeFileSync(damaged, bytes.fill(0x5a, 0, 16));
    writeFileSync(join(folder, 'empty', 'journal.db'), '');
    rmSync(join(folder, 'lost', 'journal.db'));
    symlinkSync(join(folder, 'nowhere'), join(folder, 'link'));
    mkdirSync(join(folder, 'notes'));
    writeFileSync(join(folder, 'notes', 'results.csv'), 'of somebody');
    writeFileSync(join(folder, 'readme.txt'), 'of somebody');
    const answer = await runs(place);
    expect(answer.code).toBe(1);
    expect(answer.runs.map(({ runDir, state }) => [basename(runDir), state])).toEqual([
      ['one', 'done'],
      ...['damaged', 'empty', 'lost', 'older'].map((name) => [name, 'unreadable']),
    ]);
    const errorOf = (name: string) => answer.runs.find(({ runDir }) => basename(runDir) === name)?.['error'];
    expect(errorOf('older')).toMatchObject({
      ...{ code: 'JOURNAL_OF_ANOTHER_VERSION', message: expect.stringContaining('version 0.0.7') },
    });
    expect(errorOf('damaged')).toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(errorOf('empty')).toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(errorOf('lost')).toMatchObject({
      code: 'NO_RUN',
      message: expect.stringContaining('no journal.db'),
    });
    const searched = await runs(place, 'BCC-0');
    expect(searched.code).toBe(1);
    expect(rowsOf(searched)).toEqual(['runs/one 2', 'runs/one 3', 'runs/one 4']);
    expect(statesOf(searched)).toMatchObject({ one: 'done', older: 'unreadable', damaged: 'unreadable' });
    const ended = await place.cli('runs');
    expectExit(ended, 1);
    expect(ended.stdout).toContain('runs/one  done\n');
    expect(ended.stdout).toContain('5 runs in runs, 4 of them cannot be read\n');
    expect(`${ended.stdout}${ended.stderr}`).not.toMatch(/\n\s+at /);
  });

  it('reads a run that is going on, and one that was killed', async ({ expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(40));
    const { directory, env } = workspace;
    const list = async (...words: string[]) => {
      const ended = await startCli(['runs', ...words, '--dir', directory, '--json'], { env }).ended;
      expectExit(ended, 0);
      return JSON.parse(ended.stdout);
    };
    const held = holdWrites(gate, 12);
    const cli = workspace.start('--timeout', '100000');
    await held.reached;
    expect((await list()).runs).toMatchObject([{ state: 'going on', parts: [WHO], rows: { total: 40 } }]);
    expect((await list('Bakery 4')).found).toMatchObject([{ row: 34, account: 'BCC-4', sheet: null }]);
    cli.kill();
    expectExit(await cli.ended, 'SIGKILL');
    held.release();
    expect((await list()).runs).toMatchObject([{ state: 'stopped', stoppedBy: 'cut off', parts: [WHO] }]);
    expectExit(await workspace.resume(), 0);
    const { runs: listed } = await list();
    expect(listed).toMatchObject([
      { state: 'done', stoppedBy: null, parts: [WHO, WHO], rows: { total: 40, created: 40 } },
    ]);
  });

  it('counts no rows where their counts are kept, and says what a search then meets', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeWithRun(onTestFinished);
    inJournal(place, 'one', 'DROP TABLE rows');
    expect(await runs(place)).toMatchObject({ code: 0, runs: [{ state: 'done', rows: { created: 8 } }] });
    expect(await runs(place, 'BCC-0')).toMatchObject({
      ...{ code: 1, found: [], runs: [{ state: 'unreadable', error: { code: 'JOURNAL_DAMAGED' } }] },
    });
  });

  it('goes through a thousand runs with a few files open at a time', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished, mixedRows(1));
    const folder = join(place.directory, 'many');
    for (let n = 0; n < 1000; n++) {
      mkdirSync(join(folder, `${n}`), { recursive: true });
      copyFileSync(join(place.directory, 'runs', 'one', 'journal.db'), join(folder, `${n}`, 'journal.db'));
    }
    const cli = (...words: string[]) =>
      startCli(['runs', ...words, '--dir', folder], { cwd: place.directory, before: 'ulimit -n 128' }).ended;
    const listed = await cli();
    expectExit(listed, 0);
    expect(listed.stdout.match(/^ {2}1 row: 1 created$/gm)).toHaveLength(1000);
    expect(listed.stdout).toMatch(/\n1,000 runs in .*\n$/);
    const found = await cli('Bakery', '0');
    expectExit(found, 0);
    expect(found.stdout).toMatch(/\n1,000 rows of 1,000 runs found, in 1,000 runs in .*\n$/);
    // and nothing is left beside the journals
    expect(readdirSync(join(folder, '999'))).toEqual(['journal.db']);
    expect(readdirSync(join(folder, '0'))).toEqual(['journal.db']);
  });

  it.skipIf(!canMount)('reads a folder that nobody can write', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished);
    const script = 'mount --bind runs runs && mount -o remount,bind,ro runs && exec "$@"';
    const answer = execFileSync(
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', process.execPath, CLI, 'runs', 'bob.ray.0', '--json'],
      { cwd: place.directory, encoding: 'utf8' },
    );
    expect(JSON.parse(answer)).toMatchObject({ found: [{ row: 3 }], runs: [{ state: 'done' }], exitCode: 0 });
  });

  it('takes the folder with --dir, or one run; there must be one', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished);
    expect(statesOf(await runs(place, '--dir', 'runs'))).toEqual({ one: 'done' });
    expect(statesOf(await runs(place, '--dir', 'runs/one'))).toEqual({ one: 'done' });
    mkdirSync(join(place.directory, 'none'));
    expect(await runs(place, '--dir', 'none')).toMatchObject({ code: 0, runs: [] });
    expect(await runs(place, '--dir', 'nowhere')).toMatchObject({
      ...{ code: 3, error: { code: 'NO_FOLDER', hint: expect.stringContaining('--dir') } },
    });
    await place.write('file', '');
    expect(await runs(place, '--dir', 'file')).toMatchObject({ code: 3, error: { code: 'NO_FOLDER' } });
    expect(await runs(place, ' ')).toMatchObject({ code: 3, error: { code: 'NOTHING_SOUGHT' } });
    expect(await runs(place, '--dry-run')).toMatchObject({ code: 3, error: { code: 'USAGE' } });
    expect(await runs(place, 'x', '--prune', '0d')).toMatchObject({ code: 3, error: { code: 'USAGE' } });
    expect(await runs(place, '--prune', '90')).toMatchObject({ code: 3, error: { code: 'OPTION_INVALID' } });
  });
});

describe.concurrent('runs <text>', () => {
  it('finds a row by all that somebody has in hand, in whatever notation', async ({
    expect,
    onTestFinished,
  }) => {
    const rows = mixedRows(8).map((row) =>
      row.firstName === 'Bob' ? { ...row, firstName: 'Sørén', lastName: 'D%_Ray "Jr"' } : row,
    );
    const place = await placeWithRun(onTestFinished, rows);
    const results = parseCsv(place.text('runs/one/results.csv'));
    const by = async (...words: string[]) => (await runs(place, ...words)).found.map(({ row }) => row);
    const bob = results.findIndex(({ username }) => username === 'bob.ray.0') + 2;
    expect(bob).toBe(3);
    for (const text of [
      'BOB0@example.com',
      'SØRÉN D%_Ray "Jr"',
      '(385) 555 0000',
      results[1]?.['userId'] ?? '',
    ])
      expect([text, await by(text)]).toEqual([text, [bob]]);
    expect(await by('Sørén', 'D%_Ray')).toEqual([bob]);
    // without an area code it is also the end of the trunk's number
    expect(await by('555-0000')).toEqual([bob, 9]);
    expect(await by('00-A0-00-00-00-00')).toEqual([2]);
    expect(await by('Bakery 0')).toEqual([2]);
    expect(await by('BCC-0')).toEqual([2, 3, 4]);
    expect(await by(results[0]?.['accountId'] ?? '')).toEqual([2, 3, 4]);
    expect(await by(results[0]?.['assignedPhoneNumber'] ?? '')).toEqual([2]);
    expect(await by('CLINIC-0')).toEqual([9]);
    const { sipTrunkId = '', deviceId = '' } = {
      ...results[0],
      ...results[7],
      deviceId: results[0]?.['deviceId'],
    };
    expect(await by(sipTrunkId)).toEqual([9]);
    expect(await by(deviceId)).toEqual([2]);
    const { found } = await runs(place, 'bob.ray.0');
    expect(found).toMatchObject([
      {
        ...{ runDir: 'runs/one', file: join(place.directory, 'sheet.csv'), sheet: null, row: 3 },
        ...{ product: 'BCC', account: 'BCC-0', status: 'created', at: results[1]?.['finishedAt'] },
        ...{ column: 'username', value: 'bob.ray.0', match: 'whole' },
        ids: { accountId: results[1]?.['accountId'], userId: results[1]?.['userId'] },
      },
    ]);
  });

  it('says where nothing was found with exit 1; SQL and patterns are text like any other', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeWithRun(onTestFinished);
    for (const text of [
      "'; DROP TABLE rows; --",
      '%',
      'bob_ray',
      '\\',
      'accountNumber',
      '385-555-9999',
      '%bob%',
    ])
      expect([text, await runs(place, text)]).toMatchObject([text, { code: 1, found: [], runs: [] }]);
    const ended = await place.cli('runs', 'nobody');
    expectExit(ended, 1);
    expect(ended.stdout).toBe('Nothing found in 1 run in runs\n');
    expect(await runs(place, 'BCC-0')).toMatchObject({ code: 0 });
  });

  it('finds the rows of a workbook, of columns that are not ours, and of rows that are invalid', async ({
    expect,
    onTestFinished,
  }) => {
    const place = await placeOf(onTestFinished);
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('Customers');
    const [first = {}, second = {}] = mixedRows(2);
    const rows = [
      { ...first, 'Old PBX line': '(212) 555 0199', Rep: 'Zoë' },
      { ...second, timeZone: 'nowhere', Rep: 'Joe' },
    ];
    const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    sheet.addRow(columns);
    for (const row of rows)
      sheet.addRow(columns.map((column) => (row as Record<string, string>)[column] ?? ''));
    await book.xlsx.writeFile(join(place.directory, 'in.xlsx'));
    expectExit(await place.cli('run', 'in.xlsx', '--out', 'runs/book', '--quiet', '--on-invalid', 'skip'), 1);
    for (const [text, row, status, column] of [
      ['212.555.0199', 2, 'created', 'Old PBX line'],
      ['ZOË', 2, 'created', 'Rep'],
      ['Joe', 3, 'invalid', 'Rep'],
      ['nowhere', 3, 'invalid', 'timeZone'],
    ])
      expect((await runs(place, String(text))).found).toMatchObject([
        { sheet: 'Customers', row, status, column },
      ]);
  });

  it('finds what undo has taken back', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished);
    const [, bob] = parseCsv(place.text('runs/one/results.csv'));
    const [ann] = parseCsv(place.text('runs/one/results.csv'));
    expectExit(await place.cli('undo', 'runs/one', '--yes'), 0);
    expect((await runs(place, bob?.['userId'] ?? '')).found).toMatchObject([
      { row: 3, status: 'pending', column: 'user id', value: bob?.['userId'] },
    ]);
    expect((await runs(place, ann?.['assignedPhoneNumber'] ?? '')).found).toMatchObject([
      { row: 2, status: 'pending', match: 'whole' },
    ]);
  });

  it('shows whole words first, and what is inside longer ones below', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished, mixedRows(88));
    const ended = await place.cli('runs', 'Bakery 1');
    expectExit(ended, 0);
    const [whole = '', parts = ''] = ended.stdout.split('As part of a longer word:');
    expect(whole).toContain('row 10: created');
    expect(whole).toContain('accountName Bakery 1\n'.replace('\n', ','));
    expect(whole).not.toContain('Bakery 10');
    expect(parts).toContain('accountName Bakery 10');
    expect(ended.stdout).toContain('2 rows of 1 run found, in 1 run in runs\n');
    expect((await place.cli('runs', 'akery 1')).stdout).toContain('accountName Bakery 10');
  });
});

describe.concurrent('runs --prune', () => {
  const filesOf = (place: Place, name: string) =>
    existsSync(join(place.directory, 'runs', name)) ? readdirSync(join(place.directory, 'runs', name)) : null;

  it('deletes what is done, undone or checked only, and nothing else', async ({ expect, onTestFinished }) => {
    const place = await placeOf(onTestFinished);
    // No trunk among them: its credentials would keep the run.
    await place.write('sheet.csv', csvOf(mixedRows(6)));
    const run = (name: string, ...words: string[]) =>
      place.cli('run', 'sheet.csv', '--quiet', '--out', `runs/${name}`, ...words);
    expectExit(await run('done'), 0);
    await place.write('further.csv', csvOf(spelledOut(mixedRows(16)).slice(10, 11)));
    expectExit(await place.cli('run', 'further.csv', '--quiet', '--out', 'runs/undone'), 0);
    expectExit(await place.cli('undo', 'runs/undone', '--yes'), 0);
    expectExit(await run('failed', '--existing', 'fail'), 1);
    expectExit(await run('stopped', '--existing', 'fail', '--max-errors', '1'), 2);
    expectExit(await run('dry', '--dry-run'), 0);
    await place.write('bad.csv', csvOf(mixedRows(2).map((row) => ({ ...row, timeZone: 'nowhere' }))));
    expectExit(await place.cli('validate', 'bad.csv', '--out', 'runs/bad'), 1);
    expectExit(await place.cli('run', 'bad.csv', '--out', 'runs/refused', '--quiet'), 1);
    const folder = join(place.directory, 'runs');
    cpSync(join(folder, 'done'), join(folder, 'older'), { recursive: true });
    inJournal(place, 'older', 'PRAGMA user_version = 1');
    const elsewhere = join(place.directory, 'elsewhere');
    cpSync(join(folder, 'done'), elsewhere, { recursive: true });
    symlinkSync(elsewhere, join(folder, 'link'));
    cpSync(join(folder, 'done'), join(folder, 'own'), { recursive: true });
    writeFileSync(join(folder, 'own', 'notes.txt'), 'of somebody');
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'results.csv'), 'of somebody');
    const before = readdirSync(folder);

    const notYet = await runs(place, '--prune', '1d', '--yes');
    expect(notYet).toMatchObject({ code: 0, younger: 9 });
    const rehearsed = await runs(place, '--prune', '0d', '--dry-run');
    const whatOf = (answer: Answer) =>
      Object.fromEntries(answer.runs.map((each) => [basename(each.runDir), each['what']]));
    const kept = { failed: 'kept', stopped: 'kept', refused: 'kept', older: 'kept', link: 'kept' };
    const gone = ['undone', 'done', 'dry', 'bad', 'own'];
    const all = (what: string) => ({ ...kept, ...Object.fromEntries(gone.map((name) => [name, what])) });
    expect(whatOf(rehearsed)).toEqual(all('would be deleted'));
    expect(rehearsed.runs.every(({ what, bytes }) => what === 'kept' || Number(bytes) > 10_000)).toBe(true);
    const refused = await place.cli('runs', '--prune', '0d');
    expectExit(refused, 3);
    expect(refused.stderr).toContain('give --yes');
    expect(refused.stdout).toMatch(/^would be deleted {2}runs\/done {2}done, .*, \d+\.\d kB$/m);
    expect(refused.stdout).toMatch(/^kept {2}runs\/failed {2}not done, .*: it is open: not done$/m);
    expect(readdirSync(folder)).toEqual(before);
    expect(filesOf(place, 'done')).toContain('journal.db');

    const deleted = await runs(place, '--prune', '0d', '--yes');
    expect(deleted.code).toBe(0);
    expect(whatOf(deleted)).toEqual(all('deleted'));
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(kept), 'other', 'own'].sort());
    expect(filesOf(place, 'own')).toEqual(['notes.txt']);
    expect(filesOf(place, 'other')).toEqual(['results.csv']);
    expect(readdirSync(elsewhere)).toContain('journal.db');
    expect(filesOf(place, 'failed')).toContain('results.csv');
    expect(statesOf(await runs(place))).toMatchObject({ failed: 'not done', stopped: 'stopped' });
  });

  it('keeps a run that somebody is at', async ({ expect, onTestFinished }) => {
    const { gate, workspace } = await gatedWorkspaceOf(onTestFinished, mixedRows(7));
    const { directory, env } = workspace;
    const prune = async () => {
      const words = ['runs', '--dir', directory, '--prune', '0d', '--yes', '--json'];
      const ended = await startCli(words, { env }).ended;
      expectExit(ended, 0);
      return JSON.parse(ended.stdout).runs;
    };
    let held = holdWrites(gate, 3);
    const cli = workspace.start('--timeout', '100000');
    await held.reached;
    expect(await prune()).toMatchObject([{ what: 'kept', state: 'going on' }]);
    held.release();
    expectExit(await cli.ended, 0);
    expect(workspace.differences()).toEqual([]);
    held = holdWrites(gate, 3);
    const undo = startCli(['undo', workspace.runDir, '--yes', '--json'], { env });
    await held.reached;
    expect(await prune()).toMatchObject([{ what: 'kept', state: 'going on' }]);
    held.release();
    expectExit(await undo.ended, 0);
    expect(await prune()).toMatchObject([{ what: 'deleted', state: 'undone', reason: '' }]);
    expect(existsSync(workspace.runDir)).toBe(false);
  });

  it('keeps the only copy of the SIP passwords of trunks in service', async ({ expect, onTestFinished }) => {
    const place = await placeWithRun(onTestFinished);
    expectExit(await inProcess(place, 'run', 'sheet.csv', '--out', 'runs/local', '--quiet'), 0);
    const folder = join(place.directory, 'runs');
    expect(existsSync(join(folder, 'local', 'credentials.csv'))).toBe(true);
    const { runs: first } = await runs(place, '--prune', '0d', '--yes');
    expect(first).toMatchObject([
      { runDir: 'runs/local', what: 'deleted' },
      { runDir: 'runs/one', what: 'kept', reason: expect.stringContaining('credentials.csv') },
    ]);
    expect(readdirSync(folder)).toEqual(['one']);
    cpSync(join(folder, 'one', 'credentials.csv'), join(place.directory, 'vault.csv'));
    const kept = await place.cli('runs', '--prune', '0d', '--yes');
    expectExit(kept, 0);
    expect(kept.stdout).toMatch(
      /^kept {2}runs\/one {2}done, .*credentials\.csv.*\ndeleted: 0 runs \(0 B\); kept: 1; /,
    );
    // what a prune that was killed leaves: the journal goes last
    for (const name of ['credentials.csv', 'results.csv', 'report.html']) rmSync(join(folder, 'one', name));
    const last = await place.cli('runs', '--prune', '0w', '--yes');
    expectExit(last, 0);
    expect(last.stdout).toMatch(/^deleted {2}runs\/one {2}done, .*\ndeleted: 1 run \(/);
    expect(readdirSync(folder)).toEqual([]);
  });
});
