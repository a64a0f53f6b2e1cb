import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type Exit, errorFacts, errorMember, StopError } from '../errors.js';
import { claim, type Item, itemsInWork } from './claim.js';
import { monotonicMs } from './clock.js';
import { type Folder, folderOf, foldersOf, type RunDefaults } from './folders.js';
import { type InboxLog, openInboxLog } from './log.js';
import { look, type Ready } from './look.js';
import { type OpenInbox, openInbox } from './open.js';
import type { InboxSettings } from './settings.js';
import { type FileSummary, readSummary } from './summary.js';
import { type InboxProblem, type InboxSummary, Teller } from './tell.js';
import { type Turn, work } from './work.js';

/** An inbox to work on. */
export interface InboxRequest {
  readonly root: string;
  readonly settings: InboxSettings;
  readonly defaults: RunDefaults;
  /** first: what is in flight is finished */
  readonly signal: AbortSignal;
  /** hears of every file that has ended, and of what is in the way */
  readonly onEvent: (summary: InboxSummary) => void;
}

/** What a call came to. */
export interface InboxEnd {
  readonly summary: InboxSummary;
  readonly exit: Exit;
  /** why those who were to be told were not, each a sentence */
  readonly notTold: readonly string[];
}

const VANISHED_MS = 30_000;
/** How long a place that refuses everything is left alone: a log-in that is tried too often is locked. */
const REFUSED_MS = [60_000, 120_000, 300_000, 900_000] as const;

/**
 * Works on a drop folder: what an earlier process has left first, then file by file what is ready. Each is taken by a
 * rename, run by this program as a process of its own, and put away with what became of it.
 *
 * @returns what it came to; of one that watches, without its files
 * @throws StopError `INBOX_UNUSABLE`, `LOCKED`
 */
export async function runInbox(request: InboxRequest): Promise<InboxEnd> {
  const { root, settings, signal } = request;
  let inbox = openInbox(root, true);
  const log = openInboxLog(join(root, 'inbox.log'));
  const teller = new Teller(settings, request.defaults.env, signal, log);
  for (;;) {
    const round = new Round(request, inbox, teller, log);
    try {
      await round.work();
      return await ended(round, teller);
    } catch (error) {
      if (!(error instanceof Vanished) || settings.once) throw error;
      round.tellProblem({ folder: null, ...VANISHED });
    } finally {
      inbox.close();
    }
    const back = await comeBack(request);
    if (back === null) return await ended(round, teller);
    log('folder is back');
    inbox = back;
  }
}

async function ended(round: Round, teller: Teller): Promise<InboxEnd> {
  const { exit } = round;
  const summary = round.summary('call', round.files, EXIT[exit].code);
  if (round.isOnce) teller.tell(summary);
  await teller.done();
  return { summary, exit, notTold: teller.failures };
}

/** The folder is not the one that was opened. */
class Vanished extends Error {}

const VANISHED = {
  code: 'INBOX_GONE',
  message: 'The folder is gone: it was unmounted, moved or deleted.',
  hint: `Mount it again; it is looked for every ${VANISHED_MS / 1000} s.`,
};

/** Waits for the folder. @returns null when a stop was asked for first */
async function comeBack({ root, signal }: InboxRequest): Promise<OpenInbox | null> {
  while (!signal.aborted) {
    await sleep(VANISHED_MS, undefined, { signal }).catch(() => {});
    try {
      if (!signal.aborted) return openInbox(root, false);
    } catch (error) {
      if (!(error instanceof StopError)) throw error;
    }
  }
  return null;
}

/** A place to send to that has no turn at the moment. */
interface Rest {
  /** of the monotonic clock */
  readonly until: number;
  readonly refusals: number;
}

/** Work on an open inbox, until there is nothing left or it is to stop. */
class Round {
  readonly #request: InboxRequest;
  readonly #inbox: OpenInbox;
  readonly #teller: Teller;
  readonly #log: InboxLog;
  /** taken, and not at work */
  #items: Item[];
  #ready: readonly Ready[] = [];
  #folders: readonly Folder[] = [];
  /** how many files were there that may be ready later */
  #waiting = 0;
  /** the lanes at work, and what wakes who waits for one of them */
  readonly #busy = new Map<string, Promise<void>>();
  readonly #resting = new Map<string, Rest>();
  /** what was told of, so that it is told once */
  readonly #toldOf = new Set<string>();
  readonly #problems: InboxProblem[] = [];
  readonly #exits = new Set<Exit>();
  #ended = 0;
  /** of one call; one that watches keeps none */
  readonly files: FileSummary[] = [];

  constructor(request: InboxRequest, inbox: OpenInbox, teller: Teller, log: InboxLog) {
    this.#request = request;
    this.#inbox = inbox;
    this.#teller = teller;
    this.#log = log;
    this.#items = itemsInWork(request.root);
  }

