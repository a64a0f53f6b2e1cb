import { ApiError } from '../api/api-error.js';
import { getPortOrder, type PortOrderRecord, patchPortOrder } from '../api/endpoints.js';
import { type EventRecord, searchEvents } from '../api/event-calls.js';
import type { PortSecrets } from '../journal/credentials.js';
import type { KeptEvent } from '../plan/events.js';
import type { Resource } from '../plan/resource.js';
import { plainAddress, rowAddresses } from './activation.js';
import { compare, differenceText, type FieldDifference } from './compare.js';
import { keptEvent, latestOf, latestWords } from './kept-event.js';
import type { Look } from './look.js';
import { crdDateOf, groupOf, WIRE_TYPES } from './port-body.js';
import { StepError } from './step-error.js';
import type { Outcome, Task } from './task.js';

/** Schema ServiceActivationEventX, `editableFieldTypes`: what a supplement may change now. */
type Editable = 'crdDate' | 'wirelessAccountNumber' | 'wirelessPin' | 'name';

/** What one supplement changes. */
interface Change {
  readonly difference: FieldDifference;
  /** null for what the description names no field for: it cannot be changed in an order */
  readonly editable: Editable | null;
  readonly body: Readonly<Record<string, unknown>>;
  /** the platform does not show what is there, so that nobody can tell whether it differs */
  readonly isUnseen?: true;
}

/** Events after which an order brings nothing any more. */
const OVER: readonly unknown[] = ['CANCELLED', 'CARRIER_CANCELLED', 'CANCEL_PENDING'];

/**
 * Brings an order that is there, and that the carrier has rejected or lets be changed, to what the sheet says. Sent twice
 * it changes nothing more, so it is never in doubt: what is changed already does not differ any more. What cannot be
 * changed is told as a difference; alone, it is why a rejected order stays rejected.
 *
 * @returns where the order stands then; null when the platform does not tell
 * @throws StepError when it cannot become what the sheet says
 */
export async function supplement(task: Task, account: Outcome, portId: string): Promise<KeptEvent | null> {
  const { resource, run } = task;
  const { partitionId, accountId } = account;
  const port = await task.look(getPortOrder(partitionId, accountId, portId));
  if (port === null) return null;
  const ask = () => portEvent(task.look, partitionId, portId, resource.numbers?.[0] ?? '');
  const event = await ask();
  const status = event?.activationStatusType;
  if (OVER.includes(status))
    throw new StepError(
      `The port order ${portId} of these numbers is ${status}${rejectionText(event)}.`,
      'Take the numbers off the account (undo of the run that ordered them), then order them anew.',
    );
  const editable = event?.editableFieldTypes ?? [];
  if (status !== 'REJECTED' && editable.length === 0) return keptPort(event);
  const secrets = await run.credentials.portSecrets(groupOf(resource));
  const addresses = await rowAddresses(run.addresses, resource.values, task.ordinal);
  const address = addresses && plainAddress(addresses.customer.fields);
  const changes = changesOf(resource, port, secrets, address ?? {});
  // Where the platform names no field, it is asked: its refusal says more than ours.
  const isEditable = ({ editable: field }: Change) =>
    field !== null && (editable.length === 0 || editable.includes(field));
  const sent = changes.filter(isEditable);
  const fixed = changes.filter((each) => !isEditable(each) && !each.isUnseen);
  if (sent.length === 0 && (fixed.length === 0 || status !== 'REJECTED')) return keptPort(event);
  if (sent.length === 0)
    throw new StepError(
      `The port order ${portId} is there${rejectionText(event)}, and what the sheet says otherwise cannot be changed in it: ` +
        `${fixed.map(({ difference }) => differenceText(difference)).join(', ')}.`,
      editable.length > 0
        ? `The platform lets ${editable.join(', ')} be changed now. For anything else: undo the order, and order anew.`
        : 'Make the sheet equal to the order, or undo the order and order anew.',
    );
  const body = Object.assign({}, ...sent.map((change) => change.body));
  try {
    await task.send(patchPortOrder(partitionId, accountId, portId, body));
  } catch (error) {
    if (!(error instanceof ApiError) || error.kind !== 'refused') throw error;
    // A supplement whose answer was lost is sent again, and may be refused since the order has moved on by it.
    const now = status === 'REJECTED' ? await ask() : null;
    if (now === null || now.activationStatusType === status || OVER.includes(now.activationStatusType))
      throw error;
    return keptPort(now);
  }
  return keptPort(await ask());
}

