import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

  it('takes one whose run was killed before it had written anything', async () => {
    const directory = await temporaryDirectory();
    const { journal } = runFiles(directory);
    const run = await createRun(directory, reserveRunDirectory(directory), FACTS);
    await run.close();
    for (const name of readdirSync(directory)) rmSync(join(directory, name));
    writeFileSync(journal, '');
    const lock = reserveRunDirectory(directory);
    await (await createRun(directory, lock, FACTS)).close();
    expect(openRun(directory).facts.createdAt).toBe(FACTS.createdAt);
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
    expect(readdirSync(directory).filter((name) => !name.startsWith('lock'))).toEqual(['notes.txt']);
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

  it('refuses a run that was killed as it began, as often as it is asked', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(runFiles(directory).journal, '');
    for (let times = 0; times < 2; times++) {
      expect(() => open(directory)).toThrow(stop('NO_RUN'));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });

  it('refuses a journal that is damaged, as often as it is asked', async () => {
    const directory = await temporaryDirectory();
    writeFileSync(runFiles(directory).journal, 'this is no database. '.repeat(500));
    for (let times = 0; times < 2; times++) expect(() => open(directory)).toThrow(stop('JOURNAL_UNUSABLE'));
  });

  it('refuses a journal that is a directory', async () => {
    const directory = await temporaryDirectory();
    mkdirSync(runFiles(directory).journal);
    expect(() => open(directory)).toThrow(stop('JOURNAL_UNUSABLE'));
  });
});
