import { createUser, listUsers, type UserRecord } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { sameName } from './account.js';
import { createOnce, type Found } from './create-once.js';
import type { AccountIds, Step } from './task.js';

/** Guide, "Create User". Natural key: account and extension; the one user of a Home Phone account. */
export const userStep: Step = {
  async run(task) {
    const { run, resource } = task;
    const { values } = resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    const pick = (users: UserRecord[]) => pickUser(users, values);
    return createOnce(task, account, {
      intent: { partitionId, accountId, ...nameOf(values), extension: values.extension ?? null },
      call: () => createUser(partitionId, accountId, userBody(values, account)),
      idOf: (user) => user.id,
      // Without an extension or a username the platform has nothing to refuse a second user by.
      unique: values.extension !== undefined || values.username !== undefined,
      before:
        account.state === 'existing'
          ? async () => pick(await run.snapshots.of(partitionId, accountId).users(task.ordinal))
          : undefined,
      find: async () => pick(await task.send(listUsers(partitionId, accountId))),
    });
  },
};

function nameOf(values: CompleteValues) {
  return { firstName: values.firstName ?? '', lastName: values.lastName ?? '' };
}

/** The body of `POST user`. */
export function userBody(values: CompleteValues, { partitionId, accountId }: AccountIds) {
  return {
    partitionId,
    accountId,
    firstName: values.firstName,
    lastName: values.lastName,
    extension: values.extension,
    username: values.username,
    emailAddress: values.emailAddress,
    timeZone: values.userTimeZone,
    // Neither is used for Home Phone; there the validator refuses them.
    userProductPlan: values.userProductPlan,
    endUserType: values.endUserType,
    allowPortalAccess: values.allowPortalAccess,
    blockEmail: values.blockEmail,
  };
}

/** What tells a user of an account from the others. */
export type UserKey = Pick<CompleteValues, 'extension' | 'firstName' | 'lastName'>;

/** The sheet's user among those of its account. */
export function pickUser(users: readonly UserRecord[], values: UserKey): Found | null {
  const user =
    values.extension === undefined
      ? users[0]
      : users.find((each) => each.extension != null && String(each.extension) === values.extension);
  if (!user) return null;
  const first = user.firstName ?? values.firstName;
  const last = user.lastName ?? values.lastName;
  const same = sameName(first ?? '', values.firstName ?? '') && sameName(last ?? '', values.lastName ?? '');
  const who =
    values.extension === undefined ? 'the user of the account' : `the user at extension ${values.extension}`;
  return { id: user.id, difference: same ? null : `${who} is ${first} ${last}` };
}
