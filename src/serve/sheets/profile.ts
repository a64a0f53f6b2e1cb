import { StopError } from '../../errors.js';
import type { Profile } from '../../records/profile.js';
import { readProfileOf } from '../../run/settings.js';
import { Refused } from '../route.js';
import type { Sheet, Sheets } from './sheets.js';

/** The profile of a sheet; parts that it leaves out are empty. */
export function profileOf({ profile }: Sheet): Promise<Profile> {
  return readProfileOf(profile === null ? {} : { profile });
}

/**
 * Gives a sheet another profile.
 * @returns the revision afterwards
 * @throws Refused 409 when the sheet is not what was seen, 400 when the profile is none
 */
export async function setProfile(
  sheets: Sheets,
  sheet: Sheet,
  profile: Partial<Profile>,
  revisionSeen: string,
): Promise<string> {
  try {
    return await sheets.setProfile(sheet, profile, revisionSeen);
  } catch (error) {
    if (!(error instanceof StopError) || error.code !== 'PROFILE_INVALID') throw error;
    // where the file is on the server is nobody's business
    throw new Refused(400, error.code, error.message.replace(/^.*?profile\.json: /, ''), error.hint);
  }
}
