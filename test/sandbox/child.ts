import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import ts from 'typescript';
import { onTestFinished } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/server.js';

const SOURCES = new URL('../../src/', import.meta.url);

/** Starts a sandbox, says where, and dies, if asked, when it would send the answer to the creation of an account. */
const MAIN = `
import { ServerResponse } from 'node:http';
import { startSandbox } from './sandbox/server.js';
const { dieInsteadOfAnswering, ...options } = JSON.parse(process.argv[2]);
const dying = (method) => function (...args) {
  if (this.req.method === 'POST' && this.req.url.endsWith('/account')) process.kill(process.pid, 'SIGKILL');
  return method.apply(this, args);
};
if (dieInsteadOfAnswering)
  for (const name of ['writeHead', 'destroy']) ServerResponse.prototype[name] = dying(ServerResponse.prototype[name]);
const { url } = await startSandbox(options);
console.log(url);
`;

/** Compiles the sandbox for plain Node. @returns the file to run */
export async function compileSandbox(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sandbox-compiled-'));
  await mkdir(join(folder, 'sandbox'));
  const modules = (await readdir(new URL('sandbox/', SOURCES))).map((name) => `sandbox/${name}`);
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
  for (const name of ['errors.ts', ...modules]) {
    const { outputText } = ts.transpileModule(await readFile(new URL(name, SOURCES), 'utf8'), {
      compilerOptions,
    });
    await writeFile(join(folder, name.replace(/\.ts$/, '.js')), outputText);
  }
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(join(folder, 'main.js'), MAIN);
  return join(folder, 'main.js');
}

export interface ChildOptions extends SandboxOptions {
  readonly dieInsteadOfAnswering?: boolean;
  /** the most bytes it may write to a file, in blocks of 512, as on a full disk */
  readonly mostBlocks?: number;
}

/** A sandbox in a process of its own. */
export interface ChildSandbox {
  readonly url: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
  /** the signal it died of */
  readonly died: Promise<NodeJS.Signals | null>;
}

/** Starts what {@link compileSandbox} compiled; it is killed when the test is over. */
export async function startChild(
  main: string,
  { mostBlocks, ...options }: ChildOptions,
): Promise<ChildSandbox> {
  const command = [process.execPath, main, JSON.stringify(options)];
  const [file = '', ...args] =
    mostBlocks === undefined
      ? command
      : ['sh', '-c', `ulimit -f ${mostBlocks}; exec "$@"`, basename(main), ...command];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const died = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  const kill = async () => {
    child.kill('SIGKILL');
    await died;
  };
  onTestFinished(kill);
  const [url] = await Promise.race([
    once(child.stdout, 'data'),
    died.then((signal) => {
      throw new Error(`the sandbox died of ${signal} before it was ready`);
    }),
  ]);
  return { url: String(url).trim(), kill, died };
}
