import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock } from '../../src/journal/lock.js';
import { temporaryDirectory } from '../results/journals.js';

/** A process of its own that holds the lock. */
async function holder(directory: string, file: string): Promise<ChildProcess> {
  const root = new URL('../../', import.meta.url);
  mkdirSync(join(directory, 'code/journal'), { recursive: true });
  for (const name of ['errors', 'journal/lock']) {
    const { outputText } = ts.transpileModule(readFileSync(new URL(`src/${name}.ts`, root), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    writeFileSync(join(directory, `code/${name}.js`), outputText);
  }
  symlinkSync(fileURLToPath(new URL('node_modules', root)), join(directory, 'code/node_modules'));
  writeFileSync(join(directory, 'code/package.json'), '{"type":"module"}');
  const main = join(directory, 'code/main.js');
  writeFileSync(
    main,
    `import { acquireLock } from './journal/lock.js';
     acquireLock(process.argv[2], 'run directory x');
     console.log('held');
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [main, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

describe('a lock', () => {
  it('that another process holds is refused with who holds it, and free once that is killed', async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'lock');
    const child = await holder(directory, file);
    expect(() => acquireLock(file, 'run directory x')).toThrow(
      expect.objectContaining({
        name: 'StopError',
        code: 'LOCKED',
        exit: 'locked',
        message: expect.stringMatching(
          new RegExp(
            `^Another run holds the lock on run directory x: host ${hostname()}, process ${child.pid}, ` +
              'since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z\\.$',
          ),
        ),
      }),
    );
    const died = once(child, 'exit');
    child.kill('SIGKILL');
    await died;
    acquireLock(file, 'run directory x').release();
  });

  it('is refused to the same process, too, until it is released', async () => {
    const file = join(await temporaryDirectory(), 'deep', 'er', 'lock');
    const lock = acquireLock(file, 'x');
    expect(readFileSync(`${file}.holder`, 'utf8')).toContain(`process ${process.pid}, `);
    expect(() => acquireLock(file, 'x')).toThrow(expect.objectContaining({ code: 'LOCKED' }));
    lock.release();
    expect(existsSync(`${file}.holder`)).toBe(false);
    acquireLock(file, 'x').release();
  });

  it('may be released twice without harm to who holds it now', async () => {
    const file = join(await temporaryDirectory(), 'lock');
    const first = acquireLock(file, 'x');
    first.release();
    const second = acquireLock(file, 'x');
    first.release();
    expect(readFileSync(`${file}.holder`, 'utf8')).toContain(`process ${process.pid}, `);
    expect(() => acquireLock(file, 'x')).toThrow(expect.objectContaining({ code: 'LOCKED' }));
    second.release();
  });

  it('is told from another', async () => {
    const directory = await temporaryDirectory();
    const locks = ['a', 'b'].map((name) => acquireLock(join(directory, name), name));
    for (const lock of locks) lock.release();
  });

  it('can be held by somebody who has not said yet who it is', async () => {
    const file = join(await temporaryDirectory(), 'lock');
    const lock = acquireLock(file, 'x');
    rmSync(`${file}.holder`);
    expect(() => acquireLock(file, 'x')).toThrow('it has just started or is ending');
    lock.release();
  });

  it('cannot be taken on a file that cannot be opened', async () => {
    const file = join(await temporaryDirectory(), 'lock');
    mkdirSync(file);
    expect(() => acquireLock(file, 'run directory x')).toThrow(
      expect.objectContaining({ name: 'StopError', code: 'LOCK_UNUSABLE' }),
    );
  });
});
