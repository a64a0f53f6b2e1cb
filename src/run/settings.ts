import type { Arguments, Io } from '../commands/command.js';
import { StopError } from '../errors.js';
import { type Given, OPTIONS, resolveSettings, type Settings } from '../options.js';
import { nearest } from '../records/cells/nearest.js';
import { COLUMN_NAMES, type ColumnName } from '../records/columns.js';
import { type Profile, readProfile, secretRefused } from '../records/profile.js';
import type { ValidatorOptions } from '../records/validate.js';

const NO_PROFILE: Profile = { headers: {}, defaults: {}, values: {}, distinct: [], options: {} };

/**
 * The options of a command from its flags, the environment variables and the profile.
 * @param fallback options of an earlier start of the same run, used where nothing else gives one
 * @throws StopError for a value that cannot be, or a profile that cannot be read
 */
export async function settingsOf(
  args: Arguments,
  io: Io,
  fallback: Readonly<Record<string, unknown>> = {},
): Promise<{ settings: Settings; given: Given; profile: Profile }> {
  const file = args.flags['profile'];
  const profile = file === undefined ? NO_PROFILE : await readProfile(String(file), Object.keys(OPTIONS));
  const { settings, given } = resolveSettings(args.flags, io.env, { ...fallback, ...profile.options });
  return { settings, given, profile };
}

/** How sheets are read: the profile, with `--set` on top. */
export function readingOptions(profile: Profile, settings: Settings): ValidatorOptions {
  const defaults: Partial<Record<ColumnName, string>> = { ...profile.defaults };
  for (const entry of settings.set) {
    const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
    if (name === undefined)
      throw new StopError('OPTION_INVALID', `--set ${entry} has no "=".`, 'Write --set column=value.');
    const column = COLUMN_NAMES.find((each) => each.toLowerCase() === name.trim().toLowerCase());
    if (!column) {
      const near = nearest(name, COLUMN_NAMES);
      // the value may be a secret under a misspelt name
      const meant = near === null || secretRefused(near) ? null : near;
      throw new StopError(
        'OPTION_INVALID',
        `--set ${name}=…: there is no column "${name}".`,
        meant === null
          ? 'Write --set column=value, with a column of the sheet.'
          : `Did you mean --set ${meant}=${value}?`,
      );
    }
    const refused = secretRefused(column);
    if (refused)
      throw new StopError('OPTION_INVALID', `--set ${column}=…: ${refused.message}.`, refused.hint);
    defaults[column] = value;
  }
  const { headers: headerNames, values: valueTranslations, distinct } = profile;
  return { defaults, headerNames, valueTranslations, distinct };
}
