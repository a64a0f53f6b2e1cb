import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from '../../records/profile.js';
import { loadProfile, saveProfile } from '../../run/save-profile.js';
import { Refused } from '../route.js';

const NAME = /^[a-z0-9][a-z0-9._-]{0,59}$/;
const ENDING = '.json';

/** The profiles that have a name: files in a folder, which the command line takes as they are. */
export class NamedProfiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  names(): string[] {
    return readdirSync(this.#folder)
      .filter((file) => file.endsWith(ENDING))
      .map((file) => file.slice(0, -ENDING.length))
      .filter((name) => NAME.test(name))
      .sort();
  }

  /** @throws Refused 404, StopError `PROFILE_INVALID` */
  load(name: string): Promise<Profile> {
    return loadProfile(this.#pathOf(name));
  }

  /** What stands in the file. @throws Refused 404 */
  text(name: string): string {
    return readFileSync(this.#pathOf(name), 'utf8');
  }

  /** @throws Refused 400 for a name that cannot be, 409 for one that is taken and not to be replaced */
  async save(name: string, profile: Profile, replace: boolean): Promise<void> {
    if (!NAME.test(name))
      throw new Refused(
        400,
        'PROFILE_NAME',
        `A profile cannot be called "${name}".`,
        'Use lower-case letters, digits, dots, dashes and underscores.',
      );
    const path = join(this.#folder, name + ENDING);
    if (existsSync(path) && !replace)
      throw new Refused(
        409,
        'PROFILE_THERE',
        `There is a profile ${name} already.`,
        'Choose another name, or tick that it is to be replaced.',
      );
    await saveProfile(path, profile);
  }

  #pathOf(name: string): string {
    if (!this.names().includes(name))
      throw new Refused(
        404,
        'NO_PROFILE',
        `There is no profile ${name}.`,
        'Choose one of those that are there.',
      );
    return join(this.#folder, name + ENDING);
  }
}
