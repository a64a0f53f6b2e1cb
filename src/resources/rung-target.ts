import type { NumberRecord } from '../api/endpoints.js';
import { plainName } from '../plan/keys.js';
import { targetOf, wordOf } from '../records/cells/rings-now.js';
import type { Snapshot } from './lookups/snapshots.js';
import { RINGABLES } from './rings.js';

/** What a number rings, as the platform says it. */
export type Rung = Pick<NumberRecord, 'referenceType' | 'referenceId'>;

/**
 * Whether a number rings what a cell of `movesFrom` names: by its extension or name where the platform has a list of
 * such things, and by its ID.
 */
export async function ringsNamed(
  { referenceType, referenceId }: Rung,
  movesFrom: string,
  held: Snapshot,
  priority: number,
): Promise<boolean> {
  const target = targetOf(movesFrom);
  if (target === null) return !referenceId;
  if (!referenceId || referenceType !== target.type) return false;
  if (referenceId === target.name) return true;
  const names = await namesOf(referenceType, referenceId, held, priority);
  const wanted = plainName(target.name).toLowerCase();
  return names.some((name) => plainName(name).toLowerCase() === wanted);
}

/** What a number rings, in the words of `movesFrom`; by its ID where it has no name that can be asked for. */
export async function rungText(
  { referenceType, referenceId }: Rung,
  held: Snapshot,
  priority: number,
): Promise<string> {
  if (!referenceType || !referenceId) return 'nothing';
  const [name = referenceId] = await namesOf(referenceType, referenceId, held, priority);
  return `${wordOf(referenceType)} ${name}`;
}

/** What people may call something that a number rings, the usual first; none where the platform has no list of such. */
async function namesOf(type: string, id: string, held: Snapshot, priority: number): Promise<string[]> {
  const ringable = Object.values(RINGABLES).find(({ referenceType }) => referenceType === type);
  const found = (await ringable?.list?.(held, priority))?.find((each) => each.id === id);
  const names = [...(found?.names ?? [])];
  if (type !== 'END_USER') return names;
  const user = (await held.users(priority)).find((each) => each.id === id);
  const name = [user?.firstName, user?.lastName].filter(Boolean).join(' ');
  return [...names, name].filter((each) => each !== '');
}
