import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import { releaseNumber } from '../api/endpoints.js';
import type { Journal, JsonObject, StepState, StoredStep } from '../journal/journal.js';
import type { ImportRecord } from '../records/record.js';
import { orNull } from '../resources/lookups/account-index.js';
import { Snapshots } from '../resources/lookups/snapshots.js';
import { reservationKey } from '../resources/reservation.js';
import type { Outcome } from '../resources/task.js';
import { inParallel } from './in-parallel.js';
import { type Removal, text, type Undoing, WAVES, type Work } from './removals.js';
import type { StopSwitch } from './stop-switch.js';

/** What became of one object that the run had created. */
export interface Undone {
  readonly kind: string;
  readonly key: string;
  readonly id: string;
  /** ordinal of the row that brought it about */
  readonly owner: number;
  /** `gone`: somebody else had deleted it; `kept`: changed since, so not touched; `failed`: the platform refused */
  readonly what: 'deleted' | 'gone' | 'kept' | 'failed' | 'would be deleted';
  readonly reason: string;
}

export interface UndoOptions {
  readonly concurrency: number;
  /** how long the platform may still be at work on a create whose answer was lost */
  readonly settleMs: number;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  readonly stop: StopSwitch;
  onUndone(undone: Undone): void;
}

const GONE = 'somebody else had deleted it';

/** Steps that undo still has to look at. */
export const OPEN_STATES: ReadonlySet<StepState> = new Set(['intent', 'created', 'deleting', 'kept']);

/** Settings: they go with what they were set on, and stay where that was there before the run. */
const SETTINGS = { reference: 'number', callHandling: 'businessLine' } as const;

/**
 * Deletes what a run created, and nothing else: in the reverse order of dependence, each delete with an intent and an
 * outcome on disk, so that it can be killed and gone on with. Creates in doubt are looked up first. What somebody has
 * changed since is kept.
 */
export async function undoRun(
  client: Client,
  journal: Journal<ImportRecord>,
  options: UndoOptions,
): Promise<void> {
  const created = options.dryRun ? createdIds(journal) : new Set<string>();
  const run: Undoing = {
    startedAt: Date.now(),
    client,
    journal,
    snapshots: new Snapshots(client),
    isOurs: (id) => created.has(id),
  };
  await inParallel(openSteps(journal, 'reservation'), options.concurrency, options.stop, (step) =>
    release(run, step, options),
  );
  const refused = new Map<string, Undone>();
  for (let before = Number.POSITIVE_INFINITY; ; before = refused.size) {
    refused.clear();
    for (const wave of WAVES) {
      run.snapshots = new Snapshots(client);
      for (const removal of wave)
        await inParallel(openSteps(journal, removal.kind), options.concurrency, options.stop, (step) =>
          undoStep(run, removal, step, options, refused),
        );
    }
    // What one object kept from being deleted may be free once that is gone.
    if (refused.size === 0 || refused.size >= before || options.dryRun || options.stop.stopped) break;
  }
  for (const undone of refused.values()) options.onUndone(undone);
  if (!options.dryRun && !options.stop.stopped) await undoSettings(run, options);
}

async function undoStep<N>(
  run: Undoing,
  removal: Removal<N>,
  step: StoredStep,
  options: UndoOptions,
  refused: Map<string, Undone>,
): Promise<void> {
  const { client, journal } = run;
  const priority = step.owner;
  const tell = (what: Undone['what'], reason = '', id = '') =>
    options.onUndone({ kind: step.kind, key: step.key, id, owner: step.owner, what, reason });
  const settle = (state: StepState, details: JsonObject) =>
    journal.settle(step.key, step.kind, step.owner, state, { ...step.outcome, ...details });

  const object = await objectOf(run, removal, step, options);
  if (!object) {
    if (!options.dryRun) await settle('failed', { message: 'it was never created' });
    return;
  }
  const work: Work = { run, step, object, priority };
  try {
    const now = await orNull(client.send(removal.read(object), { priority }));
    if (now === null) {
      if (!options.dryRun) await settle('deleted', { ...object, reason: GONE });
      return tell('gone', GONE, object.id);
    }
    const changed = await removal.changed(work, now);
    if (options.dryRun) return tell(changed === null ? 'would be deleted' : 'kept', changed ?? '', object.id);
    if (changed !== null) {
      await settle('kept', { ...object, reason: changed });
      return void refused.set(step.key, {
        kind: step.kind,
        key: step.key,
        id: object.id,
        owner: step.owner,
        what: 'kept',
        reason: changed,
      });
    }
    await journal.settle(step.key, step.kind, step.owner, 'deleting', { ...object });
    await orNull(client.send(removal.remove(object), { priority }));
    await journal.settle(step.key, step.kind, step.owner, 'deleted', { ...object });
    tell('deleted', '', object.id);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (!options.dryRun) await journal.settle(step.key, step.kind, step.owner, 'created', { ...object });
    refused.set(step.key, {
      kind: step.kind,
      key: step.key,
      id: object.id,
      owner: step.owner,
      what: 'failed',
      reason: error.message,
    });
  }
}

