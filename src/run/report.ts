import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type Exit, errorFacts, isInterruption, StopError } from '../errors.js';
import { TO_PUT_BACK } from '../execute/put-back.js';
import { isActDone } from '../execute/run-acts.js';
import type { Stopped } from '../execute/stop-switch.js';
import { isTakenBack } from '../execute/take-back-acts.js';
import { OPEN_STATES } from '../execute/undo-part.js';
import { type StepState, WAS_THERE } from '../journal/journal.js';
import { dayOf, type EventType } from '../plan/events.js';
import { ACT_NAMES, type ActName, KIND_NAMES } from '../plan/resource.js';
import type { NightCounts } from '../plan/sheet-plan.js';
import { CHECK_STATUSES, isDone, isWaiting, ROW_STATUSES } from '../plan/statuses.js';
import { headersOf } from '../records/headers.js';
import { PRODUCT_NAMES, PRODUCTS } from '../records/products.js';
import { ACTS } from '../resources/acts/acts.js';
import { isObject, KINDS } from '../resources/kinds.js';
import { createdRows } from '../results/created-rows.js';
import { editedFilesIn } from '../results/edited-files.js';
import { nextSteps } from '../results/next-steps.js';
import { needsProfile } from '../results/problem-groups.js';
import { writeReport } from '../results/report.js';
import { RowIndex } from '../results/row-index.js';
import type {
  ListedRun,
  ObjectCount,
  PortDay,
  RunReport,
  SelectionFacts,
  StoppedBy,
  TableHeaders,
  Writer,
} from '../results/run-report.js';
import { type Findings, findingsOf, type WrittenResults, writeResults } from '../results/write-results.js';
import type { SheetFormat } from '../sheet/write/write.js';
import { programVersion } from '../version.js';
import { optionsAgain } from './again.js';
import { type RunDirectory, sheetsOf } from './directory.js';
import { type KeptPart, type KeptReport, runState } from './state.js';
import { systemUser } from './system-user.js';

/** A run as far as it is needed to tell of it. */
type Told = Pick<RunDirectory, 'journal' | 'facts' | 'directory' | 'files'>;

/** How many created rows a report shows. */
const CREATED_SHOWN = 8;

/** A part of a run while it lasts. */
export interface OpenPart {
  readonly started: number;
  readonly part: KeptPart;
  readonly earlier: readonly KeptPart[];
}

/** Begins a part: from now on the journal knows that somebody is at work. */
export async function beginPart(run: Told): Promise<OpenPart> {
  const part: KeptPart = {
    ...writerOf(null),
    startedAt: new Date().toISOString(),
    ...{ endedAt: null, durationMs: 0, requests: null, stoppedBy: null, error: null, exit: null },
  };
  const kept = runState(run.journal).get('report') ?? NOTHING_KEPT;
  const earlier = withLives(run, kept.parts);
  await runState(run.journal).set('report', { ...kept, counts: null, parts: [...earlier, part] });
  return { started: Date.now(), part, earlier };
}

/** The parts, the last of which lasted, if it was cut off, as long as something was written in it. */
function withLives({ journal }: Told, parts: readonly KeptPart[]): readonly KeptPart[] {
  const last = parts.at(-1);
  if (last?.endedAt !== null) return parts;
  const lived = (orElse(() => journal.lastStepAt(), null) ?? 0) - Date.parse(last.startedAt);
  return [...parts.slice(0, -1), { ...last, durationMs: Math.max(0, lived) }];
}

/** The person and the program at work in this process. @param apiUser null when nobody is logged in */
export function writerOf(apiUser: string | null): Writer {
  return { user: systemUser(), host: hostname(), apiUser, version: programVersion() };
}

/**
 * Keeps who is logged in, so that it is known of a part that is cut off too. Nobody waits for it: the journal writes in
 * order, so it is on disk before any intent is.
 */
export function keepApiUser(run: Told, { part, earlier }: OpenPart, apiUser: string | null): void {
  const kept = runState(run.journal).get('report') ?? NOTHING_KEPT;
  void runState(run.journal).set('report', { ...kept, parts: [...earlier, { ...part, apiUser }] });
}

/** For whoever changes a row when no part lasts: how many there are of each status is counted again from then on. */
export function forgetCounts({ journal }: Told): void {
  const kept = runState(journal).get('report');
  if (kept) void runState(journal).set('report', { ...kept, counts: null });
}

const NOTHING_KEPT: KeptReport = { parts: [], existing: null, coverage: [], limiter: null };

const NOTHING_FOUND: Findings = {
  ...{ groups: [], differing: null, rows: new RowIndex() },
  changes: { rows: 0, fields: 0, first: [] },
};

