import type { PortSecrets } from '../journal/credentials.js';
import type { Resource } from '../plan/resource.js';
import { portGroup, portOrderOf } from '../records/port-order.js';
import { activationBody, type RowAddresses } from './activation.js';
import type { AccountIds } from './task.js';

/** Schema PortX, `portingWireType`. */
export const WIRE_TYPES = { WIRELINE: 'Wireline', WIRELESS: 'Wireless' } as const;

/**
 * The body of the order, and of its check before. The day goes as noon UTC, which is that day in all time zones of North
 * America: which zone the platform reads a `crdDate` in is not documented (guess).
 */
export function orderBody(
  { values, numbers = [] }: Resource,
  addresses: RowAddresses,
  ids: AccountIds | { readonly partitionId: string },
  secrets: PortSecrets,
) {
  const accountId = 'accountId' in ids ? ids.accountId : '';
  const { holdActivation: _, ...activation } = activationBody(values, numbers, addresses, {
    ...ids,
    accountId,
  });
  const { losingCarrier: currentCarrierName, portNotes: notes } = values;
  const telecomSettings =
    currentCarrierName === undefined && notes === undefined
      ? {}
      : { telecomSettings: { currentCarrierName, notes } };
  return {
    ...activation,
    accountId: accountId === '' ? undefined : accountId,
    port: {
      billingTelephoneNumber: values.billingTelephoneNumber,
      crdDate: crdDateOf(values.portDate),
      portingWireType: WIRE_TYPES[values.portWireType ?? 'WIRELINE'],
      portingAuthorizedName: values.portAuthorizedName,
      ...(values.portWireType === 'WIRELESS' ? secrets : {}),
      telephoneNumbers: numbers,
      ...telecomSettings,
    },
  };
}

export function crdDateOf(day: string | undefined): string | undefined {
  return day === undefined ? undefined : `${day}T12:00:00.000Z`;
}

/** What the rows of an order have in common in the journal. */
export function groupOf({ values }: Pick<Resource, 'values'>): string {
  return portGroup(values.accountNumber, portOrderOf(values));
}
