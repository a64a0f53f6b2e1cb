import { createTrunk, listTrunks, type TrunkRecord } from '../../api/endpoints.js';
import type { CompleteValues } from '../../records/complete.js';
import type { Step } from '../context.js';
import { createOnce, type Found } from '../create-once.js';

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
      intent: { accountId, trunkName },
      call: async () =>
        createTrunk(partitionId, accountId, {
          partitionId,
          accountId,
          trunkName,
          ...(await run.credentials.ensure(values.accountNumber, trunkName, {})),
          concurrentCalls: values.concurrentCalls,
          primaryTn: values.primaryTn ?? number?.id,
          callbackNumber: values.callbackNumber ?? number?.id,
          localServicesEnabled: values.localServicesEnabled,
          extensionPatterns: values.extensionPatterns,
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

/** The sheet's trunk among those of its account. */
export function pickTrunk(trunks: readonly TrunkRecord[], values: CompleteValues): Found | null {
  const trunk = trunks.find((each) => each.trunkName === values.trunkName);
  return trunk ? { id: trunk.id, difference: null } : null;
}
