import { extname } from 'node:path';
import { StopError } from '../errors.js';
import type { Pace } from '../execute/plan-counter.js';
import {
  type Environment,
  type Given,
  type GivenOptions,
  OPTIONS,
  resolveSettings,
  type ScreenSettings,
  type Settings,
} from '../options.js';
import { nearest } from '../records/cells/nearest.js';
import { COLUMN_NAMES, type ColumnName } from '../records/columns.js';
import type { Product } from '../records/products.js';
import { type Profile, readProfile, secretRefused } from '../records/profile.js';
import type { SheetReading } from '../records/reading.js';
import type { ValidatorOptions } from '../records/validate.js';
import type { SheetFormat } from '../sheet/write/write.js';

/** What somebody gives who starts something, a command line or a program. */
export interface Caller {
  /** by the names of the option table; what is absent comes from `env`, the profile, the earlier run or the default */
  readonly options?: GivenOptions;
  /** environment variables, the log-in among them; none by default */
  readonly env?: Environment;
  /** sends the log-in over plain HTTP to another machine, which is refused otherwise */
  readonly insecureHttp?: boolean;
  /** asks for a log-in that `env` does not have; nobody is asked by default */
  readonly ask?: Ask;
  /** brings a log-in that `env` does not have, before anybody is asked; null when there is none */
  readonly logIn?: () => Promise<{ readonly username: string; readonly password: string } | null>;
  /** gives the profile that `options` name, for a caller that has read it already; it is read anew by default */
  readonly readProfile?: () => Promise<Profile>;
}

/**
 * Asks a person.
 * @param secret what is typed is not shown
 * @returns null when there is no answer to be had
 * @throws StopError `INTERRUPTED` on Ctrl-C
 */
export type Ask = (question: string, secret: boolean) => Promise<string | null>;

const NO_PROFILE: Profile = {
  ...{ headers: {}, defaults: {}, values: {}, blank: [], skip: {}, sheets: {} },
  ...{ distinct: [], options: {} },
};

/**
 * The options of a command from its flags, the environment variables and the profile.
 * @param fallback options of an earlier start of the same run, used where nothing else gives one
 * @throws StopError for a value that cannot be, or a profile that cannot be read
 */
export async function settingsOf(
  { options = {}, env = {}, readProfile = () => readProfileOf(options) }: Caller,
  fallback: GivenOptions = {},
): Promise<{ settings: Settings & ScreenSettings; given: Given; profile: Profile }> {
  const profile = await readProfile();
  const { settings, given } = resolveSettings(options, env, { ...fallback, ...profile.options });
  return { settings, given, profile };
}

/** The profile that the options name; an empty one where they name none. */
export async function readProfileOf(options: GivenOptions): Promise<Profile> {
  const file = options['profile'];
  return file === undefined ? NO_PROFILE : readProfile(String(file), Object.keys(OPTIONS));
}

/** The format of the results: as asked, else as the first sheet. */
export function formatOf(
  settings: Pick<Settings, 'format'>,
  inputs: readonly { readonly file: string }[],
): SheetFormat {
  return settings.format ?? (/^\.xls[xm]$/i.test(extname(inputs[0]?.file ?? '')) ? 'xlsx' : 'csv');
}

/**
 * How fast calls go.
 * @param latencyMs how long one lasts; null when nobody has measured it
 */
export function paceOf({ concurrency, rate }: Settings, latencyMs: number | null = null): Pace {
  return { concurrency, rate: rate ?? null, latencyMs };
}

/** How sheets are read: the profile, with `--set` on top. */
export function readingOptions(profile: Profile, settings: Settings): ValidatorOptions {
  const set: Partial<Record<ColumnName, string>> = {};
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
    set[column] = value;
  }
  const { sheets, distinct } = profile;
  const ofSheets = Object.entries(sheets).map(([name, own]) => [name, own && readingOf(own, set)]);
  return { ...readingOf(profile, set), sheets: Object.fromEntries(ofSheets), distinct };
}

/** The profile with which other sheets are read as those of a run were; `--set` is among its defaults. */
export function profileOfReading({
  sheets = {},
  distinct = [],
  ...reading
}: ValidatorOptions): Partial<Profile> {
  const ofSheets = Object.entries(sheets).map(([name, own]) => [name, own && partOf(own)]);
  return { ...partOf(reading), sheets: Object.fromEntries(ofSheets), distinct };
}

function partOf({ product, defaults, headerNames, valueTranslations, blank, skip }: SheetReading) {
  return {
    ...(product === undefined ? {} : { product }),
    ...{ headers: headerNames ?? {}, defaults: defaults ?? {}, values: valueTranslations ?? {} },
    ...{ blank: blank ?? [], skip: skip ?? {} },
  };
}

/** What a profile, or its part for one sheet, says of reading, with `--set` on top. */
function readingOf(
  {
    product,
    headers = {},
    defaults = {},
    values = {},
    blank = [],
    skip = {},
  }: Partial<Profile> & { readonly product?: Product },
  set: Partial<Record<ColumnName, string>>,
): SheetReading {
  return {
    ...(product === undefined ? {} : { product }),
    ...{ defaults: { ...defaults, ...set }, headerNames: headers, valueTranslations: values, blank, skip },
  };
}
