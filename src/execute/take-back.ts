import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import { releaseNumber } from '../api/endpoints.js';
import {
  type Journal,
  type JsonObject,
  type StepState,
  type StoredRow,
  type StoredStep,
  WAS_THERE,
} from '../journal/journal.js';
import { baseOf } from '../plan/keys.js';
import type { Resource, RowPlan } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import { isObject, KINDS, objectOf, undoWaves } from '../resources/kinds.js';
import { lookWith, orNull } from '../resources/look.js';
import { Addresses } from '../resources/lookups/addresses.js';
import type { Outcome } from '../resources/task.js';
import { afterCutover } from './after-cutover.js';
import { examine, keep, keepWhatHangsTogether, type Made } from './examine.js';
import { idsOf, text } from './ids.js';
import { inParallel } from './in-parallel.js';
import { Planner } from './planner.js';
import { putBack, TO_PUT_BACK, wentBack } from './put-back.js';
import type { StopSwitch } from './stop-switch.js';
import { settleActs, takeBackActs } from './take-back-acts.js';
import { OPEN_STATES, type UndoPart } from './undo-part.js';
import { blockedBy, Patience, usedByOthers, whyNotYet } from './unfinished.js';

export const UNDONE = [
  ...(['deleted', 'put back', 'gone', 'kept', 'still needed', 'unfinished', 'failed'] as const),
  ...(['would be deleted', 'would be put back'] as const),
] as const;
type UndoneWhat = (typeof UNDONE)[number];

/** What became of one object that the run had created or changed. */
export interface Undone {
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  /** what people call its kind, and it */
  readonly title: string;
  readonly name: string;
  /** ordinal of the row that brought it about */
  readonly owner: number;
  /**
   * `put back`: it was there before the run, and has its former values again, or what the cut-over did is undone;
   * `gone`: somebody else had deleted it; `kept`: changed since, or something that is kept hangs on it, so not touched;
   * `still needed`: by a row that is not taken back, so not touched; `unfinished`: the platform is still at work on it, so
   * that it cannot be deleted yet; `failed`: the platform refused
   */
  readonly what: UndoneWhat;
  readonly reason: string;
}

export interface UndoOptions {
  readonly concurrency: number;
  /** how long the platform may still be at work on a create whose answer was lost */
  readonly settleMs: number;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  /** ports that are completed are taken back too */
  readonly ported: boolean;
  /** what some rows brought about; null: all that the run did */
  readonly part: UndoPart | null;
  /** only what the cut-over did is taken back; what the run created stays */
  readonly actsOnly: boolean;
  /** when undo began, ISO date and time: rows that lost something say so */
  readonly undoneAt: string;
  readonly stop: StopSwitch;
  onUndone(undone: Undone): void;
}

const WAVES = undoWaves();

/** How many settle times undo waits in all for what the platform is not done with, where it is a matter of seconds. */
const PATIENCE = 2;

/** What all accounts of one undo share. */
interface Undoing extends UndoOptions {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  readonly planner: Planner;
  readonly addresses: Addresses;
  /** when undo began, by `performance.now()` */
  readonly startedAt: number;
  readonly patience: Patience;
}

/**
 * Deletes what a run created, puts back what it changed, and nothing else, account by account. First all of an account is read and compared: what
 * somebody has changed since is kept, and so is what hangs on it and what it needs. Then the rest is deleted in the
 * reverse order of dependence, each delete with an intent and an outcome on disk, so that it can be killed and gone on
 * with. A dry run does the first half, so that it says what undo would do.
 */
