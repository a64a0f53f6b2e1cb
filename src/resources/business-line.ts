import { createLine, type LineRecord, listLines } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce, type Found } from './create-once.js';
import type { AccountIds, Step } from './task.js';

/** Guide, "Create Business Lines". Natural key: account and name, although the platform takes a name twice. */
export const businessLineStep: Step = {
  async run(task) {
    const { run, resource } = task;
    const { values } = resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    // The numbers must be on the account before the line names them.
    const number = await task.need('number');
    await task.need('namedNumber1');
    await task.need('namedNumber2');
    return createOnce(task, account, {
      intent: { partitionId, accountId, lineName: values.lineName ?? null },
      call: () => createLine(partitionId, accountId, lineBody(values, account, number?.id)),
      idOf: (line) => line.id,
      unique: false,
      before:
        account.state === 'existing'
          ? async () => pickLine(await run.snapshots.of(partitionId, accountId).lines(task.ordinal), values)
          : undefined,
      find: async () => pickLine(await task.send(listLines(partitionId, accountId)), values),
    });
  },
};

/**
 * The body of `POST business-line`.
 * @param ownPhone the row's own number, if it has one
 */
export function lineBody(
  values: CompleteValues,
  { partitionId, accountId }: AccountIds,
  ownPhone: string | undefined,
) {
  return {
    partitionId,
    accountId,
    name: values.lineName,
    callerIdPhoneNumber: values.callerIdPhoneNumber ?? ownPhone,
    callerIdVisible: values.callerIdVisible,
    emergencyCallbackPhoneNumber: values.emergencyCallbackPhoneNumber ?? ownPhone,
  };
}

/** The sheet's line among those of its account. */
export function pickLine(
  lines: readonly LineRecord[],
  values: Pick<CompleteValues, 'lineName'>,
): Found | null {
  const line = lines.find((each) => each.name === values.lineName);
  return line ? { id: line.id, difference: null } : null;
}
