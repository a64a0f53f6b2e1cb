import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Profile } from '../../records/profile.js';
import { bytesText } from '../../results/wording.js';
import { saveProfile } from '../../run/save-profile.js';
import { writeFileAtomic } from '../../sheet/write/atomic.js';
import { fileMark } from '../file-mark.js';
import { PLAIN_ID } from '../plain-id.js';
import { Refused } from '../route.js';
import { Causes } from './causes.js';
import { Checks, type SheetCheck } from './checks.js';
import { Looks } from './looks.js';
import { fileNameOf, givenName, idFor } from './names.js';
import { type Incoming, receive, tooLarge } from './upload.js';

/** A sheet that somebody has uploaded. */
export interface Sheet {
  readonly id: string;
  /** as it was given: text, never a path */
  readonly name: string;
  readonly directory: string;
  /** the upload, which is never changed */
  readonly file: string;
  /** its profile; null where it has none */
  readonly profile: string | null;
  /** its edits, as `--edits` takes them; null where it has none */
  readonly edits: string | null;
  readonly bytes: number;
  /** of the upload, hexadecimal */
  readonly sha256: string;
  /** who uploaded it */
  readonly by: string;
  /** when, ISO */
  readonly at: string;
}

/** What `sheet.json` must hold. */
const factsSchema = z.object({
  ...{ name: z.string().min(1), file: z.string().min(1), by: z.string() },
  bytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
});
type SheetFacts = z.infer<typeof factsSchema> & Pick<Sheet, 'id'>;

/** What uploads may take, bytes and milliseconds. */
export interface SheetLimits {
  readonly upload: number;
  /** of all sheets with their checks */
  readonly storage: number;
  readonly idleMs: number;
}

/** What the folder of a sheet is called until all of the sheet is in it, and once it is being deleted. */
const PART = '.part';
const UPLOADS_A_USER = 2;
const REVISION_LENGTH = 12;

/** The uploaded sheets of a data folder. Nothing of a sheet is kept in memory but what its files cannot tell otherwise. */
export class Sheets {
  readonly limits: SheetLimits;
  readonly looks = new Looks();
  readonly causes = new Causes();
  readonly #folder: string;
  readonly #checks = new Checks();
  readonly #uploads = new Map<string, number>();
  /** bytes of the uploads that are going on, as they were announced */
  #coming = 0;
  #admissions: Promise<void> = Promise.resolve();
  readonly #revisions = new Map<string, { readonly of: string; readonly revision: string }>();
  /** the changes of each sheet, one after another */
  readonly #changes = new Map<string, Promise<unknown>>();
  readonly #listeners: ((sheet: Sheet, isNew: boolean) => void)[] = [];
  readonly #log: (line: Readonly<Record<string, unknown>>) => void;
  /** folders without a valid `sheet.json` that were told of */
  readonly #unreadable = new Set<string>();

  /** What an earlier server left half of is removed. */
  constructor(folder: string, limits: SheetLimits, log: (line: Readonly<Record<string, unknown>>) => void) {
    this.#folder = folder;
    this.limits = limits;
    this.#log = log;
    for (const name of readdirSync(folder))
      if (name.endsWith(PART)) rmSync(join(folder, name), { recursive: true, force: true });
  }

