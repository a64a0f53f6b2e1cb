import { ApiError } from '../api/api-error.js';
import type { JsonObject, StoredStep } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { rowAddresses } from './activation.js';
import { type Change, changesOf, fieldsWith, isAs, topOf } from './changes.js';
import { compare, type FieldDifference, shown } from './compare.js';
import type { Ids, Kind, Update } from './kind.js';
import type { Look } from './look.js';
import type { Addresses } from './lookups/addresses.js';
import { notActiveYet } from './not-active.js';
import { StepError } from './step-error.js';
import type { Outcome, Task } from './task.js';

/** What it takes to tell differences: what was asked before, and a way to ask. */
export interface Asking {
  readonly addresses: Addresses;
  /** fields that the platform never answers, by kind: another read would not tell either */
  readonly neverAnswered: Set<string>;
  readonly look: Look;
}

/** What an update of something that is there comes to. */
export interface PlannedUpdate<Now> {
  /** as it is; null where what a list said of it was enough to tell that nothing changes */
  readonly now: Now | null;
  readonly changes: readonly Change[];
  /** what is not as the sheet says and stays as it is, with why */
  readonly differs: readonly FieldDifference[];
}

const FIXED = 'it cannot be changed in place';

/** The fields of one as the cells of the sheet state them: a blank cell states nothing, whatever a new one would get. */
export async function statedBySheet<Now extends object, Identity extends JsonObject>(
  kind: Kind<Now, Identity>,
  resource: Resource,
  ids: Ids,
  addresses: Addresses,
  priority: number,
): Promise<object> {
  return kind.stated({
    resource,
    values: resource.given,
    // the row's own number is what blank cells of a new one mean
    ids: resource.kind === 'number' ? ids : { ...ids, phone: undefined },
    addresses: () => rowAddresses(addresses, resource.values, priority),
  });
}

/**
 * What has to be changed of one that is there for it to be as the sheet says. Writes nothing.
 * @param entry what a list said of it; null where it was not in one
 * @returns null when it is not there
 */
export async function plannedUpdate<Now extends object, Identity extends JsonObject>(
  asking: Asking,
  kind: Kind<Now, Identity>,
  update: Update<Now, Identity>,
  resource: Resource,
  ids: Ids,
  priority: number,
  entry: Now | null,
): Promise<PlannedUpdate<Now> | null> {
  const stated = await statedBySheet(kind, resource, ids, asking.addresses, priority);
  if (entry !== null) {
    const { differences, unanswered } = compare(stated, entry, true);
    if (differences.length + unanswered.length === 0) return { now: null, changes: [], differs: [] };
  }
  const now = await (update.read ?? kind.read)(asking.look, ids, resource);
  if (now === null) return null;
  const addresses = () => rowAddresses(asking.addresses, resource.values, priority);
  const complete = await update.complete?.(stated, now, addresses, resource);
  const wanted = complete?.stated ?? stated;
  const isChangeable = ([name]: [string, unknown]) => canChange(update, name);
  const entries = Object.entries(wanted);
  const fixed = Object.fromEntries(entries.filter((each) => !isChangeable(each)));
  return {
    now,
    changes: changesOf(Object.fromEntries(entries.filter(isChangeable)), now),
    differs: [
      ...(complete?.differs ?? []),
      ...compare(fixed, now).differences.map((each) => ({
        ...each,
        why: update.fixed[topOf(each)] ?? FIXED,
      })),
    ],
  };
}

function canChange<Now, Identity>({ fields, mayBeRefused }: Update<Now, Identity>, name: string): boolean {
  return fields.includes(name) || mayBeRefused.includes(name);
}

/**
 * Brings one that was there before the run to what the sheet says, field by field. The former values are on disk before
 * the first call leaves. A call whose answer is lost, in this run or in one that was killed, may have happened: it is
 * read again, what is as it was to be counts as changed by this run, and the rest is sent again, which does no harm twice.
 *
 * @param entry as of {@link plannedUpdate}
 * @returns null when it is not there; else an outcome whose `changed` is absent where nothing had to be changed
 * @throws ApiError `refused` (nothing of it is changed then, or the intent stays), `unavailable` (the intent stays)
 */
