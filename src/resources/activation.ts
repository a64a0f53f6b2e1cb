import { ApiError } from '../api/api-error.js';
import type { CompleteValues } from '../records/complete.js';
import type { Addresses, SheetAddress, ValidAddress } from './lookups/addresses.js';
import { StepError } from './step-error.js';
import type { AccountIds, Task } from './task.js';

/** The address of the customer, and the E911 address, which is the same where the sheet names no other. */
export interface RowAddresses {
  readonly customer: ValidAddress;
  readonly e911: ValidAddress;
}

/**
 * The addresses of a row as the platform reads them, from what it has answered before where it has.
 * @returns null when the row has none, or the platform does not know one of them
 */
export async function rowAddresses(
  known: Addresses,
  values: CompleteValues,
  priority: number,
): Promise<RowAddresses | null> {
  const { customer, e911 } = sheetAddresses(values);
  if (customer.address === '') return null;
  try {
    const valid = await known.validate(customer, priority);
    return { customer: valid, e911: e911 ? await known.validate(e911, priority) : valid };
  } catch (error) {
    if (error instanceof StepError || (error instanceof ApiError && error.kind === 'refused')) return null;
    throw error;
  }
}

/**
 * The same, of a row that cannot do without them.
 * @throws StepError when the platform does not know one of them
 */
export async function validAddresses({ run, resource, ordinal }: Task): Promise<RowAddresses> {
  const { customer, e911 } = sheetAddresses(resource.values);
  const asked = [customer, ...(e911 ? [e911] : [])].map((each) => run.addresses.validate(each, ordinal));
  // when one fails, the other's failure is not left unhandled
  for (const each of asked) each.catch(() => {});
  const [validCustomer, validE911] = await Promise.all(asked);
  if (!validCustomer) throw new Error('no address was asked for');
  return { customer: validCustomer, e911: validE911 ?? validCustomer };
}

/** The addresses that a row names; `e911` is null when it is the customer's. */
export function sheetAddresses(values: CompleteValues): {
  customer: SheetAddress;
  e911: SheetAddress | null;
} {
  const customer = {
    address: values.address ?? '',
    city: values.city,
    state: values.state,
    postalCode: values.postalCode,
    country: values.country,
    secondaryLocationDescription: values.secondaryLocationDescription,
    unit: values.unit,
  };
  if (values.e911Address === undefined) return { customer, e911: null };
  const e911 = {
    address: values.e911Address,
    city: values.e911City,
    state: values.e911State,
    postalCode: values.e911PostalCode,
    country: values.e911Country ?? values.country,
    secondaryLocationDescription: values.e911SecondaryLocationDescription,
    unit: values.e911Unit,
  };
  return { customer, e911 };
}

/** The names in a number's records. */
function namesOf(values: CompleteValues) {
  return {
    firstName: values.customerFirstName,
    lastName: values.customerLastName,
    businessName: values.businessName,
  };
}

/** The E911 address of a row as its number is told it. */
export function e911Body(values: CompleteValues, { e911 }: RowAddresses) {
  return emergencyAddress({ ...plainAddress(e911.fields), ...namesOf(values) }, values, e911);
}

/** Guide, "Add Phone Number to Account": customerServiceRecord, e911Address, directoryListing. */
export function activationBody(
  values: CompleteValues,
  phones: readonly string[],
  addresses: RowAddresses,
  { partitionId, accountId }: AccountIds,
) {
  const address = { ...addresses.customer.fields, ...namesOf(values) };
  return {
    partitionId,
    accountId,
    customerServiceRecord: {
      ...address,
      customerType: values.customerType,
      customerName: values.customerName,
    },
    e911Address: e911Body(values, addresses),
    directoryListing: {
      listed: values.directoryListed,
      type: values.directoryListingType,
      ...(values.directoryListed ? { address: plainAddress(address) } : {}),
    },
    holdActivation: values.holdActivation,
    telephoneNumbers: phones.map((phoneNumber) => ({ phoneNumber, ...statusOf(values) })),
    ...(values.numberSource === 'CARRIER' ? { byotnCarrierId: values.byotnCarrierId } : {}),
  };
}

/** Whether a number of an own carrier is in service at once; of any other number nothing is said. */
function statusOf({ numberSource, operationalStatus }: CompleteValues) {
  return numberSource === 'CARRIER' ? { operationalStatus } : {};
}

/**
 * The guide puts the fields of the E911 address under `address`, the API description beside latitude and longitude:
 * both are sent.
 */
function emergencyAddress(
  fields: Record<string, unknown>,
  { customerType, e911Language: language }: CompleteValues,
  valid: ValidAddress,
) {
  return {
    ...fields,
    customerType,
    // For addresses in Canada; there the validator leaves it, and takes it away from others.
    language,
    latitude: valid.latitude,
    longitude: valid.longitude,
    address: fields,
  };
}

/** The fields of an address without what only a customer service record has. */
export function plainAddress(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { blockCustomerName: _blockCustomerName, id: _id, ...address } = fields;
  return address;
}
