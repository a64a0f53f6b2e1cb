import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { StopError } from '../errors.js';
import { readClaim, setAgain, syncDirectory } from './claim.js';

/**
 * Moves a file that failed back to `working`, where its turn comes before that of all others.
 * @param name of its directory in `failed`, or of the file as it was dropped where that is one only
 * @returns the name of the directory
 * @throws StopError `NOT_IN_FAILED`
 */
export async function moveBack(root: string, name: string): Promise<string> {
  const failed = join(root, 'failed');
  const directory = existsSync(join(failed, name, '.claim.json')) ? name : onlyOne(failed, name);
  const path = join(failed, directory);
  const claim = readClaim(path);
  if (claim === null) throw notThere(name, []);
  await setAgain(path, claim, true);
  renameSync(path, join(root, 'working', directory));
  for (const stage of ['failed', 'working']) syncDirectory(join(root, stage));
  return directory;
}

function onlyOne(failed: string, name: string): string {
  const found = readdirSync(failed).filter((each) => readClaim(join(failed, each))?.name === name);
  const [directory] = found;
  if (directory === undefined || found.length > 1) throw notThere(name, found);
  return directory;
}

function notThere(name: string, found: readonly string[]): StopError {
  return new StopError(
    'NOT_IN_FAILED',
    found.length === 0
      ? `There is no ${name} in failed/.`
      : `There are ${found.length} of ${name} in failed/.`,
    found.length === 0 ? 'Name a directory in failed/.' : `Name one of ${[...found].sort().join(', ')}.`,
  );
}
