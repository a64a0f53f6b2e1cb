import { createWriteStream, rmSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Settings } from '../options.js';
import { readEdits } from '../records/edits.js';
import { readOnly } from '../records/selection.js';
import { hashFile } from '../sheet/read.js';
import type { SheetFormat } from '../sheet/write/write.js';
import type { Platform } from './connect.js';
import { createRun, type RunDirectory, reserveRunDirectory, runFiles } from './directory.js';
import { refuseInterrupted, unlessInterrupted } from './interrupt.js';
import { credentialsFor, openPlatform, refuseClearLogIn, targetOf } from './platform.js';
import { type Caller, formatOf, readingOptions, settingsOf } from './settings.js';
import type { RunKind } from './state.js';

/** Sheets to do something with, and how. */
export interface RunRequest extends Caller {
  /** paths; `-` is standard input */
  readonly sheets: readonly string[];
}

/** A run that has just begun. */
export interface BegunRun {
  readonly run: RunDirectory;
  readonly settings: Settings;
  readonly format: SheetFormat;
  openPlatform(): Promise<Platform>;
}

/** Begins a run: its options, its directory, and what it must remember of its sheets. */
export async function beginRun(request: RunRequest, kind: RunKind, signal: AbortSignal): Promise<BegunRun> {
  const { sheets } = request;
  const { settings, given, profile } = await settingsOf(request);
  readOnly(settings.only);
  const target = targetOf(settings, given);
  // An example row is no customer: only the sandbox may be given one.
  const examples = kind === 'validate' || target.environment === 'sandbox' ? 'warn' : 'refuse';
  const reading = { ...readingOptions(profile, settings), examples } as const;
  if (kind !== 'validate') refuseClearLogIn(target, request.insecureHttp === true);
  // What is missing is said before anything is read or written.
  const credentials =
    kind === 'validate' ? { username: '', password: '' } : await credentialsFor(target, request);
  const read = settings.edits === undefined ? null : await readEdits(settings.edits);
  const hashed = await hashSheets(sheets, signal);
  const directory = settings.out ?? defaultDirectory(sheets, target.environment);
  const reserved = reserveRunDirectory(directory);
  try {
    const inputs = await keepStandardInput(hashed, runFiles(directory).standardInput, signal);
    const createdAt = new Date().toISOString();
    const { json: _json, quiet: _quiet, 'no-color': _plain, ...kept } = settings;
    const edits = read && { file: resolve(read.path), sha256: read.sha256 };
    const facts = { createdAt, inputs, ...(edits ? { edits } : {}), target, kind, settings: kept, reading };
    const run = await createRun(directory, reserved, facts);
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
async function hashSheets(sheets: readonly string[], signal: AbortSignal): Promise<(Input | null)[]> {
  const inputs: (Input | null)[] = [];
  for (const sheet of sheets)
    inputs.push(
      sheet === '-'
        ? null
        : { file: resolve(sheet), sha256: await unlessInterrupted(signal, hashFile(sheet)) },
    );
  return inputs;
}

/** Puts what comes on standard input into a file of the run directory, where a resume finds it. */
async function keepStandardInput(
  inputs: readonly (Input | null)[],
  path: string,
  signal: AbortSignal,
): Promise<Input[]> {
  const kept: Input[] = [];
  for (const input of inputs) {
    if (input) kept.push(input);
    else {
      try {
        await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal });
      } catch (error) {
        rmSync(path, { force: true });
        refuseInterrupted(signal);
        throw error;
      }
      kept.push({ file: resolve(path), sha256: await hashFile(path) });
    }
  }
  return kept;
}
