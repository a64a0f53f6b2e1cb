import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import type { Journal, JsonObject, StepState, StoredStep } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import type { ImportRecord } from '../records/record.js';
import { type Change, fieldsWith, isAs } from '../resources/changes.js';
import { shown } from '../resources/compare.js';
import { KINDS } from '../resources/kinds.js';
import { lookWith } from '../resources/look.js';
import { StepError } from '../resources/step-error.js';
import type { Outcome } from '../resources/task.js';
import { callsOf, changedIn, strangeness } from '../resources/update-once.js';
import { idsOf } from './ids.js';

/** States of what the run has changed, as far as undo has not put it back. */
export const TO_PUT_BACK: ReadonlySet<StepState> = new Set([
  ...(['updating', 'updated', 'putting back', 'not put back'] as const),
]);

/** What became of one object whose former values were to be put back; `null`: nothing had been changed. */
export interface PutBack {
  readonly id: string;
  readonly what: 'put back' | 'would be put back' | 'gone' | 'kept' | 'failed' | null;
  readonly reason: string;
}

interface PuttingBack {
  readonly client: Client;
  readonly journal: Journal<ImportRecord>;
  /** reads and tells, changes nothing */
  readonly dryRun: boolean;
  /** what people call it, for lists that need no plan */
  name(resource: Resource, id: string): string;
}

/**
 * Puts the former values of one object back, field by field: what somebody has changed since the run did stays. Each call
 * has its intent on disk, so that it can be killed and gone on with: what has its former value again is done.
 *
 * @throws StopError when nothing can be sent or written any more
 */
export async function putBack(run: PuttingBack, step: StoredStep, resource: Resource): Promise<PutBack> {
  const { journal, client, dryRun } = run;
  const kind = KINDS[resource.kind];
  const known = (step.outcome ?? step.intent) as unknown as Outcome;
  const ids = idsOf(journal, resource, known);
  const changed = changedIn(step);
  const end = (what: PutBack['what'], reason = ''): PutBack => ({ id: ids.id, what, reason });
  const settle = (state: StepState, details: JsonObject = {}) => {
    const { id, partitionId, accountId } = ids;
    const name = run.name(resource, id);
    const outcome = { ...step.outcome, id, partitionId, accountId, name, changed, reason: '', ...details };
    return journal.settle(step.key, step.kind, step.owner, state, outcome);
  };
  const keep = async (reason: string, details: JsonObject = {}) => {
    if (!dryRun) await settle('not put back', { reason, ...details });
    return end('kept', reason);
  };
  const { update } = kind;
  if (update === null) return keep('it cannot be changed in place');
  try {
    const read = () => (update.read ?? kind.read)(lookWith(client, step.owner), ids, resource);
    const now = await read();
    if (now === null) {
      const reason = 'somebody else had deleted it';
      if (!dryRun) await settle('put back', { reason });
      return end('gone', reason);
    }
    const around = { ownerId: null, phone: ids.phone };
    const strange = strangeness(kind, true)(now, kind.find.identity(resource, around));
    if (strange !== null) return await keep(strange);
    const others = changed.filter((each) => !isAs(each, each.to, now) && !isAs(each, each.from, now));
    const unitOf = (each: Change) => update.unitOf?.(each.field) ?? each.field;
    const kept = new Set(others.map(unitOf));
    const back = changed.filter((each) => isAs(each, each.to, now) && !kept.has(unitOf(each)));
    if (step.state === 'updating' && back.length + others.length === 0) {
      const message = 'it was never changed';
      if (!dryRun) await journal.settle(step.key, step.kind, step.owner, 'failed', { message });
      return end(null);
    }
    if (back.length > 0 && !dryRun) {
      await settle('putting back');
      await send(back, now);
      const after = update.leaves === null ? null : await read();
      const left = back.filter((each) => after !== null && isAs(each, each.to, after));
      if (after !== null && left.length > 0) await send(left, after);
    }
    const was = back.map((each) => `${each.field}: ${shownValue(each.to)} → ${shownValue(each.from)}`);
    if (others.length > 0) {
      const names = others.map(({ field }) => field).join(', ');
      const rest =
        was.length === 0 ? '' : `; ${dryRun ? 'would be put back' : 'put back'}: ${was.join(', ')}`;
      return await keep(`changed since: ${names}${rest}`, { someBack: back.length > 0 });
    }
    const reason = was.join(', ');
    if (!dryRun) await settle('put back', { reason });
    return end(dryRun ? 'would be put back' : 'put back', reason);
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof StepError)) throw error;
    if (!dryRun) await settle('updated');
    return end('failed', error.message);
  }

  async function send(back: readonly Change[], there: object): Promise<void> {
    if (update === null) return;
    let current = there;
    for (const part of callsOf(update, back)) {
      const fields = fieldsWith(
        part.map(({ field, from }) => ({ field, to: from })),
        current,
      );
      await client.send(update.call(ids, fields, current), { priority: step.owner });
      current = { ...current, ...fields };
    }
  }
}

/** Whether a step's object has at least a part of its former values again. */
export function wentBack(step: StoredStep | undefined): boolean {
  return (
    step?.state === 'put back' || (step?.state === 'not put back' && step.outcome?.['someBack'] === true)
  );
}

function shownValue(value: Change['from']): string {
  return value === null || value === '' ? '(blank)' : shown(value);
}
