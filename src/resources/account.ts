import {
  type AccountRecord,
  createAccount,
  deleteAccount,
  getAccount,
  getAccountByNumber,
  patchAccount,
} from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import type { AccountType } from '../records/products.js';
import { createOnce } from './create-once.js';
import { type Kind, PLAIN_UPDATE } from './kind.js';
import { readsLike } from './names.js';
import { isStillThere } from './number-state.js';

type AccountIdentity = {
  readonly partitionId: string;
  readonly accountNumber: string;
  readonly accountName: string;
  readonly accountType: AccountType;
};

/** Guide, "Account Create". Natural key: partition and account number. */
export const account: Kind<AccountRecord, AccountIdentity> = {
  title: 'Account',
  called: ({ accountName, accountNumber }) => `${accountName} (${accountNumber})`,
  idColumn: 'accountId',
  settingOf: null,
  referenceType: null,
  writes: ({ accountType, values }, { partitionId }) => [
    createAccount(partitionId, accountBody(accountType, values, partitionId)),
  ],
  async bringAbout(task) {
    const { run, resource } = task;
    const { values, accountType } = resource;
    const partitionId = values.partitionId ?? run.partitionId;
    const outcome = await createOnce(task, account, {
      ids: { partitionId, accountId: '' },
      ownerId: null,
      ownPhone: undefined,
      call: () => createAccount(partitionId, accountBody(accountType, values, partitionId)),
      answer: (now) => now,
      unique: true,
      before: ({ accountNumber }) => run.accounts.beforeCreate(partitionId, accountNumber, task.ordinal),
    });
    if (outcome.state === 'existing') run.accounts.wasThere();
    return outcome;
  },
  find: {
    identity: ({ accountType, values }) => ({
      partitionId: values.partitionId ?? '',
      accountNumber: values.accountNumber,
      accountName: values.accountName,
      accountType,
    }),
    now: (look, { partitionId }, { accountNumber }) => look(getAccountByNumber(partitionId, accountNumber)),
    held: async () => null,
    idOf: ({ id }) => id,
    // A mistyped account number must not put a customer's users into a stranger's account.
    strange(now, { accountType, accountName }) {
      const number = now.accountNumber;
      if (now.accountType != null && now.accountType !== accountType)
        return `account ${number} is of type ${now.accountType}, the sheet needs ${accountType}`;
      if (now.accountName != null && !readsLike(now.accountName, accountName))
        return `account ${number} is called "${now.accountName}", in the sheet "${accountName}"`;
      return null;
    },
  },
  read: (look, { partitionId, accountId }) => look(getAccount(partitionId, accountId)),
  stated({ resource, values, ids }) {
    const { accountType: _type, ...body } = accountBody(
      resource.accountType,
      values as CompleteValues,
      ids.partitionId,
    );
    return body;
  },
  update: {
    ...PLAIN_UPDATE,
    // Its name confirms the number, so of the name no more than the spelling is ever changed.
    fields: [
      'accountName',
      'timeZone',
      'billingCycleDay',
      'dialingBehaviorType',
      'regulatoryType',
      'customField',
    ],
    fixed: {
      extensionLength: 'the extensions of an account keep their length',
      platformType: 'an account keeps its platform',
    },
    call: ({ partitionId, accountId }, fields) => patchAccount(partitionId, accountId, fields),
  },
  takeBack: {
    after: ['user', 'businessLine', 'voicemailBox', 'huntGroup', 'sipTrunk', 'number'],
    async occupied(held, { phone: _phone }, left, priority) {
      const [users, numbers, lines, trunks] = await Promise.all([
        held.users(priority),
        held.numbers(priority),
        held.lines(priority),
        held.trunks(priority),
      ]);
      const groups = lines.length === 0 ? [] : await held.huntGroups(priority);
      const strange = ({ id }: { id: string }) => left(id);
      const names = [
        ...users.filter(strange).map((user) => `user ${user.firstName} ${user.lastName}`),
        ...numbers
          .filter((each) => isStillThere(each) && left(each.phoneNumber))
          .map((each) => `number ${each.phoneNumber}`),
        ...lines.filter(strange).map((line) => `business line ${line.name}`),
        ...groups.filter(strange).map((group) => `hunt group ${group.name}`),
        ...trunks.filter(strange).map((trunk) => `SIP trunk ${trunk.trunkName}`),
      ];
      return names.length === 0
        ? null
        : `it still holds ${names.slice(0, 3).join(', ')}${names.length > 3 ? ' and more' : ''}`;
    },
    remove: ({ partitionId, accountId }) => deleteAccount(partitionId, accountId),
  },
  dryRun: {
    another: {
      code: 'ACCOUNT_IS_ANOTHER',
      column: () => 'accountNumber',
      hint: 'Correct the account number or name, or change the account on the platform.',
    },
    whenNew: null,
    always: async (check, questions) => questions.timeZone(check, 'timeZone', check.values.timeZone),
  },
  waitsFor: null,
  namesNumbers: null,
};

/** The body of `POST account`. */
export function accountBody(accountType: AccountType, values: CompleteValues, partitionId: string) {
  return {
    partitionId,
    accountNumber: values.accountNumber,
    accountName: values.accountName,
    timeZone: values.timeZone,
    billingCycleDay: values.billingCycleDay,
    accountType,
    platformType: values.platformType,
    dialingBehaviorType: values.dialingBehaviorType,
    // A Home Phone account has one user and so no extensions.
    extensionLength: accountType === 'ADVANCED' ? values.extensionLength : undefined,
    regulatoryType: values.regulatoryType,
    customField: values.customField,
  };
}
