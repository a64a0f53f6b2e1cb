import type { Json } from './answers.js';

/** The words that a rejection comes with. */
interface Reason {
  readonly code: string;
  readonly message: string;
}

/** What becomes of a number's activation that does not simply succeed. */
interface NumberFate {
  /** why it is rejected; absent where it ends well */
  readonly rejected?: Reason;
  /** how long it takes, whatever the sandbox is set to */
  readonly takesSeconds?: number;
  /** for the manual */
  readonly says: string;
}

const DAY = 86_400;

/** Numbers with a fate of their own, by their last four digits. Those of port orders stand with the port orders. */
export const NUMBER_FATES: Readonly<Record<string, NumberFate>> = {
  '9901': {
    says: 'the activation is rejected',
    rejected: { code: 'TN_NOT_ACTIVATED', message: 'The carrier could not activate the number' },
  },
  '9902': { says: 'the activation takes 3 days', takesSeconds: 3 * DAY },
  '9903': {
    says: 'the activation is rejected after 1 day',
    rejected: { code: 'TN_IN_USE', message: 'The number is in use at another carrier' },
    takesSeconds: DAY,
  },
};

export function fateOfNumber(phoneNumber: string): NumberFate | null {
  return NUMBER_FATES[phoneNumber.slice(-4)] ?? null;
}

/** What becomes of an E911 address that the platform took and its provider refuses later. */
interface AddressFate {
  readonly rejected: Reason;
  /** the provider's own street name; null where it proposes nothing */
  readonly streetName: string | null;
  readonly says: string;
}

/** Streets with a fate, by their names in capitals. */
export const STREET_FATES: Readonly<Record<string, AddressFate>> = {
  OLDTOWN: {
    says: 'the E911 address is rejected, with Newtown as the correction to accept',
    rejected: {
      code: 'E911_ADDRESS_CORRECTED',
      message: 'The street is unknown; a similar address was found',
    },
    streetName: 'Newtown',
  },
  UNCHARTED: {
    says: 'the E911 address is rejected, without a correction',
    rejected: {
      code: 'E911_ADDRESS_UNKNOWN',
      message: 'The address is not in the master street address guide',
    },
    streetName: null,
  },
};

export function fateOfAddress(address: Json): AddressFate | null {
  return STREET_FATES[String(address['streetName'] ?? '').toUpperCase()] ?? null;
}

/** The address that the provider proposes instead; null where it has none. */
export function correctionOf(address: Json): Json | null {
  const streetName = fateOfAddress(address)?.streetName ?? null;
  return streetName === null ? null : { ...address, streetName };
}
