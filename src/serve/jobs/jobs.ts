import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorFacts, errorMember } from '../../errors.js';
import type { RunEvent } from '../../run/events.js';
import { HOSTS } from '../../run/platform.js';
import { Refused } from '../route.js';
import { type Child, type Message, startChild } from './child.js';
import { dropInputs, keepInput } from './input.js';
import { KIND_FACTS } from './kinds.js';
import { type KnownLogIn, LogIns } from './log-ins.js';
import { type JobRequest, type JobRow, JobStore, type JobTarget } from './store.js';
import { dropOlder, type Places, StillAtWork, wordsOf } from './words.js';

/** How far a job is, as its process told last. */
export type JobProgress = Omit<Extract<RunEvent, { type: 'progress' }>, 'type'>;

export type JobState =
  | 'queued'
  | 'running'
  | 'needs log-in'
  | 'held by another'
  | 'stopping'
  | 'ended'
  /** its process died without a word, or that of the server did, and nobody goes on with it */
  | 'interrupted';

/** A job with all that is known of it now. */
export interface Job extends JobRow {
  readonly state: JobState;
  /** how many jobs of its lane come before it; null when it is not queued */
  readonly place: number | null;
  /** who is in the way, in a sentence */
  readonly heldBy: string | null;
  readonly progress: JobProgress | null;
  /** rows of its sheets that its process has read so far; null where it has told of none */
  readonly read: number | null;
  /** rows of its run by status that it does not work on */
  readonly others: Readonly<Record<string, number>>;
  /** what was done when its process began to send, and when that was, milliseconds since 1970 */
  readonly since: { readonly done: number; readonly at: number } | null;
  /** the most requests at once that its process has allowed itself */
  readonly mostAtOnce: number;
  /** when it was asked to stop, milliseconds since 1970 */
  readonly stoppingAt: number | null;
  readonly pid: number | null;
}

/** How jobs are done. */
export interface JobSettings {
  /** that go to a platform, at once */
  readonly atOnce: number;
  /** goes on at its start with what an earlier server left */
  readonly resumes: boolean;
  /** the environments that may be chosen */
  readonly environments: readonly string[];
}

/** Checks, and whatever else asks no platform, at once. */
const CHECKS_AT_ONCE = 2;
/** Processes that are started one after another without any getting on: the first, and two that go on. */
const MOST_TRIES = 3;
/** Waits until a place that somebody else holds is asked for again, milliseconds. */
const WAITS = [5000, 10_000, 20_000, 40_000, 60_000];
/** The same where a process of an earlier server is just ending, and where one has died. */
const SHORT_WAIT_MS = 1000;
/** What a command printed is read when it is no longer than that, bytes. */
const MAX_OUTPUT = 4_000_000;
const LAST_LINES = 12;

/** What is known of a job only while the server lives. */
interface Live {
  child: Child | null;
  progress: JobProgress | null;
  read: number | null;
  others: Job['others'];
  since: Job['since'];
  mostAtOnce: number;
  stoppingAt: number | null;
  /** who holds what it needs; null when nobody is known to */
  heldBy: string | null;
  /** not before that time, milliseconds since 1970 */
  notBefore: number;
  waits: number;
  logIn: KnownLogIn | null;
  /** what a process said at its end */
  said: Message | null;
}

/** Environment variables that say where to, as whom: a child is told that otherwise. */
const OWN_VARIABLES = /^ALIANZA_/;

/**
 * The jobs of a server: commands of this program in processes of their own, one after another where they share a
 * partition, side by side elsewhere. The order and who asked are in the database; how far a job is, is asked of its
 * process; what it came to, of its journal.
 */
export class Jobs {
  readonly logIns: LogIns;
  readonly settings: JobSettings;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #store: JobStore;
  readonly #places: Places;
  readonly #files: string;
  readonly #live = new Map<number, Live>();
  /** the partition of a log-in without another, as the platform told it */
  readonly #partitions = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #isClosing = false;

