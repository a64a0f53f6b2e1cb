import { getUser, patchUser, type UserRecord } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import type { RowValues } from '../records/columns.js';
import { hasUserHandling } from '../records/user-settings.js';
import { compare, type FieldDifference } from './compare.js';
import { type Kind, NO_CHECKS, PLAIN_UPDATE } from './kind.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';

type SettingsIdentity = { readonly userId: string };

/** An object of an answer or body of which nothing is known. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * How a user treats calls, and the caller ID that is named for it (API description, `PATCH user`): one call for all of
 * it, once the user is there and its number rings it. Whether the platform merges within a field of the fragment is not
 * documented, so such a field is read first and sent whole.
 */
export const userSettings: Kind<UserRecord, SettingsIdentity> = {
  title: 'User settings',
  called: ({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' '),
  idColumn: null,
  settingOf: 'user',
  referenceType: null,
  writes: ({ values }, { partitionId, accountId, ownerId, phone }) => [
    patchUser(partitionId, accountId, ownerId, settingsBody(values, NEW_USER, phone)),
  ],
  async bringAbout(task) {
    const { values, given } = task.resource;
    const account = await task.account();
    const user = await task.need('owner');
    // Assigning a number sets the caller ID too: what is said here of it comes last.
    const reference = await task.need('reference');
    await task.need('number');
    await task.need('namedNumber1');
    const { partitionId, accountId } = account;
    const userId = user?.id ?? '';
    const now = await task.look(getUser(partitionId, accountId, userId));
    if (now === null)
      throw new StepError('The user is not on the platform any more.', 'Find out who has deleted it.');
    return setOnce(task, userSettings, account, {
      id: userId,
      call: patchUser(partitionId, accountId, userId, settingsBody(values, now, reference?.id)),
      found: user?.state === 'existing' ? async () => differing(given, now) : undefined,
    });
  },
  find: {
    identity: (_resource, { ownerId }) => ({ userId: ownerId ?? '' }),
    now: async (look, { partitionId, accountId }, { userId }) =>
      userId === '' ? null : look(getUser(partitionId, accountId, userId)),
    held: async (held, { userId }, priority) => (userId === '' ? null : held.user(userId, priority)),
    idOf: ({ id }) => id,
    strange: () => null,
  },
  read: (look, { partitionId, accountId, ownerId }) => look(getUser(partitionId, accountId, ownerId)),
  stated: ({ values }) => statedSettings(values),
  update: {
    ...PLAIN_UPDATE,
    fields: ['callHandlingSettings', 'callerIdConfig'],
    call: ({ partitionId, accountId, ownerId }, { callerIdConfig, ...fields }) =>
      patchUser(partitionId, accountId, ownerId, {
        ...fields,
        // The three go together; one that never had a caller ID has none of them.
        ...(callerIdConfig ? { callerIdConfig: { ...SHOWN, ...(callerIdConfig as JsonObject) } } : {}),
      }),
  },
  takeBack: null,
  dryRun: NO_CHECKS,
  waitsFor: null,
  namesNumbers: ({ values }, own) => [values.callerIdNumber ?? own],
};

/** What a new user does with calls (guide, "Create User", example response), as far as the sheet can say otherwise. */
const NEW_USER = {
  callHandlingSettings: {
    callWaitingEnabled: true,
    doNotDisturbEnabled: false,
    callHandlingOptionType: 'RingPhone',
    ringPhoneCallHandling: {
      busyCallHandling: { type: 'Voicemail' },
      noAnswerCallHandling: { type: 'Voicemail', timeout: 20 },
      unregisteredCallHandling: { type: 'Voicemail' },
    },
  },
  callerIdConfig: { externalCallerIdVisible: false, extensionCallerIdVisible: true },
};

/**
 * How an existing user differs from what the sheet says: nothing, or what somebody has chosen, which is not touched. A
 * user that still does what a new one does gets what the sheet says: null.
 */
function differing(given: RowValues, now: UserRecord): readonly FieldDifference[] | null {
  const { differences } = compare(statedSettings(given), now);
  if (differences.length === 0) return [];
  const treatsCallsAsNew =
    compare({ callHandlingSettings: NEW_USER.callHandlingSettings }, now).differences.length === 0;
  const hasNoCallerId = !now.callerIdConfig?.callerIdNumber;
  const isOfCallerId = ({ field }: FieldDifference) => field.startsWith('callerIdConfig');
  const isChosen = (each: FieldDifference) => (isOfCallerId(each) ? !hasNoCallerId : !treatsCallsAsNew);
  return differences.some(isChosen) ? differences : null;
}

/** Only what the cells say, named as the platform answers it. */
function statedSettings(values: RowValues) {
  const { callerIdNumber, callerIdVisible } = values;
  return {
    callHandlingSettings: hasUserHandling(values) ? statedHandling(values) : undefined,
    callerIdConfig:
      callerIdNumber === undefined && callerIdVisible === undefined
        ? undefined
        : { callerIdNumber, externalCallerIdVisible: callerIdVisible },
  };
}

function statedHandling(values: RowValues) {
  const { noAnswerAction, noAnswerForwardTo, noAnswerTimeoutSeconds } = values;
  const noAnswer =
    noAnswerAction === undefined && noAnswerTimeoutSeconds === undefined
      ? undefined
      : { ...failover(noAnswerAction, noAnswerForwardTo), timeout: noAnswerTimeoutSeconds };
  return {
    callWaitingEnabled: values.callWaitingEnabled,
    callHandlingOptionType: values.activeCallHandling && OPTION_TYPE[values.activeCallHandling],
    forwardAlwaysToNumber: values.forwardToPhoneNumber,
    ringPhoneCallHandling: {
      busyCallHandling: failover(values.busyAction, values.busyForwardTo),
      noAnswerCallHandling: noAnswer,
      unregisteredCallHandling: failover(values.unregisteredAction, values.unregisteredForwardTo),
    },
  };
}

const SHOWN = { externalCallerIdVisible: true, extensionCallerIdVisible: true };

const OPTION_TYPE = { RING_LINE: 'RingPhone', FORWARD: 'ForwardAlways' } as const;
const ACTION_TYPE = { VOICEMAIL: 'Voicemail', BUSY: 'Busy', FORWARD: 'Forward' } as const;

function failover(action: keyof typeof ACTION_TYPE | undefined, forwardToNumber: string | undefined) {
  if (action === undefined) return undefined;
  return { type: ACTION_TYPE[action], forwardToNumber: action === 'FORWARD' ? forwardToNumber : undefined };
}

/**
 * The body of `PATCH user`: what the sheet says in the place of what the user has now, each field of the fragment whole.
 * @param now the user as it is
 * @param ownPhone the row's number, which is the user's caller ID where none is named
 */
function settingsBody(values: RowValues, now: object, ownPhone: string | undefined) {
  const { callHandlingSettings, callerIdConfig } = statedSettings(values);
  const has = now as { readonly callHandlingSettings?: Fields; readonly callerIdConfig?: Fields | null };
  const caller = has.callerIdConfig ?? {};
  return {
    callHandlingSettings:
      callHandlingSettings && merged(has.callHandlingSettings ?? {}, callHandlingSettings),
    // The three go together (API description, `CallerIdConfigX`). A number that is named is there to be shown.
    callerIdConfig: callerIdConfig && {
      callerIdNumber: callerIdConfig.callerIdNumber ?? caller['callerIdNumber'] ?? ownPhone,
      externalCallerIdVisible: callerIdConfig.externalCallerIdVisible ?? true,
      extensionCallerIdVisible: caller['extensionCallerIdVisible'] ?? true,
    },
  };
}

/** What is there with what is stated in its place; a number to forward to stays only with the action it belongs to. */
function merged(now: Fields, stated: Fields): Fields {
  const result: Record<string, unknown> = { ...now };
  for (const [name, value] of Object.entries(stated)) {
    if (value === undefined || (isFields(value) && !saysAnything(value))) continue;
    const before = now[name];
    result[name] = isFields(value) ? merged(isFields(before) ? before : {}, value) : value;
  }
  if (stated['type'] !== undefined && stated['forwardToNumber'] === undefined)
    delete result['forwardToNumber'];
  return result;
}

function saysAnything(fields: Fields): boolean {
  return Object.values(fields).some((value) => value !== undefined);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