/** How a part came to its end. */
export interface PartEnd extends Omit<KeptReport, 'parts' | 'counts'> {
  readonly apiUser: string | null;
  readonly requests: number;
  /** what was thrown; null when nothing was */
  readonly failure: unknown;
  /** it was thrown while connecting (a log-in, a partition that is refused): this part could do nothing */
  readonly connecting: boolean;
  readonly stopped: Stopped | null;
}

/**
 * Ends a part whatever has happened: writes the results and `report.html`, and keeps what is to be told. What cannot be
 * written is told as an error; it never throws.
 * @param format null: neither results nor the page are written
 */
export async function endPart(
  run: Told,
  { started, part, earlier }: OpenPart,
  end: PartEnd,
  format: SheetFormat | null,
): Promise<RunReport> {
  const interrupted = isInterruption(end.failure);
  let failure = interrupted ? null : end.failure;
  const trying = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      failure ??= error;
      return null;
    }
  };
  await trying(() => run.journal.flush());
  const written =
    isLoaded(run) && format !== null
      ? await trying(() => writeResults(run.journal, run.directory, format))
      : null;
  const counts = orElse(() => countsOf(run, NOTHING_KEPT), null);
  const facts = (): KeptReport => {
    const stoppedBy: StoppedBy | null = failure
      ? 'error'
      : interrupted || end.stopped === 'interrupted'
        ? 'interrupted'
        : end.stopped === 'maxErrors'
          ? 'max-errors'
          : null;
    const ended: KeptPart = {
      ...part,
      apiUser: end.apiUser,
      endedAt: new Date().toISOString(),
      durationMs: Date.now() - started,
      requests: end.requests,
      stoppedBy,
      error: failure ? errorFacts(failure) : null,
      exit: failure ? exitOfError(failure, hasCreated(run) && !end.connecting) : null,
    };
    const { existing, coverage, limiter } = end;
    return { parts: [...earlier, ended], existing, coverage, limiter, counts };
  };
  await trying(() => runState(run.journal).set('report', facts()));
  const findings = written?.findings ?? orElse(() => findingsOf(run.journal), NOTHING_FOUND);
  const report = reportOf(run, facts(), { written, findings });
  if (format === null) return { ...report, report: null };
  const before = failure;
  await trying(() => writeReport(run.files.report, report, findings.rows));
  // what could not be written is told, too
  return failure === before ? report : reportOf(run, facts(), { written, findings });
}

/** A run that was never logged in has sent nothing; only that it was interrupted leaves something to go on with. */
export function hasBegun({ journal }: Told, failure: unknown): boolean {
  return isInterruption(failure) || runState(journal).get('partitionId') !== undefined;
}

/** The exit of an error that stopped a command: one after something was created is another than before it. */
export function exitOfError(error: unknown, somethingDone: boolean): Exit {
  const exit = error instanceof StopError ? error.exit : 'nothingDone';
  return exit === 'nothingDone' && somethingDone ? 'stoppedByError' : exit;
}

/** A report that an error came on top of, as its run was closed. */
export function withError(report: RunReport, error: unknown): RunReport {
  if (report.error !== null) return report;
  const somethingDone = report.exit === 'stoppedByError' || report.created.length > 0;
  return {
    ...report,
    stoppedBy: 'error',
    error: errorFacts(error),
    exit: exitOfError(error, somethingDone),
  };
}

interface Found {
  /** null when they were not written just now */
  readonly written: Pick<WrittenResults, 'results' | 'errors'> | null;
  readonly findings: Findings | null;
}

