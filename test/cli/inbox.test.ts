import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, createHmac } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, it } from 'vitest';
import type { InboxSummary } from '../../src/inbox/tell.js';
import { startCli } from '../fixtures/cli.js';
import { dropFolderOf, SETTLE, until } from '../fixtures/drop-folder.js';
import { expectExit } from '../fixtures/expect-exit.js';
import { canMount } from '../fixtures/mounts.js';
import { csvOf, mixedRows, type SheetRow } from '../fixtures/rows.js';
import type { OnTestFinished } from '../fixtures/with-sandbox.js';
import { SAMPLES } from './place.js';

/** A customer of its own: one account with one user. */
function customer(name: string): SheetRow {
  const [row = {}] = mixedRows(3).slice(2);
  const account = { timeZone: 'US/Mountain', billingCycleDay: '5', extensionLength: '4' };
  const type = 'OPEN_DIAL_PLAN_TEN_DIGIT';
  return {
    ...row,
    ...account,
    dialingBehaviorType: type,
    accountNumber: name,
    accountName: `Customer ${name}`,
  };
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

describe.concurrent('inbox --once', () => {
  it('runs what is there, each file once, with all that came of it beside it', async ({
    expect,
    onTestFinished,
  }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { root, sandbox } = inbox;
    const none = await inbox.once();
    expectExit(none, 0);
    expect(none.stdout + none.stderr).toBe('');
    expectExit(await inbox.once('--expect', '1'), 1);

    inbox.drop('a.csv', [customer('A-1')]);
    inbox.drop('bad.csv', [{ ...customer('A-2'), timeZone: 'Nowhere' }, customer('A-3')]);
    writeFileSync(join(root, 'cut.csv'), csvOf([customer('A-4')]).trimEnd());
    writeFileSync(join(root, 'no-sheet.xlsx'), 'not a workbook\n'.repeat(30));
    const ended = await inbox.once('--expect', '4');
    expectExit(ended, 1);
    const { summary } = ended;
    expect(summary).toMatchObject({ event: 'call', inbox: root, exitCode: 1, at: expect.any(String) });
    expect(summary.files.map(({ name, stage, exitCode }) => [name, stage, exitCode])).toEqual([
      ['a.csv', 'done', 0],
      ['bad.csv', 'failed', 1],
      ['cut.csv', 'done', 0],
      ['no-sheet.xlsx', 'failed', 3],
    ]);
    const [a, bad, cut, noSheet] = summary.files;
    expect(inbox.summaries('done')).toEqual({ 'a.csv': a, 'cut.csv': cut });
    expect(inbox.summaries('failed')).toEqual({ 'bad.csv': bad, 'no-sheet.xlsx': noSheet });
    expect(inbox.in('working')).toEqual([]);
    expect(a).toMatchObject({
      ...{
        folder: null,
        sha256: sha256(csvOf([customer('A-1')])),
        environment: 'custom',
        reason: null,
        warnings: [],
      },
      rows: { total: 1, created: 1 },
      requests: expect.any(Number),
      partition: expect.any(String),
      ...{ results: join(a?.directory ?? '', 'results.csv'), errors: null },
    });
    expect(a?.directory).toMatch(/\/in\/done\/\d{8}-\d{6}-a\.csv$/);
    expect(inbox.results(a).map(({ accountNumber, status }) => [accountNumber, status])).toEqual([
      ['A-1', 'created'],
    ]);
    expect(readFileSync(join(a?.directory ?? '', 'a.csv'), 'utf8')).toBe(csvOf([customer('A-1')]));
    expect(readFileSync(a?.report ?? '', 'utf8')).toContain('<html');
    expect(statSync(join(a?.directory ?? '', 'run/journal.db')).mode & 0o777).toBe(0o600);
    expect(bad).toMatchObject({
      rows: { total: 2, invalid: 1, pending: 1 },
      reason: 'Some rows are not done: 1 invalid, 1 pending.',
    });
    expect(bad?.next.join('\n')).toContain(`alianza-import run ${bad?.errors}`);
    expect(existsSync(bad?.errors ?? '')).toBe(true);
    expect(cut?.warnings).toEqual([expect.stringContaining('no line end')]);
    expect(noSheet).toMatchObject({
      reason: expect.stringMatching(/^SHEET_NO_HEADER: /),
      rows: null,
      runDir: null,
    });
    for (const { name } of summary.files) expect(existsSync(join(root, name))).toBe(false);
    // what is printed for a person to paste is right where the file lies now
    const verify = await startCli(['verify', a?.runDir ?? ''], { env: inbox.env }).ended;
    expectExit(verify, 0);

    // the same again, under another name; and another file under the same name
    inbox.drop('again.csv', [customer('A-1')]);
    inbox.drop('a.csv', [customer('A-9')]);
    const before = sandbox.requests.length;
    const second = await inbox.once();
    expectExit(second, 0);
    const [other, twin] = second.summary.files;
    expect(twin).toMatchObject({
      name: 'again.csv',
      stage: 'done',
      runDir: null,
      reason: expect.stringContaining('Duplicate of'),
    });
    expect(twin?.reason).toContain(a?.directory);
    expect(other).toMatchObject({ name: 'a.csv', rows: { created: 1 } });
    const writes = () =>
      sandbox.requests.slice(before).filter(({ operation }) => operation === 'createAccount').length;
    expect(writes()).toBe(1);
    inbox.drop('again.csv', [customer('A-1')]);
    const run = await inbox.once('--duplicates', 'run');
    expect(run.summary.files[0]).toMatchObject({ rows: { total: 1, existing: 1 }, reason: null });
    expect(writes()).toBe(1);
    expect([...sandbox.state.accounts.values()].map(({ accountNumber }) => accountNumber).sort()).toEqual([
      'A-1',
      'A-4',
      'A-9',
    ]);
    expect(statSync(join(root, 'inbox.db')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(root, 'inbox.log'), 'utf8')).toContain('"event":"ended"');
  });

  it('takes files whatever their names, and nothing but files', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { root } = inbox;
    const names = [
      'two words.csv',
      `it's "quoted" $HOME.csv`,
      'line\nbreak.csv',
      '-rf.csv',
      'errors.csv',
      `${'é'.repeat(120)}.csv`,
    ];
    for (const [at, name] of names.entries()) inbox.drop(name, [customer(`N-${at}`)]);
    const raw = Buffer.concat([Buffer.from(`${root}/caf`), Buffer.from([0xe9]), Buffer.from('.csv')]);
    writeFileSync(raw, csvOf([customer('N-6')]));
    const passwords = readFileSync('/etc/passwd');
    symlinkSync('/etc/passwd', join(root, 'link.csv'));
    mkdirSync(join(root, 'folder.csv'));
    execFileSync('mkfifo', [join(root, 'pipe.csv')]);
    writeFileSync(join(root, 'empty.csv'), '');
    writeFileSync(join(root, 'README.txt'), 'Drop sheets here.\n');
    writeFileSync(join(root, 'half.csv.part'), csvOf([customer('N-7')]));
    const ended = await inbox.once();
    expectExit(ended, 0);
    const { files } = ended.summary;
    expect(files.map(({ name }) => name).sort()).toEqual([...names, 'caf\ufffd.csv'].sort());
    for (const summary of files) {
      expect(
        inbox.results(summary).map(({ status }) => status),
        summary.name,
      ).toEqual(['created']);
      expect(summary.directory).toMatch(/^[^\n]*$/);
    }
    for (const name of ['link.csv', 'folder.csv', 'pipe.csv', 'empty.csv', 'README.txt', 'half.csv.part'])
      expect(existsSync(join(root, name)), name).toBe(true);
    expect(readFileSync('/etc/passwd')).toEqual(passwords);
    expect(existsSync(raw)).toBe(false);
    expect(inbox.sandbox.state.accounts.size).toBe(7);
  });

  it('lets the folder of a customer say how its files are run', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { root, sandbox } = inbox;
    const configure = (name: string, files: Readonly<Record<string, unknown>>) => {
      mkdirSync(join(root, name), { recursive: true });
      for (const [file, json] of Object.entries(files))
        writeFileSync(join(root, name, file), typeof json === 'string' ? json : JSON.stringify(json));
    };
    configure('acme', {
      'inbox.json': { profile: 'acme.json', set: ['billingCycleDay=7'] },
      'acme.json': { headers: { BillTo: 'accountNumber' } },
    });
    configure('dry', { 'inbox.json': { 'dry-run': true } });
    configure('odd', { 'inbox.json': { profil: 'acme.json' } });
    configure('broken', { 'inbox.json': { profile: 'nowhere.json' } });
    configure('plain', {});
    const csv = csvOf([{ ...customer('F-1'), billingCycleDay: '' }]);
    writeFileSync(join(root, 'acme/x.csv'), csv.replace('accountNumber', 'BillTo'));
    for (const name of ['dry', 'odd', 'broken', 'plain'])
      writeFileSync(join(root, name, 'x.csv'), csvOf([customer(`F-${name}`)]));
    const ended = await inbox.once();
    expectExit(ended, 3);
    const { files, problems = [] } = ended.summary;
    expect(files.map(({ folder, name, stage }) => [folder, name, stage])).toEqual([
      ['acme', 'x.csv', 'done'],
      ['dry', 'x.csv', 'done'],
    ]);
    expect(
      [...sandbox.state.accounts.values()].map(({ accountNumber, billingCycleDay }) => [
        accountNumber,
        billingCycleDay,
      ]),
    ).toEqual([['F-1', 7]]);
    expect(files[1]).toMatchObject({ rows: { total: 1, valid: 1 } });
    expect(problems.map(({ folder, code }) => [folder, code])).toEqual([
      ['broken', 'FOLDER_INVALID'],
      ['odd', 'FOLDER_INVALID'],
    ]);
    for (const name of ['odd', 'broken', 'plain'])
      expect(existsSync(join(root, name, 'x.csv')), name).toBe(true);
    // the same bytes under another folder's settings are no duplicate
    writeFileSync(join(root, 'again.csv'), csvOf([customer('F-dry')]));
    rmSync(join(root, 'odd'), { recursive: true });
    rmSync(join(root, 'broken'), { recursive: true });
    const again = await inbox.once();
    expectExit(again, 0);
    expect(again.summary.files[0]).toMatchObject({ reason: null, rows: { created: 1 } });
  });

  it('stops at --max-errors with 2, holds up what comes later where asked to, and tries again', async ({
    expect,
    onTestFinished,
  }) => {
    const inbox = await dropFolderOf(onTestFinished);
    inbox.drop('0.csv', [{ ...customer('M-2'), accountName: 'Somebody else' }]);
    expectExit(await inbox.once(), 0);
    inbox.drop('1.csv', [customer('M-1'), customer('M-2')]);
    inbox.drop('2.csv', [customer('M-3')]);
    writeFileSync(join(inbox.root, 'list.pdf'), '%PDF-');
    const options = ['--max-errors', '1', '--stop-on-failure', '--retries', '0'];
    const ended = await inbox.once(...options);
    expectExit(ended, 2);
    expect(ended.summary.files.map(({ name, stage, exitCode }) => [name, stage, exitCode])).toEqual([
      ['1.csv', 'failed', 2],
    ]);
    expect(ended.summary.problems).toEqual([expect.objectContaining({ code: 'HELD_UP', folder: null })]);
    expect(existsSync(join(inbox.root, '2.csv'))).toBe(true);
    expectExit(await inbox.once(...options), 1);

    const [failed = ''] = inbox.in('failed');
    const nothing = await inbox.start(['--retry', 'nothing', '--json']).ended;
    expectExit(nothing, 3);
    expect(JSON.parse(nothing.stdout).error).toMatchObject({ code: 'NOT_IN_FAILED' });
    const back = await inbox.start(['--retry', '1.csv']).ended;
    expectExit(back, 0);
    expect(inbox.in('working')).toEqual([failed]);
    const third = await inbox.once(...options, '--give-up', '0.2');
    expect(third.summary.files.map(({ name, stage, exitCode }) => [name, stage, exitCode])).toEqual([
      ['1.csv', 'failed', 2],
    ]);
    renameSync(join(inbox.root, 'failed', failed), join(inbox.directory, 'put-right'));
    const fourth = await inbox.once(...options, '--give-up', '0.2');
    expectExit(fourth, 1);
    expect(fourth.summary.files.map(({ name, stage, reason }) => [name, stage, reason])).toEqual([
      ['2.csv', 'done', null],
      ['list.pdf', 'failed', 'NOT_A_SHEET: It is no sheet by its name.'],
    ]);
  });

  it('leaves files in working when nothing can be run, and has them first the next time', async ({
    expect,
    onTestFinished,
  }) => {
    const inbox = await dropFolderOf(onTestFinished);
    inbox.drop('a.csv', [customer('L-1')]);
    inbox.drop('b.csv', [customer('L-2')]);
    const wrong = await inbox.start(['--once', '--json', ...SETTLE], { ALIANZA_PASSWORD: 'wrong-Word' })
      .ended;
    expectExit(wrong, 3);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      ...{ exitCode: 3, files: [] },
      problems: [{ folder: null, code: expect.stringMatching(/^LOGIN/) }],
    });
    expect(wrong.stdout + wrong.stderr).not.toContain('wrong-Word');
    // one try was enough
    expect(inbox.sandbox.requests.filter(({ operation }) => operation === 'logUserIn')).toHaveLength(1);
    expect(inbox.in('working')).toHaveLength(1);
    expect(existsSync(join(inbox.root, 'b.csv'))).toBe(true);
    const right = await inbox.once();
    expectExit(right, 0);
    expect(right.summary.files.map(({ name }) => name)).toEqual(['a.csv', 'b.csv']);
  });

  it('is alone on its folder', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished, { latencyMs: 300 });
    inbox.drop('a.csv', [customer('O-1')]);
    const first = inbox.start(['--once', '--json', ...SETTLE]);
    await until(() => inbox.in('working').length > 0);
    const second = await inbox.once();
    expectExit(second, 5);
    expect(second.summary).toMatchObject({ error: { code: 'LOCKED' }, exitCode: 5 });
    const allowed = await inbox.once('--overlap-ok');
    expectExit(allowed, 0);
    expect(allowed.stdout + allowed.stderr).toBe('');
    expectExit(await first.ended, 0);
    expect(inbox.sandbox.state.accounts.size).toBe(1);
  });

  it('takes no file for done that was written to while it was run', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished, { latencyMs: 200 });
    inbox.drop('a.csv', [customer('Z-1')]);
    const once = inbox.start(['--once', '--json', ...SETTLE]);
    await until(() => inbox.sandbox.requests.length > 0);
    const [directory = ''] = inbox.in('working');
    appendFileSync(join(inbox.root, 'working', directory, 'a.csv'), csvOf([customer('Z-2')]));
    expectExit(await once.ended, 1);
    expect(inbox.summaries('failed')['a.csv']).toMatchObject({
      ...{ rows: { created: 1 }, reason: expect.stringContaining('written to while it was run') },
    });
    inbox.drop('a.csv', [customer('Z-1'), customer('Z-2')]);
    const whole = await inbox.once();
    expect(whole.summary.files[0]).toMatchObject({ stage: 'done', rows: { existing: 1, created: 1 } });
  });

  it('refuses what it cannot do', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { directory, env, root } = inbox;
    const refusals: [string[], string][] = [
      [[root], 'USAGE'],
      [[root, '--once', '--watch'], 'USAGE'],
      [[join(directory, 'nowhere'), '--once'], 'INBOX_UNUSABLE'],
      [[join(SAMPLES, 'bcc.csv'), '--once'], 'INBOX_UNUSABLE'],
      [[root, '--once', '--settle', 'soon'], 'OPTION_INVALID'],
      [[root, '--once', '--notify', 'ftp://x'], 'OPTION_INVALID'],
      [[root, '--once', '--notify', 'https://user:pass@x/'], 'OPTION_INVALID'],
      [[root, '--once', '--notify-command', 'nowhere'], 'OPTION_INVALID'],
      [[root, '--once', '--max-errors', 'x'], 'OPTION_INVALID'],
    ];
    for (const [args, code] of refusals) {
      const ended = await startCli(['inbox', ...args, '--json'], { cwd: directory, env }).ended;
      expectExit(ended, 3);
      expect(JSON.parse(ended.stdout).error, args.join(' ')).toMatchObject({ code });
    }
  });

  it.skipIf(!canMount)(
    'works on no folder that is read-only, or lies on several file systems',
    async ({ expect, onTestFinished }) => {
      const inbox = await dropFolderOf(onTestFinished);
      const { root, env } = inbox;
      inbox.drop('a.csv', [customer('R-1')]);
      mkdirSync(join(root, 'working'));
      const mounts = [
        `mount --bind ${root} ${root} && mount -o remount,bind,ro ${root}`,
        `mount -t tmpfs tmpfs ${root}/working`,
      ];
      for (const mount of mounts) {
        const before = `set -- unshare --mount sh -c '${mount} && exec "$@"' sh "$@"`;
        const ended = await startCli(['inbox', root, '--once', '--json', ...SETTLE], { env, before }).ended;
        expectExit(ended, 3);
        expect(JSON.parse(ended.stdout).error, mount).toMatchObject({ code: 'INBOX_UNUSABLE' });
      }
      expect(existsSync(join(root, 'a.csv'))).toBe(true);
    },
  );
});

