import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { StopError } from '../../errors.js';
import { readRun, runFiles } from '../../run/directory.js';
import { isLive } from '../../run/read.js';
import type { DataFolder } from '../data-folder.js';
import { inputOf, type SheetParts } from './input.js';
import type { JobRow, JobTarget } from './store.js';

/** A sheet as a job needs it. */
export interface JobSheet extends SheetParts {
  readonly file: string;
}

/** Where the things are that a job works on. */
export interface Places {
  readonly folder: DataFolder;
  sheet(id: string): JobSheet | null;
  /** the directory of a run; null while it is not there */
  run(id: string): string | null;
}

/** Thrown where something that an earlier process has left is still at work on a directory. */
export class StillAtWork extends Error {}

/** Where the check or the dry run of a sheet as it was at a revision is: a run directory. */
function checkDirectory(sheet: JobSheet, { kind, revision, target }: JobRow): string {
  const end = kind === 'check' ? '' : `-${target?.environment}`;
  return join(sheet.directory, `${kind}-${revision}${end}`);
}

/**
 * The words of the command line that a job is now: what an earlier process of it has begun is gone on with.
 * @throws StopError when what it works on is gone; StillAtWork
 */
export function wordsOf(job: JobRow, places: Places): string[] {
  const { kind, args } = job;
  if (kind === 'check' || kind === 'dry-run') return checkWords(job, places);
  if (kind === 'run') return runWords(job, places);
  const directory = runDirectory(job, places);
  const told = kind === 'results' ? ['--json'] : [...placeWords(directory), '--json', '--quiet'];
  const run = relative(places.folder.directory, directory);
  switch (kind) {
    case 'retry':
      return ['resume', run, '--retry=failed', ...args, ...told];
    case 'undo-list':
      return ['undo', run, '--dry-run', ...args, ...told];
    case 'undo':
      return ['undo', run, '--yes', ...args, ...told];
    default:
      return [kind, run, ...args, ...told];
  }
}

/** A check or a dry run begins anew: nothing of it is worth more than its end. */
function checkWords(job: JobRow, places: Places): string[] {
  const sheet = sheetOf(job, places);
  const out = checkDirectory(sheet, job);
  if (existsSync(out) && isLive(out)) throw new StillAtWork();
  rmSync(out, { recursive: true, force: true });
  const command = job.kind === 'check' ? ['validate'] : ['run'];
  const how = job.kind === 'check' ? ['--no-results'] : ['--dry-run', ...targetWords(job.target)];
  return [
    ...command,
    ...inputWords(job, sheet, places),
    ...how,
    ...job.args,
    ...outWords(out, places),
    '--quiet',
  ];
}

/** Removes the checks or the dry runs of what a sheet was before, once there is one of what it is. */
export function dropOlder(job: JobRow, places: Places): void {
  const sheet = job.kind === 'check' || job.kind === 'dry-run' ? places.sheet(job.sheet ?? '') : null;
  if (sheet === null) return;
  const kept = basename(checkDirectory(sheet, job));
  const [start = '', end = ''] = kept.split(job.revision ?? '');
  for (const name of readdirSync(sheet.directory)) {
    if (name === kept || !name.startsWith(start) || !name.endsWith(end)) continue;
    const directory = join(sheet.directory, name);
    if (!isLive(directory)) rmSync(directory, { recursive: true, force: true });
  }
}

function runWords(job: JobRow, places: Places): string[] {
  const out = places.run(job.run ?? '') ?? join(places.folder.runs, job.run ?? '');
  if (existsSync(runFiles(out).journal))
    return ['resume', relative(places.folder.directory, out), ...placeWords(out), '--json', '--quiet'];
  const input = inputWords(job, sheetOf(job, places), places);
  return [
    ...['run', ...input, ...targetWords(job.target), ...job.args],
    ...[...outWords(out, places), '--yes', '--json', '--quiet'],
  ];
}

function sheetOf({ sheet }: JobRow, places: Places): JobSheet {
  const found = places.sheet(sheet ?? '');
  if (found) return found;
  throw new StopError('NO_SHEET', 'The sheet is not there any more.', 'Upload it again.');
}

function runDirectory({ run }: JobRow, places: Places): string {
  const found = places.run(run ?? '');
  if (found !== null) return found;
  throw new StopError('NO_RUN', 'The directory of the run is not there any more.', 'Nothing was done.');
}

/** The sheet with its profile and its edits as they were when the job was asked for. */
function inputWords({ revision }: JobRow, sheet: JobSheet, { folder }: Places): string[] {
  const { profile, edits } = inputOf(sheet.directory, revision ?? '');
  const from = (path: string) => relative(folder.directory, path);
  return [
    from(sheet.file),
    ...(profile === null ? [] : [`--profile=${from(profile)}`]),
    ...(edits === null ? [] : [`--edits=${from(edits)}`]),
  ];
}

function outWords(out: string, { folder }: Places): string[] {
  return [`--out=${relative(folder.directory, out)}`];
}

/** Everything is said, so that nothing of the environment or of a profile decides where it goes. */
function targetWords(target: JobTarget | null): string[] {
  if (target === null) return [];
  const { environment, baseUrl, partition } = target;
  return [
    ...(environment === 'custom' ? [] : [`--environment=${environment}`]),
    ...(baseUrl === null ? [] : [`--base-url=${baseUrl}`]),
    ...(partition === null ? [] : [`--partition=${partition}`]),
  ];
}

/** The place of a run that is there. */
function placeWords(directory: string): string[] {
  const { journal, facts } = readRun(directory);
  void journal.close();
  return targetWords({ ...facts.target, partition: null });
}
