import { ApiError, NotSentError } from '../api/api-error.js';
import { getInventoryNumber } from '../api/endpoints.js';
import { Planner } from '../execute/planner.js';
import { addFinding, headersBySource } from '../execute/preflight.js';
import { today } from '../records/port-order.js';
import { lateOrder } from '../resources/late-order.js';
import { lookWith } from '../resources/look.js';
import type { RunDirectory } from './directory.js';
import type { OpenLink } from './platform-link.js';

/**
 * Looks, before anything is sent, whether the port orders of pending rows whose day is past are there: a sheet that is
 * sent again weeks later is right, a slip of the date is not. The rows of an order that would have to be placed now are
 * invalid. Asks one question for each such order, and none of other sheets.
 *
 * @returns how many rows are invalid since
 */
export async function refuseLateOrders(
  { journal }: RunDirectory,
  { client, stop, partitionId: own }: OpenLink,
): Promise<number> {
  const planner = new Planner(journal);
  let refused = 0;
  for (const { portOrder, ordinal } of journal.portOrdersBefore(today())) {
    if (stop.stopped) break;
    const row = journal.row(ordinal);
    const plan = row && planner.plan(row);
    if (plan === undefined || typeof plan === 'string') continue;
    const order = plan.resources.find(({ kind }) => kind === 'portOrder');
    const finding = order && lateOrder(order);
    const [phone] = order?.numbers ?? [];
    if (!order || !finding || phone === undefined) continue;
    const number = await lookWith(
      client,
      ordinal,
    )(getInventoryNumber(order.values.partitionId ?? own, phone)).catch((error: unknown) => {
      if (error instanceof ApiError || error instanceof NotSentError) return undefined;
      throw error;
    });
    // What cannot be asked is seen to when its turn comes.
    if (number === undefined || number?.accountId) continue;
    const headers = headersBySource(journal);
    for (const member of journal.rowsOfPortOrder(portOrder)) {
      const stored = journal.row(member.ordinal);
      if (stored?.status !== 'pending') continue;
      await addFinding({ journal, headers }, stored, finding);
      await journal.setRowStatus(member.ordinal, 'invalid', null);
      refused++;
    }
  }
  return refused;
}
