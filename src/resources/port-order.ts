import {
  cancelPortOrder,
  getInventoryNumber,
  getNumber,
  getPortOrder,
  type NumberRecord,
  orderPort,
  type PortOrderRecord,
} from '../api/endpoints.js';
import { type EventRecord, searchEvents } from '../api/event-calls.js';
import { elevenDigits } from '../api/same.js';
import type { PortSecrets } from '../journal/credentials.js';
import { dayOf, type KeptEvent } from '../plan/events.js';
import { keyOf } from '../plan/keys.js';
import type { Resource } from '../plan/resource.js';
import type { RowValues } from '../records/columns.js';
import type { CompleteValues } from '../records/complete.js';
import { portGroup, portOrderOf, UNTOLD_ORDER } from '../records/port-order.js';
import { validAddresses } from './activation.js';
import { createOnce } from './create-once.js';
import { latestOf } from './kept-event.js';
import type { Kind, Standing } from './kind.js';
import { lateOrder } from './late-order.js';
import { sameCode } from './names.js';
import { isStillThere } from './number-state.js';
import { groupOf, orderBody, WIRE_TYPES } from './port-body.js';
import { numberElsewhere, PORTED_IN } from './port-places.js';
import { supplement } from './port-supplement.js';
import { StepError } from './step-error.js';
import { mayHoldMore, NeedError, type Outcome, type Task } from './task.js';

/** What tells an order: its numbers. */
type OrderIdentity = { readonly numbers: readonly string[] };

/** A port order, as far as it is known. */
interface OrderRecord {
  readonly portId: string;
  readonly telephoneNumbers?: readonly string[] | undefined;
  /** what its numbers say that shows that it is not one order, or not all of it; null when they are one */
  readonly mixed?: string | null;
  readonly crdDate?: string | null | undefined;
}

/**
 * An order that ports numbers in from another carrier (API description, `POST telephonenumber` with `port`; the number
 * guide). One order brings all its numbers; it is found again by the port ID that they carry. The platform may take a
 * second one for other numbers of the same customer, so it is looked for again before it is sent again.
 */
export const portOrder: Kind<OrderRecord, OrderIdentity> = {
  title: 'Port order',
  called: (values) => portOrderOf(values),
  idColumn: 'portId',
  settingOf: null,
  referenceType: null,
  writes(resource, { partitionId, accountId, addresses }) {
    const hidden = resource.values.portWireType === 'WIRELESS' ? HIDDEN : {};
    return [
      orderPort(partitionId, accountId, orderBody(resource, addresses, { partitionId, accountId }, hidden)),
    ];
  },
  async bringAbout(task) {
    const { run, resource } = task;
    const account = await task.account();
    requireWhole(task);
    const { partitionId, accountId } = account;
    const members = run.journal.rowsOfPortOrder(groupOf(resource));
    const eachNumber = async (write: (key: string, ordinal: number, phone: string) => Promise<void>) => {
      await Promise.all(
        members.map(({ phone, ordinal }) =>
          phone === null ? null : write(keyOf.number(phone), ordinal, phone),
        ),
      );
    };
    return createOnce(task, portOrder, {
      ids: account,
      ownerId: null,
      ownPhone: undefined,
      before: (identity) => findBefore(task, account, identity),
      async call() {
        const [addresses, secrets] = [
          await validAddresses(task),
          await run.credentials.portSecrets(groupOf(resource)),
        ];
        const body = orderBody(resource, addresses, account, secrets);
        // Its numbers come with it, also those whose rows have not had their turn: undo must know of them.
        await eachNumber((key, ordinal, phone) =>
          run.journal.intend(key, 'number', ordinal, { partitionId, accountId, phone }),
        );
        return orderPort(partitionId, accountId, body);
      },
      answer: ({ portId, numbers }) => ({ portId, telephoneNumbers: numbers }),
      unique: false,
      refused: () => eachNumber((key, ordinal) => run.journal.settle(key, 'number', ordinal, 'released', {})),
    });
  },
  find: {
    identity: ({ numbers = [] }) => ({ numbers }),
    async now(look, { partitionId, accountId }, { numbers }) {
      const found = await Promise.all(numbers.map((phone) => look(getNumber(partitionId, accountId, phone))));
      const query = { eventType: 'PORT_REQUEST', telephoneNumber: numbers[0] ?? '', first: 0 } as const;
      const events = async () => (await look(searchEvents(partitionId, query)))?.results ?? [];
      return orderOf(numbers, found, accountId, events);
    },
    async held(held, { numbers }, priority) {
      const found = await Promise.all(numbers.map((phone) => held.number(phone, priority)));
      return orderOf(numbers, found, held.accountId, () => held.portEvents(numbers[0] ?? '', priority));
    },
    idOf: ({ portId }) => portId,
    strange: ({ mixed }) => mixed ?? null,
  },
  async read(look, { partitionId, accountId, id }) {
    const port = await look(getPortOrder(partitionId, accountId, id));
    // one that is cancelled, or being so, brings nothing any more, and cannot be cancelled again
    if (port === null || port.status?.startsWith('CANCEL_PORT')) return null;
    return { ...port, ...comparableOf(port), portId: id };
  },
  stated: ({ resource, values }) => statedOrder(resource, values),
  update: null,
  takeBack: {
    after: ['device', 'portAssignment'],
    occupied: null,
    remove: ({ partitionId, accountId, id }) => cancelPortOrder(partitionId, accountId, id),
  },
  dryRun: {
    another: {
      code: 'NUMBER_NOT_FREE',
      column: () => 'phoneNumber',
      hint: 'Look at the numbers on the platform: an order is taken as it is only with all of its numbers.',
    },
    whenNew: (check, questions, resource) => questions.ports.order(check, resource),
    always: null,
  },
  waitsFor: {
    event: 'PORT_REQUEST',
    holdsRow: true,
    // what a supplement may change, also one of another run
    moves: [
      ...['crdDate', 'portingAuthorizedName', 'customerServiceRecord.businessName'],
      ...['customerServiceRecord.firstName', 'customerServiceRecord.lastName'],
    ],
    unfinished: () => null,
    inService(now) {
      const { status, completedDate } = now as PortOrderRecord;
      return status === 'ACTIVE' || completedDate ? PORTED_IN : null;
    },
    standing: (now, { values }) => orderStanding(now as PortOrderRecord, values),
  },
  namesNumbers: null,
};

