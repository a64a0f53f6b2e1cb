import type { Client } from '../api/client.js';
import {
  type Call,
  getAccount,
  getCallHandling,
  getDevice,
  getLine,
  getNumber,
  getPort,
  getTrunk,
  getUser,
} from '../api/endpoints.js';
import type { Journal, StoredRow, StoredStep } from '../journal/journal.js';
import type { Kind, Resource } from '../plan/plan.js';
import type { ImportRecord } from '../records/record.js';
import { accountBody } from '../resources/account.js';
import { lineBody } from '../resources/business-line.js';
import { callHandlingBody } from '../resources/call-handling.js';
import { deviceBody } from '../resources/device.js';
import { orNull } from '../resources/lookups/account-index.js';
import { portBody } from '../resources/port-assignment.js';
import { referenceBody } from '../resources/reference.js';
import { trunkBody } from '../resources/sip-trunk.js';
import { userBody } from '../resources/user.js';
import { planOf } from './executor.js';

/** Something on the platform that is not as the sheet says. */
export interface Difference {
  readonly key: string;
  /** the field of the platform's object; '' when the object itself is not there */
  readonly field: string;
  readonly inSheet: string;
  readonly onPlatform: string;
}

interface Ids {
  readonly partitionId: string;
  readonly accountId: string;
  readonly id: string;
}

/** How one kind of resource is read back, and what it must say. */
interface Check {
  read(ids: Ids): Call<object>;
  wanted(resource: Resource, ids: Ids, idOf: (role: 'number' | 'owner') => string | undefined): object;
}

const CHECKS: Readonly<Record<Kind, Check>> = {
  account: {
    read: ({ partitionId, accountId }) => getAccount(partitionId, accountId),
    wanted: ({ product, values }, { partitionId }) => accountBody(product, values, partitionId),
  },
  user: {
    read: ({ partitionId, accountId, id }) => getUser(partitionId, accountId, id),
    wanted: ({ values }, ids) => {
      // Set by the plan, or only meant for the moment of the create.
      const { allowPortalAccess: _access, blockEmail: _block, ...body } = userBody(values, ids);
      return body;
    },
  },
  number: {
    read: ({ partitionId, accountId, id }) => getNumber(partitionId, accountId, id),
    wanted: ({ values }, { id }) => ({
      phoneNumber: id,
      customerServiceRecord: {
        customerType: values.customerType,
        firstName: values.customerFirstName,
        lastName: values.customerLastName,
        businessName: values.businessName,
        customerName: values.customerName,
        unit: values.unit,
      },
    }),
  },
  businessLine: {
    read: ({ partitionId, accountId, id }) => getLine(partitionId, accountId, id),
    wanted: ({ values }, ids, idOf) => lineBody(values, ids, idOf('number')),
  },
  callHandling: {
    read: ({ partitionId, accountId, id }) => getCallHandling(partitionId, accountId, id),
    wanted: ({ values }) => callHandlingBody(values),
  },
  portAssignment: {
    read: ({ partitionId, accountId, id }) => getPort(partitionId, accountId, id),
    wanted: ({ values }) => portBody(values),
  },
  sipTrunk: {
    read: ({ partitionId, accountId, id }) => getTrunk(partitionId, accountId, id),
    wanted: ({ values }, ids, idOf) => trunkBody(values, ids, idOf('number')),
  },
  reference: {
    read: ({ partitionId, accountId, id }) => getNumber(partitionId, accountId, id),
    wanted: ({ product, values }, _ids, idOf) => {
      const { referenceType, referenceId } = referenceBody(product, values, idOf('owner') ?? '');
      return { referenceType, referenceId };
    },
  },
  device: {
    read: ({ partitionId, accountId, id }) => getDevice(partitionId, accountId, id),
    wanted: ({ values }, ids, idOf) => {
      // The platform answers with deviceTypeId alone.
      const { deviceId: _deviceId, ...body } = deviceBody(values, ids, idOf('owner') ?? '', idOf('number'));
      return body;
    },
  },
};

/**
 * Reads back everything that a row stands for and compares it with the sheet. Fields that the sheet leaves open, and
 * fields that the platform does not answer with, do not count.
 *
 * @param shared answers of objects that several rows share, so that each is read once
 */
export async function verifyRow(
  client: Client,
  journal: Journal<ImportRecord>,
  row: StoredRow<ImportRecord>,
  shared: Map<string, Promise<object | null>>,
): Promise<Difference[]> {
  const plan = planOf({ journal }, row);
  if (typeof plan === 'string') return [{ key: `row ${row.row}`, field: '', inSheet: plan, onPlatform: '' }];
  const differences = await Promise.all(
    plan.resources.map(async (resource) => {
      const step = journal.step(resource.key);
      if (!isThere(step))
        return [{ key: resource.key, field: '', inSheet: 'is wanted', onPlatform: 'was not created' }];
      const ids = idsOf(resource, step, journal);
      const { read, wanted } = CHECKS[resource.kind];
      const call = read(ids);
      let answer = shared.get(call.path);
      if (!answer) {
        answer = orNull(client.send(call, { priority: row.ordinal }));
        answer.catch(() => {});
        shared.set(call.path, answer);
      }
      const now = await answer;
      if (now === null)
        return [{ key: resource.key, field: '', inSheet: 'is wanted', onPlatform: 'is not there' }];
      const idOf = (role: 'number' | 'owner') => outcomeId(journal, resource.needs[role] ?? '');
      return compare(resource.key, '', wanted(resource, ids, idOf), now);
    }),
  );
  return differences.flat();
}

function isThere(step: StoredStep | undefined): step is StoredStep {
  return step?.state === 'created' || step?.state === 'existing';
}

function idsOf(resource: Resource, step: StoredStep, journal: Journal<ImportRecord>): Ids {
  const { partitionId, accountId, id } = step.outcome as unknown as Ids;
  // Port and call handling are read under the ID of their line.
  const owner = resource.kind === 'portAssignment' || resource.kind === 'callHandling';
  return { partitionId, accountId, id: owner ? (outcomeId(journal, resource.needs.owner ?? '') ?? id) : id };
}

function outcomeId(journal: Journal<ImportRecord>, key: string): string | undefined {
  const id = journal.step(key)?.outcome?.['id'];
  return typeof id === 'string' ? id : undefined;
}

/** The fields of `wanted` that have a value and that `now` answers with another. */
function compare(key: string, path: string, wanted: object, now: object): Difference[] {
  return Object.entries(wanted).flatMap(([name, value]): Difference[] => {
    const field = path === '' ? name : `${path}.${name}`;
    const found = (now as Record<string, unknown>)[name];
    if (value === undefined || found === undefined || found === null) return [];
    if (typeof value === 'object' && !Array.isArray(value) && typeof found === 'object')
      return compare(key, field, value as object, found as object);
    return same(name, value, found) ? [] : [{ key, field, inSheet: shown(value), onPlatform: shown(found) }];
  });
}

function same(field: string, wanted: unknown, now: unknown): boolean {
  if (field === 'macAddress') return String(wanted).toLowerCase() === String(now).toLowerCase();
  // The guide's own example is answered OPEN_DIAL_PLAN after OPEN_DIAL_PLAN_TEN_DIGIT was sent.
  if (field === 'dialingBehaviorType') return String(wanted).startsWith(String(now));
  return shown(wanted) === shown(now);
}

function shown(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
