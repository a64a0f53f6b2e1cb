import { join } from 'node:path';
import { type ErrorFacts, type Exit, errorFacts, isInterruption, StopError } from '../errors.js';
import { AwaitingRows } from '../execute/awaiting-rows.js';
import { Planner } from '../execute/planner.js';
import { eventsOf, rowAfterEvents } from '../execute/row-events.js';
import {
  type ActEnd,
  type ActEndWhat,
  actsOf,
  isActDone,
  type OpenAct,
  runActs,
} from '../execute/run-acts.js';
import type { JsonObject, StoredRow } from '../journal/journal.js';
import type { KeptEvent } from '../plan/events.js';
import { baseOf } from '../plan/keys.js';
import type { ActName } from '../plan/resource.js';
import type { RowResult, RowStatus } from '../plan/statuses.js';
import type { ImportRecord } from '../records/record.js';
import type { Act, ActRun } from '../resources/acts/act.js';
import { Snapshots } from '../resources/lookups/snapshots.js';
import { groupOf } from '../resources/port-body.js';
import { counted } from '../results/wording.js';
import { shellPath } from '../shell-word.js';
import { type RunDirectory, tellOpened } from './directory.js';
import { type Follow, tell } from './events.js';
import { openRunLog } from './log.js';
import { type EarlierRequest, type EarlierRun, openEarlierRun } from './open.js';
import { type OpenLink, PlatformLink } from './platform-link.js';
import { exitOfError, writeAgain } from './report.js';
import { selectRows } from './select-rows.js';
import { runState } from './state.js';

export interface ActRequest extends EarlierRequest {
  /** reads and tells what would be done, and does nothing */
  readonly dryRun?: boolean;
  /**
   * Hears, before anything is done, what is to be done and where; what it throws stops the command. Absent where nobody
   * is to be asked: then nothing is looked at beforehand.
   */
  readonly confirm?: ((about: ActQuestion) => Promise<void>) | undefined;
}

/** What somebody has to know who says yes. */
export interface ActQuestion {
  readonly acts: ActCounts;
  /** how many accounts what is to be done is in */
  readonly accounts: number;
  readonly environment: string;
  /** null for the sandbox inside the process */
  readonly baseUrl: string | null;
  readonly partitionId: string;
}

type Counts = Readonly<Record<ActEndWhat, number>>;

/** How many acts of each kind ended how. */
export type ActCounts = Readonly<Partial<Record<ActName, Counts>>>;

export interface ActReport {
  readonly runDir: string;
  readonly environment: string;
  /** rows that `--only` names; null without it */
  readonly selected: number | null;
  readonly acts: ActCounts;
  /** accounts in which something was done, or would be */
  readonly accounts: number;
  /** why acts were left out, with how many */
  readonly leftOut: Readonly<Record<string, number>>;
  /** the list of every act and what became of it; null when it cannot be written */
  readonly list: string | null;
  readonly requests: number;
  /** what stopped it */
  readonly error: ErrorFacts | null;
  readonly exit: Exit;
}

/** One command that does acts. */
export interface ActCommand {
  /** its name, of which those of its lists are made */
  readonly name: 'welcome' | 'cutover';
  readonly acts: readonly Act[];
  /** what the results of a row say once an act of it has ended */
  resultOf(end: ActEnd): Partial<RowResult>;
  /** opens the list of what became of the acts */
  openList(run: RunDirectory, path: string, scope: ActScope): Promise<ActList>;
}

/** The rows that a command is about. */
export interface ActScope {
  isNamed(row: Pick<StoredRow<ImportRecord>, 'ordinal' | 'selection'>): boolean;
}

/** The list of a command, while it is written. */
export interface ActList {
  add(row: StoredRow<ImportRecord>, ends: readonly ActEnd[]): Promise<void>;
  /** @param isWhole false when the command was stopped before its end */
  commit(isWhole: boolean): Promise<void>;
  abort(): Promise<void>;
}

/**
 * Does the acts of a command for the rows of a run, or of `--only` and `--limit`: looks and asks first, journals each
 * act, lists what became of it, and writes results and report again.
 *
 * @returns what became of it, also when it was stopped midway (`error`)
 * @throws StopError when nothing could be done at all
 */
export async function actRun(
  command: ActCommand,
  request: ActRequest,
  follow: Follow = {},
): Promise<ActReport> {
  const earlier = await openEarlierRun(request);
  const { run } = earlier;
  try {
    tellOpened(run, follow);
    return await actOpened(stillMeant(command, run), earlier, request, follow);
  } finally {
    await run.close();
  }
}

/**
 * Of a run that was undone only holds are released any more: what is on hold cannot be deleted, so undo waits for that.
 * @throws StopError RUN_UNDONE when there is none
 */
