import { type AccountRecord, createAccount } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { PRODUCTS, type Product } from '../records/products.js';
import { createOnce, type Found } from './create-once.js';
import { findAccount } from './lookups/account-index.js';
import type { Step } from './task.js';

/** Guide, "Account Create". Natural key: partition and account number. */
export const accountStep: Step = {
  async run(task) {
    const { run, resource } = task;
    const { values, product } = resource;
    const partitionId = values.partitionId ?? run.partitionId;
    const { accountType } = PRODUCTS[product];
    const found = (account: AccountRecord | null): Found | null =>
      account && { id: account.id, difference: accountDifference(account, accountType, values.accountName) };
    return createOnce(
      task,
      { partitionId, accountId: '' },
      {
        intent: { partitionId, accountNumber: values.accountNumber, accountName: values.accountName },
        call: () => createAccount(partitionId, accountBody(product, values, partitionId)),
        idOf: (account) => account.id,
        unique: true,
        before: async () => found(await run.accounts.find(partitionId, values.accountNumber, task.ordinal)),
        find: async () =>
          found(await findAccount(run.client, partitionId, values.accountNumber, task.ordinal)),
      },
    );
  },
};

/** The body of `POST account`. */
export function accountBody(product: Product, values: CompleteValues, partitionId: string) {
  const { accountType } = PRODUCTS[product];
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

/**
 * What shows that an account is not the sheet's: a mistyped account number must not put a customer's users into a
 * stranger's account.
 */
export function accountDifference(
  account: AccountRecord,
  accountType: string,
  accountName: string,
): string | null {
  if (account.accountType != null && account.accountType !== accountType)
    return `account ${account.accountNumber} is of type ${account.accountType}, the sheet needs ${accountType}`;
  if (account.accountName != null && !sameName(account.accountName, accountName))
    return `account ${account.accountNumber} is called "${account.accountName}", in the sheet "${accountName}"`;
  return null;
}

/** Names are the same when they read the same: letter case and spacing do not count. */
export function sameName(a: string, b: string): boolean {
  const plain = (name: string) => name.normalize('NFC').replace(/\s+/g, ' ').trim().toLowerCase();
  return plain(a) === plain(b);
}
