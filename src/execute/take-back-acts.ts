import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import type { Journal, JsonObject, StepState, StoredStep } from '../journal/journal.js';
import { baseOf } from '../plan/keys.js';
import type { Resource } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import type { Act, ActTask } from '../resources/acts/act.js';
import { actOf } from '../resources/acts/acts.js';
import { KINDS } from '../resources/kinds.js';
import { lookWith, orNull } from '../resources/look.js';
import { Snapshots } from '../resources/lookups/snapshots.js';
import type { Outcome } from '../resources/task.js';
import { idsOf, text } from './ids.js';
import { OPEN_STATES } from './undo-part.js';

/** What taking acts back needs. */
interface TakingBack {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  readonly settleMs: number;
  readonly startedAt: number;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  /** what the run created stays, so each act of it is taken back by itself */
  readonly actsOnly: boolean;
}

/** What became of an act that was to be taken back. */
export interface ActTakenBack {
  readonly step: StoredStep;
  readonly title: string;
  readonly name: string;
  readonly id: string;
  readonly what: 'put back' | 'would be put back' | 'kept';
  readonly reason: string;
}

type TakeBackAct = Extract<Act['takeBack'], (...args: never[]) => unknown>;

/** Whether undo takes an act back, rather than telling that it cannot. */
export function isTakenBack(act: Act): boolean {
  return typeof act.takeBack === 'function';
}

/**
 * Takes back what was done to resources after the run, where the platform allows it: before anything is deleted, so that
 * what a number rings by then can go. What is deleted itself needs nothing to be taken back first.
 *
 * @param resources of the steps, by key
 * @returns the numbers that ring what they rang before, or would
 */
export async function takeBackActs(
  run: TakingBack,
  steps: readonly StoredStep[],
  resources: ReadonlyMap<string, Resource>,
  hear: (taken: ActTakenBack) => void,
): Promise<ReadonlySet<string>> {
  const freed = new Set<string>();
  await Promise.all(
    steps.map(async (step) => {
      const act = actOf(step);
      const resource = resources.get(baseOf(step.key));
      const made = resource && run.journal.step(resource.key);
      if (!act || typeof act.takeBack !== 'function' || !resource || !made?.outcome) return;
      // What the run made itself is deleted, with all that was done to it.
      if (act.doneTo === 'number' && OPEN_STATES.has(made.state) && !run.actsOnly) return;
      const ids = idsOf(run.journal, resource, made.outcome as unknown as Outcome);
      const task: ActTask = {
        run: { ...run, retries: 0, snapshots: new Snapshots(run.client) },
        ...{ resource, ids, ordinal: step.owner },
        ...{ look: lookWith(run.client, step.owner), shared: lookWith(run.client, step.owner) },
      };
      const taken = await takeBack(run, step, act.takeBack, task);
      if (taken.what !== 'kept') freed.add(ids.id);
      const name = KINDS[resource.kind].called(resource.values, ids.id, resource);
      hear({ step, title: act.title, name, id: ids.id, ...taken });
    }),
  );
  return freed;
}

/** An act on what undo has deleted went with it. */
export async function settleActs(
  { journal }: Pick<TakingBack, 'journal'>,
  steps: readonly StoredStep[],
): Promise<void> {
  for (const step of steps) {
    const act = actOf(step);
    if (!act || !isTakenBack(act) || journal.step(baseOf(step.key))?.state !== 'deleted') continue;
    if (journal.step(step.key)?.state === 'deleted') continue;
    await journal.settle(step.key, step.kind, step.owner, 'deleted', { ...step.outcome });
  }
}

async function takeBack(
  { client, journal, dryRun }: TakingBack,
  step: StoredStep,
  act: TakeBackAct,
  task: ActTask,
): Promise<Pick<ActTakenBack, 'what' | 'reason'>> {
  const settle = (state: StepState, more: JsonObject = {}) =>
    journal.settle(step.key, step.kind, step.owner, state, { ...step.outcome, id: task.ids.id, ...more });
  try {
    const taken = await act(task, step.intent);
    if (taken.what === 'kept') {
      if (!dryRun) await settle('kept', { reason: taken.reason });
      return { what: 'kept', reason: taken.reason };
    }
    if (dryRun) return { what: 'would be put back', reason: '' };
    if (taken.what === 'send') {
      await settle('deleting');
      await orNull(client.send(taken.call, { priority: step.owner }));
    }
    await settle('deleted');
    return { what: 'put back', reason: taken.what === 'gone' ? taken.reason : '' };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reason = `the platform does not take it back: ${error.message}`;
    if (!dryRun) await settle('kept', { reason: text(reason) });
    return { what: 'kept', reason };
  }
}
