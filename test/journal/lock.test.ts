import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
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
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it, onTestFinished } from 'vitest';
import { acquireLock, acquireMachineLock } from '../../src/journal/lock.js';
import { canMount } from '../fixtures/mounts.js';
import { temporaryDirectory } from '../results/journals.js';

/**
 * A process of its own that holds the lock on `file`; with `machine`, the lock of that name that all share.
 * @param uid whose process it is
 */
async function holder(
  directory: string,
  file: string,
  { machine = false, uid }: { machine?: boolean; uid?: number } = {},
): Promise<ChildProcess> {
  const root = new URL('../../', import.meta.url);
  mkdirSync(join(directory, 'code/journal'), { recursive: true });
  for (const name of ['errors', 'is-alive', 'journal/lock']) {
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
    `import { acquireLock, acquireMachineLock } from './journal/lock.js';
     if (${machine}) await acquireMachineLock(process.argv[2], 'partition P', 'run directory /a/b');
     else acquireLock(process.argv[2], 'run directory x');
     console.log('held');
     setInterval(() => {}, 1000);`,
  );
  const child = spawn(process.execPath, [main, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid }),
  });
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

  const unusable = (message: string) =>
    expect.objectContaining({
      ...{ name: 'StopError', code: 'LOCK_UNUSABLE', exit: 'nothingDone' },
      message: expect.stringContaining(message),
    });

  it.each<[string, (file: string) => void]>([
    ['a folder', (file) => mkdirSync(file)],
    ['a file with something in it', (file) => writeFileSync(file, 'mine')],
    ['a link', (file) => symlinkSync(`${file}.elsewhere`, file)],
  ])('is not taken on %s of that name, which stays as it is', async (_what, make) => {
    const directory = await temporaryDirectory();
    const file = join(directory, 'lock');
    make(file);
    expect(() => acquireLock(file, 'run directory x')).toThrow(
      unusable(`${file} is something else, not a lock of this program`),
    );
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('follows no link to say who holds it, and overwrites nobody’s file', async () => {
    const directory = await temporaryDirectory();
    const [file, secret] = [join(directory, 'lock'), join(directory, 'secret')];
    writeFileSync(secret, 'of somebody else');
    symlinkSync(secret, `${file}.holder`);
    acquireLock(file, 'x').release();
    rmSync(`${file}.holder`);
    writeFileSync(`${file}.holder`, 'notes of mine');
    acquireLock(file, 'x').release();
    expect(readFileSync(secret, 'utf8')).toBe('of somebody else');
    expect(readFileSync(`${file}.holder`, 'utf8')).toBe('notes of mine');
  });

  /** A directory on a disk of its own. */
  async function disk(): Promise<string> {
    const directory = await temporaryDirectory();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', directory]);
    onTestFinished(() => void execFileSync('umount', ['--lazy', directory]));
    return directory;
  }

  it.skipIf(!canMount)('is taken on a full disk too', async () => {
    const directory = await disk();
    expect(() => writeFileSync(join(directory, 'filler'), Buffer.alloc(64_000))).toThrow('ENOSPC');
    const lock = acquireLock(join(directory, 'lock'), 'x');
    expect(() => acquireLock(join(directory, 'lock'), 'x')).toThrow(
      expect.objectContaining({ code: 'LOCKED' }),
    );
    lock.release();
  });

  it.skipIf(!canMount)('is not said to be held by another run where the disk is read-only', async () => {
    const directory = await disk();
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    expect(() => acquireLock(join(directory, 'lock'), 'x')).toThrow(unusable('read-only file system'));
  });

  it('is taken anew when it was removed by whoever held it', async () => {
    const file = join(await temporaryDirectory(), 'lock');
    const first = acquireLock(file, 'x');
    rmSync(file);
    const second = acquireLock(file, 'x');
    expect(() => acquireLock(file, 'x')).toThrow(expect.objectContaining({ code: 'LOCKED' }));
    first.release();
    second.release();
  });
});

describe('a lock of the machine', () => {
  const isLinux = process.platform === 'linux';
  const take = (name: string, folder?: string | null) =>
    acquireMachineLock(name, 'partition P of http://h', 'run directory /runs/1', folder);

  it('is refused with host, process, since when and run directory, until it is released', async () => {
    const name = randomUUID();
    const lock = await take(name);
    await expect(take(name)).rejects.toMatchObject({
      ...{ name: 'StopError', code: 'LOCKED', exit: 'locked' },
      message: expect.stringMatching(
        new RegExp(
          `^Another run holds the lock on partition P of http://h: host ${hostname()}, process ${process.pid}, ` +
            'since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z, run directory /runs/1\\.$',
        ),
      ),
    });
    const other = await take(randomUUID());
    lock.release();
    lock.release();
    (await take(name)).release();
    other.release();
  });

  it.skipIf(!isLinux)(
    'is seen by every user and environment, and free once its process is killed',
    async () => {
      const directory = await temporaryDirectory();
      const name = randomUUID();
      chmodSync(directory, 0o755);
      const asRoot = process.getuid?.() === 0;
      const child = await holder(directory, name, { machine: true, ...(asRoot ? { uid: 65534 } : {}) });
      await expect(take(name)).rejects.toMatchObject({
        code: 'LOCKED',
        message: expect.stringContaining(`process ${child.pid}, `),
      });
      const died = once(child, 'exit');
      child.kill('SIGKILL');
      await died;
      (await take(name)).release();
    },
  );

  it.skipIf(!isLinux)(
    'shows nothing of a holder that could harm a terminal, and waits for none',
    async () => {
      const name = randomUUID();
      const path = `\0alianza-import-${name}`.padEnd(108, '-');
      for (const [says, shown] of [
        ['\u001b[2Jevil\u0007 \u202e', /: \[2Jevil\.$/],
        ['x'.repeat(100_000), /: x{1000}\.$/],
        [null, /: it has just started or is ending\.$/],
      ] as const) {
        const server = createServer((socket) => {
          socket.on('error', () => {});
          if (says !== null) socket.end(says);
        });
        await new Promise<void>((resolve) => server.listen({ path }, resolve));
        await expect(take(name)).rejects.toThrow(shown);
        await new Promise((resolve) => server.close(resolve));
      }
    },
  );

  it('is a file where there is no such socket, in a folder that nobody else can write into', async () => {
    const folder = join(await temporaryDirectory(), 'state', 'locks');
    const lock = await take('a', folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await expect(take('a', folder)).rejects.toMatchObject({ code: 'LOCKED' });
    lock.release();
    chmodSync(folder, 0o777);
    await expect(take('a', folder)).rejects.toMatchObject({ code: 'LOCK_UNUSABLE' });
    rmSync(folder, { recursive: true });
    symlinkSync(await temporaryDirectory(), folder);
    await expect(take('a', folder)).rejects.toMatchObject({ code: 'LOCK_UNUSABLE' });
  });
});
