import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { describe, expect, it } from 'vitest';
import { resolveSettings } from '../src/options.js';
import { createRun, openRun, readRun, reserveRunDirectory, runFiles } from '../src/run/directory.js';
import type { RunFacts } from '../src/run/state.js';
import { temporaryDirectory } from './results/journals.js';

const FACTS: RunFacts = {
  createdAt: '2026-03-01T12:00:00.000Z',
  inputs: [{ file: '/tmp/Kunden "März".csv', sha256: 'ab'.repeat(32) }],
  target: { environment: 'custom', baseUrl: 'http://127.0.0.1:8080' },
  kind: 'run',
  settings: resolveSettings({ concurrency: 3 }, {}).settings,
  reading: { defaults: { country: 'CAN' } },
};
const stop = (code: string, message: unknown = expect.any(String)) =>
  expect.objectContaining({ name: 'StopError', code, message });

/** The bytes of a database without a table. */
function emptyDatabase(file: string): Buffer {
  const database = new Database(file);
  database.pragma('user_version = 7');
  database.close();
  return readFileSync(file);
}

async function runOf() {
  const directory = join(await temporaryDirectory(), 'runs', 'one');
  const run = await createRun(directory, reserveRunDirectory(directory), FACTS);
  return { directory, run };
}

describe('reserveRunDirectory', () => {
  it('makes the directory and those above it, and writes nothing but its lock', async () => {
    const directory = join(await temporaryDirectory(), 'läufe', 'a b', 'one');
    const lock = reserveRunDirectory(directory);
    expect(readdirSync(directory).every((name) => name.startsWith('lock'))).toBe(true);
    expect(() => reserveRunDirectory(directory)).toThrow(
      stop('LOCKED', expect.stringContaining(`run directory ${directory}`)),
    );
    lock.release();
    reserveRunDirectory(directory).release();
  });

  it('takes a directory with other files in it', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, 'sheet.csv'), 'a');
    reserveRunDirectory(directory).release();
    expect(existsSync(join(directory, 'sheet.csv'))).toBe(true);
  });

  it('refuses one that holds a run, with what to do, and lets go of it', async () => {
    const { directory, run } = await runOf();
    await run.close();
    const refused = expect.objectContaining({
      ...{ name: 'StopError', code: 'RUN_EXISTS', exit: 'nothingDone' },
      hint: expect.stringContaining(`alianza-import resume ${directory}`),
    });
    expect(() => reserveRunDirectory(directory)).toThrow(refused);
    expect(() => reserveRunDirectory(directory)).toThrow(refused);
    await openRun(directory).close();
  });

  it('takes one whose run was killed before its journal was there', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(`${runFiles(directory).journal}.99999999.0badcafe.partial`, 'half of it');
    await (await createRun(directory, reserveRunDirectory(directory), FACTS)).close();
    expect(openRun(directory).facts.createdAt).toBe(FACTS.createdAt);
    expect(readdirSync(directory).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  it.each([
    ...['results.csv', 'results.xlsx', 'errors.csv', 'errors.xlsx', 'report.html', 'credentials.csv'],
    ...['run.log', 'http.jsonl', 'undo.csv', 'verify.csv', 'journal.db', 'given-credentials.jsonl'],
    ...['sandbox-state.jsonl', 'standard-input', 'journal.db-wal'],
  ])('refuses one with a file of somebody’s that a run would overwrite: %s', async (name) => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, name), 'precious');
    expect(() => reserveRunDirectory(directory)).toThrow(
      stop('RUN_DIRECTORY_TAKEN', expect.stringContaining(`${directory} already holds ${name},`)),
    );
    expect(readdirSync(directory)).toEqual([name]);
    expect(readFileSync(join(directory, name), 'utf8')).toBe('precious');
  });

  it('refuses a link of that name, wherever it leads, and a journal that lost its content', async () => {
    const directory = await temporaryDirectory();
    symlinkSync('/nowhere/at/all', join(directory, 'report.html'));
    expect(() => reserveRunDirectory(directory)).toThrow(stop('RUN_DIRECTORY_TAKEN'));
    rmSync(join(directory, 'report.html'));
    writeFileSync(runFiles(directory).journal, '');
    expect(() => reserveRunDirectory(directory)).toThrow(stop('RUN_DIRECTORY_TAKEN'));
    expect(readdirSync(directory)).toEqual(['journal.db']);
  });

  it('is let go of with what was put into it since, but for what was there before', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    const reserved = reserveRunDirectory(directory);
    writeFileSync(runFiles(directory).standardInput, 'a,b');
    reserved.release();
    expect(readdirSync(directory)).toEqual(['notes.txt']);
  });

  it.each([
    ['a file', 'there'],
    ['a path below a file', 'there/run'],
    ['a path that the kernel makes nothing in', '/proc/nowhere/run'],
  ])('refuses %s', async (_what, path) => {
    const above = await temporaryDirectory();
    writeFileSync(join(above, 'there'), '');
    const directory = resolve(above, path);
    expect(() => reserveRunDirectory(directory)).toThrow(
      stop('RUN_DIRECTORY_UNUSABLE', expect.stringContaining(directory)),
    );
  });

  it.skipIf(process.getuid?.() === 0)('refuses one that cannot be written', async () => {
    const directory = await temporaryDirectory();
    chmodSync(directory, 0o500);
    expect(() => reserveRunDirectory(directory)).toThrow(stop('RUN_DIRECTORY_UNUSABLE'));
    chmodSync(directory, 0o700);
  });
});

