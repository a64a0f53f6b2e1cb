import { getUser, getUserBox, patchUserBox, type UserBoxRecord } from '../api/endpoints.js';
import type { RowValues } from '../records/columns.js';
import { compare } from './compare.js';
import { type Kind, NO_CHECKS, PLAIN_UPDATE } from './kind.js';
import type { Look } from './look.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';
import type { AccountIds } from './task.js';

type BoxIdentity = { readonly userId: string };

/**
 * The voicemail box that came with a user (API description, `PATCH voicemailbox`): where its messages are mailed, and what
 * it speaks. A setting of the user: setting it again changes nothing.
 */
export const userVoicemail: Kind<UserBoxRecord, BoxIdentity> = {
  title: 'Voicemail of the user',
  called: ({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(' '),
  idColumn: null,
  settingOf: 'user',
  referenceType: null,
  writes: ({ values }, { partitionId, accountId }) => [
    patchUserBox(partitionId, accountId, '{voicemailBoxId}', boxBody(values)),
  ],
  async bringAbout(task) {
    const { values, given } = task.resource;
    const account = await task.account();
    const user = await task.need('owner');
    const { partitionId, accountId } = account;
    const now = await task.look(getUser(partitionId, accountId, user?.id ?? ''));
    const boxId = now?.voicemailBoxId;
    if (!boxId)
      throw new StepError(
        'The platform names no voicemail box of the user.',
        'Leave the voicemail cells blank, or have a box made for the user, then: resume --retry failed',
      );
    return setOnce(task, userVoicemail, account, {
      id: boxId,
      call: patchUserBox(partitionId, accountId, boxId, boxBody(values)),
      found: user?.state === 'existing' ? current : undefined,
    });

    /** A box that still is as it came gets what the sheet says; another is not touched. */
    async function current() {
      const box = await task.look(getUserBox(partitionId, accountId, boxId ?? ''));
      if (box === null) return null;
      const { differences } = compare(statedBox(given), box);
      return differences.length > 0 && isUntouched(box) ? null : differences;
    }
  },
  find: {
    identity: (_resource, { ownerId }) => ({ userId: ownerId ?? '' }),
    now: (look, ids, { userId }) => boxOf(look, ids, userId),
    async held(held, { userId }, priority) {
      const user = userId === '' ? null : await held.user(userId, priority);
      return user?.voicemailBoxId ? held.userBox(user.voicemailBoxId, priority) : null;
    },
    idOf: ({ id }) => id,
    strange: () => null,
  },
  read: (look, ids) => boxOf(look, ids, ids.ownerId),
  stated: ({ values, resource }) => (values === resource.values ? boxBody(values) : statedBox(values)),
  update: {
    ...PLAIN_UPDATE,
    fields: ['voicemailToEmailAddresses', 'voicemailToEmailEnabled', 'voicemailKeepAfterEmail', 'locale'],
    call: ({ partitionId, accountId }, fields, { id }) => patchUserBox(partitionId, accountId, id, fields),
  },
  takeBack: null,
  dryRun: NO_CHECKS,
  waitsFor: null,
  namesNumbers: null,
};

/** The box of a user; null where it has none, or is not there. */
async function boxOf(
  look: Look,
  { partitionId, accountId }: AccountIds,
  userId: string,
): Promise<UserBoxRecord | null> {
  const user = userId === '' ? null : await look(getUser(partitionId, accountId, userId));
  return user?.voicemailBoxId ? look(getUserBox(partitionId, accountId, user.voicemailBoxId)) : null;
}

/** The body of `PATCH voicemailbox`: addresses turn mailing on, and messages stay unless the sheet says otherwise. */
function boxBody(values: RowValues) {
  const body = statedBox(values);
  return {
    ...body,
    voicemailKeepAfterEmail:
      body.voicemailKeepAfterEmail ?? (body.voicemailToEmailEnabled ? true : undefined),
  };
}

/** Only what the cells say. */
function statedBox({ voicemailEmail, voicemailKeepAfterEmail, voicemailLocale }: RowValues) {
  return {
    voicemailToEmailAddresses: voicemailEmail,
    voicemailToEmailEnabled: voicemailEmail && true,
    voicemailKeepAfterEmail,
    locale: voicemailLocale,
  };
}

/** What a new box speaks, as far as anybody says (a guess: at worst a box is left alone, and that is told). */
const USUAL_LOCALE = 'en-US';

function isUntouched({ voicemailToEmailAddresses, locale }: UserBoxRecord): boolean {
  return (voicemailToEmailAddresses ?? []).length === 0 && (locale ?? USUAL_LOCALE) === USUAL_LOCALE;
}