function stillMeant(command: ActCommand, run: RunDirectory): ActCommand {
  const { journal } = run;
  const undone = runState(journal).get('undone');
  if (undone === undefined) return command;
  const left = { ...command, acts: command.acts.filter(({ name }) => name === 'release') };
  const held = openRows(left, run, new Planner(journal), { isNamed: () => true }, undefined);
  for (const [, acts] of held)
    if (acts.some(({ against, step }) => against === null && !isActDone(step))) return left;
  throw new StopError(
    'RUN_UNDONE',
    `This run was undone (${undone}), so there is nothing to do for it.`,
    'Start a new run of the sheet in another directory.',
  );
}

async function actOpened(
  command: ActCommand,
  { run, settings, format, openPlatform }: EarlierRun,
  { dryRun = false, confirm }: ActRequest,
  follow: Follow,
): Promise<ActReport> {
  const { journal, files, directory, facts } = run;
  const log = openRunLog(files.log);
  const link = new PlatformLink(run, log, follow);
  const scope = await scopeOf(run, settings.only, follow);
  const path = join(directory, `${command.name}${dryRun ? '-dry-run' : ''}.csv`);
  const tally = new Tally();
  let list: ActList | null = null;
  let failure: unknown = null;
  const planner = new Planner(journal);
  const awaiting = new AwaitingRows(journal);
  let ready = 0;
  const { limit } = settings;
  const pass = (connection: OpenLink, isDry: boolean, hear: ActHearing) =>
    runActs(actContext(run, connection, settings.retries), openRows(command, run, planner, scope, limit), {
      concurrency: settings.concurrency,
      dryRun: isDry,
      stop: connection.stop,
      onRow: hear,
    });
  try {
    const connection = await link.open(openPlatform, settings);
    if (confirm && !dryRun) {
      const looked = new Tally();
      await pass(connection, true, async (_row, ends) => looked.add(ends));
      const { environment, baseUrl } = facts.target;
      if (link.stopped === null && looked.isAnyDue)
        await confirm({
          ...{ acts: looked.counts, accounts: looked.accounts, environment, baseUrl },
          partitionId: connection.partitionId,
        });
    }
    const writing = await command.openList(run, path, scope);
    list = writing;
    await pass(connection, dryRun, async (row, ends) => {
      tally.add(ends);
      await writing.add(row, ends);
      for (const end of ends) {
        const { act, key, name, what, reason } = end;
        log.info('act', { act, key, what, reason, row: row.row });
        tell(follow, { type: 'act', act, key, name, what, reason, row: row.row });
      }
      if (dryRun) return;
      await keepResults(command, run, row, ends);
      ready += await keepEvents(run, planner, awaiting, row, ends);
    });
  } catch (error) {
    failure = error;
  }
  if (ready > 0) {
    const message = `${counted(ready, 'row')} that waited for numbers can go on now: alianza-import resume ${shellPath(directory)}`;
    tell(follow, { type: 'notice', message });
  }
  const { requests } = link;
  const interrupted = isInterruption(failure) || link.stopped === 'interrupted';
  if (isInterruption(failure)) failure = null;
  let isListed = false;
  try {
    await link.close();
    await log.close();
    if (list) {
      await list.commit(failure === null && !interrupted);
      isListed = true;
      if (!dryRun) await writeAgain(run, format, () => false);
    }
  } catch (error) {
    failure ??= error;
  }
  if (!isListed) await list?.abort();
  if (failure !== null && tally.done === 0) throw failure;
  const ended: Exit = interrupted ? 'interrupted' : tally.failed > 0 ? 'someFailed' : 'done';
  return {
    ...{ runDir: directory, environment: facts.target.environment, selected: scope.selected },
    ...{ acts: tally.counts, accounts: tally.accounts, leftOut: tally.leftOut },
    ...{ list: isListed ? path : null, requests },
    error: failure === null ? null : errorFacts(failure),
    exit: failure === null ? ended : exitOfError(failure, true),
  };
}

type ActHearing = (row: StoredRow<ImportRecord>, ends: readonly ActEnd[]) => Promise<void>;

interface Scope extends ActScope {
  /** rows that `--only` names; null without it */
  readonly selected: number | null;
}

async function scopeOf({ journal }: RunDirectory, only: readonly string[], follow: Follow): Promise<Scope> {
  if (only.length === 0) return { selected: null, isNamed: ({ selection }) => selection === 'selected' };
  const named = new Set<number>();
  const notices = await selectRows(journal, only, true, ({ ordinal }, isNamed) => {
    if (isNamed) named.add(ordinal);
  });
  for (const message of notices) tell(follow, { type: 'notice', message });
  return { selected: named.size, isNamed: ({ ordinal }) => named.has(ordinal) };
}

/**
 * The rows of a command with their acts. With a limit, the first that still have one to be done, and no others.
 */
function* openRows(
  { acts }: ActCommand,
  { journal }: RunDirectory,
  planner: Planner,
  scope: ActScope,
  limit: number | undefined,
): Generator<readonly [StoredRow<ImportRecord>, readonly OpenAct[]]> {
  let taken = 0;
  for (const row of journal.rows()) {
    if (!scope.isNamed(row)) continue;
    const open = actsOf(row, acts, planner, journal).map((each) => withinScope(each, journal, scope));
    if (open.length === 0) continue;
    if (limit !== undefined) {
      if (!open.some(({ against, step }) => against === null && !isActDone(step))) continue;
      if (++taken > limit) return;
    }
    yield [row, open];
  }
}