  /** All sheets, newest first. */
  list(): Sheet[] {
    return readdirSync(this.#folder)
      .flatMap((name) => this.#read(name) ?? [])
      .sort((a, b) => b.at.localeCompare(a.at) || b.id.localeCompare(a.id));
  }

  /** A sheet by its ID; found in a listing, never made from what was asked for. */
  find(id: string): Sheet | null {
    return PLAIN_ID.test(id) && readdirSync(this.#folder).includes(id) ? this.#read(id) : null;
  }

  /** The sheet of an ID. @throws Refused 404 */
  get(id: string): Sheet {
    const sheet = this.find(id);
    if (sheet === null)
      throw new Refused(
        404,
        'NO_SHEET',
        'There is no such sheet.',
        'It may have been deleted: the list of sheets has those that are there.',
      );
    return sheet;
  }

  /** What exactly a sheet is now, upload, profile and edits together: the same text means the same input. */
  revisionOf({ id, sha256, profile, edits }: Sheet): string {
    const files = [profile, edits];
    const of = [sha256, ...files.map(fileMark)].join(' ');
    const known = this.#revisions.get(id);
    if (known?.of === of) return known.revision;
    const hash = createHash('sha256').update(sha256);
    for (const file of files) hash.update(file === null ? '-' : hashOf(file));
    const revision = hash.digest('hex').slice(0, REVISION_LENGTH);
    this.#revisions.set(id, { of, revision });
    return revision;
  }

  /** The last check of a sheet that came to its end; one of what it is now where there is one. */
  checkOf(sheet: Sheet): SheetCheck | null {
    return this.#checks.last(sheet.directory, this.revisionOf(sheet));
  }

  /**
   * Changes a sheet that is still what somebody has seen of it; changes of one sheet come one after another.
   * @param work writes the profile or the edits
   * @returns the revision afterwards
   * @throws Refused 409 with the present `revision` when the sheet is another by now
   */
  async change(sheet: Sheet, revisionSeen: string, work: () => Promise<void>): Promise<string> {
    const before = this.#changes.get(sheet.id) ?? Promise.resolve();
    const change = before.then(async () => {
      const revision = this.revisionOf(this.get(sheet.id));
      if (revision !== revisionSeen) throw changedMeanwhile(revision);
      await work();
      const changed = this.get(sheet.id);
      const now = this.revisionOf(changed);
      if (now !== revision) for (const listener of this.#listeners) listener(changed, false);
      return now;
    });
    const settled = change.catch(() => {});
    this.#changes.set(sheet.id, settled);
    void settled.then(() => {
      if (this.#changes.get(sheet.id) === settled) this.#changes.delete(sheet.id);
    });
    return change;
  }

  /** Hears of every sheet that is new or has changed. */
  onChange(listener: (sheet: Sheet, isNew: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Gives a sheet another profile.
   * @returns the revision afterwards
   * @throws Refused 409, StopError `PROFILE_INVALID`
   */
  setProfile(sheet: Sheet, profile: Partial<Profile>, revisionSeen: string): Promise<string> {
    return this.change(sheet, revisionSeen, () =>
      saveProfile(join(sheet.directory, 'profile.json'), profile),
    );
  }

  /**
   * Takes an upload: whole, durable and under its ID, or not at all.
   * @param profile that it is read with from the first check on; null for none
   * @throws Refused 413, 429, 507, 408, 400
   */
  async take(
    name: string,
    by: string,
    incoming: Incoming,
    profile: Partial<Profile> | null = null,
  ): Promise<Sheet> {
    const given = givenName(name);
    if (given === '')
      throw new Refused(400, 'NO_NAME', 'The sheet has no name.', 'Name it: PUT /sheets?name=…');
    const { announced } = incoming;
    if (announced !== null && announced > this.limits.upload) throw tooLarge(this.limits.upload);
    const going = this.#uploads.get(by) ?? 0;
    if (going >= UPLOADS_A_USER)
      throw new Refused(
        429,
        'TOO_MANY_UPLOADS',
        `${UPLOADS_A_USER} uploads of ${by} are going on already.`,
        'Wait until one of them is done.',
      );
    this.#uploads.set(by, going + 1);
    // one whose length nobody said may be as large as any
    const bytes = announced ?? this.limits.upload;
    let admitted = 0;
    try {
      await this.#admit(bytes);
      admitted = bytes;
      return await this.#take(given, by, incoming, profile);
    } finally {
      this.#coming -= admitted;
      const left = (this.#uploads.get(by) ?? 1) - 1;
      if (left > 0) this.#uploads.set(by, left);
      else this.#uploads.delete(by);
    }
  }

  /** Bytes that are free, where that is not enough for the largest upload; else null. */
  async diskLeft(): Promise<number | null> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize < 2 * this.limits.upload ? bavail * bsize : null;
  }

  /** Keeps space for an upload, one after another: of two that do not both fit, the first is taken. @throws Refused 507 */
  #admit(bytes: number): Promise<void> {
    const admission = this.#admissions.then(async () => {
      await this.#refuseWithoutSpace(bytes);
      this.#coming += bytes;
    });
    this.#admissions = admission.catch(() => {});
    return admission;
  }

  /** Refuses what the disk could not take twice, once as it is and once as what is read of it, or what is too much for all. */
  async #refuseWithoutSpace(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    if (bavail * bsize < 2 * bytes)
      throw new Refused(
        507,
        'DISK_FULL',
        'The disk of the server is nearly full.',
        'Have sheets or runs deleted that nobody needs, then upload again.',
      );
    const names = readdirSync(this.#folder).filter((name) => !name.endsWith(PART));
    let taken = this.#coming + bytes;
    for (const name of names) taken += await sizeOf(join(this.#folder, name));
    if (taken > this.limits.storage)
      throw new Refused(
        507,
        'STORAGE_FULL',
        `All sheets here together may take ${bytesText(this.limits.storage)}, and this one is too much for that.`,
        'Delete sheets that nobody needs, or have the server started with a greater --max-storage.',
      );
  }

  async #take(
    name: string,
    by: string,
    incoming: Incoming,
    profile: Partial<Profile> | null,
  ): Promise<Sheet> {
    const at = new Date();
    const { id, part } = await this.#place(idFor(at, name));
    try {
      const file = fileNameOf(name);
      await mkdir(join(part, 'upload'), { mode: 0o700 });
      const limits = { bytes: this.limits.upload, idleMs: this.limits.idleMs };
      const received = await receive(join(part, 'upload', file), incoming, limits);
      const facts: SheetFacts = { id, name, file, ...received, by, at: at.toISOString() };
      await writeFileAtomic(join(part, 'sheet.json'), `${JSON.stringify(facts, null, 2)}\n`);
      if (profile !== null) await saveProfile(join(part, 'profile.json'), profile);
      await sync(join(part, 'upload'));
      await rename(part, join(this.#folder, id));
      await sync(this.#folder);
    } catch (error) {
      await rm(part, { recursive: true, force: true });
      throw error;
    }
    const sheet = this.get(id);
    for (const listener of this.#listeners) listener(sheet, true);
    return sheet;
  }

  /** Makes a folder under an ID that nothing has. */
  async #place(wanted: string): Promise<{ id: string; part: string }> {
    for (let turn = 1; ; turn++) {
      const id = turn === 1 ? wanted : `${wanted}-${turn}`;
      const part = join(this.#folder, id + PART);
      if (existsSync(join(this.#folder, id))) continue;
      try {
        await mkdir(part, { mode: 0o700 });
        return { id, part };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  }

  /** Deletes a sheet with all that belongs to it; half of it is never left under its ID. */
  async remove({ id, directory }: Sheet): Promise<void> {
    const part = join(this.#folder, id + PART);
    await rename(directory, part);
    await rm(part, { recursive: true, force: true });
  }

  /** Null, and told once, where a folder has no valid `sheet.json`: it is left as it is. */
  #read(id: string): Sheet | null {
    if (!PLAIN_ID.test(id) || id.endsWith(PART)) return null;
    const directory = join(this.#folder, id);
    try {
      const facts = factsSchema.parse(JSON.parse(readFileSync(join(directory, 'sheet.json'), 'utf8')));
      const ifThere = (name: string) => (existsSync(join(directory, name)) ? join(directory, name) : null);
      return {
        ...facts,
        ...{ id, directory, file: join(directory, 'upload', fileNameOf(facts.file)) },
        ...{ profile: ifThere('profile.json'), edits: ifThere('edits.jsonl') },
      };
    } catch (error) {
      if (!this.#unreadable.has(id))
        this.#log({
          ...{ level: 'error', sheet: id },
          message: `${join(directory, 'sheet.json')} cannot be read, so it is no sheet: ${(error as Error).message}`,
        });
      this.#unreadable.add(id);
      return null;
    }
  }
}

function changedMeanwhile(revision: string): Refused {
  return new Refused(
    409,
    'CHANGED',
    'Somebody has changed this sheet since you saw it.',
    'Look at it as it is now, then change it again.',
    {},
    { revision },
  );
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

/** The bytes of all files below a folder; what goes away meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += await sizeOf(path);
    else bytes += (await stat(path).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

/** Makes the names in a folder durable. */
async function sync(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
