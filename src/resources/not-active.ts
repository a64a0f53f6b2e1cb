import { ApiError } from '../api/api-error.js';
import { getNumber, type NumberRecord } from '../api/endpoints.js';
import { searchEvents } from '../api/event-calls.js';
import type { EventType } from '../plan/events.js';
import { meaningOf } from '../plan/events.js';
import type { Awaited } from '../plan/statuses.js';
import type { NamesNumbers } from './kind.js';
import { type AccountIds, type Task, WaitError } from './task.js';

/**
 * Words and codes of a refusal that may mean "that number is not active yet", or name the number or its field. No list of
 * them is published (guess): one that says nothing of the kind, such as `SipUsernameInUse`, is a refusal of something else.
 */
const MAY_MEAN_NOT_ACTIVE =
  /not[\s_-]*(yet[\s_-]*)?active|inactive|pending|in[\s_-]*progress|activat|\bport(ed|ing)?\b|on[\s_-]*hold|staged|(tele)?phone[\s_-]*num|emergency|call[\s_-]*back|caller[\s_-]*id|primary[\s_-]*tn|\btn\b/i;

/** A number's `carrierStatus` while something is under way with it (schema TelephoneNumberAccountV2X). */
const UNFINISHED: Readonly<Record<string, EventType>> = {
  ACTIVATION_ON_HOLD: 'ACTIVATION',
  ACTIVATION_PENDING: 'ACTIVATION',
  PORT_PENDING: 'PORT_REQUEST',
  // it may be corrected, and comes then
  PORT_REJECTED: 'PORT_REQUEST',
};

/**
 * Tells a refusal of what names a number that is not active yet (its port pending, its activation unfinished, it is
 * staged) from any other. Asked only of what was refused: the refusal must speak of it, and the number itself say that it
 * is so. A guess that is wrong costs a try more: what waits is tried again by every resume, and fails once the number is
 * active and it is refused still.
 *
 * @param names the numbers that the resource names
 * @returns what the resource waits for; null where the refusal is about something else
 */
export async function notActiveYet(
  task: Task,
  { partitionId, accountId }: AccountIds,
  names: NamesNumbers | null,
  error: ApiError,
): Promise<WaitError | null> {
  if (names === null || error.kind !== 'refused' || error.lacksRight) return null;
  const { messages } = error;
  if (messages.length === 0 || !messages.every((each) => MAY_MEAN_NOT_ACTIVE.test(each))) return null;
  const { resource, run } = task;
  const own = run.journal.step(resource.needs.number ?? '')?.outcome?.['id'];
  const named = names(resource, typeof own === 'string' ? own : undefined);
  const awaited: Awaited[] = [];
  const statuses: string[] = [];
  try {
    for (const phone of new Set(named)) {
      if (phone === undefined) continue;
      const number = await task.look(getNumber(partitionId, accountId, phone));
      const found = number && (await unfinished(task, partitionId, accountId, number));
      if (!found) continue;
      awaited.push({ phone, event: found.event });
      statuses.push(`${phone} is ${found.status}`);
    }
  } catch (failed) {
    // the refusal itself says more than that
    if (failed instanceof ApiError) return null;
    throw failed;
  }
  if (awaited.length === 0 || !isAbout(messages, awaited)) return null;
  return new WaitError(`${error.message} (${statuses.join(', ')})`, awaited);
}

interface Unfinished {
  readonly status: string;
  readonly event: EventType;
}

/** What is under way with a number, as its own status says, or else its events; null when nothing is. */
async function unfinished(
  { look }: Task,
  partitionId: string,
  accountId: string,
  number: NumberRecord,
): Promise<Unfinished | null> {
  if (number['operationalStatus'] === 'STAGED') return { status: 'STAGED', event: 'ACTIVATION' };
  const status = String(number['carrierStatus']);
  const known = UNFINISHED[status];
  if (known !== undefined) return { status, event: known };
  const query = { accountId, telephoneNumber: number.phoneNumber, first: 0 };
  const events = (await look(searchEvents(partitionId, query)))?.results ?? [];
  for (const { serviceType, activationStatusType } of events) {
    if (serviceType !== 'ACTIVATION' && serviceType !== 'PORT_REQUEST') continue;
    if (!['held', 'under way'].includes(meaningOf(activationStatusType))) continue;
    return { status: `${serviceType} ${activationStatusType}`, event: serviceType };
  }
  return null;
}

/** Whether a refusal that names numbers by their digits names one of those that are not active. */
function isAbout(messages: readonly string[], awaited: readonly Awaited[]): boolean {
  const named = messages.flatMap((each) => each.replace(/(?<=\d)[-. ](?=\d)/g, '').match(/\d{10,11}/g) ?? []);
  return (
    named.length === 0 ||
    named.some((digits) => awaited.some(({ phone }) => phone.endsWith(digits.slice(-10))))
  );
}
