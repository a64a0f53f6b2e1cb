import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { StopError } from '../errors.js';
import { type Environment, type GivenOptions, OPTIONS, resolveSettings } from '../options.js';
import { STAGES } from './names.js';

/** A folder that files are dropped into, with how they are to be run. */
export interface Folder {
  /** its name below the inbox; null for the inbox itself */
  readonly name: string | null;
  readonly path: string;
  /** the options of `run` */
  readonly options: readonly string[];
  readonly dryRun: boolean;
  /** what its runs would wait for each other for: where they go */
  readonly lane: string;
  /** the same for folders and times whose files are read and sent the same way */
  readonly settingsKey: string;
}

/** What `inbox.json` may say; it comes before the command line. */
const OF_FOLDER = [
  'profile',
  'environment',
  'partition',
  'on-invalid',
  'max-errors',
  'dry-run',
  'set',
] as const;

/** The options of a run that the command line may give to all folders. */
const OF_RUN = [
  ...(['environment', 'base-url', 'partition', 'concurrency', 'rate', 'timeout', 'retries'] as const),
  ...(['on-invalid', 'max-errors', 'existing', 'profile', 'set', 'format', 'http-log'] as const),
] as const;

/** How runs are to be started, as the command line and the environment say. */
export interface RunDefaults {
  readonly flags: GivenOptions;
  readonly env: Environment;
}

/**
 * The folders of an inbox: itself, and those below it that have an `inbox.json`. Links are not followed.
 * @returns for each what it is, or why it cannot be
 */
export function foldersOf(root: string, defaults: RunDefaults): (Folder | FolderProblem)[] {
  const below = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => !STAGES.some((stage) => stage === name) && isFile(join(root, name, 'inbox.json')))
    .sort();
  return [null, ...below].map((name) => {
    try {
      return folderOf(root, name, defaults);
    } catch (error) {
      if (error instanceof StopError) return { name, error };
      throw error;
    }
  });
}

/** A folder whose files are left alone, since nobody knows how to run them. */
export interface FolderProblem {
  readonly name: string | null;
  readonly error: StopError;
}

/** Nothing can be moved at once from one file system to another. */
function refuseOtherDevice(root: string, path: string): void {
  const [device, other] = [root, path].map((each) => lstatSync(each, { throwIfNoEntry: false })?.dev);
  if (other === undefined || device === other) return;
  const message = `${path} is on another file system than the inbox.`;
  throw new StopError('FOLDER_INVALID', message, 'Give it an inbox of its own.');
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * One folder of an inbox.
 * @throws StopError `FOLDER_INVALID`, or as for the options of a run
 */
export function folderOf(root: string, name: string | null, { flags, env }: RunDefaults): Folder {
  const path = name === null ? root : join(root, name);
  refuseOtherDevice(root, path);
  const own = ownOptions(path);
  const given: Record<string, unknown> = {};
  for (const option of OF_RUN) if (flags[option] !== undefined) given[option] = flags[option];
  for (const [option, value] of Object.entries(own)) if (option !== 'dry-run') given[option] = value;
  if (given['profile'] !== undefined)
    given['profile'] = resolve(own['profile'] === undefined ? '.' : path, String(given['profile']));
  // the values are checked here, so that a mistake is told once and not with every file
  const { settings } = resolveSettings(given, env);
  const dryRun = (own['dry-run'] ?? flags['dry-run']) === true;
  const options = Object.entries(given).flatMap(([option, value]) => wordsOf(option, value));
  if (flags['insecure-http'] === true) options.push('--insecure-http');
  const { environment, partition } = settings;
  const place = [environment, settings['base-url'], partition].map((each) => each ?? null);
  const profile = settings.profile === undefined ? null : hashOf(settings.profile);
  return {
    name,
    path,
    options,
    dryRun,
    lane: JSON.stringify(place),
    settingsKey: createHash('sha256')
      .update(JSON.stringify([options, place, profile, dryRun]))
      .digest('hex'),
  };
}

function wordsOf(option: string, value: unknown): string[] {
  const isFlag = OPTIONS[option as keyof typeof OPTIONS].type === 'flag';
  if (isFlag) return value === true ? [`--${option}`] : [];
  // in one word, so that a value may begin with a dash
  return [value].flat().map((each) => `--${option}=${each}`);
}

function ownOptions(path: string): Partial<Record<(typeof OF_FOLDER)[number], unknown>> {
  const file = join(path, 'inbox.json');
  if (!isFile(file)) return {};
  const refuse = (what: string, cause?: unknown) =>
    new StopError(
      'FOLDER_INVALID',
      `${file} ${what}.`,
      `It is a JSON object with any of ${OF_FOLDER.join(', ')}.`,
      { cause },
    );
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  } catch (cause) {
    throw refuse(cause instanceof SyntaxError ? 'is not JSON' : 'cannot be read', cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw refuse('is no JSON object');
  const unknown = Object.keys(json).find((key) => !OF_FOLDER.some((each) => each === key));
  if (unknown !== undefined) throw refuse(`has "${unknown}", which it cannot have`);
  const dryRun = (json as Record<string, unknown>)['dry-run'];
  if (dryRun !== undefined && typeof dryRun !== 'boolean')
    throw refuse('has a "dry-run" that is neither true nor false');
  return json;
}

/** @throws StopError `FOLDER_INVALID` */
function hashOf(profile: string): string {
  try {
    return createHash('sha256').update(readFileSync(profile)).digest('hex');
  } catch (cause) {
    throw new StopError(
      'FOLDER_INVALID',
      `The profile ${basename(profile)} cannot be read (${profile}).`,
      'A path in inbox.json begins at its folder, one of the command line where the command was started.',
      { cause },
    );
  }
}