/** The day that the losing carrier has named where it is another than the sheet's, and where the order stands. */
function orderStanding({ focDate, status }: PortOrderRecord, { portDate = '' }: RowValues): Standing[] {
  const standing: Standing[] = [];
  const day = focDate ? dayOf(focDate) : portDate;
  if (day !== portDate) standing.push({ field: 'focDate', inSheet: portDate, onPlatform: day });
  if (status && status !== 'ACTIVE') {
    const told = { field: 'status', inSheet: 'ACTIVE', onPlatform: status };
    // it does not leave that by itself
    standing.push(status === 'PORT_REJECTED' ? { ...told, isWrong: true } : told);
  }
  return standing;
}

/** What stands in a rehearsed request for secrets. */
const HIDDEN: PortSecrets = { wirelessAccountNumber: '(hidden)', wirelessPin: '(hidden)' };

function statedOrder({ numbers = [], given }: Resource, values: RowValues | CompleteValues) {
  return {
    // the names that a supplement corrects: those of the numbers stay as they were ordered
    customerServiceRecord: {
      firstName: given.customerFirstName,
      lastName: given.customerLastName,
      businessName: given.businessName,
    },
    telephoneNumbers: [...numbers].sort(),
    crdDate: values.portDate,
    billingTelephoneNumber: values.billingTelephoneNumber,
    portingWireType: values.portWireType === undefined ? undefined : WIRE_TYPES[values.portWireType],
    portingAuthorizedName: values.portAuthorizedName,
    telecomSettings: { currentCarrierName: values.losingCarrier, notes: values.portNotes },
  };
}

/** The fields of a port in the form in which the sheet states them. */
function comparableOf({ telephoneNumbers, crdDate }: PortOrderRecord) {
  return {
    telephoneNumbers: telephoneNumbers?.map(elevenDigits).sort(),
    crdDate: crdDate?.slice(0, 10),
  };
}

/**
 * What an account has of an order's numbers; null when it has none of them.
 * @param events those of ports of its first number, asked for only where no number names its port
 */
