import { createUser, deleteUser, getUser, listUsers, patchUser, type UserRecord } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { createOnce } from './create-once.js';
import { type Kind, PLAIN_UPDATE } from './kind.js';
import { readsLike } from './names.js';
import { rungBy } from './number-state.js';
import type { AccountIds } from './task.js';

/** What tells a user of an account from the others: the extension; a Home Phone account has one user. */
export type UserIdentity = {
  readonly extension: string | null;
  readonly firstName: string;
  readonly lastName: string;
};

/** Guide, "Create User". Natural key: account and extension; the one user of a Home Phone account. */
export const user: Kind<UserRecord, UserIdentity> = {
  title: 'User',
  called: ({ firstName, lastName, extension }) =>
    [[firstName, lastName].filter(Boolean).join(' '), extension && `extension ${extension}`]
      .filter(Boolean)
      .join(', '),
  idColumn: 'userId',
  settingOf: null,
  referenceType: 'END_USER',
  writes: ({ values }, { partitionId, accountId }) => [
    createUser(partitionId, accountId, userBody(values, { partitionId, accountId })),
  ],
  async bringAbout(task) {
    const { values } = task.resource;
    const account = await task.account();
    const { partitionId, accountId } = account;
    return createOnce(task, user, {
      ids: account,
      ownerId: null,
      ownPhone: undefined,
      call: () => createUser(partitionId, accountId, userBody(values, account)),
      answer: (now) => now,
      // Without an extension or a username the platform has nothing to refuse a second user by.
      unique: values.extension !== undefined || values.username !== undefined,
    });
  },
  find: {
    identity: ({ values }) => ({
      extension: values.extension ?? null,
      firstName: values.firstName ?? '',
      lastName: values.lastName ?? '',
    }),
    now: async (look, { partitionId, accountId }, identity) =>
      pickUser((await look(listUsers(partitionId, accountId))) ?? [], identity),
    held: async (held, identity, priority) => pickUser(await held.users(priority), identity),
    idOf: ({ id }) => id,
    strange: (now, identity) => {
      const [isFirst, isLast] = namesOf(now, identity);
      return anotherUser(now, identity, isFirst && isLast);
    },
  },
  read: (look, { partitionId, accountId, id }) => look(getUser(partitionId, accountId, id)),
  stated({ values, ids }) {
    const { allowPortalAccess, ...body } = userBody(values as CompleteValues, ids);
    // The other plans turn portal access on by themselves.
    const isOfPlan = values.userProductPlan === 'ADVANCED' || values.userProductPlan === 'PROFESSIONAL';
    return { ...body, allowPortalAccess: isOfPlan ? undefined : allowPortalAccess };
  },
  update: {
    ...PLAIN_UPDATE,
    fields: [
      ...['firstName', 'lastName', 'username', 'emailAddress', 'timeZone', 'endUserType'],
      ...['allowPortalAccess', 'blockEmail', 'languageTag', 'tags'],
    ],
    mayBeRefused: ['userProductPlan'],
    // Somebody marries, or a name was misspelt: one of the two names and the extension still tell who it is.
    strange: (now, identity) => {
      const [isFirst, isLast] = namesOf(now, identity);
      return anotherUser(now, identity, isFirst || isLast);
    },
    /** A mistyped extension would give one person the name of another of the family. */
    async doubt(held, now, identity, priority) {
      const isNamed = (each: UserRecord) => namesOf(each, identity).every(Boolean);
      if (isNamed(now)) return null;
      const named = (await held.users(priority)).find((each) => each.id !== now.id && isNamed(each));
      if (named === undefined) return null;
      return `the user at extension ${now.extension} is ${now.firstName} ${now.lastName}, and ${named.firstName} ${named.lastName} has extension ${named.extension}`;
    },
    call: ({ partitionId, accountId, id }, fields) => patchUser(partitionId, accountId, id, fields),
  },
  takeBack: {
    after: ['number', 'device'],
    async occupied(held, ids, left, priority) {
      const devices = await held.devices(priority);
      const device = devices.find((each) => each.userId === ids.id && left(each.id));
      return device ? `device ${device.macAddress} hangs on it` : rungBy(held, ids, left, priority);
    },
    remove: ({ partitionId, accountId, id }) => deleteUser(partitionId, accountId, id),
  },
  dryRun: {
    another: {
      code: 'USER_IS_ANOTHER',
      column: ({ extension }) => (extension === undefined ? 'lastName' : 'extension'),
      hint: 'Correct the extension or the name.',
    },
    whenNew: async (check, questions, _resource, held) => {
      const { username } = check.values;
      await questions.extension(check);
      if (username !== undefined)
        await questions.free(check, 'username', 'USERNAME_NOT_FREE', 'username', username);
      if (held !== null) await questions.userPlan(check, held);
    },
    always: async (check, questions) => {
      const { userTimeZone, timeZone } = check.values;
      if (userTimeZone !== timeZone) await questions.timeZone(check, 'userTimeZone', userTimeZone);
    },
  },
  waitsFor: null,
  namesNumbers: null,
};

/** Whether a user has the first and the last name of the sheet; a name that is not answered is no other. */
function namesOf({ firstName, lastName }: UserRecord, identity: UserIdentity): [boolean, boolean] {
  return [
    firstName == null || readsLike(firstName, identity.firstName),
    lastName == null || readsLike(lastName, identity.lastName),
  ];
}

/** That it is another user than the sheet's, in words. @param isNamed it has the names that it needs */
function anotherUser(now: UserRecord, identity: UserIdentity, isNamed: boolean): string | null {
  const { extension, firstName, lastName } = identity;
  if (extension !== null && now.extension != null && String(now.extension) !== extension)
    return `its extension is now ${now.extension}`;
  if (isNamed) return null;
  const who = extension === null ? 'the user of the account' : `the user at extension ${extension}`;
  return `${who} is ${now.firstName ?? firstName} ${now.lastName ?? lastName}`;
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
    languageTag: values.userLanguage,
    tags: values.userTags,
    // Neither is used for Home Phone; there the validator refuses them.
    userProductPlan: values.userProductPlan,
    endUserType: values.endUserType,
    allowPortalAccess: values.allowPortalAccess,
    blockEmail: values.blockEmail,
  };
}

/** The sheet's user among those of its account. */
function pickUser(users: readonly UserRecord[], { extension }: UserIdentity): UserRecord | null {
  const found =
    extension === null
      ? users[0]
      : users.find((each) => each.extension != null && String(each.extension) === extension);
  return found ?? null;
}
