import { type FailoverRecord, getHuntFailover, putHuntFailover } from '../api/endpoints.js';
import type { JsonObject } from '../journal/journal.js';
import { reasonOf } from '../plan/keys.js';
import type { RowValues } from '../records/columns.js';
import { HUNT_FAILOVERS } from '../records/rows/hunt-rules.js';
import { wholeWith } from './changes.js';
import { compare } from './compare.js';
import { type Kind, NO_CHECKS, PLAIN_UPDATE } from './kind.js';
import { setOnce } from './set-once.js';

type FailoverIdentity = { readonly groupId: string; readonly reason: string };

/** Held as one thing: the number of a forward, or the box of a voicemail, comes and goes with its type. */
interface FailoverNow {
  readonly action: FailoverRecord;
}

const FAILOVER_TYPES = {
  VOICEMAIL: 'VoicemailFailoverAction',
  BUSY: 'BusyFailoverAction',
  FORWARD: 'ForwardFailoverAction',
} as const;

/**
 * What a hunt group does with a call that it does not take, for one reason (API description, FailoverAction). A setting
 * of the group: putting it again changes nothing.
 */
export const huntFailover: Kind<FailoverNow, FailoverIdentity> = {
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
      const wanted = { action: failoverBody(reason, given, box?.id) };
      const { differences } = compare(wanted, { action: now });
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
      groupId === ''
        ? null
        : nowOf(reason, await look(getHuntFailover(partitionId, accountId, groupId, reason))),
    held: async (held, { groupId, reason }, priority) =>
      groupId === '' ? null : nowOf(reason, await held.huntFailover(groupId, reason, priority)),
    idOf: () => '',
    strange: () => null,
  },
  read: async (look, { partitionId, accountId, ownerId }, { key }) =>
    nowOf(reasonOf(key), await look(getHuntFailover(partitionId, accountId, ownerId, reasonOf(key)))),
  stated: ({ values, resource, ids }) => ({
    action: failoverBody(reasonOf(resource.key), values, ids.voicemailBoxId),
  }),
  update: {
    ...PLAIN_UPDATE,
    fields: ['action'],
    call({ partitionId, accountId, ownerId }, { action }) {
      const body = wholeWith(action as JsonObject, {});
      return putHuntFailover(partitionId, accountId, ownerId, String(body['failoverReason']), body);
    },
  },
  takeBack: null,
  dryRun: NO_CHECKS,
  waitsFor: null,
  namesNumbers: null,
};

function nowOf(failoverReason: string, action: FailoverRecord | null): FailoverNow | null {
  return action?.['@type'] == null ? null : { action: { ...action, failoverReason } };
}

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