/** The report of a run from its journal, at any time. A journal that cannot be read leaves gaps in it, no error. */
function reportOf(run: Told, kept: KeptReport, { written, findings }: Found): RunReport {
  const { journal, facts, directory, files } = run;
  const parts = withLives(run, kept.parts);
  const last = parts.at(-1);
  const counts = orElse(() => countsOf(run, kept), {});
  const found = findings ?? orElse(() => findingsOf(journal), NOTHING_FOUND);
  // A run that has only asked has sent nothing that it would have to go on with.
  const hasWorked = facts.kind !== 'run' || orElse(() => runState(journal).get('ended') !== undefined, true);
  const sent = hasCreated(run) || (hasWorked && parts.some(({ requests }) => (requests ?? 0) > 0));
  const underWay = last?.endedAt === null;
  const stoppedBy = underWay ? 'cut off' : (last?.stoppedBy ?? null);
  const undoneAt = orElse(() => runState(journal).get('undone') ?? null, null);
  const told = {
    runDir: directory,
    kind: facts.kind,
    environment: facts.target.environment,
    sheets: sheetsOf(facts),
    counts,
    selection: orElse(() => selectionOf(run), null),
    results: written?.results ?? null,
    errors: written?.errors ?? null,
    kept: orElse(() => editedFilesIn(directory), []),
    report: files.report,
    credentials: existsSync(files.credentials) ? files.credentials : null,
    stoppedBy,
    undoneAt,
  } as const;
  const objects = orElse(() => openObjects(run, NOT_KEPT), new Map<string, number>());
  const changes = orElse(() => openChanges(run, STILL_CHANGED), new Map<string, number>());
  const night = orElse(() => nightOf(journal), NO_NIGHT);
  const toTakeBack = sumOf(objects.values()) + sumOf(changes.values());
  return {
    ...told,
    baseUrl: facts.target.baseUrl,
    partitionId: orElse(() => runState(journal).get('partitionId') ?? null, null),
    startedAt: facts.createdAt,
    parts,
    durationMs: sumOf(parts.map((part) => part.durationMs)),
    requests: facts.kind === 'validate' ? null : sumOf(parts.map((part) => part.requests ?? 0)),
    limiter: kept.limiter,
    existing: kept.existing,
    differing: found.differing,
    // A resume may have been told to update as well.
    changes: facts.settings.existing === 'update' || found.changes.rows > 0 ? found.changes : null,
    plan: orElse(() => runState(journal).get('plan') ?? null, null),
    coverage: kept.coverage,
    tables: orElse(() => tablesOf(journal), []),
    objects: orElse(() => objectsOf(journal), []),
    ports: orElse(() => portDays(journal), []),
    groups: found.groups,
    created: orElse(() => createdRows(journal, CREATED_SHOWN), []),
    error: last?.error ?? null,
    undoneBy: orElse(() => runState(journal).get('undoneBy') ?? null, null),
    night,
    next: nextSteps({
      ...{
        ...told,
        ...optionsAgain(facts),
        needsProfile: needsProfile(found.groups),
        sent,
        toTakeBack,
        night,
      },
    }),
    exit: last?.exit ?? exitOf(stoppedBy, isLoaded(run) ? openStatuses(run) : [], hasCreated(run)),
  };
}

/** The timetable of ports, as `follow` has read it. */
function portDays(journal: Told['journal']): PortDay[] {
  if (!journal.hasEvents()) return [];
  const days = new Map<string, PortDay>();
  for (const { type, focDate, status, count } of journal.countEvents()) {
    if (type !== ('PORT_REQUEST' satisfies EventType)) continue;
    const day = focDate === null ? null : dayOf(focDate);
    const key = `${day ?? '~'} ${status}`;
    days.set(key, { day, status, numbers: (days.get(key)?.numbers ?? 0) + count });
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, day]) => day);
}

const NO_NIGHT: NightCounts = { moves: 0, staged: 0, held: 0 };
const NIGHT_COLUMNS: readonly unknown[] = ['movesFrom', 'operationalStatus', 'holdActivation'];

/** The numbers that still wait for the night; sheets without its columns are not looked through. */
function nightOf(journal: Told['journal']): NightCounts {
  const hasNight = journal
    .sources()
    .some((source) => headersOf(source).some(({ column }) => NIGHT_COLUMNS.includes(column)));
  if (!hasNight) return NO_NIGHT;
  const { moves, staged, held } = journal.countNight();
  const steps = journal.countSteps();
  const open = (act: ActName, count: number) =>
    Math.max(
      0,
      count - sumOf(steps.filter((step) => step.kind === act && isActDone(step)).map((step) => step.count)),
    );
  return { moves: open('move', moves), staged: open('goLive', staged), held: open('release', held) };
}

/** The tables that a run has read so far. */
export function tablesOf(journal: Told['journal']): TableHeaders[] {
  return journal.sources().map((source) => {
    const { file, sheet } = source;
    return { file, sheet, headers: headersOf(source) };
  });
}

/**
 * The report of a run as the journal knows it, with the paths of the results that are there. Writes nothing.
 * @param isLive whether somebody is at work on the run at this moment
 */
export function storedReport(run: Told, isLive: () => boolean): RunReport {
  const kept = runState(run.journal).get('report') ?? NOTHING_KEPT;
  const path = (name: string) => {
    const paths = ['xlsx', 'csv'].map((format) => join(run.directory, `${name}.${format}`));
    return paths.find((each) => existsSync(each)) ?? null;
  };
  const results = path('results');
  const written = results === null ? null : { results, errors: path('errors') };
  const report = asOf(isLive, reportOf(run, kept, { written, findings: null }));
  return existsSync(run.files.report) ? report : { ...report, report: null };
}