describe.concurrent('inbox --watch', () => {
  it('takes files when they are whole, however they come, and ends well with SIGTERM', async ({
    expect,
    onTestFinished,
  }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { root } = inbox;
    const watch = inbox.start(['--watch', '--every', '0.1', '--settle', '1.5', '--json']);
    await until(() => existsSync(join(root, 'done')));
    const rows = ['W-1', 'W-2', 'W-3'].map(customer);
    const pieces = (prefix: string) => {
      const text = csvOf(rows.map((row) => ({ ...row, accountNumber: `${prefix}${row.accountNumber}` })));
      const third = Math.ceil(text.length / 3);
      return [text.slice(0, third), text.slice(third, 2 * third), text.slice(2 * third)];
    };
    // a writer that pauses, one that reserved its room first, and a copy that keeps its times
    const slow = openSync(join(root, 'slow.csv'), 'w');
    const reserved = openSync(join(root, 'reserved.csv'), 'w');
    const reservedPieces = pieces('R');
    ftruncateSync(reserved, reservedPieces.join('').length);
    const old = new Date('2020-01-01');
    let at = 0;
    for (const [turn, piece] of pieces('S').entries()) {
      writeSync(slow, piece);
      const part = reservedPieces[turn] ?? '';
      writeSync(reserved, part, at);
      at += part.length;
      writeFileSync(
        join(root, 'copied.csv'),
        pieces('C')
          .slice(0, turn + 1)
          .join(''),
      );
      utimesSync(join(root, 'copied.csv'), old, old);
      writeFileSync(
        join(root, 'renamed.csv.part'),
        pieces('P')
          .slice(0, turn + 1)
          .join(''),
      );
      await sleep(900);
      expect(inbox.in('working')).toEqual([]);
    }
    renameSync(join(root, 'renamed.csv.part'), join(root, 'renamed.csv'));
    closeSync(slow);
    closeSync(reserved);
    await until(() => inbox.in('done').length === 4);
    watch.signal('SIGTERM');
    const ended = await watch.ended;
    expectExit(ended, 0);
    const summaries = inbox.summaries('done');
    expect(Object.keys(summaries).sort()).toEqual(['copied.csv', 'renamed.csv', 'reserved.csv', 'slow.csv']);
    for (const summary of Object.values(summaries))
      expect(summary.rows, summary.name).toMatchObject({ total: 3, created: 3 });
    const lines = ended.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as InboxSummary);
    expect(lines.map(({ event, files }) => [event, files.length])).toEqual(Array(4).fill(['file', 1]));
    expect(inbox.sandbox.state.accounts.size).toBe(12);
  });

  it('stops a run that goes on when it is told to, and goes on with it the next time', async ({
    expect,
    onTestFinished,
  }) => {
    const inbox = await dropFolderOf(onTestFinished, { latencyMs: 100 });
    inbox.drop(
      'long.csv',
      Array.from({ length: 40 }, (_, n) => customer(`T-${n}`)),
    );
    const watch = inbox.start(['--watch', ...SETTLE, '--every', '0.1', '--concurrency', '2']);
    await until(() => inbox.sandbox.state.accounts.size > 0);
    watch.signal('SIGTERM');
    expectExit(await watch.ended, 0);
    expect(inbox.sandbox.requests.filter(({ status }) => status === undefined)).toEqual([]);
    const { size } = inbox.sandbox.state.accounts;
    expect(size).toBeLessThan(40);
    expect(inbox.in('working')).toHaveLength(1);
    const once = inbox.start(['--once', '--json', ...SETTLE, '--concurrency', '2']);
    await until(() => inbox.sandbox.state.accounts.size > size);
    once.signal('SIGTERM');
    const stopped = await once.ended;
    expectExit(stopped, 4);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ files: [], exitCode: 4 });
    const ended = await inbox.once();
    expectExit(ended, 0);
    expect(ended.summary.files).toEqual([
      expect.objectContaining({ rows: expect.objectContaining({ total: 40, created: 40 }) }),
    ]);
    expect(inbox.sandbox.state.accounts.size).toBe(40);
  });

  it('does not take a folder that is gone for an empty one', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const { root, directory } = inbox;
    const watch = inbox.start(['--watch', '--every', '0.1', ...SETTLE, '--json']);
    await until(() => existsSync(join(root, 'inbox.db')));
    await sleep(1000);
    renameSync(root, join(directory, 'away'));
    mkdirSync(root);
    await until(() => watch.stderr().includes('The folder is gone'));
    await sleep(500);
    expect(existsSync(join(root, 'working'))).toBe(false);
    expect(watch.stderr().split('The folder is gone')).toHaveLength(2);
    watch.signal('SIGTERM');
    expectExit(await watch.ended, 0);
  });
});

