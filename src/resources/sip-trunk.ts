import {
  createTrunk,
  deleteTrunk,
  getTrunk,
  listTrunks,
  patchTrunk,
  type TrunkRecord,
} from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce } from './create-once.js';
import { type Kind, PLAIN_UPDATE } from './kind.js';
import { named, renamed } from './names.js';
import { rungBy } from './number-state.js';
import { type AccountIds, numbersOnAccount } from './task.js';

type TrunkIdentity = { readonly trunkName: string };

/** Guide, "Create SIP Trunks". Natural key: the trunk's name. */
export const sipTrunk: Kind<TrunkRecord, TrunkIdentity> = {
  title: 'SIP trunk',
  called: ({ trunkName = '' }) => trunkName,
  idColumn: 'sipTrunkId',
  settingOf: null,
  referenceType: 'SIP_TRUNK',
  writes: ({ values }, { partitionId, accountId, ownPhone }) => [
    createTrunk(partitionId, accountId, {
      ...trunkBody(values, { partitionId, accountId }, ownPhone),
      sipUsername: '{generated}',
      sipPassword: '{generated}',
    }),
  ],
  async bringAbout(task) {
    const { run, resource } = task;
    const { values } = resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    const number = await numbersOnAccount(task);
    const trunkName = values.trunkName ?? '';
    return createOnce(task, sipTrunk, {
      ids: account,
      ownerId: null,
      ownPhone: number?.id,
      call: async () =>
        createTrunk(partitionId, accountId, {
          ...trunkBody(values, account, number?.id),
          ...(await run.credentials.ensure(values.accountNumber, trunkName)),
        }),
      answer: (now) => now,
      unique: true,
      refused: () => run.credentials.withdraw(values.accountNumber, trunkName),
    });
  },
  find: {
    identity: ({ values }) => ({ trunkName: values.trunkName ?? '' }),
    now: async (look, { partitionId, accountId }, identity) =>
      pickTrunk((await look(listTrunks(partitionId, accountId))) ?? [], identity),
    held: async (held, identity, priority) => pickTrunk(await held.trunks(priority), identity),
    idOf: ({ id }) => id,
    strange: (now, { trunkName }) => renamed(now.trunkName, trunkName),
  },
  read: (look, { partitionId, accountId, id }) => look(getTrunk(partitionId, accountId, id)),
  // The platform never answers a password; a given username is compared, a generated one is in no sheet.
  stated: ({ values, ids }) => ({
    ...trunkBody(values as CompleteValues, ids, ids.phone),
    sipUsername: values.sipUsername,
  }),
  update: {
    ...PLAIN_UPDATE,
    fields: ['concurrentCalls', 'primaryTn', 'callbackNumber', 'localServicesEnabled', 'extensionPatterns'],
    // A password is never answered, and other credentials would cut off whoever is registered with these.
    fixed: { sipUsername: 'credentials are set once, with the trunk' },
    call: ({ partitionId, accountId, id }, fields) => patchTrunk(partitionId, accountId, id, fields),
  },
  takeBack: {
    after: ['number'],
    occupied: rungBy,
    remove: ({ partitionId, accountId, id }) => deleteTrunk(partitionId, accountId, id),
  },
  dryRun: {
    another: null,
    whenNew: async (check, questions) => {
      const { sipUsername } = check.values;
      if (sipUsername !== undefined)
        await questions.free(check, 'sipusername', 'SIP_USERNAME_NOT_FREE', 'sipUsername', sipUsername);
    },
    always: null,
  },
  waitsFor: null,
  namesNumbers: ({ values }, own) => [values.primaryTn ?? own, values.callbackNumber ?? own],
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
function pickTrunk(trunks: readonly TrunkRecord[], wanted: TrunkIdentity): TrunkRecord | null {
  return named(trunks, ({ trunkName }) => trunkName, wanted.trunkName);
}
