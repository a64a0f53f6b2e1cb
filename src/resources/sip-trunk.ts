import { createTrunk, listTrunks, type TrunkRecord } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce, type Found } from './create-once.js';
import type { AccountIds, Step } from './task.js';

/** Guide, "Create SIP Trunks". Natural key: the trunk's name. */
export const sipTrunkStep: Step = {
  async run(task) {
    const { run, resource } = task;
    const { values } = resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    // The numbers must be on the account before the trunk names them.
    const number = await task.need('number');
    await task.need('namedNumber1');
    await task.need('namedNumber2');
    const trunkName = values.trunkName ?? '';
    const pick = (trunks: TrunkRecord[]) => pickTrunk(trunks, values);
    return createOnce(task, account, {
      intent: { partitionId, accountId, trunkName },
      call: async () =>
        createTrunk(partitionId, accountId, {
          ...trunkBody(values, account, number?.id),
          ...(await run.credentials.ensure(values.accountNumber, trunkName)),
        }),
      idOf: (trunk) => trunk.id,
      unique: true,
      before:
        account.state === 'existing'
          ? async () => pick(await run.snapshots.of(partitionId, accountId).trunks(task.ordinal))
          : undefined,
      find: async () => pick(await task.send(listTrunks(partitionId, accountId))),
    });
  },
};

/**
 * The body of `POST siptrunk_2` but for the credentials.
 * @param ownPhone the row's own number, if it has one
 */
export function trunkBody(
  values: CompleteValues,
  { partitionId, accountId }: AccountIds,
  ownPhone: string | undefined,
) {
  return {
    partitionId,
    accountId,
    trunkName: values.trunkName,
    concurrentCalls: values.concurrentCalls,
    primaryTn: values.primaryTn ?? ownPhone,
    callbackNumber: values.callbackNumber ?? ownPhone,
    localServicesEnabled: values.localServicesEnabled,
    extensionPatterns: values.extensionPatterns,
  };
}

/** The sheet's trunk among those of its account. */
export function pickTrunk(
  trunks: readonly TrunkRecord[],
  values: Pick<CompleteValues, 'trunkName'>,
): Found | null {
  const trunk = trunks.find((each) => each.trunkName === values.trunkName);
  return trunk ? { id: trunk.id, difference: null } : null;
}
