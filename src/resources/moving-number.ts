import { differencesFromSheet } from './create-once.js';
import type { Kind } from './kind.js';
import { StepError } from './step-error.js';
import { mayHoldMore, type Outcome, type Task } from './task.js';

/**
 * A number that the cut-over moves (`movesFrom`): it is on the account already and stays as it is until then, so it is
 * taken for existing whatever it rings, and never claimed.
 */
export async function numberThatMoves<Now extends object>(
  task: Task,
  kind: Kind<Now, { readonly phone: string; readonly ownerId: string | null }>,
): Promise<Outcome> {
  const { run, resource, ordinal } = task;
  const { phoneNumber: phone = '', movesFrom } = resource.values;
  const account = await task.account();
  const { partitionId, accountId } = account;
  const held = run.snapshots.of(partitionId, accountId);
  const now = mayHoldMore(run, account)
    ? await kind.find.held(held, { phone, ownerId: null }, ordinal)
    : null;
  if (now === null) throw new StepError(notOnAccount(phone, movesFrom), NOT_ON_ACCOUNT_HINT);
  const ids = { partitionId, accountId, id: phone, ownerId: '', phone };
  const asking = { addresses: run.addresses, neverAnswered: run.neverAnswered, look: task.look };
  const differs = await differencesFromSheet(asking, resource, ordinal, kind, ids, now);
  const outcome: Outcome = {
    ...{ state: 'existing', id: phone, partitionId, accountId },
    ...(differs.length > 0 ? { differs } : {}),
  };
  await run.journal.settle(resource.key, resource.kind, ordinal, 'existing', { ...outcome });
  return outcome;
}

/** Why a number cannot be moved at cut-over, in words. */
export function notOnAccount(phone: string, movesFrom: string | undefined): string {
  return `movesFrom says that ${phone} rings ${movesFrom} now, but it is not on the account`;
}

export const NOT_ON_ACCOUNT_HINT =
  'Correct the number or the account; for a number that is new to the account, leave movesFrom blank.';
