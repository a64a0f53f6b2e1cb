import {
  activateNumber,
  type Call,
  createAccount,
  createDevice,
  createLine,
  createPort,
  createTrunk,
  createUser,
  patchNumber,
  putCallHandling,
  reserveNumber,
} from '../api/endpoints.js';
import type { Kind, Resource } from '../plan/plan.js';
import { accountBody } from '../resources/account.js';
import { activationBody } from '../resources/activation.js';
import { lineBody } from '../resources/business-line.js';
import { callHandlingBody } from '../resources/call-handling.js';
import { deviceBody } from '../resources/device.js';
import type { ValidAddress } from '../resources/lookups/addresses.js';
import { portBody } from '../resources/port-assignment.js';
import { referenceBody } from '../resources/reference.js';
import { trunkBody } from '../resources/sip-trunk.js';
import { userBody } from '../resources/user.js';

/** What stands in a rehearsed request for what only the platform's answers tell. */
const ACCOUNT_ID = '{accountId}';
const OWNER_ID = '{ownerId}';
const SEARCHED = '{searchedNumber}';

interface Rehearsal {
  readonly resource: Resource;
  readonly partitionId: string;
  readonly addresses: { readonly customer: ValidAddress; readonly e911: ValidAddress };
}

const WRITES: Readonly<Record<Kind, (rehearsal: Rehearsal) => Call<unknown>[]>> = {
  account: ({ resource: { product, values }, partitionId }) => [
    createAccount(partitionId, accountBody(product, values, partitionId)),
  ],
  user: ({ resource: { values }, partitionId }) => [
    createUser(partitionId, ACCOUNT_ID, userBody(values, { partitionId, accountId: ACCOUNT_ID })),
  ],
  number: ({ resource: { values }, partitionId, addresses }) => {
    const phone = values.phoneNumber ?? SEARCHED;
    const ids = { partitionId, accountId: ACCOUNT_ID };
    const activation = activateNumber(partitionId, ACCOUNT_ID, activationBody(values, phone, addresses, ids));
    return values.phoneNumber === undefined
      ? [reserveNumber('account', partitionId, ACCOUNT_ID, phone), activation]
      : [activation];
  },
  businessLine: ({ resource, partitionId }) => [
    createLine(
      partitionId,
      ACCOUNT_ID,
      lineBody(resource.values, { partitionId, accountId: ACCOUNT_ID }, ownPhone(resource)),
    ),
  ],
  callHandling: ({ resource: { values }, partitionId }) => [
    putCallHandling(partitionId, ACCOUNT_ID, OWNER_ID, callHandlingBody(values)),
  ],
  portAssignment: ({ resource: { values }, partitionId }) => [
    createPort(partitionId, ACCOUNT_ID, OWNER_ID, portBody(values)),
  ],
  sipTrunk: ({ resource, partitionId }) => [
    createTrunk(partitionId, ACCOUNT_ID, {
      ...trunkBody(resource.values, { partitionId, accountId: ACCOUNT_ID }, ownPhone(resource)),
      sipUsername: '{generated}',
      sipPassword: '{generated}',
    }),
  ],
  reference: ({ resource: { product, values }, partitionId }) => [
    patchNumber(
      partitionId,
      ACCOUNT_ID,
      values.phoneNumber ?? SEARCHED,
      referenceBody(product, values, OWNER_ID),
    ),
  ],
  device: ({ resource, partitionId }) => [
    createDevice(
      partitionId,
      ACCOUNT_ID,
      deviceBody(resource.values, { partitionId, accountId: ACCOUNT_ID }, OWNER_ID, ownPhone(resource)),
    ),
  ],
};

/** The writes that a run would send for a resource, made by the code that makes the real ones. */
export function rehearse(rehearsal: Rehearsal): Call<unknown>[] {
  return WRITES[rehearsal.resource.kind](rehearsal);
}

/** The row's own number, where the resource would wait for it. */
function ownPhone({ needs, values }: Resource): string | undefined {
  return needs.number === undefined ? undefined : (values.phoneNumber ?? SEARCHED);
}
