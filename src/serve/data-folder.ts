import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { StopError } from '../errors.js';

/** The folder that a server works on, and the places in it. Whatever is made in it only its owner can read. */
export interface DataFolder {
  readonly directory: string;
  /** the run directories, exactly those of the command line */
  readonly runs: string;
  /** the uploaded sheets, a folder each */
  readonly sheets: string;
  /** the profiles that have a name */
  readonly profiles: string;
  /** who has logged in, and who asked for what */
  readonly database: string;
  /** the one-time token of the next log-in */
  readonly token: string;
  readonly lock: string;
  /** who may come in, and with which keys */
  readonly users: string;
}

/**
 * The data folder at a path; it is made where it is not there.
 * @throws StopError `FOLDER_UNUSABLE`
 */
export function openDataFolder(path: string): DataFolder {
  const directory = resolve(path);
  const runs = join(directory, 'runs');
  const sheets = join(directory, 'sheets');
  const profiles = join(directory, 'profiles');
  try {
    for (const folder of [directory, runs, sheets, profiles])
      if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
    for (const folder of [directory, runs, sheets, profiles])
      if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file`);
  } catch (cause) {
    throw new StopError(
      'FOLDER_UNUSABLE',
      `The folder ${directory} cannot be used: ${(cause as Error).message}`,
      'Name a folder that you can write into: alianza-import serve DIR',
      { cause },
    );
  }
  return {
    directory,
    ...{ runs, sheets, profiles },
    database: join(directory, 'serve.db'),
    token: join(directory, 'serve.token'),
    lock: join(directory, 'serve.lock'),
    users: join(directory, 'users.json'),
  };
}
