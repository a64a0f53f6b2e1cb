import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { profileJson } from '../../records/profile.js';

/** What belongs to a sheet besides the upload, which never changes. */
export interface SheetParts {
  readonly directory: string;
  readonly profile: string | null;
  readonly edits: string | null;
}

const PROFILE = 'profile.json';
const EDITS = 'edits.jsonl';
/** What the folders begin with that hold both of a revision. */
const KEPT = 'at-';

/** Options of a profile that say how; where a job goes and what it writes is said by the page alone. */
const KEPT_OPTIONS = [
  'concurrency',
  'rate',
  'timeout',
  'retries',
  'max-errors',
  'existing',
  'set',
  'format',
  'http-log',
];

/**
 * Keeps profile and edits as they are at a revision, so that a job works on exactly these whatever is changed
 * meanwhile, and a run can be gone on with later.
 * @throws StopError `PROFILE_INVALID` when the profile is not JSON
 */
export function keepInput({ directory, profile, edits }: SheetParts, revision: string): void {
  const kept = placeOf(directory, revision);
  if (existsSync(kept)) return;
  const part = `${kept}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { mode: 0o700 });
  if (profile !== null)
    writeFileSync(join(part, PROFILE), withoutPlaces(readFileSync(profile, 'utf8'), profile), {
      mode: 0o600,
    });
  if (edits !== null) copyFileSync(edits, join(part, EDITS));
  renameSync(part, kept);
}

/** Profile and edits as they were at a revision. */
export function inputOf(directory: string, revision: string): Omit<SheetParts, 'directory'> {
  const ifThere = (name: string) => {
    const path = join(placeOf(directory, revision), name);
    return existsSync(path) ? path : null;
  };
  return { profile: ifThere(PROFILE), edits: ifThere(EDITS) };
}

/**
 * Removes what was kept of a sheet for jobs that have ended: typed passwords are in it, also those that were taken back.
 * What cannot be removed goes with the sheet.
 * @param inUse revisions of what goes on, or can be gone on with
 */
export function dropInputs(directory: string, inUse: ReadonlySet<string>): void {
  for (const name of readdirSync(directory)) {
    if (!name.startsWith(KEPT) || inUse.has(name.slice(KEPT.length))) continue;
    try {
      rmSync(join(directory, name), { recursive: true, force: true });
    } catch {
      // it is for its owner alone
    }
  }
}

function placeOf(directory: string, revision: string): string {
  return join(directory, KEPT + revision);
}

function withoutPlaces(text: string, path: string): string {
  const json = profileJson(text, path);
  // what is no profile at all is told by the job that reads it
  if (Object(json) !== json) return text;
  const profile = json as { options?: Record<string, unknown> };
  const options = Object.entries(profile.options ?? {}).filter(([name]) => KEPT_OPTIONS.includes(name));
  return JSON.stringify({
    ...profile,
    ...(options.length > 0 ? { options: Object.fromEntries(options) } : { options: undefined }),
  });
}
