import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Environment } from '../options.js';
import { openRun } from '../run/read.js';
import { hashFile } from '../sheet/read.js';
import { writeFileAtomic } from '../sheet/write/atomic.js';
import { type ChildEnd, OUTPUT, PRINTED, runChild } from './child.js';
import { contentOf, type Item, setAgain, syncDirectory } from './claim.js';
import { monotonicMs } from './clock.js';
import type { Folder } from './folders.js';
import { regular } from './look.js';
import type { Memory } from './memory.js';
import type { InboxSettings } from './settings.js';
import {
  BESIDE,
  type FileEnd,
  type FileSummary,
  RUN,
  readSummary,
  reasonOf,
  SUMMARY,
  summaryOf,
} from './summary.js';

/** What came of a turn of a file. */
export type Turn =
  /** it lies in `done` or `failed` */
  | { readonly type: 'ended'; readonly summary: FileSummary }
  /** it stays in `working`, and is gone on with later */
  | {
      readonly type: 'later';
      /** `busy`: another run is in the way; `refused`: nothing can be run at all; `stopped`: somebody asked for it */
      readonly why: 'busy' | 'refused' | 'stopped';
      readonly error: ChildEnd['error'];
    };

export interface WorkContext {
  /** the inbox as it was named */
  readonly root: string;
  readonly memory: Memory;
  readonly settings: Pick<InboxSettings, 'settleMs' | 'giveUpMs' | 'runsDuplicates'>;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** What is not the fault of a file, so that its turn comes again when somebody has put it right. */
const OF_THE_INBOX = new Set([
  ...['LOGIN_REFUSED', 'LOGIN_NOT_ACCEPTED', 'FORBIDDEN', 'PLATFORM_UNREACHABLE', 'CREDENTIALS_MISSING'],
  ...['INSECURE_HTTP', 'PROXY_INVALID', 'PARTITION_UNKNOWN', 'PARTITION_CHANGED', 'TARGET_CHANGED'],
  ...['OPTION_INVALID', 'USAGE', 'PROFILE_INVALID', 'DEFAULT_INVALID', 'LOCK_UNUSABLE', 'SYSTEM_REFUSED'],
  ...['RUN_DIRECTORY_UNUSABLE', 'JOURNAL_UNUSABLE', 'JOURNAL_WRITE_FAILED', 'CREDENTIALS_WRITE_FAILED'],
  ...['RESULTS_UNWRITABLE', 'SANDBOX_STATE_UNWRITABLE'],
]);

/** A process that ends so often without a word does so because of the file. */
const MAX_DEATHS = 3;

/**
 * The turn of a file in `working`: it is run, or gone on with where an earlier process stopped, and put away. Each step
 * can be repeated: a crash between any two of them loses nothing and does nothing twice.
 */
export async function work(item: Item, folder: Folder, context: WorkContext): Promise<Turn> {
  const { root, memory } = context;
  const again = item.claim.again === true;
  if (again) {
    memory.forgetEnd(item.directory);
    rmSync(join(item.path, SUMMARY), { force: true });
    await setAgain(item.path, item.claim, false);
  }
  // An earlier process had come as far as this.
  const before = readSummary(item.path);
  if (before !== null) return putAway(item, folder, before, context);
  if (item.claim.refused !== null) return refuse(item, folder, item.claim.refused, context);
  const sheet = join(item.path, item.claim.sheet);
  const isThere = regular(sheet) !== null;
  if (!isThere && existsSync(sheet)) return refuse(item, folder, NO_FILE, context);
  if (!(await settled(item, sheet, context))) return { type: 'later', why: 'stopped', error: null };
  const sha256 = isThere ? await hashFile(sheet) : null;
  const begun = await begunRun(item);
  const twin =
    begun || sha256 === null ? null : memory.doneBefore(sha256, folder.settingsKey, item.directory);
  if (twin !== null && !context.settings.runsDuplicates) {
    const end = {
      exitCode: 0,
      reason: `Duplicate of ${join(root, 'done', twin)}: the same bytes were done before.`,
      error: null,
    };
    return putAway(item, folder, await summaryOf(root, item, 'done', sha256, end, []), context);
  }
  const words = begun ? resumeWords(begun, folder, again) : startWords(item, folder);
  const content = contentOf(sheet);
  const end = await runChild(item.path, words, context.env, context.signal);
  const later = laterOf(item, end, context);
  if (later !== null) return later;
  takeOut(item);
  const isSame = contentOf(sheet) === content;
  const isDone = isSame && (end.code === 0 || end.code === 6);
  const warnings = isThere ? endOfText(sheet) : [];
  const stage = isDone ? 'done' : 'failed';
  const code = end.code ?? 7;
  const told = await summaryOf(
    root,
    item,
    stage,
    sha256,
    { exitCode: code, reason: null, error: end.error },
    warnings,
  );
  const reason = !isSame ? CHANGED : end.code === null ? DIED : reasonOf(told.rows, end);
  return putAway(item, folder, { ...told, reason }, context);
}

const CHANGED =
  'It was written to while it was run: what is in it now may not be what was sent. Drop the whole file again.';
const DIED = `Its process died ${MAX_DEATHS} times without a word; see ${OUTPUT}.`;
const NO_FILE = {
  code: 'NOT_A_FILE',
  message: 'It is no regular file.',
  hint: 'Drop the file itself, no link to it.',
};

async function refuse(
  item: Item,
  folder: Folder,
  error: NonNullable<ChildEnd['error']>,
  context: WorkContext,
): Promise<Turn> {
  const sheet = join(item.path, item.claim.sheet);
  const sha256 = regular(sheet) === null ? null : await hashFile(sheet).catch(() => null);
  const end: FileEnd = { exitCode: 3, reason: `${error.code}: ${error.message}`, error };
  return putAway(item, folder, await summaryOf(context.root, item, 'failed', sha256, end, []), context);
}

/**
 * Waits until nobody writes a file any more: whoever had it open when it was taken writes on.
 * @returns false when a stop was asked for first
 */
async function settled({ claim }: Item, sheet: string, { settings, signal }: WorkContext): Promise<boolean> {
  const begin = monotonicMs();
  for (let content: string | null = claim.content; ; ) {
    const now = contentOf(sheet);
    if (now === content || now === null || monotonicMs() - begin > settings.giveUpMs) return true;
    content = now;
    await sleep(settings.settleMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return false;
  }
}

/** The run in the directory of a file that can be gone on with, and where it goes. */
interface Begun {
  readonly where: readonly string[];
}

/** @returns null where there is none; what is left of one is put aside */
async function begunRun({ path }: Item): Promise<Begun | null> {
  const runDir = join(path, RUN);
  if (existsSync(join(runDir, 'journal.db'))) {
    try {
      const run = openRun(runDir);
      const { kind, target } = run.facts;
      await run.close();
      const { environment, baseUrl } = target;
      if (kind === 'run') {
        const where = environment === 'custom' ? [] : [`--environment=${environment}`];
        return { where: baseUrl === null ? where : [...where, `--base-url=${baseUrl}`] };
      }
      rmSync(runDir, { recursive: true });
      return null;
    } catch {
      // `resume` says what is wrong with it
      return { where: [] };
    }
  }
  // what was sent before is in a journal
  const left = existsSync(runDir) ? readdirSync(runDir).filter((name) => !/^lock/.test(name)) : [];
  if (left.length > 0) renameSync(runDir, `${runDir}-${Date.now()}`);
  return null;
}

const TELLING = ['--json', '--quiet'];

function startWords({ claim: { sheet } }: Item, folder: Folder): string[] {
  const dry = folder.dryRun ? ['--dry-run'] : [];
  return ['run', ...folder.options, ...dry, ...TELLING, `--out=${RUN}`, '--', `./${sheet}`];
}

/** The options of `run` that a run which goes on takes, too; where it goes is kept with it. */
const OF_RESUME =
  /^--(?:concurrency|rate|timeout|retries|on-invalid|max-errors|existing|format|http-log|insecure-http)\b/;

function resumeWords({ where }: Begun, folder: Folder, again: boolean): string[] {
  const options = folder.options.filter((word) => OF_RESUME.test(word));
  return ['resume', RUN, ...where, ...options, ...(again ? ['--retry=failed'] : []), ...TELLING];
}

/** Whether a file stays where it is: what happened is no end. */
function laterOf(item: Item, { code, error }: ChildEnd, { memory, signal }: WorkContext): Turn | null {
  if (code === 5) return { type: 'later', why: 'busy', error };
  if (code === 4) return { type: 'later', why: 'stopped', error };
  if (code === null || code > 7) {
    if (signal.aborted) return { type: 'later', why: 'stopped', error };
    return memory.addDeath(item.directory) < MAX_DEATHS ? { type: 'later', why: 'busy', error } : null;
  }
  if ((code === 3 || code === 7) && error !== null && OF_THE_INBOX.has(error.code))
    return { type: 'later', why: 'refused', error };
  return null;
}

/** Puts what people look for beside the sheet. */
function takeOut({ path }: Item): void {
  for (const name of BESIDE) {
    rmSync(join(path, name), { force: true });
    const from = join(path, RUN, name);
    if (existsSync(from)) copyFileSync(from, join(path, name), constants.COPYFILE_FICLONE);
  }
  rmSync(join(path, PRINTED), { force: true });
}

/** The last steps: what became of it is on disk beside it, then it is remembered, then its directory is moved. */
async function putAway(
  item: Item,
  folder: Folder,
  summary: FileSummary,
  { root, memory }: WorkContext,
): Promise<Turn> {
  const stage = summary.stage === 'done' ? 'done' : 'failed';
  await writeFileAtomic(join(item.path, SUMMARY), `${JSON.stringify(summary, null, 2)}\n`);
  const { settingsKey, name } = folder;
  const ended = { directory: item.directory, stage, folder: name, settingsKey } as const;
  memory.end({ ...ended, sha256: summary.sha256 ?? '' });
  renameSync(item.path, join(root, stage, item.directory));
  for (const each of ['working', stage]) syncDirectory(join(root, each));
  return { type: 'ended', summary };
}

const LINE_ENDS = new Set([0x0a, 0x0d]);

/** The warning that the end of a text may be missing, which nobody can tell for sure. */
function endOfText(sheet: string): string[] {
  const size = regular(sheet)?.size ?? 0n;
  const last = Buffer.alloc(2);
  const handle = openSync(sheet, 'r');
  try {
    const head = Buffer.alloc(4);
    readSync(handle, head, 0, 4, 0);
    if (head.toString('latin1').startsWith('PK')) return [];
    readSync(handle, last, 0, 2, Math.max(0, Number(size) - 2));
  } finally {
    closeSync(handle);
  }
  // of UTF-16 one of the two bytes is the line end
  if ([...last].some((byte) => LINE_ENDS.has(byte))) return [];
  return ['The last line has no line end: if the file was cut off there, rows are missing.'];
}