describe('a run', () => {
  it('remembers how it was started', async () => {
    const { directory, run } = await runOf();
    expect(run.facts).toEqual(FACTS);
    expect(run.files).toEqual(runFiles(directory));
    await run.close();
    const again = openRun(directory);
    // An option without a value is the same as none.
    expect(again.facts).toEqual(JSON.parse(JSON.stringify(FACTS)));
    await again.close();
  });

  it('is opened by one process alone, but may be read meanwhile', async () => {
    const { directory, run } = await runOf();
    expect(() => openRun(directory)).toThrow(stop('LOCKED'));
    await run.journal.setRowStatus(1, 'created', null);
    const { journal, facts } = readRun(directory);
    expect(facts.kind).toBe('run');
    await run.journal.setMeta('x', 1);
    expect(journal.meta('x')).toBe(1);
    await journal.close();
    await run.close();
    await run.close();
    await openRun(directory).close();
  });

  it('that is abandoned leaves nothing behind', async () => {
    const { directory, run } = await runOf();
    await run.abandon();
    expect(existsSync(directory)).toBe(false);
    const again = await createRun(directory, reserveRunDirectory(directory), FACTS);
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    await again.abandon();
    expect(readdirSync(directory)).toEqual(['notes.txt']);
  });

  it('that is abandoned keeps SIP credentials, and one that was opened again keeps everything', async () => {
    const { directory, run } = await runOf();
    writeFileSync(run.files.credentials, 'accountNumber,trunkName\n');
    writeFileSync(run.files.report, '<html>');
    await run.abandon();
    expect(readdirSync(directory)).toEqual(['credentials.csv']);
    rmSync(run.files.credentials);
    await (await createRun(directory, reserveRunDirectory(directory), FACTS)).close();
    await openRun(directory).abandon();
    expect(openRun(directory).facts.createdAt).toBe(FACTS.createdAt);
  });

  it('is its owner’s alone, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      const { directory, run } = await runOf();
      await run.journal.setMeta('x', 1);
      const modes = readdirSync(directory).map((name) => [
        name,
        statSync(join(directory, name)).mode & 0o777,
      ]);
      expect(Object.fromEntries(modes)).toEqual({
        ...{ lock: 0o600, 'lock.holder': 0o600 },
        ...{ 'journal.db': 0o600, 'journal.db-wal': 0o600, 'journal.db-shm': 0o600 },
      });
      expect(statSync(directory).mode & 0o777).toBe(0o700);
      expect(statSync(join(directory, '..')).mode & 0o777).toBe(0o755);
      await run.close();
    } finally {
      process.umask(before);
    }
  });
});

describe.each([
  ['openRun', openRun],
  ['readRun', readRun],
])('%s', (_name, open) => {
  it('refuses a directory that is not there, or without a run, and makes nothing in it', async () => {
    const directory = await temporaryDirectory();
    expect(() => open(join(directory, 'nowhere'))).toThrow(
      stop('NO_RUN', `${join(directory, 'nowhere')} holds no run.`),
    );
    expect(() => open(directory)).toThrow(stop('NO_RUN'));
    expect(readdirSync(directory)).toEqual([]);
  });

  it('says of a run without its journal what is left of it', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(runFiles(directory).credentials, '');
    expect(() => open(directory)).toThrow(
      expect.objectContaining({
        code: 'NO_RUN',
        message: expect.stringContaining('there is credentials.csv, but no journal.db'),
        hint: expect.not.stringContaining('nothing was sent'),
      }),
    );
  });

  it('refuses a journal that is empty or holds no tables, as often as it is asked', async () => {
    const directory = await temporaryDirectory();
    const { journal } = runFiles(directory);
    for (const bytes of [Buffer.alloc(0), emptyDatabase(join(directory, 'empty.db'))]) {
      writeFileSync(journal, bytes);
      for (let times = 0; times < 2; times++)
        expect(() => open(directory)).toThrow(
          stop('JOURNAL_DAMAGED', expect.stringContaining('it is empty')),
        );
    }
  });

  it('refuses a journal that is damaged, as often as it is asked', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(runFiles(directory).journal, 'this is no database. '.repeat(500));
    for (let times = 0; times < 2; times++) expect(() => open(directory)).toThrow(stop('JOURNAL_DAMAGED'));
  });

  it('refuses a journal that is a directory', async () => {
    const directory = await temporaryDirectory();
    mkdirSync(runFiles(directory).journal);
    expect(() => open(directory)).toThrow(stop('JOURNAL_UNUSABLE'));
  });
});