/**
 * What a list of runs says of one: what the journal keeps in a few places, without a look at its rows where their counts
 * are kept.
 * @param isLive as of {@link storedReport}
 */
export function listedRun(run: Told, isLive: () => boolean): ListedRun {
  const { journal, facts, directory } = run;
  const kept = runState(journal).get('report') ?? NOTHING_KEPT;
  const { parts } = kept;
  const last = parts.at(-1);
  const cutOff = last?.endedAt === null;
  const counts = countsOf(run, kept);
  const undoneAt = runState(journal).get('undone') ?? null;
  const partUndoneAt = runState(journal).get('partUndone') ?? null;
  const takenBack = partUndoneAt === null ? new Map<string, number>() : journal.countRows('takenBack');
  const isWhole = undoneAt === null && partUndoneAt === null;
  const left = isWhole ? 0 : sumOf(openObjects(run).values()) + sumOf(openChanges(run).values());
  const stoppedBy = cutOff ? 'cut off' : (last?.stoppedBy ?? null);
  const state = (): ListedRun['state'] => {
    if ((cutOff || last === undefined || left > 0) && isLive()) return 'going on';
    if (undoneAt !== null) return left > 0 ? 'partly undone' : 'undone';
    if (facts.kind !== 'run') return 'checked';
    if (stoppedBy !== null || last === undefined) return 'stopped';
    if (takenBack.size > 0 && sumOf(takenBack.values()) === sumOf(Object.values(counts)))
      return left > 0 ? 'partly undone' : 'undone';
    // What was taken back is not waited for.
    const isOpen = ([status, count]: [string, number]) =>
      !isDone(status) && count > (takenBack.get(status) ?? 0);
    const open = Object.entries(counts).filter(isOpen);
    if (open.length === 0) return 'done';
    return open.every(([status]) => isWaiting(status)) ? 'waiting' : 'not done';
  };
  return {
    runDir: directory,
    state: state(),
    kind: facts.kind,
    environment: facts.target.environment,
    baseUrl: facts.target.baseUrl,
    partitionId: runState(journal).get('partitionId') ?? null,
    sheets: sheetsOf(facts),
    startedAt: facts.createdAt,
    partUndoneAt,
    lastAt: latest([
      facts.createdAt,
      undoneAt,
      partUndoneAt,
      ...parts.flatMap((part) => [part.startedAt, part.endedAt]),
    ]),
    parts: parts.map(({ exit: _exit, ...part }) => part),
    counts,
    stoppedBy,
    error: last?.error ?? null,
    undoneAt,
    undoneBy: runState(journal).get('undoneBy') ?? null,
    tailMissing: journal.tailMissing,
  };
}

export function sumOf(counts: Iterable<number>): number {
  return [...counts].reduce((sum, count) => sum + count, 0);
}

/** The last of ISO dates and times. */
function latest(times: readonly (string | null)[]): string {
  return (
    times
      .filter((time) => time !== null)
      .sort()
      .at(-1) ?? ''
  );
}

/**
 * Writes results, errors and report of a run again from its journal.
 * @param isLive as of {@link storedReport}
 */
export async function writeAgain(run: Told, format: SheetFormat, isLive: () => boolean): Promise<RunReport> {
  const { journal, directory, files } = run;
  const kept = runState(journal).get('report') ?? NOTHING_KEPT;
  const written = await writeResults(journal, directory, format);
  const report = asOf(isLive, reportOf(run, kept, { written, findings: written.findings }));
  await writeReport(files.report, report, written.findings.rows);
  return report;
}

/** A part without an end is one that was cut off, unless somebody is at it. */
function asOf(isLive: () => boolean, report: RunReport): RunReport {
  return report.stoppedBy === 'cut off' && isLive() ? { ...report, stoppedBy: null, next: [] } : report;
}

/** Whether all rows of the sheets are in the journal. */
function isLoaded({ journal }: Told): boolean {
  return orElse(() => runState(journal).get('loaded') === true, false);
}

/** Rows by status; none while the sheets are not read to their end. */
function countsOf(run: Told, { counts }: KeptReport): Readonly<Record<string, number>> {
  if (counts) return counts;
  const { journal, facts } = run;
  const statuses = facts.kind === 'run' ? Object.keys(ROW_STATUSES) : Object.keys(CHECK_STATUSES);
  return countsByStatus(statuses, isLoaded(run) ? journal.countRows() : new Map());
}

