import {
  createVoicemailBox,
  deleteVoicemailBox,
  getVoicemailBox,
  listVoicemailBoxes,
  putVoicemailBox,
  type VoicemailBoxRecord,
} from '../api/endpoints.js';
import type { RowValues } from '../records/columns.js';
import { wholeWith } from './changes.js';
import { createOnce } from './create-once.js';
import { type Kind, NO_CHECKS, PLAIN_UPDATE } from './kind.js';
import { named, renamed, twinsOf } from './names.js';
import type { AccountIds } from './task.js';

type BoxIdentity = { readonly boxName: string };

/**
 * A voicemail box of business lines and hunt groups (API description, VoicemailBox). Natural key: account and name,
 * although no source says that the platform holds a name once.
 */
export const voicemailBox: Kind<VoicemailBoxRecord, BoxIdentity> = {
  title: 'Voicemail box',
  called: ({ voicemailBoxName = '' }) => voicemailBoxName,
  idColumn: 'assignedVoicemailBoxId',
  settingOf: null,
  referenceType: null,
  writes: ({ values }, { partitionId, accountId }) => [
    createVoicemailBox(partitionId, accountId, boxBody(values, { partitionId, accountId })),
  ],
  async bringAbout(task) {
    const account = await task.account();
    const { partitionId, accountId } = account;
    return createOnce(task, voicemailBox, {
      ids: account,
      ownerId: null,
      ownPhone: undefined,
      call: () => createVoicemailBox(partitionId, accountId, boxBody(task.resource.values, account)),
      answer: (now) => now,
      unique: false,
    });
  },
  find: {
    identity: ({ values }) => ({ boxName: values.voicemailBoxName ?? '' }),
    now: async (look, { partitionId, accountId }, identity) =>
      pickBox((await look(listVoicemailBoxes(partitionId, accountId))) ?? [], identity),
    held: async (held, identity, priority) => pickBox(await held.voicemailBoxes(priority), identity),
    idOf: ({ id }) => id,
    strange: (now, { boxName }) => renamed(now.name, boxName),
  },
  read: (look, { partitionId, accountId, id }) => look(getVoicemailBox(partitionId, accountId, id)),
  stated: ({ values, resource, ids }) => {
    const body = boxBody(values, ids);
    if (values === resource.values) return body;
    // What a blank cell means is sent with a new box; of one that was there it says nothing.
    return { ...body, shouldKeepMessageAfterForward: values.voicemailKeepAfterEmail };
  },
  update: {
    ...PLAIN_UPDATE,
    fields: [
      ...['forwardMessageToEmailAddresses', 'forwardMessageToEmailEnabled'],
      ...['shouldKeepMessageAfterForward', 'locale'],
    ],
    doubt: async (held, now, _identity, priority) =>
      twinsOf(now, await held.voicemailBoxes(priority), ({ name }) => name, 'voicemail boxes'),
    call: ({ partitionId, accountId, id }, fields, now) =>
      putVoicemailBox(partitionId, accountId, id, wholeWith(now, fields)),
  },
  takeBack: {
    after: ['businessLine', 'huntGroup'],
    async occupied(held, { id }, left, priority) {
      // A guess: `assignedTo` names the line or group itself. Were it another ID, the box would be kept, and told.
      const users = await held.voicemailBoxUses(id, priority);
      const user = users.find((each) => each.id != null && left(each.id));
      return user ? `${user.display ?? user.id} sends callers to it` : null;
    },
    remove: ({ partitionId, accountId, id }) => deleteVoicemailBox(partitionId, accountId, id),
  },
  dryRun: NO_CHECKS,
  waitsFor: null,
  namesNumbers: null,
};

/** The body of `POST voicemail-box`. */
function boxBody(values: RowValues, { partitionId, accountId }: AccountIds) {
  const { voicemailEmail, voicemailKeepAfterEmail, voicemailLocale } = values;
  const mails = voicemailEmail !== undefined;
  return {
    partitionId,
    accountId,
    name: values.voicemailBoxName,
    forwardMessageToEmailAddresses: voicemailEmail,
    forwardMessageToEmailEnabled: mails ? true : undefined,
    shouldKeepMessageAfterForward: voicemailKeepAfterEmail ?? (mails ? true : undefined),
    locale: voicemailLocale,
  };
}

/** The sheet's box among those of its account. */
function pickBox(boxes: readonly VoicemailBoxRecord[], { boxName }: BoxIdentity): VoicemailBoxRecord | null {
  return named(boxes, ({ name }) => name, boxName);
}
