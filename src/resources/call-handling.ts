import { type CallHandlingRecord, getCallHandling, putCallHandling } from '../api/endpoints.js';
import type { CompleteValues } from '../records/complete.js';
import { orNull } from './lookups/account-index.js';
import { setOnce } from './set-once.js';
import { StepError } from './step-error.js';
import type { Step } from './task.js';

type Action = 'VOICEMAIL' | 'BUSY' | 'FORWARD';

/** Guide, "Customize Business Lines". A setting of the line: putting it again changes nothing. */
export const callHandlingStep: Step = {
  async run(task) {
    const account = await task.account();
    const line = await task.need('owner');
    const { partitionId, accountId } = account;
    const lineId = line?.id ?? '';
    const wanted = callHandlingBody(task.resource.values);
    return setOnce(task, account, {
      id: lineId,
      call: putCallHandling(partitionId, accountId, lineId, wanted),
      found: line?.state === 'existing' ? () => current() : undefined,
    });

    async function current(): Promise<boolean> {
      const now = await orNull(task.send(getCallHandling(partitionId, accountId, lineId)));
      if (now === null || sameHandling(now, callHandlingBody({}))) return sameHandling(now, wanted);
      if (sameHandling(now, wanted)) return true;
      throw new StepError(
        'The line was there before this run, and its call handling is another than in the sheet.',
        'Correct the sheet or the line; the importer does not change how an existing line treats its calls.',
      );
    }
  },
};

type CallHandlingValues = Partial<
  Pick<
    CompleteValues,
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
  >
>;

/** The body of `PUT call-handling`; of no values at all, what a new line does. */
export function callHandlingBody(values: CallHandlingValues) {
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
    voicemailBoxId: values.voicemailBoxId,
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

/** Whether the line does what is wanted; fields that the sheet leaves open do not count. */
export function sameHandling(
  now: CallHandlingRecord | null,
  wanted: ReturnType<typeof callHandlingBody>,
): boolean {
  return now !== null && contains(now, wanted);
}

/** Every field of `wanted` that has a value is the same in `now`. */
function contains(now: unknown, wanted: unknown): boolean {
  if (wanted === undefined) return true;
  if (wanted === null || typeof wanted !== 'object') return now === wanted;
  if (now === null || typeof now !== 'object') return false;
  return Object.entries(wanted).every(([key, value]) =>
    contains((now as Record<string, unknown>)[key], value),
  );
}