  get isOnce(): boolean {
    return this.#request.settings.once;
  }

  async work(): Promise<void> {
    const { settings, signal } = this.#request;
    this.#tellUntold();
    let waited = false;
    this.#look();
    for (;;) {
      if (!signal.aborted) await this.#start();
      const atWork = [...this.#busy.values()];
      if (signal.aborted) {
        await Promise.all(atWork);
        if (this.#items.length > 0) this.#exits.add('interrupted');
        return;
      }
      if (!this.isOnce) {
        const next = sleep(settings.everyMs, undefined, { signal }).catch(() => {});
        await Promise.race([next, ...atWork]);
        if (!this.#inbox.isThere()) {
          await Promise.all(atWork);
          throw new Vanished();
        }
        if (!signal.aborted) this.#look();
      } else if (atWork.length > 0) await Promise.race(atWork);
      else if (this.#waiting > 0 && !waited) {
        waited = true;
        await sleep(settings.settleMs + 20, undefined, { signal }).catch(() => {});
        if (!signal.aborted) this.#look();
      } else return;
    }
  }

  #look(): void {
    const { root, settings, defaults } = this.#request;
    try {
      const folders: Folder[] = [];
      for (const folder of foldersOf(root, defaults)) {
        if (!('error' in folder)) folders.push(folder);
        else this.tellProblem({ folder: folder.name, ...factsOf(folder.error) });
      }
      const { ready, waiting, unreadable } = look(folders, this.#inbox.memory, settings);
      if (!this.#inbox.isThere()) throw new Vanished();
      for (const { folder, error } of unreadable)
        this.tellProblem({ folder: folder.name, ...errorMember(errorFacts(error)) });
      this.#folders = folders;
      this.#ready = ready;
      this.#waiting = waiting;
    } catch (error) {
      this.#ready = [];
      if (!this.#inbox.isThere()) {
        if (!this.isOnce) return;
        throw new StopError(VANISHED.code, VANISHED.message, 'Mount it again.');
      }
      this.tellProblem({ folder: null, ...errorMember(errorFacts(error)) });
    }
  }

  /** Gives every lane that is free its next file, as far as there may be more at work. */
  async #start(): Promise<void> {
    for (const item of [...this.#items]) {
      const folder = this.#folderOf(item);
      if (folder === null || !this.#isFree(folder)) continue;
      this.#items = this.#items.filter((each) => each !== item);
      this.#begin(item, folder);
    }
    for (const file of this.#ready) {
      const { folder } = file;
      if (!this.#isFree(folder) || this.#isHeld(folder)) continue;
      this.#ready = this.#ready.filter((each) => each !== file);
      const item = await this.#claim(file);
      if (item !== null) this.#begin(item, folder);
    }
  }

  #folderOf({ claim: { folder: name } }: Item): Folder | null {
    const { root, defaults } = this.#request;
    const known = this.#folders.find((each) => each.name === name);
    if (known) return known;
    try {
      return folderOf(root, name, defaults);
    } catch (error) {
      if (!(error instanceof StopError)) throw error;
      this.tellProblem({ folder: name, ...factsOf(error) });
      return null;
    }
  }

  #isFree({ lane }: Folder): boolean {
    const rest = this.#resting.get(lane);
    if (rest && (this.isOnce || monotonicMs() < rest.until)) return false;
    return !this.#busy.has(lane) && this.#busy.size < this.#request.settings.jobs;
  }

  /** Whether a file of the folder that failed holds up those that come after it. */
  #isHeld({ name }: Folder): boolean {
    const { root, settings } = this.#request;
    if (!settings.stopOnFailure) return false;
    const failed = this.#inbox.memory.failedOf(name).find((each) => existsSync(join(root, 'failed', each)));
    if (failed === undefined) return false;
    const message = `Files of the folder wait, since failed/${failed} is not put right.`;
    const hint = `When its cause is gone: --retry ${failed}. To go on without it, take the directory out of failed/.`;
    this.tellProblem({ folder: name, code: 'HELD_UP', message, hint }, 'someFailed');
    return true;
  }

  async #claim(file: Ready): Promise<Item | null> {
    try {
      const item = await claim(this.#request.root, file);
      if (item) this.#log('taken', { name: file.name, directory: item.directory });
      return item;
    } catch (error) {
      this.tellProblem({ folder: file.folder.name, ...errorMember(errorFacts(error)) });
      return null;
    }
  }

  #begin(item: Item, folder: Folder): void {
    const { root, settings, signal, defaults } = this.#request;
    const context = { root, memory: this.#inbox.memory, settings, env: defaults.env, signal };
    this.#log('begun', { directory: item.directory });
    const turn = work(item, folder, context).then(
      (came) => this.#take(item, folder, came),
      (error: unknown) => this.#refused(item, folder, errorMember(errorFacts(error))),
    );
    this.#busy.set(
      folder.lane,
      turn.finally(() => this.#busy.delete(folder.lane)),
    );
  }

  #take(item: Item, folder: Folder, turn: Turn): void {
    if (turn.type === 'ended') {
      const { summary } = turn;
      this.#resting.delete(folder.lane);
      this.#forgetToldOf(folder);
      this.#ended++;
      if (this.isOnce) this.files.push(summary);
      const { exitCode } = summary;
      if (summary.stage !== 'done')
        this.#exits.add(exitCode === EXIT.maxErrors.code ? 'maxErrors' : 'someFailed');
      this.#tellOf(summary);
    } else if (turn.why === 'refused' && turn.error !== null) this.#refused(item, folder, turn.error);
    else {
      this.#items.push(item);
      this.#exits.add('interrupted');
      const until = monotonicMs() + this.#request.settings.everyMs;
      this.#resting.set(folder.lane, { until, refusals: 0 });
      this.#log('later', { directory: item.directory, why: turn.why, code: turn.error?.code });
    }
  }

  /** Nothing can be run there: it is told once, and tried again after longer and longer times. */
  #refused(item: Item, folder: Folder, problem: Omit<InboxProblem, 'folder'>): void {
    this.#items.unshift(item);
    const refusals = (this.#resting.get(folder.lane)?.refusals ?? 0) + 1;
    const wait = REFUSED_MS[Math.min(refusals, REFUSED_MS.length) - 1] ?? 0;
    this.#resting.set(folder.lane, { until: monotonicMs() + wait, refusals });
    const { code, message, hint } = problem;
    this.tellProblem({ folder: folder.name, code, message, hint });
  }

  /** What was in the way of a folder is not any more: the next time it is news again. */
  #forgetToldOf({ name }: Folder): void {
    for (const key of this.#toldOf) if (JSON.parse(key)[0] === name) this.#toldOf.delete(key);
  }

  #tellOf(summary: FileSummary): void {
    const { directory, stage, name, exitCode, reason } = summary;
    this.#log('ended', { name, directory, stage, exitCode, reason });
    const told = this.summary('file', [summary], exitCode);
    this.#request.onEvent(told);
    this.#teller.tell(told, () => this.#inbox.memory.setTold(directoryOf(summary)));
  }

