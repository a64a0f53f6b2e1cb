import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../options.js';
import { HOOK_SECRET } from './hook.js';

/** This program, as a person would start it. */
const PROGRAM = fileURLToPath(new URL('../cli.js', import.meta.url));
/** What a child prints on standard output, and on standard error. */
export const PRINTED = '.printed.json';
export const OUTPUT = 'output.log';

/** How a child ended. */
export interface ChildEnd {
  /** null when it died of a signal */
  readonly code: number | null;
  /** what `--json` told of what was in the way */
  readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
}

/**
 * Starts a command of this program in a directory and waits for its end. What it prints goes into files, so that it
 * depends on nobody who reads it.
 *
 * @param signal asks it to stop, as a first Ctrl-C does; so does the end of this process
 */
export async function runChild(
  directory: string,
  words: readonly string[],
  env: Environment,
  signal: AbortSignal,
): Promise<ChildEnd> {
  const { [HOOK_SECRET]: _secret, ...others } = env;
  const printed = openSync(join(directory, PRINTED), 'w', 0o600);
  const output = openSync(join(directory, OUTPUT), 'a', 0o600);
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    cwd: directory,
    env: others,
    stdio: ['ignore', printed, output, 'ipc'],
  });
  for (const handle of [printed, output]) closeSync(handle);
  // what it tells of its progress is in its journal, too
  child.on('message', () => {});
  const stop = () => {
    if (child.connected) child.send({ type: 'stop' }, () => {});
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (exit) => resolve(exit));
    });
    return { code, error: errorIn(directory) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function errorIn(directory: string): ChildEnd['error'] {
  try {
    const { error } = JSON.parse(readFileSync(join(directory, PRINTED), 'utf8'));
    return error ?? null;
  } catch {
    return null;
  }
}
