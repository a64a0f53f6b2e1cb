import { ApiError } from '../api/api-error.js';
import type { Journal, JsonObject, StepState, StoredRow, StoredStep } from '../journal/journal.js';
import { keyOf } from '../plan/keys.js';
import type { ActName, Resource } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import type { Act, ActRun, ActTask } from '../resources/acts/act.js';
import { KINDS } from '../resources/kinds.js';
import { lookWith, SharedLooks } from '../resources/look.js';
import type { Outcome } from '../resources/task.js';
import { idsOf, isThere } from './ids.js';
import { inParallel } from './in-parallel.js';
import type { Planner } from './planner.js';
import type { StopSwitch } from './stop-switch.js';

/**
 * What became of one act. `done before`: by an earlier process, or it was so already; `left out`: it is not for this one;
 * `not reached`: what comes before it for the same row did not succeed, or the command was stopped.
 */
export type ActEndWhat = 'done' | 'done before' | 'would be done' | 'left out' | 'failed' | 'not reached';

/** How one act of a row ended. */
export interface ActEnd {
  readonly act: ActName;
  readonly key: string;
  /** what people call what it was done to */
  readonly name: string;
  readonly accountId: string;
  readonly what: ActEndWhat;
  /** why, where there is something to say */
  readonly reason: string;
  readonly hint: string;
  /** how it is now, as far as it is known */
  readonly now: JsonObject;
}

/** One act that a row asks for, before anything is looked at. */
export interface OpenAct {
  readonly act: Act;
  readonly key: string;
  readonly resource: Resource;
  readonly made: StoredStep & { readonly outcome: object };
  readonly step: StoredStep | undefined;
  /** why it is not for this resource; null where it is */
  readonly against: string | null;
}

/** Whether an act was done by this run, or was found done. One that undo has taken back may be done again. */
export function isActDone(step: { readonly state: StepState } | undefined): boolean {
  return step?.state === 'created' || step?.state === 'existing' || step?.state === 'kept';
}

/** The acts that a row asks for, in their order; none where the row cannot be planned or what they are done to is not there. */
export function actsOf(
  row: StoredRow<ImportRecord>,
  acts: readonly Act[],
  planner: Planner,
  journal: Journal<ImportRecord>,
): OpenAct[] {
  const plan = row.status === 'invalid' ? 'not valid' : planner.plan(row);
  if (typeof plan === 'string') return [];
  return acts.flatMap((act): OpenAct[] => {
    const resource = plan.resources.find(({ kind }) => kind === act.doneTo);
    const made = resource && journal.step(resource.key);
    if (!resource || !isThere(made)) return [];
    const against = act.against(resource, made.state === 'created');
    if (against === undefined) return [];
    const key = keyOf.of(act.name, resource.key);
    return [{ act, key, resource, made, step: journal.step(key), against }];
  });
}

export interface ActOptions {
  readonly concurrency: number;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  readonly stop: StopSwitch;
  /** Hears how the acts of a row ended, but for those that another row has told of, and is waited for. */
  onRow(row: StoredRow<ImportRecord>, ends: readonly ActEnd[]): Promise<void>;
}

/** Answers kept for the rows that share them. */
const MAX_SHARED = 2000;

/**
 * Does the acts of rows, each of a row after the one before it has succeeded, with an intent and an outcome on disk for
 * each, so that it can be killed and gone on with: what is done is not done again, what is in doubt is looked at first.
 *
 * @param rows with the acts that they ask for
 * @throws StopError when nothing can be sent or written any more
 */
export async function runActs(
  run: ActRun,
  rows: Iterator<readonly [StoredRow<ImportRecord>, readonly OpenAct[]]>,
  options: ActOptions,
): Promise<void> {
  const shared = new SharedLooks(run.client);
  /** at work, by key: rows that share a resource share its act */
  const working = new Map<string, Promise<ActEnd>>();
  /** what this process has told of already and the journal does not keep */
  const told = new Set<string>();
  await inParallel(rows, options.concurrency, options.stop, async ([row, acts]) => {
    shared.forgetBeyond(MAX_SHARED);
    const ends: ActEnd[] = [];
    let isStuck = false;
    for (const open of acts) {
      if (told.has(open.key)) continue;
      const isJoined = working.has(open.key);
      const end: ActEnd = isStuck ? endOf(open, 'not reached', {}) : await together(row, open);
      isStuck ||= end.what === 'failed';
      if (!isJoined) ends.push(end);
      // The row that it was done for has told of it.
      else if (end.what === 'done' || end.what === 'done before') ends.push({ ...end, what: 'done before' });
    }
    await options.onRow(row, ends);
  });

  function together(row: StoredRow<ImportRecord>, open: OpenAct): Promise<ActEnd> {
    const { key } = open;
    let work = working.get(key);
    if (!work) {
      work = doAct(run, row, open, shared, options.dryRun).then((end) => {
        if (end.what !== 'done' && end.what !== 'done before') told.add(key);
        return end;
      });
      working.set(key, work);
      const forget = () => void working.delete(key);
      work.then(forget, forget);
    }
    return work;
  }
}

