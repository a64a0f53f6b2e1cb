import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { StopError } from '../errors.js';
import { openDataFolder } from './data-folder.js';
import { type Action, ServeRecords } from './records.js';
import { Users } from './users.js';

/** The users and keys of a data folder, for whoever has its terminal. A server that works on it sees each change. */
export interface People {
  readonly users: Users;
  audit(action: Action, object: string, change: string): void;
  close(): void;
}

/**
 * @param by who is at the terminal
 * @param makes whether the folder is made where it is not there
 * @throws StopError `NO_FOLDER`, `FOLDER_UNUSABLE`, `FOLDER_NEWER`
 */
export function openPeople(path: string, by: string, makes: boolean): People {
  if (!makes && !existsSync(path))
    throw new StopError(
      'NO_FOLDER',
      `There is no folder ${resolve(path)}.`,
      'Name the folder that is served with --dir.',
    );
  const folder = openDataFolder(path);
  const records = new ServeRecords(folder.database);
  return {
    users: new Users(folder.users),
    audit: (action, object, change) =>
      records.audit({ user: by, role: 'admin', address: 'terminal', action, object, change, result: 'done' }),
    close: () => records.close(),
  };
}
