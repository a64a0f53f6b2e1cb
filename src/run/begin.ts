import { createWriteStream } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Arguments, Io } from '../commands/command.js';
import type { Settings } from '../options.js';
import { formatOf } from '../screen/report-run.js';
import { hashFile } from '../sheet/read.js';
import type { SheetFormat } from '../sheet/write/write.js';
import type { Platform } from './connect.js';
import { createRun, type RunDirectory, reserveRunDirectory, runFiles } from './directory.js';
import { credentialsFor, openPlatform, refuseClearLogIn, targetOf } from './platform.js';
import { readingOptions, settingsOf } from './settings.js';
import type { RunKind } from './state.js';

/** A run that has just begun. */
export interface BegunRun {
  readonly run: RunDirectory;
  readonly settings: Settings;
  readonly format: SheetFormat;
  openPlatform(): Promise<Platform>;
}

/** Begins a run: its options, its directory, and what it must remember of its sheets. */
export async function beginRun(args: Arguments, io: Io, kind: RunKind): Promise<BegunRun> {
  const { settings, given, profile } = await settingsOf(args, io);
  const target = targetOf(settings, given);
  // An example row is no customer: only the sandbox may be given one.
  const examples = kind === 'validate' || target.environment === 'sandbox' ? 'warn' : 'refuse';
  const reading = { ...readingOptions(profile, settings), examples } as const;
  if (kind !== 'validate') refuseClearLogIn(target, args.flags['insecure-http'] === true);
  // What is missing is said before anything is read or written.
  const credentials = kind === 'validate' ? { username: '', password: '' } : await credentialsFor(target, io);
  const hashed = await hashSheets(args.words);
  const directory = settings.out ?? defaultDirectory(args.words, target.environment);
  const reserved = reserveRunDirectory(directory);
  try {
    const inputs = await keepStandardInput(hashed, runFiles(directory).standardInput);
    const createdAt = new Date().toISOString();
    const run = await createRun(directory, reserved, { createdAt, inputs, target, kind, settings, reading });
    return {
      run,
      settings,
      format: formatOf(settings, inputs),
      openPlatform: () => openPlatform(target, run.files.sandbox, credentials),
    };
  } catch (error) {
    reserved.release();
    throw error;
  }
}

/** `runs/<time>-<sheet>`; a sandbox run says so in its name. */
function defaultDirectory(sheets: readonly string[], environment: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-');
  const first = sheets[0] ?? '';
  const sheet = first === '-' ? 'stdin' : basename(first, extname(first));
  return join('runs', `${time}-${sheet}${environment === 'sandbox' ? '-sandbox' : ''}`);
}

interface Input {
  readonly file: string;
  readonly sha256: string;
}

/** The sheets by absolute path, with their hashes; null stands for standard input, which can be read only once. */
async function hashSheets(words: readonly string[]): Promise<(Input | null)[]> {
  const inputs: (Input | null)[] = [];
  for (const word of words)
    inputs.push(word === '-' ? null : { file: resolve(word), sha256: await hashFile(word) });
  return inputs;
}

/** Puts what comes on standard input into a file of the run directory, where a resume finds it. */
async function keepStandardInput(inputs: readonly (Input | null)[], path: string): Promise<Input[]> {
  const kept: Input[] = [];
  for (const input of inputs) {
    if (input) kept.push(input);
    else {
      await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }));
      kept.push({ file: resolve(path), sha256: await hashFile(path) });
    }
  }
  return kept;
}
