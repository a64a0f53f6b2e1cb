import { StopError } from '../errors.js';
import { OPTIONS } from '../options.js';
import { checkedProfile, type Profile } from '../records/profile.js';
import { writeFileAtomic } from '../sheet/write/atomic.js';
import { readProfileOf } from './settings.js';

/**
 * Reads a profile that `--profile` could name; parts that it leaves out are empty.
 * @throws StopError `PROFILE_INVALID`
 */
export function loadProfile(path: string): Promise<Profile> {
  return readProfileOf({ profile: path });
}

/**
 * Writes a profile that `--profile` can name, all at once, in place of what had that name. Parts that are empty or left
 * out are not in the file.
 *
 * @throws StopError `PROFILE_INVALID` when it is none (nothing is written then), `PROFILE_UNWRITABLE`
 */
export async function saveProfile(path: string, profile: Partial<Profile>): Promise<void> {
  const parts = Object.entries(checkedProfile(profile, path, Object.keys(OPTIONS)));
  const filled = Object.fromEntries(parts.filter(([, part]) => Object.keys(part).length > 0));
  try {
    await writeFileAtomic(path, `${JSON.stringify(filled, null, 2)}\n`);
  } catch (cause) {
    throw new StopError(
      'PROFILE_UNWRITABLE',
      `The profile ${path} cannot be written: ${(cause as Error).message}.`,
      'Make its folder, or make it writable.',
      { cause },
    );
  }
}