/** The object of a step, found again where its create is in doubt; null when it was never made. */
async function objectOf<N>(
  run: Undoing,
  removal: Removal<N>,
  step: StoredStep,
  options: UndoOptions,
): Promise<Outcome | null> {
  const ids = (step.outcome ?? step.intent) as unknown as Outcome;
  if (step.state !== 'intent') return withLineId(step, ids);
  // The run may have sent what it intended until it died, which was before this began.
  const wait = Math.max(step.at, run.startedAt) + options.settleMs - Date.now();
  if (wait > 0) await run.client.rest(wait);
  const id = await removal.find({ run, step, priority: step.owner }, ids);
  if (id === null) return null;
  const accountId = step.kind === 'account' ? id : ids.accountId;
  return { state: 'created', id, accountId, partitionId: ids.partitionId };
}

/** A port is read and deleted under the ID of its line. */
function withLineId(step: StoredStep, object: Outcome): Outcome {
  return step.kind === 'portAssignment' ? { ...object, id: text(step.intent['lineId']) } : object;
}

async function release(run: Undoing, step: StoredStep, options: UndoOptions): Promise<void> {
  const { client, journal } = run;
  const numberKey = step.key.slice(reservationKey('').length);
  const taken = journal.step(numberKey);
  if (step.state === 'kept' || (taken && taken.state !== 'failed')) return;
  const { phone, partitionId, accountId } = step.intent;
  const undone = {
    kind: step.kind,
    key: step.key,
    id: text(phone),
    owner: step.owner,
    reason: 'reservation',
  };
  if (options.dryRun) return options.onUndone({ ...undone, what: 'would be deleted' });
  const call = (at: 'account' | 'partition') =>
    client.send(releaseNumber(at, text(partitionId), text(accountId), text(phone)), { priority: step.owner });
  try {
    await call('account').catch((error: unknown) =>
      error instanceof ApiError && error.status === 404 ? orNull(call('partition')) : Promise.reject(error),
    );
  } catch (error) {
    // Refused: it is nobody's any more. One that cannot be released ends by itself after 30 minutes.
    if (!(error instanceof ApiError)) throw error;
  }
  await journal.settle(step.key, step.kind, step.owner, 'released', { ...step.intent });
  options.onUndone({ ...undone, what: 'deleted' });
}

async function undoSettings(run: Undoing, options: UndoOptions): Promise<void> {
  const { journal } = run;
  for (const kind of Object.keys(SETTINGS) as (keyof typeof SETTINGS)[]) {
    for (const step of openSteps(journal, kind)) {
      const base = journal.step(step.key.slice(kind.length + 1));
      if (base?.state !== 'existing') {
        await journal.settle(step.key, step.kind, step.owner, 'deleted', { ...step.outcome });
        continue;
      }
      const reason = `the ${SETTINGS[kind] === 'number' ? 'number' : 'business line'} was there before the run; what the run set on it stays`;
      await journal.settle(step.key, step.kind, step.owner, 'kept', { ...step.outcome, reason });
      const id = text(step.intent['id']);
      options.onUndone({ kind, key: step.key, id, owner: step.owner, what: 'kept', reason });
    }
  }
}

function createdIds(journal: Journal<ImportRecord>): Set<string> {
  const ids = new Set<string>();
  for (const { kind } of WAVES.flat())
    for (const step of openSteps(journal, kind)) ids.add(text(step.outcome?.['id']));
  return ids;
}

function* openSteps(journal: Journal<ImportRecord>, kind: string): Generator<StoredStep> {
  for (const step of journal.steps(kind)) if (OPEN_STATES.has(step.state)) yield step;
}