async function doAct(
  run: ActRun,
  row: StoredRow<ImportRecord>,
  open: OpenAct,
  shared: SharedLooks,
  dryRun: boolean,
): Promise<ActEnd> {
  const { act, key, resource, made, against } = open;
  const { journal } = run;
  // Another row that shares the resource may have done it since the acts were listed.
  const step = journal.step(key);
  if (isActDone(step)) return endOf(open, 'done before', { now: nowOf(step) });
  if (against !== null) return endOf(open, 'left out', { reason: against });
  const settle = (state: StepState, outcome: JsonObject) =>
    journal.settle(key, act.name, row.ordinal, state, outcome);
  const task: ActTask = {
    run,
    resource,
    ids: idsOf(journal, resource, made.outcome as unknown as Outcome),
    ordinal: row.ordinal,
    look: lookWith(run.client, row.ordinal),
    shared: shared.for(row.ordinal),
  };
  /** until when it may have been sent, by `performance.now()`; null where it was not */
  let doubtSince = step?.state === 'intent' ? run.startedAt : null;
  let before = step?.state === 'intent' ? step.intent : null;
  try {
    for (let tries = 1; ; tries++) {
      let verdict = await act.look(task);
      if (verdict.what === 'due' && doubtSince !== null && act.repeats && !dryRun) {
        const wait = doubtSince + run.settleMs - performance.now();
        if (wait > 0) {
          await run.client.rest(wait);
          verdict = await act.look(task);
        }
      }
      if (verdict.what === 'left out') return endOf(open, 'left out', verdict);
      if (verdict.what === 'failed') {
        if (!dryRun && doubtSince === null)
          await settle('failed', { ...verdict.now, message: verdict.reason });
        return endOf(open, 'failed', verdict);
      }
      if (verdict.what === 'done') {
        const { now } = verdict;
        const isOurs = doubtSince !== null;
        if (!dryRun) await settle(isOurs ? 'created' : 'existing', { ...before, ...now });
        return endOf(open, isOurs && !dryRun ? 'done' : 'done before', { now });
      }
      if (dryRun) return endOf(open, 'would be done', { now: verdict.before });
      // What was there before a try in doubt is what undo puts back.
      const known: JsonObject = before ?? { ...verdict.before, id: task.ids.id };
      before = known;
      try {
        const ready = () => journal.intend(key, act.name, row.ordinal, known);
        const now = await act.send(task, known, { ready });
        await settle('created', { ...known, ...now });
        return endOf(open, 'done', { now });
      } catch (error) {
        if (!(error instanceof ApiError) || error.kind !== 'inDoubt' || tries > run.retries) throw error;
        doubtSince = performance.now();
        await run.client.backOff(tries);
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isRefused = error.kind === 'refused';
    if (isRefused && !dryRun && doubtSince === null) await settle('failed', { message: error.message });
    return endOf(open, 'failed', {
      reason: error.message,
      hint: isRefused
        ? 'Correct what the message names, then start the command again.'
        : 'Start the command again.',
    });
  }
}

/** What an act's step says of how it is. */
function nowOf(step: StoredStep | undefined): JsonObject {
  return step?.outcome ?? {};
}

function endOf(
  { act, key, resource, made }: OpenAct,
  what: ActEndWhat,
  { reason = '', hint = '', now = {} }: { reason?: string; hint?: string; now?: JsonObject },
): ActEnd {
  const { id, accountId } = made.outcome as unknown as Outcome;
  const name = KINDS[resource.kind].called(resource.values, id, resource);
  return { act: act.name, key, name, accountId, what, reason, hint, now };
}
