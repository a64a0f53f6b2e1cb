import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { InboxSummary } from '../../src/inbox/tell.js';
import { CLI } from '../fixtures/cli.js';
import { type DropFolder, dropFolderOf, SETTLE, until } from '../fixtures/drop-folder.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { differences, plain } from '../fixtures/oracle.js';
import { randomFrom } from '../fixtures/random.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';

const MINUTES = 60_000;

/** Whole customers, so many rows of them in each file. */
function sheetsOf(files: number, rowsPerFile = 8): SheetRow[][] {
  // a number that a file searches may be one that a later file names
  const rows = mixedRows(files * rowsPerFile).map((row, index) =>
    row.numberSource || row.phoneNumber ? row : { ...row, phoneNumber: `1801796${4000 + index}` },
  );
  return Array.from({ length: files }, (_, n) => rows.slice(n * rowsPerFile, (n + 1) * rowsPerFile));
}

/** What is not as the sheets say, of the platform and of the inbox; nothing when all is well. */
function wrongIn(inbox: DropFolder, sheets: ReadonlyMap<string, readonly SheetRow[]>): string[] {
  const done = inbox.summaries('done');
  const wrong = [...inbox.in('working').map((each) => `in working: ${each}`)];
  for (const each of readdirSync(inbox.root)) if (sheets.has(each)) wrong.push(`not taken: ${each}`);
  if (inbox.in('done').length !== sheets.size)
    wrong.push(`${inbox.in('done').length} done of ${sheets.size}`);
  const rows: SheetRow[] = [];
  const results: Record<string, string>[] = [];
  const credentials = new Map<string, { sipUsername: string; sipPassword: string }>();
  for (const [name, own] of sheets) {
    rows.push(...own);
    results.push(...inbox.results(done[name]));
    if (done[name]?.exitCode !== 0) wrong.push(`${name}: ${done[name]?.reason}`);
    const file = join(done[name]?.runDir ?? '', 'credentials.csv');
    if (!existsSync(file)) continue;
    for (const line of readFileSync(file, 'utf8').trim().split(/\r?\n/).slice(1)) {
      const [, trunk = '', sipUsername = '', sipPassword = ''] = line
        .split(',')
        .map((cell) => cell.replaceAll('"', ''));
      credentials.set(trunk, { sipUsername, sipPassword });
    }
  }
  return [...wrong, ...differences(plain(inbox.sandbox.state), rows, results, credentials)];
}