export async function takeBackRun(
  client: Client,
  journal: Journal<ImportRecord>,
  options: UndoOptions,
): Promise<void> {
  const run: Undoing = {
    ...options,
    client,
    journal,
    planner: new Planner(journal),
    addresses: new Addresses(client, journal),
    startedAt: performance.now(),
    patience: new Patience(PATIENCE * options.settleMs),
  };
  const accounts = options.part?.accounts ?? journal.stepsByAccount([...OPEN_STATES, ...TO_PUT_BACK]);
  for (const { key, by, isOfOrder } of options.actsOnly ? [] : (options.part?.needed ?? [])) {
    const step = journal.step(key);
    const row = journal.row(by);
    if (!step || !row) continue;
    const { sheet } = row.record;
    const other = `row ${row.row}${sheet === null ? '' : ` of ${sheet}`}`;
    const reason = isOfOrder
      ? `its port order has ${other} too, and is cancelled only whole: name all its rows, or wait until it is completed`
      : `${other}, which is not taken back, needs it`;
    const resource = resourcesOf(plansOf(run, [step])).get(key) ?? null;
    const what = isOfOrder ? 'kept' : 'still needed';
    options.onUndone({ ...about(step, resource, idOf(step)), what, reason });
  }
  await inParallel(accounts[Symbol.iterator](), options.concurrency, options.stop, (seqs) =>
    undoAccount(run, seqs),
  );
}

async function undoAccount(run: Undoing, seqs: readonly number[]): Promise<void> {
  const steps = seqs.map((seq) => run.journal.stepAt(seq)).filter((step) => step !== undefined);
  const plans = plansOf(run, steps);
  const resources = resourcesOf(plans);
  const freed = await takeBackActs(run, steps, resources, ({ step, ...taken }) => {
    const { kind, key, owner } = step;
    run.onUndone({ kind, key, owner, ...taken });
  });
  if (run.actsOnly) return;
  for (const [key, resource] of resources) resources.set(key, afterCutover(run.journal, resource));
  // Before anything is deleted, since it may be named by what is put back.
  const letGo = await putBackAll(run, steps, resources);
  const created = steps.filter(({ state }) => !TO_PUT_BACK.has(state));
  const made = await madeOf(run, created, resources);
  await releaseUnused(run, created);
  await examine(run, made);
  const freedHere = new Set([...freed, ...letGo]);
  await keepWhatHangsTogether(run, made, freedHere);
  await keepWhatOthersUse(run, made, freedHere);
  if (run.dryRun) {
    tellUnfinishedBefore(made);
    for (const each of made)
      if (isObject(each.resource) || isTakenOff(run, each))
        tell(run, each, each.verdict === 'delete' ? 'would be deleted' : undefined);
    return;
  }
  for (const wave of WAVES) {
    if (run.stop.stopped) return;
    const due = made.filter((each) => wave.includes(each.resource.kind));
    await Promise.all(due.map((each) => takeBack(run, each, made)));
  }
  await settleSettings(run, made);
  await settleActs(run, steps);
  for (const [row, plan] of plans)
    if (run.part === null || run.part.rows.has(row.ordinal))
      await takeBackRow(run.journal, row, plan, run.undoneAt);
}

/**
 * Keeps numbers that are the emergency number of somebody who stays. Asked only of numbers whose account stays: with an
 * account all its users go.
 */
async function keepWhatOthersUse(
  run: Undoing,
  made: readonly Made[],
  freed: ReadonlySet<string>,
): Promise<void> {
  const goes = new Set(made.filter(({ verdict }) => verdict !== 'keep').map(({ ids }) => ids.id));
  const numbers = made.filter(
    ({ resource, verdict, ids }) =>
      resource.kind === 'number' && verdict === 'delete' && !goes.has(ids.accountId),
  );
  const used = await Promise.all(numbers.map((each) => usedByOthers(run.client, each, goes)));
  numbers.forEach((each, at) => {
    const reason = used[at];
    if (typeof reason === 'string') keep(each, reason);
  });
  if (used.some((reason) => reason !== null)) await keepWhatHangsTogether(run, made, freed);
}

/** What a dry run knows of what could not be deleted now: what the platform itself says, and what hangs together with it. */
function tellUnfinishedBefore(made: readonly Made[]): void {
  for (const each of made)
    if (each.verdict === 'delete' && each.underWay !== null) leave(each, each.underWay);
  for (const wave of WAVES)
    for (const each of made.filter(({ resource }) => wave.includes(resource.kind))) {
      const blocking = each.verdict === 'delete' ? blockedBy(each, made) : undefined;
      if (blocking) leave(each, `${blocking.resource.key} is still there`);
    }
}