async function orderOf(
  numbers: readonly string[],
  found: readonly (NumberRecord | null)[],
  accountId: string,
  events: () => Promise<readonly EventRecord[]>,
): Promise<OrderRecord | null> {
  const there = found.map((each) => (each && isStillThere(each) ? each : null));
  if (there.every((each) => each === null)) return null;
  const ports = new Map<string | null, string[]>();
  there.forEach((each, index) => {
    const port = each === null ? null : (each.portId ?? '');
    ports.set(port, [...(ports.get(port) ?? []), numbers[index] ?? '']);
  });
  const named = [...ports.keys()].find((each) => each !== null && each !== '') ?? '';
  const isUnnamed = named === '' && ports.size === 1;
  const portId = isUnnamed ? portOf(await events(), accountId) : named;
  const isOne = ports.size === 1 && portId !== '';
  return { portId, telephoneNumbers: [...numbers].sort(), mixed: isOne ? null : mixedText(ports) };
}

/** The port that the latest event of a number names; '' where none does. A number need not name its own (guess). */
function portOf(events: readonly EventRecord[], accountId: string): string {
  const ofPorts = events.filter(
    (each) =>
      each.serviceType === 'PORT_REQUEST' &&
      each['referenceType'] === 'PORT' &&
      sameCode(each.accountId ?? accountId, accountId),
  );
  return latestOf(ofPorts)?.referenceId ?? '';
}

function mixedText(ports: ReadonlyMap<string | null, readonly string[]>): string {
  const parts = [...ports].map(([port, phones]) => {
    const are = `${phones.join(', ')} ${phones.length === 1 ? 'is' : 'are'}`;
    if (port === null) return `${are} not on the account`;
    return port === '' ? `${are} on the account without a port` : `${are} in the port ${port}`;
  });
  return `of the numbers of the port order, ${parts.join('; ')}`;
}

/** Keeps where an order stands for all its rows: they wait for it, or fail by it. */
async function keepStanding({ run, resource }: Task, event: KeptEvent | null): Promise<void> {
  if (event === null) return;
  const rows = run.journal.rowsOfPortOrder(groupOf(resource));
  await Promise.all(rows.map(({ ordinal }) => run.journal.keepEvent(ordinal, event.type, { ...event })));
}

/** An order short of a number is another order: it waits for all of its rows. @throws NeedError */
function requireWhole({ run, resource }: Task): void {
  const { journal } = run;
  if (journal.step(resource.key)?.state === 'intent') return;
  const untold = portGroup(resource.values.accountNumber, UNTOLD_ORDER);
  const rows = [groupOf(resource), untold].flatMap((group) => journal.rowsOfPortOrder(group));
  const short = rows.find(({ status, selection }) => status === 'invalid' || selection !== 'selected');
  if (!short) return;
  const why = short.status === 'invalid' ? 'it is not valid' : 'it is not selected';
  throw new NeedError({
    ok: false,
    failure: {
      ...{ key: resource.key, owner: short.ordinal, transient: false },
      message: `${why}, and an order short of a number would be another order.`,
      hint: 'Correct that row, or leave it out of the sheet if the order is to go without it.',
    },
  });
}

/**
 * The order, where the account holds it already; it is supplemented with what the sheet says otherwise, as far as the
 * platform lets it be.
 * @returns null when it is nowhere
 * @throws StepError when a number is elsewhere on the platform, the order there cannot become the sheet's, or one would
 * have to be placed for a day that is past
 */
async function findBefore(
  task: Task,
  account: Outcome,
  identity: OrderIdentity,
): Promise<OrderRecord | null> {
  const { run, ordinal } = task;
  const { partitionId, accountId } = account;
  if (mayHoldMore(run, account)) {
    const held = await portOrder.find.held(run.snapshots.of(partitionId, accountId), identity, ordinal);
    if (held !== null) {
      if (run.existing !== 'fail' && !held.mixed)
        await keepStanding(task, await supplement(task, account, held.portId));
      return held;
    }
  }
  const elsewhere = await Promise.all(
    identity.numbers.map(async (phone) => {
      const number = await task.look(getInventoryNumber(partitionId, phone));
      return number && numberElsewhere(phone, number, accountId);
    }),
  );
  const [first] = elsewhere.filter((each) => each !== null);
  if (first)
    throw new StepError(
      `${first}; a second order would be refused, or would cost twice.`,
      'Correct the number, or see to it on the platform first.',
    );
  const late = lateOrder(task.resource);
  if (late) throw new StepError(`${late.message}.`, late.hint);
  return null;
}