/** The inbox with its runs as one group of processes, which is killed whole. */
function startGroup(
  inbox: DropFolder,
  args: readonly string[],
): { child: ChildProcess; kill(): void; ended: Promise<unknown> } {
  const child = spawn(process.execPath, [CLI, 'inbox', inbox.root, ...args], {
    cwd: inbox.directory,
    env: { PATH: process.env['PATH'] ?? '', ...inbox.env },
    stdio: 'ignore',
    detached: true,
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const kill = () => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {
      // it has ended
    }
  };
  return { child, kill, ended };
}

describe('an inbox that is killed at random moments', { timeout: 6 * MINUTES }, () => {
  it.for([
    ['with its runs', 31, true],
    ['while its runs live on', 32, false],
  ] as const)(
    '%s: no file is lost, none is run twice',
    async ([, seed, whole], { expect, onTestFinished }) => {
      const random = randomFrom(seed);
      const inbox = await dropFolderOf(onTestFinished, { latencyMs: 10 });
      const sheets = new Map(sheetsOf(6).map((rows, n) => [`${n + 1}.csv`, rows]));
      for (const [name, rows] of sheets) inbox.drop(name, rows);
      const args = ['--once', ...SETTLE, '--order', 'name', '--timeout', '1500'];
      for (let kills = 0; kills < 10; kills++) {
        const group = startGroup(inbox, args);
        // the first die as they look and take, the others amid a run
        const ready =
          kills < 3
            ? sleep(random() * 1200)
            : until(() => inbox.in('working').length > 0 || group.child.exitCode !== null);
        await ready;
        await sleep(random() * 1500);
        if (whole) group.kill();
        else group.child.kill('SIGKILL');
        await group.ended;
      }
      for (let calls = 0; calls < 8; calls++) {
        const { code } = await inbox.once('--order', 'name', '--timeout', '1500');
        if (code === 0) break;
        // a run that outlived its inbox ends what is in flight
        expect(code).toBe(4);
        await sleep(500);
      }
      expect(wrongIn(inbox, sheets)).toEqual([]);
    },
  );
});

describe('an inbox that was killed between two steps', { timeout: 3 * MINUTES }, () => {
  it('goes on from each of them', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { root } = inbox;
    const [first = [], second = [], third = [], fourth = []] = sheetsOf(4);
    const sheets = new Map([['a.csv', first]]);
    inbox.drop('a.csv', first);
    expectExit(await inbox.once(), 0);
    const [a = ''] = inbox.in('done');
    const claimOf = (name: string) =>
      JSON.stringify({
        ...JSON.parse(readFileSync(join(root, 'done', a, '.claim.json'), 'utf8')),
        sheet: name,
        name,
      });
    const working = (directory: string) => {
      const path = join(root, 'working', directory);
      mkdirSync(path);
      return path;
    };

    // its directory made; its claim half written; its claim written
    working('1-empty');
    writeFileSync(join(working('2-half'), '.claim.json.99999.0a.partial'), '{');
    writeFileSync(join(working('3-claimed'), '.claim.json'), claimOf('b.csv'));
    inbox.drop('b.csv', second);
    sheets.set('b.csv', second);
    // moved, not run; a run that left no journal
    const moved = working('4-moved');
    writeFileSync(join(moved, '.claim.json'), claimOf('c.csv'));
    writeFileSync(join(moved, 'c.csv'), csvOf(third));
    sheets.set('c.csv', third);
    mkdirSync(join(moved, 'run'));
    writeFileSync(join(moved, 'run', 'run.log'), '');
    const ended = await inbox.once();
    expectExit(ended, 0);
    expect(ended.summary.files.map(({ name }) => name)).toEqual(['c.csv', 'b.csv']);
    expect(wrongIn(inbox, sheets)).toEqual([]);

    // run to its end, not put away: with its summary, and without
    const requests = inbox.sandbox.requests.length;
    const writes = () =>
      inbox.sandbox.requests.slice(requests).filter(({ operation = '' }) => operation.startsWith('create'))
        .length;
    renameSync(join(root, 'done', a), join(root, 'working', a));
    expectExit(await inbox.once(), 0);
    expect(inbox.in('done')).toContain(a);
    renameSync(join(root, 'done', a), join(root, 'working', a));
    rmSync(join(root, 'working', a, 'summary.json'));
    expectExit(await inbox.once(), 0);
    expect(writes()).toBe(0);
    expect(wrongIn(inbox, sheets)).toEqual([]);

    // put away, and nobody told
    const told = join(inbox.directory, 'told');
    const script = join(inbox.directory, 'tell.sh');
    writeFileSync(script, `#!/bin/sh\nsleep 5\ncat >> ${told}\necho >> ${told}\n`, { mode: 0o755 });
    inbox.drop('d.csv', fourth);
    const group = startGroup(inbox, ['--once', ...SETTLE, '--notify-command', script]);
    await until(() => inbox.in('done').length === 4);
    group.kill();
    await group.ended;
    writeFileSync(script, `#!/bin/sh\ncat >> ${told}\necho >> ${told}\n`);
    const quick = await inbox.once('--notify-command', script);
    expectExit(quick, 0);
    const lines = readFileSync(told, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as InboxSummary);
    expect(lines.map(({ event, files }) => [event, files.map(({ name }) => name)])).toEqual([
      ['file', ['d.csv']],
      ['call', []],
    ]);
  });
});

describe('many small files', { timeout: 6 * MINUTES }, () => {
  it('are all done, in their order', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const [row = {}] = mixedRows(3).slice(2);
    const account = {
      timeZone: 'US/Mountain',
      billingCycleDay: '5',
      extensionLength: '4',
      dialingBehaviorType: 'OPEN_DIAL_PLAN_TEN_DIGIT',
    };
    const many = new Map<string, SheetRow[]>();
    for (let n = 1; n <= 15; n++)
      many.set(`${n}.csv`, [{ ...row, ...account, accountNumber: `S-${n}`, accountName: `Small ${n}` }]);
    for (const [name, rows] of many) inbox.drop(name, rows);
    const ended = await inbox.once();
    expectExit(ended, 0);
    expect(ended.summary.files.map(({ name }) => name)).toEqual([...many.keys()]);
    expect(wrongIn(inbox, many)).toEqual([]);
  });
});