describe.concurrent('those who are told', () => {
  it('get a signed summary of every file and every call, also of one without files', async ({
    expect,
    onTestFinished,
  }) => {
    const inbox = await dropFolderOf(onTestFinished);
    const posted: { summary: InboxSummary; signature: string; body: string }[] = [];
    let status = 200;
    const url = await hookOf(onTestFinished, (body, headers, answer) => {
      posted.push({ summary: JSON.parse(body), signature: String(headers['x-signature']), body });
      answer(status);
    });
    const command = join(inbox.directory, 'tell.sh');
    writeFileSync(
      command,
      `#!/bin/sh\ncat >> ${inbox.directory}/told\necho >> ${inbox.directory}/told\nenv > ${inbox.directory}/env\n`,
    );
    chmodSync(command, 0o755);
    inbox.drop('a.csv', [customer('H-1')]);
    const args = ['--once', '--json', ...SETTLE, '--notify', `${url}?token=x`, '--notify-command', command];
    const secret = { ALIANZA_IMPORT_HOOK_SECRET: 'hook-Secret-1' };
    expectExit(await inbox.start(args, secret).ended, 0);
    expect(posted.map(({ summary }) => [summary.event, summary.files.map(({ name }) => name)])).toEqual([
      ['file', ['a.csv']],
      ['call', ['a.csv']],
    ]);
    for (const { body, signature } of posted)
      expect(signature).toBe(`sha256=${createHmac('sha256', 'hook-Secret-1').update(body).digest('hex')}`);
    expect(JSON.stringify(posted)).not.toContain('Customer H-1');
    const told = readFileSync(join(inbox.directory, 'told'), 'utf8').trim().split('\n');
    expect(told.map((line) => JSON.parse(line))).toEqual(posted.map(({ summary }) => summary));
    expect(readFileSync(join(inbox.directory, 'env'), 'utf8')).not.toMatch(/hook-Secret-1|ALIANZA_PASSWORD/);

    status = 302;
    const none = await inbox.start(args, secret).ended;
    expectExit(none, 0);
    expect(posted.slice(2).map(({ summary }) => [summary.event, summary.nothing])).toEqual(
      Array(3).fill(['call', true]),
    );
    expect(none.stderr).toMatch(/Not told: 127\.0\.0\.1:\d+ answered 302/);
    expect(none.stdout + none.stderr + readFileSync(join(inbox.root, 'inbox.log'), 'utf8')).not.toContain(
      'token=x',
    );
    const grep = spawnSync('grep', ['-rl', 'hook-Secret-1', inbox.root], { encoding: 'utf8' });
    expect([grep.status, grep.stdout]).toEqual([1, '']);
  });

  it('change nothing when they hang', async ({ expect, onTestFinished }) => {
    const inbox = await dropFolderOf(onTestFinished);
    let tries = 0;
    const url = await hookOf(onTestFinished, () => {
      tries++;
    });
    inbox.drop('a.csv', [customer('G-1')]);
    const watch = inbox.start(['--watch', '--every', '0.1', ...SETTLE, '--notify', url]);
    await until(() => tries > 0);
    inbox.drop('b.csv', [customer('G-2')]);
    // the next file does not wait for it
    await until(() => inbox.in('done').length === 2);
    expect(tries).toBe(1);
    watch.signal('SIGTERM');
    const ended = await watch.ended;
    expectExit(ended, 0);
    expect(ended.stderr).toContain('did not answer within 10 s');
    expect(Object.values(inbox.summaries('done')).map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });
});

type Hear = (
  body: string,
  headers: Readonly<Record<string, unknown>>,
  answer: (status: number) => void,
) => void;

async function hookOf(onTestFinished: OnTestFinished, hear: Hear): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    request.on('end', () =>
      hear(body, request.headers, (status) => response.writeHead(status, { location: '/elsewhere' }).end()),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
}
