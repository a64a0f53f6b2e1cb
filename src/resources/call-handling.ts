import { type CallHandlingRecord, getCallHandling, putCallHandling } from '../api/endpoints.js';
import type { RowValues } from '../records/columns.js';
import { wholeWith } from './changes.js';
import { compare } from './compare.js';
import { type Kind, NO_CHECKS, PLAIN_UPDATE } from './kind.js';
import { setOnce } from './set-once.js';

type Action = 'VOICEMAIL' | 'BUSY' | 'FORWARD';
type HandlingIdentity = { readonly lineId: string };

/** Guide, "Customize Business Lines". A setting of the line: putting it again changes nothing. */
export const callHandling: Kind<CallHandlingRecord, HandlingIdentity> = {
  title: 'Call handling',
  called: ({ lineName = '' }) => lineName,
  idColumn: null,
  settingOf: 'businessLine',
  referenceType: null,
  writes: ({ values, needs }, { partitionId, accountId, ownerId, voicemailBoxId }) => [
    putCallHandling(
      partitionId,
      accountId,
      ownerId,
      callHandlingBody(values, needs.voicemailBox && voicemailBoxId),
    ),
  ],
  async bringAbout(task) {
    const account = await task.account();
    const [line, box] = [await task.need('owner'), await task.need('voicemailBox')];
    const { partitionId, accountId } = account;
    const lineId = line?.id ?? '';
    const { values, given } = task.resource;
    return setOnce(task, callHandling, account, {
      id: lineId,
      call: putCallHandling(partitionId, accountId, lineId, callHandlingBody(values, box?.id)),
      found: line?.state === 'existing' ? current : undefined,
    });

    /** A line that does what a new one does gets what the sheet says; how another treats its calls is not touched. */
    async function current() {
      const held = task.run.snapshots.of(partitionId, accountId);
      const now = await held.callHandling(lineId, task.ordinal);
      if (now === null) return null;
      const { differences } = compare(statedHandling(given, box?.id), now);
      const isNew = compare(callHandlingBody({}), now).differences.length === 0;
      return isNew && differences.length > 0 ? null : differences;
    }
  },
  find: {
    identity: (_resource, { ownerId }) => ({ lineId: ownerId ?? '' }),
    now: async (look, { partitionId, accountId }, { lineId }) =>
      lineId === '' ? null : look(getCallHandling(partitionId, accountId, lineId)),
    held: async (held, { lineId }, priority) => (lineId === '' ? null : held.callHandling(lineId, priority)),
    idOf: () => '',
    strange: () => null,
  },
  read: (look, { partitionId, accountId, ownerId }) => look(getCallHandling(partitionId, accountId, ownerId)),
  stated: ({ values, resource, ids: { voicemailBoxId } }) =>
    values === resource.values
      ? callHandlingBody(values, voicemailBoxId)
      : statedHandling(values, voicemailBoxId),
  update: {
    ...PLAIN_UPDATE,
    fields: [
      ...['activeCallHandling', 'callWaitingEnabled', 'busyFailoverAction', 'unregisteredFailoverAction'],
      ...['ringTimeoutConfiguration', 'forwardToPhoneNumber', 'voicemailBoxId'],
    ],
    call: ({ partitionId, accountId, ownerId }, fields, now) =>
      putCallHandling(partitionId, accountId, ownerId, wholeWith(now, fields)),
  },
  takeBack: null,
  dryRun: NO_CHECKS,
  waitsFor: null,
  namesNumbers: null,
};

type CallHandlingValues = Pick<
  RowValues,
  | 'activeCallHandling'
  | 'callWaitingEnabled'
  | 'busyAction'
  | 'busyForwardTo'
  | 'unregisteredAction'
  | 'unregisteredForwardTo'
  | 'noAnswerAction'
  | 'noAnswerForwardTo'
  | 'noAnswerTimeoutSeconds'
  | 'forwardToPhoneNumber'
  | 'voicemailBoxId'
>;

/**
 * The body of `PUT call-handling`; of no values at all, what a new line does.
 * @param boxId the voicemail box that the row names, where it names one
 */
export function callHandlingBody(values: CallHandlingValues, boxId?: string) {
  return {
    activeCallHandling: values.activeCallHandling ?? 'RING_LINE',
    callWaitingEnabled: values.callWaitingEnabled,
    busyFailoverAction: failover(values.busyAction ?? 'VOICEMAIL', values.busyForwardTo),
    unregisteredFailoverAction: failover(
      values.unregisteredAction ?? 'VOICEMAIL',
      values.unregisteredForwardTo,
    ),
    ringTimeoutConfiguration:
      values.noAnswerAction === undefined
        ? { '@type': 'UnlimitedRingTimeoutConfiguration' }
        : {
            '@type': 'LimitedRingTimeoutConfiguration',
            timeoutSeconds: values.noAnswerTimeoutSeconds,
            noAnswerAction: failover(values.noAnswerAction, values.noAnswerForwardTo),
          },
    forwardToPhoneNumber: values.forwardToPhoneNumber,
    voicemailBoxId: boxId ?? values.voicemailBoxId,
  };
}

/** Only what the cells say: a blank cell of a line that was there says nothing. */
function statedHandling(given: CallHandlingValues, boxId: string | undefined) {
  const body = callHandlingBody(given, boxId);
  return {
    ...body,
    activeCallHandling: given.activeCallHandling,
    busyFailoverAction: given.busyAction === undefined ? undefined : body.busyFailoverAction,
    unregisteredFailoverAction:
      given.unregisteredAction === undefined ? undefined : body.unregisteredFailoverAction,
    ringTimeoutConfiguration: given.noAnswerAction === undefined ? undefined : body.ringTimeoutConfiguration,
  };
}

const FAILOVER_TYPE = {
  VOICEMAIL: 'VoicemailRingFailoverAction',
  BUSY: 'BusyRingFailoverAction',
  FORWARD: 'ForwardRingFailoverAction',
} as const satisfies Record<Action, string>;

function failover(action: Action, forwardToPhoneNumber: string | undefined) {
  return action === 'FORWARD'
    ? { '@type': FAILOVER_TYPE[action], forwardToPhoneNumber }
    : { '@type': FAILOVER_TYPE[action] };
}