export async function updateOnce<Now extends object, Identity extends JsonObject>(
  task: Task,
  kind: Kind<Now, Identity>,
  update: Update<Now, Identity>,
  ids: Ids,
  entry: Now | null,
): Promise<Outcome | null> {
  const { run, resource, ordinal } = task;
  const { id, partitionId, accountId } = ids;
  const sent = sentBefore(run.journal.step(resource.key));
  const asking = { addresses: run.addresses, neverAnswered: run.neverAnswered, look: task.look };
  const isInDoubt = sent.length > 0;
  const planned = await plannedUpdate(
    ...([asking, kind, update, resource, ids, ordinal] as const),
    isInDoubt ? null : entry,
  );
  if (planned === null) return null;
  const { now, changes, differs } = planned;
  const before = now === null ? [] : sent.filter((each) => isAs(each, each.to, now));
  const refused: FieldDifference[] = [];
  let done = before;
  if (now !== null && changes.length > 0) {
    const intent = { id, partitionId, accountId, ownerId: ids.ownerId, changed: [...before, ...changes] };
    let current = now;
    let ready: (() => Promise<void>) | undefined = () =>
      run.journal.intendUpdate(resource.key, resource.kind, ordinal, intent);
    for (const part of callsOf(update, changes)) {
      const fields = fieldsWith(part, current);
      try {
        await task.send(update.call(ids, fields, current), ready ? { ready } : {});
        done = [...done, ...part];
        current = { ...current, ...fields };
      } catch (error) {
        if (!(error instanceof ApiError) || error.kind !== 'refused' || error.afterDoubt) throw error;
        if (!part.every((each) => update.mayBeRefused.includes(topOf(each)))) {
          const waits = await notActiveYet(task, ids, kind.namesNumbers, error);
          // What is changed already is known by the intent alone.
          if (done.length === 0)
            await run.journal.settle(
              ...([resource.key, resource.kind, ordinal, waits === null ? 'failed' : 'released'] as const),
              { message: error.message },
            );
          throw waits ?? error;
        }
        refused.push(...part.map((each) => refusedField(each, error)));
      }
      ready = undefined;
    }
  }
  const isSent = done.length > before.length;
  const after = isSent && update.leaves !== null ? await kind.read(task.look, ids, resource) : null;
  const left = now === null || after === null ? [] : (update.leaves?.(after, now, done) ?? []);
  const told = [...differs, ...refused, ...left];
  const outcome: Outcome = {
    ...{ state: 'existing', id, partitionId, accountId },
    ...(told.length > 0 ? { differs: told } : {}),
    ...(done.length > 0 ? { changed: done } : {}),
  };
  const state = done.length > 0 ? 'updated' : 'existing';
  await run.journal.settle(resource.key, resource.kind, ordinal, state, { ...outcome });
  return outcome;
}

/**
 * Updates one that was found under its natural key and is recognisably the same, where the run is to update.
 * @returns null where it is not to, or nothing of the kind can be changed in place
 * @throws StepError when it is doubtful that this one is meant; as {@link updateOnce}
 */
export async function updateExisting<Now extends object, Identity extends JsonObject>(
  task: Task,
  kind: Kind<Now, Identity>,
  ids: Ids,
  now: Now,
  identity: Identity,
): Promise<Outcome | null> {
  const { run, ordinal } = task;
  const { update } = kind;
  if (!isToUpdate(task) || update === null) return null;
  const held = run.snapshots.of(ids.partitionId, ids.accountId);
  const doubt = (await update.doubt?.(held, now, identity, ordinal)) ?? null;
  if (doubt !== null) throw inTheWay(doubt);
  const outcome = await updateOnce(task, kind, update, ids, now);
  if (outcome !== null) return outcome;
  throw new StepError('It was there a moment ago, and is gone.', 'Try again with: resume --retry failed', {
    transient: true,
  });
}

/** Whether what is there is brought to what the sheet says; what was begun is ended, whatever a resume says of others. */
export function isToUpdate({ run, resource }: Pick<Task, 'run' | 'resource'>): boolean {
  return run.existing === 'update' || run.journal.step(resource.key)?.state === 'updating';
}

/** What tells one that is found from the one that the sheet means, where it is to be updated, or is not. */
export function strangeness<Now extends object, Identity extends JsonObject>(
  { find, update }: Kind<Now, Identity>,
  isToUpdate: boolean,
): (now: Now, identity: Identity) => string | null {
  return (isToUpdate ? update?.strange : null) ?? find.strange;
}

/** Something is there that is not the sheet's. @param difference what shows it, in words */
export function inTheWay(difference: string): StepError {
  return new StepError(
    `Something else is there under that name: ${difference}.`,
    'Correct the sheet, or change what is on the platform; the importer does not touch what it did not create.',
  );
}

/** What an update that has no outcome may have changed. */
function sentBefore(step: StoredStep | undefined): readonly Change[] {
  return step?.state === 'updating' ? changedIn(step) : [];
}

/** The changes that a step of an update was to make, or has made. */
export function changedIn({ intent, outcome }: StoredStep): readonly Change[] {
  return (outcome?.['changed'] ?? intent['changed'] ?? []) as unknown as readonly Change[];
}

/** The changes of each call: all in one, but for those that may be refused for themselves. */
export function callsOf<Now, Identity>(
  { mayBeRefused }: Update<Now, Identity>,
  changes: readonly Change[],
): Change[][] {
  const together = changes.filter((each) => !mayBeRefused.includes(topOf(each)));
  const alone = mayBeRefused.map((name) => changes.filter((each) => topOf(each) === name));
  return [together, ...alone].filter((part) => part.length > 0);
}

function refusedField({ field, from, to }: Change, { messages }: ApiError): FieldDifference {
  const onPlatform = from === null ? '(blank)' : shown(from);
  return { field, inSheet: shown(to), onPlatform, why: `the platform refused it: ${messages.join('; ')}` };
}