  /** What an earlier process has finished and told nobody of. */
  #tellUntold(): void {
    const { root } = this.#request;
    for (const { directory, stage } of this.#inbox.memory.untold()) {
      const summary = readSummary(join(root, stage, directory));
      if (summary === null) continue;
      const told = this.summary('file', [summary], summary.exitCode);
      this.#teller.tell(told, () => this.#inbox.memory.setTold(directory));
    }
  }

  /** Tells once of what is in the way. */
  tellProblem(problem: InboxProblem, exit: Exit = 'nothingDone'): void {
    this.#exits.add(exit);
    const key = JSON.stringify([problem.folder, problem.code, problem.message]);
    if (this.#toldOf.has(key)) return;
    this.#toldOf.add(key);
    this.#problems.push(problem);
    // a folder that is not ours gets no log
    if (this.#inbox.isThere()) this.#log('problem', { ...problem });
    const told = { ...this.summary('problem', [], EXIT[exit].code), problems: [problem] };
    this.#request.onEvent(told);
    // what a call came to has it, too
    if (!this.isOnce) this.#teller.tell(told);
  }

  /** What the call ends with: of several the worst. One that watches ends well when it is told to. */
  get exit(): Exit {
    if (!this.isOnce) return 'done';
    if (this.#ended < this.#request.settings.expect) this.#exits.add('someFailed');
    const worstFirst = ['nothingDone', 'interrupted', 'maxErrors', 'someFailed'] as const;
    return worstFirst.find((exit) => this.#exits.has(exit)) ?? 'done';
  }

  summary(event: InboxSummary['event'], files: readonly FileSummary[], exitCode: number): InboxSummary {
    const problems = event === 'call' && this.#problems.length > 0 ? { problems: this.#problems } : {};
    const nothing = event === 'call' && this.#ended === 0 && this.#items.length === 0;
    return {
      ...{ event, inbox: this.#request.root, at: new Date().toISOString(), files },
      ...(nothing ? { nothing } : {}),
      ...problems,
      exitCode,
    };
  }
}

function directoryOf({ directory }: FileSummary): string {
  return directory.split('/').at(-1) ?? '';
}

function factsOf({ code, message, hint }: StopError): Omit<InboxProblem, 'folder'> {
  return { code, message, hint };
}