/** What cannot be deleted yet stays as it is, for an undo later on. */
function leave(each: Made, reason: string): void {
  each.verdict = 'unfinished';
  each.reason = reason;
}

/**
 * Puts back what the run has changed of what was there.
 * @returns the IDs of what is only looked at, and would no longer hold what the run gave it
 */
async function putBackAll(
  run: Undoing,
  steps: readonly StoredStep[],
  resources: ReadonlyMap<string, Resource>,
): Promise<ReadonlySet<string>> {
  const letGo = new Set<string>();
  const name = (resource: Resource, id: string) => namesOf(resource, id).name;
  await Promise.all(
    steps.map(async (step) => {
      const resource = TO_PUT_BACK.has(step.state) ? resources.get(step.key) : undefined;
      if (!resource) return;
      const { id, what, reason } = await putBack({ ...run, name }, step, resource);
      if (what !== null) run.onUndone({ ...about(step, resource, id), what, reason });
      // The record of a number does not say what it rings.
      if (what === 'would be put back' && step.kind !== 'number') letGo.add(id);
    }),
  );
  return letGo;
}

/** A row with its plan. */
type PlannedRow = readonly [row: StoredRow<ImportRecord>, plan: RowPlan];

/** The rows of the steps, each with its plan. */
function plansOf(run: Undoing, steps: readonly StoredStep[]): PlannedRow[] {
  return [...new Set(steps.map(({ owner }) => owner))].flatMap((ordinal): PlannedRow[] => {
    const row = run.journal.row(ordinal);
    const plan = row && run.planner.plan(row);
    return row && plan && typeof plan !== 'string' ? [[row, plan]] : [];
  });
}

function resourcesOf(plans: readonly PlannedRow[]): Map<string, Resource> {
  return new Map(plans.flatMap(([, { resources }]) => resources.map((each) => [each.key, each] as const)));
}

/** A row that lost an object, or what it had changed, is pending again; its result names only what was kept. */
export async function takeBackRow(
  journal: Journal<ImportRecord>,
  row: StoredRow<ImportRecord>,
  { resources }: RowPlan,
  undoneAt: string,
): Promise<void> {
  const steps = resources.map(({ key }) => journal.step(key));
  const isTaken = steps.some(
    (step) => step?.state === 'deleted' || (step?.owner === row.ordinal && wentBack(step)),
  );
  if (!isTaken) return;
  const kept = steps.filter((step) => step?.state === 'kept' || step?.state === 'not put back');
  if (steps.some((step) => step?.kind === 'number' && step.state === 'deleted'))
    void journal.forgetEvents(row.ordinal);
  const warnings = [
    `undone ${undoneAt}`,
    ...kept.map((step) => `${step?.key} was kept: ${String(step?.outcome?.['reason'])}`),
  ];
  await journal.setRowStatus(row.ordinal, 'pending', { warnings });
}

/** What was made and may still be there; creates in doubt are looked up first. */
async function madeOf(
  run: Undoing,
  steps: readonly StoredStep[],
  resources: ReadonlyMap<string, Resource>,
): Promise<Made[]> {
  const made = await Promise.all(
    steps.map(async (step): Promise<Made | null> => {
      const resource = resources.get(step.key);
      if (!resource) return null;
      const outcome = step.state === 'intent' ? await findAgain(run, step, resource) : step.outcome;
      if (outcome)
        return {
          step,
          resource,
          ids: idsOf(run.journal, resource, outcome as unknown as Outcome),
          verdict: 'delete',
          reason: '',
          isElsewhere: false,
          isInService: false,
          underWay: null,
        };
      const message = 'it was never created';
      if (!run.dryRun) await run.journal.settle(step.key, step.kind, step.owner, 'failed', { message });
      return null;
    }),
  );
  return made.filter((each) => each !== null);
}