  constructor(places: Places, settings: JobSettings, env: Readonly<Record<string, string | undefined>>) {
    this.#places = places;
    this.#store = new JobStore(places.folder.database);
    this.settings = settings;
    this.#env = env;
    this.logIns = new LogIns(env);
    this.#files = join(places.folder.directory, 'jobs');
    mkdirSync(this.#files, { recursive: true, mode: 0o700 });
  }

  /** Goes on with what an earlier server left; nobody had stopped it. */
  begin(): void {
    for (const job of this.#store.open()) {
      if (job.stoppedBy !== null) this.#end(job, { exit: null });
      else if (!this.settings.resumes && job.startedAt !== null)
        this.#end(job, { exit: null, error: NOT_RESUMED });
      else if (job.tries >= MOST_TRIES) this.#end(job, { exit: null, error: gaveUp(job) });
    }
    this.#look();
  }

  /**
   * Queues a job; it is on disk before this returns. One of the same kind for the same thing that has not ended is not
   * asked for twice. Profile and edits of a sheet are kept as they are at this moment: `revision` must be that of now.
   * @throws Refused when the server is ending, or another job is at work on the run
   */
  ask(request: JobRequest): Job {
    if (this.#isClosing)
      throw new Refused(503, 'ENDING', 'The server is ending.', 'Ask again when it is back.');
    const { kind, sheet, revision, run, target, user, key = null } = request;
    const known = key === null ? null : this.#store.byKey(user, key);
    if (known) return this.#of(known);
    const open = this.#store.open();
    if (kind === 'check' || kind === 'dry-run') {
      const environment = target?.environment;
      const own = open.filter((job) => job.kind === kind && job.sheet === sheet);
      const same = own.find((job) => job.revision === revision && job.target?.environment === environment);
      if (same && same.stoppedBy === null) return this.#of(same);
      // of what the sheet was before: nobody needs it any more
      if (kind === 'check') for (const job of own) this.stop(job.id, user);
    } else if (kind !== 'run' && kind !== 'results') {
      const other = open.find((job) => job.run === run && job.kind !== 'results');
      if (other) throw atWork(other);
    }
    const from = sheet === undefined ? null : this.#places.sheet(sheet);
    // after others were ended, which drops what no job needs
    if (from && revision !== undefined) keepInput(from, revision);
    const { id } = this.#store.add(request);
    this.#look();
    return this.#of(this.#store.get(id));
  }

  /** The job that a user has asked for with a key. */
  byKey(user: string, key: string): Job | null {
    const row = this.#store.byKey(user, key);
    return row && this.#of(row);
  }

  find(id: number): Job | null {
    const row = this.#store.find(id);
    return row && this.#of(row);
  }

  /** The jobs of a sheet or of a run, the latest first. */
  of(what: { readonly sheet: string } | { readonly run: string }): Job[] {
    const rows = 'sheet' in what ? this.#store.ofSheet(what.sheet) : this.#store.ofRun(what.run);
    return rows.map((row) => this.#of(row));
  }

  /** Those that have not ended, in the order in which they were asked for. */
  open(): Job[] {
    return this.#store.open().map((row) => this.#of(row));
  }

  /** The runs that were asked for with exactly an input, the latest first. */
  startsOf(revision: string): Job[] {
    return this.#store.startsOf(revision).map((row) => this.#of(row));
  }

  /** Asks a job to stop, as a first Ctrl-C does: what is in flight is finished. One that has not begun ends at once. */
  stop(id: number, user: string): void {
    const job = this.#store.get(id);
    if (job.endedAt !== null) return;
    if (job.stoppedBy === null) this.#store.change(id, { stoppedBy: user });
    const live = this.#live.get(id);
    if (!live?.child) {
      this.#end(this.#store.get(id), { exit: null });
      this.#look();
      return;
    }
    live.stoppingAt ??= Date.now();
    live.child.stop();
  }

  /** As a second Ctrl-C: for one that was asked to stop and does not. */
  stopHard(id: number): void {
    const live = this.#live.get(id);
    if (live?.child && live.stoppingAt !== null) live.child.stopHard();
  }

  /** Keeps a log-in that somebody typed for their own jobs. */
  logIn(
    user: string,
    environment: string,
    logIn: { readonly username: string; readonly password: string },
  ): void {
    this.logIns.keep(user, environment, logIn);
    for (const job of this.#store.open()) {
      const live = this.#live.get(job.id);
      if (live && job.user === user && live.child === null) live.heldBy = null;
    }
    this.#look();
  }

  /** Where jobs go in an environment; null where the server knows no address of it. */
  targetIn(environment: string): JobTarget | null {
    const { ALIANZA_BASE_URL: baseUrl = '', ALIANZA_PARTITION_ID: partition = '' } = this.#env;
    const host = environment === 'beta' || environment === 'production' ? HOSTS[environment] : null;
    if (environment === 'custom' && baseUrl === '') return null;
    return { environment, baseUrl: baseUrl || host, partition: partition || null };
  }

  /** The partition that jobs of a user go to where none is named; null while nobody has asked the platform. */
  partitionOf(user: string, { environment, baseUrl, partition }: JobTarget): string | null {
    if (baseUrl === null || partition !== null) return partition;
    const logIn = this.logIns.of(user, environment);
    return this.#partitions.get(placeKey(baseUrl, logIn?.username ?? '')) ?? null;
  }

  /** What the last process of a job printed or told at its end; null where that is nothing, or far too much. */
  outputOf({ id }: Pick<JobRow, 'id'>): Readonly<Record<string, unknown>> | null {
    const { out } = this.#filesOf(id);
    try {
      if (statSync(out).size > MAX_OUTPUT) return null;
      return JSON.parse(readFileSync(out, 'utf8')) as Record<string, unknown>;
    } catch {
      return null;
    }
  }

  /** The last lines that the processes of a job printed on standard error, but for commands to go on with: a page has buttons. */
  lastLinesOf({ id }: Pick<JobRow, 'id'>): string[] {
    try {
      const text = readFileSync(this.#filesOf(id).log, 'utf8').slice(-8000);
      const lines = text.trimEnd().split('\n');
      const next = lines.findLastIndex((line) => line.endsWith(' What to do next'));
      return lines
        .slice(0, next < 0 ? undefined : next)
        .slice(-LAST_LINES)
        .filter((line) => line !== '');
    } catch {
      return [];
    }
  }

  /** Ends: nothing is begun any more, and what goes on is stopped and waited for; the next server goes on with it. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#timer);
    const children = [...this.#live.values()].flatMap(({ child }) => child ?? []);
    for (const child of children) child.stop();
    await Promise.all(children.map(({ ended }) => ended));
    // what their ends have to say is written before
    await new Promise(setImmediate);
    this.#store.close();
  }

  #of(row: JobRow): Job {
    const live = this.#live.get(row.id);
    const facts = {
      ...{ progress: live?.progress ?? null, read: live?.read ?? null, others: live?.others ?? {} },
      ...{ since: live?.since ?? null, mostAtOnce: live?.mostAtOnce ?? 0 },
      ...{ stoppingAt: live?.stoppingAt ?? null, pid: live?.child?.pid ?? null },
    };
    if (row.endedAt !== null) {
      const isCutOff =
        row.exit === null && (row.startedAt !== null || row.error !== null) && row.stoppedBy === null;
      return { ...row, ...facts, state: isCutOff ? 'interrupted' : 'ended', place: null, heldBy: null };
    }
    if (live?.child) {
      const state = row.stoppedBy === null ? 'running' : 'stopping';
      return { ...row, ...facts, state, place: null, heldBy: null };
    }
    if (this.#needsLogIn(row)) return { ...row, ...facts, state: 'needs log-in', place: null, heldBy: null };
    if (live?.heldBy) return { ...row, ...facts, state: 'held by another', place: null, heldBy: live.heldBy };
    const lane = this.#laneOf(row);
    const before = this.#store.open().filter((job) => job.id < row.id && this.#laneOf(job) === lane);
    return { ...row, ...facts, state: 'queued', place: before.length, heldBy: null };
  }

  #liveOf(id: number): Live {
    const known = this.#live.get(id);
    if (known) return known;
    const live: Live = {
      ...{ child: null, progress: null, read: null, others: {}, since: null, mostAtOnce: 0 },
      ...{ stoppingAt: null, heldBy: null },
      ...{ notBefore: 0, waits: 0, logIn: null, said: null },
    };
    this.#live.set(id, live);
    return live;
  }

  #needsLogIn({ target, user }: JobRow): boolean {
    return (
      target !== null && target.environment !== 'sandbox' && this.logIns.of(user, target.environment) === null
    );
  }

  /** Jobs of one lane come one after another: two runs never work on one partition side by side. */
  #laneOf({ id, kind, target, user, run }: JobRow): string {
    if (target === null || kind === 'check') return `job ${id}`;
    if (target.baseUrl === null) return run === null ? `job ${id}` : `run ${run}`;
    const { username = '' } = this.logIns.of(user, target.environment) ?? {};
    const key = placeKey(target.baseUrl, username);
    const partition = target.partition ?? this.#partitions.get(key);
    return partition === undefined ? key : `${new URL(target.baseUrl).host} ${partition}`;
  }

  /** Starts whatever can be, soon: whoever asked has an answer first. */
  #look(waitMs = 0): void {
    if (this.#isClosing) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#start(), waitMs);
  }

  #start(): void {
    const now = Date.now();
    const open = this.#store.open();
    const working = open.filter(({ id }) => this.#live.get(id)?.child);
    const lanes = new Set(working.map((job) => this.#laneOf(job)));
    let sending = working.filter(({ target }) => target !== null).length;
    let checking = working.length - sending;
    let next = Number.POSITIVE_INFINITY;
    for (const job of open) {
      const live = this.#liveOf(job.id);
      if (live.child || this.#needsLogIn(job)) continue;
      const lane = this.#laneOf(job);
      if (lanes.has(lane)) continue;
      lanes.add(lane);
      if (live.notBefore > now) {
        next = Math.min(next, live.notBefore);
        continue;
      }
      if (job.target === null ? checking >= CHECKS_AT_ONCE : sending >= this.settings.atOnce) continue;
      if (job.target === null) checking++;
      else sending++;
      this.#launch(job, live);
    }
    if (Number.isFinite(next)) this.#look(next - now);
  }

  #launch(job: JobRow, live: Live): void {
    let words: string[];
    try {
      words = wordsOf(job, this.#places);
    } catch (error) {
      if (error instanceof StillAtWork) this.#hold(live, null, SHORT_WAIT_MS);
      else this.#end(job, { exit: 3, error: errorMember(errorFacts(error)) });
      this.#look(error instanceof StillAtWork ? SHORT_WAIT_MS : 0);
      return;
    }
    this.#store.change(job.id, { startedAt: new Date().toISOString(), tries: job.tries + 1, error: null });
    const { target, user } = job;
    live.logIn = target === null ? null : this.logIns.of(user, target.environment);
    live.said = null;
    live.progress = null;
    live.read = null;
    live.others = {};
    live.since = null;
    live.mostAtOnce = 0;
    let child: Child;
    try {
      child = startChild({
        directory: this.#places.folder.directory,
        words,
        files: this.#filesOf(job.id),
        env: Object.fromEntries(Object.entries(this.#env).filter(([name]) => !OWN_VARIABLES.test(name))),
        logIn: live.logIn && { username: live.logIn.username, password: live.logIn.password },
        hear: (message) => this.#hear(job.id, live, message),
      });
    } catch (error) {
      // No process, no words of its own: what kept it from beginning is the end of this job, and of no other.
      this.#end(job, { exit: 3, error: errorMember(errorFacts(error)) });
      this.#look(0);
      return;
    }
    live.child = child;
    void child.ended
      .then((code) => this.#ended(job.id, live, code))
      .catch((error: unknown) => {
        if (this.#isClosing) return;
        this.#end(job, { exit: null, error: errorMember(errorFacts(error)) });
        this.#look(0);
      });
  }

  #hear(id: number, live: Live, message: Message): void {
    if (message.type === 'progress') {
      const progress = message as unknown as JobProgress;
      live.heldBy = null;
      live.waits = 0;
      live.since ??= { done: progress.done, at: Date.now() };
      // It gets on: what comes is another matter than what was. What would begin anew has got nowhere when it dies.
      const getsOn = progress.done > live.since.done && live.progress?.done === live.since.done;
      if (getsOn && !this.#isClosing && KIND_FACTS[this.#store.get(id).kind].goesOn)
        this.#store.change(id, { tries: 1 });
      live.progress = progress;
      live.mostAtOnce = Math.max(live.mostAtOnce, progress.limit);
    } else if (message.type === 'reading') live.read = Number(message['rows']);
    else if (message.type === 'loaded') {
      live.read = Number(message['total']);
      live.others = (message['others'] ?? {}) as Job['others'];
    } else if (message.type === 'started') {
      const { target } = this.#store.get(id);
      const { partitionId } = message;
      if (target?.baseUrl && target.partition === null && typeof partitionId === 'string')
        this.#partitions.set(placeKey(target.baseUrl, live.logIn?.username ?? ''), partitionId);
    } else if (message.type === 'ended') live.said = message;
  }

  #ended(id: number, live: Live, code: number | null): void {
    live.child = null;
    const job = this.#store.get(id);
    const { said } = live;
    const error = (said?.['error'] as JobRow['error'] | undefined) ?? null;
    const { out } = this.#filesOf(id);
    if (said !== null && statSync(out, { throwIfNoEntry: false })?.size === 0)
      writeFileSync(out, JSON.stringify(said));
    const isStopped = job.stoppedBy !== null;
    const died = code === null || code > 7;
    // Stopped since the server ends: the next one goes on.
    if (this.#isClosing && !isStopped && (code === 4 || died)) {
      this.#store.change(id, { tries: Math.max(0, job.tries - 1) });
      return;
    }
    if (isStopped) this.#end(job, { exit: code, error });
    else if (code === 5 || error?.code === 'RUN_EXISTS') {
      this.#store.change(id, { tries: Math.max(0, job.tries - 1) });
      const wait = WAITS[Math.min(live.waits++, WAITS.length - 1)] ?? SHORT_WAIT_MS;
      this.#hold(live, error?.message ?? null, wait);
    } else if (died && job.tries < MOST_TRIES) this.#hold(live, null, SHORT_WAIT_MS);
    else if (died) this.#end(job, { exit: null, error: gaveUp(job) });
    else if (live.logIn?.isTyped && error?.code === 'LOGIN_REFUSED') {
      // It was mistyped, or has changed: the person is asked again.
      this.logIns.forget(job.user, job.target?.environment);
      this.#store.change(id, { error: { ...error, hint: TYPE_AGAIN }, tries: 0 });
    } else this.#end(job, { exit: code, error });
    if (code === 0 || code === 1) dropOlder(job, this.#places);
    this.#look();
  }

  #hold(live: Live, by: string | null, waitMs: number): void {
    live.heldBy = by;
    live.notBefore = Date.now() + waitMs;
  }

  #end({ id, sheet }: JobRow, { exit, error }: { exit: number | null; error?: JobRow['error'] }): void {
    this.#store.change(id, { endedAt: new Date().toISOString(), exit, ...(error ? { error } : {}) });
    this.#live.delete(id);
    const from = sheet === null ? null : this.#places.sheet(sheet);
    if (from && sheet) dropInputs(from.directory, this.#store.revisionsInUse(sheet));
  }

  #filesOf(id: number): { out: string; log: string } {
    return { out: join(this.#files, `${id}.json`), log: join(this.#files, `${id}.log`) };
  }
}

export function atWork({ user, kind }: JobRow): Refused {
  return new Refused(
    409,
    'AT_WORK',
    `${user} has asked for ${KIND_FACTS[kind].name} of this run already, and that has not ended.`,
    'Wait until it has ended, or stop it.',
  );
}

/** What is to be done about a log-in that was typed here, where no environment variable has it. */
const TYPE_AGAIN = 'Type the log-in again; it must be one of this environment.';

const NOT_RESUMED = {
  code: 'NOT_RESUMED',
  message: 'The server was ended or killed while it was at work, and was started with --no-resume.',
  hint: 'Resume it: what is done is in its journal.',
};

function gaveUp({ kind }: JobRow): NonNullable<JobRow['error']> {
  const code = 'DIED_AGAIN';
  if (KIND_FACTS[kind].goesOn)
    return {
      ...{ code, message: 'Its process died again and again without getting on.' },
      hint: 'See the last lines of its log; then resume it.',
    };
  return {
    ...{ code, message: 'Its process died again and again before its end.' },
    hint: 'Ask for it once more. If it dies again, the machine may be short of memory: see the last lines of its log.',
  };
}

function placeKey(baseUrl: string, username: string): string {
  return `${new URL(baseUrl).host}\n${username}`;
}