/** Where a port order stands, as a journal keeps it; null where the platform does not tell. */
export async function portStanding(
  look: Look,
  partitionId: string,
  portId: string,
  phone: string,
): Promise<KeptEvent | null> {
  return keptPort(await portEvent(look, partitionId, portId, phone));
}

function keptPort(event: EventRecord | null): KeptEvent | null {
  return event && keptEvent('PORT_REQUEST', event);
}

/** The event of a port order. Whether it is found by the port or by a number differs between descriptions (guess: both). */
async function portEvent(
  look: Look,
  partitionId: string,
  portId: string,
  phone: string,
): Promise<EventRecord | null> {
  const query = { eventType: 'PORT_REQUEST', telephoneNumber: phone, first: 0 } as const;
  const found = await look(searchEvents(partitionId, query));
  const events = (found?.results ?? []).filter(({ serviceType }) => serviceType === 'PORT_REQUEST');
  return events.find(({ referenceId }) => referenceId === portId) ?? latestOf(events);
}

/** What the carrier says of a rejection: ` (CSR_MISMATCH: the name is not …)`; '' where it says nothing. */
function rejectionText(event: EventRecord | null): string {
  const log = event === null ? undefined : latestWords(event);
  const words = [log?.code, log?.message].filter(Boolean).join(': ');
  return words === '' ? '' : ` (${words})`;
}

/** Whether an answer leaves a secret out, or stars in its place. */
function isMasked(answered: string | null | undefined): boolean {
  return !answered || /^[*•]+/.test(answered);
}

/** @param address of the customer, as the platform reads it */
function changesOf(
  { values, given }: Resource,
  port: PortOrderRecord,
  secrets: PortSecrets,
  address: Readonly<Record<string, unknown>>,
): Change[] {
  const changes: Change[] = [];
  const add = (editable: Editable | null, stated: object, now: object, body: Change['body']) => {
    const { differences } = compare(stated, now);
    for (const difference of differences) changes.push({ difference, editable, body });
  };
  const day = values.portDate;
  add(
    'crdDate',
    { crdDate: day },
    { crdDate: port.crdDate?.slice(0, 10) ?? null },
    { crdDate: crdDateOf(day) },
  );
  const { portAuthorizedName: portingAuthorizedName } = values;
  add(
    'name',
    { portingAuthorizedName },
    { portingAuthorizedName: port.portingAuthorizedName ?? null },
    { portingAuthorizedName },
  );
  const record = (port.customerServiceRecord ?? {}) as Readonly<Record<string, unknown>>;
  const isRecordShown = port.customerServiceRecord != null;
  const names = {
    firstName: given.customerFirstName,
    lastName: given.customerLastName,
    businessName: given.businessName,
  };
  const named = Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined));
  // the whole record: whether a fragment of it would leave the rest is not documented
  const customerServiceRecord = isRecordShown
    ? { ...record, ...named }
    : { ...address, customerType: values.customerType, ...named };
  const blank = Object.fromEntries(Object.keys(named).map((name) => [name, null]));
  const known = changes.length;
  add('name', named, { ...blank, ...record }, { customerServiceRecord });
  // of a record that is not shown nobody can tell whether it differs
  if (!isRecordShown)
    changes.splice(
      known,
      changes.length,
      ...changes.slice(known).map((each) => ({ ...each, isUnseen: true as const })),
    );
  for (const field of ['wirelessAccountNumber', 'wirelessPin'] as const) {
    if (values.portWireType !== 'WIRELESS' || secrets[field] === undefined) continue;
    if (port[field] === secrets[field]) continue;
    changes.push({
      difference: { field, inSheet: '(hidden)', onPlatform: '(hidden)' },
      editable: field,
      body: { [field]: secrets[field] },
      ...(isMasked(port[field]) ? { isUnseen: true } : {}),
    });
  }
  add(null, { billingTelephoneNumber: values.billingTelephoneNumber }, port, {});
  add(null, { portingWireType: WIRE_TYPES[values.portWireType ?? 'WIRELINE'] }, port, {});
  add(null, address, record, {});
  return changes;
}
