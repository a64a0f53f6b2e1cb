import { ApiError } from '../api/api-error.js';
import type { Client } from '../api/client.js';
import type { StoredStep } from '../journal/journal.js';
import type { Resource } from '../plan/resource.js';
import { rowAddresses } from '../resources/activation.js';
import { compare, differenceText } from '../resources/compare.js';
import type { Ids } from '../resources/kind.js';
import { KINDS } from '../resources/kinds.js';
import { SharedLooks } from '../resources/look.js';
import type { Addresses } from '../resources/lookups/addresses.js';
import { type Snapshot, Snapshots } from '../resources/lookups/snapshots.js';
import type { Outcome } from '../resources/task.js';

/** One object or setting that the run made, while its account is looked through. */
export interface Made {
  readonly step: StoredStep;
  readonly resource: Resource;
  readonly ids: Ids;
  /** what is to become of it so far */
  verdict: 'delete' | 'keep' | 'gone' | 'failed' | 'unfinished';
  reason: string;
  /** somebody has given it to another owner */
  isElsewhere: boolean;
  /** what it waited for is over, and nothing of that can be cancelled any more */
  isInService: boolean;
  /** what the platform is still doing with it, as it says itself, in words */
  underWay: string | null;
}

/** What reading needs. */
interface Examining {
  readonly client: Client;
  readonly addresses: Addresses;
  /** what is in service by now is deleted too */
  readonly ported: boolean;
}

const GONE = 'somebody else had deleted it';

/** Reads everything and finds out what is gone and what somebody has changed since. */
export async function examine(run: Examining, made: readonly Made[]): Promise<void> {
  const looks = new SharedLooks(run.client);
  await Promise.all(
    made.map(async (each) => {
      const { resource, ids, step } = each;
      const kind = KINDS[resource.kind];
      try {
        const now = await kind.read(looks.for(step.owner), ids, resource);
        if (now === null) {
          each.verdict = 'gone';
          each.reason = step.state === 'deleting' ? '' : GONE;
          return;
        }
        const changed = await changedSince(run, each, now);
        const service = kind.waitsFor?.inService?.(now, resource) ?? null;
        each.isInService = service !== null;
        if (service !== null && !run.ported) keep(each, service);
        else if (changed !== null) keep(each, changed);
        each.underWay = kind.waitsFor?.unfinished(now) ?? null;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        keep(each, `it could not be read: ${error.message}`);
      }
    }),
  );
}

/** What somebody has changed of it since the run made it, in words; null when it is as the run left it. */
async function changedSince(run: Examining, made: Made, now: object): Promise<string | null> {
  const { step, resource, ids } = made;
  const kind = KINDS[resource.kind];
  const stated = await kind.stated({
    resource,
    values: resource.values,
    ids,
    addresses: () => rowAddresses(run.addresses, resource.values, step.owner),
  });
  const { asAnswered = [] } = (step.outcome ?? {}) as unknown as Partial<Outcome>;
  const moves = kind.waitsFor?.moves ?? [];
  const changed = compare(stated, now).differences.filter(
    ({ field, onPlatform }) =>
      !moves.includes(field) &&
      !asAnswered.some((each) => each.field === field && each.onPlatform === onPlatform),
  );
  made.isElsewhere = changed.some(({ field }) => field === 'referenceId' || field === 'userId');
  const strange = kind.find.strange(
    now,
    kind.find.identity(resource, { ownerId: ids.ownerId || null, phone: ids.phone }),
  );
  if (strange !== null) return strange;
  if (changed.length === 0) return null;
  const texts = changed.slice(0, 3).map(differenceText);
  return `it was changed since: ${texts.join(', ')}${changed.length > 3 ? ' and more' : ''}`;
}

/** What is not to be deleted, and why. */
export function keep(made: Made, reason: string): void {
  made.verdict = 'keep';
  made.reason = reason;
}

/**
 * What hangs on a kept object is kept with it, and what it needs too: a user with its numbers and devices, a line with its
 * port. An account that somebody has changed is kept with all that the run put into it; one that only holds what stays is
 * kept alone.
 *
 * @param freed IDs of what names something of the run only until undo has moved it back, or put its former values back
 */
export async function keepWhatHangsTogether(
  run: Examining,
  made: readonly Made[],
  freed: ReadonlySet<string>,
): Promise<void> {
  const snapshots = new Snapshots(run.client);
  const near = neighbours(made);
  spread(made.filter(({ verdict }) => verdict === 'keep'));
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    const goes = new Set(made.filter(({ verdict }) => verdict !== 'keep').map(({ ids }) => ids.id));
    for (const each of made) {
      if (each.verdict !== 'delete') continue;
      const held = snapshots.of(each.ids.partitionId, each.ids.accountId);
      const left = (id: string) => !goes.has(id) && !freed.has(id);
      const reason = (await occupiedBy(each, held, left)) ?? keptIn(each, made);
      if (reason === null) continue;
      keep(each, reason);
      if (each.resource.kind !== 'account') spread([each]);
      isSettled = false;
    }
  }

  function spread(due: Made[]): void {
    for (let each = due.pop(); each !== undefined; each = due.pop())
      for (const other of near.get(each) ?? []) {
        if (other.verdict !== 'delete') continue;
        keep(other, `it belongs to ${each.resource.key}, which is kept`);
        due.push(other);
      }
  }
}

/** What is kept with each: what it needs and what needs it; of an account all that is in it, but not the other way. */
function neighbours(made: readonly Made[]): Map<Made, Made[]> {
  const byKey = new Map(made.map((each) => [each.resource.key, each]));
  const near = new Map<Made, Made[]>(made.map((each) => [each, []]));
  for (const each of made)
    for (const [role, key] of Object.entries(each.resource.needs)) {
      const needed = byKey.get(key);
      if (!needed || (role === 'owner' && each.isElsewhere)) continue;
      // A voicemail box that others use, or that somebody has changed, keeps nobody who used it.
      if (role !== 'voicemailBox') near.get(needed)?.push(each);
      if (role !== 'account') near.get(each)?.push(needed);
    }
  return near;
}

/** What of the run's own is kept in an account, in words. */
function keptIn({ resource: { key, kind } }: Made, made: readonly Made[]): string | null {
  if (kind !== 'account') return null;
  const kept = made.find(
    ({ verdict, resource }) =>
      verdict === 'keep' && resource.needs.account === key && KINDS[resource.kind].takeBack !== null,
  );
  return kept === undefined ? null : `it still holds ${kept.resource.key}`;
}

async function occupiedBy(
  { ids, step, resource }: Made,
  held: Snapshot,
  left: (id: string) => boolean,
): Promise<string | null> {
  try {
    return (await KINDS[resource.kind].takeBack?.occupied?.(held, ids, left, step.owner)) ?? null;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return `what hangs on it could not be read: ${error.message}`;
  }
}