/** A port order comes with all its numbers, so it is not for a part of its rows. */
function withinScope(open: OpenAct, journal: RunDirectory['journal'], scope: ActScope): OpenAct {
  if (open.resource.kind !== 'portOrder' || open.against !== null) return open;
  const isWhole = journal.rowsOfPortOrder(groupOf(open.resource)).every((row) => scope.isNamed(row));
  return isWhole ? open : { ...open, against: 'other rows of the port order are not named' };
}

async function keepResults(
  command: ActCommand,
  { journal }: RunDirectory,
  row: StoredRow<ImportRecord>,
  ends: readonly ActEnd[],
): Promise<void> {
  const told = Object.assign({}, ...ends.map((end) => command.resultOf(end))) as Partial<RowResult>;
  const known = (row.result ?? {}) as Readonly<Record<string, unknown>>;
  if (Object.entries(told).every(([name, value]) => known[name] === value)) return;
  await journal.setRowStatus(row.ordinal, row.status, { ...row.result, ...told } as JsonObject);
}

/**
 * Keeps where the events are that acts have seen or moved on, for every row that they are of, and how those rows stand.
 * @returns how many rows a resume can go on with, since the numbers they waited for are in service
 */
async function keepEvents(
  { journal }: RunDirectory,
  planner: Planner,
  awaiting: AwaitingRows,
  row: StoredRow<ImportRecord>,
  ends: readonly ActEnd[],
): Promise<number> {
  let ready = 0;
  for (const { act, now, key, what, accountId } of ends) {
    const isLive = act === 'goLive' && (what === 'done' || what === 'done before');
    const phone = isLive ? journal.step(baseOf(key))?.outcome?.['id'] : undefined;
    if (typeof phone === 'string') ready += await awaiting.inService(phone, accountId);
    const event = now['event'] as KeptEvent | undefined;
    if (event === undefined) continue;
    const plan = planner.plan(row);
    const order =
      typeof plan === 'string' ? undefined : plan.resources.find((each) => each.key === baseOf(key));
    const rows = order?.kind === 'portOrder' ? journal.rowsOfPortOrder(groupOf(order)) : [row];
    for (const { ordinal } of rows) {
      const number = journal.row(ordinal)?.record.values.phoneNumber;
      const known = eventsOf(journal, ordinal);
      const before = known.find(({ type }) => type === event.type);
      const isNews = before === undefined || before.status !== event.status;
      if (!isNews || (before && Date.parse(event.updatedAt) < Date.parse(before.updatedAt))) continue;
      await journal.keepEvent(ordinal, event.type, { ...event });
      const stored = journal.row(ordinal);
      if (!stored) continue;
      const standing = { status: stored.status as RowStatus, result: (stored.result ?? {}) as RowResult };
      const after = rowAfterEvents(standing, [...known.filter((each) => each !== before), event]);
      if (after !== null)
        await journal.setRowStatus(ordinal, after.status, { ...after.result } as JsonObject);
      if (number !== undefined) ready += await awaiting.hear(number, accountId, event);
    }
  }
  return ready;
}

function actContext({ journal }: RunDirectory, { client, settleMs }: OpenLink, retries: number): ActRun {
  return {
    ...{ client, journal, retries, settleMs },
    snapshots: new Snapshots(client),
    startedAt: performance.now(),
  };
}

const NONE: Counts = {
  ...{ done: 0, 'done before': 0, 'would be done': 0, 'left out': 0, failed: 0, 'not reached': 0 },
};

/** Counts what became of acts. */
class Tally {
  readonly #counts: Partial<Record<ActName, Record<ActEndWhat, number>>> = {};
  readonly #accounts = new Set<string>();
  readonly #counted = new Set<string>();
  readonly #leftOut: Record<string, number> = {};

  add(ends: readonly ActEnd[]): void {
    for (const { act, key, what, accountId, reason } of ends) {
      // Rows may share what it is done to.
      if (this.#counted.has(key)) continue;
      this.#counted.add(key);
      const counts = this.#counts[act] ?? { ...NONE };
      this.#counts[act] = counts;
      counts[what]++;
      if (what === 'done' || what === 'would be done') this.#accounts.add(accountId);
      if (what === 'left out') this.#leftOut[reason] = (this.#leftOut[reason] ?? 0) + 1;
    }
  }

  get counts(): ActCounts {
    return this.#counts;
  }

  get accounts(): number {
    return this.#accounts.size;
  }

  get leftOut(): Readonly<Record<string, number>> {
    return this.#leftOut;
  }

  get done(): number {
    return this.#sum('done');
  }

  get failed(): number {
    return this.#sum('failed');
  }

  get isAnyDue(): boolean {
    return this.#sum('would be done') > 0;
  }

  #sum(what: ActEndWhat): number {
    return Object.values(this.#counts).reduce((sum, counts) => sum + counts[what], 0);
  }
}