/** @returns the outcome of a create whose answer never came, or null when it never happened */
async function findAgain(run: Undoing, step: StoredStep, resource: Resource): Promise<Outcome | null> {
  const kind = KINDS[resource.kind];
  const { partitionId, accountId, ownerId, phone, id } = step.intent;
  const ids = { partitionId: text(partitionId), accountId: text(accountId) };
  // A setting is never in doubt: it is on something that is there or not. One that is taken off must be known.
  if (kind.takeBack === null) return { ...ids, state: 'created', id: text(id) };
  // The run may have sent what it intended until it died, which was before this began.
  const wait = run.startedAt + run.settleMs - performance.now();
  if (wait > 0) await run.client.rest(wait);
  const around = { ownerId: text(ownerId), phone: text(phone) || undefined };
  const found = kind.find.identity(resource, around);
  // what an object hangs on by now does not tell whether it is there
  const identity = isObject(resource) ? { ...found, ownerId: null } : found;
  const now = await kind.find.now(lookWith(run.client, step.owner), ids, identity);
  if (now === null || kind.find.strange(now, identity) !== null) return null;
  const nowId = kind.find.idOf(now);
  return { state: 'created', id: nowId, partitionId: ids.partitionId, accountId: ids.accountId || nowId };
}

/** A reservation that has not become a number is given back. */
async function releaseUnused(run: Undoing, steps: readonly StoredStep[]): Promise<void> {
  const { client, journal } = run;
  for (const step of steps) {
    if (step.kind !== 'reservation' || step.state === 'kept') continue;
    const taken = journal.step(baseOf(step.key));
    if (taken && taken.state !== 'failed' && taken.state !== 'released') continue;
    const { phone, partitionId, accountId } = step.intent;
    const undone = { ...about(step, null, text(phone)), reason: 'reservation' };
    if (run.dryRun) {
      run.onUndone({ ...undone, what: 'would be deleted' });
      continue;
    }
    const call = (at: 'account' | 'partition') =>
      client.send(releaseNumber(at, text(partitionId), text(accountId), text(phone)), {
        priority: step.owner,
      });
    try {
      await call('account').catch((error: unknown) =>
        error instanceof ApiError && error.status === 404 ? orNull(call('partition')) : Promise.reject(error),
      );
    } catch (error) {
      // Refused: it is nobody's any more. One that cannot be released ends by itself after 30 minutes.
      if (!(error instanceof ApiError)) throw error;
    }
    await journal.settle(step.key, step.kind, step.owner, 'released', { ...step.intent });
    run.onUndone({ ...undone, what: 'deleted' });
  }
}

async function takeBack(run: Undoing, each: Made, made: readonly Made[]): Promise<void> {
  const { client, journal } = run;
  const { step, resource, ids } = each;
  const settle = (state: StepState, details: JsonObject = {}) =>
    journal.settle(step.key, step.kind, step.owner, state, {
      ...step.outcome,
      ...{ id: ids.id, partitionId: ids.partitionId, accountId: ids.accountId },
      // for the list of what was undone, which thereby needs no plan
      ...{ name: namesOf(resource, ids.id).name, ...details },
    });
  if (each.verdict === 'gone') {
    await settle('deleted', each.reason === '' ? {} : { reason: each.reason });
    return tell(run, each);
  }
  // What could not be deleted leaves something on what is deleted after it.
  const blocking = each.verdict === 'delete' ? blockedBy(each, made) : undefined;
  if (blocking?.verdict === 'failed') keep(each, `${blocking.resource.key} is still there`);
  if (blocking?.verdict === 'unfinished') {
    leave(each, `${blocking.resource.key} is still there`);
    await settle('created', { reason: each.reason });
    return tell(run, each);
  }
  if (each.verdict === 'keep') {
    await settle('kept', { reason: each.reason });
    return tell(run, each);
  }
  const { kind } = resource;
  const call = KINDS[kind].takeBack?.remove(ids, resource);
  // an order that is completed is nothing to cancel any more; its numbers are deleted as others
  const isOver = each.isInService && KINDS[kind].waitsFor?.holdsRow === true;
  for (let tries = 1; ; tries++) {
    try {
      await settle('deleting');
      if (call && !isOver) await orNull(client.send(call, { priority: step.owner }));
      await settle('deleted', { reason: undefined });
      return tell(run, each, 'deleted');
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const mayWait = kind === 'number' || kind === 'account';
      const phone = kind === 'account' ? null : ids.id;
      const notYet = mayWait ? await whyNotYet(client, ids, phone, error, step.owner) : null;
      if (notYet && !notYet.isHeld && (await run.patience.wait(client, tries))) continue;
      // What was in the way may have ended while it was asked for.
      if (mayWait && notYet === null && error.status === 400 && tries === 1) continue;
      if (notYet) leave(each, notYet.reason);
      else if (!mayWait && error.status === 400 && (await isGoneBy(run, each))) {
        await settle('deleted', { reason: undefined });
        return tell(run, each, 'deleted');
      } else {
        each.verdict = 'failed';
        each.reason = error.message;
      }
      await settle('created', { reason: each.reason });
      return tell(run, each);
    }
  }
}

