import { type FailoverRecord, getHuntFailover, putHuntFailover } from '../api/endpoints.js';
import { reasonOf } from '../plan/keys.js';
import type { RowValues } from '../records/columns.js';
import { HUNT_FAILOVERS } from '../records/rows/hunt-rules.js';
import { compare } from './compare.js';
import { type Kind, NO_CHECKS } from './kind.js';
import { setOnce } from './set-once.js';

type FailoverIdentity = { readonly groupId: string; readonly reason: string };

const FAILOVER_TYPES = {
  VOICEMAIL: 'VoicemailFailoverAction',
  BUSY: 'BusyFailoverAction',
  FORWARD: 'ForwardFailoverAction',
} as const;

/**
 * What a hunt group does with a call that it does not take, for one reason (API description, FailoverAction). A setting
 * of the group: putting it again changes nothing.
 */
export const huntFailover: Kind<FailoverRecord, FailoverIdentity> = {
  title: 'Hunt group failover',
  called: ({ huntGroupName = '' }) => huntGroupName,
  idColumn: null,
  settingOf: 'huntGroup',
  referenceType: null,
  writes: ({ key, values }, { partitionId, accountId, ownerId, voicemailBoxId }) => [
    putHuntFailover(
      partitionId,
      accountId,
      ownerId,
      reasonOf(key),
      failoverBody(reasonOf(key), values, voicemailBoxId),
    ),
  ],
  async bringAbout(task) {
    const { key, values, given } = task.resource;
    const account = await task.account();
    const [group, box] = [await task.need('owner'), await task.need('voicemailBox')];
    const { partitionId, accountId } = account;
    const groupId = group?.id ?? '';
    const reason = reasonOf(key);
    return setOnce(task, huntFailover, account, {
      id: groupId,
      call: putHuntFailover(partitionId, accountId, groupId, reason, failoverBody(reason, values, box?.id)),
      found: group?.state === 'existing' ? current : undefined,
    });

    /** A group that does what a new one does gets what the sheet says; what another does is not touched. */
    async function current() {
      const held = task.run.snapshots.of(partitionId, accountId);
      const now = await held.huntFailover(groupId, reason, task.ordinal);
      if (now === null) return null;
      const { differences } = compare(failoverBody(reason, given, box?.id), now);
      if (differences.length === 0) return differences;
      // As they were before the run, whatever it has set meanwhile: each is asked for once.
      const all = await Promise.all(
        HUNT_FAILOVERS.map((each) => held.huntFailover(groupId, each.reason, task.ordinal)),
      );
      // A guess: no source says what a new group does. Where one of the three is anything else than busy, somebody
      // has chosen.
      const isNew = all.every((each) => each === null || each['@type'] === FAILOVER_TYPES.BUSY);
      return isNew ? null : differences;
    }
  },
  find: {
    identity: ({ key }, { ownerId }) => ({ groupId: ownerId ?? '', reason: reasonOf(key) }),
    now: async (look, { partitionId, accountId }, { groupId, reason }) =>
      groupId === '' ? null : look(getHuntFailover(partitionId, accountId, groupId, reason)),
    held: async (held, { groupId, reason }, priority) =>
      groupId === '' ? null : held.huntFailover(groupId, reason, priority),
    idOf: () => '',
    strange: () => null,
  },
  read: (look, { partitionId, accountId, ownerId }, { key }) =>
    look(getHuntFailover(partitionId, accountId, ownerId, reasonOf(key))),
  stated: ({ values, resource, ids }) => failoverBody(reasonOf(resource.key), values, ids.voicemailBoxId),
  update: null,
  takeBack: null,
  dryRun: NO_CHECKS,
  waitsFor: null,
};

/**
 * The body of `PUT failover-action`.
 * @param boxId the voicemail box that the row names, where it names one
 */
function failoverBody(reason: string, values: RowValues, boxId: string | undefined) {
  const columns = HUNT_FAILOVERS.find((each) => each.reason === reason);
  const action = (columns && values[columns.action]) ?? 'BUSY';
  return {
    '@type': FAILOVER_TYPES[action],
    failoverReason: reason,
    forwardToPhoneNumber: action === 'FORWARD' && columns ? values[columns.forwardTo] : undefined,
    voicemailBoxId: action === 'VOICEMAIL' ? boxId : undefined,
  };
}