/** Which rows are not worked on; null when there are none. */
function selectionOf({ journal, facts }: Told): SelectionFacts | null {
  const leftOut = Object.fromEntries(journal.countRows('leftOut'));
  const takenBack = Object.fromEntries(journal.countRows('takenBack'));
  const others = { ...leftOut };
  for (const [status, count] of Object.entries(takenBack)) others[status] = (others[status] ?? 0) + count;
  if (Object.keys(others).length === 0) return null;
  const total = sumOf(journal.countRows().values());
  return {
    options: optionsAgain(facts).selecting.trim(),
    ...(runState(journal).get('selected') ?? { rows: total, invalid: 0 }),
    others,
    waiting: (leftOut['pending'] ?? 0) + (leftOut['valid'] ?? 0),
    takenBack: sumOf(Object.values(takenBack)),
  };
}

/** The statuses of selected rows that are not done; what a journal that cannot be read holds is not. */
function openStatuses({ journal }: Told): string[] {
  return orElse(() => [...journal.countRows('selected').keys()].filter((each) => !isDone(each)), ['pending']);
}

/** Counts with a figure for each of the statuses. */
export function countsByStatus<S extends string>(
  statuses: readonly S[],
  counts: ReadonlyMap<string, number>,
): Record<S, number> {
  return Object.fromEntries(statuses.map((status) => [status, counts.get(status) ?? 0])) as Record<S, number>;
}

/** Something was created, or may have been. */
function hasCreated({ journal }: Told): boolean {
  const nothing = new Set(['existing', 'failed', 'released']);
  // A journal that cannot be read may hold anything.
  return orElse(() => journal.countSteps().some(({ state }) => !nothing.has(state)), true);
}

/** Kinds of steps that are no objects of their own: they go with what they were set on, done to or have become. */
export const NO_OBJECTS: ReadonlySet<string> = new Set([
  'reservation',
  ...ACT_NAMES.filter((name) => !isTakenBack(ACTS[name])),
  ...KIND_NAMES.filter((kind) => !isObject({ kind })),
]);

/** The objects that a run created and that are still there as far as the journal knows, by kind. */
export function openObjects(
  { journal }: Told,
  states: ReadonlySet<StepState> = OPEN_STATES,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, state, count } of journal.countSteps())
    if (states.has(state) && !NO_OBJECTS.has(kind)) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return counts;
}

/** What a run has changed of what was there and has not put back, by kind, settings among them. */
export function openChanges(
  { journal }: Told,
  states: ReadonlySet<StepState> = TO_PUT_BACK,
): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, state, count } of journal.countSteps())
    if (states.has(state)) counts.set(kind, (counts.get(kind) ?? 0) + count);
  return counts;
}

/** The objects by product and kind, as far as they are there. */
function objectsOf(journal: Told['journal']): ObjectCount[] {
  const steps = journal.countStepsByProduct();
  return PRODUCT_NAMES.flatMap((product) =>
    KIND_NAMES.filter((kind) => !NO_OBJECTS.has(kind)).flatMap((kind) => {
      const count = (states: ReadonlySet<StepState>) =>
        steps.reduce(
          (sum, step) =>
            step.product === product && step.kind === kind && states.has(step.state) ? sum + step.count : sum,
          0,
        );
      const [created, existing, updated] = [count(CREATED), count(WAS_THERE), count(CHANGED)];
      const titles = { product: PRODUCTS[product].title, kind: KINDS[kind].title };
      return created + existing > 0 ? [{ ...titles, created, existing, updated }] : [];
    }),
  );
}

const CREATED: ReadonlySet<StepState> = new Set(['created', 'kept']);
const CHANGED: ReadonlySet<StepState> = new Set(['updated', 'putting back', 'not put back']);

/** As {@link TO_PUT_BACK}, but for what undo has left as somebody has changed it. */
const STILL_CHANGED: ReadonlySet<StepState> = new Set(
  [...TO_PUT_BACK].filter((state) => state !== 'not put back'),
);

/** States of what undo would delete; what it has kept before is no reason to call it again. */
const NOT_KEPT: ReadonlySet<StepState> = new Set([...OPEN_STATES].filter((state) => state !== 'kept'));

function exitOf(stoppedBy: StoppedBy | null, open: readonly string[], somethingDone: boolean): Exit {
  if (stoppedBy === 'max-errors') return 'maxErrors';
  if (stoppedBy === 'interrupted') return 'interrupted';
  if (stoppedBy === 'cut off') return somethingDone ? 'stoppedByError' : 'nothingDone';
  if (open.length === 0) return 'done';
  return open.every(isWaiting) ? 'underWay' : 'someFailed';
}

function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