/** Whether what was refused was done before: a cancellation whose answer was lost, say, is refused when it is sent again. */
async function isGoneBy({ client }: Undoing, { resource, ids, step }: Made): Promise<boolean> {
  try {
    return (await KINDS[resource.kind].read(lookWith(client, step.owner), ids, resource)) === null;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Whether it is set on what was there before the run, and can be taken off it again. */
function isTakenOff({ journal }: Undoing, { step, resource }: Made): boolean {
  if (isObject(resource) || KINDS[resource.kind].takeBack === null) return false;
  const base = journal.step(baseOf(step.key))?.state;
  return base === 'existing' || base === 'updated';
}

/** Settings go with what they were set on; where that was there before the run they are taken off it, or stay. */
async function settleSettings(run: Undoing, made: readonly Made[]): Promise<void> {
  const { journal } = run;
  for (const each of made) {
    const { step, resource } = each;
    if (isObject(resource)) continue;
    if (isTakenOff(run, each)) {
      await takeBack(run, each, made);
      continue;
    }
    const base = journal.step(baseOf(step.key));
    const outcome = { ...step.outcome, name: namesOf(resource, each.ids.id).name };
    if (base && WAS_THERE.has(base.state)) {
      const { title } = KINDS[objectOf(resource)];
      each.reason = `the ${title.toLowerCase()} was there before the run; what the run set on it stays`;
      await journal.settle(step.key, step.kind, step.owner, 'kept', { ...outcome, reason: each.reason });
      tell(run, each, 'kept');
    } else if (base?.state === 'deleted')
      await journal.settle(step.key, step.kind, step.owner, 'deleted', outcome);
  }
}

function about(step: StoredStep, resource: Resource | null, id: string) {
  const { kind, key, owner } = step;
  return { kind, key, id, ...namesOf(resource, id), owner };
}

/** What people call an object and its kind; a reservation has no resource of its own. */
export function namesOf(resource: Resource | null, id: string): { title: string; name: string } {
  if (resource === null) return { title: 'Reserved number', name: id };
  const { title, called } = KINDS[resource.kind];
  return { title, name: called(resource.values, id, resource) };
}

/** The ID of what a step made, as far as the journal knows it; for a number, the number itself. */
function idOf({ outcome, intent }: StoredStep): string {
  const { id, phone } = outcome ?? intent;
  return text(id ?? phone);
}

/** @param what where it is not what the verdict says */
function tell(run: Undoing, each: Made, what?: Undone['what']): void {
  const byVerdict = {
    keep: 'kept',
    gone: each.reason === '' ? 'deleted' : 'gone',
    delete: 'deleted',
    failed: 'failed',
    unfinished: 'unfinished',
  } as const;
  run.onUndone({
    ...about(each.step, each.resource, each.ids.id),
    what: what ?? byVerdict[each.verdict],
    reason: each.reason,
  });
}
