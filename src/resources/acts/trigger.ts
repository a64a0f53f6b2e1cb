import { triggerPort } from '../../api/endpoints.js';
import type { JsonObject } from '../../journal/journal.js';
import { type KeptEvent, meaningOf, reasonOf } from '../../plan/events.js';
import { keyOf } from '../../plan/keys.js';
import { portStanding } from '../port-supplement.js';
import type { Act, ActTask } from './act.js';

/** Statuses of a port whose carrier has named no day, or has taken it back. */
const NO_DATE: readonly string[] = ['PENDING', 'RESELLER_PENDING', 'IN_PROGRESS', 'ON_HOLD', 'FOC_REMOVED'];

/** Statuses that a port does not come to by being triggered. */
const NOT_BY_TRIGGER: readonly string[] = [
  ...NO_DATE.filter((each) => each !== 'IN_PROGRESS'),
  'FOC_RECEIVED',
];

/**
 * A port order whose carrier has named a day is told to come now (API description, `triggerport`). When the platform
 * takes that is not documented: it is asked for as soon as there is a day, and its refusal is told. What a second one
 * does is not documented either, so one in doubt is looked for again first.
 */
export const trigger: Act = {
  name: 'trigger',
  title: 'Port trigger',
  doneTo: 'portOrder',
  against: () => null,
  repeats: true,
  async look(task) {
    const event = await eventNow(task);
    if (event === null)
      return { what: 'left out', reason: 'the platform tells nothing of what became of the port' };
    const now = toldOf(event);
    const { status } = event;
    const meaning = meaningOf(status);
    if (meaning === 'done') return { what: 'done', now };
    if (meaning === 'refused')
      return {
        ...{ what: 'failed', now },
        reason: `The port is ${[status, reasonOf(event)].filter(Boolean).join(': ')}.`,
        hint: 'Correct what the carrier names, or order the port anew.',
      };
    if (status === 'FOC_RECEIVED') return { what: 'due', before: now };
    // From a day that was named it went on, so the trigger in doubt has arrived.
    if (isInDoubt(task) && status !== 'CANCEL_PENDING' && !NOT_BY_TRIGGER.includes(status))
      return { what: 'done', now };
    const reason = NO_DATE.includes(status)
      ? `no date from the carrier yet (${status})`
      : `the port is ${status}`;
    return { what: 'left out', reason, now };
  },
  async send(task, before, { ready }) {
    const { run, ids, ordinal } = task;
    await run.client.send(triggerPort(ids.partitionId, ids.accountId, ids.id), { priority: ordinal, ready });
    const event = await eventNow(task);
    return event === null ? before : toldOf(event);
  },
  takeBack: { cannot: 'a port that was triggered cannot be called back' },
};

function eventNow({ look, ids, resource }: ActTask): Promise<KeptEvent | null> {
  return portStanding(look, ids.partitionId, ids.id, resource.numbers?.[0] ?? '');
}

function isInDoubt({ run, resource }: ActTask): boolean {
  return run.journal.step(keyOf.of('trigger', resource.key))?.state === 'intent';
}

function toldOf(event: KeptEvent): JsonObject {
  return { portStatus: event.status, event: { ...event } as JsonObject };
}
