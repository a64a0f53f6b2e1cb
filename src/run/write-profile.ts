import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { StopError } from '../errors.js';
import { ProfileDraft } from '../records/profile-draft.js';
import { problemOf } from '../results/row-outcome.js';
import { type RunReport, totalOf } from '../results/run-report.js';
import { writeFileAtomic } from '../sheet/write/atomic.js';
import { shellPath } from '../shell-word.js';
import { optionsAgain } from './again.js';
import { readRun } from './directory.js';
import { tablesOf } from './report.js';
import { type Caller, settingsOf } from './settings.js';

/** A profile that is to be written once its sheets are validated. */
export interface ProfileFile {
  readonly path: string;
  readonly draft: ProfileDraft;
}

/**
 * Begins a profile, with what the profile says that the sheets are read with. A file that is there is refused, unless it
 * is that profile: then it is what it was, and what was found besides.
 * @throws StopError `FILE_EXISTS`, `PROFILE_UNWRITABLE`, or as `settingsOf`
 */
export async function beginProfile(path: string, caller: Caller): Promise<ProfileFile> {
  const { profile, settings } = await settingsOf(caller);
  const isItself = settings.profile !== undefined && resolve(settings.profile) === resolve(path);
  if (!isItself) refuseExisting(path);
  if (!existsSync(dirname(path)))
    throw new StopError(
      'PROFILE_UNWRITABLE',
      `There is no folder ${dirname(path)} for the profile.`,
      'Make it, or name another file with --write-profile.',
    );
  const schema = settings.profile === undefined ? undefined : await schemaNamedIn(settings.profile);
  return {
    path,
    draft: new ProfileDraft({ ...(schema === undefined ? {} : { $schema: schema }), ...profile }),
  };
}

/** The schema that a profile names for editors; it is not a part of what the profile says. */
async function schemaNamedIn(path: string): Promise<string | undefined> {
  const json: { readonly $schema?: string } = JSON.parse(
    (await readFile(path, 'utf8')).replace(/^\ufeff/, ''),
  );
  return json.$schema;
}

function refuseExisting(path: string): void {
  if (!existsSync(path)) return;
  const word = shellPath(path);
  throw new StopError(
    'FILE_EXISTS',
    `${path} is there already.`,
    `Name another file, or go on with that one: --profile ${word} --write-profile ${word}`,
  );
}

/** Adds all that a validation has left in its run directory. */
export async function addRunToProfile({ draft }: ProfileFile, report: RunReport): Promise<void> {
  const { journal } = readRun(report.runDir ?? '');
  try {
    for (const { file, sheet, headers } of tablesOf(journal)) draft.addTable(file, sheet, headers);
    for (let ordinal = 0; ordinal <= totalOf(report); ordinal++)
      for (const problem of journal.problems(ordinal)) draft.addProblem(problemOf(problem));
  } finally {
    await journal.close();
  }
}

/**
 * Writes a profile.
 * @returns the report of the validation that it came from, with what to do next: fill in the profile
 * @throws StopError `FILE_EXISTS`, `PROFILE_UNWRITABLE`
 */
export async function writeProfile(
  { path, draft }: ProfileFile,
  report: RunReport,
  caller: Caller,
): Promise<RunReport> {
  const { profile, open } = draft.drafted();
  try {
    await writeFileAtomic(path, `${JSON.stringify(profile, null, 2)}\n`);
  } catch (error) {
    const message = `The profile ${path} cannot be written: ${(error as Error).message}.`;
    const hint = 'Name another file with --write-profile.';
    throw new StopError('PROFILE_UNWRITABLE', message, hint, { cause: error });
  }
  const { settings } = await settingsOf(caller);
  const target = { environment: 'sandbox', baseUrl: null } as const;
  const { reading } = optionsAgain({ target, settings: { ...settings, profile: path } });
  const what = open === 0 ? 'Look through' : `Fill in the ${open === 1 ? 'one "?"' : `${open} "?"`} in`;
  const words = report.sheets.map(shellPath).join(' ') + reading;
  const step = `${what} ${path}, and give a column to each header there that is null and meant; then: \`alianza-import validate ${words}\``;
  return { ...report, next: [step] };
}
